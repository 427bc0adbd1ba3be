# SPDX-License-Identifier: GPL-2.0-or-later
"""mooring export, time series: every value of every vector found again in events.jsonl, the statistics in the vectors'
own lines and histograms, and the file read as OMNeT++ 6's loader does: the same tables joined in the same way, and
refused for the same reasons."""
import collections
import json
import math
import os
import re
import sqlite3
import statistics

import rig
from rig import SMALL, TOP, run

Vector = collections.namedtuple('Vector', 'run module name count min max sum squares first last start end exp attrs')
Statistic = collections.namedtuple('Statistic',
                                   'run module name histogram weighted count sum squares min max attrs bins')


class Loaded:
    """The file as OMNeT++ 6's result file loader takes it in; an AssertionError where that one would refuse."""

    def __init__(self, db):
        self.db = db
        self.runs = dict(db.execute('SELECT runId, runName FROM run'))
        assert len(set(self.runs.values())) == len(self.runs), 'two runs of one name'
        self.attrs = {run_id: {} for run_id in self.runs}
        for run_id, name, value in db.execute('SELECT runId, attrName, attrValue FROM runAttr'):
            assert self.attrs[run_id].setdefault(name, value) == value, 'run attribute conflicts'
        itervars = {run_id: {} for run_id in self.runs}
        for run_id, name, value in db.execute('SELECT runId, itervarName, itervarValue FROM runItervar'):
            assert itervars[run_id].setdefault(name, value) == value, 'iteration variable conflicts'
        self.config = db.execute('SELECT runId, configKey, configValue FROM runConfig '
                                 'ORDER BY configOrder ASC').fetchall()
        self.scalars = self.items('scalar', 'scalarId', 'scalarName, scalarValue', 'scalarAttr')
        self.parameters = self.items('parameter', 'paramId', 'paramName, paramValue', 'paramAttr')
        self.vectors = self.load_vectors()
        self.statistics = self.load_statistics()

    def items(self, table, key, columns, attributes):
        found = {row[0]: row[1:] + ({},) for row in
                 self.db.execute('SELECT %s, runId, moduleName, %s FROM %s' % (key, columns, table))}
        for item, run_id, name, value in self.db.execute(
                'SELECT %s, runId, attrName, attrValue FROM %s JOIN %s USING (%s) ORDER BY runId, %s' %
                (key, attributes, table, key, key)):
            assert run_id in self.runs
            found[item][-1][name] = value
        return found

    def load_vectors(self):
        found = {row[0]: Vector(*row[1:], {}) for row in self.db.execute(
            'SELECT vectorId, runId, moduleName, vectorName, vectorCount, vectorMin, vectorMax, vectorSum, '
            'vectorSumSqr, startEventNum, endEventNum, startSimtimeRaw, endSimtimeRaw, simtimeExp '
            'FROM vector LEFT JOIN run USING (runId)')}
        for vector, run_id, name, value in self.db.execute(
                'SELECT vectorId, runId, attrName, attrValue FROM vectorAttr JOIN vector USING (vectorId) '
                'ORDER BY runId, vectorId'):
            assert found[vector].run == run_id
            found[vector].attrs[name] = value
        return found

    def load_statistics(self):
        found = {}
        for row in self.db.execute(
                'SELECT statId, runId, moduleName, statName, isHistogram, isWeighted, statCount, statSum, statSqrsum, '
                'statMin, statMax FROM statistic'):
            found[row[0]] = Statistic(*row[1:], {}, [])
        for stat, name, value in self.db.execute(
                'SELECT statId, attrName, attrValue FROM statisticAttr JOIN statistic USING (statId) ORDER BY statId'):
            found[stat].attrs[name] = value
        for stat, edge, value in self.db.execute(
                'SELECT statId, lowerEdge, binValue FROM histogramBin JOIN statistic USING (statId) '
                'ORDER BY statId, lowerEdge'):
            assert found[stat].histogram, 'bins of what is no histogram'
            assert not found[stat].bins or found[stat].bins[-1][0] < edge, 'edges do not increase'
            found[stat].bins.append((edge, value))
        return found

    def data(self, *vectors):
        """As the reader of vectors does: those asked for, in the order of the file."""
        found = {vector: [] for vector in vectors}
        for vector, event, at, value in self.db.execute(
                'SELECT vectorId, eventNumber, simtimeRaw, value FROM vectorData WHERE vectorId IN (%s) '
                'ORDER BY rowid' % ', '.join('?' * len(vectors)), vectors):
            found[vector].append((event, at, value))
        return found


def enum_of(text):
    """name=number pairs, as OMNeT++ splits them."""
    return {name: int(number) for name, number in (pair.split('=') for pair in text.replace(',', ' ').split())}


