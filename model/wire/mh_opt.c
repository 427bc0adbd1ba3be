/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of mobility options: one row per type of the IANA registry, with everything that is said about it in one
 * place. Lengths count the data octets, alignment is that of RFC 6275 6.2 ("xn+y" from the start of the mobility
 * header).
 *
 * Not known here: options above type 70. They are kept as octets and skipped, as RFC 6275 6.2.1 asks.
 */
#include "wire/mh_codec.h"

#define OPT(type, nm, ttl, cl, mn, mx, an, ay, how, rep, fn, pr) \
	[type] = { .name = "opt-" nm, .title = ttl, .clause = cl, .min = mn, .max = mx, .align_n = an, .align_y = ay, \
		.align_how = how, .repeatable = rep, .decode = od_##fn, .encode = oe_##fn, .print = op_##pr }

#define C ALIGN_CHECK
#define O ALIGN_OURS
#define S ALIGN_SPECIAL

const struct mh_opt_row mh_opt_rows[MH_OPT_TYPES] = {
	OPT(0, "pad1", "Pad1", "RFC 6275 6.2.2", 0, 0, 1, 0, C, true, none, none),
	OPT(1, "padn", "PadN", "RFC 6275 6.2.3", 0, 255, 1, 0, C, true, octets, octets),
	OPT(2, "binding-refresh-advice", "Binding Refresh Advice", "RFC 6275 6.2.4", 2, 2, 2, 0, C, false, refresh,
		refresh),
	OPT(3, "alternate-care-of-address", "Alternate Care-of Address", "RFC 6275 6.2.5", 16, 16, 8, 6, C, false,
		ip6, ip6),
	OPT(4, "nonce-indices", "Nonce Indices", "RFC 6275 6.2.6", 4, 4, 2, 0, C, false, nonce, nonce),
	OPT(5, "binding-authorization-data", "Binding Authorization Data", "RFC 6275 6.2.7", 0, 255, 8, 2, S, false,
		octets, octets),
	OPT(6, "mobile-network-prefix", "Mobile Network Prefix", "RFC 3963 4.3", 18, 18, 8, 4, C, true, prefix, prefix),
	OPT(7, "link-layer-address", "Mobility Header Link-Layer Address", "RFC 5568 6.4.4", 1, 255, 1, 0, C, false,
		lla, lla),
	OPT(8, "mn-identifier", "Mobile Node Identifier", "RFC 4283 3", 1, 255, 1, 0, C, false, id, id),
	OPT(9, "authentication", "Mobility Message Authentication", "RFC 4285 5", 5, 255, 4, 1, C, true, auth, auth),
	OPT(10, "replay-protection", "Mobility Message Replay Protection", "RFC 4285 6", 8, 8, 8, 2, C, false, u64,
		u64),
	OPT(11, "cga-parameters-request", "CGA Parameters Request", "RFC 4866 5.6", 0, 0, 1, 0, C, false, none, none),
	OPT(12, "cga-parameters", "CGA Parameters", "RFC 4866 5.1", 0, 255, 1, 0, C, true, octets, octets),
	OPT(13, "signature", "Signature", "RFC 4866 5.2", 0, 255, 1, 0, C, false, octets, octets),
	OPT(14, "permanent-home-keygen-token", "Permanent Home Keygen Token", "RFC 4866 5.3", 0, 255, 1, 0, C, false,
		octets, octets),
	OPT(15, "care-of-test-init", "Care-of Test Init", "RFC 4866 5.4", 0, 0, 1, 0, C, false, none, none),
	OPT(16, "care-of-test", "Care-of Test", "RFC 4866 5.5", 8, 8, 1, 0, C, false, octets, octets),
	OPT(17, "dns-update", "DNS Update", "RFC 5026 8.1", 2, 255, 1, 0, C, false, dns, dns),
	OPT(18, "experimental", "Experimental Mobility", "RFC 5096 4", 0, 255, 1, 0, C, true, octets, octets),
	OPT(19, "vendor-specific", "Vendor-Specific Mobility", "RFC 5094 3", 5, 255, 4, 2, C, true, vendor, vendor),
	OPT(20, "service-selection", "Service Selection", "RFC 5149 3", 1, 255, 1, 0, C, false, octets, apn),
	OPT(21, "binding-authorization-data-fmip", "Binding Authorization Data for FMIPv6", "RFC 5568 6.4.5", 4, 255,
		8, 2, O | S, false,
		badf, auth),
	OPT(22, "home-network-prefix", "Home Network Prefix", "RFC 5213 8.3", 18, 18, 8, 4, C, true, prefix, prefix),
	OPT(23, "handoff-indicator", "Handoff Indicator", "RFC 5213 8.4", 2, 2, 1, 0, C, false, byte, handoff),
	OPT(24, "access-technology-type", "Access Technology Type", "RFC 5213 8.5", 2, 2, 1, 0, C, false, byte, att),
	OPT(25, "mn-link-layer-identifier", "Mobile Node Link-layer Identifier", "RFC 5213 8.6", 2, 255, 1, 0, S,
		false, ll_id, lla),
	OPT(26, "link-local-address", "Link-local Address", "RFC 5213 8.7", 16, 16, 8, 6, C, false, ip6, ip6),
	OPT(27, "timestamp", "Timestamp", "RFC 5213 8.8", 8, 8, 8, 2, C, false, stamp, stamp),
	OPT(28, "restart-counter", "Restart Counter", "RFC 5847 3.4", 4, 4, 4, 2, C, false, u32, u32),
	OPT(29, "ipv4-home-address", "IPv4 Home Address", "RFC 5555 3.1.1", 6, 6, 4, 0, C, true, hoa4, hoa4),
	OPT(30, "ipv4-address-acknowledgement", "IPv4 Address Acknowledgement", "RFC 5555 3.2.1", 6, 6, 4, 0, C, true,
		ack4, ack4),
	OPT(31, "nat-detection", "NAT Detection", "RFC 5555 3.2.2", 6, 6, 4, 0, C, false, nat, nat),
	OPT(32, "ipv4-care-of-address", "IPv4 Care-of Address", "RFC 5555 3.1.2", 6, 6, 4, 0, C, false, ip4_res, ip4),
	OPT(33, "gre-key", "GRE Key", "RFC 5845 6.1", 2, 6, 4, 0, C, false, gre, gre),
	OPT(34, "ipv6-address-prefix", "Mobility Header IPv6 Address/Prefix", "RFC 5568 6.4.2", 18, 18, 8, 4, C, true,
		code_prefix,
		code_prefix),
	OPT(35, "binding-identifier", "Binding Identifier", "RFC 5648 4.3", 4, 20, 2, 0, C | S, true, bid, bid),
	OPT(36, "ipv4-home-address-request", "IPv4 Home Address Request", "RFC 5844 3.3.1", 6, 6, 4, 0, C, true,
		request4, request4),
	OPT(37, "ipv4-home-address-reply", "IPv4 Home Address Reply", "RFC 5844 3.3.2", 6, 6, 4, 0, C, true, ack4,
		ack4),
	OPT(38, "ipv4-default-router-address", "IPv4 Default-Router Address", "RFC 5844 3.3.3", 6, 6, 4, 0, C, false,
		ip4_res, ip4),
	OPT(39, "ipv4-dhcp-support-mode", "IPv4 DHCP Support Mode", "RFC 5844 3.3.4", 2, 2, 1, 0, C, false, dhcp, dhcp),
	OPT(40, "context-request", "Context Request", "RFC 5949 6.2.1", 2, 255, 4, 0, O, false, octets, octets),
	OPT(41, "lma-address", "Local Mobility Anchor Address", "RFC 5949 6.2.2", 6, 18, 8, 4, O, true, lma_address,
		addr),
	OPT(42, "mn-link-local-iid", "Mobile Node Link-local Address Interface Identifier", "RFC 5949 6.2.3", 10, 10,
		8, 4, O, false,
		iid, u64),
	OPT(43, "transient-binding", "Transient Binding", "RFC 6058 5.1", 2, 2, 1, 0, C, false, transient, transient),
	OPT(44, "flow-summary", "Flow Summary", "RFC 6089 4.2.2", 2, 254, 2, 0, C, true, fids, fids),
	OPT(45, "flow-identification", "Flow Identification", "RFC 6089 4.2", 6, 255, 2, 0, C | S, true, flow, flow),
	OPT(46, "redirect-capability", "Redirect-Capability", "RFC 6463 4.1", 2, 2, 4, 0, C, false, redirect_cap, none),
	OPT(47, "redirect", "Redirect", "RFC 6463 4.2", 6, 18, 4, 0, C, false, redirect, addr),
	OPT(48, "load-information", "Load Information", "RFC 6463 4.3", 18, 18, 4, 0, C, false, load, load),
	OPT(49, "alternate-ipv4-care-of-address", "Alternate IPv4 Care-of Address", "RFC 6463 4.4", 4, 4, 4, 2, C,
		false, ip4, ip4),
	OPT(50, "mn-group-identifier", "Mobile Node Group Identifier", "RFC 6602 4.3", 6, 6, 4, 0, O, true, group,
		group),
	OPT(51, "mag-ipv6-address", "MAG IPv6 Address", "RFC 6705 11.1", 18, 18, 8, 4, C, false, mag6, ip6),
	OPT(52, "access-network-identifier", "Access Network Identifier", "RFC 6757 3", 2, 255, 4, 0, C, false,
		octets, ani),
	OPT(53, "ipv4-traffic-offload-selector", "IPv4 Traffic Offload Selector", "RFC 6909 3.1", 4, 255, 4, 2, O,
		false, offload,
		offload),
	OPT(54, "dynamic-ip-multicast-selector", "Dynamic IP Multicast Selector", "RFC 7028 5.1", 4, 255, 4, 2, O,
		true, mcast, mcast),
	OPT(55, "delegated-mobile-network-prefix", "Delegated Mobile Network Prefix", "RFC 7148 4.1", 6, 18, 8, 2, C,
		true, dmnp, dmnp),
	OPT(56, "active-multicast-subscription-ipv4", "Active Multicast Subscription IPv4", "RFC 7161 6.1", 1, 255, 4,
		1, C, true,
		membership, membership),
	OPT(57, "active-multicast-subscription-ipv6", "Active Multicast Subscription IPv6", "RFC 7161 4.1", 1, 255, 8,
		1, C, true,
		membership, membership),
	OPT(58, "quality-of-service", "Quality-of-Service", "RFC 7222 4.1", 6, 255, 4, 0, C, true, qos, qos),
	OPT(59, "lma-user-plane-address", "LMA User-Plane Address", "RFC 7389 4", 2, 18, 8, 2, C, true, up_address,
		addr),
	OPT(60, "multicast-mobility", "Multicast Mobility", "RFC 7411 5.3", 0, 255, 1, 0, C, true, octets, octets),
	OPT(61, "multicast-acknowledgement", "Multicast Acknowledgement", "RFC 7411 5.4", 0, 255, 1, 0, C, true,
		octets, octets),
	OPT(62, "lma-controlled-mag-parameters", "LMA-Controlled MAG Parameters", "RFC 8127 3", 2, 255, 4, 2, C,
		false, octets, lcmp),
	OPT(63, "mag-multipath-binding", "MAG Multipath Binding", "RFC 8278 4.1", 6, 6, 1, 0, C, false, multipath,
		multipath),
	OPT(64, "mag-identifier", "MAG Identifier", "RFC 8278 4.2", 2, 255, 1, 0, C, false, mag_id, id),
	OPT(65, "anchored-prefix", "Anchored Prefix", "RFC 8885 4.3", 18, 18, 8, 4, C, true, prefix, prefix),
	OPT(66, "local-prefix", "Local Prefix", "RFC 8885 4.4", 18, 18, 8, 4, C, true, prefix, prefix),
	OPT(67, "previous-maar", "Previous MAAR", "RFC 8885 4.5", 34, 34, 8, 4, C, true, maar, maar),
	OPT(68, "serving-maar", "Serving MAAR", "RFC 8885 4.6", 16, 16, 8, 6, C, false, ip6, ip6),
	OPT(69, "dlif-link-local-address", "DLIF Link-Local Address", "RFC 8885 4.7", 16, 16, 8, 6, C, true, ip6, ip6),
	OPT(70, "dlif-link-layer-address", "DLIF Link-Layer Address", "RFC 8885 4.8", 2, 255, 1, 0, S, true, ll_id,
		lla),
};

#undef C
#undef O
#undef S

static void align_special(const struct mh_opt *o, unsigned data, unsigned *n, unsigned *y)
{
	if (o->type == MH_OPT_AUTH_DATA || o->type == MH_OPT_BADF) {
		/* nothing may follow it, so it has to end the message [RFC 6275 6.2.7] [RFC 5568 6.4.5] */
		*n = 8;
		*y = (8 - (2 + data) % 8) % 8;
	} else if (o->type == MH_OPT_BID && data > 4) {
		*n = 8;					/* with a care-of address [RFC 5648 4.3] */
		*y = 2;
	} else if (o->type == MH_OPT_FLOW_ID && data > 6) {
		/* ours: puts the sub-options on 8n whatever their selectors need */
		*n = 8;
		*y = 0;
	} else if (o->type == MH_OPT_MN_LL_ID || o->type == MH_OPT_DLIF_LLA) {
		/* 8 or 4 octets on their natural boundary [RFC 5213 8.6] */
		*n = data == 10 ? 8 : data == 6 ? 4 : 1;
		*y = data == 10 ? 4 : 0;
	}
}

void mh_opt_align(const struct mh_opt *o, unsigned data, unsigned *n, unsigned *y)
{
	*n = 1;
	*y = 0;
	if (o->type >= MH_OPT_TYPES)
		return;
	*n = mh_opt_rows[o->type].align_n;
	*y = mh_opt_rows[o->type].align_y;
	if (mh_opt_rows[o->type].align_how & ALIGN_SPECIAL)
		align_special(o, data, n, y);
}

bool mh_opt_known(uint8_t type)
{
	return type < MH_OPT_TYPES;
}

const char *mh_opt_name(uint8_t type)
{
	return mh_opt_known(type) ? mh_opt_rows[type].name : "opt-unknown";
}

const char *mh_opt_title(uint8_t type)
{
	return mh_opt_known(type) ? mh_opt_rows[type].title : "Unknown Option";
}

const char *mh_opt_clause(uint8_t type)
{
	return mh_opt_known(type) ? mh_opt_rows[type].clause : NULL;
}

bool mh_opt_repeatable(uint8_t type)
{
	return !mh_opt_known(type) || mh_opt_rows[type].repeatable;
}
