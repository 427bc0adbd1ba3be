/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA interface in Diameter's octets: what is sent
 *
 * DER and DEA with EAP [RFC 4072 3], with what a home agent tells and is told in the first of them and in the last
 * [RFC 5778 5.1.1, 5.1.2], AAR and AAA that authorise alone, as for a gateway of PMIPv6 [RFC 5779 5], STR, ASR and RAR
 * [RFC 6733 8.3, 8.4, 8.5]. Subscriptions are an APN-Configuration [TS 29.273 9.2.3]. Not here: QoS, accounting,
 * visited networks, the trace and charging data of TS 29.273.
 */
#include "proto/aaa_diameter_priv.h"

#include <string.h>

#define STATE_MAINTAINED 0u
#define FIRST_CONTEXT 1u

/* ---- common parts ------------------------------------------------------------------------------------------------ */

static void origin(struct diam_writer *w, const struct aaa_diameter_ends *e)
{
	diam_w_text(w, AVP_ORIGIN_HOST, e->host);
	diam_w_text(w, AVP_ORIGIN_REALM, e->realm);
}

static void request(struct diam_writer *w, uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e,
		    uint32_t command, const char *session)
{
	diam_w_begin(w, buf, cap, DIAM_F_REQUEST | DIAM_F_PROXIABLE, command, e->app, 0, 0);
	diam_w_text(w, AVP_SESSION_ID, session);
	diam_w_u32(w, AVP_AUTH_APPLICATION_ID, e->app);
	origin(w, e);
	diam_w_text(w, AVP_DESTINATION_REALM, e->to_realm);
	if (e->to_host)
		diam_w_text(w, AVP_DESTINATION_HOST, e->to_host);
	if (e->state_id)
		diam_w_u32(w, AVP_ORIGIN_STATE_ID, e->state_id);
}

/* Vendor 3GPP's own codes are an Experimental-Result [RFC 6733 7.6; TS 29.273 10]. */
static bool is_experimental(uint32_t result)
{
	return result == AAA_UNKNOWN_USER || result == AAA_NO_SUBSCRIPTION || result == AAA_NO_APN;
}

static void result_out(struct diam_writer *w, uint32_t result)
{
	if (!is_experimental(result)) {
		diam_w_u32(w, AVP_RESULT_CODE, result);
		return;
	}
	diam_w_open(w, AVP_EXPERIMENTAL_RESULT);
	diam_w_u32(w, AVP_VENDOR_ID, DIAM_3GPP);
	diam_w_u32(w, AVP_EXPERIMENTAL_RESULT_CODE, result);
	diam_w_close(w);
}

/* The beginning of an answer: the request's identifiers, and what agents put into it [RFC 6733 6.2]. */
static void answer(struct diam_writer *w, uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e,
		   const struct diam_msg *m, uint32_t result)
{
	const struct diam_avp *session = diam_find(m, NULL, AVP_SESSION_ID);
	const struct diam_avp *type = diam_find(m, NULL, AVP_AUTH_REQUEST_TYPE);
	uint8_t flags = (uint8_t)((m->flags & DIAM_F_PROXIABLE) | (diam_protocol_error(result) ? DIAM_F_ERROR : 0));

	diam_w_begin(w, buf, cap, flags, m->command, m->app, m->hop, m->end);
	if (session)
		diam_w_again(w, session);
	if (m->command == DIAM_DER || m->command == DIAM_AAR) {
		diam_w_u32(w, AVP_AUTH_APPLICATION_ID, m->app);
		if (type)
			diam_w_again(w, type);
	}
	result_out(w, result);
	origin(w, e);
}

static size_t answer_end(struct diam_writer *w, const struct diam_msg *m)
{
	const struct diam_avp *a = diam_find(m, NULL, AVP_PROXY_INFO);

	for (; a; a = diam_next(m, a))
		diam_w_again(w, a);
	return diam_w_end(w);
}

