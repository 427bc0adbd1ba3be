# SPDX-License-Identifier: GPL-2.0-or-later
"""The other compiler, no optimisation, and sanitizers: each compiles everything without a warning, each runs every
scenario with the same fingerprint, and under the sanitizers the unit tests and codec vectors pass too.
timeout: 1500"""
import glob
import os
import shutil
import subprocess
import sys

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MOORING_BUILD') or os.path.join(TOP, 'build')
OUT = os.path.relpath(os.path.join(BUILD, 'other'), TOP)

# name, configure options, what to do, compiler it needs
BUILDS = (
    ('clang', ['--cc', 'clang'], ['build', '--tests'], 'clang'),
    ('gcc-O0', ['--cc', 'gcc', '--O', '0'], ['build'], 'gcc'),
    ('sanitized', ['--cc', 'gcc', '--sanitize', 'address,undefined'], ['check', '--filter', 'unit/,vectors/'], 'gcc'),
)


def waf(arguments):
    env = dict(os.environ, MOORING_NO_INSTALL='1')
    for name in ('CC', 'CFLAGS', 'LINKFLAGS', 'WAFLOCK'):
        env.pop(name, None)
    return subprocess.run(['./waf'] + arguments + ['-j1'], cwd=TOP, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def fingerprint(program):
    return subprocess.run([program, 'run', '--fingerprint', 'scenarios'], cwd=TOP, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def main():
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}

    def count(word, name, text=''):
        counts[word] += 1
        if word != 'passed':
            print('%s %s: %s' % ({'failed': 'FAIL', 'skipped': 'SKIP'}[word], name, text[-6000:]))

    program = os.path.join(BUILD, 'mooring')
    reference = fingerprint(program) if os.path.exists(program) else None
    for name, options, commands, compiler in BUILDS:
        if not shutil.which(compiler):
            count('skipped', name, 'no %s here' % compiler)
            continue
        out = ['--out', os.path.join(OUT, name)]
        done = waf(['configure'] + options + out)
        if done.returncode == 0:
            done = waf(commands + out)
        count('failed' if done.returncode else 'passed', name + ' builds', done.stdout)
        if done.returncode:
            continue
        if reference is None:
            word = 'failed' if glob.glob(os.path.join(TOP, 'cli', '*.c')) else 'skipped'
            count(word, name + ' has the same fingerprints', 'the program is not built')
            continue
        other = fingerprint(os.path.join(TOP, OUT, name, 'mooring'))
        same = (other.returncode, other.stdout) == (reference.returncode, reference.stdout) and reference.stdout
        count('passed' if same else 'failed', name + ' has the same fingerprints',
              'exit code %d, %d\n%s\n--- reference:\n%s' % (other.returncode, reference.returncode,
                                                           other.stdout + other.stderr, reference.stdout))
    print('%(passed)d passed, %(failed)d failed, %(skipped)d skipped' % counts)
    return 1 if counts['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
