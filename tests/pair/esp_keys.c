/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPsec by hand between the UE and the home agent of the rig: see esp_keys.h. */
#include "tests/pair/esp_keys.h"

#include "wire/ip.h"

struct ip6_addr esp_home_address(const struct rig *r)
{
	struct ip6_addr a = r->ue_config.hnp.addr;

	a.o[15] = 1;
	return a;
}

void esp_keys_new(struct esp_keys *k, struct rig *r)
{
	k->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	k->ue = ipsec_new(ue_host(r->ue), k->crypto, NULL, NULL);
	k->ha = ipsec_new(ha_host(r->ha), k->crypto, NULL, NULL);
	ipsec_policies(k->ue, ipsec_policies_mip6, ipsec_n_policies_mip6);
	ipsec_policies(k->ha, ipsec_policies_mip6, ipsec_n_policies_mip6);
}

void esp_keys_install(struct esp_keys *k, struct rig *r, uint16_t encr, uint16_t key_bits, uint16_t integ)
{
	static const uint8_t e[2][36] = { { 1, [35] = 5 }, { 2, [35] = 6 } }, a[2][32] = { { 3 }, { 4 } };
	struct ipsec_child_config u = { .encr = encr, .key_bits = key_bits, .integ = integ };
	struct ipsec_child_config h;

	u.sel = (struct ipsec_selector){ .local = esp_home_address(r), .remote = r->ha_config.dsmip.addr.a6,
					 .local_len = 128, .remote_len = 128, .proto = PROTO_MH,
					 .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX };
	u.encr_in = e[0];
	u.encr_out = e[1];
	u.integ_in = a[0];
	u.integ_out = a[1];
	h = u;
	h.sel.local = u.sel.remote;
	h.sel.remote = u.sel.local;
	h.encr_in = e[1];
	h.encr_out = e[0];
	h.integ_in = a[1];
	h.integ_out = a[0];
	u.spi_in = h.spi_out = ipsec_spi(k->ue);
	h.spi_in = u.spi_out = ipsec_spi(k->ha);
	CU_ASSERT(ipsec_child_add(k->ue, &u) && ipsec_child_add(k->ha, &h));
}

void esp_keys_free(struct esp_keys *k)
{
	CU_ASSERT_EQUAL(crypto_alive(k->crypto), 0);
	crypto_free(k->crypto);
}
