# SPDX-License-Identifier: GPL-2.0-or-later
"""A gateway of another make: one PBU on a raw socket, the answer's status as exit code. argv: "short" makes its header
length four octets too short, as one daemon does."""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'replay'))
import build as b  # noqa: E402

LMA = '2001:db8:c0::1'

own = os.environ['MOORING_core_IP6']
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
s.bind((own, 0))
name = b'0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org'
options = b.proxy_options(name=name, prefix='::', seconds=time.time())
options = options.replace(bytes([22, 18, 0, 64]), bytes([22, 18, 0, 0]))
options = options.replace(bytes([23, 2, 0, 3]), bytes([23, 2, 0, 1]))
packet = b.proxy_update(1, own, lma=LMA, options=options)
header = bytearray(packet[40:])
if 'short' in sys.argv[1:]:
    header[1] -= 1
s.settimeout(2)
s.sendto(bytes(header), (LMA, 0))
try:
    answer = s.recv(2000)
except socket.timeout:
    sys.exit(99)
print('status', answer[6], flush=True)
sys.exit(answer[6])
