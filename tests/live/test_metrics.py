# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of a live run for Prometheus: read by a parser that is stricter than Prometheus itself, held against what
`mooring ctl` and the results of the run say. No namespaces are needed."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402
from tools import MOORING, TOP  # noqa: E402

SCENARIO = os.path.join(TOP, 'tests', 'live', 'ctl.yaml')

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
SAMPLE = re.compile(r'(%s)(?:\{(%s(?:,%s)*)\})? (\S+)$' % (NAME, LABEL, LABEL))
NUMBER = re.compile(r'[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|\+Inf$')
PARTS = {'histogram': ('_bucket', '_sum', '_count'), 'summary': ('', '_sum', '_count'), 'counter': ('',),
         'gauge': ('',)}


def parse(text):
    """{family: (type, {(sample name, labels): value})}; anything out of order raises."""
    families, family, samples = {}, None, None
    assert text.endswith('\n')
    lines = text[:-1].split('\n')
    k = 0
    while k < len(lines):
        if lines[k].startswith('#'):
            said = re.match(r'# HELP (%s) ([A-Z].*\.)$' % NAME, lines[k])
            assert said, lines[k]
            typed = re.match(r'# TYPE (%s) (counter|gauge|histogram|summary)$' % NAME, lines[k + 1])
            assert typed and typed.group(1) == said.group(1), lines[k + 1]
            family = said.group(1)
            assert family not in families, family + ' is here twice'
            samples = {}
            families[family] = (typed.group(2), samples)
            k += 2
            continue
        match = SAMPLE.match(lines[k])
        assert match, lines[k]
        name, value = match.group(1), match.group(match.lastindex)
        labels = tuple(re.findall(LABEL, match.group(2) or ''))
        assert len({label for label, _ in labels}) == len(labels), lines[k]
        kind = families[family][0]
        assert name in [family + part for part in PARTS[kind]], lines[k]
        assert NUMBER.match(value), lines[k]
        assert (name, labels) not in samples, lines[k] + ' is here twice'
        samples[name, labels] = float(value)
        k += 1
    for family, (kind, samples) in families.items():
        check(family, kind, samples)
    return families


def check(family, kind, samples):
    assert family.startswith('mooring_'), family
    assert (kind == 'counter') == family.endswith('_total'), family
    for (name, labels), value in samples.items():
        if kind in ('counter', 'histogram'):
            assert value >= 0, name
        assert ('le' in dict(labels)) == name.endswith('_bucket'), name
    if kind == 'histogram':
        for rest in {tuple(x for x in labels if x[0] != 'le') for _, labels in samples}:
            buckets = [(float(dict(labels)['le']), value) for (name, labels), value in samples.items()
                       if name.endswith('_bucket') and tuple(x for x in labels if x[0] != 'le') == rest]
            assert buckets == sorted(buckets) and len({b for b, _ in buckets}) == len(buckets), (family, rest)
            assert [n for _, n in buckets] == sorted(n for _, n in buckets), (family, rest)
            assert buckets[-1] == (float('inf'), samples[family + '_count', rest]), (family, rest)
            assert (family + '_sum', rest) in samples, (family, rest)


@tools.patient
class Parser(unittest.TestCase):
    def test_the_parser_finds_what_is_wrong(self):
        good = '# HELP mooring_x_total X.\n# TYPE mooring_x_total counter\nmooring_x_total{a="b"} 1\n'
        self.assertEqual(parse(good)['mooring_x_total'][1], {('mooring_x_total', (('a', 'b'),)): 1.0})
        for old, new in (('{a="b"}', '{a="b}'), ('{a="b"}', '{a="b",a="c"}'), (' 1\n', ' x\n'), ('counter', 'gauge'),
                         (' 1\n', ' -1\n'), (' 1\n', ' 1\nmooring_x_total{a="b"} 2\n'), ('_total{', '_totals{'),
                         ('X.', ''), ('{a="b"}', '{le="b"}'), (' 1\n', ' 1')):
            with self.assertRaises(AssertionError, msg=new):
                parse(good.replace(old, new, 1))
        bars = ('# HELP mooring_h H.\n# TYPE mooring_h histogram\n'
                'mooring_h_bucket{le="1"} 1\nmooring_h_bucket{le="+Inf"} 2\n'
                'mooring_h_sum 3\nmooring_h_count 2\n')
        parse(bars)
        for old, new in (('"1"} 1', '"1"} 3'), ('count 2', 'count 3'), ('mooring_h_sum 3\n', ''), ('"+Inf"', '"0.5"')):
            with self.assertRaises((AssertionError, KeyError), msg=new):
                parse(bars.replace(old, new, 1))


class Run:
    def __init__(self, folder, where='0'):
        self.env = dict(os.environ, XDG_RUNTIME_DIR=folder)
        self.process = subprocess.Popen(
            [MOORING, 'live', SCENARIO, '--control', 'own', '--metrics', where, '-o', os.path.join(folder, 'out')],
            env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        told = self.process.stderr.readline()
        self.url = told.split()[-1]
        assert self.url.startswith('http://'), told
        host, _, port = self.url.split('/')[2].rpartition(':')
        self.address = (host, int(port))

    def figures(self):
        with urllib.request.urlopen(self.url, timeout=60) as answer:
            assert answer.headers['Content-Type'] == 'text/plain; version=0.0.4; charset=utf-8'
            return parse(answer.read().decode())

    def ask(self, *words):
        done = subprocess.run([MOORING, 'ctl', '--json', *words], env=self.env, capture_output=True, text=True,
                              timeout=60)
        return json.loads(done.stdout)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)


