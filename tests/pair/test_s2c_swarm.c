/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that can happen to a UE and a home agent with security associations, in random order and at bad moments,
 * over links that lose packets. Then it stops, and both must find together: one IKE SA, one session, one binding, and
 * user packets in both directions.
 */
#include <stdio.h>

#include "tests/pair/s2c.h"
#include "world/filter.h"

static const char *const action_names[] = {
	"lte", "lte2", "wlan", "wlan4", "dual", "home", "unplug", "detach", "attach", "refresh", "rekey child", "rekey ike",
	"check", "ha loses SAs", "ha reboots", "ue reboots", "abort", "reauthenticate", "aaa down", "aaa up",
	"forget identities", "set SQN", "reallocate"
};

enum action {
	LTE, LTE2, WLAN, WLAN4, DUAL, HOME, UNPLUG, DETACH, ATTACH, REFRESH, REKEY_CHILD, REKEY_IKE, CHECK, HA_LOSES,
	HA_REBOOTS, UE_REBOOTS, ABORT, REAUTH, AAA_DOWN, AAA_UP, FORGET, SQN, REALLOCATE, ACTIONS
};

static struct moor_link *link_of(struct rig *r, enum action a)
{
	struct moor_link *const all[] = { r->lte, r->lte2, r->wlan, r->wlan4, r->dual, r->home };

	return all[a];
}

static const char *iface_of(enum action a)
{
	return a <= LTE2 ? "lte" : a == HOME ? "home" : "wlan";
}

/* This home agent or the other, in one of the three places, or back to normal. */
static void reallocate(struct s2c *s, struct rng *rng)
{
	static const enum aaa_when when[] = { AAA_NEVER, AAA_SA_INIT, AAA_FIRST_AUTH, AAA_LAST_AUTH };
	struct aaa_target t = { .when = when[rng_below(rng, 4)] };
	struct imsi none = { .n = 0 };

	ip6_parse(rng_below(rng, 2) ? "2001:db8:c0::5" : "2001:db8:c0::1", &t.a6);
	aaa_reallocate(s->aaa, t.when == AAA_SA_INIT || rng_below(rng, 2) == 0 ? none : s->sub.imsi, NULL, &t);
}

static void act(struct s2c *s, enum action a, struct rng *rng)
{
	static const char *const ifaces[] = { "lte", "wlan", "home" };
	struct rig *r = s->r;

	switch (a) {
	case LTE:
	case LTE2:
	case WLAN:
	case WLAN4:
	case DUAL:
	case HOME:
		if (rng_below(rng, 2)) {	/* the others stay, or go */
			rig_plug(r, iface_of(a), NULL);
			rig_plug(r, iface_of(a), link_of(r, a));
			ue_handover(r->ue, iface_of(a));
		} else {
			rig_move(r, iface_of(a), link_of(r, a));
		}
		break;
	case UNPLUG:
		rig_plug(r, ifaces[rng_below(rng, 3)], NULL);
		break;
	case DETACH:
		ue_detach(r->ue);
		break;
	case ATTACH:
		ue_attach(r->ue, NULL);
		break;
	case REFRESH:
		ue_refresh(r->ue);
		break;
	case REKEY_CHILD:
	case REKEY_IKE:
		s2c_ue_rekey(r->d, a == REKEY_IKE);
		break;
	case CHECK:
		s2c_ue_check(r->d);
		break;
	case HA_LOSES:
		ha_lose_sas(r->ha);
		break;
	case HA_REBOOTS:
		ha_reboot(r->ha);
		break;
	case UE_REBOOTS:
		ue_reboot(r->ue);
		break;
	case ABORT:
		aaa_abort(s->aaa, s->sub.imsi, NULL);
		break;
	case REAUTH:
		aaa_reauth(s->aaa, s->sub.imsi, NULL);
		break;
	case AAA_DOWN:
		aaa_down(s->aaa, true);
		break;
	case AAA_UP:
		aaa_down(s->aaa, false);
		break;
	case FORGET:
		aaa_forget_identities(s->aaa);
		break;
	case SQN:
		aaa_set_sqn(s->aaa, s->sub.imsi, rng_below(rng, 1 << 20));
		break;
	case REALLOCATE:
		if (s->r->second_ha)
			reallocate(s, rng);
		break;
	case ACTIONS:
		break;
	}
}

