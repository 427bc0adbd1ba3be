# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of `mooring report` in a headless Chromium: nothing is asked of the network, nothing said on the console,
everything is there with the script and without, no page is wider than its window, filter and zoom do what they say.

only: --interop
timeout: 200
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'sim'))
import chromium  # noqa: E402
import rig  # noqa: E402
from rig import SMALL, run  # noqa: E402

FAR = 'Math.max(0, document.documentElement.scrollWidth - window.innerWidth)'
SHOWN = '[...document.querySelectorAll(".messages tbody tr")].filter(r => r.offsetHeight).length'
CHOOSE = '''(() => { const s = document.querySelectorAll(".filter select")[%d]; s.value = %r;
    s.dispatchEvent(new Event("change")); })()'''
OPEN = 'document.querySelectorAll("details").forEach(d => d.open = true)'
# the text on its background, as WCAG 2 reckons contrast
CONTRAST = '''(() => {
    const rgb = t => t.match(/[0-9.]+/g).map(Number);
    const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 :
        ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
    let least = 21;
    for (const e of document.querySelectorAll("p, td, th, a, summary, caption, figcaption, .verdict, .word, pre")) {
        const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
        least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)); }
    return least; })()'''


class Browser(rig.Case):
    @classmethod
    def setUpClass(cls):
        if not chromium.program():
            raise rig.unittest.SkipTest('no Chromium here (apt-get install chromium)')
        cls.browser = chromium.Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def sizes(self, page):
        for width in (400, 1280):
            for dark in (False, True):
                self.browser.open(page, width=width, dark=dark)
                self.quiet(page)
                self.assertEqual(self.browser.value(FAR), 0, (width, dark))
                self.assertGreaterEqual(self.browser.value(CONTRAST), 4.5, (width, dark))
                self.browser.value(OPEN)
                self.assertEqual(self.browser.value(FAR), 0, 'with all opened')

    def quiet(self, page):
        self.assertEqual(self.browser.requests(), ['file://' + page])
        self.assertEqual(self.browser.complaints(), [])

    def without(self, page, *texts):
        self.browser.open(page, script=False)
        self.quiet(page)
        self.browser.value(OPEN)
        words = self.browser.value('document.body.innerText')
        for text in texts:
            self.assertIn(text, words)
        self.assertEqual(self.browser.value('[...document.querySelectorAll(".filter, .zoom")]'
                                            '.filter(e => e.offsetHeight).length'), 0)
        self.assertTrue(self.browser.value('[...document.images].every(i => i.naturalWidth > 100)'))

    def test_run(self):
        folder = self.path('tour')
        self.assertEqual(run('run', 'scenarios/handover/home-tour.yaml', '-o', folder)[0], 0)
        self.assertEqual(run('report', folder)[0], 0)
        page = os.path.join(folder, 'report.html')
        self.sizes(page)
        self.without(page, 'DSMIP-UE-TOUR-01', 'lte > wlan', 'sequence = ', 'scenario: home-tour', 'mooring run')
        browser = self.browser
        browser.open(page)
        all_lines = browser.value(SHOWN)
        browser.value(CHOOSE % (1, 'BU'))
        few = browser.value(SHOWN)
        self.assertTrue(0 < few < all_lines, (few, all_lines))
        browser.value(CHOOSE % (0, 'aaa'))
        self.assertEqual(browser.value(SHOWN), 0)
        browser.value(CHOOSE % (1, ''))
        self.assertTrue(0 < browser.value(SHOWN) < all_lines)
        width = 'document.querySelector(".picture img").clientWidth'
        before = browser.value(width)
        browser.value('document.querySelectorAll(".zoom button")[1].click()')
        self.assertGreater(browser.value(width), before * 1.2)
        self.assertEqual(browser.value(FAR), 0)
        browser.ask('Emulation.setEmulatedMedia', media='print')
        self.assertEqual(browser.value('getComputedStyle(document.querySelector(".tall")).maxHeight'), 'none')
        browser.ask('Emulation.setEmulatedMedia', media='')
        self.quiet(page)

    def test_sweep(self):
        small, folder = self.file('small.yaml', SMALL.replace('within: 5s', 'within: 2000ms')), self.path('many')
        run('run', small, '--set', 'links.lte.delay={15ms,60ms}', '--runs', 8, '--tables', '-o', folder)
        self.assertEqual(run('report', folder)[0], 0)
        page = os.path.join(folder, 'report.html')
        self.sizes(page)
        self.without(page, 'Runs that did not pass', 'REGIST', '±', 'mooring run')


if __name__ == '__main__':
    rig.main()
