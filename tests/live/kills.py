# SPDX-License-Identifier: GPL-2.0-or-later
"""kills.py [N [SECONDS]]: ends N live runs at random moments, several at a time, and looks for what they leave behind
and for results that cannot be read. SECONDS: begins no more runs after so many.

All of it is inside namespaces of its own, with a process table, /run, /tmp and a home of its own, so that everything
that is there and is not this script is a residue, and in which 150 network namespaces are all that can be had: runs
that left theirs behind would soon have none.
"""
import concurrent.futures
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.path.abspath(os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring')))
SCENARIO = os.path.join(TOP, 'tests', 'live', 'kills.yaml')
AT_ONCE = 8
LONGEST = 2.2                                           # seconds, with the end of the run inside
NAMESPACES = 150
PLACES = ('/run', '/tmp', '/dev/shm')
KNOWN = {'run.json', 'events.jsonl', 'handovers.csv', 'metrics.csv', 'trace.pcapng', 'ladder.svg', 'timeline.svg',
         'junit.xml', 'tap', 'wireshark', 'more.pcapng'}
HOW = (((), b''), ((), b''), (('--pcap', 'more.pcapng'), b''), (('--keep',), b''), (('--processes',), b''),
       (('--shell', 'cn'), b'(setsid sleep 600 &); sleep 600 & sleep 600\n'), (('--control', 'c%d'), b''))


def inside():
    """The same script with a world of its own."""
    script = 'for f in %s; do mount -t tmpfs tmpfs $f || exit 77; done; ' % ' '.join(PLACES)
    script += 'echo %d > /proc/sys/user/max_net_namespaces; ip link set lo up; exec "$@"' % NAMESPACES
    done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', '--mount', '--ipc', '--pid', '--fork',
                           '--mount-proc', '--kill-child', 'sh', '-c', script, 'sh', sys.executable, '-B',
                           os.path.abspath(__file__), *sys.argv[1:]], env=dict(os.environ, MOORING_KILLS='inside'))
    sys.exit(done.returncode)


# ---- what may be left ------------------------------------------------------------------------------------------------

def processes():
    """Those that live; (pid, parent, name)."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid, encoding='utf-8', errors='replace') as f:
                name, rest = f.read().split('(', 1)[1].rsplit(')', 1)
        except OSError:
            continue
        state, parent = rest.split()[:2]
        found.append((int(pid), int(parent), name, state))
    return found


def bury(children):
    """Orphans come to us: the first process."""
    for pid, parent, _, state in processes():
        if state == 'Z' and parent == os.getpid() and pid not in children:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def marked(mark):
    """Processes that were begun by the run with this mark."""
    left = []
    for pid, _, name, state in processes():
        try:
            with open('/proc/%d/environ' % pid, 'rb') as f:
                if state != 'Z' and mark in f.read():
                    left.append('%s (%d)' % (name, pid))
        except OSError:
            continue
    return left


def everything():
    """All that is there: processes, namespaces, mounts, interfaces, files, sockets."""
    own = os.getpid()
    here = {'process %s' % name for pid, _, name, state in processes() if pid != own and state != 'Z'}
    for pid, _, name, state in processes():
        try:
            here.add('network namespace %s' % os.readlink('/proc/%d/ns/net' % pid))
        except OSError:
            continue
    with open('/proc/self/mountinfo', encoding='utf-8') as f:
        here |= {'mount ' + ' '.join(line.split()[3:5]) for line in f}
    here |= {'interface ' + name for _, name in __import__('socket').if_nameindex()}
    for place in PLACES:
        for top, folders, files in os.walk(place):
            here |= {'file ' + os.path.join(top, name) for name in files + folders}
    for kind in ('unix', 'tcp6', 'tcp', 'udp6', 'raw6', 'packet', 'netlink'):
        with open('/proc/net/' + kind, encoding='utf-8') as f:
            here |= {'%s socket %s' % (kind, line.split()[-1]) for line in f.readlines()[1:] if kind != 'netlink'}
    return here


# ---- results ---------------------------------------------------------------------------------------------------------

def whole_lines(path):
    """Without one that was cut."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    return text[:text.rfind('\n') + 1].splitlines()


def unreadable_text(path):
    name = os.path.basename(path)
    try:
        if name == 'run.json':
            with open(path, encoding='utf-8') as f:
                json.load(f)
        elif name == 'events.jsonl':
            for line in whole_lines(path):
                json.loads(line)
        elif name.endswith('.csv'):
            rows = list(csv.reader(whole_lines(path)))
            if len({len(row) for row in rows}) > 1:
                return 'rows of several lengths'
    except (ValueError, OSError) as error:
        return str(error)
    return ''


