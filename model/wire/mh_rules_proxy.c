/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of proxy messages: RFC 5213 with RFC 5844 (IPv4) and RFC 5845 (GRE keys), and what TS 29.275 adds: the GRE
 * key and the access point name are not a matter of choice. Release 8 follows the early draft, which knew neither
 * handoff indicator nor access technology. [RFC 5213 5.3.6, 6.9.1] [RFC 5844 3.1.2, 3.2.3] [RFC 5845 3.3, 4] [RFC
 * 5149 3] [29.275 5.1.1, 6.1]
 */
#include "wire/mh_rules.h"

static bool no_ip4_request(const struct mh_look *k)
{
	return !mh_has(k->m, MH_OPT_IP4_HOA_REQUEST);
}

static bool no_ip4_reply(const struct mh_look *k)
{
	return !mh_has(k->m, MH_OPT_IP4_HOA_REPLY);
}

/* Draft 02 has no name in the answer to nobody. */
static bool named(const struct mh_look *k)
{
	return k->m->ba.status != MH_BA_MISSING_MN_ID;
}

static bool key_sent(const struct mh_look *k)
{
	return k->accepted && mh_has(k->request, MH_OPT_GRE_KEY) && k->m->ba.status != MH_BA_GRE_KEY_NOT_REQUIRED;
}

static bool ip4_sent(const struct mh_look *k)
{
	return k->accepted && mh_has(k->request, MH_OPT_IP4_HOA_REQUEST);
}

static bool ip4_not_sent(const struct mh_look *k)
{
	return k->request && !mh_has(k->request, MH_OPT_IP4_HOA_REQUEST);
}

/* Options that the answer has exactly when the request had them [RFC 5213 5.3.6] */
static bool stamp_sent(const struct mh_look *k)
{
	return mh_has(k->request, MH_OPT_TIMESTAMP);
}

static bool stamp_not_sent(const struct mh_look *k)
{
	return k->request && !stamp_sent(k);
}

static bool ll_id_sent(const struct mh_look *k)
{
	return mh_has(k->request, MH_OPT_MN_LL_ID);
}

static bool ll_id_not_sent(const struct mh_look *k)
{
	return k->request && !ll_id_sent(k);
}

static bool link_local_sent(const struct mh_look *k)
{
	return mh_has(k->request, MH_OPT_LINK_LOCAL);
}

static bool link_local_not_sent(const struct mh_look *k)
{
	return k->request && !link_local_sent(k);
}

static bool keyless(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	*o = mh_find(k->m, MH_OPT_GRE_KEY);
	return *o && !(*o)->gre.has_key;
}

static bool status_2(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->ba.status;
	return k->m->ba.status == MH_BA_GRE_KEY_NOT_REQUIRED;
}

static bool handoff_is_not(const struct mh_look *k, const struct mh_opt **o, uint32_t *value, uint8_t want)
{
	*o = mh_find(k->m, MH_OPT_HANDOFF);
	*value = *o ? (*o)->handoff : 0;
	return *o && (*o)->handoff != want;
}

static bool handoff_reserved(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	*o = mh_find(k->m, MH_OPT_HANDOFF);
	return *o && (*o)->handoff == MH_HI_RESERVED;
}

static bool handoff_refresh(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	return handoff_is_not(k, o, value, MH_HI_UNCHANGED);
}

static bool handoff_detach(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	return handoff_is_not(k, o, value, MH_HI_UNKNOWN);
}

static bool all_zero(const struct mh_opt *o)
{
	return ip6_is_zero(&o->prefix.addr);
}

/* Either one request for any prefix or the prefixes themselves [RFC 5213 6.9.1.1] */
static bool hnp_mixed(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*value = mh_count(k->m, MH_OPT_HNP);
	for (*o = mh_find(k->m, MH_OPT_HNP); *o && *value > 1; *o = mh_next(k->m, *o))
		if (all_zero(*o))
			return true;
	return false;
}

static bool hnp_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	for (*o = mh_find(k->m, MH_OPT_HNP); *o && k->accepted; *o = mh_next(k->m, *o))
		if (all_zero(*o))
			return true;
	return false;
}

static bool apn_early(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	const struct mh_opt *id = mh_find(k->m, MH_OPT_MN_ID);

	(void)value;
	*o = mh_find(k->m, MH_OPT_SERVICE_SELECTION);
	return *o && id && *o < id;
}

static bool id_subtype(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*o = mh_find(k->m, MH_OPT_MN_ID);
	*value = *o ? (*o)->id.subtype : 0;
	return *o && (*o)->id.subtype != MH_ID_NAI;
}

