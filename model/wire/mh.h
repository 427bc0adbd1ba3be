/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Mobility Header [RFC 6275 6.1]: every message type of the IANA registry, as structs in host order.
 *
 * Decoding is pure and lenient: whatever can be read is read, and what a strict reader would refuse is noted
 * (wire/diag.h). Refusing is the business of proto, which asks mh_check (wire/mh_profile.h) or looks at the notes.
 * Encoding is strict: padding, header length and zero reserved fields are written by the codec, never by the
 * caller.
 *
 * mh_decode does not look at the checksum: mh_sum_ok does, because only the caller knows the addresses that count
 * (with a Home Address option or a type 2 routing header the home address stands in for the care-of address), and
 * because messages in UDP of RFC 5844 carry none.
 */
#ifndef MOOR_WIRE_MH_H
#define MOOR_WIRE_MH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "base/time.h"
#include "wire/diag.h"
#include "wire/mh_opt.h"
#include "wire/print.h"

#define MH_MAX 2048			/* octets: the header length field counts to 255 units of 8 beyond the first */
#define MH_OPT_MAX 40			/* options kept of one message; more are noted ("opt-too-many") */
#define MH_NO_PAYLOAD 59		/* IPPROTO_NONE, the only payload protocol */

enum mh_type {
	MH_BRR = 0, MH_HOTI = 1, MH_COTI = 2, MH_HOT = 3, MH_COT = 4, MH_BU = 5, MH_BA = 6, MH_BE = 7,	/* RFC 6275 */
	MH_FBU = 8, MH_FBACK = 9, MH_FNA = 10,				/* RFC 5568, FNA RFC 4068 */
	MH_EXPERIMENTAL = 11,						/* RFC 5096 */
	MH_HA_SWITCH = 12,						/* RFC 5142 */
	MH_HEARTBEAT = 13,						/* RFC 5847 */
	MH_HI = 14, MH_HACK = 15,					/* RFC 5568, RFC 5949 */
	/* RFC 5846: BRI and BRA, told apart by br.type */
	MH_BR = 16,
	MH_LRI = 17, MH_LRA = 18,					/* RFC 6705 */
	MH_UPN = 19, MH_UPA = 20,					/* RFC 7077 */
	/* RFC 7109: FBI and FBA, told apart by fb.type */
	MH_FLOW_BINDING = 21,
	MH_SUBSCRIPTION_QUERY = 22, MH_SUBSCRIPTION_RESPONSE = 23,	/* RFC 7161 */
	MH_TYPES
};

enum mh_bu_flag {			/* 16 bits after the sequence number; proxy messages included */
	MH_BU_A = 0x8000,		/* acknowledge */
	MH_BU_H = 0x4000,		/* home registration */
	MH_BU_L = 0x2000,		/* link-local address compatibility */
	MH_BU_K = 0x1000,		/* key management mobility capability */
	MH_BU_M = 0x0800,		/* MAP registration [RFC 5380] */
	MH_BU_R = 0x0400,		/* mobile router [RFC 3963] */
	MH_BU_P = 0x0200,		/* proxy registration [RFC 5213] */
	MH_BU_F = 0x0100,		/* force UDP encapsulation [RFC 5555] */
	MH_BU_T = 0x0080,		/* TLV header format [RFC 5845] */
	MH_BU_O = 0x0040,		/* overwrite, in a BU with a BID option and P=0 [RFC 5648] */
	MH_BU_B = 0x0040,		/* bulk binding update, with P=1 [RFC 6602]: the same bit */
	MH_BU_S = 0x0020,		/* multicast signalling [RFC 7161] */
	MH_BU_D = 0x0010,		/* distributed mobility [RFC 8885] */
	MH_BU_RESERVED = 0x000f,
};

enum mh_ba_flag {
	MH_BA_K = 0x80, MH_BA_R = 0x40, MH_BA_P = 0x20, MH_BA_T = 0x10, MH_BA_B = 0x08, MH_BA_S = 0x04, MH_BA_D = 0x02,
	MH_BA_RESERVED = 0x01,
};

