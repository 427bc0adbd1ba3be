# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the vector files (format: vectors.h) for scripts: other judges, and the fuzzers' first corpus."""
import glob
import os

FOLDER = os.path.dirname(os.path.abspath(__file__))
WORDS = ('case', 'clause', 'layer', 'sum', 'seal', 'mac', 'hex', 'note', 'fault', 'canonical', 'count')


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


def load(folder=FOLDER):
    paths = sorted(glob.glob(os.path.join(folder, '*.txt')))
    return [vector for path in paths for vector in parse(path)]
