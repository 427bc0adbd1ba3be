/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_SA_INIT of the initiator, and what both sides have in common
 *
 * [RFC 7296 1.2, 2.6, 2.7, 2.21.1, 2.23], [RFC 5685 3], [RFC 7383 2.3], [RFC 7427 4], [RFC 4739 3.1], [RFC 6023].
 *
 * Nothing in this exchange is authentic. COOKIE and INVALID_KE_PAYLOAD are acted upon, a few times; a REDIRECT only
 * when it returns our nonce. Any other error notify is remembered while the attempt goes on, for it may be forged; only
 * when no better answer comes after some more tries, the attempt ends for that reason.
 *
 * [R24303-5.1.2.2-06] [R24303-5.1.2.2-08]
 */
#include "proto/ike_init_priv.h"

#include <assert.h>
#include <string.h>

#define RETRIES_MAX 6u			/* new requests because of COOKIE and INVALID_KE_PAYLOAD */
#define TRIES_AFTER_ERROR 2u

/* ---- both sides -------------------------------------------------------------------------------------------------- */

void init_keep(struct ike *k, struct moor_pkt **where, const uint8_t *p, size_t n)
{
	ike_keep_clear(k, where, p, n);
}

struct crypto_part init_part(const struct moor_pkt *message, const uint8_t *base, const struct ike_octets *o)
{
	return (struct crypto_part){ message->data + (o->p - base), o->n };
}

/* [RFC 7296 2.23]: SHA-1(SPIs | address | port) */
static void nat_hash(const struct ike *k, uint64_t spi_i, uint64_t spi_r, const struct ip6_addr *a, uint16_t port,
		     uint8_t out[20])
{
	uint8_t head[16], tail[2];
	struct ip4_addr a4 = ip6_mapped_ip4(a);
	bool v4 = ip6_is_mapped(a);
	struct crypto_part parts[3] = { { head, 16 }, { v4 ? a4.o : a->o, v4 ? 4 : 16 }, { tail, 2 } };

	store32(head, (uint32_t)(spi_i >> 32));
	store32(head + 4, (uint32_t)spi_i);
	store32(head + 8, (uint32_t)(spi_r >> 32));
	store32(head + 12, (uint32_t)spi_r);
	store16(tail, port);
	crypto_sha1(k->c->crypto, parts, 3, out);
}

void init_write_nat(const struct ike *k, struct ike_writer *w, const struct ike_path *path, uint64_t spi_i,
		    uint64_t spi_r)
{
	uint8_t hash[20];

	if (!k->c->nat_t)
		return;
	nat_hash(k, spi_i, spi_r, &path->own, path->own_port, hash);
	ike_w_notify(w, IKE_N_NAT_DETECTION_SOURCE_IP, hash, sizeof hash);
	nat_hash(k, spi_i, spi_r, &path->peer, path->peer_port, hash);
	ike_w_notify(w, IKE_N_NAT_DETECTION_DESTINATION_IP, hash, sizeof hash);
}

static bool one_is(const struct ike_msg *m, uint16_t type, const uint8_t hash[20])
{
	const struct ike_payload *p = ike_find_notify(m, type);

	for (; p; p = ike_next_notify(m, p))
		if (p->notify.data.n == 20 && !memcmp(p->notify.data.p, hash, 20))
			return true;
	return false;
}

void init_read_nat(struct ike_sa *sa, const struct ike_msg *m, const struct ike_path *path)
{
	const struct ike *k = sa->k;
	uint8_t hash[20];

	if (!k->c->nat_t || !ike_find_notify(m, IKE_N_NAT_DETECTION_SOURCE_IP)
	    || !ike_find_notify(m, IKE_N_NAT_DETECTION_DESTINATION_IP))
		return;
	nat_hash(k, m->h.spi_i, m->h.spi_r, &path->peer, path->peer_port, hash);
	sa->nat_there = !one_is(m, IKE_N_NAT_DETECTION_SOURCE_IP, hash);
	nat_hash(k, m->h.spi_i, m->h.spi_r, &path->own, path->own_port, hash);
	sa->nat_here = !one_is(m, IKE_N_NAT_DETECTION_DESTINATION_IP, hash);
}

