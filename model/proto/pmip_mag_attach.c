/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: who is on the access links, and what they may have
 *
 * A host is noticed by a link event [RFC 5213 6.9.1.1] [R5213d-6.9-01] [R5213d-3-02], or by what it sends
 * (pmip_mag_detect.c). Access authentication says who it is [R5213d-3-01] [R5213d-6.6-03]
 * [R5213d-11-03],
 * the AAA server what it may have [R5213d-6.5-01] [R5213d-6.2-03] [R5213d-6.14-01]. Without a subscription it is a
 * guest, see pmip_mag_nd.c. It is gone when the link says so
 * [R5213d-6.13-05], or when pmip_mag_detect.c finds out.
 */
#include "proto/pmip_mag_priv.h"

#include <string.h>

/* ---- the profile ------------------------------------------------------------------------------------------------- */

static void no_service(struct pmip_bule *b)
{
	b->status = MH_BA_PROXY_NOT_ENABLED;
	pmip_mag_record(b, BINDING_REFUSED, b->status);
	pmip_mag_state(b, PMIP_BULE_EV_NO_SERVICE, PMIP_BULE_REFUSED);
	pmip_mag_nd_guest(mn_of(b));
}

/* [R5213d-5.6-02] [R5213d-6.2-04] [R5213d-6.2-05]: LMAA, prefixes, modes of a profile; else the MAG's own */
static void take_profile(struct pmip_bule *b, const struct aaa_apn *p)
{
	struct pmip_mag *m = b->m;
	bool v4 = pmip_is_ip4((enum pmip_transport)b->transport);
	uint64_t hnp[PMIP_HNP_MAX];
	unsigned n = 0;

	b->ip4 = m->c.ip4;
	b->lma = v4 ? ip6_mapped(m->c.lma.a4) : m->c.lma.a6;
	if (!p)
		return;
	b->managed = p->pmip.managed;
	b->other = p->pmip.other;
	b->local = p->pmip.local & 3;
	b->ip4 = (b->ip4 || p->pmip.no_ip6) && p->pmip.ip4 && p->ip4 != AAA_IP4_NONE;
	if (p->pmip.no_ip6)
		pmip_bule_rare_new(b)->no_ip6 = true;
	if (v4 ? !ip4_is_zero(p->pmip.lma4) : !ip6_is_zero(&p->pmip.lma6))
		b->lma = v4 ? ip6_mapped(p->pmip.lma4) : p->pmip.lma6;
	for (; m->c.known_prefix && n < p->pmip.n_hnps && n < PMIP_HNP_MAX; n++)
		hnp[n] = ip6_high64(&p->pmip.hnp[n].addr);
	if (n)
		pmip_mag_set_hnps(b, hnp, n);
	if (!b->apn)
		b->apn = p->name;
}

static void on_answer(void *owner, moor_handle session, void *user, const struct aaa_answer *a)
{
	struct pmip_bule *b = user;

	(void)owner, (void)session;
	if (b->machine.state != PMIP_BULE_AUTH)
		return;
	if (a->result != AAA_SUCCESS || !a->apn->pmip.allowed) {
		no_service(b);
		return;
	}
	take_profile(b, a->apn);
	pmip_mag_register(b, PMIP_BULE_EV_PROFILE);
}

static void begin(struct pmip_bule *b)
{
	struct pmip_mag *m = b->m;
	struct pmip_mn *n = mn_of(b);
	uint8_t nai[EAP_NAI_MAX];
	struct aaa_request q = { .nai = nai, .apn = b->apn, .authorise = true };

	if (!m->client) {
		take_profile(b, NULL);
		pmip_mag_register(b, PMIP_BULE_EV_ATTACH);
		return;
	}
	if (b->aaa)
		aaa_close(m->client, b->aaa, AAA_LOGOUT);
	pmip_mag_state(b, PMIP_BULE_EV_ATTACH, PMIP_BULE_AUTH);
	q.nai_len = (uint16_t)eap_id_permanent(n->imsi, nai);
	b->aaa = aaa_open(m->client, b);
	aaa_authenticate(m->client, b->aaa, &q, on_answer);
	pmip_mag_early(b);
}

/* ---- what the server starts -------------------------------------------------------------------------------------- */

/* [29.273 9.2.2.2] the session ends: as if the mobile node had left */
static enum aaa_result on_abort(void *owner, moor_handle session, void *user)
{
	struct pmip_bule *b = user;

	(void)owner, (void)session;
	if (b->machine.state == PMIP_BULE_ACTIVE || b->machine.state == PMIP_BULE_PBU_SENT)
		pmip_mag_leave(b, PMIP_BULE_EV_DETACH);
	return AAA_SUCCESS;
}

const struct aaa_client_ops pmip_mag_aaa_ops = { .abort = on_abort };

/* ---- coming and going -------------------------------------------------------------------------------------------- */

