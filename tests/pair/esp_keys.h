/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys by hand between the UE and the home agent of the rig: their signalling goes in ESP. */
#ifndef MOOR_TESTS_ESP_KEYS_H
#define MOOR_TESTS_ESP_KEYS_H

#include "net/ipsec.h"
#include "tests/pair/rig.h"

struct esp_keys {
	struct crypto *crypto;
	struct ipsec *ue, *ha;
};

/* IPsec with the policies of Mobile IPv6 at both ends, no SA yet. After rig_build. */
void esp_keys_new(struct esp_keys *k, struct rig *r);
/* A pair of SAs for the UE's home address; each call other SPIs. */
void esp_keys_install(struct esp_keys *k, struct rig *r, uint16_t encr, uint16_t key_bits, uint16_t integ);
void esp_keys_free(struct esp_keys *k);		/* after rig_free; checks that no key is left */

struct ip6_addr esp_home_address(const struct rig *r);

#endif
