/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a process that plays some nodes of a live run
 *
 * It builds the same world from the same seed, in which only its own nodes live. Their ports are packet sockets on the
 * interfaces in their namespaces, the timeline is played by the clock that all processes share, and what the nodes say
 * of themselves goes to the first process, before the frame that it is about. It implements no clause.
 */
#include "cli/live_processes.h"

#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "entity/inside.h"
#include "scenarios/act.h"
#include "scenarios/build_look.h"

/* What the first process has from its own world. */
#define NOT_RELAYED (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_CARRIER) | REC_BIT(REC_ACTION))

#define LATE_WINDOW (100 * MOOR_MS)

struct player {
	struct live_run run;
	struct live_options options;
	struct device *socket;
	struct relay_out out;
	struct relay_in in;
	bool *elsewhere;		/* by node number */
	GPtrArray *ends;		/* struct end */
	GPtrArray *outsides;		/* struct outside */
	GHashTable *told;		/* node, connection and family -> struct relay_address as it was told */
	bool changed;			/* something was recorded since the addresses were told */
	bool bindings;			/* they have changed since they were told */
	moor_time late_until, late_told;	/* lateness that was told since, the worst of it */
	int64_t epoch;			/* -1: not known yet */
	volatile sig_atomic_t stop;
};

/* A node of ours, and a port of it. */
struct mine {
	struct player *y;
	struct inside *x;
	GPtrArray *devices;		/* struct device, by port */
};

struct end {
	struct mine *m;
	unsigned i;
};

/* ---- to the first process ---------------------------------------------------------------------------------------- */

/* The first process has the frame; when it was taken in, this one knows. */
static void came_in(struct player *y, const struct moor_record *r)
{
	const struct relay_came c = { r->port, 0, relay_key(r->u.frame.octets, r->u.frame.len) };

	relay_put(&y->out, RELAY_CAME, &c, sizeof c);
}

static void to_first(void *ctx, const struct moor_record *r)
{
	struct player *y = ctx;

	if (r->node == REC_NONE || y->elsewhere[r->node])
		return;
	if (r->kind == REC_FRAME_RX) {
		came_in(y, r);
		return;
	}
	relay_record(&y->out, r);
	y->changed = true;
	y->bindings |= r->kind == REC_BINDING || r->kind == REC_STATE;
}

static void frame_out(void *ctx, unsigned i, const struct moor_pkt *p)
{
	struct mine *m = ctx;

	relay_end(&m->y->out, moor_port_number(inside_port(m->x, i)), p->trace_class, p->data, p->len);
	relay_send(&m->y->out, m->y->socket);
	device_write(m->devices->pdata[i], p->data, p->len);
}

static void tell_context(void *ctx, const char *domain, const void *told, size_t n)
{
	struct player *y = ctx;
	GByteArray *body = g_byte_array_new();

	g_byte_array_append(body, (const guint8 *)domain, (guint)strlen(domain) + 1);
	g_byte_array_append(body, told, (guint)n);
	relay_put(&y->out, RELAY_CONTEXT, body->data, body->len);
	g_byte_array_unref(body);
}

static void tell_address(struct player *y, uint32_t node, unsigned pdn, bool v4, const struct ip6_addr *a)
{
	uint64_t key = (uint64_t)node << 16 | pdn << 1 | v4;
	struct relay_address *t = g_hash_table_lookup(y->told, &key);

	if (!t) {
		t = g_new0(struct relay_address, 1);
		*t = (struct relay_address){ .node = node, .pdn = pdn, .v4 = v4 };
		g_hash_table_insert(y->told, g_memdup2(&key, sizeof key), t);
	}
	if (t->there == (a != NULL) && (!a || ip6_eq(a, &t->addr)))
		return;
	t->there = a != NULL;
	t->addr = a ? *a : ip6_any;
	relay_put(&y->out, RELAY_ADDRESS, t, sizeof *t);
}

