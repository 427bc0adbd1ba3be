# SPDX-License-Identifier: GPL-2.0-or-later
"""The command: exit codes, options, output folders, interrupts, full disks, equal results for any number of workers."""
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import time
import unittest

import rig
from rig import SMALL, run


class ExitCodes(rig.Case):
    def test_pass(self):
        code, out, err = run('run', self.file('small.yaml', SMALL))
        self.assertEqual((code, err), (0, ''))
        self.assertIn('pass small: 1 of 1 expectations met', out)
        self.assertRegex(out, r'1\.000\s+ue\s+attach')

    def test_fail(self):
        code, out, _ = run('run', self.file('small.yaml', SMALL), '--set', 'expect.REG.within=1ms')
        self.assertEqual(code, 1)
        self.assertIn('fail         REG: BA by ha within 1ms after attach: not seen', out)
        self.assertIn('small.yaml:14:5', out)

    def test_inconclusive(self):
        code, out, _ = run('run', self.file('small.yaml', SMALL), '--set', 'duration=2s')
        self.assertEqual(code, 3, out)

    def test_not_judged_is_an_error(self):
        text = SMALL + '  - {id: NO, message: BE, after: {message: BRR}, never: true, clause: x}\n'
        code, out, _ = run('run', self.file('small.yaml', text))
        self.assertEqual(code, 2)
        self.assertIn('so nothing was judged', out)

    def test_usage(self):
        small = self.file('small.yaml', SMALL)
        for words in (['run'], ['run', 'nowhere.yaml'], ['run', 'no-such-scenario'], ['walk'], [], ['run', '--what'],
                      ['run', small, '--seed', 'x'], ['run', small, '--runs', '0'], ['run', small, '-j', '0'],
                      ['run', small, '--set', 'x'], ['run', small, '--engine', 'ns4'], ['check'], ['fsm', 'no-such'],
                      ['list', 'what'], ['list', '--clause', '99.999'], ['help', 'walk'],
                      ['run', self.folder + '/..none']):
            code, out, err = run(*words)
            self.assertEqual(code, 2, words)
            self.assertEqual(out, '', words)
            self.assertTrue(err.strip(), words)

    def test_braces_that_a_shell_opened(self):
        code, out, err = run('run', self.file('small.yaml', SMALL), '--set', 'seed=1', 'seed=2')
        self.assertEqual((code, out), (2, ''))
        self.assertIn("Quote them: --set 'path={a,b}'", err)

    def test_broken_scenario(self):
        code, out, err = run('run', self.file('small.yaml', SMALL.replace('duration: 6s', 'duration: 6')))
        self.assertEqual((code, out), (2, ''))
        self.assertIn('small.yaml:3:11: `duration`: `6`: a time needs a unit', err)
        self.assertIn('^', err)

    def test_engine_that_is_not_there(self):
        code, out, err = run('run', self.file('small.yaml', SMALL), '--engine', 'ns4')
        self.assertEqual((code, out), (2, ''))
        self.assertIn('ns3', err)

    def test_empty_folder(self):
        os.mkdir(self.path('empty'))
        code, out, err = run('test', self.path('empty'))
        self.assertEqual((code, out), (2, ''))
        self.assertIn('no *.yaml', err)

    def test_help(self):
        for words in (['--help'], ['help'], ['help', 'run'], ['run', '--help'], ['version'], ['--version'],
                      ['list', '--help']):
            code, out, err = run(*words)
            self.assertEqual((code, err), (0, ''), words)
            self.assertTrue(out.strip(), words)

    def test_stdout_that_is_closed(self):
        """Nobody's result is written to: the next file that is opened must not become standard output."""
        small = self.file('small.yaml', SMALL)
        for words in (['--runs', 3, '-j', 2], ['-o', self.path('out')]):
            code, _, err = run('run', small, *words, stdout=None, preexec_fn=lambda: os.close(1))
            self.assertEqual(code, 70, err)
            self.assertIn('standard output', err)
        with open(self.path('out', 'events.jsonl'), encoding='utf-8') as f:
            self.assertTrue([json.loads(line) for line in f])

    def test_stdout_that_is_full(self):
        with open('/dev/full', 'w') as full:
            code, _, err = run('list', '--timers', stdout=full)
        self.assertEqual(code, 70)
        self.assertIn('standard output', err)


