# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/studies: every command of every study runs, with few runs; what it prints has the lines that the page shows, by
their names. tests/interop/test_studies_whole.py compares the figures."""
import os
import re
import shutil

import rig
import studies

RUNS = 3
PICTURES = bool(shutil.which('gnuplot'))


def small(command):
    """With few runs; without what draws where nothing can draw."""
    command = re.sub(r'--runs \d+', '--runs %d' % RUNS, command)
    return command if PICTURES else re.sub(r'(?m)^build/mooring plot .*\n', '', command)


def label(line):
    """What a line is called, without its figures; None for the heads of tables, whose width depends on these, and for
    notes, which want many runs."""
    words = line.split()
    return words[0] if words and re.match(r'[A-Za-z]+(?!.*:)', words[0]) and not line.startswith(' ') else None


class Studies(rig.Case):
    def study(self, name):
        ran = 0
        studies.stand(self.folder)
        for line, command, shown in studies.examples(name):
            if 'tests/' in command:     # a test of its own
                continue
            with self.subTest(study=name, line=line):
                printed = studies.execute(small(command), self.folder)
                labels = {label(text) for text in printed.splitlines()}
                for text in ''.join(shown).splitlines():
                    self.assertIn(label(text), labels | {None}, text)
                ran += 1
        return ran

    def test_rana(self):
        self.assertEqual(3, self.study('rana-2017.md'))

    def test_nat_vs_native(self):
        self.assertEqual(4, self.study('nat-vs-native.md'))

    def test_dsmip_vs_pmip(self):
        self.assertEqual(5, self.study('dsmip-vs-pmip.md'))

    def test_every_study(self):
        """Each has a question, a result and threats; its pictures are there, and are made by its commands."""
        self.assertEqual(['dsmip-vs-pmip.md', 'nat-vs-native.md', 'rana-2017.md'], studies.names())
        used = set()
        for name in studies.names():
            text = studies.text(name)
            for part in 'Question', 'Set-up', 'Result', 'Threats to validity':
                self.assertIn('\n## ' + part, text, name)
            for picture in re.findall(r'!\[.*?\]\(pictures/(.*?)\)', text):
                used.add(picture)
                with open(os.path.join(studies.FOLDER, 'pictures', picture), encoding='utf-8') as f:
                    self.assertIn('<svg', f.read(500), picture)
                made = '%s -> docs/studies/pictures/%s' % (picture, picture)
                stem, kind = re.match(r'(.*)-(\w+)\.svg', picture).groups()
                self.assertRegex(text, r'build/mooring plot \S+( -k \w+)? -o \S+/%s\.svg' % kind, made)
                self.assertTrue(name.startswith(stem), made)
        self.assertEqual(used, set(os.listdir(os.path.join(studies.FOLDER, 'pictures'))))


if __name__ == '__main__':
    rig.main()
