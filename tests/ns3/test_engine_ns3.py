# SPDX-License-Identifier: GPL-2.0-or-later
"""`--engine ns3`: every shipped scenario's course is the same on ns-3's clock as on ours; without the library the
program says what it lacks, and everything else works."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
LIBRARY = os.path.join(os.path.dirname(MOORING), 'libmooring-ns3.so')
ABSENT = None if os.path.exists(LIBRARY) else 'ns-3 was not found when this was built (libns3-dev)'
SOME = ['attach', 'handover/home-tour', 'nat/keepalive', 'security/full-attach', 'pmip-handover', 'interwork']


def run(*args, program=MOORING, **more):
    return subprocess.run([program, 'run', *args], capture_output=True, text=True, timeout=300, **more)


@unittest.skipIf(ABSENT, ABSENT)
class Clock(unittest.TestCase):
    def test_the_course_is_the_same(self):
        compared = 0
        for words in ([], ['--engine', 'ns3']):
            done = run(*SOME, '--fingerprint', '--json', '-j2', *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            courses = {r['run']: (r['verdict'], r['fingerprint'], r['protocol_fingerprint'], r['events'])
                       for r in json.loads(done.stdout)['runs']}
            if not words:
                ours = courses
        for name, course in ours.items():
            self.assertEqual(courses[name], course, name)
            compared += 1
        self.assertGreater(compared, 50)
        print('%d runs compared, 0 differences' % compared)

    def test_many_runs_are_a_process_each(self):
        done = run('attach/ipv6', '--engine', 'ns3', '--runs', '3')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn('3 runs: 3 passed', done.stdout)


class Absent(unittest.TestCase):
    def test_without_the_library_it_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, 'bin'))
            program = shutil.copy(MOORING, os.path.join(folder, 'bin'))
            scenario = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
            done = run(scenario, '--engine', 'ns3', program=program)
            self.assertEqual((done.returncode, done.stdout), (77, ''))
            self.assertIn('libns3-dev', done.stderr)
            self.assertEqual(run(scenario, program=program).returncode, 0)


if __name__ == '__main__':
    unittest.main()
