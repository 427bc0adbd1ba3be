# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts, UEs and anchors of others in live runs, right and wrong: a kernel's host that nobody announces, a UE, a home
agent and a local mobility anchor in Python. The runs wait side by side. Skipped where namespaces are refused or
ip(8), ping(8) or nft(8) are missing."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402

HERE = os.path.join(tools.TOP, 'tests', 'live')

# name: scenario, script that plays the node, what it does wrong
RUNS = {
    'host': ('host-rs', None, ''),
    'host own': ('host-own-router', None, ''),
    'ue': ('foreign-ue', 'peer_ue.py', ''),
    'ue short': ('foreign-ue', 'peer_ue.py', 'short'),
    'ha': ('foreign-ha', 'peer_ha.py', ''),
    'ha sequence': ('foreign-ha', 'peer_ha.py', 'sequence'),
    'ha lifetime': ('foreign-ha', 'peer_ha.py', 'lifetime'),
    'ha refuse': ('foreign-ha', 'peer_ha.py', 'refuse'),
    'lma': ('foreign-lma', 'peer_ha.py', ''),
    'lma bare': ('foreign-lma', 'peer_ha.py', 'bare'),
}


WHY = tools.missing('ping', 'nft')


def play(scenario, script, way):
    env = {'MOORING_TEST_WAY': way}
    if script:
        env['MOORING_TEST_PEER'] = '%s %s' % (sys.executable, os.path.join(HERE, script))
    return tools.live(os.path.join(HERE, scenario + '.yaml'), env=env)


@tools.patient
@unittest.skipIf(WHY, WHY)
class Foreign(unittest.TestCase):
    done = tools.Runs(play, RUNS)

    def right(self, name):
        done = self.done[name]
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        return done.stdout

    def wrong(self, name, *said):
        done = self.done[name]
        self.assertIn(done.returncode, (1, 2, 70), done.stdout + done.stderr)
        for pattern in said:
            self.assertRegex(done.stdout, pattern)
        return done.stdout

    def test_a_host_that_nobody_announces(self):
        said = self.right('host')
        # told from its frames, though the gateway learns of it after its first packet
        self.assertRegex(said, r'(?m)^ *6\.000 +mn +wlan > wlan2 +50\.[0-9]+ .*ok$')
        self.assertEqual(len(re.findall(r'(?m)^ *[0-9.]+ +mn ', said)), 3, said)

    def test_a_host_is_asked_from_an_address_of_its_link(self):
        self.right('host own')

    def test_a_ue_of_another_make(self):
        said = self.right('ue')
        rows = re.findall(r'(?m)^ *[0-9.]+ +ue +(attach|lte > wlan|detach) .* ok$', said)
        self.assertEqual(rows, ['attach', 'lte > wlan', 'detach'], said)
        sent, got = map(int, re.search(r'echoes (\d+) answered (\d+)', said).groups())
        self.assertGreater(sent, 60)
        self.assertLess(sent - got, 30)                 # it does not wait for the late ones

    def test_a_ue_that_is_wrong(self):
        self.wrong('ue short', r'fail +LIVE-UE-10: .* first opt-past-header-length \[RFC 6275 6\.1\.1\]',
                   r'fail +LIVE-UE-02: BA by ha: not seen')

    def test_a_home_agent_of_another_make(self):
        self.right('ha')

    def test_home_agents_that_are_wrong(self):
        self.wrong('ha sequence', r'fail +LIVE-HA-02: .* sequence is 257, not 1', r'fail +LIVE-HA-03')
        self.wrong('ha lifetime', r'fail +LIVE-HA-02: .* lifetime is 1000 s, not 600 s', r'pass +LIVE-HA-03')
        self.wrong('ha refuse', r'fail +LIVE-HA-02: .* status is 130', r'fail +LIVE-HA-03')

    def test_an_anchor_of_another_make(self):
        self.right('lma')

    def test_an_anchor_that_is_wrong(self):
        self.wrong('lma bare', r'fail +LIVE-LMA-02: PBA by lma: not seen', r'fail +LIVE-LMA-03',
                   r'fail +LIVE-LMA-04: .* first ba-option-not-in-profile')


if __name__ == '__main__':
    tools.main()
