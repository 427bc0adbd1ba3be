# SPDX-License-Identifier: GPL-2.0-or-later
"""mooring export: the tables and columns that OMNeT++'s loader asks for, every figure of steps.csv found again, equal
files for equal results, and what it refuses."""
import csv
import os
import re
import resource
import shutil
import sqlite3

import rig
from rig import SMALL, run

# what the loader of OMNeT++ 6 selects
COLUMNS = {
    'run': 'runId runName simtimeExp', 'runAttr': 'runId attrName attrValue',
    'runItervar': 'runId itervarName itervarValue', 'runConfig': 'runId configKey configValue configOrder',
    'scalar': 'scalarId runId moduleName scalarName scalarValue', 'scalarAttr': 'scalarId attrName attrValue',
    'parameter': 'paramId runId moduleName paramName paramValue', 'paramAttr': 'paramId attrName attrValue',
    'statistic': 'statId runId moduleName statName isHistogram isWeighted statCount statMean statStddev statSum '
                 'statSqrsum statMin statMax statWeights statWeightedSum statSqrSumWeights statWeightedSqrSum',
    'statisticAttr': 'statId attrName attrValue', 'histogramBin': 'statId lowerEdge binValue',
    'vector': 'vectorId runId moduleName vectorName vectorCount vectorMin vectorMax vectorSum vectorSumSqr '
              'startEventNum endEventNum startSimtimeRaw endSimtimeRaw',
    'vectorAttr': 'vectorId attrName attrValue', 'vectorData': 'vectorId eventNumber simtimeRaw value'}
# one of the seeds does not pass
HALF = SMALL.replace('delay: 15ms}', 'delay: 15ms, loss: 15%}')


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


