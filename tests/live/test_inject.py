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
from test_devices import MOORING, TOP, missing  # noqa: E402

UMIP = os.path.join(TOP, 'traces', 'reference', 'umip-mip6.pcap')
AGENT = os.path.join(TOP, 'tests', 'live', 'veth-agent.yaml')
PMIP = os.path.join(TOP, 'scenarios', 'pmip-handover', 'between-mags.yaml')
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


def injected(scenario, values, *runs):
    """The scenario live, and against it one `replay --inject inject0` after the other: their results and the run's."""
    with tempfile.TemporaryDirectory() as folder:
        said = os.path.join(folder, 'live')
        script = LAY_OUT + '%s > %s 2>&1 &\nrun=$!\nsleep 0.4\n' % (
            words([MOORING, 'live', scenario, *sets(values), '-o', os.path.join(folder, 'out')]), said)
        for args in runs:
            script += words([MOORING, 'replay', '--inject', 'inject0', *args]) + '; echo "is $?"\n'
        script += 'kill -INT $run 2> /dev/null; wait $run\n'
        done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'sh', '-c',
                               script], capture_output=True, text=True, timeout=90, cwd=TOP)
        with open(said, encoding='utf-8') as f:
            return done.stdout, done.stderr + f.read()


def simulated(folder, scenario, values):
    out = os.path.join(folder, 'out')
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


@unittest.skipIf(missing(), missing())
class Injected(unittest.TestCase):
    def agree(self, result, n):
        stdout, more = result
        self.assertIn('the peer agrees in all %d messages' % n, stdout, stdout + more)
        self.assertRegex(stdout, r'(?m)^is 0$')

    def test_all_roles(self):
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(6) as pool:
            host = simulated(os.path.join(folder), HOST, PLAIN)
            pmip = os.path.join(folder, 'pmip')
            os.mkdir(pmip)
            pmip = simulated(pmip, PMIP, [])
            head = shortened(folder, UMIP, 310)
            live = PLAIN + ['duration=60s']
            # a recording of another implementation, whole; then its beginning twice: the agent knows a later number then
            umip = pool.submit(injected, AGENT, [], [*AS_UMIP, UMIP], [*AS_UMIP, head], [*AS_UMIP, head])
            ue = pool.submit(injected, HOST, live + external('ue', 'lte'), ['--as', 'ue', host])
            ha = pool.submit(injected, HOST, live + external('ha', 'core'), ['--as', 'ha', '--wait', '12', host])
            mag = pool.submit(injected, PMIP, ['duration=60s', 'traffic=[]', 'expect=[]', 'timeline=[]']
                              + external('mag1', 'core'), ['--as', 'mag', '--speed', '5', '--json', pmip])
            lma = pool.submit(injected, PMIP, ['duration=60s', 'traffic=[]', 'expect=[]'] + external('lma', 'core'),
                              ['--as', 'lma', '--wait', '12', pmip])
            umip, ue, ha, mag, lma = (x.result() for x in (umip, ue, ha, mag, lma))
        self.recorded(*umip)
        self.agree(ue, 1)
        self.agree(ha, 1)
        print(mag[0], lma[0], mag[1], lma[1])

    def recorded(self, stdout, more):
        lines = [line for line in stdout.splitlines() if line.startswith('  record ')]
        self.assertEqual(len(lines), 9 + 5 + 5, stdout + more)
        told = ['agrees' in line for line in lines]
        self.assertEqual(told, [True] * 8 + [False] + [True] * 10, stdout)
        self.assertIn("differs: status 133 (not home agent for this mobile node), the peer's 0 (accepted)", lines[8])
        # the first answer waits for the test of the home address, a second on its link
        self.assertGreater(float(lines[0].split(' ms')[0].split()[-1]), 900)


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
