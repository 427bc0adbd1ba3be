/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of messages between a mobile node and its home agent, and of those that PMIPv6 shares with them: TS 24.303
 * Annex A of release 8, with what release 10 and later changed (alternate care-of address, R flag, IP flow mobility),
 * over the rules of the RFCs. [24.303 5.1.2.4, A.1 to A.6] [RFC 6275 6.1, 10.3.1, 11.7.1] [RFC 5555 3, 4] [RFC 3963
 * 4.2] [RFC 5648 4] [RFC 6089 4] [RFC 5846 5] [RFC 5847 3] [RFC 5142 4]
 *
 * Not here: the L flag (needs the link-local address), and everything about the headers around the message.
 */
#include "wire/mh_flow.h"
#include "wire/mh_rules.h"

static uint16_t life(const struct mh_msg *m)
{
	return m->type == MH_BU ? m->bu.life.units : m->ba.life.units;
}

static bool has_bid(const struct mh_look *k)
{
	return mh_find_any(k->m, MH_OPT_BID);
}

bool mh_when_lives(const struct mh_look *k)
{
	return life(k->m) != 0;
}

static bool with_h(const struct mh_look *k)
{
	return k->m->bu.flags & MH_BU_H;
}

static bool with_bid(const struct mh_look *k)
{
	return has_bid(k);
}

static bool on_ip4(const struct mh_look *k)
{
	return k->c->access == MH_ACCESS_IP4;
}

static bool on_ip4_no_bid(const struct mh_look *k)
{
	return on_ip4(k) && !has_bid(k);
}

static bool not_on_ip4(const struct mh_look *k)
{
	return k->c->access == MH_ACCESS_IP6 || k->c->access == MH_ACCESS_HOME;
}

static bool alt_coa_needed(const struct mh_look *k)
{
	return k->c->access == MH_ACCESS_IP6 && !has_bid(k) && mh_when_lives(k) && with_h(k);
}

static bool in_ifom(const struct mh_look *k)
{
	return k->c->ifom && mh_when_lives(k);
}

static bool o_without_bid(const struct mh_look *k)
{
	return !has_bid(k);
}

static bool ack_needed(const struct mh_look *k)
{
	return k->accepted && mh_has(k->request, MH_OPT_IP4_HOA);
}

static bool ack_unasked(const struct mh_look *k)
{
	return k->request && !mh_has(k->request, MH_OPT_IP4_HOA);
}

static bool over_udp(const struct mh_look *k)
{
	return k->accepted && k->c->udp;
}

static bool over_nat(const struct mh_look *k)
{
	return k->accepted && k->c->nat;
}

static bool k_unasked(const struct mh_look *k)
{
	return k->request && !(k->request->bu.flags & MH_BU_K);
}

static bool r_unasked(const struct mh_look *k)
{
	return k->request && !(k->request->bu.flags & MH_BU_R);
}

bool mh_seq_differs(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->ba.seq;
	return k->request && k->m->ba.status != MH_BA_SEQUENCE && k->m->ba.seq != k->request->bu.seq;
}

bool mh_life_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o, (void)value;
	return !life(k->m);
}

bool mh_life_not_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = life(k->m);
	return life(k->m);
}

bool mh_life_granted_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	return k->accepted && mh_life_zero(k, o, value);
}

bool mh_life_granted_not_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	return k->accepted && mh_life_not_zero(k, o, value);
}

bool mh_life_longer(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = life(k->m);
	return k->accepted && k->request && life(k->m) > k->request->bu.life.units;
}

bool mh_refresh_late(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*o = mh_find(k->m, MH_OPT_REFRESH_ADVICE);
	*value = *o ? (*o)->refresh.units : 0;
	return *o && k->accepted && (*o)->refresh.units >= k->m->ba.life.units;
}

static bool alt_coa_differs(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	*o = mh_find(k->m, MH_OPT_ALT_COA);
	return *o && k->c->has_coa && k->c->access == MH_ACCESS_IP6 && !ip6_eq(&(*o)->ip6, &k->c->coa);
}

static bool hoa4_not_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*o = mh_find(k->m, MH_OPT_IP4_HOA);
	*value = *o ? ip4_u32((*o)->hoa4.addr) : 0;
	return *value;
}

static bool hoa4_prefix(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*o = mh_find(k->m, MH_OPT_IP4_HOA);
	*value = *o ? (*o)->hoa4.prefix_len : 0;
	return *o && ((*o)->hoa4.prefix_len != 32 || (*o)->hoa4.prefix);
}