def expected(folder):
    """(module, vector's name) -> [(record, ns, value)], from events.jsonl alone. States by their names."""
    found, under_way, first = {}, {}, {}
    with open(os.path.join(folder, 'events.jsonl'), encoding='utf-8') as f:
        records = [json.loads(line) for line in f][1:]
    for number, r in enumerate(records, 1):
        node, instance = r.get('node'), r.get('instance')
        if r['kind'] == 'carrier':
            found.setdefault((node + '.' + r['port'], 'carrier:vector'), []).append((number, r['t'], r['up']))
        elif r['kind'] == 'state':
            module = '%s.%s%s' % (node, r['machine'], '[%d]' % instance if instance else '')
            found.setdefault((module, 'state:vector'), []).append((number, r['t'], r['to']))
        elif r['kind'] == 'data-tx':
            key = '%s.flow[%d]' % (node, r['flow'])
            first.setdefault((key, r['direction']), (number, r['t'], 0))
            under_way.setdefault((r['flow'], r['direction']), {})[r['sequence']] = number, r['t'], key
        elif r['kind'] == 'data-rx':
            module = '%s.flow[%d]' % (node, r['flow'])
            found.setdefault((module, 'delay:vector'), []).append((number, r['t'], (r['t'] - r['sent_at']) / 1e9))
            found.setdefault((module, 'sequence:vector'), []).append((number, r['t'], r['sequence']))
            under_way[r['flow'], r['direction']].pop(r['sequence'], None)
    for (key, direction), start in first.items():
        lost = sorted(p for (_, way), sent in under_way.items() if way == direction
                      for p in sent.values() if p[2] == key)
        found[key, 'lost:vector'] = [start] + [(n, t, i) for i, (n, t, _) in enumerate(lost, 1)]
    return {k: v for k, v in found.items() if k[1] != 'carrier:vector' or len(v) > 1}