enum mh_ba_status {			/* values below 128 accept [RFC 6275 6.1.8 and IANA] */
	MH_BA_ACCEPTED = 0, MH_BA_PREFIX_DISCOVERY = 1, MH_BA_GRE_KEY_NOT_REQUIRED = 2, MH_BA_GRE_TLV_NOT_SUPPORTED = 3,
	MH_BA_MCOA_NOTCOMPLETE = 4, MH_BA_MCOA_RETURNHOME_WO_NDP = 5, MH_BA_TB_IGNORED = 6,
	MH_BA_UNSPECIFIED = 128, MH_BA_PROHIBITED = 129, MH_BA_RESOURCES = 130, MH_BA_HOME_REG_UNSUPPORTED = 131,
	MH_BA_NOT_HOME_SUBNET = 132, MH_BA_NOT_HOME_AGENT = 133, MH_BA_DAD_FAILED = 134, MH_BA_SEQUENCE = 135,
	MH_BA_HOME_NONCE = 136, MH_BA_COA_NONCE = 137, MH_BA_BOTH_NONCES = 138, MH_BA_TYPE_CHANGE = 139,
	MH_BA_ROUTER_NOT_PERMITTED = 140, MH_BA_INVALID_PREFIX = 141, MH_BA_PREFIX_NOT_AUTHORISED = 142,
	/* the RFC 5555 text's 144 */
	MH_BA_FORWARDING_FAILED = 143, MH_BA_ID_MISMATCH = 144, MH_BA_FORCE_UDP_REFUSED = 144,
	MH_BA_MESG_ID_REQUIRED = 145, MH_BA_AUTH_FAIL = 146,
	MH_BA_SERVICE_AUTH_FAILED = 151, MH_BA_PROXY_NOT_ENABLED = 152, MH_BA_NOT_LMA = 153,
	MH_BA_MAG_NOT_AUTHORISED = 154,
	MH_BA_HNP_NOT_AUTHORISED = 155, MH_BA_TIMESTAMP_MISMATCH = 156, MH_BA_TIMESTAMP_LOWER = 157,
	MH_BA_MISSING_HNP = 158,
	MH_BA_PREFIX_SET_MISMATCH = 159, MH_BA_MISSING_MN_ID = 160, MH_BA_MISSING_HANDOFF = 161,
	MH_BA_MISSING_ATT = 162,
	MH_BA_GRE_KEY_REQUIRED = 163, MH_BA_MCOA_MALFORMED = 164, MH_BA_MCOA_NON_MCOA_EXISTS = 165,
	MH_BA_MCOA_PROHIBITED = 166,
	MH_BA_MCOA_UNKNOWN_COA = 167, MH_BA_MCOA_BULK_PROHIBITED = 168, MH_BA_MCOA_HOME_FOREIGN_PROHIBITED = 169,
	MH_BA_IP4_MOBILITY_NOT_AUTHORISED = 170, MH_BA_IP4_HOA_NOT_AUTHORISED = 171,
	MH_BA_IP6_MOBILITY_NOT_AUTHORISED = 172,
	MH_BA_MULTIPLE_IP4_HOA = 173, MH_BA_INVALID_COA = 174, MH_BA_INVALID_GROUP_ID = 175, MH_BA_REINIT_SA = 176,
	MH_BA_DMNP_NOT_AUTHORISED = 177, MH_BA_DMNP_IN_USE = 178, MH_BA_QOS_NOT_AVAILABLE = 179, MH_BA_MULTIPATH = 180,
};

enum mh_be_status { MH_BE_UNKNOWN_BINDING = 1, MH_BE_UNKNOWN_MH_TYPE = 2 };	/* [RFC 6275 6.1.9] */

enum mh_hb_flag { MH_HB_U = 0x0002, MH_HB_R = 0x0001 };		/* unsolicited, response [RFC 5847 3.3] */

