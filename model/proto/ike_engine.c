/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE messages going out: composed, sealed, cut into fragments, sent, repeated
 *
 * [RFC 7296 2.1, 2.2, 2.4, 3.14], [RFC 7383 2.5], [RFC 3948 2.2]. A message is kept as a chain of packets as they went
 * out, one per fragment, without non-ESP marker, so that repeating it repeats its octets; with a sink for signalling
 * records the chain ends with the message in clear. Only the initiator of an exchange repeats by itself; what the
 * responder has answered is said again when it is asked again (ike_input.c).
 *
 * Whatever cryptography a handler did delays the message it sends, in virtual time.
 *
 * Fragments are not made smaller when nothing is heard [RFC 7383 2.5.1]: their size is configured.
 */
#include "proto/ike_priv.h"

#include <assert.h>
#include <string.h>

#define CLEAR 0xffu			/* trace_class of a chain's last packet: the message in clear */
#define MARKER_LEN 4u
#define UDP_LEN 8u
#define CBC_IV 16u

/* ---- chains ------------------------------------------------------------------------------------------------------ */

/* In a chain of messages each begins with a packet whose .frame counts how often it was sent; elsewhere it is 0. */
static bool begins(const struct moor_pkt *p)
{
	return p->frame != 0;
}

void ike_chain_free(struct ike *k, struct moor_pkt *chain)
{
	while (chain) {
		struct moor_pkt *next = chain->next;

		moor_pkt_free(ike_w(k), chain);
		chain = next;
	}
}

static struct moor_pkt **end_of(struct moor_pkt **chain)
{
	while (*chain)
		chain = &(*chain)->next;
	return chain;
}

static struct moor_pkt *kept(struct ike *k, const uint8_t *p, size_t n)
{
	struct moor_pkt *q = moor_pkt_from(ike_w(k), p, n);

	q->next = NULL;
	q->frame = 0;
	q->trace_class = 0;
	return q;
}

void ike_keep_clear(struct ike *k, struct moor_pkt **chain, const uint8_t *p, size_t n)
{
	ike_chain_free(k, *chain);
	*chain = kept(k, p, n);
}

static struct moor_pkt *copy_of(struct ike *k, const struct moor_pkt *chain)
{
	struct moor_pkt *first = NULL, **at = &first;

