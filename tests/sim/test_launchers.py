# SPDX-License-Identifier: GPL-2.0-or-later
"""Launchers of other people start the shards of one sweep, as docs/cluster.md shows: GNU parallel says the part, Open
MPI's mpirun leaves it to --shard auto. Merged, the tables are octet by octet those of one command without shards."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
SCENARIO = os.path.join(TOP, 'scenarios', 'research', 'analytic-pmip.yaml')
SWEEP = ['run', SCENARIO, '--set', 'links.agg2.delay={1ms,2ms,5ms}', '--runs', '7', '--tables']
RUNS, SHARDS = 21, 4
TABLES = ('runs.csv', 'steps.csv', 'summary.csv', 'runs.json')
# mpirun refuses root unless told so twice; it wants a program for remote machines, even where there are none
MPI = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1', 'OMPI_MCA_plm_rsh_agent': '/bin/true'}


def tables(folder):
    found = {}
    for name in TABLES:
        with open(os.path.join(folder, name), 'rb') as f:
            found[name] = f.read()
    return found


class Launchers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix='mooring-launch-')
        whole = os.path.join(cls.top, 'whole')
        done = cls.run_it([MOORING, *SWEEP, '-o', whole])
        assert done.returncode == 0, done.stdout + done.stderr
        cls.wanted = tables(whole)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    @classmethod
    def run_it(cls, command, **more):
        environment = dict(os.environ, TMPDIR=cls.top, **more)
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, cwd=cls.top)

    def launch(self, name, command, shard, **more):
        """command starts mooring four times, each with its shard; what merge makes of them is what one run gave."""
        folder = os.path.join(self.top, name)
        done = self.run_it([*command, MOORING, *SWEEP, '-o', folder, '--resume', '--shard', *shard], **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        parts = sorted(os.listdir(folder))
        self.assertEqual(parts, [f'shard-{i}-of-{SHARDS}' for i in range(1, SHARDS + 1)])
        merged = self.run_it([MOORING, 'merge', folder])
        self.assertEqual(merged.returncode, 0, merged.stdout + merged.stderr)
        self.assertIn(f'{RUNS} of {RUNS} runs from {SHARDS} folders', merged.stdout)
        for table, text in tables(folder).items():
            self.assertEqual(text, self.wanted[table], table)

    def test_gnu_parallel(self):
        program = shutil.which('parallel')
        if not program or 'GNU' not in self.run_it([program, '--version']).stdout:
            self.skipTest('GNU parallel is not installed')
        parts = [str(i) for i in range(1, SHARDS + 1)]
        self.launch('parallel', [program, '--will-cite', '-q', '-j', '2'], [f'{{}}/{SHARDS}', ':::', *parts])

    def test_open_mpi(self):
        program = shutil.which('mpirun')
        if not program or 'Open MPI' not in self.run_it([program, '--version']).stdout:
            self.skipTest("Open MPI's mpirun is not installed")
        self.launch('mpi', [program, '--oversubscribe', '-n', str(SHARDS)], ['auto'], **MPI)


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    for _, reason in tests.skipped:
        print('SKIP ' + reason)
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
