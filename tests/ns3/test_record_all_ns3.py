# only: --interop
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every scenario with a radio, each policy, each point of its sweep's ends and another seed: recorded on ns-3 and
replayed without it, the same course record for record."""
import os
import re
import unittest

from recorded import ABSENT, TOP, Compared

RADIO = os.path.join(TOP, 'scenarios', 'radio')
POLICIES = (['missed-beacons=10'], ['missed-beacons=3', 'scan=active'],
            ['roaming=snr', 'snr=12.2', 'scan=active', 'channels=[36,40]', 'missed-beacons=10'])


def radios():
    for name in sorted(os.listdir(RADIO)):
        if name.endswith('.yaml'):
            with open(os.path.join(RADIO, name), encoding='utf-8') as f:
                yield os.path.join(RADIO, name), f.read()


def first_points(text):
    """One value for each path that the file sweeps."""
    sweep = re.search(r'^sweep:[^\n]*\n((?:[ #][^\n]*\n)*)', text, re.M)
    for path, value in re.findall(r'^ +([\w.-]+): *\[([^,\]]+)', sweep.group(1) if sweep else '', re.M):
        yield from ('--set', '%s=%s' % (path, value.strip().strip('"')))


@unittest.skipIf(ABSENT, ABSENT)
class Recorded(unittest.TestCase):
    def test_every_radio(self):
        c = Compared()
        for path, text in radios():
            c.compare(self, path, *first_points(text), plain='missed-3' in path)
        self.assertGreater(c.scenarios, 15)
        c.tell(self)

    def test_policies_and_seeds(self):
        """Another policy than the scenario's may miss what it expects of the gap: then both do."""
        c = Compared(verdicts=(0, 1))
        for protocol, node in (('pmip', 'mn'), ('dsmip', 'ue')):
            path = os.path.join(RADIO, protocol + '-beacons.yaml')
            for i, settings in enumerate(POLICIES):
                words = [w for one in settings for w in ('--set', 'radio.stations.%s.%s' % (node, one))]
                if 'roaming=snr' in settings:
                    words += ['--set', 'radio.access-points.wlan2.channel=40']
                c.compare(self, path, *words, '--seed', str(7 + i))
        c.tell(self)


if __name__ == '__main__':
    unittest.main()
