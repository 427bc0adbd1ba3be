# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference captures of live runs with other people's programs: read to their end, and told as they went."""
import os
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
REFERENCE = os.path.join(TOP, 'traces', 'reference')
LARGEST = 60_000


def told(name):
    path = os.path.join(REFERENCE, name)
    done = subprocess.run([MOORING, 'replay', path], capture_output=True, text=True, timeout=60)
    rows = [line.split() for line in done.stdout.split('\n\n')[1].splitlines()[1:]]
    return done, [(row[2], row[-1]) for row in rows]


class Captures(unittest.TestCase):
    def steps(self, name, *expected):
        done, rows = told(name)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(' 0 deviations, 0 packets not read wholly', done.stdout)
        self.assertEqual([row[1] for row in rows], ['ok'] * len(expected), done.stdout)
        # a handover's first word is where it came from
        self.assertEqual([row[0] if row[0] in ('attach', 'detach') else 'handover' for row in rows], list(expected))
        self.assertLess(os.path.getsize(os.path.join(REFERENCE, name)), LARGEST)

    def test_a_linux_host_behind_two_gateways(self):
        self.steps('linux-host-pmip.pcapng', 'attach', 'detach', 'handover', 'detach')

    def test_dhclient_behind_two_gateways(self):
        self.steps('dhclient-pmip.pcapng', 'attach', 'detach', 'handover', 'detach')

    def test_dnsmasq_knows_the_home_agent(self):
        self.steps('dnsmasq-home-agent.pcapng', 'attach')
        done = subprocess.run([MOORING, 'decode', os.path.join(REFERENCE, 'dnsmasq-home-agent.pcapng')],
                              capture_output=True, text=True, timeout=60)
        found = [line for line in done.stdout.splitlines() if 'opt-home-agent-address' in line]
        self.assertTrue(found)                          # in the answer's container

    def test_a_link_of_radvd(self):
        self.steps('radvd-handover.pcapng', 'attach', 'handover', 'handover')


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
