# SPDX-License-Identifier: GPL-2.0-or-later
"""Home agent and AAA server over Diameter with freeDiameterd as the agent between them: everything that either of them
starts, refusals by server and agent, an agent that dies, a server that hangs. tshark reads what was on the wire. And
hostapd as AAA server over RADIUS.

only: --interop
timeout: 120
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402

AGENT = 'sh ' + os.path.join(tools.TOP, 'tests', 'live', 'agent.sh')


PEER = '%s -B %s' % (sys.executable, os.path.join(tools.TOP, 'tests', 'live', 'peer_hostapd.py'))


def needs():
    for name, package in (('freeDiameterd', 'freediameterd'), ('openssl', 'openssl')):
        if not shutil.which(name):
            return '%s is not installed (package %s)' % (name, package)
    if not os.path.exists('/usr/lib/freeDiameter/acl_wl.fdx'):
        return 'acl_wl.fdx is not installed (package freediameter-extensions)'
    return tools.missing()


WHY = needs()


def judged(path):
    """tshark's names of the Diameter messages in a capture; None: it finds one wrong."""
    argv = ['tshark', '-n', '-r', path, '-Y', 'diameter', '-T', 'fields', '-e', 'diameter.cmd.code', '-e',
            'diameter.flags.request', '-e', '_ws.malformed', '-e', 'diameter.avp.invalid-data']
    rows = [line.split('\t') for line in subprocess.run(argv, capture_output=True, text=True).stdout.splitlines()]
    bad = [row for row in rows if row[2] or row[3]]
    return None if bad else {(row[0], row[1]) for row in rows}


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Agent(unittest.TestCase):
    def run_with_agent(self, name, **more):
        """Its output, and what tshark saw where there are tshark and tcpdump."""
        with tempfile.TemporaryDirectory() as folder:
            capture = os.path.join(folder, 'wire.pcap')
            if shutil.which('tcpdump') and shutil.which('tshark'):
                more['CAPTURE'] = capture
            env = dict(MOORING_TEST_DIR=folder, MOORING_TEST_AGENT=AGENT, **more)
            done = tools.live(os.path.join(tools.TOP, 'tests', 'live', name + '.yaml'), env=env)
            with open(os.path.join(folder, 'agent.log'), errors='replace') as f:
                log = f.read()
            self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr + log)
            self.assertNotIn('fail ', done.stdout)
            seen = judged(capture) if os.path.exists(capture) else {}
            self.assertIsNotNone(seen, 'tshark finds a message wrong')
        return done.stdout, seen

    def test_attach_reauthentication_detach(self):
        said, seen = self.run_with_agent('aaa-relay')
        if 'inconclusive' in said:
            self.skipTest('the machine was too late')
        self.assertIn('ha.epc.example: agent.epc.example is connected', said)
        for command in ('257', '258', '268', '275', '280') if seen else ():
            self.assertTrue({(command, '0'), (command, '1')} <= seen or {(command, 'True'), (command, 'False')} <= seen,
                            (command, seen))

    def test_abort(self):
        self.run_with_agent('aaa-abort')

    def test_unknown_realm(self):
        self.run_with_agent('aaa-realm')

    def test_wrong_key(self):
        self.run_with_agent('aaa-wrong-key')

    def test_agent_killed(self):
        said, _ = self.run_with_agent('aaa-agent-killed', KILL_AFTER='7')
        self.assertIn('ha.epc.example: agent.epc.example closed the connection', said)
        self.assertEqual(said.count('ha.epc.example: agent.epc.example is connected'), 2, said)

    def test_server_hangs(self):
        self.run_with_agent('aaa-hangs')


NO_HOSTAPD = None if shutil.which('hostapd') else 'hostapd is not installed (package hostapd)'
NO_HOSTAPD = NO_HOSTAPD or tools.missing()


@tools.patient
@tools.side_by_side
@unittest.skipIf(NO_HOSTAPD, NO_HOSTAPD)
class Radius(unittest.TestCase):
    def run_with_hostapd(self, name):
        with tempfile.TemporaryDirectory() as folder:
            env = dict(MOORING_TEST_DIR=folder, MOORING_TEST_AAA=PEER)
            done = tools.live(os.path.join(tools.TOP, 'tests', 'live', name + '.yaml'), env=env)
            with open(os.path.join(folder, 'hostapd.log'), errors='replace') as f:
                log = f.read()
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr + log[-2000:])
        self.assertNotIn('fail ', done.stdout)

    def test_hostapd_authenticates(self):
        self.run_with_hostapd('aaa-hostapd')

    def test_wrong_secret(self):
        self.run_with_hostapd('aaa-wrong-secret')


if __name__ == '__main__':
    tools.main()
