# SPDX-License-Identifier: GPL-2.0-or-later
"""The good vectors before outside judges: tshark must find no malformed frame and read the same numbers, and scapy's
checksum routine must agree with the Mobility Header checksums. What tshark is known to misread is listed with reasons.

timeout: 120
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, 'tests', 'vectors'), os.path.join(TOP, 'tests', 'interop')]
import tshark_secured as secured  # noqa: E402
import vectors  # noqa: E402

HOME, AGENT = '2001:db8:a:1::100', '2001:db8:f::1'

# What tshark 4.0 calls malformed although the document's figure says otherwise: case -> reason.
BLIND = {
    'rfc4285: authentication-without-data': 'counts the type and length octets into the authenticator',
    'rfc5142: ha-switch-no-address': 'looks for the options 16 octets too late',
    'rfc8200: options-header-of-2048-octets': 'reads beyond a Pad1 that ends an options header',
}

# What tshark 4.0 misreads: fields, in all cases or in one.
MISREAD = {
    'lri.sequence': 'reads LRI and LRA from the start of the Mobility Header',
    'lri.lifetime': 'same',
    'lra.sequence': 'same',
    'lra.status': 'same',
    'lra.lifetime': 'same',
    'opt-authentication.authenticator': 'two octets short: counts the type and length octets in',
    ('rfc6705: lri-infinite-with-gateway-address', 'opt-mag-ipv6-address.address'):
        'options of an LRI at the wrong place',
    ('rfc5142: ha-switch-with-refresh-advice', 'opt-binding-refresh-advice.refresh-interval'):
        'options of an HA switch at the wrong place',
    ('rfc4283: nai-of-one-octet', 'opt-mn-identifier.identifier'): 'shows no identifier of one octet',
}


def plain(text):
    return str(int(text, 16)) if text.startswith('0x') else text


def octets(text):
    return text.replace(':', '').removeprefix('0x')


def seconds(text):
    return plain(text) + ' s'


def milliseconds(text):
    return plain(text) + ' ms'


def units_of_four(text):
    return '%d s' % (int(plain(text)) * 4)


def refresh(text):
    return 'infinite' if text == '4294967295' else text + ' s'


# Paths of our dissector, tshark's fields for the same thing, and what makes our text of tshark's.
SAME = {
    'hoti.cookie': ('mip6.hoti.cookie', octets),
    'coti.cookie': ('mip6.coti.cookie', octets),
    'hot.cookie': ('mip6.hot.cookie', octets),
    'hot.nonce-index': ('mip6.hot.nindex', plain),
    'hot.keygen-token': ('mip6.hot.token', octets),
    'cot.cookie': ('mip6.cot.cookie', octets),
    'cot.nonce-index': ('mip6.cot.nindex', plain),
    'bu.sequence': ('mip6.bu.seqnr', plain),
    'bu.lifetime': ('mip6.bu.lifetime', units_of_four),
    'ba.status': ('mip6.ba.status', plain),
    'ba.sequence': ('mip6.ba.seqnr', plain),
    'ba.lifetime': ('mip6.ba.lifetime', units_of_four),
    'be.status': ('mip6.be.status', plain),
    'be.home-address': ('mip6.be.haddr', plain),
    'fbu.sequence': ('mip6.fbu.seqnr', plain),
    'fbu.lifetime': ('mip6.fbu.lifetime', units_of_four),
    'fback.status': ('mip6.fback.status', plain),
    'fback.sequence': ('mip6.fback.seqnr', plain),
    'ha-switch.home-agent': ('mip6.has.address', plain),
    'heartbeat.sequence': ('mip6.hb.seqnr', plain),
    'hi.sequence': ('mip6.hi.seqnr', plain),
    'hi.code': ('mip6.hi.code', plain),
    'hack.sequence': ('mip6.hack.seqnr', plain),
    'hack.code': ('mip6.hack.code', plain),
    'bri.sequence': ('mip6.bri_seqnr', plain),
    'bri.trigger': ('mip6.bri_r.trigger', plain),
    'bra.sequence': ('mip6.bri_seqnr', plain),
    'bra.status': ('mip6.bri_status', plain),
    'lri.sequence': ('mip6.lri.sequence', plain),
    'lri.lifetime': ('mip6.lri.lifetime', seconds),
    'lra.sequence': ('mip6.lra.sequence', plain),
    'lra.status': ('mip6.lra.status', plain),
    'lra.lifetime': ('mip6.lra.lifetime', seconds),
    'opt-binding-refresh-advice.refresh-interval': ('mip6.bra.interval', units_of_four),
    'opt-alternate-care-of-address.address': ('mip6.acoa.acoa', plain),
    'opt-nonce-indices.home-nonce-index': ('mip6.ni.hni', plain),
    'opt-nonce-indices.care-of-nonce-index': ('mip6.ni.cni', plain),
    'opt-binding-authorization-data.data': ('mip6.bad.auth', octets),
    'opt-link-layer-address.address': ('mip6.lla', octets),
    'opt-mn-identifier.subtype': ('mip6.mnid.subtype', plain),
    'opt-mn-identifier.identifier': ('mip6.mnid.identifier', str),
    'opt-authentication.subtype': ('mip6.auth.subtype', plain),
    'opt-authentication.spi': ('mip6.auth.mobility_spi', plain),
    'opt-authentication.authenticator': ('mip6.auth.auth_data', octets),
    'opt-dns-update.status': ('mip6.dnsu.status', plain),
    'opt-dns-update.remove': ('mip6.dnsu.flag.r', plain),
    'opt-vendor-specific.vendor-id': ('mip6.vsm.vendorId', plain),
    'opt-vendor-specific.sub-type': ('mip6.vsm.subtype', plain),
    'opt-vendor-specific.more': ('mip6.3gpp.flag.m', plain),
    'opt-vendor-specific.error-code': ('mip6.3gpp.spec_pmipv6_err_code', plain),
    'opt-vendor-specific.pdn-type': ('mip6.3gpp.pdn_type', plain),
    'opt-vendor-specific.cause': ('mip6.3gpp.pdn_ind_cause', plain),
    'opt-vendor-specific.charging-id': ('mip6.3gpp.chg_id', plain),
    'opt-vendor-specific.pdn-connection-id': ('mip6.3gpp.pdn_conn_id', plain),
    'opt-handoff-indicator.indicator': ('mip6.hi', plain),
    'opt-access-technology-type.technology': ('mip6.att', plain),
    'opt-mn-link-layer-identifier.address': ('mip6.mnlli.lli', octets),
    'opt-link-local-address.address': ('mip6.lila_lla', plain),
    'opt-restart-counter.restart-counter': ('mip6.rc', plain),
    'opt-ipv4-home-address.prefix-length': ('mip6.ipv4ha.preflen', plain),
    'opt-ipv4-home-address.prefix-requested': ('mip6.ipv4ha.p_flag', plain),
    'opt-ipv4-home-address.address': ('mip6.ipv4ha.ha', plain),
    'opt-ipv4-home-address-request.prefix-length': ('mip6.ipv4ha.preflen', plain),
    'opt-ipv4-home-address-request.address': ('mip6.ipv4ha.ha', plain),
    'opt-ipv4-address-acknowledgement.status': ('mip6.ipv4aa.sts', plain),
    'opt-ipv4-address-acknowledgement.prefix-length': ('mip6.ipv4ha.preflen', plain),
    'opt-ipv4-address-acknowledgement.address': ('mip6.ipv4ha.ha', plain),
    'opt-ipv4-home-address-reply.status': ('mip6.ipv4aa.sts', plain),
    'opt-ipv4-home-address-reply.prefix-length': ('mip6.ipv4ha.preflen', plain),
    'opt-ipv4-home-address-reply.address': ('mip6.ipv4ha.ha', plain),
    'opt-nat-detection.force-udp': ('mip6.natd.f_flag', plain),
    'opt-nat-detection.refresh-time': ('mip6.natd.refresh_t', refresh),
    'opt-ipv4-care-of-address.address': ('mip6.ipv4coa.addr', plain),
    'opt-gre-key.key': ('mip6.gre_key', plain),
    'opt-binding-identifier.bid': ('mip6.bi.bid', plain),
    'opt-binding-identifier.status': ('mip6.bi.status', plain),
    'opt-binding-identifier.home': ('mip6.bi.h_flag', plain),
    'opt-ipv4-default-router-address.address': ('mip6.ipv4dra.dra', plain),
    'opt-load-information.priority': ('mip6.load_inf.priority', plain),
    'opt-load-information.sessions': ('mip6.load_inf.sessions_in_use', plain),
    'opt-load-information.sessions-max': ('mip6.load_inf.maximum_sessions', plain),
    'opt-alternate-ipv4-care-of-address.address': ('mip6.alt_ip4', plain),
    'opt-mn-group-identifier.sub-type': ('mip6.mng.sub_type', plain),
    'opt-mn-group-identifier.group-id': ('mip6.mng.mng_id', plain),
    'opt-mag-ipv6-address.address': ('mip6.mag_ipv6.address', plain),
    'ip6.source-address': ('ipv6.src', plain),
    'ip6.destination-address': ('ipv6.dst', plain),
    'ip6.payload-length': ('ipv6.plen', plain),
    'ip6.next-header': ('ipv6.nxt', plain),
    'ip6.hop-limit': ('ipv6.hlim', plain),
    'opt-home-address.home-address': ('ipv6.opt.mipv6.home_address', plain),
    'routing.segments-left': ('ipv6.routing.segleft', plain),
    'routing.home-address': ('ipv6.routing.mipv6.home_address', plain),
    'ip4.source-address': ('ip.src', plain),
    'ip4.destination-address': ('ip.dst', plain),
    'ip4.total-length': ('ip.len', plain),
    'ip4.identification': ('ip.id', plain),
    'ip4.ttl': ('ip.ttl', plain),
    'ip4.protocol': ('ip.proto', plain),
    'udp.source-port': ('udp.srcport', plain),
    'udp.destination-port': ('udp.dstport', plain),
    'udp.length': ('udp.length', plain),
    'icmp4.type': ('icmp.type', plain),
    'icmp4.code': ('icmp.code', plain),
    'icmp4.mtu': ('icmp.mtu', plain),
    'icmp4.gateway': ('icmp.redir_gw', plain),
    'echo-request.identifier': ('icmpv6.echo.identifier', plain),
    'echo-request.sequence': ('icmpv6.echo.sequence_number', plain),
    'packet-too-big.mtu': ('icmpv6.mtu', plain),
    'parameter-problem.pointer': ('icmpv6.pointer', plain),
    'router-advertisement.current-hop-limit': ('icmpv6.nd.ra.cur_hop_limit', plain),
    'router-advertisement.router-lifetime': ('icmpv6.nd.ra.router_lifetime', seconds),
    'router-advertisement.reachable-time': ('icmpv6.nd.ra.reachable_time', milliseconds),
    'router-advertisement.retrans-timer': ('icmpv6.nd.ra.retrans_timer', milliseconds),
    'neighbour-solicitation.target': ('icmpv6.nd.ns.target_address', plain),
    'neighbour-advertisement.target': ('icmpv6.nd.na.target_address', plain),
    'opt-prefix-information.prefix': ('icmpv6.opt.prefix', plain),
    'opt-prefix-information.prefix-length': ('icmpv6.opt.prefix.length', plain),
    'opt-mtu.mtu': ('icmpv6.opt.mtu', plain),
    'opt-advertisement-interval.interval': ('icmpv6.opt.advertisement_interval', milliseconds),
    'opt-home-agent-information.preference': ('icmpv6.opt.home_agent_preference', plain),
    'opt-home-agent-information.lifetime': ('icmpv6.opt.home_agent_lifetime', seconds),
    'opt-recursive-dns-server.server': ('icmpv6.opt.rdnss', plain),
    'opt-recursive-dns-server.lifetime': ('icmpv6.opt.rdnss.lifetime', seconds),
    'mobile-prefix-advertisement.identifier': ('icmpv6.mip6.identifier', plain),
    'home-agent-discovery-request.identifier': ('icmpv6.mip6.identifier', plain),
    'home-agent-discovery-reply.home-agent': ('icmpv6.mip6.home_agent_address', plain),
    'dhcp4.yiaddr': ('dhcp.ip.your', plain),
    'dhcp4.ciaddr': ('dhcp.ip.client', plain),
    'opt-message-type.value': ('dhcp.option.dhcp', plain),
    'dhcp6.type': ('dhcpv6.msgtype', plain),
    'dhcp6.transaction-id': ('dhcpv6.xid', str),
    'dhcp6.hop-count': ('dhcpv6.hopcount', plain),
    'dhcp6.link-address': ('dhcpv6.linkaddr', plain),
    'dhcp6.peer-address': ('dhcpv6.peeraddr', plain),
    'opt-elapsed-time.value': ('dhcpv6.elapsed_time', milliseconds),
    'opt-ia-na.t1': ('dhcpv6.iaid.t1', seconds),
    'opt-ia-na.t2': ('dhcpv6.iaid.t2', seconds),
    'opt-ia-pd.iaid': ('dhcpv6.iaid', lambda text: '0x' + text),
    'opt-ia-pd.t2': ('dhcpv6.iaid.t2', seconds),
    'opt-ia-na.opt-ia-address.address': ('dhcpv6.iaaddr.ip', plain),
    'opt-ia-address.preferred-lifetime': ('dhcpv6.iaaddr.pref_lifetime', seconds),
    'opt-ia-address.valid-lifetime': ('dhcpv6.iaaddr.valid_lifetime', seconds),
    'opt-ia-prefix.preferred-lifetime': ('dhcpv6.iaprefix.pref_lifetime', seconds),
    'opt-ia-prefix.prefix': ('dhcpv6.iaprefix.pref_addr', plain),
    'opt-ia-pd.opt-ia-prefix.prefix': ('dhcpv6.iaprefix.pref_addr', plain),
    'opt-ia-pd.opt-ia-prefix.prefix-length': ('dhcpv6.iaprefix.pref_len', plain),
    'opt-ia-pd.opt-status-code.status': ('dhcpv6.status_code', plain),
    'arp.operation': ('arp.opcode', plain),
    'arp.sender-protocol-address': ('arp.src.proto_ipv4', plain),
    'arp.target-protocol-address': ('arp.dst.proto_ipv4', plain),
}
SAME = {name: ([field], ours) for name, (field, ours) in SAME.items()} | secured.SAME
BLIND |= secured.BLIND
MISREAD |= secured.MISREAD


def mobility_sum(src, dst, octets):
    """The checksum of a Mobility Header that lies between two addresses, as scapy counts it."""
    from scapy.layers.inet6 import IPv6, in6_chksum
    return in6_chksum(135, IPv6(src=src, dst=dst), octets)


def wrapped(vector):
    """The vector as an IP packet or frame; a Mobility Header without addresses gets some, and the right checksum."""
    if vector.layer != 'mh':
        return vector.octets
    import ipaddress
    src, dst = vector.sum or (HOME, AGENT)
    octets = bytearray(vector.octets)
    if not vector.sum:
        octets[4:6] = b'\0\0'
        octets[4:6] = mobility_sum(src, dst, bytes(octets)).to_bytes(2, 'big')
    head = struct.pack('>IHBB', 0x60000000, len(octets), 135, 64)
    return head + ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed + bytes(octets)


def framed(vector):
    frame = secured.framed(vector)
    if frame:
        return frame
    octets = wrapped(vector)
    if vector.layer == 'eth':
        return octets
    return b'\x02\0\x5e\0\0\1\x02\0\x5e\0\x12\x34' + (b'\x86\xdd' if octets[0] >> 4 == 6 else b'\x08\0') + octets


def write_capture(path, frames):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for n, frame in enumerate(frames):
            f.write(struct.pack('<IIII', n, 0, len(frame), len(frame)) + frame)


def tshark(path, fields, keys):
    """Per frame the list of each field's values; keys: options."""
    argv = ['tshark', '-n', '-r', path, '-d', 'udp.port==4191,ip', '-o', 'ip.defragment:FALSE',
            '-o', 'ipv6.defragment:FALSE', '-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=;'] + keys
    for field in fields:
        argv += ['-e', field]
    text = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return [[value.split(';') if value else [] for value in line.split('\t')] for line in text.split('\n')[:-1]]