/* Hash functions that we understand within method 14 [RFC 7427 4, RFC 8420 2]. */
void init_write_hashes(struct ike_writer *w)
{
	static const uint8_t hashes[] = { 0, IKE_HASH_SHA2_256, 0, IKE_HASH_IDENTITY };

	ike_w_notify(w, IKE_N_SIGNATURE_HASH_ALGORITHMS, hashes, sizeof hashes);
}

uint32_t init_read_hashes(const struct ike_msg *m)
{
	const struct ike_payload *p = ike_find_notify(m, IKE_N_SIGNATURE_HASH_ALGORITHMS);
	uint32_t all = 0;

	for (unsigned i = 0; p && i + 2 <= p->notify.data.n; i += 2) {
		unsigned id = load16(p->notify.data.p + i);

		if (id < 32)
			all |= UINT32_C(1) << id;
	}
	return all;
}

void ike_auth_free(struct ike_auth *a)
{
	struct ike_sa *sa = a->sa;
	struct ike *k = sa->k;

	if (!sa->initiator)
		init_index(a, false);
	ike_auth_end(a);
	crypto_dh_free(k->c->crypto, a->dh);
	ike_chain_free(k, a->init_i);
	ike_chain_free(k, a->init_r);
	memset(a->sk_pi, 0, sizeof a->sk_pi);
	memset(a->sk_pr, 0, sizeof a->sk_pr);
	sa->auth = 0;
	slab_free(&k->iw->auths, a->self);
}

struct ike_auth *init_auth_new(struct ike_sa *sa)
{
	struct ike_world *iw = sa->k->iw;
	moor_handle h;
	struct ike_auth *a = slab_alloc(&iw->auths, &h);

	a->self = h;
	a->sa = sa;
	sa->auth = h;
	return a;
}

/* ---- the request ------------------------------------------------------------------------------------------------- */

static void new_group(struct ike_auth *a, uint16_t group)
{
	struct ike *k = a->sa->k;
	uint8_t random[CRYPTO_DH_RANDOM];

	crypto_dh_free(k->c->crypto, a->dh);
	rng_octets(&k->rng, random, sizeof random);
	a->dh = crypto_dh_new(k->c->crypto, group, random, a->ke);
	a->group = group;
}

static void write_redirected(const struct ike_auth *a, struct ike_writer *w)
{
	struct ike_redirect d = { .gw_type = IKE_GW_IP6, .gw = { a->redirected_from.o, 16 } };
	struct ip4_addr a4 = ip6_mapped_ip4(&a->redirected_from);
	uint8_t octets[32];
	size_t n;

	if (ip6_is_mapped(&a->redirected_from)) {
		d.gw_type = IKE_GW_IP4;
		d.gw = (struct ike_octets){ a4.o, 4 };
	}
	n = ike_redirect_encode(&d, octets, sizeof octets);
	assert(n);
	ike_w_notify(w, IKE_N_REDIRECTED_FROM, octets, n);
}

static void write_wishes(const struct ike_auth *a, struct ike_writer *w)
{
	const struct ike_sa *sa = a->sa;
	const struct ike_config *c = sa->k->c;

	if (c->fragmentation)
		ike_w_notify(w, IKE_N_FRAGMENTATION_SUPPORTED, NULL, 0);
	init_write_hashes(w);
	if (a->c.redirected_from)	/* it implies REDIRECT_SUPPORTED [RFC 5685 3] */
		write_redirected(a, w);
	else if (c->redirect)		/* [R24303-5.1.2.2-07] */
		ike_w_notify(w, IKE_N_REDIRECT_SUPPORTED, NULL, 0);
	if (a->ifom_asked)		/* [R24303-5.1.2.2-30] [R24303-B.x-01] [R24303-B.x-02] [R24303-B.x-03] */
		ike_w_notify(w, IKE_N_IFOM_CAPABILITY, NULL, 0);
}

