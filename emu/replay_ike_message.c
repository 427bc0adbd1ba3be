/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 in a capture: which packet belongs to which IKE SA, exchange and message, and what is in it when its keys are
 * known. It exists so that the phases of somebody's attach are timed, and what its two ends proved to each other is
 * proved once more with our own code.
 *
 * Follows RFC 7296 1.2 to 1.5 and 2.1, 2.2 (requests, responses, retransmissions), 2.6 (cookies), 2.7 and 1.3 (groups
 * refused), RFC 7383 (fragments), RFC 5685 (redirection). Not followed: IKEv1, messages in IP fragments, exchanges
 * that an attacker's message with the right SPIs and message id came into the way of.
 */
#include "emu/replay_ike.h"

#include <stdarg.h>
#include <string.h>

enum { SPI_MAP = 0, SHORT_TEXT = 60 };

struct watch_sa *watch_sa_at(const struct replay_ike *k, uint32_t i)
{
	return g_ptr_array_index(k->sas, i);
}

static struct watch_round *exchange_at(const struct replay_ike *k, uint32_t i)
{
	return &g_array_index(k->exchanges, struct watch_round, i);
}

void watch_word(struct watch_round *x, const char *fmt, ...)
{
	va_list args;

	if (x->what->len)
		g_string_append(x->what, ", ");
	va_start(args, fmt);
	g_string_append_vprintf(x->what, fmt, args);
	va_end(args);
}

