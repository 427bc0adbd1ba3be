/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses as octet strings in network order, so that a struct copied from or to a packet never needs swapping.
 * Texts are RFC 5952 (IPv6), dotted quad (IPv4), colon-separated lower case hex (MAC).
 */
#ifndef MOOR_BASE_ADDR_H
#define MOOR_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct ip6_addr { uint8_t o[16]; };
struct ip4_addr { uint8_t o[4]; };
struct mac_addr { uint8_t o[6]; };
struct ip6_prefix { struct ip6_addr addr; uint8_t len; };	/* len 0..128; bits beyond len are zero (ip6_prefix_make) */
struct ip4_prefix { struct ip4_addr addr; uint8_t len; };	/* len 0..32 */

#define ADDR_TEXT_MAX 64			/* octets that hold any text below, its end included */

static inline bool ip6_eq(const struct ip6_addr *a, const struct ip6_addr *b) { return !memcmp(a->o, b->o, 16); }
static inline bool ip4_eq(struct ip4_addr a, struct ip4_addr b) { return !memcmp(a.o, b.o, 4); }
static inline bool mac_eq(const struct mac_addr *a, const struct mac_addr *b) { return !memcmp(a->o, b->o, 6); }
static inline bool ip4_is_zero(struct ip4_addr a)
{
	uint32_t v;

	memcpy(&v, a.o, 4);
	return !v;
}

static inline bool ip6_is_zero(const struct ip6_addr *a)	/* the unspecified address :: */
{
	uint64_t w[2];

	memcpy(w, a->o, 16);
	return !(w[0] | w[1]);
}

static inline bool ip6_is_multicast(const struct ip6_addr *a) { return a->o[0] == 0xff; }
static inline bool ip6_is_link_local(const struct ip6_addr *a) { return a->o[0] == 0xfe && (a->o[1] & 0xc0) == 0x80; }
static inline bool ip4_is_multicast(struct ip4_addr a) { return (a.o[0] & 0xf0) == 0xe0; }
bool ip4_is_private(struct ip4_addr a);				/* RFC 1918 */

/*
 * Numbers in network order and back. Written with the compiler's own swap and memcpy, because compilers make single
 * octets of shifts when the address they build stays in registers.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint64_t big64(uint64_t v) { return __builtin_bswap64(v); }
static inline uint32_t big32(uint32_t v) { return __builtin_bswap32(v); }
static inline uint16_t big16(uint16_t v) { return __builtin_bswap16(v); }
#else
static inline uint64_t big64(uint64_t v) { return v; }
static inline uint32_t big32(uint32_t v) { return v; }
static inline uint16_t big16(uint16_t v) { return v; }
#endif

static inline uint64_t octets_u64(const uint8_t *p)	/* the eight octets at p */
{
	uint64_t v;

	memcpy(&v, p, 8);
	return big64(v);
}

static inline void u64_octets(uint8_t *p, uint64_t v)
{
	v = big64(v);
	memcpy(p, &v, 8);
}

static inline uint64_t ip6_high64(const struct ip6_addr *a) { return octets_u64(a->o); }	/* the /64: keys of tables */
static inline uint64_t ip6_low64(const struct ip6_addr *a) { return octets_u64(a->o + 8); }

static inline struct ip6_addr ip6_from64(uint64_t high, uint64_t low)
{
	struct ip6_addr a;

	u64_octets(a.o, high);
	u64_octets(a.o + 8, low);
	return a;
}

static inline uint32_t ip4_u32(struct ip4_addr a)		/* host order */
{
	uint32_t v;

	memcpy(&v, a.o, 4);
	return big32(v);
}

static inline struct ip4_addr ip4_from_u32(uint32_t v)
{
	struct ip4_addr a;

	v = big32(v);
	memcpy(a.o, &v, 4);
	return a;
}

/* ---- prefixes ---------------------------------------------------------------------------------------------------- */

/* The highest `bits` of 64 and of 128, 0..64 and 0..128. */
static inline uint64_t high_mask(unsigned bits) { return bits ? UINT64_MAX << (64 - bits) : 0; }

static inline void prefix_masks(unsigned len, uint64_t *high, uint64_t *low)
{
	*high = high_mask(len > 64 ? 64 : len);
	*low = high_mask(len <= 64 ? 0 : len > 128 ? 64 : len - 64);
}

/* Whether the first len bits are the same. */
static inline bool ip6_same_prefix(const struct ip6_addr *a, const struct ip6_addr *b, unsigned len)
{
	uint64_t high, low;

	prefix_masks(len, &high, &low);
	return !((ip6_high64(a) ^ ip6_high64(b)) & high) && !((ip6_low64(a) ^ ip6_low64(b)) & low);
}

