#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/conformance.md says what the sources and the scenarios say now.

timeout: 300
"""
import difflib
import os
import subprocess
import sys

TOP = os.environ.get('MOORING_TOP', os.getcwd())
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))


def main():
    made = subprocess.run([sys.executable, '-B', os.path.join(TOP, 'cli', 'conformance.py'), TOP, MOORING], cwd=TOP,
                          stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    with open(os.path.join(TOP, 'docs', 'conformance.md'), encoding='utf-8') as f:
        kept = f.read().splitlines()
    stale = [line for line in difflib.unified_diff(kept, made, 'docs/conformance.md', 'now', n=0, lineterm='')]
    for line in stale[:12]:
        print(line[:240])
    if stale:
        print('docs/conformance.md is old: make it anew with ./waf conformance')
    failed = [line for line in made if line.startswith('| R') and line.endswith(('| fail |', '| error |'))]
    for line in failed:
        print('its scenario fails: ' + line[:120])
    print('%d passed, %d failed' % (2 - bool(stale) - bool(failed), bool(stale) + bool(failed)))
    return 1 if stale or failed else 0


if __name__ == '__main__':
    sys.exit(main())
