# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's charon beside ike_bridge: one namespace, charon on the kernel's side of the TAP device (2001:db8:51::1,
10.51.0.1), ours behind it (::2, .2). Certificates by openssl.
"""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time

from private import OURS, WORK, Partner, check, run, write

PROGRAMS = (('charon-systemd', 'charon-systemd'), ('swanctl', 'strongswan-swanctl'), ('openssl', 'openssl'))
HOST, AGENT = '2001:db8:51::1', '2001:db8:a::1'
SUITE = 'aes128-sha256-curve25519'
PLUGINS = ('random nonce x509 revocation constraints pubkey pkcs1 pem openssl pkcs8 fips-prf gmp curve25519 hmac kdf '
           'sha1 sha2 md5 aes gcm mgf1 %s socket-default vici eap-identity eap-radius eap-md5 attr updown')

DAEMON = '''
charon-systemd {
  load = %(plugins)s
  fragment_size = %(fragment_size)d
  retransmit_tries = 3
  retransmit_timeout = 1.0
  cert_cache = no
  plugins {
    vici { socket = unix://%(work)s/vici }
    eap-radius { servers { aaa {
      address = 127.0.0.1
      secret = testing123
      auth_port = 1812
    } } }
    %(more)s
  }
  filelog { f {
    path = %(work)s/charon.log
    default = 1
    ike = %(ike)d
    chd = %(ike)d
    cfg = 1
    enc = 1
    knl = 1
    flush_line = yes
  } }
}
'''
KEYS = {'ecdsa': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'ed25519': ['ed25519'],
        'rsa': ['rsa:2048'], 'rsa4096': ['rsa:4096']}


def openssl(*argv):
    subprocess.run(('openssl',) + argv, check=True, capture_output=True, cwd=WORK)


def authority(name='ca', kind='ecdsa'):
    openssl('req', '-x509', '-newkey', *KEYS[kind], '-nodes', '-keyout', name + '.key', '-out', name + '.crt', '-days',
            '30', '-subj', '/CN=' + name)
    return os.path.join(WORK, name + '.crt')


def certificate(name, kind='ecdsa', ca='ca', dns='ha.example.org'):
    """NAME.key and NAME.crt; their path without the ending."""
    write('extensions', 'subjectAltName=DNS:%s\n' % dns)
    openssl('req', '-newkey', *KEYS[kind], '-nodes', '-keyout', name + '.key', '-out', name + '.csr', '-subj',
            '/CN=' + dns)
    openssl('x509', '-req', '-in', name + '.csr', '-CA', ca + '.crt', '-CAkey', ca + '.key', '-CAcreateserial', '-days',
            '30', '-extfile', 'extensions', '-out', name + '.crt')
    return os.path.join(WORK, name)


def translate(side, first):
    """
    Our host (side "input") or charon ("postrouting") is behind an address translator that gives ports from this one on,
    and forgets after a second. Once more: other ports, for what it has forgotten.
    """
    for name in ('udp_timeout', 'udp_timeout_stream'):
        with open('/proc/sys/net/netfilter/nf_conntrack_' + name, 'w', encoding='utf-8') as f:
            f.write('1')
    rule = {'input': 'ip saddr 10.51.0.2 udp sport { 500, 4500 } snat to 192.0.2.1:%d-%d',
            'postrouting': 'ip daddr 10.51.0.2 udp sport { 500, 4500 } snat to 10.51.0.9:%d-%d'}[side]
    for line in ('add table ip translator', 'delete table ip translator', 'add table ip translator',
                 'add chain ip translator c { type nat hook %s priority 100; }' % side,
                 'add rule ip translator c ' + rule % (first, first + 999)):
        subprocess.run(['nft', line], check=True)
    subprocess.run(['ip', 'addr', 'replace', '10.51.0.9/24', 'dev', 'tap0'] if side == 'postrouting' else
                   ['ip', 'route', 'replace', '192.0.2.1/32', 'dev', 'tap0'], check=True)


def has_plugin(name):
    return os.path.exists('/usr/lib/ipsec/plugins/libstrongswan-%s.so' % name)


class Bridge(Partner):
    def __init__(self, *argv):
        super().__init__('bridge', [os.path.join(OURS, 'ike_bridge'), *argv])
        assert self.wait('ready'), self.text()
        for line in ('addr add %s/64 dev tap0 nodad' % HOST, 'addr add 10.51.0.1/24 dev tap0', 'link set tap0 up'):
            subprocess.run(['ip', *line.split()], check=True)

    def keys(self, of):
        """The last keys of a child or IKE SA: encryption of initiator and responder, integrity of both."""
        return re.findall(r'=([0-9a-f]*)', self.last('keys of ' + of))

    def last(self, start):
        lines = [line for line in self.text().splitlines() if line.startswith(start)]
        return lines[-1] if lines else ''


class Charon(Partner):
    """Started with a swanctl.conf; certificates: (folder, file) of what is copied below swanctl's own folder."""

    def __init__(self, config, files, kernel='kernel-libipsec kernel-netlink', more='', fragment_size=1280, ike=1,
                 preload=None):
        self.folder = os.path.join(WORK, 'swanctl')
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder, path in files:
            os.makedirs(os.path.join(self.folder, folder), exist_ok=True)
            shutil.copy(path, os.path.join(self.folder, folder))
        write('swanctl/swanctl.conf', config)
        conf = write('strongswan.conf', DAEMON % {'plugins': PLUGINS % kernel, 'work': WORK, 'more': more, 'ike': ike,
                                                  'fragment_size': fragment_size})
        # a copy, for a system may have a profile that lets the installed one read its own folders alone
        program = shutil.copy(shutil.which('charon-systemd'), WORK)
        log = os.path.join(WORK, 'charon.log')
        if os.path.exists(log):
            os.remove(log)
        super().__init__('charon', [program], log=log, env=dict(STRONGSWAN_CONF=conf, **(
            {'LD_PRELOAD': preload} if preload else {})))
        self.swanctl('--load-all', '--noprompt', tries=50)

    def swanctl(self, *argv, tries=1, seconds=20):
        for _ in range(tries):
            os.environ['SWANCTL_DIR'] = self.folder
            program = shutil.copy(shutil.which('swanctl'), os.path.join(WORK, 'swanctl-copy'))
            code, text = run([program, *argv, '--uri', 'unix://%s/vici' % WORK], seconds)
            if code == 0:
                return text
            time.sleep(0.1)
        return text if tries == 1 else check('swanctl ' + argv[0], False, text)

    def keys(self, *names):
        """The last key of each name that it logged (ike=4), in hexadecimal."""
        found = {}
        lines = self.text().splitlines()
        for at, line in enumerate(lines):
            head = re.search(r'\] +(.*) (?:key|secret) => (\d+) bytes', line)
            if head:
                rows = [re.search(r'\] +\d+: ((?:[0-9A-F]{2} ?)+)', row) for row in lines[at + 1:at + 4]]
                text = ''.join(row.group(1) for row in rows if row).replace(' ', '').lower()
                found[head.group(1)] = text[:2 * int(head.group(2))]
        return [found.get(name, '') for name in names]


