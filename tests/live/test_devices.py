# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring live` on interfaces that are there already: a Linux host at the other end of a veth pair as mobile node, a
link that goes on in a real network, the helper that opens interfaces for somebody without rights, and what goes wrong.
All of it in namespaces made here; skipped where these are refused."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

HELPER = os.path.join(os.path.dirname(MOORING), 'mooring-device')
HOST = os.path.join(TOP, 'tests', 'live', 'veth-host.yaml')
LINK = os.path.join(TOP, 'tests', 'live', 'veth-link.yaml')
NOBODY = '65534'
DEVICE = 'nodes.mn.devices.wlan.'

# mooring0 is the machine's; its other end is the only interface of a host elsewhere
LAY_OUT = '''
mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up
ip netns add host
ip link add mooring0 type veth peer name wlan0 netns host
ip -n host link set wlan0 address 02:00:00:00:00:07
ip -n host link set lo up
ip -n host link set wlan0 up
ip link set mooring0 up
'''
PING = '''
ip netns exec host sh -c 'until ip -6 -o addr show dev wlan0 scope global | grep -v tentative | grep -q .
  do sleep 0.05; done; exec ping -q -i 0.05 -w %d %s' &
'''


WHY = tools.missing('ping', 'unshare', 'setpriv')


def inside(script, root=False):
    """The script as root of namespaces of its own; what it started ends with it. root: with the machine's users."""
    how = [] if root else ['--user', '--map-root-user']
    return tools.run(['unshare', *how, '--net', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c',
                      LAY_OUT + script], cwd=TOP)


def live(*args, program=MOORING):
    return ' '.join("'%s'" % a for a in (program, 'live', *args)) + '\n'


def short(*sets, program=MOORING, scenario=HOST):
    sets = ('duration=300ms', 'timeline=[]', 'expect=[]') + sets
    return live(scenario, *(w for s in sets for w in ('--set', s)), program=program)


@tools.patient
@unittest.skipIf(WHY, WHY)
class Interfaces(unittest.TestCase):
    def loss(self, done, most):
        lines = [line for line in done.stdout.splitlines() if 'packet loss' in line]
        self.assertEqual(len(lines), 1, done.stdout + done.stderr)
        sent, got = (int(word) for word in (lines[0].split()[0], lines[0].split()[3]))
        self.assertGreater(sent, 15, lines)
        self.assertLessEqual(sent - got, most, lines)

    def handed_over(self, done, frames):
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.loss(done, 3)
        self.assertRegex(done.stdout, r'(?m)^mn: %s frames in and \d+ out by mooring0$' % frames)
        self.assertRegex(done.stdout, r'(?m)^ *4\.000 +mn +wlan > wlan2 +50\.[0-9]+ .*ok$')

    def test_hosts_and_links_behind_them(self):
        host = PING % (3, '2001:db8:f::2')
        scripts = (host + live(HOST),
                   host + live(HOST, '--set', DEVICE + 'by=pcap', '--set', DEVICE + 'filter=ip6 and not tcp'),
                   host + live(HOST, '--set', DEVICE + 'filter=ip6 and tcp'),
                   host + live(HOST, '--set', DEVICE + 'mac=02:00:00:00:00:08'),
                   PING % (1, '2001:db8:c0::2') + live(LINK),
                   '(sleep 1; ip link del mooring0) & ' + live(HOST))
        with ThreadPoolExecutor(len(scripts)) as pool:
            packet, pcap, deaf, other, link, gone = pool.map(inside, scripts)
        self.handed_over(packet, r'\d\d+')
        self.handed_over(pcap, r'\d\d+')
        # what the filter keeps out is not heard, and nor is another's MAC address
        self.assertRegex(deaf.stdout, r'(?m)^mn: 0 frames in and [1-9]\d* out by mooring0$')
        self.assertNotIn(' 0% packet loss', deaf.stdout + other.stdout)
        self.assertIn(link.returncode, (0, 3), link.stdout + link.stderr)
        self.loss(link, 1)
        self.assertRegex(link.stdout, r'(?m)^lan: \d\d+ frames in and \d\d+ out by mooring0$')
        self.assertIn('mn: its interface mooring0 was removed', gone.stdout, gone.stderr)

    def test_what_cannot_be_opened_is_told_with_its_place(self):
        wrong = (('interface=nosuch', '--set:1:33: interface nosuch: there is no such interface here'),
                 ('interface=lo', 'interface lo: is the loopback'),
                 ('interface=down0', 'as root `ip link set down0 up`'),
                 ('interface=tun9', 'its frames are no Ethernet frames (it is of type 65534)'),
                 ('filter=port port', '--set:1:30: filter "port port" for mooring0: '),
                 ('by=tap', 'veth-host.yaml:17:33: interface mooring0 is there and no such device'))
        done = inside('ip link add down0 type veth peer name down1\nip tuntap add tun9 mode tun; ip link set tun9 up\n'
                      + ''.join(short(DEVICE + word) + 'echo is $?\n' for word, _ in wrong))
        self.assertEqual(done.stdout.count('is 2\n'), len(wrong), done.stdout + done.stderr)
        for _, words in wrong:
            self.assertIn(words, done.stderr)

    def test_one_that_exists_twice_in_a_scenario(self):
        done = subprocess.run([MOORING, 'live', LINK, '--set', 'links.core.device={interface: mooring0}'],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn('`mooring0` is another device\'s already', done.stderr)

    def test_a_simulation_has_no_interfaces(self):
        done = subprocess.run([MOORING, 'run', LINK], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_rights_and_helper_the_remedy_is_told(self):
        if os.geteuid() != 0:
            self.skipTest('only root can become somebody else')
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            own, scenario = shutil.copy(MOORING, folder), shutil.copy(HOST, folder)
            helper = os.path.join(folder, 'mooring-device')
            run = 'setpriv --reuid=%s --regid=%s --clear-groups ' % (NOBODY, NOBODY)
            run += short(program=own, scenario=scenario) + 'echo is $?\n'
            tap = run.replace('expect=[]', DEVICE + 'by=tap')
            script = ('cd /; %s\ncp %s %s; %s\nchmod 4755 %s; %s\n'
                      'ip tuntap add mooring1 mode tap; ip link set mooring1 up\n%s'
                      % (run, HELPER, helper, run, helper, run,
                         tap.replace("'timeline=[]'", "'%sinterface=mooring1' '--set' 'timeline=[]'" % DEVICE)))
            done = inside(script, root=True)
        said = done.stdout + done.stderr
        self.assertEqual([line for line in done.stdout.splitlines() if line.startswith('is ')],
                         ['is 77', 'is 77', 'is 0', 'is 1'], said)
        self.assertIn('neither beside this program nor on the PATH', said)
        self.assertIn('setcap cap_net_raw,cap_net_admin=ep ' + helper, said)
        self.assertRegex(said, r'(?m)^mn: \d+ frames in and \d+ out by mooring0$')
        self.assertRegex(said, r'(?m)^mn: \d+ frames in and \d+ out by mooring1$')

    def test_the_helper_serves_only_who_can_take_a_descriptor(self):
        for args in ((), ('lo',), ('--tap',), ('a b',), ('eth0', 'eth1'), ('--tap', 'x', 'y')):
            done = subprocess.run([HELPER, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ''), args)
            self.assertIn('usage', done.stderr)


if __name__ == '__main__':
    tools.main()
