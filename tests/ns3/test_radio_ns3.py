# SPDX-License-Identifier: GPL-2.0-or-later
"""The family scenarios/radio on ns-3's Wi-Fi: every policy has the gap that its scan takes, the rest of it is met as
everywhere; chance moves the walks, and a seed says how. Without ns-3's engine such a scenario is skipped."""
import json
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
FOLDER = os.path.join(TOP, 'scenarios', 'radio')
POLICIES = ('beacons', 'missed-3', 'probing', 'hop-passive', 'hop-active', 'snr-passive', 'snr-active')


def run(*words):
    return subprocess.run([MOORING, 'run', *words], capture_output=True, text=True, timeout=120)


def path(name):
    return os.path.join(FOLDER, name + '.yaml')


class Without(unittest.TestCase):
    def test_ns3_is_needed(self):
        done = run(path('pmip-beacons'))
        self.assertEqual(done.returncode, 77)
        self.assertEqual(done.stdout, 'skip pmip-beacons: needs --engine ns3\n')
        self.assertIn('mooring run --engine ns3', done.stderr)

    def test_others_run_all_the_same(self):
        done = run(path('pmip-beacons'), path('dsmip-beacons'),
                   os.path.join(TOP, 'scenarios', 'pmip-attach', 'first.yaml'))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('1 runs: 1 passed, 0 failed, 0 inconclusive, 0 errors, 2 skipped', done.stdout)
        runs = json.loads(run(path('pmip-beacons'), '--json').stdout)
        self.assertEqual((runs['verdict'], runs['runs'][0]['verdict'], runs['runs'][0]['checks']), ('skip', 'skip', []))


@unittest.skipIf(ABSENT, ABSENT)
class Radio(unittest.TestCase):
    def good(self, *words):
        done = run('--engine', 'ns3', *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_policies(self):
        """Each says of itself which gap it has."""
        told = ''.join(self.good(path('%s-%s' % (protocol, policy))) for protocol in ('dsmip', 'pmip')
                       for policy in POLICIES)
        lost = re.findall(r'Wi-Fi: 2 associations, (\d) lost by beacons', told)
        self.assertEqual(lost, list('1111100') * 2)

    def test_ways(self):
        told = self.good('-j', '2', path('there-and-back'), path('campus-pmip'))
        self.assertIn('2 runs: 2 passed, 0 failed', told)

    def test_speed(self):
        told = self.good('-j', '2', path('speed-dsmip'), '--set', 'radio.stations.ue.speed={5,30}')
        self.assertIn('4 runs: 4 passed, 0 failed', told)

    def test_chance(self):
        """The same seed is the same run, and another one walks elsewhere."""
        def at(*words):
            told = self.good(path('pmip-snr-active'), *words)
            return re.search(r'(\d+\.\d+)  mn    wlan > wlan2', told).group(1)
        self.assertEqual(at('--seed', '7'), at('--seed', '7'))
        self.assertGreater(abs(float(at('--seed', '7')) - float(at('--seed', '8'))), 0.01)

    def test_the_run_ends_with_the_walk(self):
        ends = {}
        for speed in (10, 30):
            told = self.good(path('pmip-snr-active'), '--json', '--set', 'radio.stations.mn.jitter=[0, 0]',
                             '--set', 'radio.stations.mn.speed=%d' % speed)
            ends[speed] = json.loads(told)['runs'][0]['end_ns']
        # 4 s, 70 m, 3 s
        self.assertEqual(ends, {10: 14_000_000_000, 30: 9_333_333_333})


if __name__ == '__main__':
    unittest.main()
