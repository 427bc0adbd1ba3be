/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small world of world_rig.h: what the tests of links, LANs, filters and records share.
 */
#include "tests/unit/world_rig.h"

#include <string.h>

struct sending {
	struct moor_timer t;
	struct rig *rig;
	struct moor_port *from;
	struct mac_addr dst;
	uint32_t len;
};

static uint32_t mark_of(const uint8_t *frame, uint32_t len)
{
	uint32_t mark = 0;

	if (len >= 18)
		memcpy(&mark, frame + 14, sizeof mark);
	return mark;
}

static bool altered(const uint8_t *frame, uint32_t len)
{
	for (uint32_t i = 18; i < len; i++) {
		if (frame[i] != (uint8_t)i)
			return true;
	}
	return false;
}

static void note(struct rig *r, const char *what, uint32_t node, const uint8_t *frame, uint32_t len, uint64_t number)
{
	struct seen s = { .at = moor_world_now(r->w), .node = node, .len = len, .frame = number };

	g_strlcpy(s.what, what, sizeof s.what);
	s.mark = mark_of(frame, len);
	s.altered = altered(frame, len);
	g_array_append_val(r->seen, s);
}

static void sink(void *ctx, const struct moor_record *rec)
{
	struct rig *r = ctx;
	const char *what = rec->kind == REC_FRAME_TX ? "tx" : rec->kind == REC_FRAME_RX ? "rx" : rec->u.frame.cause;

	if (rec->kind == REC_CARRIER)
		note(r, rec->u.carrier.up ? "carrier-up" : "carrier-down", rec->node, NULL, 0, 0);
	else
		note(r, what, rec->node, rec->u.frame.octets, rec->u.frame.len, rec->u.frame.frame);
}

static void got(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct rig *r = owner;

	note(r, "got", moor_node_id(moor_port_node(p)), pkt->data, pkt->len, pkt->frame);
	if (r->on_rx)
		r->on_rx(r, p, pkt);
}

static void carrier(void *owner, struct moor_port *p, bool up)
{
	note(owner, up ? "up" : "down", moor_node_id(moor_port_node(p)), NULL, 0, 0);
}

struct rig *rig_new(uint64_t seed)
{
	struct rig *r = g_new0(struct rig, 1);

	r->w = moor_world_new(&(struct moor_world_config){ .seed = seed });
	r->seen = g_array_new(FALSE, FALSE, sizeof(struct seen));
	moor_record_sink(r->w, REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP) | REC_BIT(REC_CARRIER),
			 sink, r);
	return r;
}

void rig_free(struct rig *r)
{
	const char *what;

	CU_ASSERT_EQUAL(moor_world_leaks(r->w, &what), 0);
	CU_ASSERT_PTR_NULL(what);
	moor_world_free(r->w);
	g_array_free(r->seen, TRUE);
	g_free(r);
}

struct mac_addr rig_mac(uint32_t number)
{
	return (struct mac_addr){ { 2, 0, (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
				    (uint8_t)number } };
}

struct moor_port *rig_port(struct rig *r, const char *name)
{
	struct mac_addr mac = rig_mac(moor_node_count(r->w));
	struct moor_port *p = moor_port_new(moor_node_new(r->w, name), "eth0", &mac);

	moor_port_handlers(p, got, carrier, r);
	return p;
}

uint32_t rig_send(struct rig *r, struct moor_port *from, const struct mac_addr *dst, uint32_t len)
{
	struct moor_pkt *p = moor_pkt_new(r->w, len);
	uint32_t mark = r->next_mark++;

	memcpy(p->data, dst->o, 6);
	memcpy(p->data + 6, moor_port_mac(from)->o, 6);
	p->data[12] = 0x86;
	p->data[13] = 0xdd;
	memcpy(p->data + 14, &mark, sizeof mark);
	for (uint32_t i = 18; i < len; i++)
		p->data[i] = (uint8_t)i;
	moor_port_send(from, p);
	return mark;
}

static void send_now(struct moor_world *w, struct moor_timer *t)
{
	struct sending *s = MOOR_CONTAINER(t, struct sending, t);

	(void)w;
	rig_send(s->rig, s->from, &s->dst, s->len);
	g_free(s);
}

void rig_send_at(struct rig *r, moor_time at, struct moor_port *from, const struct mac_addr *dst, uint32_t len)
{
	struct sending *s = g_new0(struct sending, 1);

	*s = (struct sending){ .rig = r, .from = from, .dst = *dst, .len = len };
	moor_timer_at(r->w, &s->t, at, send_now);
}

const struct seen *rig_find(const struct rig *r, const char *what, uint32_t node, unsigned nth)
{
	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct seen *s = &g_array_index(r->seen, struct seen, i);

		if (!strcmp(s->what, what) && (node == REC_NONE || s->node == node) && !nth--)
			return s;
	}
	return NULL;
}

unsigned rig_count(const struct rig *r, const char *what, uint32_t node)
{
	unsigned n = 0;

	while (rig_find(r, what, node, n))
		n++;
	return n;
}

char *rig_log(const struct rig *r, const char *what)
{
	GString *s = g_string_new("");

	for (unsigned i = 0; i < r->seen->len; i++) {
		const struct seen *e = &g_array_index(r->seen, struct seen, i);

		if (!what || !strcmp(e->what, what))
			g_string_append_printf(s, "%" G_GINT64_FORMAT " %s %u %u;", e->at, e->what, e->node, e->mark);
	}
	return g_string_free(s, FALSE);
}

void rig_forget(struct rig *r) { g_array_set_size(r->seen, 0); }
