# only: --interop
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shipped scenario, with cables in place of those of its links that have two ends: the same course, record for
record, whether the simulator or ns-3's PointToPointNetDevice carries their frames. Some then fail what they expect, in
the same way on both."""
import unittest

from cables import ABSENT, Equal, recast, shipped


@unittest.skipIf(ABSENT, ABSENT)
class Everything(unittest.TestCase):
    def test_all_on_cables(self):
        e, left_out = Equal(self), 0
        for path, links in shipped():
            words, n = recast(path, links)
            if n:
                e.compare(path, n, words)
            left_out += not n
        print('%d scenarios have no link that could be a cable' % left_out)
        e.tell()
        self.assertGreater(e.scenarios, 250)


if __name__ == '__main__':
    unittest.main()