	for (; chain; chain = chain->next) {
		*at = kept(k, chain->data, chain->len);
		(*at)->frame = chain->frame;
		(*at)->trace_class = chain->trace_class;
		at = &(*at)->next;
	}
	return first;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static struct rec_signal signal_of(const struct ike *k, const struct ike_sa *sa, const struct ike_path *path,
				   const struct ike_hdr *h, bool out)
{
	struct rec_signal s = {
		.protocol = SIGNAL_IKE, .type = h->exchange, .subtype = h->flags & IKE_FLAG_R ? 2 : 1, .flags = h->flags,
		.sequence = (uint16_t)h->mid, .udp = path->own_port == IKE_PORT_NAT, .nat = sa && (sa->nat_here || sa->nat_there),
		.src = out ? path->own : path->peer, .dst = out ? path->peer : path->own,
	};

	(void)k;
	return s;
}

static void record_tx(struct ike *k, const struct ike_sa *sa, const struct ike_path *path, const struct moor_pkt *first)
{
	const struct moor_pkt *p = first;
	struct moor_record r;
	struct ike_hdr h;

	if (!moor_record_wanted(ike_w(k), REC_SIGNAL_TX) || !ike_hdr_decode(first->data, first->len, &h))
		return;
	r = (struct moor_record){ .kind = REC_SIGNAL_TX, .node = ike_node(k), .port = REC_NONE,
				  .instance = sa ? ike_instance(sa) : 0 };
	r.u.signal = signal_of(k, sa, path, &h, true);
	r.u.signal.secured = h.next == IKE_P_SK || h.next == IKE_P_SKF;
	r.u.signal.attempt = (uint16_t)first->frame;
	while (r.u.signal.secured && p && p->trace_class != CLEAR)
		p = p->next && !begins(p->next) ? p->next : NULL;
	if (p) {
		r.u.signal.message = p->data;
		r.u.signal.message_len = p->len;
	}
	moor_record_emit(ike_w(k), &r);
}

void ike_record_rx(const struct ike_sa *sa, const struct ike *k, const struct ike_path *path, const uint8_t *clear,
		   size_t n, bool secured)
{
	struct moor_record r;
	struct ike_hdr h;

	if (!moor_record_wanted(ike_w(k), REC_SIGNAL_RX) || !ike_hdr_decode(clear, n, &h))
		return;
	r = (struct moor_record){ .kind = REC_SIGNAL_RX, .node = ike_node(k), .port = REC_NONE,
				  .instance = sa ? ike_instance(sa) : 0 };
	r.u.signal = signal_of(k, sa, path, &h, false);
	r.u.signal.secured = secured;
	r.u.signal.message = clear;
	r.u.signal.message_len = (uint32_t)n;
	moor_record_emit(ike_w(k), &r);
}

/* [RFC 7296 2.23], [RFC 3948 2.2] */
static void send_packet(struct ike *k, const struct ike_path *path, const uint8_t *octets, size_t n)
{
	bool marked = path->own_port == IKE_PORT_NAT;
	struct moor_pkt *p = moor_pkt_new(ike_w(k), n + (marked ? MARKER_LEN : 0));
	struct net_send s = { .src = path->own, .dst = path->peer, .via = path->via, .trace_class = CLASS_SIGNAL };

	if (marked)
		memset(p->data, 0, MARKER_LEN);
	memcpy(p->data + (marked ? MARKER_LEN : 0), octets, n);
	net_udp_send(k->h, p, &s, path->own_port, path->peer_port);
}

/* One message; returns what is behind it in the chain. */
static const struct moor_pkt *send_message(struct ike *k, struct ike_sa *sa, const struct ike_path *path,
					   const struct moor_pkt *first)
{
	const struct moor_pkt *p = first;

	record_tx(k, sa, path, first);
	do {
		if (p->trace_class != CLEAR)
			send_packet(k, path, p->data, p->len);
		p = p->next;
	} while (p && !begins(p));
	return p;
}

static void out_due(struct moor_world *w, struct moor_timer *t)
{
	struct ike_out *o = MOOR_CONTAINER(t, struct ike_out, timer);
	struct ike *k = o->k;
	struct ike_sa *sa = slab_get(&k->iw->sas, o->sa);
	const struct moor_pkt *p = o->first;

	(void)w;
	while (p)
		p = send_message(k, sa, &o->path, p);
	if (sa)
		sa->out = 0;
	ike_chain_free(k, o->first);
	slab_free(&k->iw->outs, o->self);
}

/* Behind what still waits for its own cryptography, so that messages of one SA leave in order. */
static void put_off(struct ike *k, struct ike_sa *sa, const struct ike_path *path, const struct moor_pkt *chain,
		    moor_time cost)
{
	struct ike_out *o = sa && sa->out ? slab_get(&k->iw->outs, sa->out) : NULL;
	moor_time due = ike_now(k) + cost;
	moor_handle h;

	if (!o) {
		o = slab_alloc(&k->iw->outs, &h);
		*o = (struct ike_out){ .self = h, .sa = sa ? sa->self : 0, .k = k };
		if (sa)
			sa->out = h;
	} else if (moor_timer_due(ike_w(k), &o->timer) > due) {
		due = moor_timer_due(ike_w(k), &o->timer);
	}
	o->path = *path;
	*end_of(&o->first) = copy_of(k, chain);
	moor_timer_at(ike_w(k), &o->timer, due, out_due);
}

void ike_out_drop(struct ike_sa *sa)
{
	struct ike_out *o = sa->out ? slab_get(&sa->k->iw->outs, sa->out) : NULL;

	sa->out = 0;
	if (!o)
		return;
	moor_timer_cancel(ike_w(sa->k), &o->timer);
	ike_chain_free(sa->k, o->first);
	slab_free(&sa->k->iw->outs, o->self);
}

void ike_emit(struct ike *k, struct ike_sa *sa, const struct ike_path *path, struct moor_pkt *chain)
{
	moor_time cost = crypto_take_cost(k->c->crypto);

	chain->frame++;
	if (cost || (sa && sa->out))
		put_off(k, sa, path, chain, cost);
	else
		send_message(k, sa, path, chain);
}

bool ike_stray_allowed(struct ike *k)
{
	return net_error_allowed(k->h);
}

/* [RFC 7296 2.21.4] */
void ike_stray_notify(struct ike *k, const struct ike_path *path, const struct ike_hdr *h, uint16_t notify,
		      const uint8_t *data, size_t n)
{
	uint8_t buf[64 + IKE_NONCE_MAX + 64];
	struct ike_writer w;
	struct moor_pkt *p;

	ike_w_start(&w, buf, sizeof buf, h);
	ike_w_notify(&w, notify, data, n);
	n = ike_w_end(&w);
	assert(n);
	p = kept(k, buf, n);
	ike_emit(k, NULL, path, p);
	moor_pkt_free(ike_w(k), p);
}

/* ---- sealing ----------------------------------------------------------------------------------------------------- */

struct seal_sizes ike_seal_sizes(const struct ike_sa *sa)
{
	const struct ike_suite *s = ike_suite_of(sa);

