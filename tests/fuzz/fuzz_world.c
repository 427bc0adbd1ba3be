/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: a running UE, home agent, router, NAT and DHCP server whose messages nothing protects, under attack
 * (attack.h says how the input is read, and the laws).
 */
#include "tests/fuzz/attack.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	attack_load("world.yaml");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	attack_play(data, size, false, 0, NULL, NULL);
	return 0;
}
