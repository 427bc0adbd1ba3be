/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the resolver [RFC 1035 7; RFC 2782; RFC 5026 5.1, 5.2; 24.303 5.1.2.1]
 *
 * [R24303-5.1.2.1.5-13] AAAA and A of a name are asked for at once, from one port, and the lookup ends when both have
 * been answered or given up. By service: SRV first; what its additional section tells need not be asked for again. A
 * question goes to the servers in turn, to each as often as the timer table says; an error of one (SERVFAIL, REFUSED
 * and their kin) leads to the next at once, NXDOMAIN is an answer. Aliases are followed within an answer and by new
 * questions, so often that no loop lasts.
 *
 * An answer counts when it comes from a server that was asked, to the port it was asked from, with the question of a
 * question that is open and the identifier of one of its last two transmissions. IPv4-mapped addresses are taken from
 * no AAAA record [R29275-6.1-13].
 *
 * Not here: a cache (each discovery asks anew), recursion, TCP (a truncated answer is taken as far as it goes), EDNS.
 */
#include "proto/dns_client.h"

#include <string.h>

#include "proto/dns_priv.h"
#include "proto/dsmip.h"
#include "proto/world_slab.h"

enum { Q_AAAA, Q_A, Q_SRV, QUESTIONS };

struct question {
	uint16_t id, before;		/* of the last transmission, and of the one before it */
	uint16_t tries;			/* sent so far, over all servers */
	uint8_t aliases;		/* followed so far */
	uint8_t errors;			/* servers that answered with an error */
	bool open;
	enum dns_outcome what;		/* once it is closed */
	char name[DNS_NAME_TEXT];	/* an alias' target after the first step */
};

struct lookup {
	struct net_host *h;
	struct net_iface *via;
	const struct timer_set *timers;
	dns_done_fn *done;
	void *owner;
	struct ip6_addr own;
	struct ip6_addr server[DNS_SERVERS_MAX];
	unsigned n_servers;
	uint16_t port;
	moor_handle self;
	struct moor_timer timer;
	struct rng rng;
	unsigned at;			/* the host being asked about */
	struct dns_result r;
	struct question q[QUESTIONS];
};

static const char lookup_key;
static const uint16_t types[QUESTIONS] = { [Q_AAAA] = DNS_AAAA, [Q_A] = DNS_A, [Q_SRV] = DNS_SRV };

static struct slab *lookups(const struct net_host *h)
{
	return world_slab(net_host_world(h), &lookup_key, "dns-lookup", sizeof(struct lookup));
}

const char *dns_outcome_name(enum dns_outcome o)
{
	static const char *const names[DNS_OUTCOMES] = {
		"found", "no-name", "no-data", "alias-loop", "refused", "silent",
	};

	return names[o];
}

static int64_t timer_value(const struct lookup *l, enum timer_id id)
{
	return l->timers ? l->timers->v[id] : timer_rows[id].def;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static void send_question(struct lookup *l, unsigned k)
{
	struct question *q = &l->q[k];
	struct dns_message m = { .recursion_desired = true, .has_question = true, .qtype = types[k] };
	struct net_send send = { .src = l->own, .via = l->via, .trace_class = CLASS_SIGNAL };
	uint8_t buf[DNS_MESSAGE_MAX];
	size_t n;

	q->before = q->id;
	m.id = q->id = (uint16_t)rng_u32(&l->rng);
	memcpy(m.qname, q->name, sizeof m.qname);
	send.dst = l->server[q->tries % l->n_servers];
	q->tries++;
	n = dns_encode(&m, buf, sizeof buf);
	if (!n)
		return;
	dns_record_message(l->h, true, &m, buf, n, &l->own, &send.dst, q->tries);
	net_udp_send(l->h, moor_pkt_from(net_host_world(l->h), buf, n), &send, l->port, DNS_PORT);
}

static void finish(struct lookup *l)
{
	struct net_host *h = l->h;
	struct dns_result r = l->r;
	dns_done_fn *done = l->done;
	void *owner = l->owner;
	moor_handle self = l->self;

	dns_cancel(h, self);
	done(owner, self, &r);
}

/* What came of the hosts; of those asked about, the failure that says most when none has an address. */
static void conclude(struct lookup *l)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < l->r.n; i++)
		if (!ip6_is_zero(&l->r.host[i].a6) || !ip4_is_zero(l->r.host[i].a4))
			l->r.host[kept++] = l->r.host[i];
	l->r.n = kept;
	if (kept)
		l->r.what = DNS_FOUND;
	finish(l);
}

