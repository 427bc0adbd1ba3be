# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the command share: running it, temporary folders, and the closing line that tests/run.py reads."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING') or os.path.join(TOP, 'build', 'mooring')
SCENARIOS = os.path.join(TOP, 'scenarios')

SMALL = '''scenario: small
about: a UE registers over IPv6
duration: 6s
nodes:
  ha: {kind: ha, hnp-pool: "2001:db8:a000::/40"}
  ar: {kind: router}
  ue: {kind: ue, home-agent: ha, interfaces: [lte]}
links:
  core: {nodes: [ha, ar], prefix: "2001:db8:c0::/64", rate: 1Gbps, delay: "normal(5ms, 1ms)"}
  lte: {access: true, nodes: [ar], prefix: "2001:db8:1::/64", delay: 15ms}
timeline:
  - {at: 1s, do: attach, node: ue, interface: lte}
expect:
  - {id: REG, message: BA, by: ha, after: attach, within: 5s, fields: {status: 0}, clause: 24.303 5.1.3.2}
'''


def run(*words, **kw):
    """Runs mooring; returns (exit code, stdout, stderr)."""
    done = subprocess.run([MOORING] + [str(w) for w in words], stdout=kw.pop('stdout', subprocess.PIPE),
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=200, cwd=kw.pop('cwd', TOP), **kw)
    return done.returncode, (done.stdout or b'').decode(), done.stderr.decode()


def shipped():
    """Every shipped scenario file."""
    found = []
    for folder, _, names in os.walk(SCENARIOS):
        found += [os.path.join(folder, n) for n in names if n.endswith('.yaml')]
    return sorted(found)


def radio(path):
    """Does the scenario need ns-3? Then every run without it skips it."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    base = re.search(r'^extends: (\S+)', text, re.M)
    return bool(re.search(r'^radio:', text, re.M)) or \
        bool(base and radio(os.path.join(os.path.dirname(path), base.group(1))))


def simulated():
    """The shipped scenarios that the built-in engine runs."""
    return [path for path in shipped() if not radio(path)]


class Case(unittest.TestCase):
    longMessage = True

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix='mooring-')
        self.addCleanup(self._folder.cleanup)
        self.folder = self._folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def path(self, *names):
        return os.path.join(self.folder, *names)


def main():
    result = unittest.main(exit=False, verbosity=1, argv=sys.argv[:1]).result
    failed = len(result.failures) + len(result.errors)
    passed = result.testsRun - failed - len(result.skipped)
    sys.stderr.flush()
    for _, reason in result.skipped:
        print('SKIP ' + reason)
    # the last line is what run.py reads
    print('%d passed, %d failed, %d skipped' % (passed, failed, len(result.skipped)), flush=True)
    sys.exit(1 if failed or not result.testsRun else 0)