class Runs(rig.Case):
    def test_fingerprint_repeats(self):
        small = self.file('small.yaml', SMALL)
        first, second, other = (run('run', small, '--fingerprint', *more)[1] for more in ([], [], ['--seed', '2']))
        self.assertEqual(first, second)
        mark = [line for line in first.splitlines() if line.startswith('fingerprint ')]
        self.assertRegex(mark[0], r'^fingerprint [0-9a-f]{32} protocol [0-9a-f]{32} small$')
        self.assertNotIn(mark[0], other)

    def test_output_does_not_change_the_run(self):
        small = self.file('small.yaml', SMALL)
        bare = run('run', small, '--fingerprint')[1]
        written = run('run', small, '--fingerprint', '-o', self.path('out'))[1]
        line = [text for text in bare.splitlines() if text.startswith('fingerprint')][0]
        self.assertIn(line, written)

    def test_workers_make_no_difference(self):
        small = self.file('small.yaml', SMALL)
        words = ['run', small, '--set', 'links.lte.loss={0%,5%,20%}', '--runs', 4, '--fingerprint']
        one, two, five = (run(*words, '-j', n) for n in (1, 2, 5))
        self.assertEqual(one, two)
        self.assertEqual(one, five)
        self.assertIn('12 runs: ', one[1])
        self.assertEqual(len(set(line for line in one[1].splitlines() if line.startswith('fingerprint'))), 12)
        one, two = (run(*words, '--json', '-j', n) for n in (1, 2))
        self.assertEqual(one, two)
        self.assertEqual(len(json.loads(one[1])['runs']), 12)

    def test_fewer_files_than_workers(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))

        small = self.file('small.yaml', SMALL)
        words = ['run', small, '--runs', 30, '--fingerprint']
        self.assertEqual(run(*words, '-j', 1000, preexec_fn=few), run(*words, '-j', 2))

    def test_medians_over_the_seeds(self):
        small = self.file('small.yaml', SMALL)
        code, out, _ = run('run', small, '--runs', 7, '-j', 2)
        self.assertEqual(code, 0)
        self.assertRegex(out, r'small\. Over 7 runs: median \[95 % interval of the median: '
                              r'1th value from either end, 98\.4 %\]')
        self.assertRegex(out, r'\n +7 of 7 ok\n')
        said = json.loads(run('run', small, '--runs', 7, '--json')[1])
        over = said['distributions'][0]['over']
        self.assertEqual((over['runs'], over['left_out'], over['rank']), (7, [], 1))
        figure = over['steps'][0]['metrics']['registration']
        self.assertEqual(figure['n'], 7)
        self.assertTrue(figure['min'] == figure['low'] <= figure['median'] <= figure['high'] == figure['max'])
        self.assertNotIn('distributions', json.loads(run('run', small, '--json')[1]))

    def test_json(self):
        code, out, _ = run('run', self.file('small.yaml', SMALL), '--json', '--fingerprint')
        said = json.loads(out)
        self.assertEqual((code, said['verdict']), (0, 'pass'))
        one = said['runs'][0]
        self.assertEqual([one[k] for k in ('scenario', 'seed', 'verdict', 'end_ns')], ['small', 1, 'pass', 6000000000])
        self.assertEqual(one['checks'][0]['id'], 'REG')
        self.assertEqual(len(one['fingerprint']), 32)

    def test_everything_once(self):
        """Every verb, fault and kind of expectation; the same course each time."""
        path = os.path.join(rig.TOP, 'tests/sim/everything.yaml')
        first, second = (run('run', path, '--fingerprint', '-o', self.path(n)) for n in ('one', 'two'))
        self.assertEqual(first[0], 0, first[1] + first[2])
        self.assertEqual(first[1].replace(self.path('one'), ''), second[1].replace(self.path('two'), ''))

    def test_installed(self):
        """Beside the build or below share/: the shipped scenarios are found by the program's own place."""
        os.makedirs(self.path('bin'))
        os.makedirs(self.path('share/mooring/scenarios/attach'))
        shutil.copy(rig.MOORING, self.path('bin/mooring'))
        self.file('share/mooring/scenarios/attach/small.yaml', SMALL)
        done = subprocess.run([self.path('bin/mooring'), 'run', 'attach/small'], cwd='/', capture_output=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = subprocess.run([self.path('bin/mooring'), 'list'], cwd='/', capture_output=True, timeout=60)
        self.assertIn(b'attach\n  small ', done.stdout)

    def test_scenario_from_a_pipe(self):
        done = subprocess.run([rig.MOORING, 'run', '/dev/stdin'], input=SMALL.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        code, _, err = run('check', '/dev/zero')
        self.assertEqual(code, 2)
        self.assertIn('this is no scenario', err)

    def test_devices_are_written_to_not_replaced(self):
        run('run', self.file('small.yaml', SMALL), '-o', self.path('out'))
        os.mkfifo(self.path('pipe'))
        with open(self.path('read'), 'wb') as f:      # to a file: a pipe of the reader's own would fill up
            reader = subprocess.Popen(['cat', self.path('pipe')], stdout=f)
        code, _, err = run('ladder', self.path('out'), '-o', self.path('pipe'))
        self.assertEqual(code, 0, err)
        self.assertEqual(reader.wait(timeout=60), 0)
        with open(self.path('read'), 'rb') as f:
            self.assertIn(b'</svg>', f.read())
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path('pipe')).st_mode))
        os.symlink('/dev/full', self.path('full'))
        code, _, err = run('ladder', self.path('out'), '-o', self.path('full'))
        self.assertNotEqual(code, 0)
        self.assertIn('No space left', err)

    def test_decode_of_what_cannot_be_read(self):
        run('run', self.file('small.yaml', SMALL), '-o', self.path('out'))
        with open(self.path('out', 'trace.pcapng'), 'rb') as f:
            octets = f.read()
        for length, expected in ((3, 2), (30, 2), (2001, 1), (len(octets), 0)):
            with open(self.path('cut'), 'wb') as f:
                f.write(octets[:length])
            code, _, err = run('decode', self.path('cut'))
            self.assertEqual(code, expected, (length, err))
            self.assertIn(self.path('cut'), err)

    def test_range_to_the_last_number(self):
        code, out, _ = run('run', self.file('small.yaml', SMALL), '--list', '--set',
                           'seed={9223372036854775805..9223372036854775807}')
        self.assertEqual((code, len(out.splitlines())), (0, 3))

    def test_many_points_need_little_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))
        words = ['run', self.file('small.yaml', SMALL), '--list', '--set', 'seed={1..4000}']
        sanitized = b'libasan' in subprocess.run(['ldd', rig.MOORING], capture_output=True, check=False).stdout
        code, out, err = run(*words, **({} if sanitized else {'preexec_fn': limit}))
        self.assertEqual((code, len(out.splitlines())), (0, 4000), err)

    def test_list_runs_nothing(self):
        small = self.file('small.yaml', SMALL)
        code, out, _ = run('run', small, '--set', 'seed={1..3}', '--list', '-o', self.path('out'))
        self.assertEqual((code, len(out.splitlines())), (0, 3))
        self.assertFalse(os.path.exists(self.path('out')))

    def test_seed_of_the_command_line(self):
        small = self.file('small.yaml', SMALL)
        by_option, by_set = (run('run', small, '--fingerprint', *w)[1] for w in (['--seed', '7'], ['--set', 'seed=7']))
        marks = [[w for w in text.split() if len(w) == 32] for text in (by_option, by_set)]
        self.assertEqual(marks[0], marks[1])
        self.assertEqual(len(marks[0]), 2)

    def test_folders_of_results(self):
        small, other = self.file('a/small.yaml', SMALL), self.file('b/other.yaml', SMALL.replace('small', 'other'))
        run('run', small, other, '--set', 'seed={1,2}', '-o', self.path('out'))
        found = sorted(os.path.relpath(os.path.join(d, 'run.json'), self.path('out'))
                       for d, _, names in os.walk(self.path('out')) if 'run.json' in names)
        self.assertEqual(found, ['a/small/0001/run.json', 'a/small/0002/run.json', 'b/other/0001/run.json',
                                 'b/other/0002/run.json'])

    def test_a_thousand_ues(self):
        text = SMALL.replace('interfaces: [lte]}', 'interfaces: [lte], count: 1000}').replace(
            'interface: lte}', 'interface: lte, spread: 1s}').replace('message: BA, by: ha,',
                                                                      'message: BA, by: ue, received: true,')
        code, out, _ = run('run', self.file('small.yaml', text))
        self.assertEqual(code, 0, out[-2000:])
        self.assertIn('attach: 1000 of 1000 ok', out)