def unreadable_capture(path):
    """By our reader, and by Wireshark's. That the last record was cut is nothing against the rest."""
    seen = subprocess.run([MOORING, 'decode', '--json', path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True)
    none_yet = '0 frames read, 0 shown, 0 diagnostics' in seen.stderr
    if seen.returncode and not none_yet and 'the file ends inside it' not in seen.stderr:
        return seen.stderr
    for tool in (['capinfos', '-c', path], ['tshark', '-n', '-r', path]):
        if not shutil.which(tool[0]) or (tool[0] == 'tshark' and random.random() > TSHARK):
            continue
        seen = subprocess.run(tool, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        words = '\n'.join(line for line in seen.stderr.splitlines() if 'could be dangerous' not in line)
        if seen.returncode and 'cut short in the middle of a packet' not in words:
            return '%s: %s' % (tool[0], words)
    return ''


def results(folder):
    """(unreadable ones with the reason, files that are none of a run's, packets)"""
    bad, strange, frames = [], [], 0
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if name not in KNOWN:
            strange.append(path)
        why = unreadable_capture(path) if name.endswith('.pcapng') else unreadable_text(path)
        if why:
            bad.append('%s: %s' % (path, why.strip()[:200]))
        if name == 'trace.pcapng':
            frames = os.path.getsize(path)
    return bad, strange, frames


# ---- the runs --------------------------------------------------------------------------------------------------------

class Kills:
    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.children = set()
        self.done = self.with_frames = self.own_end = 0
        self.residue, self.bad, self.refused = [], [], []
        self.signals = {}

    def one(self, number):
        if time.monotonic() > self.until:
            return
        chance = random.Random(number)
        options, script = chance.choice(HOW)
        how = chance.choice([signal.SIGKILL] * 8 + [signal.SIGTERM, signal.SIGINT])
        wait = chance.uniform(0, LONGEST)
        mark = 'MOORING_KILLS=kill-%d-' % number
        folder = '/tmp/work/%d' % number
        os.mkdir(folder)
        argv = [MOORING, 'live', SCENARIO, '-o', 'out', *[o % number if '%' in o else o for o in options]]
        with self.lock:
            run = subprocess.Popen(argv, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT,
                                   env=dict(os.environ, MOORING_KILLS=mark[14:], SHELL='/bin/sh'))
            self.children.add(run.pid)
        try:
            run.stdin.write(script)
            run.stdin.flush()
        except OSError:
            pass
        time.sleep(wait)
        ended = run.poll() is not None
        if not ended:
            run.send_signal(how)
        said = run.communicate(timeout=60)[0]
        with self.lock:
            self.children.discard(run.pid)
        self.look_behind(number, mark.encode(), folder, argv, how, wait, ended, said)

    def look_behind(self, number, mark, folder, argv, how, wait, ended, said):
        for _ in range(60):                             # the kernel takes its time on a busy machine
            left = marked(mark)
            if not left:
                break
            time.sleep(0.05)
        if os.path.exists(os.path.join(folder, 'more.pcapng')):
            os.makedirs(os.path.join(folder, 'out'), exist_ok=True)
            os.rename(os.path.join(folder, 'more.pcapng'), os.path.join(folder, 'out', 'more.pcapng'))
        bad, strange, frames = results(os.path.join(folder, 'out'))
        with self.lock:
            self.done += 1
            self.own_end += ended
            self.with_frames += frames > 500
            if not ended:
                self.signals[how.name] = self.signals.get(how.name, 0) + 1
            self.residue += ['%s of run %d: %s, %s after %.3f s' % (what, number, argv[5:], how.name, wait)
                             for what in left + strange]
            self.bad += bad
            if b'network namespace' in said and b'cannot be made' in said:
                self.refused.append(said.decode()[:300])
        shutil.rmtree(folder)

    def say(self):
        left = self.residue + self.refused
        print('%d live runs: %s; %d had ended by then, %d had frames' % (
            self.done, ', '.join('%d by %s' % (n, name) for name, n in sorted(self.signals.items())), self.own_end,
            self.with_frames))
        for what in (left + self.bad)[:40]:
            print('  ' + what)
        print('residue: %d' % len(left))
        print('unreadable results: %d' % len(self.bad))
        return not left and not self.bad and self.done > 0


def main():
    global TSHARK
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    TSHARK = 0.05 if n < 100 else float(os.environ.get('MOORING_TSHARK_SHARE', '0.1'))
    os.mkdir('/tmp/work')
    os.mkdir('/run/mooring', 0o700)                     # of control sockets; the folder stays
    os.environ.update(HOME='/tmp/work', XDG_RUNTIME_DIR='/run')
    before = everything()
    kills = Kills(float(sys.argv[2]) if len(sys.argv) > 2 else 3600)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        work = [pool.submit(kills.one, number) for number in range(n)]
        while not all(w.done() for w in work):
            with kills.lock:
                bury(kills.children)
            time.sleep(0.5)
    for w in work:
        w.result()
    for _ in range(40):
        bury(set())
        more = everything() - before
        if not more:
            break
        time.sleep(0.1)
    kills.residue += sorted(more)
    sys.exit(0 if kills.say() else 1)


TSHARK = 1.0
if __name__ == '__main__':
    if os.environ.get('MOORING_KILLS') != 'inside':
        inside()
    main()
