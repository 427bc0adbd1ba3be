/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA's store of subscribers
 *
 * Keys, sequence numbers, subscriptions and the names given for the next time [TS 33.102 6.3.2, C.1; RFC 4187 4.1.1.7].
 * Generated subscribers exist as a range of IMSIs; one that is named gets an entry of 48 octets, its keys are made
 * again from the range's secret for each vector. Pseudonyms and re-authentication identities are numbers of 64 bits
 * from the world's streams, written in hex behind "2" and "4".
 */
#include "proto/aaa_priv.h"

#include <string.h>

#include "base/text.h"
#include "crypto/milenage.h"

#define NAME_DIGITS 16u
#define NAME_OCTETS (1 + NAME_DIGITS)

void aaa_store_init(struct aaa_store *t)
{
	slab_init(&t->subs, "aaa-subscribers", sizeof(struct aaa_sub));
	slab_init(&t->names, "aaa-identities", sizeof(struct aaa_names));
	slab_init(&t->overrides, "aaa-reallocations", sizeof(struct aaa_override));
	table_init(&t->keys, sizeof(struct aaa_keys));
	table_init(&t->profiles, sizeof(struct aaa_profile));
}

void aaa_store_done(struct aaa_store *t)
{
	slab_done(&t->subs);
	slab_done(&t->names);
	slab_done(&t->overrides);
	table_done(&t->keys);
	table_done(&t->profiles);
	index_done(&t->by_imsi);
	index_done(&t->by_name);
	texts_done(&t->texts);
}

/* ---- subscriptions ----------------------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool begins(const char *text, const char *with)
{
	for (; *with; text++, with++) {
		if (lower(*text) != lower(*with))
			return false;
	}
	return true;
}

bool aaa_apn_matches(const char *subscribed, const char *asked)
{
	size_t n = strlen(subscribed);

	if (!begins(asked, subscribed))
		return false;
	return !asked[n] || begins(asked + n, ".apn.epc.mnc") || begins(asked + n, ".mnc");
}

static const struct aaa_apn *apn_of(const struct aaa_store *t, uint32_t profile, const char *apn)
{
	const struct aaa_profile *p = table_at(&t->profiles, profile);

	if (!apn)
		return p->n ? &p->apn[0] : NULL;
	for (unsigned i = 0; i < p->n; i++) {
		if (aaa_apn_matches(p->apn[i].name, apn))
			return &p->apn[i];
	}
	return NULL;
}

const struct aaa_apn *aaa_store_apn(const struct aaa_store *t, const struct aaa_sub *sub, const char *apn)
{
	return apn_of(t, sub->profile, apn);
}

static const char *keep(struct aaa_store *t, const char *text)
{
	return text ? texts_keep(&t->texts, text) : NULL;
}

uint32_t aaa_profile_add(struct aaa_server *s, const struct aaa_apn *apns, unsigned n)
{
	struct aaa_store *t = &s->store;
	struct aaa_profile *p = table_add(&t->profiles);

	p->n = n < AAA_APNS_MAX ? n : AAA_APNS_MAX;
	for (unsigned i = 0; i < p->n; i++) {
		struct aaa_apn *a = &p->apn[i];

		*a = apns[i];
		a->name = keep(t, a->name);
		a->user = keep(t, a->user);
		a->password = keep(t, a->password);
		a->target.fqdn = keep(t, a->target.fqdn);
	}
	return t->profiles.n - 1;
}

struct aaa_target aaa_store_target(const struct aaa_store *t, const struct aaa_sub *sub, const struct aaa_apn *apn)
{
	const struct aaa_override *o = slab_get(&t->overrides, sub->overrides);

	for (; o; o = slab_get(&t->overrides, o->next)) {
		if (o->apn == apn)
			return o->target;
	}
	return apn->target;
}

/* ---- subscribers ------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(struct imsi i) { return index_hash(i.digits, i.n); }

static moor_handle existing(const struct aaa_store *t, struct imsi i)
{
	uint32_t hash = hash_of(i), at, h;

	for (h = index_first(&t->by_imsi, hash, &at); h; h = index_next(&t->by_imsi, hash, &at)) {
		if (imsi_same(aaa_sub_of(t, h)->imsi, i))
			return h;
	}
	return 0;
}

static const struct aaa_range *range_of(const struct aaa_store *t, struct imsi i)
{
	for (unsigned k = 0; k < t->n_ranges; k++) {
		const struct aaa_range *r = &t->range[k];

		if (i.n == r->first.n && i.digits >= r->first.digits && i.digits - r->first.digits < r->n)
			return r;
	}
	return NULL;
}

static struct aaa_sub *add(struct aaa_store *t, struct imsi i, uint32_t profile, moor_handle *h)
{
	struct aaa_sub *sub = slab_alloc(&t->subs, h);

	sub->imsi = i;
	sub->profile = profile;
	index_add(&t->by_imsi, hash_of(i), *h);
	return sub;
}

moor_handle aaa_store_find(struct aaa_store *t, struct imsi i)
{
	moor_handle h = existing(t, i);
	const struct aaa_range *r = h ? NULL : range_of(t, i);

	if (r) {
		i.mnc = r->first.mnc;
		add(t, i, r->profile, &h)->range = (uint32_t)(r - t->range);
	}
	return h;
}

/* [R5213d-6.2-01] a generated subscriber stays as it is: looking it up makes no entry */
const struct aaa_apn *aaa_subscription(const struct aaa_server *s, struct imsi i, const char *apn, bool *known)
{
	const struct aaa_store *t = &s->store;
	moor_handle h = existing(t, i);
	const struct aaa_range *r = h ? NULL : range_of(t, i);

	*known = h || r;
	if (!*known)
		return NULL;
	return apn_of(t, h ? aaa_sub_of(t, h)->profile : r->profile, apn);
}