static bool same_apn(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static uint8_t connection_id(const struct pmip_host *h, unsigned k)
{
	unsigned before = 0, all = 0;

	for (unsigned j = 0; j < h->n_apns; j++)
		if (same_apn(h->apn[j], h->apn[k])) {
			before += j <= k;
			all++;
		}
	return all > 1 ? (uint8_t)before : 0;
}

/* nth: of several connections to one APN, from 1; 0: it is the only one [29.275 5.1] */
static void connect(struct pmip_mn *n, const char *apn, uint8_t nth)
{
	struct pmip_bule *b = bule_at(n->m, n->first);

	while (b && apn && !(same_apn(b->apn, apn) && pmip_mag_pdn_id(b) == nth))
		b = bule_at(n->m, b->next);
	if (!b)
		b = pmip_mag_create(n, apn);
	if (nth)
		pmip_bule_rare_new(b)->pdn_id = nth;
	if (b->machine.state == PMIP_BULE_DETACHED || b->machine.state == PMIP_BULE_REFUSED)
		begin(b);
	else if (b->machine.state == PMIP_BULE_DEREG)	/* it is back before its de-registration was answered */
		pmip_mag_register(b, PMIP_BULE_EV_ATTACH);
}

static unsigned access_of(const struct pmip_mag *m, const struct net_iface *i)
{
	unsigned k = 0;

	while (k < m->n_access && m->access[k].i != i)
		k++;
	return k;
}

bool pmip_mag_is_access(const struct pmip_mag *m, const struct net_iface *i)
{
	return i && access_of(m, i) < m->n_access;
}

void pmip_mag_attached(struct pmip_mag *m, struct net_iface *i, const struct mac_addr *mac)
{
	unsigned access = access_of(m, i);

	if (access < m->n_access)
		pmip_mag_appeared(m, access, mac);
}

void pmip_mag_appeared(struct pmip_mag *m, unsigned access, const struct mac_addr *mac)
{
	struct pmip_mn *n = pmip_mag_mn(m, mac);
	struct pmip_host host = { .n_apns = 0 };
	bool known;

	if (n && n->there && n->access == access && n->first)
		return;				/* one whose sessions were taken away comes anew */
	if (n && n->there) {			/* on another link of ours: nobody said that it left the one before */
		pmip_mag_detached(m, mac);
		n = pmip_mag_mn(m, mac);
	}
	known = m->c.who && m->c.who(m->c.owner, mac, &host) && !imsi_is_none(host.imsi);
	if (!n)
		n = pmip_mag_mn_new(m, mac, access, known ? host.imsi : (struct imsi){ .n = 0 });
	n->access = (uint8_t)access;
	n->there = true;
	n->guest = !known;
	pmip_mag_watch(n);
	if (!known) {
		pmip_mag_nd_guest(n);
		return;
	}
	for (unsigned k = 0; k < host.n_apns || !k; k++)
		connect(n, k < host.n_apns ? host.apn[k] : NULL, connection_id(&host, k));
}

/* [R5213d-6.9-11] [R5213d-6.13-03] */
static void lost(struct pmip_bule *b)
{
	switch ((enum pmip_bule_state)b->machine.state) {
	case PMIP_BULE_PBU_SENT:
	case PMIP_BULE_ACTIVE:
		pmip_mag_leave(b, PMIP_BULE_EV_DETACH);
		return;
	case PMIP_BULE_AUTH:
	case PMIP_BULE_REFUSED:
		pmip_mag_state(b, PMIP_BULE_EV_DETACH, PMIP_BULE_DETACHED);
		pmip_mag_delete(b);
		return;
	case PMIP_BULE_DETACHED:
	case PMIP_BULE_DEREG:
	case PMIP_BULE_STATES:
		return;
	}
}

void pmip_mag_detached(struct pmip_mag *m, const struct mac_addr *mac)
{
	struct pmip_mn *n = pmip_mag_mn(m, mac);
	moor_handle h, next;

	if (!n || !n->there)
		return;
	n->there = false;
	pmip_mag_unwatch(n);
	if (!n->first) {
		pmip_mag_mn_gone(n);
		return;
	}
	for (h = n->first; h; h = next) {
		struct pmip_bule *b = bule_at(m, h);

		next = b->next;
		lost(b);
	}
}

void pmip_mag_station(void *owner, struct net_iface *i, const struct mac_addr *mac, bool there)
{
	struct pmip_mag *m = owner;
	const struct pmip_mn *n = pmip_mag_mn(m, mac);
	unsigned k = access_of(m, i);

	if (k == m->n_access || (!there && n && n->access != k))
		return;
	if (there && m->access[k].coming & PMIP_COMES_LINK)
		pmip_mag_appeared(m, k, mac);
	else if (!there && m->access[k].going & PMIP_GOES_LINK)
		pmip_mag_detached(m, mac);
}

/* ---- administration ---------------------------------------------------------------------------------------------- */

void pmip_mag_refresh(struct pmip_mag *m, struct imsi i)
{
	struct pmip_mn *n = pmip_mag_user(m, i);

	for (struct pmip_bule *b = n ? bule_at(m, n->first) : NULL; b; b = bule_at(m, b->next)) {
		bool stuck = b->stuck;

		b->stuck = false;
		if (b->machine.state == PMIP_BULE_ACTIVE)
			pmip_mag_extend(b);
		else if (stuck && b->machine.state == PMIP_BULE_PBU_SENT)
			pmip_mag_resume(b);
		else if (b->machine.state == PMIP_BULE_REFUSED && m->client && b->status == MH_BA_PROXY_NOT_ENABLED)
			begin(b);	/* perhaps it was the policy store that said no, or nothing */
		else if (b->machine.state == PMIP_BULE_REFUSED)
			pmip_mag_register(b, PMIP_BULE_EV_REFRESH);
	}
}

void pmip_mag_end(struct pmip_mag *m, struct imsi i)
{
	struct pmip_mn *n = pmip_mag_user(m, i);
	moor_handle h, next;

	for (h = n ? n->first : 0; h; h = next) {
		struct pmip_bule *b = bule_at(m, h);

		next = b->next;
		lost(b);
	}
}
