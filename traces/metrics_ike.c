/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases IKE and AAA of a step. It exists apart because the two are told by different nodes: when the security
 * association was begun and stood says the mobile node, how long the AAA server was waited for says the home agent,
 * about a subscriber whose mobile node it cannot name. What ties them together is the EAP packet that the AAA server's
 * answer brought and that the mobile node then received in IKE_AUTH. No clause.
 */
#include "traces/metrics_internal.h"

#include "wire/ike.h"

#define ANSWERS_KEPT 4096u		/* EAP packets under way between home agents and mobile nodes */

/* ---- the mobile node --------------------------------------------------------------------------------------------- */

void metrics_securing(struct metrics *m, struct mobile *mn, const struct moor_record *r)
{
	struct step *s = mn->step;

	if (!s || s->over != NEVER_SEEN || s->row.kind == STEP_DETACH) {
		/* keys that are made anew where the node is registered belong to no step */
		if (mn->attached || r->u.move.what != MOVE_SECURING)
			return;
		s = metrics_step_begin(m, mn, r->at, STEP_ATTACH);
	}
	if (!s->moved && r->at < s->row.start)
		s->row.start = r->at;		/* a capture tells whose it was only with the first BU */
	if (r->u.move.what == MOVE_SECURED)
		s->secured = r->at;
	else if (s->securing == NEVER_SEEN)
		s->securing = r->at;
}

/* ---- the AAA server's answers ------------------------------------------------------------------------------------ */

static uint64_t packet_hash(const uint8_t *p, uint32_t n)
{
	uint64_t h = 1469598103934665603u;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

/* The same octets may be on their way to several mobile nodes (a success): each waited about as long. */
void metrics_aaa(struct metrics *m, const struct moor_record *r)
{
	struct eap_answer *a;
	struct map_key key;

	m->aaa_told = true;
	if (r->u.aaa.request || r->u.aaa.sent || !r->u.aaa.eap_len)
		return;
	if (!m->answers)
		m->answers = g_new0(struct eap_answer, ANSWERS_KEPT);
	a = &m->answers[m->n_answers % ANSWERS_KEPT];
	key = (struct map_key){ a->hash, 0 };
	if (a->kept && map_get(&m->answer_index, key, &(uint32_t){ 0 }))
		map_del(&m->answer_index, key);
	*a = (struct eap_answer){ packet_hash(r->u.aaa.eap, r->u.aaa.eap_len), r->u.aaa.delay, true };
	key.a = a->hash;
	map_put(&m->answer_index, key, m->n_answers++ % ANSWERS_KEPT);
}

/* The EAP packet of an IKE message in clear: the chain of payloads is walked, nothing else is read. */
static const uint8_t *eap_in(const struct rec_signal *g, uint32_t *n)
{
	const uint8_t *p = g->message;
	uint32_t at = IKE_HDR_LEN, len;
	uint8_t next;

	if (g->message_len < IKE_HDR_LEN)
		return NULL;
	for (next = p[16]; next && at + IKE_GENERIC_LEN <= g->message_len; at += len) {
		len = (uint32_t)(p[at + 2] << 8 | p[at + 3]);
		if (len < IKE_GENERIC_LEN || len > g->message_len - at)
			return NULL;
		if (next == IKE_P_EAP) {
			*n = len - IKE_GENERIC_LEN;
			return p + at + IKE_GENERIC_LEN;
		}
		next = p[at];
	}
	return NULL;
}

/*
 * The step that waits for IKE. An IKE message does not say which PDN connection of the node it is for: with several
 * under way at once what the AAA server took stays a part of the phase IKE.
 */
static struct step *step_securing(struct metrics *m, uint32_t node)
{
	struct step *any = NULL, *waiting = NULL;
	unsigned n = 0, n_waiting = 0;
	struct mobile *mn;

	for (uint32_t k = 0; (mn = metrics_mobile(m, node, k, false)); k++) {
		struct step *s = mn->step;

		if (!s || s->securing == NEVER_SEEN || s->over != NEVER_SEEN)
			continue;
		any = s;
		n++;
		if (s->secured == NEVER_SEEN) {
			waiting = s;
			n_waiting++;
		}
	}
	return n == 1 ? any : n_waiting == 1 ? waiting : NULL;
}

void metrics_ike_received(struct metrics *m, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct step *s = g->type == IKE_AUTH && g->subtype == 2 ? step_securing(m, r->node) : NULL;
	uint64_t message;
	const uint8_t *eap;
	uint32_t n, i;

	if (!s)
		return;
	eap = eap_in(g, &n);
	if (!eap || !map_get(&m->answer_index, (struct map_key){ packet_hash(eap, n), 0 }, &i))
		return;
	message = packet_hash(g->message, 24);	/* which SA, which exchange: a response seen again counts once */
	if (message == s->aaa_last)
		return;
	s->aaa_last = message;
	s->aaa += m->answers[i].delay;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

/* What lies between the usable address and the first BU is IKEv2, the AAA server's share of it, and waiting. */
void metrics_ike_fill(const struct metrics *m, struct step *s)
{
	int64_t *v = s->row.v;
	moor_time from = MAX(s->securing, s->ready);	/* NEVER_SEEN is the least */
	moor_time all, behind;

	if (s->securing == NEVER_SEEN) {
		if (s->bu_first != NEVER_SEEN)
			v[M_IKE] = v[M_AAA] = 0;
		return;
	}
	/* an attach from a link whose address was there already: the node says so when IKEv2 is over */
	if (s->secured != NEVER_SEEN && s->formed >= s->secured && s->ready >= s->secured)
		from = s->securing;
	if (s->secured == NEVER_SEEN || s->secured < from)
		return;
	all = s->secured - from;
	behind = MAX(s->secured - MAX(from, s->ready), 0);
	v[M_IKE] = all;
	if (m->aaa_told) {
		v[M_AAA] = MIN(s->aaa, all);
		v[M_IKE] -= v[M_AAA];
	}
	if (v[M_BU_WAIT] != METRIC_ABSENT)
		v[M_BU_WAIT] = MAX(v[M_BU_WAIT] - behind, 0);
}

void metrics_ike_done(struct metrics *m)
{
	map_done(&m->answer_index);
	g_free(m->answers);
}
