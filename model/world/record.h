/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The observation bus. Everything that can be known about a run is a record: frames, state changes, signalling,
 * addresses, bindings, user data, faults. Traces, metrics, ladders, verdicts and fingerprints are made from records
 * only, so simulation, live runs and replay share one set of definitions.
 *
 * A record is lent to each sink for the call. Sinks must not touch the world. With no sink for a kind, emitting it
 * costs one test.
 *
 * The fingerprint covers every field that is octets, virtual time or state; never pointers, frame numbers or
 * handles. moor_record_is_protocol tells which records belong to the protocol fingerprint, which is the same whatever
 * carries the frames: all but those of layer 2 (frames, carriers, radios) and key material.
 */
#ifndef MOOR_WORLD_RECORD_H
#define MOOR_WORLD_RECORD_H

#include <string.h>

#include "base/addr.h"
#include "base/fsm.h"
#include "base/time.h"
#include "world/world.h"

enum rec_kind {
	REC_FRAME_TX,		/* frame: put on the link by this port */
	REC_FRAME_RX,		/* frame: handed to this port's handler */
	REC_FRAME_DROP,		/* frame: lost; cause says why: see below */
	REC_CARRIER,		/* carrier: link.up, link.name */
	REC_STATE,		/* state: a machine went from one state to another */
	REC_REFUSED,		/* state: an event that its state does not admit was dropped (from = to = the state) */
	REC_SIGNAL_TX,		/* signal: a signalling message was sent (attempt 1, 2, …) */
	REC_SIGNAL_RX,		/* signal: one was received and understood */
	REC_ADDRESS,		/* address: an address came, became usable, went */
	REC_ROUTER,		/* router: solicitation sent, advertisement received, router lost */
	REC_MOVE,		/* move: a movement step of a mobile node */
	REC_BINDING,		/* binding: binding update list or binding cache entry changed */
	REC_DATA_TX,		/* data: an application packet left its source */
	REC_DATA_RX,		/* data: it reached its sink */
	REC_NAT,		/* nat: a mapping came, went, or refused a packet */
	REC_DHCP,		/* dhcp: a client's or server's message, by number */
	REC_DEVIATION,		/* deviation: something received or sent that its profile forbids */
	REC_DISCARD,		/* discard: a received packet was dropped by a protocol rule */
	REC_ACTION,		/* action: the scenario's timeline did something */
	REC_NOTE,		/* note: text for people */
	REC_AAA,		/* aaa: a message between a home agent and the AAA server */
	REC_KEYS,		/* keys: an SA was keyed; for key files beside the trace, never in the fingerprint */
	REC_RADIO,		/* radio: what layer 2 of a radio port went through; see world/radio.h */
	REC_KINDS
};

#define REC_BIT(kind) (UINT64_C(1) << (kind))
#define REC_NONE UINT32_MAX

enum rec_class { CLASS_PLAIN, CLASS_SIGNAL, CLASS_ND, CLASS_DHCP, CLASS_DATA, CLASS_ERROR };

enum rec_address { ADDRESS_TENTATIVE, ADDRESS_USABLE, ADDRESS_DUPLICATE, ADDRESS_DEPRECATED, ADDRESS_REMOVED };
enum rec_router { ROUTER_SOLICIT_SENT, ROUTER_ADVERT_SENT, ROUTER_ADVERT_RECEIVED, ROUTER_FOUND, ROUTER_LOST };
enum rec_move {
	MOVE_STARTED,		/* the interface lost its link, or a better one was chosen: the handover begins */
	MOVE_LINK_UP,		/* the (new) link is there */
	MOVE_DETECTED,		/* layer 3 knows that this is another link: first new prefix, DHCP offer or lost router */
	MOVE_ADDRESS_FORMED,	/* a care-of address exists, possibly tentative */
	MOVE_ADDRESS_READY,	/* it may be used */
	MOVE_HOME_LINK,		/* home link detection said: home */
	MOVE_FOREIGN_LINK,	/* … said: foreign */
	MOVE_REGISTERED,	/* the binding for the new place stands (or was removed at home): signalling is over */
	MOVE_FAILED,
	MOVE_SECURING,		/* IKE begins with a home agent (addr) [24.303 5.1.2.2] */
	MOVE_SECURED,		/* the security association for the home address stands */
	MOVE_DISCOVERING,	/* home agent discovery begins [24.303 5.1.2.1] */
	MOVE_DISCOVERED,	/* a home agent (addr) was found */
	MOVE_FIRST_UP,		/* of foreign mobile nodes: their first user packet over the new place left */
	MOVE_FIRST_DOWN		/* … came */
};
enum rec_binding { BINDING_CREATED, BINDING_UPDATED, BINDING_REFRESHED, BINDING_DEREGISTERED,
	BINDING_EXPIRED, BINDING_REVOKED, BINDING_REFUSED };
