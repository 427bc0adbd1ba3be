/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: PMIPv6 signalling on its way
 *
 * A Mobility Header between MAG and LMA: straight in IPv6 [RFC 5213 6.9.1.5]; over an IPv4 transport network behind an
 * IPv6 header of mapped addresses in IPv4 or in UDP [29.275 6.1, 5.1] [R29275-6.1-09] [R29275-6.1-10]; or in UDP port
 * 5436 without any IPv6 header, where the Mobility Header's checksum is not used [RFC 5844 4.1.3.1].
 *
 * The checks of RFC 6275 9.2 are the same for all [R5213d-5.3.1-02]; which message is accepted is the business of
 * pmip_lma_*.c and pmip_mag_*.c.
 */
#include "proto/pmip.h"

#include <assert.h>
#include <string.h>

#include "net/ipsec.h"
#include "world/clock.h"

#define MH_CHECKSUM_AT 4u

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* [R29275-6.1-11] the inner destination is the mapped form of the outer one; dsmip_receive saw the inner header. */
enum dsmip_verdict pmip_receive(const struct net_rx *rx, uint64_t types, enum mh_profile profile, struct pmip_rx *out)
{
	enum dsmip_verdict v = profile == MH_PROFILE_OAI_PMIP ? dsmip_receive_whole(rx, types, &out->d) :
								dsmip_receive(rx, types, &out->d);

	if (!rx->ip6)
		return v;
	out->src = rx->ip6->h.src;
	out->dst = rx->ip6->h.dst;
	out->sport = rx->outer.sport;
	if (v == DSMIP_UNKNOWN_TYPE) {		/* [RFC 6275 9.2] */
		dsmip_discard(rx->host, 0, "mh-type", "RFC 6275 9.2");
		if (net_error_allowed(rx->host))
			dsmip_send_error(rx, MH_BE_UNKNOWN_MH_TYPE, &out->d.hoa, rx->outer.encap == ENCAP_UDP4, profile, 0);
	}
	out->transport = rx->outer.encap == ENCAP_IN4 ? PMIP_IP4 : rx->outer.encap == ENCAP_UDP4 ? PMIP_UDP4 : PMIP_IP6;
	return v;
}

/* Only the size and the type are left to check: UDP's checksum stands for the Mobility Header's. */
enum dsmip_verdict pmip_receive_bare(const struct net_rx *rx, uint64_t types, uint16_t sport, struct pmip_rx *out)
{
	const uint8_t *p = rx->payload;
	uint32_t n = rx->payload_len;

	*out = (struct pmip_rx){ .transport = PMIP_UDP4_BARE, .sport = sport, .src = ip6_mapped(rx->src4),
				 .dst = ip6_mapped(rx->dst4) };
	out->d.rx = rx;
	out->d.mh = p;
	out->d.coa = out->src;
	out->d.dst = out->dst;
	out->d.v4 = true;
	if (n < 8 || (p[1] + 1u) * 8 > n) {
		dsmip_discard(rx->host, 0, "mh-length", "RFC 5844 4.1.3.1");
		return DSMIP_DROP;
	}
	out->d.mh_len = (p[1] + 1u) * 8;
	if (p[2] >= FSM_MAX_EVENTS || !(types >> p[2] & 1))
		return DSMIP_UNKNOWN_TYPE;
	if (p[0] != MH_NO_PAYLOAD || !mh_decode(p, out->d.mh_len, &out->d.m, NULL)) {
		dsmip_discard(rx->host, 0, p[0] != MH_NO_PAYLOAD ? "mh-payload-proto" : "mh-options", "RFC 6275 9.2");
		return DSMIP_DROP;
	}
	return DSMIP_OK;
}

