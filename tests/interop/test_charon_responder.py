# SPDX-License-Identifier: GPL-2.0-or-later
"""Our IKE initiator before strongSwan's charon as responder, which asks our EAP-AKA server over RADIUS: attach, fast
re-authentication, child SAs with traffic, rekeying from both sides, deletion, ciphers, certificates, fragments.

only: --interop
timeout: 240
"""
import os
import shutil
import subprocess
import time

import charon
from charon import AGENT, SUITE, Bridge, Charon, ping
from private import OURS, WORK, Partner, check, enter, finish, leave_out

CONFIG = '''
connections { epc {
  version = 2
  local_addrs = 2001:db8:51::1, 10.51.0.1
  proposals = %(ike)s
  pools = p6
  fragmentation = %(fragmentation)s
  childless = %(childless)s
  local {
    auth = pubkey
    certs = %(name)s.crt
    id = ha.example.org
  }
  remote {
    auth = eap-radius
    id = *@nai.epc.mnc001.mcc001.3gppnetwork.org
    eap_id = %%any
  }
  children { c {
    local_ts = 2001:db8:a::1/128
    esp_proposals = %(esp)s
  } }
} }
pools { p6 { addrs = 2001:db8:45::/112 } }
'''

PROXY = 'mode = transport_proxy\n    local_ts = 2001:db8:a::1[135]\n    remote_ts = dynamic[135]'
# 21 octets of text, for its configuration knows addresses and text alone: lifetime "1234", prefix, length "@"
HOME_PREFIX = 'attr { 16 = 1234*aaaaaaabbbbbbbb@ }'
PRELOAD = os.path.join(OURS, 'libno_esp.so')

SECOND = """remote-2 {
    round = 2
    auth = eap-md5
    id = alice@example.org
  }
  children"""
SECRETS = """
secrets { eap-alice {
  id = alice@example.org
  secret = wonderland
} }
"""


def config(name='ha', ike=SUITE, esp='aes128-sha256', fragmentation='yes', childless='allow', second=False):
    text = CONFIG % {'name': name, 'ike': ike, 'esp': esp, 'fragmentation': fragmentation, 'childless': childless}
    return text.replace('children', SECOND) + SECRETS if second else text


def files(name='ha'):
    return [('x509ca', WORK + '/ca.crt'), ('x509', WORK + '/%s.crt' % name), ('private', WORK + '/%s.key' % name)]


def attach(bridge, what, ends='established as initiator', seconds=10):
    bridge.tell('connect')
    good = bridge.wait(ends, seconds)
    return check(what, good, bridge.last('established' if good else 'closed'))


def traffic(bridge, what, before=0):
    """Through the tunnel and back; before: packets that the child SA has carried already, None: not known."""
    answered = ping('2001:db8:45::1', AGENT)
    bridge.tell('view')
    said = 'packets in ' if before is None else 'packets in %d out %d' % (before + 3, before + 3)
    check('traffic ' + what, bridge.wait(said) and answered, bridge.last('view:'))


