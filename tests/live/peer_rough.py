# SPDX-License-Identifier: GPL-2.0-or-later
"""A peer that misbehaves on its interface: peer_rough.py flood|rubbish|giants INTERFACE SECONDS. Frames go out by a
packet socket, past its own stack."""
import random
import socket
import sys
import time

kind, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
for _ in range(100):
    try:
        s.bind((name, 0x86dd))
        break
    except OSError:                                     # it is not up yet
        time.sleep(0.05)
mac = s.getsockname()[4]
chance = random.Random(1)
group = bytes.fromhex('333300000001')
source, to = socket.inet_pton(socket.AF_INET6, 'fe80::1:2'), socket.inet_pton(socket.AF_INET6, 'ff02::1')


def packet(next_header, payload, length=None):
    length = len(payload) if length is None else length
    header = b'\x60\0\0\0' + length.to_bytes(2, 'big') + bytes([next_header, 255]) + source + to
    return group + mac + b'\x86\xdd' + header + payload


def rubbish():
    """Random octets; protocols of ours whose headers end early, lie about their length, or repeat for ever."""
    which = chance.randrange(5)
    noise = chance.randbytes(chance.randrange(200))
    if which == 0:
        return (group + mac + noise)[:1400]
    if which == 1:
        return group + mac + chance.choice((b'\x86\xdd', b'\x08\0', b'\x08\x06')) + noise
    if which == 2:                                      # extension headers, mobility, ICMPv6, UDP, tunnels
        return packet(chance.choice((0, 43, 44, 50, 60, 135, 58, 17, 41, 47)), noise)
    if which == 3:
        return packet(chance.choice((0, 43, 60, 135)), noise, chance.randrange(65536))
    whole = packet(58, bytes([chance.choice((133, 134, 135, 136)), 0, 0, 0]) + bytes(4) + noise + b'\1\0' + bytes(6))
    return whole[:chance.randrange(14, len(whole))]


until, sent, refused = time.monotonic() + seconds, 0, 0
frame = packet(59, bytes(1000))
make = {'flood': lambda: frame, 'rubbish': rubbish, 'giants': lambda: packet(59, bytes(chance.randrange(1500, 60000)))}
while time.monotonic() < until:
    for _ in range(64):
        out = make[kind]()
        try:
            s.send(out)
            sent += 1
        except OSError:                                 # too long, too short, no room, or the interface is down
            refused += 1
print('peer: %d frames sent, %d refused' % (sent, refused), flush=True)