static void wait_for_answers(struct lookup *l);

static void open_question(struct lookup *l, unsigned k, const char *name)
{
	struct question *q = &l->q[k];

	*q = (struct question){ .open = true };
	memcpy(q->name, name, strlen(name) + 1);
	send_question(l, k);
}

/* The next host that lacks an address; both its questions at once. */
static void next_host(struct lookup *l)
{
	for (; l->at < l->r.n; l->at++) {
		const struct dns_host *host = &l->r.host[l->at];
		bool no6 = ip6_is_zero(&host->a6), no4 = ip4_is_zero(host->a4);

		if (no6)
			open_question(l, Q_AAAA, host->name);
		if (no4)
			open_question(l, Q_A, host->name);
		if (no6 || no4) {
			wait_for_answers(l);
			return;
		}
	}
	conclude(l);
}

static bool any_open(const struct lookup *l)
{
	for (unsigned k = 0; k < QUESTIONS; k++)
		if (l->q[k].open)
			return true;
	return false;
}

/* A question is answered, or will not be. */
static void close_question(struct lookup *l, unsigned k, enum dns_outcome what)
{
	l->q[k].open = false;
	l->q[k].what = what;
	if (what != DNS_FOUND && (l->r.what == DNS_FOUND || what < l->r.what))
		l->r.what = what;
}

static void go_on(struct lookup *l)
{
	if (any_open(l))
		return;
	if (l->q[Q_SRV].name[0] && l->q[Q_SRV].what == DNS_FOUND) {
		l->q[Q_SRV].name[0] = 0;
		next_host(l);
	} else if (l->q[Q_SRV].name[0]) {
		conclude(l);
	} else {
		l->at++;
		next_host(l);
	}
}

static void on_timer(struct moor_world *w, struct moor_timer *t)
{
	struct lookup *l = MOOR_CONTAINER(t, struct lookup, timer);
	unsigned most = (unsigned)timer_value(l, T_DNS_TRIES) * l->n_servers;

	(void)w;
	for (unsigned k = 0; k < QUESTIONS; k++) {
		struct question *q = &l->q[k];

		if (!q->open)
			continue;
		if (q->tries < most)
			send_question(l, k);
		else
			close_question(l, k, q->errors ? DNS_REFUSES : DNS_SILENT);
	}
	if (any_open(l))
		wait_for_answers(l);
	else
		go_on(l);
}

