/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: addresses
 *
 * Addresses, prefixes and the addresses made out of others [RFC 4291, RFC 2464], and their texts: RFC 5952 for IPv6
 * (lower case, the longest run of zeros shortened, the first one of equals, never a single group; mapped addresses
 * with dotted quad). Texts are read strictly: no leading zeros in a dotted quad, because others read those as octal;
 * no zone identifiers.
 */
#include "base/addr.h"

#include "base/text.h"

const struct ip6_addr ip6_any;
const struct ip6_addr ip6_all_nodes = { { 0xff, 2, [15] = 1 } };
const struct ip6_addr ip6_all_routers = { { 0xff, 2, [15] = 2 } };
const struct mac_addr mac_broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/* [RFC 1918 3] */
bool ip4_is_private(struct ip4_addr a)
{
	return a.o[0] == 10 || (a.o[0] == 172 && (a.o[1] & 0xf0) == 16) || (a.o[0] == 192 && a.o[1] == 168);
}

static uint32_t mask4(unsigned len)
{
	return len ? UINT32_MAX << (len > 32 ? 0 : 32 - len) : 0;
}

struct ip4_prefix ip4_prefix_make(struct ip4_addr a, uint8_t len)
{
	return (struct ip4_prefix){ ip4_from_u32(ip4_u32(a) & mask4(len)), len > 32 ? 32 : len };
}

bool ip4_in_prefix(struct ip4_addr a, struct ip4_prefix p)
{
	return !((ip4_u32(a) ^ ip4_u32(p.addr)) & mask4(p.len));
}

struct mac_addr mac_from_u64(uint64_t v)
{
	struct mac_addr a;

	for (int i = 0; i < 6; i++)
		a.o[i] = (uint8_t)(v >> (40 - 8 * i));
	return a;
}

/* Texts */

struct zeros { int first, n; };		/* a run of 16-bit groups that are zero */

static struct zeros longest_zeros(const uint16_t *g)
{
	struct zeros best = { -1, 1 }, run = { 0, 0 };

	for (int i = 0; i < 8; i++) {
		if (g[i]) {
			run = (struct zeros){ i + 1, 0 };
			continue;
		}
		if (++run.n > best.n)
			best = run;
	}
	return best;
}

/* Digits straight into the buffer: traces and summaries write millions of addresses, each fits ADDR_TEXT_MAX. */
static char *put_hex(char *p, unsigned v, unsigned least)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned n = v > 0xfff ? 4 : v > 0xff ? 3 : v > 0xf ? 2 : 1, k = n > least ? n : least; k; k--)
		*p++ = digits[v >> 4 * (k - 1) & 15];
	return p;
}

