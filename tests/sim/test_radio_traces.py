# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings of ns-3's radio, replayed without ns-3: the recorded course, another one with the channel of its time, a
sweep, and what is wrong with recordings that do not fit.

radio/walk.l2 was recorded with ns-3 3.37 from radio/walk.yaml. Where the protocols take another course for a good
reason: mooring run walk.yaml --engine ns3 --record-l2 walk.l2 --fingerprint, and the protocol fingerprint goes here.
"""
import json
import os
import re
import unittest

import rig
from rig import run

FOLDER = os.path.join(rig.TOP, 'tests', 'sim', 'radio')
WALK, AGAIN, RECORDING = (os.path.join(FOLDER, name) for name in ('walk.yaml', 'walk-again.yaml', 'walk.l2'))
PROTOCOL = '3ea97e87840d4d1ee8f838d147c43fda'
FRAMES = re.compile(r'(\d+) frames as recorded, (\d+) others by the channel of their time, (\d+) of them lost')


class Replay(rig.Case):
    def course(self, *words):
        code, out, err = run('run', *words, '--fingerprint', '--json')
        self.assertEqual(code, 0, out + err)
        keys = ('verdict', 'fingerprint', 'protocol_fingerprint', 'events')
        return [tuple(r[key] for key in keys) for r in json.loads(out)['runs']]

    def recording(self, change):
        with open(RECORDING, encoding='utf-8') as f:
            return self.file('changed.l2', change(f.read()))

    def test_the_recorded_course(self):
        course, = self.course(AGAIN)
        self.assertEqual(course[2], PROTOCOL)
        self.assertEqual([course], self.course(WALK, '--set', 'links.from=' + RECORDING))
        out = run('run', AGAIN)[1]
        self.assertEqual(FRAMES.search(out).groups(), ('147', '0', '0'), out)

    def test_the_radio_is_in_the_results(self):
        self.assertEqual(run('run', AGAIN, '-o', self.path('out'))[0], 0)
        with open(self.path('out', 'events.jsonl'), encoding='utf-8') as f:
            events = [json.loads(line) for line in f]
        radio = [(e['t'], e['what']) for e in events if e.get('kind') == 'radio']
        self.assertEqual(radio, [(50425034, 'associated'), (2830387169, 'beacons-lost'), (2830387169, 'left'),
                                 (2880810453, 'associated')])

    def test_a_sweep_over_a_timer(self):
        words = [AGAIN, '--set', 'timers.RETRANS_TIMER={250ms,500ms,1s}']
        one, two = self.course(*words), self.course(*words, '-j2')
        self.assertEqual(one, two)
        self.assertEqual(len({protocol for _, _, protocol, _ in one}), 3)
        self.assertEqual(one[2][2], PROTOCOL)
        runs = json.loads(run('run', *words, '--json')[1])['runs']
        self.assertEqual([r['verdict'] for r in runs], ['pass'] * 3)
        told = [FRAMES.search(t).groups() for t in run('run', *words, '-j2')[1].split('\nradio of ')[1:]]
        self.assertTrue(int(told[0][0]) > 100 and int(told[0][1]) > 10 and int(told[0][2]) > 0, told)

    def test_attached_later(self):
        """The station was associated long ago: the port comes to its cell at once."""
        code, out, err = run('run', AGAIN, '--set', 'timeline.1.at=1500ms')
        self.assertEqual(code, 0, out + err)
        self.assertRegex(out, r'1\.500 +mn +attach wlan +-')
        self.assertRegex(out, r'mn +wlan > wlan2 +50\.42')

    def test_cut_short(self):
        """Up to its end a recording holds; a line without an end is no line."""
        path = self.recording(lambda text: text[:len(text) // 2])
        code, out, err = run('run', WALK, '--set', 'links.from=' + path)
        self.assertIn('the recorded run was interrupted: the recording ends at', out, err)
        self.assertIn("frames behind the recording's end", out)
        self.assertEqual(code, 0)

    def refused(self, says, text=None, words=()):
        if text is not None:
            words = [WALK, '--set', 'links.from=' + self.file('changed.l2', text), *words]
        code, _, err = run('run', *words)
        self.assertEqual(code, 2, err)
        self.assertRegex(err, says)

    def test_what_does_not_fit(self):
        with open(RECORDING, encoding='utf-8') as f:
            good = f.read()
        self.refused('nowhere.l2.*No such file', words=[WALK, '--set', 'links.from=nowhere.l2'])
        results = self.file('results', '')
        os.unlink(results)
        self.assertEqual(run('run', AGAIN, '-o', results)[0], 0)
        self.refused('nowhere.l2.*No such file', words=[WALK, '--set', 'links.from=nowhere.l2', '-o', results])
        self.assertGreater(os.path.getsize(os.path.join(results, 'events.jsonl')), 0, 'what was there stays')
        self.refused(r'changed.l2:1: the file is empty', '')
        self.refused(r'changed.l2:1: the first line has no end', 'mooring-l2 1')
        self.refused(r'changed.l2:1: no recording', 'scenario: small\n')
        self.refused(r'changed.l2:1: a recording of version 2, where this program reads version 1',
                     good.replace('mooring-l2 1', 'mooring-l2 2', 1))
        self.refused(r'changed.l2:3: link `wifi` is none of this', good.replace('link 0 wlan', 'link 0 wifi', 1))
        self.refused(r'changed.l2:2: node `mag9` is none of this', good.replace('port 0 mag1', 'port 0 mag9', 1))
        self.refused(r'changed.l2:2: interface `lte` is none of', good.replace('mag1 wlan', 'mag1 lte', 1))
        self.refused(r'nothing in it of the access point `wlan2`; the recorded run was interrupted',
                     '\n'.join(good.split('\n')[:5]) + '\n')
        self.refused(r'nothing in it of the station `mn`', re.sub('(?m)^sta .*\n', '', good))
        self.refused(r'changed.l2:12: time goes backwards', good.replace('in 1000000000 2 0', 'in 10 2 0', 1))
        self.refused(r'`from` must be a text, not a list', words=[WALK, '--set', 'links.from=[a.l2]'])

    def test_words_of_the_command(self):
        self.refused('it needs --engine ns3', words=[WALK, '--record-l2', self.path('x.l2')])
        self.assertEqual(run('run', WALK)[1], 'skip walk: needs --engine ns3\n')
        code, _, err = run('live', AGAIN)
        self.assertEqual(code, 2)
        self.assertIn("replayed by the simulator's own engine, not by live", err)


if __name__ == '__main__':
    rig.main()
