# SPDX-License-Identifier: GPL-2.0-or-later
"""The other compiler, without optimisation and with its sanitizers: it compiles everything without a warning, the unit
tests and codec vectors pass under its sanitizers, and every scenario runs with the same fingerprint. Where it has no
sanitizers, gcc's are taken. test_compilers_all.py compiles more often.
timeout: 1500"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compilers  # noqa: E402

# clang's takes nothing added to no pointer for a fault, gcc's does not: that one is judged by test_compilers_all.py
SANITIZED = ['--sanitize', 'address,undefined', '--O', '0', '--cflags=-g1 -fno-sanitize=pointer-overflow']
PLAIN = 'int main(void) { return 0; }\n'


def can_sanitize(compiler):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([compiler, '-fsanitize=address,undefined', '-x', 'c', '-', '-o', folder + '/x'],
                              input=PLAIN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        return done.returncode == 0 and subprocess.run([folder + '/x']).returncode == 0


def main():
    judge = compilers.Judge()
    for compiler in filter(shutil.which, ('clang', 'gcc')):
        if can_sanitize(compiler):
            judge.build(compiler + '-sanitized', ['--cc', compiler] + SANITIZED, ['--tests'])
            break
        judge.count('skipped', compiler + '-sanitized', 'its sanitizers are not here (for clang: libclang-rt-dev)')
        if compiler == 'clang':
            judge.build('clang', ['--cc', 'clang', '--O', '0'], ['--tests'])
    if not shutil.which('clang'):
        judge.count('skipped', 'clang', 'no clang here')
    for name in judge.names:
        tests = judge.begin_tests(name, 'unit/,vectors/') if name.endswith('-sanitized') else None
        judge.fingerprints(name)
        if tests:
            judge.end_tests(name, tests)
    return judge.close()


if __name__ == '__main__':
    sys.exit(main())
