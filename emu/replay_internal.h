/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of replay share. A frame becomes an observation, further sightings of the same packet are joined to
 * it (replay_sight.c), and when its time is over it is told: to the bindings (replay_bind.c) when it is signalling, to
 * the flows (replay_data.c) when it is user data. From these come records; metrics, writer and ladder see only records.
 */
#ifndef MOOR_EMU_REPLAY_INTERNAL_H
#define MOOR_EMU_REPLAY_INTERNAL_H

#include <glib.h>
#include <signal.h>
#include <stdio.h>

#include "base/map.h"
#include "traces/capture.h"
#include "traces/ladder.h"
#include "traces/metrics.h"
#include "traces/out.h"
#include "traces/traces.h"
#include "wire/frame.h"
#include "wire/mh.h"
#include "wire/mh_profile.h"
#include "world/record.h"

/* A packet is seen again within this time or is another one: a router may hold it for three solicitations of 1 s. */
#define REPLAY_WINDOW (4 * MOOR_S)
#define REPLAY_ECHO (1 * MOOR_MS)	/* again at the same place so soon: a mirror's echo, not a retransmission */
#define REPLAY_NEAR (20 * MOOR_MS)	/* the same for a capture of one interface and direction */
#define REPLAY_JITTER (1 * MOOR_MS)	/* records of several interfaces may be out of order by so much */
#define REPLAY_HELD 8192u		/* observations held at most; a power of two */
#define REPLAY_PLACES 12u		/* places kept of one observation */
#define REPLAY_INLINE 168u		/* octets of a message that need no memory of their own */
#define REPLAY_ANSWER 64u		/* longer BAs are judged each time */
#define REPLAY_TOLD 20u			/* faults and unreadable records that are listed, the rest is counted */
#define REPLAY_NONE UINT32_MAX

enum seen_kind { SEEN_SIGNAL, SEEN_DATA, SEEN_DAD, SEEN_SOLICIT, SEEN_IKE };

/* One packet, however many times it was captured. In the order in which it is looked at, for the caches' sake. */
struct seen {
	moor_time at, last;		/* first and last sighting, ns since the first record */
	struct map_key key;		/* of its octets but hop limits; what ties sightings together */
	uint64_t serial;		/* observations are numbered from 0 */
	uint64_t older;			/* the sending before this one with the same octets; UINT64_MAX: none */
	uint64_t number, offset;	/* of the first sighting's record */
	/* 16 octets, zeroed at once */
	uint8_t kind;			/* enum seen_kind */
	uint8_t n_places;
	bool tunnelled, udp, nat, has_hao, has_rh2, sum_bad, cut, secured;
	bool up;			/* user data: from the mobile node */
	uint16_t next;			/* in its bucket: slot + 1 */
	uint16_t sport;			/* of the tunnel's UDP header, last sighting */
	uint32_t sightings;
	uint32_t owner, owners;		/* user data: its binding when it came, right while replay.owners is this */
	uint32_t len;
	uint32_t n;			/* octets that the sightings have in common */
	const uint8_t *whole;		/* where they stand, if they stay there; else NULL */
	uint8_t *more;			/* the message when it does not fit inline; owned */
	/* from here on only what was filled in counts */
	struct ip6_addr src, dst;	/* of the packet itself; home address option and routing header not applied */
	struct seen_place { uint32_t place, spot; moor_time at; } place[REPLAY_PLACES];	/* spot: the interface */
	struct ip6_addr last_src, last_dst;	/* of the tunnel, when there was one: last sighting, behind any NAT */
	struct ip6_addr outer_src, outer_dst;	/* the same of the first sighting, before it */
	struct ip6_addr home;		/* home address option or type 2 routing header */
	uint8_t octets[REPLAY_INLINE];
};

struct sights;
/* As it was sent, at its first sighting, and as it arrived, at its last; at once when there was only one. */
enum told { TOLD_SENT = 1, TOLD_ARRIVED = 2, TOLD_BOTH = TOLD_SENT | TOLD_ARRIVED };
typedef void sight_told_fn(void *ctx, struct seen *s, enum told how);
/*
 * What following a packet looks at: its innermost layer, and the tunnel that is nearest to it. Addresses and octets are
 * lent by the frame, or by its view.
 */
