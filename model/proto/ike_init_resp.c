/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_SA_INIT of the responder
 *
 * [RFC 7296 1.2, 2.1, 2.6, 2.7, 2.23], [RFC 5685 3], [RFC 6989 2.5]. The order of questions: is it a request that was
 * answered already (by its octets: the same answer again); are too many half-open; does it need a cookie; do we want it
 * at all (the user may redirect it); is there a proposal for us, and the group for it. Only then there is an SA. All
 * refusals leave no state behind.
 *
 * [R24303-5.1.3.1-05] [R24303-5.1.3.1-18]
 */
#include "proto/ike_auth_priv.h"
#include "proto/ike_init_priv.h"

#include <assert.h>
#include <string.h>

#define NEWEST 64u			/* SAs of a host that are looked at for who made them */

/* A request that is being judged. */
struct ask {
	struct ike *k;
	const struct ike_path *path;
	const struct ike_msg *m;
	const uint8_t *p;
	size_t n;
	const struct ike_payload *sa, *ke, *nonce;
	const struct ike_proposal *proposal;
	uint8_t suite;
	bool ifom;			/* to be echoed */
};

/* ---- repeated requests ------------------------------------------------------------------------------------------- */

static uint32_t init_hash(const struct ike *k, uint64_t spi_i)
{
	return index_hash(spi_i, k->self);
}

void init_index(struct ike_auth *a, bool there)
{
	struct ike_world *iw = a->sa->k->iw;

	if (there)
		index_add(&iw->by_init, init_hash(a->sa->k, a->sa->spi_i), a->self);
	else
		index_remove(&iw->by_init, init_hash(a->sa->k, a->sa->spi_i), a->self);
}

