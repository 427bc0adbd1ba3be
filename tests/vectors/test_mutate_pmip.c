/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage in a running network: every message of PMIPv6 among the vectors, and every message that LMA and MAG of
 * tests/fuzz/world-pmip.yaml really sent, goes to an LMA and a MAG that serve somebody, with each octet in turn set to
 * 0 and 255 and each of its bits flipped, and with its end cut off; the checksum is right each time. What must hold:
 * nothing that an assertion or a sanitizer sees, and both still answer a heartbeat afterwards.
 */
#include <string.h>

#include "scenarios/build.h"
#include "scenarios/load.h"
#include "scenarios/tree.h"
#include "tests/unit/harness.h"
#include "tests/vectors/vectors.h"
#include "wire/mh.h"
#include "world/clock.h"
#include "world/link.h"
#include "world/record.h"

#define BASES 1024u
#define HEADERS 54u			/* Ethernet and IPv6 */
#define BEGIN (3 * MOOR_S)		/* the mobile node has been registered */

struct base { uint32_t n; uint8_t octets[512]; };

static struct base bases[BASES];
static unsigned n_bases, answers;
static unsigned long mutants;

static void add(const uint8_t *p, size_t n)
{
	if (n < 8 || n > sizeof bases[0].octets || n_bases == BASES)
		return;
	for (unsigned k = 0; k < n_bases; k++)
		if (bases[k].n == n && !memcmp(bases[k].octets, p, n))
			return;
	bases[n_bases].n = (uint32_t)n;
	memcpy(bases[n_bases++].octets, p, n);
}

static bool of_pmip(uint8_t type)
{
	return type == MH_BU || type == MH_BA || type == MH_BR || type == MH_HEARTBEAT;
}

static void on_signal(void *ctx, const struct moor_record *r)
{
	const struct rec_signal *s = &r->u.signal;

	if (s->protocol != SIGNAL_MH)
		return;
	if (ctx)
		add(s->message, s->message_len);
	answers += s->type == MH_HEARTBEAT && s->message_len > 7 && s->message[7] & MH_HB_R;
}

/* ---- the world --------------------------------------------------------------------------------------------------- */

struct side { struct mac_addr mac; struct ip6_addr addr; };

struct net {
	struct build *b;
	struct moor_world *w;
	struct moor_port *port;		/* of a stranger on the link between LMA and MAGs */
	struct side lma, mag;
};

static struct side side_of(struct moor_world *w, const char *node, const char *addr)
{
	struct side s = { .addr = { { 0 } } };
	struct moor_port *p;

	for (uint32_t k = 0; (p = moor_port_at(w, k)); k++)
		if (!strcmp(moor_node_name(moor_port_node(p)), node) && !strcmp(moor_port_name(p), "core"))
			s.mac = *moor_port_mac(p);
	CU_ASSERT_FATAL(ip6_parse(addr, &s.addr));
	return s;
}

static struct net net_new(const struct scenario *s, bool keep)
{
	struct net x = { .b = build_new(s, 1, NULL) };
	struct mac_addr mac = mac_from_u64(UINT64_C(0x02eeeeee0000));
	char *why = NULL;

	x.w = build_world(x.b);
	moor_record_sink(x.w, REC_BIT(REC_SIGNAL_TX), on_signal, keep ? &x : NULL);
	CU_ASSERT_FATAL(build_fill(x.b, &why));
	x.port = moor_port_new(moor_node_new(x.w, "stranger"), "core", &mac);
	moor_link_attach(moor_link_find(x.w, "core"), x.port, true);
	x.lma = side_of(x.w, "lma", "2001:db8:c0::1");
	x.mag = side_of(x.w, "mag1", "2001:db8:c0::2");
	return x;
}

/* From the one to the other, sealed. */
static void inject(struct net *x, const struct side *from, const struct side *to, const uint8_t *mh, uint32_t n)
{
	struct moor_pkt *p = moor_pkt_new(x->w, HEADERS + n);
	uint8_t *o = p->data;

	memcpy(o, to->mac.o, 6);
	memcpy(o + 6, from->mac.o, 6);
	memcpy(o + 12, "\x86\xdd\x60\0\0\0", 6);
	o[18] = (uint8_t)(n >> 8);
	o[19] = (uint8_t)n;
	o[20] = 135;
	o[21] = 64;
	memcpy(o + 22, from->addr.o, 16);
	memcpy(o + 38, to->addr.o, 16);
	memcpy(o + HEADERS, mh, n);
	mh_seal(o + HEADERS, n, &from->addr, &to->addr);
	moor_port_send(x->port, p);
	mutants++;
}

