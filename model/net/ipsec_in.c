/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESP packets to this node, and what came without ESP held against the policies [RFC 4301 5.2, RFC 4303 3.4].
 *
 * The order is that of RFC 4303: SPI, replay window, ICV (then the window moves), padding, selector. Every refusal is a
 * record: esp-short, esp-spi, esp-replay, esp-icv, esp-padding, esp-selector, esp-mode, policy. Padding that does not
 * count 1, 2, 3, ... came from whoever holds the keys: it is noted as a deviation and let in [RFC 4303 2.4].
 *
 * A Home Address option in front of ESP is believed when the SA is for that home address alone: nobody else has its
 * keys [RFC 4877 4.2, RFC 6275 9.3.1]. Whether the care-of address is right is the Binding Update's own matter.
 */
#include "net/ipsec_priv.h"

/* ---- the replay window [RFC 4303 3.4.3] -------------------------------------------------------------------------- */

static bool fresh(const struct child *c, uint32_t seq)
{
	if (!seq)
		return false;
	if (seq > c->top)
		return true;
	return c->top - seq < IPSEC_WINDOW && !(c->window >> (c->top - seq) & 1);
}

static void window_move(struct child *c, uint32_t seq)
{
	uint32_t by;

	if (seq <= c->top) {
		c->window |= UINT64_C(1) << (c->top - seq);
		return;
	}
	by = seq - c->top;
	c->window = by < IPSEC_WINDOW ? c->window << by | 1 : 1;
	c->top = seq;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static bool refuse(const struct net_in *c, const char *reason, const char *clause)
{
	net_discard(c->h, c->i, reason, clause);
	return false;
}

static void deviation(const struct net_in *c, const char *id, const char *clause)
{
	struct moor_record r = { .kind = REC_DEVIATION, .node = moor_node_id(c->h->node),
				 .port = moor_port_number(c->i->port), .u.deviation = { .id = id, .clause = clause } };

	if (moor_record_wanted(c->h->nw->w, REC_DEVIATION))
		moor_record_emit(c->h->nw->w, &r);
}

static bool unknown_spi(struct ipsec *s, const struct net_in *c, const struct ip6_addr *src, uint32_t spi)
{
	struct ipsec_event *e = s->ops && s->ops->unknown_spi ? ipsec_post(s, IPSEC_UNKNOWN_SPI) : NULL;

	if (e) {
		e->from = c->outer.encap == ENCAP_PLAIN ? *src : c->outer.src;
		e->spi = spi;
	}
	return refuse(c, "esp-spi", "RFC 4303 3.4.2");
}

/* An authentic packet came: the owner hears of it when there was silence before. */
static void heard(struct ipsec *s, struct child *k, moor_handle self)
{
	moor_time now = net_now(s->h);
	struct ipsec_event *e;

	if (s->ops && s->ops->heard && (!k->received || now - k->last_in >= MOOR_S)) {
		e = ipsec_post(s, IPSEC_HEARD);
		if (e)
			e->child = self;
	}
	k->received++;
	k->last_in = now;
}

/* *payload: octets of what is inside, which begins at at->ct. */
static bool decrypt(struct ipsec *s, struct net_in *c, struct child *k, moor_handle self, uint8_t *p,
		    const struct esp_parts *at, size_t *payload, uint8_t *next)
{
	bool pattern;

	if (!fresh(k, at->h.seq)) {
		k->replayed++;
		return refuse(c, "esp-replay", "RFC 4303 3.4.3");
	}
	if (!crypto_open(s->crypto, k->key_in, p + at->iv, p, at->aad_len, p + at->ct, at->ct_len, p + at->icv)) {
		k->bad_icv++;
		return refuse(c, "esp-icv", "RFC 4303 3.4.4");
	}
	window_move(k, at->h.seq);
	heard(s, k, self);
	if (!esp_trailer(p + at->ct, at->ct_len, payload, next, &pattern))
		return refuse(c, "esp-padding", "RFC 4303 2.4");
	if (!pattern)
		deviation(c, "esp-padding-pattern", "RFC 4303 2.4");
	return true;
}

/* [RFC 4301 5.2 step 4] */
static bool selected(const struct child *k, const struct ip6_addr *src, const struct ip6_addr *dst, const uint8_t *p,
		     size_t n, uint8_t next)
{
	struct ip6_addr ends[2];
	struct flow f;

	if (k->mode == IPSEC_TRANSPORT)
		f = flow_of(dst, src, next, p, (uint32_t)n, false);
	else if (!flow_of_packet(p, (uint32_t)n, false, ends, &f))
		return false;
	return selector_fits(&k->sel, &f);
}

/* [R24303-5.1.2.2-04] [R24303-5.1.3.1-04] [R24303-4.2-02]: whose SA it is, its SPI tells. */
bool ipsec_in(struct ipsec *s, struct net_in *c, struct net_rx *rx, const struct ip6_addr *src,
	      const struct ip6_addr *dst, struct ipsec_opened *out)
{
	uint8_t *p = c->p->data + (rx->payload - c->p->data);
	struct seal_sizes z;
	struct esp_parts at;
	moor_handle self;
	struct esp_hdr h;
	struct child *k;
	size_t payload;

	if (!esp_hdr_decode(p, rx->payload_len, &h))
		return refuse(c, "esp-short", "RFC 4303 2");
	k = child_by_spi(s, h.spi, &self);
	if (!k || !k->key_in)
		return unknown_spi(s, c, rx->ip6 ? &rx->ip6->h.src : src, h.spi);
	z = child_sizes(s, k->key_in);
	if (!esp_view(p, rx->payload_len, &z, &at, NULL))
		return refuse(c, "esp-short", "RFC 4303 2");
	if (!decrypt(s, c, k, self, p, &at, &payload, &out->next))
		return false;
	if (out->next == PROTO_NONE) {		/* dummy packet [RFC 4303 2.6] */
		out->tunnel = false;
		return true;
	}
	out->tunnel = k->mode == IPSEC_TUNNEL;
	if (out->tunnel && out->next != PROTO_IP6 && out->next != PROTO_IP4)
		return refuse(c, "esp-mode", "RFC 4301 5.2");
	if (!selected(k, src, dst, p + at.ct, payload, out->next))
		return refuse(c, "esp-selector", "RFC 4301 5.2");
	out->vouches = !out->tunnel && k->sel.remote_len == 128;
	rx->payload = p + at.ct;
	rx->payload_len = (uint32_t)payload;
	rx->protected = true;
	return true;
}

/* ---- tunnel mode ------------------------------------------------------------------------------------------------- */

void ipsec_inner_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer)
{
	uint32_t before = (uint32_t)(rx->payload - c->p->data), len = rx->payload_len;

	if (c->depth >= NET_DEPTH_MAX) {
		net_drop(c->h, c->i, c->p, "tunnel-depth", "RFC 2473 3.1");
		return;
	}
	c->depth++;
	c->outer = *outer;
	c->protected = true;
	moor_pkt_pull(c->p, before);
	moor_pkt_trim(c->p, len);
	net_in_ip(c);
}

