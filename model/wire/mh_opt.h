/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mobility options, types 0 to 70 of the IANA registry [RFC 6275 6.2 and the documents named at each]. One struct
 * in host order per layout; options that share a layout share the struct (the member's comment lists the types).
 *
 * Ownership: pointers (`p`, `subs`, ...) are lent. After decoding they point into the packet; for encoding they
 * point to whatever the caller keeps alive until mh_encode returned. n counts octets. Pad1 and PadN never appear
 * in a decoded message and are never added by hand: mh_encode inserts them.
 */
#ifndef MOOR_WIRE_MH_OPT_H
#define MOOR_WIRE_MH_OPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

enum mh_opt_type {
	MH_OPT_PAD1 = 0, MH_OPT_PADN = 1,			/* RFC 6275 */
	MH_OPT_REFRESH_ADVICE = 2, MH_OPT_ALT_COA = 3, MH_OPT_NONCE_INDICES = 4, MH_OPT_AUTH_DATA = 5,
	MH_OPT_MNP = 6,						/* mobile network prefix, RFC 3963 */
	MH_OPT_LLA = 7,						/* link-layer address, RFC 5568 */
	MH_OPT_MN_ID = 8,					/* RFC 4283 */
	MH_OPT_AUTH = 9, MH_OPT_MESG_ID = 10,			/* RFC 4285 */
	MH_OPT_CGA_REQUEST = 11, MH_OPT_CGA_PARAMS = 12, MH_OPT_SIGNATURE = 13, MH_OPT_HOME_TOKEN = 14,	/* RFC 4866 */
	MH_OPT_COT_INIT = 15, MH_OPT_COT = 16,
	MH_OPT_DNS_UPDATE = 17,					/* RFC 5026 */
	MH_OPT_EXPERIMENTAL = 18,				/* RFC 5096 */
	MH_OPT_VENDOR = 19,					/* RFC 5094 */
	MH_OPT_SERVICE_SELECTION = 20,				/* RFC 5149: the APN */
	MH_OPT_BADF = 21,					/* RFC 5568 */
	MH_OPT_HNP = 22, MH_OPT_HANDOFF = 23, MH_OPT_ATT = 24, MH_OPT_MN_LL_ID = 25, MH_OPT_LINK_LOCAL = 26,
	MH_OPT_TIMESTAMP = 27,					/* RFC 5213 [R5213d-10-01] */
	MH_OPT_RESTART_COUNTER = 28,				/* RFC 5847 */
	MH_OPT_IP4_HOA = 29, MH_OPT_IP4_ACK = 30, MH_OPT_NAT_DETECTION = 31, MH_OPT_IP4_COA = 32,	/* RFC 5555 */
	MH_OPT_GRE_KEY = 33,					/* RFC 5845 */
	MH_OPT_IP6_PREFIX = 34,					/* RFC 5568 */
	MH_OPT_BID = 35,					/* RFC 5648, priority RFC 6089 */
	/* RFC 5844 */
	MH_OPT_IP4_HOA_REQUEST = 36, MH_OPT_IP4_HOA_REPLY = 37, MH_OPT_IP4_ROUTER = 38, MH_OPT_IP4_DHCP_MODE = 39,
	MH_OPT_CONTEXT_REQUEST = 40, MH_OPT_LMA_ADDRESS = 41, MH_OPT_LL_IID = 42,	/* RFC 5949 */
	MH_OPT_TRANSIENT_BINDING = 43,				/* RFC 6058 */
	MH_OPT_FLOW_SUMMARY = 44, MH_OPT_FLOW_ID = 45,		/* RFC 6089 4.2, IANA */
	/* RFC 6463 */
	MH_OPT_REDIRECT_CAPABILITY = 46, MH_OPT_REDIRECT = 47, MH_OPT_LOAD = 48, MH_OPT_ALT_IP4_COA = 49,
	MH_OPT_GROUP_ID = 50,					/* RFC 6602 */
	MH_OPT_MAG_IP6 = 51,					/* RFC 6705 */
	MH_OPT_ANI = 52,					/* RFC 6757 */
	MH_OPT_IP4_OFFLOAD = 53,				/* RFC 6909 */
	MH_OPT_MCAST_SELECTOR = 54,				/* RFC 7028 */
	MH_OPT_DELEGATED_MNP = 55,				/* RFC 7148 */
	MH_OPT_MCAST_IP4 = 56, MH_OPT_MCAST_IP6 = 57,		/* RFC 7161 */
	MH_OPT_QOS = 58,					/* RFC 7222 */
	MH_OPT_LMA_UP_ADDRESS = 59,				/* RFC 7389 */
	MH_OPT_MCAST_MOBILITY = 60, MH_OPT_MCAST_ACK = 61,	/* RFC 7411 */
	MH_OPT_LCMP = 62,					/* RFC 8127 */
	MH_OPT_MAG_MULTIPATH = 63, MH_OPT_MAG_ID = 64,		/* RFC 8278 */
	MH_OPT_ANCHORED_PREFIX = 65, MH_OPT_LOCAL_PREFIX = 66, MH_OPT_PREVIOUS_MAAR = 67, MH_OPT_SERVING_MAAR = 68,
	MH_OPT_DLIF_LINK_LOCAL = 69, MH_OPT_DLIF_LLA = 70,	/* RFC 8885 */
	MH_OPT_TYPES						/* how many the table knows */
};

/*
 * IPv4 Address Acknowledgement status (30) and IPv4 HoA Reply status (37, values to 132) [RFC 5555 3.2.1, RFC 5844
 * 3.3.2]
 */
enum mh_ip4_status {
	MH_IP4_OK = 0, MH_IP4_UNSPECIFIED = 128, MH_IP4_PROHIBITED = 129, MH_IP4_INCORRECT_HOA = 130,
	MH_IP4_INVALID_ADDRESS = 131, MH_IP4_NO_DYNAMIC = 132, MH_IP4_NO_PREFIX = 133,
};

enum mh_handoff {						/* Handoff Indicator [RFC 5213 8.4, RFC 7864] */
	MH_HI_RESERVED = 0, MH_HI_NEW_INTERFACE = 1, MH_HI_BETWEEN_INTERFACES = 2, MH_HI_BETWEEN_MAGS = 3,
	MH_HI_UNKNOWN = 4, MH_HI_UNCHANGED = 5, MH_HI_SHARED_PREFIX = 6,
};

enum mh_att {							/* Access Technology Type [RFC 5213 8.5, IANA] */
	MH_ATT_RESERVED = 0, MH_ATT_VIRTUAL = 1, MH_ATT_PPP = 2, MH_ATT_8023 = 3, MH_ATT_80211 = 4, MH_ATT_80216E = 5,
	MH_ATT_GERAN = 6, MH_ATT_UTRAN = 7, MH_ATT_EUTRAN = 8, MH_ATT_EHRPD = 9, MH_ATT_HRPD = 10, MH_ATT_1XRTT = 11,
	MH_ATT_UMB = 12, MH_ATT_NBIOT = 13,
};

enum mh_id_subtype {						/* MN Identifier subtypes [RFC 4283, RFC 8371] */
	MH_ID_NAI = 1, MH_ID_IP6 = 2, MH_ID_IMSI = 3, MH_ID_PTMSI = 4, MH_ID_EUI48 = 5, MH_ID_EUI64 = 6, MH_ID_GUTI = 7,
	MH_ID_DUID = 8,
};

/* Wall-clock time in the form of the Timestamp option: seconds since 1970 times 65536 [RFC 5213 8.8]. */
struct mh_stamp { uint64_t v; };

static inline struct mh_stamp mh_stamp_from_ns(uint64_t ns)	/* ns since 1970; rounds down to 1/65536 s */
{
	return (struct mh_stamp){ ns / 1000000000u << 16 | (ns % 1000000000u << 16) / 1000000000u };
}

static inline uint64_t mh_stamp_ns(struct mh_stamp s)		/* wraps for stamps past the year 2554 */
{
	return (s.v >> 16) * 1000000000u + ((s.v & 0xffff) * 1000000000u + 0xffff) / 0x10000;
}

struct mh_octets { const uint8_t *p; uint8_t n; };		/* lent */

struct mh_opt {
	uint8_t type;			/* enum mh_opt_type, or a number we do not know */
	uint8_t len;			/* as read; ignored by mh_encode */
	/* of the type octet from the start of the mobility header, as read; ignored by mh_encode */
	uint16_t offset;
	/* the length does not fit the type: only `raw` is set. mh_find passes over such options */
	bool bad;
	union {
		/* unknown types, bad options, and 5, 11-16, 18, 20, 40, 52, 60, 61, 62: all data octets */
		struct mh_octets raw;
		struct mh_octets octets;	/* the same, said nicer: the APN of 20, the authenticator of 5 */
		moor_life4 refresh;			/* 2: refresh interval */
		struct ip6_addr ip6;			/* 3, 26, 68, 69; 51 (its address length is always 128) */
		struct ip4_addr ip4;			/* 32, 38, 49 */
		struct { uint16_t home, coa; } nonce;	/* 4 */
		struct {
			/* 34: 1 old CoA, 2 new CoA, 3 NAR address, 4 NAR prefix; else 0 */
			uint8_t code;
			uint8_t len;			/* bits as read, > 128 is noted */
			struct ip6_addr addr;
		} prefix;				/* 6, 22 (::/0: allocate one), 34, 65, 66 */
		/* 7 (code 2: the MN's), 25, 70 (code 0) */
		struct { uint8_t code; struct mh_octets addr; } lla;
		struct { uint8_t subtype; struct mh_octets id; } id;		/* 8, 64: enum mh_id_subtype */
		struct { uint8_t subtype; uint32_t spi; struct mh_octets data; } auth;	/* 9; 21 (subtype 0) */
		uint64_t u64;				/* 10: NTP timestamp; 42: interface identifier */
		uint32_t u32;				/* 28: restart counter */
		struct { uint8_t status; bool remove; struct mh_octets fqdn; } dns;	/* 17 */
		struct {
			/* enterprise number; 10415 3GPP: wire/mh_3gpp.h reads the data */
			uint32_t id;
			uint8_t subtype;
			bool more;			/* the M bit, 3GPP only */
			/* after the sub-type, for 3GPP after the octet that carries M */
			struct mh_octets data;
		} vendor;				/* 19 */
		uint8_t handoff;			/* 23: enum mh_handoff */
		uint8_t att;				/* 24: enum mh_att */
		struct mh_stamp stamp;			/* 27 */
		struct {
			uint8_t status;			/* 30, 37: enum mh_ip4_status; 29, 36: 0 */
			uint8_t prefix_len;		/* 0..63 as read */
			bool prefix;			/* 29: the P flag, a prefix is asked for */
			struct ip4_addr addr;		/* 0.0.0.0: allocate */
		} hoa4;					/* 29, 30, 36, 37 */
		struct {
			bool force;			/* F: UDP encapsulation required */
			uint32_t refresh_s;		/* seconds; 0: say nothing, 0xffffffff: no keepalive */
		} nat;					/* 31 */
		struct { bool has_key; uint32_t key; } gre;	/* 33; without key: GRE mode only */
		struct {
			uint16_t bid;			/* 1.. */
			uint8_t status;			/* as in the BA; 0: that of the BA holds */
			bool home;			/* H: simultaneous home and foreign binding */
			uint8_t priority;		/* BID-PRI 1..127, 0 when the sender knows RFC 5648 only */
			uint8_t family;			/* of the care-of address: 0 none, 4, 6 */
			union { struct ip4_addr ip4; struct ip6_addr ip6; };
		} bid;					/* 35 */
		bool dhcp_server;			/* 39: S; false: relay */
		struct {
			uint8_t family;			/* 4 or 6 */
			union { struct ip4_addr ip4; struct ip6_addr ip6; };
		} addr;					/* 41, 47, 59 (59: family 0 when no address) */
		struct { bool late; uint8_t life; } transient;	/* 43: L; lifetime in units of 100 ms */
		/* 44: n flow ids of 2 octets each; read with mh_fid_at */
		struct { const uint8_t *p; uint8_t n; } fids;
		struct {
			uint16_t fid;			/* 1.. */
			uint16_t priority;		/* 1.., lower is stronger */
			uint8_t status;			/* enum mh_fid_status, in a BA */
			/* sub-options as on the wire: wire/mh_flow.h reads and writes them */
			struct mh_octets subs;
		} flow;					/* 45 */
		/* 48 (kB/s) */
		struct { uint16_t priority; uint32_t sessions, sessions_max, capacity, capacity_max; } load;
		struct { uint8_t subtype; uint32_t id; } group;	/* 50 */
		/* 53: M; traffic selector sub-option (wire/mh_flow.h) */
		struct { bool all_but; struct mh_octets subs; } offload;
		struct { uint8_t protocol; bool local; uint16_t count; struct mh_octets records; } mcast;	/* 54 */
		struct { bool v4; uint8_t len; union { struct ip4_addr ip4; struct ip6_addr ip6; }; } dmnp;	/* 55 */
		struct { uint8_t type; struct mh_octets context; } membership;	/* 56, 57: MLD/IGMP type */
		struct { uint8_t sr_id, tc, code; struct mh_octets attributes; } qos;	/* 58 */
		struct { uint8_t att, label, bid; bool bulk, overwrite; } multipath;	/* 63 */
		struct { uint8_t len; struct ip6_addr maar, prefix; } maar;	/* 67 */
	};
};

static inline uint16_t mh_fid_at(const struct mh_opt *o, unsigned i)	/* i < o->fids.n */
{
	return (uint16_t)(o->fids.p[2 * i] << 8 | o->fids.p[2 * i + 1]);
}

/* A row of the option table: all that is said about a type in one place. */
struct mh_opt_row;

const char *mh_opt_name(uint8_t type);		/* "opt-ipv4-care-of-address"; "opt-unknown" for types without a row */
const char *mh_opt_title(uint8_t type);		/* "IPv4 Care-of Address" */
const char *mh_opt_clause(uint8_t type);	/* "RFC 5555 3.1.2"; NULL without a row */
bool mh_opt_known(uint8_t type);
bool mh_opt_repeatable(uint8_t type);

#endif
