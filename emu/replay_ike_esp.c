/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESP in a capture: opened when its keys are known, counted by SPI, and what was inside given back to replay as the
 * packet that it would be without ESP, so that a Binding Update in transport mode and user data in a tunnel are
 * followed like any others. It exists because every message of TS 24.303 but IKE travels inside ESP.
 *
 * Implements for an onlooker RFC 4303 3.4 without the window, RFC 3948 (UDP port 4500). Not: AH, extended sequence
 * numbers, packets in IP fragments; SAs of the same SPI towards several nodes are counted as one.
 */
#include "emu/replay_ike.h"

#include <string.h>

#include "base/checksum.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

enum { WORK_OCTETS = 2 * KEYRING_IKE_MAX, SEEN_MAX = 500000, NO_NEXT_HEADER = 59, ROOM = 128 };

static struct esp_sa *sa_of(struct replay_ike *k, uint32_t spi, const struct frame_view *v, uint64_t number)
{
	const struct frame_ip *ip = frame_inner(v);
	struct esp_sa fresh = { .spi = spi, .child = IKE_NOBODY, .src = ip->src, .dst = ip->dst, .first = k->r->at,
		.first_number = number, .udp = v->proto == PROTO_UDP };
	uint32_t i;

	if (!map_get(&k->by_esp, (struct map_key){ spi, 0 }, &i)) {
		i = k->esps->len;
		map_get(&k->by_child, (struct map_key){ spi, 0 }, &fresh.child);
		for (guint n = 0; k->keys && n < replay_keys_n_esp(k->keys); n++)
			if (replay_keys_esp(k->keys, n)->spi == spi)
				replay_keys_esp(k->keys, n)->used = true;
		map_put(&k->by_esp, (struct map_key){ spi, 0 }, i);
		g_array_append_val(k->esps, fresh);
	}
	return &g_array_index(k->esps, struct esp_sa, i);
}

enum sight { SIGHT_FIRST, SIGHT_ELSEWHERE, SIGHT_AGAIN };

static uint32_t place_of(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	struct packet k;

	replay_packet_of(f, v, &k);
	return replay_place(r, &k);
}

/* Once more at the same place is a replay; at another one the same packet on its way. */
static enum sight sight_of(struct replay_ike *k, const struct capture_frame *f, const struct frame_view *v,
			   const uint8_t *p, uint32_t n, const struct esp_hdr *h)
{
	uint64_t octets = replay_hash(p, n).a & UINT32_MAX, place = place_of(k->r, f, v);
	struct map_key here = { (uint64_t)h->spi << 32 | h->seq, place << 32 | octets };
	struct map_key anywhere = { ~here.a, octets };
	uint32_t ms = (uint32_t)(k->r->at / REPLAY_ECHO), then;
	bool known = map_get(&k->esp_seen, anywhere, &then), again = map_get(&k->esp_seen, here, &then);

	if (k->esp_seen.count > SEEN_MAX) {
		map_done(&k->esp_seen);
		map_init(&k->esp_seen);
	}
	map_put(&k->esp_seen, anywhere, ms);
	map_put(&k->esp_seen, here, ms);
	if (again && ms - then > 1)
		return SIGHT_AGAIN;
	return known ? SIGHT_ELSEWHERE : SIGHT_FIRST;
}

/* ---- the packet without ESP -------------------------------------------------------------------------------------- */

/* Where the octet is that says what follows the n octets of headers at p. */
static uint32_t next_header_at(const uint8_t *p, uint32_t n)
{
	uint32_t at = 6, header = IP6_LEN;

	if (p[0] >> 4 == 4)
		return 9;
	while (header + 8 <= n) {
		at = header;
		header += 8u * (p[header + 1] + 1u);
	}
	return at;
}

