# SPDX-License-Identifier: GPL-2.0-or-later
"""Home agent and gateway ask our AAA server over Diameter, without anybody between them, and one that is not there.
Skipped where namespaces are refused."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools  # noqa: E402

WHY = tools.missing()


def scenario(name):
    return os.path.join(tools.TOP, 'tests', 'live', name + '.yaml')


@tools.patient
@tools.side_by_side
@unittest.skipIf(WHY, WHY)
class Direct(unittest.TestCase):
    def passes(self, name, *more):
        done = tools.live(scenario(name), *more)
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertNotIn('fail ', done.stdout)
        return done.stdout

    def test_home_agent(self):
        said = self.passes('aaa-direct')
        self.assertIn('ha.epc.example: aaa.aaa.example is connected', said)

    def test_gateway(self):
        said = self.passes('aaa-mag', '--set', 'duration=4s', '--set', 'traffic=[]', '--set', 'expect=[]')
        self.assertIn('mag2.epc.example: aaa.aaa.example is connected', said)

    def test_nobody_there(self):
        self.assertIn('Connection refused', self.passes('aaa-nobody'))

    def test_without_the_module_the_reason_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(tools.MOORING, folder)
            done = subprocess.run([alone, 'live', scenario('aaa-direct')], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn('mooring-diameter.so', done.stdout + done.stderr)

    def test_a_simulation_has_the_same_exchange(self):
        done = subprocess.run([tools.MOORING, 'run', scenario('aaa-direct')], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == '__main__':
    tools.main()
