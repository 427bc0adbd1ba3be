# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/first-figure.md: its scenario is good, its commands run, with few runs, and what they print has the lines that
the page shows, by their names; with all runs (tests/interop/test_studies_whole.py) to the digit."""
import os
import re

import rig
import studies
from test_studies import PICTURES, label, small


class FirstFigure(rig.Case):
    def test_page(self):
        studies.stand(self.folder)
        studies.first_scenario(self.folder)
        examples = studies.examples(studies.FIRST)
        self.assertEqual(5, len(examples))
        for line, command, shown in examples:
            printed = studies.execute(small(command), self.folder)
            labels = {label(text) for text in printed.splitlines()}
            for text in ''.join(shown).splitlines():
                if 'ue lte > wlan:' not in text:      # what is told in words depends on what was found
                    self.assertIn(label(text), labels | {None}, 'line %d: %s' % (line, text))
        for name in ('total.pdf', 'gap.pdf') if PICTURES else ():
            with open(self.path(name), 'rb') as f:
                self.assertEqual(f.read(4), b'%PDF')
        self.assertTrue(os.path.exists(self.path('lossy', 'report.html')))

    def test_error_shown(self):
        """The error that the page shows is what is said."""
        studies.first_scenario(self.folder)
        with open(self.path('lossy-wlan.yaml'), encoding='utf-8') as f:
            bad = f.read().replace('gap: 50ms', 'gap: 50')
        self.file('lossy-wlan.yaml', bad)
        code, _, err = rig.run('check', 'lossy-wlan.yaml', cwd=self.folder)
        self.assertEqual(code, 2)
        block = re.search(r'((?:    .*\n){3})', studies.text(studies.FIRST)[studies.text(studies.FIRST).index('slip'):])
        self.assertEqual(err, re.sub('(?m)^    ', '', block.group(1)))


if __name__ == '__main__':
    rig.main()