enum rec_nat { NAT_CREATED, NAT_EXPIRED, NAT_REBOUND, NAT_REFUSED };
/* Of Wi-Fi [IEEE 802.11 11.1.4, 11.3], then of LTE's radio resource control [36.331 5.3]. */
enum rec_radio_what {
	RADIO_ASSOCIATED,	/* with the access point bssid on a channel */
	RADIO_LEFT,		/* it is not any more: the station said so itself, or lost it */
	RADIO_BEACONS_LOST,	/* count of them were missed in a row: the access point counts as lost */
	RADIO_SNR_LOW,		/* a beacon's snr was below the station's threshold, which makes it leave */
	RADIO_SCAN_BEGUN,
	RADIO_SCAN_DONE,
	RADIO_PROBE_SENT,	/* a probe request on a channel */
	RADIO_RRC_CONNECTED,	/* a UE has a connection with a cell */
	RADIO_HANDOVER_START,	/* the UE was told to go to another cell, and lets go of its own */
	RADIO_HANDOVER_END,	/* it is connected with the new one */
	RADIO_HANDOVER_FAILED,
	RADIO_LINK_FAILURE	/* the radio link was lost, the connection with it */
};

/* What rec_signal.protocol may be: IP protocol numbers, and for IKE the port's low octet. */
enum rec_protocol {
	SIGNAL_ICMP6 = 58, SIGNAL_MH = 135, SIGNAL_DHCP6 = 241, SIGNAL_DNS = 242, SIGNAL_NAS = 243, SIGNAL_IKE = 244
};

/* An address of either family; IPv4 as ::ffff:a.b.c.d. */
struct rec_signal {
	uint8_t protocol;		/* enum rec_protocol */
	uint8_t type, subtype;		/* MH type; BRI/BRA: subtype 1/2. IKE: exchange type; 1 request, 2 response */
	uint8_t status;
	uint16_t flags;			/* as in the message */
	uint16_t sequence;
	uint16_t lifetime;		/* units of the message: 4 s for BU and BA */
	uint16_t attempt;		/* of the sender: 1 first, 2 first retransmission …; 0 unknown */
	bool secured;			/* inside ESP; IKE: inside an SK payload */
	bool udp, nat;			/* UDP-encapsulated; address translation seen (NAT Detection F, or HA's comparison) */
	struct ip6_addr src, dst;	/* outermost */
	struct ip6_addr home_address, care_of;
	/* the Mobility Header's octets; IKE: header and payloads in clear, as if there were no SK payload. Lent */
	const uint8_t *message;
	uint32_t message_len;
};

/*
 * Causes of REC_FRAME_DROP besides the names of filters. At the sender: "carrier" (no link, or it is down), "mtu",
 * "queue" (too many wait for the transmitter), "fault" (moor_link_lose), "mask", "loss", "address" (nobody on the link
 * has this address), "isolated" (a LAN that does not carry it), "engine" (an external port and no callback). At the
 * receiver: "carrier" (it or the sender left, or the link went down, while the frame was in flight), "address" (not for
 * this port), "filter" (the filter that held it was removed), "length" (no Ethernet frame: external ports).
 */
/* Key material of one SA or pair of SAs as the key files of Wireshark want it. Lent. Transform ids are IANA's. */
struct rec_keys {
	bool esp;			/* false: an IKE SA */
	uint64_t spi_i, spi_r;		/* IKE SPIs; ESP: that of the SA from a to b, and from b to a */
	struct ip6_addr a, b;		/* ESP: addresses on the wire, :: any; IPv4 as mapped */
	uint16_t encr, key_bits, integ;
	uint8_t encr_len, integ_len;	/* octets of each key; GCM's salt included */
	const uint8_t *encr_i, *encr_r, *integ_i, *integ_r;	/* SK_ei … ; ESP: a to b, b to a */
	uint8_t prf_len;		/* IKE: octets of each of these */
	const uint8_t *sk_d, *sk_pi, *sk_pr;	/* IKE: for who proves child keys and AUTH; NULL: not told */
};

/* A Diameter-like message, by its names. Records of the sender and of the receiver: the path has no frames. */
struct rec_aaa {
	uint16_t command;		/* 268 DER/DEA, 275 STR/STA, 274 ASR/ASA, 258 RAR/RAA */
	bool request, sent;
	uint32_t result;		/* of an answer: Result-Code; 0: none came in time */
	uint32_t peer;			/* moor_node_id of the other end, REC_NONE: nobody */
	uint64_t imsi;			/* of the subscriber, as a number; 0: not known (yet) */
	moor_time delay;		/* an answer received: since its request was sent */
	const uint8_t *eap;		/* EAP-Payload, lent */
	uint32_t eap_len;
};

/* What does not apply is 0. */
struct rec_radio {
	enum rec_radio_what what;
	uint16_t channel;		/* of Wi-Fi */
	uint16_t cell;			/* of LTE: the physical cell identity */
	int32_t snr;			/* 1/10 dB */
	uint32_t count;			/* beacons missed */
	struct mac_addr bssid;
	const char *link;		/* name of the world's link that this access point or cell is; NULL: unknown */
	moor_time heard;		/* the last beacon of the access point that is left or lost */
};

