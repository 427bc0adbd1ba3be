# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of results that are not whole says so before all else: tables that lost lines, events that were cut, lists
that were interrupted. And what a capture cannot show is no zero on the page of its replay."""
import json
import os
import shutil

import rig
from rig import SMALL, run


class Damage(rig.Case):
    def setUp(self):
        super().setUp()
        self.small = self.file('small.yaml', SMALL)

    def page(self, folder, code=0):
        done = run('report', self.path(folder))
        self.assertEqual(done[0], code, done)
        with open(self.path(folder, 'report.html'), encoding='utf-8') as f:
            text = f.read()
        return text[text.index('<main'):], done[2]

    def many(self, folder, runs=4):
        done = run('run', self.small, '--runs', runs, '--tables', '-o', self.path(folder))
        self.assertEqual(done[0], 0, done)

    def change(self, folder, name, how):
        path = self.path(folder, name)
        with open(path, 'rb') as f:
            lines = f.readlines()
        with open(path, 'wb') as f:
            f.writelines(how(lines))

    def test_damaged_tables(self):
        self.many('whole')
        text, said = self.page('whole')
        self.assertNotIn('damaged', text)
        self.assertEqual(said, '')
        for name, how, told in (
                ('both', lambda lines: lines[:-1], 'says there are 4 runs, runs.csv has 3: cut short?'),
                ('runs.csv', lambda lines: lines[:2] + lines[3:], 'steps of a run that is not in runs.csv'),
                ('steps.csv', lambda lines: lines[:-1], 'run 4 has 1 steps')):
            shutil.rmtree(self.path('x'), ignore_errors=True)
            shutil.copytree(self.path('whole'), self.path('x'))
            for table in ('runs.csv', 'steps.csv') if name == 'both' else (name,):
                self.change('x', table, how)
            text, said = self.page('x', 3)
            self.assertIn('mooring: %s: these results are damaged, and the page says so: ' % self.path('x'), said)
            self.assertEqual(len(said.splitlines()), 1)
            for where in (text, said):
                self.assertIn(told, where)
                self.assertNotIn('--partial', where)
            self.assertLess(text.index('These results are damaged: '), text.index('class="verdict'))
            self.assertIn(' damaged</span>', text[:text.index('of 4 runs are here')])
            self.assertNotIn('class="verdict pass"', text[:text.index('of 4 runs are here')])

    def test_damaged_run(self):
        self.assertEqual(run('run', self.small, '-o', self.path('one'))[0], 0)
        self.assertNotIn('damaged', self.page('one')[0])
        for name, cut in (('events.jsonl', 20), ('handovers.csv', 5)):
            shutil.rmtree(self.path('x'), ignore_errors=True)
            shutil.copytree(self.path('one'), self.path('x'))
            os.truncate(self.path('x', name), os.path.getsize(self.path('x', name)) - cut)
            text, said = self.page('x', 3)
            self.assertIn(name, said)
            self.assertLess(text.index('These results are damaged: '), text.index('class="verdict'))
        # figures alone are no damage
        self.assertEqual(run('run', self.small, '--no-trace', '-o', self.path('one'))[0], 0)
        self.assertNotIn('damaged', self.page('one')[0])

    def test_not_whole(self):
        """An interrupted list, and one that was killed, passed nothing yet."""
        self.many('x')
        for state, word in (('interrupted', 'interrupted'), ('running', 'incomplete'), ('write-error', 'incomplete')):
            self.change('x', 'runs.csv', lambda lines: lines[:3])
            self.change('x', 'steps.csv', lambda lines: lines[:3])
            with open(self.path('x', 'runs.json'), 'r+', encoding='utf-8') as f:
                said = json.load(f)
                said.update(state=state, written=2)
                f.seek(0)
                f.truncate()
                json.dump(said, f)
            text, said = self.page('x')
            big = text[text.index('class="big"'):]
            big = big[:big.index('</p>')]
            self.assertIn(' %s</span> 2 of 4 runs are here: of these 2 of 2 runs passed' % word, big)
            self.assertNotIn('pass</span>', big)
            self.assertNotIn('damaged', text)

    def test_interrupted_run(self):
        self.assertEqual(run('run', self.small, '-o', self.path('one'))[0], 0)
        self.change('one', 'run.json', lambda lines: [line.replace(b'"finished"', b'"interrupted"') for line in lines])
        text = self.page('one')[0]
        self.assertLess(text.index(' interrupted</span>'), text.index(' pass</span>'))

    def test_losses_of_a_capture(self):
        """The page reads the events again: it must not count what `mooring replay` knows that it cannot."""
        run('run', 'ipv6-to-nat', '-o', self.path('tour'))
        self.assertIn('packets lost', self.page('tour')[0])
        code = run('replay', self.path('tour', 'trace.pcapng'), '--keys', self.path('tour', 'wireshark'), '-o',
                   self.path('again'))[0]
        self.assertIn(code, (0, 3))
        text = self.page('again')[0]
        self.assertIn('GAP-DN', text)
        self.assertNotIn('packets lost', text)


if __name__ == '__main__':
    rig.main()