static inline bool ip6_in_prefix(const struct ip6_addr *a, const struct ip6_prefix *p)
{
	return ip6_same_prefix(a, &p->addr, p->len);
}

static inline bool ip6_prefix_eq(const struct ip6_prefix *a, const struct ip6_prefix *b)
{
	return a->len == b->len && ip6_eq(&a->addr, &b->addr);
}

static inline struct ip6_prefix ip6_prefix_make(const struct ip6_addr *a, uint8_t len)	/* clears the bits beyond len */
{
	uint64_t high, low;

	prefix_masks(len, &high, &low);
	return (struct ip6_prefix){ ip6_from64(ip6_high64(a) & high, ip6_low64(a) & low), len > 128 ? 128 : len };
}

struct ip4_prefix ip4_prefix_make(struct ip4_addr a, uint8_t len);
bool ip4_in_prefix(struct ip4_addr a, struct ip4_prefix p);

/* ---- addresses made of others ------------------------------------------------------------------------------------ */

static inline uint64_t mac_u64(const struct mac_addr *a)
{
	uint32_t high;
	uint16_t low;

	memcpy(&high, a->o, 4);
	memcpy(&low, a->o + 4, 2);
	return (uint64_t)big32(high) << 16 | big16(low);
}

struct mac_addr mac_from_u64(uint64_t v);			/* low 48 bits */

/* [RFC 4291 A] the modified EUI-64: ff:fe in the middle, the universal/local bit inverted */
static inline uint64_t mac_iid(const struct mac_addr *m)
{
	uint64_t v = mac_u64(m);

	return ((v >> 24) << 40 | UINT64_C(0xfffe) << 24 | (v & 0xffffff)) ^ UINT64_C(0x0200000000000000);
}

/* The first 64 bits of p, then iid. */
static inline struct ip6_addr ip6_from_prefix_iid(const struct ip6_prefix *p, uint64_t iid)
{
	return ip6_from64(ip6_high64(&p->addr), iid);
}

static inline struct ip6_addr ip6_link_local(uint64_t iid) { return ip6_from64(UINT64_C(0xfe80000000000000), iid); }

/* ff02::1:ffXX:XXXX [RFC 4291 2.7.1] */
static inline struct ip6_addr ip6_solicited_node(const struct ip6_addr *a)
{
	return ip6_from64(UINT64_C(0xff02000000000000), UINT64_C(0x1ff000000) | (ip6_low64(a) & 0xffffff));
}

/* 33:33:… [RFC 2464 7] */
static inline struct mac_addr ip6_multicast_mac(const struct ip6_addr *a)
{
	struct mac_addr m = { { 0x33, 0x33 } };

	memcpy(m.o + 2, a->o + 12, 4);
	return m;
}

/* ::ffff:a.b.c.d [RFC 4291 2.5.5.2] */
static inline struct ip6_addr ip6_mapped(struct ip4_addr a)
{
	return ip6_from64(0, UINT64_C(0xffff00000000) | ip4_u32(a));
}

static inline bool ip6_is_mapped(const struct ip6_addr *a) { return !ip6_high64(a) && ip6_low64(a) >> 32 == 0xffff; }

static inline struct ip4_addr ip6_mapped_ip4(const struct ip6_addr *a)	/* the last four octets */
{
	struct ip4_addr v;

	memcpy(v.o, a->o + 12, 4);
	return v;
}

extern const struct ip6_addr ip6_any, ip6_all_nodes, ip6_all_routers;		/* ::, ff02::1, ff02::2 */
extern const struct mac_addr mac_broadcast;

/* Text to buf of ADDR_TEXT_MAX octets; returns buf. */
char *ip6_text(const struct ip6_addr *a, char *buf);
char *ip4_text(struct ip4_addr a, char *buf);
char *mac_text(const struct mac_addr *a, char *buf);
char *ip6_prefix_text(const struct ip6_prefix *p, char *buf);
char *ip4_prefix_text(struct ip4_prefix p, char *buf);

/* From text; false when s is not wholly such a text (out is then untouched). A prefix needs its "/len". */
bool ip6_parse(const char *s, struct ip6_addr *out);
bool ip4_parse(const char *s, struct ip4_addr *out);
bool mac_parse(const char *s, struct mac_addr *out);
bool ip6_prefix_parse(const char *s, struct ip6_prefix *out);
bool ip4_prefix_parse(const char *s, struct ip4_prefix *out);

#endif
