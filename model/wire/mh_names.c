/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of status codes, triggers and indicators, by number space. The numbers are those of the IANA "Mobile IPv6
 * parameters" registries; where a document and the registry differ the registry wins. The error codes of the 3GPP
 * option share the cause values of GTPv2-C.
 *
 * Not listed: values "reserved" and "for testing"; they have no name.
 */
#include "base/text.h"
#include "wire/mh.h"

struct name {
	uint16_t value;
	const char *text;
};

static const struct name ba[] = {				/* [RFC 6275 6.1.8] and those that extend it */
	{ 0, "accepted" }, { 1, "accepted, prefix discovery necessary" }, { 2, "gre key option not required" },
	{ 3, "gre tunneling but tlv header not supported" }, { 4, "mcoa notcomplete" },
	{ 5, "mcoa returnhome wo/ndp" }, { 6, "pbu accepted, transient binding ignored, settings mismatch" },
	{ 128, "reason unspecified" }, { 129, "administratively prohibited" }, { 130, "insufficient resources" },
	{ 131, "home registration not supported" }, { 132, "not home subnet" },
	{ 133, "not home agent for this mobile node" }, { 134, "duplicate address detection failed" },
	{ 135, "sequence number out of window" }, { 136, "expired home nonce index" },
	{ 137, "expired care-of nonce index" }, { 138, "expired nonces" },
	{ 139, "registration type change disallowed" }, { 140, "mobile router operation not permitted" },
	{ 141, "invalid prefix" }, { 142, "not authorized for prefix" }, { 143, "forwarding setup failed" },
	{ 144, "mipv6 id mismatch" }, { 145, "mipv6 message id required" }, { 146, "mipv6 authentication failed" },
	{ 147, "permanent home keygen token unavailable" }, { 148, "cga and signature verification failed" },
	{ 149, "permanent home keygen token exists" }, { 150, "non-null home nonce index expected" },
	{ 151, "service authorization failed" }, { 152, "proxy registration not enabled" },
	{ 153, "not lma for this mobile node" }, { 154, "mag not authorized for proxy registration" },
	{ 155, "not authorized for home network prefix" }, { 156, "timestamp mismatch" },
	{ 157, "timestamp lower than previously accepted" }, { 158, "missing home network prefix option" },
	{ 159, "bce and pbu prefix sets do not match" }, { 160, "missing mn identifier option" },
	{ 161, "missing handoff indicator option" }, { 162, "missing access technology type option" },
	{ 163, "gre key option required" }, { 164, "mcoa malformed" }, { 165, "mcoa non-mcoa binding exists" },
	{ 166, "mcoa prohibited" }, { 167, "mcoa unknown coa" }, { 168, "mcoa bulk registration prohibited" },
	{ 169, "mcoa simultaneous home and foreign prohibited" },
	{ 170, "not authorized for ipv4 mobility service" }, { 171, "not authorized for ipv4 home address" },
	{ 172, "not authorized for ipv6 mobility service" },
	{ 173, "multiple ipv4 home address assignment not supported" }, { 174, "invalid care-of address" },
	{ 175, "invalid mobile node group identifier" }, { 176, "reinit sa with hac" },
	{ 177, "not authorized for delegated mnp" }, { 178, "requested dmnp in use" },
	{ 179, "cannot meet qos service request" }, { 180, "cannot support multipath binding" },
};
static const struct name be[] = {				/* [RFC 6275 6.1.9] */
	{ 1, "unknown binding for home address destination option" }, { 2, "unrecognized mh type value" },
};
static const struct name bri[] = {				/* [RFC 5846 5.1] */
	{ 0, "unspecified" }, { 1, "administrative reason" }, { 2, "inter-mag handover, same access type" },
	{ 3, "inter-mag handover, different access type" }, { 4, "inter-mag handover, unknown" },
	{ 5, "user-initiated session termination" }, { 6, "access network session termination" },
	{ 7, "possible out-of-sync bce state" },
};
static const struct name bri_global[] = {
	{ 128, "per-peer policy" }, { 129, "revoking mobility node local policy" },
};
static const struct name bra[] = {				/* [RFC 5846 5.2] */
	{ 0, "success" }, { 1, "partial success" }, { 128, "binding does not exist" },
	{ 129, "ipv4 home address option required" }, { 130, "global revocation not authorized" },
	{ 131, "revoked mobile nodes identity required" }, { 132, "revocation failed, mn is attached" },
	{ 133, "revocation trigger not supported" }, { 134, "revocation function not supported" },
	{ 135, "proxy binding revocation not supported" },
};
static const struct name ip4_ack[] = {				/* [RFC 5555 3.2.1] */
	{ 0, "success" }, { 128, "failure, reason unspecified" }, { 129, "administratively prohibited" },
	{ 130, "incorrect ipv4 home address" }, { 131, "invalid ipv4 address" },
	{ 132, "dynamic ipv4 home address assignment not available" },
	{ 133, "prefix allocation unauthorized" },
};
static const struct name fid[] = {				/* [RFC 6089 4.2] */
	{ 0, "flow binding successful" }, { 128, "administratively prohibited" },
	{ 129, "flow binding rejected, reason unspecified" }, { 130, "flow identification option malformed" },
	{ 131, "bid not found" }, { 132, "fid not found" }, { 133, "traffic selector format not supported" },
};
static const struct name handoff[] = {				/* [RFC 5213 8.4] */
	{ 0, "reserved" }, { 1, "attachment over a new interface" }, { 2, "handoff between two interfaces" },
	{ 3, "handoff between mags, same interface" }, { 4, "handoff state unknown" },
	{ 5, "handoff state not changed" }, { 6, "attachment over a new interface sharing prefixes" },
};
static const struct name att[] = {				/* [RFC 5213 8.5] */
	{ 0, "reserved" }, { 1, "virtual" }, { 2, "ppp" }, { 3, "ieee 802.3" }, { 4, "ieee 802.11a/b/g" },
	{ 5, "ieee 802.16e" }, { 6, "3gpp geran" }, { 7, "3gpp utran" }, { 8, "3gpp e-utran" }, { 9, "3gpp2 ehrpd" },
	{ 10, "3gpp2 hrpd" }, { 11, "3gpp2 1xrtt" }, { 12, "3gpp2 umb" }, { 13, "3gpp nb-iot" },
};
static const struct name mn_id[] = {				/* [RFC 4283 3] [RFC 8371] */
	{ 1, "nai" }, { 2, "ipv6 address" }, { 3, "imsi" }, { 4, "p-tmsi" }, { 5, "eui-48" }, { 6, "eui-64" },
	{ 7, "guti" }, { 8, "duid" },
};
static const struct name lra[] = {				/* [RFC 6705 10.2] */
	{ 0, "success" }, { 128, "localized routing not allowed" }, { 129, "mn not attached" },
};
static const struct name upn[] = {				/* [RFC 7077 4.1] */
	{ 1, "force re-registration" }, { 2, "update session parameters" }, { 3, "vendor-specific reason" },
	{ 4, "ani parameters requested" },
};
static const struct name upa[] = {				/* [RFC 7077 4.2] */
	{ 0, "success" }, { 128, "failed to update session parameters" }, { 129, "missing vendor-specific option" },
};
static const struct name fbi[] = {				/* [RFC 7109 6.1.1] */
	{ 1, "unspecified" }, { 2, "administrative reason" }, { 3, "possible out-of-sync bce state" },
};
static const struct name fba[] = {				/* [RFC 7109 6.1.2] */
	{ 0, "success" }, { 128, "binding (target coa) does not exist" }, { 129, "action not authorized" },
};
static const struct name hi[] = {				/* [RFC 5568 6.2.1.1] [RFC 5949 6.1.1] */
	{ 0, "fbu from the previous care-of address" }, { 1, "fbu from another address" },
	{ 2, "completion of forwarding" }, { 3, "all available context transferred" },
};
static const struct name hack[] = {				/* [RFC 5568 6.2.1.2] [RFC 5949 6.1.2] */
	{ 0, "handover accepted, ncoa valid" }, { 1, "handover accepted, ncoa not valid or in use" },
	{ 2, "handover accepted, ncoa assigned" }, { 3, "handover accepted, use pcoa" }, { 4, "sent unsolicited" },
	{ 5, "context transfer accepted" }, { 6, "all available context transferred" },
	{ 128, "handover not accepted, reason unspecified" }, { 129, "administratively prohibited" },
	{ 130, "insufficient resources" }, { 131, "requested context not available" }, { 132,
		"forwarding not available" },
};
static const struct name fback[] = {				/* [RFC 5568 6.2.3] */
	{ 0, "fbu accepted" }, { 1, "fbu accepted, ncoa is invalid" }, { 128, "reason unspecified" },
	{ 129, "administratively prohibited" }, { 130, "insufficient resources" }, { 131,
		"incorrect interface identifier length" },
};
static const struct name dns[] = {				/* [RFC 5026 8.1] */
	{ 0, "dns update performed" }, { 128, "reason unspecified" }, { 129, "administratively prohibited" },
	{ 130, "dns update failed" },
};
static const struct name flow_action[] = {			/* [RFC 7109 6.2.1] */
	{ 11, "add a flow binding" }, { 12, "delete a flow binding" }, { 13, "modify a flow binding" },
	{ 14, "refresh a flow binding" }, { 15, "move a flow binding" }, { 16, "revoke a flow binding" },
};
static const struct name gpp_subtype[] = {			/* [29.275 12.1.1.0] */
	{ 1, "protocol configuration options" }, { 2, "3gpp specific pmipv6 error code" }, { 3, "pdn gw ip address" },
	{ 4, "dhcpv4 address allocation procedure indication" }, { 5, "fully qualified pdn connection set identifier" },
	{ 6, "pdn type indication" }, { 7, "charging id" }, { 8, "selection mode" },
	{ 9, "i-wlan mobility access point name" }, { 10, "charging characteristics" },
	{ 11, "mobile equipment identity" }, { 12, "msisdn" }, { 13, "serving network" }, { 14, "apn restriction" },
	{ 15, "maximum apn restriction" }, { 16, "unauthenticated imsi" }, { 17, "pdn connection id" },
	{ 18, "pgw back-off time" }, { 19, "signalling priority indication" },
	{ 20, "additional protocol configuration options" }, { 21, "static ip address allocation indication" },
	{ 22, "mme/sgsn identifier" }, { 23, "end marker notification" }, { 24, "trusted wlan mode indication" },
	{ 25, "ue time zone" }, { 26, "access network identifier timestamp" }, { 27, "logical access id" },
	{ 28, "origination time stamp" }, { 29, "maximum wait time" }, { 30, "twan capabilities" },
};
static const struct name gpp_error[] = {			/* cause values [29.274 8.4] */
	{ 2, "local detach" }, { 3, "complete detach" }, { 4, "rat changed from 3gpp to non-3gpp" },
	{ 8, "reactivation requested" }, { 9, "pdn reconnection to this apn disallowed" },
	{ 10, "access changed from non-3gpp to 3gpp" }, { 11, "pdn connection inactivity timer expires" },
	{ 16, "request accepted" }, { 17, "request accepted partially" },
	{ 18, "new pdn type due to network preference" }, { 19, "new pdn type due to single address bearer only" },
	{ 64, "context not found" }, { 65, "invalid message format" }, { 68, "service not supported" },
	{ 69, "mandatory ie incorrect" }, { 70, "mandatory ie missing" }, { 72, "system failure" },
	{ 73, "no resources available" }, { 78, "missing or unknown apn" }, { 80, "gre key not found" },
	{ 82, "denied in rat" }, { 83, "preferred pdn type not supported" },
	{ 84, "all dynamic addresses are occupied" }, { 89, "service denied" }, { 91, "no memory available" },
	{ 92, "user authentication failed" }, { 93, "apn access denied, no subscription" },
	{ 94, "request rejected, reason not specified" }, { 96, "imsi or imei not known" },
	{ 100, "remote peer not responding" }, { 101, "collision with network initiated request" },
	{ 103, "conditional ie missing" },
	{ 104, "apn restriction type incompatible with currently active pdn connection" },
	{ 107, "invalid reply from remote peer" }, { 112, "request rejected for a pmipv6 reason" },
	{ 113, "apn congestion" }, { 116, "multiple pdn connections for a given apn not allowed" },
	{ 126, "multiple accesses to a pdn connection not allowed" },
};
static const struct name gpp_pdn_type[] = { { 1, "ipv4" }, { 2, "ipv6" }, { 3, "ipv4v6" } };

