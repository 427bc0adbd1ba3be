/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A UE, a home agent and what lies between them in one small world, for the tests of this folder:
 *
 *	core	2001:db8:c0::/64, 203.0.113.0/24: ha (::1, .1), ar (::2), box (::3, .3; a NAT), plain (::4, .4), cn (::9, .9)
 *	lte	2001:db8:1::/64 behind ar		lte2	2001:db8:2::/64 behind ar
 *	wlan	10.0.0.0/24 behind box, DHCP		wlan4	198.51.100.0/24 behind plain, DHCP, no NAT
 *	dual	2001:db8:3::/64 and 192.168.7.0/24 behind plain
 *	home	the home link, behind ha
 *
 * The UE has the interfaces lte, wlan and home. Everything that the world records is kept and can be asked for.
 */
#ifndef MOOR_TESTS_PAIR_RIG_H
#define MOOR_TESTS_PAIR_RIG_H

#include "entity/cn.h"
#include "entity/ha.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "tests/unit/harness.h"
#include "wire/frame.h"
#include "world/link.h"

#define S(n) ((moor_time)((n) * 1000) * MOOR_MS)	/* seconds, also broken ones */

struct seen {
	struct moor_record r;
	uint8_t octets[512];			/* of signalling messages and frames */
};

struct rig {
	struct moor_world *w;
	struct timer_set timers;
	struct ue_profile profile;
	struct ue_config ue_config;
	struct ha_config ha_config;
	uint32_t lease;				/* of DHCP on wlan4 and dual, seconds; 0: 3600 */
	moor_time dhcp_delay;			/* thinking time of those servers */
	bool second_ha;				/* ha2 (::5, .5) is a candidate too, with the same pool */
	bool second_pool;			/* ... with 2001:db8:b000::/40 instead */
	bool third_ha;				/* ha3 (::6, .6) and ha4 (::7, .7) are there, and no candidates */
	struct moor_link *core, *lte, *lte2, *wlan, *wlan4, *dual, *home;
	struct ha *ha, *ha2, *ha3, *ha4;
	struct ue *ue;
	struct router *ar, *box, *plain;
	struct cn *cn;
	struct dsmip_ue *d;
	struct dsmip_ha *a;
	uint32_t ue_id, ha_id;
	GArray *seen;				/* struct seen */
	bool keep_frames;
};

/* The settings may be changed between the two. */
struct rig *rig_new(void);
void rig_build(struct rig *r);
void rig_free(struct rig *r);			/* checks for leaks */

void rig_run(struct rig *r, moor_time span);
void rig_plug(struct rig *r, const char *iface, struct moor_link *l);	/* NULL: unplug */
void rig_attach(struct rig *r, const char *iface, struct moor_link *l);	/* plugs and attaches */
/* Moves: unplugs the other interfaces, plugs this one, says that it is preferred. */
void rig_move(struct rig *r, const char *iface, struct moor_link *l);
/* Attaches, runs 5 s, and asserts that the UE is registered there. */
bool rig_registered(struct rig *r, const char *iface, struct moor_link *l);

/* The next n Mobility Headers of that type on the link are lost. */
void rig_lose(struct moor_link *l, enum mh_type type, uint32_t n);

/* Records of a kind, since a time (0: all). node: REC_NONE any. */
unsigned rig_count(const struct rig *r, enum rec_kind kind, uint32_t node, moor_time since);
unsigned rig_states(const struct rig *r, const struct fsm *machine, moor_time since);	/* its changes */
/* Signalling: the n-th (from 0) of that direction and type by that node, NULL: none. */
const struct seen *rig_signal(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type, unsigned n);
const struct seen *rig_last(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type);
unsigned rig_signals(const struct rig *r, enum rec_kind kind, uint32_t node, enum mh_type type);
/* The message of a signal record, decoded. */
struct mh_msg rig_message(const struct seen *s);
bool rig_moved(const struct rig *r, enum rec_move what, moor_time since, moor_time *at);
bool rig_bound(const struct rig *r, uint32_t node, enum rec_binding what, moor_time since);
bool rig_discarded(const struct rig *r, uint32_t node, const char *reason);
bool rig_deviation(const struct rig *r, const char *id);	/* any, by either side */
void rig_print(const struct rig *r);				/* for a failing test */

/* One echo request or UDP datagram between UE and correspondent; true when it came through within two seconds. */
bool rig_up6(struct rig *r);
bool rig_down6(struct rig *r);
bool rig_up4(struct rig *r);
bool rig_down4(struct rig *r);

struct dsmip_bce_view rig_bce(const struct rig *r);		/* state NONE: no entry */

/* With all that is in it. */
void rig_remove_folder(const char *dir);

#endif
