# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of docs/ns3.md are built by the command that stands in them, and do what they say."""
import os
import re
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
BUILD = os.path.dirname(MOORING)
EXAMPLES = os.path.join(TOP, 'model', 'ns3', 'examples')
ABSENT = None if os.path.exists(os.path.join(BUILD, 'libmooring-ns3.so')) else \
    'ns-3 was not found when this was built (libns3-dev)'
SANITIZED = 'sanitize' in open(os.path.join(BUILD, 'c4che', '_cache.py')).read() if not ABSENT else False


@unittest.skipIf(ABSENT, ABSENT)
class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def made(self, source):
        """The command in the file's opening comment, but for where the program goes and where the build is."""
        with open(os.path.join(EXAMPLES, source)) as f:
            command = re.search(r'^ \*\t((?:cc|g\+\+) .*)$', f.read(), re.M).group(1)
        program = os.path.join(self.folder, os.path.splitext(source)[0])
        command = re.sub(r'-o \w+', '-o ' + program, command).replace('$PWD/build', BUILD)
        command = command.replace('-Lbuild', '-L' + BUILD).replace('PKG_CONFIG_PATH=build', 'PKG_CONFIG_PATH=' + BUILD)
        done = subprocess.run(['sh', '-c', command], cwd=TOP, capture_output=True, text=True, timeout=500)
        self.assertEqual((done.returncode, done.stderr), (0, ''), command)
        return program

    def run_it(self, *words, code=0):
        done = subprocess.run(words, cwd=TOP, capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_two_nodes(self):
        out = self.run_it(self.made('two_nodes.c'))
        # 104 octets of packet and two of PPP at 1 Gbit/s, 122 of Ethernet at 100 Mbit/s, both ways
        self.assertEqual(re.findall(r'answer (\d) on the (\w+) after (\d+) ns', out),
                         [('1', 'cable', '10001696'), ('2', 'CSMA', '40520'), ('3', 'cable', '10001696'),
                          ('4', 'CSMA', '40520')])

    def test_roam(self):
        program = self.made('roam.c')
        for words, least, most in (([], 10, 60), (['beacons'], 900, 1300)):
            out = self.run_it(program, *words)
            self.assertIn('associated on channel 40 again', out)
            gap = int(re.search(r'the longest gap: (\d+) ms', out).group(1))
            self.assertTrue(least <= gap <= most, out)

    @unittest.skipIf(SANITIZED, 'the libraries are built with a sanitizer')
    def test_campus(self):
        program = self.made('campus.cc')
        out = self.run_it(program, os.path.join(EXAMPLES, 'campus.yaml'))
        rows = [line.split() for line in out.splitlines() if ' wlan > wlan2 ' in line or ' wlan2 > wlan ' in line]
        self.assertEqual(len(rows), 4, out)
        registration = [float(row[-5]) for row in rows]
        self.assertTrue(max(registration[:2]) < 1 < min(registration[2:]), out)
        self.assertGreater(float(re.search(r'With background traffic \(([\d.]+) Mbit', out).group(1)), 5)
        print('registration %s ms without, %s ms with' % (registration[:2], registration[2:]))
        self.assertIn('usage', subprocess.run([program], capture_output=True, text=True).stderr)


if __name__ == '__main__':
    unittest.main()
