# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's charon in the place of a node of a live run, configured from the environment that `mooring live` gives:

    peer_charon.py ha|ue|lma|mag PEER|- [word=value …] [SECONDS:step …]

PEER is the node at the other end (`-`: whoever comes). A step is done so many seconds after charon is ready, with "@"
in front after the run began: an option list for swanctl with spaces as commas ("3:--rekey,--child,c"), and these:
"4:ping=ADDRESS", "5:stop" and "6:go" (SIGSTOP and SIGCONT for charon), "7:kill", "8:ip=WORDS" for ip(8), "9:nft=FILE".
Lines that begin with "charon:" tell what came of them. A home agent asks a RADIUS server of ours beside it.
MOORING_TEST_LOG keeps charon's log.
"""
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

START = time.monotonic()
ENV = os.environ
NODE = ENV['MOORING_NODE']
WORK = '/run/charon-' + NODE
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = ENV.get('MOORING_BUILD') or os.path.join(TOP, 'build')
OURS = os.path.join(BUILD, 'tests', 'interop')
PLUGINS = ('random nonce x509 revocation constraints pubkey pkcs1 pem openssl pkcs8 fips-prf gmp curve25519 hmac kdf '
           'sha1 sha2 md5 aes gcm mgf1 %s socket-default vici eap-identity eap-radius eap-md5 attr updown')
DAEMON = '''
charon-systemd {
  load = %(plugins)s
  fragment_size = %(fragment_size)s
  retransmit_tries = %(tries)s
  retransmit_timeout = 1.0
  cert_cache = no
  keep_alive = 0
  plugins {
    vici { socket = unix://%(work)s/vici }
    eap-radius { servers { aaa {
      address = %(aaa)s
      secret = %(aaa_secret)s
      auth_port = 1812
    } } }
    %(more)s
  }
  filelog { f {
    path = %(work)s/charon.log
    time_format = %%s
    time_add_ms = yes
    default = 1
    ike = %(ike_log)s
    chd = %(ike_log)s
    cfg = 1
    enc = 1
    flush_line = yes
  } }
}
'''
# 21 octets of text, for its configuration knows addresses and text alone: lifetime "1234", prefix, length "@"
HOME_PREFIX = 'attr { 16 = 1234*aaaaaaabbbbbbbb@ }'
SECOND = {'ha': """remote-2 {
    round = 2
    auth = eap-md5
    id = %(second)s
  }""", 'ue': """local-2 {
    round = 2
    auth = eap-md5
    id = %(second)s
    eap_id = %(second)s
  }"""}
ENDS = {
    'ha': '''pools = p6
  local { auth = pubkey
    certs = own.pem
    id = %(id)s }
  remote { auth = eap-radius
    id = *@nai.epc.mnc001.mcc001.3gppnetwork.org
    eap_id = %%any }''',
    'ue': '''vips = ::
  local { auth = eap-md5
    id = %(id)s
    eap_id = %(id)s }
  remote { auth = pubkey
    id = %(peer_id)s }''',
    'gateway': '''local { auth = %(auth)s
    id = %(id)s
    %(certs)s }
  remote { auth = %(auth)s
    id = %(peer_id)s }''',
}
TS = {
    ('ha', 'tunnel'): 'local_ts = %(own)s/128\n    remote_ts = 2a61:6161:6161:6161::/64',
    ('ha', 'proxy'): 'mode = transport_proxy\n    local_ts = %(own)s[135]\n    '
                     'remote_ts = 2a61:6161:6161:6161::/64[135]',
    ('ue', 'tunnel'): 'remote_ts = %(agent)s/%(agent_len)s',
    ('ue', 'proxy'): 'mode = transport_proxy\n    remote_ts = %(agent)s[135]\n    local_ts = dynamic[135]',
    ('gateway', 'transport'): 'mode = transport\n    local_ts = dynamic[135]\n    remote_ts = dynamic[135]',
}
CONFIG = '''
connections { epc {
  version = 2
  local_addrs = %(local)s
  remote_addrs = %(remote)s
  proposals = %(ike)s
  fragmentation = %(fragmentation)s
  childless = %(childless)s
  dpd_delay = %(dpd)s
  rekey_time = 0s
  %(ends)s
  %(second_round)s
  children { c {
    %(ts)s
    esp_proposals = %(esp)s
    rekey_time = 0s
    dpd_action = clear
    start_action = %(start)s
  } }
} }
pools { p6 { addrs = 2001:db8:45::/112 } }
secrets {
  eap-own { id = %(id)s
    secret = %(password)s }
  eap-second { id = %(second)s
    secret = %(second_password)s }
  %(psk)s
}
'''


def say(*words):
    print('charon:', *words, flush=True)


def write(name, text):
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


def value(name, default=''):
    return ENV.get('MOORING_' + name, default)


def variable(text):
    return ''.join(c if c.isalnum() else '_' for c in text)


def settings(role, peer, words):
    kind = 'gateway' if role in ('lma', 'mag') else role
    s = {'ike': 'aes128-sha256-curve25519', 'esp': 'aes128-sha256', 'fragmentation': 'yes', 'childless': 'allow',
         'dpd': '0s', 'mode': 'transport' if kind == 'gateway' else 'tunnel', 'second': '', 'auth': 'psk',
         'start': 'none', 'agent_len': '128',
         'fragment_size': '1280', 'tries': '3', 'ike_log': '1', 'kernel': '', 'more': '', 'work': WORK, 'family': 'IP6',
         'aaa': value('AAA_IP4', '127.0.0.1'), 'aaa_secret': value('AAA_SECRET', 'none'), 'id': value('ID'),
         'password': value('PASSWORD', 'none')}
    s.update(word.split('=', 1) for word in words)
    at = 'AT_%s_' % variable(peer)
    s['peer_id'] = s.get('peer_id') or value('PEER_ID') or value('ID_' + variable(peer), '%any')
    s['remote'] = '%any' if peer == '-' else value(at + s['family'])
    s['agent'] = s.get('agent') or value(at + 'IP6')
    s['own'] = value('AT_%s_IP6' % variable(NODE))
    s['local'] = s.get('local') or '%any'
    s['certs'] = 'certs = own.pem' if s['auth'] == 'pubkey' else ''
    s['psk'] = 'ike-1 { secret = %s }' % (s.get('key') or value('PSK_' + variable(peer), '""'))
    s['second_round'] = SECOND[kind] % s if s['second'] else ''
    s['second'] = s['second'] or 'nobody@example.org'
    s['second_password'] = s.get('second_password') or s['second']
    s['ends'] = ENDS[kind] % s
    s['ts'] = TS[kind, s['mode']] % s
    if role == 'ha' and not s['more']:
        s['more'] = HOME_PREFIX
    s['plugins'] = PLUGINS % ('kernel-libipsec kernel-netlink' if s['mode'] == 'tunnel' else 'kernel-netlink')
    return s


def program(name):
    """A copy, for a system may have a profile that lets the installed one read its own folders alone."""
    return shutil.copy(shutil.which(name, path=ENV.get('PATH', '') + ':/usr/sbin:/sbin'), os.path.join(WORK, name))


def start(s):
    os.makedirs(WORK)
    for folder, name, ends in (('x509ca', 'CA', 'ca.pem'), ('x509', 'CERT', 'own.pem'), ('private', 'KEY', 'own.pem')):
        if value(name):
            os.makedirs(os.path.join(WORK, 'swanctl', folder), exist_ok=True)
            shutil.copy(value(name), os.path.join(WORK, 'swanctl', folder, ends))
    write('swanctl/swanctl.conf', CONFIG % s)
    env = dict(ENV, STRONGSWAN_CONF=write('strongswan.conf', DAEMON % s), SWANCTL_DIR=os.path.join(WORK, 'swanctl'))
    if s['mode'] != 'tunnel':
        env['LD_PRELOAD'] = os.path.join(OURS, 'libno_esp.so')
    return subprocess.Popen([program('charon-systemd')], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


def swanctl(*argv, seconds=20):
    try:
        done = subprocess.run([os.path.join(WORK, 'swanctl-copy'), *argv, '--uri', 'unix://%s/vici' % WORK], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False,
                              env=dict(ENV, SWANCTL_DIR=os.path.join(WORK, 'swanctl'),
                                       STRONGSWAN_CONF=os.path.join(WORK, 'strongswan.conf')))
    except subprocess.TimeoutExpired:
        return None, 'no answer'
    return done.returncode, done.stdout


def ping(words, sizes=(56, 500, 1232)):
    """Echo requests of these sizes; "to,from" or "to". How many were answered."""
    to, own = (words.split(',') + ['::'])[:2]
    good = 0
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as s:
        try:
            s.bind((own, 0))
        except OSError:
            return 0, len(sizes)        # the address is not ours
        for number, size in enumerate(sizes):
            request = struct.pack('>BBHHH', 128, 0, 0, os.getpid() & 0xffff, number) + bytes(size)
            s.settimeout(1)
            try:
                s.sendto(request, (to, 0))
                while True:
                    answer, source = s.recvfrom(2048)
                    if answer[0] == 129 and answer[4:] == request[4:] and source[0] == to:
                        good += 1
                        break
            except OSError:
                pass
    return good, len(sizes)


def step(charon, what):
    if what.startswith('ping='):
        say('%d of %d pings answered' % ping(what[5:]))
    elif what.startswith('ip='):
        subprocess.run(['ip', *what[3:].split(',')], check=False)
    elif what.startswith('nft='):
        subprocess.run(['nft', '-f', what[4:]], check=False)
    elif what in ('stop', 'go', 'kill'):
        charon.send_signal({'stop': signal.SIGSTOP, 'go': signal.SIGCONT, 'kill': signal.SIGKILL}[what])
    elif what == 'list':
        code, text = swanctl('--list-sas')
        modes = [word for word in ('TRANSPORT_PROXY', 'TRANSPORT', 'TUNNEL') if word in text]
        say('%d IKE SAs, %d child SAs, %s' % (text.count('ESTABLISHED'), text.count('INSTALLED'), modes[:1]))
        print(text, flush=True)
    else:
        argv = what.split(',')
        code, text = swanctl(*argv)
        say(' '.join(argv), 'completed' if code == 0 else 'failed: ' + (text.strip().splitlines() or ['?'])[-1])


def at_end(charon):
    def end(*_):
        charon.send_signal(signal.SIGCONT)
        charon.terminate()
        log = os.path.join(WORK, 'charon.log')
        if ENV.get('MOORING_TEST_LOG') and os.path.exists(log):
            shutil.copy(log, ENV['MOORING_TEST_LOG'])
        os._exit(0)
    return end


def wait_for_address(s):
    """An address of our own that is not tentative any more."""
    if s['family'] == 'IP4':
        return
    for _ in range(100):
        text = subprocess.run(['ip', '-6', 'addr', 'show', 'scope', 'global'], capture_output=True, text=True).stdout
        if 'inet6' in text and 'tentative' not in text:
            return
        time.sleep(0.05)


def main():
    role, peer, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    s = settings(role, peer, [w for w in words if '=' in w and not (w[0].isdigit() or w[0] == '@')])
    steps = [w.split(':', 1) for w in words if w[0].isdigit() or w[0] == '@']
    if role == 'ha':
        told = sys.stdout if ENV.get('MOORING_TEST_RADIUS') else subprocess.DEVNULL
        subprocess.Popen([os.path.join(OURS, 'radius_server'), '--secret', s['aaa_secret'], '--subscribers',
                          value('SUBSCRIBERS')], stdout=told)
    if role == 'ue':
        wait_for_address(s)
    charon = start(s)
    signal.signal(signal.SIGTERM, at_end(charon))
    shutil.copy(program('swanctl'), os.path.join(WORK, 'swanctl-copy'))
    text = ''
    for _ in range(50):
        code, text = swanctl('--load-all', '--noprompt')
        if code == 0:
            break
        time.sleep(0.1)
    else:
        say('does not start:', text)
        sys.exit(1)
    say('ready')
    ready = time.monotonic()
    for at, what in sorted((START + float(at[1:]) if at[0] == '@' else ready + float(at), what) for at, what in steps):
        time.sleep(max(0, at - time.monotonic()))
        step(charon, what)
    charon.wait()
    while True:         # what killed it was a step
        time.sleep(1)


main()