def value(figures, family, **labels):
    return sum(v for (_, own), v in figures[family][1].items() if labels.items() <= dict(own).items())


@tools.patient
class Figures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.run_ = Run(folder.name)
        self.addCleanup(self.run_.end)

    def test_say_what_happened(self):
        run = self.run_
        before = run.figures()
        self.assertEqual(run.address[0], '127.0.0.1')
        run.ask('attach', 'ue', 'lte')
        run.ask('attach', 'mn', 'wifi')
        run.ask('traffic-start', 'down')
        time.sleep(0.5)
        run.ask('handover', 'ue', 'wlan', 'gap=20ms')
        time.sleep(0.5)
        bound = run.figures()
        self.assertEqual(value(bound, 'mooring_binding_update_list_active'), 2)    # of ue and of mag1
        self.assertEqual(value(bound, 'mooring_binding_cache_active'), 2)
        self.assertEqual(value(bound, 'mooring_expectations', state='met'), 1)
        run.ask('set', 'ha.refuse=130')
        run.ask('refresh', 'ue')
        time.sleep(0.5)
        status = run.ask('status')
        now = run.figures()
        for family, (kind, samples) in before.items():
            for key, old in samples.items():
                if kind in ('counter', 'histogram'):
                    self.assertGreaterEqual(now[family][1][key], old, key)
        info, = now['mooring_info'][1]
        self.assertEqual(dict(info[1])['scenario'], 'ctl')
        self.assertAlmostEqual(value(now, 'mooring_virtual_time_seconds'), status['now_ns'] / 1e9, delta=1)
        self.assertEqual(value(now, 'mooring_duration_seconds'), 60)
        self.assertGreaterEqual(value(now, 'mooring_events_total'), status['events'])
        self.assertGreater(value(now, 'mooring_events_per_second'), 0)
        self.assertEqual(value(now, 'mooring_binding_cache_entries', node='ha'), 1)
        self.assertEqual(value(now, 'mooring_binding_cache_active', node='lma'), 1)
        self.assertEqual(value(now, 'mooring_registration_answers_total', protocol='dsmipv6', status='130'),
                         value(now, 'mooring_registrations_total', protocol='dsmipv6', result='refused'))
        self.assertGreaterEqual(value(now, 'mooring_registrations_total', result='refused'), 1)
        self.assertGreaterEqual(value(now, 'mooring_registrations_total', protocol='dsmipv6', result='accepted'), 2)
        self.assertEqual(value(now, 'mooring_registrations_total', protocol='pmipv6', result='accepted'), 1)
        self.assertEqual(value(now, 'mooring_actions_total'), 6)
        self.assertEqual(value(now, 'mooring_handovers_total', step='attach', outcome='ok'), 1)
        phases = now['mooring_handover_phase_seconds'][1]
        one = phases['mooring_handover_phase_seconds_sum', (('step', 'attach'), ('phase', 'registration'))]
        self.assertAlmostEqual(one, 0.012, places=4)            # two links there and back, and neighbours
        lte = {'node': 'ue', 'interface': 'lte', 'direction': 'in'}
        self.assertGreater(value(now, 'mooring_port_frames_total', **lte), 8)
        self.assertGreater(value(now, 'mooring_port_octets_total', **lte),
                           100 * value(now, 'mooring_port_frames_total', **lte))
        self.assertGreater(value(now, 'mooring_data_packets_received_total'), 20)
        self.assertGreater(value(now, 'mooring_lateness_seconds', quantile='0.99'), 0)
        self.assertEqual(sum(v for _, v in now['mooring_expectations'][1].items()), 2)
        self.assertEqual(value(now, 'mooring_expectations', state='failed'), 1)     # the refusal

    def test_nobody_disturbs_it(self):
        run = self.run_

        def talk(octets):
            with socket.create_connection(run.address, timeout=60) as s:
                s.sendall(octets)
                got = b''
                while more := s.recv(65536):
                    got += more
                return got.split(b'\r\n')[0].decode()

        self.assertEqual(talk(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'HTTP/1.1 404 Not Found')
        self.assertEqual(talk(b'PUT /metrics HTTP/1.1\r\n\r\n'), 'HTTP/1.1 405 Method Not Allowed')
        self.assertEqual(talk(b'rubbish\r\n\r\n'), 'HTTP/1.1 400 Bad Request')
        self.assertEqual(talk(b'\x16\x03\x01\x02\x00\x01\x00'), 'HTTP/1.1 400 Bad Request')
        self.assertEqual(talk(b'GET /metrics HTTP/1.1\r\n' + b'X: y\r\n' * 1500), 'HTTP/1.1 431 Request Header Fields '
                         'Too Large')
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(run.url + '/more', timeout=60)
        slow = [socket.create_connection(run.address) for _ in range(8)]
        for s in slow:
            s.sendall(b'GET /met')
        got = []
        many = [threading.Thread(target=lambda: got.append(run.figures())) for _ in range(8)]
        for thread in many:
            thread.start()
        for thread in many:
            thread.join(60)
        self.assertEqual(len(got), 8)
        for s in slow:
            s.close()
        self.assertTrue(run.ask('status')['ok'])

    def test_a_port_that_is_taken(self):
        done = subprocess.run([MOORING, 'live', SCENARIO, '--metrics', '%s:%d' % self.run_.address], timeout=60,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn('already in use', done.stderr)
        for where in ('x', '127.0.0.1', '127.0.0.1:99999', 'localhost:9100'):
            done = subprocess.run([MOORING, 'live', SCENARIO, '--metrics', where], timeout=60, capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, 2, where)
            self.assertIn('--metrics ' + where, done.stderr)


if __name__ == '__main__':
    tools.main()
