/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: agreeing on a child SA: proposals, traffic selectors, mode; and its keys
 *
 * [RFC 7296 1.3.1, 2.9, 2.17, 3.3, 3.13], [RFC 4877 5.1]. A selector of net/ipsec.h is one prefix and one range of
 * ports at each end, so of several traffic selectors one pair counts, the first or the wider ones it is part of, and an
 * address range is narrowed to the first block of it that is a prefix, which a responder may always do [RFC 7296 2.9].
 *
 * Not: IPComp, ESN, ADDITIONAL_TS_POSSIBLE.
 */
#include "proto/ike_priv.h"

#include <string.h>

#define TRANSFORM_TYPES 5u
#define ESP_KEYS_MAX (2 * (CRYPTO_ENCR_KEY_MAX + CRYPTO_INTEG_KEY_MAX))

/* ---- traffic selectors ------------------------------------------------------------------------------------------- */

static struct ip6_addr last_of(const struct ip6_addr *a, uint8_t len)
{
	struct ip6_addr out = *a;

	for (unsigned i = len; i < 128; i++)
		out.o[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return out;
}

static struct ip6_addr first_of(const struct ip6_addr *a, uint8_t len)
{
	struct ip6_prefix p = ip6_prefix_make(a, len);

	return p.addr;
}

static struct ike_ts ts_of(const struct ip6_addr *a, uint8_t len, uint8_t proto, uint16_t lo, uint16_t hi)
{
	bool v4 = ip6_is_mapped(a) && len >= 96;

