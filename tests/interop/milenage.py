# SPDX-License-Identifier: GPL-2.0-or-later
"""Milenage [TS 35.206] and a USIM [TS 33.102 6.3.3] that owe nothing to the code under test: AES is openssl's. Seen
from the card: what it answers to RAND and AUTN.
"""
import subprocess


def aes(key, block):
    return subprocess.run(['openssl', 'enc', '-aes-128-ecb', '-nopad', '-K', key.hex()], input=block,
                          stdout=subprocess.PIPE, check=True).stdout


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def rotate(block, bits):
    number = int.from_bytes(block, 'big')
    return ((number << bits | number >> 128 - bits) & (1 << 128) - 1).to_bytes(16, 'big')


class Card:
    def __init__(self, k, opc, sqn):
        self.k, self.opc, self.sqn = bytes.fromhex(k), bytes.fromhex(opc), sqn

    def f1(self, rand, sqn, amf):
        """MAC-A and MAC-S."""
        block = rotate(xor((sqn + amf) * 2, self.opc), 64)
        block = xor(aes(self.k, xor(xor(aes(self.k, xor(rand, self.opc)), block), bytes(16))), self.opc)
        return block[:8], block[8:]

    def out(self, rand, bits, constant):
        block = rotate(xor(aes(self.k, xor(rand, self.opc)), self.opc), bits)
        return xor(aes(self.k, xor(block, bytes(15) + bytes([constant]))), self.opc)

    def answer(self, rand, autn):
        """None: AUTN is not from who knows K. ('auts', AUTS) or ('res', IK, CK, RES)."""
        two = self.out(rand, 0, 1)
        sqn, amf, mac = xor(autn[:6], two[:6]), autn[6:8], autn[8:]
        if self.f1(rand, sqn, amf)[0] != mac:
            return None
        if sqn <= self.sqn:
            return 'auts', xor(self.sqn, self.out(rand, 96, 8)[:6]) + self.f1(rand, self.sqn, bytes(2))[1]
        self.sqn = sqn
        return 'res', self.out(rand, 64, 4), self.out(rand, 32, 2), two[8:]


def vector(k, opc, rand, sqn, amf=bytes.fromhex('8000')):
    """AUTN, IK, CK, RES as an authentication centre makes them."""
    card = Card(k, opc, bytes(6))
    two = card.out(rand, 0, 1)
    return xor(sqn, two[:6]) + amf + card.f1(rand, sqn, amf)[0], card.out(rand, 64, 4), card.out(rand, 32, 2), two[8:]


def network_sqn(k, opc, rand, auts):
    """The card's SQN out of an AUTS; None: its MAC-S is wrong."""
    card = Card(k, opc, bytes(6))
    sqn = xor(auts[:6], card.out(rand, 96, 8)[:6])
    return sqn if card.f1(rand, sqn, bytes(2))[1] == auts[6:] else None


def good():
    """Against TS 35.208 set 1."""
    card = Card('465b5ce8b199b49faa5f0a2ee238a6bc', 'cd63cb71954a9f4e48a5994e37a02baf', bytes(6))
    rand = bytes.fromhex('23553cbe9637a89d218ae64dae47bf35')
    mac = card.f1(rand, bytes.fromhex('ff9bb4d0b607'), bytes.fromhex('b9b9'))
    return (mac[0].hex(), mac[1].hex()) == ('4a9ffac354dfafb3', '01cfaf9ec4e871e9') and \
        card.out(rand, 0, 1)[8:].hex() == 'a54211d5e3ba50bf' and \
        card.out(rand, 32, 2).hex() == 'b40ba9a3c58b2a05bbf0d987b21bf8cb'
