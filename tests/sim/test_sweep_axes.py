# SPDX-License-Identifier: GPL-2.0-or-later
"""Sweeps on the command line: paths crossed and in step, the table that says what each point has set, long lists of
runs that cost little, and those that are too long."""
import csv
import os
import resource
import subprocess
import sys
import tempfile
import unittest

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
SCENARIO = os.path.join(TOP, 'scenarios', 'research', 'analytic-pmip.yaml')
PLAIN = b'libasan' not in subprocess.run(['ldd', MOORING], capture_output=True, check=False).stdout

def run(*arguments, **more):
    return subprocess.run([MOORING, 'run', SCENARIO, *arguments], capture_output=True, text=True, **more)

def little():
    """Less room than a list of a million texts wants."""
    resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))

class Axes(unittest.TestCase):
    def test_points_table(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run('--set', 'links.agg2.delay={1ms..100ms*10}', '--zip',
                       'links.agg1.delay={2ms,4ms} links.wlan.loss={0%,0.5%}', '--set', 'about=a, "b"', '--runs', '2',
                       '-j2', '--tables', '-o', folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(folder, 'points.csv'), newline='', encoding='utf-8') as f:
                points = list(csv.DictReader(f))
            with open(os.path.join(folder, 'runs.csv'), newline='', encoding='utf-8') as f:
                runs = list(csv.DictReader(f))
        self.assertEqual(list(points[0]), ['point', 'experiment', 'path', 'value', 'number', 'unit'])
        self.assertEqual(len(points), 6 * 4)
        self.assertEqual(list(dict.fromkeys(p['point'] for p in points)), list(dict.fromkeys(r['point'] for r in runs)))
        self.assertEqual({p['experiment'] for p in points}, {'analytic-pmip'})
        found = {}
        for p in points:
            found.setdefault(p['point'], {})[p['path']] = (p['value'], p['number'], p['unit'])
        self.assertEqual([f['links.agg2.delay'] for f in found.values()],
                         [v for v in (('1ms', '0.001', 's'), ('10ms', '0.01', 's'), ('100ms', '0.1', 's'))
                          for _ in range(2)])
        pairs = [(f['links.agg1.delay'][1], f['links.wlan.loss']) for f in found.values()]
        self.assertEqual(pairs, [('0.002', ('0%', '0', '1')), ('0.004', ('0.5%', '0.005', '1'))] * 3)
        self.assertEqual({f['about'] for f in found.values()}, {('a, "b"', '', '')})

    def test_a_point_without_overrides(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run('--runs', '2', '--tables', '-o', folder).returncode, 0)
            with open(os.path.join(folder, 'points.csv'), encoding='utf-8') as f:
                self.assertEqual(f.read(), 'point,experiment,path,value,number,unit\nanalytic-pmip,analytic-pmip,,,,\n')

    def test_names_of_the_list(self):
        done = run('--list', '--zip', 'links.agg1.delay={1ms,2ms} links.agg2.delay={3ms,4ms}', '--runs', '2')
        self.assertEqual([line.split('  ')[0] for line in done.stdout.splitlines()],
                         ['analytic-pmip/links.agg1.delay=%s/links.agg2.delay=%s/seed=%d' % (*pair, seed)
                          for pair in (('1ms', '3ms'), ('2ms', '4ms')) for seed in (1, 2)])

    @unittest.skipUnless(PLAIN, 'AddressSanitizer needs more room than that')
    def test_long_lists_want_little(self):
        done = run('--list', '--runs', '100000', preexec_fn=little, timeout=60)
        self.assertEqual((done.returncode, done.stdout.count('\n')), (0, 100000), done.stderr)
        done = run('--list', '--set', 'seed={1..20000}', '--runs', '2', '--shard', '2/4', '-o', '/nowhere',
                   preexec_fn=little, timeout=60)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 10000, done.stderr)
        self.assertIn('/seed=1/seed=2  seed 2  ', lines[0])
        self.assertIn('/seed=19999/seed=20000  seed 20000  ', lines[-1])

    @unittest.skipUnless(PLAIN, 'AddressSanitizer needs more room than that')
    def test_too_much_is_refused_at_once(self):
        for arguments, said in (
                (('--set', 'seed={1..10000000}'), '--set seed: {1..10000000} has more than 1000000 values'),
                (('--set', 'seed={1..1000000}', '--set', 'links.agg2.delay={1ns..1ms/1ns}'),
                 'more than 1000000 combinations (seed: 1000000 × links.agg2.delay: 1000000)'),
                (('--set', 'seed={1..20000}', '--runs', '1000'), '20000 points with 1000 runs each: 20000000 runs'),
                (('--set', 'seed={1..2000}', '--precision', '5%'), '2000 points with up to 1000 runs each: 2000000'),
                (('--zip', 'seed={1,2} links.agg2.delay={1ms}'), 'links.agg2.delay: values: 1, but seed'),
                (('--set', 'links.agg2.delay={}'), '{} holds no value')):
            done = run(*arguments, preexec_fn=little, timeout=20)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
