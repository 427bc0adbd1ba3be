/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of model/world know of one another. Nobody else includes this.
 */
#ifndef MOOR_WORLD_PRIV_H
#define MOOR_WORLD_PRIV_H

#include <assert.h>
#include <string.h>

#include "base/index.h"
#include "base/mem.h"
#include "base/slab.h"
#include "world/filter.h"
#include "world/medium.h"
#include "world/pkt.h"
#include "world/port.h"
#include "world/queue.h"
#include "world/record.h"
#include "world/world.h"

#define ETH_OCTETS 14u		/* header of every frame here */

/* ---- packets ----------------------------------------------------------------------------------------------------- */

enum pkt_state { PKT_OWNED, PKT_LENT, PKT_FLYING, PKT_FREE };	/* moor_pkt.taken */

/* Where a packet in the event queue goes. */
enum pkt_way { WAY_LINK, WAY_IN, WAY_OUT };	/* off a link; on through the filters of its port, inwards or outwards */

struct pkt_box {
	struct moor_port *to;
	struct moor_filter *behind;	/* WAY_IN, WAY_OUT: goes on behind this filter */
	uint64_t order;
	uint32_t epoch;			/* of the port when it was sent */
	uint8_t way;
	bool lost;			/* its sender left before the transmitter came to it */
	uint32_t from;			/* number of the port that sent it + 1; 0: none of ours */
	uint32_t hint;			/* moor_pkt_hint */
	struct moor_pkt pkt;
};

#define PKT_BUFFER_AT 80u		/* offset of the octets in a box */
_Static_assert(sizeof(struct pkt_box) <= PKT_BUFFER_AT, "the octets begin behind the box");

enum { PKT_CLASSES = 5 };

struct pkt_pools {
	struct moor_pkt *free[PKT_CLASSES];
	void **blocks;
	uint32_t n_blocks, cap_blocks;
	size_t octets;
	uint64_t alive, flying;
};

static inline struct pkt_box *pkt_box(struct moor_pkt *p) { return MOOR_CONTAINER(p, struct pkt_box, pkt); }

void pkt_pools_done(struct pkt_pools *pools);
/* Puts a packet into the event queue; takes it. */
void pkt_fly(struct moor_world *w, struct moor_pkt *p, struct moor_port *to, moor_time at, enum pkt_way way,
	     struct moor_filter *behind);
/* The same, but who carries it puts it into the queue when it arrives (medium.c). */
void pkt_depart(struct moor_world *w, struct moor_pkt *p, struct moor_port *to, enum pkt_way way,
		struct moor_filter *behind);
void pkt_land(struct moor_world *w, struct moor_pkt *p);	/* it came out of the queue: the caller's now */

/* One frame on its way to several ports, each of which gets a copy when its turn comes. */
struct fanout {
	struct fanout *next, *prev;	/* of the world */
	struct moor_pkt *pkt;
	uint64_t order;
	uint32_t at, n;			/* receiver whose turn it is; how many */
	struct { uint32_t port, epoch; } to[];
};

/* A carrier change to be told, or at a hub that a station came or went. */
struct post {
	struct moor_port *port;
	uint64_t order;
	bool up, is_station;
	struct mac_addr station;
	moor_handle self;
};

/* ---- ports and links --------------------------------------------------------------------------------------------- */

struct moor_node {
	struct moor_world *world;
	const char *name;
	uint32_t id;
	uint32_t clock;			/* in world.clocks, + 1; 0: a true clock */
	uint32_t owner;			/* in world.owners, + 1; 0: most nodes have none */
};

_Static_assert(sizeof(struct moor_node) <= 32, "a million UEs have a million nodes");

struct owner { void *owner; void (*destroy)(void *owner); };

enum port_flags { PORT_EXTERNAL = 1, PORT_PROMISCUOUS = 2, PORT_HUB = 4, PORT_FAULTLESS = 8,
		  PORT_STATIONS = 16,
		  PORT_TWIN = 32,	/* a port that was on a LAN before it has the same address */
		  PORT_SOLE = 64,	/* `groups` is no handle, see there */
		  PORT_KNOWN = 128,	/* was on a LAN: is in world.macs or a TWIN */
		  PORT_ALL_GROUPS = 256,
		  PORT_ADMITTED = 512 /* a medium was asked to admit it, whatever it said */ };

/* One cache line. What a port needs only while it is on a link is apart. */
struct moor_port {
	struct moor_node *node;
	struct moor_link *link;
	struct moor_filter *filters;
	void *owner;
	uint32_t number;
	uint32_t epoch;			/* goes up when frames in flight are lost */
	/* first struct member, 0: none. With PORT_SOLE the one group 33:33:ff and 24 bits that it joined, times << 24 */
	uint32_t groups;
	uint32_t sender;		/* handle of its struct sender while it is on a link; of an external port its MTU */
	uint32_t name;			/* in world.port_names */
	struct mac_addr mac;
	uint8_t handlers;		/* in world.handlers, + 1; 0: none */
	uint8_t all_nodes;		/* times joined */
	uint16_t flags;
};