/* Puts the headers in front of ESP before the payload of len octets, which stands at work + ROOM. NULL: no room. */
static const uint8_t *rebuilt(const struct frame_view *v, uint8_t *work, uint32_t *len, uint8_t proto)
{
	const uint8_t *ip = v->p + frame_inner(v)->offset;
	uint32_t head = (uint32_t)(v->upper - ip);
	uint8_t *p = work + ROOM - head;

	if (head > ROOM || head < IP4_LEN || head + *len > UINT16_MAX)
		return NULL;
	memcpy(p, ip, head);
	*len += head;
	p[next_header_at(p, head)] = proto;
	if (p[0] >> 4 == 6) {
		p[4] = (uint8_t)((*len - IP6_LEN) >> 8);
		p[5] = (uint8_t)(*len - IP6_LEN);
	} else {
		uint16_t sum;

		p[2] = (uint8_t)(*len >> 8);
		p[3] = (uint8_t)*len;
		p[10] = p[11] = 0;
		sum = csum_fold(csum_add(0, p, head));
		p[10] = (uint8_t)(sum >> 8);
		p[11] = (uint8_t)sum;
	}
	return p;
}

/* What can stand inside, so that what a wrong key gave is told from a packet. */
static bool plausible(uint8_t proto, const uint8_t *p, size_t n)
{
	switch (proto) {
	case PROTO_IP4:
		return n >= IP4_LEN && p[0] >> 4 == 4;
	case PROTO_IP6:
		return n >= IP6_LEN && p[0] >> 4 == 6;
	case PROTO_UDP:
	case PROTO_TCP:
	case PROTO_MH:
	case PROTO_ICMP6:
	case PROTO_ICMP4:
	case PROTO_GRE:
	case PROTO_ESP:
	case PROTO_DSTOPTS:
	case PROTO_ROUTING:
	case NO_NEXT_HEADER:
		return true;
	}
	return false;
}

/* The view of a packet that was rebuilt gets the tunnels that v was in; false: there are too many. */
static bool in_tunnels_of(const struct frame_view *v, struct frame_view *in)
{
	unsigned around = v->n_ip - 1u;

	if (!in->n_ip || around + in->n_ip > FRAME_MAX_IP)
		return false;
	in->ip[0].encap = frame_inner(v)->encap;
	in->ip[0].gre_key = frame_inner(v)->gre_key;
	memmove(in->ip + around, in->ip, in->n_ip * sizeof(in->ip[0]));
	memcpy(in->ip, v->ip, around * sizeof(in->ip[0]));
	in->n_ip = (uint8_t)(in->n_ip + around);
	in->link = v->link;
	return true;
}

