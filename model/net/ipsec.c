/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec of a host: its instance, its security association database and how a child SA is found [RFC 4301 4.4.2].
 * Children of all hosts of a world live in one slab and are found through two indexes (ipsec_priv.h).
 *
 * What an SA costs in virtual time is not charged to the packets that use it: a few microseconds beside handovers of
 * milliseconds, and a packet that waits would need a queue. The provider's account grows all the same; whoever delays
 * an answer by it empties it first (crypto/cost.h).
 *
 * Not here: AH, extended sequence numbers, traffic flow confidentiality beyond dummy packets, audit logs, IPv4
 * transport mode.
 */
#include <assert.h>
#include <glib.h>

#include "net/ipsec_priv.h"

#define SPI_FIRST 256u			/* below are reserved [RFC 4303 2.1] */

static const char world_key = 'p';

/* ---- the world's share ------------------------------------------------------------------------------------------- */

static void world_gone(void *thing)
{
	struct ipsec_world *iw = thing;
	moor_handle at = 0;
	struct ipsec *s;

	while ((s = slab_next(&iw->hosts, &at)))
		ipsec_clear(s);
	index_done(&iw->by_spi);
	index_done(&iw->by_remote);
	slab_done(&iw->hosts);
	slab_done(&iw->children);
	slab_done(&iw->outers);
	slab_done(&iw->events);
	g_free(iw);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	const struct ipsec_world *iw = thing;

	slab_report(&iw->hosts, fn, ctx);
	slab_report(&iw->children, fn, ctx);
	slab_report(&iw->outers, fn, ctx);
	slab_report(&iw->events, fn, ctx);
	fn(ctx, "ipsec index", iw->by_spi.count + iw->by_remote.count,
	   index_octets(&iw->by_spi) + index_octets(&iw->by_remote));
}

static struct ipsec_world *world_of(struct moor_world *w)
{
	struct ipsec_world *iw = moor_world_attached(w, &world_key);

	if (iw)
		return iw;
	iw = g_new0(struct ipsec_world, 1);
	iw->w = w;
	slab_init(&iw->hosts, "ipsec host", sizeof(struct ipsec));
	slab_init(&iw->children, "child SA", sizeof(struct child));
	slab_init(&iw->outers, "child SA's tunnel", sizeof(struct child_outer));
	slab_init(&iw->events, "ipsec event", sizeof(struct ipsec_event));
	moor_world_attach(w, &world_key, iw, world_gone);
	moor_world_reports(w, &world_key, report);
	return iw;
}

/* ---- of a host --------------------------------------------------------------------------------------------------- */

struct ipsec *ipsec_new(struct net_host *h, struct crypto *crypto, const struct ipsec_ops *ops, void *owner)
{
	struct ipsec_world *iw = world_of(h->nw->w);
	moor_handle self;
	struct ipsec *s;

	assert(!net_ipsec(h));
	s = slab_alloc(&iw->hosts, &self);
	s->iw = iw;
	s->h = h;
	s->crypto = crypto;
	s->ops = ops;
	s->owner = owner;
	s->self = self;
	s->iv_key = moor_world_rng(iw->w, h->node, "esp-iv").key;
	h->ipsec = self;
	h->nw->ipsecs = &iw->hosts;
	return s;
}

struct ipsec *ipsec_of(const struct net_host *h)
{
	return net_ipsec(h);
}

/* ---- by SPI ------------------------------------------------------------------------------------------------------ */

static uint32_t spi_hash(const struct ipsec *s, uint32_t spi)
{
	return index_hash(s->self, spi);
}

struct child *child_by_spi(const struct ipsec *s, uint32_t spi, moor_handle *self)
{
	uint32_t hash = spi_hash(s, spi), at;

	for (uint32_t ref = index_first(&s->iw->by_spi, hash, &at); ref; ref = index_next(&s->iw->by_spi, hash, &at)) {
		struct child *c = slab_get(&s->iw->children, ref);

		if (c->spi_in == spi && c->owner == s->self) {
			*self = ref;
			return c;
		}
	}
	return NULL;
}

