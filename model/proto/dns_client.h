/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A resolver for home agents [24.303 5.1.2.1; RFC 5026 5]: the two addresses of a name in one procedure, or the home
 * agents of a domain by service. A lookup exists only while it runs.
 */
#ifndef MOOR_PROTO_DNS_CLIENT_H
#define MOOR_PROTO_DNS_CLIENT_H

#include "base/slab.h"
#include "net/net.h"
#include "net/timers.h"
#include "wire/dns.h"

#define DNS_SERVERS_MAX 8u
#define DNS_HOSTS_MAX 4u		/* of one service; the others, the less preferred ones, are left out */
#define DNS_ALIASES_MAX 8u		/* CNAMEs followed for one name */

enum dns_outcome {
	DNS_FOUND,			/* at least one host with an address */
	DNS_NO_NAME,			/* NXDOMAIN */
	DNS_NO_DATA,			/* the name is there, and no record that was asked for */
	DNS_LOOPS,			/* aliases that come back, or are too many */
	DNS_REFUSES,			/* every server answered with an error */
	DNS_SILENT,			/* no server answered */
	DNS_OUTCOMES
};

struct dns_host {
	char name[DNS_NAME_TEXT];
	struct ip6_addr a6;		/* ::, or a routable unicast address, never an IPv4-mapped one */
	struct ip4_addr a4;		/* 0.0.0.0, or a unicast one */
};

/* Lent for the call. */
struct dns_result {
	enum dns_outcome what;
	unsigned n;
	struct dns_host host[DNS_HOSTS_MAX];	/* by priority and, among equals, by weight and chance [RFC 2782] */
};

/* Called once, never from inside dns_lookup; the lookup is gone. */
typedef void dns_done_fn(void *owner, moor_handle lookup, const struct dns_result *r);

struct dns_lookup_config {
	const char *name;		/* a name as wire/dns.h has them: of the host, or of the service */
	bool service;			/* SRV first, then what it names */
	struct ip6_addr server[DNS_SERVERS_MAX];	/* IPv4 as mapped; those of the other family than `own` are left out */
	unsigned n_servers;
	struct ip6_addr own;		/* the source */
	struct net_iface *via;
	const struct timer_set *timers;	/* NULL: defaults */
	dns_done_fn *done;
	void *owner;
};

/* 0: the name is none, or there is no server of that family. Everything is copied. */
moor_handle dns_lookup(struct net_host *h, const struct dns_lookup_config *c);
void dns_cancel(struct net_host *h, moor_handle lookup);	/* 0 and those gone: nothing happens */
const char *dns_outcome_name(enum dns_outcome o);

#endif
