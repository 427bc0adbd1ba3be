/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swarm's invariants about PMIPv6 can fail: a domain in which all is well is broken in one way at a time. What is
 * done by forged records and frames, and by changes behind the backs of anchor and gateways, must be named by the
 * invariant that it broke.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "proto/pmip_lma_priv.h"
#define mn_iface gateway_iface		/* the insides of a gateway call something of theirs as the entity does */
#include "proto/pmip_mag_priv.h"
#undef mn_iface
#include "scenarios/build_priv.h"
#include "scenarios/swarm.h"
#include "wire/mh.h"
#include "world/link.h"
#include "world/record.h"

#define S(seconds) ((moor_time)(seconds) * MOOR_S)
#define LATE (S(49) + 200 * MOOR_MS)	/* behind the last refresh */

/* Calm from 5 s, settled at 12 s, pings until 17 s, mn1 leaves at 22 s. */
static const char world_text[] =
	"scenario: well\n"
	"about: all is well\n"
	"duration: 50s\n"
	"timers: {MinDelayBeforeBCEDelete: 2s, HEARTBEAT_INTERVAL: 5s}\n"
	"nodes:\n"
	"  cn: {kind: cn}\n"
	"  lma: {kind: lma, hnp-pool: \"2001:db8:a000::/40\", ipv4-pool: 192.0.2.0/24, mags: [mag1, mag2], anchoring: "
	"{lifetime-max: 20s}}\n"
	"  mag1: {kind: mag, lma: lma, gateway: {ipv4: true}}\n"
	"  mag2: {kind: mag, lma: lma, gateway: {transport: udp4}}\n"
	"  mag3: {kind: mag, lma: lma}\n"
	"  mn1: {kind: mn, interfaces: [wlan]}\n"
	"  mn2: {kind: mn, interfaces: [lte], apns: [internet, ims]}\n"
	"  mn3: {kind: mn, interfaces: [wlan]}\n"
	"links:\n"
	"  core: {nodes: [lma, mag1, mag2, mag3], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24, delay: 5ms}\n"
	"  pdn: {nodes: [cn, lma], prefix: \"2001:db8:f::/64\", delay: 1ms}\n"
	"  wlan: {access: true, nodes: [mag1], access-technology: wlan, delay: 2ms}\n"
	"  lte: {access: true, nodes: [mag2], access-technology: lte, delay: 2ms}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: mn1, interface: wlan}\n"
	"  - {at: 1s, do: attach, node: mn2, interface: lte}\n"
	"  - {at: 5s, do: set, link: core, params: {loss: 0%}, label: calm}\n"
	"  - {at: 12s, do: set, link: core, params: {loss: 0%}, label: settled}\n"
	"  - {at: 12s, do: traffic-start, flow: end-1}\n"
	"  - {at: 13s, do: traffic-start, flow: end-2}\n"
	"  - {at: 17s, do: traffic-stop, flow: end-1}\n"
	"  - {at: 17s, do: traffic-stop, flow: end-2}\n"
	"  - {at: 20s, do: set, link: core, params: {loss: 0%}, label: leaving}\n"
	"  - {at: 22s, do: detach, node: mn1}\n"
	"traffic:\n"
	"  - {flow: end-1, from: cn, to: mn1, kind: ping, interval: 500ms}\n"
	"  - {flow: end-2, from: mn2, to: cn, kind: ping, interval: 500ms}\n"
	"  - {flow: some, from: cn, to: mn1, interval: 500ms, start: 5s, stop: 9s}\n";

static struct pmip_lma *anchor(struct build *b)
{
	return lma_pmip(build_fix(b, "lma")->lma);
}

static struct pmip_mag *gateway(struct build *b, const char *name)
{
	return mag_pmip(build_fix(b, name)->mag);
}

static struct mn *mobile(struct build *b, guint k)
{
	return b->herds[k].mn[0];
}

/* The anchor's entry for the k-th mobile node. */
static struct pmip_bce *session(struct build *b, guint k)
{
	struct ip6_addr a;

	CU_ASSERT_FATAL(mn_address6(mobile(b, k), &a));
	return pmip_lma_find(anchor(b), &a);
}