static bool id_differs(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	const struct mh_opt *sent = k->request ? mh_find(k->request, MH_OPT_MN_ID) : NULL;

	(void)value;
	*o = mh_find(k->m, MH_OPT_MN_ID);
	if (!*o || !sent)
		return false;
	return (*o)->id.subtype != sent->id.subtype || (*o)->id.id.n != sent->id.id.n ||
		(sent->id.id.n && memcmp((*o)->id.id.p, sent->id.id.p, sent->id.id.n));
}

static bool handoff_differs(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	const struct mh_opt *sent = k->request ? mh_find(k->request, MH_OPT_HANDOFF) : NULL;

	return sent && handoff_is_not(k, o, value, sent->handoff);
}

static bool att_differs(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	const struct mh_opt *sent = k->request ? mh_find(k->request, MH_OPT_ATT) : NULL;

	*o = mh_find(k->m, MH_OPT_ATT);
	*value = *o ? (*o)->att : 0;
	return sent && *o && (*o)->att != sent->att;
}

static bool is_bri(const struct mh_look *k)
{
	return k->m->br.type == MH_BR_BRI;
}

/* All of a peer's bindings: the LMA names nobody [RFC 5846 8.1.1], a MAG itself [9.2]; who sends is not known here. */
static bool bri_names(const struct mh_look *k)
{
	return is_bri(k) && !(k->m->br.flags & MH_BR_G && k->m->br.code == MH_BRI_PER_PEER_POLICY);
}

static bool bri_one_session(const struct mh_look *k)
{
	return is_bri(k) && !(k->m->br.flags & (MH_BR_G | MH_BR_V));
}

static bool bri_v(const struct mh_look *k)
{
	return is_bri(k) && k->m->br.flags & MH_BR_V;
}

static bool bri_not_v(const struct mh_look *k)
{
	return is_bri(k) && !(k->m->br.flags & MH_BR_V);
}

#define OAI MH_P(OAI_PMIP)

