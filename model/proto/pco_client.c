/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: PDN CONNECTIVITY REQUEST of the UE [TS 24.301 6.5.1.2 to 6.5.1.5; 24.303 5.1.2.1]
 *
 * The request goes out, and again at each expiry of T3482, NAS_TRIES times in all. ACTIVATE DEFAULT EPS BEARER CONTEXT
 * REQUEST with the same transaction is accepted and ends it, as does PDN CONNECTIVITY REJECT.
 *
 * Several may run on one host, for several PDN connections: their transactions tell them apart.
 *
 * Not here: attach and security of EPS mobility management, dedicated bearers, disconnection.
 */
#include "proto/pco_client.h"

#include <string.h>

#include "proto/pco_priv.h"
#include "proto/world_slab.h"

struct request {
	struct net_iface *iface;
	const struct timer_set *timers;
	pco_done_fn *done;
	void *owner;
	moor_handle self;
	struct request *next;		/* of the same host; the first one is the handler's owner */
	struct moor_timer t3482;
	uint16_t tries;
	uint8_t pti, asks;
	bool handover;
	char apn[NAS_APN_TEXT];
};

static const char request_key;
static const struct mac_addr everybody = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

static struct slab *requests(const struct net_host *h)
{
	return world_slab(net_host_world(h), &request_key, "pco-request", sizeof(struct request));
}

static struct net_host *host_of(const struct request *q)
{
	return net_iface_host(q->iface);
}

static int64_t timer_value(const struct request *q, enum timer_id id)
{
	return q->timers ? q->timers->v[id] : timer_rows[id].def;
}

static void finish(struct request *q, enum pco_outcome what, uint8_t cause, const struct pco *pco)
{
	pco_done_fn *done = q->done;
	void *owner = q->owner;

	pco_cancel(host_of(q), q->self);
	done(owner, what, cause, pco);
}

static void expired(struct moor_world *w, struct moor_timer *t);

static void send_request(struct request *q)
{
	struct nas_message m = {
		.type = NAS_PDN_REQUEST, .pti = q->pti, .pdn_type = 3, .request_type = q->handover ? 2 : 1,
		.has_apn = true, .has_pco = true, .pco = { .asks = q->asks },
	};

	memcpy(m.apn, q->apn, sizeof m.apn);
	nas_send(q->iface, &everybody, &m, ++q->tries);
	moor_timer_in(net_host_world(host_of(q)), &q->t3482, timer_value(q, T_NAS), expired);
}

static void expired(struct moor_world *w, struct moor_timer *t)
{
	struct request *q = MOOR_CONTAINER(t, struct request, t3482);

	(void)w;
	if (q->tries < timer_value(q, T_NAS_TRIES))
		send_request(q);
	else
		finish(q, PCO_SILENT, 0, NULL);
}

static void on_frame(void *owner, struct net_iface *i, const struct mac_addr *from, const uint8_t *octets, uint32_t len)
{
	struct request *q = owner;
	struct nas_message m, accept;

	if (!nas_receive(i, octets, len, &m, 0) || (m.type != NAS_ACTIVATE_REQUEST && m.type != NAS_PDN_REJECT))
		return;
	while (q && (q->iface != i || q->pti != m.pti))
		q = q->next;
	if (!q) {
		nas_discard(i, "nas-transaction", "TS 24.301 7.3.1");
		return;
	}
	if (m.type == NAS_PDN_REJECT) {
		finish(q, PCO_REJECTED, m.cause, NULL);
		return;
	}
	accept = (struct nas_message){ .type = NAS_ACTIVATE_ACCEPT, .ebi = m.ebi };
	nas_send(i, from, &accept, 1);
	finish(q, PCO_ANSWERED, 0, &m.pco);
}

/* 1..254, of none that runs [TS 24.007 11.2.3.1a]; from: where it is looked for */
static uint8_t free_transaction(const struct request *others, uint8_t from)
{
	const struct request *o;
	uint8_t pti;

	do {
		pti = (uint8_t)(1 + from++ % 254);
		for (o = others; o && o->pti != pti; o = o->next)
			;
	} while (o);
	return pti;
}

moor_handle pco_request(const struct pco_request_config *c)
{
	struct net_host *h = net_iface_host(c->iface);
	struct slab *s = requests(h);
	struct nas_message m = { .type = NAS_PDN_REQUEST, .has_apn = true };
	uint8_t octets[NAS_MESSAGE_MAX];
	struct rng rng = moor_world_rng(net_host_world(h), net_host_node(h), "nas");
	size_t n = strlen(c->apn);
	struct request *q;
	moor_handle self;

	if (n >= sizeof m.apn)
		return 0;
	memcpy(m.apn, c->apn, n + 1);
	if (!nas_encode(&m, octets, sizeof octets))
		return 0;
	q = slab_alloc(s, &self);
	q->self = self;
	q->iface = c->iface;
	q->timers = c->timers;
	q->done = c->done;
	q->owner = c->owner;
	q->asks = c->asks;
	q->handover = c->handover;
	rng.counter = (uint64_t)moor_world_now(net_host_world(h)) & ~UINT64_C(1);
	q->next = net_link_owner(h, NAS_ETHERTYPE);
	q->pti = free_transaction(q->next, (uint8_t)rng_below(&rng, 254));
	memcpy(q->apn, c->apn, n + 1);
	net_link_handler(h, NAS_ETHERTYPE, on_frame, q);
	send_request(q);
	return self;
}

void pco_cancel(struct net_host *h, moor_handle request)
{
	struct request *q = request ? slab_get(requests(h), request) : NULL, *at;

	if (!q)
		return;
	moor_timer_cancel(net_host_world(h), &q->t3482);
	at = net_link_owner(h, NAS_ETHERTYPE);
	if (at == q)
		net_link_handler(h, NAS_ETHERTYPE, q->next ? on_frame : NULL, q->next);
	while (at && at != q && at->next != q)
		at = at->next;
	if (at && at != q)
		at->next = q->next;
	slab_free(requests(h), request);
}