struct moor_record {
	moor_time at;
	enum rec_kind kind;
	uint32_t node;			/* moor_node_id, REC_NONE: the world */
	uint32_t port;			/* moor_port_number, REC_NONE: none */
	uint32_t instance;		/* which of several on this node: index of binding, PDN connection, flow; 0 otherwise */
	union {
		struct {
			uint64_t frame;
			const uint8_t *octets;
			uint32_t len;
			const char *cause;
			uint8_t trace_class;
			bool same;	/* REC_FRAME_RX: surely the octets of this frame's REC_FRAME_TX; false: unknown */
		} frame;
		struct { bool up; const char *link; } carrier;
		struct { const struct fsm *machine; uint8_t from, to, event; } state;
		struct rec_signal signal;
		struct { enum rec_address what; uint8_t prefix_len; struct ip6_addr addr; } address;
		struct {
			enum rec_router what;
			struct ip6_addr router;
			struct ip6_prefix prefix;	/* the first one */
			uint8_t n_prefixes;		/* from here on of an advertisement */
			bool managed, other;
			uint16_t lifetime;		/* seconds */
			uint32_t mtu, valid, preferred;	/* 0: no such option; of the first prefix, seconds */
		} router;
		struct { enum rec_move what; struct ip6_addr addr; } move;
		struct {
			enum rec_binding what;
			bool at_home_agent;	/* binding cache entry; false: binding update list */
			bool proxy;		/* of PMIPv6 */
			uint8_t status;
			uint16_t sequence, lifetime, udp_port;
			uint16_t bid;		/* of one of several care-of addresses; 0: there is but one */
			struct ip6_addr home_address, care_of;
			struct ip4_addr home_address4;
		} binding;
		/* direction 0: towards the mobile node, 1: from it */
		struct { uint32_t flow; uint32_t octets; uint64_t sequence; moor_time sent_at; uint8_t direction; } data;
		struct {
			enum rec_nat what;
			uint8_t protocol;
			struct ip4_addr inside, outside, remote;
			uint16_t inside_port, outside_port, remote_port;
		} nat;
		struct { uint8_t message; bool sent; struct ip4_addr address; } dhcp;
		struct { const char *id, *clause; uint32_t offset, value; bool sent; } deviation;
		struct { const char *reason, *clause; } discard;
		struct { const char *verb, *arg; } action;
		const char *note;
		struct rec_aaa aaa;
		struct rec_keys keys;
		struct rec_radio radio;
	} u;
};

typedef void rec_sink_fn(void *ctx, const struct moor_record *r);

/* kinds: an OR of REC_BIT. Sinks are called in the order in which they were added. */
void moor_record_sink(struct moor_world *w, uint64_t kinds, rec_sink_fn *fn, void *ctx);
/* Takes every sink with this function and context away again. Not from inside a sink. */
void moor_record_unsink(struct moor_world *w, rec_sink_fn *fn, void *ctx);
/*
 * From now on each record goes to fn alone, which hands on what it will with moor_record_pass: for engines that play
 * some nodes elsewhere. Once a world.
 */
void moor_record_divert(struct moor_world *w, rec_sink_fn *fn, void *ctx);
void moor_record_pass(struct moor_world *w, const struct moor_record *r);	/* to the sinks that want it */
static inline bool moor_record_wanted(const struct moor_world *w, enum rec_kind kind)
{
	return ((const struct moor_world_head *)(const void *)w)->wanted & REC_BIT(kind);
}

/*
 * Begins r, whose fields are those of u.member: these alone are cleared, because the union is many times as large as
 * most of its members and runs emit dozens of records for each UE. What is not cleared nobody may read.
 */
#define MOOR_RECORD_BEGIN(r, rec_kind, node_id, port_number, member) \
	do { \
		(r)->kind = (rec_kind); \
		(r)->node = (node_id); \
		(r)->port = (port_number); \
		(r)->instance = 0; \
		memset(&(r)->u.member, 0, sizeof((r)->u.member)); \
	} while (0)
/* Fills in `at`. */
void moor_record_emit(struct moor_world *w, struct moor_record *r);
const char *moor_record_kind_name(enum rec_kind kind);			/* "frame-tx", "state", … */
bool moor_record_is_protocol(enum rec_kind kind);			/* part of the protocol fingerprint */
const char *moor_record_aaa_name(uint16_t command, bool request);	/* "DER", "STA", …; "AAA" for others */

/* The fingerprint as a sink: 128 bits over a canonical form of the records. */
struct fingerprint;
struct fingerprint *fingerprint_new(struct moor_world *w, bool protocol_only);
void fingerprint_text(const struct fingerprint *f, char out[33]);	/* 32 hex digits; may be read at any time */
void fingerprint_free(struct fingerprint *f);

#endif
