# SPDX-License-Identifier: GPL-2.0-or-later
"""What `mooring live` tells a node that is another program: files of key material that only it can read, variables, and
nothing of them left behind. Skipped where network namespaces are refused or ip(8) is missing."""
import glob
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import tools  # noqa: E402

WHY = tools.missing()
SAY = '''
      env | grep ^MOORING_
      for f in $MOORING_CA $MOORING_KEY $MOORING_CERT $MOORING_SUBSCRIBERS; do stat -c "%%a %%n" $f; cat $f; done
      stat -c "%%a folder" $(dirname $MOORING_CA)
'''


@tools.patient
@unittest.skipIf(WHY, WHY)
class Keys(unittest.TestCase):
    def said(self, base, node):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.yaml')
            with open(path, 'w', encoding='utf-8') as f:
                f.write('scenario: x\nabout: x\nextends: %s\nduration: 700ms\nnodes:\n  %s:\n    command: |%s\n'
                        'timeline: []\nexpect: []\n' % (os.path.join(HERE, base), node, SAY.replace('%%', '%')))
            done = tools.live(path)
        self.assertIn('lateness', done.stdout, done.stdout + done.stderr)
        self.assertEqual(glob.glob('/run/mooring-keys*') + glob.glob('/tmp/mooring-keys*'), [])
        return done.stdout

    def test_a_home_agent(self):
        text = self.said('charon-responder.yaml', 'ha')
        for name in ('CA=/run/', 'KEY=/run/', 'CERT=/run/', 'SUBSCRIBERS=/run/', 'ID=internet', 'AAA_IP4=127.0.0.1',
                     'AAA_SECRET=', 'AT_ha_IP6=2001:db8:c0::1', 'AT_ar_IP6=2001:db8:c0::2', 'NODE=ha'):
            self.assertIn('MOORING_' + name, text)
        self.assertIn('700 folder', text)
        self.assertEqual(text.count('600 /run/mooring-keys.'), 4)
        self.assertEqual(text.count('-----BEGIN CERTIFICATE-----'), 2)
        self.assertEqual(text.count('-----BEGIN PRIVATE KEY-----'), 1)
        self.assertRegex(text, r'(?m)^[0-9]{15} [0-9a-f]{32} [0-9a-f]{32}$')

    def test_a_ue(self):
        text = self.said('charon-initiator.yaml', 'ue')
        for name in ('ID=ue', 'PASSWORD=wonderland', 'IMSI=0', 'K=', 'OPC=', 'PEER=ha', 'PEER_ID=internet', 'CA=/run/'):
            self.assertIn('MOORING_' + name, text)
        self.assertNotIn('MOORING_KEY', text)

    def test_an_anchor(self):
        text = self.said('charon-lma.yaml', 'lma')
        for name in ('ID=lma.epc.example', 'ID_mag1=mag1.epc.example', 'PSK_mag1=0x', 'AT_mag1_IP6=2001:db8:c0::2'):
            self.assertIn('MOORING_' + name, text)


if __name__ == '__main__':
    tools.main()
