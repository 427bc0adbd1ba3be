# SPDX-License-Identifier: GPL-2.0-or-later
"""The L2 part of a handover's row from a recording of the radio: the same definitions as with the radio itself, to the
nanosecond of the recording; ladder and expectations know what the radio did."""
import csv
import json
import os

import rig
from rig import run

AGAIN = os.path.join(rig.TOP, 'tests', 'sim', 'radio', 'walk-again.yaml')
PARTS = ('l2_gap_ns', 'l2_loss_ns', 'l2_scan_ns', 'l2_assoc_ns')


class Rows(rig.Case):
    def test_rows_and_ladder(self):
        code, out, err = run('run', AGAIN, '-o', self.path('out'))
        self.assertEqual(code, 0, out + err)
        with open(self.path('out', 'events.jsonl'), encoding='utf-8') as f:
            radio = {r['what']: r for r in map(json.loads, f) if r.get('kind') == 'radio'}
        with open(self.path('out', 'handovers.csv'), encoding='utf-8', newline='') as f:
            attach, handover = csv.DictReader(f)
        self.assertEqual([attach[name] for name in PARTS], [''] * 4)
        gap, loss = radio['associated']['t'] - radio['left']['t'], radio['left']['t'] - radio['left']['heard']
        self.assertEqual([handover[name] for name in PARTS], [str(gap), str(loss), '', str(gap)])
        self.assertEqual(list(handover)[-3:], list(PARTS[1:]))
        ladder = run('ladder', self.path('out'))[1]
        for text in ('mn: 3 beacons missed in a row: wlan', 'mn: left wlan'):
            self.assertIn(text, ladder)

    def test_expectations(self):
        """One that holds and one that does not, by a scenario on top of the recorded one."""
        text = '''scenario: judged
extends: %s
expect:
  - {id: L2-01, event: radio-left, by: mn, count: 1, fields: {link: wlan, channel: 36}, clause: RFC 5213 6.9.1}
  - {id: L2-02, event: radio-associated, by: mn, after: L2-01, within: %s, fields: {link: wlan2},
     clause: RFC 5213 6.9.1}
  - {id: L2-03, event: radio-beacons-lost, by: mn, fields: {beacons: ">=3"}, clause: RFC 5213 6.9.1}
'''
        near = os.path.relpath(AGAIN, self.path('.'))
        self.assertEqual(run('run', self.file('good.yaml', text % (near, '51ms')))[0], 0)
        code, out, _ = run('run', self.file('late.yaml', text % (near, '50ms')))
        self.assertEqual(code, 1, out)
        self.assertIn('fail         L2-02', out)


if __name__ == '__main__':
    rig.main()
