# SPDX-License-Identifier: GPL-2.0-or-later
"""Wi-Fi of ns-3 under both protocols: a mobile node walks from one access point to the other, and the L2 part of its
handover is the radio's, by the policy of its station. Without ns-3's engine such a scenario is refused."""
import json
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
FOLDER = os.path.join(TOP, 'tests', 'ns3', 'radio')
NODES = {'pmip': 'mn', 'dsmip': 'ue'}
# policy: what is set, and the span of milliseconds without a link
POLICIES = {
    '10 beacons, passive': (['missed-beacons=10'], 100, 140),
    '3 beacons, passive': (['missed-beacons=3'], 100, 140),
    '3 beacons, active': (['missed-beacons=3', 'scan=active'], 20, 80),
    'SNR, passive': (['roaming=snr', 'snr=12.2', 'channels=[36,40]', 'missed-beacons=10'], 180, 260),
    'SNR, active': (['roaming=snr', 'snr=12.2', 'scan=active', 'channels=[36,40]', 'missed-beacons=10'], 10, 40),
}


def run(*words):
    return subprocess.run([MOORING, 'run', *words], capture_output=True, text=True, timeout=120)


@unittest.skipIf(ABSENT, ABSENT)
class Radio(unittest.TestCase):
    def words(self, protocol, settings):
        words = ['%s.yaml' % os.path.join(FOLDER, protocol)]
        for one in settings:
            words += ['--set', 'radio.stations.%s.%s' % (NODES[protocol], one)]
        if 'roaming=snr' in settings:
            words += ['--set', 'radio.access-points.wlan2.channel=40']
        return words

    def handover(self, protocol, settings):
        done = run(*self.words(protocol, settings), '--engine', 'ns3')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = [line.split() for line in done.stdout.splitlines() if ' wlan > wlan2 ' in line]
        self.assertEqual(len(rows), 1, done.stdout)
        lost = int(re.search(r'(\d+) lost by beacons', done.stdout).group(1))
        self.assertEqual(lost, 'roaming=snr' not in settings, done.stdout)
        return [float(rows[0][5])] + rows[0][-4:-2]

    def test_the_gap_is_the_radios(self):
        for protocol in NODES:
            for policy, (settings, least, most) in POLICIES.items():
                gap, up, down = self.handover(protocol, settings)
                print('%-6s %-20s L2 %6.1f ms, gap up %s, down %s' % (protocol, policy, gap, up, down))
                self.assertTrue(least <= gap <= most, '%s %s: %s ms' % (protocol, policy, gap))

    def test_the_same_again(self):
        words = self.words('pmip', POLICIES['SNR, active'][0]) + ['--engine', 'ns3', '--fingerprint', '--json']
        first, second = (json.loads(run(*words).stdout)['runs'][0]['fingerprint'] for _ in range(2))
        self.assertEqual(first, second)

    def test_ns3_is_needed(self):
        done = run(os.path.join(FOLDER, 'pmip.yaml'))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('--engine ns3', done.stderr)


if __name__ == '__main__':
    unittest.main()