static struct child *child_new(struct ipsec *s, uint32_t spi, moor_handle *self)
{
	struct ipsec_world *iw = s->iw;
	struct child *c = slab_alloc(&iw->children, self), *after;

	c->owner = s->self;
	c->spi_in = spi;
	c->next = s->first;
	after = slab_get(&iw->children, s->first);
	if (after)
		after->prev = *self;
	s->first = *self;
	index_add(&iw->by_spi, spi_hash(s, spi), *self);
	return c;
}

static void child_free(struct ipsec *s, struct child *c, moor_handle self)
{
	struct ipsec_world *iw = s->iw;
	struct child *prev = slab_get(&iw->children, c->prev), *next = slab_get(&iw->children, c->next);

	if (prev)
		prev->next = c->next;
	else
		s->first = c->next;
	if (next)
		next->prev = c->prev;
	index_remove(&iw->by_spi, spi_hash(s, c->spi_in), self);
	slab_free(&iw->children, self);
}

uint32_t ipsec_spi(struct ipsec *s)
{
	struct rng r = moor_world_rng(s->iw->w, s->h->node, "spi");
	moor_handle self;
	uint32_t spi;

	r.counter = s->draws;
	do
		spi = (uint32_t)rng_below(&r, UINT64_C(0x100000000) - SPI_FIRST) + SPI_FIRST;
	while (child_by_spi(s, spi, &self));
	s->draws = (uint32_t)((r.counter + 1) & ~UINT64_C(1));
	child_new(s, spi, &self);
	return spi;
}

void ipsec_spi_back(struct ipsec *s, uint32_t spi)
{
	moor_handle self;
	struct child *c = child_by_spi(s, spi, &self);

	if (c && !c->key_in)
		child_free(s, c, self);
}

/* ---- by the remote end ------------------------------------------------------------------------------------------- */

static void len_used(struct ipsec_world *iw, uint8_t len)
{
	uint32_t at = iw->n_used;

	if (iw->lens[len]++)
		return;
	for (iw->n_used++; at && iw->used[at - 1] < len; at--)
		iw->used[at] = iw->used[at - 1];
	iw->used[at] = len;
}

static void len_unused(struct ipsec_world *iw, uint8_t len)
{
	uint32_t at = 0;

	if (--iw->lens[len])
		return;
	while (iw->used[at] != len)
		at++;
	for (iw->n_used--; at < iw->n_used; at++)
		iw->used[at] = iw->used[at + 1];
}

/* ---- child SAs --------------------------------------------------------------------------------------------------- */

struct seal_sizes child_sizes(const struct ipsec *s, crypto_key k)
{
	return (struct seal_sizes){ .iv = (uint8_t)crypto_key_iv_len(s->crypto, k),
				    .block = (uint8_t)crypto_key_block_len(s->crypto, k),
				    .icv = (uint8_t)crypto_key_icv_len(s->crypto, k) };
}

/* Transport-mode packets of an SA show many addresses: the care-of address changes, so the key file says any. */
static void record_keys(const struct ipsec *s, const struct ipsec_child_config *c)
{
	struct moor_record r = { .kind = REC_KEYS, .node = moor_node_id(s->h->node), .port = REC_NONE };
	struct rec_keys *k = &r.u.keys;

	if (!moor_record_wanted(s->iw->w, REC_KEYS))
		return;
	k->esp = true;
	k->spi_i = c->spi_out;
	k->spi_r = c->spi_in;
	k->encr = c->encr;
	k->key_bits = c->key_bits;
	k->integ = c->integ;
	k->encr_len = (uint8_t)crypto_encr_key_len((uint8_t)c->encr, c->key_bits);
	k->integ_len = (uint8_t)crypto_integ_key_len((uint8_t)c->integ);
	k->encr_i = c->encr_out;
	k->encr_r = c->encr_in;
	k->integ_i = c->integ_out;
	k->integ_r = c->integ_in;
	moor_record_emit(s->iw->w, &r);
}

