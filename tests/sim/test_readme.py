#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md shows is what the program prints: the demo's table and verdicts, ladder, a sweep, flows, replay.

timeout: 120
"""
import os
import subprocess
import sys
import tempfile

TOP = os.environ.get('MOORING_TOP', os.getcwd())
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
INDENT = '    '


def run(*argv):
    out = subprocess.run([MOORING, *argv], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return [line.rstrip() for line in out.stdout.decode().splitlines()]


def question(folder):
    printed = run('run', 'scenarios/handover/ipv6-to-ipv6.yaml', '--set', 'nodes.ue.optimistic-dad={false,true}',
                  '--runs', '50', '--tables', '-o', folder)
    return printed + run('diff', folder, '--a', '=false', '--b', '=true', '--step-a', 'lte > wifi', '--metric', 'total')


def shown():
    """The indented lines of README.md that are program output: everything but command lines."""
    with open(os.path.join(TOP, 'README.md'), encoding='utf-8') as f:
        lines = [line.rstrip('\n') for line in f]
    commands = ('./waf', 'build/', 'WIRESHARK')
    return [line[len(INDENT):].rstrip() for line in lines
            if line.startswith(INDENT) and line.strip() and not line.strip().startswith(commands)]


def main():
    with tempfile.TemporaryDirectory() as folder:
        printed = run('run', 'scenarios/handover/home-tour.yaml', '-o', folder)
        printed += run('ladder', folder)
        printed += question(os.path.join(folder, 'dad'))
    printed += run('run', 'scenarios/ifom/flow-move.yaml')
    printed += run('replay', 'traces/reference/umip-mip6.pcap')
    known = {line.strip() for line in printed}
    lines = shown()
    stale = [line for line in lines if line.strip() not in known]
    for line in stale[:10]:
        print('README.md shows, but the program does not print: ' + line)
    print('%d passed, %d failed' % (len(lines) - len(stale), len(stale)))
    return 1 if stale or len(lines) < 40 else 0


if __name__ == '__main__':
    sys.exit(main())
