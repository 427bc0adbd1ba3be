/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: in what user packets of a session travel over an IPv4 network, and how that is agreed
 *
 * GRE goes straight into IPv4 [29.275 6.1], unless MAG and LMA have agreed by the T flags of PBU and PBA on UDP: then
 * the TLV header stands between UDP and GRE [RFC 5845 7.2]. Only signalling in UDP may ask for it. An LMA that does not
 * speak it accepts all the same, with status 3 and T clear, and GRE goes without UDP [RFC 5845 7.3, 7.4]. Release 8
 * sends T clear. What was agreed stays while the mobile node is with the same MAG. Without GRE it is IP in IP, or IP in
 * UDP where the signalling is.
 *
 * Ports: 4191 with the transport of 3GPP's earlier text, 5437 with RFC 5844's.
 */
#include "proto/pmip.h"
#include "wire/ip.h"

bool pmip_is_udp(enum pmip_transport t)
{
	return t == PMIP_UDP4 || t == PMIP_UDP4_BARE;
}

uint8_t pmip_data_encap(enum pmip_transport t, bool gre, bool tlv)
{
	if (!pmip_is_ip4(t) || !gre)
		return pmip_encap(t);
	return tlv ? ENCAP_UDP4 : ENCAP_IN4;
}

uint16_t pmip_data_port(enum pmip_transport t)
{
	return t == PMIP_UDP4_BARE ? PORT_PMIP_DATA : DSMIP_UDP_PORT;
}

bool pmip_tlv_asks(enum pmip_transport t, enum mh_profile profile, bool gre, bool wanted)
{
	return wanted && gre && pmip_is_udp(t) && profile != MH_PROFILE_R8;
}
