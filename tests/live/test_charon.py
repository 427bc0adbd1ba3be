# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's charon in live runs, as home agent, UE, gateway and anchor: the scenarios tests/live/charon-*.yaml, and
variants of them: ciphers, groups, certificates, fragments, second authentications, losses, refusals, both ends at once.

only: --interop
timeout: 280
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get('MOORING_BUILD') or os.path.join(TOP, 'build')
MOORING = os.environ.get('MOORING') or os.path.join(BUILD, 'mooring')
PEER = os.path.join(HERE, 'peer_charon.py')
NEEDED = (('charon-systemd', 'charon-systemd'), ('swanctl', 'strongswan-swanctl'), ('openssl', 'openssl'),
          ('ip', 'iproute2'), ('unshare', 'util-linux'))
WORK = tempfile.mkdtemp(prefix='mooring-charon-')
passed, failed = 0, 0

PINGED = r'charon: 3 of 3 pings answered'
UE = '2a61:6161:6161:6161::1'
QUICK_HA = '''
extends: %(here)s/charon-responder.yaml
duration: %(duration)s
nodes:
  ha:
    command: |
      ip -6 route add default via 2001:db8:c0::2
      exec python3 $MOORING_TEST_PEER ha - %(words)s
%(own)s
%(more)s
timeline:
  - {at: 300ms, do: attach, node: ue, interface: lte}
%(timeline)s
expect:
  - {id: VARIANT-01, event: deviation, by: ha, never: true, clause: RFC 7296 3}
%(expect)s
'''
QUICK_UE = '''
extends: %(here)s/charon-initiator.yaml
duration: %(duration)s
nodes:
  ue:
    command: exec python3 $MOORING_TEST_PEER ue ha agent=2001:db8:f::1 %(words)s
%(own)s
%(more)s
timeline:
  - {at: 100ms, do: attach, node: ue, interface: lte}
%(timeline)s
expect:
  - {id: VARIANT-01, event: deviation, by: ue, never: true, clause: RFC 7296 3}
%(expect)s
'''


def skip(reason):
    print('SKIP: ' + reason)
    sys.exit(77)


def check(what, good, text=''):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print('%s %s' % ('ok  ' if good else 'FAIL', what), flush=True)
    if not good:
        print(''.join('  | %s\n' % line for line in text.splitlines()[-70:]), flush=True)


def live(name, path, sets=(), options=None):
    """What the run printed, and charon's log."""
    log = os.path.join(WORK, name + '.log')
    env = dict(os.environ, MOORING_TEST_PEER=PEER, MOORING_TEST_LOG=log, MOORING_TEST_RADIUS='yes', MOORING_BUILD=BUILD)
    if options:
        env['MOORING_TEST_OPTIONS'] = options
    argv = [MOORING, 'live', path, '-o', os.path.join(WORK, name)]
    for word in sets:
        argv += ['--set', word]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90, env=env,
                              check=False)
        code, text = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code, text = None, 'no end: %s' % late.stdout
    said = ''
    if os.path.exists(log):
        with open(log, encoding='utf-8', errors='replace') as f:
            said = f.read()
    return code, text, said


def keys_of(log):
    """Every key of child SAs that charon logged (chd = 4), in hexadecimal."""
    found, lines = [], log.splitlines()
    for at, line in enumerate(lines):
        head = re.search(r'\] +(?:encryption|integrity) (?:initiator|responder) key => (\d+) bytes', line)
        if head:
            rows = [re.search(r'\] +\d+: ((?:[0-9A-F]{2} ?)+)', row) for row in lines[at + 1:at + 4]]
            text = ''.join(row.group(1) for row in rows if row).replace(' ', '').lower()
            found.append(text[:2 * int(head.group(1))])
    return found


def same_keys(folder, log):
    """Charon's keys of child SAs are those that our side put beside the trace; at least two child SAs."""
    with open(os.path.join(WORK, folder, 'wireshark', 'esp_sa'), encoding='utf-8') as f:
        ours = re.findall(r'"0x([0-9a-f]{20,})"', f.read())
    theirs = keys_of(log)
    return len(theirs) >= 8 and set(theirs) == set(ours)


