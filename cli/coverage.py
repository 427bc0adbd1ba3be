# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes coverage.c: the requirement catalogue and every clause tag of the sources as C tables (cli/coverage.h).

usage: coverage.py TOP CATALOGUE OUTPUT SOURCE...
A tag is a requirement id or a clause in square brackets within a comment: [R24303-5.1.2.4-18],
[24.303 5.1.2.4; RFC 6275 11.7.1].
"""
import csv
import os
import re
import sys

COMMENT = re.compile(r'/\*.*?\*/', re.S)
BRACKETS = re.compile(r'\[([^\[\]]{3,200})\]', re.S)
ID = re.compile(r'R\d{3,5}[a-z]?-[\w.]+-\d+$')
CLAUSE = re.compile(r'(?:(?:TS )?\d\d\.\d{3}|RFC \d{3,5})(?: [\w.]+)?$')


def tags_of(text):
    """Yields (tag, line) for each id and clause in brackets. "RFC 6275 10, 11.7.1" repeats the document's name."""
    for comment in COMMENT.finditer(text):
        for match in BRACKETS.finditer(comment.group(0)):
            line = text.count('\n', 0, comment.start() + match.start()) + 1
            document = ''
            for part in re.split(r'[;,]| and ', match.group(1)):
                part = re.sub(r'[\s*]+', ' ', part).strip()
                if ID.match(part):
                    yield part, line
                    continue
                if not CLAUSE.match(part) and document:
                    part = document + ' ' + part
                if CLAUSE.match(part):
                    document = ' '.join(part.split()[:2]) if part.startswith('RFC') else part.split()[0]
                    yield part, line


def quoted(text):
    """As a C string, in ASCII."""
    octets = ('\\' + chr(b) if chr(b) in '"\\' else chr(b) if 32 <= b < 127 else '\\%03o' % b for b in text.encode())
    return '"' + ''.join(octets) + '"'



def main():
    top, catalogue, output, sources = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    with open(catalogue, encoding='utf-8', newline='') as f:
        rows = list(csv.DictReader(f))
    tags = set()
    for source in sources:
        with open(source, encoding='utf-8') as f:
            name = os.path.relpath(source, top)
            tags.update((tag, name, line) for tag, line in tags_of(f.read()))
    with open(output, 'w', encoding='utf-8') as f:
        f.write('/* SPDX-License-Identifier: GPL-2.0-or-later */\n'
                '/* Made by cli/coverage.py from docs/requirements.csv and the clause tags of the sources. */\n'
                '#include <stddef.h>\n\n#include "cli/coverage.h"\n\n'
                'const struct requirement_row coverage_requirements[] = {\n')
        for row in rows:
            texts = ', '.join(quoted(row[k]) for k in ('id', 'role', 'level', 'source', 'clause', 'text'))
            f.write('\t{ %s, %s },\n' % (texts, 'true' if row['applies'] == 'yes' else 'false'))
        f.write('\t{ NULL, NULL, NULL, NULL, NULL, NULL, false }\n};\n\nconst struct tag_row coverage_tags[] = {\n')
        for tag, name, line in sorted(tags):
            f.write('\t{ %s, %s, %d },\n' % (quoted(tag), quoted(name), line))
        f.write('\t{ NULL, NULL, 0 }\n};\n')


if __name__ == '__main__':
    main()
