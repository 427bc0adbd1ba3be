/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: local networks
 *
 * A LAN knows the addresses and groups of all its ports, so nothing is flooded that one port is meant to get, and
 * nothing is carried to ports that did not ask for it. Attaching, detaching and unicast take the same time on a LAN
 * of a million ports as on one of two; multicast takes as long as the group is large.
 *
 * An index finds ports by address: they stay there from their first LAN on, so that nobody's coming and going costs a
 * place in it. Of ports with the same address only one is there, the others are found by (LAN, address) while they are
 * on a LAN. A table of chains finds subscriptions by (LAN, group), from the first frame on that asks for them: a LAN
 * whose hub never sends to such groups needs none. The group of all IPv6 nodes has no subscriptions (port.c): its
 * receivers are found among all ports.
 *
 * A frame for several ports flies once: each receiver gets its copy when its turn comes, in the order of port numbers.
 */
#include "world/priv.h"

enum { FEW = 48 };			/* ports: sorted by insertion, which is faster then */

/* ---- sets of ports ----------------------------------------------------------------------------------------------- */

void port_set_add(struct port_set *s, uint32_t port)
{
	mem_reserve(&s->ports, &s->cap, sizeof *s->ports, s->n + 1);
	s->ports[s->n++] = port;
}

static void port_set_remove(struct port_set *s, uint32_t port)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->ports[i] == port) {
			s->ports[i] = s->ports[--s->n];
			return;
		}
	}
}

static bool in_order(const struct port_set *s)
{
	for (uint32_t i = 1; i < s->n; i++) {
		if (s->ports[i] <= s->ports[i - 1])
			return false;
	}
	return true;
}

static void insertion_sort(uint32_t *a, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint32_t v = a[i], k = i;

		for (; k && a[k - 1] > v; k--)
			a[k] = a[k - 1];
		a[k] = v;
	}
}

/* Four passes of a counting sort over the octets of the numbers; the set's second half is the other buffer. */
static void counting_sort(struct port_set *s)
{
	uint32_t n = s->n;

	mem_reserve(&s->ports, &s->cap, sizeof *s->ports, 2 * n);
	for (unsigned shift = 0; shift < 32; shift += 8) {
		uint32_t *from = shift / 8 % 2 ? s->ports + n : s->ports, *to = shift / 8 % 2 ? s->ports : s->ports + n;
		uint32_t place[257] = { 0 };

		for (uint32_t i = 0; i < n; i++)
			place[(from[i] >> shift & 0xff) + 1]++;
		for (unsigned i = 1; i < 257; i++)
			place[i] += place[i - 1];
		for (uint32_t i = 0; i < n; i++)
			to[place[from[i] >> shift & 0xff]++] = from[i];
	}
}

