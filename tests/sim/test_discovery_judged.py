#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark reads what home agent discovery says: DNS as it lies in the trace, and NAS messages with their protocol
configuration options, which have no link type of their own and so are given to its NAS dissector alone."""
import json
import os
import shutil
import struct
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

NAS, DLT = 243, 'uat:user_dlts:"User 0 (DLT=147)","nas-eps_plain","0","","0",""'


@unittest.skipUnless(shutil.which('tshark'), 'tshark is not installed')
class Judged(rig.Case):
    def play(self, name):
        scenario = os.path.join(rig.SCENARIOS, 'discovery', name + '.yaml')
        code, out, err = rig.run('run', scenario, '-o', self.path(name))
        self.assertEqual(code, 0, out + err)

    def tshark(self, *words):
        done = subprocess.run(['tshark'] + list(words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=100,
                              check=False)
        self.assertEqual(done.returncode, 0)
        return done.stdout.decode()

    def test_dns(self):
        self.play('dns')
        trace = self.path('dns', 'trace.pcapng')
        self.assertEqual(self.tshark('-r', trace, '-Y', 'dns && _ws.malformed'), '')
        lines = self.tshark('-r', trace, '-Y', 'dns.flags.response == 1', '-T', 'fields', '-E', 'separator=|', '-e',
                            'dns.qry.name', '-e', 'dns.cname', '-e', 'dns.aaaa', '-e', 'dns.a').splitlines()
        name, target = 'internet.ha-apn.mnc001.mcc001.pub.3gppnetwork.org', 'gw1.epc.example.org'
        self.assertIn('|'.join([name, target, '2001:db8:c0::1', '']), lines)
        self.assertIn('|'.join([name, target, '', '203.0.113.1']), lines)

    def test_services(self):
        self.play('service')
        lines = self.tshark('-r', self.path('service', 'trace.pcapng'), '-Y', 'dns.srv.port', '-T', 'fields', '-e',
                            'dns.srv.target', '-e', 'dns.srv.priority').split()
        self.assertIn('ha.example.org,ha2.example.org', lines)
        self.assertIn('10,20', lines)

    def messages(self, name):
        with open(self.path(name, 'events.jsonl'), encoding='utf-8') as f:
            rows = [json.loads(line) for line in f]
        return [bytes.fromhex(r['octets']) for r in rows
                if r.get('kind') == 'signal-tx' and r.get('protocol') == NAS]

    def test_protocol_configuration_options(self):
        self.play('pco')
        messages, capture = self.messages('pco'), self.path('nas.pcap')
        self.assertEqual(len(messages), 3)
        with open(capture, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 147))
            for i, m in enumerate(messages):
                f.write(struct.pack('<IIII', i, 0, len(m), len(m)) + m)
        self.assertEqual(self.tshark('-r', capture, '-o', DLT, '-Y', '_ws.malformed || _ws.expert'), '')
        text = self.tshark('-r', capture, '-o', DLT, '-V')
        for said in ('PDN connectivity request (0xd0)', 'Activate default EPS bearer context request (0xc1)',
                     'Activate default EPS bearer context accept (0xc2)', 'APN: internet',
                     'DSMIPv6 Home Agent Address Request (0x0007)', 'DSMIPv6 Home Network Prefix Request (0x0008)',
                     'DSMIPv6 IPv4 Home Agent Address Request (0x0009)', 'DSMIPv6 Home Agent Address (0x0007)',
                     'IPv6: 2001:db8:c0::1', 'IPv4: 203.0.113.1', 'IPv6: 2001:db8:a000::', 'Prefix length: 64'):
            self.assertIn(said, text)


if __name__ == '__main__':
    rig.main()
