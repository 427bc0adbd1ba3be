# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of equality share: which links of a scenario are cables or can be, and the same course, record for
record, whether the simulator or ns-3's PointToPointNetDevice carries the frames."""
import os
import re
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
ENHANCED_PACKET = 6
FILES = ('events.jsonl', 'handovers.csv', 'trace.pcapng')
BROKEN = (2, 70, 77)     # what `mooring run` ends with when there was no run


def texts(path):
    """Of a file and of what it extends, that one first."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    base = re.search(r'^extends: (\S+)', text, re.M)
    return (texts(os.path.join(os.path.dirname(path), base.group(1))) if base else []) + [text]


def links_of(path):
    """name -> its text; files write links one below the other."""
    links = {}
    for text in texts(path):
        block = re.search(r'^links:[^\n]*\n((?:[ #][^\n]*\n|\n)*)', text, re.M)
        for entry in re.split(r'^  (?=[a-z])', block.group(1) if block else '', flags=re.M)[1:]:
            name, _, rest = entry.partition(':')
            links[name] = rest
    return links


def shipped():
    """Scenarios that run without ns-3 as well: those with radios do not."""
    for folder, _, files in sorted(os.walk(os.path.join(TOP, 'scenarios'))):
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith('.yaml') and not any(re.search('^radio:', text, re.M) for text in texts(path)):
                yield path, links_of(path)


def on_devices(links):
    return [word for link in links for word in ('--set', 'links.%s.medium=ns3' % link)]


def mooring(*words):
    return subprocess.run([MOORING, 'run', *words], capture_output=True, text=True, timeout=300)


def recast(path, links):
    """The words that make cables on ns-3's devices of those links that have two ends; how many those are."""
    words = {}
    for name, text in links.items():
        nodes = re.search(r'nodes: \[([^\]]*)\]', text)
        if nodes and nodes.group(1).count(',') == (0 if re.search('(access|home): true', text) else 1):
            words[name] = ['links.%s.%s' % (name, what) for what in ('kind=p2p', 'medium=ns3')]
            if 'rate:' not in text:
                words[name].append('links.%s.rate=1Gbps' % name)
            if re.search(r'delay: "?[a-z]', text):
                words[name].append('links.%s.delay=20ms' % name)
    while words:
        said = [word for name in words for each in words[name] for word in ('--set', each)]
        done = mooring(path, '--list', *said)
        if not done.returncode:
            return said, len(words)
        # links that several hosts share, or whose rate a timeline sets, stay what they are
        wrong = [name for name in words if '`%s`' % name in done.stderr] or list(words)[-1:]
        for name in wrong:
            del words[name]
    return [], 0


def packets(path):
    """The packets of a pcapng file, each with its port and time; what is said about the run itself is left out."""
    with open(path, 'rb') as f:
        octets = f.read()
    at, found = 0, []
    while at < len(octets):
        kind, size = struct.unpack_from('<II', octets, at)
        if kind == ENHANCED_PACKET:
            found.append(octets[at:at + size])
        at += size
    return found


def records(folder):
    found = []
    for where, _, files in sorted(os.walk(folder)):
        for name in sorted(set(files) & set(FILES)):
            path = os.path.join(where, name)
            if name == 'trace.pcapng':
                found += packets(path)
            else:
                with open(path, encoding='utf-8') as f:
                    found += f.read().splitlines()
    return found


class Equal:
    """Runs scenarios on both engines and counts."""

    def __init__(self, case):
        self.case = case
        self.scenarios = self.records = self.differences = self.links = self.frames = 0

    def course(self, path, out, *words):
        done = mooring(path, '--verbose', '--fingerprint', '--out', out, *words)
        self.case.assertNotIn(done.returncode, BROKEN, ' '.join((path, *words)) + '\n' + done.stdout + done.stderr)
        # verdicts, events and fingerprints of each run
        told = re.findall(r'^((?:pass|fail|inconclusive|fingerprint) .*)$', done.stdout, re.M)
        self.case.assertTrue(told, done.stdout)
        carried = re.findall(r'(\d+) links on its devices, (\d+) frames sent, .* (\d+) heard', done.stdout)
        return (done.returncode, told), records(out), [[int(n) for n in each] for each in carried]

    def compare(self, path, links, words):
        """With that many links on ns-3's devices."""
        with tempfile.TemporaryDirectory() as folder:
            # the simulator's own engine carries them itself all the same, so that the runs have the same name
            ours, our_records, _ = self.course(path, os.path.join(folder, 'a'), '--engine', 'builtin', *words)
            theirs, their_records, carried = self.course(path, os.path.join(folder, 'b'), '--engine', 'ns3', *words)
        self.case.assertEqual(ours, theirs, path)
        self.case.assertTrue(carried, path)
        for there, sent, heard in carried:
            self.case.assertEqual(there, links, path)
            # what is on its way at the end is not heard
            self.case.assertLessEqual(heard, sent)
            self.case.assertGreaterEqual(heard + 200, sent, path)
            self.frames += sent
        self.case.assertGreater(len(our_records), 20, path)
        self.scenarios += 1
        self.links += links
        self.records += len(our_records)
        self.differences += abs(len(our_records) - len(their_records))
        self.differences += sum(a != b for a, b in zip(our_records, their_records))

    def tell(self):
        print('%d scenarios, %d of their links on ns-3 with %d frames, %d records compared, %d differences' %
              (self.scenarios, self.links, self.frames, self.records, self.differences))
        self.case.assertEqual(self.differences, 0)
