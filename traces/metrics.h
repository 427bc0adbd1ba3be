/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handover metrics from records, and from nothing else: a simulation, a live run and the replay of a capture give the
 * same figures because they feed the same records. docs/metrics.md says for each figure from which record to which it
 * runs; the table METRIC_TABLE below is its source.
 *
 * A row is one step of one mobile node: attach, handover, return home, detach. Rows are handed to listeners as they
 * are finished: METRICS_SETTLE after the step's signalling ended plus METRICS_FLIGHT for packets under way, or when
 * the node's next step begins, or at metrics_finish. Memory: one struct per mobile node and one per flow, none per
 * packet; finished rows are kept only up to `keep`.
 *
 * What is needed for a row (replay makes these up from frames): REC_SIGNAL_TX of BUs and REC_SIGNAL_RX of BAs at the
 * mobile node give registration; REC_MOVE steps, REC_ROUTER and REC_DHCP (solicitations) the phases before it, each
 * absent when its records are (MOVE_SECURING, MOVE_SECURED, REC_AAA: IKE and AAA); REC_DATA_* the flows (REC_DATA_RX
 * alone is enough: losses are then counted up to the last packet that came). REC_CARRIER gives link names,
 * REC_RADIO what layer 2 of a radio link took. A BU with another care-of address than the last registered one opens a
 * row by itself. PBUs of a MAG count for the mobile node that they name by its link-layer identifier
 * (metrics_proxy.c), when that has records of its own.
 */
#ifndef MOOR_TRACES_METRICS_H
#define MOOR_TRACES_METRICS_H

#include "traces/names.h"

#define METRICS_SETTLE (4 * MOOR_S)	/* after the signalling: packets sent until then belong to the step */
#define METRICS_FLIGHT (1 * MOOR_S)	/* a packet that has not come this long after it was sent is lost */
#define METRIC_ABSENT INT64_MIN

enum metric_unit { UNIT_NS, UNIT_COUNT };
/* Host timers and network signalling are never mixed in one figure: what a span consists of. */
enum metric_sort { SORT_HOST, SORT_NETWORK, SORT_BOTH, SORT_TRAFFIC };

