# SPDX-License-Identifier: GPL-2.0-or-later
"""mooring plot: pictures of results folders, the files that stay beside them, and what is said where there is nothing
to draw. Parts that need gnuplot or graphviz are skipped where these are missing."""
import os
import re
import shutil
import subprocess
import unittest

import rig
from rig import SMALL, run

GNUPLOT = unittest.skipUnless(shutil.which('gnuplot'), 'gnuplot is not installed (gnuplot-nox)')
MAGIC = {'svg': b'<?xml', 'png': b'\x89PNG', 'pdf': b'%PDF'}


def octets(path):
    with open(path, 'rb') as f:
        return f.read()


class Many(rig.Case):
    def setUp(self):
        super().setUp()
        self.results = self.path('results')
        small = self.file('small.yaml', SMALL)
        code, _, err = run('run', small, '--set', 'links.lte.delay={15ms,60ms}', '--runs', 3, '--tables', '-o',
                           self.results)
        self.assertEqual(code, 0, err)

    def good(self, *words):
        code, out, err = run('plot', self.results, *words)
        self.assertEqual(code, 0, err)
        self.assertEqual(err, '')
        return out.strip()

    def bad(self, said, *words, code=2):
        got, out, err = run('plot', *words)
        self.assertEqual(got, code, out + err)
        self.assertIn(said, err)

    @GNUPLOT
    def test_every_kind_and_format(self):
        for kind, suffix in (('ecdf', 'svg'), ('box', 'png'), ('mean', 'pdf'), ('sweep', 'svg')):
            picture = self.path("it's %s.%s" % (kind, suffix))
            self.assertEqual(self.good('-k', kind, '-o', picture), picture)
            self.assertTrue(octets(picture).startswith(MAGIC[suffix]), picture)

    def script(self, *words):
        """The script of a sweep over two values, at 84 mm."""
        name = self.path('two')
        if not os.path.isdir(name):
            code, _, err = run('run', self.file('small.yaml', SMALL), '--set', 'links.lte.delay={15ms,60ms}', '--set',
                               'timers.INITIAL_BINDACK_TIMEOUT={1s,250ms}', '--runs', 2, '--tables', '-o', name)
            self.assertEqual(code, 0, err)
        run('plot', name, '-w', '84mm', '-o', self.path('two.pdf'), *words)
        return octets(self.path('two.gp')).decode()

    def test_legend_fits(self):
        """What the lines are called has room in a paper's column: a name of all stands above, a long one is cut."""
        script = self.script()
        self.assertRegex(script, r"""set key .* title ''\."\\n"\.'INITIAL_BINDACK_TIMEOUT'""")
        self.assertIn("title '1s'", script)
        self.assertIn("title '250ms'", script)
        names = re.findall(r"linetype \d+ title '(.*?)'", self.script('-k', 'ecdf'))
        self.assertEqual(len(set(names)), 4)
        for name in names:
            self.assertRegex(name, '^delay=.*….*=(1s|250ms)$')
            self.assertLess(len(name), 28)

    @GNUPLOT
    @unittest.skipUnless(shutil.which('pdftotext'), 'pdftotext is not installed (poppler-utils)')
    def test_letters_of_pdf(self):
        """Nine points, and nothing beyond the edge."""
        self.script()
        words = subprocess.run(['pdftotext', '-bbox', self.path('two.pdf'), '-'], stdout=subprocess.PIPE, text=True,
                               check=True).stdout
        high = [float(b) - float(a) for a, b in re.findall('yMin="(.*?)".*yMax="(.*?)">INITIAL', words)]
        self.assertTrue(9 <= high[0] <= 11.5, high)
        self.assertLess(max(float(x) for x in re.findall('xMax="(.*?)"', words)), 84 / 25.4 * 72)

    @GNUPLOT
    def test_again_the_same(self):
        first = self.good('-k', 'box')
        files = [first, first[:-3] + 'dat', first[:-3] + 'gp']
        before = [octets(f) for f in files]
        self.good('-k', 'box')
        self.assertEqual([octets(f) for f in files], before)

    @GNUPLOT
    def test_words_are_no_commands(self):
        """A title, and the name of a step in a table that somebody else has sent."""
        trap = self.path('made')
        evil = 'a`touch %s`"\'$(touch %s)' % (trap, trap)
        steps = os.path.join(self.results, 'steps.csv')
        table = octets(steps).replace(b',attach lte,', b',"%s",' % evil.replace('"', '""').encode()[:60])
        self.assertNotEqual(table, octets(steps))
        self.assertIn(b'`touch', table)
        with open(steps, 'wb') as f:
            f.write(table)
        for kind in ('ecdf', 'box', 'mean', 'sweep'):
            self.good('-k', kind, '-o', self.path(kind + '.svg'))
            self.good('-k', kind, '-o', self.path(kind + '.svg'), '--title', evil)
            self.assertIn(b'`touch', octets(self.path(kind + '.svg')))
            self.assertFalse(os.path.exists(trap), kind)

    def test_without_gnuplot(self):
        """The table and the script are written, and what is missing is named."""
        code, out, err = run('plot', self.results, env={'PATH': self.folder})
        self.assertEqual((code, out), (77, ''))
        self.assertIn('apt-get install gnuplot-nox', err)
        self.assertIn('sweep-total.gp is written', err)
        table = octets(os.path.join(self.results, 'sweep-total.dat')).decode()
        x = [line.split()[0] for line in table.splitlines() if line.startswith(' ')]
        self.assertEqual(x, ['15', '60'])

    def test_nothing_to_draw(self):
        self.bad('did you mean `total`?', self.results, '-m', 'totl')
        self.bad('did you mean `box`?', self.results, '-k', 'boxx')
        self.bad('.svg, .png or .pdf', self.results, '-o', 'x.gif')
        self.bad('wants two at least', self.results, '-k', 'sweep', '--point', '15ms')
        self.bad('holds no results', self.folder)
        self.bad('which results folder')
        self.bad('is of one', self.results, '-k', 'phases')

    def test_half_written(self):
        path = os.path.join(self.results, 'runs.csv')
        lines = octets(path).splitlines(True)
        with open(path, 'wb') as f:
            f.writelines(lines[:4])
        self.bad('steps of a run that is not in runs.csv', self.results)
        with open(path, 'wb') as f:
            f.writelines(lines[:1])
        self.bad('holds no run', self.results, '--partial')

    def test_no_run_passed(self):
        small = self.file('bad.yaml', SMALL.replace('within: 5s', 'within: 1ms'))
        run('run', small, '--runs', 2, '--tables', '-o', self.path('bad'))
        self.bad('no run of', self.path('bad'))


