# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring replay` on captures of other people's programs: round trips equal to tshark's, dialects named, no crash on
what is not ours or damaged. Third parties' captures are looked for in $MOORING_CAPTURES or ../shared/captures."""
import collections
import glob
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
REFERENCE = os.path.join(TOP, 'traces', 'reference')
OTHERS = os.environ.get('MOORING_CAPTURES', os.path.join(TOP, '..', 'shared', 'captures'))
UMIP = os.path.join(REFERENCE, 'umip-mip6.pcap')
MUTANTS = 120


def replay(path, *args):
    done = subprocess.run([MOORING, 'replay', path, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def result(path, *args):
    code, out, _ = replay(path, '--json', *args)
    return code, json.loads(out)


def records(path):
    """How many records a pcap file holds, counted by its lengths alone."""
    with open(path, 'rb') as f:
        data = f.read()
    order = '<' if data[0] in (0xd4, 0x4d) else '>'
    at = n = 0
    at = 24
    while at + 16 <= len(data):
        at += 16 + struct.unpack(order + 'I', data[at + 8:at + 12])[0]
        n += 1
    return n


def tshark_trips(path):
    """BU to BA per sequence number, in microseconds: (first BU to last BA, last BU to first BA)."""
    fields = ['frame.time_epoch', 'mip6.bu.seqnr', 'mip6.ba.seqnr']
    out = subprocess.run(['tshark', '-r', path, '-Y', 'mipv6', '-T', 'fields'] + [w for x in fields for w in ('-e', x)],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    seen = collections.defaultdict(lambda: ([], []))
    for line in out.splitlines():
        at, bu, ba = line.split('\t')
        whole, part = at.split('.')
        us = int(whole) * 10**6 + int(part[:6])
        seen[int(bu or ba, 0)][0 if bu else 1].append(us)
    return {seq: (ba[-1] - bu[0], ba[0] - bu[-1]) for seq, (bu, ba) in seen.items()}


class Recordings(unittest.TestCase):
    def test_umip(self):
        code, r = result(UMIP)
        self.assertEqual((code, r['verdict']), (0, 'pass'))
        self.assertEqual((r['counts']['packets'], r['counts']['signalling'], r['counts']['sightings']), (551, 18, 64))
        self.assertEqual((r['counts']['bindings'], r['counts']['refused'], r['counts']['unanswered']), (1, 1, 0))
        self.assertEqual([s['kind'] for s in r['steps']], ['attach', 'handover', 'home'])
        self.assertEqual({s['node'] for s in r['steps']}, {'2001:db8:a::100'})
        self.assertEqual([(x['sequence'], x['status']) for x in r['exchanges']][-2:], [(27219, 0), (27220, 133)])

    @unittest.skipUnless(shutil.which('tshark'), 'tshark is not installed')
    def test_umip_round_trips_are_those_of_tshark(self):
        want = tshark_trips(UMIP)
        got = {x['sequence']: (x['mobile_rtt_ns'] // 1000, x['agent_rtt_ns'] // 1000)
               for x in result(UMIP)[1]['exchanges']}
        self.assertEqual(len(got), 9)
        self.assertEqual(got, want)

    def test_umip_played_by_our_home_agent(self):
        r = result(UMIP, '--as', 'ha')[1]
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees'] * 8 + ['differs'])
        # the home agent of the recording forgets at once what ours keeps as invalid for a while [RFC 6275 10.3.2]
        self.assertIn('status 133', r['as']['messages'][8]['reason'])

    def test_opmip(self):
        code, r = result(os.path.join(REFERENCE, 'opmip-pmipv6.pcap'))
        self.assertEqual((code, r['counts']['signalling'], r['counts']['bindings']), (1, 4, 1))
        self.assertEqual([(s['kind'], s['node'], s['to']) for s in r['steps']],
                         [('attach', 'mn1@example.org', '2001:100::2'), ('handover', 'mn1@example.org', '2001:100::3')])
        self.assertEqual([(d['id'], d['clause'], d['count']) for d in r['deviations']],
                         [('opt-alignment', 'RFC 5213 8.3', 4)])

    def test_a_gateways_handover_is_one_with_and_without_results(self):
        """The old gateway gives the session back first; the new one's indicator says where the node comes from."""
        scenario = os.path.join(TOP, 'scenarios', 'pmip-handover')
        with tempfile.TemporaryDirectory() as folder:
            for name, kinds in (('between-mags', ['attach', 'detach', 'handover']),
                                ('lost-deregistration', ['attach', 'detach', 'handover']),
                                ('unknown', ['attach', 'detach', 'attach'])):
                run = os.path.join(folder, name)
                subprocess.run([MOORING, 'run', os.path.join(scenario, name + '.yaml'), '-o', run],
                               stdout=subprocess.DEVNULL, check=True)
                trace = os.path.join(run, 'trace.pcapng')
                alone = result(trace)[1]['steps']
                self.assertEqual([s['kind'] for s in alone], kinds, name)
                self.assertEqual(alone, result(trace, '-o', os.path.join(folder, 'again-' + name))[1]['steps'], name)
                if 'handover' in kinds:
                    self.assertEqual((alone[2]['from'], alone[2]['to']), ('2001:db8:c0::2', '2001:db8:c0::3'))
                    self.assertGreater(alone[2]['gap_down'], 50e6)

    def test_opmip_played(self):
        r = result(os.path.join(REFERENCE, 'opmip-pmipv6.pcap'), '--as', 'lma')[1]
        # the other gateway names the prefix, no interface, and knows of no handover: a session of its own, whose prefix
        # is another session's [RFC 5213 5.4.1.1 point 6]
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees', 'differs'])
        self.assertIn('ours 155', r['as']['messages'][1]['reason'])
        # one gateway is played; the other one's PBU is told as such
        r = result(os.path.join(REFERENCE, 'opmip-pmipv6.pcap'), '--as', 'mag')[1]
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees', 'not played'])

    def test_oai_played(self):
        r = result(os.path.join(REFERENCE, 'oai-mag-lma.pcap'), '--as', 'lma')[1]
        self.assertIn('155', r['as']['messages'][0]['reason'])		# a prefix of 128 bits
        self.assertIn('Handoff Indicator only in ours', r['as']['messages'][1]['reason'])
        r = result(os.path.join(REFERENCE, 'oai-mag-lma.pcap'), '--as', 'mag')[1]
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['differs', 'differs', 'agrees'])
        self.assertIn('not registered: mh-checksum', r['as']['messages'][0]['reason'])

    def test_oai(self):
        code, r = result(os.path.join(REFERENCE, 'oai-mag-lma.pcap'))
        self.assertEqual((code, r['counts']['bu'], r['counts']['ba'], r['counts']['unanswered']), (1, 3, 3, 0))
        self.assertLessEqual({'header length 4 octets short', 'no P flag', 'home network prefix of 128 bits'},
                             {d['text'] for d in r['dialects']})
        self.assertLessEqual({'pba-p-clear', 'pba-handoff-missing'}, {d['id'] for d in r['deviations']})
        r = result(os.path.join(REFERENCE, 'oai-mag-lma.pcap'), '--profile', 'oai-pmip')[1]
        self.assertNotIn('pba-p-clear', {d['id'] for d in r['deviations']})

    def test_damaged_recordings(self):
        """Any damage ends in a result or a message, never in a crash; the same damage every time."""
        rng = random.Random(5)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'm.pcap')
            for k in range(MUTANTS):
                with open(rng.choice(sorted(glob.glob(os.path.join(REFERENCE, '*.pcap')))), 'rb') as f:
                    data = bytearray(f.read())
                for _ in range(rng.choice((1, 3, 30, 300))):
                    data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7f, 0xff, rng.randrange(256)))
                if rng.random() < 0.3:
                    del data[rng.randrange(len(data)):]
                with open(path, 'wb') as f:
                    f.write(data)
                how = rng.choice(((), ('--json',), ('--ladder',), ('--as', 'ha'), ('--as', 'ue'), ('--as', 'lma'),
                                  ('--as', 'mag')))
                code, out, said = replay(path, *how)
                self.assertIn(code, (0, 1, 2, 3), (k, said))
                self.assertTrue(out if code != 2 else said, k)


