/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA interface in Diameter's octets: what is received
 *
 * Requests and answers of others are read as far as this interface needs them [RFC 4072 3, RFC 5778 5.1, RFC 5779 5;
 * TS 29.273 9.2]; what they leave out has the meaning that these documents give it, and a subscription that is not
 * described is one to the APN that was asked for.
 */
#include "proto/aaa_diameter_priv.h"

#include <string.h>

/* The first two addresses of a group, one of each family. */
static void addresses(const struct diam_msg *m, const struct diam_avp *group, uint32_t id, struct ip6_addr *a6,
		      struct ip4_addr *a4)
{
	const struct diam_avp *a = group ? diam_find(m, group, id) : NULL;
	struct ip6_addr x;

	for (; a; a = diam_next(m, a)) {
		if (!diam_address(a, &x))
			continue;
		if (ip6_is_mapped(&x))
			*a4 = ip6_mapped_ip4(&x);
		else
			*a6 = x;
	}
}

static uint32_t own(const struct diam_msg *m, uint32_t id, uint32_t otherwise)
{
	const struct diam_avp *detail = diam_find(m, NULL, AVP_OWN_DETAIL);
	uint32_t v = otherwise;

	if (detail)
		diam_u32(diam_find(m, detail, id), &v);
	return v;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

bool aaa_diameter_read_request(const struct diam_msg *m, struct aaa_diameter_request *out)
{
	const struct diam_avp *name = diam_find(m, NULL, AVP_USER_NAME), *eap = diam_find(m, NULL, AVP_EAP_PAYLOAD);
	const struct diam_avp *apn = diam_find(m, NULL, AVP_SERVICE_SELECTION);
	uint32_t type = 0, asks = own(m, AVP_OWN_ASKS, 0);

	*out = (struct aaa_diameter_request){ .apn = "" };
	diam_u32(diam_find(m, NULL, AVP_AUTH_REQUEST_TYPE), &type);
	if ((name && name->len > EAP_NAI_MAX) || (eap && eap->len > AAA_EAP_MAX))
		return false;
	if (apn && !diam_text(apn, out->apn, sizeof out->apn))
		return false;
	out->q.nai = name ? name->data : NULL;
	out->q.nai_len = name ? (uint16_t)name->len : 0;
	out->q.apn = apn ? out->apn : NULL;
	out->q.authorise = m->command == DIAM_AAR || type == DIAM_AUTHORIZE_ONLY;
	out->q.eap = eap && !out->q.authorise ? eap->data : NULL;
	out->q.eap_len = out->q.eap ? (uint16_t)eap->len : 0;
	out->q.second = asks & AAA_OWN_SECOND;
	out->q.no_redirect = asks & AAA_OWN_NO_REDIRECT;
	addresses(m, diam_find(m, NULL, AVP_MIP6_AGENT_INFO), AVP_MIP_HOME_AGENT_ADDRESS, &out->q.home_agent6,
		  &out->q.home_agent4);
	return true;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* [RFC 6733 7.1.5] 5001 of the base protocol is another than that of 3GPP, which the interface has. */
static uint32_t result_of(const struct diam_msg *m)
{
	uint32_t code = diam_result(m);

	if (code == DIAM_AVP_UNSUPPORTED && diam_find(m, NULL, AVP_RESULT_CODE))
		return DIAM_UNABLE_TO_COMPLY;
	if (code == DIAM_LIMITED)
		return AAA_SUCCESS;
	return code ? code : DIAM_UNABLE_TO_COMPLY;
}

void aaa_diameter_read_target(const struct diam_msg *m, struct aaa_target *out, char fqdn[AAA_IDENTITY_OCTETS])
{
	const struct diam_avp *info = diam_find(m, NULL, AVP_MIP6_AGENT_INFO);
	const struct diam_avp *host = info ? diam_find(m, info, AVP_MIP_HOME_AGENT_HOST) : NULL;
	uint32_t when = own(m, AVP_OWN_WHEN, m->command == DIAM_RAR ? AAA_HA_SWITCH : AAA_LAST_AUTH);

	*out = (struct aaa_target){ .when = AAA_NEVER };
	addresses(m, info, AVP_MIP_HOME_AGENT_ADDRESS, &out->a6, &out->a4);
	if (host && diam_text(diam_find(m, host, AVP_DESTINATION_HOST), fqdn, AAA_IDENTITY_OCTETS))
		out->fqdn = fqdn;
	if ((out->fqdn || !ip6_is_zero(&out->a6) || !ip4_is_zero(out->a4)) && when <= AAA_HA_SWITCH)
		out->when = (enum aaa_when)when;
}

static void profile(const struct diam_msg *m, struct aaa_pmip_policy *p, uint32_t bits)
{
	const struct diam_avp *info = diam_find(m, NULL, AVP_MIP6_AGENT_INFO), *a;
	uint64_t features = AAA_PMIP6_SUPPORTED | AAA_IP4_HOA_SUPPORTED;

	diam_u64(diam_find(m, NULL, AVP_MIP6_FEATURE_VECTOR), &features);
	p->allowed = features & AAA_PMIP6_SUPPORTED;
	p->ip4 = features & AAA_IP4_HOA_SUPPORTED;
	p->no_ip6 = bits & AAA_OWN_NO_IP6;
	p->timestamp = bits & AAA_OWN_TIMESTAMP;
	p->managed = bits & AAA_OWN_MANAGED;
	p->other = bits & AAA_OWN_OTHER;
	p->local = (enum aaa_pmip_local)((bits >> AAA_OWN_LOCAL_SHIFT & 3) % 3);
	addresses(m, info, AVP_MIP_HOME_AGENT_ADDRESS, &p->lma6, &p->lma4);
	for (a = info ? diam_find(m, info, AVP_MIP6_HOME_LINK_PREFIX) : NULL; a && p->n_hnps < AAA_HNPS_MAX;
	     a = diam_next(m, a))
		p->n_hnps += diam_prefix6(a, &p->hnp[p->n_hnps]);
}

static void subscription(const struct diam_msg *m, const char *asked, struct aaa_diameter_answer *out)
{
	const struct diam_avp *conf = diam_find(m, NULL, AVP_APN_CONFIGURATION);
	uint32_t type = AAA_PDN_IPV4V6, bits = own(m, AVP_OWN_POLICY, AAA_OWN_TIMESTAMP);
	struct aaa_apn *p = &out->apn;

	if (!conf || !diam_text(diam_find(m, conf, AVP_SERVICE_SELECTION), out->name, sizeof out->name)) {
		if (!diam_text(diam_find(m, NULL, AVP_SERVICE_SELECTION), out->name, sizeof out->name) && asked)
			memcpy(out->name, asked, strlen(asked) + 1);
	}
	p->name = out->name;
	if (conf) {
		diam_u32(diam_find(m, conf, AVP_PDN_TYPE), &type);
		addresses(m, conf, AVP_SERVED_PARTY_IP_ADDRESS, &p->hnp.addr, &p->ip4_address);
	}
	p->hnp.len = ip6_is_zero(&p->hnp.addr) ? 0 : 64;
	p->ip4 = type == AAA_PDN_IPV6 ? AAA_IP4_NONE : ip4_is_zero(p->ip4_address) ? AAA_IP4_POOL : AAA_IP4_STATIC;
	p->external = bits & AAA_OWN_EXTERNAL;
	diam_u32(diam_find(m, NULL, AVP_SESSION_TIMEOUT), &p->session_timeout);
	if (m->command == DIAM_AAR)
		profile(m, &p->pmip, bits);
	out->a.apn = p;
}

/* Who it is: as the server says it, else as the UE did. */
static void identity(const struct diam_msg *m, struct aaa_diameter_answer *out)
{
	const struct diam_avp *a = diam_find(m, NULL, AVP_MOBILE_NODE_IDENTIFIER);

	if (!a)
		a = diam_find(m, NULL, AVP_USER_NAME);
	if (a && diam_text(a, out->user, sizeof out->user))
		eap_id_kind(a->data, a->len, &out->a.imsi);
}

void aaa_diameter_read_answer(const struct diam_msg *m, const char *asked, struct aaa_diameter_answer *out)
{
	const struct diam_avp *eap = diam_find(m, NULL, AVP_EAP_PAYLOAD);
	const struct diam_avp *msk = diam_find(m, NULL, AVP_EAP_MASTER_SESSION_KEY);

	memset(out, 0, sizeof *out);
	out->a.target.when = AAA_NEVER;
	out->a.result = result_of(m);
	if (eap && eap->len <= AAA_EAP_MAX) {
		out->a.eap = eap->data;
		out->a.eap_len = (uint16_t)eap->len;
	}
	if (out->a.result != AAA_SUCCESS)
		return;
	if (msk && msk->len <= 64) {
		out->a.msk = msk->data;
		out->a.msk_len = (uint8_t)msk->len;
	}
	identity(m, out);
	subscription(m, asked, out);
	if (m->command == DIAM_DER)
		aaa_diameter_read_target(m, &out->a.target, out->fqdn);
	if (out->a.target.when == AAA_FIRST_AUTH && !eap)
		out->a.result = AAA_REDIRECT;
}
