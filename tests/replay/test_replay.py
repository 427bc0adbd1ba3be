# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring replay` on captures built here, whose times and outcomes are known to the nanosecond."""
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests', 'replay'))
import build as b  # noqa: E402

MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
MS, S = 10**6, 10**9
T = 1700000000 * S


def run(data, *args, name='x.pcap'):
    """Writes the capture and replays it; (exit code, JSON or text, stderr)."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, 'wb') as f:
            f.write(data)
        done = subprocess.run([MOORING, 'replay', path, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=60)
    out = done.stdout.decode()
    return done.returncode, json.loads(out) if '--json' in args and out else out, done.stderr.decode()


def ether(*frames, kind=b.ETHERNET):
    return [(T + at, b.link(kind, packet)) for at, packet in frames]


def simple(kind=b.ETHERNET):
    """Attach, a handover whose first BU is lost, and a de-registration."""
    return ether((0, b.update(1)), (20 * MS + 11, b.answer(1)),
                 (10 * S, b.update(2, coa=b.COA2)), (11 * S + 1, b.update(3, coa=b.COA2)),
                 (11 * S + 30 * MS + 3, b.answer(3, coa=b.COA2)),
                 (30 * S, b.update(4, life=0, coa=b.COA2)), (30 * S + 5 * MS, b.answer(4, life=0, coa=b.COA2)),
                 (40 * S, b.datagram(b.CN, b.HA, 1)), kind=kind)


class Times(unittest.TestCase):
    def test_exact_times(self):
        code, r, _ = run(b.pcap(simple()), '--json')
        self.assertEqual(code, 0, r)
        self.assertEqual([s['kind'] for s in r['steps']], ['attach', 'handover', 'detach'])
        attach, move, leave = r['steps']
        self.assertEqual(attach['registration'], 20 * MS + 11)
        self.assertEqual((move['start_ns'], move['registration'], move['retransmit_wait'], move['registration_rtt']),
                         (10 * S, S + 30 * MS + 3, S + 1, 30 * MS + 2))
        self.assertEqual((move['retransmissions'], move['from'], move['to']), (1, '2001:db8:1::/64', '2001:db8:2::/64'))
        self.assertEqual(leave['registration'], 5 * MS)
        self.assertNotIn('lost_up', move)
        self.assertNotIn('dad', move)
        self.assertEqual([x['mobile_rtt_ns'] for x in r['exchanges']], [20 * MS + 11, 30 * MS + 2, 5 * MS])
        self.assertEqual(r['counts']['retransmissions'], 1)

    def test_every_link_type_and_octet_order(self):
        want = run(b.pcap(simple()), '--json')[1]
        for kind in (b.RAW, b.IP6, b.SLL, b.SLL2, b.NULL, b.LOOP, b.PPP):
            for order in '<>':
                code, r, _ = run(b.pcap(simple(kind), kind, order), '--json')
                self.assertEqual((code, r['steps'], r['counts']), (0, want['steps'], want['counts']), (kind, order))

    def test_pcapng(self):
        want = run(b.pcap(simple()), '--json')[1]
        for order in '<>':
            data = b.pcapng([(at, o, 0) for at, o in simple()], order=order)
            self.assertEqual(run(data, '--json')[1]['steps'], want['steps'])

    def test_octets_made_to_look_alike(self):
        """Octets chosen so that what stands before them cannot be told from its hash: a de-registration is not lost."""
        blind = bytes([1, 26, 0, 0]) + struct.pack('<Q', 0xa0761d6478bd642f) + bytes(16)
        frames = ((0, b.update(1, options=blind)), (5 * MS, b.answer(1)), (S, b.update(2, options=blind)),
                  (S + MS // 2, b.update(3, life=0, options=blind)), (S + 5 * MS, b.answer(3, life=0)),
                  (9 * S, b.datagram(b.CN, b.HA, 1)))
        r = run(b.pcap(ether(*frames)), '--json')[1]
        self.assertEqual((r['counts']['bu'], r['counts']['deregistrations'], r['counts']['stray_answers']), (3, 1, 0))
        self.assertEqual([s['kind'] for s in r['steps']], ['attach', 'detach'])

    def test_handovers_again(self):
        """Messages that were met before take a short way, from another place too; what is wrong with one is found."""
        flags = b.A | b.H | 0x1400
        frames = []

        def turn(coa, flags=flags, options=None):
            n = len(frames) // 2
            frames.append((n * S, b.update(n + 1, coa=coa, flags=flags, options=options)))
            frames.append((n * S + 9 * MS, b.answer(n + 1, coa=coa, flags=0xc0)))

        for i in range(24):
            turn((b.COA1, b.COA2)[i // 3 % 2])
        turn(b.COA1, options=b'\1\0\3\x10' + b.ip(b.COA2))
        turn(b.COA2)
        turn(b.COA1, flags=flags & ~0x0400)
        turn(b.COA2)
        r = run(b.pcap(ether(*frames)), '--json', '--profile', 'r10')[1]
        self.assertEqual([(d['id'], d['count']) for d in r['deviations']],
                         [('bu-alt-coa-differs', 1), ('bu-r-clear', 1), ('ba-r-unasked', 1)])
        self.assertEqual([s['kind'] for s in r['steps']], ['attach'] + 9 * ['handover'])
        self.assertEqual({s['registration'] for s in r['steps']}, {9 * MS})
        self.assertEqual((r['steps'][1]['from'], r['steps'][1]['to']), ('2001:db8:1::/64', '2001:db8:2::/64'))
        for kind in (b.RAW, b.SLL2):
            other = run(b.pcap(ether(*frames, kind=kind), kind), '--json', '--profile', 'r10')[1]
            self.assertEqual((other['steps'], other['counts']), (r['steps'], r['counts']))
        with tempfile.TemporaryDirectory() as folder:
            written = run(b.pcap(ether(*frames)), '--json', '--profile', 'r10', '-o', os.path.join(folder, 'out'))[1]
        self.assertEqual((written['steps'], written['counts']), (r['steps'], r['counts']))

    def test_microseconds(self):
        code, r, _ = run(b.pcap(simple(), nano=False), '--json')
        self.assertEqual((code, r['steps'][0]['registration']), (0, 20 * MS))

    def test_seen_at_several_places(self):
        """The sender's time is the first sighting, the receiver's the last, also 3 s later."""
        bu, ba = b.update(1), b.answer(1)
        bu2, ba2 = b.update(1, hops=63), b.answer(1, hops=63)
        frames = [(T, b.link(b.SLL2, bu, 8, 0)), (T + 10, b.link(b.SLL2, bu, 4, 0)),
                  (T + 30, b.link(b.SLL2, bu2, 3, 4)),
                  (T + 2 * MS, b.link(b.SLL2, ba, 3, 0)), (T + 3 * S, b.link(b.SLL2, ba2, 4, 4)),
                  (T + 3 * S + 7, b.link(b.SLL2, ba2, 8, 4)), (T + 20 * S, b.link(b.SLL2, b.datagram(b.CN, b.HA, 1)))]
        code, r, _ = run(b.pcap(frames, b.SLL2), '--json')
        self.assertEqual(code, 0)
        self.assertEqual((r['counts']['signalling'], r['counts']['sightings']), (2, 6))
        x = r['exchanges'][0]
        self.assertEqual((x['mobile_rtt_ns'], x['agent_rtt_ns'], x['bu_record'], x['ba_record']),
                         (3 * S + 7, 2 * MS - 30, 1, 4))

    def test_pcapng_with_two_interfaces(self):
        bu, ba = b.link(b.ETHERNET, b.update(1)), b.link(b.RAW, b.answer(1))
        data = b.pcapng([(T, bu, 0), (T + 5, b.link(b.RAW, b.update(1)), 1), (T + 900, ba, 1),
                         (T + 1000, b.link(b.ETHERNET, b.answer(1)), 0)], kinds=(b.ETHERNET, b.RAW))
        r = run(data, '--json')[1]
        self.assertEqual(r['counts']['signalling'], 2)
        self.assertEqual((r['exchanges'][0]['mobile_rtt_ns'], r['exchanges'][0]['agent_rtt_ns']), (1000, 895))

    def test_same_octets_at_the_same_place_are_a_retransmission(self):
        frames = ether((0, b.update(1)), (S, b.update(1)), (S + 9, b.answer(1)))
        r = run(b.pcap(frames), '--json')[1]
        self.assertEqual((r['counts']['signalling'], r['counts']['retransmissions']), (3, 1))
        self.assertEqual(r['exchanges'][0]['mobile_rtt_ns'], 9)
        echo = run(b.pcap(ether((0, b.update(1)), (500, b.update(1)), (9000, b.answer(1)))), '--json')[1]
        self.assertEqual((echo['counts']['signalling'], echo['counts']['retransmissions']), (2, 0))

    def test_duplicate_address_detection_begins_the_handover(self):
        frames = ether((0, b.update(1)), (9, b.answer(1)), (9 * S, b.neighbour_solicitation(b.COA2)),
                       (10 * S, b.update(2, coa=b.COA2)), (10 * S + 7, b.answer(2, coa=b.COA2)))
        r = run(b.pcap(frames), '--json')[1]
        self.assertEqual((r['steps'][1]['start_ns'], r['steps'][1]['total']), (9 * S, S + 7))

    def test_ike_before_the_first_update(self):
        frames = [(S, b.ike(b.COA1, b.HA, 34, 0)), (S + 3, b.ike(b.HA, b.COA1, 34, 0, response=True)),
                  (S + 5, b.ike(b.COA1, b.HA, 34, 0, spi=2)),           # redirected, or begun anew
                  (S + 7, b.ike(b.HA, b.COA1, 34, 0, spi=2, response=True))]
        for mid in (1, 2, 3):
            frames += [(S + 10 * mid, b.ike(b.COA1, b.HA, 35, mid, spi=2)),
                       (S + 10 * mid + 4, b.ike(b.HA, b.COA1, 35, mid, spi=2, response=True))]
        frames += [(S + 50, b.ike(b.HA, b.COA1, 37, 9, spi=7)),         # of a run that began before the capture
                   (2 * S, b.update(1)), (2 * S + 9, b.answer(1)),
                   (9 * S, b.ike(b.COA2, b.HA, 34, 0, spi=3)),          # never answered
                   (10 * S, b.update(2, coa=b.COA2)), (10 * S + 7, b.answer(2, coa=b.COA2))]
        r = run(b.pcap(ether(*frames)), '--json')[1]
        attach, move = r['steps']
        self.assertEqual((attach['start_ns'], attach['ike']), (0, 34))
        self.assertEqual((attach['registration'], attach['total']), (9, S + 9))
        self.assertNotIn('aaa', attach)
        self.assertEqual((move['start_ns'], move['ike'], move['registration']), (9 * S, 0, 7))
        out = run(b.pcap(ether(*frames)), '--ladder')[1]
        self.assertIn('IKE_SA_INIT request', out)
        self.assertIn('IKE_AUTH response mid 3', out)
        with tempfile.NamedTemporaryFile(suffix='.pcap') as f:
            f.write(b.pcap(ether(*frames)))
            f.flush()
            done = subprocess.run([MOORING, 'ladder', f.name], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count(b'IKE_AUTH request'), 3)

    def test_ike_through_a_nat(self):
        coa4 = bytes([32, 6, 0, 0]) + b.ip('10.0.0.7')
        bu = b.update(1, coa=b.HOA, options=coa4)
        ba = b.answer(1, coa=b.HOA, options=bytes([31, 6, 0x80, 0, 0, 0, 0, 110]))
        inside, outside, ha = '10.0.0.7', '198.51.100.3', '203.0.113.1'
        frames, t = [], 0
        for exchange, mid, port in ((34, 0, 500), (35, 1, 4500)):
            for response in (False, True):
                ends = [(inside, ha), (outside, ha)] if not response else [(ha, outside), (ha, inside)]
                for src, dst in ends:
                    frames.append((t, 0 if inside in (src, dst) else 1,
                                   b.ike(src, dst, exchange, mid, response=response, port=port)))
                    t += 10
        frames += [(S, 0, b.udp4191(inside, ha, bu)), (S + 1, 1, b.udp4191(outside, ha, bu, sport=40000)),
                   (S + 2, 1, b.udp4191(ha, outside, ba, dport=40000)), (S + 3, 0, b.udp4191(ha, inside, ba))]
        data = b.pcapng([(T + at, b.link(b.ETHERNET, p), i) for at, i, p in frames], kinds=(b.ETHERNET, b.ETHERNET))
        step = run(data, '--json', name='x.pcapng')[1]['steps'][0]
        self.assertEqual((step['start_ns'], step['ike'], step['nat'], step['total']), (0, 70, True, S + 3))

    def test_gap_of_user_data(self):
        frames = [(0, b.update(1)), (9, b.answer(1))]
        for k in range(100):
            at = S + k * 20 * MS
            if not 1500 * MS < at < 2300 * MS:
                coa = b.COA1 if at <= 1500 * MS else b.COA2
                frames.append((at, b.tunnelled(b.HA, coa, b.datagram(b.CN, b.HOA, k))))
                frames.append((at + 5, b.tunnelled(coa, b.HA, b.datagram(b.HOA, b.CN, k))))
        # still on its way to the place that was left: it does not reach the mobile node
        frames += [(2 * S + 300, b.tunnelled(b.HA, b.COA1, b.datagram(b.CN, b.HOA, 999))),
                   (2 * S, b.update(2, coa=b.COA2)), (2 * S + 10 * MS, b.answer(2, coa=b.COA2))]
        frames += [(9 * S, b.datagram(b.CN, b.HA, 0))]
        r = run(b.pcap(ether(*sorted(frames, key=lambda f: f[0]))), '--json')[1]
        move = r['steps'][1]
        self.assertEqual((move['kind'], move['gap_down'], move['gap_up']), ('handover', 800 * MS, 800 * MS))
        self.assertNotIn('lost_down', move)

    def test_octets_of_user_data(self):
        """What UDP carries counts, and nothing of an earlier message in the same memory."""
        frames = [(k * MS * 5, (b.update, b.answer)[k % 2](k // 2 + 1)) for k in range(2000)]
        frames += [(20 * S + k * MS, b.tunnelled(b.COA1, b.HA, b.datagram(b.HOA, b.CN, k))) for k in range(600)]
        with tempfile.TemporaryDirectory() as out:
            run(b.pcap(ether(*frames)), '-o', out)
            with open(os.path.join(out, 'events.jsonl')) as f:
                data = [json.loads(line) for line in f if '"kind":"data-' in line]
        self.assertEqual((len(data), {d['octets'] for d in data}), (1200, {4}))

    def test_alike_at_both_ends(self):
        """A large file is mapped, and of user data the ends are looked at first; through a pipe all is read."""
        def user(number, hops=64):
            data = b'\7' * 600 + number.to_bytes(4, 'big') + b'\7' * 600
            udp = struct.pack('>HHHH', 9, 9, 8 + len(data), 0) + data
            return b.tunnelled(b.COA1, b.HA, b.ip6(b.HOA, b.CN, 17, udp, hops))
        frames = [(0, b.update(1)), (9, b.answer(1))]
        for k in range(400):
            at = S + k * 30 * MS
            frames += [(at, user(k)), (at + 100, user(k + 1000)), (at + 200, user(k)), (at + 300, user(k, 63)),
                       (at + 9 * MS, user(k + 2000))]
        data = b.pcap(ether(*frames))
        self.assertGreater(len(data), 2**20)
        mapped = run(data, '--json')[1]
        self.assertEqual(mapped['counts']['user_packets'], 3 * 400)
        done = subprocess.run([MOORING, 'replay', '-', '--json'], input=data, capture_output=True)
        self.assertEqual(json.loads(done.stdout)['counts'], mapped['counts'])


class Bindings(unittest.TestCase):
    def test_refusals(self):
        frames = ether((0, b.update(5)), (9, b.answer(5, status=130)), (10 * S, b.update(6)),
                       (10 * S + 9, b.answer(90, status=135)), (20 * S, b.update(91)), (20 * S + 9, b.answer(91)))
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual((r['counts']['refused'], r['counts']['sequence_errors']), (2, 1))
        self.assertEqual([x['status'] for x in r['exchanges']], [130, 135, 0])
        self.assertEqual(r['steps'][0]['outcome'], 'refused')

    def test_deregistration_without_answer(self):
        frames = ether((0, b.update(1)), (9, b.answer(1)), (5 * S, b.update(2, life=0)),
                       (40 * S, b.datagram(b.CN, b.HA, 1)))
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual((code, r['verdict'], r['counts']['unanswered_deregistrations']), (1, 'fail', 1))
        verdicts = {c['id']: c['verdict'] for c in r['checks']}
        self.assertEqual((verdicts['REPLAY-UPDATE-01'], verdicts['REPLAY-DEREG-01']), ('pass', 'fail'))
        code, r, _ = run(b.pcap(frames[:-1]), '--json')
        self.assertEqual((code, r['verdict']), (3, 'inconclusive'))

    def test_home(self):
        frames = ether((0, b.update(1)), (9, b.answer(1)), (5 * S, b.update(2, life=0, coa=b.HOA)),
                       (5 * S + 77, b.answer(2, life=0, coa=b.HOA)), (30 * S, b.datagram(b.CN, b.HA, 1)))
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual((code, r['steps'][1]['kind'], r['steps'][1]['registration']), (0, 'home', 77))

    def test_expiry(self):
        frames = ether((0, b.update(1, life=2)), (9, b.answer(1, life=2)), (60 * S, b.update(2)),
                       (60 * S + 9, b.answer(2)))
        r = run(b.pcap(frames), '--json')[1]
        self.assertEqual(r['counts']['expired'], 1)
        self.assertEqual([s['kind'] for s in r['steps']], ['attach', 'attach'])

    def test_nat(self):
        coa4 = bytes([32, 6, 0, 0]) + b.ip('10.0.0.7')
        bu = b.update(1, coa=b.HOA, options=coa4)
        ba = b.answer(1, coa=b.HOA, options=bytes([31, 6, 0x80, 0, 0, 0, 0, 110]))
        frames = ether((0, b.udp4191('198.51.100.3', '203.0.113.1', bu, sport=40000)),
                       (9, b.udp4191('203.0.113.1', '198.51.100.3', ba, dport=40000)))
        r = run(b.pcap(frames), '--json')[1]
        step = r['steps'][0]
        self.assertEqual((step['udp'], step['nat'], step['to'], step['registration']), (True, True, '198.51.100.3', 9))

    def test_proxy(self):
        mag1, mag2 = '2001:db8:5::11', '2001:db8:5::12'
        frames = ether((0, b.proxy_update(1, mag1)), (9, b.proxy_answer(1, mag1)), (5 * S, b.proxy_update(1, mag2)),
                       (5 * S + 33, b.proxy_answer(1, mag2)), (6 * S, b.proxy_update(2, mag1, life=0)),
                       (6 * S + 5, b.proxy_answer(2, mag1, life=0)), (30 * S, b.datagram(b.CN, b.HA, 1)))
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual(r['counts']['bindings'], 1)
        self.assertEqual([(s['node'], s['kind'], s['to']) for s in r['steps']],
                         [('mn@example', 'attach', mag1), ('mn@example', 'handover', mag2)])
        self.assertEqual(r['steps'][1]['registration'], 33)
        self.assertEqual(len(r['exchanges']), 3)

    def test_deviation_with_clause(self):
        good = b.update(1)
        bad = good[:-1] + bytes([good[-1] ^ 1])
        code, r, _ = run(b.pcap(ether((0, bad), (9, b.answer(1)))), '--json')
        self.assertEqual(code, 1)
        self.assertIn(('mh-checksum', 'RFC 6275 6.1.1', 1),
                      [(d['id'], d['clause'], d['count']) for d in r['deviations']])
        r = run(b.pcap(simple()), '--json', '--profile', 'r10')[1]
        self.assertIn('bu-k-clear', [d['id'] for d in r['deviations']])

    def test_results_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, 'out')
            code = run(b.pcap(simple()), '-o', out)[0]
            names = set(os.listdir(out))
            self.assertEqual(code, 0)
            self.assertLessEqual({'run.json', 'events.jsonl', 'handovers.csv', 'metrics.csv', 'ladder.svg',
                                  'timeline.svg', 'junit.xml', 'tap', 'exchanges.csv'}, names)
            with open(os.path.join(out, 'handovers.csv'), encoding='utf-8') as f:
                self.assertEqual(len(f.read().splitlines()), 4)
            with open(os.path.join(out, 'exchanges.csv'), encoding='utf-8') as f:
                self.assertIn(',20000011,', f.read().splitlines()[1])


class Played(unittest.TestCase):
    def test_home_agent_agrees(self):
        code, r, _ = run(b.pcap(simple()), '--json', '--as', 'ha')
        self.assertEqual((r['as']['agree'], r['as']['differ']), (3, 1))
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees', 'differs', 'agrees', 'agrees'])
        self.assertEqual(r['as']['messages'][1]['reason'], 'ours answers, the capture does not')
        self.assertEqual(code, 1)
        whole = [f for k, f in enumerate(simple()) if k != 2]
        code, r, _ = run(b.pcap(whole), '--json', '--as', 'ha')
        self.assertEqual((code, r['as']['agree'], r['as']['differ']), (0, 3, 0))

    def test_home_agent_differs(self):
        frames = ether((0, b.update(5)), (9, b.answer(5, status=130)), (10 * S, b.update(6)),
                       (10 * S + 9, b.answer(6, life=14, flags=0x80)), (20 * S, b.update(7)), (20 * S + 9, b.answer(7)))
        r = run(b.pcap(frames), '--json', '--as', 'ha', '--profile', 'r10')[1]
        reasons = [m['reason'] for m in r['as']['messages']]
        self.assertEqual(reasons, ['status 130 (insufficient resources), ours 0 (accepted)', 'flags 80, ours 00', ''])

    def test_sequence_number_out_of_window(self):
        frames = ether((0, b.update(500)), (9, b.answer(500)), (10 * S, b.update(499)),
                       (10 * S + 9, b.answer(500, status=135)), (40 * S, b.datagram(b.CN, b.HA, 1)))
        r = run(b.pcap(frames), '--json', '--as', 'ha', '--profile', 'r10')[1]
        self.assertEqual((r['as']['agree'], r['as']['differ']), (2, 0))

    def test_mobile_node(self):
        frames = simple()
        del frames[2]
        code, r, _ = run(b.pcap(frames), '--json', '--as', 'ue')
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees'] * 3, r['as'])
        # a BU without its Alternate Care-of Address option and with other flags is not what ours sends
        frames[0] = (T, b.link(b.ETHERNET, b.update(1, options=b'', flags=b.A | b.H | 0x2000)))
        r = run(b.pcap(frames), '--json', '--as', 'ue')[1]
        self.assertEqual(r['as']['messages'][0]['reason'],
                         'flags e000, ours c000; Alternate Care-of Address only in ours')

    def test_mobile_node_sends_again_what_was_lost(self):
        code, r, _ = run(b.pcap(simple()), '--json', '--as', 'ue')
        self.assertEqual([m['outcome'] for m in r['as']['messages']], ['agrees'] * 4, r['as'])

    def test_jump_of_many_years(self):
        frames = [(T, b.link(b.ETHERNET, b.update(1))), (T + 9, b.link(b.ETHERNET, b.answer(1))),
                  (T + 60 * 31536000 * S, b.link(b.ETHERNET, b.update(2))),
                  (T + 60 * 31536000 * S + 9, b.link(b.ETHERNET, b.answer(2)))]
        for role in ('ha', 'ue'):
            r = run(b.pcap(frames), '--json', '--as', role)[1]
            self.assertEqual(r['as']['agree'], 2, r['as'])

    def test_nothing_to_play(self):
        code, r, _ = run(b.pcap(ether((0, b.datagram(b.CN, b.HA, 1)))), '--json', '--as', 'ha')
        self.assertEqual((code, r['as']['agree']), (3, 0))
        code, r, _ = run(b.pcap(ether((0, b.proxy_update(1, '2001:db8:5::11')))), '--json', '--as', 'ha')
        self.assertEqual((code, r['as']['agree'], r['as']['differ']), (3, 0, 0))
        for role in ('lma', 'mag'):
            code, r, _ = run(b.pcap(simple()), '--json', '--as', role)
            self.assertEqual((r['as']['agree'], r['as']['differ']), (0, 0), role)
            self.assertIn('no proxy registration', str(r['checks']))

    def test_anchor_differs(self):
        """An anchor that answers with another status class, without options, or not at all."""
        told = [b.proxy_options(seconds=T // S + k) for k in range(3)]
        frames = ether((0, b.proxy_update(1, '2001:db8:5::11', options=told[0])),
                       (9, b.proxy_answer(1, '2001:db8:5::11', options=b'\1\2\0\0')),
                       (S, b.proxy_update(2, '2001:db8:5::11', options=told[1])), 
                       (S + 9, b.proxy_answer(2, '2001:db8:5::11', status=130)),
                       (2 * S, b.proxy_update(3, '2001:db8:5::11', life=0, options=told[2])))
        reasons = [m['reason'] for m in run(b.pcap(frames), '--json', '--as', 'lma')[1]['as']['messages']]
        self.assertIn('Home Network Prefix only in ours', reasons[0])
        self.assertIn('status 130', reasons[1])
        self.assertEqual(reasons[2], 'ours answers, the capture does not')

    def test_gateway_differs(self):
        """A gateway without handoff indicator; one that an anchor refuses is not registered by ours either."""
        bare = b.proxy_options()[:13] + b'\1' * 7 + b'\x16\x12\0\x40' + b'\0' * 16
        frames = ether((0, b.proxy_update(1, '2001:db8:5::11', options=bare)),
                       (9, b.proxy_answer(1, '2001:db8:5::11', status=152)))
        r = run(b.pcap(frames), '--json', '--as', 'mag')[1]['as']
        self.assertEqual((r['agree'], r['differ']), (0, 1))
        self.assertIn('Handoff Indicator only in ours', r['messages'][0]['reason'])
        self.assertNotIn('registered', r['messages'][0]['reason'])


class BadInput(unittest.TestCase):
    def test_an_interrupted_pipe_keeps_what_was_read(self):
        """A capture that comes through a pipe and never ends: SIGINT gives 130, and the packets so far."""
        with tempfile.TemporaryDirectory() as folder:
            results = os.path.join(folder, 'out')
            with subprocess.Popen([MOORING, 'replay', '-', '-o', results], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
                # more than one read ahead of the reader, so that the first packets are surely taken
                frames = ether(*((i * S, b.update(i)) for i in range(1, 5000)))
                done.stdin.write(b.pcap(simple() + frames))
                done.stdin.flush()
                time.sleep(1)
                done.send_signal(signal.SIGINT)
                time.sleep(0.2)
                done.stdin.close()
                out = done.stdout.read().decode()
                self.assertEqual(done.wait(timeout=120), 130)
            self.assertRegex(out, r'\A[1-9][0-9]* packets? in ')
            with open(os.path.join(results, 'events.jsonl'), encoding='utf-8') as f:
                self.assertGreater(len([json.loads(line) for line in f]), 1)
            with open(os.path.join(results, 'run.json'), encoding='utf-8') as f:
                json.load(f)

    def test_truncated_in_a_record(self):
        data = b.pcap(simple())
        code, r, _ = run(data[:-5], '--json')
        self.assertEqual((code, r['verdict'], r['faults']['truncated']), (1, 'fail', 1))
        self.assertEqual(len(r['steps']), 3)
        self.assertIn('truncated', r['unread'][0]['reason'])
        self.assertEqual(r['unread'][0]['record'], 8)

    def test_lying_length(self):
        data = bytearray(b.pcap(simple()))
        at = 24 + 2 * 16 + sum(len(o) for _, o in simple()[:2])
        data[at + 8:at + 12] = b'\xff\xff\xff\x7f'
        code, r, _ = run(bytes(data), '--json')
        self.assertEqual((code, r['faults']['bad-length'], r['unread'][0]['offset']), (1, 1, at))
        self.assertEqual(len(r['exchanges']), 1)

    def test_time_backwards(self):
        frames = simple()
        frames[3] = (frames[3][0] - 9 * S, frames[3][1])
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual((code, r['faults']['time-back']), (3, 1))
        self.assertEqual(len(r['exchanges']), 3)

    def test_zero_length_records(self):
        frames = simple()[:2] + [(T + 2 * S, b'')] + simple()[2:]
        code, r, _ = run(b.pcap(frames), '--json')
        self.assertEqual((code, r['faults']['zero-length'], len(r['exchanges'])), (3, 1, 3))

    def test_unknown_link_type(self):
        code, r, _ = run(b.pcap(simple(), kind=147), '--json')
        self.assertEqual((code, r['faults']['link-type'], r['counts']['unread']), (3, 1, 8))

    def test_nothing_read(self):
        for data, text in ((b'', 'no capture'), (b'hello, world', 'no capture'), (b.pcap([]), 'no record'),
                           (b.pcap(simple())[:20], 'header'), (b.pcap(simple())[:30], 'no record could be read'),
                           (b'\x1f\x8b\x08\0', 'compressed')):
            code, out, said = run(data)
            self.assertEqual((code, out), (2, ''), data[:8])
            self.assertIn(text, said)

    def test_paths(self):
        for path in ('/', '/nonexistent/x.pcap'):
            done = subprocess.run([MOORING, 'replay', path], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertIn(path, done.stderr)
        with tempfile.NamedTemporaryFile() as f:
            code, _, said = run(b.pcap(simple()), '-o', f.name)
            self.assertEqual(code, 2)
            self.assertIn(f.name, said)

    def test_usage(self):
        for args in ((), ('a', 'b'), ('--as', 'mn', 'x'), ('--as', 'bear', 'x'), ('--profile', 'r99', 'x'),
                     ('--nonsense', 'x')):
            done = subprocess.run([MOORING, 'replay', *args], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ''), args)
            self.assertTrue(done.stderr)

    def test_full_disk(self):
        with tempfile.NamedTemporaryFile(suffix='.pcap') as f, open('/dev/full', 'w', encoding='utf-8') as full:
            f.write(b.pcap(simple()))
            f.flush()
            done = subprocess.run([MOORING, 'replay', f.name], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 70)

    def test_standard_input(self):
        done = subprocess.run([MOORING, 'replay', '-'], input=b.pcap(simple()), capture_output=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b'1 handover', done.stdout)


if __name__ == '__main__':
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print('%d passed, %d failed, %d skipped' % (result.testsRun - bad - len(result.skipped), bad, len(result.skipped)))
    sys.exit(1 if bad else 0)
