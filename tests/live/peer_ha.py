# SPDX-License-Identifier: GPL-2.0-or-later
"""A home agent, or local mobility anchor, of another make: it answers every BU or PBU that comes and forwards nothing.
argv: "ha" or "lma", and perhaps what is wrong: "sequence": the acknowledgement has another sequence number; "lifetime":
it grants more than was asked for; "bare": as an anchor without the P flag; "refuse": status 130."""
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'replay'))
import build as b  # noqa: E402

ROLE, WRONG = sys.argv[1], sys.argv[2:]
PREFIX = bytes.fromhex('20010db8a0000000')
subprocess.run(['ip', '-6', 'route', 'add', 'default', 'via', '2001:db8:c0::2'], check=True)
ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd))
out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)


def text(octets):
    return socket.inet_ntop(socket.AF_INET6, octets)


def options(mh):
    """(type, data) of each mobility option."""
    at = 12
    while at < len(mh):
        if mh[at] == 0:
            at += 1
            continue
        yield mh[at], mh[at + 2:at + 2 + mh[at + 1]]
        at += 2 + mh[at + 1]


def aligned(sofar, kind, data, factor, rest):
    """An option whose type octet is to stand at `rest` of `factor` octets, with PadN before it."""
    gap = (rest - 12 - len(sofar)) % factor
    return sofar + (b'\0' if gap == 1 else bytes([1, gap - 2]) + bytes(gap - 2) if gap else b'') + \
        bytes([kind, len(data)]) + data


def proxy_answer(mh):
    given = dict(options(mh))
    result = aligned(b'', 8, given[8], 1, 0)
    result = aligned(result, 22, b'\0\x40' + PREFIX + bytes(8), 8, 4)
    for kind in (23, 24):
        result = aligned(result, kind, given[kind], 1, 0)
    if 25 in given:
        result = aligned(result, 25, given[25], 1, 0)
    if 26 in given:
        result = aligned(result, 26, bytes.fromhex('fe800000000000000000000000000001'), 8, 6)
    return aligned(result, 27, given[27], 8, 2) if 27 in given else result


def answer(packet):
    source, own = text(packet[8:24]), text(packet[24:40])
    home, at = source, 40
    if packet[6] == 60:                                         # destination options with the home address
        home, at = text(packet[48:64]), 40 + 8 * (packet[41] + 1)
    mh = packet[at:at + 8 * (packet[at + 1] + 1)]
    number, flags, life = struct.unpack('>HHH', mh[6:12])
    number ^= 0x100 * ('sequence' in WRONG)
    life += 100 * ('lifetime' in WRONG)
    status = 130 if 'refuse' in WRONG else 0
    if ROLE == 'lma':
        head = struct.pack('>BBBBHBBHH', 59, 0, 6, 0, 0, status, 0 if 'bare' in WRONG else 0x20, number, life)
        return source, b.ip6(own, source, 135, b.sealed(head + proxy_answer(mh), own, source))
    k_r = 0x80 * (flags >> 12 & 1) | 0x40 * (flags >> 10 & 1)   # as in the BU
    return source, b.answer(number, status, life, source, home, own, k_r)


while True:
    got, where = ear.recvfrom(2000)
    if where[2] == socket.PACKET_OUTGOING:
        continue
    kind = got[42] if got[6] == 135 else got[40 + 8 * (got[41] + 1) + 2] if got[6] == 60 and got[40] == 135 else 0
    if kind == 5:
        to, reply = answer(got)
        out.sendto(reply, (to, 0))
        print('answered', to, flush=True)
