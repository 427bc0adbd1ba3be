# SPDX-License-Identifier: GPL-2.0-or-later
"""Handovers whose latency has a closed form, calculated and simulated: every phase's mean over the runs, its 95 %
interval, and whether the calculated value lies in it (judged is the 99.9 % interval); and how often which try was the
one that came through, by a chi-squared test. Where nothing is random both must agree to the nanosecond.
docs/validation.md has the formulas and this test's table. `RUNS=1000 test_validation.py` takes more runs."""
import csv
import math
import os
import subprocess
import sys
import tempfile

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
RUNS = int(os.environ.get('RUNS', '300'))
LOSS = (0, 5, 10, 20)                                   # percent, each way, of the cable to the home agent or anchor

# the scenarios' links, ms: the cable, from its router to the access router, and the link that the node comes to
WAN, AGG, ACCESS, GAP = 10.0, 3.0, 2.0, 100.0
DAD, RS_DELAY, RA_DELAY = 1000.0, 1000.0, 500.0         # RFC 4862 5.1, RFC 4861 10
CHI = (0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32)  # 99.9 % quantiles, by degrees of freedom
WIDE = 3.29 / 1.96                                     # 99.9 % in units of 95 %
FIRST, MOST = 1000.0, 32000.0                           # INITIAL_BINDACK_TIMEOUT, MAX_BINDACK_TIMEOUT


def registration(loss, first, later):
    """An exchange comes through with q = (1 - loss)^2. Try k begins when all the waits before it are over, each twice
    the one before up to the greatest; an exchange takes `first` with the first try and `later` with another one."""
    q, begun, wait, left, mean = (1 - loss) ** 2, 0.0, FIRST, 1.0, 0.0
    for k in range(1000):
        mean += left * q * (begun + (first if k == 0 else later))
        left *= 1 - q
        begun += wait
        wait = min(2 * wait, MOST)
    return mean


def dsmip(loss):
    """First try: the access router asks who the next one is, and in the end who has the new care-of address; a later
    try: only the latter."""
    trip = 2 * (ACCESS + AGG + WAN)
    r = registration(loss, trip + 2 * AGG + 2 * ACCESS, trip + 2 * ACCESS)
    phases = {'l2_gap': GAP, 'solicit_wait': RS_DELAY / 2, 'detection': 2 * ACCESS + RA_DELAY / 2, 'dad': DAD,
              'registration': r}
    return dict(phases, total=sum(phases.values()))


def pmip(loss):
    """The gateway registers as the link comes up, and advertises when it may; the host waits for nothing but its own
    duplicate address detection. First try: the gateway asks who the next router is."""
    trip = 2 * (AGG + WAN)
    r = registration(loss, trip + 2 * AGG, trip)
    phases = {'l2_gap': GAP, 'registration': r, 'detection': ACCESS, 'dad': DAD}
    return dict(phases, total=sum(phases.values()))


def simulate(name):
    """Values of each phase of the handover in ms, by loss."""
    with tempfile.TemporaryDirectory() as folder:
        points = 'timeline.2.params.loss={%s}' % ','.join('%d%%' % p for p in LOSS)
        subprocess.run([MOORING, 'run', os.path.join(TOP, 'scenarios', 'research', name + '.yaml'), '--set', points,
                        '--runs', str(RUNS), '-j2', '--tables', '-o', folder], check=True, stdout=subprocess.DEVNULL)
        values = {p: {} for p in LOSS}
        with open(os.path.join(folder, 'steps.csv'), encoding='utf-8', newline='') as f:
            for row in csv.DictReader(f):
                if row['kind'] != 'handover' or row['outcome'] != 'ok':
                    continue
                loss = int(row['point'].rsplit('=', 1)[1].rstrip('%'))
                for phase in ('l2_gap', 'solicit_wait', 'detection', 'dad', 'registration', 'total'):
                    if row[phase + '_ns']:
                        values[loss].setdefault(phase, []).append(int(row[phase + '_ns']) / 1e6)
        return values


def interval(values):
    """Mean and half the width of its 95 % interval: normal, for there are hundreds."""
    n, mean = len(values), math.fsum(values) / len(values)
    variance = math.fsum((v - mean) ** 2 for v in values) / (n - 1)
    return mean, 1.96 * math.sqrt(variance / n)


def tries(loss, registrations):
    """Chi-squared of the tries that came through against a geometric distribution, and its 99.9 % quantile. Tries that
    are expected less than five times are one class."""
    q, n, begun, wait, left = (1 - loss) ** 2, len(registrations), 0.0, FIRST, 1.0
    counts, wanted = [], []
    while left * (1 - q) * q * n >= 5:
        counts.append(sum(begun <= r < begun + wait for r in registrations))
        wanted.append(left * q * n)
        left *= 1 - q
        begun += wait
        wait = min(2 * wait, MOST)
    counts.append(sum(r >= begun for r in registrations))
    wanted.append(left * n)
    return sum((c - w) ** 2 / w for c, w in zip(counts, wanted)), CHI[len(counts) - 1]


def main():
    count = {'passed': 0, 'failed': 0}
    for name, closed in (('analytic-dsmip', dsmip), ('analytic-pmip', pmip)):
        values = simulate(name)
        print('%s, %d runs for each loss\nloss  phase         calculated   simulated    95 %% interval'
              '          relative  within' % (name, RUNS))
        for p in LOSS:
            for phase, wanted in closed(p / 100).items():
                got = values[p].get(phase, [])
                mean, half = interval(got) if len(got) == RUNS else (math.nan, 0)
                # an interval of no width is a value, in whole nanoseconds; one in twenty of the others may miss
                within, good = (abs(mean - wanted) <= max(half * much, 1e-6) for much in (1, WIDE))
                count['passed' if good else 'failed'] += 1
                print('%3d %%  %-13s %10.4f  %10.4f  [%10.4f, %10.4f]  %+8.4f%%  %s' % (
                    p, phase, wanted, mean, mean - half, mean + half, 100 * (mean - wanted) / wanted,
                    'yes' if within else 'no' if good else 'NO'))
            if p:
                chi, most = tries(p / 100, values[p]['registration'])
                count['passed' if chi < most else 'failed'] += 1
                print('%3d %%  tries         chi-squared %.2f, below %.2f wanted' % (p, chi, most))
        print()
    print('%(passed)d passed, %(failed)d failed' % count)
    return 1 if count['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
