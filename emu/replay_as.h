/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the players of replay share: the captured messages as requests with their answers, what is compared of a
 * message, and the frame around a message that is fed. Internal.
 */
#ifndef MOOR_EMU_REPLAY_AS_H
#define MOOR_EMU_REPLAY_AS_H

#include "emu/replay_internal.h"
#include "proto/pmip.h"
#include "world/world.h"

#define AS_MAX 100000u			/* messages kept; more are not played, and the result says so */
#define AS_BACK 64u			/* how far an answer's request is looked for */
#define AS_WARM_UP (10 * MOOR_S)	/* virtual time before the first message: addresses become usable */
#define AS_REASON 160u

enum as_role { AS_HA, AS_UE, AS_LMA, AS_MAG };
static inline bool as_proxies(enum as_role r) { return r >= AS_LMA; }		/* the role speaks PMIPv6 */
static inline bool as_asks(enum as_role r) { return r == AS_UE || r == AS_MAG; }	/* it sends BUs */

/* What is compared of a BU or BA. */
struct as_view {
	bool there;
	uint8_t type, status;
	uint16_t sequence, lifetime, flags;
	uint64_t options;		/* bit per type below 64 */
	uint64_t who;			/* hash of the MN Identifier; 0: none or empty */
	moor_time at;
};

/* A captured BU, what answered it in the capture, and what our own machine did. */
struct as_item {
	uint32_t binding;
	bool skipped;			/* not for the node that is played */
	bool v4, udp, bare, has_hao;	/* bare: straight in UDP 5436 */
	uint16_t sport;
	struct ip6_addr src, dst, home, outer_src, outer_dst;
	moor_time sent, arrived;	/* first and last sighting of the BU */
	moor_time replied;		/* first sighting of its BA */
	moor_time wall;			/* as `arrived`, before gaps were shortened */
	uint64_t number, answer_number;	/* records */
	uint32_t octets, n;		/* of the BU, in replay_as.octets */
	uint32_t answer_octets, answer_n;
	struct ip4_addr hoa4;		/* that the captured answer gave; 0.0.0.0: none */
	struct as_view asked, captured, ours;	/* BU, its BA, what our side sent: as ha a BA, as ue a BU */
	bool registered;		/* as ue or mag: ours counted itself as registered after the BA */
	const char *why;		/* why ours dropped it, or NULL; a constant */
	/* when it is sent to a live peer (emu/inject.h) */
	bool secured, answer_bad;	/* it was in ESP; the checksum of its answer is wrong */
	uint8_t sends;
	uint16_t shift;			/* of its sequence number */
	moor_time sent_at, took;	/* 0: not yet; until the peer's answer */
};

struct replay_as {
	struct replay *r;
	enum as_role role;
	GArray *items;			/* struct as_item */
	GByteArray *octets;
	uint64_t beyond;		/* messages past AS_MAX */
	uint32_t fed;			/* index of the item that was fed last */
	uint64_t agreed, differed, skipped;
	struct inject *inject;		/* it is a live peer that is asked or answered; NULL: a machine of ours */
	char *refusal;			/* why nothing could be played, or NULL; owned */
};

static inline struct as_item *as_item(const struct replay_as *a, uint32_t i)
{
	return &g_array_index(a->items, struct as_item, i);
}

struct as_view as_view_of(const uint8_t *mh, uint32_t n, moor_time at);
/*
 * An Ethernet frame with the message: home NULL: no Home Address option or routing header; answer: the latter.
 * v4: in UDP when sport > 0, else in IPv4. Returns its octets; 0: longer than cap.
 */
struct as_envelope {
	struct mac_addr from, to;
	struct ip6_addr src, dst, outer_src, outer_dst;
	const struct ip6_addr *home;
	bool answer, v4, udp, bare;
	uint16_t sport, dport;
};
uint32_t as_frame(const struct as_envelope *e, const uint8_t *mh, uint32_t n, uint8_t *out, uint32_t cap);

/* The link of the played node: its solicitations are answered from `mac`. */
#define AS_ANSWERS 16u
struct as_net {
	struct moor_world *w;
	struct moor_port *port;
	struct mac_addr mac;
	unsigned n;
	struct { uint32_t len; uint8_t octets[96]; } answer[AS_ANSWERS];
};
/* The world's `out`. */
void as_net_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len);
void as_net_until(struct as_net *n, moor_time t);	/* runs the world to t */

/* The mobile nodes that a capture names [RFC 4283]: replay_as_names.c. */
struct as_names {
	struct pmip_names names;
	struct imsi first;
	GHashTable *by_octets;		/* GBytes: sub-type and octets -> index in ids */
	GPtrArray *ids;
};
struct as_names *as_names_new(void);
void as_names_free(struct as_names *n);
bool as_names_find(void *owner, const struct mh_opt *id, struct imsi *out);
bool as_names_name(void *owner, struct imsi i, struct mh_opt *id);
/* Who a message is about: false when it names nobody. */
static inline bool as_subject(struct as_names *n, const struct mh_msg *m, struct imsi *out)
{
	const struct mh_opt *id = mh_find(m, MH_OPT_MN_ID);

	return id && pmip_who(&n->names, id, out);
}

/* How the signalling of this message travelled. */
static inline enum pmip_transport as_transport(const struct as_item *i)
{
	return i->bare ? PMIP_UDP4_BARE : i->v4 ? i->udp ? PMIP_UDP4 : PMIP_IP4 : PMIP_IP6;
}

static inline uint8_t *wire_put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

/* A live peer on the other end of an interface: inject.c. */
struct inject *inject_new(struct replay_as *a, const struct inject_options *o, GError **error);
void inject_play(struct inject *in);
void inject_check(const struct inject *in);
void inject_free(struct inject *in);

void replay_play_ha(struct replay_as *a);	/* replay_as_ha.c */
void replay_play_ue(struct replay_as *a);	/* replay_as_ue.c */
void replay_play_lma(struct replay_as *a);	/* replay_as_lma.c */
void replay_play_mag(struct replay_as *a);	/* replay_as_mag.c */

#endif
