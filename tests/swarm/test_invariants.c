/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swarm's invariants can fail: a world in which all is well is broken in one way at a time, and what is found must
 * be named by the invariant that was broken. Records are forged where a record is what an invariant looks at; where it
 * looks at states, the states are changed behind everybody's back.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "proto/ike_flood.h"
#include "scenarios/build_priv.h"
#include "scenarios/swarm.h"
#include "wire/mh.h"
#include "world/link.h"
#include "world/pkt.h"
#include "world/record.h"

#define S(seconds) ((moor_time)(seconds) * MOOR_S)

/* Calm from 5 s, settled at 12 s, pings until 17 s, ue1 leaves at 22 s. %s: keys of the UEs. */
static const char world_text[] =
	"scenario: well\n"
	"about: all is well\n"
	"duration: 50s\n"
	"crypto: {provider: modelled}\n"
	"timers: {MAX_BINDACK_TIMEOUT: 4s, MAX_DELETE_BCE_TIMEOUT: 2s, IKE_TRIES: 3, NAT_KEEPALIVE: 5s}\n"
	"nodes:\n"
	"  cn: {kind: cn}\n"
	"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\", ipv4-pool: 192.0.2.0/24, nat-refresh: 5s}\n"
	"  ar: {kind: router}\n"
	"  box: {kind: router, nat: {outside: core, udp-timeout: 30s}}\n"
	"  ue1: {kind: ue, home-agent: ha, interfaces: [lte, wlan]%s}\n"
	"  ue2: {kind: ue, home-agent: ha, interfaces: [lte, wlan], ipv4-home-address: true%s}\n"
	"links:\n"
	"  core: {nodes: [cn, ha, ar, box], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24, delay: 5ms}\n"
	"  lte: {access: true, nodes: [ar], prefix: \"2001:db8:1::/64\", delay: 10ms}\n"
	"  wlan: {access: true, nodes: [box], prefix4: 10.0.0.0/24, dhcp4: box, delay: 10ms}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: ue1, interface: lte}\n"
	"  - {at: 1s, do: attach, node: ue2, interface: wlan}\n"
	"  - {at: 5s, do: set, link: core, params: {loss: 0%%}, label: calm}\n"
	"  - {at: 12s, do: set, link: core, params: {loss: 0%%}, label: settled}\n"
	"  - {at: 12s, do: traffic-start, flow: end-1}\n"
	"  - {at: 13s, do: traffic-start, flow: end-2}\n"
	"  - {at: 17s, do: traffic-stop, flow: end-1}\n"
	"  - {at: 17s, do: traffic-stop, flow: end-2}\n"
	"  - {at: 20s, do: set, link: core, params: {loss: 0%%}, label: leaving}\n"
	"  - {at: 22s, do: detach, node: ue1}\n"
	"traffic:\n"
	"  - {flow: end-1, from: cn, to: ue1, kind: ping, interval: 500ms}\n"
	"  - {flow: end-2, from: ue2, to: cn, kind: ping, interval: 500ms}\n"
	"  - {flow: some, from: cn, to: ue1, interval: 500ms, start: 5s, stop: 9s}\n";

static struct ue *ue_at(struct build *b, guint k)
{
	return b->groups[k].ue[0];
}

static struct dsmip_ha *agent(struct build *b)
{
	return ha_dsmip(build_fix(b, "ha")->ha);
}

static uint32_t id(struct build *b, const char *node)
{
	return moor_node_id(moor_node_find(build_world(b), node));
}

static struct moor_record forged(struct build *b, enum rec_kind kind, const char *node)
{
	return (struct moor_record){ .kind = kind, .node = id(b, node), .port = REC_NONE };
}

/* ---- what is done to the world ----------------------------------------------------------------------------------- */

static void nothing(void *arg, struct build *b)
{
	(void)arg, (void)b;
}

static void go_wrong_way(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_STATE, "ue1");

	(void)arg;
	r.u.state.machine = &dsmip_ue_fsm;
	r.u.state.from = DSMIP_IDLE;
	r.u.state.to = DSMIP_HOME;
	moor_record_emit(build_world(b), &r);
}

static void send_bus(void *arg, struct build *b)
{
	const unsigned *n = arg;
	struct moor_record r = forged(b, REC_SIGNAL_TX, "ue1");

	r.u.signal.protocol = SIGNAL_MH;
	r.u.signal.type = MH_BU;
	r.u.signal.lifetime = 100;
	r.u.signal.home_address = *dsmip_ue_hoa(ue_dsmip(ue_at(b, 0)));
	for (unsigned k = 0; k < *n; k++) {
		r.u.signal.sequence = (uint16_t)(*n == 1 ? 0 : 100 + k);	/* one, from the past; or many, too fast */
		moor_record_emit(build_world(b), &r);
	}
}

