# SPDX-License-Identifier: GPL-2.0-or-later
"""A UE of another make: it asks a name server for its home agent, registers from whatever link it is on with packets of
its own, pings through the tunnel and gives its registration up after eleven seconds. Its addresses are the kernel's.
argv: the home address, and perhaps "short": its header lengths are eight octets too small."""
import os
import re
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'replay'))
import build as b  # noqa: E402

HOA, WAYS = sys.argv[1], sys.argv[2:]
DNS, CN = '2001:db8:c0::4', '2001:db8:c0::3'
APN = 'internet.ha-apn.mnc001.mcc001.pub.3gppnetwork.org'
FLAGS = 0xd400                                  # A, H, K, R
begun = time.monotonic()
# the kernel here knows nothing of type 2 routing headers and tunnels: let it not complain
subprocess.run(['nft', 'add table ip6 own; add chain ip6 own in { type filter hook prerouting priority -300; }; '
                'add rule ip6 own in exthdr rt exists drop; add rule ip6 own in ip6 nexthdr 41 drop'], check=True)
ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd))


def care_of():
    """The interface with a carrier and a global address that was tested, or None."""
    links = subprocess.run(['ip', '-o', 'link'], capture_output=True, text=True).stdout.splitlines()
    up = {line.split()[1].strip(':') for line in links if 'LOWER_UP' in line}
    for line in subprocess.run(['ip', '-6', '-o', 'addr', 'show', 'scope', 'global'], capture_output=True,
                               text=True).stdout.splitlines():
        if line.split()[1] in up and 'tentative' not in line:
            return line.split()[1], re.search(r'inet6 ([0-9a-f:]+)', line).group(1)
    return None


def send(place, packet):
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, place[0].encode())
        s.sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))


def hear(seconds, wanted):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ear.settimeout(max(end - time.monotonic(), 0.001))
        try:
            packet, where = ear.recvfrom(2000)
        except socket.timeout:
            return None
        if where[2] != socket.PACKET_OUTGOING and wanted(packet):
            return packet
    return None


def home_agent(place):
    question = struct.pack('>HHHHHH', 7, 0x0100, 1, 0, 0, 0) + b''.join(
        bytes([len(x)]) + x.encode() for x in APN.split('.')) + b'\0' + struct.pack('>HH', 28, 1)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, place[0].encode())
        s.settimeout(1)
        for _ in range(8):
            s.sendto(question, (DNS, 53))
            try:
                return socket.inet_ntop(socket.AF_INET6, s.recv(512)[-16:])
            except socket.timeout:
                pass
    sys.exit(90)


def is_answer(packet):
    return packet[6] == 43 and packet[40] == 135 and packet[64 + 2] == 6


def register(place, agent, number, life):
    packet = b.update(number, life, place[1], HOA, agent, FLAGS)
    if 'short' in WAYS:
        packet = bytearray(packet)
        packet[65] -= 1                         # Header Len, behind 40 octets of IPv6 and 24 of options
    for _ in range(8):
        send(place, bytes(packet))
        answer = hear(1, is_answer)
        if answer:
            return answer[70]
    return 255


def echo(place, agent, number):
    body = struct.pack('>BBHHH', 128, 0, 0, 9, number) + bytes(8)
    value = b.checksum(b.ip(HOA) + b.ip(CN) + struct.pack('>II', len(body), 58) + body)
    send(place, b.ip6(place[1], agent, 41, b.ip6(HOA, CN, 58, body[:2] + struct.pack('>H', value) + body[4:])))
    return hear(0.05, lambda p: p[6] == 41 and p[46] == 58 and p[80] == 129) is not None


def main():
    place, number, sent, got, agent = None, 0, 0, 0, None
    while time.monotonic() < begun + 11:
        now = care_of()
        if not now or now == place:
            if not now or not agent:
                time.sleep(0.02)
                continue
            sent += 1
            got += echo(place, agent, sent)
            continue
        place, agent = now, home_agent(now)
        number += 1
        status = register(place, agent, number, 15)
        print('registered from', place[1], 'status', status, flush=True)
        if status >= 128:
            sys.exit(status)
    print('echoes', sent, 'answered', got, flush=True)
    print('gone, status', register(place, agent, number + 1, 0), flush=True)


main()