static bool ack4_prefix(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	*o = mh_find(k->m, MH_OPT_IP4_ACK);
	*value = *o ? (*o)->hoa4.prefix_len : 0;
	return *o && (*o)->hoa4.status < 128 && (*o)->hoa4.prefix_len != 32;
}

static bool ack4_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	*o = mh_find(k->m, MH_OPT_IP4_ACK);
	return *o && (*o)->hoa4.status < 128 && ip4_is_zero((*o)->hoa4.addr);
}

static bool nat_not_forced(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	*o = mh_find(k->m, MH_OPT_NAT_DETECTION);
	return *o && k->c->nat && !(*o)->nat.force;
}

typedef bool wrong_fn(const struct mh_opt *o);

/* The first BID option that `wrong` finds fault with. */
static bool some_bid(const struct mh_look *k, const struct mh_opt **o, wrong_fn *wrong)
{
	for (*o = mh_find(k->m, MH_OPT_BID); *o; *o = mh_next(k->m, *o))
		if (wrong(*o))
			return true;
	return false;
}

static bool is_bid_zero(const struct mh_opt *o)
{
	return !o->bid.bid;
}

static bool is_priority_zero(const struct mh_opt *o)
{
	return !o->bid.priority;
}

static bool is_with_coa(const struct mh_opt *o)
{
	return o->bid.family;
}

static bool bid_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	return some_bid(k, o, is_bid_zero);
}

static bool bid_priority_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	return some_bid(k, o, is_priority_zero);
}

static bool bid_with_coa(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)value;
	return some_bid(k, o, is_with_coa);
}

static bool fid_zero(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	for (*o = mh_find(k->m, MH_OPT_FLOW_ID); *o; *o = mh_next(k->m, *o)) {
		*value = (*o)->flow.fid;
		if (!(*o)->flow.fid || !(*o)->flow.priority)
			return true;
	}
	return false;
}

/* Two flows must not share a priority [RFC 6089 4.2] */
static bool fid_priority_twice(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	const struct mh_opt *other;

	for (*o = mh_find(k->m, MH_OPT_FLOW_ID); *o; *o = mh_next(k->m, *o))
		for (other = mh_next(k->m, *o); other; other = mh_next(k->m, other))
			if (other->flow.priority == (*o)->flow.priority && other->flow.fid != (*o)->flow.fid) {
				*value = other->flow.priority;
				*o = other;
				return true;
			}
	return false;
}

static bool flow_incomplete(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	struct mh_flow f;

	for (*o = mh_find(k->m, MH_OPT_FLOW_ID); *o; *o = mh_next(k->m, *o)) {
		*value = (*o)->flow.fid;
		if (!mh_flow_decode((*o)->flow.subs, &f, NULL, 0) || !f.has_ref || !f.has_ts)
			return true;
	}
	return false;
}

static bool bid_there(const struct mh_msg *m, uint16_t bid)
{
	const struct mh_opt *o;

	for (o = mh_find(m, MH_OPT_BID); o; o = mh_next(m, o))
		if (o->bid.bid == bid)
			return true;
	return false;
}

/* [R24303-5.1.2.4-29] */
static bool flow_other_bid(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	struct mh_flow f;
	unsigned i;

	for (*o = mh_find(k->m, MH_OPT_FLOW_ID); *o; *o = mh_next(k->m, *o)) {
		if (!mh_flow_decode((*o)->flow.subs, &f, NULL, 0))
			continue;
		for (i = 0; i < f.n_bid; i++)
			if (!bid_there(k->m, f.bid[i])) {
				*value = f.bid[i];
				return true;
			}
	}
	return false;
}

static bool be_status(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->be.status;
	return k->m->be.status != MH_BE_UNKNOWN_BINDING && k->m->be.status != MH_BE_UNKNOWN_MH_TYPE;
}

static bool is_bri(const struct mh_look *k)
{
	return k->m->br.type == MH_BR_BRI;
}

static bool bri_v_only(const struct mh_look *k)
{
	return is_bri(k) && (k->m->br.flags & (MH_BR_V | MH_BR_P)) == MH_BR_V;
}

static bool bri_not_v_only(const struct mh_look *k)
{
	return is_bri(k) && !bri_v_only(k);
}

static bool bri_trigger(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->br.code;
	return is_bri(k) && k->m->br.code != MH_BRI_ADMINISTRATIVE;
}

