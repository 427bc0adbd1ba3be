/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: values inside IKEv2 payloads
 *
 * Both directions of what mobility reads and writes in configuration attributes (addresses [RFC 7296 3.15.1], the home
 * network prefix [RFC 5026 8.2], the home agent's address of TS 24.302), of the data of REDIRECT and REDIRECTED_FROM
 * [RFC 5685 5.2, 5.3], and the split of a digital signature's AUTH data [RFC 7427 3]. All lengths are checked; what a
 * prefix or an address is good for is not.
 */
#include "wire/ike_write.h"

bool ike_cp_ip4(const struct ike_cp_attr *a, struct ip4_addr *out)
{
	if (a->len != 4)
		return false;
	memcpy(out->o, a->value, 4);
	return true;
}

bool ike_cp_ip6(const struct ike_cp_attr *a, struct ip6_addr *out, uint8_t *bits)
{
	if (a->len != 16 && (a->len != 17 || a->value[16] > 128))
		return false;
	memcpy(out->o, a->value, 16);
	if (bits)
		*bits = a->len == 17 ? a->value[16] : 128;
	return true;
}

bool ike_cp_home_prefix(const struct ike_cp_attr *a, struct ike_home_prefix *out)
{
	if (a->len != IKE_HOME_PREFIX_LEN || a->value[20] > 128)
		return false;
	out->life_s = load32(a->value);
	memcpy(out->prefix.o, a->value + 4, 16);
	out->len = a->value[20];
	return true;
}

bool ike_cp_home_agent(const struct ike_cp_attr *a, struct ip6_addr *out, struct ip4_addr *out4, bool *has4)
{
	if (a->len != 16 && a->len != 20)
		return false;
	memcpy(out->o, a->value, 16);
	*has4 = a->len == 20;
	if (*has4)
		memcpy(out4->o, a->value + 16, 4);
	return true;
}

const struct ike_cp_attr *ike_cp_find(const struct ike_payload *cp, uint16_t type)
{
	for (unsigned i = 0; i < cp->cp.n; i++)
		if (cp->cp.attr[i].type == type)
			return &cp->cp.attr[i];
	return NULL;
}

size_t ike_cp_put_ip6(uint8_t buf[17], const struct ip6_addr *a, uint8_t bits)
{
	memcpy(buf, a->o, 16);
	buf[16] = bits;
	return 17;
}

size_t ike_cp_put_home_prefix(uint8_t buf[IKE_HOME_PREFIX_LEN], const struct ike_home_prefix *hp)
{
	store32(buf, hp->life_s);
	memcpy(buf + 4, hp->prefix.o, 16);
	buf[20] = hp->len;
	return IKE_HOME_PREFIX_LEN;
}

size_t ike_cp_put_home_agent(uint8_t buf[20], const struct ip6_addr *a, const struct ip4_addr *ip4)
{
	memcpy(buf, a->o, 16);
	if (!ip4)
		return 16;
	memcpy(buf + 16, ip4->o, 4);
	return 20;
}

/* [RFC 5685 5.2] The identity's length is the type's. */
static bool gw_fits(uint8_t type, unsigned n)
{
	if (type == IKE_GW_IP4)
		return n == 4;
	if (type == IKE_GW_IP6)
		return n == 16;
	return type == IKE_GW_FQDN && n > 0;
}

static bool nonce_fits(unsigned n)
{
	return !n || (n >= 16 && n <= 256);
}

bool ike_redirect_decode(const struct ike_octets *data, struct ike_redirect *out)
{
	unsigned gw_len;

	if (data->n < 2 || data->n - 2u < data->p[1])
		return false;
	gw_len = data->p[1];
	out->gw_type = data->p[0];
	out->gw = (struct ike_octets){ data->p + 2, (uint16_t)gw_len };
	out->nonce = (struct ike_octets){ data->p + 2 + gw_len, (uint16_t)(data->n - 2 - gw_len) };
	return gw_fits(out->gw_type, gw_len) && nonce_fits(out->nonce.n);
}

size_t ike_redirect_encode(const struct ike_redirect *r, uint8_t *buf, size_t cap)
{
	size_t n = 2u + r->gw.n + r->nonce.n;

	if (!gw_fits(r->gw_type, r->gw.n) || r->gw.n > 255 || !nonce_fits(r->nonce.n) || n > cap)
		return 0;
	buf[0] = r->gw_type;
	buf[1] = (uint8_t)r->gw.n;
	memcpy(buf + 2, r->gw.p, r->gw.n);
	if (r->nonce.n)
		memcpy(buf + 2 + r->gw.n, r->nonce.p, r->nonce.n);
	return n;
}

bool ike_auth_sig_split(const struct ike_octets *data, struct ike_octets *algorithm, struct ike_octets *signature)
{
	if (!data->n || data->n - 1u < data->p[0])
		return false;
	*algorithm = (struct ike_octets){ data->p + 1, data->p[0] };
	*signature = (struct ike_octets){ data->p + 1 + data->p[0], (uint16_t)(data->n - 1 - data->p[0]) };
	return true;
}
