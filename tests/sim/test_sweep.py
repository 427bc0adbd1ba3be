# SPDX-License-Identifier: GPL-2.0-or-later
"""Many runs: the same tables, octet by octet, whether they come from one worker or two, in one go or killed and gone on
with, whole or in shards put together; and what is said where parts do not fit."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
SCENARIO = os.path.join(TOP, 'scenarios', 'research', 'analytic-pmip.yaml')
SWEEP = [SCENARIO, '--set', 'links.agg2.delay={1ms,2ms,5ms}', '--runs', '20', '--tables']
RUNS = 60
TABLES = ('runs.csv', 'steps.csv', 'summary.csv', 'points.csv', 'runs.json')


def run(*arguments, env=None, **more):
    return subprocess.run([MOORING, *arguments], capture_output=True, text=True, env=env, **more)


def sweep(folder, *more, **options):
    return run('run', *SWEEP, '-o', folder, *more, **options)


def tables(folder):
    found = {}
    for name in TABLES:
        with open(os.path.join(folder, name), 'rb') as f:
            found[name] = f.read()
    return found


class Sweep(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix='mooring-sweep-')
        cls.whole = os.path.join(cls.top, 'whole')
        done = sweep(cls.whole)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.wanted = tables(cls.whole)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def folder(self):
        return tempfile.mkdtemp(dir=self.top)

    def same(self, folder):
        for name, text in tables(folder).items():
            self.assertEqual(text, self.wanted[name], name)

    def kill(self, folder, lines, *more, part=''):
        """Ended by SIGKILL when so many lines of runs are there."""
        process = subprocess.Popen([MOORING, 'run', *SWEEP, '-o', folder, '--resume', *more], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < 60:
            if self.lines(os.path.join(folder, part)) > lines:
                process.send_signal(signal.SIGKILL)
                break
        process.wait()

    @staticmethod
    def lines(folder):
        most = 0
        for name in ('runs.csv', 'runs.csv.new'):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, 'rb') as f:
                    most = max(most, f.read().count(b'\n') - 1)
        return most

    def test_any_number_of_workers(self):
        folder = self.folder()
        self.assertEqual(sweep(folder, '-j3').returncode, 0)
        self.same(folder)

    def test_killed_twice_and_gone_on_with(self):
        folder = self.folder()
        self.kill(folder, 10)
        first = self.lines(folder)
        self.assertGreaterEqual(first, 10)
        self.kill(folder, first + 10, '-j2')
        done = sweep(folder, '--resume', '-j2')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r'%s of %d runs are there already' % (r'[1-9]\d', RUNS))
        self.same(folder)
        self.assertFalse(os.path.exists(os.path.join(folder, 'runs.csv.new')))
        again = sweep(folder, '--resume')
        self.assertIn('%d of %d runs are there already' % (RUNS, RUNS), again.stderr)
        self.same(folder)

    def test_a_line_cut_short_is_run_again(self):
        folder = self.folder()
        self.assertEqual(sweep(folder).returncode, 0)
        for name, keep in (('runs.csv', 0.5), ('steps.csv', 0.7)):
            path = os.path.join(folder, name)
            os.truncate(path, int(os.path.getsize(path) * keep))
        done = sweep(folder, '--resume')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same(folder)

    def test_names_of_points_with_anything_in_them(self):
        folder = self.folder()
        words = ['run', SWEEP[0], '--set', 'about={a "b"\nc,d}', '--runs', '2', '--no-trace']
        for more in ((), ('--resume',), ('--resume',)):
            done = subprocess.run([MOORING, *words, '-o', folder, *more], capture_output=True, text=True, timeout=100)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('4 of 4 runs are there already', done.stderr)

    def test_steps_cut_short_alone(self):
        folder = self.folder()
        self.assertEqual(sweep(folder).returncode, 0)
        path = os.path.join(folder, 'steps.csv')
        os.truncate(path, os.path.getsize(path) // 2)
        done = sweep(folder, '--resume')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r'(29|30) of 60 runs are there already')
        self.same(folder)

    def test_what_is_interrupted_is_kept(self):
        folder = self.folder()
        process = subprocess.Popen([MOORING, 'run', *SWEEP, '-o', folder], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while self.lines(folder) < 5 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        process.communicate()
        with open(os.path.join(folder, 'runs.json'), encoding='utf-8') as f:
            said = json.load(f)
        if process.returncode == 130:                   # else it was through before
            self.assertEqual(said['state'], 'interrupted')
            self.assertGreaterEqual(said['written'], 5)
        self.assertEqual(sweep(folder, '--resume').returncode, 0)
        self.same(folder)

    def test_shards(self):
        folder = self.folder()
        self.kill(folder, 5, '--shard', '4/4', part='shard-4-of-4')
        for i in (3, 1, 4, 2):
            self.assertEqual(sweep(folder, '--shard', '%d/4' % i, '--resume', '-j2').returncode, 0)
        done = run('merge', folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('%d of %d runs from 4 folders' % (RUNS, RUNS), done.stdout)
        self.same(folder)

    def test_a_shard_cut_short(self):
        folder = self.folder()
        self.assertEqual(sweep(folder, '--shard', '1/2').returncode, 0)
        self.assertEqual(sweep(folder, '--shard', '2/2').returncode, 0)
        path = os.path.join(folder, 'shard-2-of-2', 'runs.csv')
        os.truncate(path, os.path.getsize(path) // 2)
        done = run('merge', folder)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r'1[45678] of 60 runs are missing or not finished: .*--resume')
        self.assertEqual(run('merge', folder, '--partial', '-o', self.folder()).returncode, 0)
        self.assertEqual(sweep(folder, '--shard', '2/2', '--resume').returncode, 0)
        self.assertEqual(run('merge', folder).returncode, 0)
        self.same(folder)

    def test_launchers(self):
        bare = {k: v for k, v in os.environ.items() if not k.startswith(('SLURM_', 'OMPI_', 'PMI_'))}
        for variables, part in ((dict(SLURM_ARRAY_TASK_ID='7', SLURM_ARRAY_TASK_MIN='3', SLURM_ARRAY_TASK_STEP='2',
                                      SLURM_ARRAY_TASK_COUNT='4'), 'shard-3-of-4'),
                                (dict(SLURM_PROCID='0', SLURM_NTASKS='2'), 'shard-1-of-2'),
                                (dict(OMPI_COMM_WORLD_RANK='1', OMPI_COMM_WORLD_SIZE='2', SLURM_PROCID='0',
                                      SLURM_NTASKS='9'), 'shard-2-of-2'),
                                (dict(PMI_RANK='29', PMI_SIZE='30'), 'shard-30-of-30')):
            folder = self.folder()
            self.assertEqual(sweep(folder, '--shard', 'auto', env=dict(bare, **variables)).returncode, 0)
            self.assertEqual(os.listdir(folder), [part])
        for variables in (dict(), dict(PMI_RANK='3', PMI_SIZE='3'), dict(PMI_RANK='x', PMI_SIZE='3'),
                          dict(PMI_RANK='0'),
                          dict(SLURM_ARRAY_TASK_ID='2', SLURM_ARRAY_TASK_MIN='1', SLURM_ARRAY_TASK_STEP='2',
                               SLURM_ARRAY_TASK_COUNT='4')):
            done = sweep(self.folder(), '--shard', 'auto', env=dict(bare, **variables))
            self.assertEqual(done.returncode, 2)
            self.assertIn('--shard auto: ', done.stderr)

    def refused(self, done, pattern, code=2):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertRegex(done.stderr, pattern)

    def test_options_that_make_no_sense(self):
        folder = self.folder()
        for part in ('0/4', '5/4', '1', '1/0', 'a/b', '1/2/3', '-1/2', ''):
            self.refused(sweep(folder, '--shard', part), '--shard .*: i/n, where i is 1 to n')
        self.refused(run('run', SCENARIO, '--resume'), '--resume: into which folder')
        self.refused(run('run', SCENARIO, '--shard', '1/2'), '--shard: into which folder')
        self.refused(sweep(folder, '--resume', '--precision', '5%'), '--precision says by itself')
        self.refused(run('merge'), 'merge: which folders')
        self.refused(run('merge', folder), 'holds no results')
        self.refused(run('merge', self.whole), 'merge: into which folder')

    def altered(self, name, *change):
        folder = os.path.join(self.folder(), 'copy')
        shutil.copytree(self.whole, folder)
        path = os.path.join(folder, name)
        with open(path, encoding='utf-8') as f:
            text = f.read()
        self.assertIn(change[0], text)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text.replace(*change))
        return folder

    def test_results_that_do_not_fit(self):
        version = json.loads(self.wanted['runs.json'])['version']
        hashes = json.loads(self.wanted['runs.json'])['points'][1]['hash']
        for folder, said in (
                (self.altered('runs.json', '"%s"' % version, '"0.0.9"'), 'runs are of version 0.0.9, not ' + version),
                (self.altered('runs.json', 'builtin', 'ns3'), 'its runs are of engine `ns3`'),
                (self.altered('runs.json', '"runs": 60', '"runs": 61'), 'its list has 61 runs, not 60'),
                (self.altered('runs.json', hashes, '0123456789abcdef'), r'the scenario of .*2ms is not the one'),
                (self.altered('runs.json', 'mooring-runs-1', 'mooring-runs-9'), 'is of format `mooring-runs-9`'),
                (self.altered('runs.json', '{', '', 1), 'runs.json: .*'),
                (self.altered('runs.csv', 'passed', 'braved', 1), 'column 7 is `braved`, this version writes `passed`'),
                (self.altered('steps.csv', 'kind', 'sort', 1), 'column 8 is `sort`'),
                (self.altered('runs.csv', ',pass,', ',well,', 1), 'this is no line of ours')):
            self.refused(sweep(folder, '--resume'), said)
            with open(os.path.join(folder, 'steps.csv'), 'rb') as f:
                self.assertEqual(len(f.read()), len(self.wanted['steps.csv']), 'something was lost')
        other = self.altered('runs.csv', 'run', 'run')
        self.refused(run('run', SCENARIO, '--set', 'links.agg2.delay={1ms,2ms,6ms}', '--runs', '20', '--tables', '-o',
                         other, '--resume'), 'were made with --set')

    def test_two_results_of_one_run(self):
        other = self.altered('steps.csv', ',attach wlan,', ',attach home,', 1)
        self.refused(run('merge', self.whole, other, '-o', self.folder()), 'run 1 .* is there twice')

    def test_a_full_disk(self):
        folder = self.folder()
        done = sweep(folder, preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                 resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))))
        self.refused(done, r'steps\.csv: .*(large|space)', 70)
        self.assertLess(self.lines(folder), 40)
        done = sweep(folder, '--resume')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same(folder)


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