static void tell_addresses(struct player *y)
{
	for (guint k = 0; k < y->run.peers->len; k++) {
		uint32_t node = moor_node_id(((struct live_peer *)y->run.peers->pdata[k])->node);
		struct ip6_addr a;
		int there;

		for (unsigned pdn = 0; (there = build_address_to_tell(y->run.b, node, pdn, false, &a)) >= 0; pdn++) {
			tell_address(y, node, pdn, false, there ? &a : NULL);
			there = build_address_to_tell(y->run.b, node, pdn, true, &a);
			tell_address(y, node, pdn, true, there > 0 ? &a : NULL);
		}
	}
}

/* What a verdict allows for: this process's lateness too, when it is worth a word. */
static void tell_lateness(struct player *y)
{
	moor_time now = moor_world_now(build_world(y->run.b));
	struct relay_late late = { now, live_late_between(y->run.l, y->late_until, now) };

	if (late.by >= MOOR_MS && (late.by > y->late_told || now - y->late_until > LATE_WINDOW)) {
		relay_put(&y->out, RELAY_LATE, &late, sizeof late);
		y->late_told = late.by;
	}
	if (now - y->late_until > LATE_WINDOW) {
		y->late_until = now;
		y->late_told = 0;
	}
}

/* For who looks on; at each look, not at each change. */
static void tell_bindings(struct player *y)
{
	for (guint k = 0; k < y->run.peers->len; k++) {
		uint32_t node = moor_node_id(((struct live_peer *)y->run.peers->pdata[k])->node);
		struct build_count count[2];
		GArray *rows = build_bindings_to_tell(y->run.b, node, count);
		struct relay_bindings head = {
			.node = node, .n = rows->len,
			.count = { count[0].entries, count[0].active, count[1].entries, count[1].active },
		};
		GByteArray *body = g_byte_array_new();

		g_byte_array_append(body, (const guint8 *)&head, sizeof head);
		g_byte_array_append(body, (const guint8 *)rows->data, (guint)(rows->len * sizeof(struct build_binding_told)));
		relay_put(&y->out, RELAY_BINDINGS, body->data, body->len);
		g_byte_array_unref(body);
		g_array_unref(rows);
	}
}

/* Before the process sleeps: everything that was due has run. */
static gboolean before_sleep(GSource *s, gint *timeout)
{
	struct player *y = *(struct player **)(s + 1);

	*timeout = -1;
	if (y->changed)
		tell_addresses(y);
	tell_lateness(y);
	y->changed = false;
	if (!relay_empty(&y->out))
		relay_end(&y->out, REC_NONE, 0, NULL, 0);
	if (!relay_send(&y->out, y->socket))
		y->stop = 1;
	return FALSE;
}

static gboolean never(GSource *s)
{
	(void)s;
	return FALSE;
}