	return (struct seal_sizes){ .iv = (uint8_t)crypto_iv_len((uint8_t)s->encr),
				    .block = (uint8_t)crypto_block_len((uint8_t)s->encr),
				    .icv = (uint8_t)crypto_icv_len((uint8_t)s->encr, (uint8_t)s->integ) };
}

/*
 * Counter modes need an IV that no other message under this key has: message id, direction of the exchange and
 * fragment number are such; CBC wants an unpredictable one.
 */
static void make_iv(struct ike_sa *sa, const struct ike_hdr *h, uint16_t number, uint8_t *iv, size_t n)
{
	if (n >= CBC_IV) {
		rng_octets(&sa->k->rng, iv, n);
		return;
	}
	if (n != 8)
		return;
	store32(iv, h->mid);
	store16(iv + 4, h->flags & IKE_FLAG_R ? 1 : 0);
	store16(iv + 6, number);
}

static struct moor_pkt *seal_one(struct ike_sa *sa, const struct ike_hdr *h, uint8_t inner, const uint8_t *p, size_t n,
				 uint16_t number, uint16_t total)
{
	struct seal_sizes z = ike_seal_sizes(sa);
	uint8_t *buf = sa->k->iw->sealed;
	struct ike_sk sk;
	size_t len = ike_sk_frame(h, &z, inner, p, n, number, total, buf, sizeof sa->k->iw->sealed, &sk);

	assert(len);
	make_iv(sa, h, number, buf + sk.iv, sk.iv_len);
	crypto_seal(ike_crypto(sa), sa->key_out, buf + sk.iv, buf, sk.aad_len, buf + sk.ct, sk.ct_len, buf + sk.icv);
	return kept(sa->k, buf, len);
}

/* Octets of an IKE message that a packet of the configured size can hold. */
static size_t message_room(const struct ike_sa *sa)
{
	size_t ip = ip6_is_mapped(&sa->path.peer) ? 20 : 40;

	return sa->k->c->fragment_size - ip - UDP_LEN - (sa->path.own_port == IKE_PORT_NAT ? MARKER_LEN : 0);
}

/* [RFC 7383 2.5] */
static struct moor_pkt *seal(struct ike_sa *sa, const struct ike_hdr *h, uint8_t inner, const uint8_t *p, size_t n)
{
	struct seal_sizes z = ike_seal_sizes(sa);
	size_t room = message_room(sa), piece;
	struct moor_pkt *first = NULL, **at = &first;
	uint16_t total;

	if (!sa->fragments || !sa->k->c->fragmentation || ike_sk_len(n, &z, false) <= room)
		return seal_one(sa, h, inner, p, n, 0, 0);
	piece = ike_sk_room(room, &z, true);
	assert(piece);
	total = (uint16_t)((n + piece - 1) / piece);
	for (uint16_t i = 1; i <= total; i++) {
		size_t len = n < piece ? n : piece;

		*at = seal_one(sa, h, i == 1 ? inner : 0, p, len, i, total);
		at = &(*at)->next;
		p += len;
		n -= len;
	}
	return first;
}

/* Sealed, and in clear behind it for who looks on. text: a header's room, then n octets of payloads. */
static struct moor_pkt *seal_message(struct ike_sa *sa, struct ike_hdr *h, uint8_t inner, uint8_t *text, size_t n)
{
	struct moor_pkt *chain = seal(sa, h, inner, text + IKE_HDR_LEN, n), **at;
	struct ike_hdr clear = *h;

	if (!moor_record_wanted(ike_w(sa->k), REC_SIGNAL_TX))
		return chain;
	clear.next = inner;
	clear.length = (uint32_t)(IKE_HDR_LEN + n);
	ike_hdr_encode(&clear, text);
	at = end_of(&chain);
	*at = kept(sa->k, text, clear.length);
	(*at)->trace_class = CLEAR;
	return chain;
}

static struct ike_writer *begin(struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t mid)
{
	struct ike_world *iw = sa->k->iw;

