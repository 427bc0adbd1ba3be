# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of key material that a killed run left among the temporary files goes when the next live run begins: one
whose lock nobody holds, and none of anybody else. Skipped where network namespaces are refused."""
import fcntl
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import tools  # noqa: E402

WHY = tools.missing()
ATTACH = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'scenarios', 'attach', 'ipv6.yaml')


@tools.patient
@unittest.skipIf(WHY, WHY)
class Left(unittest.TestCase):
    def test_only_what_is_dead_goes(self):
        with tempfile.TemporaryDirectory() as tmp:
            for name, mode in (('mooring-keys.deadxx', 0o700), ('mooring-keys.alivex', 0o700),
                               ('mooring-keys.public', 0o755), ('mooring-keys.new.young', 0o700), ('other', 0o700)):
                os.mkdir(os.path.join(tmp, name))
                with open(os.path.join(tmp, name, 'ha.KEY'), 'w', encoding='utf-8') as f:
                    f.write('secret')
                os.chmod(os.path.join(tmp, name), mode)
            os.symlink(os.path.join(tmp, 'other'), os.path.join(tmp, 'mooring-keys.linked'))
            alive = os.open(os.path.join(tmp, 'mooring-keys.alivex'), os.O_RDONLY)
            fcntl.flock(alive, fcntl.LOCK_EX)
            done = tools.live('--duration', '100ms', ATTACH, env={'TMPDIR': tmp})
            self.assertIn('lateness', done.stdout, done.stdout + done.stderr)
            self.assertEqual(sorted(n for n in os.listdir(tmp) if n.startswith(('mooring-keys', 'other'))),
                             ['mooring-keys.alivex', 'mooring-keys.linked', 'mooring-keys.new.young',
                              'mooring-keys.public', 'other'])
            self.assertTrue(os.path.exists(os.path.join(tmp, 'other', 'ha.KEY')))
            os.close(alive)


if __name__ == '__main__':
    tools.main()