struct packet {
	const struct ip6_addr *src, *dst;
	const struct ip6_addr *hao, *rh2;	/* home address option, type 2 routing header; NULL: none */
	const struct ip6_addr *from, *to;	/* as the end points see it: home addresses in place of care-of addresses */
	const struct ip6_addr *outer_src, *outer_dst;	/* NULL: no tunnel */
	const uint8_t *upper;		/* behind the IP headers; of signalling the Mobility Header */
	uint32_t upper_len;
	uint32_t payload_len;		/* without an UDP header */
	uint64_t vantage;		/* interface and direction */
	uint32_t spot;			/* interface */
	uint16_t outer_sport;		/* of the tunnel's UDP header */
	uint8_t proto, n_ip, hop_limit;
	bool mh, mh_in_udp, in_udp;	/* signalling; without IP header of its own; the tunnel is UDP */
	bool cut, sum_bad;
};

/* A BU and what came of it. */
struct sent_bu {
	uint16_t sequence, lifetime;
	bool answered, old;		/* old: a gateway's that the mobile node had left */
	moor_time first, last;		/* sightings */
	uint64_t number;
};

/* From an initiator's first IKE_SA_INIT request to its next update. */
struct ike_run {
	struct ip6_addr from;
	moor_time begun, secured;	/* secured: the last IKE_AUTH response; 0: none yet */
	moor_time last;			/* anything of it */
	bool told;			/* an update followed */
};

#define BUS_REMEMBERED 8u
#define REPLAY_SPOTS 8u

/* In the order in which it is looked at: a capture of many mobile nodes finds none of this in the caches. */
struct binding {
	struct ip6_addr home, peer, care_of;
	struct ip6_addr asked;		/* by the exchange under way */
	struct ip6_addr source;		/* of the BUs, as sent */
	uint32_t node, peer_node, mag_node;	/* node: the mobile node; mag_node: sender of its proxy's updates */
	uint32_t instance;
	uint32_t port;			/* of the present care-of address */
	uint32_t n_bu;
	uint32_t after;			/* the binding that was looked for after this one, last time */
	bool proxy, main;		/* main: a home or proxy registration; false: with a correspondent node */
	bool registered, known;		/* known: an acceptance or a de-registration was seen */
	bool nat, udp;
	bool asking;			/* an exchange is under way */
	/*
	 * The last BU, the last BA were good and plain: the same again, but for its numbers, need not be read. With a home
	 * address option, that BU.
	 */
	bool plain_bu, plain_hao, plain_ba;
	uint8_t alt_coa;		/* where in it the Alternate Care-of Address is, if it is the source; 0: nowhere */
	uint16_t attempts;
	uint16_t asked_life, granted;
	uint16_t request_len;		/* octets of the last BU, to judge its answer by; 0: too long to keep */
	moor_time granted_at;
	/* the last BU and BA that nothing was wrong with: the same again, in the same place, needs no judging */
	struct judged {
		bool good;
		uint8_t len, when, procedure;	/* when: circumstances */
		uint32_t version;
		struct ip6_addr coa;
	} good_bu, good_ba;
	uint64_t data[2];		/* packets, towards the mobile node and from it */
	uint32_t version;		/* of the request, its sequence number aside */
	/* interfaces where its updates were seen first (the mobile node's side) and last (the home agent's) */
	struct spots { uint8_t n; uint32_t of[REPLAY_SPOTS]; } near, far;
	uint8_t request[REPLAY_INLINE];
	uint8_t answer[REPLAY_ANSWER];
	struct sent_bu bu[BUS_REMEMBERED];
};

/* One round trip, told to listeners (csv, JSON, the table). */
struct exchange_row {
	uint32_t binding;
	uint16_t sequence, lifetime, granted;
	uint16_t attempt;
	uint8_t status;
	moor_time sent, answered;	/* at the mobile side: first sighting of the BU, last of the BA */
	moor_time asked, replied;	/* at the home agent's: last sighting of the BU, first of the BA */
	uint64_t bu_number, ba_number;
};

