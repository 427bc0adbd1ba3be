/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets on their way out through ESP [RFC 4301 5.1, RFC 4303 3.3].
 *
 * Transport mode: before the IP header and the headers of mobility are put in front, so that ESP stands behind a Home
 * Address option or a type 2 routing header whatever tunnel follows [RFC 4877 4.2, 4.3]. Fragments are made of the
 * protected packet [RFC 4303 3.3.4].
 *
 * Tunnel mode: in place of the mobility tunnel, for packets of ours and for forwarded ones that would enter it [RFC
 * 4877 6.4]. The outer addresses are the SA's own, or those of the mobility tunnel, which follow the binding [RFC 4877
 * 4.3]; in UDP they are always the SA's, because the address translator's mapping is that of port 4500.
 *
 * The IV of AES-CBC comes from the node's stream "esp-iv" at a place that SPI and sequence number name; that of
 * AES-GCM is the sequence number [RFC 4106 3.1].
 */
#include "net/ipsec_priv.h"
#include "wire/udp.h"

static struct moor_pkt *refuse(const struct ipsec *s, struct moor_pkt *p, const char *reason, const char *clause)
{
	net_drop(s->h, NULL, p, reason, clause);
	return NULL;
}

static void no_sa(struct ipsec *s, const struct flow *f, const struct ipsec_policy *y)
{
	struct ipsec_event *e = s->ops && s->ops->no_sa ? ipsec_post(s, IPSEC_NO_SA) : NULL;

	if (!e)
		return;
	e->wanted = y->sel;
	e->wanted.local = *f->local;
	e->wanted.remote = *f->remote;
	e->wanted.local_len = e->wanted.remote_len = 128;
	e->wanted.proto = f->proto;
}

static void make_iv(const struct ipsec *s, const struct child *c, uint8_t *iv, uint32_t len)
{
	struct rng r;

	if (len == 8) {
		u64_octets(iv, c->sent);
	} else if (len) {
		r = rng_at(s->iv_key, ((uint64_t)c->spi_out << 32 | c->sent) << 1);
		rng_octets(&r, iv, len);
	}
}

/* p has n octets of payload, which become an ESP packet in the same buffer when that is long enough. */
static struct moor_pkt *seal(struct ipsec *s, struct moor_pkt *p, struct child *c, uint8_t next)
{
	struct seal_sizes z = child_sizes(s, c->key_out);
	struct esp_hdr h = { .spi = c->spi_out, .seq = ++c->sent };
	size_t total = esp_len(p->len, &z), payload_len = p->len;
	struct moor_pkt *longer;
	struct esp_parts at;

	p = moor_pkt_push(s->iw->w, p, ESP_HDR_LEN + z.iv);
	if (p->cap < total) {
		longer = moor_pkt_new(s->iw->w, total);
		memcpy(longer->data, p->data, p->len);
		longer->trace_class = p->trace_class;
		moor_pkt_free(s->iw->w, p);
		p = longer;
	}
	p->len = (uint32_t)esp_frame(&h, &z, p->data + ESP_HDR_LEN + z.iv, payload_len, next, p->data, p->cap, &at);
	make_iv(s, c, p->data + at.iv, at.iv_len);
	crypto_seal(s->crypto, c->key_out, p->data + at.iv, p->data, at.aad_len, p->data + at.ct, at.ct_len,
		    p->data + at.icv);
	return p;
}

/* Counts, tells the owner in time, and keeps the number from coming round [RFC 4303 3.3.3]. */
static bool may_send(struct ipsec *s, const struct child *c, moor_handle self)
{
	struct ipsec_event *e;

	if (c->sent == UINT32_MAX)
		return false;
	if (c->sent + 1 == c->soft && s->ops && s->ops->soft_limit) {
		e = ipsec_post(s, IPSEC_SOFT_LIMIT);
		if (e)
			e->child = self;
	}
	return true;
}