	assert(!iw->composing && sa->key_out);
	iw->composing = sa;
	iw->h = (struct ike_hdr){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_VERSION, .exchange = exchange,
				  .flags = (uint8_t)(flags | (sa->initiator ? IKE_FLAG_I : 0)), .mid = mid };
	ike_w_inner(&iw->writer, iw->text + IKE_HDR_LEN, IKE_MESSAGE_MAX);
	return &iw->writer;
}

static struct moor_pkt *end(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;
	size_t n = ike_w_end(&iw->writer);

	assert(iw->composing == sa && ike_w_ok(&iw->writer));
	iw->composing = NULL;
	return seal_message(sa, &iw->h, iw->writer.first, iw->text, n);
}

/* ---- requests of ours -------------------------------------------------------------------------------------------- */

static void retransmit(struct moor_world *w, struct moor_timer *timer);

/* [RFC 7296 2.4]: exponentially longer waits */
static moor_time wait_after(const struct ike *k, unsigned tries)
{
	moor_time span = ike_timer(k, T_IKE_RETRANS), max = ike_timer(k, T_IKE_RETRANS_MAX);

	for (unsigned i = 1; i < tries && span < max; i++)
		span *= 2;
	return span < max ? span : max;
}

static void send_request(struct ike_task *t)
{
	struct ike_sa *sa = t->sa;
	struct ike *k = sa->k;
	struct ike_out *o;
	moor_time from = ike_now(k);

	t->tries++;
	ike_emit(k, sa, &sa->path, t->request);
	o = sa->out ? slab_get(&k->iw->outs, sa->out) : NULL;
	if (o)
		from = moor_timer_due(ike_w(k), &o->timer);
	moor_timer_at(ike_w(k), &t->timer, from + wait_after(k, t->tries), retransmit);
}

static void given_up(struct ike_sa *sa)
{
	switch ((enum ike_sa_state)sa->machine.state) {
	case IKE_SA_INIT_SENT:
		ike_init_timeout(sa);
		break;
	case IKE_SA_DELETING:
		ike_sa_fail(sa, sa->why, 0);
		break;
	case IKE_SA_ESTABLISHED:
	case IKE_SA_REKEYED:
		ike_sa_fail(sa, IKE_DEAD_PEER, 0);
		break;
	case IKE_SA_NONE:
	case IKE_SA_AUTH_SENT:
	case IKE_SA_HALF_OPEN:
	case IKE_SA_AUTHENTICATING:
	case IKE_SA_GONE:
	case IKE_SA_STATES:
		ike_sa_fail(sa, IKE_TIMEOUT, 0);
		break;
	}
}

static void retransmit(struct moor_world *w, struct moor_timer *timer)
{
	struct ike_task *t = MOOR_CONTAINER(timer, struct ike_task, timer);
	struct ike_sa *sa = t->sa;
	struct ike *k = sa->k;

	(void)w;
	ike_enter(k);
	k->iw->handling = true;
	if (t->tries < t->tries_max)
		send_request(t);
	else
		given_up(sa);
	ike_leave(k);
}

struct ike_task *ike_task_start(struct ike_sa *sa, uint8_t exchange, struct moor_pkt *chain)
{
	struct ike *k = sa->k;
	moor_handle h;
	struct ike_task *t = slab_alloc(&k->iw->tasks, &h);

	assert(!sa->task);
	t->self = h;
	t->sa = sa;
	t->request = chain;
	t->exchange = exchange;
	t->tries_max = (uint8_t)ike_timer(k, T_IKE_TRIES);
	sa->task = h;
	send_request(t);
	return t;
}

void ike_task_free(struct ike *k, struct ike_task *t)
{
	if (t->sa->task == t->self)
		t->sa->task = 0;
	ike_create_free(k, t->sa, t->create);
	moor_timer_cancel(ike_w(k), &t->timer);
	ike_chain_free(k, t->request);
	slab_free(&k->iw->tasks, t->self);
}

struct ike_writer *ike_request_begin(struct ike_sa *sa, uint8_t exchange)
{
	assert(!sa->task);
	return begin(sa, exchange, 0, sa->next_request);
}

struct ike_task *ike_request_end(struct ike_sa *sa)
{
	struct moor_pkt *chain = end(sa);

	sa->next_request++;
	return ike_task_start(sa, sa->k->iw->h.exchange, chain);
}

/* ---- our answers ------------------------------------------------------------------------------------------------- */

struct ike_writer *ike_response_begin(struct ike_sa *sa)
{
	assert(sa->answering);
	return begin(sa, sa->answering, IKE_FLAG_R, sa->next_expected);
}

/* [RFC 7296 2.1, 2.11]: kept until the next request; sent to where the request came from. */
void ike_response_end(struct ike_sa *sa)
{
	struct ike *k = sa->k;
	struct ike_world *iw = k->iw;
	struct moor_pkt *chain = end(sa);

	ike_response_forget(sa);
	sa->response = chain;
	sa->forget_s = (uint32_t)((ike_now(k) + ike_timer(k, T_IKE_KEEP)) / MOOR_S);
	sa->answering = 0;
	sa->next_expected++;
	ike_emit(k, sa, iw->rx_sa == sa ? &iw->rx_path : &sa->path, chain);
}

void ike_response_forget(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;

	for (moor_handle h = sa->children; h; ) {
		struct ike_child *c = slab_get(&iw->children, h);

		c->confirms = false;
		h = c->next;
	}
	ike_chain_free(sa->k, sa->response);
	sa->response = NULL;
}

void ike_response_notify(struct ike_sa *sa, uint16_t notify, const uint8_t *data, size_t n)
{
	struct ike_writer *w = ike_response_begin(sa);

	ike_w_notify(w, notify, data, n);
	ike_response_end(sa);
}