static bool all_is_well(struct s2c *s, bool home)
{
	struct rig *r = s->r;
	struct s2c_ue_view v = s2c_view(s);
	bool abroad = dsmip_ue_state(r->d) == DSMIP_REGISTERED && rig_bce(r).state == DSMIP_BCE_ACTIVE && v.child;
	struct dsmip_bce_view b = { .state = DSMIP_BCE_NONE };

	if (r->second_ha && v.home_agent.a6.o[15] == 5) {	/* nobody routes to its prefixes in this small world */
		dsmip_ha_binding(ha_dsmip(r->ha2), dsmip_ue_hoa(r->d), &b);
		return dsmip_ue_state(r->d) == DSMIP_REGISTERED && b.state == DSMIP_BCE_ACTIVE && v.child &&
		       ike_sas(s->ike_ue) == 1 && ike_sas(ike_of(ha_host(r->ha2))) == 1 && !ike_sas(s->ike_ha);
	}
	return (home ? dsmip_ue_state(r->d) == DSMIP_HOME : abroad) && rig_up6(r) && rig_down6(r) &&
	       ike_sas(s->ike_ue) <= 1 && ike_sas(s->ike_ha) <= 1 && s2c_ha_sessions(s->sec) <= 1 &&
	       !ike_half_open(s->ike_ha);
}

static struct s2c *world(uint64_t seed)
{
	struct s2c *s = s2c_new();
	struct mac_addr home = mac_from_u64(0x020000000013u);
	struct ip6_prefix hnp;

	s->r->timers.v[T_IKE_TRIES] = 4;
	s->ue_ike.dpd = s->ha_ike.dpd = 10 * MOOR_S;
	s->ue_ike.childless = seed & 1;
	s->ha_ike.childless = seed & 2;
	s->ue_ike.rekey_child = seed & 4 ? 50 * MOOR_S : 0;
	s->ha_ike.rekey_ike = seed & 8 ? 70 * MOOR_S : 0;
	s->r->profile.dsmip.k_flag = seed & 16 ? DSMIP_NEVER : DSMIP_BY_PROFILE;
	s->r->profile.dsmip.lifetime = 200 * MOOR_S;
	s->r->second_ha = s->r->second_pool = seed & 32;
	s2c_build(s);
	CU_ASSERT(ha_connection(s->r->ha, s->sub.imsi, S2C_APN, &home, &hnp));
	return s;
}

static void one(uint64_t seed)
{
	struct rng rng = rng_make(seed, "swarm", "s2c");
	struct s2c *s = world(seed);
	struct moor_filter *loss;
	struct link_params p = { .loss_ppm = (uint32_t)rng_below(&rng, 3) * 100000, .delay = { DELAY_CONSTANT, 0, 0 } };
	struct moor_port *ha = ha_port(s->r->ha, 0);
	enum action log[60], last;
	unsigned n = 0;
	bool ok;

	loss = filter_impair_new(ha, &p, true, true);
	moor_filter_add(ha, loss);
	rig_attach(s->r, "lte", s->r->lte);
	for (; n < G_N_ELEMENTS(log); n++) {
		log[n] = (enum action)rng_below(&rng, ACTIONS);
		act(s, log[n], &rng);
		rig_run(s->r, (moor_time)rng_below(&rng, rng_below(&rng, 2) ? 300 : 12000) * MOOR_MS);
	}
	moor_filter_remove(ha, loss);
	aaa_down(s->aaa, false);
	if (s->r->second_ha) {
		struct aaa_target never = { .when = AAA_NEVER };
		struct imsi none = { .n = 0 };

		aaa_reallocate(s->aaa, none, NULL, &never);
		aaa_reallocate(s->aaa, s->sub.imsi, NULL, &never);
	}
	last = (enum action)rng_below(&rng, UNPLUG);
	rig_move(s->r, iface_of(last), link_of(s->r, last));
	rig_run(s->r, S(400));
	ue_attach(s->r->ue, iface_of(last));	/* when it gave up, or was sent away */
	rig_run(s->r, S(60));
	ok = all_is_well(s, last == HOME);
	CU_ASSERT(ok);
	if (!ok) {
		printf("seed %u, last %s, state %s:", (unsigned)seed, action_names[last],
		       dsmip_ue_fsm.states[dsmip_ue_state(s->r->d)].name);
		for (unsigned i = 0; i < n; i++)
			printf(" %s,", action_names[log[i]]);
		printf(" SAs %u %u, sessions %u %u\n", ike_sas(s->ike_ue), ike_sas(s->ike_ha), s2c_ha_sessions(s->sec),
		       aaa_sessions(s->aaa));
	}
	if (!ok && g_getenv("SWARM_PRINT"))
		rig_print(s->r);
	s2c_free(s);
}

static void test_swarm(void)
{
	const char *first = g_getenv("SWARM_SEED"), *many = g_getenv("SWARM_RUNS");
	uint64_t from = first ? g_ascii_strtoull(first, NULL, 10) : 0;
	uint64_t n = many ? g_ascii_strtoull(many, NULL, 10) : 96;

	for (uint64_t k = 0; k < n; k++)
		one(from + k);
}

static const struct harness_test tests[] = {
	{ "whatever happens, they find together again", test_swarm },
};

int main(int argc, char **argv)
{
	return harness_main("s2c-swarm", tests, G_N_ELEMENTS(tests), argc, argv);
}
