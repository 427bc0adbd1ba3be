# SPDX-License-Identifier: GPL-2.0-or-later
"""How tshark is asked about the vectors of IKE, EAP and ESP: what goes around their octets, the names of its fields,
its tables of keys, and what it is known to misread. Used by test_tshark_vectors.py."""
import struct

import vectors

ETHER = b'\x02\0\x5e\0\0\1\x02\0\x5e\0\x12\x34'

# tshark's fields and texts for what our dissector calls otherwise: our path -> fields, our text made of tshark's.
PREFIX = 'isakmp.cfg.attr.'
NEW, OLD = ('isakmp.notify.data.redirect.%s_resp_gw_ident.' % word for word in ('new', 'org'))


def plain(text):
    return str(int(text, 16)) if text.startswith('0x') else text


def octets(text):
    return text.replace(':', '').removeprefix('0x')


def hexed(text):
    return '0x' + octets(text)


def counted(text):
    """A name behind its length of two octets."""
    value = bytes.fromhex(octets(text))
    return value[2:2 + int.from_bytes(value[:2], 'big')].decode('latin-1')


def with_unit(unit):
    return lambda text: plain(text) + ' ' + unit


SAME = {
    'ike.initiator-spi': (['isakmp.ispi'], hexed),
    'ike.responder-spi': (['isakmp.rspi'], hexed),
    'ike.next-payload': (['isakmp.nextpayload'], plain),
    'ike.exchange-type': (['isakmp.exchangetype'], plain),
    'ike.message-id': (['isakmp.messageid'], plain),
    'ike.length': (['isakmp.length'], plain),
    'sa.proposal.number': (['isakmp.prop.number'], plain),
    'sa.proposal.protocol': (['isakmp.prop.protoid'], plain),
    'sa.proposal.spi': (['isakmp.spi'], octets),
    'sa.proposal.transforms': (['isakmp.prop.transforms'], plain),
    'sa.proposal.transform.type': (['isakmp.tf.type'], plain),
    'sa.proposal.transform.id': (['isakmp.tf.id' + end for end in ('', '.encr', '.prf', '.integ', '.dh', '.esn')],
                                 plain),
    'sa.proposal.transform.key-length': (['isakmp.ike2.attr.key_length'], with_unit('bits')),
    'ke.group': (['isakmp.key_exchange.dh_group'], plain),
    'ke.data': (['isakmp.key_exchange.data'], octets),
    'nonce.data': (['isakmp.nonce'], octets),
    'idi.type': (['isakmp.id.type'], plain),
    'idr.type': (['isakmp.id.type'], plain),
    'cert.encoding': (['isakmp.cert.encoding'], plain),
    'certreq.encoding': (['isakmp.certreq.type'], plain),
    'auth.method': (['isakmp.auth.method'], plain),
    'auth.data': (['isakmp.auth.data'], octets),
    'auth.algorithm': (['isakmp.auth.data.sig.asn1.data'], octets),
    'auth.signature': (['isakmp.auth.data.sig.value'], octets),
    'notify.type': (['isakmp.notify.msgtype'], plain),
    'notify.protocol': (['isakmp.notify.protoid'], plain),
    'notify.spi': (['isakmp.spi'], octets),
    'notify.data': (['isakmp.notify.data'], octets),
    'notify.group': (['isakmp.notify.data.accepted_dh_group'], plain),
    'notify.gw-type': (['isakmp.notify.data.redirect.gw_ident.type'], plain),
    'notify.gw-identity': ([NEW + 'ipv4', NEW + 'ipv6', NEW + 'fqdn', OLD + 'ipv4', OLD + 'ipv6'], plain),
    'notify.nonce': (['isakmp.notify.data.redirect.nonce_data'], octets),
    'delete.protocol': (['isakmp.delete.protoid'], plain),
    'delete.spi-size': (['isakmp.spisize'], plain),
    'delete.spis': (['isakmp.spinum'], plain),
    'delete.spi': (['isakmp.delete.spi'], octets),
    'vendor-id.data': (['isakmp.vid_bytes'], octets),
    'cp.type': (['isakmp.cfg.type'], plain),
    'cp.attribute.type': ([PREFIX + 'type'], plain),
    'cp.attribute.length': ([PREFIX + 'length'], plain),
    'cp.attribute.address': ([PREFIX + name for name in (
        'internal_ip4_address', 'internal_ip4_netmask', 'internal_ip4_dns', 'internal_ip4_nbns', 'internal_ip4_dhcp',
        'internal_ip6_address', 'internal_ip6_dns', 'internal_ip6_dhcp', 'internal_ip6_prefix_ip', 'p_cscf_ip4_address',
        'p_cscf_ip6_address')], plain),
    'cp.attribute.prefix-length': ([PREFIX + name for name in (
        'internal_ip6_address.prefix', 'internal_ip6_subnet_prefix', 'internal_ip6_prefix_length')], plain),
    'cp.attribute.version': ([PREFIX + 'application_version'], plain),
    'cp.attribute.value': ([PREFIX + 'value'], octets),
    'skf.fragment': (['isakmp.frag.number'], plain),
    'skf.fragments': (['isakmp.frag.total'], plain),
    'eap.code': (['eap.code'], plain),
    'eap.identifier': (['eap.id'], plain),
    'eap.length': (['eap.len'], with_unit('octets')),
    'eap.type': (['eap.type'], plain),
    'eap.identity': (['eap.identity'], plain),
    'eap.message': (['eap.notification'], plain),
    'eap.wanted': (['eap.desired_type'], plain),
    'eap.subtype': (['eap.aka.subtype'], plain),
    'eap.at-notification.code': (['eap.aka.notification_type'], plain),
    'eap.at-client-error-code.code': (['eap.aka.error_code'], plain),
    'eap.at-identity.value': (['eap.identity'], plain),
    'esp.spi': (['esp.spi'], hexed),
    'esp.sequence': (['esp.sequence'], plain),
    'cleartext.pad-length': (['esp.pad_len'], plain),
    'cleartext.next-header': (['esp.protocol'], plain),
    'cleartext.idi.identity': (['isakmp.id.data.fqdn'], plain),
    'cleartext.idr.identity': (['isakmp.id.data.fqdn'], plain),
    'cleartext.bu.sequence': (['mip6.bu.seqnr'], plain),
    'cleartext.ip4.source-address': (['ip.src'], plain),
    'cleartext.ip4.destination-address': (['ip.dst'], plain),
    'cleartext.ip4.total-length': (['ip.len'], plain),
    'cleartext.ip6.source-address': (['ipv6.src'], plain),
}
for which in ('idi', 'idr'):
    SAME[which + '.identity'] = (['isakmp.id.data.' + name for name in (
        'ipv4_addr', 'fqdn', 'user_fqdn', 'ipv6_addr', 'key_id')], lambda text: octets(text) if len(
            text.split(':')) == len(text) // 3 + 1 and len(text) % 3 == 2 and '.' not in text else text)
for which in ('tsi', 'tsr'):
    for ours, theirs in (('type', ['type']), ('protocol', ['protoid']), ('start-port', ['start_port']),
                         ('end-port', ['end_port']), ('start-address', ['start_ipv4', 'start_ipv6']),
                         ('end-address', ['end_ipv4', 'end_ipv6'])):
        SAME['%s.selector.%s' % (which, ours)] = (['isakmp.ts.' + name for name in theirs], plain)
    SAME[which + '.selectors'] = (['isakmp.ts.number'], plain)
for name in ('rand', 'autn', 'mac', 'iv', 'encr-data', 'checkcode', 'res'):
    SAME['eap.at-%s.value' % name] = (['eap.aka.subtype.value'], lambda text: octets(text)[4:] or '-')
SAME['eap.at-auts.value'] = (['eap.aka.subtype.value'], octets)
for name in ('next-pseudonym', 'next-reauth-id'):
    SAME['at-%s.value' % name] = (['eap.aka.subtype.value'], counted)
SAME['at-nonce-s.value'] = (['eap.aka.subtype.value'], lambda text: octets(text)[4:])
SAME['at-padding.value'] = (['eap.aka.subtype.value'], octets)
SAME['at-counter.counter'] = (['eap.aka.subtype.value'], lambda text: str(int(octets(text), 16)))

# Diameter: tshark names its pairs as their documents do.
for name in ('Origin-Host', 'Origin-Realm', 'Destination-Realm', 'Destination-Host', 'Result-Code',
             'Termination-Cause', 'Auth-Request-Type', 'Re-Auth-Request-Type', 'Disconnect-Cause', 'Route-Record',
             'Error-Message', 'User-Name', 'Session-Timeout', 'Service-Selection', 'Origin-State-Id',
             'Auth-Application-Id', 'Product-Name', 'Supported-Vendor-Id', 'Proxy-Host', 'MIP6-Feature-Vector',
             'Experimental-Result-Code', 'PDN-Type', 'Context-Identifier', 'Vendor-Id', 'Mobile-Node-Identifier'):
    SAME[name.lower() + '.value'] = (['diameter.' + name], plain)
for name in ('EAP-Payload', 'EAP-Master-Session-Key', 'Proxy-State'):
    SAME[name.lower() + '.value'] = (['diameter.' + name], octets)
SAME.update({
    'diameter.command': (['diameter.cmd.code'], plain),
    'diameter.application': (['diameter.applicationId'], plain),
    'diameter.hop-by-hop': (['diameter.hopbyhopid'], str),
    'diameter.end-to-end': (['diameter.endtoendid'], str),
    'avp.code': (['diameter.avp.code'], plain),
    'avp.vendor': (['diameter.avp.vendorId'], plain),
})

# What tshark 4.0 calls malformed although it is not, and what it does not show: as in test_tshark_vectors.py.
BLIND = {
    'rfc7296-payloads: cert-x509': 'reads a certificate in the octets that stand for one',
}
MISREAD = {
    ('rfc4303: null-dummy-packet', 'cleartext.next-header'): 'shows no trailer of a packet that holds nothing',
    ('rfc4303: null-padding-of-255', 'cleartext.pad-length'): 'shows no trailer behind a padding of 255 octets',
    ('rfc4187: challenge-response-of-36-bits', 'eap.at-res.value'): 'shows the padding too',
    ('rfc5026: mip6-home-prefix', 'cp.attribute.prefix-length'): 'shows the attribute as octets',
    ('rfc5026: mip6-home-prefix-for-ever', 'cp.attribute.prefix-length'): 'shows the attribute as octets',
    ('ts24303: home-agent-address-ipv6', 'cp.attribute.address'): 'shows the attribute as octets',
    ('ts24303: home-agent-address-both', 'cp.attribute.address'): 'shows the attribute as octets',
    ('rfc7296-payloads: idr-distinguished-name', 'idr.identity'): 'shows names in it, not octets',
}


def framed(vector):
    """The frame around a vector of IKE, EAP or ESP, EAP as on a LAN; None for other layers."""
    if vector.layer not in ('eap', 'eap-attrs'):
        packet = vectors.packet_of(vector)
        return packet and ETHER + b'\x08\0' + packet
    packet = vector.octets
    if vector.layer == 'eap-attrs':         # as if it stood in a message in the clear
        packet = struct.pack('>BBHBBH', 1, 1, 8 + len(packet), 23, 13, 0) + packet
    return ETHER + b'\x88\x8e' + struct.pack('>BBH', 1, 0, len(packet)) + packet


CIPHERS = {'11': ('NULL', 'NULL'), '12': ('AES-CBC-%s [RFC3602]', 'AES-CBC [RFC3602]'),
           '20': ('AES-GCM-%s with 16 octet ICV [RFC5282]', 'AES-GCM with 16 octet ICV [RFC4106]')}
HASHES = {'0': ('NONE [RFC4306]', 'NULL'), '2': ('HMAC_SHA1_96 [RFC2404]', 'HMAC-SHA-1-96 [RFC2404]'),
          '12': ('HMAC_SHA2_256_128 [RFC4868]', 'HMAC-SHA-256-128 [RFC4868]')}


def options(seal):
    """tshark's options that give it the keys of a vector; none for none."""
    if not seal:
        return []
    cipher, bits, key, integrity, other = ['' if word == '-' else word for word in seal]
    ike, esp = CIPHERS[cipher]
    ike_hash, esp_hash = HASHES[integrity]
    ike = ike % bits if '%' in ike else ike
    argv = ['-o', 'esp.enable_encryption_decode:TRUE', '-o', 'esp.enable_authentication_check:TRUE',
            '-o', 'uat:esp_sa:"IPv4","*","*","*","%s","%s","%s","%s"' %
            (esp, '0x' + key if key else '', esp_hash, '0x' + other if other else '')]
    if cipher != '11':
        argv += ['-o', 'uat:ikev2_decryption_table:%s,%s,%s,%s,"%s",%s,%s,"%s"' %
                 (vectors.SPI_I.hex(), vectors.SPI_R.hex(), key, key, ike, other, other, ike_hash)]
    return argv


# What tshark says when it could not open a packet.
BAD = ['isakmp.ikev2.integrity_checksum', 'isakmp.enc_data_length_mult_block_size', 'isakmp.enc.pad_length.big',
       'isakmp.fragment_number.invalid', 'esp.icv_bad']
# Notes of ours on packets that tshark must complain about as well.
BAD_NOTES = {'ike-sk-icv', 'ike-sk-pad', 'ike-sk-block', 'ike-skf-number', 'esp-icv'}
