# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of live runs share: is anything missing here, runs side by side, and patience with a machine that is
late: what fails beside its lateness is tried again, and skipped with its lateness as the reason in the end. What fails
on a machine that is not late has failed."""
import concurrent.futures
import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
SCENARIO = os.path.join(TOP, 'tests', 'live', 'options.yaml')
AT_ONCE = 16                                            # they mostly wait
TRIES = 3
LATE = 0.02                                             # s: less than this is a machine never blamed for
BEAT = 0.01                                             # s
CALM = 1                                                # s without being late, before another try
MOST = 150                                              # s: after so long no more tries are begun


def missing(*programs):
    for name in ('ip',) + programs:
        if not shutil.which(name):
            return name + ' is not installed'
    done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', '--pid', '--fork', 'true'],
                          capture_output=True, text=True)
    return 'namespaces are refused: ' + done.stderr.strip() if done.returncode else None


def environment(command=None, **more):
    env = dict(os.environ, **more)
    env.pop('MOORING_TEST_COMMAND', None)
    if command:
        env['MOORING_TEST_COMMAND'] = command
    return env


def live(*args, command=None, env=None, text=True, **more):
    return run([MOORING, 'live', *args], text=text, env=environment(command, **(env or {})), **more)


def run(argv, text=True, timeout=120, **more):
    """subprocess.run(), which hears what a live run says of the machine."""
    done = subprocess.run(argv, capture_output=True, text=text, timeout=timeout, **more)
    for said in (done.stdout, done.stderr):
        pulse.hear(said if text else said.decode('utf-8', 'replace'))
    return done


# ---- a machine that is late ------------------------------------------------------------------------------------------

def told(text):
    """How late a live run says that it was, s."""
    worst = [float(ms) / 1e3 for ms in re.findall(r'wake-ups: .*at most ([0-9.]+) ms', text)]
    units = {'s': 1, 'ms': 1e-3, 'us': 1e-6}
    worst += [float(n) * units[unit] for n, unit in re.findall(r'the machine was ([0-9.]+)(s|ms|us) late', text)]
    return max(worst, default=0)


class Pulse(threading.Thread):
    """It wants to wake up every BEAT, and notes how late it did; and what others tell of their own lateness."""

    def __init__(self):
        super().__init__(daemon=True)
        self.noted = []                                 # (when, how late), s

    def run(self):
        while True:
            due = time.monotonic() + BEAT
            time.sleep(BEAT)
            now = time.monotonic()
            if now - due > LATE / 4:
                self.noted.append((now, now - due))

    def hear(self, text):
        late = told(text)
        if late:
            self.noted.append((time.monotonic(), late))

    def worst(self, since):
        return max((late for when, late in list(self.noted) if when >= since), default=0)

    def calm(self):
        until = time.monotonic() + 10 * CALM
        while time.monotonic() < until:
            time.sleep(CALM)
            if self.worst(time.monotonic() - CALM) < LATE:
                break


pulse = Pulse()
pulse.start()
first_failure = []


class Runs:
    """Runs by name: all begin when the first is asked for; begun anew, alone, where a test is tried again."""

    def __init__(self, play, wanted, at_once=AT_ONCE):
        self.play, self.wanted, self.at_once = play, wanted, at_once
        self.ends, self.asked = None, set()

    def __getitem__(self, name):
        if self.ends is None:
            several = concurrent.futures.ThreadPoolExecutor(self.at_once)
            self.ends = {key: several.submit(self.play, *how) for key, how in self.wanted.items()}
        self.asked.add(name)
        if name not in self.ends:
            self.ends[name] = pool.submit(self.play, *self.wanted[name])
        return self.ends[name].result()

    def wait(self):
        concurrent.futures.wait((self.ends or {}).values())

    def renew(self):
        for name in self.asked:
            self.ends.pop(name, None)


def runs_of(case):
    return [value for value in vars(case).values() if isinstance(value, Runs)]


def renew(test):
    """As if the test was only now begun."""
    case = type(test)
    concurrent.futures.wait(waiting.values(), MOST)
    for runs in runs_of(case):
        runs.wait()
        runs.renew()
    pulse.calm()
    if 'setUpClass' in vars(case) and not getattr(case, 'side_by_side', False):
        case.tearDownClass()
        case.doClassCleanups()
        case.setUpClass()
    test.tearDown()
    test.doCleanups()
    test.setUp()


def with_patience(body):
    @functools.wraps(body)
    def ask(self):
        method, since = body, 0
        for runs in runs_of(type(self)):
            runs.asked.clear()
        for left in reversed(range(TRIES)):
            try:
                return method(self)
            except unittest.SkipTest:
                raise
            except Exception as error:                  # whatever it is: on a late machine there are many
                late = max(pulse.worst(since), told(str(error)))
                if late < LATE:
                    raise
                first_failure.append(time.monotonic())
                why = 'the machine was %.0f ms late' % (late * 1e3)
                if not left or time.monotonic() > first_failure[0] + MOST:
                    raise unittest.SkipTest(why) from error
                print('%s: %s, once more: %s' % (self.id(), why, ' '.join(str(error).split())[:300]), flush=True)
            renew(self)
            method, since = getattr(body, 'alone', body), time.monotonic()
        return None
    return ask


@contextlib.contextmanager
def sub_test(_self, *names, **more):
    """A part that fails ends its test: it is tried again as a whole."""
    try:
        yield
    except Exception:
        print('failed in', *names, *more.values(), flush=True)
        raise


def patient(case):
    """The tests of this class are tried again where the machine was late, and skipped if it remains so."""
    if getattr(case, '__unittest_skip__', False):
        return case
    for name in unittest.defaultTestLoader.getTestCaseNames(case):
        if not getattr(getattr(case, name), '__unittest_skip__', False):
            setattr(case, name, with_patience(getattr(case, name)))
    case.subTest = sub_test
    return case


# ---- side by side ----------------------------------------------------------------------------------------------------


pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
begun, waiting = [], {}


def begin_all(_cls):
    """All tests of all such classes begin when the first of them is asked for."""
    for case, bodies in begun:
        for name, body in bodies.items():
            waiting[case, name] = pool.submit(body.__get__(case(name)))
    begun.clear()


def side_by_side(case):
    """The tests of these classes wait at the same time."""
    if getattr(case, '__unittest_skip__', False):
        return case
    names = unittest.defaultTestLoader.getTestCaseNames(case)
    bodies = {name: getattr(case, name) for name in names
              if not getattr(getattr(case, name), '__unittest_skip__', False)}
    for name, body in bodies.items():
        def ask(_self, name=name):
            waiting[case, name].result()
        ask.__doc__, ask.__name__, ask.alone = body.__doc__, name, body
        setattr(case, name, ask)
    begun.append((case, bodies))
    case.side_by_side = True
    case.setUpClass = classmethod(begin_all)
    return case


def main():
    tests = unittest.main(module='__main__', exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    for test, reason in tests.skipped:
        print('SKIP %s: %s' % (test.id().split('.', 1)[-1], reason))
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)


def kill(process, number=signal.SIGKILL):
    if process.poll() is None:
        process.send_signal(number)
    return process.wait(timeout=60)