bool aaa_served_by(const struct aaa_server *s, struct imsi i, const struct ip6_addr *client)
{
	moor_handle h = existing(&s->store, i);
	const struct aaa_sub *sub = h ? aaa_sub_of(&s->store, h) : NULL;
	const struct aaa_session *x = sub ? slab_get(&s->sessions, sub->sessions) : NULL;

	for (; x; x = slab_get(&s->sessions, x->next)) {
		const struct aaa_client_config *c = &x->client->c;
		struct ip6_addr mapped = ip6_mapped(c->home_agent4);

		if (x->granted && (ip6_eq(&c->home_agent6, client) || ip6_eq(&mapped, client)))
			return true;
	}
	return false;
}

bool aaa_subscriber_add(struct aaa_server *s, const struct aaa_subscriber *sub)
{
	struct aaa_store *t = &s->store;
	struct aaa_keys *k;
	struct aaa_sub *x;
	moor_handle h;

	if (existing(t, sub->imsi) || sub->profile >= t->profiles.n)
		return false;
	x = add(t, sub->imsi, sub->profile, &h);
	x->sqn = sub->sqn & USIM_SQN_MAX;
	k = table_add(&t->keys);
	x->keys = t->keys.n;
	memcpy(k->k, sub->k, sizeof k->k);
	memcpy(k->amf, sub->amf, sizeof k->amf);
	if (sub->opc)
		memcpy(k->opc, sub->op, sizeof k->opc);
	else
		milenage_opc(s->c.crypto, sub->k, sub->op, k->opc);
	return true;
}

static bool overlaps(const struct aaa_range *r, struct imsi first, uint64_t n)
{
	return r->first.n == first.n && first.digits < r->first.digits + r->n && r->first.digits < first.digits + n;
}