static char *put_decimal(char *p, unsigned v)		/* 0..999 */
{
	if (v > 99)
		*p++ = (char)('0' + v / 100);
	if (v > 9)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

/* [RFC 5952 4, 5] */
char *ip6_text(const struct ip6_addr *a, char *buf)
{
	static const char mapped[] = "::ffff:";
	struct zeros z;
	uint16_t g[8];
	char *p = buf;

	if (ip6_is_mapped(a)) {
		memcpy(buf, mapped, sizeof mapped);
		ip4_text(ip6_mapped_ip4(a), buf + sizeof mapped - 1);
		return buf;
	}
	for (int i = 0; i < 8; i++)
		g[i] = (uint16_t)(a->o[2 * i] << 8 | a->o[2 * i + 1]);
	z = longest_zeros(g);
	for (int i = 0; i < 8; i++) {
		if (i == z.first) {
			*p++ = ':';
			*p++ = ':';
			i += z.n - 1;
			continue;
		}
		if (i && i != z.first + z.n)
			*p++ = ':';
		p = put_hex(p, g[i], 1);
	}
	*p = '\0';
	return buf;
}

char *ip4_text(struct ip4_addr a, char *buf)
{
	char *p = buf;

	for (int i = 0; i < 4; i++) {
		p = put_decimal(p, a.o[i]);
		*p++ = i < 3 ? '.' : '\0';
	}
	return buf;
}

char *mac_text(const struct mac_addr *a, char *buf)
{
	char *p = buf;

	for (int i = 0; i < 6; i++) {
		p = put_hex(p, a->o[i], 2);
		*p++ = i < 5 ? ':' : '\0';
	}
	return buf;
}

static char *add_len(char *buf, unsigned len)
{
	struct text t = { .buf = buf, .cap = ADDR_TEXT_MAX, .len = strlen(buf) };

	text_add(&t, "/%u", len);
	return buf;
}

char *ip6_prefix_text(const struct ip6_prefix *p, char *buf)
{
	return add_len(ip6_text(&p->addr, buf), p->len);
}

char *ip4_prefix_text(struct ip4_prefix p, char *buf)
{
	return add_len(ip4_text(p.addr, buf), p.len);
}

/* Reading texts: each scanner takes a pointer to the text's place and moves it over what it has read. */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* 1 to max_digits hexadecimal digits. */
static bool scan_hex(const char **s, int max_digits, uint32_t *out)
{
	uint32_t v = 0;
	int n = 0;

	while (n < max_digits && hex_value(**s) >= 0) {
		v = v << 4 | (uint32_t)hex_value(*(*s)++);
		n++;
	}
	*out = v;
	return n && hex_value(**s) < 0;
}

/* A decimal number up to max, without leading zeros. */
static bool scan_decimal(const char **s, uint32_t max, uint32_t *out)
{
	const char *p = *s;
	uint32_t v = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	while (*p >= '0' && *p <= '9') {
		v = v * 10 + (uint32_t)(*p++ - '0');
		if (v > max)
			return false;
	}
	*s = p;
	*out = v;
	return true;
}

static bool scan_ip4(const char **s, struct ip4_addr *out)
{
	const char *p = *s;

	for (int i = 0; i < 4; i++) {
		uint32_t v;

		if (i && *p++ != '.')
			return false;
		if (!scan_decimal(&p, 255, &v))
			return false;
		out->o[i] = (uint8_t)v;
	}
	*s = p;
	return true;
}

struct groups {
	uint16_t g[8];
	int n;			/* groups read */
	int gap;		/* where "::" stood: before group `gap`; -1: nowhere */
};

/* One group, or the dotted quad that ends the address (*last). */
static bool scan_group(const char **s, struct groups *q, bool *last)
{
	const char *digits = *s;
	struct ip4_addr quad;
	uint32_t v;

	*last = false;
	if (q->n < 8 && scan_hex(s, 4, &v) && **s != '.') {
		q->g[q->n++] = (uint16_t)v;
		return true;
	}
	*s = digits;
	if (q->n > 6 || !scan_ip4(s, &quad))
		return false;
	q->g[q->n++] = (uint16_t)(quad.o[0] << 8 | quad.o[1]);
	q->g[q->n++] = (uint16_t)(quad.o[2] << 8 | quad.o[3]);
	*last = true;
	return true;
}

static bool at_end(char c)
{
	return c == '\0' || c == '/';
}

static bool scan_groups(const char **s, struct groups *q)
{
	bool last = false;

	if ((*s)[0] == ':' && (*s)[1] == ':') {
		q->gap = 0;
		*s += 2;
		if (at_end(**s))
			return true;
	}
	for (;;) {
		if (!scan_group(s, q, &last))
			return false;
		if (last || **s != ':')
			return true;
		(*s)++;
		if (**s != ':')
			continue;
		if (q->gap >= 0)
			return false;
		q->gap = q->n;
		(*s)++;
		if (at_end(**s))
			return true;
	}
}

static bool scan_ip6(const char **s, struct ip6_addr *out)
{
	struct groups q = { .gap = -1 };
	int zeros, at = 0;

	if (!scan_groups(s, &q) || (q.gap < 0 ? q.n != 8 : q.n > 7))
		return false;
	zeros = 8 - q.n;
	for (int i = 0; i < 8; i++) {
		bool in_gap = q.gap >= 0 && i >= q.gap && i < q.gap + zeros;
		uint16_t v = in_gap ? 0 : q.g[at++];

		out->o[2 * i] = (uint8_t)(v >> 8);
		out->o[2 * i + 1] = (uint8_t)v;
	}
	return true;
}

static bool scan_len(const char **s, uint32_t max, uint8_t *out)
{
	uint32_t v;

	if (*(*s)++ != '/' || !scan_decimal(s, max, &v))
		return false;
	*out = (uint8_t)v;
	return **s == '\0';
}

bool ip6_parse(const char *s, struct ip6_addr *out)
{
	struct ip6_addr a;

	if (!scan_ip6(&s, &a) || *s)
		return false;
	*out = a;
	return true;
}

bool ip4_parse(const char *s, struct ip4_addr *out)
{
	struct ip4_addr a;

	if (!scan_ip4(&s, &a) || *s)
		return false;
	*out = a;
	return true;
}

bool mac_parse(const char *s, struct mac_addr *out)
{
	struct mac_addr a;

	for (int i = 0; i < 6; i++) {
		const char *from;
		uint32_t v;

		if (i && *s++ != ':')
			return false;
		from = s;
		if (!scan_hex(&s, 2, &v) || s - from != 2)
			return false;
		a.o[i] = (uint8_t)v;
	}
	if (*s)
		return false;
	*out = a;
	return true;
}

bool ip6_prefix_parse(const char *s, struct ip6_prefix *out)
{
	struct ip6_addr a;
	uint8_t len;

	if (!scan_ip6(&s, &a) || !scan_len(&s, 128, &len))
		return false;
	*out = ip6_prefix_make(&a, len);
	return true;
}

bool ip4_prefix_parse(const char *s, struct ip4_prefix *out)
{
	struct ip4_addr a;
	uint8_t len;

	if (!scan_ip4(&s, &a) || !scan_len(&s, 32, &len))
		return false;
	*out = ip4_prefix_make(a, len);
	return true;
}
