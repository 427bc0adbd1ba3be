/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the mobility header codec: the rows of its tables and the small readers and writers that they share. Nobody
 * outside model/wire/mh*.c includes this.
 *
 * Readers here work on octets whose number was checked before; that, and one table look-up per option, is what makes a
 * Binding Update readable in well under a tenth of a microsecond.
 */
#ifndef MOOR_WIRE_MH_CODEC_H
#define MOOR_WIRE_MH_CODEC_H

#include "wire/mh.h"

/* Octets that every option encoder may write without asking: the longest fixed part and 255 octets of lent data. */
#define MH_OPT_ROOM 320

struct mh_decoding {
	struct mh_msg *m;
	struct wire_diags *d;		/* may be NULL */
	const uint8_t *base;		/* of the mobility header */
};

/* Out of line and rare: the readers keep their registers. */
__attribute__((cold, noinline)) void mh_note(struct mh_decoding *k, const char *id, const char *clause,
	const uint8_t *where, uint32_t value);

static inline uint16_t rd16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t rd32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t rd64(const uint8_t *p) { return (uint64_t)rd32(p) << 32 | rd32(p + 4); }

static inline struct ip6_addr rd_ip6(const uint8_t *p)
{
	struct ip6_addr a;

	memcpy(a.o, p, 16);
	return a;
}

static inline struct ip4_addr rd_ip4(const uint8_t *p) { return (struct ip4_addr){ { p[0], p[1], p[2], p[3] } }; }

static inline uint8_t *wr8(uint8_t *p, uint8_t v) { *p = v; return p + 1; }

static inline uint8_t *wr16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static inline uint8_t *wr32(uint8_t *p, uint32_t v) { return wr16(wr16(p, (uint16_t)(v >> 16)), (uint16_t)v); }
static inline uint8_t *wr64(uint8_t *p, uint64_t v) { return wr32(wr32(p, (uint32_t)(v >> 32)), (uint32_t)v); }

/*
 * Lent data is short: overlapping words beat a call of memcpy. Sizes that are constants let the compiler move
 * registers.
 */
static inline uint8_t *wr_octets(uint8_t *p, const uint8_t *from, size_t n)
{
	size_t i;

	if (n >= 16) {
		for (i = 0; i + 16 < n; i += 16)
			memcpy(p + i, from + i, 16);
		memcpy(p + n - 16, from + n - 16, 16);
	} else if (n >= 8) {
		memcpy(p, from, 8);
		memcpy(p + n - 8, from + n - 8, 8);
	} else if (n >= 4) {
		memcpy(p, from, 4);
		memcpy(p + n - 4, from + n - 4, 4);
	} else if (n) {
		p[0] = from[0];
		p[n / 2] = from[n / 2];
		p[n - 1] = from[n - 1];
	}
	return p + n;
}

static inline uint8_t *wr_ip6(uint8_t *p, const struct ip6_addr *a) { memcpy(p, a->o, 16); return p + 16; }
static inline uint8_t *wr_ip4(uint8_t *p, struct ip4_addr a) { memcpy(p, a.o, 4); return p + 4; }

/* Padding of n octets: nothing, Pad1 or PadN [RFC 6275 6.2.2, 6.2.3]; the flow sub-options pad in the same way. */
uint8_t *mh_pad(uint8_t *p, unsigned n);

/* What an option or message prints itself with. `at`: the absolute offset of its type octet or of the header. */
struct mh_pr {
	const struct wire_printer *out;
	uint32_t at;
};

void pr_text(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, const char *value);
void pr_num(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, uint64_t v);
void pr_unit(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, uint64_t v, const char *unit);
void pr_named(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, enum mh_space space, unsigned v);
void pr_hex(const struct mh_pr *r, const char *name, uint32_t rel, const uint8_t *p, size_t n);
void pr_chars(const struct mh_pr *r, const char *name, uint32_t rel, const uint8_t *p, size_t n);
void pr_flag(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, bool v);
void pr_ip6(const struct mh_pr *r, const char *name, uint32_t rel, const struct ip6_addr *a);
void pr_ip4(const struct mh_pr *r, const char *name, uint32_t rel, struct ip4_addr a);
void pr_prefix6(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t len, const struct ip6_addr *a,
	unsigned bits);
void pr_life4(const struct mh_pr *r, const char *name, uint32_t rel, moor_life4 l);
void text_chars(struct text *t, const uint8_t *p, size_t n);	/* what is printable as it is, the rest as \xNN */

static inline void opt_reserved(struct mh_decoding *k, const struct mh_opt *o, const uint8_t *where, uint32_t value)
{
	if (value)
		mh_note(k, "reserved-nonzero", mh_opt_clause(o->type), where, value);
}

/* More bits than an address has: noted, not refused. */
static inline void opt_prefix_length(struct mh_decoding *k, const struct mh_opt *o, const uint8_t *where, unsigned most)
{
	if (*where > most)
		mh_note(k, "prefix-length", mh_opt_clause(o->type), where, *where);
}

