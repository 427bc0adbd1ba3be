# SPDX-License-Identifier: GPL-2.0-or-later
"""IKEv2 without EAP before strongSwan's charon, as MAG and LMA speak it: pre-shared keys and certificates at both ends,
charon in either part; the child SA for Mobility Headers in IKE_AUTH, in transport mode; refusals.

only: --interop
timeout: 180
"""
import os
import subprocess

import charon
from charon import SUITE, Bridge, Charon
from private import OURS, WORK, check, enter, finish

CONFIG = '''
connections { pmip {
  version = 2
  local_addrs = 2001:db8:51::1
  remote_addrs = 2001:db8:51::2
  proposals = %(suite)s
  local {
    auth = %(auth)s
    id = %(own)s
    %(certs)s
  }
  remote {
    auth = %(auth)s
    id = %(peer)s
  }
  children { c {
    mode = transport
    local_ts = dynamic[135]
    remote_ts = dynamic[135]
    esp_proposals = aes128-sha256
  } }
} }
secrets { ike-1 {
  secret = "%(secret)s"
} }
'''
LMA, MAG = 'lma.example.org', 'mag.example.org'
PRELOAD = os.path.join(OURS, 'libno_esp.so')


def pair(bridge, own, peer, auth='psk', secret='between us'):
    """charon is `own`."""
    certs = 'certs = %s.crt' % own if auth == 'pubkey' else ''
    files = [('x509ca', WORK + '/ca.crt'), ('x509', WORK + '/%s.crt' % own), ('private', WORK + '/%s.key' % own)]
    ours = Bridge('--ike', SUITE, '--esp', 'aes128-sha256', '--no-childless', '--name', LMA, '--gateway', MAG,
                  '--anchors', WORK + '/ca.crt', *bridge)
    config = CONFIG % {'suite': SUITE, 'auth': auth, 'own': own, 'peer': peer, 'certs': certs, 'secret': secret}
    return ours, Charon(config, files, kernel='kernel-netlink', ike=4, preload=PRELOAD)


def certificate(name):
    return '--key', WORK + '/%s.key' % name, '--cert', WORK + '/%s.crt' % name


def end(*partners):
    for partner in partners:
        partner.end()


def stands(peer, what):
    sas = peer.swanctl('--list-sas')
    check('child SA of transport mode ' + what, 'TRANSPORT' in sas and '[mobility-header' in sas and 'INSTALLED' in sas,
          sas if 'INSTALLED' not in sas else '')


def charon_as_lma(what, *options, **how):
    ours, peer = pair(options, LMA, MAG, **how)
    ours.tell('connect')
    good = ours.wait('established as initiator', 10)
    check('charon is the LMA, ' + what, good, ours.last('established' if good else 'closed'))
    if good:
        stands(peer, 'in IKE_AUTH')
        ours.tell('rekey-child')
        check('we rekey it', ours.wait('child replaced'), ours.last('child replaced'))
        peer.swanctl('--rekey', '--ike', 'pmip')
        check('charon rekeys the IKE SA', ours.wait('keys of ike'))
        ours.tell('close')
        check('we delete it', ours.wait('closed deleted'), ours.last('closed'))
    end(ours, peer)


def charon_as_mag(what, *options, **how):
    ours, peer = pair(options, MAG, LMA, **how)
    peer.swanctl('--initiate', '--child', 'c')
    good = ours.wait('established as responder', 10)
    check('charon is the MAG, ' + what, good, ours.last('established' if good else 'closed'))
    if good:
        stands(peer, 'in IKE_AUTH')
    end(ours, peer)


def refused(what, ends, *options, **how):
    ours, peer = pair(options, LMA, MAG, **how)
    ours.tell('connect')
    check(what, ours.wait(ends, 10) and 'ESTABLISHED' not in peer.swanctl('--list-sas'), ours.last('closed'))
    end(ours, peer)


def main():
    enter(*charon.PROGRAMS)
    charon.authority()
    charon.certificate(LMA, dns=LMA)
    charon.certificate(MAG, dns=MAG)
    charon.certificate('other', dns='other.example.org')
    subprocess.run(['sysctl', '-q', 'net.ipv6.conf.all.accept_dad=0'], check=False)
    charon_as_lma('pre-shared key', '--psk', 'between us')
    charon_as_lma('certificates', *certificate(MAG), auth='pubkey')
    charon_as_mag('pre-shared key', '--psk', 'between us')
    charon_as_mag('certificates', *certificate(LMA), auth='pubkey')
    refused('charon does not believe a wrong key', 'closed authentication-failed', '--psk', 'a guess')
    refused('nor another name', 'closed authentication-failed', '--psk', 'between us', '--gateway', 'other.example.org')
    refused('nor a certificate for another name', 'closed authentication-failed', *certificate('other'), auth='pubkey')
    finish()


main()