void pmip_record_rx(const struct pmip_rx *x, enum mh_profile profile, struct mh_context c, const struct ip6_addr *hnp,
		    const struct ip6_addr *proxy_coa, uint32_t instance)
{
	c.proxy = true;
	dsmip_record_proxy_rx(&x->d, profile, &c, hnp, proxy_coa, instance);
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

uint8_t pmip_encap(enum pmip_transport t)
{
	switch (t) {
	case PMIP_IP6:
		return ENCAP_IN6;
	case PMIP_IP4:
	case PMIP_UDP4_BARE:
		return ENCAP_IN4;
	case PMIP_UDP4:
		return ENCAP_UDP4;
	}
	return ENCAP_IN6;
}

/* [RFC 5844 4.1.3.1] "sent zero"; the record shows what is sent */
static bool send_bare(struct net_host *h, const struct mh_msg *m, const struct dsmip_tx *tx, const struct pmip_tx *to)
{
	uint8_t buf[MH_MAX];
	size_t n = mh_encode(m, buf, sizeof buf);
	struct net_send s = { .src = to->local, .dst = to->remote, .trace_class = CLASS_SIGNAL, .no_divert = true };
	struct mh_msg said;

	assert(n > 0);
	if (net_spoil_mh(h, buf, &n, sizeof buf)) {
		mh_decode(buf, n, &said, NULL);
		m = &said;
	}
	dsmip_record_tx(h, m, tx, buf, n);
	return net_udp_send(h, moor_pkt_from(net_host_world(h), buf, n), &s, to->sport ? to->sport : PMIP_UDP_PORT,
			    to->dport ? to->dport : PMIP_UDP_PORT);
}

/* [R29275-6.1-12] [R29275-6.1-14] [R29275-6.1-15] inner addresses are the mapped forms of the outer ones */
bool pmip_send(struct net_host *h, const struct mh_msg *m, const struct pmip_tx *to)
{
	const struct ipsec *sec = ipsec_of(h);
	struct net_tunnel outer = { .local = to->local, .remote = to->remote, .encap = pmip_encap(to->transport),
				    .sport = to->sport ? to->sport : DSMIP_UDP_PORT,
				    .dport = to->dport ? to->dport : DSMIP_UDP_PORT };
	struct dsmip_tx tx = { .send = { .src = to->local, .dst = to->remote }, .profile = to->profile,
			       .context = to->context, .hoa = to->hnp, .coa = to->proxy_coa,
			       .instance = to->instance, .attempt = to->attempt };

	tx.context.proxy = true;
	if (sec && ipsec_blocked(sec, &to->local, &to->remote, DSMIP_PROTO_MH, (uint16_t)(m->type << 8), 0)) {
		dsmip_discard(h, to->instance, "esp-no-sa", "RFC 4301 5.1");	/* it never leaves: no record says so */
		return false;
	}
	if (to->transport == PMIP_UDP4_BARE)
		return send_bare(h, m, &tx, to);
	if (pmip_is_ip4(to->transport))
		tx.send.tunnel = &outer;
	return dsmip_send(h, m, &tx);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

bool pmip_id_imsi(const struct mh_opt *id, struct imsi *out)
{
	const uint8_t *p = id->id.id.p;
	size_t n = id->id.id.n;

	if (id->id.subtype == MH_ID_IMSI)
		return imsi_parse((const char *)p, n, 3, out);
	return id->id.subtype == MH_ID_NAI && eap_id_kind(p, n, out) == EAP_ID_PERMANENT;
}

void pmip_add_id(struct mh_msg *m, struct imsi i, uint8_t room[EAP_NAI_MAX])
{
	struct mh_opt *o = mh_add(m, MH_OPT_MN_ID);

	o->id.subtype = MH_ID_NAI;
	o->id.id.n = (uint8_t)eap_id_permanent(i, room);
	o->id.id.p = room;
}

bool pmip_who(const struct pmip_names *names, const struct mh_opt *id, struct imsi *out)
{
	return (names && names->find(names->owner, id, out)) || pmip_id_imsi(id, out);
}

void pmip_add_name(const struct pmip_names *names, struct mh_msg *m, struct imsi i, uint8_t room[EAP_NAI_MAX])
{
	struct mh_opt id;

	if (names && names->name(names->owner, i, &id))
		mh_add(m, MH_OPT_MN_ID)->id = id.id;
	else
		pmip_add_id(m, i, room);
}

void pmip_add_hnp(struct mh_msg *m, const struct mh_opt *from)
{
	struct mh_opt *o = mh_add(m, MH_OPT_HNP);

	o->prefix = from->prefix;
	if (o->prefix.len > 128)
		o->prefix.len = 128;
}

struct mh_stamp pmip_now(const struct net_host *h)
{
	return mh_stamp_from_ns((uint64_t)moor_clock_read(net_host_node(h)));
}