	return (struct ike_ts){ .type = v4 ? IKE_TS_IP4_RANGE : IKE_TS_IP6_RANGE, .proto = proto, .start_port = lo,
				.end_port = hi, .start = first_of(a, len), .end = last_of(a, len) };
}

/* Low bits alone: 0…01…1. */
static bool is_mask(uint64_t x)
{
	return !(x & (x + 1));
}

/* The range is a prefix: its length; 129: it is not. */
static uint8_t prefix_of(const struct ip6_addr *start, const struct ip6_addr *end)
{
	uint64_t high = ip6_high64(start) ^ ip6_high64(end), low = ip6_low64(start) ^ ip6_low64(end);

	if ((ip6_high64(start) & high) || (ip6_low64(start) & low))
		return 129;
	if (!high && is_mask(low))
		return (uint8_t)(128 - __builtin_popcountll(low));
	return ~low || !is_mask(high) ? 129 : (uint8_t)(64 - __builtin_popcountll(high));
}

/* The shortest prefix length from `start` whose block ends within the range. */
static uint8_t block_at(const struct ip6_addr *start, const struct ip6_addr *end)
{
	uint8_t len = prefix_of(start, end);

	if (len <= 128)
		return len;
	len = 128;
	while (len) {
		struct ip6_addr first = first_of(start, (uint8_t)(len - 1)), last = last_of(start, (uint8_t)(len - 1));

		if (!ip6_eq(&first, start) || memcmp(last.o, end->o, 16) > 0)
			break;
		len--;
	}
	return len;
}

static bool holds(const struct ike_ts *t, const struct ike_ts *of)
{
	return (!t->proto || t->proto == of->proto) && memcmp(t->start.o, of->start.o, 16) <= 0
		&& memcmp(t->end.o, of->end.o, 16) >= 0 && t->start_port <= of->start_port && t->end_port >= of->end_port;
}

/* The first one, unless a later one means all that it means: then the first was but the packet that made them ask. */
static const struct ike_ts *pick(const struct ike_payload *p)
{
	const struct ike_ts *t = p && p->ts.n ? &p->ts.ts[0] : NULL;

	for (unsigned i = 1; t && i < p->ts.n; i++)
		if (holds(&p->ts.ts[i], t))
			t = &p->ts.ts[i];
	return t;
}

static bool read_ts(const struct ike_payload *p, struct ip6_addr *a, uint8_t *len, uint8_t *proto, uint16_t *lo,
		    uint16_t *hi)
{
	const struct ike_ts *t = pick(p);

	if (!t || memcmp(t->start.o, t->end.o, 16) > 0)
		return false;
	*a = t->start;
	*len = block_at(&t->start, &t->end);
	*proto = t->proto;
	*lo = t->start_port;
	*hi = t->end_port;
	return true;
}

/* TSi is of who asks in this exchange [RFC 7296 2.9]; asked: that is us. */
static bool read_selector(const struct ike_msg *msg, bool asked, struct ipsec_selector *s)
{
	const struct ike_payload *i = ike_find(msg, IKE_P_TSI), *r = ike_find(msg, IKE_P_TSR);
	uint8_t proto;

	if (!read_ts(asked ? i : r, &s->local, &s->local_len, &s->proto, &s->local_lo, &s->local_hi)
	    || !read_ts(asked ? r : i, &s->remote, &s->remote_len, &proto, &s->remote_lo, &s->remote_hi))
		return false;
	if (!s->proto)
		s->proto = proto;
	return !proto || proto == s->proto;
}

static void write_selector(struct ike_writer *w, const struct ipsec_selector *s, bool asked)
{
	struct ike_ts local = ts_of(&s->local, s->local_len, s->proto, s->local_lo, s->local_hi);
	struct ike_ts remote = ts_of(&s->remote, s->remote_len, s->proto, s->remote_lo, s->remote_hi);

	ike_w_ts(w, IKE_P_TSI, asked ? &local : &remote, 1);
	ike_w_ts(w, IKE_P_TSR, asked ? &remote : &local, 1);
}

static bool ports_within(uint16_t lo, uint16_t hi, uint16_t of_lo, uint16_t of_hi)
{
	return (lo >= of_lo && hi <= of_hi) || (lo == of_lo && hi == of_hi);	/* the second: opaque */
}

static bool block_within(const struct ip6_addr *a, uint8_t len, const struct ip6_addr *of, uint8_t of_len)
{
	struct ip6_prefix p = ip6_prefix_make(of, of_len);

	return len >= of_len && ip6_in_prefix(a, &p);
}

bool ike_selector_within(const struct ipsec_selector *s, const struct ipsec_selector *of)
{
	return block_within(&s->local, s->local_len, &of->local, of->local_len)
		&& block_within(&s->remote, s->remote_len, &of->remote, of->remote_len)
		&& (!of->proto || s->proto == of->proto)
		&& ports_within(s->local_lo, s->local_hi, of->local_lo, of->local_hi)
		&& ports_within(s->remote_lo, s->remote_hi, of->remote_lo, of->remote_hi);
}

/* ---- proposals --------------------------------------------------------------------------------------------------- */

static void write_proposals(struct ike_sa *sa, struct ike_writer *w, const struct ike_draft *d, bool all)
{
	const struct ike_config *c = sa->k->c;
	struct ike_transform t[IKE_SUITES_MAX][TRANSFORM_TYPES];
	struct ike_proposal p[IKE_SUITES_MAX];
	uint8_t spi[4];
	unsigned n = 0;

	store32(spi, d->spi_in);
	for (unsigned i = all ? 0 : d->suite; i < c->n_esp && (all || !n); i++, n++)
		p[n] = (struct ike_proposal){
			.number = all ? (uint8_t)(i + 1) : d->proposal, .protocol = IKE_PROTO_ESP, .spi = spi, .spi_len = 4,
			.t = t[n], .n = (uint8_t)ike_transforms(&c->esp[i], true, d->pfs, t[n]),
		};
	ike_w_sa(w, p, n);
}

void ike_draft_ask(struct ike_sa *sa, struct ike_writer *w, struct ike_draft *d)
{
	if (!d->spi_in)
		d->spi_in = ipsec_spi(sa->k->ipsec);
	write_proposals(sa, w, d, true);
	write_selector(w, &d->sel, true);
	if (d->transport)
		ike_w_notify(w, IKE_N_USE_TRANSPORT_MODE, NULL, 0);
}

void ike_draft_grant(struct ike_sa *sa, struct ike_writer *w, struct ike_draft *d)
{
	if (!d->spi_in)
		d->spi_in = ipsec_spi(sa->k->ipsec);
	write_proposals(sa, w, d, false);
	write_selector(w, &d->sel, false);
	if (d->transport)
		ike_w_notify(w, IKE_N_USE_TRANSPORT_MODE, NULL, 0);
}

static bool choose(const struct ike_sa *sa, const struct ike_payload *props, bool pfs, struct ike_draft *d)
{
	const struct ike_config *c = sa->k->c;

	for (unsigned i = 0; i < c->n_esp; i++)
		for (unsigned j = 0; j < props->sa.n; j++) {
			const struct ike_proposal *p = &props->sa.p[j];

			if (p->spi_len != 4 || !load32(p->spi) || !ike_fits(p, &c->esp[i], true, pfs, false))
				continue;
			d->suite = (uint8_t)i;
			d->proposal = p->number;
			d->spi_out = load32(p->spi);
			d->group = pfs ? c->esp[i].dh : 0;
			return true;
		}
	return false;
}

bool ike_draft_asked(struct ike_sa *sa, const struct ike_msg *msg, bool pfs, struct ike_draft *d, uint16_t *notify)
{
	const struct ike_payload *props = ike_find(msg, IKE_P_SA);

	*d = (struct ike_draft){ .pfs = pfs };
	*notify = 0;
	if (!props || !ike_find(msg, IKE_P_TSI) || !ike_find(msg, IKE_P_TSR))
		return false;
	d->transport = ike_find_notify(msg, IKE_N_USE_TRANSPORT_MODE);
	if (!sa->k->ipsec || !choose(sa, props, pfs, d))
		*notify = IKE_N_NO_PROPOSAL_CHOSEN;
	else if (!read_selector(msg, false, &d->sel))
		*notify = IKE_N_TS_UNACCEPTABLE;
	return !*notify;
}

bool ike_draft_granted(struct ike_sa *sa, const struct ike_msg *msg, struct ike_draft *d, uint16_t *notify)
{
	const struct ike_payload *props = ike_find(msg, IKE_P_SA), *error = ike_find_error(msg);
	const struct ike_config *c = sa->k->c;
	const struct ike_proposal *p;
	struct ipsec_selector sel;

	*notify = 0;
	if (!props) {
		*notify = error ? error->notify.type : 0;
		return false;
	}
	*notify = IKE_N_NO_PROPOSAL_CHOSEN;
	p = props->sa.n == 1 ? &props->sa.p[0] : NULL;
	if (!p || p->spi_len != 4 || !load32(p->spi) || p->number < 1 || p->number > c->n_esp
	    || !ike_fits(p, &c->esp[p->number - 1], true, d->pfs, true))
		return false;
	*notify = IKE_N_TS_UNACCEPTABLE;
	/* transport mode was asked for and must be, or must not be, agreed to [RFC 7296 1.3.1] */
	if (!read_selector(msg, true, &sel) || !ike_selector_within(&sel, &d->sel)
	    || d->transport != !!ike_find_notify(msg, IKE_N_USE_TRANSPORT_MODE))
		return false;
	d->sel = sel;
	d->suite = (uint8_t)(p->number - 1);
	d->spi_out = load32(p->spi);
	d->group = d->pfs ? c->esp[d->suite].dh : 0;
	*notify = 0;
	return true;
}

void ike_draft_drop(struct ike_sa *sa, struct ike_draft *d)
{
	if (d->spi_in)
		ipsec_spi_back(sa->k->ipsec, d->spi_in);
	d->spi_in = 0;
}

/* ---- installation ------------------------------------------------------------------------------------------------ */

/* [RFC 7296 2.17]: first the keys of the SA from the exchange's initiator, encryption before integrity */
static void keys_of(const struct ike_sa *sa, const struct ike_suite *s, bool asked, struct crypto_part ni,
		    struct crypto_part nr, struct crypto_part secret, uint8_t *keymat, struct ipsec_child_config *c)
{
	size_t e = crypto_encr_key_len((uint8_t)s->encr, s->key_bits), g = crypto_integ_key_len((uint8_t)s->integ);
	const uint8_t *i = keymat, *r = keymat + e + g;