/* [R24303-5.1.2.2-04] [R24303-5.1.3.1-04] */
struct moor_pkt *ipsec_out(struct ipsec *s, struct moor_pkt *p, const struct ip6_addr *src, const struct ip6_addr *dst,
			   uint8_t *proto)
{
	const struct ipsec_policy *y;
	moor_handle self = 0;
	struct child *c;
	struct flow f;

	if (s->only && s->only != *proto)
		return p;
	f = flow_of(src, dst, *proto, p->data, p->len, true);
	y = policy_for(s, &f);
	if (!y || y->action == IPSEC_BYPASS)
		return p;
	if (y->action == IPSEC_DISCARD)
		return refuse(s, p, "policy", "RFC 4301 5.1");
	if (y->mode == IPSEC_TUNNEL)
		return p;
	c = child_for(s, &f, IPSEC_TRANSPORT, &self);
	if (!c) {
		no_sa(s, &f, y);
		return refuse(s, p, "esp-no-sa", "RFC 4301 5.1");
	}
	if (!may_send(s, c, self))
		return refuse(s, p, "esp-sequence", "RFC 4303 3.3.3");
	p = seal(s, p, c, *proto);
	*proto = PROTO_ESP;
	return p;
}

/* ---- tunnel mode ------------------------------------------------------------------------------------------------- */

/* Where the SA leads: its own ends, or those of the mobility tunnel. */
static bool leads_to(const struct ipsec *s, const struct child *c, const struct net_tunnel *t, struct net_tunnel *out)
{
	const struct child_outer *o = child_outer(s, c);

	*out = (struct net_tunnel){ .local = o->own, .remote = o->peer };
	if (t) {
		out->hop_limit = t->hop_limit;
		out->via = t->via;
	}
	if (ip6_is_zero(&o->peer)) {
		if (!t || c->udp)
			return false;
		out->local = t->local;
		out->remote = t->remote;
	}
	out->encap = net_is_mapped(&out->remote) ? ENCAP_IN4 : ENCAP_IN6;
	if (c->udp) {			/* with ENCAP_IN6 the ports alone say so [RFC 7296 2.23] */
		if (out->encap == ENCAP_IN4)
			out->encap = ENCAP_UDP4;
		out->sport = ESP_UDP_PORT;
		out->dport = o->peer_port ? o->peer_port : ESP_UDP_PORT;
	}
	return true;
}

enum ipsec_way ipsec_tunnel_way(struct ipsec *s, const struct moor_pkt *p, const struct net_tunnel *t,
				struct net_tunnel *out, moor_handle *child)
{
	const struct ipsec_policy *y;
	struct ip6_addr ends[2];
	struct child *c;
	struct flow f;

	if (!s->tunnels || !flow_of_packet(p->data, p->len, true, ends, &f) || f.proto == PROTO_ESP)
		return WAY_PLAIN;
	y = policy_for(s, &f);
	if (!y || y->action == IPSEC_BYPASS || (y->action == IPSEC_PROTECT && y->mode != IPSEC_TUNNEL))
		return WAY_PLAIN;
	c = y->action == IPSEC_PROTECT ? child_for(s, &f, IPSEC_TUNNEL, child) : NULL;
	if (c && leads_to(s, c, t, out))
		return WAY_ESP;
	if (y->action == IPSEC_PROTECT)
		no_sa(s, &f, y);
	net_discard(s->h, NULL, y->action == IPSEC_PROTECT ? "esp-no-sa" : "policy", "RFC 4301 5.1");
	return WAY_NONE;
}

struct moor_pkt *ipsec_wrap(struct ipsec *s, struct moor_pkt *p, moor_handle child)
{
	struct child *c = child_get(s, child);

	if (!c || !may_send(s, c, child))
		return refuse(s, p, "esp-sequence", "RFC 4303 3.3.3");
	return seal(s, p, c, p->data[0] >> 4 == 6 ? PROTO_IP6 : PROTO_IP4);
}

uint32_t ipsec_inner_max(const struct ipsec *s, moor_handle child, uint32_t octets)
{
	struct seal_sizes z = child_sizes(s, child_get(s, child)->key_out);

	return (uint32_t)esp_payload_max(octets, &z);
}
