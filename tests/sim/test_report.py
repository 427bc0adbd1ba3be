# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring report`: pages of a real run and of a sweep, read by an HTML parser; the handover table against the printed
one; what comes from outside is escaped; folders that are empty, half-written or damaged.

tests/interop/test_report_browser.py opens the same pages in a browser."""
import json
import os
import re
import shutil
import subprocess

import rig
from report_page import Page, sound
from rig import MOORING, SMALL, TOP, run

ODD = SMALL.replace('clause: 24.303 5.1.3.2', 'clause: "<&\\"\'>"').replace('about:', '# </script><b>&amp;\nabout:')


class Report(rig.Case):
    def report(self, folder, *words):
        code, out, err = run('report', folder, *words)
        self.assertEqual((code, err), (0, ''))
        self.assertEqual(out, os.path.join(folder, 'report.html') + '\n')
        return sound(self, Page(os.path.join(folder, 'report.html')))

    def test_run(self):
        folder = self.path('tour')
        code, out, err = run('run', 'scenarios/handover/home-tour.yaml', '--seed', 7, '-o', folder)
        self.assertEqual(code, 0, err)
        page = self.report(folder)
        words = ''.join(page.words)
        # the figures of the printed table, cell by cell
        lines = out.splitlines()
        at = next(i for i, line in enumerate(lines) if line.split()[:2] == ['AT', 'NODE'])
        printed = [re.split(r'  +', line.strip()) for line in lines[at:at + 5]]
        table = page.tables['Each attach, handover and detach']
        self.assertEqual(len(table), 5)
        self.assertEqual([''.join(row).replace(' ', '') for row in table],
                         [''.join(row).replace(' ', '') for row in printed])
        with open(os.path.join(folder, 'run.json'), encoding='utf-8') as f:
            manifest = json.load(f)
        checks = page.tables['Expectations, those that were not met first'][1:]
        self.assertEqual([row[1] for row in checks], [c['id'] for c in manifest['checks']])
        self.assertIn('12 of 12 expectations met', words)
        self.assertIn('24.303 5.1.2.4', [row[0] for row in page.tables['Verdicts by clause']])
        for text in (manifest['command'], manifest['scenario_hash'], manifest['fingerprint'],
                     'has the hash of what was run'):
            self.assertIn(text, words)
        with open(os.path.join(TOP, 'scenarios/handover/home-tour.yaml'), encoding='utf-8') as f:
            self.assertIn(f.read(), words)
        # the list of messages: BUs decoded, IKE in clear, filters' values
        named = [value for tag, name, value in page.attributes if (tag, name) == ('div', 'data-message')]
        self.assertTrue({'BU', 'BA', 'IKE_AUTH', 'IKE_SA_INIT', 'scenario'} <= set(named), set(named))
        self.assertGreaterEqual(named.count('BU'), 4)
        self.assertRegex(words, r'opt-alternate-care-of-address|binding-update|\bbu\b')
        self.assertIn('sequence = ', words)
        self.assertIn('data.sent', [row[0] for row in page.tables['Totals of the run']])
        self.assertEqual(page.text.count('src="data:image/svg+xml;base64,'), 2)
        # the same page for the same folder; a new run takes it away
        self.assertEqual(self.report(folder).text, page.text)
        run('run', self.file('small.yaml', SMALL), '-o', folder)
        self.assertFalse(os.path.exists(os.path.join(folder, 'report.html')))

    def test_limits(self):
        folder = self.path('tour')
        run('run', 'scenarios/handover/home-tour.yaml', '-o', folder)
        page = self.report(folder, '--max', 20)
        self.assertEqual(sum((tag, name) == ('div', 'data-message') for tag, name, _ in page.attributes), 20)
        self.assertRegex(''.join(page.words), r'Only the first 20 messages .* [1-9]\d* more are left out')
        # a picture too large for the page
        with open(os.path.join(folder, 'timeline.svg'), 'ab') as f:
            f.truncate(9 << 20)
        words = ''.join(self.report(folder).words)
        self.assertRegex(words, r'timeline.svg has 9437184 octets and is left out')

    def test_escaped(self):
        path, folder = self.file('odd <&>.yaml', ODD), self.path('odd <&\'"> </script>')
        self.assertEqual(run('run', path, '-o', folder)[0], 0)
        page = self.report(folder)
        self.assertIn('<&"\'>', [row[0] for row in page.tables['Verdicts by clause']])
        self.assertIn('# </script><b>&amp;', ''.join(page.words))
        os.rename(path, path + '.gone')
        self.assertIn('is not here', ''.join(self.report(folder).words))
        with open(path, 'w', encoding='utf-8') as f:
            f.write(ODD.replace('15ms', '16ms'))
        self.assertIn('was changed since this run', ''.join(self.report(folder).words))

    def test_sweep(self):
        small, folder = self.file('small.yaml', SMALL.replace('within: 5s', 'within: 2000ms')), self.path('many')
        code, out, _ = run('run', small, '--set', 'links.lte.delay={15ms,60ms}', '--runs', 8, '-o', folder)
        self.assertEqual(code, 1, 'some are to fail')
        shutil.copy(os.path.join(self.one_of(folder), 'timeline.svg'), os.path.join(folder, 'latency <&>.svg'))
        page = self.report(folder)
        words = ''.join(page.words)
        self.assertLess(page.heads.index('Runs that did not pass'), page.heads.index('Figures'))
        passed = int(re.search(r'(\d+) passed', out).group(1))
        self.assertIn('%d of 16 runs passed' % passed, words)
        self.assertEqual(len(page.tables['Runs that did not pass']), 1 + 16 - passed)
        self.assertEqual(len(page.tables['All runs, in their order']), 17)
        self.assertEqual(page.text.count('data:image/svg+xml;base64,'), 1)
        # the cells of the printed table
        table = page.tables['attach of ue: attach lte']
        for row in table[1:]:
            line = next(line for line in out.splitlines() if line.startswith('links.lte.delay=%s ' % row[0]))
            for cell in row[3:]:
                self.assertIn(cell, line)
        self.assertTrue(any('±' in cell for row in table for cell in row), table)
        links = [value for tag, name, value in page.attributes if tag == 'a' and value.startswith('./')]
        self.assertTrue(links)
        self.assertTrue(all(os.path.exists(os.path.join(folder, value)) for value in links))
        self.again(page, folder)

    @staticmethod
    def one_of(folder):
        return next(at for at, _, names in os.walk(folder) if 'timeline.svg' in names)

    def again(self, page, folder):
        """The command on the page makes the same tables."""
        command = next(w for w in page.words if w.startswith('mooring run')).strip()
        command = command.replace('-o results', '--tables -o ' + self.path('again')).replace('mooring', MOORING, 1)
        subprocess.run(['sh', '-c', command], cwd=TOP, capture_output=True, check=False, timeout=100)
        for name in ('steps.csv', 'summary.csv'):
            with open(os.path.join(folder, name), 'rb') as a, open(self.path('again', name), 'rb') as b:
                self.assertEqual(a.read(), b.read())

    def test_half_written(self):
        folder, small = self.path('half'), self.file('small.yaml', SMALL)
        run('run', small, '-o', folder)
        events = os.path.join(folder, 'events.jsonl')
        os.truncate(events, os.path.getsize(events) * 3 // 4)
        os.truncate(os.path.join(folder, 'timeline.svg'), 900)
        os.unlink(os.path.join(folder, 'metrics.csv'))
        manifest = os.path.join(folder, 'run.json')
        with open(manifest, encoding='utf-8') as f:
            told = json.load(f)
        kept = {k: told[k] for k in ('format', 'version', 'run', 'scenario', 'scenario_path', 'scenario_hash', 'seed',
                                     'engine', 'overrides', 'command')}
        with open(manifest, 'w', encoding='utf-8') as f:
            json.dump(dict(kept, state='running'), f)
        words = ''.join(self.report(folder).words)
        for text in ('has not ended, or was killed', 'ends in the middle of a line', 'timeline.svg is no whole picture',
                     'metrics.csv cannot be read', 'no judged expectation'):
            self.assertIn(text, words)
        os.unlink(events)
        self.assertIn('steps and messages cannot be shown', ''.join(self.report(folder).words))

    def test_refused(self):
        empty = self.path('empty')
        os.mkdir(empty)
        folder, small = self.path('none'), self.file('small.yaml', SMALL)
        run('run', small, '--runs', 2, '--tables', '-o', folder)
        with open(os.path.join(folder, 'runs.csv'), encoding='utf-8') as f:
            head = f.readline()
        with open(os.path.join(folder, 'runs.csv'), 'w', encoding='utf-8') as f:
            f.write(head)
        for words, told in (((), 'which folder'), ((self.path('gone'),), 'no such folder'),
                            ((empty,), 'neither runs.json nor run.json'), ((folder,), 'holds no run'),
                            ((empty, '--max', '0'), '--max')):
            code, out, err = run('report', *words)
            self.assertEqual((code, out), (2, ''), words)
            self.assertIn(told, err)
            self.assertEqual(len(err.splitlines()), 1, err)
        for name in (empty, folder):
            self.assertNotIn('report.html', os.listdir(name))


if __name__ == '__main__':
    rig.main()
