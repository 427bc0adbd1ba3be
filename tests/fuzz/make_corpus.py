# SPDX-License-Identifier: GPL-2.0-or-later
"""Seed files for a fuzz target from the vectors: make_corpus.py TARGET FOLDER.

Each target takes its input in its own way (its source says how); targets without a row here get the octets of every
vector as they are.
"""
import hashlib
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'vectors'))
import vectors  # noqa: E402

ETHERNET, RAW = b'\0', b'\1'            # enum wire_link


CERT = bytes.fromhex(
    '3082016730820119a003020102020101300506032b6570300f310d300b06035504030c04526f6f74301e170d323531323331'
    '3233343332305a170d3236303130313030313634305a300d310b300906035504030c026861302a300506032b6570032100f9'
    'b27287996922dd1c735383ab7ce800e7d7c8a271896d76945cd4ea2474d26ea3819b308198300c0603551d130101ff040230'
    '00300e0603551d0f0101ff040403020780301d0603551d250416301406082b0601050507031106082b060105050703013019'
    '0603551d1104123010820e68612e6578616d706c652e6f7267301d0603551d0e04160414804fb1d09533f3ceb15df805dfae'
    '6e48ef65a85f301f0603551d2304183016801428846d85008bd177caa24fb28d483fdb51304187300506032b6570034100f9'
    '9d629ef0fca08515902f2d1bbad46624ef711998f266d9ec9389a08caa00e26339296381472f2cc4f30859a7da8a4a61b16a'
    '888b82f5505831160109ccd105')
AUTH = bytes.fromhex(
    '07300506032b657027b1edaa83e3d5b0d66b64158c13c2b555ea828b5baaa904fd7ea7e25bac35cb6eb853156a42dc55e97c'
    '5824e465263f301dd971596bf2a01a7dd6e26515fe08')


def in_ip6(octets):
    """A Mobility Header as a packet."""
    addresses = b'\x20\1' + bytes(14) + b'\x20\2' + bytes(14)
    return b'\x60\0\0\0' + len(octets).to_bytes(2, 'big') + b'\x87\x40' + addresses + octets


def packet(vector):
    return in_ip6(vector.octets) if vector.layer == 'mh' else vectors.packet_of(vector) or vector.octets


def next_header(octets):
    """Upper-layer protocol and octets of a packet without extension headers, else (None, nothing)."""
    if octets[:1] >= b'\x60' and len(octets) > 40:
        return octets[6], octets[40:]
    if octets[:1] == b'\x45' and len(octets) > 20:
        return octets[9], octets[20:]
    return None, b''


def for_mh(vector):
    if vector.layer != 'mh':
        return
    for context in (b'\0\0', b'\1\1', b'\2\2', b'\3\xa2'):
        yield context + vector.octets


def for_dissect(vector):
    yield (ETHERNET if vector.layer == 'eth' else RAW) + packet(vector)


def for_ip(vector):
    yield packet(vector)
    yield next_header(packet(vector))[1]


def for_nd(vector):
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if protocol == 58:
        yield octets


def for_dhcp4(vector):
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if protocol == 17 and octets[1:2] + octets[3:4] in (b'\x43\x44', b'\x44\x43'):
        yield octets[8:]                # the message
        yield b'\0' + octets[248:]      # its options alone, behind the octet that chooses


def for_dhcp6(vector):
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if protocol == 17 and octets[2:4] in (b'\x02\x22', b'\x02\x23'):
        yield octets[8:]


def for_dns(vector):
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if protocol == 17 and b'\0\x35' in (octets[:2], octets[2:4]):
        yield b'\0' + octets[8:]
    for message in ('02 01 d0 31 28 09 08696e7465726e6574 27 0a 80 000700 000900 000800',
                    '52 01 c1 01 09 09 08696e7465726e6574 09 02 0000000000000001 27 08 80 0009 04 c0000201'):
        yield b'\1' + bytes.fromhex(message)


def for_capture(vector):
    """The packet as a pcap file and as a pcapng file, the message as a line of events.jsonl."""
    octets = packet(vector)[:1000]
    size = len(octets).to_bytes(4, 'little')
    padded = octets + bytes(-len(octets) % 4)
    if vector.layer not in ('eth', 'eap-attrs'):
        header = 'd4c3b2a1020004000000000000000000ffff000065000000' + '01000000' * 2
        yield bytes.fromhex(header) + size * 2 + octets
        block = (len(padded) + 32).to_bytes(4, 'little')
        headers = ('0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000'
                   '0100000014000000650000000000000014000000')
        yield bytes.fromhex(headers + '06000000') + block + bytes(12) + size * 2 + padded + block
    if vector.layer == 'mh':
        yield ('{"t":1,"kind":"signal-tx","node":"ue","protocol":135,"type":5,"udp":true,"src":"2001:db8::1",'
               '"octets":"%s"}\n' % vector.octets.hex()).encode()