	ike_keymat(sa, ni, nr, secret, keymat, 2 * (e + g));
	c->encr_out = asked ? i : r;
	c->encr_in = asked ? r : i;
	c->integ_out = g ? c->encr_out + e : NULL;
	c->integ_in = g ? c->encr_in + e : NULL;
}

static void remember(struct ike_world *iw, moor_handle ipsec, moor_handle child)
{
	uint32_t n = slab_number(ipsec), before = iw->ipsec_cap;

	mem_reserve(&iw->by_ipsec, &iw->ipsec_cap, sizeof *iw->by_ipsec, n + 1);
	if (iw->ipsec_cap > before)
		memset(iw->by_ipsec + before, 0, (iw->ipsec_cap - before) * sizeof *iw->by_ipsec);
	iw->by_ipsec[n] = child;
}

moor_handle ike_draft_install(struct ike_sa *sa, struct ike_draft *d, bool asked, struct crypto_part ni,
			      struct crypto_part nr, struct crypto_part secret)
{
	struct ike *k = sa->k;
	const struct ike_suite *s = &k->c->esp[d->suite];
	uint8_t keymat[ESP_KEYS_MAX];
	struct ipsec_child_config c = {
		.spi_in = d->spi_in, .spi_out = d->spi_out, .mode = d->transport ? IPSEC_TRANSPORT : IPSEC_TUNNEL,
		.sel = d->sel, .encr = s->encr, .key_bits = s->key_bits, .integ = s->integ,
	};
	struct ike_child *child;
	moor_handle h, installed;

	if (!d->transport && sa->path.own_port == IKE_PORT_NAT) {	/* [RFC 7296 2.23] */
		c.udp = true;
		c.own = sa->path.own;
		c.peer = sa->path.peer;
		c.peer_port = sa->path.peer_port;
	}
	keys_of(sa, s, asked, ni, nr, secret, keymat, &c);
	child = slab_alloc(&k->iw->children, &h);
	installed = ipsec_child_add(k->ipsec, &c);
	*child = (struct ike_child){
		.self = h, .next = sa->children, .sa = sa->self, .spi_in = d->spi_in, .spi_out = d->spi_out, .suite = d->suite,
		.transport = d->transport, .ours = asked, .confirms = !asked,
		.rekey_s = ike_lifetime(k, k->c->rekey_child), .ipsec = installed,
	};
	remember(k->iw, installed, h);
	sa->children = h;
	d->spi_in = 0;			/* no longer a draft's to give back */
	memset(keymat, 0, sizeof keymat);
	ike_life_arm(sa);
	return child->ipsec;
}
