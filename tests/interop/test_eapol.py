# SPDX-License-Identifier: GPL-2.0-or-later
"""Our EAP-AKA server behind RADIUS before eapol_test, the EAP peer of wpa_supplicant: full authentication, a card that
is ahead (AUTS), fast re-authentications, an identity round, protected results, a wrong key. eapol_test compares the
keys of the Access-Accept with its own.

only: --interop
timeout: 120
"""
import os
import re
import socket
import threading
import time

import milenage
from private import K, NAI, OPC, OURS, WORK, Partner, check, enter, finish, run, write

CONFIG = '''
ctrl_interface=%s/eapol
external_sim=1
network={
    ssid="x"
    key_mgmt=IEEE8021X
    eapol_flags=0
    eap=AKA
    identity="%s"
    %s
}
'''
REQUEST = re.compile(r'CTRL-REQ-SIM-(\d+):UMTS-AUTH:([0-9a-f]+):([0-9a-f]+)')


class Sim(threading.Thread):
    """The card: answers eapol_test's requests over its control socket."""

    def __init__(self, card):
        super().__init__(daemon=True)
        self.card, self.said = card, []

    def run(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(os.path.join(WORK, 'sim-%d' % id(self)))
        s.settimeout(20)
        try:
            while True:
                try:
                    s.connect(os.path.join(WORK, 'eapol', 'test'))
                    break
                except OSError:
                    time.sleep(0.02)
            s.send(b'ATTACH')
            while True:
                found = REQUEST.search(s.recv(4096).decode())
                if found:
                    s.send(self.answer(*found.groups()).encode())
        except OSError:
            pass
        finally:
            s.close()

    def answer(self, number, rand, autn):
        got = self.card.answer(bytes.fromhex(rand), bytes.fromhex(autn))
        self.said.append(got[0] if got else 'mac')
        head = 'CTRL-RSP-SIM-' + number
        if not got:
            return head + ':UMTS-FAIL'
        return head + (':UMTS-AUTS:' if got[0] == 'auts' else ':UMTS-AUTH:') + ':'.join(x.hex() for x in got[1:])


def authenticate(server, config='', sqn=bytes(6), more=(), address='127.0.0.1', k=K):
    """One run of eapol_test (or several, -r): exit code, output, what the card said, what the server said."""
    partner = Partner('server', [os.path.join(OURS, 'radius_server')] + server)
    assert partner.wait('ready'), partner.text()
    sim = Sim(milenage.Card(k, OPC, sqn))
    sim.start()
    path = write('eapol.conf', CONFIG % (WORK, NAI, config))
    code, text = run(['eapol_test', '-c', path, '-a' + address, '-p1812', '-stesting123', '-W', '-t', '10', *more])
    partner.end()
    return code, text, sim.said, partner.text()


def case(what, wanted, good=True, said=None, message='', **how):
    """wanted: how the server closes each run; message: that it sends; good: eapol_test is content; said: by the
    card.
    """
    code, text, card, server = authenticate(**how)
    ends = [line for line in server.splitlines() if line.startswith(('accepted', 'rejected'))]
    keys = re.findall(r'MPPE keys OK: (\d+)  mismatch: (\d+)', text)
    verdict = text.rstrip().splitlines()[-1:]
    fine = ends == wanted and said in (None, card) and '> ' + message in server
    if good:
        fine = fine and code == 0 and verdict == ['SUCCESS'] and keys == [(str(len(wanted)), '0')]
    else:
        fine = fine and code not in (0, None) and 'FAILURE' in text
    check(what, fine, '%s; keys OK, mismatch %s; server: %s; card: %s' % (
        ' '.join(verdict), keys, ', '.join(ends), ' '.join(card)))
    if not fine:
        print('\n'.join('  eapol_test| ' + line for line in text.splitlines()[-60:]))


def main():
    enter(('eapol_test', 'eapoltest'), ('openssl', 'openssl'))
    check('Milenage of the card against TS 35.208', milenage.good())
    full, fast = 'accepted full cause none 0', 'accepted fast cause none 0'
    case('full authentication', [full], said=['res'], server=[])
    case('full authentication over IPv6', [full], server=[], address='::1')
    case('a card that is ahead: AUTS', ['accepted full resynchronised cause none 0'], said=['auts', 'res'],
         server=['--sqn', '000000000020'], sqn=bytes.fromhex('000000010000'))
    case('two fast re-authentications', [full, fast, fast], said=['res'], server=[], more=['-r2'])
    case('two full ones, the server gives no identity for fast ones', [full, full], said=['res', 'res'],
         server=['--no-reauth'], more=['-r1'])
    case('an identity round', [full], message='EAP-Request/AKA-Identity', server=['--ask', '1'])
    case('an identity round for the permanent identity', [full], message='EAP-Request/AKA-Identity',
         server=['--ask', '3'])
    case('protected results', [full], message='EAP-Request/AKA-Notification', server=['--result-ind'],
         config='phase1="result_ind=1"')
    case('protected results, fast', [full, fast], message='EAP-Request/AKA-Notification', server=['--result-ind'],
         config='phase1="result_ind=1"', more=['-r1'])
    case('the server has another K', ['rejected full cause rejected 0'], good=False, said=['mac'],
         server=['--k', '00' * 16])
    finish()


main()