static void address(struct diam_writer *w, uint32_t id, const struct ip6_addr *a6, struct ip4_addr a4)
{
	struct ip6_addr mapped = ip6_mapped(a4);

	if (!ip6_is_zero(a6))
		diam_w_address(w, id, a6);
	if (!ip4_is_zero(a4))
		diam_w_address(w, id, &mapped);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* What stands for the UE's EAP-Response/Identity when IKE brought IDi alone [RFC 4072 2.2]. */
static void eap_payload(struct diam_writer *w, const struct aaa_request *q)
{
	uint8_t buf[EAP_NAI_MAX + EAP_HEADER + 1];
	uint16_t n = q->nai_len <= EAP_NAI_MAX ? q->nai_len : 0;

	if (q->eap_len) {
		diam_w_octets(w, AVP_EAP_PAYLOAD, q->eap, q->eap_len);
		return;
	}
	buf[0] = EAP_RESPONSE;
	buf[1] = 0;
	store16(buf + 2, (uint16_t)(EAP_HEADER + 1 + n));
	buf[EAP_HEADER] = EAP_IDENTITY;
	if (n)
		memcpy(buf + EAP_HEADER + 1, q->nai, n);
	diam_w_octets(w, AVP_EAP_PAYLOAD, buf, EAP_HEADER + 1u + n);
}

/* The asker's addresses and abilities. */
static void asker(struct diam_writer *w, const struct aaa_request *q)
{
	if (q->authorise)
		diam_w_u64(w, AVP_MIP6_FEATURE_VECTOR, AAA_PMIP6_SUPPORTED | AAA_IP4_HOA_SUPPORTED);
	if (ip6_is_zero(&q->home_agent6) && ip4_is_zero(q->home_agent4))
		return;
	diam_w_open(w, AVP_MIP6_AGENT_INFO);
	address(w, AVP_MIP_HOME_AGENT_ADDRESS, &q->home_agent6, q->home_agent4);
	diam_w_close(w);
}

static void own_asks(struct diam_writer *w, const struct aaa_request *q)
{
	uint32_t bits = (q->second ? AAA_OWN_SECOND : 0) | (q->no_redirect ? AAA_OWN_NO_REDIRECT : 0);

	if (!bits)
		return;
	diam_w_open(w, AVP_OWN_DETAIL);
	diam_w_u32(w, AVP_OWN_ASKS, bits);
	diam_w_close(w);
}

size_t aaa_diameter_ask(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			const struct aaa_request *q, bool first)
{
	struct diam_writer w;

	request(&w, buf, cap, e, q->authorise ? DIAM_AAR : DIAM_DER, session);
	diam_w_u32(&w, AVP_AUTH_REQUEST_TYPE, q->authorise ? DIAM_AUTHORIZE_ONLY : DIAM_AUTHORIZE_AUTHENTICATE);
	if (q->nai_len)
		diam_w_octets(&w, AVP_USER_NAME, q->nai, q->nai_len);
	if (!q->authorise)
		eap_payload(&w, q);
	if (first)
		asker(&w, q);
	if (q->apn)
		diam_w_text(&w, AVP_SERVICE_SELECTION, q->apn);
	own_asks(&w, q);
	return diam_w_end(&w);
}

size_t aaa_diameter_end(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			const char *user, enum aaa_cause cause)
{
	struct diam_writer w;

	request(&w, buf, cap, e, DIAM_STR, session);
	diam_w_u32(&w, AVP_TERMINATION_CAUSE, (uint32_t)cause);
	if (user && *user)
		diam_w_text(&w, AVP_USER_NAME, user);
	return diam_w_end(&w);
}

static void target_out(struct diam_writer *w, const struct aaa_target *t)
{
	diam_w_open(w, AVP_MIP6_AGENT_INFO);
	address(w, AVP_MIP_HOME_AGENT_ADDRESS, &t->a6, t->a4);
	if (t->fqdn) {
		diam_w_open(w, AVP_MIP_HOME_AGENT_HOST);
		diam_w_text(w, AVP_DESTINATION_HOST, t->fqdn);
		diam_w_close(w);
	}
	diam_w_close(w);
}

static void own_when(struct diam_writer *w, enum aaa_when when)
{
	diam_w_open(w, AVP_OWN_DETAIL);
	diam_w_u32(w, AVP_OWN_WHEN, (uint32_t)when);
	diam_w_close(w);
}

size_t aaa_diameter_command(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const char *session,
			    enum aaa_command command, const struct aaa_target *target)
{
	struct diam_writer w;

	request(&w, buf, cap, e, command, session);
	if (command == AAA_RAR)		/* [RFC 6733 8.12]: AUTHORIZE_AUTHENTICATE */
		diam_w_u32(&w, AVP_RE_AUTH_REQUEST_TYPE, 1);
	if (target && target->when != AAA_NEVER)
		target_out(&w, target);
	if (target)
		own_when(&w, target->when);
	return diam_w_end(&w);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* A /64 is its address with an interface identifier of zero [TS 29.272 7.3.34]. */
static void subscription(struct diam_writer *w, const struct aaa_apn *p)
{
	struct ip6_addr fixed4 = ip6_mapped(p->ip4_address);

	diam_w_open(w, AVP_APN_CONFIGURATION);
	diam_w_u32(w, AVP_CONTEXT_IDENTIFIER, FIRST_CONTEXT);
	if (p->hnp.len)
		diam_w_address(w, AVP_SERVED_PARTY_IP_ADDRESS, &p->hnp.addr);
	if (p->ip4 == AAA_IP4_STATIC)
		diam_w_address(w, AVP_SERVED_PARTY_IP_ADDRESS, &fixed4);
	diam_w_u32(w, AVP_PDN_TYPE, p->ip4 == AAA_IP4_NONE ? AAA_PDN_IPV6 : AAA_PDN_IPV4V6);
	diam_w_text(w, AVP_SERVICE_SELECTION, p->name);
	diam_w_close(w);
}

/* The anchor and prefixes of a PMIPv6 profile [RFC 5779 4, RFC 5447 4.2.1]. */
static void profile(struct diam_writer *w, const struct aaa_pmip_policy *p)
{
	diam_w_u64(w, AVP_MIP6_FEATURE_VECTOR,
		   (p->allowed ? AAA_PMIP6_SUPPORTED : 0) | (p->ip4 ? AAA_IP4_HOA_SUPPORTED : 0));
	if (ip6_is_zero(&p->lma6) && ip4_is_zero(p->lma4) && !p->n_hnps)
		return;
	diam_w_open(w, AVP_MIP6_AGENT_INFO);
	address(w, AVP_MIP_HOME_AGENT_ADDRESS, &p->lma6, p->lma4);
	for (unsigned i = 0; i < p->n_hnps; i++)
		diam_w_prefix6(w, AVP_MIP6_HOME_LINK_PREFIX, &p->hnp[i]);
	diam_w_close(w);
}

static uint32_t policy_bits(const struct aaa_answer *a)
{
	const struct aaa_pmip_policy *p = &a->apn->pmip;

	return (a->apn->external ? AAA_OWN_EXTERNAL : 0) |
		(p->no_ip6 ? AAA_OWN_NO_IP6 : 0) | (p->timestamp ? AAA_OWN_TIMESTAMP : 0) |
		(p->managed ? AAA_OWN_MANAGED : 0) | (p->other ? AAA_OWN_OTHER : 0) |
		((uint32_t)p->local & 3) << AAA_OWN_LOCAL_SHIFT;
}

/* Only what others would not take for granted. */
static void own_detail(struct diam_writer *w, const struct aaa_answer *a)
{
	uint32_t bits = a->apn ? policy_bits(a) : AAA_OWN_TIMESTAMP;
	bool when = a->target.when != AAA_NEVER && a->target.when != AAA_LAST_AUTH;

	if (!when && bits == AAA_OWN_TIMESTAMP)
		return;
	diam_w_open(w, AVP_OWN_DETAIL);
	if (when)
		diam_w_u32(w, AVP_OWN_WHEN, (uint32_t)a->target.when);
	if (bits != AAA_OWN_TIMESTAMP)
		diam_w_u32(w, AVP_OWN_POLICY, bits);
	diam_w_close(w);
}

/* The last answer of an authentication, and the only one of an authorisation. */
static void granted(struct diam_writer *w, const struct diam_msg *m, const struct aaa_answer *a)
{
	uint8_t nai[EAP_NAI_MAX];

	if (a->msk_len)
		diam_w_octets(w, AVP_EAP_MASTER_SESSION_KEY, a->msk, a->msk_len);
	if (!imsi_is_none(a->imsi))
		diam_w_octets(w, AVP_MOBILE_NODE_IDENTIFIER, nai, eap_id_permanent(a->imsi, nai));
	diam_w_u32(w, AVP_AUTH_SESSION_STATE, STATE_MAINTAINED);
	if (a->apn) {
		subscription(w, a->apn);
		if (a->apn->session_timeout)
			diam_w_u32(w, AVP_SESSION_TIMEOUT, a->apn->session_timeout);
		if (m->command == DIAM_AAR)
			profile(w, &a->apn->pmip);
	}
	if (a->target.when != AAA_NEVER && m->command == DIAM_DER)
		target_out(w, &a->target);
	own_detail(w, a);
}

size_t aaa_diameter_answer(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const struct diam_msg *m,
			   const struct aaa_answer *a)
{
	struct diam_writer w;

	/* to be sent elsewhere before EAP runs: no error of the base protocol, whose 3006 is for agents */
	answer(&w, buf, cap, e, m, a->result == AAA_REDIRECT ? AAA_SUCCESS : a->result);
	if (a->eap_len)
		diam_w_octets(&w, AVP_EAP_PAYLOAD, a->eap, a->eap_len);
	if (a->result == AAA_SUCCESS) {
		granted(&w, m, a);
	} else if (a->result == AAA_REDIRECT) {
		target_out(&w, &a->target);
		own_when(&w, AAA_FIRST_AUTH);
	}
	return answer_end(&w, m);
}

size_t aaa_diameter_result(uint8_t *buf, size_t cap, const struct aaa_diameter_ends *e, const struct diam_msg *m,
			   uint32_t result)
{
	struct diam_writer w;

	answer(&w, buf, cap, e, m, result);
	return answer_end(&w, m);
}