def whole_life():
    server = Partner('server', [os.path.join(OURS, 'radius_server')])
    bridge = Bridge('--anchors', WORK + '/ca.crt', '--ike', SUITE, '--esp', 'aes128-sha256')
    peer = Charon(config(), files(), more=HOME_PREFIX)
    server.wait('ready')
    if attach(bridge, 'attach with EAP-AKA over RADIUS'):
        check('MIP6_HOME_PREFIX', bridge.last('home prefix') == 'home prefix 2a61:6161:6161:6161::/64, 825373492 s',
              bridge.last('home prefix'))
        check('charon has it', 'ESTABLISHED' in peer.swanctl('--list-sas'))
        bridge.tell('check')
        check('liveness', bridge.wait('< exchange 37'))
        bridge.tell('child tunnel')
        check('child SA', bridge.wait('child made'), bridge.last('child'))
        traffic(bridge, 'in ESP in UDP')
        bridge.tell('rekey-child')
        check('we rekey the child SA', bridge.wait('child replaced'), bridge.last('child replaced'))
        traffic(bridge, 'after it')
        peer.swanctl('--rekey', '--child', 'c')
        check('charon rekeys the child SA', bridge.wait('child replaced'), bridge.last('child replaced'))
        traffic(bridge, 'after it')
        bridge.tell('rekey')
        check('we rekey the IKE SA', bridge.wait('keys of ike') and peer.wait('rekeyed between'))
        traffic(bridge, 'after it', 3)
        peer.swanctl('--rekey', '--ike', 'epc')
        check('charon rekeys the IKE SA', bridge.wait('keys of ike'))
        traffic(bridge, 'after it', 6)
        bridge.tell('rekey-child')
        check('and a child SA under the new one', bridge.wait('child replaced'))
        traffic(bridge, 'after it')
        sas = peer.swanctl('--list-sas')
        check('one IKE SA and one child SA at charon', sas.count('ESTABLISHED') == 1 and sas.count('INSTALLED') == 1)
        charon.collisions(bridge, peer, traffic)
        bridge.tell('close')
        check('we delete it', bridge.wait('closed deleted') and 'ESTABLISHED' not in peer.swanctl('--list-sas'))
    if attach(bridge, 'attach again'):
        check('with fast re-authentication', 'fast 1' in bridge.last('established') and server.wait('accepted fast'))
        peer.swanctl('--redirect', '--ike', 'epc', '--gateway', '2001:db8:51::9')
        check('a REDIRECT of a standing SA is acknowledged', peer.wait('parsed INFORMATIONAL response'))
        peer.swanctl('--terminate', '--ike', 'epc')
        check('charon deletes it', bridge.wait('closed deleted-by-peer'), bridge.last('closed'))
    for partner in (bridge, peer, server):
        partner.end()


def variant(what, bridge=(), child=True, ends='established as initiator', address='', wait='', heard='', seconds=10,
            wanted=None, **how):
    """A new pair of both that attaches. wait: for this in charon's log; heard: on our side; wanted: judges the log."""
    anchors = [] if '--anchors' in bridge else ['--anchors', WORK + '/ca.crt']
    conf = {k: how.pop(k) for k in ('ike', 'esp', 'fragmentation', 'childless', 'second') if k in how}
    ours = Bridge('--ike', conf.get('ike', SUITE), '--esp', conf.get('esp', 'aes128-sha256'), *anchors, *bridge)
    peer = Charon(config(name=how.get('name', 'ha'), **conf), files(how.pop('name', 'ha')), **how)
    ours.tell('connect' + address)
    good = ours.wait(ends, seconds)
    if good and child:
        ours.tell('child tunnel')
        good = ours.wait('child made') and ping('2001:db8:45::1', AGENT)
    good = good and (not wait or peer.wait(wait)) and heard in ours.text()
    remark = ours.last('established') or ours.last('closed') or 'neither established nor closed'
    check(what, good and (wanted is None or wanted(peer.text())), remark)
    ours.end()
    peer.end()


def ciphers():
    for ike, esp in (('aes128gcm16-prfsha256-ecp256', 'aes128gcm16'), ('aes256-sha256-modp2048', 'aes256-sha256'),
                     ('aes128-sha1-modp2048', 'aes128-sha1'), ('aes256gcm16-prfsha256-curve25519', 'aes256gcm16')):
        variant('ciphers %s, %s' % (ike, esp), ike=ike, esp=esp)
    variant('a group that charon does not want: INVALID_KE_PAYLOAD',
            ['--ike', 'aes128-sha256-curve25519,aes128-sha256-modp2048'], ike='aes128-sha256-modp2048',
            wanted=lambda log: 'INVAL_KE' in log)
    variant('nothing in common', ['--ike', 'aes256-sha256-modp2048'], ends='closed no-proposal', child=False)


def certificates():
    for kind in ('rsa', 'ed25519'):
        charon.certificate(kind, kind)
        variant('certificate with a key of ' + kind, name=kind, child=False)
    charon.certificate('rsa4096', 'rsa4096')
    charon.authority('nobody')
    variant('certificate of another authority', ['--anchors', WORK + '/nobody.crt'],
            ends='closed certificate-untrusted', child=False)


def fragments():
    big = lambda log: 'splitting IKE message' in log
    variant('charon in fragments', name='rsa4096', fragment_size=500, child=False, wanted=big)
    variant('both in fragments', ['--fragment-size', '256'], name='rsa4096', fragment_size=500, child=False,
            wanted=lambda log: big(log) and 'received fragment' in log)
    variant('fragments forbidden at charon', ['--fragment-size', '256'], fragmentation='no', child=False,
            wanted=lambda log: 'fragment' not in log.split('initiating EAP')[-1])


