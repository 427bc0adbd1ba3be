# SPDX-License-Identifier: GPL-2.0-or-later
"""`mooring replay --keys`: a recording of other people's IKEv2 with EAP-AKA proved with the keys they kept, each kind
of key with a wrong digit refused by name, ESP built here, damaged captures and damaged files of keys. Third parties'
captures are looked for in $MOORING_CAPTURES or ../shared/captures."""
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests', 'replay'))
import build as b  # noqa: E402

MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
REFERENCE = os.path.join(TOP, 'traces', 'reference')
OTHERS = os.environ.get('MOORING_CAPTURES', os.path.join(TOP, '..', 'shared', 'captures'))
CAPTURE = os.path.join(REFERENCE, 'eapaka-ok.pcap')
TABLE, ESP_SA, KEYS = 'ikev2_decryption_table', 'esp_sa', 'eapaka-ok.keys'
MUTANTS, CUTS = 60, 40
MS, S = 10**6, 10**9
T = 1700000000 * S


def text(name):
    with open(os.path.join(REFERENCE, name)) as f:
        return f.read()


GIVEN = {TABLE: text('eapaka-ok.' + TABLE), ESP_SA: text('eapaka-ok.' + ESP_SA), KEYS: text(KEYS)}


def replay(capture, files, *args):
    """Replays with a folder of these files; (exit code, output, errors), the folder's name taken out of both."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            with open(os.path.join(folder, name), 'w') as f:
                f.write(content)
        if isinstance(capture, bytes):
            path = os.path.join(folder, 'x.pcap')
            with open(path, 'wb') as f:
                f.write(capture)
            capture = path
        keys = ['--keys', folder] if files else []
        done = subprocess.run([MOORING, 'replay', capture, *keys, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120)
    return (done.returncode, *(o.decode().replace(folder + '/', '') for o in (done.stdout, done.stderr)))


def result(capture, files, *args):
    code, out, err = replay(capture, files, '--json', *args)
    if not out:
        raise AssertionError('exit code %d: %s' % (code, err))
    return code, json.loads(out)


def verdicts(r):
    return {c['id']: c['verdict'] for c in r['checks']}


def messages(r):
    return {c['id']: c['message'] for c in r['checks']}


def flipped(content, value, at=None):
    """The same with another digit in the middle of this value."""
    assert content.count(value), value
    at = len(value) // 2 if at is None else at
    return content.replace(value, value[:at] + ('0' if value[at] != '0' else '1') + value[at + 1:])


def fields(table, line):
    return table.split('\n')[line - 1].split(',')


class Reference(unittest.TestCase):
    """The recording in traces/reference."""

    def test_everything_is_proved(self):
        code, r = result(CAPTURE, GIVEN)
        self.assertEqual(code, 0, r['checks'])
        counts = r['ike']['counts']
        self.assertEqual([counts[k] for k in ('ike_sas', 'child_sas', 'ike_rekeys', 'child_rekeys', 'messages',
                                              'esp_packets', 'icvs_right', 'icvs')], [1, 1, 1, 1, 22, 10, 28, 28])
        self.assertEqual(set(verdicts(r).values()), {'pass'})
        said = messages(r)
        self.assertIn('all 2 key sets', said['REPLAY-IKE-KEY-01'])
        self.assertIn('all 18 ', said['REPLAY-IKE-ICV-01'])
        self.assertIn('all 3 AUTH', said['REPLAY-IKE-AUTH-01'])
        self.assertIn('all 2 MACs', said['REPLAY-EAP-MAC-01'])
        self.assertIn('all 2 ', said['REPLAY-EAP-RES-01'])
        self.assertIn('all 4 keys', said['REPLAY-ESP-KEY-01'])
        self.assertIn('all 10 ', said['REPLAY-ESP-ICV-01'])

    def test_phases(self):
        _, r = result(CAPTURE, GIVEN)
        first, second = r['ike']['sas']
        self.assertEqual([(x['exchange'], x['message_id'], x['request_record'], x['response_record'], x['took_ns'])
                          for x in first['exchanges']],
                         [('IKE_SA_INIT', 0, 14, 15, 2074000), ('IKE_SA_INIT', 0, 16, 17, 1446000),
                          ('IKE_AUTH', 1, 18, 19, 9786000), ('IKE_AUTH', 2, 20, 21, 74183000),
                          ('IKE_AUTH', 3, 22, 23, 956000), ('IKE_AUTH', 4, 24, 25, 1223000),
                          ('CREATE_CHILD_SA', 5, 35, 36, 819000), ('INFORMATIONAL', 6, 37, 38, 517000),
                          ('CREATE_CHILD_SA', 7, 42, 43, 4393000), ('INFORMATIONAL', 8, 44, 45, 306000)])
        self.assertEqual((first['handshake_ns'], first['network_ns'], first['initiator_ns']),
                         (101474000, 89668000, 11806000))
        what = [x['what'] for x in first['exchanges']]
        self.assertIn('INVALID_KE_PAYLOAD: MODP-2048', what[0])
        self.assertIn('EAP-Request/AKA-Identity', what[2])
        self.assertIn('AUTH of r right (RSA)', what[2])
        self.assertEqual(what[3], 'EAP-Response/AKA-Identity, EAP-Request/AKA-Challenge')
        self.assertIn('EAP-Success', what[4])
        self.assertIn('AUTH of i right (EAP), AUTH of r right (EAP)', what[5])
        self.assertIn('rekeys child 0x57bf6997', what[6])
        self.assertIn('IKE SA 2', what[8])
        self.assertEqual((second['replaces'], second['equals_table'], second['state']), (1, True, 'deleted'))
        self.assertEqual(second['exchanges'][0]['what'], 'DELETE of the IKE SA')
        self.assertEqual([(e['spi'], e['packets'], e['right'], e['tunnel'], e['udp']) for e in r['ike']['esp']],
                         [('2da139b9', 3, 3, True, True), ('57bf6997', 2, 2, True, True),
                          ('377e787b', 3, 3, True, True), ('d2e59ca9', 2, 2, True, True)])

    def test_facts_are_enough(self):
        code, r = result(CAPTURE, {KEYS: GIVEN[KEYS]})
        self.assertEqual((code, r['ike']['counts']['icvs_right']), (0, 28))
        self.assertNotIn('REPLAY-IKE-KEY-01', verdicts(r))	# there is nothing to hold them against

    def test_tables_alone(self):
        code, r = result(CAPTURE, {TABLE: GIVEN[TABLE], ESP_SA: GIVEN[ESP_SA]})
        v = verdicts(r)
        self.assertEqual((code, r['ike']['counts']['icvs_right']), (3, 28))
        self.assertEqual((v['REPLAY-IKE-ICV-01'], v['REPLAY-ESP-ICV-01'], v['REPLAY-IKE-AUTH-01']),
                         ('pass', 'pass', 'inconclusive'))

    def test_any_subscriber(self):
        code, _ = result(CAPTURE, {KEYS: GIVEN[KEYS].replace('usim 001010123456789', 'usim *')})
        self.assertEqual(code, 0)

    def test_msk_in_place_of_the_subscriber(self):
        msk = ('40df4684c6b709f92d36194b206465e02c410ef2721dce56f7aebe49bbbcb2d2'
               'f024804737d9159cdcabb7aaf41cf38d8d34ca1a31edde3ec06112b708679a76')
        keys = re.sub('usim.*', 'msk a835e9076f9f8851 %s\nk-aut * f5d15dba0e481d73e3d8e1faf8d07167' % msk, GIVEN[KEYS])
        code, r = result(CAPTURE, {KEYS: keys})
        v = verdicts(r)
        self.assertEqual((code, v['REPLAY-IKE-AUTH-01'], v['REPLAY-EAP-MAC-01'], v['REPLAY-EAP-RES-01']),
                         (3, 'pass', 'pass', 'inconclusive'))
        for value, check in ((msk, 'REPLAY-IKE-AUTH-01'), ('f5d15dba0e481d73e3d8e1faf8d07167', 'REPLAY-EAP-MAC-01')):
            code, r = result(CAPTURE, {KEYS: flipped(keys, value)})
            self.assertEqual((code, verdicts(r)[check]), (1, 'fail'))

    def test_sk_in_place_of_the_secret(self):
        """What the emulator wrote of its first IKE SA, without the secret."""
        sk = ('sk-d a835e9076f9f8851 7e102e2fef5f96f13f0e980def40eebe42463ed7\n'
              'sk-p a835e9076f9f8851 c8e2ffe996f0d6231633e90297e193bce2806012 '
              '99d25ee5b0d8879c8a48f260e5e4a4dbd850bb16\n'
              'prf  a835e9076f9f8851 sha1\n')
        keys = re.sub('dh   a835.*\n', sk, GIVEN[KEYS])
        code, r = result(CAPTURE, {KEYS: keys, TABLE: GIVEN[TABLE], ESP_SA: GIVEN[ESP_SA]})
        self.assertEqual(code, 0, messages(r))
        for value, check in (('99d25ee5b0d8879c8a48f260e5e4a4dbd850bb16', 'REPLAY-IKE-AUTH-01'),
                             ('7e102e2fef5f96f13f0e980def40eebe42463ed7', 'REPLAY-ESP-KEY-01')):
            code, r = result(CAPTURE, {KEYS: flipped(keys, value), TABLE: GIVEN[TABLE], ESP_SA: GIVEN[ESP_SA]})
            self.assertEqual((code, verdicts(r)[check]), (1, 'fail'))
        code, r = result(CAPTURE, {KEYS: keys.replace('sha1', 'sha256'), TABLE: GIVEN[TABLE]})
        self.assertEqual((code, verdicts(r)['REPLAY-IKE-KEY-01']), (1, 'fail'))

    def test_several_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, content in GIVEN.items():
                paths += ['--keys', os.path.join(folder, 'a file of ' + name)]
                with open(paths[-1], 'w') as f:
                    f.write(content)
            done = subprocess.run([MOORING, 'replay', CAPTURE, *paths], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 0)

    def test_sealed_without_keys(self):
        code, r = result(CAPTURE, {})
        self.assertEqual(code, 3)
        self.assertIn('sealed, no keys given', messages(r)['REPLAY-IKE-ICV-01'])
        self.assertEqual(len(r['ike']['sas'][0]['exchanges']), 10)
        self.assertEqual(r['ike']['counts']['icvs_right'], 0)

    def test_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            code, _, err = replay(CAPTURE, GIVEN, '-o', folder)
            self.assertEqual((code, err), (0, ''))
            with open(os.path.join(folder, 'ike.csv')) as f:
                lines = f.read().split('\n')
            self.assertEqual(len(lines), 13)
            self.assertTrue(lines[3].startswith('1,10.77.0.1,10.77.0.2,a835e9076f9f8851,2c60aafe90feeb50,IKE_AUTH,1,'
                                                'initiator,3976950000,9786000,9786000,18,19,0,"'), lines[3])
            with open(os.path.join(folder, 'events.jsonl')) as f:
                events = [json.loads(line) for line in f]
            sealed = [e for e in events if e.get('secured')]
            self.assertEqual(len(sealed), 36)	# sent and received
        code, out, _ = replay(CAPTURE, GIVEN, '--ladder')
        self.assertEqual(code, 0)
        self.assertRegex(out, 'IKE_AUTH .*IDi')


class WrongDigit(unittest.TestCase):
    """One digit is wrong: which check fails, and what its message names."""

    def refused(self, files, check, *names):
        code, r = result(CAPTURE, files)
        self.assertEqual((code, verdicts(r).get(check)), (1, 'fail'), messages(r))
        for name in names:
            self.assertIn(name, messages(r)[check])

    def test_of_a_secret(self):
        secrets = re.findall(r'dh +\w+ (\w+)', GIVEN[KEYS])
        one = {KEYS: flipped(GIVEN[KEYS], secrets[0])}
        self.refused(one, 'REPLAY-IKE-ICV-01', 'record 18 ', 'IKE SA 1', KEYS + ':3')
        self.refused({**GIVEN, **one}, 'REPLAY-IKE-KEY-01', KEYS + ':3', TABLE + ':3', 'IKE SA 1')
        self.refused({KEYS: flipped(GIVEN[KEYS], secrets[1])}, 'REPLAY-IKE-ICV-01', 'record 50 ', 'IKE SA 2',
                     KEYS + ':4')

    def test_of_a_subscriber(self):
        for value in re.search(r'usim \d+ (\w+) (\w+)', GIVEN[KEYS]).groups():
            self.refused({KEYS: flipped(GIVEN[KEYS], value)}, 'REPLAY-EAP-MAC-01', 'record 21 ', 'IKE SA 1',
                         KEYS + ':5')
        code, r = result(CAPTURE, {KEYS: GIVEN[KEYS].replace('001010123456789', '001010123456780')})
        self.assertEqual((code, verdicts(r)['REPLAY-EAP-MAC-01']), (3, 'inconclusive'))

    def test_of_ike(self):
        line = fields(GIVEN[TABLE], 3)
        for at, record, key in ((2, 18, 'SK_ei'), (3, 19, 'SK_er'), (5, 18, 'SK_ai'), (6, 19, 'SK_ar')):
            bad = {TABLE: flipped(GIVEN[TABLE], line[at])}
            self.refused(bad, 'REPLAY-IKE-ICV-01', 'record %d ' % record, 'IKE SA 1', TABLE + ':3', key)
            self.refused({**GIVEN, **bad}, 'REPLAY-IKE-KEY-01', 'IKE SA 1', TABLE + ':3', key, KEYS + ':3')

    def test_of_esp(self):
        for at, what in ((5, 'encryption key'), (7, 'authentication key')):
            bad = {ESP_SA: flipped(GIVEN[ESP_SA], fields(GIVEN[ESP_SA], 1)[at].strip('"')[2:])}
            self.refused(bad, 'REPLAY-ESP-ICV-01', 'record 28 ', '0x2da139b9', ESP_SA + ':1')
            self.refused({**GIVEN, **bad}, 'REPLAY-ESP-KEY-01', '0x2da139b9', ESP_SA + ':1', what)

    def test_of_an_spi(self):
        code, r = result(CAPTURE, {TABLE: flipped(GIVEN[TABLE], 'a835e9076f9f8851')})
        self.assertEqual((code, verdicts(r)['REPLAY-IKE-ICV-01']), (3, 'inconclusive'))
        self.assertIn('no key is given for IKE SA 1', messages(r)['REPLAY-IKE-ICV-01'])
        code, out, _ = replay(CAPTURE, {TABLE: flipped(GIVEN[TABLE], 'a835e9076f9f8851')})
        self.assertRegex(out, 'are for nothing here, first that of %s:2' % TABLE)

    def test_keys_of_another_capture(self):
        other = 'dh 0123456789abcdef ' + '11' * 32 + '\n'
        code, r = result(CAPTURE, {KEYS: other})
        self.assertEqual((code, verdicts(r)['REPLAY-KEYS-01']), (1, 'fail'))


class BadFiles(unittest.TestCase):
    """Files of keys that are none, each with its line and what is wrong; nothing is replayed."""

    def bad(self, name, content, *said):
        code, out, err = replay(CAPTURE, {name: content})
        self.assertEqual((code, out), (2, ''), err)
        for words in said:
            self.assertIn(words, err)

    def test_ikev2_table(self):
        good = fields(GIVEN[TABLE], 1)

        def line(at, value):
            return '# one\n\n' + ','.join(good[:at] + [value] + good[at + 1:]) + '\n'
        where = TABLE + ':3: '
        self.bad(TABLE, line(2, good[2][:-1]), where, 'SK_ei', '31 digits', '32')
        self.bad(TABLE, line(3, good[3] + '0'), where, 'SK_er', '33 digits')
        self.bad(TABLE, line(5, good[5] + 'ab'), where, 'SK_ai', '42 digits', '40')
        self.bad(TABLE, line(6, 'x' + good[6][1:]), where, 'SK_ar', 'no hexadecimal digit')
        self.bad(TABLE, line(0, good[0][1:]), where, 'SPI', '15 digits', '16')
        self.bad(TABLE, line(4, '"ROT-13"'), where, "no algorithm is called 'ROT-13'")
        self.bad(TABLE, line(4, '"3DES [RFC2451]"'), where, 'not among the algorithms')
        self.bad(TABLE, line(7, '"HMAC_MD5_96 [RFC2403]"'), where, 'not among the algorithms')
        self.bad(TABLE, line(7, '"NONE [RFC4306]"'), where, 'there must be one')
        self.bad(TABLE, line(4, '"AES-GCM-128 with 16 octet ICV [RFC5282]"'), where, 'AEAD')
        self.bad(TABLE, ','.join(good[:7]), TABLE + ':1: ', '7 fields')
        self.bad(TABLE, line(7, '"open'), where, 'quotation mark')

    def test_esp_sa(self):
        good = fields(GIVEN[ESP_SA], 1)

        def line(at, value):
            return ','.join(good[:at] + ['"%s"' % value] + good[at + 1:])
        where = ESP_SA + ':1: '
        self.bad(ESP_SA, line(0, 'IPv5'), where, 'IPv4 or IPv6')
        self.bad(ESP_SA, line(1, '10.0.0'), where, 'source', 'address')
        self.bad(ESP_SA, line(3, '0x2da1*'), where, 'SPI')
        self.bad(ESP_SA, line(3, '0x12345678a'), where, 'SPI')
        self.bad(ESP_SA, line(4, 'Caesar'), where, "'Caesar'")
        self.bad(ESP_SA, line(4, 'TWOFISH-CBC'), where, 'not among the algorithms')
        self.bad(ESP_SA, line(5, '0x00'), where, 'encryption key', '2 digits', '32')
        self.bad(ESP_SA, line(6, 'HMAC-MD5-96 [RFC2403]'), where, 'not among the algorithms')
        self.bad(ESP_SA, line(7, '0x' + '00' * 21), where, 'authentication key', '42 digits', '40')
        self.bad(ESP_SA, ','.join(good) + ',"64-bit"', where, '32 bits')
        self.bad(ESP_SA, ','.join(good[:5]), where, '5 fields')
        code, r = result(CAPTURE, {ESP_SA: '\n'.join(x + ',"32-bit"' for x in GIVEN[ESP_SA].split('\n') if x)})
        self.assertEqual(verdicts(r)['REPLAY-ESP-ICV-01'], 'pass')
        wild = re.sub(r'"10\.77\.0\.\d"', '"*"', GIVEN[ESP_SA])
        self.assertEqual(verdicts(result(CAPTURE, {ESP_SA: wild})[1])['REPLAY-ESP-ICV-01'], 'pass')

    def test_facts(self):
        for line, *said in (('rot13 a835e9076f9f8851 00', 'no kind of key'), ('dh a835e9076f9f8851', '2 words'),
                            ('dh a835e9076f9f8851 00 11', '4 words'), ('dh a835e9076f9f88 00', 'SPI', '14 digits'),
                            ('dh a835e9076f9f8851 ' + '0' * 511, 'odd'), ('dh a835e9076f9f8851 ' + '0' * 510, '510'),
                            ('dh a835e9076f9f8851 ' + 'g' * 64, 'no hexadecimal digit'),
                            ('sk-p a835e9076f9f8851 %s %s' % ('0' * 40, '0' * 64), 'SK_pr', '64 digits'),
                            ('sk-d a835e9076f9f8851 ' + '0' * 42, 'SK_d', '42 digits'),
                            ('prf a835e9076f9f8851 sha7', "'sha7' is no prf"), ('usim 12x45678 00 00', 'no IMSI'),
                            ('usim * %s %s' % ('0' * 32, '0' * 30), 'OPc', '30 digits', '32'),
                            ('usim * %s %s' % ('0' * 34, '0' * 32), 'K:', '34 digits', '32'),
                            ('msk * ' + '0' * 126, 'msk', '126 digits', '128'), ('k-aut * 00', 'k-aut', '2 digits'),
                            ('sk-d 2da139b9 ' + '0' * 40, 'SPI')):
            with self.subTest(line=line[:30]):
                self.bad('x.keys', '# a comment\n' + line, 'x.keys:2: ', *said)

    def test_no_keys_at_all(self):
        self.bad('x.keys', '# nothing\n', 'there is no key in it')
        self.bad('x.txt', GIVEN[TABLE], 'no file of keys in this folder')
        code, out, err = replay(CAPTURE, {}, '--keys', '/nonexistent/keys')
        self.assertEqual((code, out), (2, ''))
        self.assertIn('/nonexistent/keys', err)
        self.bad('x.keys', 'dh \0', 'octet 0')
        code, out, err = replay(CAPTURE, {}, '--keys', CAPTURE)
        self.assertEqual((code, out), (2, ''))

    def test_random_files(self):
        """Damaged lines end in a message or in a replay, never otherwise."""
        rng = random.Random(3)
        for number in range(40):
            name = rng.choice(sorted(GIVEN))
            content = list(GIVEN[name])
            for _ in range(rng.randrange(1, 6)):
                at = rng.randrange(len(content))
                content[at] = rng.choice(['', '"', ',', ' ', '0', 'f', 'x', '\n', chr(rng.randrange(1, 127))])
            with self.subTest(number=number):
                code, out, err = replay(CAPTURE, {name: ''.join(content)})
                self.assertIn(code, (0, 1, 2, 3), err)
                self.assertTrue(out if code != 2 else err)


class Damaged(unittest.TestCase):
    def setUp(self):
        with open(CAPTURE, 'rb') as f:
            self.data = f.read()

    def test_cut_off(self):
        for n in range(24, len(self.data), len(self.data) // CUTS):
            with self.subTest(octets=n):
                code, _, err = replay(self.data[:n], GIVEN)
                self.assertIn(code, (1, 2, 3), err)

    def test_octets_changed(self):
        """A changed packet is never taken for a right one: fewer ICVs are, or the packet is another's."""
        rng = random.Random(5)
        for number in range(MUTANTS):
            data = bytearray(self.data)
            for _ in range(rng.randrange(1, 20)):
                data[rng.randrange(24, len(data))] = rng.randrange(256)
            with self.subTest(number=number):
                code, out, err = replay(bytes(data), GIVEN)
                self.assertIn(code, (0, 1, 2, 3), err)

    def test_one_bit_of_a_sealed_message(self):
        """Record 18's ciphertext."""
        at, record = 24, 1
        while record < 18:
            at += 16 + struct.unpack('<I', self.data[at + 8:at + 12])[0]
            record += 1
        data = bytearray(self.data)
        data[at + 16 + 400] ^= 1
        code, r = result(bytes(data), GIVEN)
        self.assertEqual((code, verdicts(r)['REPLAY-IKE-ICV-01']), (1, 'fail'))
        self.assertEqual(r['ike']['counts']['icvs_right'], 27)
        self.assertIn('record 18 ', messages(r)['REPLAY-IKE-ICV-01'])


