# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shipped scenario whose links are all point-to-point takes the same course whether the simulator or ns-3's
PointToPointNetDevice carries its frames: fingerprints, and record for record what the result files hold."""
import json
import os
import re
import struct
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
ENHANCED_PACKET = 6


def links_of(path):
    """name -> its text, of a file and what it extends; both write links one below the other."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    base = re.search(r'^extends: (\S+)', text, re.M)
    links = links_of(os.path.join(os.path.dirname(path), base.group(1))) if base else {}
    block = re.search(r'^links:[^\n]*\n((?:[ #][^\n]*\n|\n)*)', text, re.M)
    for entry in re.split(r'^  (?=[a-z])', block.group(1) if block else '', flags=re.M)[1:]:
        name, _, rest = entry.partition(':')
        links[name] = rest
    return links


def all_wires():
    """Scenarios with nothing but p2p links, and the names of those."""
    for folder, _, files in sorted(os.walk(os.path.join(TOP, 'scenarios'))):
        for name in sorted(files):
            if name.endswith('.yaml'):
                path = os.path.join(folder, name)
                links = links_of(path)
                if links and all('kind: p2p' in text for text in links.values()):
                    yield path, sorted(links)


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


@unittest.skipIf(ABSENT, ABSENT)
class Equality(unittest.TestCase):
    def course(self, path, out, *words):
        done = subprocess.run([MOORING, 'run', path, '--fingerprint', '--json', '--out', out, *words],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, path + '\n' + done.stdout + done.stderr)
        run, = json.loads(done.stdout)['runs']
        with open(os.path.join(out, 'events.jsonl'), encoding='utf-8') as f:
            events = f.read().splitlines()
        with open(os.path.join(out, 'handovers.csv'), encoding='utf-8') as f:
            rows = f.read().splitlines()
        prints = [run[key] for key in ('verdict', 'fingerprint', 'protocol_fingerprint', 'events')]
        return prints, events + packets(os.path.join(out, 'trace.pcapng')) + rows

    def test_wires_carry_the_same(self):
        scenarios = records = differences = 0
        for path, links in all_wires():
            with tempfile.TemporaryDirectory() as folder:
                # the simulator's own engine carries them itself all the same, so that the runs have the same name
                words = [word for link in links for word in ('--set', 'links.%s.medium=ns3' % link)]
                ours, our_records = self.course(path, os.path.join(folder, 'a'), '--engine', 'builtin', *words)
                theirs, their_records = self.course(path, os.path.join(folder, 'b'), '--engine', 'ns3', *words)
                told = subprocess.run([MOORING, 'run', path, '--engine', 'ns3', *words], capture_output=True, text=True,
                                      timeout=120)
            self.assertEqual(ours, theirs, path)
            carried = re.search(r'(\d+) links on its devices, (\d+) frames sent, .* (\d+) heard', told.stdout)
            self.assertIsNotNone(carried, told.stdout)
            self.assertEqual(int(carried.group(1)), len(links))
            self.assertEqual(carried.group(2), carried.group(3))
            self.assertGreater(int(carried.group(2)), 100, 'ns-3 carried next to nothing')
            self.assertGreater(len(our_records), 1000)
            scenarios += 1
            records += len(our_records)
            differences += abs(len(our_records) - len(their_records))
            differences += sum(a != b for a, b in zip(our_records, their_records))
        print('%d scenarios, %d records compared, %d differences' % (scenarios, records, differences))
        self.assertEqual(differences, 0)
        self.assertGreaterEqual(scenarios, 5)

    def test_segments_run(self):
        """A LAN on ns-3's CSMA carries a scenario: not the same nanoseconds, but the same outcome."""
        path = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
        for links in (('core',), ('core', 'lte')):
            words = [word for link in links for word in ('--set', 'links.%s.medium=ns3' % link)]
            words += [word for link in links for word in ('--set', 'links.%s.delay=2us' % link)]
            done = subprocess.run([MOORING, 'run', path, '--engine', 'ns3', *words], capture_output=True, text=True,
                                  timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn('%d links on its devices' % len(links), done.stdout)


if __name__ == '__main__':
    unittest.main()
