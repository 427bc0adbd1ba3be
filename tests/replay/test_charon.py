# SPDX-License-Identifier: GPL-2.0-or-later
"""The references made with strongSwan: every message and packet of theirs opens with the keys beside them, and every
AUTH payload, MAC and derived key of both ends is right."""
import json
import os
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))


class Charon(unittest.TestCase):
    def replay(self, name, *proved):
        folder = os.path.join(TOP, 'traces', 'reference', name)
        capture = os.path.join(folder, name + '.pcap')
        self.assertLess(os.path.getsize(capture), 60000)
        done = subprocess.run([MOORING, 'replay', '--keys', folder, capture, '--json'], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout)['verdict'], 'pass', done.stdout)
        text = subprocess.run([MOORING, 'replay', '--keys', folder, capture], capture_output=True, text=True).stdout
        for words in proved:
            self.assertIn(words, text)

    def test_responder(self):
        self.replay('charon-responder', 'all 28 IKE ICVs are right', 'all 3 AUTH payloads are right',
                    'all 2 MACs of EAP-AKA are right', 'all 6 keys of child SAs are right', 'all 12 ESP ICVs are right')

    def test_initiator(self):
        self.replay('charon-initiator', 'all 24 IKE ICVs are right', 'all 3 AUTH payloads are right',
                    'all 6 keys of child SAs are right', 'all 12 ESP ICVs are right')


if __name__ == '__main__':
    tests = unittest.main(exit=False, verbosity=0).result
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed' % (tests.testsRun - bad, bad))
    sys.exit(1 if bad else 0)