# ---- ESP with NULL encryption and HMAC-SHA1-96, built here -----------------------------------------------------------

AUTH_KEY = bytes(range(20))
OUT, IN = 0x1001, 0x2002
LINES = ''.join('"IPv6","*","*","0x%08x","NULL","","HMAC-SHA-1-96 [RFC2404]","0x%s"\n' % (spi, AUTH_KEY.hex())
                for spi in (OUT, IN))


def esp(spi, seq, payload, proto, key=AUTH_KEY):
    pad = bytes(range(1, 1 + -(len(payload) + 2) % 4))
    body = struct.pack('>II', spi, seq) + payload + pad + bytes([len(pad), proto])
    return body + hmac.new(key, body, hashlib.sha1).digest()[:12]


def transport(packet, spi, seq, **how):
    """The same packet with what is behind its extension header in ESP."""
    at = 40 + (8 * (packet[41] + 1) if packet[6] in (43, 60) else 0)
    where = 6 if at == 40 else 40
    sealed = esp(spi, seq, packet[at:], packet[where], **how)
    head = bytearray(packet[:at])
    head[where] = 50
    head[4:6] = struct.pack('>H', at - 40 + len(sealed))
    return bytes(head) + sealed


def tunnel(outer_src, outer_dst, packet, spi, seq, **how):
    return b.ip6(outer_src, outer_dst, 50, esp(spi, seq, packet, 41, **how))


