#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Outside judges over the trace of every shipped scenario, opened with the run's own Wireshark profile:

 - tshark finds no malformed frame, and no wrong IPv4, UDP, ICMP or ICMPv6 checksum;
 - tshark opens every encrypted payload of IKE and every ESP packet with the keys that the run left beside the trace,
   and finds their ICVs right;
 - every Mobility Header checksum is right by scapy's routine (tshark never verifies it), home address option and type 2
   routing header included, plain and inside UDP port 4191, IPv4 and IPv6 tunnels. It cannot look into ESP: the same
   scenario is run once more with `ipsec: none`, but for those that are about security associations.

A judge that saw no mobility message where signalling was expected has judged nothing: that is a failure too.
timeout: 900
"""
import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.environ.get('MOORING_TOP', os.getcwd())
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
# no signalling at all in these: the UE stays at home
# and these find no home agent
SILENT = {'at-home', 'dhaad-none', 'duplicate-at-home', 'alias-loop', 'nowhere', 'redirect-nowhere'}
# here the link damages mobility messages: the judges must notice
DAMAGED = {'corrupted'}
# nobody comes as far as an encrypted payload
UNSEALED = {'redirect-loop'}
# large groups are judged by a few of their members
SMALLER = {'thousand': ['--set', 'nodes.ue.count=5'], 'modelled': ['--set', 'nodes.ue.count=5'],
           'half-open': ['--set', 'timeline.1.count=200']}
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
    from scapy.utils import RawPcapReader
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


def sealed(profile, trace):
    """(opened, faults): encrypted IKE messages and ESP packets that tshark opened, and those that it did not."""
    opened, faults = 0, []
    what = 'isakmp.typepayload == 46 || (esp && !icmp && !icmpv6)'
    fields = ('frame.number', 'isakmp.typepayload', 'isakmp.enc.decrypted', 'esp.icv_good')
    asked = [word for field in fields for word in ('-e', field)]
    for line in tshark(profile, '-r', trace, '-Y', what, '-T', 'fields', '-E', 'separator=|', *asked):
        number, ike, decrypted, icv = line.split('|')
        good = decrypted if ike else icv in ('1', 'True')
        opened += bool(good)
        if not good:
            faults.append('frame %s was not opened' % number)
    return opened, faults


def run(path, folder, *more):
    """The trace of one run, or of a sweep's first run: they differ in one number. None: there is none."""
    name = os.path.basename(path)[:-5]
    done = subprocess.run([MOORING, 'run', path, '-o', folder] + SMALLER.get(name, []) + list(more),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    traces = sorted(glob.glob(folder + '/**/trace.pcapng', recursive=True))
    return traces[0] if done.returncode in (0, 1) and traces else None


def judge_sums(path):
    """(messages, faults) of a run without IPsec."""
    with tempfile.TemporaryDirectory() as folder:
        trace = run(path, folder, '--set', 'nodes.ue.ipsec=none')
        if not trace:
            return 0, ['it cannot be run without IPsec']
        only, total, faults = os.path.join(folder, 'mobility.pcap'), 0, []
        tshark(os.path.join(os.path.dirname(trace), 'wireshark'), '-r', trace, '-Y', 'mipv6', '-F', 'pcap', '-w', only)
        for octets, _ in RawPcapReader(only):
            seen, wrong = mobility_sums(octets)
            total += seen
            faults += ['a Mobility Header checksum is wrong'] * wrong
        return total, faults


def judge(path):
    name = os.path.basename(path)[:-5]
    about_security = os.path.basename(os.path.dirname(path)) in ('security', 'realloc')
    with tempfile.TemporaryDirectory() as folder:
        trace = run(path, folder)
        if not trace:
            return name, 0, 0, ['mooring run left no trace']
        profile = os.path.join(os.path.dirname(trace), 'wireshark')
        faults = tshark(profile, '-r', trace, *CHECKS, '-Y', SUMS if name in UNREAL else BAD)
        opened, closed = (0, []) if name in UNREAL else sealed(profile, trace)
        faults += closed
    total, wrong = (0, []) if about_security else judge_sums(path)
    faults += wrong
    if name in DAMAGED:
        faults = [] if faults else ['damage was not noticed']
    if not total and not about_security and name not in SILENT:
        faults.append('no mobility message was judged')
    if not opened and about_security and name not in UNSEALED | UNREAL:
        faults.append('nothing sealed was judged')
    return name, total, opened, faults


def selftest():
    """The judges notice damage: one octet of a binding update changed after the checksum was made."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
        trace = run(path, folder, '--set', 'nodes.ue.ipsec=none')
        only = os.path.join(folder, 'mobility.pcap')
        tshark(os.path.join(os.path.dirname(trace), 'wireshark'), '-r', trace, '-Y', 'mipv6', '-F', 'pcap', '-w', only)
        octets = bytearray(next(iter(RawPcapReader(only)))[0])
        assert mobility_sums(bytes(octets)) == (1, 0), 'the first mobility message is not judged right'
        octets[-1] ^= 1
        assert mobility_sums(bytes(octets)) == (1, 1), 'damage is not noticed'
    with tempfile.TemporaryDirectory() as folder:
        trace = run(path, folder)
        profile = os.path.join(os.path.dirname(trace), 'wireshark')
        assert sealed(profile, trace)[0] and not sealed(profile, trace)[1], 'what is sealed is not opened'
        for table in ('esp_sa', 'ikev2_decryption_table'):
            os.truncate(os.path.join(profile, table), 0)
        assert sealed(profile, trace)[0] == 0 and sealed(profile, trace)[1], 'missing keys are not noticed'


def main():
    paths = sorted(glob.glob(os.path.join(TOP, 'scenarios', '*', '*.yaml')))
    passed = failed = messages = packets = 0
    selftest()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, total, opened, faults in pool.map(judge, paths):
            messages += total
            packets += opened
            passed += not faults
            failed += bool(faults)
            for fault in faults[:5]:
                print('%s: %s' % (name, fault))
    print('%d traces, %d Mobility Header checksums verified, %d sealed messages and packets opened, their ICVs right' %
          (len(paths), messages, packets))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
