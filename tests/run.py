# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every test: the executables build/tests/<layer>/test_* and the scripts tests/<layer>/test_*.sh and test_*.py.

Each runs with a time limit (300 s, or what a `timeout: SECONDS` within its source's first 30 lines says), a few at a
time. Those of the layer live mostly wait, and a late machine disturbs them: they run beside the others, which are nice
to them. A test program closes with the line `N passed, N failed[, N skipped]`; a script may do so, or else its exit
code counts as one test: 0 passed, 77 skipped (its last line is the reason), anything else failed. The sums close the
run in the same form.

Scripts with a line `only: --interop` within the first 30 need other people's programs and namespaces of their own; they
run with that option alone, and without it a line says how many there are.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from xml.sax.saxutils import escape, quoteattr

COUNTS = re.compile(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$')
SKIP = 77
LIMIT = 300
WAITING = 'live'        # the layer of tests that mostly wait
WAITING_JOBS = 2
NICE = ['nice', '-n', '19']
printing = threading.Lock()


class Test:
    def __init__(self, source, argv):
        self.source = source
        self.name = '%s/%s' % (os.path.basename(os.path.dirname(source)), os.path.basename(source).rsplit('.', 1)[0])
        self.waits = self.name.startswith(WAITING + '/')
        self.argv = argv if self.waits or not shutil.which(NICE[0]) else NICE + argv
        with open(source, encoding='utf-8', errors='replace') as f:
            head = ''.join(f.readline() for _ in range(30))
        said = re.search(r'timeout: (\d+)', head)
        self.limit = int(said.group(1)) if said else LIMIT
        self.interop = bool(re.search(r'^(?:# )?only: --interop$', head, re.MULTILINE))


def find(top, build, wanted):
    tests = []
    for source in sorted(glob.glob(os.path.join(top, 'tests', '*', 'test_*'))):
        layer, base = os.path.split(os.path.relpath(source, os.path.join(top, 'tests')))
        if not any(text in layer + '/' + base for text in wanted.split(',')):
            continue
        if base.endswith('.c'):
            tests.append(Test(source, [os.path.join(build, 'tests', layer, base[:-2])]))
        elif base.endswith('.sh'):
            tests.append(Test(source, ['/bin/sh' if not bash(source) else 'bash', source]))
        elif base.endswith('.py'):
            tests.append(Test(source, [sys.executable, '-B', source]))
    return tests


def bash(source):
    with open(source, encoding='utf-8') as f:
        return 'bash' in f.readline()


def end(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def execute(test, env, top):
    """Returns (exit code or None when it ran out of time, output, seconds, seconds of processor). The whole process
    group ends with it."""
    start = time.monotonic()
    try:
        process = subprocess.Popen(test.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=env, cwd=top, start_new_session=True)
    except OSError as error:
        return 127, str(error), 0.0, 0.0
    late = threading.Timer(test.limit, end, (process.pid,))
    late.start()
    with process.stdout:
        output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    late.cancel()
    code = None if seconds >= test.limit and process.returncode == -signal.SIGKILL else process.returncode
    return code, output.decode('utf-8', 'replace'), seconds, used.ru_utime + used.ru_stime


def judge(test, code, output):
    """Returns (passed, failed, skipped, remark). A closing line and an exit code that disagree are a failure."""
    lines = output.rstrip().splitlines() or ['']
    counts = COUNTS.match(lines[-1])
    if code is None:
        return 0, 1, 0, 'no end within %d s' % test.limit
    if code < 0:
        return 0, 1, 0, 'killed by signal %d' % -code
    if counts:
        passed, failed, skipped = (int(n or 0) for n in counts.groups())
        if code == 0 and passed + failed + skipped == 0:
            return 0, 1, 0, 'nothing was run'
        if (code == 0) != (failed == 0):
            return passed, failed + 1, skipped, 'exit code %d with %d failed' % (code, failed)
        return passed, failed, skipped, ''
    if test.source.endswith('.c'):
        return 0, 1, 0, 'exit code %d and no closing line' % code
    if code == SKIP:
        return 0, 0, 1, lines[-1]
    return (1, 0, 0, '') if code == 0 else (0, 1, 0, 'exit code %d' % code)


def show(test, output, counts, seconds, used):
    passed, failed, skipped, remark = counts
    lines = output.rstrip().splitlines()
    with printing:
        word = 'FAIL' if failed else 'pass' if passed else 'skip'
        print('%s %-40s %7.1f s, %6.1f s CPU  %d passed, %d failed, %d skipped%s' % (
            word, test.name, seconds, used, passed, failed, skipped, ': ' + remark if remark else ''))
        if failed:
            print(''.join('  | %s\n' % line for line in lines[-60:]), end='')
        elif skipped:
            print(''.join('  | %s\n' % line for line in lines if line.startswith('SKIP')), end='')
        sys.stdout.flush()


def junit(path, results):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
        for test, output, (passed, failed, skipped, remark), seconds in results:
            name = quoteattr(test.name)
            f.write('<testsuite name=%s tests="%d" failures="%d" skipped="%d" time="%.3f">' % (
                name, passed + failed + skipped, failed, skipped, seconds))
            f.write('<testcase name=%s time="%.3f">' % (name, seconds))
            text = re.sub('[^\t\n\x20-\ud7ff\ue000-\ufffd]', '?', output[-20000:])
            if failed:
                f.write('<failure message=%s>%s</failure>' % (quoteattr(remark), escape(text)))
            elif not passed:
                f.write('<skipped message=%s/>' % quoteattr(remark))
            f.write('</testcase></testsuite>\n')
        f.write('</testsuites>\n')


def main():
    # in the background of a shell interrupts are ignored, and so they would be by every test that sends itself one
    signal.signal(signal.SIGINT, signal.default_int_handler)
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build', default=os.path.join(top, 'build'), help='build folder')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--filter', default='', help='only tests whose layer/name holds one of these, commas between')
    parser.add_argument('--interop', action='store_true', help="also those that need other people's programs")
    parser.add_argument('--junit', default='', help='one JUnit file for all (default: BUILD/test-results/all.xml)')
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    folder = os.path.join(build, 'test-results')
    os.makedirs(folder, exist_ok=True)
    env = dict(os.environ, MOORING_TOP=top, MOORING_BUILD=build, MOORING=os.path.join(build, 'mooring'),
               MOORING_TEST_RESULTS=folder, PYTHONDONTWRITEBYTECODE='1')
    captures = os.path.join(os.path.dirname(top), 'shared', 'captures')
    if os.path.isdir(captures):
        env.setdefault('MOORING_CAPTURES', captures)
    found = find(top, build, options.filter)
    tests = [test for test in found if options.interop or not test.interop]
    # the long ones first: they decide when the last one ends
    tests.sort(key=lambda test: -test.limit)
    results = []

    def one(test):
        code, output, seconds, used = execute(test, env, top)
        counts = judge(test, code, output)
        show(test, output, counts, seconds, used)
        results.append((test, output, counts, seconds))

    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as busy, \
            concurrent.futures.ThreadPoolExecutor(WAITING_JOBS) as waiting:
        for future in [(waiting if test.waits else busy).submit(one, test) for test in tests]:
            future.result()
    results.sort(key=lambda result: result[0].name)
    junit(options.junit or os.path.join(folder, 'all.xml'), results)
    sums = [sum(result[2][i] for result in results) for i in range(3)]
    if not results:
        print('no test was run')
    if len(tests) < len(found):
        print("%d tests with other people's programs left out: ./waf check --interop" % (len(found) - len(tests)))
    print('%d passed, %d failed, %d skipped' % tuple(sums), flush=True)
    return 1 if sums[1] or not sums[0] else 0


if __name__ == '__main__':
    sys.exit(main())