static void inside(struct replay_ike *k, struct esp_sa *s, const struct capture_frame *f, const struct frame_view *v,
		   uint8_t *work, size_t n, uint8_t proto, bool first)
{
	struct capture_frame inner = *f;
	uint32_t len = (uint32_t)n;
	const uint8_t *p;
	struct frame_view in;
	bool before = k->r->secured;

	s->tunnel = proto == PROTO_IP4 || proto == PROTO_IP6;
	if (proto == NO_NEXT_HEADER)
		return;
	p = rebuilt(v, work, &len, proto);
	if (!p || !frame_view_make(WIRE_LINK_RAW, p, len, &in) || !in_tunnels_of(v, &in))
		return;
	inner.lasting = false;
	s->signalling += first && in.mh;
	k->r->secured = true;
	k->depth++;
	replay_ip(k->r, &inner, &in);
	k->depth--;
	k->r->secured = before;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static const char *source_text(const struct replay_ike *k, uint32_t i, char *buf, size_t n)
{
	const struct ring_source *from = &g_array_index(k->esp_sources, struct ring_source, i);
	const struct watch_child *c;
	char place[IKE_PLACE];

	if (from->esp) {
		g_snprintf(buf, n, "the key of %s", watch_place(&from->esp->at, place));
	} else {
		c = &g_array_index(k->children, struct watch_child, from->of);
		g_snprintf(buf, n, "the keys computed for child 0x%08x > 0x%08x of IKE SA %u", c->spi[0], c->spi[1],
			   watch_sa_at(k, c->sa)->number);
	}
	return buf;
}

/* All keys of an SPI, for a packet that none of them fits. */
static const char *tried_text(const struct replay_ike *k, uint32_t spi, char *buf, size_t n)
{
	char one[IKE_PLACE + 80];

	buf[0] = '\0';
	for (guint i = k->esp_sources->len; i-- > 0;) {
		const struct ring_source *from = &g_array_index(k->esp_sources, struct ring_source, i);
		const struct watch_child *c = from->esp ? NULL : &g_array_index(k->children, struct watch_child, from->of);

		if (from->esp ? from->esp->spi != spi : c->spi[0] != spi && c->spi[1] != spi)
			continue;
		if (buf[0])
			g_strlcat(buf, " and ", n);
		g_strlcat(buf, source_text(k, i, one, sizeof(one)), n);
		if (!from->esp)
			break;
	}
	return buf;
}

static void judge(struct replay_ike *k, struct esp_sa *s, enum keyring_result got, bool sound, uint64_t number)
{
	char from[2 * IKE_PLACE + 200];
	uint32_t used = keyring_used(k->ring);
	bool unchecked = used != KEYRING_NOBODY
		&& g_array_index(k->esp_sources, struct ring_source, used).esp
		&& !g_array_index(k->esp_sources, struct ring_source, used).esp->integ
		&& !crypto_is_aead((uint8_t)g_array_index(k->esp_sources, struct ring_source, used).esp->encr);

	if (got == KEYRING_OPEN && sound && !unchecked) {
		s->right++;
		watch_tell(k, TALLY_ESP_ICV, IKE_RIGHT, " ");
	} else if (got == KEYRING_OPEN && sound) {
		s->unchecked++;
		watch_tell(k, TALLY_ESP_ICV, IKE_UNKNOWN, "record " U64 " (SPI 0x%08x): opened, but %s has none for its "
			 "ICV", number, s->spi, source_text(k, used, from, sizeof(from)));
	} else if (used != KEYRING_NOBODY) {
		s->garbage++;
		watch_tell(k, TALLY_ESP_ICV, IKE_WRONG, "record " U64 " (SPI 0x%08x): %s, but what %s decrypt%s is no "
			 "packet: a digit of the encryption key is not right", number, s->spi,
			 unchecked ? "its ICV is not checked" : "its ICV is right", source_text(k, used, from, sizeof(from)),
			 strstr(from, "the key of") ? "s" : "");
	} else if (got == KEYRING_BAD_ICV) {
		s->wrong++;
		watch_tell(k, TALLY_ESP_ICV, IKE_WRONG, "record " U64 " (SPI 0x%08x): its ICV is wrong with %s", number,
			 s->spi, tried_text(k, s->spi, from, sizeof(from)));
	} else if (got == KEYRING_MALFORMED) {
		k->malformed++;
	} else {
		s->sealed++;
		if (k->keys)
			watch_tell(k, TALLY_ESP_ICV, IKE_UNKNOWN, "record " U64 ": no key is given for SPI 0x%08x", number,
				 s->spi);
		else
			watch_tell(k, TALLY_ESP_ICV, IKE_UNKNOWN, "sealed, no keys given");
	}
}

bool replay_esp_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v)
{
	struct replay_ike *k = r->ike;
	uint32_t n = 0;
	const uint8_t *p = frame_esp(v, &n);
	enum keyring_result got;
	struct esp_hdr h;
	struct esp_sa *s;
	enum sight sight;
	uint8_t next = 0, *work;
	size_t len = 0;
	bool sound;

	if (!p || k->depth >= G_N_ELEMENTS(k->work) || !esp_hdr_decode(p, n, &h) || !h.spi || frame_inner(v)->cut)
		return false;
	if (!k->work[k->depth])
		k->work[k->depth] = g_malloc(WORK_OCTETS);
	work = k->work[k->depth];
	s = sa_of(k, h.spi, v, f->number);
	sight = sight_of(k, f, v, p, n, &h);
	got = watch_open_esp(k, p, n, work + ROOM, WORK_OCTETS - ROOM, &len, &next);
	sound = got == KEYRING_OPEN && plausible(next, work + ROOM, len);
	if (sight == SIGHT_FIRST) {
		k->esp_packets++;
		s->packets++;
		s->octets += n;
		s->last = k->r->at;
		judge(k, s, got, sound, f->number);
	} else if (sight == SIGHT_AGAIN) {
		s->again++;
		k->esp_again++;
	}
	if (!sound)
		return got != KEYRING_NO_KEY;
	inside(k, s, f, v, work, len, next, sight == SIGHT_FIRST);
	return true;
}
