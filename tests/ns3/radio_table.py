# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of docs/radio.md out of a folder of results:

    mooring run scenarios/radio/dsmip-*.yaml scenarios/radio/pmip-*.yaml --engine ns3 --runs 100 --tables -o DIR
    python3 tests/ns3/radio_table.py DIR...

Means of the handover's phases in milliseconds with their 95 % intervals; one that did not vary stands alone.
"""
import csv
import os
import sys

COLUMNS = (('loss', 'l2_loss'), ('L2', 'l2_gap'), ('scan', 'l2_scan'), ('wait', 'wait'), ('detection', 'detection'),
           ('DAD', 'dad'), ('registration', 'registration'), ('total', 'total'), ('gap up', 'gap_up'),
           ('gap down', 'gap_down'), ('lost', 'lost'))
POLICIES = ('beacons', 'missed-3', 'probing', 'hop-passive', 'hop-active', 'snr-passive', 'snr-active')


def number(value):
    for least, digits in ((1000, 0), (100, 1), (10, 2)):
        if value >= least:
            return '%.*f' % (digits, value)
    return '%.3f' % value if value else '0'


def cell(row):
    if not row:
        return '-'
    scale = 1e6 if row['unit'] == 'ns' else 1
    mean, half = float(row['mean']) / scale, (float(row['hi']) - float(row['lo'])) / 2 / scale
    # what the printed digits do not show did not vary
    return number(mean) + (' ±' + number(half) if half >= max(mean * 5e-5, 5e-4) else '')


def main():
    rows = {}
    for folder in sys.argv[1:]:
        with open(os.path.join(folder, 'summary.csv'), encoding='utf-8', newline='') as f:
            rows.update({(r['point'], r['metric']): r for r in csv.DictReader(f) if r['kind'] == 'handover'})
    print('| scenario | n | ' + ' | '.join(title for title, _ in COLUMNS) + ' |')
    print('|---|---:|' + '---:|' * len(COLUMNS))
    for protocol in ('dsmip', 'pmip'):
        for policy in POLICIES:
            point = '%s-%s' % (protocol, policy)
            if (point, 'l2_gap') in rows:
                print('| `%s` | %s | %s |' % (point, rows[point, 'l2_gap']['n'],
                                              ' | '.join(cell(rows.get((point, metric))) for _, metric in COLUMNS)))


if __name__ == '__main__':
    main()
