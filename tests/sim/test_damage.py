# SPDX-License-Identifier: GPL-2.0-or-later
"""Results folders that were damaged, begun and killed, or belong to another list of runs: what is refused, by which
name, and that what is gone on with comes out octet by octet as if nothing had happened."""
import csv
import json
import os
import shutil
import signal
import subprocess
import time

import rig
from rig import MOORING, SMALL, run

TABLES = ('points.csv', 'runs.csv', 'runs.json', 'steps.csv', 'summary.csv')


class Damage(rig.Case):
    def setUp(self):
        super().setUp()
        self.small = self.file('small.yaml', SMALL)

    def octets(self, folder):
        found = {}
        for name in sorted(os.listdir(self.path(folder))):
            with open(self.path(folder, name), 'rb') as f:
                found[name] = f.read()
        return found

    def made(self, folder, *more, scenario=None, runs=4, code=0):
        done = run('run', scenario or self.small, '--runs', runs, '--tables', '-o', self.path(folder), *more)
        self.assertEqual(done[0], code, done[1] + done[2])
        return done

    def refused(self, pattern, *words, code=2):
        done = run(*words)
        self.assertEqual(done[0], code, done[1] + done[2])
        self.assertRegex(done[2], pattern)
        self.assertNotIn('CRITICAL', done[2])

    def test_shards_of_another_list(self):
        """Nothing but the list tells that run 2 of one is not run 2 of the other."""
        other = self.file('other.yaml', SMALL.replace('scenario: small', 'scenario: other'))
        self.made('a', '--shard', '1/2')
        self.made('b', '--shard', '2/2')
        self.made('other', '--shard', '2/2', scenario=other)
        self.made('seed', '--shard', '2/2', '--seed', 100)
        one = self.path('a', 'shard-1-of-2')
        for wrong in ('other', 'seed'):
            self.refused('shard-2-of-2: holds runs of another list', 'merge', one, self.path(wrong, 'shard-2-of-2'),
                         '-o', self.path('out'))
            self.assertFalse(os.path.exists(self.path('out')))
        # parts that overlap are parts of one list nevertheless
        self.made('c', '--shard', '2/3')
        self.assertEqual(run('merge', one, self.path('b', 'shard-2-of-2'), self.path('c', 'shard-2-of-3'), '-o',
                             self.path('out'))[0], 0)
        self.made('whole')
        self.assertEqual(self.octets('out'), self.octets('whole'))

    def test_heads_of_another_program(self):
        """With the names of our columns, quoted by a spreadsheet, or with a comma behind them."""
        self.made('a')
        for name in ('runs.csv', 'steps.csv'):
            for old, new in (('run,', '"run",'), ('\n', ',\n'), ('\n', '\r\n'), ('seed', 'sead')):
                shutil.rmtree(self.path('bad'), ignore_errors=True)
                shutil.copytree(self.path('a'), self.path('bad'))
                with open(self.path('a', name), encoding='utf-8') as f:
                    text = f.read().replace(old, new, 1)
                with open(self.path('bad', name), 'w', encoding='utf-8', newline='') as f:
                    f.write(text)
                said = name + ': (column|another program)'
                self.refused(said, 'merge', self.path('bad'), '-o', self.path('out'))
                self.refused(said, 'run', self.small, '--runs', 4, '--tables', '-o', self.path('bad'), '--resume')

    def test_a_result_that_cannot_be_handed_over(self):
        """Nothing may be written at all: each run is told as one without a result."""
        limited = ['bash', '-c', "trap '' XFSZ; ulimit -f 0; exec \"$@\"", 'bash']
        done = subprocess.run(limited + [MOORING, 'run', self.small, '--runs', '3'], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=100)
        self.assertEqual(done.returncode, 70, done.stderr)
        self.assertEqual(done.stderr.count(b'and no result'), 3, done.stderr)
        self.assertIn(b'0 passed, 0 failed, 0 inconclusive, 3 errors', done.stdout)

    def test_a_source_is_not_written_into(self):
        self.made('a', '--shard', '1/2')
        self.made('a', '--shard', '2/2')
        parts = [self.path('a', 'shard-%d-of-2' % i) for i in (1, 2)]
        before = self.octets(parts[0])
        self.refused('is one of the folders that are put together', 'merge', *parts, '-o', parts[0] + '/.')
        self.assertEqual(self.octets(parts[0]), before)

    def test_more_shards_than_runs(self):
        for i in range(1, 5):
            done = self.made('a', '--shard', '%d/4' % i, runs=2)
            self.assertEqual('has none of the 2 runs' in done[2], i > 2, done[2])
        self.made('whole', runs=2)
        self.assertEqual(run('merge', self.path('a'), '-o', self.path('out'))[0], 0)
        self.assertEqual(self.octets('out'), self.octets('whole'))
        self.refused('holds no run', 'report', self.path('a', 'shard-4-of-4'))

    def test_killed_before_the_first_run(self):
        """Tables without a line, without a head, without a file; and the new ones of a resume that was killed."""
        self.made('whole')
        want = self.octets('whole')
        for kept in (b'', b'run,po', None):
            for name in ('runs.csv', 'steps.csv', 'both'):
                shutil.rmtree(self.path('x'), ignore_errors=True)
                shutil.copytree(self.path('whole'), self.path('x'))
                for table in TABLES[1::2] if name == 'both' else [name]:
                    os.unlink(self.path('x', table))
                    if kept is not None:
                        with open(self.path('x', table), 'wb') as f:
                            f.write(kept)
                self.made('x', '--resume', '-j', 2)
                self.assertEqual(self.octets('x'), want, (kept, name))
        with open(self.path('x', 'steps.csv.new'), 'wb'):
            pass                                        # its runs.csv.new was not there yet
        self.assertIn('4 of 4 runs are there already', self.made('x', '--resume')[2])
        self.assertEqual(self.octets('x'), want)

    def test_steps_cut_at_the_end_of_a_line(self):
        self.made('whole')
        shutil.copytree(self.path('whole'), self.path('x'))
        with open(self.path('x', 'steps.csv'), 'rb+') as f:
            lines = f.readlines()
            f.truncate(sum(len(line) for line in lines[:-1]))
        said = r'runs\.csv:5: run 4 has 1 steps, .*steps\.csv has 0 of them: cut short'
        self.refused(said, 'diff', self.path('whole'), self.path('x'))
        self.refused(said, 'plot', self.path('x'))
        self.refused(said, 'export', self.path('x'), '-o', self.path('x.sqlite'))
        out = run('diff', self.path('whole'), self.path('x'), '--partial')[1]
        self.assertIn('3 of 4 runs count', out)
        # and the line of a run in the middle
        with open(self.path('x', 'runs.csv'), 'r+', encoding='utf-8') as f:
            lines = f.readlines()
            f.seek(0)
            f.truncate()
            f.writelines(lines[:2] + lines[3:])
        words = ('diff', self.path('whole'), self.path('x'))
        self.refused(r'steps\.csv:3: steps of a run that is not in runs\.csv', *words)
        self.assertIn('2 of 3 runs count', run(*words, '--partial')[1])

    def test_manifests(self):
        self.made('whole')
        for text, said in (('', 'is no JSON object'), ('[]', 'is no JSON object'), ('{', 'Parse error'),
                           (None, 'says 4000000000 runs, there are at most')):
            shutil.rmtree(self.path('x'), ignore_errors=True)
            shutil.copytree(self.path('whole'), self.path('x'))
            with open(self.path('x', 'runs.json'), 'r+', encoding='utf-8') as f:
                old = f.read()
                f.seek(0)
                f.truncate()
                f.write(old.replace('"runs": 4', '"runs": 4000000000') if text is None else text)
            for words in (('merge', self.path('x'), '-o', self.path('out')),
                          ('run', self.small, '--runs', 4, '--tables', '-o', self.path('x'), '--resume')):
                self.refused('x/runs.json: .*' + said, *words)

    def test_nothing_to_compare(self):
        for name, delay in (('a', '1ms'), ('b', '2ms')):
            self.made(name, '--set', 'expect.REG.within=1ms', '--set', 'links.lte.delay=' + delay, code=1)
        self.refused('no run passed on either side', 'diff', self.path('a'), self.path('b'))
        self.assertEqual(run('diff', self.path('a'), self.path('b'), '--json')[0], 2)

    def test_kept_runs_are_json(self):
        words = ['run', self.small, '--set', 'about={a "b"\nc,d}', '--runs', 2, '--tables', '--json']
        words += ['-o', self.path('x')]
        said = json.loads(run(*words)[1])
        again = json.loads(run(*words, '--resume')[1])
        self.assertEqual([r['run'] for r in again['runs']], [r['run'] for r in said['runs']])
        self.assertTrue(all(r['kept'] for r in again['runs']))

    def workers(self, process):
        try:
            with open('/proc/%d/task/%d/children' % (process.pid, process.pid), encoding='ascii') as f:
                return [int(pid) for pid in f.read().split()]
        except OSError:
            return []

    def test_a_worker_killed(self):
        """It costs the run that it was at, and nothing else."""
        heavy = os.path.join(rig.SCENARIOS, 'handover', 'ipv6-to-nat.yaml')
        words = ['run', heavy, '--runs', '60', '--tables', '-o', self.path('x'), '-j', '2']
        for number in (signal.SIGKILL, signal.SIGSEGV):
            process = subprocess.Popen([MOORING] + words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            while not self.workers(process) and process.poll() is None:
                time.sleep(0.001)
            time.sleep(0.05)
            victims = self.workers(process)
            if victims:
                os.kill(victims[0], number)
            said = process.communicate()[1].decode()
            with open(self.path('x', 'runs.csv'), encoding='utf-8', newline='') as f:
                lines = list(csv.DictReader(f))
            broken = [line['run'] for line in lines if line['state'] != 'finished']
            self.assertEqual(len(lines), 60)
            self.assertLessEqual(len(broken), 1)
            if broken:                                  # else it was between two runs, or all was over
                self.assertEqual(process.returncode, 70)
                self.assertIn('killed by signal %d' % number, said)
            self.assertEqual(run(*words, '--resume')[0], 0)
        self.made('whole', scenario=heavy, runs=60)
        self.assertEqual(self.octets('x'), self.octets('whole'))


if __name__ == '__main__':
    rig.main()
