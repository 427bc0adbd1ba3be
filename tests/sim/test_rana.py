# SPDX-License-Identifier: GPL-2.0-or-later
"""A published handover reproduced: 100 runs of scenarios/research/rana-2017.yaml for each interval of advertisements,
printed beside the three columns of the paper. Acceptance: the home registration within 1.00 to 1.04 s, movement
detection within the span of the paper's three columns and 5 % around it. docs/studies/rana-2017.md explains both."""
import csv
import math
import os
import subprocess
import sys
import tempfile

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
RUNS = 100
T = 1.984                                               # 97.5 % quantile of Student's distribution, 99 degrees

# seconds: testbed, OMNeT++, ns-3; movement detection includes the mobile node's own duplicate address detection
PAPER = (('[1s,3s]', (3.288, 2.643, 2.600), (1.040, 1.003, 1.022)),
         ('[50ms,1.5s]', (2.041, 2.131, 2.083), (1.040, 1.003, 1.022)),
         ('[30ms,70ms]', (1.558, 1.680, 1.539), (1.041, 1.003, 1.022)))


def simulate():
    """Movement detection and home registration of each run in seconds, by the interval of advertisements."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(TOP, 'scenarios', 'research', 'rana-2017.yaml')
        subprocess.run([MOORING, 'run', scenario, '--runs', str(RUNS), '-j2', '--tables', '-o', folder], check=True,
                       stdout=subprocess.DEVNULL)
        found = {}
        with open(os.path.join(folder, 'steps.csv'), encoding='utf-8', newline='') as f:
            for row in csv.DictReader(f):
                if row['kind'] == 'handover' and row['outcome'] == 'ok':
                    both = found.setdefault(row['point'].rsplit('=', 1)[1], ([], []))
                    both[0].append((int(row['total_ns']) - int(row['registration_ns'])) / 1e9)
                    both[1].append(int(row['registration_ns']) / 1e9)
        return found


def interval(values):
    mean = math.fsum(values) / len(values)
    return mean, T * math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))


def main():
    found, counts = simulate(), [0, 0]
    print('s, %d runs each            ours                 testbed  OMNeT++     ns-3     accepted' % RUNS)
    for every, movement, registration in PAPER:
        bands = ((min(movement) * 0.95, max(movement) * 1.05), (1.0, 1.04))
        ours, columns = found.get(every, ([], [])), (movement, registration)
        for name, values, theirs, band in zip(('Tmd', 'Thr'), ours, columns, bands):
            if len(values) != RUNS:
                counts[1] += 1
                print('%-12s %s  %d handovers of %d runs' % (every, name, len(values), RUNS))
                continue
            mean, half = interval(values)
            good = band[0] <= mean <= band[1]
            counts[not good] += 1
            print('%-12s %s  %.3f [%.3f, %.3f]      %.3f    %.3f    %.3f   %.3f to %.3f: %s' % (
                (every, name, mean, mean - half, mean + half) + theirs + band + ('yes' if good else 'NO',)))
    print('%d passed, %d failed' % tuple(counts))
    return 1 if counts[1] else 0


if __name__ == '__main__':
    sys.exit(main())