GBytes *watch_keep(GBytes **slot, const uint8_t *p, size_t n)
{
	if (*slot)
		g_bytes_unref(*slot);
	*slot = g_bytes_new(p, n);
	return *slot;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static struct replay_ike *ike_new(struct replay *r)
{
	struct replay_ike *k = g_new0(struct replay_ike, 1);
	struct map *const maps[] = { &k->by_spi, &k->by_first, &k->by_esp, &k->by_child, &k->by_exchange, &k->esp_seen };

	k->r = r;
	k->c = crypto_new(CRYPTO_OPENSSL, NULL);
	k->other_c = crypto_new(CRYPTO_MODELLED, NULL);
	crypto_charging(k->c, false);
	crypto_charging(k->other_c, false);
	k->ring = keyring_new(CRYPTO_OPENSSL);
	k->other = keyring_new(CRYPTO_MODELLED);
	k->ike_sources = g_array_new(FALSE, FALSE, sizeof(struct ring_source));
	k->esp_sources = g_array_new(FALSE, FALSE, sizeof(struct ring_source));
	k->sas = g_ptr_array_new();
	k->exchanges = g_array_new(FALSE, TRUE, sizeof(struct watch_round));
	k->children = g_array_new(FALSE, TRUE, sizeof(struct watch_child));
	k->esps = g_array_new(FALSE, TRUE, sizeof(struct esp_sa));
	k->tellings = g_ptr_array_new();
	k->eap_sets = g_array_new(FALSE, TRUE, sizeof(struct eap_aka_keys));
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
		map_init(maps[i]);
	return k;
}

struct replay_ike *replay_ike_new(struct replay *r, char *const *paths, GError **error)
{
	struct replay_ike *k = ike_new(r);
	bool ok = true;

	k->keys = replay_keys_new();
	for (size_t i = 0; ok && paths[i]; i++)
		ok = replay_keys_read(k->keys, paths[i], error);
	if (ok && !replay_keys_count(k->keys)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: there is no key in it", paths[0]);
		ok = false;
	}
	if (!ok) {
		replay_ike_free(k);
		return NULL;
	}
	watch_ring_fill(k);
	return k;
}

static void unref(GBytes *b)
{
	if (b)
		g_bytes_unref(b);
}

static void sa_free(struct watch_sa *s)
{
	GBytes *const all[] = { s->ni, s->nr, s->first_q, s->first_a, s->idi, s->idr, s->cert_i, s->cert_r };

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		unref(all[i]);
	watch_request_free(s->first_child);
	eap_run_clear(&s->eap);
	g_array_free(s->rows, TRUE);
	memset(&s->sk, 0, sizeof(s->sk));
	g_free(s);
}

static void telling_free(struct watch_telling *t)
{
	if (t)
		g_free(t->clear);
	g_free(t);
}

void replay_ike_free(struct replay_ike *k)
{
	if (!k)
		return;
	for (guint i = 0; i < k->sas->len; i++)
		sa_free(watch_sa_at(k, i));
	for (guint i = 0; i < k->exchanges->len; i++) {
		struct watch_round *x = exchange_at(k, i);

		g_free(x->q.hash);
		g_free(x->a.hash);
		g_string_free(x->what, TRUE);
		watch_request_free(x->request);
	}
	for (guint i = 0; i < k->tellings->len; i++)
		telling_free(g_ptr_array_index(k->tellings, i));
	for (int i = 0; i < TALLIES; i++)
		for (int o = 0; o < IKE_OUTCOMES; o++)
			g_free(k->tally[i].why[o]);
	for (size_t i = 0; i < G_N_ELEMENTS(k->work); i++)
		g_free(k->work[i]);
	g_ptr_array_free(k->sas, TRUE);
	g_ptr_array_free(k->tellings, TRUE);
	g_array_free(k->ike_sources, TRUE);
	g_array_free(k->esp_sources, TRUE);
	g_array_free(k->exchanges, TRUE);
	g_array_free(k->children, TRUE);
	g_array_free(k->esps, TRUE);
	g_array_free(k->eap_sets, TRUE);
	map_done(&k->by_spi);
	map_done(&k->by_first);
	map_done(&k->by_esp);
	map_done(&k->by_child);
	map_done(&k->by_exchange);
	map_done(&k->esp_seen);
	keyring_free(k->ring);
	keyring_free(k->other);
	crypto_free(k->c);
	crypto_free(k->other_c);
	replay_keys_free(k->keys);
	g_free(k);
}

/* ---- which SA, which exchange ------------------------------------------------------------------------------------ */

void watch_sa_spis(struct replay_ike *k, uint32_t sa)
{
	const struct watch_sa *s = watch_sa_at(k, sa);

	if (s->spi_r)
		map_put(&k->by_spi, (struct map_key){ s->spi_i, s->spi_r }, sa);
	else
		map_put(&k->by_first, (struct map_key){ s->spi_i, SPI_MAP }, sa);
}

struct watch_sa *watch_sa_new(struct replay_ike *k, uint64_t spi_i, uint64_t spi_r, const struct ip6_addr *a,
			  const struct ip6_addr *b)
{
	struct watch_sa *s = g_new0(struct watch_sa, 1);

	s->spi_i = spi_i;
	s->spi_r = spi_r;
	s->a = *a;
	s->b = *b;
	s->parent = IKE_NOBODY;
	s->rows = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_ptr_array_add(k->sas, s);
	s->number = k->sas->len;
	watch_sa_spis(k, k->sas->len - 1);
	return s;
}

/* The SA of a message; a new one when it is of none yet. IKE_NOBODY: there are too many. */
static uint32_t sa_of(struct replay_ike *k, const struct ike_hdr *h, const struct frame_ip *ip)
{
	bool from_i = h->flags & IKE_FLAG_I;
	uint32_t i;

	if (map_get(&k->by_spi, (struct map_key){ h->spi_i, h->spi_r }, &i))
		return i;
	if (h->exchange == IKE_SA_INIT && map_get(&k->by_first, (struct map_key){ h->spi_i, SPI_MAP }, &i)
	    && !watch_sa_at(k, i)->chosen)
		return i;
	if (k->sas->len >= IKE_SAS_MAX) {
		k->too_many++;
		return IKE_NOBODY;
	}
	watch_sa_new(k, h->spi_i, h->exchange == IKE_SA_INIT ? 0 : h->spi_r, from_i ? &ip->src : &ip->dst,
		   from_i ? &ip->dst : &ip->src);
	i = k->sas->len - 1;
	if (h->exchange != IKE_SA_INIT)
		watch_given_keys(k, i);
	return i;
}

static bool has_packet(const struct watch_side *s, uint64_t hash)
{
	for (uint32_t i = 0; i < s->packets; i++)
		if (s->hash[i] == hash)
			return true;
	return false;
}

static struct map_key exchange_key(uint32_t sa, const struct ike_hdr *h)
{
	bool from_i = !(h->flags & IKE_FLAG_I) == !!(h->flags & IKE_FLAG_R);

	return (struct map_key){ (uint64_t)sa << 32 | h->mid, from_i };
}

static uint32_t exchange_new(struct replay_ike *k, uint32_t sa, const struct ike_hdr *h)
{
	struct watch_round x = { .sa = sa, .mid = h->mid, .type = h->exchange, .what = g_string_new(NULL) };
	struct watch_sa *s = watch_sa_at(k, sa);
	uint32_t i = k->exchanges->len;

	x.from_i = exchange_key(sa, h).b;
	g_array_append_val(k->exchanges, x);
	map_put(&k->by_exchange, exchange_key(sa, h), i);
	if (s->rows->len < IKE_ROWS_MAX)
		g_array_append_val(s->rows, i);
	else
		s->more_rows++;
	return i;
}

/* Requests of IKE_SA_INIT all have message id 0: other octets are another try [RFC 7296 2.6, 2.7]. */
static uint32_t exchange_of(struct replay_ike *k, uint32_t sa, const struct ike_hdr *h, uint64_t hash)
{
	uint32_t i;

	if (!map_get(&k->by_exchange, exchange_key(sa, h), &i))
		return exchange_new(k, sa, h);
	if (h->exchange == IKE_SA_INIT && !(h->flags & IKE_FLAG_R) && exchange_at(k, i)->q.number
	    && !has_packet(&exchange_at(k, i)->q, hash))
		return exchange_new(k, sa, h);
	return i;
}

/* ---- what is in a message ---------------------------------------------------------------------------------------- */

static void error_words(struct watch_round *x, const struct ike_msg *m)
{
	for (const struct ike_payload *n = ike_find(m, IKE_P_NOTIFY); n; n = ike_next(m, n)) {
		const char *name = ike_name(IKE_SPACE_NOTIFY, n->notify.type);

		if (n->notify.type == IKE_N_INVALID_KE_PAYLOAD && n->notify.data.n == 2)
			watch_word(x, "INVALID_KE_PAYLOAD: %s is wanted",
				 crypto_group_name((uint16_t)(n->notify.data.p[0] << 8 | n->notify.data.p[1])));
		else if (n->notify.type < IKE_N_STATUS || n->notify.type == IKE_N_COOKIE || n->notify.type == IKE_N_REDIRECT
			 || n->notify.type == IKE_N_REDIRECTED_FROM || n->notify.type == IKE_N_ANOTHER_AUTH_FOLLOWS)
			watch_word(x, "%s", name ? name : "a notify of unknown type");
	}
}

static void init_message(struct replay_ike *k, uint32_t sa, struct watch_round *x, const struct ike_msg *m,
			 const uint8_t *p)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	bool answer = m->h.flags & IKE_FLAG_R;

	error_words(x, m);
	if (!answer) {
		if (s->chosen)
			return;
		x->request = watch_request_new(m);
		watch_keep(&s->first_q, p, m->h.length);
		return;
	}
	if (s->chosen || !ike_find(m, IKE_P_SA) || !ike_find(m, IKE_P_NONCE) || !m->h.spi_r)
		return;
	s->spi_r = m->h.spi_r;
	watch_sa_spis(k, sa);
	watch_keep(&s->first_a, p, m->h.length);
	watch_init_chosen(k, sa, x->request, m);
}

