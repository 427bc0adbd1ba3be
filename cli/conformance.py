# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes docs/conformance.md: every requirement of the catalogue with the code that carries its tag, the shipped
scenarios whose expectations cover it, and what these said when they ran just now.

usage: conformance.py TOP MOORING [OUTPUT]        OUTPUT: a file, else standard output

Run by `./waf conformance`; tests/sim/test_conformance.py notices when the page is not what the sources say any more.
"""
import csv
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import coverage  # noqa: E402

STATES = ('scenario', 'code', 'not applicable', 'missing')
SOURCES = ('model/**/*.[ch]', 'traces/*.[ch]', 'emu/*.[ch]', 'scenarios/*.[ch]')
RANK = ('pass', 'inconclusive', 'skip', 'fail', 'error')
REASON = re.compile(r'\[([^\[\]]+)\]$')

HEAD = """# Conformance

What of the documents is built, and what shows it. Made by `./waf conformance` from the requirement catalogue
(docs/requirements.csv), the clause tags of the sources and one run of every shipped scenario; do not edit it.

A requirement counts as **scenario** when an expectation of a shipped scenario covers it, as **code** when only a tag
in the sources does, as **not applicable** when the catalogue says why in brackets behind its text. A requirement on two
roles counts for both.
`mooring list --clause 5.1.2.4` shows the same for one clause, with lines.
"""


def read_catalogue(top):
    with open(os.path.join(top, 'docs', 'requirements.csv'), encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f))


def read_code(top):
    """requirement id -> files that carry its tag"""
    found = {}
    for pattern in SOURCES:
        for path in glob.glob(os.path.join(top, pattern), recursive=True):
            with open(path, encoding='utf-8') as f:
                for tag, _ in coverage.tags_of(f.read()):
                    found.setdefault(tag, set()).add(os.path.relpath(path, top))
    return found


def run_scenarios(mooring):
    """requirement id -> {family/name: worst verdict of the expectations that cover it}"""
    ran = subprocess.run([mooring, 'test', '-j', '2', '--json'], stdout=subprocess.PIPE, check=False)
    found = {}
    for run in json.loads(ran.stdout)['runs']:
        name = os.path.basename(os.path.dirname(run['file'])) + '/' + run['scenario']
        for check in run['checks']:
            for tag in (check['requirements'] or '').split():
                seen = found.setdefault(tag, {})
                seen[name] = max(seen.get(name, 'pass'), check['verdict'], key=RANK.index)
    return found


def state_of(row, code, shown):
    if row['id'] in shown:
        return 'scenario'
    if row['id'] in code:
        return 'code'
    return 'missing' if row['applies'] == 'yes' else 'not applicable'


def totals(rows, states):
    """The lines of the table of roles."""
    counts = {}
    for row in rows:
        for role in row['role'].split('+'):
            counts.setdefault(role, dict.fromkeys(STATES, 0))[states[row['id']]] += 1
    yield '| role | ' + ' | '.join(STATES) + ' | shown by a scenario, of what applies |'
    yield '|---|' + '---:|' * (len(STATES) + 1)
    for role, count in counts.items():
        applies = sum(count.values()) - count['not applicable']
        share = '%.0f %%' % (100 * count['scenario'] / applies) if applies else '-'
        yield '| %s | %s | %s |' % (role, ' | '.join(str(count[s]) for s in STATES), share)


def line_of(row, state, code, shown):
    text = row['text'].replace('|', '\\|')
    where = ', '.join(sorted(code.get(row['id'], ())))
    runs = ', '.join('%s%s' % (name, '' if verdict == 'pass' else ' **%s**' % verdict)
                     for name, verdict in sorted(shown.get(row['id'], {}).items()))
    verdicts = shown.get(row['id'], {}).values()
    verdict = max(verdicts, key=RANK.index) if verdicts else '-' if state == 'code' else state
    return '| %s | %s | %s | %s | %s | %s | %s |' % (row['id'], row['role'], row['level'], text, where or '-',
                                                     runs or '-', verdict)


def page(rows, code, shown):
    states = {row['id']: state_of(row, code, shown) for row in rows}
    yield from HEAD.splitlines()
    yield ''
    yield from totals(rows, states)
    place = None
    for row in rows:
        if place != (row['source'], row['clause']):
            place = (row['source'], row['clause'])
            yield ''
            yield '## %s, %s' % place
            yield ''
            yield '| id | role | level | requirement | code | scenarios | verdict |'
            yield '|---|---|---|---|---|---|---|'
        yield line_of(row, states[row['id']], code, shown)


def groundless(rows):
    """Rows that do not apply and do not say why."""
    return [row['id'] for row in rows if row['applies'] != 'yes' and not REASON.search(row['text'])]


def main():
    top, mooring = sys.argv[1], sys.argv[2]
    rows = read_catalogue(top)
    for bad in groundless(rows):
        sys.exit('docs/requirements.csv: %s does not apply, and does not say why in [brackets] at its end' % bad)
    text = '\n'.join(page(rows, read_code(top), run_scenarios(mooring))) + '\n'
    if len(sys.argv) > 3:
        with open(sys.argv[3], 'w', encoding='utf-8') as f:
            f.write(text)
    else:
        sys.stdout.write(text)


if __name__ == '__main__':
    main()
