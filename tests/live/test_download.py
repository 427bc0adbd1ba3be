# SPDX-License-Identifier: GPL-2.0-or-later
"""curl of a 100 MB file through UE, NAT and home agent while the UE is handed over twenty times: finished, equal, and
how long the receiver heard nothing. With the kernel's NAT and with ours, side by side.

only: --interop
timeout: 400
"""
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nat  # noqa: E402
import tools  # noqa: E402

HERE = os.path.join(nat.TOP, 'tests', 'live')
SCENARIO = os.path.join(HERE, 'download.yaml')
SIZE = 100_000_000
OURS = ['--set', 'nodes.box.nat.live=ours', '--set', 'nodes.cafe.nat.live=ours']


def handovers():
    """[(time, overlap)] of the scenario."""
    with open(SCENARIO, encoding='utf-8') as f:
        return [(float(at), 'overlap' in rest) for at, rest in
                re.findall(r'at: ([0-9.]+)s, do: handover(.*)}', f.read())]


def download(folder, *how):
    env = dict(os.environ, MOORING_TEST_WEB=os.path.join(HERE, 'peer_web.py'),
               MOORING_TEST_SINK=os.path.join(HERE, 'peer_sink.py'), MOORING_TEST_DIR=folder)
    done = tools.run([nat.MOORING, 'live', SCENARIO, *how], timeout=300, env=env)
    try:
        with open(os.path.join(folder, 'report.json'), encoding='utf-8') as f:
            return done, json.load(f)
    except FileNotFoundError:
        return done, None


def place(silence, steps):
    """The handover that a silence belongs to, in words."""
    before = [step for step in steps if step[0] <= silence['at'] + silence['seconds']]
    if not before or before[-1][0] + 3.5 < silence['at']:
        return 'in no handover'
    at, overlap = before[-1]
    return '%+.3f s from the handover at %g s (%s)' % (
        silence['at'] - at, at, 'make before break' if overlap else 'break before make')


def figures(name, report, steps):
    during = [at for at, _ in steps if report['first'] <= at <= report['last']]
    lines = ['%s: %d octets in %.1f s (%.2f MB/s), %d handovers meanwhile; longest silences:' % (
        name, report['octets'], report['last'] - report['first'],
        report['octets'] / 1e6 / (report['last'] - report['first']), len(during))]
    lines += ['  %.3f s, %s' % (s['seconds'], place(s, steps)) for s in report['silences'][:5]]
    for overlap, kind in ((True, 'make before break'), (False, 'break before make')):
        of = [s['seconds'] for s in report['silences'] if kind in place(s, steps)]
        lines.append('  longest of a handover %s: %.3f s' % (kind, max(of, default=0)))
    return lines, during


@tools.patient
@unittest.skipIf(nat.missing() or not shutil.which('curl'), nat.missing() or 'curl(1) is not installed')
class Download(unittest.TestCase):
    def judge(self, name, done, report, digest):
        said = done.stdout + done.stderr
        self.assertIn(done.returncode, (0, 3), said)
        self.assertIsNotNone(report, said)
        lines, during = figures(name, report, handovers())
        print('\n'.join(lines))
        self.assertEqual((report['octets'], report['sha256']), (SIZE, digest), said)
        self.assertEqual(len(during), 20, said)
        # a second of waiting before DHCP [RFC 2131 4.4.1], and what TCP waits beyond it
        self.assertLess(report['silences'][0]['seconds'], 5, lines)

    def test_survives_twenty_handovers(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.urandom(SIZE)
            folders = {name: os.path.join(folder, name.split()[0]) for name in ("kernel's NAT", 'our NAT')}
            for path in folders.values():
                os.mkdir(path)
                with open(os.path.join(path, 'file'), 'wb') as f:
                    f.write(data)
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                ends = {name: pool.submit(download, path, *(OURS if name == 'our NAT' else []))
                        for name, path in folders.items()}
            for name, end in ends.items():
                self.judge(name, *end.result(), hashlib.sha256(data).hexdigest())


if __name__ == '__main__':
    tools.main()
