# SPDX-License-Identifier: GPL-2.0-or-later
"""Every figure of traces/stats*.c on tame and on nasty samples, judged by R, which makes the same ones of the same
numbers. Bootstraps draw differently, so these are near one another and not the same.

only: --interop
timeout: 120
"""
import math
import os
import random
import shutil
import subprocess
import sys

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MOORING_BUILD') or os.path.join(TOP, 'build')
HERE = os.path.dirname(os.path.abspath(__file__))
DRAWN = ('percentile_lo', 'percentile_hi', 'bca_lo', 'bca_hi')


def samples():
    r = random.Random(8)
    timer = [1e9 * 2 ** min(int(r.expovariate(1.2)), 5) + 40e6 for _ in range(60)]     # steps and a tail
    return {
        'none': [], 'one': [42.5], 'pair': [1, 3], 'three': [-1, 0, 7], 'equal': [0.1] * 5, 'equal2': [-7] * 2,
        'offset': [1e9 + 0.03 * r.gauss(0, 1) for _ in range(40)], 'small': [1e-12 * r.random() for _ in range(9)],
        'large': [1e15 + r.randrange(10 ** 6) for _ in range(30)], 'ties': [r.randrange(4) for _ in range(30)],
        'negative': [-1000 + 10 * r.gauss(0, 1) for _ in range(25)], 'timer': timer, 'mixed': [-1, 1] * 10 + [0],
        'lognormal': [math.exp(r.gauss(0, 1.5)) for _ in range(100)], 'one_off': [5.0] * 11 + [6.0],
        'many': [float(round(1e9 * r.gammavariate(2, 0.3))) for _ in range(10000)],
        'many_off': [1e9 + 0.03 * r.gauss(0, 1) for _ in range(10000)],
        'forty_nine': [r.random() for _ in range(49)], 'other_49': [r.random() + 0.2 for _ in range(49)],
        'fifty': [r.random() for _ in range(50)], 'far_away': [1e6 + r.random() for _ in range(49)],
    }


TWO = [('none', 'three'), ('one', 'three'), ('one', 'one'), ('pair', 'three'), ('pair', 'equal2'), ('three', 'three'),
       ('equal', 'ties'), ('equal', 'equal'), ('offset', 'many_off'), ('ties', 'mixed'), ('ties', 'large'),
       ('negative', 'three'), ('timer', 'lognormal'), ('many', 'many_off'), ('forty_nine', 'other_49'),
       ('fifty', 'other_49'), ('forty_nine', 'far_away'), ('small', 'one_off'), ('many', 'timer')]
FISHER = [(3, 4, 1, 4), (0, 10, 10, 10), (5, 5, 5, 5), (0, 3, 0, 9), (997, 1000, 985, 1000), (1, 1, 1, 1000),
          (40, 100, 60, 100), (9990, 10000, 9950, 10000)]


def questions():
    lines, s = [], samples()
    for name, v in s.items():
        lines.append('one %s %d %s' % (name, len(v), ' '.join(repr(float(x)) for x in v)))
    for a, b in TWO:
        values = ' '.join(repr(float(x)) for x in s[a] + s[b])
        lines.append('two %s:%s %d %d %s' % (a, b, len(s[a]), len(s[b]), values))
    for k in FISHER:
        lines.append('fisher fisher-%d-%d-%d-%d %d %d %d %d' % (k + k))
    lines.append('holm holm 7 0.01 0.02 0.9 0.02 1e-9 0.5 0.04')
    return '\n'.join(lines) + '\n'


def answers(argv):
    done = subprocess.run(argv, input=questions(), capture_output=True, text=True, timeout=110)
    if done.returncode:
        sys.exit('%s: %s' % (argv[0], done.stderr))
    return {tuple(line.split()[:2]): float(line.split()[2]) for line in done.stdout.splitlines()}


def near(name, figure, ours, theirs, all_theirs):
    if figure in DRAWN:
        # two thousand draws know a quantile of a mean to some per cent of the interval; there are few means of one_off
        width = all_theirs[name, 'percentile_hi'] - all_theirs[name, 'percentile_lo']
        return abs(ours - theirs) <= (0.4 if name == 'one_off' else 0.12 if figure.startswith('bca') else 0.08) * width
    # of means far from zero the last digits are not there to be equal in
    loss = 1e-6 if 'off' in name or 'large' in name or 'skew' in figure else 1e-9
    return abs(ours - theirs) <= loss * max(abs(ours), abs(theirs)) + 1e-300


def main():
    if not shutil.which('Rscript'):
        print('SKIP: Rscript is not installed (package r-base-core)')
        sys.exit(77)
    theirs = answers(['Rscript', '--vanilla', os.path.join(HERE, 'stats_judge.R')])
    ours = answers([os.path.join(BUILD, 'tests', 'interop', 'stats_figures')])
    bad = 0
    for key, value in sorted(theirs.items()):
        if key not in ours or not near(key[0], key[1], ours[key], value, theirs):
            print('%s %s: ours %r, R has %r' % (key + (ours.get(key), value)))
            bad += 1
    for key, value in sorted(ours.items()):
        # what R refuses: nothing varies; its bootstrap is not asked of ten thousand values
        if not math.isfinite(value) or (key not in theirs and key[1] not in DRAWN and value not in (0, 1) and
                                        not key[0].startswith('equal')):
            print('%s %s: ours %r, R has none' % (key + (value,)))
            bad += 1
    print('%d passed, %d failed' % (len(theirs) - bad, bad))
    sys.exit(1 if bad or len(theirs) < 500 else 0)


main()
