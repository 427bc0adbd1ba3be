# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring replay --inject`: one side of a capture against a live peer at the other end of a veth pair, each role
against the others; what disagrees is told. Skipped where namespaces are refused."""
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

WHY = tools.missing('unshare')

UMIP = os.path.join(TOP, 'traces', 'reference', 'umip-mip6.pcap')
AGENT = os.path.join(TOP, 'tests', 'live', 'veth-agent.yaml')
PMIP = os.path.join(TOP, 'scenarios', 'pmip-handover', 'between-mags.yaml')
NAT = os.path.join(TOP, 'scenarios', 'nat', 'keepalive.yaml')
HOST = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
PLAIN = ['nodes.ue.ipsec=none', 'nodes.ue.ipv4-home-address=false', 'traffic=[]', 'expect=[]']

LAY_OUT = '''
mount -t tmpfs none /run && mkdir /run/netns && ip link set lo up
ip link add mooring0 type veth peer name inject0
for i in mooring0 inject0; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; ip link set $i up; done
'''


def words(args):
    return ' '.join(shlex.quote(a) for a in args)


def sets(values):
    return [word for value in values for word in ('--set', value)]


def external(node, port):
    return ['nodes.%s.peer=external' % node, 'nodes.%s.devices={%s: {interface: mooring0}}' % (node, port)]


def injected(scenario, values, *runs, before=''):
    """The scenario live, and against it one `replay --inject inject0` after the other: their results and the run's."""
    with tempfile.TemporaryDirectory() as folder:
        said = os.path.join(folder, 'live')
        script = LAY_OUT + '%s > %s 2>&1 &\nrun=$!\nsleep 0.4\n' % (
            words(['timeout', '-s', 'INT', '75', MOORING, 'live', scenario, *sets(values)]), said)
        script += before
        for args in runs:
            script += words([MOORING, 'replay', '--inject', 'inject0', *args]) + '; echo "is $?"\n'
        script += 'kill -INT $run 2> /dev/null; wait $run\n'
        done = tools.run(['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork',
                          '--mount-proc', 'sh', '-c', script], cwd=TOP)
        with open(said, encoding='utf-8') as f:
            more = done.stderr + f.read()
        tools.pulse.hear(more)
        return done.stdout, more