/* X(id, name, unit, sort, what it is) */
#define METRIC_TABLE(X) \
	X(M_L2_GAP, "l2_gap", UNIT_NS, SORT_NETWORK, "step started to link up") \
	X(M_SOLICIT_WAIT, "solicit_wait", UNIT_NS, SORT_HOST, "link up to the last RS or DHCPDISCOVER sent before detection") \
	X(M_DETECTION, "detection", UNIT_NS, SORT_NETWORK, "that solicitation (else link up) to movement detected") \
	X(M_ADDRESS_WAIT, "address_wait", UNIT_NS, SORT_HOST, "first to last DHCPREQUEST sent before the address was formed") \
	X(M_ADDRESS, "address", UNIT_NS, SORT_NETWORK, "movement detected to care-of address formed, less address_wait") \
	X(M_DAD, "dad", UNIT_NS, SORT_HOST, "care-of address formed to usable: duplicate address detection") \
	X(M_DISCOVERY, "discovery", UNIT_NS, SORT_NETWORK, "home agent discovery begun to found; 0 with a configured one") \
	X(M_IKE, "ike", UNIT_NS, SORT_BOTH, "IKEv2 begun to security association made, less aaa; 0 without IPsec") \
	X(M_AAA, "aaa", UNIT_NS, SORT_NETWORK, "of that the home agent's waiting for the AAA server; 0 without IPsec") \
	X(M_BU_WAIT, "bu_wait", UNIT_NS, SORT_HOST, "care-of address usable to first BU sent, less discovery, ike and aaa") \
	X(M_REGISTRATION, "registration", UNIT_NS, SORT_BOTH, "first BU sent to its acceptance: the next two together") \
	X(M_RETRANSMIT_WAIT, "retransmit_wait", UNIT_NS, SORT_HOST, "first BU sent to the BU that was answered") \
	X(M_REGISTRATION_RTT, "registration_rtt", UNIT_NS, SORT_NETWORK, "the BU that was answered to its BA received") \
	X(M_TOTAL, "total", UNIT_NS, SORT_BOTH, "step started to registered") \
	X(M_FIRST_UP, "first_up", UNIT_NS, SORT_TRAFFIC, "step started to the first uplink packet over the new place") \
	X(M_FIRST_DOWN, "first_down", UNIT_NS, SORT_TRAFFIC, "step started to the first downlink packet over the new place") \
	X(M_GAP_UP, "gap_up", UNIT_NS, SORT_TRAFFIC, "longest silence at the uplink sink") \
	X(M_INTERVAL_UP, "interval_up", UNIT_NS, SORT_TRAFFIC, "sending interval of the flow that gave gap_up") \
	X(M_GAP_DOWN, "gap_down", UNIT_NS, SORT_TRAFFIC, "longest silence at the mobile node") \
	X(M_INTERVAL_DOWN, "interval_down", UNIT_NS, SORT_TRAFFIC, "sending interval of the flow that gave gap_down") \
	X(M_LOST_UP, "lost_up", UNIT_COUNT, SORT_TRAFFIC, "uplink packets that never arrived") \
	X(M_LOST_DOWN, "lost_down", UNIT_COUNT, SORT_TRAFFIC, "downlink packets that never arrived") \
	X(M_DUP_UP, "duplicated_up", UNIT_COUNT, SORT_TRAFFIC, "uplink packets that arrived again") \
	X(M_DUP_DOWN, "duplicated_down", UNIT_COUNT, SORT_TRAFFIC, "downlink packets that arrived again") \
	X(M_REORD_UP, "reordered_up", UNIT_COUNT, SORT_TRAFFIC, "uplink packets that came behind a later one [RFC 4737 3]") \
	X(M_REORD_DOWN, "reordered_down", UNIT_COUNT, SORT_TRAFFIC, "downlink packets that came behind a later one") \
	X(M_RETRANSMISSIONS, "retransmissions", UNIT_COUNT, SORT_NETWORK, "BUs of the step sent again") \
	X(M_REFUSALS, "refusals", UNIT_COUNT, SORT_NETWORK, "BAs of the step with a status of 128 or above") \
	X(M_L2_LOSS, "l2_loss", UNIT_NS, SORT_HOST, "radio: last beacon heard to link given up, before the step starts") \
	X(M_L2_SCAN, "l2_scan", UNIT_NS, SORT_BOTH, "radio, of l2_gap: looking for an access point") \
	X(M_L2_ASSOC, "l2_assoc", UNIT_NS, SORT_NETWORK, "radio, of l2_gap: end of the scan (else link lost) to associated")

enum metric_id {
#define X(id, name, unit, sort, about) id,
	METRIC_TABLE(X)
#undef X
	METRICS
};

/* Columns of tables in files are only ever added at the end of a line: metrics from here on stand there. */
#define METRICS_LATER M_L2_LOSS

struct metric_row {
	const char *name;
	enum metric_unit unit;
	enum metric_sort sort;
	const char *about;
};
extern const struct metric_row metric_rows[METRICS];
int metric_find(const char *name);			/* enum metric_id; -1: no such metric */
const char *metric_unit_name(enum metric_unit u);	/* "ns", "1" */

enum step_kind { STEP_ATTACH, STEP_HANDOVER, STEP_HOME, STEP_DETACH, STEP_KINDS };
enum step_outcome {
	OUTCOME_OK,		/* registered (detach, home: the binding was removed) */
	OUTCOME_REFUSED,	/* the last answer refused */
	OUTCOME_NO_ANSWER,	/* BUs were sent, no answer counted */
	OUTCOME_FAILED,		/* the mobile node gave up before any BU */
	OUTCOME_OVERTAKEN,	/* the next step began before this one was over */
	OUTCOME_OPEN,		/* the records ended before it was over */
	STEP_OUTCOMES
};
const char *step_kind_name(enum step_kind k);		/* "attach", "handover", "home", "detach" */
const char *step_outcome_name(enum step_outcome o);	/* "ok", "refused", "no-answer", "failed", "overtaken", "open" */