def for_ike(vector):
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if vectors.ike_of(vector):
        yield b'\0' + vectors.ike_of(vector)
        yield b'\1' + vectors.ike_of(vector)[16:17] + vectors.ike_of(vector)[28:]
    elif protocol == 17 and b'\x01\xf4' in (octets[:2], octets[2:4]):
        yield b'\0' + octets[8:]


def for_esp(vector):
    """ESP for every cipher, what port 4500 carries, a Mobility Header as the cleartext of AES-CBC and of AES-GCM."""
    protocol, octets = next_header(vector.octets) if vector.layer == 'ip' else (None, b'')
    if vector.layer == 'esp':
        for choice in range(6):
            yield bytes([choice]) + vector.octets
    if protocol == 17 and b'\x11\x94' in (octets[:2], octets[2:4]):
        yield b'\0' + octets[8:]
    if vector.layer != 'mh':
        return
    for choice, iv, block in ((b'\0', 16, 16), (b'\2', 8, 4)):
        pad = -(len(vector.octets) + 2) % block
        yield choice + b'\0\0\1\0\0\0\0\1' + bytes(iv) + vector.octets + bytes(range(1, pad + 1)) + \
            bytes([pad, 135]) + bytes(16)


def from_unit_tests():
    """The messages and chains by hand of the unit tests."""
    unit = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'unit')
    with open(os.path.join(unit, 'ike_tools.h'), encoding='utf-8') as f:
        message, chain = [bytes.fromhex(''.join(re.findall('"([0-9a-f ]+)"', text)))
                          for text in f.read().split('#define IKE_')[1:3]]
    yield b'\0' + message
    yield b'\1\x23' + chain
    with open(os.path.join(unit, 'test_wire_ike.c'), encoding='utf-8') as f:
        for first, octets in re.findall(r'\{ (\d+), "([0-9a-f ]+)", ', f.read()):
            yield bytes([1, int(first)]) + bytes.fromhex(octets)