/* Deviations and dialects, one row for each id. */
struct finding {
	const char *id, *clause, *text;	/* text: a dialect in words, or NULL */
	uint64_t count, first;		/* first: record number */
	uint32_t offset, value;		/* in the message */
};

struct unread {
	uint64_t number, offset;
	char *reason;
	bool fault;			/* of the file, not of a packet */
};

struct replay_counts {
	uint64_t packets, octets, signalling, sightings, bus, bas, others, data, dads, solicits, adverts;
	uint64_t retransmissions, refused, sequence_errors, stray, deregistrations, expired, dropped_old;
	uint64_t unread, sums_bad, deviations, dialects, bindings, proxies;
	uint64_t outcome[STEP_KINDS][STEP_OUTCOMES];
	uint64_t exchanges, answered, unanswered, unanswered_late, dereg_unanswered, dereg_late;
};

struct inject_options {
	char *interface;		/* NULL: nothing is injected */
	char *to, *from, *at, *via, *speed;
	char **map;
	int sequence, wait;		/* first sequence number, -1: as captured; s without a word of the peer, 0: as long as it takes */
	gboolean in_clear;
};

struct replay_options {
	char *dir, *profile_name, *as;
	char *command;			/* what was asked for, as words of a shell */
	gboolean json, ladder, quiet;
	enum mh_profile profile;
	char *path;
	char *home_prefix;
	char **keys;
	struct inject_options inject;
	const volatile sig_atomic_t *stop;
};

struct replay_as;
struct replay_ike;

struct replay {
	struct replay_options o;
	struct capture *capture;
	struct capture_stats stats;
	int64_t first;			/* wall clock of time 0 */
	moor_time now, horizon;		/* of the newest record; what was told last */
	moor_time at, back;		/* of the record under way; most that time went back */
	struct replay_counts counts;
	struct sights *sights;
	struct capture_frame frame;	/* the packet under way */
	struct frame_view view;		/* of it, when it is not of the plainest shapes */
	struct name_table *names;
	struct trace_names trace_names;
	struct metrics *metrics;
	struct trace_writer *writer;
	struct ladder *ladder;
	struct trace_out *exchanges_csv;
	struct map nodes, binding_index, proxy_index, homes, prefixes, idents, ports;
	uint32_t owners;		/* changes of homes and prefixes */
	struct map ike_spis, ike_from;	/* initiator's SPI, its address -> index */
	GArray *ike_runs;		/* struct ike_run */
	struct map places, formed;	/* care-of address -> node that asks for it; nodes that formed one lately */
	GArray *bindings;		/* struct binding */
	uint32_t n_nodes, n_ports, dads_held;
	uint64_t vantage;		/* interface and direction of the last packet */
	bool many;			/* there are others */
	uint64_t found_for;		/* serial + 1 of the observation whose binding `found` is */
	uint32_t found;			/* index, or REPLAY_NONE */
	uint32_t last_pair;		/* binding of a home address and peer that was looked for last */
	GArray *findings, *dialects;	/* struct finding */
	GArray *unread;			/* struct unread */
	GArray *rows;			/* struct exchange_row, the first REPLAY_ROWS */
	GArray *loose_ends;		/* struct bu_exchange without answer, the first REPLAY_TOLD */
	GArray *checks;			/* struct trace_check with owned messages */
	struct replay_as *as;
	struct replay_ike *ike;		/* NULL: no keys and no IKE so far */
	bool secured;			/* what is looked at was inside ESP */
	bool interrupted;
	struct mh_msg messages[2], *message, request;
	uint32_t last_bu;		/* binding + 1 of the BU that the other of the two messages is; 0: none */
	uint32_t this_bu;		/* the same of *message */
	struct mh_plan plan[2][MH_PROCS][2];	/* BU, BA; by procedure; proxy */
	bool planned[2][MH_PROCS][2];
	/* of messages of mobile nodes, which procedure's rules are among another's, once known */
	struct { bool known, covers; } covers[2][MH_PROCS][MH_PROCS];
	struct wire_diags diags;	/* of *message */
	uint64_t decoded;		/* serial + 1 of the observation that message was read from; 0: none */
	/* of the message under way when it is a plain one again: its options were not read then. Else NULL */
	struct binding *again;
};