struct handover_row {
	uint32_t node, instance;
	uint32_t number;			/* of this node's steps, from 1 */
	enum step_kind kind;
	enum step_outcome outcome;
	uint8_t status;				/* of the last BA */
	bool answered;				/* status is valid */
	bool nat, udp;				/* address translation found; UDP encapsulation used */
	bool proxied;				/* a MAG signalled, before the mobile node saw anything */
	bool gap_up_open, gap_down_open;	/* the silence had not ended when the row was closed: the gap is a lower bound */
	moor_time start;			/* first record of the step: normally MOVE_STARTED */
	moor_time end;				/* registered, given up, or when the row was closed */
	const char *from_link, *to_link;	/* lent for the metrics' life; "" unknown */
	struct ip6_addr from_coa, to_coa;	/* all zero: none or unknown; at home: the home address */
	struct ip6_addr home_address;
	uint32_t flow_up, flow_down;		/* flows that gave the gaps; REC_NONE: none */
	int64_t v[METRICS];			/* METRIC_ABSENT: not observed */
};

/* An exchange of BU and BA: every one, those of refreshes too. Told when it ends. */
struct bu_exchange {
	uint32_t node, instance;
	uint16_t sequence;			/* of the BU that was answered, else of the last one */
	uint16_t lifetime;			/* of the BU, units of 4 s; 0: de-registration */
	uint16_t attempts;			/* BUs sent */
	bool answered, proxy;
	uint8_t status;
	moor_time first_sent, sent, answered_at;	/* first BU; the one that was answered; the answer (valid if answered) */
	struct ip6_addr home_address, care_of;
};

struct metrics_config {
	struct trace_names names;
	size_t keep;			/* finished rows kept for metrics_rows; later ones only go to listeners and sums */
};

struct metrics;
typedef void handover_row_fn(void *ctx, const struct handover_row *r);
typedef void bu_exchange_fn(void *ctx, const struct bu_exchange *x);

struct metrics *metrics_new(const struct metrics_config *config);
void metrics_free(struct metrics *m);
/* Data records do not carry the sender's numbers (replay): losses, duplicates and order stay absent. */
void metrics_unnumbered(struct metrics *m);
/* Feeds one record; they come in order of time. metrics_attach feeds all that a world emits from now on. */
void metrics_record(void *metrics, const struct moor_record *r);
#define METRICS_KINDS (REC_BIT(REC_CARRIER) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX) | REC_BIT(REC_ROUTER) \
	| REC_BIT(REC_MOVE) | REC_BIT(REC_BINDING) | REC_BIT(REC_DHCP) | REC_BIT(REC_DATA_TX) | REC_BIT(REC_DATA_RX) \
	| REC_BIT(REC_AAA) | REC_BIT(REC_RADIO))
void metrics_attach(struct metrics *m, struct moor_world *w);
/* Either function may be NULL. */
void metrics_listen(struct metrics *m, handover_row_fn *rows, bu_exchange_fn *exchanges, void *ctx);
/* The records end at `at`: closes all rows, by node number. Further calls do nothing; no record may follow. */
void metrics_finish(struct metrics *m, moor_time at);
/* Rows kept so far, in the order in which they were finished. */
const struct handover_row *metrics_rows(const struct metrics *m, size_t *n);

/*
 * Sums over all finished rows of a kind whose outcome is ok. Quantiles come from log-linear buckets, exact within
 * 1/64.
 */
struct metric_sum {
	uint64_t n;
	int64_t min, max;
	int64_t mean;			/* rounded down */
	int64_t p50, p95, p99;
};
struct metric_sum metrics_sum(const struct metrics *m, enum step_kind k, enum metric_id id);
uint64_t metrics_steps(const struct metrics *m, enum step_kind k, enum step_outcome o);

struct metrics_totals {
	uint64_t bus, bu_retransmissions, accepted, refused, unanswered, deregistrations, deregistrations_unanswered;
	uint64_t data_tx, data_rx, duplicated, reordered;	/* over all flows */
};
struct metrics_totals metrics_totals(const struct metrics *m);

#endif
