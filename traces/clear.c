/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for encrypted messages. It exists because the comments of trace.pcapng are made from frames, where only SPIs
 * and lengths can be seen, while the record of the sending knows the message. Kept are the latest ones by key: a
 * message whose frames follow later than hundreds of others have none. No clause.
 *
 * IKE messages are known by their header. A packet in ESP is known by the home address that it comes from or goes to,
 * so that two messages of one mobile node in the same direction and at the same time share the later one's words.
 */
#include "traces/clear.h"

#include <glib.h>

#include "wire/ike.h"
#include "wire/mh.h"

#define CLEAR_KEPT 1024u
#define WORDS_MAX 240u

struct clear_text {
	uint64_t key;
	char *words;
};

struct clear_texts { struct clear_text slots[CLEAR_KEPT]; };

static uint64_t hash(const uint8_t *p, uint32_t n)
{
	uint64_t h = 1469598103934665603u;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

uint64_t clear_ike_key(const uint8_t *message)
{
	return hash(message, 16) ^ hash(message + 18, 6) * 31;
}

static uint64_t home_key(const struct ip6_addr *home, bool from)
{
	return hash(home->o, 16) * 2 + from;
}

static struct clear_text *slot(struct clear_texts *c, uint64_t key)
{
	return &c->slots[(key ^ key >> 32) % CLEAR_KEPT];
}

struct clear_texts *clear_texts_new(void)
{
	return g_new0(struct clear_texts, 1);
}

void clear_texts_free(struct clear_texts *c)
{
	for (uint32_t i = 0; c && i < CLEAR_KEPT; i++)
		g_free(c->slots[i].words);
	g_free(c);
}

/* What a mobile node sends; all else comes to it. */
static bool from_mobile(const struct rec_signal *g)
{
	return g->type == MH_BU || g->type == MH_HOTI || g->type == MH_COTI || (g->type == MH_BR && g->subtype == 2);
}

static void ike_words(const struct rec_signal *g, struct text *t)
{
	struct ike_msg m;

	ike_decode(g->message, g->message_len, &m, NULL);
	ike_summary_payloads(&m, t);
}

static void mobility_words(const struct rec_signal *g, struct text *t)
{
	struct mh_msg m;

	text_str(t, " ");
	mh_decode(g->message, g->message_len, &m, NULL);
	mh_summary(&m, t);
}

void clear_texts_sent(struct clear_texts *c, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	char buf[WORDS_MAX];
	struct text t = text_on(buf, sizeof(buf));
	struct clear_text *s;
	uint64_t key;

	if (!g->secured || !g->message_len || (g->protocol == SIGNAL_IKE && g->message_len < IKE_HDR_LEN))
		return;
	if (g->protocol == SIGNAL_IKE) {
		key = clear_ike_key(g->message);
		ike_words(g, &t);
	} else {
		key = home_key(&g->home_address, from_mobile(g));
		mobility_words(g, &t);
	}
	s = slot(c, key);
	g_free(s->words);
	*s = (struct clear_text){ key, g_strndup(buf, t.len) };
}

static const char *words_of(const struct clear_texts *c, uint64_t key)
{
	const struct clear_text *s = slot((struct clear_texts *)(uintptr_t)c, key);

	return s->words && s->key == key ? s->words : NULL;
}

const char *clear_texts_find(const struct clear_texts *c, const struct frame_view *v)
{
	const struct frame_ip *ip = frame_inner(v);
	const char *words;
	const uint8_t *p;
	uint32_t n;

	p = frame_ike(v, &n);
	if (p)
		return n >= IKE_HDR_LEN ? words_of(c, clear_ike_key(p)) : NULL;
	if (!frame_esp(v, &n))
		return NULL;
	words = words_of(c, home_key(ip->has_hao ? &ip->hao : &ip->src, true));
	return words ? words : words_of(c, home_key(ip->has_rh2 ? &ip->rh2 : &ip->dst, false));
}
