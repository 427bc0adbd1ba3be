# SPDX-License-Identifier: GPL-2.0-or-later
"""Live runs when things go wrong: interfaces that go down, vanish or change, peers that hang, flood or send rubbish,
writes that fail, clocks that jump, machines that stand still or sleep. The run goes on, and its end says what happened.
Skipped where network namespaces are refused or ip(8) is missing."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools                                            # noqa: E402
from tools import MOORING, SCENARIO, TOP, live          # noqa: E402

WHY = tools.missing('ping')
FAULTS = os.path.join(os.environ.get('MOORING_BUILD', os.path.join(TOP, 'build')), 'tests', 'live', 'libfaults.so')
ROUGH = 'exec %s %s ' % (sys.executable, os.path.join(TOP, 'tests', 'live', 'peer_rough.py'))
FOREIGN = os.path.join(TOP, 'tests', 'live', 'foreign-mag.yaml')
MEASURED = '''
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
'''
OURS = (os.path.join(TOP, 'scenarios', 'pmip-attach', 'first.yaml'), '--duration', '3.5s', '--json')
GOOD = (0, 3)                                           # other tests make this machine late


def faulty(kind):
    return {'MOORING_TEST_FAULT': kind, 'LD_PRELOAD': FAULTS, 'ASAN_OPTIONS': 'verify_asan_link_order=0:detect_leaks=0'}


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Interfaces(unittest.TestCase):
    """What a command does to its own interface."""

    def after(self, command, *lines, args=('--duration', '3s'), **more):
        done = live(SCENARIO, *args, command=command, **more)
        self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)
        for line in lines:
            self.assertRegex(done.stdout, '(?m)^mn: ' + line + r', at [0-2]\.[0-9]{3} s$')
        self.assertRegex(done.stdout, '(?m)^(pass|inconclusive) options: ')
        return done

    def test_removed(self):
        self.after('sleep 0.5; ip link del wlan; exec sleep 60', 'its interface wlan was removed')

    def test_down_and_up(self):
        self.after('sleep 0.4; ip link set wlan down; sleep 0.3; ip link set wlan up; exec sleep 60',
                   'its interface wlan was taken down', 'its interface wlan came up again')

    def test_down_when_its_link_goes_away(self):
        done = self.after('ip link set wlan down; exec sleep 60', 'its interface wlan was taken down',
                          args=('--duration', '0.9s'))
        self.assertNotIn('could not', done.stdout)

    def test_longer_frames_than_its_link_takes(self):
        done = self.after('sleep 0.4; ip link set wlan mtu 9000; ' + ROUGH + 'giants wlan 0.3',
                          'the MTU of its interface wlan was set to 9000 octets, where its link has 1400',
                          args=('--duration', '3s'))
        self.assertRegex(done.stdout, r'(?m)^peer: [1-9][0-9]* frames sent')

    def test_another_mac_address(self):
        done = self.after('sleep 0.3; ip link set wlan address 02:00:00:00:00:99; ip address add fe80::9/64 dev wlan '
                          'nodad; sleep 0.5; exec ping -i 0.1 -c 8 -I fe80::9%wlan ff02::2',
                          'the MAC address of its interface wlan was set to 02:00:00:00:00:99',
                          args=('--duration', '4s'))
        self.assertGreaterEqual(done.stdout.count(' bytes from fe80:'), 2, done.stdout)     # to the new one

    def test_another_name(self):
        self.after('sleep 0.3; ip link set wlan down; ip link set wlan name other; ip link set other up; sleep 60',
                   'its interface wlan was taken down', 'its interface wlan was renamed to other',
                   'its interface other came up again')

    def test_all_of_it_all_the_time(self):
        done = live(SCENARIO, '--duration', '1.5s', command='while :; do ip link set wlan down mtu 1300; '
                    'ip link set wlan mtu 1500 up; done')
        self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)
        self.assertLess(len(done.stdout), 20000)

    def test_its_mtu_is_that_of_its_link(self):
        done = live(SCENARIO, '--duration', '1s', command='sleep 0.6; ip link show dev wlan; exec sleep 60')
        self.assertIn('mtu 1400 ', done.stdout)

    def test_that_of_programs(self):
        done = live(SCENARIO, '--shell', 'cn', input='ip link del mooring; sleep 0.2\n', env={'SHELL': '/bin/sh'})
        self.assertRegex(done.stdout, r'(?m)^cn: its interface mooring was removed, at [0-9.]+ s$')


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Peers(unittest.TestCase):
    def test_one_that_does_not_want_to_end(self):
        begun = time.monotonic()
        done = live(SCENARIO, '--duration', '1s', command="trap '' TERM HUP INT; while :; do sleep 0.1; done")
        self.assertIn(done.returncode, GOOD, done.stderr)
        self.assertIn('mn: its command did not end when it was told to, and was killed', done.stdout)
        self.assertLess(time.monotonic() - begun, 12)

    def test_one_that_dies(self):
        done = live(SCENARIO, '--duration', '3s', command='sleep 0.3; kill -9 $$')
        self.assertRegex(done.stdout, r'mn: its command was ended by signal 9 \(Killed\), at (0\.[2-9]|[12]\.)')

    def test_one_that_stands_still(self):
        done = live(SCENARIO, '--duration', '1s', command='sleep 0.3; kill -STOP $$')
        self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)

    def test_one_that_leaves_daemons(self):
        mark = 'sleep 98%d' % (os.getpid() % 10000)
        done = live(SCENARIO, '--duration', '0.8s', command='(setsid %s &) ; %s & exec sleep 60' % (mark, mark))
        self.assertIn(done.returncode, GOOD, done.stderr)
        self.assertEqual(subprocess.run(['pgrep', '-f', mark], capture_output=True).stdout, b'')

    def test_rubbish(self):
        with tempfile.TemporaryDirectory() as folder:
            done = live(SCENARIO, '--duration', '3s', '-o', folder, command=ROUGH + 'rubbish wlan 0.4')
            self.assertIn(done.returncode, (1, 3), done.stdout + done.stderr)       # much of it deviates
            self.assertRegex(done.stdout, r'(pass|inconclusive) +LIVE-OPT-01')
            self.assertRegex(done.stdout, r'(?m)^peer: [1-9][0-9]{2,} frames sent')
            seen = subprocess.run([MOORING, 'decode', os.path.join(folder, 'trace.pcapng')], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
            self.assertEqual(seen.returncode, 0, seen.stderr)


@tools.patient
@unittest.skipIf(WHY, WHY)
class Torrent(unittest.TestCase):
    def test_a_flood(self):
        """Frames as fast as they can be made: our timers run, lateness is told, memory does not grow."""
        with tempfile.NamedTemporaryFile('r') as size:
            done = subprocess.run([sys.executable, '-c', MEASURED, size.name, MOORING, 'live', SCENARIO], text=True,
                                  capture_output=True, timeout=120, env=tools.environment(ROUGH + 'flood wlan 1.5'))
            used = int(size.read())
        self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)
        frames = int(re.search(r'frames of other programs: (\d+) in', done.stdout).group(1))
        self.assertGreater(frames, 5000, done.stdout)
        self.assertRegex(done.stdout, r'lateness of [1-9][0-9]* wake-ups')
        self.assertLess(used, 200 * 1024, 'KiB')


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY or not os.path.exists(FAULTS), WHY or 'no library of faults in this build')
class Machine(unittest.TestCase):
    def test_writes_that_fail_are_counted(self):
        for kind in ('ENOBUFS', 'EAGAIN'):
            done = live(SCENARIO, '--duration', '3s', env=faulty(kind),
                        command='unset LD_PRELOAD; ip address add fe80::9/64 dev wlan nodad; sleep 0.4; '
                                'exec ping -q -i 0.05 -c 20 -I fe80::9%wlan ff02::2')
            self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r'lost by the kernel: 0 in, [1-9][0-9]* out')

    def judged(self, text):
        run = json.loads(text)['runs'][0]
        return run['end_ns'], [(c['id'], c['verdict'], c['at_ns']) for c in run['checks']]

    def test_the_wall_clock_is_nobodys(self):
        as_ever = live(*OURS)
        done = live(*OURS, env=faulty('WALL'))
        self.assertIn('the wall clock was looked at 0 times', done.stderr)
        self.assertEqual(self.judged(done.stdout), self.judged(as_ever.stdout))

    def test_nor_where_others_play_and_results_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            done = live(SCENARIO, '-o', folder, env=faulty('WALL'))
        self.assertIn('the wall clock was looked at 0 times', done.stderr)
        self.assertIn(done.returncode, GOOD, done.stdout + done.stderr)

    def stopped(self, *args, env=None, begun=None):
        """Stands still for 3 s."""
        run = subprocess.Popen([MOORING, 'live', *args], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=tools.environment(**(env or {})))
        for _ in range(200):
            if not begun or os.path.exists(begun):
                break
            time.sleep(0.05)
        time.sleep(0.2 if begun else 0.7)
        run.send_signal(signal.SIGSTOP)
        time.sleep(3)
        run.send_signal(signal.SIGCONT)
        out, err = run.communicate(timeout=60)
        return run.returncode, out + err

    def test_a_run_that_stood_still_never_fails_others(self):
        """The gateway waits 2 s for an answer, and says 99; nothing of it is its fault."""
        with tempfile.TemporaryDirectory() as folder:
            script, begun = os.path.join(folder, 'peer'), os.path.join(folder, 'begun')
            with open(script, 'w', encoding='utf-8') as f:
                f.write(': > %s; sleep 0.5; exec %s %s\n' % (
                    begun, sys.executable, os.path.join(TOP, 'tests', 'live', 'peer_mag.py')))
            code, said = self.stopped(FOREIGN, env={'MOORING_TEST_PEER': 'sh ' + script}, begun=begun)
        self.assertIn(code, (0, 3), said)
        self.assertNotRegex(said, r'(?m)^fail ')
        late = re.search(r'at most (\d+)\.', said)
        self.assertGreater(int(late.group(1)), 2000, said)

    def test_a_run_of_our_own_nodes_that_stood_still_is_what_it_was(self):
        as_ever = live(*OURS)
        _, said = self.stopped(*OURS)
        self.assertEqual(self.judged(said), self.judged(as_ever.stdout))

    def test_without_a_late_machine_it_fails(self):
        done = live(FOREIGN, '--duration', '4s', env={'MOORING_TEST_PEER': 'sleep 60'})
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_a_machine_that_slept_says_so(self):
        done = live(FOREIGN, env=dict(faulty('SLEEP'), MOORING_TEST_PEER='sleep 60'))
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r'inconclusive LIVE-MAG-01: .*the machine was (2.999|3)s late')


if __name__ == '__main__':
    tools.main()
