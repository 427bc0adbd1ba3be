# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables over many runs: the figures of summary.csv computed a second time from steps.csv, runs that failed left out,
the same octets for any number of workers."""
import csv
import json
import math
import os
import resource
import shutil
import signal
import statistics

import rig
from rig import SMALL, run

T = {4: 2.776445, 5: 2.570582, 6: 2.446912, 7: 2.364624}    # Student's 97.5 % quantiles, by degrees of freedom
TABLES = ('points.csv', 'runs.csv', 'steps.csv', 'summary.csv', 'runs.json')


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

    def test_full_disk(self):
        """The tables end with a whole run, and say so."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

        small = self.file('small.yaml', SMALL)
        code, _, err = run('run', small, '--runs', 40, '-o', self.path('out'), '--tables', preexec_fn=limit)
        self.assertEqual(code, 70)
        self.assertIn('steps.csv: ', err)
        with open(self.path('out', 'runs.json'), encoding='utf-8') as f:
            said = json.load(f)
        self.assertEqual((said['state'], said['runs']), ('write-error', 40))
        done = rows(self.path('out'), 'runs.csv')
        self.assertEqual(len(done), said['written'])
        self.assertEqual([r['run'] for r in done], [r['run'] for r in rows(self.path('out'), 'steps.csv')][:len(done)])
        code, _, err = run('diff', self.path('out'), self.path('out'))
        self.assertEqual(code, 2)
        self.assertIn('could not be written', err)
        code, _, err = run('diff', '--partial', self.path('out'), self.path('out'))
        self.assertEqual(code, 0)
        self.assertIn('%d of 40 runs are there' % len(done), err)

    def test_tables_want_a_folder(self):
        code, _, err = run('run', self.file('small.yaml', SMALL), '--tables')
        self.assertEqual(code, 2)
        self.assertIn('-o', err)

    def test_precision(self):
        """The same number of runs for any number of workers; each point has its own."""
        small = self.file('small.yaml', SMALL)
        words = ['run', small, '--precision', '5%:total', '--set', 'links.lte.delay={15ms,100ms}', '--tables']
        one = run(*words, '-o', self.path('one'))
        two = run(*words, '-o', self.path('two'), '-j', 3)
        self.assertEqual(one[0], 0, one[1] + one[2])
        self.assertEqual(one[1].replace(self.path('one'), ''), two[1].replace(self.path('two'), ''))
        for name in TABLES:
            self.assertEqual(octets(self.path('one'), name), octets(self.path('two'), name), name)
        figures = [r for r in rows(self.path('one'), 'summary.csv') if r['metric'] == 'total']
        self.assertEqual(len(figures), 2)
        for r in figures:
            self.assertLessEqual(float(r['hi']) - float(r['mean']), 0.05 * float(r['mean']) + 1)
            self.assertIn('%s: reached with %s runs; the widest is ue attach lte total' % (r['point'], r['n']), one[1])
        # a second more without noise: a share of the mean is reached sooner
        self.assertGreater(int(figures[0]['n']), int(figures[1]['n']))
        self.assertEqual(run('diff', self.path('one'), self.path('two'))[0], 0)

    def test_precision_out_of_reach(self):
        small = self.file('small.yaml', SMALL)
        code, out, _ = run('run', small, '--precision', '0.1%', '--runs-max', 12, '--json')
        said = json.loads(out)
        self.assertEqual((code, len(said['runs'])), (3, 12))
        point = said['precision']['points'][0]
        self.assertEqual((point['reached'], point['runs']), (False, 12))
        metrics = said['summary'][0]['steps'][0]['metrics']
        worst = max((m['high'] - m['mean']) / m['mean'] for m in metrics.values() if m['mean'] and m['sd'])
        self.assertLessEqual(point['percent'], 100 * worst * 1.01)
        code, out, _ = run('run', small, '--precision', '5%:lost', '--runs', 3)
        self.assertEqual(code, 3)
        self.assertIn('not reached with 3 runs: no such figure in the runs that count', out)
        for word in ('5', '0%', 'x%', '5%:', '5%:colour', '5%total', 'nan%', '-1%', '101%'):
            code, _, err = run('run', small, '--precision', word)
            self.assertEqual(code, 2, word)
            self.assertIn('--precision %s: ' % word, err)
        self.assertEqual(run('run', small, '--precision', '5%', '--runs-max', 1)[0], 2)


