/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several PDN connections of one UE [24.303 4.3]: what is handed to which of them, by hand where no scenario can say
 * it. Without security associations; those are the scenarios' matter (scenarios/pdn).
 */
#include "tests/pair/rig.h"

#include <string.h>

#define PORT 7100

struct pair {
	struct rig *r;
	struct ue *second;
	struct dsmip_ue *d2;
	struct ip6_prefix hnp2;
};

static struct pair world(void)
{
	struct pair p = { .r = rig_new() };
	struct ue_config c;

	rig_build(p.r);
	g_assert(ha_assign(p.r->ha, NULL, &p.hnp2));
	c = p.r->ue_config;
	c.hnp = p.hnp2;
	p.second = ue_pdn_new(p.r->ue, &c);
	p.d2 = ue_dsmip(p.second);
	return p;
}

static bool both_registered(const struct pair *p)
{
	rig_attach(p->r, "lte", p->r->lte);
	ue_attach(p->second, "lte");
	rig_run(p->r, S(5));
	return dsmip_ue_state(p->r->d) == DSMIP_REGISTERED && dsmip_ue_state(p->d2) == DSMIP_REGISTERED;
}

static unsigned sent_by(const struct pair *p, uint32_t instance, moor_time since)
{
	unsigned n = 0;

	for (guint i = 0; i < p->r->seen->len; i++) {
		const struct moor_record *r = &g_array_index(p->r->seen, struct seen, i).r;

		n += r->kind == REC_SIGNAL_TX && r->node == p->r->ue_id && r->u.signal.type == MH_BU &&
		     r->instance == instance && r->at >= since;
	}
	return n;
}

static void arrived(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)rx, (void)sport, (void)dport;
	*(bool *)owner = true;
}

/* A datagram between the correspondent and this home address, and back. */
static bool travels(const struct pair *p, const struct ip6_addr *hoa, bool up)
{
	struct net_host *ue = ue_host(p->r->ue), *cn = cn_host(p->r->cn), *to = up ? cn : ue;
	struct net_send s = { .dst = *hoa };
	bool came = false;

	if (up) {
		s.src = *hoa;
		cn_address6(p->r->cn, &s.dst);
	}
	net_udp_bind(to, PORT, arrived, &came);
	net_udp_send(up ? ue : cn, moor_pkt_new(p->r->w, 20), &s, PORT + 1, PORT);
	rig_run(p->r, S(2));
	net_udp_unbind(to, PORT);
	return came;
}

static void side_by_side(void)
{
	struct pair p = world();

	CU_ASSERT(both_registered(&p));
	CU_ASSERT_EQUAL(dsmip_ue_pdn_number(p.r->d), 0);
	CU_ASSERT_EQUAL(dsmip_ue_pdn_number(p.d2), 1);
	CU_ASSERT(dsmip_ue_pdn_next(p.r->d) == p.d2 && !dsmip_ue_pdn_next(p.d2));
	CU_ASSERT(ue_pdn(p.r->ue, 0) == p.r->ue && ue_pdn(p.r->ue, 1) == p.second && !ue_pdn(p.r->ue, 2));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(p.r->a), 2);
	CU_ASSERT_EQUAL(sent_by(&p, 0, 0), 1);
	CU_ASSERT_EQUAL(sent_by(&p, 1, 0), 1);
	CU_ASSERT(ip6_in_prefix(dsmip_ue_hoa(p.d2), &p.hnp2));
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.r->d), true) && travels(&p, dsmip_ue_hoa(p.r->d), false));
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.d2), true) && travels(&p, dsmip_ue_hoa(p.d2), false));
	CU_ASSERT_EQUAL(rig_count(p.r, REC_DISCARD, p.r->ue_id, 0), 0);
	rig_free(p.r);
}

/* One leaves: what comes for it is refused, what it would send goes nowhere, the other does not notice. */
static void one_leaves(void)
{
	struct pair p = world();
	struct ip6_addr gone;

	CU_ASSERT(both_registered(&p));
	gone = *dsmip_ue_hoa(p.d2);
	ue_detach(p.second);
	rig_run(p.r, S(2));
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_IDLE);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.r->d), DSMIP_REGISTERED);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(p.r->a), 1);
	CU_ASSERT(!travels(&p, &gone, false));
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.r->d), true) && travels(&p, dsmip_ue_hoa(p.r->d), false));
	ue_attach(p.second, "lte");
	rig_run(p.r, S(2));
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_REGISTERED);
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.d2), false));
	rig_free(p.r);
}

/* From the home agent to the care-of address: `named` says whose it is where the message has such a field. */
static void say(const struct pair *p, enum mh_type type, const struct ip6_addr *named)
{
	struct dsmip_tx tx = { .profile = MH_PROFILE_R10 };
	struct mh_msg m;

	mh_start(&m, type);
	if (type == MH_BE) {
		m.be.status = MH_BE_UNKNOWN_BINDING;
		m.be.hoa = *named;
	}
	tx.send.src = dsmip_ha_settings(p->r->a)->addr.a6;
	tx.send.dst = dsmip_ue_binding(p->d2).care_of;
	dsmip_send(ha_host(p->r->ha), &m, &tx);
	rig_run(p->r, S(1));
}

