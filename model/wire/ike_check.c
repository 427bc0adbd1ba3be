/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what stands inside notifies, configuration attributes and signatures
 *
 * A payload that could be read may still hold a value of a length that its document does not allow: data of a notify
 * [RFC 7296 2.6, 2.23, 3.10.1, RFC 4739 3, RFC 5685 9, RFC 7383 2.3, RFC 7427 4], the value of a configuration
 * attribute [RFC 7296 3.15.1, RFC 5026 8.2, RFC 5739 6, RFC 7651 3, TS 24.302 8.2.4.1], an AlgorithmIdentifier that
 * does not fit [RFC 7427 3]. Such values are noted here; whether they are used is the matter of their readers in
 * ike_value.c.
 */
#include "wire/ike_codec.h"

struct lengths { uint16_t type, least, most, step; };

static const struct lengths *row_of(const struct lengths *rows, unsigned n, uint16_t type)
{
	for (unsigned i = 0; i < n; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

static bool fits(const struct lengths *row, unsigned n)
{
	return n >= row->least && n <= row->most && (n - row->least) % row->step == 0;
}

/* ---- notifies ---- */

static const struct lengths notify_rows[] = {
	{ IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, 1, 1, 1 }, { IKE_N_INVALID_MESSAGE_ID, 4, 4, 1 },
	{ IKE_N_INVALID_KE_PAYLOAD, 2, 2, 1 }, { IKE_N_SET_WINDOW_SIZE, 4, 4, 1 },
	{ IKE_N_NAT_DETECTION_SOURCE_IP, 20, 20, 1 }, { IKE_N_NAT_DETECTION_DESTINATION_IP, 20, 20, 1 },
	{ IKE_N_COOKIE, 1, 64, 1 }, { IKE_N_MULTIPLE_AUTH_SUPPORTED, 0, 0, 1 },
	{ IKE_N_ANOTHER_AUTH_FOLLOWS, 0, 0, 1 }, { IKE_N_REDIRECT_SUPPORTED, 0, 0, 1 },
	{ IKE_N_FRAGMENTATION_SUPPORTED, 0, 0, 1 }, { IKE_N_SIGNATURE_HASH_ALGORITHMS, 2, 65534, 2 },
	{ IKE_N_PDN_IDENTIFIER, 16, 16, 1 },
};

/* [RFC 5685 9.3] Whoever redirected is named by an address, and there is no nonce. */
static bool redirect_good(uint16_t type, const struct ike_octets *data)
{
	struct ike_redirect r;

	if (!ike_redirect_decode(data, &r))
		return false;
	return type == IKE_N_REDIRECT || (r.gw_type != IKE_GW_FQDN && !r.nonce.n);
}

static void check_notify(struct ike_decoding *k, const struct ike_payload *pl)
{
	const struct ike_octets *data = &pl->notify.data;
	uint16_t type = pl->notify.type;
	const struct lengths *row;

	if (type == IKE_N_REDIRECT || type == IKE_N_REDIRECTED_FROM) {
		if (!redirect_good(type, data))
			ike_note(k, "ike-redirect", "RFC 5685 9", data->p, type);
		return;
	}
	row = row_of(notify_rows, sizeof notify_rows / sizeof *notify_rows, type);
	if (row && !fits(row, data->n))
		ike_note(k, "ike-notify-data", "RFC 7296 3.10.1", data->p, data->n);
}

/* ---- configuration ---- */

/* Of those with a value; every attribute may be empty, which asks for it. */
static const struct lengths cp_rows[] = {
	{ IKE_CP_IP4_ADDRESS, 4, 4, 1 }, { IKE_CP_IP4_NETMASK, 4, 4, 1 }, { IKE_CP_IP4_DNS, 4, 4, 1 },
	{ IKE_CP_IP4_NBNS, 4, 4, 1 }, { IKE_CP_IP4_DHCP, 4, 4, 1 }, { IKE_CP_IP6_ADDRESS, 17, 17, 1 },
	{ IKE_CP_IP6_DNS, 16, 16, 1 }, { IKE_CP_IP6_DHCP, 16, 16, 1 }, { IKE_CP_IP4_SUBNET, 8, 8, 1 },
	{ IKE_CP_SUPPORTED_ATTRIBUTES, 2, 65534, 2 }, { IKE_CP_IP6_SUBNET, 17, 17, 1 },
	{ IKE_CP_MIP6_HOME_PREFIX, IKE_HOME_PREFIX_LEN, IKE_HOME_PREFIX_LEN, 1 }, { IKE_CP_IP6_LINK, 8, 65535, 1 },
	{ IKE_CP_IP6_PREFIX, 17, 17, 1 }, { IKE_CP_HOME_AGENT_ADDRESS, 16, 20, 4 },
	{ IKE_CP_P_CSCF_IP4_ADDRESS, 4, 4, 1 }, { IKE_CP_P_CSCF_IP6_ADDRESS, 16, 16, 1 },
};

/* Those whose last octet is a prefix length. */
static bool ends_in_bits(uint16_t type)
{
	return type == IKE_CP_IP6_ADDRESS || type == IKE_CP_IP6_SUBNET || type == IKE_CP_IP6_PREFIX ||
	       type == IKE_CP_MIP6_HOME_PREFIX;
}

static void check_cp(struct ike_decoding *k, const struct ike_payload *pl)
{
	for (unsigned i = 0; i < pl->cp.n; i++) {
		const struct ike_cp_attr *a = &pl->cp.attr[i];
		const struct lengths *row = row_of(cp_rows, sizeof cp_rows / sizeof *cp_rows, a->type);

		if (!row || !a->len)
			continue;
		if (!fits(row, a->len) || (ends_in_bits(a->type) && a->value[a->len - 1] > 128))
			ike_note(k, "ike-cp-value", "RFC 7296 3.15.1", a->value - IKE_CP_ATTR_LEN, a->type);
	}
}

/* ---- signatures ---- */

static void check_auth(struct ike_decoding *k, const struct ike_payload *pl)
{
	struct ike_octets algorithm, signature;

	if (pl->auth.method == IKE_AUTH_SIGNATURE && !ike_auth_sig_split(&pl->auth.data, &algorithm, &signature))
		ike_note(k, "ike-auth-signature", "RFC 7427 3", pl->auth.data.p, pl->auth.data.n);
}

void ike_values_check(struct ike_decoding *k, const struct ike_payload *pl)
{
	if (pl->type == IKE_P_NOTIFY)
		check_notify(k, pl);
	else if (pl->type == IKE_P_CP)
		check_cp(k, pl);
	else if (pl->type == IKE_P_AUTH)
		check_auth(k, pl);
}