const struct mh_rule mh_rules_proxy[] = {
	/* Proxy Binding Update */
	MH_FLAG(MH_SPEC | OAI, MH_BU, 0, 1, "pbu-a-clear", "A flag", MANDATORY, "RFC 5213 6.9.1.5", MH_BU_A, NULL),
	MH_FLAG(MH_SPEC | OAI, MH_BU, 0, 1, "pbu-p-clear", "P flag", MANDATORY, "RFC 5213 6.9.1.5", MH_BU_P, NULL),
	MH_OPTION(MH_SPEC | OAI, MH_BU, 0, 1, "pbu-mn-id-missing", "Mobile Node Identifier option", MANDATORY,
		"RFC 5213 6.9.1.5",
		MH_OPT_MN_ID, NULL),
	MH_OPTION(MH_SPEC | OAI, MH_BU, 0, 1, "pbu-hnp-missing", "Home Network Prefix option, unless IPv4 only",
		CONDITIONAL,
		"RFC 5213 6.9.1.5, RFC 5844 3.2.3.1", MH_OPT_HNP, no_ip4_request),
	MH_OPTION(MH_FINAL, MH_BU, 0, 1, "pbu-handoff-missing", "Handoff Indicator option", MANDATORY,
		"RFC 5213 6.9.1.5",
		MH_OPT_HANDOFF, NULL),
	MH_OPTION(MH_FINAL, MH_BU, 0, 1, "pbu-att-missing", "Access Technology Type option", MANDATORY,
		"RFC 5213 6.9.1.5",
		MH_OPT_ATT, NULL),
	MH_OPTION(MH_SPEC | OAI, MH_BU, 0, 1, "pbu-timestamp", "Timestamp option", OPTIONAL, "RFC 5213 6.9.1.5",
		MH_OPT_TIMESTAMP,
		NULL),
	MH_OPTION(MH_SPEC, MH_BU, 0, 1, "pbu-ll-id", "Mobile Node Link-layer Identifier option", OPTIONAL,
		"RFC 5213 6.9.1.5",
		MH_OPT_MN_LL_ID, NULL),
	MH_OPTION(MH_SPEC, MH_BU, 0, 1, "pbu-link-local", "Link-local Address option", OPTIONAL, "RFC 5213 6.9.1.5",
		MH_OPT_LINK_LOCAL, NULL),
	/* [R29275-6.1-05, -06] */
	MH_OPTION(MH_3GPP, MH_BU, MH_GAIN, 1, "pbu-gre-key-missing", "GRE Key option", MANDATORY, "29.275 6.1",
		MH_OPT_GRE_KEY, NULL),
	MH_TEST(MH_3GPP, MH_BU, 0, 1, "pbu-gre-keyless", "a key in the GRE Key option", "29.275 6.1", keyless),
	MH_OPTION(MH_FINAL, MH_BU, MH_Q(DETACH), 1, "pbu-gre-key-on-detach", "GRE Key option", FORBIDDEN,
		"RFC 5845 4.2",
		MH_OPT_GRE_KEY, NULL),
	MH_OPTION(MH_3GPP, MH_BU, MH_Q(INITIAL), 1, "pbu-apn-missing", "Service Selection option", MANDATORY,
		"29.275 5.1.1",
		MH_OPT_SERVICE_SELECTION, NULL),
	MH_TEST(MH_SPEC, MH_BU, 0, 1, "pbu-apn-before-mn-id", "Service Selection after the MN Identifier",
		"RFC 5149 3", apn_early),
	MH_TEST(MH_3GPP, MH_BU, 0, 1, "pbu-mn-id-subtype", "a network access identifier", "29.275 5.1.1", id_subtype),
	MH_TEST(MH_SPEC | OAI, MH_BU, MH_REGISTER, 1, "pbu-lifetime-zero", "lifetime above 0", "RFC 5213 6.9.1.1",
		mh_life_zero),
	MH_TEST(MH_SPEC | OAI, MH_BU, MH_Q(DETACH), 1, "pbu-lifetime-nonzero", "lifetime 0", "RFC 5213 6.9.1.4",
		mh_life_not_zero),
	MH_TEST(MH_FINAL, MH_BU, 0, 1, "pbu-handoff-reserved", "a handoff indicator other than 0", "RFC 5213 8.4",
		handoff_reserved),
	MH_TEST(MH_FINAL, MH_BU, MH_Q(REREGISTRATION), 1, "pbu-handoff-value", "handoff indicator 5",
		"RFC 5213 6.9.1.3",
		handoff_refresh),
	MH_TEST(MH_FINAL, MH_BU, MH_Q(DETACH), 1, "pbu-handoff-value", "handoff indicator 4", "RFC 5213 6.9.1.4",
		handoff_detach),
	MH_TEST(MH_FINAL, MH_BU, 0, 1, "pbu-hnp-mixed", "either prefixes or one request for any", "RFC 5213 6.9.1.1",
		hnp_mixed),

	/* Proxy Binding Acknowledgement */
	MH_FLAG(MH_SPEC, MH_BA, 0, 1, "pba-p-clear", "P flag", MANDATORY, "RFC 5213 5.3.6", MH_BA_P, NULL),
	MH_OPTION(MH_FINAL | OAI, MH_BA, 0, 1, "pba-mn-id-missing", "Mobile Node Identifier option", MANDATORY,
		"RFC 5213 5.3.6",
		MH_OPT_MN_ID, NULL),
	MH_OPTION(MH_P(R8), MH_BA, 0, 1, "pba-mn-id-missing", "NAI option, unless it was missing", CONDITIONAL,
		"draft-02 5.3.1", MH_OPT_MN_ID, named),
	MH_OPTION(MH_SPEC | OAI, MH_BA, 0, 1, "pba-hnp-missing", "Home Network Prefix option, unless IPv4 only",
		CONDITIONAL,
		"RFC 5213 5.3.6", MH_OPT_HNP, no_ip4_reply),
	MH_TEST(MH_SPEC | OAI, MH_BA, 0, 1, "pba-hnp-zero", "assigned prefixes when accepted", "RFC 5213 5.3.6",
		hnp_zero),
	MH_OPTION(MH_FINAL, MH_BA, 0, 1, "pba-handoff-missing", "Handoff Indicator option", MANDATORY, "RFC 5213 5.3.6",
		MH_OPT_HANDOFF, NULL),
	MH_OPTION(MH_FINAL, MH_BA, 0, 1, "pba-att-missing", "Access Technology Type option", MANDATORY,
		"RFC 5213 5.3.6",
		MH_OPT_ATT, NULL),
	MH_TEST(MH_SPEC, MH_BA, 0, 1, "pba-mn-id-differs", "identifier of the update", "RFC 5213 5.3.6", id_differs),
	MH_TEST(MH_FINAL, MH_BA, 0, 1, "pba-handoff-differs", "handoff indicator of the update", "RFC 5213 5.3.6",
		handoff_differs),
	MH_TEST(MH_FINAL, MH_BA, 0, 1, "pba-att-differs", "access technology of the update", "RFC 5213 5.3.6",
		att_differs),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-timestamp-missing", "Timestamp option when the update had one",
		CONDITIONAL,
		"RFC 5213 5.3.6", MH_OPT_TIMESTAMP, stamp_sent),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-timestamp-unasked", "Timestamp option when the update had none", FORBIDDEN,
		"RFC 5213 5.3.6", MH_OPT_TIMESTAMP, stamp_not_sent),
	MH_OPTION(MH_FINAL, MH_BA, 0, 1, "pba-ll-id-missing", "Link-layer Identifier option when the update had one",
		CONDITIONAL,
		"RFC 5213 5.3.6", MH_OPT_MN_LL_ID, ll_id_sent),
	MH_OPTION(MH_FINAL, MH_BA, 0, 1, "pba-ll-id-unasked", "Link-layer Identifier option when the update had none",
		FORBIDDEN,
		"RFC 5213 5.3.6", MH_OPT_MN_LL_ID, ll_id_not_sent),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-link-local-missing", "Link-local Address option when the update had one",
		CONDITIONAL,
		"RFC 5213 5.3.6", MH_OPT_LINK_LOCAL, link_local_sent),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-link-local-unasked",
		"Link-local Address option when the update had none", FORBIDDEN,
		"RFC 5213 5.3.6", MH_OPT_LINK_LOCAL, link_local_not_sent),
	MH_OPTION(MH_SPEC, MH_BA, MH_REGISTER | MH_Q(ANY), 1, "pba-gre-key-missing",
		"GRE Key option when the update had one",
		CONDITIONAL, "RFC 5845 3.3.1, 29.275 6.1", MH_OPT_GRE_KEY, key_sent),
	MH_TEST(MH_3GPP, MH_BA, 0, 1, "pba-gre-keyless", "a key in the GRE Key option", "29.275 6.1", keyless),
	/* [R29275-6.1-05] */
	MH_TEST(MH_3GPP, MH_BA, 0, 1, "pba-gre-not-required", "a status other than 2", "29.275 6.1", status_2),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-ipv4-reply-missing", "IPv4 Home Address Reply option", CONDITIONAL,
		"RFC 5844 3.1.2",
		MH_OPT_IP4_HOA_REPLY, ip4_sent),
	MH_OPTION(MH_SPEC, MH_BA, 0, 1, "pba-ipv4-reply-unasked", "IPv4 Home Address Reply option unasked for",
		FORBIDDEN,
		"RFC 5844 3.1.2", MH_OPT_IP4_HOA_REPLY, ip4_not_sent),
	MH_TEST(MH_SPEC | OAI, MH_BA, 0, 1, "pba-sequence", "sequence number of the update", "RFC 5213 5.3.6",
		mh_seq_differs),
	MH_TEST(MH_SPEC | OAI, MH_BA, MH_REGISTER, 1, "pba-lifetime-zero", "lifetime above 0", "RFC 5213 5.3.2",
		mh_life_granted_zero),
	MH_TEST(MH_SPEC | OAI, MH_BA, MH_Q(DETACH), 1, "pba-lifetime-nonzero", "lifetime 0", "RFC 5213 5.3.5",
		mh_life_granted_not_zero),
	MH_TEST(MH_SPEC | OAI, MH_BA, 0, 1, "pba-lifetime-longer", "lifetime not above the one asked for",
		"RFC 6275 10.3.1",
		mh_life_longer),

	/* Binding Revocation of proxy bindings */
	MH_OPTION(MH_SPEC, MH_BR, 0, 1, "bri-mn-id-missing", "Mobile Node Identifier option", CONDITIONAL,
		"RFC 5846 5.1",
		MH_OPT_MN_ID, bri_names),
	MH_OPTION(MH_SPEC, MH_BR, 0, 1, "bri-hnp-missing", "Home Network Prefix option for one session", CONDITIONAL,
		"RFC 5846 5.1", MH_OPT_HNP, bri_one_session),
	MH_OPTION(MH_SPEC, MH_BR, 0, 1, "bri-ipv4-request-missing", "IPv4 Home Address Request option with V",
		CONDITIONAL,
		"RFC 5846 5.1", MH_OPT_IP4_HOA_REQUEST, bri_v),
	MH_OPTION(MH_SPEC, MH_BR, 0, 1, "bri-ipv4-request-unfit", "IPv4 Home Address Request option without V",
		FORBIDDEN,
		"RFC 5846 5.1", MH_OPT_IP4_HOA_REQUEST, bri_not_v),
};
const unsigned mh_rules_proxy_n = sizeof mh_rules_proxy / sizeof mh_rules_proxy[0];
