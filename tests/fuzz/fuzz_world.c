/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running UE, home agent, router, NAT and DHCP server under attack: the input says when which frame goes to whom.
 * Frames are
 * those seen on the links just before, with octets changed, or the input's own octets. Everything that a stranger on
 * any of the links
 * can send is within reach. Laws: no sanitizer finding, no assertion; the home agent never holds more bindings than
 * there are
 * UEs; the world ends without packets in nobody's hands.
 *
 * Input: commands of one octet each and their arguments, until it ends:
 *	00-3f	time goes on by (c + 1) * 20 ms
 *	40-bf	frame number (c & 15) of the last 16 seen, to where it went: next octet: how many changes (0..7), each
 *		3 octets: place (16 bits, modulo the length), value to XOR
 *	c0-ff	the input's own octets behind the Ethernet header of frame (c & 15): next octet: their number / 2
 *
 * All frames come from an intruder's ports, one on each link, which every station can hear.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/build.h"
#include "scenarios/tree.h"
#include "world/link.h"
#include "world/record.h"

#define KEPT 16u
#define LINKS 4u
#define ETHERNET 14u
#define END (40 * MOOR_S)
#define COMMANDS 200u

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scen_file *file;
static struct scenario *scenario;

struct kept { uint32_t port, len; uint8_t octets[1514]; };

struct attack {
	struct moor_world *w;
	struct kept kept[KEPT];
	unsigned n;
	int32_t bindings;
	struct moor_port *port[LINKS];	/* the intruder's */
};

struct input { const uint8_t *p, *end; };

static uint8_t next(struct input *in) { return in->p < in->end ? *in->p++ : 0; }

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *top = getenv("MOORING_TOP");
	char path[1024];
	struct report r;

	(void)argc, (void)argv;
	snprintf(path, sizeof path, "%s/tests/fuzz/world.yaml", top ? top : ".");
	report_init(&r);
	file = scen_open(path, &r);
	scenario = file ? scen_load(file, NULL, &r) : NULL;
	if (!scenario) {
		fputs(r.text->str, stderr);
		abort();
	}
	report_done(&r);
	return 0;
}

static void keep(void *ctx, const struct moor_record *r)
{
	struct attack *a = ctx;
	struct kept *k = &a->kept[a->n % KEPT];

	if (r->kind == REC_BINDING) {
		if (r->u.binding.at_home_agent && r->u.binding.what == BINDING_CREATED)
			a->bindings++;
		else if (r->u.binding.at_home_agent && (r->u.binding.what == BINDING_DEREGISTERED ||
							r->u.binding.what == BINDING_EXPIRED))
			a->bindings--;
		if (a->bindings > 1)
			abort();
		return;
	}
	if (r->u.frame.len > sizeof k->octets)
		return;
	k->port = r->port;
	k->len = r->u.frame.len;
	memcpy(k->octets, r->u.frame.octets, k->len);
	a->n++;
}

static void intrude(struct attack *a)
{
	static const char *const links[LINKS] = { "core", "lte", "wlan", "home" };
	struct moor_node *n = moor_node_new(a->w, "intruder");

	for (unsigned i = 0; i < LINKS; i++) {
		struct mac_addr mac = mac_from_u64(UINT64_C(0x02eeeeee0000) + i);

		a->port[i] = moor_port_new(n, links[i], &mac);
		moor_link_attach(moor_link_find(a->w, links[i]), a->port[i], true);
	}
}

/* Onto the link where this port is now, as if a station there had sent it. */
static void inject(struct attack *a, uint32_t port, const uint8_t *octets, uint32_t len)
{
	const struct moor_port *to = moor_port_at(a->w, port);

	for (unsigned i = 0; i < LINKS; i++) {
		if (!to || moor_port_link(to) != moor_port_link(a->port[i]))
			continue;
		struct moor_pkt *p = moor_pkt_new(a->w, len);

		memcpy(p->data, octets, len);
		moor_port_send(a->port[i], p);
	}
}

static void replay(struct attack *a, uint8_t c, struct input *in)
{
	struct kept k = a->kept[c % KEPT];
	unsigned changes = next(in) % 8;

	if (!k.len)
		return;
	for (unsigned i = 0; i < changes; i++) {
		unsigned place = (unsigned)next(in) << 8;

		place |= next(in);
		k.octets[place % k.len] ^= next(in);
	}
	inject(a, k.port, k.octets, k.len);
}

static void invent(struct attack *a, uint8_t c, struct input *in)
{
	struct kept k = a->kept[c % KEPT];
	uint32_t len = 2u * next(in);

	if (len > (size_t)(in->end - in->p))
		len = (uint32_t)(in->end - in->p);
	if (k.len) {
		memcpy(k.octets + ETHERNET, in->p, len);
		inject(a, k.port, k.octets, ETHERNET + len);
	}
	in->p += len;
}

static void play(struct attack *a, struct input *in)
{
	for (unsigned i = 0; i < COMMANDS && in->p < in->end; i++) {
		uint8_t c = next(in);

		if (c < 0x40)
			moor_world_advance(a->w, moor_time_add(moor_world_now(a->w), (c + 1) * 20 * MOOR_MS));
		else if (c < 0xc0)
			replay(a, c, in);
		else
			invent(a, c, in);
	}
	if (moor_world_now(a->w) < END)
		moor_world_advance(a->w, END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct attack a;		/* too large for the stack; wiped for each input */
	struct input in = { data, data + size };
	struct build *b = build_new(scenario, 1);
	char *why = NULL;

	memset(&a, 0, sizeof a);
	a.w = build_world(b);
	moor_record_sink(a.w, REC_BIT(REC_FRAME_RX) | REC_BIT(REC_BINDING), keep, &a);
	if (!build_fill(b, &why))
		abort();
	intrude(&a);
	play(&a, &in);
	build_free(b);
	return 0;
}
