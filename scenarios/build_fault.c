/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: faults
 *
 * Deterministic harm to single messages: the n-th one of a kind that a node puts on a link. Losing is the link's own
 * service; corrupting, delaying and duplicating are a filter on each port of the node. Counts are kept per node, so
 * members of a group are hit alike. It implements no clause.
 *
 * Messages inside ESP and IKE's encrypted payloads are known too: the keys of all SAs are heard from the records, so a
 * fault sees what only the two ends of an SA see. The harm is done to the packet as it travels.
 */
#include <string.h>

#include "crypto/keyring.h"
#include "proto/dhcp6.h"
#include "scenarios/build_priv.h"
#include "scenarios/edit.h"
#include "wire/esp.h"
#include "wire/frame.h"
#include "wire/ike.h"
#include "wire/dns.h"
#include "wire/ip.h"
#include "wire/mh.h"
#include "world/filter.h"
#include "world/record.h"

#define GRE_EDIT_MAX 4096u		/* octets; longer packets are left alone */

struct harm {
	struct build *b;
	const struct scen_fault *f;
	const struct message_row *message;
	moor_time until;
	uint64_t *seen;			/* by node number */
	uint8_t *by;			/* by node number: is it meant? */
	struct field_list *fields;
	uint8_t room[KEYRING_IKE_MAX];	/* for messages that are opened */
};

/* A port's filter for one fault. */
struct harm_filter {
	struct moor_filter filter;
	struct harm *fault;
	GPtrArray *held;
};

struct held {
	struct moor_timer timer;
	struct harm_filter *f;
	struct moor_port *port;
	struct moor_pkt *pkt;
};

/* ---- which frames ------------------------------------------------------------------------------------------------ */

/* A message found in a frame. */
struct found {
	const uint8_t *at;		/* where it, or the packet that hides it, stands in the frame */
	uint32_t len;
	const uint8_t *clear;		/* its own octets, opened where they were sealed; NULL: cannot be read */
	uint32_t clear_len;
};

static bool is_mh(const struct message_row *m, const uint8_t *mh, uint32_t n)
{
	if (!mh || n <= 6 || mh[2] != m->mh_type || (m->subtype && mh[6] != m->subtype))
		return false;
	/* the P flag [RFC 5213 8.1, 8.2] */
	return !m->proxy || (n > 8 && (m->mh_type == MH_BU ? mh[8] & 0x02 : mh[7] & 0x20));
}

static bool find_mh(struct harm *f, const struct frame_view *v, struct found *out)
{
	const struct message_row *m = f->message;
	uint8_t next;
	size_t n;

	*out = (struct found){ v->mh, v->mh_len, v->mh, v->mh_len };
	if (v->mh)
		return is_mh(m, v->mh, v->mh_len);
	if (!f->b->keyring || v->proto != PROTO_ESP)
		return false;
	if (keyring_open_esp(f->b->keyring, v->upper, v->upper_len, f->room, sizeof f->room, &n, &next) != KEYRING_OPEN)
		return false;
	*out = (struct found){ v->upper, v->upper_len, f->room, (uint32_t)n };
	return next == PROTO_MH && is_mh(m, f->room, (uint32_t)n);
}

/* IKE's header is in clear; the payloads are opened when fields are asked for. */
static bool find_ike(struct harm *f, const struct frame_ip *ip, const struct frame_view *v, struct found *out)
{
	const uint8_t *p = v->payload;
	uint32_t n = v->payload_len;
	struct ike_hdr h;
	size_t len;

	if (v->proto != PROTO_UDP || (ip->sport != 500 && ip->sport != 4500 && ip->dport != 500 && ip->dport != 4500))
		return false;
	if (ip->sport == 4500 || ip->dport == 4500) {
		struct udp4500_view u = udp4500_demux(p, n);

		if (u.kind != UDP4500_IKE)
			return false;
		p = u.inner;
		n = u.inner_len;
	}
	if (!ike_hdr_decode(p, n, &h) || h.exchange != f->message->ike_exchange
	    || (f->message->ike_direction && (h.flags & IKE_FLAG_R ? 2 : 1) != f->message->ike_direction))
		return false;
	*out = (struct found){ p, n, NULL, 0 };
	if (f->f->fields && f->b->keyring
	    && keyring_open_ike(f->b->keyring, p, n, f->room, sizeof f->room, &len) <= KEYRING_CLEAR) {
		out->clear = f->room;
		out->clear_len = (uint32_t)len;
	}
	return true;
}

