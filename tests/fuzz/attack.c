/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a stranger on every link
 *
 * Plays a fuzzer's input in a running world; attack.h says how it is read. Checksums that changed octets would spoil
 * are made right again when the input wants that: else hardly any changed message would get past UDP [RFC 768], the
 * Mobility Header [RFC 6275 6.1.1] or ICMPv6. It implements no clause.
 */
#include "tests/fuzz/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "scenarios/build.h"
#include "scenarios/tree.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tunnel.h"
#include "wire/udp.h"
#include "world/link.h"

#define KEPT 16u
#define LINKS 5u
#define ETHERNET 14u
#define PORT_PMIP 5436u			/* [RFC 5844 4.1.3] */
#define FRAME_MAX 1514u
#define END (40 * MOOR_S)
#define COMMANDS 200u

struct kept { uint32_t port, len; uint8_t octets[FRAME_MAX]; };
struct ring { struct kept kept[KEPT]; unsigned n; };

static struct {
	struct moor_world *w;
	struct ring all, secured;
	int32_t bindings, injected;
	bool protected;
	bool counted;			/* a UE's bindings, one at a time */
	struct moor_port *port[LINKS];	/* the intruder's */
} attack;

static struct scen_file *file;		/* what the scenario lends from */
static struct scenario *scenario;

struct input { const uint8_t *p, *end; };

static uint8_t next(struct input *in) { return in->p < in->end ? *in->p++ : 0; }

void attack_load(const char *name)
{
	const char *top = getenv("MOORING_TOP");
	char path[1024];
	struct report r;

	snprintf(path, sizeof path, "%s/tests/fuzz/%s", top ? top : ".", name);
	report_init(&r);
	file = scen_open(path, &r);
	scenario = file ? scen_load(file, NULL, &r) : NULL;
	if (!scenario) {
		fputs(r.text->str, stderr);
		abort();
	}
	report_done(&r);
}

/* ---- octets of a packet ------------------------------------------------------------------------------------------ */

/* Where the upper layer of the outermost packet stands; proto PROTO_NONE: not found. */
struct upper { uint8_t *at; uint32_t len; uint8_t proto; struct ip6_packet k6; };

static struct upper upper_of(uint8_t *p, uint32_t n)
{
	struct upper u = { .proto = PROTO_NONE };
	struct ip4_packet k4;

	if (n >= IP6_LEN && p[0] >> 4 == 6 && ip6_decode(p, n, &u.k6, NULL)) {
		u.proto = u.k6.proto;
		u.at = p + (u.k6.upper - p);
		u.len = u.k6.upper_len;
	} else if (n >= IP4_LEN && p[0] == 0x45) {
		store16(p + 10, 0);
		store16(p + 10, csum_fold(csum_add(0, p, IP4_LEN)));
		if (ip4_decode(p, n, &k4, NULL) && !ip4_is_fragment(&k4.h)) {
			u.proto = k4.h.proto;
			u.at = p + IP4_LEN;
			u.len = k4.upper_len;
		}
	}
	return u;
}

/* Where the upper layer has its checksum; 0: nowhere, or not between these headers. */
static uint32_t sum_at(uint8_t proto, bool ip6)
{
	if (proto == PROTO_UDP)
		return 6;
	if (ip6 && proto == PROTO_ICMP6)
		return 2;
	return ip6 && proto == PROTO_MH ? 4 : 0;
}

/* Checksums of the packet and, in a tunnel, of the one inside first. */
static void mend(uint8_t *p, uint32_t n)
{
	struct upper u = upper_of(p, n);
	uint32_t at = sum_at(u.proto, p[0] >> 4 == 6);

	if (u.proto == PROTO_IP4 || u.proto == PROTO_IP6)
		mend(u.at, u.len);
	if (!at || u.len < UDP_LEN)
		return;
	if (u.proto == PROTO_UDP && u.len > UDP_LEN && (load16(u.at) == PORT_DSMIP || load16(u.at + 2) == PORT_DSMIP))
		mend(u.at + UDP_LEN, u.len - UDP_LEN);
	store16(u.at + at, 0);
	if (p[0] >> 4 == 6)		/* over IPv4 none is right as well */
		store16(u.at + at, ip6_upper_csum(ip6_upper_src(&u.k6), ip6_upper_dst(&u.k6), u.proto, u.at, u.len));
}

static bool is_secured(struct kept *k)
{
	struct upper u;
	uint16_t a, b;

	if (k->len <= ETHERNET)
		return false;
	u = upper_of(k->octets + ETHERNET, k->len - ETHERNET);
	if (u.proto != PROTO_UDP || u.len < UDP_LEN)
		return u.proto == PROTO_ESP || u.proto == PROTO_MH;
	a = load16(u.at);
	b = load16(u.at + 2);
	return a == PORT_IKE || b == PORT_IKE || a == PORT_IKE_NAT || b == PORT_IKE_NAT || a == PORT_DSMIP ||
	       b == PORT_DSMIP || a == PORT_PMIP || b == PORT_PMIP;
}

/* ---- what the intruder sees and sends ---------------------------------------------------------------------------- */

static void count_bindings(const struct moor_record *r)
{
	if (!r->u.binding.at_home_agent || !attack.counted)
		return;
	if (r->u.binding.what == BINDING_CREATED)
		attack.bindings++;
	else if (r->u.binding.what == BINDING_DEREGISTERED || r->u.binding.what == BINDING_EXPIRED ||
		 r->u.binding.what == BINDING_REVOKED)
		attack.bindings--;
	if (attack.bindings < 0 || attack.bindings > 1 + (attack.protected ? 0 : attack.injected))
		abort();
}

