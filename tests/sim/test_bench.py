# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring bench crypto`: the table it shows, the cost table it writes, and what docs/crypto.md says of its rows."""
import json
import os
import re

import rig
import yaml
from rig import run

PRICE = r'[0-9]+([.][0-9]+)?(ps|ns|us|ms|s)'
SCALE = {'ps': 1, 'ns': 10**3, 'us': 10**6, 'ms': 10**9, 's': 10**12}


def picoseconds(text):
    number, unit = re.fullmatch(r'([0-9.]+)([a-z]+)', text).groups()
    return float(number) * SCALE[unit]


class Bench(rig.Case):
    def test_table_and_files(self):
        path = self.path('costs.yaml')
        code, out, err = run('bench', 'crypto', '--output', path)
        self.assertEqual((code, err), (0, ''))
        with open(path, encoding='utf-8') as f:
            costs = yaml.safe_load(f)
        rows = [line.split() for line in out.splitlines()[1:]]
        self.assertEqual([row[0] for row in rows], list(costs))
        self.assertEqual([row[1] for row in rows], list(costs.values()))
        for name, price in costs.items():
            self.assertRegex(price, '^' + PRICE + '$', name)
        # what must hold on any machine
        self.assertGreater(picoseconds(costs['sign-rsa-2048']), 3 * picoseconds(costs['verify-rsa-2048']))
        self.assertGreater(picoseconds(costs['derive-modp-2048']), picoseconds(costs['prf']))
        self.assertLess(picoseconds(costs['derive-modp-2048']), 5 * picoseconds(costs['keygen-modp-2048']))

    def test_json(self):
        code, out, err = run('bench', 'crypto', '--json')
        self.assertEqual((code, err), (0, ''))
        costs = json.loads(out)
        self.assertEqual(yaml.safe_load(out), costs)
        with open(os.path.join(rig.TOP, 'docs', 'crypto.md'), encoding='utf-8') as f:
            page = f.read().replace('`verify-…`', '`verify-rsa-2048` `verify-ecdsa-p-256` `verify-ed25519`')
        for name in costs:
            self.assertIn('`%s`' % name, page)

    def test_usage(self):
        for words in (['bench'], ['bench', 'what'], ['bench', 'crypto', 'x'], ['bench', '--no']):
            code, out, err = run(*words)
            self.assertEqual((code, out), (2, ''), words)
            self.assertTrue(err.startswith('mooring:'), err)
        code, _, err = run('bench', 'crypto', '-o', self.path('no/such/folder'))
        self.assertEqual(code, 77)
        self.assertIn('no/such/folder', err)


if __name__ == '__main__':
    rig.main()