static const struct ike_payload *first_proposal(const struct ike_msg *m, uint8_t *protocol)
{
	const struct ike_payload *sa = ike_find(m, IKE_P_SA);

	*protocol = sa && sa->sa.n ? sa->sa.p[0].protocol : 0;
	return *protocol ? sa : NULL;
}

static void create_message(struct replay_ike *k, uint32_t sa, struct watch_round *x, const struct ike_msg *m)
{
	uint8_t protocol;

	error_words(x, m);
	if (!first_proposal(m, &protocol))
		return;
	if (!(m->h.flags & IKE_FLAG_R)) {
		x->request = watch_request_new(m);
		if (protocol == IKE_PROTO_IKE)
			watch_word(x, "rekeys the IKE SA");
		else if (x->request->rekeys)
			watch_word(x, "rekeys child 0x%08x", x->request->rekeys);
		else
			watch_word(x, "another child SA");
	} else if (protocol == IKE_PROTO_IKE) {
		watch_rekey_chosen(k, sa, x, m);
	} else {
		watch_child_chosen(k, sa, x, m);
	}
}

static void deleted(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_payload *d)
{
	uint32_t i;

	if (d->del.protocol == IKE_PROTO_IKE) {
		s->deleted = true;
		watch_word(x, "DELETE of the IKE SA");
		return;
	}
	for (uint16_t n = 0; d->del.spi_len == 4 && n < d->del.n; n++) {
		const uint8_t *p = d->del.spi + 4 * n;
		uint32_t spi = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];

		if (n < 4)
			watch_word(x, "DELETE 0x%08x", spi);
		if (map_get(&k->by_child, (struct map_key){ spi, 0 }, &i))
			g_array_index(k->children, struct watch_child, i).deleted = true;
	}
}

