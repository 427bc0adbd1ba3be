# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of handovers.csv computed a second time, from events.jsonl and by docs/metrics.md alone: the two routines
share no line of code, so a mistake would have to be made twice. And handovers that are not finished."""
import csv
import json

import rig
from rig import run

SECOND = 10**9
SETTLE, FLIGHT = 4 * SECOND, SECOND


class Run:
    """Events and rows of one run's folder."""

    def __init__(self, folder):
        with open(folder + '/events.jsonl', encoding='utf-8') as f:
            self.events = [json.loads(line) for line in f][1:]
        with open(folder + '/handovers.csv', encoding='utf-8') as f:
            self.rows = list(csv.DictReader(f))
        with open(folder + '/run.json', encoding='utf-8') as f:
            self.end = json.load(f)['end_ns']

    def of(self, kind, start=0, end=None, **fields):
        end = self.end if end is None else end
        return [e for e in self.events if e['kind'] == kind and start <= e['t'] <= end and
                all(e.get(k) == v for k, v in fields.items())]


def phases(course, row, until):
    """What the movement's records say, up to the first Binding Update's acceptance."""
    node, start, figures = row['node'], int(row['start_ns']), {}
    moves = course.of('move', start, until, node=node)
    first = {}
    for e in moves:
        first.setdefault(e['what'], e)
    if not {'link-up', 'detected', 'address-formed', 'address-ready'} <= set(first):
        return {}
    up, detected, formed, ready = (first[w]['t'] for w in ('link-up', 'detected', 'address-formed', 'address-ready'))
    port = first['link-up']['port']
    if row['kind'] != 'attach':
        figures['l2_gap_ns'] = up - start
    asked = [e['t'] for e in course.of('router', up, detected, node=node, port=port, what='solicit-sent') +
             course.of('dhcp', up, detected, node=node, port=port, message=1, sent=True)]
    if asked:
        figures['solicit_wait_ns'] = max(asked) - up
    figures['detection_ns'] = detected - max(asked + [up])
    requests = [e['t'] for e in course.of('dhcp', up, formed, node=node, port=port, message=3, sent=True)]
    figures['address_wait_ns'] = requests[-1] - requests[0] if requests else 0
    figures['address_ns'] = formed - detected - figures['address_wait_ns']
    figures['dad_ns'] = ready - formed
    figures['ike_ns'], figures['aaa_ns'] = security(course, moves, formed, ready)
    sent = course.of('signal-tx', start, until, node=node, name='bu')
    if sent:
        figures['bu_wait_ns'] = sent[0]['t'] - ready
        if formed < ready or figures['bu_wait_ns']:
            figures['bu_wait_ns'] -= figures['ike_ns'] + figures['aaa_ns']
    return figures


def security(course, moves, formed, ready):
    """IKEv2's time, and the home agent's waiting for the AAA server in it. These scenarios have one mobile node."""
    begun = [e['t'] for e in moves if e['what'] == 'securing']
    ended = [e['t'] for e in moves if e['what'] == 'secured']
    if not begun or not ended:
        return 0, 0
    begun, ended, waited = begun[0] if formed >= ended[-1] else max(begun[0], ready), ended[-1], 0
    asked = None
    for e in course.of('aaa', begun, ended, command=268):
        if e['request'] and e['sent']:
            asked = e['t']
        elif not e['request'] and not e['sent'] and asked is not None:
            waited, asked = waited + e['t'] - asked, None
    return ended - begun - waited, waited


def signalling(course, row, until):
    node, start = row['node'], int(row['start_ns'])
    sent = course.of('signal-tx', start, until, node=node, name='bu')
    answers = course.of('signal-rx', start, until, node=node, name='ba')
    accepted = [e['t'] for e in answers if e['status'] < 128]
    if not sent or not accepted:
        return {}
    rtt = 0
    for answer in answers:
        asked = [e['t'] for e in sent if e['sequence'] == answer['sequence'] and e['t'] <= answer['t']]
        rtt += answer['t'] - asked[-1] if asked and answer['t'] <= accepted[0] else 0
    whole = accepted[0] - sent[0]['t']
    return {'registration_ns': whole, 'registration_rtt_ns': rtt, 'retransmit_wait_ns': whole - rtt,
            'end_ns': accepted[0], 'total_ns': accepted[0] - start}


