# SPDX-License-Identifier: GPL-2.0-or-later
"""A run on ns-3, the same run recorded, and the recording replayed by the simulator's own engine: compared as a whole
and record for record. Shared by the tests of recordings."""
import json
import os
import re
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
BAD = os.path.join(os.path.dirname(MOORING), 'tests', 'ns3', 'bad')  # a module that gives up when it is told to
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
ENHANCED_PACKET = 6
KEYS = ('verdict', 'fingerprint', 'protocol_fingerprint', 'events')


def mooring(*words, **more):
    return subprocess.run([MOORING, 'run', *words], capture_output=True, text=True, timeout=300, **more)


def packets(path):
    """The packets of a pcapng file, each with its port and time."""
    with open(path, 'rb') as f:
        octets = f.read()
    at, found = 0, []
    while at < len(octets):
        kind, size = struct.unpack_from('<II', octets, at)
        if kind == ENHANCED_PACKET:
            found.append(octets[at:at + size])
        at += size
    return found


def lines(path):
    with open(path, encoding='utf-8') as f:
        return f.read().splitlines()


def course(case, verdicts, out, *words):
    """What identifies the course of the one run, and everything that its results hold of it."""
    done = mooring(*words, '--fingerprint', '--json', '-o', out)
    case.assertIn(done.returncode, verdicts, '%s\n%s%s' % (words, done.stdout, done.stderr))
    one, = json.loads(done.stdout)['runs']
    records = lines(os.path.join(out, 'events.jsonl')) + packets(os.path.join(out, 'trace.pcapng'))
    return [one[key] for key in KEYS], records + lines(os.path.join(out, 'handovers.csv'))


def without_names(records):
    """The run's name, which says what was set, stands in the first line and in the rows."""
    return [r if isinstance(r, bytes) else re.sub(r'/links\.from=[^",]*', '', r) for r in records]


class Compared:
    """Counts over scenarios, for the line at the end."""

    def __init__(self, verdicts=(0,)):
        self.verdicts = verdicts
        self.scenarios = self.records = self.differences = self.frames = 0

    def compare(self, case, path, *words, plain=False):
        with tempfile.TemporaryDirectory(prefix='mooring-') as folder:
            recording = os.path.join(folder, 'x.l2')
            def run(name, *more):
                return course(case, self.verdicts, os.path.join(folder, name), path, *words, *more)
            theirs = run('a', '--engine', 'ns3', '--record-l2', recording)
            ours = run('b', '--set', 'links.from=' + recording)
            told = mooring(path, *words, '--set', 'links.from=' + recording).stdout
            if plain:  # the recorder changes nothing
                alone = run('c', '--engine', 'ns3')
                case.assertEqual(alone, theirs, path)
        frames, others = re.search(r'(\d+) frames as recorded, (\d+) others', told).groups()
        case.assertEqual(others, '0', told)
        case.assertEqual(theirs[0], ours[0], '%s %s' % (path, words))
        a, b = without_names(theirs[1]), without_names(ours[1])
        case.assertGreater(len(a), 500)
        self.scenarios += 1
        self.frames += int(frames)
        self.records += len(a)
        self.differences += abs(len(a) - len(b)) + sum(x != y for x, y in zip(a, b))

    def tell(self, case):
        print('%d scenarios, %d frames replayed, %d records compared, %d differences'
              % (self.scenarios, self.frames, self.records, self.differences))
        case.assertEqual(self.differences, 0)
