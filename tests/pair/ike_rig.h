/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two hosts with IKE on one link, and a stranger beside them:
 *
 *	i 2001:db8::1 10.0.0.1 ---- link, 5 ms ---- r 2001:db8::2 10.0.0.2,   x 2001:db8::3
 *
 * i begins, r answers and proves itself with a certificate; EAP is one request and one answer with a fixed key. With a
 * `pad` at i both go without EAP. All IKE datagrams on the link are kept, and what both users hear.
 */
#ifndef MOOR_TESTS_IKE_RIG_H
#define MOOR_TESTS_IKE_RIG_H

#include "tests/unit/harness.h"

#include "crypto/cert.h"
#include "net/net.h"
#include "proto/ike.h"
#include "world/filter.h"
#include "world/link.h"
#include "world/record.h"

#define IKE_I "2001:db8::1"
#define IKE_R "2001:db8::2"
#define IKE_X "2001:db8::3"
#define HOA "2001:db8:a::1"
#define IKE_PLAIN_NAME "mag.example.org"	/* i's, without EAP; its certificate has it */

/* What a user heard. */
struct ike_heard {
	unsigned established, closed, redirects, children, gone, moved, children_failed;
	enum ike_reason why;
	uint16_t detail;
	struct ike_sa *sa;		/* of the last `established` */
	moor_handle first_child;	/* of IKE_AUTH */
	moor_handle child, old;		/* of the last `child` */
	enum ike_reason child_why;
	struct ip6_addr to;
	struct ike_path path;
	bool ifom;
	uint8_t cp[32];			/* value of the first attribute of the CFG_REPLY */
	unsigned cp_len;
};

/* An IKE datagram as it was put on the link, from the IKE header on. */
struct ike_seen {
	moor_time at;
	uint32_t node;
	struct ip6_addr src, dst;
	uint16_t sport, dport;
	uint8_t exchange, flags;
	uint32_t mid;
	uint32_t len;
	uint8_t octets[1500];
};

struct ike_end {
	struct ike_rig *g;
	struct net_host *h;
	struct net_iface *iface;
	struct ike_config c;
	struct ike *k;
	struct ike_heard heard;
	struct ike_sa *asking;		/* responder: who is in the middle of EAP */
	/* how the responder's user behaves */
	bool refuse_init, refuse_child, decline_transport;
	struct ip6_addr init_to;	/* redirect in IKE_SA_INIT */
	struct ike_pad pad;		/* i: how it proves itself; r: how IKE_PLAIN_NAME has to */
	const char *idr;		/* r, without EAP: who it says it is; NULL: who was asked for */
	const char *idi;		/* i, without EAP; NULL: IKE_PLAIN_NAME */
	unsigned half_open_only;
};

struct ike_rig {
	struct moor_world *w;
	struct moor_link *link;
	struct crypto *crypto;
	struct crypto_ca *ca;
	struct crypto_identity *id, *id_i;
	struct crypto_trust *trust;
	struct timer_set timers;
	struct ike_end i, r;
	struct net_host *x;
	struct net_iface *xi;
	struct eap_peer eap;
	GArray *seen;			/* struct ike_seen */
	GArray *discards;		/* const char * */
	unsigned keys;			/* REC_KEYS of IKE SAs */
	unsigned signals_tx, signals_rx, unreadable;	/* records of messages; those that cannot be decoded */
	bool nonsense;			/* messages that cannot be decoded are the test's own */
	unsigned signal_sum;		/* of attempts above 1 */
};

/* seed: of the world. Settings of both ends may be changed before the first ike_rig_connect. */
struct ike_rig *ike_rig_new(enum crypto_kind kind, uint64_t seed);
void ike_rig_free(struct ike_rig *g);		/* asserts that nothing leaked */
void ike_rig_start(struct ike_rig *g);		/* makes both IKEs; ike_rig_connect does it if need be */
struct ike_sa *ike_rig_connect(struct ike_rig *g);
struct ike_sa *ike_rig_connect_by(struct ike_rig *g, const char *own, const char *peer);
void ike_rig_run(struct ike_rig *g, moor_time span);
/* Connected, and both stand with one child each; false: not (and a failed assertion). */
bool ike_rig_up(struct ike_rig *g);

unsigned ike_rig_discards(const struct ike_rig *g, const char *reason);
unsigned ike_rig_count(const struct ike_rig *g, uint32_t node, int exchange, bool response);	/* exchange -1: any */
const struct ike_seen *ike_rig_nth(const struct ike_rig *g, uint32_t node, int exchange, bool response, unsigned nth);
/* Loses the next n datagrams of that exchange and direction. */
void ike_rig_lose(struct ike_rig *g, int exchange, bool response, unsigned n);
void ike_rig_lose_nth(struct ike_rig *g, unsigned nth);		/* the nth IKE datagram from now on, from 0 */
/* x sends these octets to UDP port 500 of `to`, as if from there. */
void ike_rig_forge(struct ike_rig *g, const char *from, uint16_t sport, const char *to, uint16_t dport,
		   const uint8_t *octets, size_t n);
struct ip6_addr ike_a6(const char *text);
struct ipsec_selector ike_sel(const char *hoa);		/* Mobility Headers of i for this home address */
/* Both ends agree about SAs and children, and every pair of children fits: the SPIs are each other's. */
bool ike_rig_agree(struct ike_rig *g, unsigned children);

#endif
