# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables over many runs: the figures of summary.csv computed a second time from steps.csv, runs that failed left out,
the same octets for any number of workers."""
import csv
import json
import math
import os
import statistics

import rig
from rig import SMALL, run

T = {4: 2.776445, 5: 2.570582, 6: 2.446912, 7: 2.364624}    # Student's 97.5 % quantiles, by degrees of freedom
TABLES = ('runs.csv', 'steps.csv', 'summary.csv', 'runs.json')


def rows(*path):
    with open(os.path.join(*path), encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f))


def octets(*path):
    with open(os.path.join(*path), 'rb') as f:
        return f.read()


def quantile(values, q):
    """Linear between the order statistics (type 7)."""
    values, at = sorted(values), q * (len(values) - 1)
    low = math.floor(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


class Tables(rig.Case):
    def sweep(self, *more, runs=7):
        small = self.file('small.yaml', SMALL)
        return run('run', small, '--set', 'links.lte.delay={15ms,60ms}', '--runs', runs, *more)

    def check(self, folder, df):
        steps, checked = rows(folder, 'steps.csv'), 0
        for figure in rows(folder, 'summary.csv'):
            name = figure['metric'] + ('_ns' if figure['unit'] == 'ns' else '')
            if name not in steps[0]:
                continue
            values = [int(s[name]) for s in steps if s['verdict'] == 'pass' and s['outcome'] == 'ok' and s[name] and
                      all(s[k] == figure[k] for k in ('point', 'node', 'step', 'nth'))]
            self.assertEqual(int(figure['n']), len(values), figure)
            mean, spread = statistics.fmean(values), statistics.stdev(values)
            self.assertAlmostEqual(float(figure['mean']), mean, delta=0.51)
            self.assertAlmostEqual(float(figure['sd']), spread, delta=0.51)
            self.assertAlmostEqual(float(figure['median']), statistics.median(values), delta=0.51)
            self.assertAlmostEqual(float(figure['q05']), quantile(values, 0.05), delta=0.51)
            self.assertAlmostEqual(float(figure['q95']), quantile(values, 0.95), delta=0.51)
            half = T[df] * spread / math.sqrt(len(values))
            self.assertAlmostEqual(float(figure['lo']), mean - half, delta=1 + half * 1e-5)
            self.assertAlmostEqual(float(figure['hi']), mean + half, delta=1 + half * 1e-5)
            checked += 1
        return checked

    def test_figures_and_workers(self):
        one = self.sweep('-o', self.path('one'), '--tables', '-j', 1)
        two = self.sweep('-o', self.path('two'), '--tables', '-j', 2)
        self.assertEqual(one[0], 0, one[1] + one[2])
        self.assertEqual(one[1].replace(self.path('one'), ''), two[1].replace(self.path('two'), ''))
        self.assertEqual(sorted(os.listdir(self.path('one'))), sorted(TABLES))
        for name in TABLES:
            self.assertEqual(octets(self.path('one'), name), octets(self.path('two'), name), name)
        self.assertGreater(self.check(self.path('one'), 6), 15)
        self.assertIn('small. Means over 14 runs of 2 points, ±95 % interval', one[1])
        self.assertRegex(one[1], r'links\.lte\.delay=60ms  7/7   7/7')
        runs = rows(self.path('one'), 'runs.csv')
        self.assertEqual([r['run'] for r in runs], [str(i) for i in range(1, 15)])
        self.assertEqual([r['seed'] for r in runs], [str(i) for i in range(1, 8)] * 2)
        with open(self.path('one', 'runs.json'), encoding='utf-8') as f:
            said = json.load(f)
        self.assertEqual((said['state'], said['runs'], said['written'], len(said['points'])), ('finished', 14, 14, 2))

    def test_failed_runs_are_left_out(self):
        """Some seeds take longer than the expectation allows; their figures count nowhere."""
        small = self.file('small.yaml', SMALL)
        words = ['run', small, '--runs', 8, '--set', 'expect.REG.within=2s']
        code, out, _ = run(*words, '-o', self.path('out'))
        self.assertEqual(code, 1)
        lines = rows(self.path('out'), 'runs.csv')
        failed = [r['seed'] for r in lines if r['verdict'] == 'fail']
        self.assertIn(len(failed), range(1, 5), out)
        self.assertIn('%d failed and are left out, seeds %s:' % (len(failed), ' '.join(failed)), out)
        self.assertIn('Means over the other %d runs' % (8 - len(failed)), out)
        self.assertGreater(self.check(self.path('out'), 7 - len(failed)), 5)
        for line in lines:
            self.assertTrue(os.path.isfile(self.path('out', line['folder'], 'run.json')), line)
        said = json.loads(run(*words, '--json')[1])
        self.assertEqual((said['summary'][0]['runs'], said['summary'][0]['left_out']), (8 - len(failed), len(failed)))
        total = said['summary'][0]['steps'][0]['metrics']['total']
        csv_total = [r for r in rows(self.path('out'), 'summary.csv') if r['metric'] == 'total'][0]
        for key, other in (('mean', 'mean'), ('low', 'lo'), ('high', 'hi'), ('q95', 'q95')):
            self.assertEqual(str(total[key]), csv_total[other])

    def test_all_failed(self):
        small = self.file('small.yaml', SMALL)
        code, out, _ = run('run', small, '--runs', 3, '--set', 'expect.REG.within=1ms', '-o', self.path('out'),
                           '--tables')
        self.assertEqual(code, 1)
        self.assertIn('All 3 runs failed: no figures.', out)
        self.assertNotIn('Means', out)
        self.assertEqual(rows(self.path('out'), 'summary.csv'), [])
        self.assertEqual(len(rows(self.path('out'), 'steps.csv')), 3)

    def test_one_value_has_no_interval(self):
        code, out, _ = self.sweep('-o', self.path('out'), '--tables', runs=1)
        self.assertEqual(code, 0)
        for figure in rows(self.path('out'), 'summary.csv'):
            self.assertEqual((figure['n'], figure['lo'], figure['hi'], figure['sd']), ('1', '', '', ''))
        self.assertIn('Means over 2 runs of 2 points', out)
        self.assertNotIn(' ±', out.split('points, ±')[1])

    def test_bootstrap(self):
        first, second = self.sweep('--bootstrap', '--json'), self.sweep('--bootstrap', '--json', '-j', 2)
        self.assertEqual(first, second)
        one, other = (json.loads(text)['summary'] for text in (first[1], self.sweep('--json')[1]))
        self.assertEqual((one[0]['interval'], other[0]['interval']), ('bca', 't'))
        a, b = (s[0]['steps'][0]['metrics']['total'] for s in (one, other))
        self.assertEqual((a['mean'], a['q05']), (b['mean'], b['q05']))
        self.assertTrue(a['min'] <= a['low'] < a['mean'] < a['high'] <= a['max'])
        self.assertLess(a['high'] - a['low'], b['high'] - b['low'])

    def test_a_folder_holds_one_command(self):
        """What an earlier command left goes: one run after many and many after one."""
        small = self.file('small.yaml', SMALL)
        self.assertEqual(run('run', small, '--runs', 2, '-o', self.path('out'), '--tables')[0], 0)
        self.assertEqual(run('run', small, '-o', self.path('out'), '--no-trace')[0], 0)
        self.assertFalse(set(TABLES) & set(os.listdir(self.path('out'))))
        self.assertEqual(run('run', small, '--runs', 2, '-o', self.path('out'), '--tables')[0], 0)
        self.assertEqual(set(os.listdir(self.path('out'))) & {'run.json', 'handovers.csv', 'runs.json'}, {'runs.json'})

    def test_tables_want_a_folder(self):
        code, _, err = run('run', self.file('small.yaml', SMALL), '--tables')
        self.assertEqual(code, 2)
        self.assertIn('-o', err)


if __name__ == '__main__':
    rig.main()
