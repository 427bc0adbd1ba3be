/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors and policies: which packets must be protected and by which child SA [RFC 4301 4.4.1, RFC 4877 5 and 6.1].
 *
 * A Mobility Header or an ICMP message has one type, not two ports: it is held against the range of the side that
 * sends it, so one policy tells both directions [RFC 4301 4.4.1.3]. The addresses compared are the home addresses
 * where the packet has a Home Address option or a type 2 routing header [RFC 4877 4.2]. Extension headers behind ESP,
 * and selectors by user names, are not known here.
 */
#include "net/ipsec_priv.h"
#include "wire/mh.h"

/* Types a to b of the Mobility Header, whoever sends them. */
#define MH_TYPES(a, b) { .proto = PROTO_MH, .local_lo = (a) << 8, .local_hi = (b) << 8 | 0xff, \
			 .remote_lo = (a) << 8, .remote_hi = (b) << 8 | 0xff }

/* [RFC 4877 6.1]; Binding Error and return routability between mobile node and correspondent stay outside. */
const struct ipsec_policy ipsec_policies_mip6[] = {
	{ .sel = MH_TYPES(MH_BE, MH_BE), .action = IPSEC_BYPASS },
	{ .sel = MH_TYPES(MH_HOTI, MH_COT), .action = IPSEC_BYPASS },
	{ .sel = MH_TYPES(0, 0xff), .action = IPSEC_PROTECT, .mode = IPSEC_TRANSPORT },
};
const unsigned ipsec_n_policies_mip6 = sizeof ipsec_policies_mip6 / sizeof ipsec_policies_mip6[0];

/* ---- selectors --------------------------------------------------------------------------------------------------- */

struct ip6_addr addr_masked(const struct ip6_addr *a, uint8_t len)
{
	uint64_t high = ip6_high64(a), low = ip6_low64(a);

	if (len <= 64) {
		low = 0;
		high = len ? high & ~UINT64_C(0) << (64 - len) : 0;
	} else if (len < 128) {
		low &= ~UINT64_C(0) << (128 - len);
	}
	return ip6_from64(high, low);
}

uint32_t remote_hash(const struct ipsec *s, const struct ip6_addr *masked, uint8_t len)
{
	return index_hash(ip6_high64(masked) ^ (uint64_t)s->self << 24, ip6_low64(masked) + len);
}

static bool within(const struct ip6_addr *a, const struct ip6_addr *prefix, uint8_t len)
{
	struct ip6_addr x, y;

	if (len == 128)
		return ip6_eq(a, prefix);
	if (!len)
		return true;
	x = addr_masked(a, len);
	y = addr_masked(prefix, len);
	return ip6_eq(&x, &y);
}

bool selector_fits(const struct ipsec_selector *s, const struct flow *f)
{
	if (s->proto && s->proto != f->proto)
		return false;
	if (f->has_local && (f->local_port < s->local_lo || f->local_port > s->local_hi))
		return false;
	if (f->has_remote && (f->remote_port < s->remote_lo || f->remote_port > s->remote_hi))
		return false;
	return within(f->remote, &s->remote, s->remote_len) && within(f->local, &s->local, s->local_len);
}

/* ---- what a packet is -------------------------------------------------------------------------------------------- */

struct flow flow_of(const struct ip6_addr *local, const struct ip6_addr *remote, uint8_t proto, const uint8_t *upper,
		    uint32_t n, bool out)
{
	struct flow f = { .local = local, .remote = remote, .proto = proto };
	uint16_t a, b;

	if (proto == PROTO_MH && n >= 3) {
		a = (uint16_t)(upper[2] << 8);
	} else if ((proto == PROTO_ICMP6 || proto == PROTO_ICMP4) && n >= 2) {
		a = (uint16_t)(upper[0] << 8 | upper[1]);
	} else {
		if ((proto == PROTO_UDP || proto == PROTO_TCP || proto == PROTO_SCTP) && n >= 4) {
			a = (uint16_t)(upper[0] << 8 | upper[1]);
			b = (uint16_t)(upper[2] << 8 | upper[3]);
			f.has_local = f.has_remote = true;
			f.local_port = out ? a : b;
			f.remote_port = out ? b : a;
		}
		return f;
	}
	f.has_local = out;
	f.has_remote = !out;
	f.local_port = f.remote_port = a;
	return f;
}