def known(vector, name):
    return name in MISREAD or (str(vector), name) in MISREAD


def disagreements(vector, row, fields):
    """Texts about the fields that tshark reads otherwise, and how many were compared."""
    wrong, compared = [], 0
    for name, value in vector.fields:
        if name not in SAME or known(vector, name):
            continue
        theirs, ours = SAME[name]
        texts = [text for field in theirs for text in row[fields.index(field)] if text]
        seen = ['-' if text == '<MISSING>' else ours(text) for text in texts]
        compared += 1
        if value.split(' (')[0] not in seen and not (value == '-' and not seen):
            wrong.append('%s (line %d): %s is %s, but tshark reads %s' %
                         (vector, vector.line, name, value, ', '.join(seen) or 'nothing'))
    return wrong, compared


def judge_group(good, seal):
    """Those with the same keys in one capture."""
    fields = ['_ws.malformed'] + secured.BAD
    fields += sorted({field for theirs, _ in SAME.values() for field in theirs})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'vectors.pcap')
        write_capture(path, [framed(v) for v in good])
        rows = tshark(path, fields, secured.options(seal))
    if len(rows) != len(good):
        return ['tshark told of %d frames, not %d' % (len(rows), len(good))], 0
    wrong, compared = [], 0
    for vector, row in zip(good, rows):
        if row[0] and vector.good and str(vector) not in BLIND:
            wrong.append('%s (line %d): tshark calls it malformed' % (vector, vector.line))
        bad = [field for field in secured.BAD if set(row[fields.index(field)]) - {'0', 'False'}]
        if seal and bool(bad) == vector.good:
            wrong.append('%s (line %d): tshark says %s' % (vector, vector.line, ', '.join(bad) or 'nothing'))
        texts, n = disagreements(vector, row, fields)
        wrong += texts
        compared += n
    return wrong, compared


