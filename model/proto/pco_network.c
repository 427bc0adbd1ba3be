/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: MME and PDN gateway as a UE sees them when it attaches [TS 24.301 6.5.1.3, 6.5.1.4, 6.4.1; 24.303 5.1.2.1]
 *
 * PDN CONNECTIVITY REQUEST is answered with ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST, whose protocol configuration
 * options hold what was asked for and is known; or with PDN CONNECTIVITY REJECT, cause 27, for an APN that is not
 * served. [R24303-5.1.2.3-10] [R24303-5.1.2.1a-02] IFOM support is told in the same answer.
 *
 * Not here: T3485 (a lost answer is asked for again by the UE's T3482), subscriptions, bearers other than the default.
 */
#include "proto/pco_network.h"

#include <glib.h>
#include <string.h>

#include "base/slab.h"
#include "proto/pco_client.h"
#include "proto/pco_priv.h"

#define EBI 5u

struct reply {
	struct pco_network *n;
	moor_handle self;
	struct moor_timer timer;
	struct mac_addr to;
	struct nas_message m;
};

struct pco_network {
	struct net_iface *iface;
	struct pco_network_config c;
	struct slab replies;		/* that wait for their delay */
	struct pco_network *next;	/* of the same host */
};

/* The host's, which share the ethertype. */
struct pco_networks { struct pco_network *first; };

static struct moor_world *world_of(const struct pco_network *n)
{
	return net_host_world(net_iface_host(n->iface));
}

/* The network identifier alone counts, as the operator's part may be left out [TS 23.003 9.1]. */
static bool served(const struct pco_network *n, const struct nas_message *m)
{
	size_t len = n->c.apn ? strlen(n->c.apn) : 0;

	if (!n->c.apn || !m->has_apn)
		return true;
	return !g_ascii_strncasecmp(m->apn, n->c.apn, len) && (!m->apn[len] || m->apn[len] == '.');
}

static void tell(const struct pco_network *n, const struct mac_addr *ue, const struct nas_message *q, struct pco *out)
{
	*out = n->c.pco;
	out->has &= q->pco.asks;
	if ((q->pco.asks & PCO_B_HNP) && n->c.hnp) {
		out->has &= (uint8_t)~PCO_B_HNP;
		if (n->c.hnp(n->c.arg, ue, q->apn, &out->hnp))
			out->has |= PCO_B_HNP;
	}
	if (n->c.fault == PCO_FAULT_EMPTY)
		*out = (struct pco){ .has = 0 };
}

static void send_malformed(struct pco_network *n, const struct reply *r)
{
	uint8_t octets[NAS_MESSAGE_MAX];
	struct nas_message m = r->m;
	size_t len;

	m.pco = (struct pco){ .has = PCO_B_HA4 };
	len = nas_encode(&m, octets, sizeof octets);
	octets[len - 5]++;		/* the length of the last container */
	net_link_send(n->iface, &r->to, NAS_ETHERTYPE, moor_pkt_from(world_of(n), octets, len));
}

static void send_reply(struct pco_network *n, const struct reply *r)
{
	if (n->c.fault == PCO_FAULT_MALFORMED)
		send_malformed(n, r);
	else
		nas_send(n->iface, &r->to, &r->m, 1);
}

static void due(struct moor_world *w, struct moor_timer *t)
{
	struct reply *r = MOOR_CONTAINER(t, struct reply, timer);
	struct pco_network *n = r->n;

	(void)w;
	send_reply(n, r);
	slab_free(&n->replies, r->self);
}

static void answer(struct pco_network *n, const struct mac_addr *to, const struct nas_message *q)
{
	struct reply one = { .n = n, .to = *to }, *r;
	moor_handle self;

	one.m = (struct nas_message){ .type = NAS_PDN_REJECT, .pti = q->pti };
	if (!served(n, q)) {
		one.m.cause = NAS_UNKNOWN_APN;
	} else if (n->c.fault == PCO_FAULT_REJECT) {
		one.m.cause = NAS_REJECTED_BY_GATEWAY;
	} else {
		one.m = (struct nas_message){ .type = NAS_ACTIVATE_REQUEST, .ebi = EBI, .pti = q->pti, .has_apn = true,
					      .pdn_type = q->pdn_type ? q->pdn_type : 3, .has_pco = q->has_pco };
		memcpy(one.m.apn, q->has_apn ? q->apn : "default", q->has_apn ? sizeof one.m.apn : sizeof "default");
		memcpy(one.m.iid + 2, to->o, 6);
		tell(n, to, q, &one.m.pco);
	}
	if (n->c.fault == PCO_FAULT_WRONG_TRANSACTION)
		one.m.pti ^= 0x40;
	if (!n->c.delay) {
		send_reply(n, &one);
		return;
	}
	r = slab_alloc(&n->replies, &self);
	*r = one;
	r->self = self;
	moor_timer_in(world_of(n), &r->timer, n->c.delay, due);
}

static void on_frame(void *owner, struct net_iface *i, const struct mac_addr *from, const uint8_t *octets, uint32_t len)
{
	struct pco_network *n = ((struct pco_networks *)owner)->first;
	struct nas_message m;

	while (n && n->iface != i)
		n = n->next;
	if (!n || !nas_receive(i, octets, len, &m, 0))
		return;
	if (m.type == NAS_PDN_REQUEST && n->c.fault != PCO_FAULT_SILENT)
		answer(n, from, &m);
}

static void done(void *arg)
{
	struct pco_network *n = arg;
	struct reply *r;
	moor_handle h = 0;

	while ((r = slab_next(&n->replies, &h)))
		moor_timer_cancel(world_of(n), &r->timer);
	slab_done(&n->replies);
	g_free(n);
}

struct pco_network *pco_network_new(struct net_iface *i, const struct pco_network_config *c)
{
	struct net_host *h = net_iface_host(i);
	struct pco_network *n = g_new0(struct pco_network, 1);
	struct pco_networks *all;

	n->iface = i;
	n->c = *c;
	slab_init(&n->replies, "nas replies", sizeof(struct reply));
	all = net_link_owner(h, NAS_ETHERTYPE);
	if (!all) {
		all = g_new0(struct pco_networks, 1);
		net_host_own(h, all, g_free);
		net_link_handler(h, NAS_ETHERTYPE, on_frame, all);
	}
	n->next = all->first;
	all->first = n;
	net_host_own(h, n, done);
	return n;
}