def said(seed):
    """A chain as what either end says in each exchange, and as an answer; a message as a stranger's datagram."""
    if seed[0] == 1:
        said_so = bytes([seed[1], min(255, -(-len(seed[2:]) // 4))]) + seed[2:]
        for command in b'\x40\x41\x42\x81\x82':
            yield bytes([command]) + said_so + b'\x10'
        for asked in b'\x32\x34\x36\x38\x3a':
            yield bytes([asked, 0xc0]) + said_so + b'\x10'
    else:
        for command in b'\xe0\xe1\xe4':
            yield bytes([command, min(255, -(-len(seed[1:]) // 4))]) + seed[1:] + b'\x10'


def for_ike_engine(vector):
    for seed in for_ike(vector):
        yield from said(seed)


def from_unit_tests_said():
    for seed in from_unit_tests():
        yield from said(seed)


def for_eap(vector):
    """Packets and attributes as they are and as what either end is given."""
    if vector.layer in ('eap', 'eap-attrs'):
        yield from eap_seeds(vector.octets)


def eap_seeds(octets):
    yield b'\2' + octets
    if octets[0] in (1, 2, 3, 4):
        yield b'\0' + octets
        for choice in b'\3\4\5\7\x83\x84\x85\x87':
            yield bytes([choice]) + (len(octets).to_bytes(2, 'big') + octets) * 2


def from_eap_test():
    """The packets of the unit test."""
    unit = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'unit')
    with open(os.path.join(unit, 'test_eap_wire.c'), encoding='utf-8') as f:
        text = re.sub(r'"\s*"', '', f.read())
    for found in re.findall('"((?:[0-9a-f][0-9a-f]){4,})"', text):
        yield from eap_seeds(bytes.fromhex(found))


def for_world(vector):
    """A message as what a stranger sends instead of those just seen, during the attach and after it; few of them, for a
    run takes long."""
    octets = vector.octets[:1020] + bytes(-len(vector.octets[:1020]) % 4)
    if vector.layer in ('ike', 'esp') or vector.document == 'rfc6275' and vector.sum:
        said = bytes([len(octets) // 4]) + octets
        yield b'\x3f\x3e\xe3' + said
        yield b'\x3f\x02\x1f\x1f' + b''.join(bytes([9, 0xe0 + i]) + said for i in range(0, 16, 5))


def for_world_pmip(vector):
    """The same of proxy registrations, revocations and heartbeats, also after the handover to another transport."""
    octets = vector.octets[:1020] + bytes(-len(vector.octets[:1020]) % 4)
    if vector.layer == 'mh' and vector.octets[2:3] in (b'\x05', b'\x06', b'\x0d', b'\x10'):
        said = bytes([len(octets) // 4]) + octets
        yield b'\x3f\x02\x1f\x1f' + b''.join(bytes([9, 0xe0 + i]) + said for i in range(0, 16, 5))
        yield b'\x3f\x3f\x3f\x3f\x3f\x3f' + b''.join(bytes([9, 0xe0 + i]) + said for i in range(0, 16, 5))


def replays_in_a_world():
    """Messages just seen, whole and changed in one place, their checksums made right, every 10 ms of the attach."""
    for place in range(14, 200, 12):
        change = place.to_bytes(2, 'big') + b'\x81'
        yield b'\x3f\x02' + b''.join(bytes([9, 0x80 + i % 16, 9]) + change for i in range(12))
        yield b'\x3f\x3e' + b''.join(bytes([0x80 + i, 9]) + change + bytes([0x80 + i, 0]) for i in range(16))


def for_cert(_):
    """A certificate and a signature as fuzz_cert makes them, whole and cut."""
    for octets, choices in ((CERT, b'\0\2\4\6'), (AUTH, b'\1\3\5\7')):
        for choice in choices:
            for part in range(1, 6):
                yield bytes([choice]) + octets[:len(octets) * part // 5]


def for_ifom(vector):
    """Flow Identification options of the messages, then packets: each with its kind and length in front."""
    octets = vector.octets
    for at in range(12, len(octets) - 8):
        if octets[at] == 45 and at + 2 + octets[at + 1] <= len(octets):
            option = octets[at + 2:at + 2 + octets[at + 1]]
            yield b'\1\0\1\5' + bytes([2, len(option)]) + option + bytes([4, 40]) + octets[:40].ljust(40, b'\0')
    yield b'\1\0\1\5' + bytes([4, len(octets[:200])]) + octets[:200]


def for_diameter(vector):
    if vector.layer == 'diameter':
        yield vector.octets


def for_control(_):
    """Requests as `mooring ctl` writes them, each by itself and some on one connection, and what is none."""
    good = [b'{"words":["status"]}', b'{"words":["handover","ue1","wlan","gap=50ms"],"id":7}',
            b'{"id":"a","words":["send","ue1","\\u0000\\ud83d\\ude00"]}',
            b'{"words":["!","no \\"quoted\\""],"id":-1}\r']
    bad = [b'{"words":[]}', b'{"words":["a"],"more":1}', b'[' * 40, b'{"words":["a"]}{}', b'{"words":["a"],"id":1.5}']
    yield from good + bad
    yield b'\n'.join(good + bad) + b'\n'


def as_they_are(vector):
    yield vector.octets


SEEDS = {'fuzz_mh': for_mh, 'fuzz_dissect': for_dissect, 'fuzz_ip': for_ip, 'fuzz_nd': for_nd, 'fuzz_dhcp4': for_dhcp4,
         'fuzz_dhcp6': for_dhcp6, 'fuzz_dns': for_dns,
         'fuzz_capture': for_capture, 'fuzz_ike': for_ike, 'fuzz_esp': for_esp, 'fuzz_eap': for_eap,
         'fuzz_world': for_world, 'fuzz_world_ike': for_world, 'fuzz_world_pmip': for_world_pmip,
         'fuzz_cert': for_cert, 'fuzz_ike_engine': for_ike_engine,
         'fuzz_ifom': for_ifom, 'fuzz_diameter': for_diameter, 'fuzz_control': for_control}
BY_HAND = {'fuzz_world': replays_in_a_world, 'fuzz_world_ike': replays_in_a_world,
           'fuzz_world_pmip': replays_in_a_world,
           'fuzz_ike': from_unit_tests, 'fuzz_eap': from_eap_test, 'fuzz_ike_engine': from_unit_tests_said}


def make(target, folder):
    """Writes the seeds and returns how many there are."""
    os.makedirs(folder, exist_ok=True)
    seeds = {seed for vector in vectors.load() for seed in SEEDS.get(target, as_they_are)(vector) if seed}
    seeds |= set(BY_HAND[target]()) if target in BY_HAND else set()
    for seed in seeds:
        with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), 'wb') as f:
            f.write(seed)
    return len(seeds)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit('usage: make_corpus.py TARGET FOLDER')
    print('%d seeds' % make(sys.argv[1], sys.argv[2]))