bool aaa_subscribers_generate(struct aaa_server *s, struct imsi first, uint64_t n, const uint8_t secret[16],
			      uint32_t profile)
{
	struct aaa_store *t = &s->store;
	struct aaa_range *r = &t->range[t->n_ranges];

	if (t->n_ranges == AAA_RANGES_MAX || profile >= t->profiles.n)
		return false;
	for (unsigned i = 0; i < t->n_ranges; i++) {
		if (overlaps(&t->range[i], first, n))
			return false;
	}
	t->n_ranges++;
	*r = (struct aaa_range){ .first = first, .n = n, .profile = profile };
	memcpy(r->secret, secret, sizeof r->secret);
	return true;
}

void aaa_generated_keys(struct crypto *c, const uint8_t secret[16], struct imsi i, uint8_t k[16], uint8_t opc[16])
{
	static const uint8_t label[] = { 'a', 'k', 'a' };
	char digits[IMSI_DIGITS_MAX + 1];
	const struct crypto_part parts[] = {
		{ secret, 16 }, { label, sizeof label }, { (const uint8_t *)imsi_text(i, digits), i.n }
	};
	uint8_t out[32];

	crypto_sha256(c, parts, CRYPTO_PARTS(parts), out);
	memcpy(k, out, 16);
	memcpy(opc, out + 16, 16);
}

static void keys_of(struct aaa_server *s, const struct aaa_sub *sub, struct aaa_keys *out)
{
	const struct aaa_store *t = &s->store;

	if (sub->keys) {
		*out = *(const struct aaa_keys *)table_at(&t->keys, sub->keys - 1);
		return;
	}
	aaa_generated_keys(s->c.crypto, t->range[sub->range].secret, sub->imsi, out->k, out->opc);
	out->amf[0] = 0x80;
	out->amf[1] = 0;
}

bool aaa_set_key(struct aaa_server *s, struct imsi i, const uint8_t k[16])
{
	struct aaa_sub *sub = aaa_sub_of(&s->store, aaa_store_find(&s->store, i));
	struct aaa_keys keys, *own;

	if (!sub)
		return false;
	keys_of(s, sub, &keys);
	if (!sub->keys) {
		table_add(&s->store.keys);
		sub->keys = s->store.keys.n;
	}
	memcpy(keys.k, k, sizeof keys.k);
	own = table_at(&s->store.keys, sub->keys - 1);
	*own = keys;
	return true;
}

bool aaa_set_sqn(struct aaa_server *s, struct imsi i, uint64_t sqn)
{
	struct aaa_sub *sub = aaa_sub_of(&s->store, aaa_store_find(&s->store, i));

	if (sub)
		sub->sqn = sqn & USIM_SQN_MAX;
	return sub;
}

/* ---- vectors ----------------------------------------------------------------------------------------------------- */

/* [TS 33.102 C.1.1.3, C.3.4] */
static uint64_t next_sqn(const struct aaa_server *s, uint64_t sqn)
{
	uint64_t ind = s->c.ind == AAA_IND_CYCLE ? (sqn + 1) % USIM_INDEXES : s->c.ind_value % USIM_INDEXES;

	return (((sqn >> USIM_IND_BITS) + 1) << USIM_IND_BITS | ind) & USIM_SQN_MAX;
}

static bool vector(void *ctx, uint32_t user, struct eap_aka_vector *out)
{
	struct aaa_server *s = ctx;
	struct aaa_sub *sub = aaa_sub_of(&s->store, user);
	struct milenage_vector v;
	struct milenage_key key;
	struct aaa_keys keys;
	uint8_t sqn[6];

	sub->sqn = next_sqn(s, sub->sqn);
	milenage_sqn_octets(sub->sqn, sqn);
	keys_of(s, sub, &keys);
	memcpy(key.k, keys.k, sizeof key.k);
	memcpy(key.opc, keys.opc, sizeof key.opc);
	rng_octets(&s->rng_rand, out->rand, sizeof out->rand);
	milenage_vector(s->c.crypto, &key, out->rand, sqn, keys.amf, &v);
	memcpy(out->autn, v.autn, sizeof out->autn);
	memcpy(out->ck, v.ck, sizeof out->ck);
	memcpy(out->ik, v.ik, sizeof out->ik);
	memcpy(out->xres, v.xres, sizeof v.xres);
	out->xres_len = sizeof v.xres;
	return true;
}

