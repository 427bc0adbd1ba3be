# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures with known contents and times, built by hand for the tests of replay: packets, then files around them."""
import ipaddress
import struct

HOA, HA, COA1, COA2, CN = '2001:db8:a::100', '2001:db8:a::1', '2001:db8:1::9', '2001:db8:2::9', '2001:db8:c::5'
A, H, P = 0x8000, 0x4000, 0x0200
ETHERNET, RAW, IP6, SLL, SLL2, NULL, LOOP, PPP = 1, 101, 229, 113, 276, 0, 108, 9


def ip(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def sealed(mh, src, dst):
    """A Mobility Header padded to 8 octets, with header length and checksum."""
    short = -len(mh) % 8
    mh += b'\0' if short == 1 else bytes([1, short - 2]) + b'\0' * (short - 2) if short else b''
    mh = mh[:1] + bytes([len(mh) // 8 - 1]) + mh[2:4] + b'\0\0' + mh[6:]
    value = checksum(ip(src) + ip(dst) + struct.pack('>II', len(mh), 135) + mh)
    return mh[:4] + struct.pack('>H', value) + mh[6:]


def ip6(src, dst, proto, payload, hops=64):
    return struct.pack('>IHBB', 6 << 28, len(payload), proto, hops) + ip(src) + ip(dst) + payload


def ip4(src, dst, proto, payload, hops=64):
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), 1, 0, hops, proto, 0) + ip(src) + ip(dst)
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + payload


def udp4191(src, dst, inner, sport=4191, dport=4191):
    return ip4(src, dst, 17, struct.pack('>HHHH', sport, dport, 8 + len(inner), 0) + inner)


def ike(src, dst, exchange, mid, spi=1, response=False, port=500):
    """An IKEv2 header and an encrypted payload of rubbish (in IKE_SA_INIT a nonce), over either IP version."""
    body = struct.pack('>BBH', 0, 0, 36) + bytes([mid]) * 32
    head = struct.pack('>QQBBBBII', spi, 0 if exchange == 34 and not response else 99, 40 if exchange == 34 else 46,
                       0x20, exchange, 0x20 if response else 8, mid, 28 + len(body))
    data = (b'\0' * 4 if port == 4500 else b'') + head + body
    udp = struct.pack('>HHHH', port, port, 8 + len(data), 0)
    if ':' in src:
        value = checksum(ip(src) + ip(dst) + struct.pack('>II', len(udp + data), 17) + udp + data)
        return ip6(src, dst, 17, udp[:6] + struct.pack('>H', value) + data)
    return ip4(src, dst, 17, udp + data)


def update(seq, life=15, coa=COA1, hoa=HOA, ha=HA, flags=A | H, hops=64, options=None):
    """A BU from a care-of address with Home Address and Alternate Care-of Address options; from home: coa == hoa."""
    mh = struct.pack('>BBBBHHHH', 59, 0, 5, 0, 0, seq, flags, life)
    if options is not None:
        mh += options
    elif coa != hoa:
        mh += b'\1\0' + b'\3\x10' + ip(coa)
    mh = sealed(mh, hoa, ha)
    if coa == hoa:
        return ip6(hoa, ha, 135, mh, hops)
    return ip6(coa, ha, 60, bytes([135, 2, 1, 2, 0, 0, 201, 16]) + ip(hoa) + mh, hops)


def answer(seq, status=0, life=15, coa=COA1, hoa=HOA, ha=HA, flags=0, hops=64, options=b''):
    mh = sealed(struct.pack('>BBBBHBBHH', 59, 0, 6, 0, 0, status, flags, seq, life) + options, ha, hoa)
    if coa == hoa:
        return ip6(ha, hoa, 135, mh, hops)
    return ip6(ha, coa, 43, bytes([135, 2, 2, 1, 0, 0, 0, 0]) + ip(hoa) + mh, hops)


def proxy_options(name=b'mn@example', prefix='2001:db8:77::', seconds=1795274427):
    """MN identifier, home network prefix, handoff indicator, access type, timestamp, each on its alignment."""
    out = bytes([8, 1 + len(name), 1]) + name
    out += b'\1' + bytes([(4 - 12 - len(out) - 2) % 8]) + b'\0' * ((4 - 12 - len(out) - 2) % 8)
    out += bytes([22, 18, 0, 64]) + ip(prefix) + bytes([23, 2, 0, 3, 24, 2, 0, 4])
    out += b'\1' + bytes([(2 - 12 - len(out) - 2) % 8]) + b'\0' * ((2 - 12 - len(out) - 2) % 8)
    return out + bytes([27, 8]) + struct.pack('>Q', int(seconds * 65536))


def proxy_update(seq, mag, lma='2001:db8:5::1', life=15, options=None):
    mh = struct.pack('>BBBBHHHH', 59, 0, 5, 0, 0, seq, A | P, life) + (proxy_options() if options is None else options)
    return ip6(mag, lma, 135, sealed(mh, mag, lma))


def proxy_answer(seq, mag, lma='2001:db8:5::1', life=15, status=0, options=None):
    mh = struct.pack('>BBBBHBBHH', 59, 0, 6, 0, 0, status, 0x20, seq, life)
    return ip6(lma, mag, 135, sealed(mh + (proxy_options() if options is None else options), lma, mag))


def datagram(src, dst, number):
    body = struct.pack('>HHHHI', 5000, 5001, 12, 0, number)
    return ip6(src, dst, 17, body)


def tunnelled(src, dst, inner, hops=64):
    return ip6(src, dst, 41, inner, hops)


def neighbour_solicitation(target):
    return ip6('::', 'ff02::1:ff00:9', 58, struct.pack('>BBHI', 135, 0, 0, 0) + ip(target), 255)


def link(kind, packet, ifindex=1, way=0):
    """The link header before an IP packet."""
    family = 0x0800 if packet[0] >> 4 == 4 else 0x86dd
    if kind == ETHERNET:
        return b'\2\0\0\0\0\1\2\0\0\0\0\2' + struct.pack('>H', family) + packet
    if kind == SLL:
        return struct.pack('>HHH8sH', way, 1, 6, b'\2\0\0\0\0\1\0\0', family) + packet
    if kind == SLL2:
        return struct.pack('>HHIHBB8s', family, 0, ifindex, 1, way, 6, b'\2\0\0\0\0\1\0\0') + packet
    if kind == NULL:
        return struct.pack('<I', 2 if family == 0x0800 else 10) + packet
    if kind == LOOP:
        return struct.pack('>I', 2 if family == 0x0800 else 24) + packet
    if kind == PPP:
        return b'\xff\3' + struct.pack('>H', 0x21 if family == 0x0800 else 0x57) + packet
    return packet


def pcap(frames, kind=ETHERNET, order='<', nano=True):
    """frames: (time in ns, octets with link header)."""
    out = struct.pack(order + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 65535, kind)
    for at, octets in frames:
        part = at % 10**9 if nano else at % 10**9 // 1000
        out += struct.pack(order + 'IIII', at // 10**9, part, len(octets), len(octets)) + octets
    return out


def block(kind, body, order='<'):
    body += b'\0' * (-len(body) % 4)
    length = struct.pack(order + 'I', 12 + len(body))
    return struct.pack(order + 'I', kind) + length + body + length


def pcapng(frames, kinds=(ETHERNET,), order='<'):
    """frames: (time in ns, octets, interface)."""
    out = block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1), order)
    for kind in kinds:
        out += block(1, struct.pack(order + 'HHI', kind, 0, 0) + struct.pack(order + 'HHB3xHH', 9, 1, 9, 0, 0), order)
    for at, octets, interface in frames:
        head = struct.pack(order + 'IIIII', interface, at >> 32, at & 0xffffffff, len(octets), len(octets))
        out += block(6, head + octets, order)
    return out