static struct moor_record forged(struct build *b, enum rec_kind kind, const char *node)
{
	return (struct moor_record){ .kind = kind, .node = moor_node_id(moor_node_find(build_world(b), node)),
				     .port = REC_NONE };
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static void nothing(void *arg, struct build *b)
{
	(void)arg, (void)b;
}

static void registered(struct build *b, const struct ip6_addr *coa)
{
	struct moor_record r = forged(b, REC_BINDING, "lma");
	const struct pmip_bce *s = session(b, 0);

	r.instance = pbce_index(s);
	r.u.binding.what = BINDING_REFRESHED;
	r.u.binding.at_home_agent = r.u.binding.proxy = true;
	r.u.binding.home_address = ip6_from64(s->hnp, 0);
	r.u.binding.care_of = *coa;
	moor_record_emit(build_world(b), &r);
}

/* The session that stands, with the time that it has: as if the PBU had come twice. */
static void accept_again(void *arg, struct build *b)
{
	(void)arg;
	registered(b, &pmip_lma_tunnel(session(b, 0))->remote);
}

static void accept_from(void *arg, struct build *b)
{
	struct ip6_addr a = build_fix(b, arg)->iface[0].a6;

	registered(b, &a);
}

static void say(struct build *b, const char *node, uint16_t flags, const char *to)
{
	struct moor_record r = forged(b, REC_SIGNAL_TX, node);

	r.u.signal.protocol = SIGNAL_MH;
	r.u.signal.type = MH_BU;
	r.u.signal.flags = flags;
	r.u.signal.dst = build_fix(b, to)->iface[0].a6;
	moor_record_emit(build_world(b), &r);
}

static void without_p(void *arg, struct build *b)
{
	(void)arg;
	say(b, "mag1", MH_BU_A, "lma");
}

static void to_another(void *arg, struct build *b)
{
	(void)arg;
	say(b, "mag1", MH_BU_A | MH_BU_P, "mag2");
}

static void by_itself(void *arg, struct build *b)
{
	(void)arg;
	say(b, "mn1", MH_BU_A | MH_BU_P, "lma");
}

/* Packet 3 of flow `some` arrives at this node. */
static void deliver(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_DATA_RX, arg);