def second_authentication():
    variant('a second authentication', ['--second'], second=True,
            wanted=lambda log: 'EAP_AKA succeeded' in log and 'EAP_MD5 succeeded' in log)
    variant('it is wanted and not offered', second=True, ends='closed authentication-failed', child=False)
    variant('it has the wrong password', ['--second', '--password', 'looking-glass'], second=True,
            ends='closed eap-failed', child=False)


def refusals():
    variant('a card with another K', ['--wrong-k'], ends='closed eap-failed', child=False)
    # charon has transport mode between two hosts alone, and makes a tunnel
    variant('a child SA in IKE_AUTH without transport mode is deleted', ['--no-childless'], childless='never',
            child=False, wait='closing CHILD_SA', wanted=lambda log: 'not using transport mode' in log)


def behind_nat():
    if not shutil.which('nft'):
        leave_out('behind an address translator', 'nft is not installed (package nftables)')
        return
    bridge = Bridge('--anchors', WORK + '/ca.crt', '--ike', SUITE, '--esp', 'aes128-sha256')
    charon.translate('input', 20000)
    peer = Charon(config(), files())
    bridge.tell('connect 10.51.0.1')
    check('attach behind an address translator', bridge.wait('nat 1 1'), bridge.last('established'))
    check('charon sees its port', '192.0.2.1[20' in peer.swanctl('--list-sas'))
    bridge.tell('child tunnel')
    bridge.wait('child made')
    traffic(bridge, 'through it')
    charon.translate('input', 30000)
    time.sleep(2.5)
    bridge.tell('check')
    check('the translator forgot us: charon follows', bridge.wait('< exchange 37')
          and '192.0.2.1[30' in peer.swanctl('--list-sas'))
    traffic(bridge, 'from the new port', None)
    for partner in (bridge, peer):
        partner.end()
    subprocess.run(['nft', 'flush', 'ruleset'], check=True)


def mobility_headers():
    """The child SA of RFC 4877 between home address and home agent; without ESP in the kernel no packet uses it."""
    server = Partner('server', [os.path.join(OURS, 'radius_server')])
    bridge = Bridge('--anchors', WORK + '/ca.crt', '--ike', SUITE, '--esp', 'aes128-sha256')
    peer = Charon(config().replace('local_ts = 2001:db8:a::1/128', PROXY), files(), kernel='kernel-netlink', ike=4,
                  preload=PRELOAD)
    server.wait('ready')
    if attach(bridge, 'attach with a kernel without ESP'):
        bridge.tell('child transport')
        check('child SA for Mobility Headers', bridge.wait('child made'), bridge.last('child'))
        sas = peer.swanctl('--list-sas')
        check('charon calls it TRANSPORT_PROXY', 'TRANSPORT_PROXY' in sas and '[mobility-header]' in sas)
        charon.same_keys(bridge, peer, 'of the child SA')
        bridge.tell('rekey-child')
        check('we rekey it', bridge.wait('child replaced'), bridge.last('child replaced'))
        charon.same_keys(bridge, peer, 'after it')
        peer.swanctl('--rekey', '--child', 'c')
        check('charon rekeys it', bridge.wait('child replaced'), bridge.last('child replaced'))
        charon.same_keys(bridge, peer, 'after it')
        bridge.tell('rekey')
        check('we rekey the IKE SA', peer.wait('rekeyed between'))
        bridge.tell('rekey-child')
        check('and rekey the child SA under it', bridge.wait('child replaced'))
        charon.same_keys(bridge, peer, 'after it')
        bridge.tell('close')
        check('we delete all', bridge.wait('closed deleted') and 'ESTABLISHED' not in peer.swanctl('--list-sas'))
    for partner in (bridge, peer, server):
        partner.end()


def main():
    enter(*charon.PROGRAMS)
    subprocess.run(['ip', 'addr', 'add', AGENT + '/128', 'dev', 'lo'], check=True)
    charon.authority()
    charon.certificate('ha')
    whole_life()
    mobility_headers()
    server = Partner('server', [os.path.join(OURS, 'radius_server')])
    variant('attach and traffic over IPv4', address=' 10.51.0.1')
    variant('every fourth frame of each direction is lost', ['--lose', '4'], child=False, seconds=60, heard='attempt 2')
    behind_nat()
    ciphers()
    certificates()
    fragments()
    refusals()
    second_authentication()
    server.end()
    finish()


main()
