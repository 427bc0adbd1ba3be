# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the vector files (format: vectors.h) for scripts: other judges, and the fuzzers' first corpus."""
import glob
import os
import struct
import zlib

FOLDER = os.path.dirname(os.path.abspath(__file__))
WORDS = ('case', 'clause', 'layer', 'sum', 'seal', 'mac', 'hex', 'note', 'fault', 'canonical', 'count')
SPI_I, SPI_R = bytes.fromhex('0123456789abcdef'), bytes.fromhex('fedcba9876543210')


class Vector:
    def __init__(self, document, name, line):
        self.document, self.name, self.line = document, name, line
        self.layer, self.clause = 'mh', ''
        self.octets = b''
        self.sum = None         # (source, destination) as texts
        self.first = 0          # ike-chain: type of the first payload
        self.seal = None        # (cipher, bits, key, integrity transform, key) as texts
        self.mac = None         # (key, further octets) as texts
        self.fields = []        # (path, value)
        self.notes = []
        self.fault = self.canonical = False

    @property
    def good(self):
        return not self.fault and not self.notes

    def __str__(self):
        return '%s: %s' % (self.document, self.name)


def parse(path):
    document = os.path.basename(path)[:-len('.txt')]
    out, in_hex = [], False
    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            where = '%s:%d' % (path, number)
            if in_hex and line[:1].isspace() and line.strip():
                out[-1].octets += bytes.fromhex(line.split('#')[0])
                continue
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            word, _, rest = line.partition(' ')
            rest = rest.strip()
            in_hex = word == 'hex'
            if word == 'case':
                out.append(Vector(document, rest, number))
            elif word == 'count':
                if int(rest) != len(out):
                    raise ValueError('%s: count differs from the number of cases' % where)
            elif word in WORDS:
                take(out[-1], word, rest)
            elif rest.startswith('='):
                out[-1].fields.append((word, rest[1:].strip()))
            else:
                raise ValueError('%s: unknown line' % where)
    return out


def take(vector, word, rest):
    if word == 'hex':
        vector.octets += bytes.fromhex(rest.split('#')[0])
    elif word in ('sum', 'seal', 'mac'):
        setattr(vector, word, tuple(rest.split()))
    elif word == 'layer':
        vector.layer, _, first = rest.partition(' ')
        vector.first = int(first or 0)
    elif word == 'note':
        vector.notes.append(rest)
    elif word in ('fault', 'canonical'):
        setattr(vector, word, True)
    else:
        setattr(vector, word, rest)


def in_ip4(protocol, payload):
    """A packet between two IPv4 addresses."""
    head = struct.pack('>BBHHHBBH8s', 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                       bytes([198, 51, 100, 7, 203, 0, 113, 1]))
    total = sum(struct.unpack('>10H', head))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return head[:10] + (total ^ 0xffff).to_bytes(2, 'big') + head[12:] + payload


def ike_message(first, chain):
    """Payloads as if they stood in an IKE_SA_INIT request."""
    return SPI_I + SPI_R + struct.pack('>BBBBII', first, 0x20, 34, 8, 0, 28 + len(chain)) + chain


def ike_of(vector):
    """A vector of ike, ike-chain or eap as a message; None for other layers."""
    if vector.layer == 'ike':
        return vector.octets
    if vector.layer == 'ike-chain':
        return ike_message(vector.first, vector.octets)
    if vector.layer == 'eap':
        return ike_message(48, struct.pack('>HH', 0, 4 + len(vector.octets)) + vector.octets)
    return None


def packet_of(vector):
    """A vector of ike, ike-chain, eap, esp or diameter as an IPv4 packet, the checksum zero; None for other layers."""
    message = ike_of(vector)
    if message is not None:
        return in_ip4(17, struct.pack('>HHHH', 500, 500, 8 + len(message), 0) + message)
    if vector.layer == 'diameter':  # the first octets of a connection, each vector's its own
        port = 10000 + zlib.crc32(vector.octets) % 50000
        return in_ip4(6, struct.pack('>HHIIBBHHH', port, 3868, 1, 1, 5 << 4, 0x18, 65535, 0, 0) + vector.octets)
    return in_ip4(50, vector.octets) if vector.layer == 'esp' else None


def load(folder=FOLDER):
    paths = sorted(glob.glob(os.path.join(folder, '*.txt')))
    return [vector for path in paths for vector in parse(path)]
