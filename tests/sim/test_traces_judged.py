#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Outside judges over the trace of every shipped scenario, opened with the run's own Wireshark profile:

 - tshark finds no malformed frame, and no wrong IPv4, UDP, ICMP or ICMPv6 checksum;
 - tshark opens every encrypted payload of IKE and every ESP packet with the keys that the run left beside the trace,
   and finds their ICVs right;
 - every Mobility Header checksum is right by scapy's routine (tshark never verifies it), home address option and type 2
   routing header included, plain and inside UDP port 4191, IPv4 and IPv6 tunnels. It cannot look into ESP: the same
   scenario is run once more with `ipsec: none`, but for those that cannot be.

A judge that saw no mobility message where signalling was expected has judged nothing: that is a failure too.

tshark takes longer to start than to read a trace: it is given several, one behind the other in one file, of runs with
different seeds, so that no key stands for two. Where a fault is found there, the scenario is played and judged once
more as it is, alone.
timeout: 900
"""
import concurrent.futures
import glob
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import rig

sys.dont_write_bytecode = True
TOP = os.environ.get('MOORING_TOP', os.getcwd())
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
# no signalling at all in these: the UE stays at home
# and these find no home agent
SILENT = {'at-home', 'dhaad-none', 'duplicate-at-home', 'alias-loop', 'nowhere', 'redirect-nowhere',
          'unnoticed'}
# signalling in UDP port 5436, without IPv6 header and Mobility Header checksum [RFC 5844 4.1.3]: tshark must know it
BARE = {'rfc5844', 'tlv-rfc5844'}
# here the link damages mobility messages or tunnelled packets, or a node sends ones that are none: the judges must
# notice
DAMAGED = {'changed-on-the-way', 'corrupted', 'gre-headers', 'gre-keys', 'header-lengths', 'icmp-errors',
           'odd-heartbeats', 'pmip-rough', 'rough'}
# nobody comes as far as an encrypted payload
UNSEALED = {'redirect-loop'}
# large groups are judged by a few of their members
SMALLER = {'thousand': ['--set', 'nodes.ue.count=5'], 'modelled': ['--set', 'nodes.ue.count=5'],
           'half-open': ['--set', 'timeline.1.count=200']}
TOGETHER = 16
# tshark cannot open what was never really encrypted, and takes what it makes of it for malformed
UNREAL = {'modelled'}
CHECKS = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']
SUMS = ('ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || '
        'icmpv6.checksum.status == 0')
BAD = '_ws.malformed || ' + SUMS


def skip(why):
    print(why)
    sys.exit(77)


if not shutil.which('tshark'):
    skip('tshark is not installed')
try:
    import logging
    logging.getLogger('scapy').setLevel(logging.ERROR)
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, in6_chksum
    from scapy.layers.l2 import Ether
except ImportError:
    skip('python3-scapy is not installed')


def tshark(profile, *argv):
    env = dict(os.environ, WIRESHARK_CONFIG_DIR=profile)
    out = subprocess.run(['tshark', *argv], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if out.returncode:
        raise RuntimeError('tshark %s: %s' % (' '.join(argv), out.stderr.decode()))
    return out.stdout.decode().splitlines()


def inner_packets(packet):
    """Every IPv6 packet in a frame, through tunnels and UDP port 4191."""
    while packet is not None:
        if isinstance(packet, IPv6):
            yield packet
        if isinstance(packet, UDP) and 4191 in (packet.sport, packet.dport):
            data = bytes(packet.payload)
            packet = IPv6(data) if data and data[0] >> 4 == 6 else IP(data)
            continue
        packet = packet.payload if packet.payload and packet.payload.name != 'NoPayload' else None


def last_header(ip6):
    """The header before the Mobility Header: scapy walks back from it to find home address option and routing header.

    It finds the option only when it stands alone, so the padding it has read as options is taken out first.
    """
    layer = ip6
    while isinstance(layer.payload, (IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, IPv6ExtHdrHopByHop)):
        layer = layer.payload
        if isinstance(layer, IPv6ExtHdrDestOpt):
            layer.options = [option for option in layer.options if isinstance(option, HAO)]
    return layer


def mobility_sums(octets):
    """(seen, wrong): Mobility Headers of one frame whose checksum was computed anew."""
    seen = wrong = 0
    for ip6 in inner_packets(Ether(octets)):
        data = bytes(ip6)[:40 + ip6.plen]
        nh, at = ip6.nh, 40
        while nh in (0, 43, 60):
            nh, at = data[at], at + 8 + 8 * data[at + 1]
        if nh != 135:
            continue
        mh = bytearray(data[at:])
        told = mh[4] << 8 | mh[5]
        mh[4:6] = b'\0\0'
        seen += 1
        wrong += in6_chksum(135, last_header(ip6), bytes(mh)) != told
    return seen, wrong


def has_mobility(octets):
    """Is there a Mobility Header behind IPv6 headers, IP in IP, GRE or UDP port 4191? A glance, before scapy looks."""
    at, kind = 14, int.from_bytes(octets[12:14], 'big')
    nh = {0x86dd: 41, 0x0800: 4}.get(kind)
    for _ in range(12):
        if nh == 41 and len(octets) >= at + 40:
            nh, at = octets[at + 6], at + 40
        elif nh == 4 and len(octets) >= at + 20:
            nh, at = octets[at + 9], at + 4 * (octets[at] & 15)
        elif nh in (0, 43, 60) and len(octets) >= at + 8:
            nh, at = octets[at], at + 8 + 8 * octets[at + 1]
        elif nh == 17 and len(octets) > at + 8 and 4191 in (int.from_bytes(octets[at:at + 2], 'big'),
                                                            int.from_bytes(octets[at + 2:at + 4], 'big')):
            nh, at = {6: 41, 4: 4}.get(octets[at + 8] >> 4), at + 8
        else:
            break
    return nh == 135


def ask_tshark(profile, trace, bad):
    """({frame: was it opened}, {frame: fault}): sealed IKE messages and ESP packets, and bad frames."""
    opened, faults = {}, {}
    what = '(isakmp.typepayload == 46 || (esp && !icmp && !icmpv6))'
    fields = ('frame.number', 'isakmp.typepayload', 'isakmp.enc.decrypted', 'esp.icv_good', '_ws.malformed',
              'ip.checksum.status', 'udp.checksum.status', 'icmp.checksum.status', 'icmpv6.checksum.status',
              'frame.protocols')
    asked = [word for field in fields for word in ('-e', field)]
    for line in tshark(profile, '-r', trace, *CHECKS, '-Y', '%s || %s' % (what, bad), '-T', 'fields', '-E',
                       'separator=|', *asked):
        number, ike, decrypted, icv, malformed, *sums, layers = line.split('|')
        number = int(number)
        if (malformed and bad == BAD) or any('0' in status.split(',') for status in sums):
            faults[number] = 'frame %d is malformed or a checksum is wrong: %s' % (number, layers)
        if '46' not in ike.split(',') and not icv:
            continue
        good = decrypted if '46' in ike.split(',') else icv in ('1', 'True')
        opened[number] = bool(good)
        if not good:
            faults[number] = 'frame %d was not opened' % number
    return opened, faults


def frames(path):
    """The frames of our own captures: enhanced packet blocks of the machine's byte order."""
    with open(path, 'rb') as f:
        data = f.read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from('=II', data, at)
        if kind == 6:
            yield data[at + 28:at + 28 + struct.unpack_from('=I', data, at + 20)[0]]
        at += size