static void info_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_msg *m)
{
	error_words(x, m);
	for (const struct ike_payload *d = ike_find(m, IKE_P_DELETE); d; d = ike_next(m, d))
		deleted(k, s, x, d);
	if (!m->n && !(m->h.flags & IKE_FLAG_R))
		watch_word(x, "liveness");
}

static void message(struct replay_ike *k, uint32_t sa, uint32_t exchange, const struct ike_msg *m, const uint8_t *p,
		    uint64_t number)
{
	struct watch_round *x = exchange_at(k, exchange);
	struct watch_sa *s = watch_sa_at(k, sa);
	bool from_i = m->h.flags & IKE_FLAG_I, answer = m->h.flags & IKE_FLAG_R;
	uint8_t protocol;

	switch (m->h.exchange) {
	case IKE_SA_INIT:
		init_message(k, sa, x, m, p);
		break;
	case IKE_AUTH:
		if (!answer && first_proposal(m, &protocol)) {
			watch_request_free(s->first_child);
			s->first_child = watch_request_new(m);
		}
		watch_auth_message(k, s, x, m, from_i, number);
		error_words(x, m);
		s->failed |= answer && ike_find_error(m);
		s->established |= answer && ike_find(m, IKE_P_AUTH) && (!s->eap.n_messages || s->eap.success);
		if (answer && first_proposal(m, &protocol))
			watch_child_chosen(k, sa, x, m);
		break;
	case IKE_CREATE_CHILD_SA:
		create_message(k, sa, x, m);
		break;
	case IKE_INFORMATIONAL:
		info_message(k, s, x, m);
		break;
	}
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* What the keys that were tried are, for people. */
static const char *key_text(const struct watch_sa *s, char *buf, size_t n)
{
	char one[IKE_PLACE], two[IKE_PLACE];

	if (s->computed && s->table)
		g_snprintf(buf, n, "the keys of %s and those computed from %s", watch_place(&s->table->at, one),
			   watch_place(&s->dh->at, two));
	else if (s->computed)
		g_snprintf(buf, n, "the keys computed from %s", watch_place(&s->dh->at, one));
	else
		g_snprintf(buf, n, "the keys of %s", s->table ? watch_place(&s->table->at, one) : "?");
	return buf;
}

static void no_key(struct replay_ike *k, struct watch_sa *s, uint64_t number)
{
	if (!k->keys)
		watch_tell(k, TALLY_IKE_ICV, IKE_UNKNOWN, "sealed, no keys given");
	else
		watch_tell(k, TALLY_IKE_ICV, IKE_UNKNOWN,
			 "record " U64 ": sealed, no key is given for IKE SA %u (SPIs " X64 " and " X64 ")", number,
			   s->number, s->spi_i, s->spi_r);
}

static const char *side_text(const struct ike_hdr *h)
{
	return h->flags & IKE_FLAG_I ? "initiator" : "responder";
}

/* Counts and judges what came of opening; true when there is a message to look at. */
static bool opened(struct replay_ike *k, struct watch_sa *s, const struct ike_hdr *h, struct watch_side *side,
		   enum keyring_result got, uint64_t number)
{
	char keys[2 * IKE_PLACE + 64];
	const char *who = side_text(h);

	switch (got) {
	case KEYRING_CLEAR:
		side->seal = SEAL_NONE;
		return true;
	case KEYRING_PART:
	case KEYRING_OPEN:
		side->seal = got == KEYRING_OPEN ? SEAL_OPENED : SEAL_PART;
		watch_opened(k, s);
		watch_tell(k, TALLY_IKE_ICV, IKE_RIGHT, " ");
		return got == KEYRING_OPEN;
	case KEYRING_NO_KEY:
		side->seal = SEAL_NO_KEY;
		no_key(k, s, number);
		return false;
	case KEYRING_BAD_ICV:
		side->seal = SEAL_WRONG;
		watch_tell(k, TALLY_IKE_ICV, IKE_WRONG, "record " U64 " (%s %s of the %s, IKE SA %u): its ICV is wrong with %s: a "
			   "digit of %s is not right, or the message was changed", number,
			   ike_name(IKE_SPACE_EXCHANGE, h->exchange) ? ike_name(IKE_SPACE_EXCHANGE, h->exchange) : "?",
			   h->flags & IKE_FLAG_R ? "response" : "request", who, s->number, key_text(s, keys, sizeof(keys)),
			   !s->table ? "the secret" : *who == 'i' ? "SK_ai" : "SK_ar");
		return false;
	case KEYRING_MALFORMED:
		break;
	}
	if (keyring_used(k->ring) == KEYRING_NOBODY) {
		side->seal = SEAL_GARBAGE;
		k->malformed++;
		return false;
	}
	side->seal = SEAL_GARBAGE;
	watch_tell(k, TALLY_IKE_ICV, IKE_WRONG, "record " U64 " (IKE SA %u): its ICV is right, but what %s decrypt "
		 "is no padding: a digit of SK_e%c is not right", number, s->number, key_text(s, keys, sizeof(keys)), *who);
	return false;
}

/*
 * An inner chain that cannot be read though the ICV was right: by its maker's fault, or decrypted with a wrong key when
 * none of this side's messages could ever be read.
 */
static void unreadable(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_msg *m,
		       const struct watch_side *side, uint64_t number)
{
	char keys[2 * IKE_PLACE + 64];

	watch_word(x, "%s cannot be read wholly (%s)", m->h.flags & IKE_FLAG_R ? "response" : "request", m->fault.reason);
	if (side->seal != SEAL_OPENED || s->computed || s->readable[!(m->h.flags & IKE_FLAG_I)])
		return;
	k->tally[TALLY_IKE_ICV].n[IKE_RIGHT]--;
	watch_tell(k, TALLY_IKE_ICV, IKE_WRONG, "record " U64 " (IKE SA %u): its ICV is right, but what %s decrypt "
		 "is no chain of payloads (%s): a digit of SK_e%c is not right", number, s->number,
		 key_text(s, keys, sizeof(keys)), m->fault.reason, *side_text(&m->h));
}

static void read_message(struct replay_ike *k, uint32_t sa, uint32_t exchange, struct watch_side *side,
			 const uint8_t *p, uint32_t n, uint64_t number, struct watch_telling *t)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	struct ike_hdr h;
	enum keyring_result got;
	struct ike_msg m;
	size_t len = 0;

	if (!k->work[0])
		k->work[0] = g_malloc(2 * KEYRING_IKE_MAX);
	got = watch_open_ike(k, p, n, k->work[0], 2 * KEYRING_IKE_MAX, &len);
	ike_hdr_decode(p, n, &h);
	if (!opened(k, s, &h, side, got, number))
		return;
	t->clear = g_memdup2(k->work[0], len);
	t->len = (uint32_t)len;
	if (!ike_decode(t->clear, len, &m, NULL))
		unreadable(k, s, exchange_at(k, exchange), &m, side, number);
	else if (side->seal == SEAL_OPENED && m.n)
		s->readable[!(m.h.flags & IKE_FLAG_I)] = true;
	message(k, sa, exchange, &m, t->clear, number);
}