def shown(folder, what):
    """How many packets of the trace tshark shows by this filter, with the keys beside it; None: there is no tshark."""
    if not shutil.which('tshark'):
        return None
    folder = os.path.join(WORK, folder)
    done = subprocess.run(['tshark', '-r', 'trace.pcapng', '-Y', what, '-T', 'fields', '-e', 'frame.number'],
                          cwd=folder, capture_output=True, text=True,
                          env=dict(os.environ, WIRESHARK_CONFIG_DIR='wireshark'),
                          check=False)
    return len(done.stdout.split())


def scenario(name, *wanted, sets=(), options=None, logged='', tag='', also=None):
    """A scenario of this folder passes; what is wanted is in its text; also: asked of its folder and the log."""
    def run():
        code, text, log = live(name + tag, os.path.join(HERE, name + '.yaml'), sets, options)
        good = code in (0, 3) and all(re.search(w, text) for w in wanted) and re.search(logged, log)
        if good and also and not also(name + tag, log):
            good, text = False, text + '\nwhat else was asked does not hold\n'
        return name + tag, good, text + log[-3000:]
    return name + tag, run


def opened(folder, log):
    """tshark opens IKE_AUTH of both ends, and echo replies of both inside ESP."""
    counts = [shown(folder, what) for what in ('isakmp.auth.data', 'isakmp.exchangetype == 36 && isakmp.ts.type',
                                               'esp && icmpv6.type == 129')]
    return None in counts or min(counts) >= 4


