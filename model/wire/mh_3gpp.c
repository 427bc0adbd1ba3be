/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the 3GPP vendor option's values, and protocol configuration options. Sub-types as in [29.275 12.1.1.0];
 * containers of [24.008 10.5.6.3]. A value longer than 248 octets comes as several options with the M bit; putting them
 * together is left to the reader of them, because no public text says how the parts are cut.
 */
#include "wire/mh_3gpp.h"
#include "wire/mh_codec.h"

const struct mh_opt *mh_3gpp_find(const struct mh_opt *opt, unsigned n, uint8_t subtype)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (opt[i].type == MH_OPT_VENDOR && !opt[i].bad && opt[i].vendor.id == MH_VENDOR_3GPP &&
			opt[i].vendor.subtype == subtype)
			return &opt[i];
	return NULL;
}

bool mh_3gpp_number(const struct mh_opt *o, unsigned n, uint32_t *out)
{
	uint32_t v = 0;
	unsigned i;

	if (!n || n > 4 || o->vendor.data.n < n)
		return false;
	for (i = 0; i < n; i++)
		v = v << 8 | o->vendor.data.p[i];
	*out = v;
	return true;
}

bool mh_3gpp_address(const struct mh_opt *o, uint8_t *family, struct ip4_addr *ip4, struct ip6_addr *ip6)
{
	if (o->vendor.data.n == 4) {
		*family = 4;
		*ip4 = rd_ip4(o->vendor.data.p);
	} else if (o->vendor.data.n == 16) {
		*family = 6;
		*ip6 = rd_ip6(o->vendor.data.p);
	} else {
		return false;
	}
	return true;
}

/* The first octet: extension bit and configuration protocol, 0x80 for "PPP for use with IP". */
struct mh_pco_walk mh_pco_walk(struct mh_octets pco)
{
	if (!pco.n)
		return (struct mh_pco_walk){ NULL, NULL, true };
	return (struct mh_pco_walk){ pco.p + 1, pco.p + pco.n, false };
}

bool mh_pco_next(struct mh_pco_walk *w, struct mh_pco_item *out)
{
	if (w->fault || w->p == w->end)
		return false;
	if (w->end - w->p < 3 || w->end - w->p - 3 < w->p[2]) {
		w->fault = true;
		return false;
	}
	out->id = rd16(w->p);
	out->data = (struct mh_octets){ w->p + 3, w->p[2] };
	w->p += 3 + w->p[2];
	return true;
}

size_t mh_pco_encode(const struct mh_pco_item *item, unsigned n, uint8_t *buf, size_t cap)
{
	uint8_t *p = buf;
	unsigned i;

	if (!cap)
		return 0;
	p = wr8(p, 0x80);
	for (i = 0; i < n; i++) {
		if ((size_t)(p - buf) + 3 + item[i].data.n > cap)
			return 0;
		p = wr_octets(wr8(wr16(p, item[i].id), item[i].data.n), item[i].data.p, item[i].data.n);
	}
	return (size_t)(p - buf);
}
