# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring run --records` and `mooring unpack`: what is made from records.bin is what the run itself would have
written, octet for octet; a file that was cut short gives what is in it; what is wrong is said.
"""
import filecmp
import fcntl
import os
import resource
import shutil
import struct
import subprocess
import time

import rig
from rig import run

# a handover behind a NAT with IKEv2 and ESP, detaches, foreign PMIPv6, links that come and go, many UEs, broken frames
SCENARIOS = ['handover/home-tour', 'handover/nat-to-nat', 'detach/lifetime-over', 'pmip-handover/ipv4',
             'errors/corrupted', 'nat/rebinding']
MADE = ('events.jsonl', 'trace.pcapng')
SAME = MADE + ('handovers.csv', 'metrics.csv', 'run.json', 'junit.xml', 'tap', 'wireshark/esp_sa')


def files(folder):
    return {os.path.relpath(os.path.join(d, f), folder) for d, _, names in os.walk(folder) for f in names}


class Unpack(rig.Case):
    def folders(self, *words):
        """The results of a run that wrote all itself, and of one with records alone."""
        plain, packed = (self.file(name, '') for name in ('plain', 'packed'))
        for folder, more in ((plain, ()), (packed, ('--records',))):
            os.unlink(folder)
            code, out, err = run('run', *words, '-o', folder, *more)
            self.assertIn(code, (0, 1), out + err)
        return plain, packed

    def scenarios(self):
        found = [os.path.join(rig.TOP, 'scenarios', name + '.yaml') for name in SCENARIOS]
        return [path for path in found if os.path.exists(path)]

    def test_the_same_octets(self):
        paths = self.scenarios()
        self.assertGreater(len(paths), 3)
        plain, packed = self.folders(*paths)
        before = files(packed)
        self.assertFalse({os.path.basename(f) for f in before} & set(MADE + ('ladder.svg', 'timeline.svg')))
        code, out, err = run('unpack', packed)
        self.assertEqual((code, err), (0, ''), out)
        self.assertRegex(out, r'packed: [1-9]\d* runs unpacked')
        compared = 0
        for name in sorted(files(plain)):
            if name.endswith(SAME):
                self.assertTrue(filecmp.cmp(os.path.join(plain, name), os.path.join(packed, name), shallow=False), name)
                compared += 1
        self.assertGreater(compared, len(SAME) * 3)

    def test_the_rest_is_made_from_it(self):
        _, packed = self.folders(self.scenarios()[0])
        code, _, err = run('ladder', packed)
        self.assertEqual(code, 2)
        self.assertRegex(err, r'events\.jsonl: No such file or directory: `mooring unpack .*packed` makes it')
        self.assertEqual(run('unpack', packed)[0], 0)
        code, out, err = run('ladder', packed)
        self.assertEqual(code, 0, err)
        self.assertIn('BU', out)

    def test_cut_short(self):
        plain, packed = self.folders(self.scenarios()[0])
        path = os.path.join(packed, 'records.bin')
        os.truncate(path, os.path.getsize(path) * 2 // 3)
        code, out, err = run('unpack', packed)
        self.assertEqual((code, err), (0, ''), out)
        events = []
        for folder in (plain, packed):
            with open(os.path.join(folder, 'events.jsonl'), 'rb') as f:
                events.append(f.read())
        whole, got = events
        self.assertGreater(len(got), len(whole) // 3)
        self.assertTrue(whole.startswith(got), 'what is there is right')
        with open(path, 'r+b') as f:
            f.write(b'something else')
        self.assertRegex(run('unpack', packed)[2], 'no records of ours')

    def test_killed(self):
        """What is there after a kill is from about the same time: figures and keys are not left in their buffers."""
        packed = self.file('packed', '')
        os.unlink(packed)
        long = self.file('long.yaml', 'extends: %s/scenarios/attach/ipv6.yaml\nduration: 20000s\ntraffic:\n'
                         '  - {flow: down, from: cn, to: ue, kind: cbr, interval: 1ms, size: 500octets, start: 1s}\n'
                         % rig.TOP)
        words = [rig.MOORING, 'run', long, '--records', '-o', packed]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run_of_it:
            path = os.path.join(packed, 'records.bin')
            while run_of_it.poll() is None and not (os.path.exists(path) and os.path.getsize(path) > 40 << 20):
                time.sleep(0.01)
            self.assertIsNone(run_of_it.poll(), 'it was over before')
            run_of_it.kill()
        for name in ('handovers.csv', 'wireshark/esp_sa', 'wireshark/ike.keys'):
            with open(os.path.join(packed, name), encoding='utf-8') as f:
                self.assertGreater(len(f.readlines()), 1, name)
        code, out, err = run('unpack', packed)
        self.assertEqual((code, err), (0, ''), out)
        self.assertGreater(os.path.getsize(os.path.join(packed, 'trace.pcapng')), 1 << 20)

    def test_hostile(self):
        """Frames of no port, or of one that no world has."""
        _, packed = self.folders(self.scenarios()[0])
        path = os.path.join(packed, 'records.bin')
        with open(path, 'rb') as f:
            head = f.read(48)
        scene = struct.pack('<IIq', 16 << 8 | 25, 0, 0)
        for front in (b'', struct.pack('<I', 0xfffffffe), struct.pack('<I', 50000000)):
            body = front + struct.pack('<Q', 1 << 8) + bytes(60)
            block = struct.pack('<I', (4 + len(body)) << 8 | (0x20 if front else 0)) + body
            with open(path, 'wb') as f:
                f.write(head + scene + block)
            code, _, err = run('unpack', packed)
            self.assertEqual(code, 2, err)
            self.assertRegex(err, r'records.bin: offset 64: ')
        os.unlink(path)
        os.mkfifo(path)
        self.assertEqual(run('unpack', packed)[0], 2)

    def test_what_is_there_is_not_spoilt(self):
        """A run that still writes is left alone; a link is replaced, not followed; half of a file does not stay."""
        _, packed = self.folders(self.scenarios()[0])
        events = os.path.join(packed, 'events.jsonl')
        folder = os.open(packed, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        code, _, err = run('unpack', packed)
        os.close(folder)
        self.assertEqual(code, 2)
        self.assertIn('another run is writing into this folder', err)
        self.assertFalse(os.path.exists(events))
        other = self.file('other', 'mine')
        os.symlink(other, events)
        self.assertEqual(run('unpack', packed)[0], 0)
        self.assertFalse(os.path.islink(events))
        with open(other, encoding='utf-8') as f:
            self.assertEqual(f.read(), 'mine')
        small = (1 << 17,) * 2
        code, _, err = run('unpack', packed, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small))
        self.assertEqual(code, 70, err)
        self.assertIn('File too large', err)
        self.assertFalse(os.path.exists(events) or os.path.exists(os.path.join(packed, 'trace.pcapng')))

    def test_what_is_wrong(self):
        plain, _ = self.folders(self.scenarios()[0])
        for words, says in (((), 'which results folder'), ((plain,), 'no records.bin in it or below it'),
                            ((plain + 'x',), 'No such file')):
            code, _, err = run('unpack', *words)
            self.assertEqual(code, 2)
            self.assertIn(says, err)
        scenario = self.scenarios()[0]
        for words, says in ((('--records',), 'into which folder'),
                            (('--records', '--tables', '-o', plain), 'or --tables'),
                            (('--records', '--no-trace', '-o', plain), 'or --no-trace')):
            code, _, err = run('run', scenario, *words)
            self.assertEqual(code, 2)
            self.assertIn(says, err)
        shutil.rmtree(plain)


if __name__ == '__main__':
    rig.main()