class Vectors(rig.Case):
    def export(self, name, *words):
        code, out, err = run('export', *words, '-o', self.path(name))
        self.assertEqual(0, code, err)
        db = sqlite3.connect(self.path(name))
        self.addCleanup(db.close)
        return Loaded(db), out, err

    def tour(self, folder):
        self.assertEqual(0, run('run', os.path.join(TOP, 'scenarios', 'handover', 'home-tour.yaml'), '-o',
                                self.path(folder))[0])
        return self.path(folder)

    def check_line(self, v, values):
        """The vector's own line against its values."""
        numbers = [x[2] for x in values]
        self.assertEqual((len(values), min(numbers), max(numbers)), (v.count, v.min, v.max))
        self.assertAlmostEqual(math.fsum(numbers), v.sum, places=6)
        self.assertTrue(math.isclose(math.fsum(x * x for x in numbers), v.squares, rel_tol=1e-9))
        self.assertEqual((values[0][:2], values[-1][:2]), ((v.first, v.start), (v.last, v.end)))
        self.assertEqual(values, sorted(values, key=lambda x: x[:2]), 'goes back in time')
        self.assertEqual(-9, v.exp)

    def test_every_value(self):
        folder = self.tour('one')
        loaded, out, err = self.export('r.vec', folder)
        wanted, found = expected(folder), {}
        for key, values in loaded.data(*loaded.vectors).items():
            v = loaded.vectors[key]
            self.check_line(v, values)
            names = {n: s for s, n in enum_of(v.attrs['enum']).items()} if 'enum' in v.attrs else {}
            self.assertNotIn((v.module, v.name), found)
            found[v.module, v.name] = [(n, t, names.get(x, x)) for n, t, x in values]
        self.assertEqual(set(wanted), set(found))
        for key, values in wanted.items():
            self.assertEqual(values, found[key], key)
        lost = {key[0]: values[-1][2] for key, values in found.items() if key[1] == 'lost:vector'}
        self.assertTrue(lost['cn.flow[0]'] > 20 and lost['ue.flow[1]'] > 20, lost)
        self.assertRegex(out, r'^1 runs with \d+ figures and %d vectors \(%d values\) in ' %
                         (len(found), sum(map(len, found.values()))))
        self.assertEqual('', err)

    def test_attributes(self):
        loaded, _, _ = self.export('r.vec', self.tour('one'))
        by_name = {(v.module, v.name): v.attrs for v in loaded.vectors.values()}
        states = by_name['ue.dsmip-ue', 'state:vector']
        self.assertEqual(('enum', 'dsmip-ue', 'sample-hold'),
                         (states['type'], states['enumname'], states['interpolationmode']))
        # the numbers of the machine's descriptor, as `mooring fsm` draws it
        drawn = [line.split()[0] for line in run('fsm', 'dsmip-ue')[1].splitlines()
                 if line.startswith('  ') and line[2] != ' ']
        self.assertEqual(dict(zip(drawn, range(99))), enum_of(states['enum']))
        delay = by_name['ue.flow[0]', 'delay:vector']
        self.assertEqual({'title': 'one-way delay', 'unit': 's', 'flow': '0', 'direction': 'down', 'type': 'double',
                          'interpolationmode': 'none'}, delay)
        self.assertEqual('up', by_name['ue.flow[1]', 'lost:vector']['direction'])
        self.assertEqual([('vectorData_idx', 'vectorData')], loaded.db.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'").fetchall())

    def test_histograms(self):
        loaded, _, _ = self.export('r.vec', self.tour('one'))
        self.assertEqual({('cn.flow[1]', 'delay:histogram'), ('ue.flow[0]', 'delay:histogram')},
                         {(s.module, s.name) for s in loaded.statistics.values()})
        for key, s in loaded.statistics.items():
            vector = next(i for i, v in loaded.vectors.items() if (v.module, v.name) == (s.module, 'delay:vector'))
            values = [x[2] for x in loaded.data(vector)[vector]]
            self.assertEqual((1, 0, len(values), min(values), max(values)),
                             (s.histogram, s.weighted, s.count, s.min, s.max))
            mean, deviation = loaded.db.execute('SELECT statMean, statStddev FROM statistic WHERE statId = ?',
                                                (key,)).fetchone()
            self.assertAlmostEqual(statistics.fmean(values), mean, places=12)
            self.assertAlmostEqual(statistics.stdev(values), deviation, places=9)
            self.assertEqual((-math.inf, 0), s.bins[0], 'underflows')
            self.assertEqual(0, s.bins[-1][1], 'overflows')
            for (low, n), (high, _) in zip(s.bins[1:], s.bins[2:]):
                self.assertEqual(n, sum(low <= x < high for x in values), low)
            self.assertEqual(len(values), sum(n for _, n in s.bins))

    def test_query_of_the_page(self):
        with open(os.path.join(TOP, 'docs', 'export.md'), encoding='utf-8') as f:
            query = re.findall(r'```sql\n(.*?)```', f.read(), re.S)[1]
        folder = self.tour('one')
        found = self.export('r.vec', folder)[0].db.execute(query).fetchall()
        wanted = {k: v for k, v in expected(folder).items() if k[1] in ('state:vector', 'lost:vector')}
        self.assertEqual(set(wanted), {row[:2] for row in found})
        self.assertEqual(sum(map(len, wanted.values())), len(found))

    def test_of_many_runs(self):
        """Runs with folders have vectors, each its own; of tables alone it is said that there are none."""
        small = self.file('small.yaml', SMALL)
        words = ['run', small, '--runs', 3, '-o']
        self.assertEqual(0, run(*words, self.path('folders'), '--export', 'sqlite')[0])
        self.assertEqual(0, run(*words, self.path('tables'), '--tables')[0])
        loaded, out, err = self.export('f.vec', self.path('folders'))
        self.assertEqual('', err)
        with open(self.path('f.vec'), 'rb') as f, open(self.path('folders', 'results.sqlite'), 'rb') as g:
            self.assertEqual(f.read(), g.read())
        for i, key in enumerate(loaded.runs, 1):
            mine = {(v.module, v.name) for v in loaded.vectors.values() if v.run == key}
            folder = self.path('folders', os.path.basename(self.folder), 'small', '%04d' % i)
            self.assertEqual(set(expected(folder)), mine)
        for words in (self.path('tables'),), (self.path('folders'), '--no-vectors'):
            loaded, out, err = self.export('%d.vec' % len(words), *words)
            self.assertEqual({}, loaded.vectors)
            self.assertRegex(out, r' and 0 vectors \(0 values\) in ')
            self.assertRegex(err, '^$' if '--no-vectors' in words else '3 of 3 runs left no events and have no vectors')

    def test_cut_short(self):
        folder = self.tour('one')
        with open(self.path('one', 'events.jsonl'), 'r+', encoding='utf-8') as f:
            text = f.read()
            f.seek(0)
            f.truncate()
            f.write(text[:len(text) // 2])
        code, _, err = run('export', folder, '-o', self.path('x'))
        self.assertEqual(2, code)
        self.assertRegex(err, 'events.jsonl: the last line is cut short')
        self.assertFalse(os.path.exists(self.path('x')))
        self.assertTrue(self.export('partial', folder, '--partial')[0].vectors)
        with open(self.path('one', 'events.jsonl'), 'w', encoding='utf-8') as f:
            f.write('{"format":"mooring-events-1"}\n{"t":1,"kind":"state","node":"ue"\n')
        code, _, err = run('export', folder, '-o', self.path('x'))
        self.assertEqual(2, code)
        self.assertRegex(err, r'events.jsonl:2: no event of ours')


if __name__ == '__main__':
    rig.main()