	r.u.data.flow = 2;
	r.u.data.sequence = 3;
	moor_record_emit(build_world(b), &r);
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* A node tunnels a packet from one address to another under a key. */
static void tunnel(struct build *b, const char *node, const struct ip6_addr *from, const struct ip6_addr *to,
		   uint32_t key)
{
	uint8_t f[14 + 40 + 8 + 40] = { [12] = 0x86, [13] = 0xdd, [14] = 0x60, [20] = 47, [54] = 0x20, [56] = 0x86,
					[57] = 0xdd, [62] = 0x60 };
	struct moor_record r = forged(b, REC_FRAME_TX, node);

	for (int i = 0; i < 4; i++)
		f[58 + i] = (uint8_t)(key >> (24 - 8 * i));
	memcpy(f + 22, build_fix(b, node)->iface[0].a6.o, 16);
	memcpy(f + 70, from->o, 16);
	memcpy(f + 86, to->o, 16);
	r.u.frame.octets = f;
	r.u.frame.len = sizeof f;
	moor_record_emit(build_world(b), &r);
}

struct tunnelled {
	const char *node;
	bool stranger, other_key;
};

static void tunnel_it(void *arg, struct build *b)
{
	const struct tunnelled *t = arg;
	struct ip6_addr far = build_fix(b, "cn")->iface[0].a6, home = ip6_from64(session(b, 0)->hnp, 1);
	bool down = t->node[0] == 'l';
	uint32_t key = down ? session(b, 0)->key_down : session(b, 0)->key_up;

	if (t->stranger)
		home.o[5] ^= 0xff;
	tunnel(b, t->node, down ? &far : &home, down ? &home : &far, t->other_key ? key ^ 1 : key);
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

/* Two sessions of the anchor; what is done to them is done so late that they do not end. */
static void share(void *arg, struct build *b)
{
	moor_handle h = 0;
	struct pmip_bce *one = slab_next(&anchor(b)->cache, &h), *two = slab_next(&anchor(b)->cache, &h);

	if (!strcmp(arg, "prefix"))
		two->hnp = one->hnp;
	else if (!strcmp(arg, "address"))
		two->hoa4 = one->hoa4 = (struct ip4_addr){ { 192, 0, 2, 77 } };
	else
		two->key_up = one->key_up;
}

static void lose_prefix(void *arg, struct build *b)
{
	uint64_t hnp;

	(void)arg;
	CU_ASSERT(hnp_pool_any(&anchor(b)->pool, &hnp));
}

static void count_wrong(void *arg, struct build *b)
{
	(void)arg;
	pmip_lma_tunnel(session(b, 0))->users++;
}

static void serve_twice(void *arg, struct build *b)
{
	struct pmip_mag *m = gateway(b, "mag2");
	moor_handle h = 0;
	struct pmip_bule *one = slab_next(&m->bules, &h), *two = slab_next(&m->bules, &h);

	(void)arg;
	pmip_mag_set_hnps(two, one->hnp, one->n_hnp);
}

static void drop(void *arg, struct build *b)
{
	struct ip6_addr a;

	(void)arg;
	CU_ASSERT(mn_address6(mobile(b, 1), &a) && pmip_lma_drop(anchor(b), &a));
}

static void other_key(void *arg, struct build *b)
{
	(void)arg;
	session(b, 1)->key_down ^= 1;
}

static void forget(void *arg, struct build *b)
{
	struct pmip_mag *m = gateway(b, "mag2");
	moor_handle h = 0;
	struct pmip_bule *one = slab_next(&m->bules, &h);

	(void)arg;
	pmip_mag_state(one, PMIP_BULE_EV_BRI, PMIP_BULE_DETACHED);
	pmip_mag_delete(one);
}

/* The gateway believes that mn3 is there. */
static void imagine(void *arg, struct build *b)
{
	struct fix *f = build_fix(b, "mag1");

	(void)arg;
	pmip_mag_attached(gateway(b, "mag1"), net_iface_find(f->host, "wlan"), moor_port_mac(mn_port(mobile(b, 2), 0)));
}

static void cut(void *arg, struct build *b)
{
	struct moor_link *core = moor_link_find(build_world(b), "core");
	struct link_params p = *moor_link_params(core);

	(void)arg;
	p.loss_ppm = 1000000;
	moor_link_set(core, &p);
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static struct swarm_report play(void (*how)(void *arg, struct build *b), void *arg, moor_time at)
{
	struct swarm_report r = { .begun = false };
	struct swarm_options o = { .sabotage = how, .arg = arg, .sabotage_at = at };

	swarm_play_text("well.yaml", world_text, &o, &r);
	return r;
}

static void breaks(const char *invariant, void (*how)(void *arg, struct build *b), void *arg, moor_time at)
{
	struct swarm_report r = play(how, arg, at);
	bool found = false;

	for (unsigned i = 0; i < MIN(r.n, SWARM_FINDINGS); i++)
		found = found || !strcmp(r.finding[i].invariant, invariant);
	CU_ASSERT(found);
	if (!found)
		g_printerr("%s was wanted, broken at %.0f s: %u findings\n", invariant, (double)at / MOOR_S, r.n);
	for (unsigned i = 0; !found && i < MIN(r.n, SWARM_FINDINGS); i++)
		g_printerr("%s at %.3f s %s: %s\n", r.finding[i].invariant, (double)r.finding[i].at / MOOR_S, r.finding[i].node,
			   r.finding[i].text);
}

static void test_well(void)
{
	struct swarm_report r = play(nothing, NULL, S(5));

	CU_ASSERT_EQUAL(r.n, 0);
	CU_ASSERT(r.done && !r.refused);
	if (r.n)
		g_printerr("%s at %.3f s %s: %s\n", r.finding[0].invariant, (double)r.finding[0].at / MOOR_S, r.finding[0].node,
			   r.finding[0].text);
	CU_ASSERT(r.count[SWARM_ACCEPTED] >= 3);
	CU_ASSERT(r.count[SWARM_DELIVERED] >= 20);
}

static void test_records(void)
{
	char mag3[] = "mag3", cn[] = "cn", mn1[] = "mn1", mn2[] = "mn2";

	breaks("order", accept_again, NULL, S(8));
	breaks("stranger", accept_from, mag3, S(8));
	breaks("stranger", accept_from, cn, S(8));
	breaks("stranger", without_p, NULL, S(8));
	breaks("stranger", to_another, NULL, S(8));
	breaks("stranger", by_itself, NULL, S(8));
	breaks("delivery", deliver, mn2, S(8));
	breaks("twice", deliver, mn1, S(8));
}

static void test_frames(void)
{
	struct tunnelled fine[] = { { "lma", false, false }, { "mag1", false, false } };
	struct tunnelled bad[] = { { "lma", true, false }, { "mag1", true, false }, { "lma", false, true },
				   { "mag1", false, true } };

	for (size_t i = 0; i < G_N_ELEMENTS(fine); i++)
		CU_ASSERT_EQUAL(play(tunnel_it, &fine[i], S(8)).n, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		breaks(bad[i].other_key ? "key" : "stale", tunnel_it, &bad[i], S(8));
}

static void test_states(void)
{
	char prefix[] = "prefix", address[] = "address", key[] = "key";

	breaks("prefix", share, prefix, LATE);
	breaks("prefix", share, address, LATE);
	breaks("key", share, key, LATE);
	breaks("prefix", serve_twice, NULL, LATE);
	breaks("pool", lose_prefix, NULL, S(8));
	breaks("tunnels", count_wrong, NULL, S(8));
	breaks("converge", drop, NULL, S(11));
	breaks("converge", other_key, NULL, S(11));
	breaks("converge", forget, NULL, S(11));
	breaks("stray", forget, NULL, LATE);
	breaks("left", imagine, NULL, S(40));
	breaks("reach", cut, NULL, S(14));
}

static const struct harness_test tests[] = {
	{ "a domain in which all is well is clean", test_well },
	{ "forged records break the invariants about records", test_records },
	{ "forged frames break the invariants about tunnels", test_frames },
	{ "changed states break the invariants about states", test_states },
};

int main(int argc, char **argv)
{
	return harness_main("swarm-pmip-invariants", tests, G_N_ELEMENTS(tests), argc, argv);
}
