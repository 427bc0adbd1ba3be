# SPDX-License-Identifier: GPL-2.0-or-later
"""The studies in docs/studies: their commands, run as they stand there (```sh), and what they say these print (```text
behind such a block: lines of the output in their order, others may lie between)."""
import os
import re
import subprocess

import rig

FOLDER = os.path.join(rig.TOP, 'docs', 'studies')
BLOCK = re.compile(r'^```(sh|text)\n(.*?)^```$', re.M | re.S)


def names():
    return sorted(n for n in os.listdir(FOLDER) if n.endswith('.md'))


def text(name):
    with open(os.path.join(FOLDER, name), encoding='utf-8') as f:
        return f.read()


FIRST = os.path.join(os.pardir, 'first-figure.md')


def first_scenario(folder):
    """Writes the scenario that stands in docs/first-figure.md to where its commands look for it."""
    block = re.search(r'^```yaml\n(scenario: lossy-wlan\n.*?)^```$', text(FIRST), re.M | re.S)
    with open(os.path.join(folder, 'lossy-wlan.yaml'), 'w', encoding='utf-8') as f:
        f.write(block.group(1))


def examples(name):
    """[(line, command, [what is shown of its output])] of a study. A second text behind a command is of it, too."""
    found = []
    for m in BLOCK.finditer(text(name)):
        if m.group(1) == 'sh':
            found.append((text(name)[:m.start()].count('\n') + 1, m.group(2), []))
        else:
            found[-1][2].append(m.group(2))
    return found


def stand(folder):
    """Makes the folder look like the top of the source tree, for what the commands use of it."""
    os.makedirs(os.path.join(folder, 'build'))
    os.symlink(os.path.abspath(rig.MOORING), os.path.join(folder, 'build', 'mooring'))
    for name in 'scenarios', 'python', 'tests':
        os.symlink(os.path.join(rig.TOP, name), os.path.join(folder, name))


def execute(command, folder):
    """What it prints. `mooring diff` says by 1 that it found something; whatever else is not 0 is an error."""
    done = subprocess.run(['sh', '-e', '-c', command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=900, check=False,
                          env=dict(os.environ, MOORING=os.path.abspath(rig.MOORING), MOORING_TOP=rig.TOP))
    if done.returncode not in (0, 1 if command.startswith('build/mooring diff') else 0):
        raise AssertionError('%s\nended with %d:\n%s' % (command, done.returncode, done.stderr))
    return done.stdout


def missing(shown, printed):
    """The first line shown that is not printed, or not behind the ones before it; None."""
    lines = iter([line.rstrip() for line in printed.splitlines()])
    for line in shown.splitlines():
        if line.strip() and not any(line.rstrip() == other for other in lines):
            return line
    return None
