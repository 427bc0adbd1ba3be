# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is switched on, and what link is up, is the timeline's; where the station is, the radio's: neither forgets what
the other did meanwhile."""
import json
import os
import tempfile
import unittest

from recorded import ABSENT, TOP, mooring

RADIO = os.path.join(TOP, 'scenarios', 'radio')


@unittest.skipIf(ABSENT, ABSENT)
class Switched(unittest.TestCase):
    def carriers(self, base, node, *actions):
        """(time, link, up) of the node's interface, on ns-3, and the same of its recording."""
        lines = ['{at: 1s, do: attach, node: %s, interface: wlan}' % node, *actions]
        with tempfile.TemporaryDirectory(prefix='mooring-') as folder:
            path, tape = (os.path.join(folder, name) for name in ('s.yaml', 's.l2'))
            with open(path, 'w', encoding='utf-8') as f:
                f.write('scenario: s\nabout: s\nextends: %s\ntimeline:\n' % os.path.join(RADIO, base))
                f.writelines('  - %s\n' % line for line in lines)
            found = []
            for words in (('--engine', 'ns3', '--record-l2', tape), ('--set', 'links.from=' + tape)):
                out = os.path.join(folder, 'out%d' % len(found))
                done = mooring(path, *words, '-o', out)
                self.assertIn(done.returncode, (0, 1, 2), done.stderr)
                with open(os.path.join(out, 'events.jsonl'), encoding='utf-8') as f:
                    found.append([(r['t'], r['link'], r['up']) for r in map(json.loads, f)
                                  if r.get('kind') == 'carrier' and r['node'] == node])
        self.assertEqual(found[0], found[1])
        return [(link, up) for _, link, up in found[0]]

    def test_a_cell_that_is_down_is_left(self):
        self.assertEqual(self.carriers('dsmip-missed-3.yaml', 'ue', '{at: 5s, do: link-down, link: wlan}',
                                       '{at: 9s, do: link-up, link: wlan}'),
                         [('wlan', True), ('wlan', False), ('wlan2', True)])

    def test_switched_off_between_two_cells(self):
        self.assertEqual(self.carriers('pmip-missed-3.yaml', 'mn', '{at: 8820ms, do: detach, node: mn}'),
                         [('wlan', True), ('wlan', False)])

    def test_switched_off_before_there_was_a_cell(self):
        self.assertEqual(self.carriers('pmip-missed-3.yaml', 'mn', '{at: 8820ms, do: detach, node: mn}',
                                       '{at: 8830ms, do: attach, node: mn, interface: wlan}',
                                       '{at: 8840ms, do: detach, node: mn}'),
                         [('wlan', True), ('wlan', False)])

    def test_a_link_down_between_two_cells(self):
        down = '{at: 8820ms, do: link-down, node: mn, interface: wlan}'
        up = '{at: 10s, do: link-up, node: mn, interface: wlan}'
        self.assertEqual(self.carriers('pmip-missed-3.yaml', 'mn', down), [('wlan', True), ('wlan', False)])
        self.assertEqual(self.carriers('pmip-missed-3.yaml', 'mn', down, up),
                         [('wlan', True), ('wlan', False), ('wlan2', True)])

    def test_a_stay_that_is_too_short(self):
        """ns-3 ends the process when a radio is told to change its channel while it does so."""
        done = mooring(os.path.join(RADIO, 'dsmip-snr-active.yaml'), '--engine', 'ns3', '--set',
                       'radio.stations.ue.dwell=100us', '--no-trace')
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn('a station stays on a channel for 1 ms or more', done.stderr)


if __name__ == '__main__':
    unittest.main()
