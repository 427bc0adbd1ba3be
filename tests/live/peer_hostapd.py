# SPDX-License-Identifier: GPL-2.0-or-later
"""hostapd as the AAA server of a live run: its EAP server over RADIUS, with an authentication centre in Python. Its log
goes to MOORING_TEST_DIR; the first argument is the secret. hostapd names a socket in /tmp by its process, whose number
another namespace may have too, so it has a /tmp of its own."""
import ctypes
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'interop'))
import milenage  # noqa: E402

IMSI = '001010123456789'                                # TS 35.208 set 1, as in the scenario
K = '465b5ce8b199b49faa5f0a2ee238a6bc'
OPC = 'cd63cb71954a9f4e48a5994e37a02baf'
CONFIG = '''
driver=none
interface=lo
ctrl_interface=%(work)s/hostapd
eap_server=1
eap_user_file=%(work)s/eap_user
eap_sim_db=unix:%(work)s/hlr.sock
eap_sim_id=3
radius_server_clients=%(work)s/clients
radius_server_auth_port=1812
logger_stdout=-1
logger_stdout_level=0
'''


def write(work, name, text):
    with open(os.path.join(work, name), 'w', encoding='utf-8') as f:
        f.write(text)
    return f.name


def vector(sqn, number):
    rand = bytes.fromhex('23553cbe9637a89d218ae64dae47bf') + bytes([number & 255])
    autn, ik, ck, res = milenage.vector(K, OPC, rand, sqn.to_bytes(6, 'big'))
    return 'AKA-RESP-AUTH %s %s %s %s %s %s' % (IMSI, rand.hex(), autn.hex(), ik.hex(), ck.hex(), res.hex())


def own_tmp():
    if ctypes.CDLL(None).unshare(0x20000):              # CLONE_NEWNS
        sys.exit('no mount namespace of our own')
    subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/tmp'], check=True)


def main():
    work = '/run/hostapd-of-ours'               # a live run has a /run of its own
    os.makedirs(work)
    write(work, 'eap_user', '"0"*\tAKA\n"2"*\tAKA\n"4"*\tAKA\n')
    write(work, 'clients', '10.60.0.0/24\t%s\n' % sys.argv[1])
    centre = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    centre.bind(os.path.join(work, 'hlr.sock'))
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=False)
    with open(os.path.join(os.environ['MOORING_TEST_DIR'], 'hostapd.log'), 'wb') as log:
        conf = write(work, 'hostapd.conf', CONFIG % {'work': work})
        own_tmp()
        subprocess.Popen(['hostapd', '-dd', conf], stdout=log, stderr=log)
    sqn = 0
    while True:
        text, client = centre.recvfrom(1024)
        words = text.decode().split()
        if words[:2] == ['AKA-REQ-AUTH', IMSI]:
            sqn += 32
            centre.sendto(vector(sqn, sqn >> 5).encode(), client)
        elif words[:2] == ['AKA-AUTS', IMSI]:
            seen = milenage.network_sqn(K, OPC, bytes.fromhex(words[3]), bytes.fromhex(words[2]))
            sqn = int.from_bytes(seen, 'big') if seen else sqn


main()
