/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects a ladder from records: pairs the sending of a message with its receptions by its octets, finds out what
 * became of those that were lost, and seats the participants. It exists apart from the drawing so that text and SVG
 * show the same. No clause.
 */
#include "traces/ladder_internal.h"

#include <string.h>

#include "wire/dhcp6.h"
#include "wire/eap.h"
#include "traces/clear.h"
#include "wire/frame.h"
#include "wire/icmp6.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/dns.h"
#include "wire/pco.h"

#define MAX_ITEMS 400u
#define LOOK_BACK 256u			/* how many items back the sending of a message is looked for */
enum { REFUSED = 128 };

/* ---- making it ----------------------------------------------------------------------------------- */

static guint address_hash(gconstpointer p)
{
	const struct ip6_addr *a = p;

	return (guint)(ip6_high64(a) * 31 ^ ip6_low64(a) ^ ip6_low64(a) >> 32);
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
	return ip6_eq(a, b);
}

struct ladder *ladder_new(const struct trace_names *names, const struct ladder_options *o)
{
	struct ladder *l = g_new0(struct ladder, 1);

	if (o)
		l->o = *o;
	l->o.max_items = l->o.max_items ? l->o.max_items : MAX_ITEMS;
	l->o.width = l->o.width ? l->o.width : 100;
	l->names = *names;
	l->items = g_array_new(FALSE, FALSE, sizeof(struct ladder_item));
	l->checks = g_array_new(FALSE, FALSE, sizeof(struct ladder_check));
	l->seats = g_array_new(FALSE, FALSE, sizeof(struct ladder_seat));
	l->addresses = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
	l->peers = g_hash_table_new(NULL, NULL);
	l->moving = g_hash_table_new(NULL, NULL);
	return l;
}

void ladder_free(struct ladder *l)
{
	if (!l)
		return;
	for (guint i = 0; i < l->items->len; i++) {
		g_free(ladder_item_at(l, i)->text);
		g_free(ladder_item_at(l, i)->cause);
	}
	for (guint i = 0; i < l->checks->len; i++)
		g_free(ladder_check_at(l, i)->text);
	g_array_free(l->items, TRUE);
	g_array_free(l->checks, TRUE);
	g_array_free(l->seats, TRUE);
	g_hash_table_destroy(l->addresses);
	g_hash_table_destroy(l->peers);
	g_hash_table_destroy(l->moving);
	name_table_free(l->own_names);
	g_free(l);
}

uint32_t ladder_items(const struct ladder *l)
{
	return l->items->len;
}

/* NULL when the ladder is full, or this is not of its span of time. */
static struct ladder_item *add(struct ladder *l, enum ladder_kind kind, const struct moor_record *r)
{
	struct ladder_item i = { .kind = kind, .at = r->at, .end = r->at, .from = r->node, .to = REC_NONE };

	if (r->at < l->o.from || (l->o.to > 0 && r->at > l->o.to))
		return NULL;
	if (l->items->len >= l->o.max_items) {
		l->left_out++;
		return NULL;
	}
	g_array_append_val(l->items, i);
	return ladder_item_at(l, l->items->len - 1);
}