def simulated(out, scenario, values):
    done = subprocess.run([MOORING, 'run', scenario, *sets(values), '-o', out], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return os.path.join(out, 'trace.pcapng')


def shortened(folder, path, records):
    """The first records of a pcap file."""
    with open(path, 'rb') as f:
        data = f.read()
    at = 24
    for _ in range(records):
        at += 16 + struct.unpack_from('<I', data, at + 8)[0]
    short = os.path.join(folder, 'short.pcap')
    with open(short, 'wb') as f:
        f.write(data[:at])
    return short


AS_UMIP = ['--as', 'ue', '--at', '2001:db8:a::2', '--map', '2001:db8:a::100=2001:db8:a::103', '--speed', '0']
TO_AGENT = ['--as', 'ue', '--via', '2001:db8:1::1']


@tools.patient
@unittest.skipIf(WHY, WHY)
class Injected(unittest.TestCase):
    def agree(self, result, n):
        stdout, more = result
        self.assertIn('the peer agrees in all %d messages' % n, stdout, stdout + more)
        self.assertRegex(stdout, r'(?m)^is 0$')

    def test_all_roles(self):
        """Our own nodes as peers, in every role; a UE's capture in ESP; and a recording of another implementation."""
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
            host, sealed, nat, pmip = pool.map(lambda x: simulated(os.path.join(folder, x[0]), *x[1:]), (
                ('host', HOST, PLAIN), ('sealed', HOST, PLAIN[1:]), ('nat', NAT, ['nodes.ue.ipsec=none', 'expect=[]']),
                ('pmip', PMIP, [])))
            keys = ['--keys', os.path.join(os.path.dirname(sealed), 'wireshark')]
            head = shortened(folder, UMIP, 310)
            live = PLAIN + ['duration=60s']
            pmip_live = ['duration=60s', 'traffic=[]', 'expect=[]']
            # whole; then its beginning twice: the agent knows a later number then
            umip = pool.submit(injected, AGENT, [], [*AS_UMIP, UMIP], [*AS_UMIP, head], [*AS_UMIP, head])
            ue = pool.submit(injected, HOST, live + external('ue', 'lte'), [*TO_AGENT, sealed],
                             [*TO_AGENT, *keys, sealed], [*TO_AGENT, *keys, '--in-clear', sealed],
                             [*TO_AGENT, '--sequence', '77', host])
            ha = pool.submit(injected, HOST, live + external('ha', 'core'), ['--as', 'ha', '--wait', '12', host])
            mag = pool.submit(injected, PMIP, pmip_live + ['timeline=[]'] + external('mag1', 'core'),
                              ['--as', 'mag', '--speed', '5', '--json', '--map', '2001:db8:c0::3=2001:db8:c0::33',
                               pmip])
            lma = pool.submit(injected, PMIP, pmip_live + external('lma', 'core'),
                              ['--as', 'lma', '--wait', '12', pmip])
            # over IPv4 from where a NAT had made it come from, which is a router's address here
            v4 = pool.submit(injected, NAT, live[:1] + live[2:] + ['timeline=[]'] + external('gw4', 'core'),
                             ['--as', 'ue', '--profile', 'r10', '--from', '203.0.113.4', '--speed', '0', nat])
            gone = pool.submit(injected, HOST, live + external('ue', 'lte'), [*TO_AGENT, '--speed', '0.001', UMIP],
                               before='(sleep 3; ip link del inject0) & ')
            umip, ue, ha, mag, lma, v4, gone = (x.result() for x in (umip, ue, ha, mag, lma, v4, gone))
        self.recorded(*umip)
        self.ours(*ue)
        self.agree(ha, 1)
        self.gateway(*mag)
        self.agree(lma, 3)
        self.agree(v4, 6)
        # what they were answered they took
        self.assertRegex(ha[1], r'(?m)^ *1\.000 +ue +attach lte .* ok$')
        self.assertRegex(lma[1], r'(?m)^ *1\.000 +mn +attach wlan .* ok$')
        self.assertIn('inconclusive  REPLAY-INJECT-01     interface inject0 was removed in the middle of it', gone[0])

    def recorded(self, stdout, more):
        lines = [line for line in stdout.splitlines() if line.startswith('  record ')]
        self.assertEqual(len(lines), 9 + 5 + 5, stdout + more)
        told = ['agrees' in line for line in lines]
        self.assertEqual(told, [True] * 8 + [False] + [True] * 10, stdout)
        self.assertIn("differs: status 133 (not home agent for this mobile node), the peer's 0 (accepted)", lines[8])
        # the first answer waits for the test of the home address, a second on its link
        self.assertGreater(float(lines[0].split(' ms')[0].split()[-1]), 900)

    def ours(self, stdout, more):
        without, closed, clear, plain = stdout.split('\nis ')[:4]
        self.assertIn('there is no home registration to play', without, stdout + more)
        self.assertIn('its messages were in ESP', closed, stdout + more)
        self.assertIn('the peer agrees in all 1 messages', clear, stdout + more)
        self.assertIn('the peer agrees in all 1 messages', plain, stdout + more)
        codes = [line for line in stdout.splitlines() if line.startswith('is ')]
        self.assertEqual(codes, ['is 3', 'is 3', 'is 0', 'is 0'])

    def gateway(self, stdout, more):
        """The second gateway's PBU comes from an address that may not register: not the captured answer."""
        told = json.loads(stdout[:stdout.index('\nis ')])['as']
        self.assertEqual((told['role'], told['injected'], told['agree'], told['differ']), ('mag', True, 2, 1), stdout)
        self.assertRegex(told['messages'][2]['reason'], r"^status 0 \(accepted\), the peer's 1[0-9]{2} ")
        self.assertTrue(all(0 < m['took_ns'] < 10**9 for m in told['messages']), told)
        self.assertRegex(stdout, r'(?m)^is 1$')
        # 8.97 s between the first two of the capture, five times as fast
        at = [float(line.split()[0]) for line in more.splitlines()
              if ' mag1  attach' in line or ' mag1  detach' in line]
        self.assertAlmostEqual(at[1] - at[0], 8.97 / 5, delta=0.15, msg=more)

    def test_what_cannot_be_is_refused(self):
        wrong = ((['--to', '::1'], 'are for --inject'), (['--inject', 'lo'], '--as says whose messages are sent'),
                 (['--inject', 'lo', '--as', 'ue'], 'lo: is the loopback'),
                 (['--inject', 'nosuch', '--as', 'ue'], 'there is no such interface'),
                 (['--inject', 'lo', '--as', 'ue', '--speed', 'fast'], '--speed fast: a factor'),
                 (['--inject', 'lo', '--as', 'ue', '--speed', '-1'], '--speed -1: a factor'),
                 (['--inject', 'lo', '--as', 'ue', '--via', 'x'], '--via x: an address is wanted'),
                 (['--inject', 'lo', '--as', 'ue', '--map', '::1'], '--map ::1: two addresses'),
                 (['--inject', 'lo', '--as', 'ue', '--map', '::/64=::/63'], '--map ::/64=::/63: two addresses'),
                 (['--inject', 'lo', '--as', 'ue', '--map', '::1=10.0.0.1'], 'of one family'))
        for args, words in wrong:
            done = subprocess.run([MOORING, 'replay', *args, UMIP], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ''), args)
            self.assertIn(words, done.stderr)


if __name__ == '__main__':
    tools.main()