def at_once(bridge, peer, ours, theirs):
    """Our command and charon's cross on the link: ours is held back until charon has sent its request."""
    bridge.process.send_signal(signal.SIGSTOP)
    peer.swanctl(*theirs)
    sent = peer.wait('generating CREATE_CHILD_SA request')
    bridge.tell(ours)
    bridge.process.send_signal(signal.SIGCONT)
    return sent


def collisions(bridge, peer, traffic):
    """Both rekey at once: first the child SA, then the IKE SA. One of each must be left, and packets go through."""
    def left():
        sas = peer.swanctl('--list-sas')
        return sas.count('ESTABLISHED') == 1 and sas.count('INSTALLED') == 1 and 'REKEY' not in sas

    for _ in range(3):
        check('both rekey the child SA at once', at_once(bridge, peer, 'rekey-child', ['--rekey', '--child', 'c'])
              and settled(left), bridge.last('child replaced'))
        traffic(bridge, 'after it', None)
        check('both rekey the IKE SA at once', at_once(bridge, peer, 'rekey', ['--rekey', '--ike', 'epc'])
              and settled(left))
        traffic(bridge, 'after it', None)
    kinds = [peer.text().count('detected %s_REKEY collision with %s_REKEY' % (kind, kind)) for kind in ('CHILD', 'IKE')]
    check('charon saw collisions', min(kinds) > 0, 'of child SAs %d, of IKE SAs %d' % tuple(kinds))


def settled(left, seconds=5):
    end = time.monotonic() + seconds
    time.sleep(0.1)
    while not left():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def same_keys(bridge, peer, what):
    ours = bridge.keys('child')
    theirs = peer.keys('encryption initiator', 'encryption responder', 'integrity initiator', 'integrity responder')
    # ours are told from our side, charon's from the side of who began the exchange
    good = '' not in ours[:2] and sorted(ours) == sorted(theirs)
    check('the same keys ' + what, good, '' if good else '%s %s' % (ours, theirs))


def ping(to, own, sizes=(56, 500, 1232)):
    """Echo requests of these sizes from an address of the kernel's; True: all were answered."""
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as s:
        s.bind((own, 0))
        s.settimeout(2)
        for number, size in enumerate(sizes):
            request = struct.pack('>BBHHH', 128, 0, 0, os.getpid() & 0xffff, number) + bytes(size)
            s.sendto(request, (to, 0))
            try:
                while True:
                    answer, source = s.recvfrom(2048)
                    if answer[0] == 129 and answer[4:] == request[4:] and source[0] == to:
                        break
            except TimeoutError:
                return False
    return True