static void deviate(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_DEVIATION, "ha");

	(void)arg;
	r.u.deviation.id = "ba-without-status";
	r.u.deviation.clause = "24.303 A.2";
	r.u.deviation.sent = true;
	moor_record_emit(build_world(b), &r);
}

static void drop(void *arg, struct build *b)
{
	(void)arg;
	CU_ASSERT(dsmip_ha_drop(agent(b), dsmip_ue_hoa(ue_dsmip(ue_at(b, 0)))));
}

static void expire(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_BINDING, "ha");

	(void)arg;
	r.u.binding.what = BINDING_EXPIRED;
	r.u.binding.at_home_agent = true;
	r.u.binding.home_address = *dsmip_ue_hoa(ue_dsmip(ue_at(b, 0)));
	moor_record_emit(build_world(b), &r);
}

static void take_prefix(void *arg, struct build *b)
{
	struct ip6_addr *theirs = (struct ip6_addr *)(uintptr_t)dsmip_ue_hoa(ue_dsmip(ue_at(b, 1)));

	(void)arg;
	*theirs = *dsmip_ue_hoa(ue_dsmip(ue_at(b, 0)));
}

/* Packet 3 of flow `some` arrives at this node. */
static void deliver(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_DATA_RX, arg);

	r.u.data.flow = 2;
	r.u.data.sequence = 3;
	moor_record_emit(build_world(b), &r);
}

static void forget_mapping(void *arg, struct build *b)
{
	struct moor_record r = forged(b, REC_NAT, "box");
	struct dsmip_bul l = dsmip_ue_binding(ue_dsmip(ue_at(b, 1)));

	(void)arg;
	r.at = moor_world_now(build_world(b));
	r.u.nat.what = NAT_EXPIRED;
	r.u.nat.inside = dsmip_unmap(&l.care_of);
	r.u.nat.inside_port = DSMIP_UDP_PORT;
	r.u.nat.remote = build_ha_address(b, build_fix(b, "ha")).a4;
	moor_record_emit(build_world(b), &r);
}

static void reboot(void *arg, struct build *b)
{
	(void)arg;
	ue_reboot(ue_at(b, 1));
}

static void cut(void *arg, struct build *b)
{
	struct moor_link *core = moor_link_find(build_world(b), "core");
	struct link_params p = *moor_link_params(core);

	(void)arg;
	p.loss_ppm = 1000000;
	moor_link_set(core, &p);
}

static void come_back(void *arg, struct build *b)
{
	(void)arg;
	ue_attach(ue_at(b, 0), "lte");
}

static void begin_flood(void *arg, struct build *b)
{
	struct dsmip_ha_addr a = build_ha_address(b, build_fix(b, "ha"));

	(void)arg;
	ike_flood_start(cn_host(build_fix(b, "cn")->cn), &a.a6, 3, MOOR_MS);
}

static void lose_track(void *arg, struct build *b)
{
	(void)arg;
	moor_pkt_new(build_world(b), 100);
}