static void send_init(struct ike_auth *a)
{
	struct ike_sa *sa = a->sa;
	struct ike *k = sa->k;
	struct ike_hdr h = { .spi_i = sa->spi_i, .version = IKE_VERSION, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_I };
	struct ike_writer w;
	struct moor_pkt *chain = NULL;
	size_t n;

	ike_w_start(&w, k->iw->text, sizeof k->iw->text, &h);
	if (a->cookie_len)
		ike_w_notify(&w, IKE_N_COOKIE, a->cookie, a->cookie_len);
	ike_offer(k, &w, 0);
	ike_w_ke(&w, a->group, a->ke, crypto_dh_public_len(a->group));
	ike_w_nonce(&w, a->nonce, sizeof a->nonce);
	init_write_nat(k, &w, &sa->path, sa->spi_i, 0);
	write_wishes(a, &w);
	n = ike_w_end(&w);
	assert(n);
	init_keep(k, &a->init_i, k->iw->text, n);
	ike_keep_clear(k, &chain, k->iw->text, n);
	if (sa->task)
		ike_task_free(k, ike_task_of(sa));
	ike_task_start(sa, IKE_SA_INIT, chain);
}

/* The pointers of what was lent go to copies. */
static void keep_wishes(struct ike_auth *a, const struct ike_connect *c)
{
	size_t used = 0;

	a->c = *c;
	a->ifom_asked = c->ifom;
	if (c->redirected_from) {
		a->redirected_from = *c->redirected_from;
		a->c.redirected_from = &a->redirected_from;
	}
	assert(c->n_cp <= IKE_REPLY_CP);
	for (unsigned i = 0; i < c->n_cp; i++) {
		a->cp[i] = c->cp[i];
		assert(used + c->cp[i].len <= sizeof a->room);
		memcpy(a->room + used, c->cp[i].len ? c->cp[i].value : a->room, c->cp[i].len);
		a->cp[i].value = a->room + used;
		used += c->cp[i].len;
	}
	a->c.cp = a->cp;
	if (c->pdn_id) {
		assert(used + c->pdn_id_len <= sizeof a->room);
		memcpy(a->room + used, c->pdn_id, c->pdn_id_len);
		a->c.pdn_id = a->room + used;
	}
}

struct ike_sa *ike_connect(struct ike *k, const struct ike_connect *c)
{
	struct ike_path path = { .own = c->own, .peer = c->peer, .own_port = IKE_PORT, .peer_port = IKE_PORT, .via = c->via };
	struct ike_sa *sa;
	struct ike_auth *a;