def frames(*all_of_them):
    return b.pcap([(T + at, b.link(b.ETHERNET, packet)) for at, packet in all_of_them])


class Esp(unittest.TestCase):
    PLAIN = [(0, b.update(1)), (20 * MS + 11, b.answer(1)), (10 * S, b.update(2, coa=b.COA2)),
             (10 * S + 30 * MS, b.answer(2, coa=b.COA2))]

    def sealed(self, **how):
        spis = [OUT, IN, OUT, IN]
        return [(at, transport(packet, spis[i], 1 + i // 2, **how)) for i, (at, packet) in enumerate(self.PLAIN)]

    def test_signalling_inside(self):
        """The same steps and round trips as without ESP."""
        plain_code, plain = result(frames(*self.PLAIN), {})
        code, r = result(frames(*self.sealed()), {ESP_SA: LINES})
        self.assertEqual((code, plain_code), (0, 0), messages(r))
        for what in ('steps', 'exchanges', 'deviations'):
            self.assertEqual(r[what], plain[what])
        self.assertEqual((r['counts']['bu'], r['counts']['ba']), (2, 2))
        self.assertEqual([(e['right'], e['mobility_headers'], e['tunnel']) for e in r['ike']['esp']],
                         [(2, 2, False), (2, 2, False)])

    def test_records_say_secured(self):
        with tempfile.TemporaryDirectory() as folder:
            replay(frames(*self.sealed()), {ESP_SA: LINES}, '-o', folder)
            with open(os.path.join(folder, 'events.jsonl')) as f:
                signals = [e for e in map(json.loads, f) if e.get('kind', '').startswith('signal')]
        self.assertEqual(len(signals), 8)
        self.assertTrue(all(e.get('secured') for e in signals), signals)

    def test_user_data_in_a_tunnel(self):
        data = [(2 * S + i * MS, tunnel(b.COA1, b.HA, b.datagram(b.HOA, b.CN, i), OUT, 100 + i)) for i in range(5)]
        data += [(3 * S + i * MS, tunnel(b.HA, b.COA1, b.datagram(b.CN, b.HOA, i), IN, 100 + i)) for i in range(4)]
        code, r = result(frames(*sorted(self.sealed() + data, key=lambda f: f[0])), {ESP_SA: LINES})
        self.assertEqual((code, r['counts']['user_packets']), (0, 9))

    def test_through_udp(self):
        """UDP port 4500 between IPv4 addresses, a tunnel."""
        inner = b.datagram(b.CN, b.HOA, 1)
        sealed = esp(IN, 1, inner, 41)
        packet = b.ip4('192.0.2.1', '192.0.2.2', 17, struct.pack('>HHHH', 4500, 4500, 8 + len(sealed), 0) + sealed)
        keepalive = b.ip4('192.0.2.2', '192.0.2.1', 17, struct.pack('>HHHHB', 4500, 4500, 9, 0, 255))
        code, r = result(frames((0, packet), (1, keepalive)), {ESP_SA: LINES.replace('IPv6', 'IPv4')})
        self.assertEqual((r['ike']['esp'][0]['right'], r['ike']['esp'][0]['udp'], len(r['ike']['esp'])), (1, True, 1))

    def test_wrong_key_changes_nothing(self):
        """What does not prove right is not followed."""
        code, r = result(frames(*self.sealed(key=bytes(20))), {ESP_SA: LINES})
        self.assertEqual((code, r['counts']['bu'], verdicts(r)['REPLAY-ESP-ICV-01']), (1, 0, 'fail'))
        self.assertIn('record 1 (SPI 0x00001001)', messages(r)['REPLAY-ESP-ICV-01'])

    def test_replayed(self):
        """The same packet at the same place once more; a retransmission has a sequence number of its own."""
        sealed = self.sealed()
        again = [(5 * S, sealed[0][1]), (5 * S + 50 * MS, sealed[1][1])]
        code, r = result(frames(*sealed[:2], *again, *sealed[2:]), {ESP_SA: LINES})
        self.assertEqual([(e['packets'], e['replayed']) for e in r['ike']['esp']], [(2, 1), (2, 1)])

    def test_unknown_spi(self):
        code, r = result(frames(*self.sealed()), {ESP_SA: LINES.split('\n')[0]})
        self.assertEqual((code, r['counts']['bu'], r['counts']['ba']), (1, 2, 0))	# no answer was seen
        self.assertEqual([(e['right'], e['sealed']) for e in r['ike']['esp']], [(2, 0), (0, 2)])

    def test_short_and_odd(self):
        """Everything that ESP can be too short for, and an inner packet that is none."""
        whole = self.sealed()[0][1]
        odd = [(i * S, b.ip6(b.COA1, b.HA, 50, whole[64:64 + n])) for i, n in enumerate(range(40))]
        odd.append((50 * S, b.ip6(b.COA1, b.HA, 50, esp(OUT, 9, b'\x10' * 40, 41))))
        odd.append((51 * S, b.ip6(b.COA1, b.HA, 50, esp(OUT, 10, b'', 59))))
        code, r = result(frames(*odd), {ESP_SA: LINES})
        self.assertEqual(code, 1)
        self.assertEqual(r['counts']['signalling'], 0)
        self.assertEqual(r['ike']['esp'][0]['right'], 1)

    def test_deep(self):
        """ESP in ESP in ESP, further than anybody goes."""
        packet = b.datagram(b.CN, b.HOA, 1)
        for i in range(12):
            packet = tunnel(b.HA, b.COA1, packet, IN, 1 + i)
        code, r = result(frames((0, packet)), {ESP_SA: LINES})
        self.assertIn(code, (0, 1, 3))


class Changed(unittest.TestCase):
    """The recording's messages sealed once more by a maker who knows the keys (NULL encryption, an ICV that is right),
    with something wrong in them: it is the content that is refused."""
    FACTS = ('sk-d a835e9076f9f8851 7e102e2fef5f96f13f0e980def40eebe42463ed7\n'
             'sk-p a835e9076f9f8851 c8e2ffe996f0d6231633e90297e193bce2806012 '
             '99d25ee5b0d8879c8a48f260e5e4a4dbd850bb16\n'
             'usim 001010123456789 465b5ce8b199b49faa5f0a2ee238a6bc cd63cb71954a9f4e48a5994e37a02baf\n')
    RES = bytes.fromhex('a54211d5e3ba50bf')
    AUTH_I, AUTH_R = bytes.fromhex('7f84624c21042c58'), bytes.fromhex('a2df2bf7b3b2965c')
    SIGNATURE = bytes.fromhex('732dcb5086b3cfb4')
    CHECKCODE = bytes.fromhex('f50318382688c136')

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            replay(CAPTURE, GIVEN, '-o', folder)
            with open(os.path.join(folder, 'events.jsonl')) as f:
                events = [json.loads(line) for line in f]
        cls.clear = [bytes.fromhex(e['octets']) for e in events if e.get('kind') == 'signal-tx']

    @staticmethod
    def resealed(message):
        """Header and payloads in clear, as an SK payload; IKE_SA_INIT stays."""
        if message[18] == 34:
            return message
        size = len(message) + 4 + 1 + 12
        head = message[:16] + bytes([46]) + message[17:24] + struct.pack('>I', size)
        body = head + struct.pack('>BBH', message[16], 0, size - 28) + message[28:] + b'\0'
        return body + hmac.new(AUTH_KEY, body, hashlib.sha1).digest()[:12]

    def judged(self, change=lambda m: m, right=18):
        """Verdicts and messages, of the checks that the change is not to touch REPLAY-IKE-KEY-01 aside: the table
        says NULL, which IKE_SA_INIT did not choose."""
        table = ''.join('%s,,,"NULL [RFC2410]",%s,%s,"HMAC_SHA1_96 [RFC2404]"\n' % (spis, *2 * [AUTH_KEY.hex()])
                        for spis in ('a835e9076f9f8851,2c60aafe90feeb50', '0f60c7887e341287,cef40ce51e54b131'))
        packets = []
        for i, message in enumerate(self.clear):
            ends = ('10.77.0.1', '10.77.0.2') if i % 2 == 0 else ('10.77.0.2', '10.77.0.1')
            sealed = self.resealed(change(message))
            udp = struct.pack('>HHHHI', 4500, 4500, 12 + len(sealed), 0, 0)
            packets.append((i * MS, b.ip4(*ends, 17, udp + sealed)))
        _, r = result(frames(*packets), {TABLE: table, KEYS: self.FACTS})
        self.assertEqual(r['ike']['counts']['icvs_right'] if right else None, right)
        v = verdicts(r)
        del v['REPLAY-IKE-KEY-01']
        return v, messages(r)

    def refused(self, octets, *checks):
        def change(message):
            at = message.find(octets)
            return message if at < 0 else message[:at] + bytes([message[at] ^ 1]) + message[at + 1:]
        v, said = self.judged(change)
        self.assertEqual(sorted(c for c in v if v[c] == 'fail'), sorted(checks), said)
        return said

    def test_unchanged(self):
        v, said = self.judged()
        self.assertEqual(len(self.clear), 22)
        self.assertEqual(set(v.values()) - {'inconclusive'}, {'pass'})
        self.assertEqual({c for c in v if v[c] == 'inconclusive'}, {'REPLAY-ESP-KEY-01'} & set(v), said)

    def test_signature(self):
        said = self.refused(self.SIGNATURE, 'REPLAY-IKE-AUTH-01')
        self.assertIn('1 of 3', said['REPLAY-IKE-AUTH-01'])
        self.assertIn('record 6 (AUTH of the responder, IKE SA 1): the signature is wrong', said['REPLAY-IKE-AUTH-01'])

    def test_auth_of_each_side(self):
        for octets, who in ((self.AUTH_I, 'record 11 (AUTH of the init'), (self.AUTH_R, 'record 12 (AUTH of the resp')):
            self.assertIn(who, self.refused(octets, 'REPLAY-IKE-AUTH-01')['REPLAY-IKE-AUTH-01'])

    def test_res(self):
        """RES is under the MAC, so both are wrong."""
        said = self.refused(self.RES, 'REPLAY-EAP-RES-01', 'REPLAY-EAP-MAC-01')
        self.assertIn('record 9 ', said['REPLAY-EAP-RES-01'])

    def test_checkcode(self):
        """Under the MAC too, and without the MAC nothing tells which identity was used, so AUTH cannot be proved."""
        said = self.refused(self.CHECKCODE, 'REPLAY-EAP-RES-01', 'REPLAY-EAP-MAC-01')
        self.assertIn('AT_CHECKCODE', said['REPLAY-EAP-RES-01'])

    def test_identity(self):
        """Another identity than IDi: AUTH of the initiator is made over it."""
        def change(message):
            return message.replace(b'0001010123456789@nai', b'0001010123456789@nao') if message[23] == 1 else message
        v, said = self.judged(change)
        self.assertEqual([c for c in v if v[c] == 'fail'], ['REPLAY-IKE-AUTH-01'], said)

    def test_any_damage(self):
        rng = random.Random(11)
        for number in range(MUTANTS // 2):
            def change(message):
                octets = bytearray(message)
                for _ in range(rng.randrange(4) if message[18] != 34 and len(message) > 28 else 0):
                    octets[rng.randrange(28, len(octets))] = rng.choice([0, 1, 4, 8, 255, rng.randrange(256)])
                return bytes(octets)
            with self.subTest(number=number):
                self.judged(change, right=None)


class OwnRuns(unittest.TestCase):
    """A run's trace with the keys in its wireshark folder tells what the run itself told."""
    CARD = ('465b5ce8b199b49faa5f0a2ee238a6bc', 'cd63cb71954a9f4e48a5994e37a02baf')

    def own(self, name, card=True):
        """(exit code and result of the replay, steps of the run: kind, outcome, registration in ns)"""
        with tempfile.TemporaryDirectory() as folder:
            scenario, out = os.path.join(folder, 'x.yaml'), os.path.join(folder, 'out')
            with open(scenario, 'w') as f:
                f.write('scenario: x\nextends: %s\n' % os.path.join(TOP, 'scenarios', 'security', name + '.yaml'))
                if card:
                    f.write('nodes:\n  ue:\n    usim: {k: %s, opc: %s}\n' % self.CARD)
            with open(os.path.join(folder, 'x.keys'), 'w') as f:
                f.write('usim * %s %s\n' % self.CARD)
            subprocess.run([MOORING, 'run', scenario, '-o', out], stdout=subprocess.DEVNULL, check=True, timeout=60)
            more = ['--keys', os.path.join(folder, 'x.keys')] if card else []
            done = subprocess.run([MOORING, 'replay', os.path.join(out, 'trace.pcapng'), '--json', '--keys',
                                   os.path.join(out, 'wireshark'), *more], stdout=subprocess.PIPE, timeout=60)
            with open(os.path.join(out, 'handovers.csv')) as f:
                rows = [line.rstrip('\n').split(',') for line in f]
        steps = [dict(zip(rows[0], row)) for row in rows[1:]]
        return (done.returncode, json.loads(done.stdout.decode()),
                [(x['kind'], x['outcome'], int(x['registration_ns'])) for x in steps])

    def judged(self, name):
        code, r, steps = self.own(name)
        counts, v = r['ike']['counts'], verdicts(r)
        self.assertEqual(code, 0, messages(r))
        self.assertEqual(counts['icvs_right'], counts['icvs'])
        for check in ('IKE-ICV', 'IKE-AUTH', 'EAP-MAC', 'EAP-RES', 'ESP-KEY', 'ESP-ICV', 'UPDATE'):
            self.assertEqual(v['REPLAY-%s-01' % check], 'pass')
        self.assertEqual([(x['kind'], x['outcome'], x['registration']) for x in r['steps']], steps)
        return r

    def test_attach(self):
        r = self.judged('full-attach')
        what = [x['what'] for x in r['ike']['sas'][0]['exchanges']]
        self.assertEqual(sum('AKA-Challenge' in w for w in what), 2)
        self.assertEqual(r['ike']['counts']['child_sas'], 2)

    def test_resynchronisation(self):
        r = self.judged('resynchronisation')
        self.assertIn('SQN ', ' '.join(x['what'] for x in r['ike']['sas'][0]['exchanges']))

    def test_fast_reauthentication(self):
        r = self.judged('fast-reauthentication')
        self.assertIn('AKA-Reauthentication', ' '.join(x['what'] for x in r['ike']['sas'][1]['exchanges']))

    def test_second_authentication(self):
        """The last AUTH payloads are made with SK_p: EAP-MD5 leaves no key."""
        r = self.judged('second-authentication')
        self.assertIn('all 5 AUTH', messages(r)['REPLAY-IKE-AUTH-01'])

    def test_redirected(self):
        self.judged('redirect-last')

    def test_rekeys(self):
        counts = self.judged('rekey-in-handover')['ike']['counts']
        self.assertTrue(counts['ike_rekeys'] >= 1 and counts['child_rekeys'] >= 1, counts)

    def test_modelled(self):
        code, r, _ = self.own('modelled', card=False)
        v = verdicts(r)
        self.assertEqual((code, v['REPLAY-IKE-ICV-01'], v['REPLAY-ESP-ICV-01']), (3, 'pass', 'pass'))
        self.assertTrue(r['ike']['counts']['ike_sas'] > 10)


class Others(unittest.TestCase):
    def other(self, *path):
        path = os.path.join(OTHERS, *path)
        if not os.path.exists(path):
            self.skipTest('no %s' % os.path.basename(path))
        return path

    def test_fragments(self):
        """strongSwan to strongSwan: a response in two fragments, certificate inside."""
        files = {}
        for name in (TABLE, ESP_SA):
            with open(self.other('recorded', 'ss1.' + name)) as f:
                files[name] = f.read()
        code, r = result(self.other('recorded', 'ss1.pcap'), files)
        self.assertEqual((code, r['ike']['counts']['icvs_right'], r['ike']['counts']['icvs']), (3, 11, 11))
        what = [x['what'] for x in r['ike']['sas'][0]['exchanges']]
        self.assertIn('1 + 2 fragments', what[1])
        self.assertIn('AUTH of r', what[1])
        self.assertEqual(verdicts(r)['REPLAY-IKE-ICV-01'], 'pass')

    def test_secrets_of_tcpdump(self):
        """Eight tunnel packets of AES-256 whose key for the ICV nobody kept."""
        done = subprocess.run([MOORING, 'replay', self.other('tcpdump', '08-sunrise-sunset-aes.pcap'), '--json',
                               '--keys', self.other('tcpdump', 'esp-secrets.txt')], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60)
        r = json.loads(done.stdout.decode())
        esp_sa = r['ike']['esp'][0]
        self.assertEqual((done.returncode, esp_sa['spi'], esp_sa['unchecked'], esp_sa['tunnel']),
                         (3, 'd1234567', 8, True))
        self.assertIn('3des-cbc-hmac96 is not opened here', done.stderr.decode())

    def test_every_ike_capture_with_keys_of_another(self):
        for path in (('tcpdump', 'ikev2four.pcap'), ('tcpdump', 'ikev2-id-short.pcap'),
                     ('corelight', 'ipsec_client.pcap'), ('tcpdump', 'isakmp-rfc3948-oobr.pcap'),
                     ('tcpdump', 'isakmp-ikev1_n_print-oobr.pcap'),
                     ('scapy', 'ikev2_notify_redirect.pcap'), ('recorded', 'ss1.pcap')):
            with self.subTest(path=path):
                code, _, err = replay(self.other(*path), GIVEN)
                self.assertEqual(code, 1, err)

    def test_tshark_finds_the_same_icvs_right(self):
        if not shutil.which('tshark'):
            self.skipTest('no tshark')
        with tempfile.TemporaryDirectory() as folder:
            for name in (TABLE, ESP_SA):
                with open(os.path.join(folder, name), 'w') as f:
                    f.write(GIVEN[name])
            out = subprocess.run(['tshark', '-r', CAPTURE, '-o', 'esp.enable_encryption_decode:TRUE', '-o',
                                  'esp.enable_authentication_check:TRUE', '-T', 'fields', '-e', 'frame.number', '-e',
                                  'esp.icv_good', '-e', 'isakmp.enc.decrypted'], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, env={**os.environ, 'WIRESHARK_CONFIG_DIR': folder},
                                 check=True).stdout.decode()
        good = [f for f in (line.split('\t') for line in out.splitlines()) if f[1] == '1' or f[2]]
        self.assertEqual(len(good), 28)


if __name__ == '__main__':
    result_of_all = unittest.main(exit=False, verbosity=0).result
    bad = len(result_of_all.failures) + len(result_of_all.errors)
    skipped = len(result_of_all.skipped)
    print('%d passed, %d failed, %d skipped' % (result_of_all.testsRun - bad - skipped, bad, skipped))
    sys.exit(1 if bad else 0)
