#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Outside judges over the trace of every shipped scenario, opened with the run's own Wireshark profile:

 - tshark finds no malformed frame, and no wrong IPv4, UDP, ICMP or ICMPv6 checksum;
 - every Mobility Header checksum is right by scapy's routine (tshark never verifies it), home address option and type 2
   routing header included, plain and inside UDP port 4191, IPv4 and IPv6 tunnels.

A judge that saw no mobility message where signalling was expected has judged nothing: that is a failure too.
timeout: 600
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
SILENT = {'at-home'}
# here the link damages mobility messages: the judges must notice
DAMAGED = {'corrupted'}
# large groups are judged by a few of their members
SMALLER = {'thousand': ['--set', 'nodes.ue.count=5']}
# tshark decrypts what was never encrypted
SEALED = {'modelled'}
CLEAR = ['--set', 'nodes.ue.ipsec=none']
CHECKS = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']
BAD = ('_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || '
       'icmpv6.checksum.status == 0')


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


def traces_of(path, folder, *more):
    name = os.path.basename(path)[:-5]
    run = subprocess.run([MOORING, 'run', path, '-o', folder, *more] + SMALLER.get(name, []), stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    traces = sorted(glob.glob(folder + '/**/trace.pcapng', recursive=True))
    if run.returncode not in (0, 1) or not traces:
        raise RuntimeError('mooring run: exit %d: %s' % (run.returncode, run.stdout.decode()[-300:]))
    return traces[0]        # a sweep's runs differ in one number


def judge(path):
    """By tshark as it is; by scapy, which has no keys, with the mobility messages in clear."""
    name, secured = os.path.basename(path)[:-5], os.path.basename(os.path.dirname(path)) == 'security'
    with tempfile.TemporaryDirectory() as folder:
        faults, total = [], 0
        try:
            if name not in SEALED:
                trace = traces_of(path, folder + '/a')
                faults += tshark(os.path.join(os.path.dirname(trace), 'wireshark'), '-r', trace, *CHECKS, '-Y', BAD)
            if not secured:
                trace = traces_of(path, folder + '/b', *CLEAR)
                only = os.path.join(folder, 'mobility.pcap')
                profile = os.path.join(os.path.dirname(trace), 'wireshark')
                tshark(profile, '-r', trace, '-Y', 'mipv6', '-F', 'pcap', '-w', only)
                for octets, _ in RawPcapReader(only):
                    seen, wrong = mobility_sums(octets)
                    total += seen
                    faults += ['a Mobility Header checksum is wrong'] * wrong
        except RuntimeError as error:
            return name, 0, [str(error)]
        if name in DAMAGED:
            faults = [] if faults else ['damage was not noticed']
        if not total and name not in SILENT and not secured:
            faults.append('no mobility message was judged')
        return name, total, faults


def selftest():
    """The judges notice damage: one octet of a binding update changed after the checksum was made."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(TOP, 'scenarios', 'attach', 'ipv6.yaml')
        subprocess.run([MOORING, 'run', path, '-o', folder, *CLEAR], stdout=subprocess.DEVNULL, check=True)
        trace = glob.glob(folder + '/**/trace.pcapng', recursive=True)[0]
        only = os.path.join(folder, 'mobility.pcap')
        tshark(os.path.join(os.path.dirname(trace), 'wireshark'), '-r', trace, '-Y', 'mipv6', '-F', 'pcap', '-w', only)
        octets = bytearray(next(iter(RawPcapReader(only)))[0])
        assert mobility_sums(bytes(octets)) == (1, 0), 'the first mobility message is not judged right'
        octets[-1] ^= 1
        assert mobility_sums(bytes(octets)) == (1, 1), 'damage is not noticed'


def main():
    paths = sorted(glob.glob(os.path.join(TOP, 'scenarios', '*', '*.yaml')))
    passed = failed = messages = 0
    selftest()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, total, faults in pool.map(judge, paths):
            messages += total
            passed += not faults
            failed += bool(faults)
            for fault in faults[:5]:
                print('%s: %s' % (name, fault))
    print('%d traces, %d Mobility Header checksums verified' % (len(paths), messages))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
