# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring live --processes`: every node of ours a process of its own. The same verdicts and records as simulated, as
nobody too, --json, a UE's process that is killed while its home agent's goes on, and a first process that is killed.
All runs are under way at the same time. Skipped where network namespaces are refused."""
import collections
import json
import os
import re
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

NOBODY = 65534
SCENARIOS = ('attach/ipv6', 'handover/ipv6-to-ipv6', 'nat/rebinding', 'pmip-handover/another-router')
CUT = {'nat/rebinding': '20s'}          # of a minute: what comes later is not reached


def path_of(name):
    return os.path.join(TOP, 'scenarios', name + '.yaml')


WHY = tools.missing()


def stat(pid):
    """Name, state and parent of a process; state Z when it is gone."""
    try:
        with open('/proc/%s/stat' % pid, encoding='utf-8') as f:
            text = f.read()
    except OSError:
        return '', 'Z', 0
    name, rest = text[text.index('(') + 1:].rsplit(') ', 1)
    return name, rest.split()[0], int(rest.split()[1])


def children(pid):
    """Name and number of the processes that this one has."""
    return {stat(entry)[0]: int(entry) for entry in os.listdir('/proc') if entry.isdigit() and stat(entry)[2] == pid}


def nodes_of(run):
    """Its processes that play nodes, once they are there."""
    found = {}
    end = time.monotonic() + 60
    while 'moor:ue' not in found and time.monotonic() < end and run.process.poll() is None:
        time.sleep(0.1)
        found = {name: pid for name, pid in children(run.process.pid).items() if name.startswith('moor:')}
    return found


def records(folder):
    """How many signalling messages of each kind each node sent and received, and how many of some other records."""
    count = collections.Counter()
    with open(os.path.join(folder, 'events.jsonl'), encoding='utf-8') as f:
        for line in f:
            event = json.loads(line)
            kind = event.get('kind')
            if kind in ('signal-tx', 'signal-rx'):
                count[kind, event.get('node'), event.get('message')] += 1
            elif kind in ('action', 'address', 'binding', 'carrier', 'move', 'aaa', 'data-tx'):
                count[kind, event.get('node')] += 1
    return count


def lateness(said):
    """The worst of all processes, ms."""
    return max(float(ms) for ms in re.findall(r'at most ([0-9.]+) ms', said))


class Run:
    def __init__(self, folder, label, *args, **more):
        self.out = os.path.join(folder, label)
        self.process = subprocess.Popen([MOORING, *args, '-o', self.out], text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, **more)

    def finish(self):
        self.said, self.talk = self.process.communicate(timeout=120)
        tools.pulse.hear(self.said)
        self.code = self.process.returncode


@tools.patient
@unittest.skipIf(WHY, WHY)
class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.live, cls.simulated = {}, {}
        attach = path_of('attach/ipv6')
        for name in SCENARIOS:
            label = name.replace('/', '-')
            more = ('--duration', CUT[name]) if name in CUT else ()
            cls.live[name] = Run(cls.folder, label, 'live', '--processes', *more, path_of(name))
        cls.bereft = Run(cls.folder, 'bereft', 'live', '--processes', attach)
        cls.killed = Run(cls.folder, 'killed', 'live', '--processes', attach)
        cls.nobody = cls.as_nobody(attach) if os.geteuid() == 0 else None
        cls.curl = cls.download() if shutil.which('curl') else None
        for name in SCENARIOS:
            if name not in CUT:
                cls.simulated[name] = Run(cls.folder, 'simulated-' + name.replace('/', '-'), 'run', path_of(name))
        cls.nodes = nodes_of(cls.bereft)
        cls.orphans = nodes_of(cls.killed)
        time.sleep(5)
        if 'moor:ue' in cls.nodes:
            os.kill(cls.nodes['moor:ue'], signal.SIGKILL)
        cls.killed.process.kill()
        for run in [*cls.live.values(), *cls.simulated.values(), cls.bereft, cls.killed,
                    *filter(None, [cls.nobody, cls.curl])]:
            run.finish()

    @classmethod
    def download(cls):
        """curl on the UE and a web server on its correspondent, through two handovers: 10 s at 2 MB/s."""
        with open(os.path.join(cls.folder, 'file'), 'wb') as f:
            f.write(os.urandom(20_000_000))
        here = os.path.join(TOP, 'tests', 'live')
        env = dict(os.environ, MOORING_TEST_OUT=os.path.join(cls.folder, 'got'), MOORING_TEST_DIR=cls.folder,
                   MOORING_TEST_FILE='file', MOORING_TEST_WEB=os.path.join(here, 'peer_web.py'))
        return Run(cls.folder, 'curl', 'live', '--processes', os.path.join(here, 'curl.yaml'), env=env)

    @classmethod
    def as_nobody(cls, scenario):
        folder = os.path.join(cls.folder, 'nobody')
        os.chmod(cls.folder, 0o755)
        os.mkdir(folder)
        os.chown(folder, NOBODY, NOBODY)
        own, text = shutil.copy(MOORING, folder), shutil.copy(scenario, folder)
        run = Run.__new__(Run)
        run.process = subprocess.Popen([own, 'live', '--processes', '--json', text], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, user=NOBODY, group=NOBODY, extra_groups=[],
                                       cwd='/')
        return run

    def test_verdicts_are_those_of_a_simulation(self):
        for name, run in self.live.items():
            with self.subTest(name):
                self.assertIn(run.code, (0, 3) if name not in CUT else (0, 1, 3), run.said + run.talk)
                self.assertIn('process cn:', run.said)
                self.assertIn('lost by the kernel: 0 in, 0 out', run.said)

    def test_records_are_as_many_as_in_a_simulation(self):
        for name, run in self.simulated.items():
            if self.live[name].code or lateness(self.live[name].said) > 40:
                print('%s: on a machine that late messages are repeated, and nothing is compared' % name)
                continue
            with self.subTest(name):
                self.assertEqual(records(self.live[name].out), records(run.out))

    def test_a_nat_is_crossed(self):
        self.assertRegex(self.live['nat/rebinding'].said, r'(?m)attach .*ok, NAT$')

    def test_nodes_that_share_what_no_frame_tells_share_a_process(self):
        self.assertEqual(set(self.nodes), {'moor:aaa+ha', 'moor:cn', 'moor:ue'})

    def test_a_process_that_dies_takes_no_other_with_it(self):
        run = self.bereft
        self.assertIn('ue: its process was ended by signal 9', run.said)
        self.assertIn('process aaa+ha:', run.said)
        self.assertIn('process cn:', run.said)
        self.assertIn(run.code, (1, 3), run.said + run.talk)    # its user data no longer come
        with open(os.path.join(run.out, 'events.jsonl'), encoding='utf-8') as f:
            events = [json.loads(line) for line in f]
        last = {node: max(e['t'] for e in events if e.get('node') == node and e['kind'] in ('data-tx', 'router'))
                for node in ('ue', 'cn')}
        self.assertLess(last['ue'], 8e9)
        self.assertGreater(last['cn'], 12e9)
        decoded = subprocess.run([MOORING, 'decode', os.path.join(run.out, 'trace.pcapng')], capture_output=True)
        self.assertEqual(decoded.returncode, 0, decoded.stderr)

    def test_programs_go_by_their_nodes_stack(self):
        if not self.curl:
            self.skipTest('curl(1) is not installed')
        self.assertIn(self.curl.code, (0, 3), self.curl.said + self.curl.talk)
        with open(os.path.join(self.folder, 'file'), 'rb') as f, open(os.path.join(self.folder, 'got'), 'rb') as g:
            self.assertTrue(f.read() == g.read(), self.curl.said + self.curl.talk)

    def test_nothing_is_left_of_a_run_that_is_killed(self):
        self.assertIn('moor:ue', self.orphans)
        for name, pid in self.orphans.items():
            self.assertEqual(stat(pid)[1], 'Z', name)

    def test_what_cannot_be_apart_is_refused_by_name(self):
        refused = (os.path.join(TOP, 'tests', 'live', 'aaa-direct.yaml'), 'node aaa is asked over a network'), \
                  (path_of('handover/thousand'), '1003 nodes are too many')
        for path, words in refused:
            with self.subTest(path):
                done = subprocess.run([MOORING, 'live', '--processes', path], capture_output=True, text=True,
                                      timeout=60)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(words, done.stderr)

    def test_nobody_needs_root_and_json_is_one_object(self):
        if not self.nobody:
            self.skipTest('only root can become somebody else')
        self.assertIn(self.nobody.code, (0, 3), self.nobody.said + self.nobody.talk)
        self.assertEqual(len(json.loads(self.nobody.said)['runs']), 1)


if __name__ == '__main__':
    tools.main()
