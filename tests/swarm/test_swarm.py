# SPDX-License-Identifier: GPL-2.0-or-later
"""500 seeds of the swarm are clean; what the swarm has found before stays mended; the command does what it says.

timeout: 240
"""
import glob
import os
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'sim'))
import rig  # noqa: E402

FOUND = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'found')
SEEDS = int(os.environ.get('MOORING_SWARM_SEEDS', '500'))

BUSY = '''scenario: busy
about: more packets than anybody wants to wait for
duration: 100h
nodes:
  cn: {kind: cn}
  far: {kind: cn}
links:
  core: {nodes: [cn, far], prefix: "2001:db8:c0::/64"}
traffic:
  - {flow: much, from: cn, to: far, interval: 1us, start: 0s}
'''


class Swarm(rig.Case):
    def test_seeds_are_clean(self):
        code, out, err = rig.run('swarm', '--runs', SEEDS, '-j', '2')
        self.assertEqual(code, 0, out + err)
        self.assertIn('%d seeds: %d clean, 0 failed' % (SEEDS, SEEDS), out)

    def test_all_shipped_scenarios_hold_what_always_holds(self):
        code, out, err = rig.run('swarm', os.path.join(rig.SCENARIOS, 'handover'), os.path.join(rig.SCENARIOS, 'nat'))
        self.assertEqual(code, 0, out + err)

    def test_what_was_found_stays_mended(self):
        paths = sorted(glob.glob(os.path.join(FOUND, '*.yaml')))
        self.assertGreater(len(paths), 5)
        code, out, err = rig.run('swarm', *paths)
        self.assertEqual(code, 0, out + err)

    def test_results_do_not_depend_on_the_number_of_workers(self):
        one = rig.run('swarm', '--seed', 40, '--runs', 20, '--fingerprint', '-j', 1)
        many = rig.run('swarm', '--seed', 40, '--runs', 20, '--fingerprint', '-j', 3)
        self.assertEqual(one, many)
        self.assertEqual(len(set(re.findall(r'fingerprint (\w+)', one[1]))), 20)

    def test_a_seed_is_the_same_for_mooring_run(self):
        text = rig.run('swarm', '--seed', 11, '--print')[1]
        path = self.file('swarm-11.yaml', text)
        fingerprint = rig.run('swarm', '--seed', 11, '--runs', 1, '--fingerprint')[1].split()[1]
        self.assertIn(fingerprint, rig.run('run', path, '--fingerprint')[1])

    def test_features_can_be_left_out(self):
        with_all = rig.run('swarm', '--seed', 5, '--kind', 'dsmip', '--print')[1]
        without = rig.run('swarm', '--seed', 5, '--kind', 'dsmip', '--print', '--without', 'security,ipv4,impair')[1]
        self.assertNotEqual(with_all, without)
        for word in ('aaa', 'prefix4: 10.', 'nat:', 'reorder: 1'):
            self.assertNotIn(word, without)
        names = [line.split()[0] for line in rig.run('swarm', '--list')[1].splitlines() if not line.startswith('kind ')]
        named = rig.run('swarm', '--seed', 5, '--kind', 'dsmip', '--print', '--features', ','.join(names))[1]
        self.assertEqual(named, with_all)

    def test_each_kind_can_be_had_alone(self):
        for kind, has, lacks in (('dsmip', 'kind: ue', 'kind: lma'), ('pmip', 'kind: lma', 'kind: ue'),
                                 ('mixed', 'kind: ue', None), ('mixed', 'kind: mn', None)):
            for seed in range(1, 5):
                text = rig.run('swarm', '--seed', seed, '--kind', kind, '--print')[1]
                self.assertIn(has, text)
                self.assertTrue(lacks is None or lacks not in text)

    def test_a_failure_is_told_kept_and_made_small(self):
        # a UE that is told to stay at a home agent that refuses everybody
        text = rig.run('swarm', '--seed', 3, '--kind', 'dsmip', '--print')[1]
        path = self.file('broken.yaml', text.replace('settings: {refuse: 0}', 'settings: {refuse: 133}'))
        code, out, _ = rig.run('swarm', path)
        self.assertEqual(code, 1, out)
        self.assertRegex(out, r'fail  .*broken.yaml\n      converge at \d+\.\d+ s, ue\d: internet: was told to attach')
        self.assertIn('1 seeds: 0 clean, 1 failed', out)

    def test_wrong_words_are_refused(self):
        for words in (['--seed', 'x'], ['--runs', '0'], ['-j', '0'], ['--features', 'nothing'], ['--limit', '0'],
                      ['--twice', '-1'], ['--kind', 'home'], ['--features', 'ipv4', '--without', 'nat,ipv4'],
                      ['--seed', '3', self.file('named.yaml', 'scenario: named\n')], ['/no/such/file.yaml']):
            self.assertEqual(rig.run('swarm', *words)[0], 2, words)
        self.assertEqual(rig.run('swarm', self.file('bad.yaml', 'scenario: bad\n'))[0], 2)


class Ends(rig.Case):
    """How a run ends that does not end by itself."""

    def child_of(self, pid):
        for _ in range(400):
            with open('/proc/%d/task/%d/children' % (pid, pid), encoding='ascii') as f:
                found = f.read().split()
            if found:
                return int(found[0])
            time.sleep(0.01)
        self.fail('no child was started')

    def ended_by(self, number):
        path = self.file('busy.yaml', BUSY)
        with subprocess.Popen([rig.MOORING, 'swarm', path], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            os.kill(self.child_of(process.pid), number)
            out = process.communicate(timeout=60)[0].decode()
        self.assertEqual(process.returncode, 1, out)
        return out

    def test_a_crash_is_a_finding(self):
        self.assertRegex(self.ended_by(signal.SIGSEGV), r'crash at .*: killed by signal 11')

    def test_a_run_without_an_end_is_a_finding(self):
        self.assertRegex(self.ended_by(signal.SIGALRM), r'hang at .*: no end in sight')


if __name__ == '__main__':
    rig.main()
