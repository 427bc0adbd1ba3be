# SPDX-License-Identifier: GPL-2.0-or-later
# only: --interop
# timeout: 1800
"""docs/studies and docs/first-figure.md at full size: every command as it stands there, and every line that the page
shows of its output, to the digit. Runs are the same on every machine, so are means, intervals and tests down to what is
printed of them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'sim'))
import rig  # noqa: E402
import studies  # noqa: E402


class Whole(rig.Case):
    def test_studies(self):
        compared = 0
        for name in studies.names() + [studies.FIRST]:
            folder = self.path(os.path.basename(name))
            studies.stand(folder)
            studies.first_scenario(folder)
            for line, command, shown in studies.examples(name):
                with self.subTest(study=name, line=line):
                    printed = studies.execute(command, folder)
                    for text in shown:
                        self.assertIsNone(studies.missing(text, printed), printed)
                        compared += len(text.splitlines())
        self.assertGreater(compared, 90)


if __name__ == '__main__':
    rig.main()
