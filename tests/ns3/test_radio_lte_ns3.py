# SPDX-License-Identifier: GPL-2.0-or-later
"""LTE of ns-3 under both protocols: every shipped scenario with it passes, and takes the same course again."""
import glob
import json
import os
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
FOLDER = os.path.join(TOP, 'scenarios', 'radio')
ALL = sorted(glob.glob(os.path.join(FOLDER, 'lte-*.yaml')))


def run(*words):
    done = subprocess.run([MOORING, 'run', '--engine', 'ns3', '--fingerprint', '--json', *words], capture_output=True,
                          text=True, timeout=200)
    return {one['scenario']: one for one in json.loads(done.stdout)['runs']}, done


@unittest.skipIf(ABSENT, ABSENT)
class Lte(unittest.TestCase):
    def test_all_of_them(self):
        runs, done = run('-j', '2', *ALL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({name + '.yaml' for name in runs}, {os.path.basename(path) for path in ALL})
        self.assertGreater(len(ALL), 4)
        for name, one in runs.items():
            self.assertEqual(one['verdict'], 'pass', name)
        again, _ = run(os.path.join(FOLDER, 'lte-x2-pmip.yaml'))
        self.assertEqual(again['lte-x2-pmip']['fingerprint'], runs['lte-x2-pmip']['fingerprint'])


if __name__ == '__main__':
    unittest.main()