/* A cut packet cannot be proved; its header tells which exchange it is of. */
static void packet(struct replay_ike *k, const struct frame_view *v, const struct ike_hdr *h, struct seen *o,
		   const uint8_t *p, uint32_t n)
{
	uint32_t sa = sa_of(k, h, frame_inner(v)), exchange;
	struct watch_telling *t;
	struct watch_side *side;
	uint64_t hash = replay_hash(p, n).a;

	if (sa == IKE_NOBODY)
		return;
	exchange = exchange_of(k, sa, h, hash);
	side = h->flags & IKE_FLAG_R ? &exchange_at(k, exchange)->a : &exchange_at(k, exchange)->q;
	t = g_new0(struct watch_telling, 1);
	*t = (struct watch_telling){ .exchange = exchange, .answer = h->flags & IKE_FLAG_R, .again = has_packet(side, hash) };
	g_ptr_array_add(k->tellings, t);
	o->owner = k->tellings->len;
	k->packets++;
	if (t->again) {
		side->again++;
		k->again++;
		return;
	}
	if (!side->packets) {
		side->first = side->last = k->r->at;
		side->number = o->number;
		k->messages++;
	}
	side->last = MAX(side->last, k->r->at);
	side->hash = g_renew(uint64_t, side->hash, side->packets + 1);
	side->hash[side->packets++] = hash;
	if (frame_inner(v)->cut || h->length > n) {
		side->seal = SEAL_CUT;
		watch_tell(k, TALLY_IKE_ICV, IKE_UNKNOWN, "record " U64 ": the capture does not have all of it",
			 o->number);
		return;
	}
	read_message(k, sa, exchange, side, p, n, o->number, t);
}

