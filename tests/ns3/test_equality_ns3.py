# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shipped scenario whose links are all point-to-point takes the same course whether the simulator or ns-3's
PointToPointNetDevice carries its frames: fingerprints, and record for record what the result files hold. A few others
with cables in place of those of their links that have two ends; test_equality_all_ns3.py takes all of them."""
import os
import unittest

from cables import ABSENT, TOP, Equal, mooring, on_devices, recast, shipped

SAMPLE = ('attach/ipv4', 'handover/home-tour', 'ifom/flow-move', 'pdn/handover', 'pmip-attach/by-dhcp', 'security/nat')


@unittest.skipIf(ABSENT, ABSENT)
class Equality(unittest.TestCase):
    def test_wires_carry_the_same(self):
        e = Equal(self)
        for path, links in shipped():
            if links and all('kind: p2p' in text for text in links.values()):
                e.compare(path, len(links), on_devices(sorted(links)))
        e.tell()
        self.assertGreaterEqual(e.scenarios, 5)
        self.assertGreater(e.frames, 100 * e.scenarios, 'ns-3 carried next to nothing')

    def test_a_sample_on_cables(self):
        e = Equal(self)
        for path, links in shipped():
            if path.endswith(tuple('/%s.yaml' % name for name in SAMPLE)):
                words, n = recast(path, links)
                self.assertTrue(n, path)
                e.compare(path, n, words)
        e.tell()
        self.assertGreaterEqual(e.scenarios, 5)

    def test_segments_run(self):
        """A LAN on ns-3's CSMA carries a scenario: not the same nanoseconds, but the same outcome."""
        path = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
        for links in (('core',), ('core', 'lte')):
            words = on_devices(links) + [word for link in links for word in ('--set', 'links.%s.delay=2us' % link)]
            done = mooring(path, '--engine', 'ns3', *words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn('%d links on its devices' % len(links), done.stdout)


if __name__ == '__main__':
    unittest.main()