/* [RFC 6275 11.3.6] A Binding Error comes to the care-of address, which both have. */
static void errors_find_theirs(void)
{
	struct pair p = world();
	moor_time now;

	CU_ASSERT(both_registered(&p));
	now = moor_world_now(p.r->w);
	say(&p, MH_BE, dsmip_ue_hoa(p.d2));
	CU_ASSERT_EQUAL(sent_by(&p, 0, now), 0);
	CU_ASSERT_EQUAL(sent_by(&p, 1, now), 1);
	now = moor_world_now(p.r->w);
	say(&p, MH_BE, dsmip_ue_hoa(p.r->d));
	CU_ASSERT_EQUAL(sent_by(&p, 0, now), 1);
	CU_ASSERT_EQUAL(sent_by(&p, 1, now), 0);
	now = moor_world_now(p.r->w);
	say(&p, MH_BRR, NULL);			/* names nobody: the first with a binding there */
	CU_ASSERT_EQUAL(sent_by(&p, 0, now) + sent_by(&p, 1, now), 1);
	ue_detach(p.r->ue);
	rig_run(p.r, S(1));
	now = moor_world_now(p.r->w);
	say(&p, MH_BRR, NULL);
	CU_ASSERT_EQUAL(sent_by(&p, 1, now), 1);
	rig_free(p.r);
}

/* The home link of the second shows its prefix: no care-of address for the first [24.303 4.3, note]. */
static void no_home_address_is_a_care_of_address(void)
{
	struct pair p = world();
	struct mac_addr mac = *moor_port_mac(ue_port(p.r->ue, 2));
	struct ip6_prefix first = dsmip_ue_binding(p.r->d).hnp;

	dsmip_ha_home_host(p.r->a, &mac, &p.hnp2);
	rig_attach(p.r, "home", p.r->home);
	ue_attach(p.second, "home");
	rig_run(p.r, S(10));
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_HOME);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.r->d), DSMIP_HLD);
	CU_ASSERT_EQUAL(rig_signals(p.r, REC_SIGNAL_TX, p.r->ue_id, MH_BU), 0);
	dsmip_ha_home_host_too(p.r->a, &mac, &first);
	router_advertise_to(ha_iface(p.r->ha, "home"), &mac);
	rig_run(p.r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(p.r->d), DSMIP_HOME);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_HOME);
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.r->d), true) && travels(&p, dsmip_ue_hoa(p.d2), true));
	rig_free(p.r);
}

/* Abroad behind a NAT and after a restart: IPv4 addresses and reboots are a matter of all. */
static void shared_events(void)
{
	struct pair p = world();
	moor_time now;

	CU_ASSERT(both_registered(&p));
	now = moor_world_now(p.r->w);
	ue_handover(p.second, "wlan");
	rig_move(p.r, "wlan", p.r->wlan);
	rig_run(p.r, S(5));
	CU_ASSERT_EQUAL(sent_by(&p, 0, now), 1);
	CU_ASSERT_EQUAL(sent_by(&p, 1, now), 1);
	CU_ASSERT(dsmip_ue_binding(p.r->d).udp && dsmip_ue_binding(p.d2).udp);
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.d2), true) && travels(&p, dsmip_ue_hoa(p.d2), false));
	ue_reboot(p.r->ue);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_IDLE);
	ue_attach(p.second, NULL);
	rig_run(p.r, S(5));
	CU_ASSERT_EQUAL(dsmip_ue_state(p.r->d), DSMIP_IDLE);
	CU_ASSERT_EQUAL(dsmip_ue_state(p.d2), DSMIP_REGISTERED);
	rig_free(p.r);
}

/* [RFC 6275 15.1] bound to a home address that is bound here: 129; own_coa lets it be. */
static void care_of_address_that_is_bound(void)
{
	struct pair p = world();
	const struct seen *s;

	CU_ASSERT(both_registered(&p));
	dsmip_ue_claim(p.d2, dsmip_ue_hoa(p.r->d));
	rig_run(p.r, S(1));
	s = rig_last(p.r, REC_SIGNAL_TX, p.r->ha_id, MH_BA);
	CU_ASSERT(s && rig_message(s).ba.status == MH_BA_PROHIBITED);
	dsmip_ha_settings(p.r->a)->own_coa = true;
	rig_run(p.r, S(3));		/* the BU is sent again */
	s = rig_last(p.r, REC_SIGNAL_TX, p.r->ha_id, MH_BA);
	CU_ASSERT(s && rig_message(s).ba.status == MH_BA_ACCEPTED);
	dsmip_ue_claim(p.d2, &ip6_any);
	rig_run(p.r, S(5));
	CU_ASSERT(travels(&p, dsmip_ue_hoa(p.d2), false));
	rig_free(p.r);
}

static void not_endless(void)
{
	struct pair p = world();
	struct ue_config c = p.r->ue_config;
	unsigned n = 2;

	while (ha_assign(p.r->ha, NULL, &c.hnp) && ue_pdn_new(p.r->ue, &c))
		n++;
	CU_ASSERT_EQUAL(n, DSMIP_PDN_MAX);
	for (unsigned k = 0; k < n; k++)
		ue_attach(ue_pdn(p.r->ue, k), "lte");
	rig_plug(p.r, "lte", p.r->lte);
	rig_run(p.r, S(5));
	CU_ASSERT_EQUAL(dsmip_ha_bindings(p.r->a), DSMIP_PDN_MAX);
	rig_free(p.r);
}

static const struct harness_test tests[] = {
	{ "two PDN connections side by side", side_by_side },
	{ "one is left, the other goes on", one_leaves },
	{ "errors and requests find whom they are about", errors_find_theirs },
	{ "a home address is no care-of address of another", no_home_address_is_a_care_of_address },
	{ "what happens to the UE happens to all", shared_events },
	{ "a care-of address that is bound here is refused", care_of_address_that_is_bound },
	{ "as many as a UE may have", not_endless },
};

int main(int argc, char **argv)
{
	return harness_main("pdn", tests, G_N_ELEMENTS(tests), argc, argv);
}