void replay_ike_packet(struct replay *r, const struct frame_view *v, const uint8_t *p, uint32_t n, struct seen *o)
{
	struct ike_hdr h;

	o->owner = 0;
	if (!ike_hdr_decode(p, n, &h) || (h.version >> 4 != IKE_VERSION >> 4 && !r->ike))
		return;
	if (!r->ike)
		r->ike = ike_new(r);
	if (h.version >> 4 != IKE_VERSION >> 4)
		r->ike->other_versions++;
	else
		packet(r->ike, v, &h, o, p, n);
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

const uint8_t *replay_ike_told(struct replay *r, const struct seen *s, enum told how, uint32_t *n)
{
	struct watch_telling *t = s->owner ? g_ptr_array_index(r->ike->tellings, s->owner - 1) : NULL;
	struct watch_round *x;
	struct watch_side *side;

	if (!t)
		return NULL;
	x = exchange_at(r->ike, t->exchange);
	side = t->answer ? &x->a : &x->q;
	if (!t->again && how & TOLD_ARRIVED)
		side->last = MAX(side->last, s->last);
	*n = t->len;
	return t->clear;
}

void replay_ike_forget(struct replay *r, const struct seen *s)
{
	if (!s->owner)
		return;
	telling_free(g_ptr_array_index(r->ike->tellings, s->owner - 1));
	g_ptr_array_index(r->ike->tellings, s->owner - 1) = NULL;
}
