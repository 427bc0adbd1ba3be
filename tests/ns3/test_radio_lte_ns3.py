# SPDX-License-Identifier: GPL-2.0-or-later
"""LTE of ns-3 under both protocols: every shipped scenario with it passes, says what its radio did, and takes the same
course again."""
import glob
import json
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
ALL = sorted(glob.glob(os.path.join(TOP, 'scenarios', 'radio', 'lte-*.yaml')))
# connections, handovers, radio links lost
RADIO = {'lte-lost-pmip': (2, 0, 1), 'lte-x2-pmip': (1, 2, 0)}


def run(*words):
    done = subprocess.run([MOORING, 'run', '--engine', 'ns3', *words], capture_output=True, text=True, timeout=200)
    return done.returncode, done.stdout, done.stderr


@unittest.skipIf(ABSENT, ABSENT)
class Lte(unittest.TestCase):
    def test_all_of_them(self):
        code, out, err = run('-j', '2', *ALL)
        self.assertEqual(code, 0, out + err)
        self.assertIn('%d runs: %d passed, 0 failed' % (len(ALL), len(ALL)), out)
        self.assertGreater(len(ALL), 4)

    def test_what_the_radio_did(self):
        for name, did in RADIO.items():
            code, out, err = run(os.path.join(TOP, 'scenarios', 'radio', name + '.yaml'))
            self.assertEqual(code, 0, out + err)
            told = re.search(r'^LTE: (\d+) connections, (\d+) handovers, 0 failed, (\d+) radio links lost$', out, re.M)
            self.assertEqual(tuple(int(n) for n in told.groups()), did, out)

    def test_the_same_again(self):
        words = [os.path.join(TOP, 'scenarios', 'radio', 'lte-x2-pmip.yaml'), '--fingerprint', '--json']
        first, second = (json.loads(run(*words)[1])['runs'][0]['fingerprint'] for _ in range(2))
        self.assertEqual(first, second)


if __name__ == '__main__':
    unittest.main()
