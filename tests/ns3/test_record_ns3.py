# SPDX-License-Identifier: GPL-2.0-or-later
"""A run on ns-3's radio is recorded and replayed without ns-3: the same course, record for record; the recorder does
not change the run. The whole family is in test_record_all_ns3.py."""
import os
import tempfile
import unittest

from recorded import ABSENT, BAD, LIBRARY, TOP, Compared, mooring

RADIO = os.path.join(TOP, 'scenarios', 'radio')
WALK = os.path.join(TOP, 'tests', 'sim', 'radio', 'walk')


@unittest.skipIf(ABSENT, ABSENT)
class Recorded(unittest.TestCase):
    def test_the_same_course(self):
        c = Compared()
        c.compare(self, os.path.join(RADIO, 'pmip-missed-3.yaml'), plain=True)
        c.compare(self, os.path.join(RADIO, 'dsmip-snr-active.yaml'))
        c.tell(self)

    def test_wires_for_many(self):
        """CSMA: every port hears everything, and short frames are filled up."""
        links = ('core', 'lte')
        words = [word for link in links for word in ('--set', 'links.%s.medium=ns3' % link)]
        words += [word for link in links for word in ('--set', 'links.%s.delay=2us' % link)]
        c = Compared()
        c.compare(self, os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml'), *words)
        c.tell(self)

    def test_the_kept_recording_is_of_today(self):
        """What tests/sim replays is what ns-3 says now (of the release that it was made with)."""
        with tempfile.TemporaryDirectory(prefix='mooring-') as folder:
            path = os.path.join(folder, 'walk.l2')
            self.assertEqual(mooring(WALK + '.yaml', '--engine', 'ns3', '--record-l2', path).returncode, 0)
            with open(path, encoding='utf-8') as now, open(WALK + '.l2', encoding='utf-8') as kept:
                now, kept = now.read().splitlines(), kept.read().splitlines()
        if now[0].split()[-1] != kept[0].split()[-1]:
            self.skipTest('it was made with another ns-3: ' + kept[0])
        self.assertEqual(now[1:], kept[1:], 'another course: see tests/sim/test_radio_traces.py')

    def test_several_runs_several_files(self):
        done = mooring(WALK + '.yaml', '--engine', 'ns3', '--runs', '2', '--record-l2', 'x.l2')
        self.assertEqual(done.returncode, 2)
        self.assertIn('2 runs would write one file', done.stderr)
        with tempfile.TemporaryDirectory(prefix='mooring-') as folder:
            done = mooring(WALK + '.yaml', '--engine', 'ns3', '--runs', '2', '-j', '2', '--record-l2',
                           os.path.join(folder, '{n}-of-seed-{seed}.l2'))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(os.listdir(folder)), ['1-of-seed-1.l2', '2-of-seed-2.l2'])
            words = ['--set', 'links.from={%s}' % ','.join(os.path.join(folder, f) for f in sorted(os.listdir(folder)))]
            done = mooring(WALK + '.yaml', *words, '--set', 'timers.RETRANS_TIMER={250ms,1s}', '-j', '2')
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn('4 runs: 4 passed', done.stdout)

    @unittest.skipUnless(os.path.exists(BAD), 'the tests of ns-3 were not built')
    def test_ns3_gave_up(self):
        """What was recorded until then holds, and the rest of the run has the usual channel."""
        with tempfile.TemporaryDirectory(prefix='mooring-') as folder:
            path = os.path.join(folder, 'x.l2')
            env = dict(os.environ, NS3_REAL=LIBRARY, NS3_MODULE='fatal@100', MOORING_MODULES=BAD)
            done = mooring(WALK + '.yaml', '--engine', 'ns3', '--record-l2', path, env=env)
            self.assertEqual(done.returncode, 70, done.stderr)
            with open(path, encoding='utf-8') as f, open(WALK + '.l2', encoding='utf-8') as whole:
                cut, whole = f.read().splitlines(), whole.read().splitlines()
            self.assertEqual(cut[1:], whole[1:len(cut)])
            self.assertTrue(50 < len(cut) < len(whole), len(cut))
            done = mooring(WALK + '.yaml', '--set', 'links.from=' + path)
            self.assertIn('the recorded run was interrupted: the recording ends at', done.stdout, done.stderr)

    def test_one_or_the_other(self):
        done = mooring(WALK + '-again.yaml', '--engine', 'ns3')
        self.assertEqual(done.returncode, 2)
        self.assertIn("replayed by the simulator's own engine, not by ns3", done.stderr)


if __name__ == '__main__':
    unittest.main()
