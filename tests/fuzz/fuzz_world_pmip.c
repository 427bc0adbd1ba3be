/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: a running LMA and three MAGs under attack (attack.h says how the input is read): Proxy Binding Updates
 * and Acknowledgements, revocations, heartbeats, GRE, in IPv6, in UDP port 4191 and in port 5436, and what a host on
 * an access link may send. A law in place of the count of bindings in attack.h: an LMA changes an entry at most once
 * for each Proxy Binding Update that it has understood.
 */
#include <stdlib.h>

#include "tests/fuzz/attack.h"
#include "wire/mh.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count { unsigned understood, changed; };

static void watch(void *ctx, const struct moor_record *r)
{
	struct count *n = ctx;

	if (r->kind == REC_SIGNAL_RX) {
		n->understood += r->u.signal.protocol == SIGNAL_MH && r->u.signal.type == MH_BU;
		return;
	}
	switch (r->u.binding.what) {
	case BINDING_CREATED:
	case BINDING_UPDATED:
	case BINDING_REFRESHED:
		n->changed += r->u.binding.at_home_agent;
		break;
	case BINDING_DEREGISTERED:
	case BINDING_EXPIRED:
	case BINDING_REVOKED:
	case BINDING_REFUSED:
		break;
	}
	if (n->changed > n->understood)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	attack_load("world-pmip.yaml");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct count n = { 0, 0 };

	attack_play(data, size, false, REC_BIT(REC_SIGNAL_RX) | REC_BIT(REC_BINDING), watch, &n);
	return 0;
}
