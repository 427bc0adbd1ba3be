/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what changes in a captured message before it is sent again
 *
 * Addresses, by rules that the user gives; sequence numbers, since the live peer has a past of its own; timestamps
 * [RFC 5213 5.5]. The codec says where these are; all other octets, padding and unknown options with them, stay as they
 * were captured, and so does what was wrong with them.
 */
#include <string.h>

#include "emu/inject.h"

static bool side(const char *text, struct ip6_prefix *out)
{
	struct ip4_prefix four;
	struct ip4_addr a4;
	struct ip6_addr a6;

	if (ip6_prefix_parse(text, out))
		return true;
	if (ip4_prefix_parse(text, &four)) {
		*out = (struct ip6_prefix){ ip6_mapped(four.addr), (uint8_t)(96 + four.len) };
		return true;
	}
	if (ip4_parse(text, &a4))
		a6 = ip6_mapped(a4);
	else if (!ip6_parse(text, &a6))
		return false;
	*out = (struct ip6_prefix){ a6, 128 };
	return true;
}

bool inject_map_parse(const char *text, struct inject_map *out, GError **error)
{
	char **pair = g_strsplit(text, "=", 2);
	bool fine = pair[0] && pair[1] && side(pair[0], &out->old) && side(pair[1], &out->now)
		&& out->old.len == out->now.len && ip6_is_mapped(&out->old.addr) == ip6_is_mapped(&out->now.addr);

	g_strfreev(pair);
	if (!fine)
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "--map %s: two addresses, or two prefixes of one length, of one family "
			    "are wanted, as 2001:db8:a::/64=2001:db8:b::/64", text);
	return fine;
}

struct ip6_addr inject_address(const struct inject *in, struct ip6_addr a)
{
	for (guint k = 0; k < in->maps->len; k++) {
		const struct inject_map *m = &g_array_index(in->maps, struct inject_map, k);

		if (!ip6_in_prefix(&a, &m->old))
			continue;
		for (unsigned bit = 0; bit < m->now.len; bit++) {
			uint8_t mask = (uint8_t)(0x80 >> bit % 8);

			a.o[bit / 8] = (uint8_t)((a.o[bit / 8] & ~mask) | (m->now.addr.o[bit / 8] & mask));
		}
		break;
	}
	return a;
}

/* The octets of an address in the option's data, wherever the type has it. */
static void move(const struct inject *in, uint8_t *p, uint32_t n, const struct ip6_addr *a)
{
	struct ip6_addr now = inject_address(in, *a);
	unsigned from = ip6_is_mapped(a) ? 12 : 0, len = 16 - from;

	for (uint32_t at = 0; at + len <= n; at++)
		if (!memcmp(p + at, a->o + from, len)) {
			memcpy(p + at, now.o + from, len);
			return;
		}
}

/* The address that an option holds; false: none. */
static bool address_in(const struct mh_opt *o, struct ip6_addr *out)
{
	switch (o->type) {
	case MH_OPT_ALT_COA:
	case MH_OPT_LINK_LOCAL:
		*out = o->ip6;
		break;
	case MH_OPT_HNP:
	case MH_OPT_MNP:
		*out = o->prefix.addr;
		break;
	case MH_OPT_IP4_HOA:
	case MH_OPT_IP4_ACK:
	case MH_OPT_IP4_HOA_REQUEST:
	case MH_OPT_IP4_HOA_REPLY:
		*out = ip6_mapped(o->hoa4.addr);
		break;
	case MH_OPT_IP4_COA:
	case MH_OPT_IP4_ROUTER:
		*out = ip6_mapped(o->ip4);
		break;
	default:
		return false;
	}
	return !ip6_is_zero(out) && !(ip6_is_mapped(out) && ip4_is_zero(ip6_mapped_ip4(out)));
}

void inject_options_moved(const struct inject *in, uint8_t *mh, uint32_t n)
{
	struct mh_msg m;
	struct ip6_addr a;

	mh_decode(mh, n, &m, NULL);
	for (unsigned k = 0; k < m.n_opt; k++) {
		const struct mh_opt *o = &m.opt[k];

		if (!o->bad && o->offset + 2u + o->len <= n && address_in(o, &a))
			move(in, mh + o->offset + 2, o->len, &a);
	}
}

void inject_set_stamp(uint8_t *mh, uint32_t n, struct mh_stamp s)
{
	struct mh_msg m;
	const struct mh_opt *o;

	mh_decode(mh, n, &m, NULL);
	o = mh_find(&m, MH_OPT_TIMESTAMP);
	for (unsigned k = 0; o && o->offset + 10u <= n && k < 8; k++)
		mh[o->offset + 2 + k] = (uint8_t)(s.v >> (56 - 8 * k));
}

/*
 * As far from now as it was from the capture's clock, but for what the first one was: a clock that was merely off is
 * right then, and a timestamp that was out of order or of another day stays so.
 */
void inject_stamp(struct inject *in, const struct as_item *i, uint8_t *mh, uint32_t n)
{
	struct mh_msg m;
	const struct mh_opt *o;
	int64_t off;

	mh_decode(mh, n, &m, NULL);
	o = mh_find(&m, MH_OPT_TIMESTAMP);
	if (!o)
		return;
	off = (int64_t)mh_stamp_ns(o->stamp) - (in->a->r->first + i->wall);
	if (!in->biased)
		in->bias = off;
	in->biased = true;
	inject_set_stamp(mh, n, mh_stamp_from_ns((uint64_t)(g_get_real_time() * 1000 + off - in->bias)));
}