/* [RFC 7296 2.1]: the same octets from the same place */
static bool repeated(const struct ask *q)
{
	struct ike_world *iw = q->k->iw;
	uint32_t hash = init_hash(q->k, q->m->h.spi_i), at, h;

	for (h = index_first(&iw->by_init, hash, &at); h; h = index_next(&iw->by_init, hash, &at)) {
		struct ike_auth *a = slab_get(&iw->auths, h);
		struct ike_sa *sa = a->sa;

		if (sa->k != q->k || !ip6_eq(&a->from.peer, &q->path->peer) || a->from.peer_port != q->path->peer_port
		    || a->init_i->len != q->n || memcmp(a->init_i->data, q->p, q->n))
			continue;
		ike_discard(q->k, "ike-repeated", "RFC 7296 2.1");
		if (sa->machine.state == IKE_SA_HALF_OPEN)
			ike_emit(q->k, sa, q->path, a->init_r);
		return true;
	}
	return false;
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void answer_notify(const struct ask *q, uint16_t notify, const uint8_t *data, size_t n)
{
	struct ike_hdr h = { .spi_i = q->m->h.spi_i, .version = IKE_VERSION, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_R };

	ike_stray_notify(q->k, q->path, &h, notify, data, n);
}

/* [RFC 7296 2.6]: a cookie of this minute or the one before; a wrong one is as good as none. True: go on. */
static bool cookie_is_good(const struct ask *q)
{
	const struct ike_payload *first = &q->m->payload[0];
	struct crypto_part ni = { q->nonce->data.p, q->nonce->data.n };
	uint8_t want[IKE_COOKIE_LEN];

	if (q->k->half_open + q->k->abandoned < q->k->c->cookies_above)
		return true;
	if (!first->bad && first->type == IKE_P_NOTIFY && first->notify.type == IKE_N_COOKIE
	    && first->notify.data.n == IKE_COOKIE_LEN)
		for (unsigned age = 0; age < 2; age++) {
			ike_cookie_make(q->k, q->path, q->m->h.spi_i, ni, age, want);
			if (crypto_equal(want, first->notify.data.p, IKE_COOKIE_LEN))
				return true;
		}
	ike_cookie_make(q->k, q->path, q->m->h.spi_i, ni, 0, want);
	answer_notify(q, IKE_N_COOKIE, want, sizeof want);
	return false;
}

/* An IPv4 address; of IPv6 the prefix, for a host may have all addresses of it. */
static bool same_place(const struct ip6_addr *a, const struct ip6_addr *b)
{
	return ip6_same_prefix(a, b, ip6_is_mapped(a) ? 128 : 64);
}

/*
 * [RFC 8019 4.2] A host that brings its cookies can hold half-open SAs too, until there is no room for others. With
 * half of the room gone, who has half of the newest ones has enough. Addresses are true here: they brought a cookie.
 */
static bool has_enough(const struct ask *q)
{
	const struct ike *k = q->k;
	unsigned window = k->c->half_open_max / 2 < NEWEST ? k->c->half_open_max / 2 : NEWEST, n = 0;
	moor_handle h = k->first;

	if (k->half_open < k->c->cookies_above || k->half_open < k->c->half_open_max / 2)
		return false;
	for (unsigned i = 0; h && i < window; i++) {
		const struct ike_sa *sa = slab_get(&k->iw->sas, h);

		n += (sa->machine.state == IKE_SA_HALF_OPEN || sa->machine.state == IKE_SA_AUTHENTICATING)
			&& same_place(&sa->path.peer, &q->path->peer);
		h = sa->next;
	}
	if (!n || n < window / 2)
		return false;
	ike_discard(k, "ike-half-open-peer", "RFC 8019 4.2");
	return true;
}

/* [RFC 5685 3]: with the initiator's nonce, so that it believes us */
static void answer_redirect(const struct ask *q, const struct ip6_addr *to)
{
	struct ike_redirect d = { .gw_type = IKE_GW_IP6, .gw = { to->o, 16 }, .nonce = q->nonce->data };
	struct ip4_addr a4 = ip6_mapped_ip4(to);
	const char *name = q->k->c->redirect_name;
	uint8_t octets[UINT8_MAX + 2 + IKE_NONCE_MAX];
	struct ike_hdr h = { .spi_i = q->m->h.spi_i, .version = IKE_VERSION, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_R };
	size_t n;

	if (name) {
		d.gw_type = IKE_GW_FQDN;
		d.gw = (struct ike_octets){ (const uint8_t *)name, (uint16_t)strlen(name) };
	} else if (ip6_is_mapped(to)) {
		d.gw_type = IKE_GW_IP4;
		d.gw = (struct ike_octets){ a4.o, 4 };
	}
	n = ike_redirect_encode(&d, octets, sizeof octets);
	assert(n);
	ike_stray_notify(q->k, q->path, &h, IKE_N_REDIRECT, octets, n);
}

static bool supports_redirect(const struct ask *q)
{
	return q->k->c->redirect && (ike_find_notify(q->m, IKE_N_REDIRECT_SUPPORTED)
				     || ike_find_notify(q->m, IKE_N_REDIRECTED_FROM));
}

/* The user's word. */
static bool wanted(struct ask *q)
{
	const struct ike *k = q->k;
	bool asked = ike_find_notify(q->m, IKE_N_IFOM_CAPABILITY), redirect = supports_redirect(q);
	struct ip6_addr to = ip6_any;

	if (!k->user->init)
		return false;
	if (k->user->init(k->owner, q->path, redirect, asked, &q->ifom, &to))
		return true;
	if (redirect && !ip6_is_zero(&to))
		answer_redirect(q, &to);
	else
		ike_discard(k, "ike-refused", "RFC 7296 1.2");
	return false;
}

static bool proposal_is_good(struct ask *q)
{
	uint8_t group[2];

	if (!ike_choose(q->k, q->sa, 0, &q->suite, &q->proposal)) {
		answer_notify(q, IKE_N_NO_PROPOSAL_CHOSEN, NULL, 0);
		return false;
	}
	if (q->ke->ke.group == q->k->c->ike[q->suite].dh)
		return true;
	store16(group, q->k->c->ike[q->suite].dh);
	answer_notify(q, IKE_N_INVALID_KE_PAYLOAD, group, sizeof group);
	return false;
}

static const char *malformed(struct ask *q, bool readable)
{
	q->sa = ike_find(q->m, IKE_P_SA);
	q->ke = ike_find(q->m, IKE_P_KE);
	q->nonce = ike_find(q->m, IKE_P_NONCE);
	if (!readable || !q->sa || !q->ke || !q->nonce)
		return "ike-syntax";
	if (q->nonce->data.n < 16 || q->nonce->data.n > IKE_NONCE_MAX)
		return "ike-nonce";
	return NULL;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static void half_open_over(struct moor_world *w, struct moor_timer *t)
{
	struct ike_sa *sa = MOOR_CONTAINER(t, struct ike_sa, timer);
	struct ike *k = sa->k;

	(void)w;
	ike_enter(k);
	k->iw->handling = true;
	ike_chain_free(k, sa->response);
	sa->response = NULL;
	ike_sa_fail(sa, IKE_TIMEOUT, 0);
	ike_leave(k);
}

static void write_wishes(const struct ask *q, const struct ike_sa *sa, struct ike_writer *w)
{
	const struct ike_config *c = q->k->c;

	if (c->certreq)			/* many show theirs only when they are asked [RFC 7296 1.2, 3.7] */
		auth_write_certreq(sa, w);
	if (sa->fragments)
		ike_w_notify(w, IKE_N_FRAGMENTATION_SUPPORTED, NULL, 0);
	if (ike_find_notify(q->m, IKE_N_SIGNATURE_HASH_ALGORITHMS))
		init_write_hashes(w);
	if (q->ifom)			/* [R24303-5.1.3.1-19] [R24303-5.1.3.1-20] */
		ike_w_notify(w, IKE_N_IFOM_CAPABILITY, NULL, 0);
	if (c->multiple_auth)
		ike_w_notify(w, IKE_N_MULTIPLE_AUTH_SUPPORTED, NULL, 0);
	if (c->childless)
		ike_w_notify(w, IKE_N_CHILDLESS_IKEV2_SUPPORTED, NULL, 0);
}

static void answer(const struct ask *q, struct ike_auth *a, const uint8_t *ke)
{
	struct ike_sa *sa = a->sa;
	struct ike *k = q->k;
	struct ike_hdr h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_VERSION, .exchange = IKE_SA_INIT,
			     .flags = IKE_FLAG_R };
	struct ike_writer w;
	size_t n;

	ike_w_start(&w, k->iw->text, sizeof k->iw->text, &h);
	ike_chosen(k, &w, sa->suite, q->proposal->number, 0);
	ike_w_ke(&w, a->group, ke, crypto_dh_public_len(a->group));
	ike_w_nonce(&w, a->nonce, sizeof a->nonce);
	if (ike_find_notify(q->m, IKE_N_NAT_DETECTION_SOURCE_IP))
		init_write_nat(k, &w, q->path, sa->spi_i, sa->spi_r);
	write_wishes(q, sa, &w);
	n = ike_w_end(&w);
	assert(n);
	init_keep(k, &a->init_r, k->iw->text, n);
}

static struct ike_sa *new_sa(const struct ask *q)
{
	struct ike *k = q->k;
	struct ike_sa *sa = ike_sa_new(k, false, q->path);
	struct ike_auth *a = init_auth_new(sa);

	sa->suite = q->suite;
	sa->spi_i = q->m->h.spi_i;
	sa->spi_r = ike_new_spi(k);
	ike_sa_index(sa, true);
	sa->next_expected = 1;
	sa->heard = ike_now(k);
	sa->ifom = ike_find_notify(q->m, IKE_N_IFOM_CAPABILITY);
	sa->redirect_supported = supports_redirect(q);
	sa->multiple_auth = k->c->multiple_auth;
	sa->childless = k->c->childless;
	sa->fragments = k->c->fragmentation && ike_find_notify(q->m, IKE_N_FRAGMENTATION_SUPPORTED);
	init_read_nat(sa, q->m, q->path);
	a->from = *q->path;
	a->group = k->c->ike[q->suite].dh;
	a->hashes = init_read_hashes(q->m);
	init_keep(k, &a->init_i, q->p, q->n);
	init_index(a, true);
	return sa;
}

static void accept(const struct ask *q)
{
	struct ike *k = q->k;
	struct crypto *c = k->c->crypto;
	uint16_t group = k->c->ike[q->suite].dh;
	uint8_t random[CRYPTO_DH_RANDOM], ke[CRYPTO_DH_PUBLIC_MAX], secret[CRYPTO_DH_SECRET_MAX];
	struct crypto_dh *dh;
	enum crypto_dh_result result;
	struct ike_octets own;
	struct ike_auth *a;
	struct ike_sa *sa;

	rng_octets(&k->rng, random, sizeof random);
	dh = crypto_dh_new(c, group, random, ke);
	result = crypto_dh_derive(c, dh, q->ke->ke.data.p, q->ke->ke.data.n, secret);
	crypto_dh_free(c, dh);
	if (result != CRYPTO_DH_OK) {		/* [RFC 6989 2.5] */
		ike_discard(k, "ike-public-value", "RFC 6989 2.5");
		return;
	}
	sa = new_sa(q);
	a = ike_auth_of(sa);
	rng_octets(&k->rng, a->nonce, sizeof a->nonce);
	answer(q, a, ke);
	a->ni = init_part(a->init_i, q->p, &q->nonce->data);
	own = init_own_nonce(a);
	a->nr = init_part(a->init_r, a->init_r->data, &own);
	ike_keys_init(sa, a->ni, a->nr, (struct crypto_part){ secret, crypto_dh_secret_len(group) }, a->sk_pi, a->sk_pr);
	ike_state(sa, IKE_EV_INIT_REQUEST, IKE_SA_HALF_OPEN);
	moor_timer_in(ike_w(k), &sa->timer, ike_timer(k, T_IKE_HALF_OPEN), half_open_over);
	ike_emit(k, sa, q->path, a->init_r);
	ike_auth_begin(sa);
}

void ike_init_request(struct ike *k, const struct ike_path *path, const uint8_t *p, size_t n)
{
	struct ike_msg *m = &k->iw->outer;
	struct ask q = { .k = k, .path = path, .m = m, .p = p, .n = n };
	bool readable = ike_decode(p, n, m, NULL);
	const char *why = malformed(&q, readable);

	if (m->critical_unknown) {
		ike_discard(k, "ike-critical", "RFC 7296 2.5");
		if (ike_stray_allowed(k))
			answer_notify(&q, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, &m->critical_unknown, 1);
		return;
	}
	if (why) {
		ike_discard(k, why, "RFC 7296 2.21.1");
		if (ike_stray_allowed(k))
			answer_notify(&q, IKE_N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	if (repeated(&q))
		return;
	if (k->half_open >= k->c->half_open_max) {
		ike_discard(k, "ike-half-open", "RFC 7296 2.6");
		return;
	}
	ike_record_rx(NULL, k, path, p, n, false);
	if (cookie_is_good(&q) && !has_enough(&q) && wanted(&q) && proposal_is_good(&q))
		accept(&q);
}
