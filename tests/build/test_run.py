# SPDX-License-Identifier: GPL-2.0-or-later
"""The test runner notices what it must: crashes, time-outs, empty runs, exit codes that contradict the closing line."""
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# name, script of one test, closing line and exit code of the runner
CASES = (
    ('a script that ends well', 'exit 0', '1 passed, 0 failed, 0 skipped', 0),
    ('a script that fails', 'exit 3', '0 passed, 1 failed, 0 skipped', 1),
    ('counts are summed', 'echo "5 passed, 0 failed, 2 skipped"', '5 passed, 0 failed, 2 skipped', 0),
    ('failures are summed', 'echo "5 passed, 2 failed"; exit 1', '5 passed, 2 failed, 0 skipped', 1),
    ('failures with exit code 0', 'echo "5 passed, 2 failed"', '5 passed, 3 failed, 0 skipped', 1),
    ('exit code 1 without failures', 'echo "5 passed, 0 failed"; exit 1', '5 passed, 1 failed, 0 skipped', 1),
    ('nothing was run', 'echo "0 passed, 0 failed"', '0 passed, 1 failed, 0 skipped', 1),
    ('all was skipped', 'echo why; exit 77', '0 passed, 0 failed, 1 skipped', 1),
    ('a crash', 'echo "5 passed, 0 failed"; kill -SEGV $$', '0 passed, 1 failed, 0 skipped', 1),
    ('left out without --interop', '# only: --' 'interop\nexit 0', '0 passed, 0 failed, 0 skipped', 1),
    ('no end', '# time' 'out: 1\nsleep 60 & wait', '0 passed, 1 failed, 0 skipped', 1),
)


def run(script):
    """Runs a copy of the runner on a tree with this one test (none when script is None)."""
    with tempfile.TemporaryDirectory() as top:
        layer = os.path.join(top, 'tests', 'layer')
        os.makedirs(layer)
        with open(os.path.join(TOP, 'tests', 'run.py'), encoding='utf-8') as source, \
                open(os.path.join(top, 'tests', 'run.py'), 'w', encoding='utf-8') as copy:
            copy.write(source.read())
        if script is not None:
            with open(os.path.join(layer, 'test_one.sh'), 'w', encoding='utf-8') as f:
                f.write('#!/bin/sh\n' + script + '\n')
        done = subprocess.run([sys.executable, '-B', os.path.join(top, 'tests', 'run.py')], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        with open(os.path.join(top, 'build', 'test-results', 'all.xml'), encoding='utf-8') as f:
            return done.returncode, done.stdout, f.read()


def main():
    failed = 0
    for name, script, closing, code in CASES + (('no test at all', None, '0 passed, 0 failed, 0 skipped', 1),):
        got, printed, junit = run(script)
        last = printed.rstrip().splitlines()[-1]
        if (got, last) != (code, closing) or ('<failure' in junit) == (' 0 failed' in closing):
            failed += 1
            print('FAIL %s: exit code %d\n%s%s' % (name, got, printed, junit))
    print('%d passed, %d failed' % (len(CASES) + 1 - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
