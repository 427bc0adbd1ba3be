# SPDX-License-Identifier: GPL-2.0-or-later
"""The options of `mooring live`: --shell on a terminal and in scripts, --keep, --duration, --pcap; refused namespaces.
Skipped where network namespaces are refused or ip(8) is missing."""
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools                                            # noqa: E402
from tools import MOORING, SCENARIO, live               # noqa: E402

WHY = tools.missing()


class Terminal:
    """`mooring live` as the leader of a session on a terminal of its own."""

    def __init__(self, *args):
        self.text = ''
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ.update(SHELL='/bin/sh', PS1='ready$ ', TERM='dumb', ENV='')
            os.execv(MOORING, [MOORING, 'live', *args])

    def see(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.text:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError('%r was not seen in %r' % (text, self.text))
            try:
                self.text += os.read(self.fd, 4096).decode('utf-8', 'replace')
            except OSError:                             # the other end is closed
                break
        if text not in self.text:
            raise AssertionError('%r was not seen in %r' % (text, self.text))
        self.text = self.text[self.text.index(text) + len(text):]

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self.fd, 4096).decode('utf-8', 'replace')
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError('no end; %r' % self.text)


def seen_by(script, *args, **more):
    return live(SCENARIO, *args, input=script, env={'SHELL': '/bin/sh'}, **more)


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Shell(unittest.TestCase):
    def test_a_script_runs_in_the_node_and_the_run_lasts_as_long(self):
        done = seen_by('echo in $MOORING_NODE; ip -br link show dev wlan; sleep 2.6; echo late\n', '--shell', 'mn')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r'(?m)^in mn$')
        self.assertRegex(done.stdout, r'(?m)^wlan .*02:')
        self.assertRegex(done.stdout, r'(?m)^late$')
        self.assertIn('verdict is pass, 2 of 2 expectations met; the run goes on until its shell ends', done.stderr)

    def test_a_script_that_ends_early_ends_the_run(self):
        begun = time.monotonic()
        done = seen_by('exit 7\n', '--shell', 'mn')
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)     # the end is open
        self.assertLess(time.monotonic() - begun, 8)
        self.assertIn('mn: its shell ended with 7', done.stdout)
        self.assertIn('inconclusive LIVE-OPT-02', done.stdout)

    def test_a_node_of_ours_has_its_own_address_there(self):
        done = seen_by('echo $MOORING_IP6; ip -br addr show dev mooring\n', '--shell', 'cn')
        address = [line for line in done.stdout.splitlines() if line.startswith('2001:db8:f::')]
        self.assertEqual(len(address), 1, done.stdout + done.stderr)
        self.assertIn(address[0] + '/128', done.stdout)

    def test_a_node_in_a_process_of_its_own_has_it_too(self):
        done = seen_by('echo $MOORING_IP6; ip -br addr show dev mooring\n', '--shell', 'cn', '--processes')
        self.assertRegex(done.stdout, '(?m)^2001:db8:f::[0-9a-f]+$', done.stderr)

    def test_with_keep_it_goes_on_behind_the_shell(self):
        run = subprocess.Popen([MOORING, 'live', SCENARIO, '--shell', 'mn', '--keep'], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tools.environment())
        time.sleep(3.5)
        self.assertIsNone(run.poll())
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(60), 0)
        run.communicate()

    def test_unknown_nodes_and_others(self):
        for node, words in (('mx', 'has no such node'), ('lma', 'only mobile and correspondent')):
            done = live(SCENARIO, '--shell', node, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn('--shell %s: ' % node, done.stderr)
            self.assertIn(words, done.stderr)

    def test_on_a_terminal_an_interrupt_is_the_jobs(self):
        t = Terminal(SCENARIO, '--shell', 'mn')
        t.see('ready$ ')
        t.type('echo at-$((1+1)) $MOORING_NODE\n')
        t.see('at-2 mn')
        t.see('ready$ ')
        t.type('echo be""gun; sleep 30; echo next-$?\n')
        t.see('begun')
        time.sleep(0.3)
        t.type('\x03')                                  # the job's end, neither the shell's nor the run's
        t.see('ready$ ')
        t.type('echo still-$((2+2)) here\n')
        t.see('still-4 here')
        t.see('ready$ ')
        t.type('sleep 31\n')
        time.sleep(0.3)
        t.type('\x1a')                                  # stopped
        t.see('ready$ ')
        t.type('fg\n')
        t.see('sleep 31')
        time.sleep(0.3)
        t.type('\x03')
        t.see('ready$ ')
        t.type('exit\n')
        self.assertIn(t.end(), (0, 3), t.text)          # by when it ended
        self.assertNotIn('interrupted options', t.text)

    def test_on_a_terminal_it_is_ours_again_when_the_shell_is_over(self):
        t = Terminal(SCENARIO, '--shell', 'mn', '--keep')
        t.see('ready$ ')
        t.type('stty -echo; exit\n')
        time.sleep(3)
        t.type('\x03')
        code = t.end()
        self.assertEqual(code, 0, t.text)
        self.assertIn('pass options', t.text)

    def test_a_signal_to_the_run_ends_the_shell_and_what_it_left(self):
        t = Terminal(SCENARIO, '--shell', 'mn')
        t.see('ready$ ')
        t.type('(setsid sleep 4711 &) ; nohup sleep 4712 >/dev/null & sleep 4713\n')
        time.sleep(0.5)
        os.kill(t.pid, signal.SIGTERM)
        self.assertIn(t.end(), (0, 130), t.text)
        left = subprocess.run(['pgrep', '-f', 'sleep 471[123]'], capture_output=True, text=True).stdout
        self.assertEqual(left, '')


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Lengths(unittest.TestCase):
    def checks(self, done):
        return {c['id']: c['verdict'] for c in json.loads(done.stdout)['runs'][0]['checks']}

    def test_a_window_behind_an_early_end_is_inconclusive(self):
        done = live(SCENARIO, '--duration', '50ms', '--json')
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.checks(done), {'LIVE-OPT-01': 'inconclusive', 'LIVE-OPT-02': 'inconclusive'})
        self.assertEqual(json.loads(done.stdout)['runs'][0]['end_ns'], 50_000_000)

    def test_what_was_seen_before_an_early_end_counts(self):
        done = live(SCENARIO, '--duration', '1.5s', '--json')
        self.assertEqual(self.checks(done), {'LIVE-OPT-01': 'pass', 'LIVE-OPT-02': 'inconclusive'})

    def test_later(self):
        done = live(SCENARIO, '--duration', '2500ms', '--json')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout)['runs'][0]['end_ns'], 2_500_000_000)

    def test_what_is_no_duration(self):
        for text in ('5', '0s', '-1s', 'soon', '2000000h'):
            done = live(SCENARIO, '--duration=' + text)
            self.assertEqual((done.returncode, done.stdout.startswith('pass')), (2, False), text)
            self.assertIn('--duration %s: ' % text, done.stderr)

    def test_keep_is_judged_at_the_end_and_goes_on(self):
        run = subprocess.Popen([MOORING, 'live', SCENARIO, '--keep', '--duration', '1.2s', '--json'], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tools.environment(
                                   # a Mobility Header without its length, when the verdict is made
                                   command='sleep 2; exec python3 -c "import socket; s = socket.socket('
                                   "socket.AF_INET6, socket.SOCK_RAW, 135); s.sendto(bytes(8), ('ff02::1%wlan', 0))\""))
        time.sleep(3.5)
        self.assertIsNone(run.poll())
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=60)
        self.assertIn('expectations met; the run goes on until it is interrupted', err)
        result = json.loads(out)['runs'][0]
        self.assertFalse(result['interrupted'])
        self.assertGreater(result['end_ns'], 2_500_000_000)
        self.assertEqual({c['id']: c['verdict'] for c in result['checks']},
                         {'LIVE-OPT-01': 'pass', 'LIVE-OPT-02': 'inconclusive'})

    def test_keep_that_is_interrupted_before_the_end(self):
        run = subprocess.Popen([MOORING, 'live', SCENARIO, '--keep'], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=tools.environment())
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertIn('interrupted options', out)


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Capture(unittest.TestCase):
    def test_it_is_the_trace(self):
        with tempfile.TemporaryDirectory() as folder:
            path, out = os.path.join(folder, 'live.pcapng'), os.path.join(folder, 'out')
            done = live(SCENARIO, '--pcap', path, '-o', out)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(path, 'rb') as a, open(os.path.join(out, 'trace.pcapng'), 'rb') as b:
                got, trace = a.read(), b.read()
        self.assertGreater(len(trace), 2000)
        self.assertEqual(got, trace)

    def test_it_is_there_while_the_run_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'live.pcapng')
            run = subprocess.Popen([MOORING, 'live', SCENARIO, '--pcap', path], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=tools.environment())
            time.sleep(1.5)
            self.assertIsNone(run.poll())
            seen = subprocess.run([MOORING, 'decode', path], capture_output=True, text=True)
            tools.kill(run)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertIn('PBA', seen.stdout)

    def test_on_standard_output_the_text_goes_to_standard_error(self):
        done = live(SCENARIO, '--duration', '1.2s', '--pcap', '-', text=False)
        self.assertIn(b'expectations met', done.stderr)
        self.assertEqual(done.stdout[:4], b'\n\r\r\n')
        with tempfile.NamedTemporaryFile(suffix='.pcapng') as f:
            f.write(done.stdout)
            f.flush()
            seen = subprocess.run([MOORING, 'decode', f.name], capture_output=True, text=True)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertIn('PBA', seen.stdout)

    def test_two_runs_are_two_sections(self):
        done = live(SCENARIO, SCENARIO, '--duration', '1s', '--pcap=-', text=False)
        self.assertEqual(done.stdout.count(b'\n\r\r\n'), 2, done.stderr)

    def test_a_reader_that_goes_away_or_sleeps_does_no_harm(self):
        for program in ('exec head -c 100 >/dev/null', 'exec sleep 20'):
            reader = subprocess.Popen(['sh', '-c', program], stdin=subprocess.PIPE)
            run = subprocess.Popen([MOORING, 'live', SCENARIO, '--pcap', '-'], stdout=reader.stdin,
                                   stderr=subprocess.PIPE, text=True, env=tools.environment(
                                       'ip address add fe80::9/64 dev wlan nodad; sleep 1; '
                                       'exec ping -q -f -w 1 -s 1300 -I fe80::9%wlan ff02::1 >/dev/null'))
            reader.stdin.close()
            said = run.communicate(timeout=60)[1]
            tools.kill(reader)
            self.assertEqual(run.returncode, 0, said)
            self.assertIn('pass options: 2 of 2', said)
            self.assertRegex(said, r'--pcap -: (Broken pipe|its reader left)')

    def test_without_the_tools_it_cannot_run_here(self):
        nat = os.path.join(tools.TOP, 'scenarios', 'nat', 'kernel-idle.yaml')
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(shutil.which('ip'), os.path.join(folder, 'ip'))
            done = live(nat, '--duration', '1s', env={'PATH': folder})
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn('nft(8) of nftables is needed', done.stderr)

    def test_where_it_cannot_be_written(self):
        done = live(SCENARIO, '--pcap', '/nonexistent/file')
        self.assertEqual(done.returncode, 2)
        self.assertIn('--pcap /nonexistent/file: No such file', done.stderr)
        t = Terminal(SCENARIO, '--pcap', '-')
        self.assertEqual(t.end(), 2, t.text)
        self.assertIn('standard output is a terminal', t.text)

    @unittest.skipUnless(shutil.which('tshark'), 'tshark is not installed')
    def test_wireshark_reads_it_while_it_comes(self):
        run = subprocess.Popen([MOORING, 'live', SCENARIO, '--pcap', '-'], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=tools.environment())
        seen = subprocess.run(['tshark', '-l', '-i', '-', '-a', 'duration:20', '-Y', 'mipv6'], stdin=run.stdout,
                              capture_output=True, text=True, timeout=60)
        run.stdout.close()
        self.assertEqual(run.wait(60), 0)
        self.assertIn('Binding Acknowledgement', seen.stdout, seen.stderr)


@tools.patient
@unittest.skipIf(WHY, WHY)
class Refused(unittest.TestCase):
    def test_the_remedy_is_told(self):
        for what in ('net', 'pid', 'mnt'):
            done = subprocess.run(['unshare', '--user', '--map-root-user', 'sh', '-c',
                                   'echo 0 > /proc/sys/user/max_%s_namespaces; exec "$0" live "$1"' % what, MOORING,
                                   SCENARIO], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
            self.assertIn('user.max_%s_namespaces=10000' % what, done.stderr)


if __name__ == '__main__':
    tools.main()