static void keep(void *ctx, const struct moor_record *r)
{
	struct kept *k = &attack.all.kept[attack.all.n % KEPT];

	(void)ctx;
	if (r->kind == REC_BINDING) {
		count_bindings(r);
		return;
	}
	if (r->u.frame.len > FRAME_MAX)
		return;
	k->port = r->port;
	k->len = r->u.frame.len;
	memcpy(k->octets, r->u.frame.octets, k->len);
	attack.all.n++;
	if (is_secured(k))
		attack.secured.kept[attack.secured.n++ % KEPT] = *k;
}

static void intrude(void)
{
	static const char *const links[LINKS] = { "core", "lte", "wlan", "home", "pdn" };
	struct moor_node *n = moor_node_new(attack.w, "intruder");

	for (unsigned i = 0; i < LINKS; i++) {
		struct mac_addr mac = mac_from_u64(UINT64_C(0x02eeeeee0000) + i);

		if (!moor_link_find(attack.w, links[i]))
			continue;
		attack.port[i] = moor_port_new(n, links[i], &mac);
		moor_link_attach(moor_link_find(attack.w, links[i]), attack.port[i], true);
	}
}

/* Onto the link where this port is now, as if a station there had sent it. */
static void inject(uint32_t port, const uint8_t *octets, uint32_t len)
{
	const struct moor_port *to = moor_port_at(attack.w, port);

	for (unsigned i = 0; i < LINKS; i++) {
		if (!to || !attack.port[i] || moor_port_link(to) != moor_port_link(attack.port[i]))
			continue;
		struct moor_pkt *p = moor_pkt_new(attack.w, len);

		memcpy(p->data, octets, len);
		attack.injected++;
		moor_port_send(attack.port[i], p);
	}
}

static void replay(const struct ring *ring, uint8_t c, struct input *in)
{
	struct kept k = ring->kept[c % KEPT];
	uint8_t how = next(in);

	if (!k.len)
		return;
	for (unsigned i = 0; i < how % 8u; i++) {
		unsigned place = (unsigned)next(in) << 8;

		place |= next(in);
		k.octets[place % k.len] ^= next(in);
	}
	if (how & 8 && k.len > ETHERNET)
		mend(k.octets + ETHERNET, k.len - ETHERNET);
	inject(k.port, k.octets, k.len);
}

static uint32_t take(struct input *in, uint32_t len)
{
	return len < (size_t)(in->end - in->p) ? len : (uint32_t)(in->end - in->p);
}

static void invent(uint8_t c, struct input *in)
{
	struct kept k = attack.all.kept[c % KEPT];
	uint32_t len = take(in, 2u * next(in));

	if (k.len) {
		memcpy(k.octets + ETHERNET, in->p, len);
		inject(k.port, k.octets, ETHERNET + len);
	}
	in->p += len;
}

static void invent_upper(uint8_t c, struct input *in)
{
	struct kept k = attack.secured.kept[c % KEPT];
	uint8_t *ip = k.octets + ETHERNET;
	uint32_t len = take(in, 4u * next(in)), before;
	struct upper u = { .proto = PROTO_NONE };

	if (k.len > ETHERNET)
		u = upper_of(ip, k.len - ETHERNET);
	if (u.proto != PROTO_NONE) {
		before = (uint32_t)(u.at - ip) + (u.proto == PROTO_UDP ? UDP_LEN : 0);
		len = before + len < FRAME_MAX - ETHERNET ? len : FRAME_MAX - ETHERNET - before;
		memcpy(ip + before, in->p, len);
		if (u.proto == PROTO_UDP)
			store16(u.at + 4, (uint16_t)(UDP_LEN + len));
		if (ip[0] >> 4 == 6)
			store16(ip + 4, (uint16_t)(before + len - IP6_LEN));
		else
			store16(ip + 2, (uint16_t)(before + len));
		mend(ip, before + len);
		inject(k.port, k.octets, ETHERNET + before + len);
	}
	in->p += len;
}

static void play(struct input *in)
{
	for (unsigned i = 0; i < COMMANDS && in->p < in->end; i++) {
		uint8_t c = next(in);

		if (c < 0x40)
			moor_world_advance(attack.w, moor_time_add(moor_world_now(attack.w), c < 0x20 ?
					   (c + 1) * MOOR_MS : (c - 0x1f) * 40 * MOOR_MS));
		else if (c < 0xc0)
			replay(c < 0x80 ? &attack.all : &attack.secured, c, in);
		else if (c < 0xe0)
			invent(c, in);
		else
			invent_upper(c, in);
	}
	if (moor_world_now(attack.w) < END)
		moor_world_advance(attack.w, END);
}

void attack_play(const uint8_t *data, size_t size, bool protected, uint64_t kinds, rec_sink_fn *watch, void *ctx)
{
	struct input in = { data, data + size };
	struct build *b = build_new(scenario, 1, NULL);
	char *why = NULL;

	memset(&attack, 0, sizeof attack);
	attack.protected = protected;
	for (guint i = 0; i < scenario->nodes->len; i++)
		attack.counted |= ((const struct scen_node *)scenario->nodes->pdata[i])->kind == NODE_UE;
	attack.w = build_world(b);
	moor_record_sink(attack.w, REC_BIT(REC_FRAME_RX) | REC_BIT(REC_BINDING), keep, NULL);
	if (watch)
		moor_record_sink(attack.w, kinds, watch, ctx);
	if (!build_fill(b, &why))
		abort();
	intrude();
	play(&in);
	build_free(b);
}