/* decode: n octets of data, already >= min. False: they do not fit the type after all. */
typedef bool mh_opt_decode_fn(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k);
/* encode: writes the data (not type and length) and returns its end; NULL when the struct contradicts itself. */
typedef uint8_t *mh_opt_encode_fn(const struct mh_opt *o, uint8_t *p);
typedef void mh_opt_print_fn(const struct mh_opt *o, const struct mh_pr *r);

enum { ALIGN_CHECK = 1, ALIGN_OURS = 2, ALIGN_SPECIAL = 4 };	/* row.align_how */

struct mh_opt_row {
	const char *name, *title, *clause;
	uint8_t min, max;		/* length octet */
	uint8_t align_n, align_y;	/* n a power of 2; 1: none */
	/* OURS: the document leaves it to the general rule, so do not note deviations */
	uint8_t align_how;
	bool repeatable;
	mh_opt_decode_fn *decode;
	mh_opt_encode_fn *encode;
	mh_opt_print_fn *print;
};

extern const struct mh_opt_row mh_opt_rows[MH_OPT_TYPES];

/* The alignment that this option needs: n (a power of 2) and y of "xn+y". data: the octets of its data. */
void mh_opt_align(const struct mh_opt *o, unsigned data, unsigned *n, unsigned *y);

typedef void mh_body_decode_fn(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k);
/* from offset 6; NULL: contradiction or no room */
typedef uint8_t *mh_body_encode_fn(const struct mh_msg *m, uint8_t *p);
typedef void mh_body_print_fn(const struct mh_msg *m, const struct mh_pr *r);

struct mh_msg_row {
	const char *name, *title, *clause;
	uint8_t fixed;			/* octets before the options, addresses of the HA Switch not counted */
	bool options;
	mh_body_decode_fn *decode;
	mh_body_encode_fn *encode;
	mh_body_print_fn *print;
};

extern const struct mh_msg_row mh_msg_rows[MH_TYPES];

/* Where the options of a decoded message begin. */
static inline size_t mh_options_at(const struct mh_msg *m)
{
	return mh_msg_rows[m->type].fixed + (m->type == MH_HA_SWITCH ? (size_t)m->ha_switch.n * 16 : 0);
}

/* The name and title of the message as it is: BRI or BRA, and "Proxy Binding Update" when its P flag says so. */
void mh_msg_names(const struct mh_msg *m, const char **name, const char **title);

/* Prints the parts that have formats of their own. */
void mh_flow_print(struct mh_octets subs, const struct mh_pr *r, uint32_t rel);
void mh_3gpp_print(const struct mh_opt *o, const struct mh_pr *r);

/* The encoders, decoders and printers that the option table names. */
mh_opt_decode_fn od_none, od_octets, od_refresh, od_ip6, od_ip4, od_ip4_res, od_mag6, od_nonce, od_prefix,
	od_code_prefix, od_lla, od_ll_id, od_id, od_mag_id, od_auth, od_badf, od_u64, od_iid, od_u32, od_dns,
	od_vendor, od_byte, od_stamp, od_hoa4, od_ack4, od_nat, od_request4, od_gre, od_bid, od_dhcp,
	od_lma_address, od_transient, od_fids, od_flow, od_redirect_cap, od_redirect, od_load, od_group, od_offload,
	od_mcast, od_dmnp, od_membership, od_qos, od_up_address, od_multipath, od_maar;
mh_opt_encode_fn oe_none, oe_octets, oe_refresh, oe_ip6, oe_ip4, oe_ip4_res, oe_mag6, oe_nonce, oe_prefix,
	oe_code_prefix, oe_lla, oe_ll_id, oe_id, oe_mag_id, oe_auth, oe_badf, oe_u64, oe_iid, oe_u32, oe_dns,
	oe_vendor, oe_byte, oe_stamp, oe_hoa4, oe_ack4, oe_nat, oe_request4, oe_gre, oe_bid, oe_dhcp,
	oe_lma_address, oe_transient, oe_fids, oe_flow, oe_redirect_cap, oe_redirect, oe_load, oe_group, oe_offload,
	oe_mcast, oe_dmnp, oe_membership, oe_qos, oe_up_address, oe_multipath, oe_maar;
mh_opt_print_fn op_none, op_octets, op_apn, op_refresh, op_ip6, op_ip4, op_nonce, op_prefix, op_code_prefix,
	op_lla, op_id, op_auth, op_u64, op_u32, op_dns, op_vendor, op_handoff, op_att, op_stamp, op_hoa4, op_ack4,
	op_nat, op_request4, op_gre, op_bid, op_dhcp, op_addr, op_transient, op_fids, op_flow, op_load, op_group,
	op_offload, op_mcast, op_dmnp, op_membership, op_qos, op_multipath, op_maar, op_ani, op_lcmp;

#endif