static void differ(void *arg, struct build *b)
{
	unsigned *times = arg;

	if ((*times)++)
		ue_refresh(ue_at(b, 0));
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

struct breaking {
	void (*how)(void *arg, struct build *b);
	void *arg;
	moor_time at;
	bool secured, twice;
	uint64_t events_max;
};

static struct swarm_report play(const struct breaking *x)
{
	struct swarm_report r = { .begun = false };
	struct swarm_options o = { .sabotage = x->how, .arg = x->arg, .sabotage_at = x->at, .events_max = x->events_max,
				   .twice = x->twice };
	const char *keys = x->secured ? "" : ", ipsec: none";
	char *text = g_strdup_printf(world_text, keys, keys);

	swarm_play_text("well.yaml", text, &o, &r);
	g_free(text);
	return r;
}

static void breaks(const char *invariant, const struct breaking *x)
{
	struct swarm_report r = play(x);
	bool found = false;

	for (unsigned i = 0; i < MIN(r.n, SWARM_FINDINGS); i++)
		found = found || !strcmp(r.finding[i].invariant, invariant);
	CU_ASSERT(found);
	for (unsigned i = 0; !found && i < MIN(r.n, SWARM_FINDINGS); i++)
		g_printerr("%s was wanted, %s at %.3f s %s: %s\n", invariant, r.finding[i].invariant,
			   (double)r.finding[i].at / MOOR_S, r.finding[i].node, r.finding[i].text);
}

static void test_well(void)
{
	for (int secured = 0; secured < 2; secured++) {
		struct swarm_report r = play(&(struct breaking){ .how = nothing, .at = S(5), .secured = secured, .twice = true });

		CU_ASSERT_EQUAL(r.n, 0);
		CU_ASSERT(r.done && !r.refused);
		if (r.n)
			g_printerr("%s at %.3f s %s: %s\n", r.finding[0].invariant, (double)r.finding[0].at / MOOR_S,
				   r.finding[0].node, r.finding[0].text);
		CU_ASSERT(r.count[SWARM_BUS] >= 3);
		CU_ASSERT(r.count[SWARM_DELIVERED] >= 20);
		CU_ASSERT_EQUAL(r.count[SWARM_SECURED], secured ? 2 : 0);
	}
}

static void test_records(void)
{
	unsigned one = 1, four = 4;
	char ue1[] = "ue1", ue2[] = "ue2";

	breaks("machine", &(struct breaking){ .how = go_wrong_way, .at = S(5) });
	breaks("sequence", &(struct breaking){ .how = send_bus, .arg = &one, .at = S(5) });
	breaks("rate", &(struct breaking){ .how = send_bus, .arg = &four, .at = S(5) });
	breaks("profile", &(struct breaking){ .how = deviate, .at = S(5) });
	breaks("expiry", &(struct breaking){ .how = expire, .at = S(5) });
	breaks("delivery", &(struct breaking){ .how = deliver, .arg = ue2, .at = S(8) });
	breaks("twice", &(struct breaking){ .how = deliver, .arg = ue1, .at = S(8) });
	breaks("keepalive", &(struct breaking){ .how = forget_mapping, .at = S(14) });
}

static void test_states(void)
{
	breaks("agree", &(struct breaking){ .how = drop, .at = S(5) });
	breaks("prefix", &(struct breaking){ .how = take_prefix, .at = S(5) });
	breaks("converge", &(struct breaking){ .how = reboot, .at = S(11) });
	breaks("converge", &(struct breaking){ .how = reboot, .at = S(11), .secured = true });
	breaks("reach", &(struct breaking){ .how = cut, .at = S(14) });
	breaks("left", &(struct breaking){ .how = come_back, .at = S(40) });
	breaks("left", &(struct breaking){ .how = come_back, .at = S(40), .secured = true });
	breaks("stray", &(struct breaking){ .how = reboot, .at = S(49) });
	breaks("stray", &(struct breaking){ .how = reboot, .at = S(49), .secured = true });
	breaks("half-open", &(struct breaking){ .how = begin_flood, .at = S(11), .secured = true });
	breaks("leak", &(struct breaking){ .how = lose_track, .at = S(30) });
}

static void test_course(void)
{
	unsigned times = 0;

	breaks("determinism", &(struct breaking){ .how = differ, .arg = &times, .at = S(6), .twice = true });
	breaks("storm", &(struct breaking){ .how = nothing, .at = S(6), .events_max = 100 });
}

static void test_refused(void)
{
	static const char *const texts[] = { "scenario: x\n", "", "- a\n", "scenario: x\nextends: y.yaml\n" };
	struct swarm_options o = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct swarm_report r = { .begun = false };

		swarm_play_text("bad.yaml", texts[i], &o, &r);
		CU_ASSERT(r.refused);
		CU_ASSERT_EQUAL(r.n, 1);
		CU_ASSERT_STRING_EQUAL(r.finding[0].invariant, "scenario");
	}
}

/* A seed is one scenario for ever, whatever else is left out. */
static void test_scenes(void)
{
	struct swarm_scene *a = swarm_make(7, SWARM_ALL), *b = swarm_make(7, SWARM_ALL), *c = swarm_make(8, SWARM_ALL);
	bool *without = g_new(bool, swarm_parts(a));
	char *one = swarm_text(a, NULL), *same = swarm_text(b, NULL), *other = swarm_text(c, NULL), *bare;

	CU_ASSERT_STRING_EQUAL(one, same);
	CU_ASSERT_STRING_NOT_EQUAL(one, other);
	memset(without, 1, swarm_parts(a));
	bare = swarm_text(a, without);
	CU_ASSERT(strlen(bare) < strlen(one));
	CU_ASSERT_PTR_NULL(strstr(bare, "do: attach"));
	g_free(one);
	g_free(same);
	g_free(other);
	g_free(bare);
	g_free(without);
	swarm_scene_free(a);
	swarm_scene_free(b);
	swarm_scene_free(c);
}

static const struct harness_test tests[] = {
	{ "a world in which all is well is clean", test_well },
	{ "forged records break the invariants about records", test_records },
	{ "changed states break the invariants about states", test_states },
	{ "another course, or none that ends, is found", test_course },
	{ "what is no scenario is refused", test_refused },
	{ "a seed is one scenario, and a scene can do without its parts", test_scenes },
};

int main(int argc, char **argv)
{
	return harness_main("swarm-invariants", tests, G_N_ELEMENTS(tests), argc, argv);
}
