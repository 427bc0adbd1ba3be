# SPDX-License-Identifier: GPL-2.0-or-later
"""A place of its own for tests with other people's programs: namespaces of network, mounts and processes that vanish
with the script, whatever it leaves running; an empty /run, where WORK lies; and a count of what was checked.
"""
import os
import shutil
import signal
import subprocess
import sys
import time

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MOORING_BUILD') or os.path.join(TOP, 'build')
OURS = os.path.join(BUILD, 'tests', 'interop')
WORK = '/run/mooring'
KINDS = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']

# the subscriber of all these tests: TS 35.208 set 1
IMSI = '001010123456789'
NAI = '0' + IMSI + '@nai.epc.mnc001.mcc001.3gppnetwork.org'
K = '465b5ce8b199b49faa5f0a2ee238a6bc'
OPC = 'cd63cb71954a9f4e48a5994e37a02baf'

passed, failed, skipped = 0, 0, 0
partners = []


def skip(reason):
    print('SKIP: ' + reason)
    sys.exit(77)


def enter(*programs):
    """Skips without these programs, else the script goes on inside namespaces of its own."""
    os.environ['PATH'] = os.environ.get('PATH', '/usr/bin') + ':/usr/sbin:/sbin'
    for program, package in programs + (('unshare', 'util-linux'), ('ip', 'iproute2')):
        if not shutil.which(program):
            skip('%s is not installed (package %s)' % (program, package))
    if not os.environ.get('MOORING_PRIVATE'):
        argv = ['unshare'] + (['--user', '--map-root-user'] if os.geteuid() else []) + KINDS
        tried = subprocess.run(argv + ['mount', '-t', 'tmpfs', 'tmpfs', '/run'], capture_output=True, text=True)
        if tried.returncode:
            skip('no namespaces of our own: ' + (tried.stderr.strip().splitlines() or ['unshare failed'])[-1])
        os.environ['MOORING_PRIVATE'] = 'yes'
        os.execvp('unshare', argv + [sys.executable, '-B'] + sys.argv)
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/run'], check=True)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    os.makedirs(WORK)


def write(name, text):
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


class Partner:
    """A program that runs beside the script; what it says (or its log file) can be waited for."""

    def __init__(self, name, argv, log=None, env=None):
        self.name = name
        self.path = log or os.path.join(WORK, name + '.out')
        with open(os.path.join(WORK, name + '.out'), 'wb') as out:
            self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT,
                                            env=dict(os.environ, **(env or {})))
        self.seen = 0
        partners.append(self)

    def text(self):
        try:
            with open(self.path, encoding='utf-8', errors='replace') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def wait(self, words, seconds=10):
        """Until it has said this since the last wait (then True), or has ended, or the time is up."""
        end = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            at = self.text().find(words, self.seen)
            if at >= 0:
                self.seen = at + len(words)
                return True
            if ended or time.monotonic() > end:
                return False
            time.sleep(0.02)

    def tell(self, line):
        try:
            self.process.stdin.write(line.encode() + b'\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def end(self, seconds=None):
        """Waits for its end, or ends it; the exit code."""
        if seconds is None:
            self.process.send_signal(signal.SIGTERM)
        if self in partners:
            partners.remove(self)
        try:
            return self.process.wait(seconds or 3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def run(argv, seconds=20):
    """Exit code (None: it took too long) and output of a command."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds)
        return done.returncode, done.stdout.decode('utf-8', 'replace')
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b'').decode('utf-8', 'replace')


def check(what, good, detail=''):
    """Counts, and says at once what was checked; of what failed also the partners' last words."""
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print('%s %s%s' % ('ok  ' if good else 'FAIL', what, ': ' + detail if detail else ''), flush=True)
    if not good:
        for partner in partners:
            for line in partner.text().splitlines()[-40:]:
                print('  %s| %s' % (partner.name, line))
    return good


def leave_out(what, reason):
    global skipped
    skipped += 1
    print('SKIP %s: %s' % (what, reason))


def finish():
    for partner in list(partners):
        partner.end()
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped), flush=True)
    sys.exit(1 if failed or not passed else 0)
