# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring ctl`: a run of our own nodes is asked and changed while it goes on, by several at once and by some who mean
it no good. No namespaces are needed."""
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

SCENARIO = os.path.join(TOP, 'tests', 'live', 'ctl.yaml')


class Run:
    """A live run with a control socket in a folder of its own."""

    def __init__(self, *more, name='own', scenario=SCENARIO, folder=None):
        self.kept = folder is not None
        self.folder = folder or tempfile.mkdtemp()
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder)
        self.path = name if '/' in name else os.path.join(self.folder, 'mooring', name + '.sock')
        self.process = subprocess.Popen([MOORING, 'live', scenario, '--control', name, *more], env=self.env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait(self):
        for _ in range(3000):
            try:
                self.connect().close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError(self.process.communicate()) from None
                time.sleep(0.02)
        raise AssertionError('no socket')

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(60)
        try:
            s.connect(self.path)
        except OSError:
            s.close()
            raise
        return s

    def ctl(self, *words):
        return subprocess.run([MOORING, 'ctl', *words], env=self.env, capture_output=True, text=True, timeout=120)

    def ask(self, *words):
        done = self.ctl('--json', *words)
        return json.loads(done.stdout)

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        said = ('', '') if self.process.stdout.closed else self.process.communicate(timeout=60)
        if not self.kept:
            subprocess.run(['rm', '-rf', self.folder], check=True)
        return said


def line(s, text):
    """One request, one answer."""
    s.sendall(text if isinstance(text, bytes) else (json.dumps(text) + '\n').encode())
    got = b''
    while not got.endswith(b'\n'):
        more = s.recv(65536)
        if not more:
            break
        got += more
    return json.loads(got.splitlines()[0]) if got else None     # what is watched may be right behind the answer


def until(fn, seconds=60):
    for _ in range(int(seconds / 0.05)):
        got = fn()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError('never')


@tools.patient
class Control(unittest.TestCase):
    def setUp(self):
        self.run_ = Run('-o', os.path.join(self.enter(), 'out')).wait()

    def enter(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = os.path.join(folder.name, 'out')
        return folder.name

    def tearDown(self):
        self.run_.end()

    def bindings(self, node):
        return self.run_.ask('bindings', node)['bindings']

    def test_asks_changes_and_stops(self):
        run = self.run_
        self.assertEqual(stat.S_IMODE(os.stat(run.path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(run.path)).st_mode), 0o700)
        status = run.ask('status')
        self.assertEqual((status['scenario'], status['end_ns'], status['by_hand']), ('ctl', 60_000_000_000, 0))
        self.assertEqual(status['expectations'], {'met': 0, 'failed': 0, 'open': 2})
        watcher = subprocess.Popen([MOORING, 'ctl', '--json', 'watch', 'nodes=ue', 'kinds=action,binding,data-rx'],
                                   env=run.env, stdout=subprocess.PIPE, text=True)
        self.assertTrue(json.loads(watcher.stdout.readline())['ok'])
        self.assertRegex(run.ctl('attach', 'ue', 'lte').stdout, r'^attach at [0-9.]+ m?s\n$')
        self.assertEqual(run.ctl('attach', 'mn', 'wifi').returncode, 0)
        until(lambda: [b for b in self.bindings('ha') if b['state'] == 'ACTIVE'])
        run.ask('traffic-start', 'down')
        moved = run.ask('handover', 'ue', 'wlan', 'gap=20ms', 'label=by-hand')
        self.assertEqual((moved['do'], moved['entry']), ('handover', 5))
        until(lambda: [b for b in self.bindings('ha') if b['care_of'].startswith('2001:db8:2:')])
        cache, = self.bindings('ha')
        own, = self.bindings('ue')
        self.assertEqual((cache['kind'], cache['sequence'], cache['encapsulation']), ('cache', 2, 'ipv6'))
        for key in ('home_address', 'care_of', 'sequence', 'protocol'):
            self.assertEqual(own[key], cache[key])
        self.assertGreater(cache['left_ns'], 3_500_000_000_000)
        self.assertEqual(own['peer'], '2001:db8:c0::1')
        proxies = {b['node']: b for b in run.ask('bindings', 'limit=100')['bindings'] if b['protocol'] == 'pmipv6'}
        self.assertEqual(set(proxies), {'lma', 'mag1'})
        self.assertEqual(proxies['lma']['encapsulation'], 'ipv6+gre')
        self.assertEqual(proxies['lma']['care_of'], proxies['mag1']['care_of'])
        self.assertEqual(run.ask('bindings', 'limit=1')['more'], True)
        # a link is changed as the timeline's `set` does it
        run.ask('set', 'wlan.loss=100%', 'wlan.delay=uniform(1ms, 3ms)')
        wlan, = [link for link in run.ask('links')['links'] if link['link'] == 'wlan']
        self.assertEqual((wlan['loss_ppm'], wlan['delay']), (1000000, 'uniform(1ms, 3ms)'))
        self.assertIn('wlan', run.ctl('links').stdout)
        ue, = run.ask('nodes', 'ue')['nodes']
        self.assertEqual((ue['kind'], ue['interfaces']), ('ue', ['lte (off)', 'wlan']))
        until(lambda: run.ask('status')['expectations']['met'] == 1)
        self.assertEqual(run.ask('revoke', 'lma', 'mn')['ok'], True)
        until(lambda: not [b for b in self.bindings('lma') if b['state'] == 'ACTIVE'])
        self.assertEqual(run.ctl('stop').returncode, 0)
        said, talk = run.process.communicate(timeout=60)
        self.assertEqual(run.process.returncode, 130, said + talk)
        self.assertIn('actions by hand: 6', said)
        self.assertRegex(said, r'(?m)^ *[0-9.]+ +ue +lte > wlan +20\.00 .* ok$')
        self.assertRegex(said, r'(?m)^pass +LIVE-CTL-01')
        self.assertFalse(os.path.exists(run.path))
        records = [json.loads(text) for text in watcher.stdout]
        self.assertEqual(watcher.wait(timeout=60), 0)
        watcher.stdout.close()
        self.assertEqual({r['node'] for r in records}, {'ue'})
        self.assertEqual({r['kind'] for r in records}, {'action', 'binding', 'data-rx'})
        with open(os.path.join(self.out, 'events.jsonl'), encoding='utf-8') as f:
            events = [json.loads(text) for text in f if '"kind":"action"' in text]
        self.assertEqual([(e['verb'], e.get('arg')) for e in events],
                         [('attach', 'lte'), ('attach', 'wifi'), ('traffic-start', 'down'),
                          ('handover', 'wlan'), ('set', 'wlan'), ('revoke', None)])
        self.assertEqual([r for r in records if r['kind'] == 'action'], [e for e in events if e.get('node') == 'ue'])
        gone = run.ctl('status')
        self.assertEqual((gone.returncode, gone.stdout), (77, ''))
        self.assertIn('no live run has a control socket', gone.stderr)

    def test_what_is_wrong_is_told_with_its_place(self):
        run = self.run_
        for words, told in (
                (('handover', 'eu', 'wlan'), 'words:1:10: there is no node `eu`; did you mean `ue`?\n'
                 '    1 | handover eu wlan\n      |          ^~'),
                (('handover', 'ue', 'wlan', 'gap=5'), 'a time needs a unit'),
                (('hanover', 'ue', 'wlan'), 'did you mean `handover`'),
                (('handover', 'ue'), 'needs the key `interface`'),
                (('handover', 'ue', 'wlan', 'lte', 'more'), 'a word too many: handover NODE INTERFACE [TO]'),
                (('handover', 'ue', 'wlan', 'gap=1ms', 'gap=2ms'), '`gap` is here twice'),
                (('handover', 'ue', 'wlan', 'label=not-yet'), 'the label `not-yet` is here twice'),
                (('handover', 'ha', 'wlan'), 'not of a kind that this can be done with'),
                (('refresh', 'ue', 'at=10ms'), 'that is over'),
                (('refresh', 'ue', 'at=2h'), 'after the end of the run'),
                (('set', 'lte.los=5%'), 'did you mean `loss`'),
                (('set', 'let.loss=5%'), 'there is no link or node `let`; did you mean `lte`?'),
                (('set', 'cn.loss=5%'), 'nothing of `cn` can be set'),
                (('set', 'lte.loss=5%', 'wlan.loss=5%'), 'one link or node at a time'),
                (('set', 'lte.loss={a: 1}'), '`loss`'), (('set', 'lte.loss='), 'has no value'),
                (('set', 'lte.loss=&x 5%'), 'anchors are not part'),
                (('rekey', 'ue'), 'no node has `ipsec: ikev2`'),
                (('bindings', 'nobody'), 'there is no node `nobody`'), (('bindings', 'limit=0'), '1 to 5000 rows'),
                (('watch', 'kinds=keys'), 'no records of kind `keys`'), (('status', 'now'), 'takes no such word')):
            done = run.ctl(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ''), words)
            self.assertIn(told, done.stderr, words)
        self.assertEqual(run.ask('status')['by_hand'], 0)       # none of it left anything behind

    def test_later_is_later(self):
        run = self.run_
        now = run.ask('status')['now_ns']
        at = now // 1_000_000 + 400
        self.assertEqual(run.ask('attach', 'ue', 'lte', 'at=%dms' % at)['at_ns'], at * 1_000_000)
        self.assertEqual(run.ask('nodes', 'ue')['nodes'][0]['interfaces'], ['lte (off)', 'wlan (off)'])
        until(lambda: run.ask('nodes', 'ue')['nodes'][0]['interfaces'] == ['lte', 'wlan (off)'])
        self.assertGreaterEqual(run.ask('status')['now_ns'], at * 1_000_000)

    def test_rubbish_disturbs_nobody(self):
        run = self.run_
        good = run.connect()
        bad = run.connect()
        for text, told in ((b'nonsense\n', 'no JSON'), (b'{"words":[]}\n', '1 to 64 texts'), (b'[1,2]\n', 'an object'),
                           (b'{"words":["status"],"x":1}\n', 'nothing else'),
                           (b'{"words":"status"}\n', '1 to 64 texts'),
                           (b'{"words":[1]}\n', '1 to 64 texts'), (b'\xff\xfe\n', 'no text'),
                           (b'{}\n', '1 to 64'),
                           (b'[' * 10000 + b'\n', 'too deep'), (b'{"words":["status"],"id":{}}\n', '`id`'),
                           (b'{"words":["sta\\u0000tus"]}\n', '')):
            answer = line(bad, text)
            self.assertEqual(answer['ok'], False, text)
            self.assertIn(told, answer['error'], text)
        self.assertEqual(line(bad, {'words': ['status'], 'id': 'x7'})['id'], 'x7')
        half = run.connect()
        half.sendall(b'{"words":["sta')                 # and never again
        silent = [run.connect() for _ in range(8)]
        flood = run.connect()
        got, sent = b'', 0
        try:
            while sent < 40_000_000:                    # megabytes without a line's end
                sent += flood.send(b'x' * 65536)
        except OSError:
            pass
        flood.settimeout(60)
        try:
            while more := flood.recv(4096):
                got += more
        except OSError:
            pass
        self.assertLess(sent, 40_000_000)
        self.assertIn(b'ends with a line feed', got)
        deaf = run.connect()                            # asks and asks and never reads an answer
        deaf.settimeout(0.5)
        asked = 0
        try:
            while asked < 20000:
                deaf.sendall(b'{"words":["nodes"]}\n')
                asked += 1
        except OSError:
            pass
        self.assertLess(asked, 20000)
        answer = line(good, {'words': ['status']})
        self.assertTrue(answer['ok'])
        self.assertLess(answer['lateness']['p99_ns'], 200_000_000)
        for s in (good, bad, half, flood, deaf, *silent):
            s.close()
        said, _ = run.end()
        self.assertIn('control: a client was dropped: a request without an end', said)

    def test_a_watcher_that_goes_without_a_word(self):
        run = self.run_
        run.ask('attach', 'ue', 'lte')
        until(lambda: [b for b in self.bindings('ha') if b['state'] == 'ACTIVE'])
        lazy = run.connect()
        self.assertTrue(line(lazy, {'words': ['watch', 'kinds=frame-tx,frame-rx,data-tx,data-rx,note']})['ok'])
        self.assertEqual(line(lazy, {'words': ['watch']})['ok'], False)
        lazy.close()
        # gone without a word: the run goes on
        self.assertTrue(run.ask('status')['ok'])


WHY = tools.missing()


@tools.patient
@unittest.skipIf(WHY, WHY)
class Namespaces(unittest.TestCase):
    """The socket is made before the process goes where /run is another folder, and is found and removed from there."""

    def test_a_process_for_each_node(self):
        below_run = os.geteuid() == 0 and os.access('/run', os.W_OK)
        folder = tempfile.mkdtemp(dir='/run' if below_run else None)
        self.addCleanup(subprocess.run, ['rm', '-rf', folder], check=True)
        run = Run('--processes', folder=folder)
        self.addCleanup(run.end)
        run.wait()
        run.ask('attach', 'ue', 'lte')
        run.ask('attach', 'mn', 'wifi')
        until(lambda: [b for b in run.ask('bindings')['bindings'] if b['kind'] == 'cache'][1:])
        bound = {b['node']: b for b in run.ask('bindings')['bindings']}
        self.assertEqual((bound['ha']['care_of'], bound['ha']['sequence']), (bound['ue']['care_of'], 1))
        self.assertEqual((bound['lma']['protocol'], bound['mag1']['protocol']), ('pmipv6', 'pmipv6'))
        run.ask('handover', 'ue', 'wlan')
        until(lambda: [b for b in run.ask('bindings', 'ha')['bindings'] if b['sequence'] == 2])
        self.assertEqual(run.ask('stop')['ok'], True)
        said, talk = run.process.communicate(timeout=60)
        self.assertRegex(said, r'(?m)^ *[0-9.]+ +ue +lte > wlan .* ok$', talk)
        self.assertFalse(os.path.exists(run.path))


@tools.patient
class Several(unittest.TestCase):
    def test_behind_the_verdict(self):
        run = Run('--duration', '800ms', '--keep').wait()
        self.addCleanup(run.end)
        status = until(lambda: (lambda s: s if s.get('judged') else None)(run.ask('status')))
        self.assertNotIn('end_ns', status)
        self.assertTrue(run.ask('attach', 'ue', 'lte')['ok'])
        until(lambda: [b for b in run.ask('bindings', 'ha')['bindings'] if b['state'] == 'ACTIVE'])

    def test_each_run_of_several_begins_anew(self):
        run = Run('--duration', '1500ms', '--runs', '2').wait()
        self.addCleanup(run.end)
        run.ask('attach', 'ue', 'lte')
        watch = run.ctl('watch', 'kinds=action')                # as long as its run
        self.assertEqual((watch.returncode, watch.stderr), (0, ''))
        status = until(lambda: (lambda s: s if s['ok'] else None)(run.ask('status')))
        self.assertEqual((status['seed'], status['by_hand'], status['end_ns']), (2, 0, 1_500_000_000))
        self.assertEqual(run.ask('attach', 'ue', 'lte')['entry'], 2)


@tools.patient
class Place(unittest.TestCase):
    def test_two_runs_want_one_socket(self):
        first = Run().wait()
        try:
            second = Run(folder=first.folder)
            said, talk = second.process.communicate(timeout=60)
            self.assertEqual(second.process.returncode, 2, said + talk)
            self.assertIn('another run has this control socket', talk)
            self.assertTrue(first.ask('status')['ok'])          # and did not suffer
            other = Run(name='other', folder=first.folder).wait()
            many = first.ctl('status')
            self.assertEqual(many.returncode, 77)
            self.assertIn('several live runs have control sockets: other, own', many.stderr)
            self.assertEqual(json.loads(first.ctl('--socket', 'other', '--json', 'status').stdout)['ok'], True)
            other.end(signal.SIGINT)
            self.assertFalse(os.path.exists(other.path))
        finally:
            first.end()
        self.assertFalse(os.path.exists(first.path))

    def test_a_killed_runs_socket_is_taken_over(self):
        first = Run().wait()
        first.process.kill()
        first.process.communicate()
        for _ in range(1000):                           # its guard takes the file away
            if not os.path.exists(first.path):
                break
            time.sleep(0.05)
        self.assertFalse(os.path.exists(first.path))
        with socket.socket(socket.AF_UNIX) as left:     # one whose guard was killed too
            left.bind(first.path)
        done = first.ctl('--socket', 'own', 'status')
        self.assertEqual(done.returncode, 77)
        self.assertIn('its run is over', done.stderr)
        second = Run(folder=first.folder).wait()
        self.assertTrue(second.ask('status')['ok'])
        second.end()
        self.assertFalse(os.path.exists(first.path))
        first.end()

    def test_paths_that_cannot_be(self):
        with tempfile.TemporaryDirectory() as folder:
            there = os.path.join(folder, 'file')
            with open(there, 'w', encoding='utf-8') as f:
                f.write('precious')
            for path, told in ((there, 'no socket'), (os.path.join(folder, 'no', 'x'), 'No such file'),
                               (os.path.join(folder, 'x' * 120), 'octets')):
                run = Run(name=path)
                said, talk = run.process.communicate(timeout=60)
                self.assertEqual(run.process.returncode, 2, said + talk)
                self.assertIn(told, talk)
                run.end()
            with open(there, encoding='utf-8') as f:
                self.assertEqual(f.read(), 'precious')

    def test_usage(self):
        for words, code in (((), 2), (('--timeout', '0', 'status'), 2), (('--socket', '/nonexistent/x', 'status'), 77)):
            done = subprocess.run([MOORING, 'ctl', *words], capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (code, ''), words)
            self.assertTrue(done.stderr)
        told = subprocess.run([MOORING, 'ctl', '--help'], capture_output=True, text=True, timeout=60)
        for words in ('handover NODE INTERFACE [TO]', 'revoke NODE OF', 'set TARGET.KEY=VALUE', 'watch', 'bindings'):
            self.assertIn(words, told.stdout)


if __name__ == '__main__':
    tools.main()
