/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets into the mobility header codec: decoding, printing, summing up, checking against every profile, the
 * checksum, the flow sub-options and 3GPP values inside; and the law that what was read can be written and is then
 * read as the same. The first two octets choose procedure, access and flags of the context; what follows is the
 * message.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/mh.h"
#include "wire/mh_3gpp.h"
#include "wire/mh_flow.h"
#include "wire/mh_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ip6_addr src = { { 0x20, 1 } }, dst = { { 0x20, 2 } };

static void hold(bool law)
{
	if (!law)
		abort();
}

struct depth {
	int open;
	size_t n;
};

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct depth *d = ctx;

	(void)title;
	hold(name && offset <= d->n && len <= d->n - offset);
	d->open++;
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct depth *d = ctx;

	hold(name && value && d->open > 0 && offset <= d->n && len <= d->n - offset);
}

static void on_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct depth *d = ctx;

	(void)text;
	hold(id && offset <= d->n);
}

static void on_close(void *ctx)
{
	struct depth *d = ctx;

	hold(d->open-- > 0);
}

static void inside(const struct mh_msg *m)
{
	unsigned i;

	for (i = 0; i < m->n_opt; i++) {
		const struct mh_opt *o = &m->opt[i];
		struct mh_flow f, again;
		uint8_t subs[256];
		size_t n;

		if (o->bad || o->type != MH_OPT_FLOW_ID || !mh_flow_decode(o->flow.subs, &f, NULL, o->offset))
			continue;
		n = mh_flow_encode(&f, subs, sizeof subs);
		if (!n)
			continue;
		hold(mh_flow_decode((struct mh_octets){ subs, (uint8_t)n }, &again, NULL, 0));
		hold(f.n_bid == again.n_bid && f.has_ts == again.has_ts && f.has_action == again.has_action);
		if (f.has_ts && (f.ts.format == MH_TS_IP4 || f.ts.format == MH_TS_IP6))
			hold(mh_ts_eq(&f.ts, &again.ts));
	}
}

static void write_again(const struct mh_msg *m)
{
	uint8_t one[MH_MAX], two[MH_MAX];
	size_t n = mh_encode(m, one, sizeof one);
	struct mh_msg again;

	if (!n)
		return;
	hold(n % 8 == 0 && n <= MH_MAX);
	hold(mh_decode(one, n, &again, NULL));
	hold(again.n_opt == m->n_opt && again.type == m->type);
	hold(mh_encode(&again, two, sizeof two) == n && !memcmp(one, two, n));
	hold(mh_encode(m, two, n) == n && !memcmp(one, two, n));
	hold(!mh_encode(m, two, n - 1));
	mh_seal(one, n, &src, &dst);
	hold(mh_sum_ok(one, n, &src, &dst));
	one[n / 2] ^= 0x10;
	hold(!mh_sum_ok(one, n, &src, &dst));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mh_context c = { .procedure = MH_PROC_ANY };
	struct wire_diags d = { .n = 0 };
	struct depth depth = { 0, 0 };
	struct wire_printer pr = { on_open, on_field, on_note, on_close, &depth };
	char line[100];
	struct text t = text_on(line, sizeof line);
	struct mh_msg m, request;
	unsigned p;
	bool ok;

	if (size < 2)
		return 0;
	c.procedure = data[0] % MH_PROCS;
	c.access = data[1] % 4;
	c.ifom = data[1] & 4;
	c.nat = data[1] & 8;
	c.udp = data[1] & 16;
	c.proxy = data[1] & 32;
	c.has_coa = data[1] & 64;
	data += 2;
	size -= 2;
	depth.n = size;
	ok = mh_decode(data, size, &m, &d);
	hold(ok == !m.fault.reason && m.fault.offset <= size && m.notes == d.n);
	mh_print(data, size, &pr, 0);
	hold(depth.open == 0);
	mh_summary(&m, &t);
	(void)mh_sum_ok(data, size, &src, &dst);
	if (data[-1] & 128) {
		mh_decode(data, size, &request, NULL);
		c.request = &request;
	}
	for (p = 0; p < MH_PROFILES; p++)
		mh_check(&m, p, &c, &d);
	inside(&m);
	write_again(&m);
	return 0;
}
