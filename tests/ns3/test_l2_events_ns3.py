# SPDX-License-Identifier: GPL-2.0-or-later
"""What ns-3's radio tells of layer 2 stands in the trace, in its order, and the L2 part of the handover's row follows
from it to the nanosecond, whatever the policy of the station."""
import csv
import json
import os
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
NODES = {'pmip': 'mn', 'dsmip': 'ue'}
BEACON = 102400000
HOP = ['channels=[36,40]']
SNR = HOP + ['roaming=snr', 'snr=14', 'missed-beacons=10']
MS = 1000000
SCAN = ['scan-begun', 'scan-done', 'associated']
PROBING = ['scan-begun', 'probe-sent', 'probe-sent', 'scan-done', 'associated']
# policy: protocol, settings, what the radio tells of the handover, span of the L2 gap in ms
POLICIES = {
    'beacons, passive': ('dsmip', ['missed-beacons=3'], ['beacons-lost', 'left', 'associated'], 100, 140),
    'beacons, active': ('dsmip', ['missed-beacons=3', 'scan=active'], ['beacons-lost', 'left', 'associated'], 40, 60),
    'beacons, two channels': ('dsmip', HOP + ['missed-beacons=3'], ['beacons-lost', 'left'] + SCAN, 215, 230),
    'SNR, passive': ('pmip', SNR, ['snr-low', 'left'] + SCAN, 215, 230),
    'SNR, active': ('pmip', SNR + ['scan=active'], ['snr-low', 'left'] + PROBING, 20, 25),
}


@unittest.skipIf(ABSENT, ABSENT)
class Events(unittest.TestCase):
    def play(self, protocol, settings):
        """Records of the radio and of link up at the mobile node, and the row of its handover."""
        words = [MOORING, 'run', os.path.join(TOP, 'scenarios', 'radio', protocol + '-beacons.yaml'),
                 '--engine', 'ns3']
        # what the file says of its own policy does not hold for others
        words += ['--set', 'expect.RADIO-L2-BEACONS.least=1ms', '--set', 'expect.RADIO-L2-BEACONS.most=1s']
        for one in settings:
            words += ['--set', 'radio.stations.%s.%s' % (NODES[protocol], one)]
        if HOP[0] in settings:
            words += ['--set', 'radio.access-points.wlan2.channel=40']
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(words + ['-o', folder], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(os.path.join(folder, 'events.jsonl'), encoding='utf-8') as f:
                records = [json.loads(line) for line in f]
            with open(os.path.join(folder, 'handovers.csv'), encoding='utf-8', newline='') as f:
                rows = list(csv.DictReader(f))
        self.assertEqual([row['kind'] for row in rows], ['attach', 'handover'], done.stdout)
        mine = [r for r in records if r.get('node') == NODES[protocol]]
        self.assertEqual([r for r in records if r.get('kind') == 'radio' and r['node'] != NODES[protocol]], [])
        return ([r for r in mine if r['kind'] == 'radio'],
                [r['t'] for r in mine if r['kind'] == 'move' and r['what'] == 'link-up'], rows[1])

    def check(self, policy, radio, ups, row):
        wanted, least, most = POLICIES[policy][2:]
        first = [r['what'] for r in radio].index('associated')
        self.assertEqual([r['what'] for r in radio[first + 1:]], wanted)
        story = {r['what']: r for r in radio[first + 1:]}
        left, joined = story['left'], story['associated']
        figure = {name: int(row[name + '_ns']) if row[name + '_ns'] else None
                  for name in ('l2_gap', 'l2_loss', 'l2_scan', 'l2_assoc')}
        print('%-22s %s' % (policy, ' '.join('%s %.3f ms' % (k, v / MS) for k, v in figure.items() if v is not None)))
        self.assertEqual((left['of'], joined['of']), ('wlan', 'wlan2'))
        self.assertEqual(figure['l2_gap'], joined['t'] - left['t'])
        self.assertEqual(int(row['start_ns']), left['t'])
        self.assertIn(joined['t'], ups)
        self.assertTrue(least <= figure['l2_gap'] / MS <= most, figure)
        self.assertEqual(figure['l2_loss'], left['t'] - left['heard'])
        if 'scan-done' in story:
            self.assertEqual(figure['l2_scan'], story['scan-done']['t'] - story['scan-begun']['t'])
            self.assertEqual(story['scan-begun']['t'], left['t'])
            self.assertEqual(figure['l2_scan'] + figure['l2_assoc'], figure['l2_gap'])
        else:
            self.assertIsNone(figure['l2_scan'])
            self.assertEqual(figure['l2_assoc'], figure['l2_gap'])
        return story, figure

    def test_the_row_is_the_radios(self):
        for policy, (protocol, settings, *_) in POLICIES.items():
            story, figure = self.check(policy, *self.play(protocol, settings))
            if 'beacons-lost' in story:
                self.assertEqual(story['beacons-lost']['count'], 3)
                self.assertTrue(2 * BEACON < figure['l2_loss'] < 5 * BEACON, figure)
            else:
                self.assertLess(story['snr-low']['snr'], 140)
                self.assertLess(figure['l2_loss'], MS)      # the radio's change of channels
            if policy == 'SNR, active':
                self.assertEqual(story['probe-sent']['channel'], 40)

    def test_expectations_know_them(self):
        with open(os.path.join(TOP, 'scenarios', 'radio', 'pmip-beacons.yaml'), encoding='utf-8') as f:
            text = f.read()
        text += '''
  - {id: L2-01, event: radio-left, by: mn, count: 1, fields: {link: wlan, channel: 36}, clause: RFC 5213 6.9.1}
  - {id: L2-02, event: radio-associated, by: mn, after: L2-01, within: 300ms, fields: {link: wlan2},
     clause: RFC 5213 6.9.1}
  - {id: L2-03, event: radio-beacons-lost, by: mn, count: 1, fields: {beacons: 10}, clause: RFC 5213 6.9.1}
  - {id: L2-04, event: radio-probe-sent, by: mn, count: 0, clause: RFC 5213 6.9.1}
  - {id: L2-05, metric: l2_assoc, step: handover, least: 100ms, most: 140ms, clause: RFC 5213 6.9.1}
'''
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'pmip.yaml')
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
            done = subprocess.run([MOORING, 'run', path, '--engine', 'ns3'], capture_output=True, text=True,
                                  timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('pass         L2-05', done.stdout)


if __name__ == '__main__':
    unittest.main()
