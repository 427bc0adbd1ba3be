/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: a running UE and home agent with security associations, a NAT between them now and then, under attack
 * (attack.h says how the input is read): IKE on both ports, EAP-AKA inside, ESP around mobility messages, all of them
 * replayed, changed and invented by a stranger who holds no key. A law besides those of attack.h: what changes a
 * binding at the home agent is a Binding Update of the UE, each good for one change.
 */
#include <stdlib.h>

#include "tests/fuzz/attack.h"
#include "wire/mh.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count { unsigned sent, changed; };

static void watch(void *ctx, const struct moor_record *r)
{
	struct count *n = ctx;

	if (r->kind == REC_SIGNAL_TX) {
		n->sent += r->u.signal.protocol == SIGNAL_MH && r->u.signal.type == MH_BU;
		return;
	}
	switch (r->u.binding.what) {
	case BINDING_CREATED:
	case BINDING_UPDATED:
	case BINDING_REFRESHED:
	case BINDING_DEREGISTERED:
		n->changed += r->u.binding.at_home_agent;
		break;
	case BINDING_EXPIRED:
	case BINDING_REVOKED:
	case BINDING_REFUSED:
		break;
	}
	if (n->changed > n->sent)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	attack_load("world-ike.yaml");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct count n = { 0, 0 };

	attack_play(data, size, true, REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_BINDING), watch, &n);
	return 0;
}
