# SPDX-License-Identifier: GPL-2.0-or-later
"""When ns-3 gives up in the middle of a run, or its module is missing, another's, or none: traces that are whole up to
that moment, our words for it, and an exit code that says what it was."""
import csv
import json
import os
import resource
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
BUILD = os.path.dirname(MOORING)
LIBRARY = os.path.join(BUILD, 'libmooring-ns3.so')
BAD = os.path.join(BUILD, 'tests', 'ns3', 'bad')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
UNBUILT = None if os.path.exists(BAD) else 'the tests of ns-3 were not built'
SCENARIO = os.path.join(TOP, 'scenarios', 'ns3', 'attach.yaml')
REASON = 'ns-3 gave up: invalid bandwidth value 7'


def run(*words, modules=BAD, what=None):
    env = dict(os.environ, NS3_REAL=LIBRARY, NS3_MODULE=what or '')
    if modules:
        env['MOORING_MODULES'] = modules
    return subprocess.run([MOORING, 'run', SCENARIO, '--engine', 'ns3', *words], capture_output=True, text=True,
                          timeout=120, env=env)


@unittest.skipIf(ABSENT or UNBUILT, ABSENT or UNBUILT)
class GivesUp(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def lines(self, path):
        with open(path) as f:
            return f.readlines()

    def whole(self, folder):
        """Every file of a run can be read to its end; the number of its packets."""
        with open(os.path.join(folder, 'run.json')) as f:
            manifest = json.load(f)
        self.assertEqual((manifest['verdict'], manifest['state']), ('error', 'broken'))
        self.assertIn(REASON, manifest['error'])
        with open(os.path.join(folder, 'events.jsonl')) as f:
            lines = f.read()
        self.assertTrue(lines.endswith('\n'))
        events = [json.loads(line) for line in lines.splitlines()]
        for name in ('handovers.csv', 'metrics.csv'):
            with open(os.path.join(folder, name)) as f:
                rows = list(csv.reader(f))
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, name)
        for name in ('ladder.svg', 'timeline.svg', 'junit.xml', 'tap'):
            self.assertTrue(os.path.getsize(os.path.join(folder, name)), name)
        with open(os.path.join(folder, 'junit.xml')) as f:
            self.assertIn('errors="1"', f.read())
        with open(os.path.join(folder, 'tap')) as f:
            self.assertIn('not ok', f.read())
        self.assertGreaterEqual(manifest['end_ns'], events[-1].get('t', 0))
        return manifest, events

    def packets(self, folder):
        if not shutil.which('tshark'):
            return None
        done = subprocess.run(['tshark', '-r', os.path.join(folder, 'trace.pcapng'), '-T', 'fields', '-e',
                               'frame.number'], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn('cut short', done.stderr)
        return len(done.stdout.split())

    def test_fewer_files_than_workers(self):
        """A run waits for a process of its own rather than use this one, which has one simulation in it."""
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (14, 14))

        words = [MOORING, 'run', SCENARIO, '--engine', 'ns3', '--runs', '6', '--fingerprint', '--no-trace', '-j']
        scarce, enough = (subprocess.run(words + [n], capture_output=True, text=True, timeout=120, preexec_fn=limit)
                          for n, limit in (('6', few), ('2', None)))
        self.assertEqual((scarce.returncode, scarce.stdout), (0, enough.stdout), scarce.stderr)

    def test_in_the_middle_of_a_run(self):
        done = run('-o', self.folder, what='fatal@500')
        self.assertEqual(done.returncode, 70, done.stderr)
        self.assertIn(REASON, done.stderr)
        self.assertNotIn('terminate called', done.stderr)
        manifest, events = self.whole(self.folder)
        self.assertGreater(manifest['end_ns'], 10 ** 9)
        self.assertTrue(any(check['verdict'] == 'pass' for check in manifest['checks']), manifest['checks'])
        print('%d records, %s packets, ended %s' % (len(events), self.packets(self.folder), manifest['error']))

    def test_every_record_up_to_then_is_there(self):
        """The same records as of the run that nothing happened to, as far as they go."""
        done = run('-o', os.path.join(self.folder, 'a'), what='fatal@500')
        self.assertEqual(done.returncode, 70)
        self.assertEqual(run('-o', os.path.join(self.folder, 'b'), modules=None).returncode, 0)
        broken, whole = (self.lines(os.path.join(self.folder, name, 'events.jsonl')) for name in 'ab')
        self.assertGreater(len(broken), 100)
        self.assertEqual(broken[1:], whole[1:len(broken)])
        sent = self.packets(os.path.join(self.folder, 'a'))
        if sent is not None:
            self.assertGreater(sent, 500)    # each sent, most of them heard

    def test_before_the_first_event(self):
        done = run('-o', self.folder, what='fatal@0')
        self.assertEqual(done.returncode, 70, done.stderr)
        manifest, _ = self.whole(self.folder)
        self.assertEqual(manifest['end_ns'], 0)
        self.packets(self.folder)

    def test_one_of_several_runs(self):
        done = run('--runs', '4', '-j2', '--json', '-o', self.folder, what='fatal@500/3')
        self.assertEqual(done.returncode, 70, done.stderr)
        runs = json.loads(done.stdout)['runs']
        self.assertEqual([r['verdict'] for r in runs], ['pass', 'pass', 'error', 'pass'])
        self.assertIn(REASON, runs[2]['error'])
        self.assertGreater(len(runs[2]['checks']), 0)
        done = run('--runs', '4', '-j2', what='fatal@500/3')
        self.assertEqual(done.returncode, 70)
        self.assertIn('4 runs: 3 passed, 0 failed, 0 inconclusive, 1 errors', done.stdout)


class Module(unittest.TestCase):
    def refused(self, done, *texts):
        self.assertEqual((done.returncode, done.stdout), (77, ''), done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertNotIn('terminate called', done.stderr)

    @unittest.skipIf(UNBUILT, UNBUILT)
    def test_of_another_version(self):
        for what in ('abi', 'octets'):
            self.refused(run(what=what), 'of another version', 'build again')

    def test_that_is_no_module(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'libmooring-ns3.so')
            with open(path, 'w') as f:
                f.write('no library at all\n')
            self.refused(run(modules=folder), path, 'libns3-dev')
            other = next((p for p in ('/lib/x86_64-linux-gnu/libm.so.6', '/usr/lib/x86_64-linux-gnu/libm.so.6',
                                      '/lib/aarch64-linux-gnu/libm.so.6') if os.path.exists(p)), None)
            if other:
                shutil.copy(other, path)
                self.refused(run(modules=folder), 'has no ns3c_table', 'libns3-dev')


if __name__ == '__main__':
    unittest.main()