static void wait_for_answers(struct lookup *l)
{
	moor_timer_in(net_host_world(l->h), &l->timer, timer_value(l, T_DNS_RETRANS), on_timer);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* [R29275-6.1-13] */
static bool take_address(struct lookup *l, const struct dns_record *r, struct dns_host *host)
{
	if (r->type == DNS_A && dsmip_routable4(r->a4)) {
		if (ip4_is_zero(host->a4))
			host->a4 = r->a4;
		return true;
	}
	if (r->type == DNS_AAAA && ip6_is_mapped(&r->a6)) {
		dns_discard(l->h, "dns-mapped-address", "29.275 6.1");
		return false;
	}
	if (r->type == DNS_AAAA && dsmip_routable6(&r->a6)) {
		if (ip6_is_zero(&host->a6))
			host->a6 = r->a6;
		return true;
	}
	dns_discard(l->h, "dns-address", "RFC 5026 5.1");
	return false;
}

/* The name behind the aliases of an answer; false: they loop. steps: counted over all answers. */
static bool follow(const struct dns_message *m, char name[DNS_NAME_TEXT], uint8_t *steps)
{
	bool again = true;

	while (again) {
		again = false;
		for (unsigned i = 0; i < m->n && !again; i++) {
			const struct dns_record *r = &m->r[i];

			if (r->section != DNS_ANSWER || r->type != DNS_CNAME || strcmp(r->owner, name))
				continue;
			if (++*steps > DNS_ALIASES_MAX)
				return false;
			memcpy(name, r->target, DNS_NAME_TEXT);
			again = true;
		}
	}
	return true;
}

/* One of them at random, in proportion to the weights [RFC 2782]. */
static unsigned draw(struct lookup *l, const struct dns_record *const *r, const bool *taken, unsigned n,
		     uint16_t priority)
{
	uint64_t sum = 0, at;
	unsigned last = 0;

	for (unsigned i = 0; i < n; i++)
		if (!taken[i] && r[i]->priority == priority)
			sum += r[i]->weight + 1u;	/* those of weight 0 have a small chance too */
	at = rng_below(&l->rng, sum);
	for (unsigned i = 0; i < n; i++) {
		if (taken[i] || r[i]->priority != priority)
			continue;
		last = i;
		if (at < r[i]->weight + 1u)
			break;
		at -= r[i]->weight + 1u;
	}
	return last;
}

static unsigned lowest(const struct dns_record *const *r, const bool *taken, unsigned n)
{
	unsigned best = n;

	for (unsigned i = 0; i < n; i++)
		if (!taken[i] && (best == n || r[i]->priority < r[best]->priority))
			best = i;
	return best;
}

/* [RFC 5026 5.2] The hosts in the order in which they are to be tried, with the addresses that came along. */
static bool take_services(struct lookup *l, const struct dns_message *m, const char *name)
{
	const struct dns_record *r[DNS_RECORDS_MAX];
	bool taken[DNS_RECORDS_MAX] = { false };
	unsigned n = 0, best;

	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].section == DNS_ANSWER && m->r[i].type == DNS_SRV && !strcmp(m->r[i].owner, name))
			r[n++] = &m->r[i];
	while (l->r.n < DNS_HOSTS_MAX && (best = lowest(r, taken, n)) < n) {
		struct dns_host *host = &l->r.host[l->r.n++];

		best = draw(l, r, taken, n, r[best]->priority);
		taken[best] = true;
		memcpy(host->name, r[best]->target, sizeof host->name);
		for (unsigned i = 0; i < m->n; i++)
			if (m->r[i].section == DNS_ADDITIONAL && !strcmp(m->r[i].owner, host->name) &&
			    (m->r[i].type == DNS_A || m->r[i].type == DNS_AAAA))
				take_address(l, &m->r[i], host);
	}
	return n > 0;
}

/* How many there were; taken is what was of use. */
static unsigned take_addresses(struct lookup *l, unsigned k, const struct dns_message *m, const char *name, bool *taken)
{
	struct dns_host *host = &l->r.host[l->at];
	unsigned n = 0;

	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].section == DNS_ANSWER && m->r[i].type == types[k] && !strcmp(m->r[i].owner, name)) {
			*taken = take_address(l, &m->r[i], host) || *taken;
			n++;
		}
	return n;
}

/* [RFC 1035 7.3] */
static void answered(struct lookup *l, unsigned k, const struct dns_message *m)
{
	struct question *q = &l->q[k];
	char name[DNS_NAME_TEXT];
	bool taken = k == Q_SRV;

	memcpy(name, q->name, sizeof name);
	if (!follow(m, name, &q->aliases)) {
		dns_discard(l->h, "dns-cname-loop", "RFC 1034 3.6.2");
		close_question(l, k, DNS_LOOPS);
	} else if (m->rcode == DNS_NXDOMAIN) {
		close_question(l, k, DNS_NO_NAME);
	} else if (k == Q_SRV ? take_services(l, m, name) : take_addresses(l, k, m, name, &taken) > 0) {
		close_question(l, k, taken ? DNS_FOUND : DNS_NO_DATA);
	} else if (strcmp(name, q->name)) {	/* an alias whose target is still to be asked for */
		memcpy(q->name, name, sizeof name);
		q->tries = 0;
		q->errors = 0;
		send_question(l, k);
		wait_for_answers(l);
	} else {
		close_question(l, k, DNS_NO_DATA);
	}
	go_on(l);
}