bool flow_of_packet(const uint8_t *p, uint32_t n, bool out, struct ip6_addr room[2], struct flow *f)
{
	const uint8_t *upper;
	struct ip6_packet k6;
	struct ip4_packet k4;
	uint32_t len;
	uint8_t proto;

	if (n && p[0] >> 4 == 6) {
		if (!ip6_decode_capture(p, n, &k6, NULL))
			return false;
		room[0] = *ip6_upper_src(&k6);
		room[1] = *ip6_upper_dst(&k6);
		upper = k6.upper;
		len = k6.fragment.present && k6.fragment.offset ? 0 : k6.upper_len;
		proto = k6.proto;
	} else {
		if (!ip4_decode_capture(p, n, &k4, NULL))
			return false;
		room[0] = ip6_mapped(k4.h.src);
		room[1] = ip6_mapped(k4.h.dst);
		upper = k4.upper;
		len = k4.h.frag_offset ? 0 : k4.upper_len;
		proto = k4.h.proto;
	}
	*f = flow_of(&room[out ? 0 : 1], &room[out ? 1 : 0], proto, upper, len, out);
	return true;
}

/* ---- policies ---------------------------------------------------------------------------------------------------- */

void ipsec_policies(struct ipsec *s, const struct ipsec_policy *p, unsigned n)
{
	s->policies = p;
	s->n_policies = n;
	s->tunnels = false;
	s->only = n ? p[0].sel.proto : 0;
	for (unsigned i = 0; i < n; i++) {
		if (p[i].sel.proto != s->only)
			s->only = 0;
		if (p[i].action == IPSEC_PROTECT && p[i].mode == IPSEC_TUNNEL)
			s->tunnels = true;
	}
}

const struct ipsec_policy *policy_for(const struct ipsec *s, const struct flow *f)
{
	if (s->only && s->only != f->proto)
		return NULL;
	for (uint32_t i = 0; i < s->n_policies; i++) {
		const struct ipsec_policy *y = &s->policies[i];
		moor_handle self;

		if (selector_fits(&y->sel, f) && (!y->where_sa || child_for(s, f, y->mode, &self)))
			return y;
	}
	return NULL;
}

/* ---- child SAs --------------------------------------------------------------------------------------------------- */

/* [RFC 4301 4.4.1.1]; the newest, as rekeying wants it [RFC 7296 2.8] */
struct child *child_for(const struct ipsec *s, const struct flow *f, enum ipsec_mode mode, moor_handle *self)
{
	const struct ipsec_world *iw = s->iw;
	struct child *best = NULL;

	for (uint32_t i = 0; i < iw->n_used; i++) {
		struct ip6_addr masked = addr_masked(f->remote, iw->used[i]);
		uint32_t hash = remote_hash(s, &masked, iw->used[i]), at;

		for (uint32_t ref = index_first(&iw->by_remote, hash, &at); ref; ref = index_next(&iw->by_remote, hash, &at)) {
			struct child *c = slab_get(&iw->children, ref);

			if (c->owner != s->self || c->mode != mode || !c->outbound || !selector_fits(&c->sel, f))
				continue;
			if (best && best->born > c->born)
				continue;
			best = c;
			*self = ref;
		}
	}
	return best;
}

static struct flow flow_out(const struct ip6_addr *local, const struct ip6_addr *remote, uint8_t proto,
			    uint16_t local_port, uint16_t remote_port)
{
	return (struct flow){ .local = local, .remote = remote, .proto = proto, .has_local = true,
			      .has_remote = proto != PROTO_MH && proto != PROTO_ICMP6 && proto != PROTO_ICMP4,
			      .local_port = local_port, .remote_port = remote_port };
}

moor_handle ipsec_child_for(const struct ipsec *s, const struct ip6_addr *local, const struct ip6_addr *remote,
			    uint8_t proto, uint16_t local_port, uint16_t remote_port)
{
	struct flow f = flow_out(local, remote, proto, local_port, remote_port);
	const struct ipsec_policy *y = policy_for(s, &f);
	moor_handle self = 0;

	if (y && y->action == IPSEC_PROTECT)
		child_for(s, &f, y->mode, &self);
	return self;
}

bool ipsec_blocked(const struct ipsec *s, const struct ip6_addr *local, const struct ip6_addr *remote, uint8_t proto,
		   uint16_t local_port, uint16_t remote_port)
{
	struct flow f = flow_out(local, remote, proto, local_port, remote_port);
	const struct ipsec_policy *y = policy_for(s, &f);
	moor_handle self;

	return y && y->action == IPSEC_PROTECT && !child_for(s, &f, y->mode, &self);
}