#define SPACE(x) { x, sizeof x / sizeof x[0] }

struct space {
	const struct name *name;
	unsigned n;
};

static const struct space spaces[MH_SPACE_N] = {
	[MH_SPACE_BA] = SPACE(ba), [MH_SPACE_BE] = SPACE(be), [MH_SPACE_BRI] = SPACE(bri),
	[MH_SPACE_BRI_GLOBAL] = SPACE(bri_global), [MH_SPACE_BRA] = SPACE(bra), [MH_SPACE_IP4_ACK] = SPACE(ip4_ack),
	[MH_SPACE_FID] = SPACE(fid), [MH_SPACE_HANDOFF] = SPACE(handoff), [MH_SPACE_ATT] = SPACE(att),
	[MH_SPACE_MN_ID] = SPACE(mn_id), [MH_SPACE_LRA] = SPACE(lra), [MH_SPACE_UPN] = SPACE(upn),
	[MH_SPACE_UPA] = SPACE(upa), [MH_SPACE_FBI] = SPACE(fbi), [MH_SPACE_FBA] = SPACE(fba),
	[MH_SPACE_HI] = SPACE(hi), [MH_SPACE_HACK] = SPACE(hack), [MH_SPACE_FBACK] = SPACE(fback),
	[MH_SPACE_DNS] = SPACE(dns), [MH_SPACE_FLOW_ACTION] = SPACE(flow_action),
	[MH_SPACE_3GPP_SUBTYPE] = SPACE(gpp_subtype), [MH_SPACE_3GPP_ERROR] = SPACE(gpp_error),
	[MH_SPACE_3GPP_PDN_TYPE] = SPACE(gpp_pdn_type),
};

const char *mh_status_name(enum mh_space space, unsigned value)
{
	unsigned i;

	for (i = 0; i < spaces[space].n; i++)
		if (spaces[space].name[i].value == value)
			return spaces[space].name[i].text;
	return NULL;
}

static void letters(struct text *t, const char *names, unsigned flags, unsigned top)
{
	bool first = true;

	for (; *names; names++, top >>= 1)
		if (flags & top) {
			text_add(t, "%s%c", first ? "" : ",", *names);
			first = false;
		}
	if (first)
		text_str(t, "-");
}

void mh_bu_flags_text(struct text *t, uint16_t flags, bool o_bit)
{
	letters(t, o_bit ? "AHLKMRPFTOSD" : "AHLKMRPFTBSD", flags, MH_BU_A);
}

void mh_ba_flags_text(struct text *t, uint8_t flags)
{
	letters(t, "KRPTBSD", flags, MH_BA_K);
}