#define REPLAY_ROWS 1000u

static inline struct binding *binding_at(const struct replay *r, uint32_t i)
{
	return &g_array_index(r->bindings, struct binding, i);
}

/* Messages are short: overlapping words beat a call. */
static inline void replay_copy(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n < 16) {
		for (size_t i = 0; i < n; i++)
			to[i] = from[i];
		return;
	}
	for (size_t i = 0; i + 16 < n; i += 16)
		memcpy(to + i, from + i, 16);
	memcpy(to + n - 16, from + n - 16, 16);
}

/* Both halves of a product, and the numbers, of which one that is 0 would else hide the other. */
static inline uint64_t replay_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (a ^ (uint64_t)m) ^ (b ^ (uint64_t)(m >> 64));
}

/*
 * The library's memset: when the compiler knows the length it makes a string instruction of it, which for such sizes
 * takes longer to begin than to work.
 */
static inline void replay_clear(void *p, size_t n)
{
	__asm__("" : "+r"(n));
	memset(p, 0, n);
}

static inline const uint8_t *seen_octets(const struct seen *s) { return s->more ? s->more : s->octets; }

/* replay_sight.c: joins sightings. */
struct sights *sights_new(sight_told_fn *told, void *ctx);
void sights_free(struct sights *s);
/* What makes it the same packet (the key, and the octets as far as they are kept), and where it was. */
struct sighting {
	struct map_key key;
	const uint8_t *octets;		/* for now */
	const uint8_t *whole;		/* the same when they stay there, else NULL */
	uint32_t n;
	uint32_t place, spot;
	moor_time at;
};
/* A slot for a packet. NULL: it was seen before, and *again is that observation. */
struct seen *sights_add(struct sights *s, const struct sighting *g, struct seen **again);
/* Tells everything that was first seen before `horizon`. */
void sights_drain(struct sights *s, moor_time horizon);

