# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's NAT with a time-out of 10 s between our UE and our home agent: the shipped scenarios as they are.

only: --interop
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nat  # noqa: E402
import tools  # noqa: E402

NAMES = ('kernel-keepalive', 'kernel-idle', 'kernel-rebinding')
WHY = nat.missing()


@tools.patient
@unittest.skipIf(WHY, WHY)
class TenSeconds(unittest.TestCase):
    done = tools.Runs(nat.live, {name: (name,) for name in NAMES})

    def test_shipped_scenarios(self):
        for name in NAMES:
            done = self.done[name]
            print(done.stdout)
            self.assertIn(done.returncode, (0, 3), name + done.stdout + done.stderr)


if __name__ == '__main__':
    tools.main()