void ipsec_tunnel_in(struct ipsec *s, struct net_in *c, struct net_rx *rx, const struct net_outer *outer)
{
	struct ipsec_opened o;

	if (!ipsec_in(s, c, rx, &outer->src, &outer->dst, &o) || o.next == PROTO_NONE)
		moor_pkt_free(c->h->nw->w, c->p);
	else if (o.tunnel)
		ipsec_inner_in(c, rx, outer);
	else
		net_drop(c->h, c->i, c->p, "esp-mode", "RFC 4301 5.2");
}

/* ---- without ESP ------------------------------------------------------------------------------------------------- */

static bool allowed(const struct ipsec *s, const struct flow *f)
{
	const struct ipsec_policy *y = policy_for(s, f);

	return !y || y->action == IPSEC_BYPASS;
}

bool ipsec_admits(struct ipsec *s, const struct net_in *c, const struct net_rx *rx, uint8_t proto)
{
	struct ip6_addr ends[2];
	struct flow f;

	if (s->only && s->only != proto)
		return true;
	if (rx->ip6) {
		f = flow_of(ip6_upper_dst(rx->ip6), ip6_upper_src(rx->ip6), proto, rx->payload, rx->payload_len, false);
	} else {
		ends[0] = ip6_mapped(rx->src4);
		ends[1] = ip6_mapped(rx->dst4);
		f = flow_of(&ends[1], &ends[0], proto, rx->payload, rx->payload_len, false);
	}
	return allowed(s, &f) || refuse(c, "policy", "RFC 4301 5.2");
}

/* Transport mode is judged where the packet ends. */
bool ipsec_admits_inner(struct ipsec *s, const uint8_t *inner, uint32_t len)
{
	const struct ipsec_policy *y;
	struct ip6_addr ends[2];
	struct flow f;

	if (!s->tunnels || !flow_of_packet(inner, len, false, ends, &f) || f.proto == PROTO_ESP)
		return true;
	y = policy_for(s, &f);
	return !y || y->action == IPSEC_BYPASS || (y->action == IPSEC_PROTECT && y->mode == IPSEC_TRANSPORT);
}