_Static_assert(sizeof(struct moor_port) <= 64, "a million UEs have two million ports");

/* A port's way onto its link. */
struct sender {
	moor_time busy;			/* the transmitter is, until then */
	moor_time last;			/* latest arrival so far of what it sent: order is kept */
	uint32_t waiting;		/* handle of its struct backlog, 0: nothing waits */
	uint32_t at;			/* place among the link's ports */
	uint32_t odds;			/* handle of its struct odds, 0: the link never harmed what it sent */
};

_Static_assert(sizeof(struct sender) <= 32, "a million UEs have a million of them");

/* Where a port is in the random draws and the loss mask of its link. */
struct odds {
	uint64_t stream;		/* key of the draws, 0: not made yet */
	uint32_t frames;		/* sent while the link impaired: numbers the draws */
	uint8_t mask_at;		/* next bit of the loss mask */
	uint8_t mask_version;		/* of the link's params when mask_at began */
};

/* Ports of a kind of entity have the same handlers. */
struct handlers {
	moor_rx_fn *rx;
	moor_carrier_fn *carrier;
	moor_foresee_frame_fn *foresee;
	moor_station_fn *station;
};

/* Frames that wait for a transmitter. Mostly there are one or two: what a node sends at the same instant. */
#define BACKLOG_OWN 2u

struct backlog {
	struct waiting { moor_time start; struct moor_pkt *pkt; } *ring, own[BACKLOG_OWN];
	uint32_t first, n, cap;
};

/* One port's subscription to one group. */
struct member {
	struct mac_addr group;
	uint16_t times : 15, on_lan : 1;
	uint32_t port;
	uint32_t of_port;		/* next group of the port */
	uint32_t prev, next;		/* in a chain of world.groups while on_lan; prev 0: first */
};

struct port_set { uint32_t *ports, n, cap; };

struct lose_rule {
	struct lose_rule *next;
	link_match_fn *match;
	void *arg;
	uint32_t left;
};

struct lan {
	/* all: sender.at is the place; the others are in no order; all_groups: those that are not promiscuous too */
	struct port_set all, hubs, promiscuous, all_groups;
	bool grouped;			/* its ports' groups are in the chains: since the first frame that asked for them */
};

struct params {				/* shared by all links that say the same */
	struct link_params p;
	struct params *next;
};

struct moor_link {
	struct moor_world *world;
	const char *name;
	const struct params *params;
	struct lose_rule *rules;
	struct lan *lan;		/* NULL: point-to-point */
	struct moor_medium *medium;	/* NULL: the world carries its frames itself */
	uint32_t pair[2];		/* point-to-point: port's number + 1 */
	uint32_t index;
	bool up, isolated;
	uint8_t version;		/* of params */
};

/* A table of chains of handles. */
struct chains { uint32_t *heads, cap, count; };

static inline uint32_t *chain_of(const struct chains *c, uint64_t hash) { return &c->heads[hash & (c->cap - 1)]; }

struct clock_state { int64_t offset, drift_ppb; moor_time since; };

struct attachment {
	const void *key;
	void *thing;
	void (*destroy)(void *thing);
	void (*report)(const void *thing, mem_report_fn *fn, void *ctx);	/* NULL: it does not tell */
};

struct rec_tap { uint64_t kinds; rec_sink_fn *fn; void *ctx; };

struct moor_world {
	union {
		struct moor_world_head head;
		struct {		/* the same by shorter names */
			moor_time now;
			uint64_t wanted;
		};
	};
	struct moor_world_config config;
	struct queue queue;
	uint64_t events;
	uint32_t asking;		/* moor_port_asking */
	bool stopped;
	bool running;
	struct rec_tap *taps;
	uint32_t n_taps, cap_taps;
	struct rec_tap *passed;			/* of moor_record_divert: taps has one alone, these are behind it */
	uint32_t n_passed, cap_passed;
	bool diverted;
	void (*tap)(void *ctx, const struct moor_tap *t);	/* medium.h; NULL */
	void *tap_ctx;
	struct pkt_pools pkts;
	struct slab posts, backlogs, members, senders, odds;
	struct fanout *fanouts;
	struct table nodes, ports, links, clocks, owners;
	struct index node_names, link_names;	/* references are numbers + 1 */
	struct index macs;			/* ports that were on a LAN, the first with each address */
	struct index twins;			/* those on LANs that have the address of one in macs, wherever that is */
	struct chains groups;			/* members on LANs: some groups are large, an index is not made for that */
	struct texts texts;
	struct params *params;
	struct moor_link_watch *link_watches;
	const char **port_names;
	uint32_t n_port_names, cap_port_names;
	struct handlers *handlers;
	uint32_t n_handlers, cap_handlers;
	struct attachment *attached;
	uint32_t n_attached, cap_attached;
	struct port_set scratch;
	uint64_t frames;		/* the last frame number given out */
	size_t octets;			/* small things: LANs, rules, fan-outs */
	struct fingerprint *fingerprints;
};