moor_handle ipsec_child_add(struct ipsec *s, const struct ipsec_child_config *cfg)
{
	struct ipsec_world *iw = s->iw;
	uint8_t encr = (uint8_t)cfg->encr, integ = (uint8_t)cfg->integ;
	struct ip6_addr masked;
	struct child_outer *o;
	struct child *c;
	moor_handle self;

	assert(crypto_encr_known(encr, cfg->key_bits) && crypto_integ_known(integ));
	c = child_by_spi(s, cfg->spi_in, &self);
	if (c && c->key_in)
		return 0;
	if (!c)
		c = child_new(s, cfg->spi_in, &self);
	c->sel = cfg->sel;
	c->sel.remote = masked = addr_masked(&cfg->sel.remote, cfg->sel.remote_len);
	c->spi_out = cfg->spi_out;
	c->mode = (uint8_t)cfg->mode;
	c->udp = cfg->udp;
	c->outbound = true;
	c->soft = cfg->soft_packets && cfg->soft_packets < UINT32_MAX ? (uint32_t)cfg->soft_packets : IPSEC_SOFT_PACKETS;
	c->born = ++s->born;
	c->key_in = crypto_key_new(s->crypto, encr, cfg->key_bits, cfg->encr_in, integ, cfg->integ_in);
	c->key_out = crypto_key_new(s->crypto, encr, cfg->key_bits, cfg->encr_out, integ, cfg->integ_out);
	if (cfg->mode == IPSEC_TUNNEL) {
		o = slab_alloc(&iw->outers, &c->outer);
		*o = (struct child_outer){ .own = cfg->own, .peer = cfg->peer, .peer_port = cfg->peer_port };
	}
	index_add(&iw->by_remote, remote_hash(s, &masked, c->sel.remote_len), self);
	len_used(iw, c->sel.remote_len);
	s->n_children++;
	record_keys(s, cfg);
	return self;
}

static void remove_child(struct ipsec *s, struct child *c, moor_handle self)
{
	struct ipsec_world *iw = s->iw;

	crypto_key_drop(s->crypto, c->key_in);
	crypto_key_drop(s->crypto, c->key_out);
	if (c->outer)
		slab_free(&iw->outers, c->outer);
	index_remove(&iw->by_remote, remote_hash(s, &c->sel.remote, c->sel.remote_len), self);
	len_unused(iw, c->sel.remote_len);
	s->n_children--;
	child_free(s, c, self);
}

void ipsec_child_remove(struct ipsec *s, moor_handle child)
{
	struct child *c = child_get(s, child);

	if (c)
		remove_child(s, c, child);
}

void ipsec_child_outbound(struct ipsec *s, moor_handle child, bool use)
{
	struct child *c = child_get(s, child);

	if (c)
		c->outbound = use;
}

void ipsec_child_move(struct ipsec *s, moor_handle child, const struct ip6_addr *own, const struct ip6_addr *peer,
		      uint16_t peer_port)
{
	struct child *c = child_get(s, child);

	if (!c || !c->outer)
		return;
	*child_outer(s, c) = (struct child_outer){ .own = *own, .peer = *peer, .peer_port = peer_port };
}

void ipsec_clear(struct ipsec *s)
{
	while (s->first) {
		moor_handle self = s->first;
		struct child *c = slab_get(&s->iw->children, self);

		if (c->key_in)
			remove_child(s, c, self);
		else
			child_free(s, c, self);
	}
}

bool ipsec_child_view(const struct ipsec *s, moor_handle child, struct ipsec_child_view *out)
{
	const struct child *c = child_get(s, child);

	if (!c)
		return false;
	*out = (struct ipsec_child_view){
		.spi_in = c->spi_in, .spi_out = c->spi_out, .sel = c->sel, .packets_in = c->received, .packets_out = c->sent,
		.replayed = c->replayed, .bad_icv = c->bad_icv, .last_in = c->last_in,
	};
	return true;
}

unsigned ipsec_children(const struct ipsec *s)
{
	return s->n_children;
}