/* [TS 33.102 6.3.5, C.3.4]: what the card has seen counts. */
static bool resync(void *ctx, uint32_t user, const uint8_t rand[16], const uint8_t auts[14])
{
	struct aaa_server *s = ctx;
	struct aaa_sub *sub = aaa_sub_of(&s->store, user);
	struct milenage_key key;
	struct aaa_keys keys;
	uint8_t sqn[6];

	keys_of(s, sub, &keys);
	memcpy(key.k, keys.k, sizeof key.k);
	memcpy(key.opc, keys.opc, sizeof key.opc);
	if (!milenage_auts_check(s->c.crypto, &key, rand, auts, sqn))
		return false;
	sub->sqn = milenage_sqn(sqn);
	return true;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static uint32_t name_hash(uint64_t number) { return index_hash(number, 0); }

static bool has_name(const struct aaa_names *n, uint64_t number)
{
	return n->pseudonym == number || n->former == number || n->reauth == number;
}

static struct aaa_names *names_by(const struct aaa_store *t, uint64_t number)
{
	uint32_t hash = name_hash(number), at, h;

	for (h = number ? index_first(&t->by_name, hash, &at) : 0; h; h = index_next(&t->by_name, hash, &at)) {
		struct aaa_names *n = slab_get(&t->names, h);

		if (has_name(n, number))
			return n;
	}
	return NULL;
}

/* The number that a username is; 0: it is none of ours. */
static uint64_t number_of(const uint8_t *nai, size_t n)
{
	uint64_t number = 0;

	if (eap_id_username(nai, n) != NAME_OCTETS)
		return 0;
	for (unsigned i = 1; i < NAME_OCTETS; i++) {
		uint8_t c = nai[i];

		if (c >= '0' && c <= '9')
			number = number << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			number = number << 4 | (uint64_t)(c - 'a' + 10);
		else
			return 0;
	}
	return number;
}

static void username_of(char kind, uint64_t number, char out[NAME_OCTETS + 1])
{
	struct text t = text_on(out, NAME_OCTETS + 1);

	text_add(&t, "%c%016llx", kind, (unsigned long long)number);
}

static void forget_name(struct aaa_store *t, moor_handle h, uint64_t *number)
{
	if (*number)
		index_remove(&t->by_name, name_hash(*number), h);
	*number = 0;
}

static void learn_name(struct aaa_store *t, moor_handle h, uint64_t *slot, uint64_t number)
{
	if (!number || names_by(t, number))
		return;			/* somebody has it: then this one has none */
	*slot = number;
	index_add(&t->by_name, name_hash(number), h);
}

static uint64_t fresh_number(struct aaa_server *s)
{
	uint64_t number;

	do {
		number = rng_u64(&s->rng_names);
	} while (!number || names_by(&s->store, number));
	return number;
}

static size_t new_pseudonym(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX])
{
	struct aaa_server *s = ctx;
	char name[NAME_OCTETS + 1];

	(void)user;
	username_of('2', fresh_number(s), name);
	memcpy(out, name, NAME_OCTETS);
	return NAME_OCTETS;
}

static size_t new_reauth_id(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX])
{
	struct aaa_server *s = ctx;
	char name[NAME_OCTETS + 1];

	username_of('4', fresh_number(s), name);
	return eap_id_with_realm((const uint8_t *)name, NAME_OCTETS, aaa_sub_of(&s->store, user)->imsi, out);
}

