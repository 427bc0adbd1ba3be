/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two SAs of one PDN connection, of which the newer does not come to be, or comes with a third: whose connection it is,
 * and that no SA of it outlives its right to the prefix.
 */
#include "tests/pair/s2c.h"

/* A new authentication is under way; the home agent has its SA, the child SA is not there yet. */
static moor_handle halfway(struct s2c *s, moor_handle before)
{
	CU_ASSERT_EQUAL(aaa_reauth(s->aaa, s->sub.imsi, NULL), 1);
	for (unsigned i = 0; i < 40000 && s2c_pdn(s).sa == before; i++)
		rig_run(s->r, MOOR_MS / 2);
	CU_ASSERT(s2c_pdn(s).sa != before && s2c_pdn(s).sa && !s2c_pdn(s).child);
	return s2c_pdn(s).sa;
}

static struct s2c *registered(void)
{
	struct s2c *s = s2c_new();

	s->ha_ike.dpd = s->ue_ike.dpd = 0;
	s->r->timers.v[T_IKE_TRIES] = 3;
	s2c_build(s);
	if (s2c_registered(s, "lte", s->r->lte))
		return s;
	s2c_free(s);
	return NULL;
}

/* Its SA ends: the connection is again that of the SA in use, which its prefix is not taken from. */
static void test_new_one_dies(void)
{
	struct s2c *s = registered();
	moor_handle old, made;

	if (!s)
		return;
	old = s2c_pdn(s).sa;
	made = halfway(s, old);
	ike_forget(ike_sa_get(s->ike_ha, made));
	rig_run(s->r, MOOR_MS);
	CU_ASSERT(s2c_pdn(s).sa == old && s2c_pdn(s).child);
	CU_ASSERT_EQUAL(s2c_ha_sessions(s->sec), 1);
	ue_detach(s->r->ue);
	rig_run(s->r, S(60));
	CU_ASSERT(!s2c_pdn(s).sa && !s2c_ha_sessions(s->sec) && !ike_sas(s->ike_ha));
	CU_ASSERT(!aaa_sessions(s->aaa));
	s2c_free(s);
}

/* The UE gives it up without a word and makes another: all that were there before go with it. */
static void test_third_one(void)
{
	struct s2c *s = registered();
	moor_handle old, made;

	if (!s)
		return;
	old = s2c_pdn(s).sa;
	made = halfway(s, old);
	ike_forget(ike_sa_get(s->ike_ue, s2c_view(s).sa));
	rig_run(s->r, S(30));
	CU_ASSERT(s2c_pdn(s).sa != old && s2c_pdn(s).sa != made && s2c_pdn(s).child);
	CU_ASSERT_EQUAL(ike_sas(s->ike_ha), 1);
	CU_ASSERT_EQUAL(s2c_ha_sessions(s->sec), 1);
	CU_ASSERT_EQUAL(aaa_sessions(s->aaa), 1);
	CU_ASSERT(rig_up6(s->r) && rig_down6(s->r));
	s2c_free(s);
}

/* The home agent loses its SAs halfway and the UE is gone: the binding runs out, nothing is left. */
static void test_lost_halfway(void)
{
	struct s2c *s = registered();
	struct s2c_pdn_view v;

	if (!s)
		return;
	halfway(s, s2c_pdn(s).sa);
	v = s2c_pdn(s);
	s2c_ha_restart(s->sec, false);
	CU_ASSERT_EQUAL(s2c_ha_sessions(s->sec), 1);	/* whose connection it is, and its binding */
	CU_ASSERT(dsmip_ha_drop(ha_dsmip(s->r->ha), &v.hnp.addr));
	CU_ASSERT_EQUAL(s2c_ha_sessions(s->sec), 0);
	s2c_free(s);
}

static const struct harness_test tests[] = {
	{ "the new SA dies before its child stands", test_new_one_dies },
	{ "a third SA before the second stands", test_third_one },
	{ "all SAs are lost halfway", test_lost_halfway },
};

int main(int argc, char **argv)
{
	return harness_main("s2c-sessions", tests, G_N_ELEMENTS(tests), argc, argv);
}
