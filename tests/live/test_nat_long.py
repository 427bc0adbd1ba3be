# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's NAT with a time-out of 10 s between our UE and our home agent: the shipped scenarios as they are.

only: --interop
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nat  # noqa: E402


@unittest.skipIf(nat.missing(), nat.missing())
class TenSeconds(unittest.TestCase):
    def test_shipped_scenarios(self):
        names = ('kernel-keepalive', 'kernel-idle', 'kernel-rebinding')
        for name, done in nat.side_by_side({name: (name,) for name in names}).items():
            print(done.stdout)
            self.assertIn(done.returncode, (0, 3), name + done.stdout + done.stderr)


if __name__ == '__main__':
    nat.closing(unittest.main(exit=False, verbosity=0).result)
