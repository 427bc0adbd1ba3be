# SPDX-License-Identifier: GPL-2.0-or-later
"""Both compilers at other levels than test_compilers.py takes, and gcc's sanitizers too: each compiles everything
without a warning, each runs every scenario with the same fingerprint, and the unit tests and vectors pass.

only: --interop
timeout: 1800"""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compilers  # noqa: E402

# name, configure options, build options
BUILDS = (
    ('clang-O2', ['--cc', 'clang', '--O', '2'], ['--tests']),
    ('gcc-O0', ['--cc', 'gcc', '--O', '0'], []),
    ('gcc-sanitized', ['--cc', 'gcc', '--sanitize', 'address,undefined'], ['--tests']),
)


def main():
    judge = compilers.Judge()
    for name, options, how in BUILDS:
        if not shutil.which(options[1]):
            judge.count('skipped', name, 'no %s here' % options[1])
            continue
        judge.build(name, options, how)
        if judge.built(name):
            judge.fingerprints(name)
            if '--tests' in how:
                judge.end_tests(name, judge.begin_tests(name, 'unit/,vectors/'))
    return judge.close()


if __name__ == '__main__':
    sys.exit(main())
