# SPDX-License-Identifier: GPL-2.0-or-later
"""Enforces the rules of the source tree (rules.py), after each rule has shown that it finds what breaks it."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rules  # noqa: E402


def tracked_files(top):
    """What git tracks or would track; without git every file outside build products and caches."""
    try:
        listing = subprocess.check_output(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=top,
                                          stderr=subprocess.DEVNULL).decode()
        names = listing.split('\0')
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, files in os.walk(top):
            folders[:] = [f for f in folders if not f.startswith(('build', '.git', '.waf-cache', '__pycache__'))]
            names += [os.path.relpath(os.path.join(folder, f), top) for f in files]
    paths = {n: os.path.join(top, n) for n in names if n}
    return sorted(n for n, path in paths.items() if os.path.isfile(path) and not os.path.islink(path))


def compiled_files(top, build):
    try:
        with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as f:
            return {os.path.relpath(entry['file'], top) for entry in json.load(f)}
    except OSError:
        return None


def example_tree(path):
    """A tree in which only the example's file and what clean examples include exist."""
    tree = rules.Tree(os.devnull, [path, 'model/base/time.h', 'model/wire/a.h', 'model/net/host.h', 'model/entity/ha.h',
                                   'model/entity/entity.h', 'model/world/world.h', 'traces/a.h'], {'cli/live.c'})
    tree.readme = 'model/ traces/ scenarios/ cli/ docs/ tests/'
    tree.requirements = {'R24303-5.1-1'}
    return tree


def prove_rules():
    """Yields what is wrong with the rules themselves."""
    proven = set()
    for rule, path, bad, good in rules.EXAMPLES:
        tree = example_tree(path)
        if not list(rule(path, bad, tree)):
            yield '%s does not notice: %r in %s' % (rule.__name__, bad[:80], path)
        if good is not None and list(rule(path, good, tree)):
            yield '%s finds fault with: %r in %s: %s' % (rule.__name__, good[:80], path, list(rule(path, good, tree)))
        proven.add(rule)
    for rule in rules.RULES:
        if rule not in proven:
            yield '%s has no example' % rule.__name__


def main():
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    build = os.environ.get('MOORING_BUILD', os.path.join(top, 'build'))
    unsound = list(prove_rules())
    print(''.join('self-test: %s\n' % line for line in unsound), end='')
    tree = rules.Tree(top, tracked_files(top), compiled_files(top, build))
    broken = set()
    for path in tree.paths:
        try:
            text = tree.read(path)
        except UnicodeDecodeError:
            continue  # a capture or picture
        for rule in rules.RULES:
            for line, message in rule(path, text, tree):
                print('%s:%d: %s (%s)' % (path, line, message, rule.__name__))
                broken.add(rule)
    failed = len(broken) + len(unsound)
    passed = len(rules.RULES) - len(broken) + max(0, len(rules.EXAMPLES) - len(unsound))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not tree.paths else 0


if __name__ == '__main__':
    sys.exit(main())