/* SERVFAIL, REFUSED, … : another server may know. */
static void failed(struct lookup *l, unsigned k)
{
	struct question *q = &l->q[k];

	q->errors++;
	if (q->errors < l->n_servers && q->tries < (unsigned)timer_value(l, T_DNS_TRIES) * l->n_servers) {
		send_question(l, k);
		return;
	}
	close_question(l, k, DNS_REFUSES);
	go_on(l);
}

static bool asked(const struct lookup *l, const struct ip6_addr *server)
{
	for (unsigned i = 0; i < l->n_servers; i++)
		if (ip6_eq(&l->server[i], server))
			return true;
	return false;
}

/* The open question that an answer's identifier is of; QUESTIONS: none. *late: one that was asked again meanwhile. */
static unsigned question_of(const struct lookup *l, uint16_t id, bool *late)
{
	unsigned k = 0;

	while (k < QUESTIONS && !(l->q[k].open && (l->q[k].id == id || (l->q[k].tries > 1 && l->q[k].before == id))))
		k++;
	*late = k < QUESTIONS && l->q[k].id != id;
	return k;
}

static void on_packet(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct lookup *l = owner;
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct ip6_addr from = dns_source(rx), to = dns_destination(rx);
	struct dns_message m;
	unsigned k;
	bool late;

	(void)dport;
	if (sport != DNS_PORT || !asked(l, &from)) {
		dns_discard(l->h, "dns-source", "RFC 5452 9.1");
		return;
	}
	if (!dns_decode(&r, &m, NULL)) {
		dns_discard(l->h, r.fault.reason, "RFC 1035 4.1");
		return;
	}
	k = question_of(l, m.id, &late);
	if (k == QUESTIONS || !m.response || m.opcode) {
		dns_discard(l->h, "dns-id", "RFC 5452 9.1");
		return;
	}
	if (!m.has_question || m.qtype != types[k] || strcmp(m.qname, l->q[k].name)) {
		dns_discard(l->h, "dns-question", "RFC 5452 9.1");
		return;
	}
	dns_record_message(l->h, false, &m, rx->payload, rx->payload_len, &from, &to, 0);
	if (m.rcode == DNS_NOERROR || m.rcode == DNS_NXDOMAIN)
		answered(l, k, &m);
	else if (!late)			/* else another server has been asked already */
		failed(l, k);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

moor_handle dns_lookup(struct net_host *h, const struct dns_lookup_config *c)
{
	char name[DNS_NAME_TEXT];
	moor_handle self;
	struct lookup *l;

	if (!dns_name_set(name, c->name))
		return 0;
	l = slab_alloc(lookups(h), &self);
	l->self = self;
	l->h = h;
	l->via = c->via;
	l->own = c->own;
	l->timers = c->timers;
	l->done = c->done;
	l->owner = c->owner;
	for (unsigned i = 0; i < c->n_servers && i < DNS_SERVERS_MAX; i++)
		if (ip6_is_mapped(&c->server[i]) == ip6_is_mapped(&c->own))
			l->server[l->n_servers++] = c->server[i];
	if (!l->n_servers) {
		slab_free(lookups(h), self);
		return 0;
	}
	l->rng = moor_world_rng(net_host_world(h), net_host_node(h), "dns");
	l->rng.counter = (uint64_t)moor_world_now(net_host_world(h)) & ~UINT64_C(1);	/* other numbers each time */
	l->port = net_udp_bind(h, 0, on_packet, l);
	if (c->service) {
		open_question(l, Q_SRV, name);
		wait_for_answers(l);
	} else {
		memcpy(l->r.host[l->r.n++].name, name, sizeof name);
		next_host(l);
	}
	return self;
}

void dns_cancel(struct net_host *h, moor_handle lookup)
{
	struct lookup *l = lookup ? slab_get(lookups(h), lookup) : NULL;

	if (!l)
		return;
	moor_timer_cancel(net_host_world(h), &l->timer);
	net_udp_unbind(h, l->port);
	slab_free(lookups(h), lookup);
}