static void note(struct ladder *l, const struct moor_record *r, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void note(struct ladder *l, const struct moor_record *r, const char *fmt, ...)
{
	struct ladder_item *i = NULL;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	/* the same thing again, with nothing else at this participant in between, is only counted */
	for (guint n = 0; n < MIN(l->items->len, LOOK_BACK) && !i; n++) {
		struct ladder_item *last = ladder_item_at(l, l->items->len - 1 - n);

		if (last->kind == LADDER_NOTE ? last->from == r->node : last->from == r->node || last->to == r->node)
			i = last;
	}
	if (i && i->kind == LADDER_NOTE && !strcmp(i->text, text)) {
		i->again++;
		i->end = r->at;
		g_free(text);
		return;
	}
	i = add(l, LADDER_NOTE, r);
	if (i)
		i->text = text;
	else
		g_free(text);
}

static const char *address_text(const struct ip6_addr *a, char buf[ADDR_TEXT_MAX])
{
	char *t = ip6_text(a, buf);

	return g_str_has_prefix(t, "::ffff:") && strchr(t, '.') ? t + 7 : t;
}

/* ---- messages ------------------------------------------------------------------------------------ */

static uint64_t octets_key(const uint8_t *p, uint32_t n)
{
	uint64_t h = 1469598103934665603u;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static uint64_t signal_key(const struct rec_signal *g)
{
	uint8_t parts[8] = { g->type, g->subtype, g->status, (uint8_t)(g->sequence >> 8), (uint8_t)g->sequence,
		(uint8_t)(g->lifetime >> 8), (uint8_t)g->lifetime, 0xff };

	if (g->protocol == SIGNAL_IKE && g->message_len >= IKE_HDR_LEN)
		return clear_ike_key(g->message);
	return g->message_len ? octets_key(g->message, g->message_len) : octets_key(parts, sizeof(parts));
}

static void ike_text(const struct rec_signal *g, struct text *t)
{
	const char *name = ike_name(IKE_SPACE_EXCHANGE, g->type);
	struct ike_msg m;

	if (g->message_len) {
		ike_decode(g->message, g->message_len, &m, NULL);
		ike_summary(&m, t);
	} else {
		text_add(t, "%s %s mid %u", name ? name : "IKE", g->subtype == 2 ? "response" : "request", g->sequence);
	}
}

/* With an error notify [RFC 7296 3.10.1]; status types are no refusals. */
static bool ike_refuses(const struct rec_signal *g)
{
	struct ike_msg m;

	if (!g->message_len || g->subtype != 2)
		return false;
	ike_decode(g->message, g->message_len, &m, NULL);
	return ike_find_error(&m) != NULL;
}

/* Home agent address discovery and mobile prefix messages [RFC 6275 6.5 to 6.8]. */
static void icmp6_text(const struct rec_signal *g, struct text *t)
{
	struct icmp6 m;

	text_add(t, "%s id %u", icmp6_type_name(g->type), g->sequence);
	if (!g->message_len || !icmp6_decode(g->message, g->message_len, &m, NULL, NULL))
		return;
	if (m.type == ICMP6_T_DHAAD_REPLY)
		text_add(t, " agents %u", m.n_agents);
	else if (m.type == ICMP6_T_MPA && m.opts.n_prefixes)
		text_add(t, " valid %u s", m.opts.prefixes[0].valid);
}

static char *signal_text(const struct rec_signal *g)
{
	char buf[300];
	struct text t = text_on(buf, sizeof(buf));
	struct mh_msg m;

	if (g->protocol == SIGNAL_IKE) {
		ike_text(g, &t);
	} else if (g->protocol == SIGNAL_ICMP6) {
		icmp6_text(g, &t);
	} else if (g->protocol == SIGNAL_DHCP6 && g->message_len) {
		dhcp6_summary(g->message, g->message_len, &t);
	} else if (g->protocol == SIGNAL_DNS) {
		dns_summary(g->message, g->message_len, &t);
	} else if (g->protocol == SIGNAL_NAS) {
		text_add(&t, "%s", nas_type_name(g->type) ? nas_type_name(g->type) : "NAS");
	} else if (g->protocol == SIGNAL_MH && g->message_len) {
		mh_decode(g->message, g->message_len, &m, NULL);
		mh_summary(&m, &t);
	} else {
		text_add(&t, "%s seq %u", g->protocol == SIGNAL_MH ? mh_type_name(g->type) : "message", g->sequence);
		if (g->type == MH_BA)
			text_add(&t, " status %u", g->status);
		else if (g->type == MH_BU)
			text_add(&t, " %u s", g->lifetime * 4u);
	}
	if (g->attempt > 1)
		text_add(&t, " (attempt %u)", g->attempt);
	return g_strdup(buf);
}

static void learn(struct ladder *l, const struct ip6_addr *a, uint32_t node)
{
	if (!ip6_is_zero(a))
		g_hash_table_insert(l->addresses, g_memdup2(a, sizeof(*a)), GUINT_TO_POINTER(node + 1));
}

static uint32_t owner_of(const struct ladder *l, const struct ip6_addr *a)
{
	uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(l->addresses, a));

	return found ? found - 1 : REC_NONE;
}

static void met(struct ladder *l, uint32_t a, uint32_t b)
{
	g_hash_table_insert(l->peers, GUINT_TO_POINTER(a), GUINT_TO_POINTER(b + 1));
	g_hash_table_insert(l->peers, GUINT_TO_POINTER(b), GUINT_TO_POINTER(a + 1));
}

/* The latest sending with that key which is not this node's; undelivered ones first. */
static struct ladder_item *sending_of(struct ladder *l, uint64_t key, uint32_t not_by)
{
	struct ladder_item *found = NULL;

	for (guint n = 0; n < MIN(l->items->len, LOOK_BACK); n++) {
		struct ladder_item *i = ladder_item_at(l, l->items->len - 1 - n);

		if (i->kind != LADDER_MESSAGE || i->key != key || i->from == not_by || i->copy)
			continue;
		if (!i->delivered)
			return i;
		found = found ? found : i;
	}
	return found;
}

static void describe_signal(struct ladder_item *i, const struct rec_signal *g)
{
	i->udp = g->udp;
	i->esp = g->protocol == SIGNAL_MH && g->secured;
	i->home = g->home_address;
	i->update = (g->protocol == SIGNAL_MH && g->type == MH_BU)
		|| (g->protocol == SIGNAL_IKE && g->type == IKE_SA_INIT && g->subtype == 1);
	i->refused = g->protocol == SIGNAL_IKE ? ike_refuses(g) :
		g->protocol == SIGNAL_NAS || g->protocol == SIGNAL_DNS ? g->status != 0 :
		g->protocol == SIGNAL_MH && g->type == MH_BA && g->status >= REFUSED;
	i->text = signal_text(g);
}

/* Of a mobile node with several PDN connections: which one; the first, and all of others, go without. */
static const char *pdn(const struct moor_record *r, char buf[24])
{
	bool of_pdn = r->kind == REC_MOVE || (r->kind == REC_STATE && r->u.state.machine &&
					      !strcmp(r->u.state.machine->name, "dsmip-ue"));

	if (r->kind == REC_SIGNAL_TX)
		of_pdn = r->u.signal.protocol == SIGNAL_MH && r->u.signal.type == MH_BU &&
			 !(r->u.signal.flags & MH_BU_P);
	if (!r->instance || !of_pdn)
		return "";
	g_snprintf(buf, 24, " (PDN %u)", r->instance);
	return buf;
}

static void signal_sent(struct ladder *l, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	struct ladder_item *i = add(l, LADDER_MESSAGE, r);
	char buf[24];

	learn(l, &g->src, r->node);
	if (!i)
		return;
	i->key = signal_key(g);
	describe_signal(i, g);
	if (*pdn(r, buf)) {
		char *whole = g_strconcat(i->text, buf, NULL);

		g_free(i->text);
		i->text = whole;
	}
	i->to = owner_of(l, &g->dst);
	if (i->to == r->node)
		i->to = REC_NONE;
}

static void signal_received(struct ladder *l, const struct moor_record *r)
{
	const struct rec_signal *g = &r->u.signal;
	uint64_t key = signal_key(g);
	struct ladder_item *i = sending_of(l, key, r->node);

	learn(l, &g->dst, r->node);
	if (i && !i->delivered) {
		i->to = r->node;
		i->end = r->at;
		i->delivered = true;
		i->udp |= g->udp;
		i->nat |= g->nat;
		met(l, i->from, r->node);
		return;
	}
	if (!i && l->left_out)
		return;			/* its sending was left out, and counted */
	if (i) {
		uint32_t from = i->from;
		moor_time at = i->at;

		i = add(l, LADDER_MESSAGE, r);
		if (!i)
			return;
		i->copy = true;
		i->from = from;
		i->at = at;
	} else {
		i = add(l, LADDER_MESSAGE, r);
		if (!i)
			return;
		i->from = owner_of(l, &g->src);
	}
	i->to = r->node;
	i->end = r->at;
	i->key = key;
	i->delivered = true;
	describe_signal(i, g);
	i->nat = g->nat;		/* the receiver's word: a sender knows of the NAT that was */
}

/* The newest message in ESP from or to this home address that nobody has received. */
static struct ladder_item *in_esp(struct ladder *l, const struct frame_ip *ip)
{
	const struct ip6_addr *src = ip->has_hao ? &ip->hao : &ip->src, *dst = ip->has_rh2 ? &ip->rh2 : &ip->dst;

	for (guint n = 0; n < MIN(l->items->len, LOOK_BACK); n++) {
		struct ladder_item *i = ladder_item_at(l, l->items->len - 1 - n);

		if (i->kind == LADDER_MESSAGE && i->esp && !i->delivered && ip6_eq(i->update ? src : dst, &i->home))
			return i;
	}
	return NULL;
}

/* The message that this frame carries, if its sending is known. */
static struct ladder_item *in_frame(struct ladder *l, const struct frame_view *v)
{
	const uint8_t *p;
	uint32_t n;

	if (v->mh)
		return sending_of(l, octets_key(v->mh, v->mh_len), REC_NONE);
	p = frame_ike(v, &n);
	if (p && n >= IKE_HDR_LEN)
		return sending_of(l, clear_ike_key(p), REC_NONE);
	return frame_esp(v, &n) ? in_esp(l, frame_inner(v)) : NULL;
}

/* A frame was lost: if it held a message that was sent, that one is lost, and we know where. */
static void frame_dropped(struct ladder *l, const struct moor_record *r)
{
	struct frame_view v;
	struct ladder_item *i;
	char buf[32];

	if (r->u.frame.trace_class != CLASS_SIGNAL
	    || !frame_view_make(WIRE_LINK_ETHERNET, r->u.frame.octets, r->u.frame.len, &v))
		return;
	i = in_frame(l, &v);
	if (!i || i->delivered || i->cause)
		return;
	i->cause = g_strdup_printf("%s at %s", r->u.frame.cause ? r->u.frame.cause : "lost",
				   trace_node_name(&l->names, r->node, buf));
}

/* Between a home agent and the AAA server, who have no link in common. */
static void aaa_message(struct ladder *l, const struct moor_record *r)
{
	const struct rec_aaa *a = &r->u.aaa;
	uint64_t key = UINT64_C(0xaaa) << 52 | (uint64_t)a->command << 33 | (uint64_t)a->request << 32 | r->instance;
	bool eap = a->eap_len >= EAP_HEADER + 2;
	struct ladder_item *i;

	if (!a->sent) {
		i = sending_of(l, key, l->own_names ? REC_NONE : r->node);
		if (i && !i->delivered) {
			i->to = r->node;
			i->end = r->at;
			i->delivered = true;
		}
		return;
	}
	i = add(l, LADDER_MESSAGE, r);
	if (!i)
		return;
	i->key = key;
	/* in a file nodes are known by name alone, and the peer's number says nothing: its reception tells who it was */
	i->to = l->own_names ? REC_NONE : a->peer;
	i->delivered = i->to == r->node;	/* a home agent that knows the subscribers itself asks nobody */
	i->text = g_strdup_printf("%s%s%s", moor_record_aaa_name(a->command, a->request), a->eap_len ? " " : "",
				  !a->eap_len ? "" :
				  eap_message_name(a->eap[0], eap ? a->eap[4] : 0, eap ? a->eap[5] : 0));
}

static void dhcp_message(struct ladder *l, const struct moor_record *r)
{
	static const char *const names[] = {
		"DHCP ?", "DHCPDISCOVER", "DHCPOFFER", "DHCPREQUEST", "DHCPDECLINE", "DHCPACK", "DHCPNAK", "DHCPRELEASE",
		"DHCPINFORM"
	};
	uint8_t type = r->u.dhcp.message;
	uint64_t key = UINT64_C(0xd4c9) << 48 | type;
	struct ladder_item *i;
	char buf[ADDR_TEXT_MAX];

	if (!r->u.dhcp.sent) {
		i = sending_of(l, key, r->node);
		if (i && !i->delivered) {
			i->to = r->node;
			i->end = r->at;
			i->delivered = true;
		}
		return;
	}
	i = add(l, LADDER_MESSAGE, r);
	if (!i)
		return;
	i->key = key;
	i->broadcast = true;
	i->text = g_strdup_printf("%s%s%s", names[type < G_N_ELEMENTS(names) ? type : 0],
				  ip4_is_zero(r->u.dhcp.address) ? "" : " ",
				  ip4_is_zero(r->u.dhcp.address) ? "" : ip4_text(r->u.dhcp.address, buf));
}

/* ---- notes --------------------------------------------------------------------------------------- */

static void move_note(struct ladder *l, const struct moor_record *r)
{
	static const char *const texts[] = {
		"movement begins", "link up", "movement detected", "care-of address formed:", "care-of address usable:",
		"at home", "at a foreign link", "registered", "gave up", "IKEv2 begins with", "secured:",
		"home agent discovery begins", "home agent found:", "first user packet sent by", "first user packet for"
	};
	enum rec_move what = r->u.move.what;
	const char *link = NULL;
	char buf[ADDR_TEXT_MAX], which[24];
	uint32_t node;

	if (what == MOVE_STARTED || what == MOVE_LINK_UP)
		g_hash_table_add(l->moving, GUINT_TO_POINTER(r->node));
	else if (what == MOVE_DETECTED)
		g_hash_table_remove(l->moving, GUINT_TO_POINTER(r->node));
	if (!l->o.moves)
		return;
	if (what == MOVE_LINK_UP && r->port != REC_NONE && l->names.port)
		l->names.port(l->names.ctx, r->port, &node, &link, NULL);
	if (what == MOVE_ADDRESS_FORMED || what == MOVE_ADDRESS_READY || what == MOVE_SECURING || what == MOVE_SECURED ||
	    what == MOVE_DISCOVERED || what == MOVE_FIRST_UP || what == MOVE_FIRST_DOWN)
		note(l, r, "%s %s%s", texts[what], address_text(&r->u.move.addr, buf), pdn(r, which));
	else
		note(l, r, "%s%s%s%s", texts[what], link ? " on " : "", link ? link : "", pdn(r, which));
}

static void radio_note(struct ladder *l, const struct moor_record *r)
{
	char *text = l->o.moves ? ladder_radio_text(&r->u.radio) : NULL;

	if (text)
		note(l, r, "%s", text);
	g_free(text);
}

static void router_note(struct ladder *l, const struct moor_record *r)
{
	char buf[ADDR_TEXT_MAX];

	if (!l->o.moves)
		return;
	switch (r->u.router.what) {
	case ROUTER_SOLICIT_SENT:
		if (g_hash_table_contains(l->moving, GUINT_TO_POINTER(r->node)))
			note(l, r, "router solicitation sent");
		break;
	case ROUTER_ADVERT_RECEIVED:
		if (g_hash_table_contains(l->moving, GUINT_TO_POINTER(r->node)))
			note(l, r, "router advertisement %s", r->u.router.prefix.len
			     ? ip6_prefix_text(&r->u.router.prefix, buf) : "");
		break;
	case ROUTER_LOST:
		note(l, r, "router lost: %s", address_text(&r->u.router.router, buf));
		break;
	case ROUTER_ADVERT_SENT:
	case ROUTER_FOUND:
		break;
	}
}

static void binding_note(struct ladder *l, const struct moor_record *r)
{
	static const char *const texts[] = {
		"created", "updated", "refreshed", "removed", "expired", "revoked", "refused"
	};
	char home[ADDR_TEXT_MAX], coa[ADDR_TEXT_MAX];

	if (!r->u.binding.at_home_agent && r->u.binding.what != BINDING_EXPIRED && r->u.binding.what != BINDING_REVOKED)
		return;		/* the mobile node's side is told by its messages and movement */
	note(l, r, "binding %s: %s at %s", texts[r->u.binding.what], address_text(&r->u.binding.home_address, home),
	     address_text(&r->u.binding.care_of, coa));
}

static void nat_note(struct ladder *l, const struct moor_record *r)
{
	static const char *const texts[] = { "mapping made", "mapping expired", "mapping moved", "refused" };
	char in[ADDR_TEXT_MAX], out[ADDR_TEXT_MAX];

	note(l, r, "NAT %s: %s:%u to %s:%u", texts[r->u.nat.what], ip4_text(r->u.nat.inside, in), r->u.nat.inside_port,
	     ip4_text(r->u.nat.outside, out), r->u.nat.outside_port);
}

static void state_note(struct ladder *l, const struct moor_record *r)
{
	const struct fsm *m = r->u.state.machine;
	char buf[24];

	if (l->o.states && m && r->u.state.from < m->n_states && r->u.state.to < m->n_states)
		note(l, r, "%s: %s to %s%s", m->name, m->states[r->u.state.from].name, m->states[r->u.state.to].name,
		     pdn(r, buf));
}

static void action_bar(struct ladder *l, const struct moor_record *r)
{
	struct ladder_item *i = add(l, LADDER_BAR, r);

	if (i)
		i->text = g_strdup_printf("%s%s%s", r->u.action.verb, r->u.action.arg ? " " : "",
					  r->u.action.arg ? r->u.action.arg : "");
}

void ladder_record(void *ladder, const struct moor_record *r)
{
	struct ladder *l = ladder;

	switch (r->kind) {
	case REC_SIGNAL_TX:
		signal_sent(l, r);
		break;
	case REC_SIGNAL_RX:
		signal_received(l, r);
		break;
	case REC_FRAME_DROP:
		frame_dropped(l, r);
		break;
	case REC_DHCP:
		dhcp_message(l, r);
		break;
	case REC_AAA:
		aaa_message(l, r);
		break;
	case REC_MOVE:
		move_note(l, r);
		break;
	case REC_RADIO:
		radio_note(l, r);
		break;
	case REC_ROUTER:
		router_note(l, r);
		break;
	case REC_BINDING:
		binding_note(l, r);
		break;
	case REC_NAT:
		nat_note(l, r);
		break;
	case REC_STATE:
		state_note(l, r);
		break;
	case REC_ACTION:
		action_bar(l, r);
		break;
	case REC_DISCARD:
		note(l, r, "discarded: %s", r->u.discard.reason ? r->u.discard.reason : "");
		break;
	case REC_DEVIATION:
		note(l, r, "deviation %s%s%s%s", r->u.deviation.id ? r->u.deviation.id : "", r->u.deviation.clause ? " [" : "",
		     r->u.deviation.clause ? r->u.deviation.clause : "", r->u.deviation.clause ? "]" : "");
		break;
	case REC_FRAME_TX: case REC_FRAME_RX: case REC_CARRIER: case REC_REFUSED: case REC_ADDRESS: case REC_DATA_TX:
	case REC_DATA_RX: case REC_NOTE: case REC_KEYS: case REC_KINDS:
		break;
	}
}
