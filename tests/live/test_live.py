# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring live`: scenarios in real time, a kernel's stack as mobile node, errors, interrupts that leave nothing.
Skipped where network namespaces are refused or ip(8) and ping(8) are missing."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

HOST = os.path.join(TOP, 'tests', 'live', 'kernel-host.yaml')
NOBODY = 65534


WHY = tools.missing('ping')


def live(*args, **more):
    return tools.run([MOORING, 'live', *args], **more)


MARK = 'MOORING_TEST_MARK=%d' % os.getpid()
MARKED = dict(os.environ, MOORING_TEST_MARK=str(os.getpid()))


def left():
    """Processes of a run that was started with MARKED; other tests may run at the same time."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/environ' % pid, 'rb') as f:
                if MARK.encode() in f.read().split(b'\0'):
                    found.append(pid)
        except OSError:
            pass
    return found


def lines(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


@tools.patient
@unittest.skipIf(WHY, WHY)
class KernelHost(unittest.TestCase):
    def handover(self, scenario=HOST, **more):
        done = live(scenario, **more)
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        loss = [line for line in done.stdout.splitlines() if 'packet loss' in line]
        self.assertEqual(len(loss), 1, done.stdout)
        sent, got = (int(word) for word in (loss[0].split()[0], loss[0].split()[3]))
        self.assertGreater(sent, 60, loss)
        self.assertLessEqual(sent - got, 3, loss)       # 50 ms without a link, 50 ms between pings
        self.assertRegex(done.stdout, r'lost by the kernel: 0 in, 0 out')
        # its phases are told from its frames: an attachment with duplicate address detection, a move without
        self.assertRegex(done.stdout, r'(?m)^ *0\.200 +mn +attach wlan +- .* [0-9]{3,4}(\.[0-9]+)? +[0-9.]+ .*ok$')
        self.assertRegex(done.stdout, r'(?m)^ *6\.000 +mn +wlan > wlan2 +50\.[0-9]+ .*ok$')

    def test_keeps_talking_through_a_handover(self):
        self.handover(os.path.join(TOP, 'tests', 'live', 'host-leaves.yaml'))

    @unittest.skipUnless(os.geteuid() == 0, 'only root can become somebody else')
    def test_nobody_needs_root(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            own = shutil.copy(MOORING, folder)
            scenario = shutil.copy(HOST, folder)
            done = tools.run([own, 'live', scenario], user=NOBODY, group=NOBODY, extra_groups=[], cwd='/')
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertIn('packet loss', done.stdout)

    def test_an_interrupt_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with tempfile.TemporaryDirectory() as folder:
                out = os.path.join(folder, 'out')
                run = subprocess.Popen([MOORING, 'live', HOST, '-o', out], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, env=MARKED)
                time.sleep(1.5)
                self.assertGreater(len(left()), 1)
                run.send_signal(number)
                said = run.communicate(timeout=60)[0].decode()
                self.assertEqual(run.returncode, 130, said)
                self.assertTrue(lines(said, 'interrupted'), said)
                self.assertTrue(os.path.exists(os.path.join(out, 'trace.pcapng')))
                decoded = subprocess.run([MOORING, 'decode', os.path.join(out, 'trace.pcapng')], capture_output=True)
                self.assertEqual(decoded.returncode, 0)
            self.assertEqual(left(), [])

    def test_a_killed_run_leaves_nothing(self):
        run = subprocess.Popen([MOORING, 'live', HOST], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=MARKED)
        time.sleep(4)
        self.assertGreater(len(left()), 1)
        run.kill()
        run.wait()
        time.sleep(0.5)
        self.assertEqual(left(), [])

    def with_command(self, command, *more):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.yaml')
            with open(HOST, encoding='utf-8') as f:
                text = f.read().replace('duration: 9s', 'duration: 1s')
            text = '\n'.join(line for line in text.split('\n') if 'at: 6s' not in line)
            head, tail = text.split('    command: |\n', 1)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(head + '    command: ' + command + '\n' + tail[tail.index('\nlinks:'):])
            return live(path, *more)

    def test_a_peer_that_cannot_start_is_told(self):
        self.assertIn('mn: its command ended with 127', self.with_command('exec /nonexistent/program').stdout)

    def test_a_peer_that_dies_is_told_and_one_that_is_ended_is_not(self):
        self.assertIn('mn: its command was ended by signal 9', self.with_command('kill -9 $$').stdout)
        self.assertNotIn('its command', self.with_command('exec sleep 9').stdout)

    def test_json_is_one_object_whatever_programs_say(self):
        done = self.with_command('echo noise; exec sleep 9', '--json')
        self.assertEqual(len(json.loads(done.stdout)['runs']), 1)
        self.assertIn('noise', done.stderr)


@tools.patient
@unittest.skipIf(WHY, WHY)
class ForeignGateway(unittest.TestCase):
    """A gateway of another make at our anchor: what it sends is recorded as its own, and judged."""

    def registered(self, *how):
        peer = '%s %s %s' % (sys.executable, os.path.join(TOP, 'tests', 'live', 'peer_mag.py'), ' '.join(how))
        path = os.path.join(TOP, 'tests', 'live', 'foreign-mag.yaml')
        return live(path, env=dict(os.environ, MOORING_TEST_PEER=peer))

    def test_is_served(self):
        done = self.registered()
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertTrue(lines(done.stdout, 'status 0'), done.stdout)

    def test_that_is_wrong_is_told_so(self):
        done = self.registered('short')
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r'fail +LIVE-MAG-03: .* was seen 2 times, first [a-z-]+ \[RFC 6275 ')


@tools.patient
@unittest.skipIf(WHY or not shutil.which('curl'), WHY or 'curl(1) is not installed')
class Programs(unittest.TestCase):
    """curl and a web server, on top of our UE's and our correspondent's stacks."""

    def test_a_download_survives_handovers(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.urandom(26_000_000)               # 13 s at 2 MB/s: three handovers
            with open(os.path.join(folder, 'file'), 'wb') as f:
                f.write(data)
            got = os.path.join(folder, 'got')
            done = live(os.path.join(TOP, 'tests', 'live', 'curl.yaml'),
                        env=dict(os.environ, MOORING_TEST_OUT=got, MOORING_TEST_DIR=folder, MOORING_TEST_FILE='file',
                                 MOORING_TEST_WEB=os.path.join(TOP, 'tests', 'live', 'peer_web.py')))
            self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
            with open(got, 'rb') as f:
                self.assertTrue(f.read() == data, done.stdout + done.stderr)
        self.assertEqual(len([line for line in done.stdout.splitlines() if line.endswith('ok, NAT')]), 2, done.stdout)


@tools.patient
@unittest.skipIf(WHY or not shutil.which('nft'), WHY or 'nft(8) is not installed')
class KernelNat(unittest.TestCase):
    SCENARIO = os.path.join(TOP, 'tests', 'live', 'kernel-nat.yaml')

    def test_keepalives_hold_the_kernels_mapping(self):
        done = live(self.SCENARIO)
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertIn('ok, NAT', done.stdout)


@tools.patient
class RealTime(unittest.TestCase):
    def test_our_own_nodes_do_what_they_do_in_a_simulation(self):
        path = os.path.join(TOP, 'scenarios', 'pmip-attach', 'first.yaml')
        simulated = subprocess.run([MOORING, 'run', path], capture_output=True, text=True, timeout=120)
        begun = time.monotonic()
        done = live(path)
        took = time.monotonic() - begun
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(lines(done.stdout, 'pass'), lines(simulated.stdout, 'pass'))
        self.assertGreaterEqual(took, 5)
        self.assertIn('lateness of', done.stdout)

    def test_a_simulation_has_no_other_programs(self):
        done = subprocess.run([MOORING, 'run', HOST], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn('node mn', done.stderr)
        self.assertIn('mooring live', done.stderr)

    def test_usage(self):
        for args in ((), ('-j', '2', HOST), ('--engine', 'ns3', HOST), ('/nonexistent.yaml',)):
            done = live(*args)
            self.assertEqual((done.returncode, done.stdout), (2, ''), args)
            self.assertTrue(done.stderr)


if __name__ == '__main__':
    tools.main()
