# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of other compilers share: a build of its own below build/other, its tests, and its fingerprints beside
those of the build under test. The builds go on, one file at a time, beside other tests."""
import glob
import os
import subprocess
import sys

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MOORING_BUILD') or os.path.join(TOP, 'build')
OUT = os.path.relpath(os.path.join(BUILD, 'other'), TOP)


def waf(arguments):
    env = dict(os.environ, MOORING_NO_INSTALL='1')
    for name in ('CC', 'CFLAGS', 'LINKFLAGS', 'WAFLOCK'):
        env.pop(name, None)
    return subprocess.run(['./waf'] + arguments + ['-j1'], cwd=TOP, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def fingerprint(program):
    return subprocess.run([program, 'run', '--fingerprint', 'scenarios'], cwd=TOP, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


class Judge:
    def __init__(self):
        self.counts = {'passed': 0, 'failed': 0, 'skipped': 0}
        self.names = []                                 # of the builds that are there
        program = os.path.join(BUILD, 'mooring')
        self.reference = fingerprint(program) if os.path.exists(program) else None

    def count(self, word, name, text=''):
        self.counts[word] += 1
        if word != 'passed':
            print('%s %s: %s' % ({'failed': 'FAIL', 'skipped': 'SKIP'}[word], name, text[-6000:]))

    def built(self, name):
        return name in self.names

    def build(self, name, options, how):
        out = ['--out', os.path.join(OUT, name)]
        done = waf(['configure'] + options + out)
        if done.returncode == 0:
            done = waf(['build'] + how + out)
        self.count('failed' if done.returncode else 'passed', name + ' builds', done.stdout)
        if not done.returncode:
            self.names.append(name)

    def begin_tests(self, name, wanted):
        argv = [sys.executable, '-B', os.path.join(TOP, 'tests', 'run.py'), '--build', os.path.join(TOP, OUT, name),
                '--filter', wanted, '--jobs', '1']
        return subprocess.Popen(argv, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end_tests(self, name, tests):
        said = tests.communicate()[0]
        self.count('failed' if tests.returncode else 'passed', name + ' passes the tests', said)

    def fingerprints(self, name):
        what = name + ' has the same fingerprints'
        if self.reference is None:
            word = 'failed' if glob.glob(os.path.join(TOP, 'cli', '*.c')) else 'skipped'
            self.count(word, what, 'the program is not built')
            return
        other, expected = fingerprint(os.path.join(TOP, OUT, name, 'mooring')), self.reference
        same = (other.returncode, other.stdout) == (expected.returncode, expected.stdout) and expected.stdout
        self.count('passed' if same else 'failed', what, 'exit code %d, %d\n%s\n--- reference:\n%s' % (
            other.returncode, expected.returncode, other.stdout + other.stderr, expected.stdout))

    def close(self):
        print('%(passed)d passed, %(failed)d failed, %(skipped)d skipped' % self.counts)
        return 1 if self.counts['failed'] else 0
