# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/notebook.md: its code runs and prints what the page shows; and python/mooring.py reads what the program wrote,
refuses what it did not."""
import contextlib
import csv
import importlib.util
import io
import math
import os
import re
import shutil
import sys
import unittest

import rig
from rig import MOORING, SMALL, TOP, run

sys.path.insert(0, os.path.join(TOP, 'python'))
os.environ['MOORING'] = os.path.abspath(MOORING)
import mooring  # noqa: E402

LACKING = [name for name in ('pandas', 'matplotlib') if not importlib.util.find_spec(name)]

PAGE = os.path.join(TOP, 'docs', 'notebook.md')
# what stands below these wants one library more
PANDAS, MATPLOTLIB = '\n## With pandas\n', '\n## With matplotlib\n'


def blocks(text, first_line=1):
    """(line, code, output shown or None) for each example."""
    return [(first_line + text[:m.start()].count('\n'), m.group(1), m.group(2)) for m in
            re.finditer(r'^```python\n(.*?)^```\n(?:```text\n(.*?)^```$)?', text, re.M | re.S)]


class Notebook(rig.Case):
    """One test executes all of it: the page goes on from one example to the next."""

    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        for name in ('scenarios', 'python'):
            os.symlink(os.path.join(TOP, name), name)
        os.environ['MPLCONFIGDIR'] = self.folder

    def execute(self, examples, names, exact=True):
        """exact: printed to the letter; else word by word, for libraries set their tables as they like."""
        for line, code, shown in examples:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile('\n' * line + code, PAGE, 'exec'), names)  # pylint: disable=exec-used
            said, pictures = out.getvalue(), re.findall(r"savefig\('(.*?)'", code)
            if shown is not None:
                self.assertEqual(*((shown, said) if exact else (shown.split(), said.split())),
                                 'line %d prints\n%s' % (line, said))
            self.assertTrue(said.strip() or pictures, 'line %d prints nothing' % line)
            for name in pictures:
                with open(name, 'rb') as f:
                    self.assertEqual(b'%PDF', f.read(4), name)
                self.assertGreater(os.path.getsize(name), 4000, name)

    def test_examples(self):
        with open(PAGE, encoding='utf-8') as f:
            text = f.read()
        framed, drawn = text.index(PANDAS), text.index(MATPLOTLIB)
        first, second, third = (blocks(text[a:b], text[:a].count('\n') + 1) for a, b in
                                ((0, framed), (framed, drawn), (drawn, len(text))))
        self.assertEqual((4, 5, 4), (len(first), len(second), len(third)))
        names = {}
        self.execute(first, names)
        if 'pandas' in LACKING:
            self.skipTest('python3-pandas is not installed: the rest of the page was executed')
        self.execute(second, names, False)
        if 'matplotlib' in LACKING:
            self.skipTest('python3-matplotlib is not installed: the rest of the page was executed')
        self.execute(third, names, False)
        names['plt'].close('all')


class Module(rig.Case):
    def sweep(self):
        return mooring.run(self.file('small.yaml', SMALL), runs=2, sets={'links.core.delay': ['5ms', '20ms']}, seed=7,
                           out=self.path('a'))

    def refused(self, pattern, action, *words, **options):
        with self.assertRaisesRegex(mooring.Error, pattern):
            action(*words, **options)

    def read_all(self, folder):
        r = mooring.load(folder)
        return r.steps(), r.runs()

    def test_steps(self):
        r = self.sweep()
        with open(r.path('steps.csv'), encoding='utf-8', newline='') as f:
            lines = list(csv.DictReader(f))
        for unit, per in (('s', 1e9), ('ms', 1e6), ('us', 1e3), ('ns', 1)):
            steps = r.steps(unit=unit)
            self.assertEqual([int(x['total_ns']) / per for x in lines], [x['total'] for x in steps])
        self.assertEqual(['5ms', '5ms', '20ms', '20ms'], [x['links.core.delay'] for x in steps])
        self.assertEqual([7, 8, 7, 8], [x['seed'] for x in steps])
        self.assertTrue(all(math.isnan(x['gap_up']) and not x['gap_up_open'] for x in steps))
        self.assertIsInstance(steps[0]['total'], int)
        total = [x for x in r.summary(unit='ms') if x['metric'] == 'total'][0]
        self.assertAlmostEqual((steps[0]['total'] + steps[1]['total']) / 2e6, total['mean'], places=5)
        self.assertEqual(('ms', 2, '5ms'), (total['unit'], total['n'], total['links.core.delay']))

    def test_one_run_is_like_many(self):
        """A folder of one run gives the step that the table over runs has."""
        many = self.sweep()
        small = self.path('small.yaml')
        self.assertEqual(0, run('run', small, '--seed', 8, '--set', 'links.core.delay=20ms', '-o', self.path('b'))[0])
        one, wanted = mooring.load(self.path('b')), many.steps()[3]
        found = dict(one.steps()[0], run=4)
        self.assertEqual({k: v for k, v in wanted.items() if v == v}, {k: v for k, v in found.items() if v == v})
        self.assertEqual(set(wanted), set(found))
        self.assertEqual(many.points()[1], one.points()[0])
        self.assertEqual(set(many.runs()[0]), set(one.runs()[0]))
        self.assertEqual('small', next(one.events(kind='carrier')) and one.manifest['scenario'])
        self.refused('one run', one.summary)

    def test_refused(self):
        r = self.sweep()
        self.refused('no unit', r.steps, unit='days')
        self.refused('no folder of its own', lambda: list(r.events(run=1)))
        self.refused('no table', r.frame, 'steppes')
        self.refused('holds no results', mooring.load, self.folder)
        self.refused('no time', mooring.seconds, '15')
        self.assertEqual(0.0155, mooring.seconds('15.5ms'))
        self.refused('small.yaml:.*nix', mooring.run, self.file('small.yaml', SMALL + 'nix: 1\n'))
        for name, old, new, pattern in (
                ('steps.csv', r',ok,', ',', r'steps.csv: record \d+ has \d+ fields'),
                ('steps.csv', r'\n$', '', 'steps.csv: the last line is cut short'),
                ('steps.csv', r',0,0\n', ',0,0,0\n', 'fields where'),
                ('runs.csv', r'(?m)^4,.*\n', '', 'runs.csv: 3 runs, where runs.json says 4'),
                ('runs.json', 'mooring-runs-1', 'mooring-runs-2', "format 'mooring-runs-2'"),
                ('runs.json', 'finished', 'running', 'not whole'),
                ('runs.json', '{', '', 'runs.json: ')):
            with self.subTest(name, old=old):
                shutil.copytree(self.path('a'), self.path('c'))
                with open(self.path('c', name), 'r+', encoding='utf-8') as f:
                    text = f.read()
                    f.seek(0)
                    f.truncate()
                    self.assertRegex(text, old)
                    f.write(re.sub(old, new, text, count=1))
                self.refused(pattern, self.read_all, self.path('c'))
                shutil.rmtree(self.path('c'))


if __name__ == '__main__':
    rig.main()
