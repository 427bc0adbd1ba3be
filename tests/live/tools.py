# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of live runs share: is anything missing here, runs side by side, what a run leaves behind."""
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
SCENARIO = os.path.join(TOP, 'tests', 'live', 'options.yaml')
AT_ONCE = 16                                            # they mostly wait


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
    return subprocess.run([MOORING, 'live', *args], capture_output=True, text=text, timeout=60,
                          env=environment(command, **(env or {})), **more)


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
        ask.__doc__ = body.__doc__
        setattr(case, name, ask)
    begun.append((case, bodies))
    case.setUpClass = classmethod(begin_all)
    return case


def main():
    tests = unittest.main(module='__main__', exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)


def kill(process, number=signal.SIGKILL):
    if process.poll() is None:
        process.send_signal(number)
    return process.wait(timeout=20)