/* Its fields are those of the frame: relay messages show what they carry. */
static bool find_dhcp6(const struct message_row *m, const struct frame_ip *ip, const struct frame_view *v,
		       struct found *out)
{
	uint8_t type;

	if (v->proto != PROTO_UDP || (ip->dport != PORT_DHCP6_SERVER && ip->dport != PORT_DHCP6_CLIENT) || !v->payload_len)
		return false;
	*out = (struct found){ v->payload, v->payload_len, v->payload, v->payload_len };
	type = dhcp6_is_relay(m->dhcp6) ? v->payload[0] : dhcp6_inner_type(v->payload, v->payload_len);
	return type == m->dhcp6;
}

static bool find_message(struct harm *f, const struct frame_view *v, struct found *out)
{
	const struct message_row *m = f->message;
	const struct frame_ip *ip = frame_inner(v);

	if (!ip)
		return false;
	if (m->mh_type >= 0)
		return find_mh(f, v, out);
	if (m->ike_exchange)
		return find_ike(f, ip, v, out);
	if (m->dhcp6)
		return find_dhcp6(m, ip, v, out);
	*out = (struct found){ v->upper, v->upper_len, v->upper, v->upper_len };
	if (m->signal == SIGNAL_DNS)
		return (m->signal_subtype != 2 && ip->dport == DNS_PORT) || (m->signal_subtype != 1 && ip->sport == DNS_PORT);
	if (m->signal)
		return false;
	if (m->icmp6_type >= 0)
		return v->proto == PROTO_ICMP6 && v->upper_len && v->upper[0] == m->icmp6_type;
	return ip->family == 4 && (ip->dport == 67 || ip->dport == 68);
}

static bool has_fields(struct harm *f, const struct found *m, const uint8_t *frame, size_t len)
{
	if (!f->f->fields)
		return true;
	if ((f->message->mh_type >= 0 || f->message->ike_exchange) && !m->clear)
		return false;
	if (f->message->mh_type >= 0)
		fields_of_message(f->fields, m->clear, m->clear_len);
	else if (f->message->ike_exchange)
		fields_of_ike(f->fields, m->clear, m->clear_len);
	else if (f->message->dhcp6)
		fields_of_dhcp6(f->fields, m->clear, m->clear_len);
	else
		fields_of_frame(f->fields, frame, len);
	return fields_meet(f->fields, f->f->fields, NULL);
}

/* Counts the message; true when it is among those to be hit. at: where it stands in the frame. */
static bool hit(
	struct harm *f, const struct moor_port *from, const uint8_t *frame, size_t len, uint32_t *at, uint32_t *n)
{
	uint32_t node = moor_node_id(moor_port_node(from));
	moor_time now = moor_world_now(f->b->w);
	struct frame_view v;
	struct found m;

	if (!f->by[node] || now < f->f->from || now >= f->until || f->seen[node] >= (uint64_t)(f->f->nth + f->f->count - 1))
		return false;
	if (!frame_view_make(WIRE_LINK_ETHERNET, frame, len, &v))
		return false;
	if (!find_message(f, &v, &m) || !has_fields(f, &m, frame, len))
		return false;
	*at = (uint32_t)(m.at - frame);
	*n = m.len;
	return ++f->seen[node] >= (uint64_t)f->f->nth;
}

static bool lose(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len)
{
	uint32_t at, n;

	return hit(arg, from, frame, len, &at, &n);
}

/* ---- the filter -------------------------------------------------------------------------------------------------- */

static void release(struct moor_world *w, struct moor_timer *t)
{
	struct held *h = MOOR_CONTAINER(t, struct held, timer);
	struct moor_pkt *pkt = h->pkt;

	(void)w;
	h->pkt = NULL;
	moor_filter_resume(&h->f->filter, h->port, FILTER_OUT, pkt);
}

static enum filter_verdict hold(struct harm_filter *f, struct moor_port *p, struct moor_pkt *pkt)
{
	struct held *h = g_new0(struct held, 1);