static inline struct moor_port *port_of(const struct moor_world *w, uint32_t number)
{
	return table_at(&w->ports, number);
}

/* By its link, which many share, rather than by its node, whose memory may be far. */
static inline struct moor_world *world_of(const struct moor_port *p)
{
	return p->link ? p->link->world : p->node->world;
}

/* Of a port on a link. */
static inline struct sender *sender_of(const struct moor_port *p)
{
	return slab_at(&p->link->world->senders, slab_number(p->sender));
}

void timer_fire(struct moor_world *w, uint64_t ref);		/* idle before its handler runs */
uint32_t name_hash(const char *s);
void node_destroy_owner(struct moor_node *n);

void post_carrier(struct moor_port *p, bool up);
void port_tell_carrier(struct moor_port *p, bool up);		/* calls the handler */
void port_tell_station(struct moor_port *hub, const struct mac_addr *mac, bool there);	/* the same */
void post_station(struct moor_port *hub, const struct moor_port *p, bool there);
void lan_tell_hubs(const struct moor_port *p, bool there);	/* p's carrier changes */
void link_tell_hub(const struct moor_port *p, bool there);	/* the same, point-to-point */
void port_out(struct moor_port *p, struct moor_pkt *pkt);			/* behind the filters: to link or engine */
void port_drop(struct moor_port *p, struct moor_pkt *pkt, const char *cause);	/* with a record */
void port_frame_record(struct moor_port *p, enum rec_kind kind, const struct moor_pkt *pkt, const char *cause);
bool port_accepts(const struct moor_port *p, const uint8_t *dst);
void port_spread(struct moor_port *p);		/* of a PORT_SOLE: its group becomes a struct member */
bool port_joined(const struct moor_port *p, const uint8_t *group);	/* any group but that of all nodes */
void port_arrive(struct moor_world *w, struct moor_pkt *pkt);			/* an arrival's turn */
void port_lose_in_flight(struct moor_port *p);	/* the carrier went: nothing that was on its way to or in it arrives */
void port_in(struct moor_port *p, struct moor_pkt *pkt, struct moor_filter *behind);	/* through the filters */
void port_hand_over(struct moor_port *p, struct moor_pkt *pkt);			/* behind them */
void filters_run(struct moor_port *p, enum filter_dir dir, struct moor_filter *behind, struct moor_pkt *pkt);
void filters_free(struct moor_port *p);

void fingerprints_orphan(struct moor_world *w);		/* the world goes before them */

void link_send(struct moor_port *p, struct moor_pkt *pkt);
void link_free(struct moor_link *l);
/* As a link routes a frame, by its medium; cause: it is lost. Takes pkt, returns it while it is in flight. */
struct moor_pkt *medium_send(struct moor_port *p, struct moor_pkt *pkt, const char *cause, bool twice);
void medium_plug(struct moor_link *l, struct moor_port *p, bool in);	/* of a link that has one */
bool medium_admit(struct moor_link *l, struct moor_port *p);		/* the same */
void medium_leave(struct moor_port *p);		/* with PORT_ADMITTED */
void backlog_ring_free(struct backlog *b);

void lan_attach(struct moor_link *l, struct moor_port *p);
void lan_detach(struct moor_port *p);
void lan_promiscuous(struct moor_port *p, bool on);
void lan_all_groups(struct moor_port *p, bool on);
/* As a link routes a frame: takes pkt, returns it while it is in flight. */
struct moor_pkt *lan_send(struct moor_port *p, struct moor_pkt *pkt, moor_time at);
void port_set_add(struct port_set *s, uint32_t port);
void port_set_sort(struct port_set *s);		/* and leaves each port once */
void lan_join(struct moor_port *p, uint32_t member);		/* the member came while p is on a LAN */
void lan_leave(struct moor_port *p, uint32_t member);
void fanout_turn(struct moor_world *w, struct fanout *f);
void fanout_free(struct moor_world *w, struct fanout *f);

/* What befalls one frame, from the streams of (link and port) or of a filter. */
struct fate {
	bool lost, twice, late;
	moor_time delay;
};
struct fate impair(const struct link_params *lp, uint64_t key, uint32_t frame, struct moor_pkt *pkt);
bool loss_mask_next(const struct link_params *lp, uint8_t *at);	/* whether the mask loses this frame; moves on */
bool impairs(const struct link_params *lp);	/* whether impair() has to be asked at all */

#endif
