# SPDX-License-Identifier: GPL-2.0-or-later
# only: --interop
"""A generated scenario that names thousands of nodes one by one loads in proportion to its length. Instructions are
counted, which a busy machine does not change; without valgrind there is nothing to count with."""
import os
import re
import shutil
import subprocess
import unittest

import rig

N = 250                         # whatever a check costs at all falls out of differences:
RATIO = 3.4                     # N to 4 N takes 3 times what N to 2 N takes; by the square it would be 5


def hosts(n):
    """UEs, each with an event, a flow and an expectation of its own that waits for the event."""
    yield 'nodes:'
    for i in range(n):
        yield '  host%d: {kind: ue, home-agent: ha, interfaces: [wlan]}' % i
    yield 'timeline:'
    for i in range(n):
        yield '  - {at: %dms, do: attach, node: host%d, interface: wlan, label: come%d}' % (1000 + i, i, i)
    yield 'traffic:'
    for i in range(n):
        yield '  - {flow: f%d, from: host%d, to: cn, interval: 1s, count: 2, start: 30s}' % (i, i)
    yield 'expect:'
    for i in range(n):
        after = 'X-%d' % (i - 1) if i % 3 else 'come%d' % i
        yield '  - {id: X-%d, message: BU, by: host%d, after: %s, count: [1, 5], ' \
              'clause: 24.303 5.1.2.4}' % (i, i, after)


def routers(n):
    """Routers on one large link, each with an access link of its own."""
    yield 'nodes:'
    for i in range(n):
        yield '  r%d: {kind: router}' % i
    yield 'links:'
    yield '  big: {prefix: "2001:db8:beef::/64", nodes: [%s]}' % ', '.join('r%d' % i for i in range(n))
    for i in range(n):
        yield '  a%d: {access: true, nodes: [r%d], prefix: "2001:db8:%x:%x::/64"}' % (
            i, i, 0x1000 + (i >> 12), i & 0xfff)
    yield 'expect: []'


def groups(n):
    """Groups of three, whose members are named, and rules for each."""
    yield 'nodes:'
    for i in range(n):
        yield '  team%d-: {kind: ue, home-agent: ha, interfaces: [lte, wlan], ifom: true, count: 3}' % i
    yield 'timeline:'
    for i in range(n):
        yield '  - {at: 20s, do: add-flow, node: team%d-2, fid: 1, over: [wlan], ' \
              'selector: {family: ipv6, protocol: 17}}' % i
        yield '  - {at: 30s, do: remove-flow, node: team%d-2, fid: 1}' % i
    yield 'traffic: []'
    yield 'expect: []'


class Load(rig.Case):
    def instructions(self, make, n):
        path, out = self.path('many.yaml'), self.path('counted')
        with open(path, 'w', encoding='utf-8') as f:
            base = os.path.join(rig.SCENARIOS, 'attach', 'ipv6.yaml')
            f.write('scenario: many\nextends: %s\nduration: 100s\n' % base)
            f.write('\n'.join(make(n)) + '\n')
        words = ['valgrind', '--tool=callgrind', '--callgrind-out-file=' + out, rig.MOORING, 'check', path]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout.decode()[-2000:])
        with open(out, encoding='utf-8') as f:
            return int(re.search(r'^(?:summary|totals): (\d+)', f.read(), re.M).group(1))

    @unittest.skipUnless(shutil.which('valgrind'), 'valgrind is not there to count instructions with')
    def test_in_proportion(self):
        for make in (hosts, routers, groups):
            few, twice, many = (self.instructions(make, n) for n in (N, 2 * N, 4 * N))
            self.assertLess((many - few) / (twice - few), RATIO, make.__name__)


if __name__ == '__main__':
    rig.main()