def silence(course, row, until):
    """Longest gap and losses in each direction."""
    node, start, over = row['node'], int(row['start_ns']), int(row['end_ns'])
    closing, figures = min(over + SETTLE + FLIGHT, until), {}
    for way, kind in (('up', 'data-tx'), ('down', 'data-rx')):
        gaps, lost, flows = [], 0, {e['flow'] for e in course.of(kind, node=node)}
        for flow in flows:
            seen = {}
            for e in course.of('data-rx', flow=flow):
                seen.setdefault(e['sequence'], e['t'])
            times = sorted(seen.values())
            gaps += [b - a for a, b in zip(times, times[1:]) if start <= b <= closing and a <= over + SETTLE]
            before = max([n for n, t in seen.items() if t < start], default=-1)
            lost += sum(e['sequence'] > before and seen.get(e['sequence'], closing + 1) > closing
                        for e in course.of('data-tx', 0, over + SETTLE, flow=flow))
        if flows and gaps:
            figures.update({'gap_%s_ns' % way: max(gaps), 'lost_' + way: lost})
    return figures


class Figures(rig.Case):
    def compare(self, scenario, least):
        self.assertEqual(run('run', scenario, '-o', self.path('out'))[0], 0)
        course, compared = Run(self.path('out')), 0
        for i, row in enumerate(course.rows):
            later = [int(r['start_ns']) for r in course.rows[i + 1:] if r['node'] == row['node']]
            until = min(later + [course.end])
            mine = signalling(course, row, until)
            if row['kind'] != 'detach':
                mine.update(phases(course, row, mine.get('end_ns', until)))
            if row['kind'] == 'handover':
                mine.update(silence(course, row, until))
            for name, value in mine.items():
                self.assertEqual(row[name], str(value), '%s: %s of step %s' % (scenario, name, row['handover']))
            compared += len(mine)
        self.assertGreaterEqual(compared, least)

    def test_second_attach(self):
        """Its address was there already, so it is told behind IKEv2."""
        self.compare('fast-reauthentication', 20)
        with open(self.path('out') + '/handovers.csv', encoding='utf-8') as f:
            last = list(csv.DictReader(f))[-1]
        self.assertEqual(int(last['total_ns']), sum(int(last[k]) for k in ('ike_ns', 'aaa_ns', 'registration_ns')))

    def test_home_tour(self):
        self.compare('home-tour', 45)

    def test_ipv6_to_nat(self):
        self.compare('ipv6-to-nat', 25)

    def test_lost_updates(self):
        self.compare('bu-lost-twice', 10)


PING_PONG = '''scenario: ping-pong
about: handovers faster than they complete
extends: %s/attach/ipv6.yaml
duration: 30s
timeline:
  - {at: 1s,     do: attach,   node: ue, interface: lte}
  - {at: 10s,    do: handover, node: ue, interface: wlan, to: wifi, gap: 30ms}
  - {at: 10500ms, do: handover, node: ue, interface: lte, to: lte, gap: 30ms}
  - {at: 10901ms, do: handover, node: ue, interface: wlan, to: wifi, gap: 30ms}
  - {at: 10901ms, do: handover, node: ue, interface: lte, to: lte, gap: 30ms}
traffic:
  - {flow: down, from: cn, to: ue, kind: cbr, interval: 20ms, size: 160octets, start: 6s, stop: 14s}
'''


class Unfinished(rig.Case):
    def test_ping_pong(self):
        """Each order to go elsewhere is a step of its own, and those that another one overtook say so."""
        run('run', self.file('ping-pong.yaml', PING_PONG % rig.SCENARIOS), '-o', self.path('out'))
        rows = Run(self.path('out')).rows
        self.assertEqual([r['outcome'] for r in rows], ['ok', 'overtaken', 'overtaken', 'overtaken', 'ok'])
        self.assertEqual([r['l2_gap_ns'] for r in rows], ['', '30000000', '30000000', '', '30000000'])
        self.assertEqual(rows[4]['dad_ns'], '1000000000')  # not what was left of an earlier attempt

    def test_one_direction(self):
        text = PING_PONG % rig.SCENARIOS
        for traffic, there, absent in ((text[text.index('traffic:'):], 'down', 'up'), ('traffic: []\n', None, 'down')):
            path = self.file('ping-pong.yaml', text[:text.index('traffic:')] + traffic)
            run('run', path, '-o', self.path('out'))
            last = Run(self.path('out')).rows[-1]
            self.assertEqual([last[f % absent] for f in ('gap_%s_ns', 'lost_%s', 'first_%s_ns')], ['', '', ''])
            if there:
                self.assertGreater(int(last['gap_%s_ns' % there]), SECOND)


if __name__ == '__main__':
    rig.main()