enum mh_br_type { MH_BR_BRI = 1, MH_BR_BRA = 2 };		/* [RFC 5846 5] */
enum mh_br_flag { MH_BR_P = 0x8000, MH_BR_V = 0x4000, MH_BR_G = 0x2000 };	/* proxy, IPv4 HoA only, global */
enum mh_bri_trigger {
	MH_BRI_UNSPECIFIED = 0, MH_BRI_ADMINISTRATIVE = 1, MH_BRI_MAG_HO_SAME_ATT = 2, MH_BRI_MAG_HO_OTHER_ATT = 3,
	MH_BRI_MAG_HO_UNKNOWN = 4, MH_BRI_USER_TERMINATION = 5, MH_BRI_NETWORK_TERMINATION = 6, MH_BRI_OUT_OF_SYNC = 7,
	MH_BRI_PER_PEER_POLICY = 128, MH_BRI_LOCAL_POLICY = 129,
};
enum mh_bra_status {
	MH_BRA_SUCCESS = 0, MH_BRA_PARTIAL = 1, MH_BRA_NO_BINDING = 128, MH_BRA_IP4_HOA_REQUIRED = 129,
	MH_BRA_GLOBAL_NOT_AUTHORISED = 130, MH_BRA_MN_ID_REQUIRED = 131, MH_BRA_MN_ATTACHED = 132,
	MH_BRA_TRIGGER_UNSUPPORTED = 133, MH_BRA_FUNCTION_UNSUPPORTED = 134, MH_BRA_PROXY_UNSUPPORTED = 135,
};

struct mh_msg {
	uint8_t payload_proto;		/* as read; mh_encode writes 59 */
	uint8_t header_len;		/* as read: (octets / 8) - 1; ignored by mh_encode */
	uint8_t type;			/* enum mh_type, or a number we do not know: body `raw` */
	uint8_t n_opt;
	uint16_t checksum;		/* as read; mh_encode writes 0, mh_seal the sum */
	uint16_t notes;			/* how many notes the decoder made, also when the caller passed no wire_diags */
	/* what ended the decoding; reason NULL: nothing did. Offset from the header's start */
	struct fault fault;
	union {
		struct { uint64_t cookie; } init;			/* HoTI, CoTI */
		struct { uint16_t nonce_index; uint64_t cookie, token; } test;	/* HoT, CoT */
		struct { uint16_t seq, flags; moor_life4 life; } bu;	/* BU (PBU), FBU: enum mh_bu_flag */
		struct { uint8_t status, flags; uint16_t seq; moor_life4 life; } ba;	/* BA (PBA), FBack */
		struct { uint8_t status; struct ip6_addr hoa; } be;
		struct { uint8_t n; const struct ip6_addr *addr; } ha_switch;	/* n addresses, lent */
		struct { uint16_t flags; uint32_t seq; } heartbeat;
		/* HI: S 80 U 40 P 20 F 10; HAck: U 80 P 40 F 20 */
		struct { uint16_t seq; uint8_t flags, code; } hi;
		struct { uint8_t type, code; uint16_t seq, flags; } br;	/* code: trigger of a BRI, status of a BRA */
		struct { uint16_t seq, life_s; } lri;			/* seconds; 0xffff infinite */
		struct { uint16_t seq, life_s; uint8_t status; bool unsolicited; } lra;
		struct { uint16_t seq, reason; bool ack, again; } upn;	/* A, D */
		struct { uint16_t seq; uint8_t status; } upa;
		/* code: trigger of an FBI, status of an FBA */
		struct { uint16_t type, seq; uint8_t code; bool ack; } fb;
		struct { uint8_t seq; bool info; } sub;			/* subscription query, response (I) */
		/* experimental and unknown types: all after the checksum */
		struct { const uint8_t *p; uint16_t n; } raw;
	};
	struct mh_opt opt[MH_OPT_MAX];	/* only the first n_opt are set; the rest is never touched */
};

/*
 * Reads the mobility header at p. n: octets from there to the end of the packet (or of what was captured). True
 * when the message was read to its end; false with out->fault when not: everything read before stays usable, n_opt
 * included. d may be NULL. Never reads outside p[0..n). `out` is filled up to its n_opt-th option.
 */
bool mh_decode(const uint8_t *p, size_t n, struct mh_msg *out, struct wire_diags *d);

/*
 * Writes m with padding, header length and a zero checksum; returns its octets, a multiple of 8, or 0 when it
 * cannot be written: more than cap or MH_MAX octets, more data in an option than its length octet can say, or an
 * option or message with contradicting fields. Nodes assert on 0 for what they composed themselves. Writes nothing
 * beyond buf[0..cap).
 */
