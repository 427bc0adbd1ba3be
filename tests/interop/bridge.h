/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of ike_bridge: one host with IKE on a TAP device, and what it tells on stdout. To be deleted when the live
 * engine (emu) is there.
 */
#ifndef MOOR_TESTS_INTEROP_BRIDGE_H
#define MOOR_TESTS_INTEROP_BRIDGE_H

#include <glib.h>

#include "proto/eap_md5.h"
#include "proto/ike.h"

/* From the command line. Addresses are texts of either family, NULL: none. */
struct bridge_options {
	const char *tap, *own, *own4, *peer, *name;
	const char *anchors, *key, *cert, *our_ca;	/* PEM files; our_ca: where the certificate of a CA of ours is put */
	const char *ike, *esp;				/* suites, commas between */
	const char *identity_type;			/* of our_ca: "ecdsa-p256", … */
	const char *home;				/* responder: the address that it gives out */
	const char *agent;				/* initiator: remote selector of children */
	const char *redirect_init, *redirect_auth, *redirect_last;
	const char *user, *password;			/* EAP-MD5 */
	/* without EAP, as MAG and LMA: who begins and, unless by certificate, the key of both; --name is the responder */
	const char *gateway, *psk;
	gboolean no_fragments, no_childless, cookies, second, wrong_k;
	int fragment_size, lose;
};

struct aka_end {
	struct eap_peer peer;
	struct eap_aka_peer run;
};

struct md5_end {
	struct eap_peer peer;
	struct eap_md5_peer run;
};

struct bridge {
	const struct bridge_options *o;
	struct moor_world *w;
	struct crypto *crypto;
	struct net_host *h;
	struct net_iface *iface;
	struct ike_config c;
	struct ike *k;
	struct rng rng;
	struct usim card;
	struct aka_end aka;			/* initiator */
	struct md5_end md5;
	struct eap_md5_server md5_server;	/* responder */
	moor_handle sa, child;			/* the last that stood */
	unsigned rounds;			/* responder: authentications of the one that is let in */
	struct ip6_addr given;			/* to us, by CFG_REPLY; :: none */
	struct ip6_addr redirected_from;
	struct ipsec_policy policy;
};

extern const struct ike_user bridge_user;
struct ip6_addr bridge_address(const char *text);	/* IPv4 as mapped; NULL: :: */
void bridge_connect(struct bridge *b, const struct ip6_addr *to);
void bridge_record(void *ctx, const struct moor_record *r);	/* a sink: keys, discards, IKE messages */

#endif
