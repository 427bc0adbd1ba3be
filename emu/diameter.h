/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node of a Diameter network in the thread's default GLib main context: connections over TCP with the base protocol's
 * exchanges [RFC 6733 5], so that its user sees requests for it and answers to its own alone. Comes from a module that
 * is loaded when it is asked for.
 *
 *	api = diameter_load(&error);
 *	node = api->open(&config, &error);
 *	api->peer(node, "relay.example", "10.60.0.1", 3868);
 *	api->send(node, octets, n, tag);		a request; config.answer is called with the tag
 *	api->reply(node, link, octets, n);		the answer to what config.request brought
 *
 * Callbacks come from the main context, never from inside of a call.
 */
#ifndef MOOR_EMU_DIAMETER_H
#define MOOR_EMU_DIAMETER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define DIAMETER_API 2u
#define DIAMETER_SYMBOL "mooring_diameter"

struct diameter_node;

struct diameter_config {
	const char *identity, *realm;	/* DiameterIdentity; copied */
	const char *address;		/* numeric; connections come to it and leave from it; copied */
	uint16_t port;			/* it listens on; 0: it only connects */
	const char *product;		/* lives as long as the node */
	uint32_t state_id;		/* Origin-State-Id */
	const uint32_t *apps;		/* enum diam_application; live as long as the node */
	unsigned n_apps;
	unsigned watchdog_s;		/* Tw [RFC 3539 3.4.1]: at least 6 in earnest, 1 in tests */
	unsigned retry_ms;		/* Tc [RFC 6733 2.1]: until it connects again */
	void *ctx;
	/* A request for this node, in order (its grammar was checked); link: for reply. */
	void (*request)(void *ctx, uint32_t link, const uint8_t *octets, size_t n);
	/* What answers a request that was sent. */
	void (*answer)(void *ctx, uint32_t tag, const uint8_t *octets, size_t n);
	/* Something that a person would want to know: a line without its end. */
	void (*say)(void *ctx, const char *text);
};

struct diameter_counts {
	uint64_t in, out;		/* messages */
	uint64_t refused, again;	/* of others, with an error; requests that were sent a second time */
	uint64_t watchdogs;		/* DWR sent */
	uint64_t given_up;		/* requests that nobody answered over one connection after the other */
	uint64_t unaccepted;		/* times that a connection could not be taken, for want of descriptors */
};

struct diameter_api {
	uint32_t version;		/* DIAMETER_API */
	struct diameter_node *(*open)(const struct diameter_config *c, GError **error);
	void (*close)(struct diameter_node *d);		/* DPR to everybody, then all is gone */
	/* Connects to it, and again whenever the connection is lost. */
	void (*peer)(struct diameter_node *d, const char *identity, const char *address, uint16_t port);
	bool (*ready)(const struct diameter_node *d);	/* at least one peer is open */
	/*
	 * A request, by Destination-Host to the peer of that name, else to any. Hop-by-hop and end-to-end identifiers are
	 * filled in. False: no peer is open. When its connection is lost it is sent again, with the T flag, once there is
	 * one; until it was answered or forgotten, four times in all.
	 */
	bool (*send)(struct diameter_node *d, const uint8_t *octets, size_t n, uint32_t tag);
	void (*forget)(struct diameter_node *d, uint32_t tag);
	void (*reply)(struct diameter_node *d, uint32_t link, const uint8_t *octets, size_t n);	/* link may be gone */
	/* It reads nothing and answers nothing, watchdogs neither, as a host that hangs. */
	void (*hang)(struct diameter_node *d, bool hangs);
	struct diameter_counts (*counts)(const struct diameter_node *d);
};

enum diameter_error { DIAMETER_NO_MODULE, DIAMETER_FAILED };
#define DIAMETER_ERROR (diameter_error_quark())
GQuark diameter_error_quark(void);

/* From $MOORING_MODULES, the program's folder or its ../lib/mooring; stays loaded. */
const struct diameter_api *diameter_load(GError **error);

#endif
