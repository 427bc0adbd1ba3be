/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the flow table of IP flow mobility. The input is a list of commands: a BID comes or goes, a Flow
 * Identification option is taken or a flow binding removed, a round of refreshes, a packet up or down. Laws: the
 * classifier finds what trying all selectors finds, flow bindings stay in the order of their priorities, active ones
 * have a registered BID, what is accepted is sane and can be written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/ifom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(x) do { if (!(x)) abort(); } while (0)

struct input { const uint8_t *p, *end; };

static uint8_t next(struct input *in) { return in->p < in->end ? *in->p++ : 0; }

static struct mh_octets some(struct input *in)
{
	size_t n = next(in), left = (size_t)(in->end - in->p);
	struct mh_octets o = { in->p, (uint8_t)(n < left ? n : left) };

	in->p += o.n;
	return o;
}

static void check_table(const struct ifom_table *t)
{
	uint32_t n = 0, last = 0;

	for (const struct ifom_flow *f = ifom_flow_next(t, NULL); f; f = ifom_flow_next(t, f)) {
		MUST(f->priority > last && ifom_flow_find(t, f->fid) == f && ifom_ts_sane(&f->ts));
		MUST(f->active == (ifom_flow_places(t, f) != 0) && f->n_bid && f->n_bid <= IFOM_FLOW_BIDS);
		last = f->priority;
		n++;
	}
	MUST(n == t->count);
}

static void written_and_read(const struct ifom_flow *f)
{
	uint8_t subs[249];
	struct mh_opt o = { .type = MH_OPT_FLOW_ID, .flow = { .fid = f->fid, .priority = f->priority } };
	struct ifom_flow back;

	o.flow.subs = (struct mh_octets){ subs, (uint8_t)ifom_flow_write(f, true, true, subs, sizeof subs) };
	MUST(o.flow.subs.n && ifom_flow_read(&o, NULL, &back) == MH_FID_OK);
	MUST(mh_ts_eq(&back.ts, &f->ts) && back.n_bid == f->n_bid);
}

static void take_option(struct ifom_table *t, struct mh_octets o)
{
	struct mh_opt x = { .type = MH_OPT_FLOW_ID, .bad = o.n < 6 };
	const struct ifom_flow *old;
	struct ifom_flow f;
	uint8_t status;

	if (!x.bad) {
		x.flow.fid = (uint16_t)(o.p[0] << 8 | o.p[1]);
		x.flow.priority = (uint16_t)(o.p[2] << 8 | o.p[3]);
		x.flow.subs = (struct mh_octets){ o.p + 6, (uint8_t)(o.n - 6) };
	} else {
		x.raw = o;
	}
	old = x.bad ? NULL : ifom_flow_find(t, x.flow.fid);
	status = ifom_flow_read(&x, old, &f);
	if (status == MH_FID_OK)
		status = ifom_flow_put(t, &f);
	if (status == MH_FID_OK)
		written_and_read(ifom_flow_find(t, f.fid));
}

static void packet(struct ifom_table *t, struct mh_octets o, bool up)
{
	struct ifom_packet p;
	bool read = ifom_read(o.p, o.n, up, &p);
	const struct ifom_flow *f;

	MUST(read || !p.key.family);
	f = ifom_classify(t, &p);
	if (!p.fragment || p.first)
		MUST(f == ifom_match(t, &p.key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	struct ifom_table t = { 0 };

	while (in.p < in.end) {
		switch (next(&in) % 7) {
		case 0:
			ifom_bid_remove(&t, next(&in));
			break;
		case 1: {
			uint16_t bid = (uint16_t)(next(&in) << 8);

			bid |= next(&in);
			ifom_bid_put(&t, bid, next(&in) & 0x7f);
			break;
		}
		case 2:
			take_option(&t, some(&in));
			break;
		case 3:
			ifom_flow_remove(&t, next(&in));
			break;
		case 4:
			packet(&t, some(&in), false);
			break;
		case 5:
			packet(&t, some(&in), true);
			break;
		case 6:
			ifom_round_begin(&t);
			for (unsigned n = next(&in); n && in.p < in.end; n--)
				ifom_round_keep(&t, next(&in));
			ifom_round_end(&t);
			break;
		}
		check_table(&t);
	}
	ifom_done(&t);
	return 0;
}
