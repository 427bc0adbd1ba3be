# SPDX-License-Identifier: GPL-2.0-or-later
"""Other people's DHCP clients, DHCP servers, name servers and routers in live runs: each scenario is one of them beside
nodes of ours. What the scenarios expect is what is tested; here stands what they cannot say. A program that is missing
skips its runs.

only: --interop
timeout: 180
"""
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

HERE = os.path.join(TOP, 'tests', 'live')
NOBODY = 65534
ROUTERS = ('nodes.mag2.gateway.withdraw-router=true',)

# name: scenario, programs it needs, --set
RUNS = {
    'dhclient': ('dhclient-mag', ('dhclient',), ()),
    'dhcpcd': ('dhcpcd-mag', ('dhcpcd',), ()),
    'dhclient -6': ('dhclient6-mag', ('dhclient',), ()),
    'delegation': ('pd-clients', ('dhclient', 'dhcpcd', 'dhcp6c'), ()),
    'dnsmasq': ('dnsmasq-discovery', ('dnsmasq',), ()),
    'dnsmasq bare': ('dnsmasq-bare', ('dnsmasq',), ()),
    'unbound': ('unbound-service', ('dnsmasq', 'unbound'), ()),
    'dhcpd': ('dhcpd-discovery', ('dhcpd', 'radvd'), ()),
    'kea': ('kea-discovery', ('kea-dhcp6', 'kea-dhcp4', 'radvd'), ()),
    'radvd': ('radvd-link', ('radvd',), ()),
    'renumber': ('radvd-renumber', ('radvd',), ()),
    'other router': ('host-routers', (), ()),
    'router withdrawn': ('host-routers', (), ROUTERS),
}


WHY = tools.missing('ping')


def without(programs):
    path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
    gone = [name for name in programs if not shutil.which(name, path=path)]
    return 'not installed: ' + ', '.join(gone) if gone else None


def play(scenario, programs, values, **more):
    if without(programs):
        return None
    args = [word for value in values for word in ('--set', value)]
    env = dict(os.environ, PATH=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
    mooring, folder = more.pop('mooring', MOORING), more.pop('folder', HERE)
    return tools.run([mooring, 'live', os.path.join(folder, scenario + '.yaml'), *args], env=env, **more)


def lost(said):
    sent, got = map(int, re.search(r'(\d+) packets transmitted, (\d+) received', said).groups())
    return sent - got


@tools.patient
@unittest.skipIf(WHY, WHY)
class Others(unittest.TestCase):
    # the slow ones only wait; more than four at once would make the machine late
    done = tools.Runs(play, {name: RUNS[name] for name in sorted(
        RUNS, key=lambda name: not name.endswith(('router', 'withdrawn')))}, 4)

    def right(self, name):
        done = self.done[name]
        if done is None:
            self.skipTest(without(RUNS[name][1]))
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertNotIn('its command ended with', done.stdout)
        print('%-17s %s' % (name, [line for line in done.stdout.splitlines() if ' expectations met' in line][-1]))
        return done.stdout

    def test_dhclient_behind_our_gateways(self):
        self.assertLessEqual(lost(self.right('dhclient')), 4)

    def test_dhcpcd_behind_our_gateways(self):
        # 1.2 s without a link, and as long again until it has its address back: it gives it up with the carrier
        self.assertLessEqual(lost(self.right('dhcpcd')), 80)

    def test_dhclient_for_ipv6_through_our_relay(self):
        self.assertEqual(lost(self.right('dhclient -6')), 0)

    def test_requesting_routers_without_a_binding(self):
        self.right('delegation')

    def test_dnsmasq_tells_of_our_home_agent(self):
        self.right('dnsmasq')

    def test_dnsmasq_tells_it_in_no_container(self):
        self.right('dnsmasq bare')

    def test_unbound_tells_of_our_home_agent(self):
        self.right('unbound')

    def test_dhcpd_tells_of_our_home_agent_and_leases_a_care_of_address(self):
        self.assertRegex(self.right('dhcpd'), r'lte > wlan .*ok, UDP')

    def test_kea_does(self):
        self.assertRegex(self.right('kea'), r'lte > wlan .*ok, UDP')

    def test_a_link_of_radvd(self):
        self.assertEqual(len(re.findall(r'(?m)^ *[0-9.]+ +ue .* ok$', self.right('radvd'))), 3)

    def test_radvd_renumbers_its_link(self):
        self.right('renumber')

    def test_a_host_whose_router_is_another_one(self):
        # it holds on to the one that is gone, for longer than this run, unless that one is taken back
        self.assertGreater(lost(self.right('other router')), 300)
        self.assertLessEqual(lost(self.right('router withdrawn')), 6)

    @unittest.skipUnless(os.geteuid() == 0, 'only root can become somebody else')
    def test_nobody_needs_root(self):
        run = RUNS['dnsmasq bare']
        if without(run[1]):
            self.skipTest(without(run[1]))
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            own = shutil.copy(MOORING, folder)
            for name in ('dnsmasq-discovery.yaml', 'dnsmasq-bare.yaml'):
                shutil.copy(os.path.join(HERE, name), folder)
            done = play(*run, mooring=own, folder=folder, user=NOBODY, group=NOBODY, extra_groups=[], cwd='/')
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)


if __name__ == '__main__':
    tools.main()