	h->f = f;
	h->port = p;
	h->pkt = pkt;
	g_ptr_array_add(f->held, h);
	moor_timer_in(f->fault->b->w, &h->timer, f->fault->f->delay, release);
	return FILTER_HOLD;
}

static enum filter_verdict on_frame(
	struct moor_filter *filter, struct moor_port *p, enum filter_dir dir, struct moor_pkt **pkt)
{
	struct harm_filter *f = MOOR_CONTAINER(filter, struct harm_filter, filter);
	const struct scen_fault *c = f->fault->f;
	const struct moor_link *l = moor_port_link(p);
	uint32_t at, n;

	if (dir != FILTER_OUT || build_is_absent(f->fault->b, moor_node_id(moor_port_node(p))))
		return FILTER_PASS;	/* a node elsewhere does itself what is done behind its ports */
	if ((c->link && (!l || strcmp(moor_link_name(l), c->link->text)))
	    || !hit(f->fault, p, (*pkt)->data, (*pkt)->len, &at, &n))
		return FILTER_PASS;
	switch ((enum scen_fault_verb)c->verb) {
	case FAULT_CORRUPT:
		(*pkt)->data[at + n - 1] ^= 1;
		break;
	case FAULT_DELAY:
		return hold(f, p, *pkt);
	case FAULT_DUPLICATE:
		if (c->delay)
			hold(f, p, moor_pkt_copy(f->fault->b->w, *pkt));
		else
			moor_filter_resume(filter, p, FILTER_OUT, moor_pkt_copy(f->fault->b->w, *pkt));
		break;
	case FAULT_LOSE:
		return FILTER_DROP;
	case FAULT_EDIT:
		break;
	}
	return FILTER_PASS;
}

static void destroy(struct moor_filter *filter)
{
	struct harm_filter *f = MOOR_CONTAINER(filter, struct harm_filter, filter);

	for (guint i = 0; i < f->held->len; i++) {
		struct held *h = f->held->pdata[i];

		moor_timer_cancel(f->fault->b->w, &h->timer);
		if (h->pkt)
			moor_pkt_free(f->fault->b->w, h->pkt);
		g_free(h);
	}
	g_ptr_array_unref(f->held);
	g_free(f);
}

static void add_filter(struct harm *fault, struct moor_port *p)
{
	struct harm_filter *f = g_new0(struct harm_filter, 1);

	f->filter = (struct moor_filter){ .name = "fault", .frame = on_frame, .destroy = destroy };
	f->fault = fault;
	f->held = g_ptr_array_new();
	moor_filter_add(p, &f->filter);
}

static void add_filters(struct harm *fault, uint32_t ordinal)
{
	struct member m = build_member(fault->b, ordinal);
	struct moor_port *p;

	for (unsigned i = 0; m.group && (p = ue_port(m.group->ue[m.index], i)); i++)
		add_filter(fault, p);
	for (unsigned i = 0; m.herd && (p = mn_port(m.herd->mn[m.index], i)); i++)
		add_filter(fault, p);
	for (guint i = 0; m.fix && i < m.fix->n_ifaces; i++)
		add_filter(fault, m.fix->iface[i].port);
}

/* ---- messages that are edited before they are sent --------------------------------------------------------------- */

/* Counts the message as hit does, but nothing hides it yet. mh NULL: user data in GRE. */
static bool to_edit(struct harm *f, const struct net_host *h, const uint8_t *mh, uint32_t n)
{
	uint32_t node = moor_node_id(net_host_node(h));
	moor_time now = moor_world_now(f->b->w);

	if (f->f->verb != FAULT_EDIT || !f->by[node] || now < f->f->from || now >= f->until
	    || f->seen[node] >= (uint64_t)(f->f->nth + f->f->count - 1))
		return false;
	if (mh ? f->message->mh_type < 0 || !is_mh(f->message, mh, n) : f->message->signal != PROTO_GRE)
		return false;
	if (f->f->fields) {
		fields_of_message(f->fields, mh, n);
		if (!fields_meet(f->fields, f->f->fields, NULL))
			return false;
	}
	return ++f->seen[node] >= (uint64_t)f->f->nth;
}