static uint32_t find(void *ctx, enum eap_id_kind kind, const uint8_t *nai, size_t n)
{
	struct aaa_server *s = ctx;
	struct aaa_names *names;
	uint64_t number = number_of(nai, n);
	struct imsi i;

	if (kind == EAP_ID_PERMANENT)
		return eap_id_kind(nai, n, &i) == kind ? aaa_store_find(&s->store, i) : 0;
	names = names_by(&s->store, number);
	if (!names || (kind == EAP_ID_REAUTH) != (names->reauth == number))
		return 0;
	names->used = kind == EAP_ID_PSEUDONYM ? number : 0;
	return names->sub;
}

static bool context(void *ctx, uint32_t user, struct eap_aka_context *out)
{
	struct aaa_server *s = ctx;
	const struct aaa_sub *sub = aaa_sub_of(&s->store, user);
	struct aaa_names *names = slab_get(&s->store.names, sub->names);

	if (!names || !names->reauth)
		return false;
	forget_name(&s->store, sub->names, &names->reauth);	/* used once [RFC 4187 4.1.1.3] */
	memcpy(out->mk, names->mk, sizeof out->mk);
	out->counter = names->counter;
	return true;
}

static void succeeded(void *ctx, uint32_t user, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth_id,
		      size_t rn, const struct eap_aka_context *c)
{
	struct aaa_server *s = ctx;
	struct aaa_store *t = &s->store;
	struct aaa_sub *sub = aaa_sub_of(t, user);
	struct aaa_names *n = slab_get(&t->names, sub->names);
	uint64_t stays;

	if (!pn && !rn && !n)
		return;
	if (!n) {
		n = slab_alloc(&t->names, &sub->names);
		n->sub = user;
	}
	if (pn) {			/* [RFC 4187 4.1.1.7] */
		stays = n->used ? n->used : n->pseudonym;
		forget_name(t, sub->names, &n->pseudonym);
		forget_name(t, sub->names, &n->former);
		learn_name(t, sub->names, &n->former, stays);
		learn_name(t, sub->names, &n->pseudonym, number_of(pseudonym, pn));
	}
	n->used = 0;
	forget_name(t, sub->names, &n->reauth);
	if (rn) {
		learn_name(t, sub->names, &n->reauth, number_of(reauth_id, rn));
		memcpy(n->mk, c->mk, sizeof n->mk);
		n->counter = c->counter;
	}
}

void aaa_forget_identities(struct aaa_server *s)
{
	struct aaa_store *t = &s->store;
	struct aaa_names *n;
	moor_handle h = 0;

	while ((n = slab_next(&t->names, &h))) {
		aaa_sub_of(t, n->sub)->names = 0;
		slab_free(&t->names, h);
	}
	index_done(&t->by_name);
	memset(&t->by_name, 0, sizeof t->by_name);
}

/* An APN that is not subscribed to is told after the authentication [RFC 4187 10.19]. */
static uint16_t admit(void *ctx, uint32_t user)
{
	const struct aaa_server *s = ctx;

	(void)user;
	return !s->current || s->current->apn ? AKA_N_SUCCESS : AKA_N_NOT_SUBSCRIBED;
}

const struct eap_aka_store aaa_store = {
	find, vector, resync, context, new_pseudonym, new_reauth_id, succeeded, admit
};

bool aaa_subscriber_view(const struct aaa_server *s, struct imsi i, struct aaa_subscriber_view *out)
{
	const struct aaa_store *t = &s->store;
	const struct aaa_sub *sub = aaa_sub_of(t, existing(t, i));
	const struct aaa_names *n = sub ? slab_get(&t->names, sub->names) : NULL;
	const struct aaa_session *x;

	memset(out, 0, sizeof *out);
	if (!sub)
		return range_of(t, i);
	out->sqn = sub->sqn;
	if (n && n->pseudonym)
		username_of('2', n->pseudonym, out->pseudonym);
	if (n && n->reauth) {
		username_of('4', n->reauth, out->reauth_id);
		out->counter = n->counter;
	}
	for (x = slab_get(&s->sessions, sub->sessions); x; x = slab_get(&s->sessions, x->next))
		out->sessions++;
	return true;
}
