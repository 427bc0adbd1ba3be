/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up records for the trace tests, so that metrics, files and ladders are tested without any protocol running.
 */
#include "tests/unit/trace_script.h"

struct name_table *script_names(void)
{
	struct name_table *t = name_table_new();

	name_table_node(t, NODE_HA, "ha");
	name_table_node(t, NODE_UE, "ue");
	name_table_node(t, NODE_CN, "cn");
	name_table_port(t, PORT_LTE, NODE_UE, "if0", "lte");
	name_table_port(t, PORT_WLAN, NODE_UE, "if1", "wlan");
	name_table_port(t, PORT_HA, NODE_HA, "if0", "core");
	return t;
}

struct ip6_addr script_addr(const char *text)
{
	struct ip6_addr a = { { 0 } };
	struct ip4_addr v4;

	if (text && !ip6_parse(text, &a) && ip4_parse(text, &v4))
		a = ip6_mapped(v4);
	return a;
}

struct script script_new(rec_sink_fn *sink, void *ctx)
{
	return (struct script){ sink, ctx, script_addr("2001:db8:a::1"), script_addr("2001:db8:c0::1"),
		script_addr("2001:db8:1::5") };
}

static struct moor_record record(moor_time at, enum rec_kind kind, uint32_t node, uint32_t port)
{
	return (struct moor_record){ .at = at, .kind = kind, .node = node, .port = port };
}

void script_move(struct script *s, moor_time at, enum rec_move what, uint32_t port, const char *addr)
{
	struct moor_record r = record(at, REC_MOVE, NODE_UE, port);

	r.u.move.what = what;
	r.u.move.addr = script_addr(addr);
	s->sink(s->ctx, &r);
}

void script_solicit(struct script *s, moor_time at, uint32_t port)
{
	struct moor_record r = record(at, REC_ROUTER, NODE_UE, port);

	r.u.router.what = ROUTER_SOLICIT_SENT;
	s->sink(s->ctx, &r);
}

void script_dhcp(struct script *s, moor_time at, uint8_t message, bool sent)
{
	struct moor_record r = record(at, REC_DHCP, NODE_UE, PORT_WLAN);

	r.u.dhcp.message = message;
	r.u.dhcp.sent = sent;
	s->sink(s->ctx, &r);
}

static struct moor_record signal_of(struct script *s, moor_time at, bool sent, uint8_t type, uint16_t sequence)
{
	struct moor_record r = record(at, sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, NODE_UE, REC_NONE);

	r.u.signal = (struct rec_signal){ .protocol = 135, .type = type, .sequence = sequence, .home_address = s->home,
		.care_of = s->coa, .src = sent ? s->coa : s->ha, .dst = sent ? s->ha : s->coa };
	return r;
}

void script_bu(struct script *s, moor_time at, uint16_t sequence, uint16_t attempt, uint16_t lifetime)
{
	struct moor_record r = signal_of(s, at, true, 5, sequence);

	r.u.signal.flags = 0xd000;
	r.u.signal.attempt = attempt;
	r.u.signal.lifetime = lifetime;
	s->sink(s->ctx, &r);
}

void script_bu_over(struct script *s, moor_time at, uint16_t sequence, uint32_t port)
{
	struct moor_record r = signal_of(s, at, true, 5, sequence);

	r.port = port;
	r.u.signal.flags = 0xd000;
	r.u.signal.attempt = 1;
	r.u.signal.lifetime = 225;
	s->sink(s->ctx, &r);
}

void script_bu_proxy(struct script *s, moor_time at, uint32_t instance, uint16_t sequence)
{
	struct moor_record r = signal_of(s, at, true, 5, sequence);

	r.instance = instance;
	r.u.signal.flags = 0xc200;
	r.u.signal.lifetime = 100;
	s->sink(s->ctx, &r);
}

void script_ba(struct script *s, moor_time at, uint16_t sequence, uint8_t status, bool nat)
{
	struct moor_record r = signal_of(s, at, false, 6, sequence);

	r.u.signal.status = status;
	r.u.signal.nat = r.u.signal.udp = nat;
	s->sink(s->ctx, &r);
}

void script_data(struct script *s, moor_time at, bool sent, bool up, uint64_t sequence, moor_time sent_at)
{
	struct moor_record r = record(at, sent ? REC_DATA_TX : REC_DATA_RX, sent == up ? NODE_UE : NODE_CN, REC_NONE);

	r.u.data.flow = up ? 2 : 1;
	r.u.data.octets = 160;
	r.u.data.sequence = sequence;
	r.u.data.sent_at = sent_at;
	r.u.data.direction = up;
	s->sink(s->ctx, &r);
}

void script_flow(struct script *s, bool up, uint64_t first, uint64_t last, moor_time start, moor_time interval,
		 moor_time delay, uint64_t lost_from, uint64_t lost_to)
{
	for (uint64_t k = first; k <= last; k++) {
		moor_time sent = start + (moor_time)k * interval;

		script_data(s, sent, true, up, k, sent);
		if (k < lost_from || k > lost_to)
			script_data(s, sent + delay, false, up, k, sent);
	}
}