/* replay_frame.c */
struct map_key replay_hash(const void *p, size_t n);
void replay_frame(struct replay *r, const struct capture_frame *f);
void replay_packet_of(const struct capture_frame *f, const struct frame_view *v, struct packet *k);
/* A packet that was inside another. */
void replay_ip(struct replay *r, const struct capture_frame *f, const struct frame_view *v);
/* Interface, direction, hop limit of the packet itself and depth of tunnels, as one number. */
static inline uint32_t replay_place(struct replay *r, const struct packet *k)
{
	uint64_t all = k->vantage | (uint64_t)k->hop_limit << 8 | (uint64_t)k->n_ip << 4;

	if (G_UNLIKELY(r->vantage != k->vantage)) {
		r->many |= r->vantage != 0;
		r->vantage = k->vantage;
	}
	return (uint32_t)((all ^ all >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}
void replay_unread(struct replay *r, bool fault, uint64_t number, uint64_t offset, const char *reason);

/* replay_bind.c */
void replay_signal(struct replay *r, struct seen *s, enum told how);
void replay_emit(struct replay *r, const struct moor_record *rec);

/* replay_place.c */
uint32_t replay_node(struct replay *r, const struct ip6_addr *a);
/* One that is found by this key in this index. */
uint32_t replay_new_node(struct replay *r, struct map *in, struct map_key key, const char *name);
/* The port that stands for a place of a mobile node; its link is named by the address. */
uint32_t replay_port(struct replay *r, const struct binding *b, const struct ip6_addr *care_of);

/* replay_ike_time.c */
void replay_ike_seen(struct replay *r, const struct seen *s, enum told how);
/* A mobile node's update came from this address: IKEv2 before it was of that step. */
void replay_ike_before(struct replay *r, uint32_t node, const struct ip6_addr *from);

/* replay_ike_message.c and those beside it (emu/replay_ike.h): what is inside. NULL: no IKE so far. */
struct replay_ike *replay_ike_new(struct replay *r, char *const *paths, GError **error);
void replay_ike_free(struct replay_ike *k);
/* A packet that was not seen before, at once. */
void replay_ike_packet(struct replay *r, const struct frame_view *v, const uint8_t *p, uint32_t n, struct seen *s);
/* Takes the times of one that is told; the message in clear (*n octets, lent), or NULL: as it came. */
const uint8_t *replay_ike_told(struct replay *r, const struct seen *s, enum told how, uint32_t *n);
void replay_ike_forget(struct replay *r, const struct seen *s);		/* all of it is told */
/* True when it was opened; what was inside went through replay_ip. */
bool replay_esp_frame(struct replay *r, const struct capture_frame *f, const struct frame_view *v);
void replay_ike_verdicts(struct replay_ike *k);
bool replay_ike_judged(const struct replay_ike *k);	/* something was opened, or should have been */
void replay_ike_summary(const struct replay_ike *k, FILE *f);
void replay_ike_print(const struct replay_ike *k, FILE *f);
void replay_ike_json(const struct replay_ike *k, FILE *f);
bool replay_ike_csv(const struct replay_ike *k, const char *dir, GError **error);

/* replay_judge.c */
void replay_note(struct replay *r, const struct seen *s, const struct mh_msg *m, uint32_t node, bool sent,
		 const char *id, const char *clause, uint32_t offset, uint32_t value);
/* True when there was nothing to note. */
bool replay_judge(struct replay *r, const struct seen *s, const struct mh_msg *m, const struct mh_context *c,
		  const struct wire_diags *decoded, uint32_t node);
/* A message of this type, no proxy's, that was found good in one procedure is good in the other, all else equal. */
bool replay_covers(struct replay *r, uint8_t type, enum mh_procedure judged, enum mh_procedure now);
enum dialect { DIALECT_SHORT_HEADER = 1, DIALECT_SWAPPED = 2, DIALECT_DRAFT_OPTIONS = 4, DIALECT_NO_P = 8,
	DIALECT_RAW_ID = 16, DIALECT_LONG_PREFIX = 32 };
/* What the message shows of a dialect; proxy: it is PMIPv6's, P flag or not. */
unsigned replay_dialect(const struct mh_msg *m, const struct wire_diags *d, bool *proxy);
void replay_dialect_note(struct replay *r, const struct seen *s, unsigned dialects);
/* Once all is told: the checks. */
void replay_verdicts(struct replay *r);
/* message: owned by the check from now on; may be NULL */
void replay_check(struct replay *r, const char *id, const char *clause, enum verdict v, char *message);
/* A listener of the metrics: counts what was not answered. */
void replay_exchange(void *replay, const struct bu_exchange *x);
enum verdict replay_verdict(const struct replay *r);

/* replay_data.c */
/* The binding that a packet between these is user data of, or REPLAY_NONE; *up: it is from the mobile node. */
uint32_t replay_owner(const struct replay *r, const struct ip6_addr *src, const struct ip6_addr *dst, bool *up);
void replay_data(struct replay *r, struct seen *s, enum told how);
void replay_discovery(struct replay *r, struct seen *s);

/* replay_print.c */
void replay_exchange_csv(struct replay *r, const struct exchange_row *x);
void replay_print(struct replay *r, FILE *f);
void replay_json(struct replay *r, FILE *f);
void replay_text_json(FILE *f, const char *s);

/* replay_as.c: plays one side of the capture. All take NULL for "nobody is played". */
struct replay_as *replay_as_new(struct replay *r, GError **error);
void replay_as_message(struct replay_as *a, const struct seen *s, const struct mh_msg *m, bool arrived);
void replay_as_finish(struct replay_as *a);
void replay_as_print(const struct replay_as *a, FILE *f);
void replay_as_json(const struct replay_as *a, FILE *f);
void replay_as_free(struct replay_as *a);

#endif