size_t mh_encode(const struct mh_msg *m, uint8_t *buf, size_t cap);

/*
 * Sets the checksum of the n octets at mh over the pseudo-header [RFC 6275 6.1.1]; the addresses are those of the
 * final hop's view.
 */
void mh_seal(uint8_t *mh, size_t n, const struct ip6_addr *src, const struct ip6_addr *dst);
bool mh_sum_ok(const uint8_t *mh, size_t n, const struct ip6_addr *src, const struct ip6_addr *dst);

/*
 * A message without options and with all fields zero, ready for its body and mh_add. Cheap: the option array stays
 * untouched.
 */
void mh_start(struct mh_msg *m, uint8_t type);
/*
 * The next free option, its value zeroed; options are written in this order (put Binding Authorization Data last).
 * Asserts that there is room.
 */
struct mh_opt *mh_add(struct mh_msg *m, uint8_t type);

/* The first well-formed option of that type, or NULL. */
const struct mh_opt *mh_find(const struct mh_msg *m, uint8_t type);
/* For whoever asks for many types: where the first well-formed option of each is, found in one walk. */
struct mh_places { uint8_t at[MH_OPT_TYPES]; };		/* its place + 1; 0: there is none */
static inline void mh_find_places(const struct mh_msg *m, struct mh_places *out)
{
	*out = (struct mh_places){ { 0 } };
	for (unsigned i = m->n_opt; i-- > 0;)
		if (!m->opt[i].bad && m->opt[i].type < MH_OPT_TYPES)
			out->at[m->opt[i].type] = (uint8_t)(i + 1);
}
static inline const struct mh_opt *mh_at(const struct mh_msg *m, const struct mh_places *p, enum mh_opt_type type)
{
	return p->at[type] ? &m->opt[p->at[type] - 1] : NULL;
}
/* The next of the same type after o. */
const struct mh_opt *mh_next(const struct mh_msg *m, const struct mh_opt *o);
/* The first of that type, malformed ones included: for answers such as "BID option malformed". */
const struct mh_opt *mh_find_any(const struct mh_msg *m, uint8_t type);
unsigned mh_count(const struct mh_msg *m, uint8_t type);	/* well-formed ones */

const char *mh_type_name(uint8_t type);		/* "bu"; "mh-unknown" */
const char *mh_type_title(uint8_t type);	/* "Binding Update" */
bool mh_type_known(uint8_t type);

/* Which number space a status, trigger or indicator belongs to. */
enum mh_space {
	MH_SPACE_BA, MH_SPACE_BE, MH_SPACE_BRI, MH_SPACE_BRI_GLOBAL, MH_SPACE_BRA, MH_SPACE_IP4_ACK, MH_SPACE_FID,
	MH_SPACE_HANDOFF, MH_SPACE_ATT, MH_SPACE_MN_ID, MH_SPACE_LRA, MH_SPACE_UPN, MH_SPACE_UPA, MH_SPACE_FBI,
	MH_SPACE_FBA, MH_SPACE_HI, MH_SPACE_HACK, MH_SPACE_FBACK, MH_SPACE_DNS, MH_SPACE_FLOW_ACTION,
	MH_SPACE_3GPP_SUBTYPE, MH_SPACE_3GPP_ERROR, MH_SPACE_3GPP_PDN_TYPE, MH_SPACE_N
};
/* The registry's name in lower case words ("sequence number out of window"), or NULL when the number has none. */
const char *mh_status_name(enum mh_space space, unsigned value);

/* Flags as text, "A,H,K,R" or "-"; t is appended to. o_bit: bit 0x40 of a BU means O, else B. */
void mh_bu_flags_text(struct text *t, uint16_t flags, bool o_bit);
void mh_ba_flags_text(struct text *t, uint8_t flags);

/* Everything about the message at p, faults and notes included, told to out; offsets count from base_offset. */
void mh_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);

/*
 * One short line without end of line: "BU seq 1 A,H,K,R 3600 s alt-coa 2001:db8::2 hoa4 0.0.0.0". Returns octets
 * added.
 */
size_t mh_summary(const struct mh_msg *m, struct text *t);

#endif