static gboolean nothing(GSource *s, GSourceFunc fn, gpointer user)
{
	(void)s, (void)fn, (void)user;
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs turn_funcs = { before_sleep, never, nothing, NULL, NULL, NULL };

/* ---- from the first process -------------------------------------------------------------------------------------- */

static void heard_context(struct player *y, const char *body, uint32_t len)
{
	const char *end = memchr(body, 0, len);

	if (end)
		build_tell_context(y->run.b, body, end + 1, len - (size_t)(end + 1 - body));
}

/* The first process has found nothing wrong with it. */
static void heard_act(struct player *y, const char *body, uint32_t len)
{
	const char *words[ACT_WORDS_MAX];
	struct report report;
	guint n = 0, entry;

	for (uint32_t at = 0; at < len && n < ACT_WORDS_MAX; at += (uint32_t)strlen(body + at) + 1)
		words[n++] = body + at;
	report_init(&report);
	if (act_tell(y->run.s, words, n, live_now(y->run.l), MOOR_NEVER, &entry, &report))	/* lives as long as this process */
		build_act(y->run.b, entry);
	report_done(&report);
}

static void heard(struct player *y, const struct relay_message *m)
{
	const struct relay_address *a = m->body;
	const struct relay_start *start = m->body;

	switch (m->kind) {
	case RELAY_START:
		y->epoch = start->epoch;
		y->run.until = start->until;
		break;
	case RELAY_ADDRESS:
		build_tell_address(y->run.b, a->node, a->pdn, a->v4, a->there ? &a->addr : NULL);
		break;
	case RELAY_CONTEXT:
		heard_context(y, m->body, m->len);
		break;
	case RELAY_ACT:
		heard_act(y, m->body, m->len);
		break;
	case RELAY_RECORD: case RELAY_CAME: case RELAY_BINDINGS: case RELAY_LATE: case RELAY_TEXT: case RELAY_DONE:
		break;
	}
}

/* False: it is gone, or wants the end. */
static bool hear(struct player *y)
{
	struct relay_message m;
	const uint8_t *octets;
	int n;

	while ((n = device_read(y->socket, &octets)) > 0)
		relay_feed(&y->in, octets, (size_t)n);
	while (relay_batch(&y->in)) {
		while (relay_next(&y->in, &m))
			heard(y, &m);
		relay_drop(&y->in);
	}
	return n == 0;
}

static gboolean came(gint fd, GIOCondition condition, gpointer user)
{
	struct player *y = user;

	(void)fd, (void)condition;
	if (hear(y))
		return G_SOURCE_CONTINUE;
	y->stop = 1;
	return G_SOURCE_REMOVE;
}

static void await_start(struct player *y)
{
	struct pollfd p = { .fd = device_fd(y->socket), .events = POLLIN };

	while (y->epoch < 0)
		if (poll(&p, 1, -1) > 0 && !hear(y))
			_exit(0);
}

/* ---- the world --------------------------------------------------------------------------------------------------- */

static void frame_in(void *ctx, const uint8_t *frame, size_t len)
{
	const struct end *e = ctx;

	inside_rx(e->m->x, e->i, frame, len);
}

static void no_watch(void *ctx, unsigned i, struct moor_pkt *p)
{
	(void)ctx, (void)i, (void)p;
}

/* It keeps its place on its links, and its own stack hears nothing. */
static void make_absent(struct player *y, struct moor_node *n)
{
	struct outside *o = outside_new(n, (enum mh_profile)y->run.s->profile, OUTSIDE_NODE);

	outside_on_sending(o, no_watch, NULL);
	g_ptr_array_add(y->outsides, o);
}

static bool open_node(struct player *y, const struct live_peer *theirs, GError **e)
{
	struct moor_node *n = moor_node_at(build_world(y->run.b), moor_node_id(theirs->node));
	struct live_peer *p = live_peer_new(&y->run, n);
	struct mine *m = g_new0(struct mine, 1);
	bool fine = true;

	p->ns = theirs->ns;
	m->y = y;
	m->devices = g_ptr_array_new();
	m->x = inside_new(n, frame_out, m);
	netns_go(p->ns);
	for (unsigned i = 0; fine && i < inside_count(m->x); i++) {
		char name[LIVE_NAME_MAX + 1];
		struct device *d;
		struct end *end = g_new(struct end, 1);

		g_strlcpy(name, moor_port_name(inside_port(m->x, i)), sizeof name);
		d = device_frames(name, e);
		fine = d != NULL;
		g_ptr_array_add(m->devices, d);
		*end = (struct end){ m, i };
		g_ptr_array_add(y->ends, end);
		if (fine)
			live_watch(y->run.l, d, frame_in, end);
	}
	netns_home();
	return fine;
}

static void build_all(struct player *y, const struct live_run *r, const struct process *p)
{
	struct moor_world *theirs = build_world(r->b);
	uint32_t n = moor_node_count(theirs);
	char *why = NULL;

	y->run.b = build_new(r->s, moor_world_seed(theirs), NULL);
	y->elsewhere = g_new0(bool, n + 1);
	for (uint32_t k = 0; k < n; k++)
		y->elsewhere[k] = true;
	for (guint k = 0; k < p->nodes->len; k++)
		y->elsewhere[g_array_index(p->nodes, uint32_t, k)] = false;
	for (uint32_t k = 0; k < n; k++)
		if (y->elsewhere[k])
			build_absent(y->run.b, k);
	if (!build_fill(y->run.b, &why))
		g_error("process %s: %s", p->name, why);	/* the first process has just done the same */
	build_on_context(y->run.b, tell_context, y);
	/* what was recorded until now, the first process has recorded itself */
	moor_record_sink(build_world(y->run.b), (REC_BIT(REC_KINDS) - 1) & ~NOT_RELAYED, to_first, y);
	for (uint32_t k = 0; k < n; k++)
		if (y->elsewhere[k])
			make_absent(y, moor_node_at(build_world(y->run.b), k));
	y->run.elsewhere = y->elsewhere;
}

static gboolean look(gpointer user)
{
	struct player *y = user;

	live_programs_part.look(&y->run);
	if (y->bindings)
		tell_bindings(y);
	y->bindings = false;
	return G_SOURCE_CONTINUE;
}

static bool set_up(struct player *y, const struct live_run *r, const struct process *p, GError **e)
{
	bool fine = true;

	if (p->peers->len)
		netns_settle(((struct live_peer *)p->peers->pdata[0])->ns);
	y->run.l = live_new();
	build_all(y, r, p);
	live_attach(y->run.l, build_world(y->run.b));
	for (guint k = 0; fine && k < p->peers->len; k++)
		fine = open_node(y, p->peers->pdata[k], e);
	return fine && live_programs_part.begin(&y->run, e);
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

static void say_goodbye(struct player *y)
{
	struct live_lateness late = live_lateness(y->run.l);
	struct relay_done done = { late.n, late.p50, late.p99, late.max, 0 };
	struct rusage use;

	if (!getrusage(RUSAGE_SELF, &use))
		done.cpu_us = (int64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 + use.ru_utime.tv_usec +
			      use.ru_stime.tv_usec;
	relay_put(&y->out, RELAY_TEXT, y->run.notes->str, y->run.notes->len);
	relay_put(&y->out, RELAY_DONE, &done, sizeof done);
	relay_end(&y->out, REC_NONE, 0, NULL, 0);
	relay_send(&y->out, y->socket);
}

/* What the first process has begun to listen to goes on there alone. */
static void forget_sources(void)
{
	guint last = g_timeout_add(0, look, NULL);	/* numbers are given one after the other */

	for (guint id = 1; id <= last; id++) {
		GSource *s = g_main_context_find_source_by_id(NULL, id);

		if (s)
			g_source_destroy(s);
	}
}

static void become(const struct process *p)
{
	char name[16];
	pid_t first = getppid();

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != first)
		_exit(126);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	g_snprintf(name, sizeof name, "moor:%s", p->name);
	prctl(PR_SET_NAME, name);
}

void live_process_play(const struct live_run *r, const struct process *p, int socket)
{
	struct player *y = g_new0(struct player, 1);
	GSource *turn = g_source_new(&turn_funcs, sizeof(GSource) + sizeof(struct player *));
	GError *e = NULL;

	become(p);
	forget_sources();
	live_ctl_forked(r);
	live_metrics_forked(r);
	y->options = *r->options;
	y->run.options = &y->options;
	y->run.s = r->s;
	y->run.peers = g_ptr_array_new();
	y->run.notes = g_string_new(NULL);
	y->run.entered = true;
	y->socket = device_stream(p->name, socket, true);
	y->ends = g_ptr_array_new();
	y->outsides = g_ptr_array_new();
	y->told = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	y->epoch = -1;
	relay_out_init(&y->out);
	relay_in_init(&y->in);
	if (!set_up(y, r, p, &e))
		live_note(&y->run, "%s: %s", p->name, e->message);
	await_start(y);
	*(struct player **)(turn + 1) = y;
	g_source_attach(turn, NULL);
	g_unix_fd_add(socket, G_IO_IN | G_IO_HUP | G_IO_ERR, came, y);
	g_timeout_add(LIVE_LOOK_MS, look, y);
	live_from(y->run.l, y->epoch);
	if (live_run(y->run.l, y->run.until, &y->stop) == LIVE_FAILED)
		live_note(&y->run, "%s: the kernel's timer failed: its process ended early", p->name);
	live_commands_stop(&y->run);
	say_goodbye(y);
	_exit(0);		/* memory and namespaces are the first process's */
}