def judge_by_tshark(good):
    """The good ones, and those whose fault lies under a key: tshark must see that too."""
    good = good + [v for v in vectors.load() if secured.BAD_NOTES.intersection(v.notes)]
    wrong, compared = [], 0
    for seal in sorted({v.seal for v in good}, key=str):
        texts, n = judge_group([v for v in good if v.seal == seal], seal)
        wrong += texts
        compared += n
    return wrong, compared


def counted_addresses(layer):
    """The pseudo-header's addresses: those of a Home Address option and of a type 2 routing header count."""
    from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrRouting
    src = dst = None
    while layer and not isinstance(layer, IPv6):
        if isinstance(layer, IPv6ExtHdrDestOpt):
            src = next((option.hoa for option in layer.options if isinstance(option, HAO)), src)
        if isinstance(layer, IPv6ExtHdrRouting) and layer.type == 2:
            dst = layer.addresses[-1]
        layer = layer.underlayer
    return src or layer.src, dst or layer.dst


def mobility_header(octets):
    """(source, destination, octets) of the Mobility Header within an IP packet, or None."""
    from scapy.layers.inet import IP, UDP
    from scapy.layers.inet6 import IPv6
    layer = IPv6(octets) if octets[:1] >= b'\x60' else IP(octets)
    while layer:
        if isinstance(layer, UDP) and 4191 in (layer.sport, layer.dport):
            return mobility_header(bytes(layer.payload))
        if layer.name.startswith('ICMP'):
            return None         # what an error quotes was sent between others
        if getattr(layer.underlayer, 'nh', None) == 135:
            return counted_addresses(layer.underlayer) + (layer.original,)
        layer = layer.payload
    return None


