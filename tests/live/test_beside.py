# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring live --beside`: a live run's phases beside those of its simulation. That they are equal for our own nodes,
test_families.py shows; here, how it is told, and where another program's own timers make a difference."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nat  # noqa: E402
import tools  # noqa: E402

FIRST = [os.path.join(nat.TOP, 'scenarios', 'pmip-attach', 'first.yaml'), '--set', 'duration=5s']
for flow in ('down', 'up'):
    FIRST += ['--set', 'traffic.%s.start=3s' % flow, '--set', 'traffic.%s.stop=4s' % flow]
WHY = nat.missing()
HOST = [os.path.join(nat.TOP, 'tests', 'live', 'kernel-host.yaml'), '--set', 'duration=5s']


def beside(*words):
    return subprocess.Popen([nat.MOORING, 'live', '--beside', *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


@tools.patient
class Beside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.json = beside(*FIRST), beside(*FIRST, '--json')
        cls.host = None if WHY else beside('--json', '--set', 'timeline.2.at=4500ms', *HOST)

    def test_text(self):
        said = self.text.communicate(timeout=120)[0].split('\nlive beside simulated, in ms\n')
        self.assertEqual(len(said), 2, said)
        lines = said[1].splitlines()
        self.assertRegex(lines[0], r'^ +AT  NODE +STEP .* L2 +WAIT +DETECT +ADDR +DAD .* RESULT$')
        self.assertRegex(lines[1], r'^ +1\.000  mn +attach wlan +live .*  ok$')
        live, simulated = lines[1].split()[5:], lines[2].split()[1:]
        self.assertEqual(live, simulated)
        self.assertEqual(set(lines[3].split()[1:]) - {'-', '0', '0.000'}, set())

    def test_json(self):
        step = json.loads(self.json.communicate(timeout=120)[0])['runs'][0]['phases'][0]
        self.assertEqual((step['node'], step['step'], step['kind']), ('mn', 'attach wlan', 'attach'))
        self.assertEqual(step['live'], step['simulated'])
        self.assertEqual(set(step['difference'].values()), {0})
        self.assertIn('registration', step['difference'])

    @unittest.skipIf(WHY, WHY)
    def test_another_programs_timers(self):
        said, talk = self.host.communicate(timeout=120)
        step = json.loads(said)['runs'][0]['phases'][0]
        self.assertEqual(step['simulated']['dad'], 1000000000, talk)
        # the kernel's duplicate address detection takes a second and its delay before it is random
        self.assertGreater(step['live']['dad'], 950000000, talk)
        self.assertEqual(step['difference']['dad'], step['live']['dad'] - step['simulated']['dad'])


if __name__ == '__main__':
    tools.main()
