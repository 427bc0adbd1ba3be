# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped scenarios: all pass, all are valid by the JSON schema, all cite what exists; the documents made from the
language's table are fresh."""
import csv
import os
import re
import unittest

import rig

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None


class Shipped(rig.Case):
    def test_all_pass(self):
        code, out, err = rig.run('test', '-j', 2)
        self.assertEqual(code, 0, out + err)
        self.assertRegex(out.splitlines()[-1],
                         r'^\d+ runs: (\d+) passed, 0 failed, 0 inconclusive, 0 errors(, \d+ skipped)?$')
        self.assertEqual(err, '')
        # nothing is skipped but what needs ns-3
        skipped = re.findall(r'^skip ([^/:]+).*: (.*)$', out, re.M)
        with_radio = {os.path.basename(p)[:-5] for p in rig.shipped() if rig.radio(p)}
        self.assertEqual(with_radio, {name for name, _ in skipped})
        self.assertEqual({why for _, why in skipped}, {'needs --engine ns3'} if skipped else set())

    def test_families(self):
        families = {os.path.basename(os.path.dirname(p)) for p in rig.shipped()}
        self.assertLessEqual({'attach', 'handover', 'nat', 'detach', 'errors'}, families)
        self.assertGreaterEqual(len(rig.shipped()), 14)

    def test_names_are_those_of_the_files(self):
        for path in rig.shipped():
            with open(path, encoding='utf-8') as f:
                name = re.search(r'^scenario: (\S+)', f.read(), re.M).group(1)
            self.assertEqual(name + '.yaml', os.path.basename(path))

    def test_every_one_expects_something(self):
        import json
        code, out, _ = rig.run('list', '--json')
        self.assertEqual(code, 0)
        rows = json.loads(out)
        self.assertEqual(len(rows), len(rig.shipped()))
        for row in rows:
            self.assertGreater(row['expectations'], 0, row['file'])
            self.assertFalse(row['about'].endswith('.'), row['file'])

    def test_requirements_exist(self):
        with open(os.path.join(rig.TOP, 'docs/requirements.csv'), encoding='utf-8', newline='') as f:
            known = {row['id'] for row in csv.DictReader(f)}
        cited = 0
        for path in rig.shipped():
            with open(path, encoding='utf-8') as f:
                for entry in re.findall(r'covers: \[?([^\]\n]*)', f.read()):
                    for one in entry.split(','):
                        self.assertIn(one.strip(), known, path)
                        cited += 1
        self.assertGreater(cited, 20)


class Language(rig.Case):
    def test_everything_uses_every_verb(self):
        """A verb that no test ever runs would be a verb that may crash. Those of radios are run on ns-3 (tests/ns3)."""
        with open(os.path.join(rig.TOP, 'docs/scenario.md'), encoding='utf-8') as f:
            page = f.read()
        with open(os.path.join(rig.TOP, 'tests/sim/everything.yaml'), encoding='utf-8') as f:
            text = f.read()
        for path in filter(rig.radio, rig.shipped()):
            with open(path, encoding='utf-8') as f:
                text += f.read()
        used = set(re.findall(r'do: ([a-z0-9-]+)', text))
        for section in ('timeline', 'fault'):
            table = re.search(r'\n## %s\n.*?\n\| `do:`.*?\n\n' % section, page, re.S).group(0).split('| `do:`')[1]
            verbs = set(re.findall(r'^\| `([a-z0-9-]+)`', table, re.M))
            self.assertGreater(len(verbs), 3)
            self.assertEqual(verbs - used, set(), section)


class Documents(rig.Case):
    def fresh(self, option, name):
        _, made, _ = rig.run('check', option)
        with open(os.path.join(rig.TOP, 'docs', name), encoding='utf-8') as f:
            self.assertEqual(f.read(), made, 'stale; build/mooring check %s > docs/%s' % (option, name))
        return made

    def test_reference_is_fresh(self):
        text = self.fresh('--reference', 'scenario.md')
        for block in re.findall(r'```yaml\nscenario: (.*?)```', text, re.S):
            path = self.file('first-attach.yaml', 'scenario: ' + block)
            code, out, err = rig.run('run', path)
            self.assertEqual(code, 0, 'the example of docs/scenario.md\n' + out + err)

    def test_schema_is_fresh(self):
        self.fresh('--schema', 'scenario.schema.json')

    def test_schema_takes_what_the_reader_takes(self):
        if not jsonschema:
            self.skipTest('python3-jsonschema or python3-yaml is not installed')
        import json
        with open(os.path.join(rig.TOP, 'docs/scenario.schema.json'), encoding='utf-8') as f:
            schema = json.load(f)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in rig.shipped():
            with open(path, encoding='utf-8') as f:
                errors = [e.json_path + ': ' + e.message[:200] for e in validator.iter_errors(yaml.safe_load(f))]
            self.assertEqual(errors, [], path)

    def test_schema_refuses_what_it_can_know(self):
        if not jsonschema:
            self.skipTest('python3-jsonschema or python3-yaml is not installed')
        import json
        with open(os.path.join(rig.TOP, 'docs/scenario.schema.json'), encoding='utf-8') as f:
            validator = jsonschema.Draft202012Validator(json.load(f))
        folder = os.path.join(rig.TOP, 'tests/scenarios-bad')
        for name in ('key-unknown', 'key-unknown-nested', 'key-of-other-kind', 'key-of-other-verb',
                     'key-missing-of-kind', 'value-no-unit', 'value-unknown-unit', 'value-enum', 'value-verb',
                     'section-not-list', 'ref-timer'):
            with open(os.path.join(folder, name + '.yaml'), encoding='utf-8') as f:
                self.assertFalse(validator.is_valid(yaml.safe_load(f)), name)


if __name__ == '__main__':
    rig.main()