def judge_sums(good):
    """The Mobility Header checksums of all good vectors, by scapy's routine; texts and how many were verified."""
    wrong, verified = [], 0
    for vector in good:
        found = None
        if vector.layer == 'mh' and vector.sum:
            found = vector.sum + (vector.octets,)
        elif vector.layer == 'ip':
            found = mobility_header(vector.octets)
        if not found:
            continue
        verified += 1
        if mobility_sum(*found) not in (0, 0xffff):
            wrong.append('%s (line %d): the checksum is not that of scapy' % (vector, vector.line))
    return wrong, verified


def need(what, there):
    if not there:
        print('%s is not installed' % what)
        sys.exit(77)


def scapy_there():
    """Some machines' first python3 is not the distribution's, which has scapy."""
    try:
        import scapy.layers.inet6  # noqa: F401
        return True
    except ImportError:
        if sys.executable != '/usr/bin/python3' and os.path.exists('/usr/bin/python3'):
            os.execv('/usr/bin/python3', ['/usr/bin/python3', '-B'] + sys.argv)
        return False


def main():
    need('tshark', shutil.which('tshark'))
    need('python3-scapy', scapy_there())
    good = [v for v in vectors.load() if v.good]
    wrong, compared = judge_by_tshark(good)
    more, verified = judge_sums(good)
    wrong += more
    if compared < 200 or verified < 50:
        wrong.append('hardly anything was compared')
    for text in wrong:
        print(text)
    print('%d good vectors, %d fields compared with tshark, %d checksums verified by scapy, %d known misreadings' %
          (len(good), compared, verified, len(BLIND) + len(MISREAD)))
    print('%d passed, %d failed' % (compared + verified, len(wrong)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
