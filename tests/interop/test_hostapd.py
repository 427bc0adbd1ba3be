# SPDX-License-Identifier: GPL-2.0-or-later
"""Our EAP-AKA peer and its card before hostapd's EAP server over RADIUS. hostapd asks an authentication centre over a
socket: this script, with a Milenage of its own. Our peer compares its keys with those of the Access-Accept.

only: --interop
timeout: 120
"""
import os
import socket
import threading

import milenage
from private import IMSI, K, OPC, OURS, WORK, Partner, check, enter, finish, run, write

CONFIG = '''
driver=none
interface=lo
ctrl_interface=%(work)s/hostapd
eap_server=1
eap_user_file=%(work)s/eap_user
eap_sim_db=unix:%(work)s/hlr.sock
eap_sim_aka_result_ind=%(result)d
eap_sim_id=3
radius_server_clients=%(work)s/radius_clients
radius_server_auth_port=1812
logger_stdout=-1
logger_stdout_level=0
'''


class Centre(threading.Thread):
    """hostapd's text protocol to an authentication centre (HLR/AuC gateway)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(os.path.join(WORK, 'hlr.sock'))
        self.sqn, self.number, self.asked = 0, 0, []

    def run(self):
        while True:
            text, client = self.socket.recvfrom(1024)
            words = text.decode().split()
            self.asked.append(words[0])
            if words[:2] == ['AKA-REQ-AUTH', IMSI]:
                self.socket.sendto(self.vector().encode(), client)
            elif words[:2] == ['AKA-AUTS', IMSI]:
                auts, rand = bytes.fromhex(words[2]), bytes.fromhex(words[3])
                sqn = milenage.network_sqn(K, OPC, rand, auts)
                self.sqn = int.from_bytes(sqn, 'big') if sqn else self.sqn

    def vector(self):
        self.sqn, self.number = self.sqn + 32, self.number + 1
        rand = bytes.fromhex('23553cbe9637a89d218ae64dae47bf00')[:-1] + bytes([self.number])
        autn, ik, ck, res = milenage.vector(K, OPC, rand, self.sqn.to_bytes(6, 'big'))
        return 'AKA-RESP-AUTH %s %s %s %s %s %s' % (IMSI, rand.hex(), autn.hex(), ik.hex(), ck.hex(), res.hex())


def case(centre, what, ends, code=0, asked=None, more=()):
    """ends: how our peer says that each run ended. asked: what hostapd wanted of the authentication centre."""
    centre.asked.clear()
    got, text = run([os.path.join(OURS, 'radius_peer'), *more])
    said = [line for line in text.splitlines() if line.startswith(('accepted', 'rejected'))]
    fine = got == code and len(said) == len(ends) and all(a.startswith(b) for a, b in zip(said, ends))
    fine = fine and (asked is None or centre.asked == asked)
    check(what, fine, '; '.join(said) + ' (centre: %s)' % ' '.join(centre.asked))
    if not fine:
        print(text)


def serve(result):
    write('eap_user', '"0"*\tAKA\n"2"*\tAKA\n"4"*\tAKA\n')
    write('radius_clients', '127.0.0.0/8\ttesting123\n')
    hostapd = Partner('hostapd', ['hostapd', '-dd', write('hostapd.conf', CONFIG % {'work': WORK, 'result': result})])
    return hostapd, hostapd.wait('AP-ENABLED') or hostapd.wait('Setup of interface done', 1)


def main():
    enter(('hostapd', 'hostapd'), ('openssl', 'openssl'))
    centre = Centre()
    centre.start()
    hostapd, ready = serve(0)
    if check('hostapd serves', ready):
        full = 'accepted full counter 0 cause none 0 keys equal'
        fast = 'accepted fast counter %d cause none 0 keys equal'
        one = 'AKA-REQ-AUTH'
        case(centre, 'full authentication', [full], asked=[one])
        case(centre, 'fast re-authentications', [full, fast % 1, fast % 2, fast % 3], asked=[one], more=['--more', '3'])
        case(centre, 'a card that is ahead: AUTS', [full], asked=[one, 'AKA-AUTS', one], more=['--sqn', '10000'])
        case(centre, 'a card with another K', ['rejected full counter 0 cause wrong-autn'], code=1,
             more=['--k', '00' * 16])
    hostapd.end()
    hostapd, ready = serve(1)
    if check('hostapd serves, with protected results', ready):
        case(centre, 'protected results', [full, fast % 1], more=['--more', '1', '--result-ind', '--sqn', '10000'])
        check('hostapd notified both times', hostapd.text().count('EAP-AKA: Client replied to notification') == 2)
    finish()


main()