class Export(rig.Case):
    def sweep(self, folder, *more, text=SMALL):
        code, _, err = run('run', self.file('small.yaml', text), '--set', 'links.core.delay={5ms,20ms}', '--runs', 3,
                           '--tables', '-o', self.path(folder), *more)
        self.assertIn(code, (0, 1), err)
        return self.path(folder)

    def export(self, name, *words):
        code, out, err = run('export', *words, '-o', self.path(name))
        self.assertEqual(0, code, err)
        self.assertRegex(out, r'^\d+ runs with \d+ figures and \d+ vectors \(\d+ values\) in ')
        db = sqlite3.connect(self.path(name))
        self.addCleanup(db.close)
        return db

    def refused(self, code, pattern, *words, **kw):
        before = sorted(os.listdir(self.folder))
        got, out, err = run('export', *words, **kw)
        self.assertEqual((code, ''), (got, out), err)
        self.assertRegex(err, pattern)
        self.assertEqual(before, sorted(os.listdir(self.folder)), 'something was left behind')

    def test_layout(self):
        db = self.export('r.sca', self.sweep('a'))
        for table, columns in COLUMNS.items():
            self.assertEqual(columns.split(), [c[1] for c in db.execute('PRAGMA table_info(%s)' % table)])
        self.assertEqual([('ok',)], db.execute('PRAGMA integrity_check').fetchall())
        self.assertEqual([], db.execute('PRAGMA foreign_key_check').fetchall())
        self.assertEqual((2,), db.execute('PRAGMA user_version').fetchone())

    def figures(self, db):
        """(run number, node, step, nth, metric) -> value"""
        found = {}
        for key, number, node, name, value in db.execute(
                'SELECT scalarId, attrValue, moduleName, scalarName, scalarValue FROM scalar '
                'JOIN runAttr USING (runId) WHERE attrName = "runnumber"').fetchall():
            a = dict(db.execute('SELECT attrName, attrValue FROM scalarAttr WHERE scalarId = ?', (key,)))
            self.assertEqual((number, node, a['step'], a['nth'], name) in found, False)
            found[number, node, a['step'], a['nth'], name] = value if a['unit'] == 's' else int(value)
        return found

    def expected(self, folder, everything=False):
        wanted = {}
        with open(os.path.join(folder, 'steps.csv'), encoding='utf-8', newline='') as f:
            for line in csv.DictReader(f):
                if not everything and (line['verdict'] != 'pass' or line['outcome'] != 'ok'):
                    continue
                names = list(line)
                for name in names[names.index('start_ns') + 1:names.index('gap_up_open')]:
                    if line[name]:
                        value = int(line[name])
                        wanted[line['run'], line['node'], line['step'], line['nth'], re.sub('_ns$', '', name)] = \
                            value / 1e9 if name.endswith('_ns') else value
        return wanted

    def test_every_figure(self):
        folder = self.sweep('a')
        wanted = self.expected(folder)
        self.assertGreater(len(wanted), 60)
        self.assertEqual(wanted, self.figures(self.export('r.sqlite', folder)))

    def test_attributes(self):
        db = self.export('r.sqlite', self.sweep('a'))
        self.assertEqual(6, len(set(db.execute('SELECT runName FROM run WHERE simtimeExp = -9'))))
        a = dict(db.execute('SELECT attrName, attrValue FROM runAttr WHERE runId = 5'))
        for name, value in (('experiment', 'small'), ('measurement', '$links.core.delay=20ms'), ('seedset', '2'),
                            ('replication', '#1, seed-set=2'), ('repetition', '1'), ('runnumber', '5'),
                            ('verdict', 'pass'), ('finished', 'true'), ('engine', 'builtin')):
            self.assertEqual(value, a[name], name)
        self.assertNotIn('datetime', a)
        self.assertEqual([('links.core.delay', '20ms')],
                         db.execute('SELECT itervarName, itervarValue FROM runItervar WHERE runId = 5').fetchall())
        self.assertEqual([('links.core', 'delay', '20ms')], db.execute(
            'SELECT moduleName, paramName, paramValue FROM parameter WHERE runId = 5').fetchall())
        self.assertEqual([('links.core.delay', '20ms'), ('seed', '2')], db.execute(
            'SELECT configKey, configValue FROM runConfig WHERE runId = 5 ORDER BY configOrder').fetchall())

    def test_query_of_the_page(self):
        with open(os.path.join(rig.TOP, 'docs', 'export.md'), encoding='utf-8') as f:
            query = re.search(r'```sql\n(.*?)```', f.read(), re.S).group(1)
        found = self.export('r.sqlite', self.sweep('a')).execute(query).fetchall()
        self.assertEqual([('20ms', 3), ('5ms', 3)], [row[:2] for row in found])
        self.assertTrue(all(1 < row[2] < 10 for row in found), found)

    def test_failed_runs(self):
        folder = self.sweep('a', '--seed', 1, text=HALF)
        with open(os.path.join(folder, 'runs.csv'), encoding='utf-8', newline='') as f:
            verdicts = [line['verdict'] for line in csv.DictReader(f)]
        self.assertEqual({'pass', 'fail'}, set(verdicts), 'other seeds are wanted here')
        db = self.export('r.sqlite', folder)
        self.assertEqual(verdicts, [v for v, in db.execute(
            'SELECT attrValue FROM runAttr WHERE attrName = "verdict" ORDER BY runId')])
        self.assertEqual(self.expected(folder), self.figures(db))
        self.assertEqual(self.expected(folder, True), self.figures(self.export('all.sqlite', folder, '--all')))

    def test_one_run(self):
        self.assertEqual(0, run('run', self.file('small.yaml', SMALL), '--no-trace', '-o', self.path('one'))[0])
        db = self.export('r.sqlite', self.path('one'))
        self.assertEqual([('ue', 1)], db.execute(
            'SELECT moduleName, count(*) FROM scalar WHERE scalarName = "total"').fetchall())
        a = dict(db.execute('SELECT attrName, attrValue FROM runAttr'))
        self.assertEqual(32, len(a['fingerprint']))
        self.assertEqual('small', a['experiment'])

    def test_equal_files(self):
        one, two = self.sweep('one', '-j1'), self.sweep('two', '-j2')
        self.export('one.sqlite', one)
        self.export('two.sqlite', two)
        with open(self.path('one.sqlite'), 'rb') as f, open(self.path('two.sqlite'), 'rb') as g:
            self.assertEqual(f.read(), g.read())
        self.refused(2, r'two: run 1 stands in a folder before this one', one, two, '-o', self.path('x'))

    def test_in_one_command(self):
        folder = self.sweep('a', '--export', 'sqlite')
        self.export('r.sqlite', folder)
        with open(self.path('a', 'results.sqlite'), 'rb') as f, open(self.path('r.sqlite'), 'rb') as g:
            self.assertEqual(f.read(), g.read())
        self.sweep('a')
        self.assertFalse(os.path.exists(self.path('a', 'results.sqlite')), 'that is of the earlier runs')
        small = self.path('small.yaml')
        self.assertEqual(0, run('run', small, '--no-trace', '-o', self.path('one'), '--export', 'sqlite')[0])
        self.assertTrue(os.path.getsize(self.path('one', 'results.sqlite')))
        for pattern, words in (('no such form', ['--export', 'xls', '-o', self.path('n')]),
                               ('into which folder', ['--export', 'sqlite']),
                               ('a shard', ['--export', 'sqlite', '--shard', '1/2', '-o', self.path('n')])):
            code, _, err = run('run', small, *words)
            self.assertEqual(2, code, err)
            self.assertRegex(err, pattern)

    def test_refused(self):
        folder = self.sweep('a')
        self.export('r.sqlite', folder)
        self.refused(2, 'into which file', folder)
        self.refused(2, 'which results folder', '-o', self.path('x'))
        self.refused(2, 'r.sqlite: is there already .--overwrite', folder, '-o', self.path('r.sqlite'))
        self.refused(2, 'no regular file', folder, '--overwrite', '-o', '/dev/null')
        self.refused(2, 'no regular file', folder, '--overwrite', '-o', folder)
        self.refused(2, 'No such file', folder, '-o', self.path('absent', 'r.sqlite'))
        self.refused(2, 'no such folder', self.path('absent'), '-o', self.path('x'))
        self.refused(70, 'x: disk I/O error|disk is full', folder, '-o', self.path('x'), preexec_fn=small_files)
        self.export('r.sqlite', folder, '--overwrite')
        with open(self.path('a', 'steps.csv'), 'r+', encoding='utf-8') as f:
            text = f.read()
            f.seek(0)
            f.write(text.replace(',dad_ns,', ',dada_ns,', 1))
        self.refused(2, 'column 16 is `dada_ns`', folder, '-o', self.path('x'))
        self.refused(2, 'column 16 is `dada_ns`', folder, '--overwrite', '-o', self.path('r.sqlite'))
        self.assertTrue(os.path.getsize(self.path('r.sqlite')), 'the earlier file is there')

    def test_cut_short(self):
        folder = self.sweep('a')
        with open(self.path('a', 'runs.csv'), encoding='utf-8') as f:
            lines = f.readlines()
        with open(self.path('a', 'runs.csv'), 'w', encoding='utf-8') as f:
            f.writelines(lines[:-1])
        self.refused(2, 'steps of a run that is not in runs.csv', folder, '-o', self.path('x'))
        db = self.export('r.sqlite', folder, '--partial')
        self.assertEqual((5,), db.execute('SELECT count(*) FROM run').fetchone())
        shutil.rmtree(folder)
        os.mkdir(folder)
        self.refused(2, 'holds no results', folder, '-o', self.path('x'))


if __name__ == '__main__':
    rig.main()