class Folders(rig.Case):
    def test_everything_is_there(self):
        code, _, _ = run('run', self.file('small.yaml', SMALL), '-o', self.path('deep', 'out'))
        self.assertEqual(code, 0)
        for name in ('run.json', 'events.jsonl', 'handovers.csv', 'metrics.csv', 'trace.pcapng', 'ladder.svg',
                     'timeline.svg', 'junit.xml', 'tap'):
            self.assertGreater(os.path.getsize(self.path('deep', 'out', name)), 0, name)
        with open(self.path('deep', 'out', 'run.json'), encoding='utf-8') as f:
            self.assertEqual(json.load(f)['verdict'], 'pass')

    def test_no_trace(self):
        run('run', self.file('small.yaml', SMALL), '-o', self.path('out'), '--no-trace')
        self.assertTrue(os.path.exists(self.path('out', 'metrics.csv')))
        self.assertFalse(os.path.exists(self.path('out', 'trace.pcapng')))

    def test_unwritable_folder(self):
        code, out, err = run('run', self.file('small.yaml', SMALL), '-o', '/proc/none/out')
        self.assertEqual(code, 2, out + err)
        self.assertIn('/proc/none', err)

    def test_a_file_in_the_way(self):
        blocked = self.file('blocked', 'x')
        code, _, err = run('run', self.file('small.yaml', SMALL), '-o', blocked + '/out')
        self.assertEqual(code, 2)
        self.assertIn('blocked', err)

    def test_disk_full(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        code, _, err = run('run', 'home-tour', '-o', self.path('out'), preexec_fn=limit)
        self.assertEqual(code, 70, err)
        self.assertIn(self.path('out'), err)


    @unittest.skipUnless(os.geteuid() == 0 and shutil.which('mount'), 'only root can mount a small disk')
    def test_disk_full_keeps_every_file(self):
        """All files end at about the same time, and run.json says why."""
        os.mkdir(self.path('disk'))
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', self.path('disk')],
                              capture_output=True, check=False)
        if done.returncode:
            self.skipTest('no small disk can be mounted here')
        try:
            self.fill(self.path('disk', 'out'))
        finally:
            subprocess.run(['umount', '-l', self.path('disk')], check=False)

    def fill(self, out):
        code, _, err = run('run', 'home-tour', '-o', out)
        self.assertEqual(code, 70, err)
        self.assertIn('No space left on device', err)
        with open(out + '/run.json', encoding='utf-8') as f:
            said = json.load(f)
        self.assertEqual((said['state'], said['verdict']), ('write-error', 'error'))
        self.assertIn('No space left', said['error'])
        with open(out + '/events.jsonl', encoding='utf-8') as f:
            events = [json.loads(line) for line in f]
        self.assertGreater(events[-1]['t'], said['end_ns'] - 100_000_000)
        with open(out + '/handovers.csv', encoding='utf-8') as f:
            self.assertEqual([row.split(',')[5] for row in f], ['outcome', 'ok', 'ok'])
        code, _, err = run('decode', out + '/trace.pcapng')
        self.assertEqual(code, 0, err)
        self.assertGreater(int(re.search(r'(\d+) frames read', err)[1]), 1000)
        self.assertEqual([n for n in os.listdir(out) if n.startswith('.') or n.endswith('.new')], [])

    def test_earlier_run_leaves_nothing(self):
        small = self.file('small.yaml', SMALL)
        run('run', small, '-o', self.path('out'))
        self.file('out/mine.txt', 'x')
        run('run', small, '-o', self.path('out'), '--no-trace')
        self.assertEqual(set(os.listdir(self.path('out'))),
                         {'run.json', 'handovers.csv', 'metrics.csv', 'junit.xml', 'tap', 'wireshark', 'mine.txt'})

    def test_one_writer(self):
        os.mkdir(self.path('out'))
        held = os.open(self.path('out'), os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = run('run', self.file('small.yaml', SMALL), '-o', self.path('out'))
        os.close(held)
        self.assertEqual(code, 2)
        self.assertIn('another run is writing', err)
        self.assertEqual(os.listdir(self.path('out')), [])


class Interrupts(rig.Case):
    def spent(self, pid):
        """Processor time of a process and of those that it began, s."""
        try:
            with open('/proc/%d/stat' % pid, encoding='ascii') as f:
                own = sum(map(int, f.read().rsplit(') ', 1)[1].split()[11:13])) / os.sysconf('SC_CLK_TCK')
            with open('/proc/%d/task/%d/children' % (pid, pid), encoding='ascii') as f:
                return own + sum(self.spent(int(child)) for child in f.read().split())
        except OSError:                                 # it is over
            return 0

    def interrupt(self, *words, number=signal.SIGINT):
        process = subprocess.Popen([rig.MOORING, 'run', *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=rig.TOP, start_new_session=True)
        until = time.monotonic() + 60
        while self.spent(process.pid) < 0.5 and time.monotonic() < until:
            time.sleep(0.1)
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=120)
        return process.returncode, out.decode(), err.decode()

    def long(self):
        flow = 'traffic:\n  - {flow: f, from: ue, to: cn, interval: 1ms, start: 3s}\nexpect:'
        return self.file('long.yaml', SMALL.replace('duration: 6s', 'duration: 1000h').replace('expect:', flow).replace(
            '  ar:', '  cn: {kind: cn}\n  ar:').replace('[ha, ar]', '[ha, ar, cn]'))

    def test_traces_are_readable_up_to_there(self):
        code, out, err = self.interrupt(self.long(), '-o', self.path('out'))
        self.assertEqual(code, 130, out + err)
        with open(self.path('out', 'run.json'), encoding='utf-8') as f:
            said = json.load(f)
        self.assertNotEqual(said['state'], 'finished')
        with open(self.path('out', 'events.jsonl'), encoding='utf-8') as f:
            lines = f.read().splitlines()
        for line in lines[:50] + lines[-50:]:
            json.loads(line)
        code, out, _ = run('decode', '--count', '20', self.path('out', 'trace.pcapng'))
        self.assertEqual(code, 0, out[-500:])

    def test_terminal_that_goes_away(self):
        code, out, err = self.interrupt(self.long(), '-o', self.path('out'), number=signal.SIGHUP)
        self.assertEqual(code, 130, out + err)
        with open(self.path('out', 'run.json'), encoding='utf-8') as f:
            self.assertEqual(json.load(f)['state'], 'interrupted')

    def test_workers_stop_too(self):
        code, out, err = self.interrupt(self.long(), '--runs', '6', '-j', '2', '--json')
        self.assertEqual(code, 130, out + err)
        self.assertLess(len(json.loads(out)['runs']), 6)


class Lists(rig.Case):
    def test_scenarios(self):
        code, out, _ = run('list')
        self.assertEqual(code, 0)
        self.assertIn('handover\n', out)
        self.assertIn('  home-tour ', out)

    def test_timers_and_events(self):
        self.assertIn('INITIAL_BINDACK_TIMEOUT', run('list', '--timers')[1])
        rows = json.loads(run('list', '--timers', '--json')[1])
        self.assertTrue(any(r['timer'] == 'MAX_BINDACK_TIMEOUT' and r['default'] == '32s' for r in rows))
        self.assertIn('binding-created', run('list', '--events')[1])
        self.assertTrue(json.loads(run('list', '--events', '--json')[1]))

    def test_clauses(self):
        roles = json.loads(run('list', '--clause', '--json')[1])
        self.assertLessEqual({'UE', 'HA', 'MAG', 'LMA'}, set(roles))
        for counts in roles.values():
            self.assertEqual(set(counts), {'scenario', 'code', 'not_applicable', 'missing'})
        self.assertGreater(roles['UE']['scenario'], 0)
        self.assertGreater(roles['HA']['code'], 0)
        code, out, _ = run('list', '--clause', '5.1.2.4')
        self.assertEqual(code, 0)
        self.assertIn('R24303-5.1.2.4-', out)
        self.assertRegex(out, r'code: model/proto/\w+\.c:\d+')
        self.assertRegex(run('list', '--clause=RFC 6275 11.7.1')[1], r'\[RFC 6275 11\.7\.1\]  model/')

    def test_machines(self):
        code, out, _ = run('fsm')
        self.assertEqual(code, 0)
        self.assertIn('REGISTERING', out)
        code, out, _ = run('fsm', '--dot', 'dsmip-ue')
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith('digraph "dsmip-ue" {') and out.count('->') > 8)


if __name__ == '__main__':
    rig.main()
