# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's NAT in live runs, with time-outs of 3 s; test_nat_long.py has the shipped ones.
Skipped where network namespaces are refused or ip(8) or nft(8) is missing."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nat  # noqa: E402
import tools  # noqa: E402

SHORT = ['nodes.box.nat.udp-timeout=3s', 'nodes.ha.nat-refresh=2s', 'duration=16s', 'traffic.late.start=12s',
         'traffic.late.stop=15s']
KERNEL = ['nodes.box.nat.live=nftables', 'nodes.box.nat.filtering=address-port-dependent',
          'nodes.box.nat.hairpinning=false', 'nodes.box.nat.inbound-refresh=true']

WHY = nat.missing()


def runs():
    return {
        'keepalive': ('kernel-keepalive', *SHORT, 'expect.DSMIP-NAT-KER-04.count=[29, 31]'),
        'no keepalive': ('kernel-keepalive', *SHORT, 'nodes.ue.keepalive=false',
                         'expect.DSMIP-NAT-KER-04.count=[29, 31]'),
        'idle': ('kernel-idle', 'nodes.box.nat.udp-timeout=3s', 'nodes.ue.lifetime=16s', 'duration=19s',
                 'traffic.late.start=6s', 'traffic.late.stop=10s', 'traffic.again.start=15s', 'traffic.again.stop=18s',
                 'expect.DSMIP-NAT-KER-05.within=[2900ms, 4s]', 'expect.DSMIP-NAT-KER-08.at=15s',
                 'expect.DSMIP-NAT-KER-08.count=[29, 31]'),
        'rebinding': ('kernel-rebinding', *SHORT, 'timeline.2.at=6s', 'expect.DSMIP-NAT-KER-13.at=12s',
                      'expect.DSMIP-NAT-KER-13.count=[29, 31]'),
        'every port': ('strict', *KERNEL),
    }


@tools.patient
@unittest.skipIf(WHY, WHY)
class Kernel(unittest.TestCase):
    ends = tools.Runs(nat.live, runs())

    def passed(self, key):
        done = self.ends[key]
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertNotRegex(done.stdout, r'(?m)^(fail|error)', done.stdout)
        return done.stdout

    def test_the_same_files_pass_simulated(self):
        for key, arguments in runs().items():
            done = nat.live(*arguments, how='run')
            self.assertEqual(done.returncode, 1 if key == 'no keepalive' else 0, done.stdout + done.stderr)

    def test_keepalives_hold_the_mapping(self):
        self.assertRegex(self.passed('keepalive'), r"the kernel's NAT: \d+ mappings made, \d+ gone, 0 packets refused")

    def test_without_them_it_goes(self):
        done = self.ends['no keepalive']
        self.assertIn(done.returncode, (1, 3), done.stdout + done.stderr)     # 3: where the machine was late
        for number, said in (('03', 'was seen 1 times'), ('04', 'seen 0 times')):
            self.assertRegex(done.stdout, r'(?m)^(fail|inconclusive) +DSMIP-NAT-KER-%s: .*%s' % (number, said))

    def test_and_a_bu_makes_another(self):
        said = self.passed('idle')
        refused = re.search(r'(\d+) packets refused', said)
        self.assertGreaterEqual(int(refused.group(1)), 39, said)

    def test_rebinding(self):
        self.passed('rebinding')

    def test_a_port_for_every_remote_end(self):
        self.passed('every port')

    def test_what_the_kernel_cannot_is_refused_by_name(self):
        refusals = {'nodes.box.nat.filtering=endpoint-independent': 'filtering: address-port-dependent',
                    'nodes.box.nat.hairpinning=true': 'hairpinning: false',
                    'nodes.box.nat.inbound-refresh=false': 'inbound-refresh: true',
                    'nodes.box.nat.udp-timeout=2500ms': 'udp-timeout: whole seconds',
                    'nodes.box.nat.max-mappings=7': 'max-mappings: 0',
                    'nodes.box.nat.port-preservation=false': 'ports: without 500, 4191 and 4500',
                    'nodes.box.nat.mapping=address-port-dependent': 'port-preservation: false',
                    'nodes.box.nat.mapping=address-dependent': 'mapping: endpoint-independent or'}
        for one, said in refusals.items():
            done = nat.live('kernel-keepalive', one)
            self.assertEqual(done.returncode, 2, (one, done.stdout + done.stderr))
            self.assertIn('node box: `live: nftables`', done.stderr)
            self.assertIn(said, done.stderr, one)


if __name__ == '__main__':
    tools.main()