	if (!net_address_is_ours(k->h, &c->own) || ip6_is_zero(&c->peer))
		return NULL;
	ike_enter(k);
	sa = ike_sa_new(k, true, &path);
	sa->spi_i = ike_new_spi(k);
	ike_sa_index(sa, true);
	a = init_auth_new(sa);
	keep_wishes(a, c);
	rng_octets(&k->rng, a->nonce, sizeof a->nonce);
	new_group(a, k->c->ike[0].dh);
	ike_state(sa, IKE_EV_CONNECT, IKE_SA_INIT_SENT);
	send_init(a);
	ike_leave(k);
	return sa;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static bool may_retry(struct ike_auth *a)
{
	if (++a->retries <= RETRIES_MAX)
		return true;
	ike_discard(a->sa->k, "ike-init-retries", "RFC 7296 2.6");
	return false;
}

/* [RFC 7296 2.6]: all else unchanged */
static void cookie_in(struct ike_auth *a, const struct ike_payload *n)
{
	if (!n->notify.data.n || n->notify.data.n > sizeof a->cookie) {
		ike_discard(a->sa->k, "ike-cookie", "RFC 7296 2.6");
		return;
	}
	if (!may_retry(a))
		return;
	a->cookie_len = (uint8_t)n->notify.data.n;
	memcpy(a->cookie, n->notify.data.p, a->cookie_len);
	send_init(a);
}

/* [RFC 7296 1.2]: a group that we proposed and did not use; the same nonce, the cookie goes along [2.6.1] */
static void group_in(struct ike_auth *a, const struct ike_payload *n)
{
	const struct ike_config *c = a->sa->k->c;
	uint16_t group = n->notify.data.n == 2 ? load16(n->notify.data.p) : 0;
	bool ours = false;

	for (unsigned i = 0; i < c->n_ike; i++)
		ours = ours || c->ike[i].dh == group;
	if (!group || !ours || group == a->group) {
		ike_discard(a->sa->k, "ike-group", "RFC 7296 1.3");
		return;
	}
	if (!may_retry(a))
		return;
	new_group(a, group);
	send_init(a);
}

/* [RFC 5685 3]: it proves with our nonce that it saw the request. [R24303-5.1.2.2-05] */
static void redirect_in(struct ike_auth *a, const struct ike_payload *n)
{
	struct ike_sa *sa = a->sa;
	struct ike_redirect d;
	struct ike_post *p;

	if (!sa->k->c->redirect || !ike_redirect_decode(&n->notify.data, &d) || d.nonce.n != sizeof a->nonce
	    || memcmp(d.nonce.p, a->nonce, sizeof a->nonce) || (d.gw_type == IKE_GW_FQDN && d.gw.n > sizeof a->room - 1)) {
		ike_discard(sa->k, "ike-redirect", "RFC 5685 3");
		return;
	}
	p = ike_post(sa, POST_REDIRECT);
	if (d.gw_type == IKE_GW_IP6) {
		memcpy(p->to.o, d.gw.p, 16);
	} else if (d.gw_type == IKE_GW_IP4) {
		struct ip4_addr a4;

		memcpy(a4.o, d.gw.p, 4);
		p->to = ip6_mapped(a4);
	} else {
		memcpy(a->room, d.gw.p, d.gw.n);	/* the run is over: its room is free */
		a->room[d.gw.n] = 0;
		p->octets = a->room;
		p->n = d.gw.n;
	}
	ike_sa_fail(sa, IKE_REDIRECTED, IKE_N_REDIRECT);
}

/* [RFC 7296 2.21.1]: it may be forged: the attempt goes on, though not for long. */
static void error_in(struct ike_auth *a, uint16_t notify)
{
	struct ike_task *t = ike_task_of(a->sa);

	ike_discard(a->sa->k, "ike-unauthenticated-error", "RFC 7296 2.21.1");
	if (!a->error && t && t->tries_max > t->tries + TRIES_AFTER_ERROR)
		t->tries_max = (uint8_t)(t->tries + TRIES_AFTER_ERROR);
	a->error = notify;
}

void ike_init_timeout(struct ike_sa *sa)
{
	uint16_t error = ike_auth_of(sa)->error;

	if (!error)
		ike_sa_fail(sa, IKE_TIMEOUT, 0);
	else
		ike_sa_fail(sa, error == IKE_N_NO_PROPOSAL_CHOSEN ? IKE_NO_PROPOSAL : IKE_PEER_ERROR, error);
}

/* What the answer must have. NULL: it is of no use, and the attempt goes on. */
static const struct ike_payload *acceptable(struct ike_auth *a, const struct ike_msg *m, const struct ike_payload **ke,
					    const struct ike_payload **nonce)
{
	const struct ike_payload *prop = ike_find(m, IKE_P_SA);
	const struct ike *k = a->sa->k;
	const struct ike_proposal *p;
	const char *why = NULL;

	*ke = ike_find(m, IKE_P_KE);
	*nonce = ike_find(m, IKE_P_NONCE);
	if (!prop || !*ke || !*nonce || !m->h.spi_r)
		why = "ike-syntax";
	else if ((*nonce)->data.n < 16 || (*nonce)->data.n > IKE_NONCE_MAX)
		why = "ike-nonce";
	else if (!ike_chosen_read(k, prop, 0, &a->sa->suite, &p) || (*ke)->ke.group != k->c->ike[a->sa->suite].dh
		 || (*ke)->ke.group != a->group)
		why = "ike-proposal";
	if (why)
		ike_discard(k, why, "RFC 7296 1.2");
	return why ? NULL : prop;
}

static void read_wishes(struct ike_auth *a, const struct ike_msg *m)
{
	struct ike_sa *sa = a->sa;

	sa->fragments = ike_find_notify(m, IKE_N_FRAGMENTATION_SUPPORTED) && sa->k->c->fragmentation;
	sa->multiple_auth = ike_find_notify(m, IKE_N_MULTIPLE_AUTH_SUPPORTED);
	sa->childless = ike_find_notify(m, IKE_N_CHILDLESS_IKEV2_SUPPORTED);
	sa->ifom = a->ifom_asked && ike_find_notify(m, IKE_N_IFOM_CAPABILITY);
	a->hashes = init_read_hashes(m);
}

/* [RFC 7296 2.23]: whoever finds a NAT goes on from port 4500 to port 4500 */
static void float_ports(struct ike_sa *sa)
{
	if (!sa->nat_here && !sa->nat_there)
		return;
	sa->path.own_port = IKE_PORT_NAT;
	sa->path.peer_port = IKE_PORT_NAT;
}

static void answer_in(struct ike_auth *a, const struct ike_msg *m, const struct ike_path *path, const uint8_t *p,
		      size_t n)
{
	struct ike_sa *sa = a->sa;
	struct ike *k = sa->k;
	const struct ike_payload *ke, *nonce;
	uint8_t secret[CRYPTO_DH_SECRET_MAX];
	struct ike_octets own;

	if (!acceptable(a, m, &ke, &nonce))
		return;
	/* [RFC 6989 2.5]: a public value that is none is as good as no message */
	if (crypto_dh_derive(k->c->crypto, a->dh, ke->ke.data.p, ke->ke.data.n, secret) != CRYPTO_DH_OK) {
		ike_discard(k, "ike-public-value", "RFC 6989 2.5");
		return;
	}
	ike_task_free(k, ike_task_of(sa));
	sa->spi_r = m->h.spi_r;
	sa->heard = ike_now(k);
	sa->next_request = sa->next_expected = 0;
	sa->next_request = 1;
	read_wishes(a, m);
	init_read_nat(sa, m, path);
	float_ports(sa);
	init_keep(k, &a->init_r, p, n);
	a->nr = init_part(a->init_r, p, &nonce->data);
	own = init_own_nonce(a);
	a->ni = init_part(a->init_i, a->init_i->data, &own);
	ike_keys_init(sa, a->ni, a->nr, (struct crypto_part){ secret, crypto_dh_secret_len(a->group) }, a->sk_pi, a->sk_pr);
	crypto_dh_free(k->c->crypto, a->dh);
	a->dh = NULL;
	ike_state(sa, IKE_EV_INIT_RESPONSE, IKE_SA_AUTH_SENT);
	ike_auth_begin(sa);
}

/* Our nonce within our own kept message: found by its octets, which nothing else there has. */
struct ike_octets init_own_nonce(const struct ike_auth *a)
{
	const struct moor_pkt *own = a->sa->initiator ? a->init_i : a->init_r;
	struct ike_msg *m = &a->sa->k->iw->inner;

	ike_decode(own->data, own->len, m, NULL);
	return ike_find(m, IKE_P_NONCE)->data;
}

void ike_init_response(struct ike_sa *sa, const struct ike_path *path, const uint8_t *p, size_t n)
{
	struct ike_auth *a = ike_auth_of(sa);
	struct ike_msg *m = &sa->k->iw->outer;
	const struct ike_payload *x, *error;
	bool readable = ike_decode(p, n, m, NULL);

	if (!readable || m->critical_unknown) {
		ike_discard(sa->k, "ike-syntax", "RFC 7296 2.21.1");
		return;
	}
	ike_record_rx(sa, sa->k, path, p, n, false);
	error = ike_find_error(m);
	if ((x = ike_find_notify(m, IKE_N_COOKIE)) && !ike_find(m, IKE_P_SA))
		cookie_in(a, x);
	else if ((x = ike_find_notify(m, IKE_N_REDIRECT)))
		redirect_in(a, x);
	else if (error && error->notify.type == IKE_N_INVALID_KE_PAYLOAD)
		group_in(a, error);
	else if (error)
		error_in(a, error->notify.type);
	else
		answer_in(a, m, path, p, n);
}
