#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures as a reader finds them: letters that are not too small, words that stand on the page and not on one another,
fonts that are in the file, pages of the width that was asked for, expectations that were not met. Read from the PDF by
poppler (poppler-utils), from the SVG directly."""
import html
import os
import re
import shutil
import subprocess
import unittest

import rig
from rig import SCENARIOS, run

POPPLER = unittest.skipUnless(shutil.which('pdftotext'), 'pdftotext is not installed (poppler-utils)')
GNUPLOT = unittest.skipUnless(shutil.which('gnuplot'), 'gnuplot is not installed (gnuplot-nox)')
GRAPHVIZ = unittest.skipUnless(shutil.which('dot'), 'dot is not installed (graphviz)')
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)</word>')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">')
MM = 72 / 25.4
LEAST = 7.9                     # points: the letters' size
HEIGHT = 1.164                  # of a word's box, in sizes of its letters (DejaVu Sans, Debian's default)


def said(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()


class Page:
    """What stands on a page of PDF."""
    def __init__(self, path):
        text = said('pdftotext', '-bbox', path, '-')
        self.width, self.height = (float(v) for v in PAGE.search(text).groups())
        self.words = [(*(float(v) for v in w[:4]), html.unescape(w[4])) for w in WORD.findall(text)]
        fonts = said('pdffonts', path).splitlines()[2:]
        # name, type (may be of two words), encoding, emb, sub, uni, object
        self.fonts = [(f.split()[0], f.split()[-5]) for f in fonts]
        images = said('pdfimages', '-list', path).splitlines()[2:]
        self.images = len(images)

    def text(self):
        return ' '.join(w[4] for w in self.words)


def overlap(a, b):
    """Do two words stand on one another? Ascents and descents may touch."""
    high = min(a[3] - a[1], b[3] - b[1]) * 0.3
    return a[0] + 0.7 < b[2] and b[0] + 0.7 < a[2] and a[1] + high < b[3] and b[1] + high < a[3]


def deuteranope(colour):
    """As an eye without the green cones sees it: Machado, Oliveira and Fernandes 2009."""
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour)
    rows = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
    seen = (min(max(a * red + b * green + c * blue, 0), 1) for a, b, c in rows)
    return tuple(v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in seen)


class Case(rig.Case):
    def drawn(self, name, *words):
        path = self.path(name)
        code, _, err = run('plot', *words, '-o', path)
        self.assertEqual((code, err), (0, ''))
        return path

    def legible(self, path, width=None, upright=True):
        page = Page(path)
        self.assertTrue(page.words, path)
        if width:
            self.assertAlmostEqual(page.width, width, delta=0.5, msg=path)
        for w in page.words:
            self.assertGreaterEqual(min(w[0], w[1]), -0.6, (path, w))
            self.assertLessEqual(w[2], page.width + 0.6, (path, w))
            self.assertLessEqual(w[3], page.height + 0.6, (path, w))
            if upright:
                self.assertGreaterEqual((w[3] - w[1]) / HEIGHT, LEAST, (path, w))
        if upright:
            both = [(a, b) for i, a in enumerate(page.words) for b in page.words[i + 1:] if overlap(a, b)]
            self.assertEqual(both, [], path)
        self.assertTrue(page.fonts)
        for name, embedded in page.fonts:
            self.assertEqual(embedded, 'yes', (path, name))
        self.assertEqual(page.images, 0, path + ' is not made of lines')
        return page


class One(Case):
    """A handover to a network behind a NAT that loses every fifth frame: an expectation is not met."""
    @classmethod
    def setUpClass(cls):
        cls.kept = rig.tempfile.TemporaryDirectory(prefix='mooring-')
        cls.results = os.path.join(cls.kept.name, 'lossy')
        code, out, _ = run('run', os.path.join(SCENARIOS, 'handover', 'ipv6-to-nat.yaml'), '--set',
                           'links.core.loss=20%', '-o', cls.results)
        assert code == 1, out

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    @POPPLER
    def test_widths(self):
        for kind in ('ladder', 'timeline', 'phases'):
            for width, points in (('84mm', 84 * MM), ('400px', 300), ('174mm', 174 * MM), ('12in', 864)):
                path = self.drawn('%s-%s.pdf' % (kind, width), self.results, '-k', kind, '--width', width)
                self.legible(path, points)
        self.legible(self.drawn('default.pdf', self.results, '-k', 'ladder'))

    @POPPLER
    def test_not_met(self):
        """Both pictures of the folder name it, as those do that are drawn later; what was met is marked, too."""
        for kind in ('ladder', 'timeline'):
            text = self.legible(self.drawn(kind + '.pdf', self.results, '-k', kind)).text()
            self.assertIn('DSMIP-TUN-03', text)
            self.assertIn('expectation met', text)
            self.assertIn('not met', text)
        ladder = Page(self.path('ladder.pdf')).text()
        self.assertIn('fail: 4 of 5 expectations met', ladder)
        self.assertIn('DSMIP-TUN-03 [24.303 5.1.2.4, RFC 5555 4.2] not met: data-received by cn', ladder)
        self.assertIn('LOST', ladder)
        self.assertIn('ipv6-to-nat', ladder)
        self.assertNotIn(self.folder, ladder)

    @POPPLER
    def test_span(self):
        path = self.drawn('span.pdf', self.results, '-k', 'ladder', '--from', '10s', '--to', '10.5s', '--title', 'Mine')
        page = self.legible(path)
        times = [float(w[4]) for w in page.words if re.fullmatch(r'\d+\.\d{6}', w[4])]
        self.assertTrue(times and min(times) >= 10 and max(times) <= 10.5, times)
        self.assertIn('Mine', page.text())
        page = self.legible(self.drawn('axis.pdf', self.results, '-k', 'timeline', '--from', '10s', '--to', '11s'))
        self.assertIn('10.2', page.text().split())
        self.assertNotIn('attach', page.text().split())

    def test_letters_of_its_own(self):
        """Within one page pictures do not show one another's letters."""
        seen = set()
        for kind in ('ladder', 'timeline', 'phases'):
            with open(self.drawn(kind + '.svg', self.results, '-k', kind), encoding='utf-8') as f:
                text = f.read()
            names = set(re.findall(r'\bid="([^"]+)"', text))
            self.assertLessEqual(set(re.findall(r'href="#([^"]+)"', text)), names)
            self.assertFalse(names & seen)
            seen |= names

    def test_told_apart(self):
        """Who sees no difference between red and green tells what was lost from what is only noted."""
        with open(self.drawn('ladder.svg', self.results, '-k', 'ladder'), encoding='utf-8') as f:
            colours = set(re.findall(r'fill:rgb\(([\d.]+)%,([\d.]+)%,([\d.]+)%\)', f.read()))
        colours = {tuple(float(v) / 100 for v in c) for c in colours}
        red = max(colours, key=lambda c: c[0] - c[1] - c[2])
        green = max(colours, key=lambda c: c[1] - c[0])
        seen = [deuteranope(c) for c in (red, green)]
        self.assertGreater(sum((a - b) ** 2 for a, b in zip(*seen)) ** 0.5, 0.3, (red, green))

    def test_bad_words(self):
        for words, what in ((('--width', '84'), '84mm'), (('--width', '5mm'), '60mm'), (('--width', '9e9mm'), '60mm'),
                            (('--from', '3'), 'a unit'), (('--from', '3s', '--to', '2s'), 'not after')):
            code, out, err = run('plot', self.results, '-k', 'ladder', '-o', self.path('x.svg'), *words)
            self.assertEqual((code, out), (2, ''))
            self.assertIn(what, err)
            if words[0] != '--width':
                continue
            code, out, err = run('ladder', self.results, '-o', self.path('x.svg'), *words)
            self.assertEqual((code, out), (2, ''))
            self.assertIn(what, err)
        self.assertFalse(os.path.exists(self.path('x.svg')))