class OurOwn(unittest.TestCase):
    """What our gateways and anchors did in a simulation, ours do again when they are fed with its capture."""
    SCENARIOS = ('pmip-attach/first', 'pmip-attach/extension',
                 'pmip-handover/between-mags', 'pmip-handover/by-sequence',
                 'pmip-transport/ip4', 'pmip-transport/udp4', 'pmip-transport/rfc5844', 'pmip-detach/leave',
                 'pmip-errors/wrong-clock')

    def test_played_again(self):
        for name in self.SCENARIOS:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(TOP, 'scenarios', name + '.yaml')
                subprocess.run([MOORING, 'run', path, '-o', folder], check=True, stdout=subprocess.DEVNULL, timeout=60)
                trace, = glob.glob(os.path.join(folder, '**', 'trace.pcapng'), recursive=True)
                for role in ('lma', 'mag'):
                    r = result(trace, '--profile', 'r10', '--as', role)[1]['as']
                    self.assertGreater(r['agree'], 0, (name, role))
                    self.assertEqual(r['differ'], 0, (name, role, r))


@unittest.skipUnless(os.path.isdir(OTHERS), 'no folder of third-party captures: ' + os.path.basename(OTHERS))
class ThirdParties(unittest.TestCase):
    def test_every_packet_is_read(self):
        files = sorted(glob.glob(os.path.join(OTHERS, '*', '*.pcap')))
        self.assertTrue(files)
        for path in files:
            code, r = result(path)
            self.assertIn(code, (0, 1, 3), path)
            self.assertEqual(r['counts']['packets'], records(path), path)
            if not r['counts']['signalling']:
                self.assertEqual(code, 3, path)

    def test_skku(self):
        path = os.path.join(OTHERS, 'skku', 'mag12lma.pcap')
        if not os.path.exists(path):
            self.skipTest('skku is not there')
        code, r = result(path)
        self.assertEqual((code, r['counts']['bu'], r['counts']['ba']), (1, 4, 2))
        self.assertEqual((r['counts']['unanswered_deregistrations'], r['counts']['deregistrations']), (2, 2))
        texts = ' '.join(d['text'] for d in r['dialects'])
        self.assertIn('flags octet-swapped', texts)
        self.assertIn('draft option numbers', texts)
        self.assertEqual([s['kind'] for s in r['steps']], ['attach', 'detach', 'attach', 'detach'])

    def test_one_message_each(self):
        for path in sorted(glob.glob(os.path.join(OTHERS, 'zeek', 'mip6_*.pcap'))):
            r = result(path)[1]
            c = r['counts']
            self.assertEqual((c['signalling'], c['unread'], c['deviations']), (1, 0, 0), path)

    def test_tcpdump(self):
        path = os.path.join(OTHERS, 'tcpdump', 'ipv6_mobility_1.pcap')
        if not os.path.exists(path):
            self.skipTest('tcpdump is not there')
        code, r = result(path)
        self.assertEqual((code, r['counts']['signalling'], r['counts']['bu'], r['counts']['ba']), (1, 16, 6, 4))
        sums = [d['count'] for d in r['deviations'] if d['id'] == 'mh-checksum']
        self.assertEqual(sums, [16])


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