def variant(what, base, words='', more='', own='', timeline='', expect='', wanted=(), logged='',
            not_logged=None, duration='4500ms'):
    def run():
        name = re.sub('[^a-z0-9]+', '-', what.lower())
        path = os.path.join(WORK, name + '.yaml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write('scenario: %s\nabout: %s\n' % (name, what.replace(':', ' -')))
            f.write(base % {'here': HERE, 'words': words, 'more': more, 'own': '    ' + own, 'timeline': timeline,
                            'expect': expect, 'duration': duration})
        code, text, log = live(name, path)
        good = code == 0 and all(re.search(w, text) for w in wanted) and re.search(logged, log)
        good = good and (not_logged is None or not re.search(not_logged, log))
        return what, good, text + log[-3000:]
    return what, run


def state(node, word):
    return '  - {id: VARIANT-09, state: {node: %s, machine: dsmip-ue, is: %s}, clause: 24.303 5.1.2.2}\n' % (node, word)


def message(number, name, by, fields='', extra=''):
    return '  - {id: VARIANT-%02d, message: %s, by: %s, %s%sclause: RFC 7296 1}\n' % (
        number, name, by, 'fields: {%s}, ' % fields if fields else '', extra)


SLOW = '  - {at: 5s, do: set, link: lte, params: {delay: 300ms}}\n'
MADE = message(2, 'CREATE_CHILD_SA-response', 'ha', 'payloads: "+SA,+No,+TSi,+TSr"')
ATTACHED = message(2, 'IKE_AUTH-response', 'ha', 'payloads: "+AUTH,+CP,+SA"')
PING_HA = '3:ping=%s,2001:db8:c0::1' % UE
PING_UE = '0:--initiate,--child,c 1:ping=2001:db8:f::1,2001:db8:a000::1'
CIPHERS = (('aes128gcm16-prfsha256-ecp256', 'aes128gcm16', 'aes-128-gcm', 'p256'),
           ('aes256-sha256-modp2048', 'aes256-sha256', 'aes-256-cbc', 'modp2048'),
           ('aes128-sha1-modp2048', 'aes128-sha1', 'aes-128-cbc-sha1', 'modp2048'),
           ('aes256gcm16-prfsha256-curve25519', 'aes256gcm16', 'aes-256-gcm', 'x25519'))


def whole():
    cert = ['nodes.%s.%s' % (n, w) for n in ('lma', 'mag1') for w in ('authentication=certificate',
                                                                      'certificate.valid-for=100000h')]
    sent = r'charon: --rekey --child c completed'
    return [
        scenario('charon-responder', PINGED + r'[\s\S]*' + PINGED, sent, r'charon: 1 IKE SAs, 1 child SAs',
                 also=opened),
        scenario('charon-initiator', PINGED + r'[\s\S]*' + PINGED, sent, r'charon: 1 IKE SAs, 1 child SAs'),
        scenario('charon-stranger'),
        scenario('charon-again', 'accepted fast'),
        scenario('charon-nat', PINGED + r'[\s\S]*' + PINGED),
        scenario('charon-dead'),
        scenario('charon-silent'),
        scenario('charon-redirect', PINGED),
        scenario('charon-cookies', PINGED, logged='received fragment'),
        scenario('charon-transport', r'charon: 1 IKE SAs, 1 child SAs, \[.TRANSPORT_PROXY', also=same_keys),
        scenario('charon-mobility', r'charon: 1 IKE SAs, 1 child SAs, \[.TRANSPORT_PROXY', also=same_keys),
        scenario('charon-behind-nat', PINGED + r'[\s\S]*' + PINGED),
        scenario('charon-lma', r'charon: 1 IKE SAs, 1 child SAs, \[.TRANSPORT', also=same_keys),
        scenario('charon-mag', r'charon: 1 IKE SAs, 1 child SAs, \[.TRANSPORT', also=same_keys),
        scenario('charon-lma', sets=cert, options='auth=pubkey', tag='-certificates'),
        scenario('charon-mag', sets=cert, options='auth=pubkey', tag='-certificates'),
    ]


def responder():
    """Our UE, charon as its home agent."""
    tests = [variant('our UE and ' + esp, QUICK_HA, 'ike=%s esp=%s %s' % (ike, esp, PING_HA),
                     '  ue: {ike: {encryption: [%s], groups: [%s]}}\n' % (ours, group), expect=MADE, wanted=[PINGED])
             for ike, esp, ours, group in CIPHERS]
    rsa = 'certificate: {key-file: %(w)s/rsa.key, chain-file: %(w)s/rsa.crt, trust-file: %(w)s/ca.crt}' % {'w': WORK}
    clock = '  ue: {%%sclock: {offset: %dh}}\n' % OFFSET_H
    return tests + [
        variant('a group that charon does not want', QUICK_HA, 'ike=aes128-sha256-modp2048',
                '  ue: {ike: {groups: [x25519, modp2048]}}\n', expect=MADE + message(
                    3, 'IKE_SA_INIT-response', 'ha', 'notifies: INVALID_KE_PAYLOAD')),
        variant('nothing in common', QUICK_HA, '', '  ue: {ike: {encryption: [aes-256-cbc], groups: [modp2048]}}\n',
                expect=message(3, 'IKE_SA_INIT-response', 'ha', 'notifies: NO_PROPOSAL_CHOSEN') + message(
                    4, 'IKE_AUTH-request', 'ue', extra='never: true, ')),
        variant('a certificate of Ed25519', QUICK_HA, own='certificate: {key: ed25519}', expect=MADE),
        variant('a certificate of RSA, charon in fragments', QUICK_HA, 'fragment_size=500',
                clock % '', rsa, expect=MADE, logged='splitting IKE message'),
        variant('both in fragments', QUICK_HA, 'fragment_size=500', clock % 'ike: {fragment-size: 576octets}, ', rsa,
                expect=MADE, logged='splitting IKE message'),
        variant('fragments forbidden at charon', QUICK_HA, 'fragmentation=no fragment_size=500', clock % '', rsa,
                expect=MADE, not_logged='fragmented'),
        variant('a child SA in IKE_AUTH without transport mode', QUICK_HA, 'childless=never',
                '  ue: {ike: {tunnel: false, childless: false}}\n',
                expect=message(2, 'INFORMATIONAL-request', 'ue', 'payloads: "+D"'),
                logged='not using transport mode[\\s\\S]*closing CHILD_SA'),
        variant('the second authentication has another password', QUICK_HA,
                'second=rfc822:ue second_password=looking-glass', '  ue: {second-authentication: true}\n',
                expect=state('ue', 'IDLE')),
        variant('a USIM with another K', QUICK_HA, '', '  ue: {usim: {wrong-key: true}}\n', expect=state('ue', 'IDLE')
                + message(3, 'IKE_AUTH-response', 'ha', 'eap: EAP-Failure')),
        variant('a second authentication', QUICK_HA, 'second=rfc822:ue second_password=ue',
                '  ue: {second-authentication: true}\n', expect=MADE, logged='EAP_MD5 succeeded'),
        variant('a second authentication is wanted and not offered', QUICK_HA, 'second=rfc822:ue',
                expect=state('ue', 'IDLE')),
        variant('every fourth frame is lost', QUICK_HA, 'tries=5', 'links: {lte: {loss-mask: "0001"}}\n', expect=MADE,
                duration='20s'),
    ] + [variant('both ends rekey the %s SA at once' % what.upper(), QUICK_HA,
                 '@6:--rekey,--%s,%s 9:ping=%s,2001:db8:c0::1 10:list' % (what, which, UE),
                 timeline=SLOW + '  - {at: 6200ms, do: rekey, node: ue, what: %s}' % what,
                 wanted=[PINGED, '1 IKE SAs, 1 child SAs'], logged='%s_REKEY collision' % what.upper(), duration='12s')
         for what, which in (('child', 'c'), ('ike', 'epc'))]


def initiator():
    """Our home agent, charon as UE."""
    more = '  ha2:\n    kind: ha\n    hnp-pool: "2001:db8:b000::/40"\n    certificate: {valid-for: 100000h}\n    ' \
           'ike: {internal-address: true, tunnel: true}\nlinks: {core: {nodes: [ha, ar, ha2]}}\n'
    there = 'redirected to 2001:db8:c0::3'
    return [variant('our home agent and ' + esp, QUICK_UE, 'ike=%s esp=%s %s' % (ike, esp, PING_UE),
                    '  ha: {ike: {encryption: [%s], groups: [%s]}}\n' % (ours, group), expect=ATTACHED, wanted=[PINGED])
            for ike, esp, ours, group in CIPHERS] + [
        variant('our certificate of Ed25519', QUICK_UE, PING_UE, '  ha: {certificate: {key: ed25519}}\n',
                expect=ATTACHED),
        variant('charon does not know our authority', QUICK_UE, PING_UE, '  ha: {certificate: {issuer: stranger}}\n',
                expect=message(2, 'IKE_AUTH-response', 'ha', 'payloads: "+CP"', 'never: true, '),
                logged='no trusted ECDSA public key found'),
        variant('a wrong password', QUICK_UE, 'password=looking-glass ' + PING_UE, expect=message(
            2, 'IKE_AUTH-response', 'ha', 'eap: EAP-Failure')),
        variant('our home agent has a second authentication', QUICK_UE,
                'second=rfc822:ue second_password=ue password=ue ' + PING_UE,
                own='second-authentication: true\n    usim: {password: ue}', expect=ATTACHED, logged='MULT_AUTH'),
        variant('a second authentication that charon does not announce', QUICK_UE, 'password=ue ' + PING_UE,
                own='second-authentication: true\n    usim: {password: ue}',
                expect=message(2, 'IKE_AUTH-response', 'ha', 'notifies: AUTHENTICATION_FAILED')),
        variant('no fragments of ours', QUICK_UE, PING_UE, '  ha: {ike: {fragmentation: false}}\n', expect=ATTACHED,
                wanted=[PINGED], not_logged='received fragment'),
        variant('every fourth frame is lost before our home agent', QUICK_UE, 'tries=5 0:--initiate,--child,c',
                'links: {lte: {loss-mask: "0001"}}\n', expect=ATTACHED, logged='retransmit', duration='25s'),
        # charon 5.9.8 misses its EAP beside that and gives up; IDr, CERT and AUTH were good to it
        variant('REDIRECT in the first IKE_AUTH is read', QUICK_UE, PING_UE, more,
                'reallocate: {to: ha2, when: first}', logged=r'AUTH N\(REDIR\) \]',
                expect=message(2, 'IKE_AUTH-response', 'ha', 'notifies: "+REDIRECT"')),
        # and then dies of a double free, when it begins with the other
        variant('REDIRECT in the last IKE_AUTH is believed', QUICK_UE, PING_UE, more,
                'reallocate: {to: ha2, when: last}', logged=there,
                expect=message(2, 'IKE_AUTH-response', 'ha', 'notifies: "+REDIRECT"')),
    ]


GATEWAYS = '''
extends: %(here)s/charon-lma.yaml
duration: %(duration)s
nodes:
  lma:
    command: exec python3 $MOORING_TEST_PEER lma mag1 %(words)s
%(own)s
%(more)s
timeline: []
%(timeline)s
expect:
  - {id: VARIANT-01, event: deviation, by: lma, never: true, clause: RFC 7296 3}
  - {id: VARIANT-02, message: IKE_AUTH-response, by: lma, fields: {notifies: AUTHENTICATION_FAILED}, clause: RFC 7296 1}
%(expect)s
'''


def gateways():
    """Our gateway, charon as an anchor that does not believe it."""
    cert = 'authentication: certificate\n    certificate: {valid-for: 100000h}'
    mag = '  mag1: {authentication: certificate, certificate: {valid-for: 100000h%s}}\n'
    return [
        variant('charon does not believe another pre-shared key', GATEWAYS, 'key=0xabcdef'),
        variant('nor a gateway of another name', GATEWAYS, 'peer_id=other.example.org',
                logged='no matching peer config|constraint check failed|no peer config found'),
        variant('nor a certificate for another name', GATEWAYS, 'auth=pubkey', mag % ', name: other.example.org', cert),
        variant('nor one of another authority', GATEWAYS, 'auth=pubkey', mag % ', issuer: stranger', cert),
    ]


def authorities():
    """openssl's own, for keys that we cannot make."""
    def openssl(*argv):
        subprocess.run(('openssl',) + argv, check=True, capture_output=True, cwd=WORK)
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '400',
            '-subj', '/CN=ca')
    with open(os.path.join(WORK, 'names'), 'w', encoding='utf-8') as f:
        f.write('subjectAltName=DNS:internet\n')
    openssl('req', '-newkey', 'rsa:4096', '-nodes', '-keyout', 'rsa.key', '-out', 'rsa.csr', '-subj', '/CN=ha')
    openssl('x509', '-req', '-in', 'rsa.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '400',
            '-extfile', 'names', '-out', 'rsa.crt')


def main():
    os.environ['PATH'] = os.environ.get('PATH', '/usr/bin') + ':/usr/sbin:/sbin'
    for program, package in NEEDED:
        if not shutil.which(program):
            skip('%s is not installed (package %s)' % (program, package))
    refused = subprocess.run(['unshare', '--user', '--map-root-user', '--net', 'true'], capture_output=True, text=True)
    if refused.returncode:
        skip('namespaces are refused: ' + refused.stderr.strip())
    authorities()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ''
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        tests = [run for name, run in whole() + responder() + initiator() + gateways() if re.search(wanted, name)]
        for what, good, text in pool.map(lambda run: run(), tests):
            check(what, good, text)
    if not os.environ.get('MOORING_TEST_KEEP'):
        shutil.rmtree(WORK, ignore_errors=True)
    print('%d passed, %d failed, 0 skipped' % (passed, failed))
    sys.exit(1 if failed else 0)


OFFSET_H = 0


if __name__ == '__main__':
    import time
    OFFSET_H = int((time.time() - 1767225600) // 3600) + 1      # the scenarios' clocks begin on 2026-01-01
    main()
