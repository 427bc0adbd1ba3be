# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that is full, or has no more entries for files, while many runs each have a folder: the command stops at the
first, says where and how many runs are whole, its manifest says so, and --resume goes on. Earlier results stay where
the new command cannot begin."""
import csv
import json
import os
import resource
import shutil
import subprocess
import unittest

import rig
from rig import SMALL, run

RUNS = 20


class Disk(rig.Case):
    def setUp(self):
        super().setUp()
        self.small = self.file('small.yaml', SMALL)

    def mount(self, options):
        if os.geteuid() or not shutil.which('mount'):
            self.skipTest('only root can mount a small disk')
        os.makedirs(self.path('disk'), exist_ok=True)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', self.path('disk')], capture_output=True,
                              check=False)
        if done.returncode:
            self.skipTest('no small disk can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', self.path('disk')], check=False)

    def remount(self, options):
        subprocess.run(['mount', '-o', 'remount,' + options, self.path('disk')], check=True)

    def made(self, out, *more, code=0):
        done = run('run', self.small, '--runs', RUNS, '-o', out, *more)
        self.assertEqual(done[0], code, done[1] + done[2])
        return done

    def read(self, *names):
        with open(os.path.join(*names), 'rb') as f:
            return f.read()

    def state(self, out):
        return json.loads(self.read(out, 'runs.json'))

    def lines(self, out):
        with open(out + '/runs.csv', encoding='utf-8', newline='') as f:
            return list(csv.DictReader(f))

    def stops_and_goes_on(self, small, large, *more):
        self.mount(small)
        out = self.path('disk', 'out')
        done = self.made(out, *more, code=70)
        lines = self.lines(out)
        whole = len(lines)
        self.assertEqual({line['state'] for line in lines}, {'finished'})
        self.assertTrue(0 < whole < RUNS, whole)
        said = [line for line in done[2].splitlines() if line]
        # the tables' own files may be the first without room: their line stands in front
        self.assertIn(len(said), (1, 2), done[2])
        self.assertIn('%s/' % out, said[0])
        self.assertRegex(done[2].replace('\nmooring', ''),
                         r': No space left on device: %d of %d runs are whole, no further one began; '
                         r'when there is room, the same with --resume goes on' % (whole, RUNS))
        self.assertIn('%d runs: %d passed' % (whole, whole), done[1])
        self.assertIn('(stopped: %d not begun; the same with --resume makes these)' % (RUNS - whole), done[1])
        self.assertEqual((self.state(out)['state'], self.state(out)['written']), ('write-error', whole))
        self.assertEqual(run('plot', out)[0], 2)
        self.remount(large)
        self.assertIn('%d of %d runs are there already' % (whole, RUNS), self.made(out, '--resume', *more)[2])
        self.made(self.path('whole'), *more)
        for name in ('runs.csv', 'steps.csv', 'summary.csv', 'points.csv', 'runs.json'):
            self.assertEqual(self.read(out, name), self.read(self.path('whole'), name), name)

    def test_full(self):
        self.stops_and_goes_on('size=2500k', 'size=64m')

    def test_full_with_workers(self):
        self.stops_and_goes_on('size=2500k', 'size=64m', '-j', 2)

    def test_no_more_entries(self):
        self.stops_and_goes_on('size=64m,nr_inodes=150', 'nr_inodes=4000')

    def test_tables_without_entries(self):
        """Nothing is left for a new file when the command ends: the manifest is written over the one that is there."""
        self.mount('size=64m,nr_inodes=60')
        out = self.path('disk', 'out')
        self.made(out, '--no-trace', code=70)
        self.assertEqual(self.state(out)['state'], 'write-error')
        n = 0
        try:
            while True:
                with open(self.path('disk', 'fill%d' % n), 'wb'):
                    n += 1
        except OSError:
            pass
        old = self.read(out, 'runs.json')
        self.made(out, '--no-trace', '--resume', code=2)
        self.assertEqual(self.read(out, 'runs.json'), old)

    def tree(self, top):
        found = {}
        for folder, _, names in os.walk(top):
            for name in names:
                found[os.path.join(folder, name)] = self.read(folder, name)
        return found

    def test_earlier_results_stay(self):
        """Of many runs and of one, where there is no room for others."""
        self.mount('size=64m')
        out, one = self.path('disk', 'out'), self.path('disk', 'one')
        self.made(out, '--tables')
        self.assertEqual(run('run', self.small, '-o', one)[0], 0)
        before = self.tree(out), self.tree(one)
        free = os.statvfs(out)
        # room for the tables' own reserve, and none for that of a first run
        with open(self.path('disk', 'fill'), 'wb') as f:
            f.write(bytes(free.f_bavail * free.f_frsize - 300 * 1024))
        self.assertIn('No space left', self.made(out, code=2)[2])
        self.assertEqual(self.tree(out), before[0])
        with open(self.path('disk', 'more'), 'wb') as f:
            f.write(bytes(200 * 1024))
        self.assertIn('No space left', self.made(out, '--tables', code=2)[2])
        done = run('run', self.small, '-o', one)
        self.assertEqual(done[0], 2, done[2])
        self.assertIn('No space left', done[2])
        self.assertEqual((self.tree(out), self.tree(one)), before)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which('setpriv'), 'only root can run as somebody else')
    def test_earlier_results_of_somebody_else(self):
        """A folder that may be read alone."""
        out = self.path('out')
        self.made(out, '--tables')
        before = self.tree(out)
        for folder in (self.folder, out):
            os.chmod(folder, 0o755)
        for more in ((), ('--tables',)):
            done = subprocess.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', rig.MOORING, 'run',
                                   self.small, '--runs', '3', '-o', out, *more], capture_output=True, check=False)
            if b'No such file' in done.stderr or done.returncode > 100:
                self.skipTest('somebody else cannot reach the program here')
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(self.tree(out), before)


class Limit(rig.Case):
    """Where files may not be larger than the room that is kept, that is not asked for."""

    def test_small_files(self):
        small = self.file('small.yaml', SMALL)
        for size in (100000, 300000):       # less than one reserve, and less than two
            done = run('run', small, '--runs', 3, '--no-trace', '-o', self.path('out'),
                       preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
            self.assertEqual(done[0], 0, done)


class Options(rig.Case):
    """What each run leaves is part of what is gone on with."""

    def test_resume_as_it_was_begun(self):
        small = self.file('small.yaml', SMALL)
        kinds = ((), ('--tables',), ('--no-trace',), ('--fingerprint',), ('--tables', '--fingerprint'))
        for i, begun in enumerate(kinds):
            out = self.path('out%d' % i)
            words = ['run', small, '--runs', 3, '-o', out]
            self.assertEqual(run(*words, *begun)[0], 0)
            with open(out + '/runs.csv', 'rb') as f:
                before = f.read()
            for other in kinds:
                code, said, err = run(*words, *other, '--resume')
                if other == begun:
                    self.assertEqual(code, 0, err)
                    continue
                self.assertEqual(code, 2, (begun, other, said))
                wrong = [o for o in set(begun) ^ set(other) if 'made with%s %s, not with%s' %
                         (('', o, 'out') if o in begun else ('out', o, '')) in err]
                self.assertTrue(wrong, (begun, other, err))
                with open(out + '/runs.csv', 'rb') as f:
                    self.assertEqual(f.read(), before)

    def test_shards_as_each_other(self):
        small = self.file('small.yaml', SMALL)
        for i, more in ((1, ('--tables',)), (2, ('--tables', '--fingerprint'))):
            self.assertEqual(run('run', small, '--runs', 4, '-o', self.path('out'), '--shard', '%d/2' % i, *more)[0], 0)
        code, _, err = run('merge', self.path('out'))
        self.assertEqual(code, 2)
        self.assertIn('--fingerprint', err)


if __name__ == '__main__':
    rig.main()
