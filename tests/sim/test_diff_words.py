# SPDX-License-Identifier: GPL-2.0-or-later
"""mooring diff in words: what differs, by how much, by which test over how many values; and that the words agree with
the figures that --json gives."""
import json
import re

import rig
from rig import SMALL, run


class Words(rig.Case):
    def sweep(self, name, *words):
        self.assertEqual(0, run('run', self.file('small.yaml', SMALL), '--tables', '-o', self.path(name), *words)[0])
        return self.path(name)

    def diff(self, *words):
        code, out, err = run('diff', *words)
        self.assertEqual('', err)
        figures = {f['metric']: f for f in json.loads(run('diff', *words, '--json')[1])['pairs'][0]['figures']}
        return code, out, figures

    def test_pairs(self):
        folder = self.sweep('a', '--set', 'links.lte.delay={15ms,60ms}', '--runs', 9)
        code, out, figures = self.diff(folder, '--a', '=15ms', '--b', '=60ms')
        self.assertEqual(1, code)
        # a delay that does not vary adds the same to every run
        said = re.search(r'\n  ue attach lte: TOTAL is ([\d.]+) ms more in B for every seed '
                         r'\(paired t test, 9 seeds\); of any two values B above A in (\d+) %\n', out)
        f = figures['total']
        self.assertEqual(f['difference_low'], f['difference_high'])
        self.assertAlmostEqual(f['difference'] / 1e6, float(said.group(1)), delta=0.051)
        self.assertEqual(round(50 * (1 + f['delta'])), int(said.group(2)))
        self.assertRegex(out, r'\nTOTAL .* 9 pairs  .*differs\n')
        self.assertIn('TOTAL is %s ms less in B' % said.group(1), self.diff(folder, '--a', '=60ms', '--b', '=15ms')[1])

    def test_without_common_seeds(self):
        a, b = self.sweep('a', '--runs', 6), self.sweep('b', '--runs', 7, '--seed', 1000)
        code, out, figures = self.diff(a, b, '--metric', 'total')
        self.assertEqual(0, code)
        low, high = re.search(r'\n  ue attach lte: TOTAL shows no difference; B - A may lie in \[(\S+), (\S+)\] '
                              r"\(Welch's t test, 6 and 7 values\)", out).groups()
        self.assertAlmostEqual(figures['total']['difference_low'] / 1e6, float(low), delta=0.51)
        self.assertAlmostEqual(figures['total']['difference_high'] / 1e6, float(high), delta=0.51)
        self.assertRegex(out, r'\nTOTAL .*Welch 6, 7 ')

    def test_nothing_to_say(self):
        a = self.sweep('a', '--runs', 3)
        code, out, _ = self.diff(a, a)
        self.assertEqual(0, code)
        self.assertNotIn('In words', out)


if __name__ == '__main__':
    rig.main()
