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
SHOWN = '[...document.querySelectorAll(".messages > div")].filter(r => r.offsetHeight).length'
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
    for (const e of document.querySelectorAll("p, td, th, summary, caption, " +
        "figcaption, .verdict, .word, pre, nav a, .key span, .key strong, .row > span, .track b, .scale span, .step, " +
        "button, select, input, label")) {
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
        words = self.browser.value('document.querySelector("main").textContent')
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
        browser.value(CHOOSE % (0, ''))
        self.pointed(browser)
        self.keyed(browser)
        self.narrow(browser, page)
        browser.open(page)
        width = 'document.querySelector(".picture img").clientWidth'
        before = browser.value(width)
        browser.value('document.querySelectorAll(".picture .zoom button")[1].click()')
        self.assertGreater(browser.value(width), before * 1.2)
        self.assertEqual(browser.value(FAR), 0)
        browser.ask('Emulation.setEmulatedMedia', media='print')
        self.assertEqual(browser.value('getComputedStyle(document.querySelector(".tall")).maxHeight'), 'none')
        browser.ask('Emulation.setEmulatedMedia', media='')
        self.quiet(page)

    def click(self, browser, element):
        """A press of the mouse in the middle of an element."""
        for _ in range(2):      # lines that come into sight for the first time find their height then
            browser.value('(%s).scrollIntoView({block: "center"})' % element)
            browser.picture(os.devnull)
        x, y = browser.value('(() => { const r = (%s).getBoundingClientRect(); '
                             'return [r.left + r.width / 2, r.top + r.height / 2]; })()' % element)
        for kind in ('mousePressed', 'mouseReleased'):
            browser.ask('Input.dispatchMouseEvent', type=kind, x=x, y=y, button='left', clickCount=1)

    def press(self, browser, key, text=None):
        code = {'Enter': 13, 'ArrowRight': 39}.get(key) or ord(key)
        more = {'text': text} if text else {}
        browser.ask('Input.dispatchKeyEvent', type='keyDown' if text else 'rawKeyDown', key=key, code=key,
                    windowsVirtualKeyCode=code, **more)
        browser.ask('Input.dispatchKeyEvent', type='keyUp', key=key, code=key, windowsVirtualKeyCode=code)

    def pointed(self, browser):
        """An arrow opens its packet; a mark on the axis of time opens its line; what is filtered is on neither."""
        arrow = '[...document.querySelectorAll(".messages > div")].find(r => r.dataset.message === "BU")'
        self.click(browser, arrow + '.querySelector(".lane i")')
        self.assertTrue(browser.value(arrow + '.querySelector("details").open'))
        self.assertIn('Binding Update', browser.value(arrow + '.querySelector("pre").innerText'))
        self.click(browser, arrow + '.querySelector(".lane i")')
        self.assertFalse(browser.value(arrow + '.querySelector("details").open'))
        for _ in range(6):
            browser.value('document.querySelectorAll(".strip .zoom button")[1].click()')
        in_sight = ('(() => { const b = document.querySelector(".strip .box").getBoundingClientRect(); '
                    'return [...document.querySelectorAll(".marks a")].map(a => a.getBoundingClientRect())'
                    '.filter(r => r.left > b.left + 100 && r.right < b.right).length; })()')
        self.assertTrue(browser.value(in_sight), 'zoomed to where nothing is')
        self.click(browser, '[...document.querySelectorAll(".marks a")].find(a => a.dataset.message === "BU")')
        self.assertTrue(browser.value(arrow + '.querySelector("details").open'))
        marks = '[...document.querySelectorAll(".marks a")].filter(a => a.offsetWidth).length'
        before = browser.value(marks)
        browser.value(CHOOSE % (1, 'BU'))
        self.assertEqual(browser.value(marks), browser.value(SHOWN))
        browser.value(CHOOSE % (1, ''))
        self.assertEqual((browser.value(marks), browser.value(SHOWN)), (before, before))

    def keyed(self, browser):
        browser.value('document.querySelectorAll("details").forEach(d => d.open = false);'
                      'document.querySelector(".messages summary").focus()')
        self.press(browser, 'Enter', '\r')
        self.assertTrue(browser.value('document.querySelector(".messages details").open'))
        # along the axis of time, one mark after the other, all of them one stop of the Tab key
        self.assertEqual(browser.value('document.querySelectorAll(".marks a[tabindex=\\"0\\"]").length'), 1)
        browser.value('document.querySelector(".marks a[tabindex=\\"0\\"]").focus()')
        at = 'document.activeElement.hash'
        first = browser.value(at)
        self.press(browser, 'ArrowRight')
        self.assertEqual((first, browser.value(at)), ('#m1', '#m2'))
        self.assertIn('IDLE', browser.value('document.querySelector(".told").textContent'))
        wide = 'document.querySelector(".messages .lane").clientWidth'
        before = browser.value(wide)
        browser.value('document.querySelector(".ladder").focus()')
        self.press(browser, '+', '+')
        self.assertGreater(browser.value(wide), before)

    def narrow(self, browser, page):
        """At 400 pixels the ladder keeps its arrows, all participants in sight, and letters of 12 pixels or more."""
        browser.open(page, width=400)
        seen = browser.value('[...document.querySelectorAll(".message .lane i")].map(i => i.getBoundingClientRect())'
                             '.map(r => [r.left, r.right, r.width])')
        self.assertTrue(seen)
        for left, right, width in seen:
            self.assertTrue(0 <= left and right <= 400 and width >= 9, (left, right, width))
        small = browser.value('Math.min(...[...document.querySelectorAll("main *")].filter(e => e.offsetWidth && '
                              'e.childNodes.length && !e.closest(".unseen"))'
                              '.map(e => parseFloat(getComputedStyle(e).fontSize)))')
        self.assertGreaterEqual(small, 12)
        cut = browser.value('[...document.querySelectorAll(".head .seat")].filter(e => e.offsetWidth < 30 || '
                            'e.getBoundingClientRect().right > 400).length')
        self.assertEqual(cut, 0)
        # the drawings are those that were made for this width: nothing of them has to be scrolled to from side to side
        sizes = '[...document.querySelectorAll(".picture")].map(f => [f.querySelector("img").naturalWidth, ' \
                'f.querySelector("img").clientWidth, f.querySelector(".box").clientWidth])'
        for natural, drawn, room in browser.value(sizes):
            self.assertTrue(300 < natural == drawn <= room, (natural, drawn, room))
        browser.open(page)
        self.assertTrue(all(natural > 600 for natural, _, _ in browser.value(sizes)))

    def test_hostile(self):
        """Names that want to be markup, and very long ones."""
        folder = self.path('bad')
        run('run', self.file('small.yaml', SMALL), '-o', folder)
        for name in ('events.jsonl', 'run.json'):
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as f:
                text = f.read()
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text.replace('"ue"', '"</script><img src=x onerror=document.title=1>\\"\'é"')
                        .replace('"small"', '"%s"' % ('x' * 300)).replace('"ha"', '"%s"' % ('h' * 300)))
        self.assertEqual(run('report', folder)[0], 0)
        self.sizes(os.path.join(folder, 'report.html'))
        self.assertTrue(self.browser.value('document.title').startswith('xxx'))

    def test_sweep(self):
        small, folder = self.file('small.yaml', SMALL.replace('within: 5s', 'within: 2000ms')), self.path('many')
        run('run', small, '--set', 'links.lte.delay={15ms,60ms}', '--runs', 8, '--tables', '-o', folder)
        self.assertEqual(run('report', folder)[0], 0)
        page = os.path.join(folder, 'report.html')
        self.sizes(page)
        self.without(page, 'Runs that did not pass', 'REGIST', '±', 'mooring run')


if __name__ == '__main__':
    rig.main()
