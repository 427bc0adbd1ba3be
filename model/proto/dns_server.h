/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name server with a zone of its own, authoritative for all of it, and the ways in which one can misbehave.
 */
#ifndef MOOR_PROTO_DNS_SERVER_H
#define MOOR_PROTO_DNS_SERVER_H

#include "net/net.h"
#include "wire/dns.h"

enum dns_fault {
	DNS_FAULT_NONE,
	DNS_FAULT_SILENT,		/* answers nothing */
	DNS_FAULT_SERVFAIL, DNS_FAULT_REFUSED, DNS_FAULT_NXDOMAIN,	/* to everything */
	DNS_FAULT_LOOP,			/* every name is an alias of one that is an alias of it */
	DNS_FAULT_MAPPED,		/* AAAA records hold the IPv4 address, mapped */
	DNS_FAULT_WRONG_ID,		/* answers carry another identifier */
	DNS_FAULT_WRONG_NAME,		/* … another question */
	DNS_FAULT_GARBAGE		/* … a name that points at itself */
};

struct dns_server_config {
	moor_time delay;		/* thinking time before each answer */
	uint32_t ttl;			/* of all records, seconds; 0: 300 */
	enum dns_fault fault;
};

struct dns_server;
/* Serves UDP port 53 of the host; goes with it. */
struct dns_server *dns_server_new(struct net_host *h, const struct dns_server_config *c);
/*
 * One more record: owner, type and what the type needs (section and ttl are the server's). False: names that are none,
 * an IPv4-mapped address in an AAAA record [R29275-6.1-13], or other records beside an alias [RFC 1034 3.6.2].
 */
bool dns_server_add(struct dns_server *s, const struct dns_record *r);
void dns_server_set_fault(struct dns_server *s, enum dns_fault fault);

#endif
