# SPDX-License-Identifier: GPL-2.0-or-later
"""What `mooring run` says of many runs: a line each while they are few, then those alone that did not pass; an
interrupt is told as one, and --resume makes those runs again; --shard auto says which part it takes, and refuses a task
of an array that is given again alone."""
import csv
import json
import os
import re
import signal
import subprocess
import time
import unittest

import rig
from rig import MOORING, SMALL, TOP, run

# every run fails: nobody is that fast
FAILING = SMALL.replace('within: 5s', 'within: 1ms')
NS3 = os.path.exists(os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so'))


class Lines(rig.Case):
    def told(self, *words, code=0, text=SMALL):
        got, out, err = run('run', self.file('small.yaml', text), *words)
        self.assertEqual((code, ''), (got, err))
        return out

    def lines(self, out, verdict='pass'):
        return re.findall(r'^%s small.*expectations met' % verdict, out, re.M)

    def test_few_have_a_line_each(self):
        self.assertEqual(20, len(self.lines(self.told('--runs', 20))))
        self.assertEqual(0, len(self.lines(self.told('--runs', 21))))
        self.assertEqual(0, len(self.lines(self.told('--set', 'links.core.delay={1ms..21ms/1ms}'))))
        self.assertEqual(21, len(self.lines(self.told('--runs', 21, '--verbose'))))
        self.assertEqual(0, len(self.lines(self.told('--runs', 2, '-q'))))
        code, out, err = run('run', self.path('small.yaml'), '-q', '-v')
        self.assertEqual((2, ''), (code, out))
        self.assertIn('--quiet or --verbose?', err)

    def test_the_rest_is_the_same(self):
        """Tables, sum, fingerprints and JSON do not depend on it."""
        said = {w: self.told('--runs', 21, '--fingerprint', w) for w in ('-q', '-v')}
        self.assertEqual(21, len(re.findall('^fingerprint .*seed=', said['-q'], re.M)))
        self.assertEqual(said['-q'], ''.join(line for line in said['-v'].splitlines(True) if not self.lines(line)))
        self.assertIn('\n21 runs: 21 passed, 0 failed, 0 inconclusive, 0 errors\n', said['-q'])
        self.assertEqual(*(self.told('--runs', 21, '--json', w) for w in ('-q', '-v')))
        self.assertEqual(21, len(json.loads(self.told('--runs', 21, '--json'))['runs']))

    def test_each_that_failed(self):
        out = self.told('--runs', 25, code=1, text=FAILING)
        self.assertEqual(25, len(self.lines(out, 'fail')))
        self.assertEqual(10, len(re.findall('^fail +REG: ', out, re.M)), 'details of the first ones')
        self.assertIn('\n25 runs: 0 passed, 25 failed,', out)
        self.assertEqual(25, len(re.findall('^fail +REG: ', self.told('--runs', 25, '-v', code=1, text=FAILING), re.M)))

    def test_many_files(self):
        """Other scenarios are no repetitions: each has its line."""
        folder = os.path.dirname(self.file('many/0.yaml', SMALL))
        for i in range(1, 22):
            self.file('many/%d.yaml' % i, SMALL.replace('scenario: small', 'scenario: small%d' % i))
        code, out, _ = run('run', folder)
        self.assertEqual((0, 22), (code, len(self.lines(out))))
        self.assertEqual(22, len(self.lines(run('test', folder)[1])))
        self.assertEqual(0, len(self.lines(run('test', '-q', folder)[1])))

    @unittest.skipUnless(NS3, 'the ns-3 module was not built (libns3-dev)')
    def test_engine_says_nothing_of_one_of_many(self):
        small = self.file('small.yaml', SMALL)
        self.assertIn('\nns-3 ', run('run', small, '--engine', 'ns3')[1])
        self.assertNotIn('\nns-3 ', run('run', small, '--engine', 'ns3', '--runs', 2)[1])


class Interrupted(rig.Case):
    RUNS = 400

    def words(self):
        return ['run', os.path.join(TOP, 'scenarios', 'research', 'nat-vs-native.yaml'), '--runs', str(self.RUNS),
                '-j2', '--tables', '-o', self.path('out')]

    def written(self):
        try:
            with open(self.path('out', 'runs.csv'), encoding='utf-8', newline='') as f:
                return list(csv.DictReader(f))
        except OSError:
            return []

    def test_it_is_told_and_made_again(self):
        process = subprocess.Popen([MOORING, *self.words()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 60
        while len(self.written()) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((130, ''), (process.returncode, err), out)
        runs = self.written()
        whole = [r for r in runs if r['state'] == 'finished']
        middle = [r for r in runs if r['state'] == 'interrupted']
        self.assertEqual(len(runs), len(whole) + len(middle))
        self.assertTrue(middle, 'one at least is in the middle of something')
        self.assertRegex(out, r'\n%d runs: %d passed, 0 failed, 0 inconclusive, 0 errors '
                         r'\(interrupted: %d in the middle, %d not begun; the same with --resume makes these\)\n' %
                         (len(whole), len(whole), len(middle), self.RUNS - len(runs)))
        self.assertNotIn('left out', out)
        self.assertNotRegex(out, '(?m)^(inconclusive|interrupted)')
        self.assertIn(' Over %d runs: ' % len(whole), out)
        # made again by the same command, of a shorter list: those in the middle are not taken for done
        process = subprocess.Popen([MOORING, *self.words(), '--resume'], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual('mooring: %d of %d runs are there already\n' % (len(whole), self.RUNS), said)

    def test_one_run_alone(self):
        """The only one says what it is."""
        text = SMALL.replace('duration: 6s', 'duration: 1000h').replace(
            'expect:', 'traffic:\n  - {flow: f, from: ue, to: cn, interval: 1ms, start: 3s}\nexpect:').replace(
            '  ar:', '  cn: {kind: cn}\n  ar:').replace('[ha, ar]', '[ha, ar, cn]')
        process = subprocess.Popen([MOORING, 'run', self.file('long.yaml', text)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(130, process.returncode)
        self.assertRegex(out, '(?m)^interrupted small: ')


class Auto(rig.Case):
    def auto(self, folder, task, first, last, count, step=1):
        bare = {k: v for k, v in os.environ.items() if not k.startswith(('SLURM_', 'OMPI_', 'PMI_'))}
        slurm = dict(ID=task, MIN=first, MAX=last, COUNT=count, STEP=step)
        env = dict(bare, **{'SLURM_ARRAY_TASK_' + k: str(v) for k, v in slurm.items()})
        code, _, err = run('run', self.file('small.yaml', SMALL), '--runs', 3, '--tables', '-o', self.path(folder),
                           '--shard', 'auto', env=env)
        return code, err, os.listdir(self.path(folder)) if os.path.exists(self.path(folder)) else []

    def test_it_says_how_it_was_read(self):
        for words, part in (((7, 3, 9, 4, 2), 'part 3 of 4'), ((1, 1, 1, 1), 'part 1 of 1'),
                            ((0, 0, 0, 1), 'part 1 of 1')):
            with self.subTest(words):
                code, err, found = self.auto('out%s' % words[0], *words)
                self.assertEqual((0, ['shard-%s' % part[5:].replace(' ', '-')]), (code, found), err)
                self.assertIn('mooring: --shard auto: this is %s (SLURM_ARRAY_TASK_ID=%d)\n' % (part, words[0]), err)

    def test_a_task_given_again(self):
        self.assertEqual((2, []), self.auto('a', 5, 5, 5, 1)[::2])
        self.assertRegex(self.auto('a', 5, 5, 5, 1)[1], r'is 5, and it is the only one.*--shard 5/N')
        for task in 3, 5:
            code, err, found = self.auto('a', task, 3, 5, 2)
            self.assertEqual((2, []), (code, found), err)
        self.assertEqual(0, self.auto('a', 2, 1, 8, 8)[0])
        for words in (1, 1, 1, 1), (5, 5, 6, 2):
            code, err, found = self.auto('a', *words)
            self.assertEqual((2, ['shard-2-of-8']), (code, found))
            self.assertIn('has shard-2-of-8, so this is no part of %d: say which it is (--shard I/8)' % words[-1], err)


if __name__ == '__main__':
    rig.main()