class One(rig.Case):
    def test_kinds_and_formats(self):
        results = self.path('one')
        code, _, err = run('run', self.file('small.yaml', SMALL), '-o', results)
        self.assertEqual(code, 0, err)
        code, out, err = run('plot', results)
        self.assertEqual((code, out.strip(), err), (0, os.path.join(results, 'plot-phases.svg'), ''))
        for kind, suffix in (('phases', 'pdf'), ('ladder', 'png'), ('timeline', 'pdf'), ('timeline', 'svg')):
            picture = self.path('%s.%s' % (kind, suffix))
            code, out, err = run('plot', results, '-k', kind, '-o', picture)
            self.assertEqual((code, out.strip(), err), (0, picture, ''))
            self.assertTrue(octets(picture).startswith(MAGIC[suffix]), picture)
        os.unlink(os.path.join(results, 'events.jsonl'))
        code, _, err = run('plot', results, '-k', 'ladder')
        self.assertEqual(code, 2)
        self.assertIn('events.jsonl', err)


class Topology(rig.Case):
    def test_graph(self):
        picture = self.path('small.svg')
        code, _, err = run('plot', self.file('small.yaml', SMALL), '-o', picture, env={'PATH': self.folder})
        self.assertEqual(code, 77)
        self.assertIn('apt-get install graphviz', err)
        graph = octets(self.path('small.dot')).decode()
        self.assertIn('"link core" -- "node ha";', graph)
        self.assertIn('"link lte" -- "node ue" [style=dashed];', graph)
        self.assertEqual(graph.count(' -- '), 4)

    @unittest.skipUnless(shutil.which('dot'), 'dot is not installed (graphviz)')
    def test_formats(self):
        small = self.file('small.yaml', SMALL)
        for suffix, magic in MAGIC.items():
            picture = self.path('t.' + suffix)
            code, out, err = run('plot', small, '-k', 'topology', '-o', picture)
            self.assertEqual((code, out.strip(), err), (0, picture, ''))
            self.assertTrue(octets(picture).startswith(magic))

    def test_no_scenario(self):
        code, _, err = run('plot', self.file('bad.yaml', 'scenario: x\n'))
        self.assertEqual(code, 2)
        self.assertIn('bad.yaml', err)
        code, _, err = run('plot', 'handover', '-k', 'topology')
        self.assertEqual(code, 2)
        self.assertIn('a topology is of one', err)


if __name__ == '__main__':
    rig.main()