def run(path, folder, *more):
    """The trace of one run, or of a sweep's first run: they differ in one number. None: there is none."""
    name = os.path.basename(path)[:-5]
    done = subprocess.run([MOORING, 'run', path, '-o', folder] + SMALLER.get(name, []) + list(more),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    traces = sorted(glob.glob(folder + '/**/trace.pcapng', recursive=True))
    return traces[0] if done.returncode in (0, 1) and traces else None


def judge_sums(trace):
    """(messages, faults, frames): the Mobility Headers that are not in ESP."""
    total, faults, n = 0, [], 0
    for octets in frames(trace):
        n += 1
        if 135 not in octets or not has_mobility(octets):
            continue
        seen, wrong = mobility_sums(octets)
        total += seen
        faults += ['a Mobility Header checksum is wrong'] * wrong
    return total, faults, n


def bare_faults(profile, trace):
    """Every message on port 5436 is read as a Mobility Header, and there are some."""
    known = len(tshark(profile, '-r', trace, '-Y', 'udp.port == 5436 && mipv6'))
    unknown = len(tshark(profile, '-r', trace, '-Y', 'udp.port == 5436 && !mipv6 && !icmp'))
    return [] if known and not unknown else ['port 5436: %d messages read, %d not' % (known, unknown)]


class Judged:
    """A trace, what tshark and scapy say about it; scenarios without UEs have their Mobility Headers in clear."""

    def __init__(self, path, folder, *more):
        self.path, self.name = path, os.path.basename(path)[:-5]
        self.more = more
        self.opened, self.faults, self.total, self.frames = 0, [], 0, 0
        self.trace = run(path, folder, *more)
        if not self.trace:
            self.faults = ['mooring run left no trace']
            return
        self.profile = os.path.join(os.path.dirname(self.trace), 'wireshark')
        self.total, self.wrong, self.frames = judge_sums(self.trace)

    def alone(self):
        if self.trace:
            opened, faults = ask_tshark(self.profile, self.trace, SUMS if self.name in UNREAL else BAD)
            self.say(opened, faults)

    def say(self, opened, faults, before=0):
        """before: frames of others in the same file."""
        mine = range(before + 1, before + self.frames + 1)
        self.opened = sum(good for frame, good in opened.items() if frame in mine)
        self.faults = [fault for frame, fault in sorted(faults.items()) if frame in mine]

    def close(self):
        """Some cannot be played without IPsec."""
        if not self.trace:
            return
        if self.name in UNREAL:
            self.opened, self.faults = 0, [fault for fault in self.faults if 'not opened' not in fault]
        self.faults += bare_faults(self.profile, self.trace) if self.name in BARE else []
        if self.opened:
            with tempfile.TemporaryDirectory() as folder:
                clear = run(self.path, folder, *self.more, '--set', 'nodes.ue.ipsec=none')
                if clear:
                    self.total, self.wrong, _ = judge_sums(clear)
        self.faults += self.wrong
        if self.name in DAMAGED:
            self.faults = [] if self.faults else ['damage was not noticed']
        if not self.total and not self.opened and self.name not in SILENT | UNSEALED | UNREAL | BARE:
            self.faults.append('nothing was judged')


def together(several, folder):
    """One file of all traces, one profile with all keys: (trace, profile)."""
    trace, profile = os.path.join(folder, 'all.pcapng'), os.path.join(folder, 'profile')
    shutil.copytree(several[0].profile, profile)
    with open(trace, 'wb') as f:
        for one in several:
            with open(one.trace, 'rb') as g:
                shutil.copyfileobj(g, f)
    for table in ('esp_sa', 'ikev2_decryption_table'):
        lines = {}
        for one in several:
            path = os.path.join(one.profile, table)
            if os.path.exists(path):
                with open(path, encoding='utf-8') as f:
                    lines.update(dict.fromkeys(f))
        with open(os.path.join(profile, table), 'w', encoding='utf-8') as f:
            f.writelines(lines)
    return trace, profile


def same_ways(one, other):
    """Whether the profiles differ in nothing but keys."""
    def text(profile, name):
        try:
            with open(os.path.join(profile, name), encoding='utf-8') as f:
                return f.read()
        except FileNotFoundError:
            return None
    return all(text(one, name) == text(other, name) for name in ('preferences', 'decode_as_entries'))


def judge(seeded):
    """Some scenarios with their seeds, together; one that stands alone is played as it is."""
    with tempfile.TemporaryDirectory() as folder:
        if len(seeded) == 1:
            several = [Judged(seeded[0][1], folder)]
            several[0].alone()
        else:
            several = [Judged(path, os.path.join(folder, str(seed)), '--seed', str(seed)) for seed, path in seeded]
            there = [one for one in several if one.trace]
            alike = [one for one in there if same_ways(one.profile, there[0].profile)]
            trace, profile = together(alike, folder)
            opened, faults = ask_tshark(profile, trace, BAD)
            before = 0
            for one in alike:
                one.say(opened, faults, before)
                before += one.frames
            for one in there:
                if one not in alike:
                    one.alone()
        for one in several:
            one.close()
        return [as_it_is(one) if one.faults and one.more else one for one in several]


def as_it_is(doubted):
    with tempfile.TemporaryDirectory() as folder:
        one = Judged(doubted.path, folder)
        one.alone()
        one.close()
        return one


def shares(paths):
    """[[(seed, path)]]"""
    peculiar = SILENT | BARE | DAMAGED | UNSEALED | UNREAL
    own = [(1, path) for path in paths if os.path.basename(path)[:-5] in peculiar]
    rest = [(1000 + k, path) for k, path in enumerate(paths) if os.path.basename(path)[:-5] not in peculiar]
    return [rest[at:at + TOGETHER] for at in range(0, len(rest), TOGETHER)] + [[one] for one in own]


def selftest():
    """The judges notice damage: one octet of a binding update changed after the checksum was made."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
        trace = run(path, folder, '--set', 'nodes.ue.ipsec=none')
        octets = bytearray(next(frame for frame in frames(trace) if has_mobility(frame)))
        assert mobility_sums(bytes(octets)) == (1, 0), 'the first mobility message is not judged right'
        octets[-1] ^= 1
        assert mobility_sums(bytes(octets)) == (1, 1), 'damage is not noticed'
    with tempfile.TemporaryDirectory() as folder:
        trace = run(path, folder)
        profile = os.path.join(os.path.dirname(trace), 'wireshark')
        opened, faults = ask_tshark(profile, trace, BAD)
        assert any(opened.values()) and not faults, 'what is sealed is not opened'
        for table in ('esp_sa', 'ikev2_decryption_table'):
            os.truncate(os.path.join(profile, table), 0)
        opened, faults = ask_tshark(profile, trace, BAD)
        assert not any(opened.values()) and faults, 'missing keys are not noticed'


def main():
    paths = rig.simulated()
    passed = failed = messages = packets = 0
    selftest()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for one in (one for several in pool.map(judge, shares(paths)) for one in several):
            messages += one.total
            packets += one.opened
            passed += not one.faults
            failed += bool(one.faults)
            for fault in one.faults[:5]:
                print('%s: %s' % (one.name, fault))
    print('%d traces, %d Mobility Header checksums verified, %d sealed messages and packets opened, their ICVs right' %
          (len(paths), messages, packets))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
