/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One side of a capture, sent to a live peer on a real interface, and what that one answers. What is sent and what is
 * compared are the items of replay_as.h; `ours` in them is here the live peer's. Internal.
 */
#ifndef MOOR_EMU_INJECT_H
#define MOOR_EMU_INJECT_H

#include "emu/live.h"
#include "emu/replay_as.h"
#include "net/net.h"
#include "wire/frame.h"
#include "world/filter.h"

#define INJECT_STEP (10 * MOOR_MS)	/* how often what came is looked at */

/* An address or prefix of the capture and what stands for it; IPv4 as mapped, with 96 more. */
struct inject_map { struct ip6_prefix old, now; };

struct inject {
	struct moor_filter ear;		/* of the port; first */
	struct replay_as *a;
	const struct inject_options *o;
	double speed;			/* 0: as fast as answers come */
	struct device *d;		/* until live has it */
	struct live *live;
	struct moor_world *w;
	struct net_host *host;
	struct net_iface *iface;
	struct mac_addr mac;
	GArray *maps;			/* struct inject_map, the first that fits counts */
	GHashTable *shifts;		/* binding -> what is added to its sequence numbers */
	uint32_t again;			/* item that is to be sent once more, + 1; 0: none */
	bool biased;
	int64_t bias;			/* of the captured sender's timestamps against the capture's clock */
	GPtrArray *due;			/* struct inject_due: answers to be sent, as ha and lma */
	uint64_t deviations;		/* of what the peer sent, from the profile */
	char *deviation;		/* the first */
	bool gone;			/* the interface was removed in the middle of it */
	uint64_t others;		/* messages of the peer that no captured one is like */
};

/* ---- inject_rewrite.c -------------------------------------------------------------------------------------------- */

/* "OLD=NEW", addresses or prefixes of one family. */
bool inject_map_parse(const char *text, struct inject_map *out, GError **error);
struct ip6_addr inject_address(const struct inject *in, struct ip6_addr a);
/* Addresses in the options of a message. */
void inject_options_moved(const struct inject *in, uint8_t *mh, uint32_t n);
/* A timestamp of the captured sender at `wall` of the capture, in our time; 0: there is none. */
void inject_stamp(struct inject *in, const struct as_item *i, uint8_t *mh, uint32_t n);
void inject_set_stamp(uint8_t *mh, uint32_t n, struct mh_stamp s);

/* ---- inject.c ---------------------------------------------------------------------------------------------------- */

/* From Mobility Header to packet and out. pseudo: what its checksum counts as sender and receiver; NULL: none. */
bool inject_send(struct inject *in, const struct as_envelope *e, uint8_t *mh, uint32_t n,
		 const struct ip6_addr *pseudo_src, const struct ip6_addr *pseudo_dst);
/* A time of the capture in the asked rhythm; speed is not 0. */
moor_time inject_scaled(const struct inject *in, moor_time t);
/* True: stopped. */
bool inject_until(struct inject *in, moor_time t);

/* ---- inject_answer.c: the side that is asked --------------------------------------------------------------------- */

struct inject_due;
void inject_asked(struct inject *in, const struct frame_view *v);	/* the peer sent an update */
void inject_answers_due(struct inject *in);				/* sends those whose time has come */
void inject_answer(struct inject *in);					/* until all that was asked is, or nobody asks */
void inject_due_free(void *due);

#endif