static bool bri_trigger_space(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	bool global = k->m->br.flags & MH_BR_G;

	(void)o;
	*value = k->m->br.code;
	return is_bri(k) && k->m->br.code < 250 && (global ? k->m->br.code < 128 : k->m->br.code >= 128);
}

static bool bra_sequence(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->br.seq;
	return k->m->br.type == MH_BR_BRA && k->request && k->request->br.seq != k->m->br.seq;
}

static bool bra_flags(const struct mh_look *k, const struct mh_opt **o, uint32_t *value)
{
	(void)o;
	*value = k->m->br.flags;
	return k->m->br.type == MH_BR_BRA && k->request && k->request->br.flags != k->m->br.flags;
}

static bool hb_request(const struct mh_look *k)
{
	return !(k->m->heartbeat.flags & MH_HB_R);
}

static bool hb_response(const struct mh_look *k)
{
	return !hb_request(k);
}

const struct mh_rule mh_rules[] = {
	/* Binding Update, flags. [R24303-A.2.1-03, -05, -06, -07, -08] and the same rows of A.3 to A.5 */
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-h-clear", "H flag", MANDATORY, "24.303 A.2.1", MH_BU_H, NULL),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-a-clear", "A flag", MANDATORY, "24.303 A.2.1", MH_BU_A, NULL),
	MH_FLAG(MH_P(RFC), MH_BU, 0, 0, "bu-a-clear", "A flag with H", CONDITIONAL, "RFC 6275 11.7.1", MH_BU_A, with_h),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-k-clear", "K flag", MANDATORY, "24.303 A.2.1", MH_BU_K, NULL),
	/* [R24303-5.1.2.4-18] */
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-f-set", "F flag", FORBIDDEN, "24.303 5.1.2.4", MH_BU_F, NULL),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-t-set", "T flag", FORBIDDEN, "24.303 A.2.1", MH_BU_T, NULL),
	/* [R24303-5.1.2.4-19] */
	MH_FLAG(MH_P(R10), MH_BU, 0, 0, "bu-r-clear", "R flag", CONDITIONAL, "24.303 5.1.2.4", MH_BU_R, mh_when_lives),
	/* [R24303-A.1-01] */
	MH_FLAG(MH_P(R8), MH_BU, 0, 0, "bu-r-set", "R flag", FORBIDDEN, "24.303 A.1", MH_BU_R, NULL),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-m-set", "M flag", FORBIDDEN, "24.303 A.1", MH_BU_M, NULL),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-s-set", "S flag", FORBIDDEN, "24.303 A.1", MH_BU_S, NULL),
	MH_FLAG(MH_3GPP, MH_BU, 0, 0, "bu-d-set", "D flag", FORBIDDEN, "24.303 A.1", MH_BU_D, NULL),
	/* [R24303-5.1.2.4-21] */
	MH_FLAG(MH_P(R10), MH_BU, MH_Q(INITIAL), 0, "bu-o-clear", "O flag with IP flow mobility", CONDITIONAL,
		"24.303 5.1.2.4",
		MH_BU_O, in_ifom),
	MH_FLAG(MH_FINAL, MH_BU, 0, 0, "bu-o-without-bid", "O flag without Binding Identifier option", FORBIDDEN,
		"RFC 5648 4.2",
		MH_BU_O, o_without_bid),
	/* Binding Update, lifetime. [R24303-A.2.1-02] [R24303-A.5.1-02] */
	MH_TEST(MH_ALL, MH_BU, MH_REGISTER, 0, "bu-lifetime-zero", "lifetime above 0", "RFC 6275 11.7.1", mh_life_zero),
	MH_TEST(MH_ALL, MH_BU, MH_Q(DETACH), 0, "bu-lifetime-nonzero", "lifetime 0", "24.303 A.5.1", mh_life_not_zero),
	/* Binding Update, care-of address. [R24303-5.1.2.4-08, -09, -10, -13, -14] [R24303-A.2.1-10, -11] */
	MH_OPTION(MH_SPEC, MH_BU, 0, 0, "bu-ipv4-coa-missing", "IPv4 Care-of Address option on IPv4", CONDITIONAL,
		"24.303 A.2.1",
		MH_OPT_IP4_COA, on_ip4_no_bid),
	MH_OPTION(MH_3GPP, MH_BU, 0, 0, "bu-ipv4-coa-on-ipv6", "IPv4 Care-of Address option elsewhere", FORBIDDEN,
		"24.303 A.2.1",
		MH_OPT_IP4_COA, not_on_ip4),
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-ipv4-coa-with-bid", "IPv4 Care-of Address option with BID", FORBIDDEN,
		"24.303 5.1.2.4", MH_OPT_IP4_COA, with_bid),
	MH_OPTION(MH_FINAL, MH_BU, 0, 0, "bu-alt-coa-missing", "Alternate Care-of Address option on IPv6", CONDITIONAL,
		"24.303 5.1.2.4, RFC 6275 11.7.1", MH_OPT_ALT_COA, alt_coa_needed),
	MH_OPTION(MH_P(R8), MH_BU, 0, 0, "bu-alt-coa", "Alternate Care-of Address option", OPTIONAL, "24.303 A.2.1",
		MH_OPT_ALT_COA, NULL),
	MH_OPTION(MH_3GPP, MH_BU, 0, 0, "bu-alt-coa-on-ipv4", "Alternate Care-of Address option on IPv4", FORBIDDEN,
		"24.303 A.2.1", MH_OPT_ALT_COA, on_ip4),
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-alt-coa-with-bid", "Alternate Care-of Address option with BID", FORBIDDEN,
		"24.303 5.1.2.4", MH_OPT_ALT_COA, with_bid),
	MH_TEST(MH_3GPP, MH_BU, 0, 0, "bu-alt-coa-differs", "Alternate Care-of Address equal to the source",
		"24.303 5.1.2.4",
		alt_coa_differs),
	/* Binding Update, IPv4 home address. [R24303-A.2.1-09] [R24303-A.3.1-09] [R24303-A.4.1-09] [R24303-A.5.1-09] */
	MH_OPTION(MH_3GPP, MH_BU, 0, 0, "bu-ipv4-hoa", "IPv4 Home Address option", OPTIONAL, "24.303 A.2.1",
		MH_OPT_IP4_HOA, NULL),
	MH_TEST(MH_3GPP, MH_BU, MH_Q(INITIAL), 0, "bu-ipv4-hoa-not-zero", "IPv4 home address 0.0.0.0", "24.303 A.2.1",
		hoa4_not_zero),
	MH_TEST(MH_3GPP, MH_BU, 0, 0, "bu-ipv4-hoa-prefix", "IPv4 home address prefix length 32, P 0", "24.303 A.2.1",
		hoa4_prefix),
	/*
	 * Binding Update, flows. [R24303-5.1.2.4-22, -23, -25 to -29] Later ones may leave out what stays, and name BIDs of
	 * earlier ones [RFC 6089 5.2.2].
	 */
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-bid-missing", "Binding Identifier option with IP flow mobility",
		CONDITIONAL,
		"24.303 5.1.2.4", MH_OPT_BID, in_ifom),
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-flow-id", "Flow Identification option", OPTIONAL, "24.303 5.1.2.4",
		MH_OPT_FLOW_ID,
		NULL),
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-flow-summary", "Flow Summary option", OPTIONAL, "RFC 6089 4.2.2",
		MH_OPT_FLOW_SUMMARY, NULL),
	MH_OPTION(MH_P(R10), MH_BU, 0, 0, "bu-link-layer-address", "Mobility Header Link-Layer Address option, at home "
		"and abroad at once", OPTIONAL, "RFC 5648 5.6.3", MH_OPT_LLA, NULL),
	MH_TEST(MH_FINAL, MH_BU, 0, 0, "bid-zero", "BID above 0", "RFC 5648 4.3", bid_zero),
	MH_TEST(MH_FINAL, MH_BU, 0, 0, "bid-priority-zero", "BID-PRI above 0", "RFC 6089 4.1", bid_priority_zero),
	MH_TEST(MH_FINAL, MH_BU, 0, 0, "fid-zero", "FID and FID-PRI above 0", "RFC 6089 4.2", fid_zero),
	MH_TEST(MH_FINAL, MH_BU, 0, 0, "fid-priority-twice", "each flow its own FID-PRI", "RFC 6089 4.2",
		fid_priority_twice),
	MH_TEST(MH_P(R10), MH_BU, MH_Q(INITIAL), 0, "fid-incomplete", "Binding Reference and traffic selector in each flow",
		"24.303 5.1.2.4",
		flow_incomplete),
	MH_TEST(MH_P(R10), MH_BU, MH_Q(INITIAL), 0, "fid-other-bid", "references to BIDs of the message only",
		"24.303 5.1.2.4",
		flow_other_bid),
	/* [R24303-A.1-01] */
	MH_ONLY(MH_3GPP, MH_BU, 0, 0, "bu-option-not-in-profile", "24.303 A.1", NULL),

	/*
	 * Binding Acknowledgement. [R24303-A.2.2-02 to -08] [R24303-A.3.2-02 to -08] [R24303-A.4.2-02 to -08]
	 * [R24303-A.5.2-02 to -06]
	 */
	MH_FLAG(MH_3GPP, MH_BA, 0, 0, "ba-t-set", "T flag", FORBIDDEN, "24.303 A.2.2", MH_BA_T, NULL),
	MH_FLAG(MH_SPEC, MH_BA, 0, 0, "ba-k-unasked", "K flag when the update had none", FORBIDDEN, "RFC 6275 10.3.1",
		MH_BA_K,
		k_unasked),
	MH_FLAG(MH_SPEC, MH_BA, 0, 0, "ba-r-unasked", "R flag when the update had none", FORBIDDEN, "RFC 3963 4.2",
		MH_BA_R,
		r_unasked),
	MH_TEST(MH_ALL, MH_BA, 0, 0, "ba-sequence", "sequence number of the update", "RFC 6275 6.1.8", mh_seq_differs),
	MH_TEST(MH_ALL, MH_BA, MH_REGISTER, 0, "ba-lifetime-zero", "lifetime above 0", "RFC 6275 10.3.1",
		mh_life_granted_zero),
	MH_TEST(MH_ALL, MH_BA, MH_Q(DETACH), 0, "ba-lifetime-nonzero", "lifetime 0", "24.303 A.5.2",
		mh_life_granted_not_zero),
	MH_TEST(MH_ALL, MH_BA, 0, 0, "ba-lifetime-longer", "lifetime not above the one asked for", "RFC 6275 10.3.1",
		mh_life_longer),
	MH_TEST(MH_ALL, MH_BA, 0, 0, "refresh-not-below-lifetime", "refresh interval below the lifetime",
		"RFC 6275 10.3.1",
		mh_refresh_late),
	MH_OPTION(MH_SPEC, MH_BA, 0, 0, "ba-ipv4-ack-missing", "IPv4 Address Acknowledgement option", CONDITIONAL,
		"RFC 5555 3.2.1, 24.303 A.2.2", MH_OPT_IP4_ACK, ack_needed),
	MH_OPTION(MH_SPEC, MH_BA, 0, 0, "ba-ipv4-ack-unasked", "IPv4 Address Acknowledgement option unasked for",
		FORBIDDEN,
		"RFC 5555 3.2.1, 24.303 A.2.2", MH_OPT_IP4_ACK, ack_unasked),
	MH_TEST(MH_3GPP, MH_BA, 0, 0, "ba-ipv4-ack-prefix", "IPv4 home address prefix length 32", "24.303 A.2.2",
		ack4_prefix),
	MH_TEST(MH_SPEC, MH_BA, 0, 0, "ba-ipv4-ack-zero", "an IPv4 home address when accepted", "RFC 5555 3.2.1",
		ack4_zero),
	MH_OPTION(MH_FINAL, MH_BA, MH_REGISTER, 0, "ba-nat-detection-missing", "NAT Detection option in UDP",
		CONDITIONAL,
		"RFC 5555 4.2", MH_OPT_NAT_DETECTION, over_udp),
	MH_OPTION(MH_P(R8), MH_BA, MH_REGISTER, 0, "ba-nat-detection-missing", "NAT Detection option behind a NAT",
		CONDITIONAL,
		"24.303 A.2.2", MH_OPT_NAT_DETECTION, over_nat),
	MH_OPTION(MH_SPEC, MH_BA, 0, 0, "ba-nat-detection-on-ipv6", "NAT Detection option on IPv6", FORBIDDEN,
		"RFC 5555 3.2.2",
		MH_OPT_NAT_DETECTION, not_on_ip4),
	MH_OPTION(MH_3GPP, MH_BA, MH_Q(ANY), 0, "ba-nat-detection", "NAT Detection option", OPTIONAL, "24.303 A.2.2",
		MH_OPT_NAT_DETECTION, NULL),
	MH_TEST(MH_SPEC, MH_BA, 0, 0, "ba-nat-not-forced", "F of NAT Detection behind a NAT", "RFC 5555 4.2",
		nat_not_forced),
	MH_OPTION(MH_3GPP, MH_BA, MH_REGISTER | MH_Q(ANY), 0, "ba-refresh-advice", "Binding Refresh Advice option",
		OPTIONAL,
		"24.303 A.2.2", MH_OPT_REFRESH_ADVICE, NULL),
	MH_OPTION(MH_P(R10), MH_BA, 0, 0, "ba-bid", "Binding Identifier option", OPTIONAL, "24.303 5.1.2.4",
		MH_OPT_BID, NULL),
	MH_OPTION(MH_P(R10), MH_BA, 0, 0, "ba-flow-id", "Flow Identification option", OPTIONAL, "24.303 5.1.2.4",
		MH_OPT_FLOW_ID,
		NULL),
	MH_TEST(MH_FINAL, MH_BA, 0, 0, "ba-bid-with-coa", "no care-of address in a BID option", "RFC 5648 4.3",
		bid_with_coa),
	MH_ONLY(MH_3GPP, MH_BA, 0, 0, "ba-option-not-in-profile", "24.303 A.1", NULL),

	/* Binding Error [R24303-A.2.3-01] */
	MH_TEST(MH_ALL, MH_BE, 0, 2, "be-status", "status 1 or 2", "RFC 6275 6.1.9", be_status),
	MH_ONLY(MH_SPEC, MH_BE, 0, 2, "be-option", "RFC 6275 6.1.9", NULL),

	/* Binding Revocation. [R24303-5.4.3.1-04, -05, -06, -08] */
	MH_TEST(MH_3GPP, MH_BR, 0, 0, "bri-trigger", "trigger 1", "24.303 A.6", bri_trigger),
	MH_FLAG(MH_3GPP, MH_BR, 0, 0, "bri-v-set", "V flag", FORBIDDEN, "24.303 A.6", MH_BR_V, NULL),
	MH_FLAG(MH_3GPP, MH_BR, 0, 0, "bri-g-set", "G flag", FORBIDDEN, "24.303 A.6", MH_BR_G, NULL),
	MH_ONLY(MH_3GPP, MH_BR, 0, 0, "bri-option", "24.303 5.4.3.1", is_bri),
	MH_TEST(MH_FINAL, MH_BR, 0, 2, "bri-trigger-space", "trigger of the right range for G", "RFC 5846 6.1.1",
		bri_trigger_space),
	MH_OPTION(MH_P(RFC), MH_BR, 0, 0, "bri-ipv4-hoa-missing", "IPv4 Home Address option with V", CONDITIONAL,
		"RFC 5846 5.1",
		MH_OPT_IP4_HOA, bri_v_only),
	MH_OPTION(MH_P(RFC), MH_BR, 0, 2, "bri-ipv4-hoa-unfit", "IPv4 Home Address option without V or with P",
		FORBIDDEN,
		"RFC 5846 5.1", MH_OPT_IP4_HOA, bri_not_v_only),
	MH_TEST(MH_SPEC, MH_BR, 0, 2, "bra-sequence", "sequence number of the indication", "RFC 5846 5.2",
		bra_sequence),
	MH_TEST(MH_SPEC, MH_BR, 0, 2, "bra-flags", "P, V and G of the indication", "RFC 5846 5.2", bra_flags),

	/* Home Agent Switch and Heartbeat */
	MH_OPTION(MH_SPEC, MH_HA_SWITCH, 0, 2, "ha-switch-refresh-advice", "Binding Refresh Advice option", OPTIONAL,
		"RFC 5142 4", MH_OPT_REFRESH_ADVICE, NULL),
	MH_ONLY(MH_SPEC, MH_HA_SWITCH, 0, 2, "ha-switch-option", "RFC 5142 4", NULL),
	MH_OPTION(MH_SPEC, MH_HEARTBEAT, 0, 2, "heartbeat-restart-counter", "Restart Counter option in a request",
		FORBIDDEN,
		"RFC 5847 3.4", MH_OPT_RESTART_COUNTER, hb_request),
	MH_OPTION(MH_SPEC, MH_HEARTBEAT, 0, 2, "heartbeat-restart-missing", "Restart Counter option in a response",
		CONDITIONAL,
		"RFC 5847 3.2", MH_OPT_RESTART_COUNTER, hb_response),
};
const unsigned mh_rules_n = sizeof mh_rules / sizeof mh_rules[0];