/* A registration that is as late as the one before would be refused for that alone. */
static void refresh_stamp(struct net *x, uint8_t *mh, uint32_t n)
{
	static const uint8_t type = MH_OPT_TIMESTAMP;
	struct moor_node *node = moor_port_node(x->port);
	struct mh_stamp s = mh_stamp_from_ns((uint64_t)(moor_clock_read(node) + (int64_t)(mutants % 1000) * 100000));

	for (uint32_t at = 12; at + 1 < n; at += mh[at] ? 2u + mh[at + 1] : 1) {
		if (mh[at] != type || mh[at + 1] != 8 || at + 10 > n)
			continue;
		for (unsigned k = 0; k < 8; k++)
			mh[at + 2 + k] = (uint8_t)(s.v >> 8 * (7 - k));
		return;
	}
}

static void mutate(struct net *x, const struct base *b, const struct side *from, const struct side *to)
{
	uint8_t mh[sizeof b->octets];

	for (uint32_t at = 0; at < b->n; at++) {
		for (unsigned how = 0; how < 10; how++) {
			memcpy(mh, b->octets, b->n);
			refresh_stamp(x, mh, b->n);
			mh[at] = how < 8 ? (uint8_t)(mh[at] ^ 1u << how) : how == 8 ? 0 : 255;
			inject(x, from, to, mh, b->n);
		}
		if (at >= 8)
			inject(x, from, to, b->octets, at);
		moor_world_advance(x->w, moor_world_now(x->w) + 50 * MOOR_US);
	}
}

static bool answers_heartbeat(struct net *x, const struct side *from, const struct side *to)
{
	static const uint8_t request[16] = { 59, 1, MH_HEARTBEAT, 0, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 0, 0 };
	unsigned before;

	moor_world_advance(x->w, moor_world_now(x->w) + 10 * MOOR_MS);
	before = answers;
	inject(x, from, to, request, sizeof request);
	moor_world_advance(x->w, moor_world_now(x->w) + 10 * MOOR_MS);
	return answers > before;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static struct scenario *scenario_of(struct scen_file **file)
{
	const char *top = g_getenv("MOORING_TOP");
	char *path = g_build_filename(top ? top : ".", "tests", "fuzz", "world-pmip.yaml", NULL);
	struct scenario *s;
	struct report r;

	report_init(&r);
	*file = scen_open(path, &r);
	s = *file ? scen_load(*file, NULL, &r) : NULL;
	CU_ASSERT_FATAL(s != NULL);
	report_done(&r);
	g_free(path);
	return s;
}

static void collect(const struct scenario *s)
{
	char *folder = vectors_folder(), *error = NULL;
	GPtrArray *all = vectors_load(folder, &error);
	struct net x = net_new(s, true);

	CU_ASSERT_FATAL(all != NULL);
	moor_world_advance(x.w, 30 * MOOR_S);
	build_free(x.b);
	CU_ASSERT(n_bases > 20);
	for (guint i = 0; i < all->len; i++) {
		const struct vector *v = all->pdata[i];

		if (v->layer == VECTOR_MH && v->octets->len > 6 && of_pmip(v->octets->data[2]))
			add(v->octets->data, v->octets->len);
	}
	g_ptr_array_unref(all);
	g_free(folder);
}

static void test_damage(void)
{
	struct scen_file *file;
	struct scenario *s = scenario_of(&file);

	collect(s);
	CU_ASSERT(n_bases > 60);
	for (unsigned k = 0; k < n_bases; k++) {
		struct net x = net_new(s, false);

		moor_world_advance(x.w, BEGIN);
		mutate(&x, &bases[k], &x.mag, &x.lma);
		mutate(&x, &bases[k], &x.lma, &x.mag);
		CU_ASSERT(answers_heartbeat(&x, &x.mag, &x.lma));
		CU_ASSERT(answers_heartbeat(&x, &x.lma, &x.mag));
		build_free(x.b);
	}
	CU_ASSERT(mutants > 200000);
	scen_free(s);
	scen_close(file);
}

static const struct harness_test tests[] = {
	{ "LMA and MAG survive every damaged message", test_damage },
};

int main(int argc, char **argv)
{
	return harness_main("mutate_pmip", tests, G_N_ELEMENTS(tests), argc, argv);
}