class Diff(rig.Case):
    """The scenario at two delays and, for what is only noise, at other seeds."""

    def setUp(self):
        super().setUp()
        self.small = self.file('small.yaml', SMALL)

    def results(self, name, *more, runs=8):
        code, out, err = run('run', self.small, '--runs', runs, '-o', self.path(name), '--tables', *more)
        self.assertIn(code, (0, 1), out + err)
        return self.path(name)

    def refused(self, said, *words):
        code, out, err = run('diff', *words)
        self.assertEqual((code, out), (2, ''), err)
        self.assertIn(said, err)

    def test_the_same(self):
        a, b = self.results('a'), self.results('b', '-j', 2)
        code, out, _ = run('diff', a, b)
        self.assertEqual(code, 0, out)
        self.assertIn('all values are the same', out)
        self.assertIn('0 of 0 figures', out)

    def test_noise_alone(self):
        code, out, _ = run('diff', self.results('a'), self.results('b', '--seed', 1000))
        self.assertEqual(code, 0, out)
        self.assertIn('No common seeds.', out)
        self.assertRegex(out, r'TOTAL .* ±')

    def test_a_difference(self):
        """Seed by seed the 45 ms show that are far below the noise of the total."""
        a, b = self.results('a'), self.results('b', '--set', 'links.lte.delay=60ms')
        code, out, _ = run('diff', a, b)
        self.assertEqual(code, 1)
        self.assertIn('Common seeds: 8', out)
        self.assertRegex(out, r'REGIST .* differs')
        figures = {f['metric']: f for f in json.loads(run('diff', a, b, '--json')[1])['pairs'][0]['figures']}
        one, two = ([int(s['registration_ns']) for s in rows(d, 'steps.csv')] for d in (a, b))
        mean = statistics.fmean(y - x for x, y in zip(one, two))
        spread = statistics.stdev([y - x for x, y in zip(one, two)])
        said = figures['registration']
        self.assertEqual((said['test'], said['finding'], said['pairs']), ('paired', 'differs', 8))
        self.assertAlmostEqual(said['difference'], mean, delta=0.51)
        half = T[7] * spread / math.sqrt(8)
        self.assertAlmostEqual(said['difference_high'], mean + half, delta=1 + half * 1e-5)
        above = sum((y > x) + (y == x) / 2 for x in one for y in two)
        self.assertAlmostEqual(said['delta'], 2 * above / 64 - 1, delta=0.006)
        self.assertEqual(figures['dad']['finding'], 'equal')
        lines = run('diff', a, b, '--csv')[1].splitlines()
        self.assertEqual(len(lines), 1 + len(figures))
        row = [r for r in csv.DictReader(lines) if r['metric'] == 'registration'][0]
        self.assertEqual((int(row['difference']), float(row['p'])), (said['difference'], said['p']))
        back = {f['metric']: f for f in json.loads(run('diff', b, a, '--json')[1])['pairs'][0]['figures']}
        self.assertEqual(back['registration']['difference_high'], -said['difference_low'])

    def test_points_and_steps_of_one_folder(self):
        both = self.results('both', '--set', 'links.lte.delay={15ms,60ms}')
        code, out, _ = run('diff', both, '--a', '15ms', '--b', '60ms', '--metric', 'registration')
        self.assertEqual(code, 1, out)
        self.assertIn('A  small/links.lte.delay=15ms: 8 of 8 runs count', out)
        self.assertNotIn('TOTAL', out.split('\nms, LOST')[0])
        self.refused('fits 2 points', both, '--a', 'ms', '--b', '60ms')
        self.refused('which two results folders', both)
        self.refused('fits 0 of its steps; there are `ue attach lte`',
                     both, both, '--step-a', 'wlan', '--step-b', 'lte')
        self.refused('no metric has', both, both, '--metric', 'colour')
        self.assertEqual(run('diff', both, both)[0], 0)
        code, out, _ = run('diff', both, self.results('one', '--set', 'links.lte.delay=60ms'))
        self.assertEqual(code, 1)
        self.assertIn('Only in A: point small/links.lte.delay=15ms', out)
        self.refused('no point of', both, self.results('other', '--set', 'links.lte.delay=61ms'))

    def test_verdicts(self):
        a, b = self.results('a'), self.results('b', '--set', 'expect.REG.within=2s')
        code, out, _ = run('diff', a, b)
        self.assertEqual(code, 1)
        self.assertRegex(out, r'\d of 8 common seeds have another verdict: \d pass > fail')

    def test_single_runs(self):
        self.assertEqual(run('run', self.small, '-o', self.path('a'))[0], 0)
        self.assertEqual(run('run', self.small, '-o', self.path('b'), '--no-trace')[0], 0)
        self.assertEqual(run('run', self.small, '-o', self.path('c'), '--set', 'links.lte.delay=60ms')[0], 0)
        self.assertEqual(run('run', self.small, '-o', self.path('d'), '--seed', 9)[0], 0)
        code, out, _ = run('diff', self.path('a'), self.path('b'))
        self.assertEqual(code, 0, out)
        self.assertIn('all with the same course', out)
        self.assertEqual(run('diff', self.path('a'), self.path('c'))[0], 1)
        code, out, _ = run('diff', self.path('a'), self.path('d'))
        self.assertEqual(code, 0)
        self.assertRegex(out, r'TOTAL .* few')
        many = self.results('many', runs=2)
        self.assertEqual(run('diff', many, self.path('a'))[0], 0)

    def change(self, folder, name, old, new):
        path = os.path.join(folder, name)
        with open(path, encoding='utf-8') as f:
            text = f.read()
        self.assertIn(old, text)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text.replace(old, new, 1))

    def test_bad_folders(self):
        good = self.results('good', runs=3)

        def bad():
            shutil.rmtree(self.path('bad'), ignore_errors=True)
            return shutil.copytree(good, self.path('bad'))

        self.refused('there is no such folder', good, self.path('nowhere'))
        self.refused('neither runs.json nor run.json', self.folder, good)
        for name, old, new, said in (
                ('runs.json', 'runs-1', 'runs-9', 'is of format `mooring-runs-9`'),
                ('runs.json', '"version": "', '"version": "9', '--any-version'),
                ('runs.json', 'finished', 'running', '--partial'),
                ('runs.json', '{', '', 'runs.json: '),
                ('runs.json', '"written": 3', '"written": 4', 'says there are 4 runs, runs.csv has 3'),
                ('steps.csv', ',node,', ',colour,', 'column 5 is `colour`'),
                ('steps.csv', ',total_ns', ',dad_ns', 'a column stands there twice'),
                ('steps.csv', 'attach,ok,1000000000', 'attach,ok,soon', 'column start_ns: `soon` is no whole number'),
                ('steps.csv', 'attach,ok,', 'attach,fine,', 'no kind of step or no outcome'),
                ('steps.csv', 'small,1,', '"small,1,', 'a quote'),
                ('runs.csv', 'small,2,pass', 'small,2,good', 'runs.csv:3: no seed or no verdict'),
                ('runs.csv', '3,small', '4,small', 'steps of a run that is not in runs.csv')):
            self.change(bad(), name, old, new)
            self.refused(said, good, self.path('bad'))
        self.change(bad(), 'runs.json', 'finished', 'running')
        self.assertEqual(run('diff', good, self.path('bad'), '--partial')[0], 0)
        with open(os.path.join(bad(), 'steps.csv'), 'r+b') as f:
            f.truncate(os.path.getsize(f.name) - 9)
        self.refused('cut short', good, self.path('bad'))
        for name in ('runs.csv', 'steps.csv'):
            with open(os.path.join(bad(), name), 'r+b') as f:
                f.truncate(0)
            self.refused('%s:1: is empty' % name, good, self.path('bad'))
        os.remove(os.path.join(bad(), 'steps.csv'))
        self.refused('steps.csv', good, self.path('bad'))

    def test_zero_runs(self):
        """A command that was stopped before its first run was over."""
        folder = self.results('none', runs=2)
        self.change(folder, 'runs.json', '"written": 2', '"written": 0')
        for name in ('runs.csv', 'steps.csv'):
            with open(os.path.join(folder, name), 'r+', encoding='utf-8') as f:
                head = f.readline()
                f.seek(0)
                f.truncate(len(head))
        self.refused('holds no run', folder, self.results('good', runs=2))


if __name__ == '__main__':
    rig.main()
