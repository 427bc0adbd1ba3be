# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring report` of what comes from elsewhere: names that want to be markup, replayed captures, real pictures; every
figure against the file that it comes from; places that cannot be written."""
import csv
import json
import os
import re

import rig
from report_page import Page, sound
from rig import SMALL, run

HOSTILE = '</script><img src=x onerror="document.title=\'hit\'">\' é ✓ '
LONG = 'long' * 75


def milliseconds(text):
    """As the tables show nanoseconds: four digits or more, cut off."""
    us = int(text) // 1000
    places = 3 if us < 10000 else 2 if us < 100000 else 1
    return '%d.%0*d' % (us // 1000, places, us % 1000 // 10 ** (3 - places))


class More(rig.Case):
    def report(self, folder):
        code, _, err = run('report', folder)
        self.assertEqual((code, err), (0, ''))
        return sound(self, Page(os.path.join(folder, 'report.html')))

    def rows(self, *names):
        with open(self.path(*names), encoding='utf-8', newline='') as f:
            return list(csv.DictReader(f))

    def test_hostile(self):
        """Names that no scenario may have, but a file from elsewhere may."""
        folder = self.path('bad')
        run('run', self.file('small.yaml', SMALL), '-o', folder)
        for name in ('events.jsonl', 'run.json', 'metrics.csv', 'handovers.csv'):
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as f:
                text = f.read()
            quoted = ('"%s"' % HOSTILE.replace('"', '""') if name.endswith('csv') else json.dumps(HOSTILE))
            text = re.sub(r',ue,', lambda _: ',%s,' % quoted, text)
            text = text.replace('"ue"', quoted).replace('"small"', json.dumps(HOSTILE + LONG))
            text = text.replace('"lte"', '"%s"' % LONG)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        os.rename(os.path.join(folder, 'timeline.svg'), os.path.join(folder, '<b onclick=x>\'"é.svg'))
        page = self.report(folder)
        self.assertNotIn('<img src=x', page.text)
        self.assertIn(HOSTILE + LONG, ''.join(page.words))
        froms = {value for _, name, value in page.attributes if name == 'data-from'}
        self.assertTrue(any(value.startswith('</script><img') for value in froms), froms)
        titles = [value for tag, name, value in page.attributes if (tag, name) == ('img', 'alt')]
        self.assertTrue(any('<b onclick=x>\'"é.svg' in value for value in titles), titles)

    def test_figures(self):
        folder = self.path('tour')
        run('run', 'scenarios/handover/home-tour.yaml', '-o', folder)
        page = self.report(folder)
        steps = self.rows('tour', 'handovers.csv')
        table = page.tables['Each attach, handover and detach']
        shown = [dict(zip(table[0], row)) for row in table[1:]]
        self.assertEqual(len(shown), len(steps))
        for cells, row in zip(shown, sorted(steps, key=lambda r: int(r['start_ns']))):
            for head, column in (('L2', 'l2_gap_ns'), ('DETECT', 'detection_ns'), ('DAD', 'dad_ns'), ('IKE', 'ike_ns'),
                                 ('REGIST', 'registration_ns'), ('GAP-UP', 'gap_up_ns'), ('GAP-DN', 'gap_down_ns')):
                self.assertEqual(cells[head], milliseconds(row[column]) if row[column] else '-', (head, row))
            lost = [int(row[column]) for column in ('lost_up', 'lost_down') if row[column]]
            self.assertEqual(cells['LOST'], str(sum(lost)) if lost else '-')
        # the cards: handovers alone, by their silence
        words = ''.join(page.words)
        for row in steps:
            card = '%s > %s\n%s\u00a0ms' % (row['from_link'], row['to_link'], milliseconds(row['gap_down_ns'] or 0))
            self.assertEqual(card in words, row['kind'] == 'handover', row)
        totals = {row['metric']: row['value'] for row in self.rows('tour', 'metrics.csv')
                  if (row['node'], row['handover']) == ('*', '*')}
        self.assertEqual(dict(page.tables['Totals of the run'][1:]), totals)
        with open(os.path.join(folder, 'run.json'), encoding='utf-8') as f:
            manifest = json.load(f)
        told = [(row[0].split()[-1], row[1], row[2], row[3]) for row in
                page.tables['Expectations, those that were not met first'][1:]]
        self.assertEqual(told, [(c['verdict'], c['id'], c['clause'], c['message']) for c in manifest['checks']])

    def test_means(self):
        """The cells of many runs, and the card, are those of summary.csv."""
        folder = self.path('many')
        run('run', 'scenarios/handover/ipv6-to-ipv6.yaml', '--runs', 4, '--tables', '-o', folder)
        page = self.report(folder)
        found = {row['metric']: row for row in self.rows('many', 'summary.csv') if row['kind'] == 'handover'}
        table = page.tables['handover of ue: lte > wifi']
        shown = dict(zip(table[0], table[1]))
        for head, metric in (('REGIST', 'registration'), ('TOTAL', 'total'), ('GAP-DN', 'gap_down')):
            row = found[metric]
            mean, *width = re.findall(r'[\d.]+', shown[head])
            self.assertAlmostEqual(float(mean), float(row['mean']) / 1e6, delta=0.101)
            if width:
                self.assertAlmostEqual(float(width[0]), (float(row['hi']) - float(row['lo'])) / 2e6, delta=0.101)
        self.assertIn(shown['GAP-DN'].replace(' ±', '\u00a0±') + '\u00a0ms', ''.join(page.words))

    def test_replay(self):
        folder, again = self.path('run'), self.path('again')
        run('run', self.file('small.yaml', SMALL), '-o', folder)
        capture = os.path.join(folder, 'trace.pcapng')
        self.assertIn(run('replay', capture, '-o', again)[0], (0, 3))
        page = self.report(again)
        words = ''.join(page.words)
        self.assertEqual(page.heads[0], 'trace.pcapng')
        for text in ('Replay of the capture ' + capture, 'mooring replay ' + capture, 'reads the same in the same'):
            self.assertIn(text, words)
        for text in ('seed 0', 'of the hash', 'is not here'):
            self.assertNotIn(text, words)
        clauses = [row[0] for row in page.tables['Verdicts by clause'][1:]]
        self.assertTrue(clauses and all(' ' in clause for clause in clauses), clauses)

    def test_pictures(self):
        """As `mooring plot` writes them."""
        folder, many = self.path('one'), self.path('many')
        run('run', 'scenarios/handover/ipv6-to-ipv6.yaml', '-o', folder)
        self.assertEqual(run('plot', folder)[0], 0)
        run('plot', folder, '-k', 'ladder', '-o', os.path.join(folder, 'ladder-drawn.png'))
        page = self.report(folder)
        words = ''.join(page.words)
        # timeline and ladder once more for narrow screens
        self.assertEqual(page.text.count('<source media="(max-width: 640px)" srcset="data:image/svg+xml;base64,'), 2)
        self.assertIn('Phases (plot-phases.svg)', words)
        self.assertIn('ladder-drawn.png', words)
        small = self.file('small.yaml', SMALL)
        run('run', small, '--set', 'links.lte.loss={0%,1%}', '--runs', 6, '--tables', '-o', many)
        codes = {run('plot', many, '-k', kind, '--step', 'attach')[0] for kind in ('ecdf', 'box')}
        if codes == {77}:
            self.skipTest('gnuplot is not here: its pictures are not looked at')
        self.assertEqual(codes, {0})
        page = self.report(many)
        for text in ('Distribution (ECDF) of total (ecdf-total.svg)', 'Box plot of total (box-total.svg)'):
            self.assertIn(text, ''.join(page.words))
        self.assertEqual(page.text.count('data:image/svg+xml;base64,'), 2)

    def test_places(self):
        folder = self.path('full')
        run('run', self.file('small.yaml', SMALL), '-o', folder)
        page = os.path.join(folder, 'report.html')
        os.symlink('/dev/full', page)
        self.assertEqual(run('report', folder), (70, '', 'mooring: %s: No space left on device\n' % page))
        os.unlink(page)
        os.mkdir(page)
        self.assertEqual(run('report', folder), (70, '', 'mooring: %s: Is a directory\n' % page))
        run('run', self.path('small.yaml'), '--runs', 2, '--shard', '1/2', '--tables', '-o', self.path('parts'))
        for name, told in (('parts', 'mooring merge'), ('small.yaml', 'is a file')):
            code, _, err = run('report', self.path(name))
            self.assertEqual(code, 2)
            self.assertIn(told, err)


if __name__ == '__main__':
    rig.main()