void port_set_sort(struct port_set *s)
{
	uint32_t n = s->n, kept = 0;

	if (in_order(s))
		return;
	if (n <= FEW)
		insertion_sort(s->ports, n);
	else
		counting_sort(s);
	for (uint32_t i = 0; i < n; i++) {	/* each port once */
		if (!kept || s->ports[i] != s->ports[kept - 1])
			s->ports[kept++] = s->ports[i];
	}
	s->n = kept;
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static uint64_t mac_word(const uint8_t *mac)
{
	return (uint64_t)mac[0] << 40 | (uint64_t)mac[1] << 32 | (uint64_t)mac[2] << 24 | (uint64_t)mac[3] << 16
		| (uint64_t)mac[4] << 8 | mac[5];
}

static uint32_t hash(const struct moor_link *l, const uint8_t *mac) { return index_hash(mac_word(mac), l->index); }

static uint32_t hash_mac(const uint8_t *mac) { return index_hash(mac_word(mac), 0); }

static struct moor_port *first_with(const struct moor_world *w, const uint8_t *mac)
{
	uint32_t h = hash_mac(mac), at, ref;

	for (ref = index_first(&w->macs, h, &at); ref; ref = index_next(&w->macs, h, &at)) {
		struct moor_port *p = port_of(w, ref - 1);

		if (!memcmp(p->mac.o, mac, 6))
			return p;
	}
	return NULL;
}

static void know(struct moor_world *w, struct moor_port *p)
{
	if (p->flags & PORT_KNOWN)
		return;
	p->flags |= PORT_KNOWN;
	if (first_with(w, p->mac.o))
		p->flags |= PORT_TWIN;
	else
		index_add(&w->macs, hash_mac(p->mac.o), p->number + 1);
}

/* Of several ports with the same address, the one with the lowest number. */
static struct moor_port *find_mac(const struct moor_world *w, const struct moor_link *l, const uint8_t *mac)
{
	struct moor_port *found = first_with(w, mac), *p;
	uint32_t h, at, ref;

	if (found && found->link != l)
		found = NULL;
	if (!w->twins.count)
		return found;
	h = hash(l, mac);
	for (ref = index_first(&w->twins, h, &at); ref; ref = index_next(&w->twins, h, &at)) {
		p = port_of(w, ref - 1);
		if (p->link == l && !memcmp(p->mac.o, mac, 6) && (!found || p->number < found->number))
			found = p;
	}
	return found;
}

/* The port with this number + 1, if it is the one that has the address. */
static struct moor_port *is_at(const struct moor_world *w, const struct moor_link *l, const uint8_t *mac, uint32_t at)
{
	struct moor_port *p = at ? port_of(w, at - 1) : NULL;

	return p && p->link == l && !(p->flags & PORT_TWIN) && !memcmp(p->mac.o, mac, 6) ? p : NULL;
}

/* Most frames answer the one being handled, or their sender knows where they go: no need to look that up. */
static struct moor_port *find_destination(const struct moor_world *w, const struct moor_link *l, struct moor_pkt *pkt)
{
	uint32_t hint = pkt_box(pkt)->hint;
	struct moor_port *p = NULL;

	if (!w->twins.count)
		p = is_at(w, l, pkt->data, hint ? hint : w->asking);
	return p ? p : find_mac(w, l, pkt->data);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

static struct member *member_of(const struct moor_world *w, uint32_t h) { return slab_get(&w->members, h); }

static void chains_grow(struct chains *c)		/* doubles; all chains are empty afterwards */
{
	c->cap = c->cap ? c->cap * 2 : 16;
	mem_free(c->heads);
	c->heads = mem_zeroed(c->cap * sizeof *c->heads);
}

static void put_member(struct moor_world *w, const struct moor_link *l, uint32_t h)
{
	struct member *m = member_of(w, h);
	uint32_t *head = chain_of(&w->groups, hash(l, m->group.o));

	m->prev = 0;
	m->next = *head;
	if (m->next)
		member_of(w, m->next)->prev = h;
	*head = h;
}

void lan_join(struct moor_port *p, uint32_t h)
{
	struct moor_world *w = world_of(p);

	if (!p->link->lan->grouped)
		return;
	if (++w->groups.count > w->groups.cap) {
		struct member *m;
		moor_handle k = 0;

		chains_grow(&w->groups);
		while ((m = slab_next(&w->members, &k))) {
			const struct moor_link *l = port_of(w, m->port)->link;

			if (k != h && l && l->lan && m->on_lan)
				put_member(w, l, k);
		}
	}
	member_of(w, h)->on_lan = true;
	put_member(w, p->link, h);
}

void lan_leave(struct moor_port *p, uint32_t h)
{
	struct moor_world *w = world_of(p);
	struct member *m = member_of(w, h);

	if (!m->on_lan)
		return;
	if (m->prev)
		member_of(w, m->prev)->next = m->next;
	else
		*chain_of(&w->groups, hash(p->link, m->group.o)) = m->next;
	if (m->next)
		member_of(w, m->next)->prev = m->prev;
	m->on_lan = false;
	w->groups.count--;
}

static void join_all(struct moor_port *p)
{
	if (p->flags & PORT_SOLE) {
		port_spread(p);
		return;
	}
	for (uint32_t h = p->groups; h; h = member_of(world_of(p), h)->of_port)
		lan_join(p, h);
}

static void make_groups(const struct moor_link *l)
{
	l->lan->grouped = true;
	for (uint32_t i = 0; i < l->lan->all.n; i++)
		join_all(port_of(l->world, l->lan->all.ports[i]));
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

void lan_attach(struct moor_link *l, struct moor_port *p)
{
	struct moor_world *w = l->world;

	sender_of(p)->at = l->lan->all.n;
	port_set_add(&l->lan->all, p->number);
	if (p->flags & PORT_HUB)
		port_set_add(&l->lan->hubs, p->number);
	if (p->flags & PORT_PROMISCUOUS)
		port_set_add(&l->lan->promiscuous, p->number);
	if (p->flags & PORT_ALL_GROUPS)
		port_set_add(&l->lan->all_groups, p->number);
	know(w, p);
	if (p->flags & PORT_TWIN)
		index_add(&w->twins, hash(l, p->mac.o), p->number + 1);
	if (l->lan->grouped)
		join_all(p);
}

void lan_detach(struct moor_port *p)
{
	struct moor_world *w = world_of(p);
	struct lan *lan = p->link->lan;
	uint32_t moved = lan->all.ports[--lan->all.n], at = sender_of(p)->at;

	for (uint32_t h = lan->grouped && !(p->flags & PORT_SOLE) ? p->groups : 0; h; h = member_of(w, h)->of_port)
		lan_leave(p, h);
	if (p->flags & PORT_TWIN)
		index_remove(&w->twins, hash(p->link, p->mac.o), p->number + 1);
	lan->all.ports[at] = moved;
	sender_of(port_of(w, moved))->at = at;
	if (p->flags & PORT_HUB)
		port_set_remove(&lan->hubs, p->number);
	if (p->flags & PORT_PROMISCUOUS)
		port_set_remove(&lan->promiscuous, p->number);
	if (p->flags & PORT_ALL_GROUPS)
		port_set_remove(&lan->all_groups, p->number);
}

void lan_tell_hubs(const struct moor_port *p, bool there)
{
	const struct port_set *hubs = &p->link->lan->hubs;

	for (uint32_t k = 0; k < hubs->n; k++)
		post_station(port_of(world_of(p), hubs->ports[k]), p, there);
}

static void belong(struct port_set *set, const struct moor_port *p, bool on)
{
	if (on)
		port_set_add(set, p->number);
	else
		port_set_remove(set, p->number);
}

void lan_promiscuous(struct moor_port *p, bool on) { belong(&p->link->lan->promiscuous, p, on); }

void lan_all_groups(struct moor_port *p, bool on) { belong(&p->link->lan->all_groups, p, on); }

/* ---- fan-outs ---------------------------------------------------------------------------------------------------- */

static void fanout_push(struct moor_world *w, struct fanout *f, moor_time at)
{
	queue_push(&w->queue, w->now, at, f->to[f->at].port, f->order, (uint64_t)(uintptr_t)f | REF_FANOUT);
}

/* The receivers are those of now: whoever attaches or joins later does not hear it. */
static void fanout_new(struct moor_world *w, struct moor_pkt *pkt, const struct port_set *to, moor_time at)
{
	struct fanout *f = mem_new(sizeof *f + to->n * sizeof f->to[0]);

	f->pkt = pkt;
	f->order = queue_order(&w->queue);
	f->at = 0;
	f->n = to->n;
	for (uint32_t i = 0; i < to->n; i++) {
		f->to[i].port = to->ports[i];
		f->to[i].epoch = port_of(w, to->ports[i])->epoch;
	}
	f->prev = NULL;
	f->next = w->fanouts;
	if (f->next)
		f->next->prev = f;
	w->fanouts = f;
	w->octets += sizeof *f + f->n * sizeof f->to[0];
	pkt->taken = PKT_FLYING;
	pkt->next = NULL;
	pkt_box(pkt)->lost = false;
	w->pkts.flying++;
	fanout_push(w, f, at);
}

void fanout_free(struct moor_world *w, struct fanout *f)
{
	if (f->prev)
		f->prev->next = f->next;
	else
		w->fanouts = f->next;
	if (f->next)
		f->next->prev = f->prev;
	w->octets -= sizeof *f + f->n * sizeof f->to[0];
	mem_free(f);
}

void fanout_turn(struct moor_world *w, struct fanout *f)
{
	struct moor_port *p = port_of(w, f->to[f->at].port);
	bool lost = pkt_box(f->pkt)->lost || f->to[f->at].epoch != p->epoch;
	struct moor_pkt *pkt;

	w->asking = pkt_box(f->pkt)->from;

	if (++f->at < f->n) {
		pkt = moor_pkt_copy(w, f->pkt);
		fanout_push(w, f, w->now);
	} else {
		pkt = f->pkt;
		pkt_land(w, pkt);
		fanout_free(w, f);
	}
	if (lost)
		port_drop(p, pkt, "carrier");
	else if (!port_accepts(p, pkt->data))
		moor_pkt_free(w, pkt);		/* it left the group meanwhile */
	else
		port_in(p, pkt, NULL);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

/* Whether the LAN carries frames from p to other. */
static bool carries(const struct moor_port *p, const struct moor_port *other)
{
	return p != other && (!p->link->isolated || (p->flags | other->flags) & PORT_HUB);
}

static void offer(struct port_set *set, const struct moor_port *p, const struct moor_port *other)
{
	if (carries(p, other))
		port_set_add(set, other->number);
}

/* The groups of few ports are asked rather than the group, whose other members are far and would not hear it. */
static void gather_hubs_of_group(struct port_set *set, const struct moor_port *p, const uint8_t *group)
{
	const struct port_set *hubs = &p->link->lan->hubs;

	for (uint32_t i = 0; i < hubs->n; i++) {
		const struct moor_port *hub = port_of(p->link->world, hubs->ports[i]);

		if (port_joined(hub, group))
			offer(set, p, hub);
	}
}

static void gather_group(struct port_set *set, const struct moor_port *p, const uint8_t *group)
{
	const struct moor_world *w = p->link->world;
	const struct moor_link *l = p->link;
	const struct member *m;

	if (l->isolated && !(p->flags & PORT_HUB)) {
		gather_hubs_of_group(set, p, group);
		return;
	}
	if (!l->lan->grouped)
		make_groups(l);
	for (uint32_t h = w->groups.cap ? *chain_of(&w->groups, hash(l, group)) : 0; h; h = m->next) {
		const struct moor_port *other;

		m = member_of(w, h);
		other = port_of(w, m->port);
		if (other->link == l && !memcmp(m->group.o, group, 6))
			offer(set, p, other);
	}
}

/* Who gets a frame for several: broadcast, the group of all nodes (found among all ports), any other group. */
static void gather(struct port_set *set, const struct moor_port *p, const uint8_t *dst)
{
	static const uint8_t all_nodes[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	const struct moor_world *w = p->link->world;
	const struct lan *lan = p->link->lan;
	bool broadcast = !memcmp(dst, mac_broadcast.o, 6), nodes = !memcmp(dst, all_nodes, 6);

	if (!broadcast && !nodes) {
		gather_group(set, p, dst);
		return;
	}
	if (p->link->isolated && !(p->flags & PORT_HUB))
		lan = NULL;	/* only hubs hear it: do not ask the others */
	for (uint32_t i = 0; i < (lan ? lan->all.n : p->link->lan->hubs.n); i++) {
		const struct moor_port *other = port_of(w, lan ? lan->all.ports[i] : p->link->lan->hubs.ports[i]);

		if (broadcast || other->all_nodes)
			offer(set, p, other);
	}
}

static void offer_all(struct port_set *set, const struct moor_port *p, const struct port_set *to)
{
	for (uint32_t i = 0; i < to->n; i++)
		offer(set, p, port_of(p->link->world, to->ports[i]));
}

static struct moor_pkt *send_to(struct moor_port *p, struct moor_pkt *pkt, moor_time at, const char *nobody)
{
	struct moor_world *w = p->link->world;
	struct port_set *set = &w->scratch;

	offer_all(set, p, &p->link->lan->promiscuous);
	port_set_sort(set);
	if (!set->n) {
		if (nobody)
			port_drop(p, pkt, nobody);
		else
			moor_pkt_free(w, pkt);
		return NULL;
	}
	if (set->n == 1)
		pkt_fly(w, pkt, port_of(w, set->ports[0]), at, WAY_LINK, NULL);
	else
		fanout_new(w, pkt, set, at);
	return pkt;
}

struct moor_pkt *lan_send(struct moor_port *p, struct moor_pkt *pkt, moor_time at)
{
	struct moor_world *w = p->link->world;
	const uint8_t *dst = pkt->data;
	struct moor_port *to;

	w->scratch.n = 0;
	if (dst[0] & 1) {
		gather(&w->scratch, p, dst);
		offer_all(&w->scratch, p, &p->link->lan->all_groups);
		return send_to(p, pkt, at, NULL);
	}
	to = find_destination(w, p->link, pkt);
	if (to && carries(p, to)) {
		if (!p->link->lan->promiscuous.n) {
			pkt_fly(w, pkt, to, at, WAY_LINK, NULL);
			return pkt;
		}
		port_set_add(&w->scratch, to->number);
	}
	return send_to(p, pkt, at, to && to != p ? "isolated" : "address");
}