class Many(Case):
    @GNUPLOT
    @POPPLER
    def test_names_below(self):
        """Steps of one point side by side: their names, upright or slanted, are not on one another."""
        results = self.path('results')
        code, _, err = run('run', os.path.join(SCENARIOS, 'research', 'nat-vs-native.yaml'), '--runs', 2, '--tables',
                           '-o', results)
        self.assertEqual(code, 0, err)
        for kind in ('box', 'mean'):
            for width in ('84mm', '174mm', '300mm'):
                path = self.drawn('%s-%s.pdf' % (kind, width), results, '-k', kind, '--width', width)
                words = [w for w in Page(path).words if w[3] - w[1] < 13]
                both = [(a, b) for i, a in enumerate(words) for b in words[i + 1:] if overlap(a, b)]
                self.assertEqual(both, [], path)

    @GNUPLOT
    @POPPLER
    def test_plots(self):
        """gnuplot's, which say themselves how many runs they are of, and what the interval is."""
        results = self.path('results')
        code, _, err = run('run', os.path.join(SCENARIOS, 'research', 'rana-2017.yaml'), '--runs', 3, '--tables', '-o',
                           results)
        self.assertEqual(code, 0, err)
        for kind in ('ecdf', 'box', 'mean', 'sweep'):
            for width in (84, 174):
                path = self.drawn('%s-%d.pdf' % (kind, width), results, '-k', kind, '--width', '%dmm' % width)
                text = self.legible(path, width * MM, upright=False).text()
                self.assertIn('n = 3 runs each', text)
                self.assertIn('(ms)', text)
                if kind in ('mean', 'sweep'):
                    self.assertIn('95 % interval', text)

    @GRAPHVIZ
    @POPPLER
    def test_topology(self):
        scenario = os.path.join(SCENARIOS, 'handover', 'ipv6-to-nat.yaml')
        wide = self.legible(self.drawn('wide.pdf', scenario))
        narrow = self.legible(self.drawn('narrow.pdf', scenario, '--width', '84mm'))
        self.assertLessEqual(narrow.width, 84 * MM + 0.5)
        self.assertLessEqual(wide.width, 937)
        self.assertIn('2001:db8:1::/64', wide.text())
        for node in ('ue', 'ha', 'box', 'cn', 'lte', 'wlan'):
            self.assertIn(node, narrow.text().split())


if __name__ == '__main__':
    rig.main()