static uint32_t spoil_mh(void *owner, struct net_host *h, uint8_t *mh, uint32_t n, uint32_t cap)
{
	struct build *b = owner;
	uint8_t meant[MH_MAX];
	uint32_t len = n;

	if (!b->faults || n > sizeof meant)
		return n;
	memcpy(meant, mh, n);			/* faults are found by what it meant to send, not by one another's work */
	for (guint i = 0; i < b->faults->len; i++) {
		struct harm *f = b->faults->pdata[i];

		if (to_edit(f, h, meant, len))
			n = edit_message(f->f->edits, false, mh, n, cap);
	}
	return n;
}

static struct moor_pkt *spoil_gre(void *owner, struct net_host *h, struct moor_pkt *p)
{
	struct build *b = owner;

	for (guint i = 0; b->faults && i < b->faults->len; i++) {
		struct harm *f = b->faults->pdata[i];
		uint8_t octets[GRE_EDIT_MAX];
		uint32_t n;

		if (!to_edit(f, h, NULL, 0) || p->len > sizeof octets)
			continue;
		memcpy(octets, p->data, p->len);
		n = edit_message(f->f->edits, true, octets, p->len, sizeof octets);
		moor_pkt_free(b->w, p);
		p = moor_pkt_from(b->w, octets, n);
	}
	return p;
}

const struct net_spoil *build_spoil(struct build *b)
{
	for (guint i = 0; i < b->s->faults->len; i++)
		if (((const struct scen_fault *)b->s->faults->pdata[i])->verb == FAULT_EDIT) {
			b->spoil = (struct net_spoil){ .owner = b, .mh = spoil_mh, .gre = spoil_gre };
			return &b->spoil;
		}
	return NULL;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static void fault_free(gpointer p)
{
	struct harm *f = p;

	g_free(f->seen);
	g_free(f->by);
	g_free(f->fields);
	g_free(f);
}

static void make_fault(struct build *b, const struct scen_fault *c)
{
	struct harm *f = g_new0(struct harm, 1);
	GArray *by = build_select(b, c->by->text);

	f->b = b;
	f->f = c;
	f->message = message_find(c->message);
	f->until = tree_get(c->base.at, "until", NULL) ? c->until : MOOR_NEVER;
	f->seen = g_new0(uint64_t, b->n_members);
	f->by = g_new0(uint8_t, b->n_members);
	f->fields = c->fields ? g_new0(struct field_list, 1) : NULL;
	g_ptr_array_add(b->faults, f);
	for (guint k = 0; k < by->len; k++) {
		f->by[g_array_index(by, uint32_t, k)] = 1;
		if (c->verb != FAULT_LOSE && c->verb != FAULT_EDIT)
			add_filters(f, g_array_index(by, uint32_t, k));
	}
	for (guint i = 0; c->verb == FAULT_LOSE && i < b->s->links->len; i++)
		if (!c->link || !strcmp(((const struct scen_link *)b->s->links->pdata[i])->base.name, c->link->text))
			moor_link_lose(b->links[i], lose, f, UINT32_MAX);
	g_array_unref(by);
}

static void on_keys(void *ctx, const struct moor_record *r)
{
	const struct rec_keys *k = &r->u.keys;
	struct keyring *ring = ctx;

	if (!k->esp) {
		keyring_add_ike(ring, k->spi_i, k->spi_r, k->encr, k->key_bits, k->encr_i, k->encr_r, k->integ, k->integ_i,
				k->integ_r);
		return;
	}
	keyring_add_esp(ring, (uint32_t)k->spi_i, k->encr, k->key_bits, k->encr_i, k->integ, k->integ_i);
	keyring_add_esp(ring, (uint32_t)k->spi_r, k->encr, k->key_bits, k->encr_r, k->integ, k->integ_r);
}

void build_faults(struct build *b)
{
	if (b->s->faults->len && b->security) {
		b->keyring = keyring_new(b->s->crypto->provider == PROVIDER_MODELLED ? CRYPTO_MODELLED : CRYPTO_OPENSSL);
		moor_record_sink(b->w, REC_BIT(REC_KEYS), on_keys, b->keyring);
	}
	b->faults = g_ptr_array_new_with_free_func(fault_free);
	for (guint i = 0; i < b->s->faults->len; i++)
		make_fault(b, b->s->faults->pdata[i]);
}

void build_faults_free(struct build *b)
{
	if (b->faults)
		g_ptr_array_unref(b->faults);
	keyring_free(b->keyring);
}
