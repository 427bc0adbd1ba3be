/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a process for each node
 *
 * With --processes this one is the wire: it plays links, routers and the timeline, records and judges; every other node
 * of ours is a process of its own, behind TAP devices in a namespace with the node's name. What its nodes record is
 * taken into our stream of records, and what our own copies of them would record is left out. An AAA server, whose
 * messages are in no frame, is where those are that ask it: home agents share a process with theirs; gateways and
 * anchors of PMIPv6, which ask for subscriptions alone, have a copy each. What a process must know of another's node
 * without any frame goes by way of this one: addresses that user data go to, what gateways of a domain know of mobile
 * nodes. It implements no clause.
 */
#include "cli/live_processes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/build_look.h"
#include "scenarios/pmip.h"

enum { PROCESSES_MAX = 100 };
#define HEAD_START (20 * MOOR_MS)	/* between telling all when to begin, and that moment */

/* A node, for who hears its frames. */
struct link { struct process *process; struct live_peer *peer; };

struct processes {
	GPtrArray *all;			/* struct process */
	GPtrArray *links;		/* struct link */
	bool *elsewhere;		/* by node number */
	struct process **of;		/* by node number; of those with interfaces */
	GHashTable *wires;		/* numbers of ports that are the other side of a node's */
	bool relaying;
};

/* ---- who goes where ---------------------------------------------------------------------------------------------- */

static bool goes(const struct scen_node *n)
{
	return n && n->kind != NODE_ROUTER && n->peer != PEER_EXTERNAL;
}

static bool asks(const struct scen_node *n, const struct scen_node *aaa)
{
	return aaa->kind == NODE_AAA && n->aaa && !strcmp(n->aaa->text, aaa->base.name);
}

/* One that tells of a subscriber what it heard from another of those that ask it; else a copy for each of them does. */
static bool is_lone(const struct live_run *r, const struct scen_node *aaa)
{
	for (guint k = 0; k < r->s->nodes->len; k++) {
		const struct scen_node *n = r->s->nodes->pdata[k];

		if (asks(n, aaa) && (n->kind == NODE_HA || (n->kind == NODE_LMA && n->anchoring->verify_attachment)))
			return true;
	}
	return false;
}

static bool belong_together(const struct live_run *r, const struct scen_node *a, const struct scen_node *b)
{
	return (asks(a, b) && is_lone(r, b)) || (asks(b, a) && is_lone(r, a));
}

static const struct scen_node *of(const struct live_run *r, uint32_t node)
{
	return build_scen_node(r->b, moor_node_at(build_world(r->b), node));
}

/* For each node the first one of its process. */
static uint32_t *partition(const struct live_run *r, uint32_t n)
{
	uint32_t *first = g_new(uint32_t, n + 1);

	for (uint32_t k = 0; k < n; k++) {
		first[k] = k;
		for (uint32_t j = 0; goes(of(r, k)) && j < k; j++) {
			uint32_t from = first[k], to = first[j];

			if (!goes(of(r, j)) || !belong_together(r, of(r, j), of(r, k)))
				continue;
			for (uint32_t x = 0; x <= k; x++)
				if (first[x] == MAX(from, to))
					first[x] = MIN(from, to);
		}
	}
	return first;
}

/* ---- interfaces -------------------------------------------------------------------------------------------------- */

/* Does the kernel's own stack say nothing on interfaces of this namespace that are made from now on? */
static bool quiet(const struct netns *ns, bool yes, GError **e)
{
	static const char path[] = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
	bool fine;
	int fd;

	netns_go(ns);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	fine = fd >= 0 && write(fd, yes ? "1" : "0", 1) == 1;
	if (!fine && errno != ENOENT)	/* a kernel without IPv6 is quiet */
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "%s: %s", path, g_strerror(errno));
	else
		fine = true;
	if (fd >= 0)
		close(fd);
	netns_home();
	return fine;
}

/* Room for the packets of every link that it may come to. */
static uint32_t mtu_of(const struct live_run *r)
{
	uint32_t most = 1500;

	for (guint k = 0; k < r->s->links->len; k++)
		most = MAX(most, (uint32_t)((const struct scen_link *)r->s->links->pdata[k])->impair.mtu);
	return most;
}

static bool open_port(struct live_peer *p, unsigned i, GError **e)
{
	const struct moor_port *port = outside_port(p->o, i);
	char name[LIVE_NAME_MAX + 1];
	struct device *d;
	bool fine;

	g_strlcpy(name, moor_port_name(port), sizeof name);
	netns_go(p->ns);
	d = device_tap(name, e);
	fine = d && device_configure(name, moor_port_mac(port), mtu_of(p->run), true, e);
	netns_home();
	if (fine)
		g_ptr_array_add(p->device, d);
	else
		device_free(d);
	return fine;
}

static struct live_peer *open_node(struct live_run *r, uint32_t node, GError **e)
{
	struct live_peer *p = live_peer_new(r, moor_node_at(build_world(r->b), node));
	bool fine;

	p->o = outside_new(p->node, (enum mh_profile)r->s->profile, OUTSIDE_NODE);
	fine = (p->ns = netns_new(p->name, e)) != NULL && quiet(p->ns, true, e);
	for (unsigned i = 0; fine && i < outside_count(p->o); i++)
		fine = open_port(p, i, e);
	fine = fine && quiet(p->ns, false, e);	/* programs on the node have an interface that the kernel's stack uses */
	if (!fine)
		g_prefix_error(e, "node %s: ", p->name);
	return fine ? p : NULL;
}

/* To the sinks; it happens now. */
static void emit(struct live_run *r, struct moor_record *record)
{
	r->processes->relaying = true;
	moor_record_emit(build_world(r->b), record);
	r->processes->relaying = false;
}

/* ---- frames on their way into a node ----------------------------------------------------------------------------- */

#define GOING_MAX 4096u			/* a process that is dead or stuck takes none */

struct going {
	struct moor_record r;		/* its octets are behind this */
	uint64_t key;
};

/* The link has delivered it; that it was received is recorded when the node has it. */
static void keep_going(struct process *p, const struct moor_record *r)
{
	uint32_t len = r->u.frame.len;
	struct going *g = g_malloc(sizeof *g + len);

	memcpy(&g->r, r, sizeof g->r);
	memcpy(g + 1, r->u.frame.octets, len);
	g->r.u.frame.octets = (const uint8_t *)(g + 1);
	g->key = relay_key(r->u.frame.octets, len);
	g_queue_push_tail(&p->going, g);
	if (p->going.length > GOING_MAX)
		g_free(g_queue_pop_head(&p->going));
}

/* What came to the same port before it and was not taken in was not meant for the node: a group that it is not in. */
static void has_come(struct process *p, const struct relay_came *c)
{
	GList *l = p->going.head, *next;
	struct going *g;

	while (l && ((g = l->data)->r.port != c->port || g->key != c->key))
		l = l->next;
	if (!l)
		return;
	emit(p->run, &((struct going *)l->data)->r);
	for (GList *x = p->going.head; x; x = next) {
		bool last = x == l;

		next = last ? NULL : x->next;
		g = x->data;
		if (g->r.port != c->port)
			continue;
		g_queue_delete_link(&p->going, x);
		g_free(g);
	}
}

/* ---- what the others say ----------------------------------------------------------------------------------------- */

/* Of nodes elsewhere: what happens to their frames here, and what the timeline does. Their copies are silent. */
static void guard(void *ctx, const struct moor_record *r)
{
	struct live_run *run = ctx;
	const struct processes *x = run->processes;

	if (!x->relaying && r->node != REC_NONE && x->elsewhere[r->node]) {
		if (!(REC_BIT(r->kind) & (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP) |
					  REC_BIT(REC_CARRIER) | REC_BIT(REC_ACTION))))
			return;
		if (r->port != REC_NONE && g_hash_table_contains(x->wires, GUINT_TO_POINTER(r->port)))
			return;
		if (r->kind == REC_FRAME_DROP && !g_strcmp0(r->u.frame.cause, "outside"))
			return;
		if (r->kind == REC_FRAME_RX) {
			keep_going(x->of[r->node], r);
			return;
		}
	}
	moor_record_pass(build_world(run->b), r);
}

/* What one process knows all others are told. */
static void spread(struct live_run *r, const struct process *from, const struct relay_message *m)
{
	for (guint k = 0; k < r->processes->all->len; k++) {
		struct process *p = r->processes->all->pdata[k];

		if (p == from || !p->pid || p->told || p->deaf)
			continue;
		relay_put(&p->out, m->kind, m->body, m->len);
		relay_end(&p->out, REC_NONE, 0, NULL, 0);
		p->deaf = !relay_send(&p->out, p->socket);
		if (p->deaf && errno == EAGAIN)		/* stopped, or stuck; the run goes on */
			live_note(r, "%s: its process takes nothing any more: it is told nothing from now on", p->name);
	}
}

void live_processes_act(struct live_run *r, const char *const *words, guint n)
{
	GByteArray *body = g_byte_array_new();
	struct relay_message m = { .kind = RELAY_ACT };

	if (r->processes) {
		for (guint k = 0; k < n; k++)
			g_byte_array_append(body, (const guint8 *)words[k], (guint)strlen(words[k]) + 1);
		m.body = body->data;
		m.len = body->len;
		spread(r, NULL, &m);
	}
	g_byte_array_unref(body);
}

static void heard_bindings(struct live_run *r, const struct relay_message *m)
{
	const struct relay_bindings *h = m->body;
	const struct build_count count[2] = { { h->count[0], h->count[1] }, { h->count[2], h->count[3] } };

	if (m->len == sizeof *h + h->n * sizeof(struct build_binding_told))
		build_tell_bindings(r->b, h->node, count, (const void *)(h + 1), h->n);
}

static void said(struct process *p, struct relay_message *m)
{
	struct live_run *r = p->run;
	const struct relay_late *late;

	switch (m->kind) {
	case RELAY_RECORD:
		emit(r, &m->record);
		break;
	case RELAY_CAME:
		has_come(p, m->body);
		break;
	case RELAY_ADDRESS: case RELAY_CONTEXT:
		spread(r, p, m);
		break;
	case RELAY_BINDINGS:
		heard_bindings(r, m);
		break;
	case RELAY_LATE:
		late = m->body;
		live_blame(r->l, late->due, late->by);
		break;
	case RELAY_TEXT:
		g_string_append_len(r->notes, m->body, (gssize)m->len);
		break;
	case RELAY_DONE:
		memcpy(&p->figures, m->body, sizeof p->figures);
		p->done = true;
		break;
	case RELAY_START: case RELAY_ACT:
		break;
	}
}

static void take_batch(struct process *p)
{
	struct relay_message m;

	while (relay_next(&p->in, &m))
		said(p, &m);
	relay_drop(&p->in);
	p->dropped++;
}

/* Batches with a frame behind them wait for it, and so do those after them. */
static void take_ready(struct process *p)
{
	const struct relay_batch *b;

	while ((b = relay_batch(&p->in)) && b->port == REC_NONE)
		take_batch(p);
}

/* False: it is gone. */
static bool hear(struct process *p)
{
	const uint8_t *octets;
	int n;

	while ((n = device_read(p->socket, &octets)) > 0)
		relay_feed(&p->in, octets, (size_t)n);
	return n == 0;
}

static void came(void *ctx, const uint8_t *octets, size_t len)
{
	struct process *p = ctx;

	relay_feed(&p->in, octets, len);
	take_ready(p);
}

/* A frame from elsewhere: what its sender said before it comes first. */
static void sending(void *ctx, unsigned i, struct moor_pkt *pkt)
{
	const struct link *l = ctx;
	struct process *p = l->process;
	uint32_t port = moor_port_number(outside_port(l->peer->o, i));
	uint64_t key = relay_key(pkt->data, pkt->len);
	const struct relay_batch *b;
	bool this_one = false;

	hear(p);
	if (!relay_awaits(&p->in, port, key))
		return;			/* another program's in that namespace */
	while (!this_one && (b = relay_batch(&p->in))) {
		this_one = b->port == port && b->key == key;
		if (this_one)
			pkt->trace_class = (uint8_t)b->frame_class;
		take_batch(p);
	}
	take_ready(p);
}

/* ---- beginning --------------------------------------------------------------------------------------------------- */

static bool start(struct live_run *r, struct process *p, GError **e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "process %s: %s", p->name, g_strerror(errno));
		return false;
	}
	p->pid = fork();
	if (!p->pid) {
		close(ends[0]);
		live_process_play(r, p, ends[1]);
	}
	close(ends[1]);
	p->socket = device_stream(p->name, ends[0], false);
	if (p->pid > 0)
		return true;
	p->pid = 0;
	g_set_error(e, NETNS_ERROR, NETNS_FAILED, "process %s: %s", p->name, g_strerror(errno));
	return false;
}

static struct process *process_new(struct live_run *r)
{
	struct process *p = g_new0(struct process, 1);

	p->run = r;
	p->nodes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	p->peers = g_ptr_array_new();
	relay_in_init(&p->in);
	relay_out_init(&p->out);
	g_queue_init(&p->going);
	g_ptr_array_add(r->processes->all, p);
	return p;
}

static bool add_node(struct process *p, uint32_t node, GError **e)
{
	struct live_run *r = p->run;
	bool ports = of(r, node)->kind != NODE_AAA;
	struct live_peer *peer = ports ? open_node(r, node, e) : NULL;
	char *name = p->name ? g_strconcat(p->name, "+", of(r, node)->base.name, NULL) : NULL;

	if (ports && !peer)
		return false;
	if (!name)
		name = g_strdup(moor_node_name(moor_node_at(build_world(r->b), node)));
	g_free(p->name);
	p->name = name;
	g_array_append_val(p->nodes, node);
	if (peer)
		g_ptr_array_add(p->peers, peer);
	r->processes->elsewhere[node] = true;
	r->processes->of[node] = p;
	return true;
}

/* Copies of AAA servers, where they are no process of their own. */
static void add_servers(struct live_run *r, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		for (guint i = 0; of(r, k)->kind == NODE_AAA && !is_lone(r, of(r, k)) && i < r->processes->all->len; i++) {
			struct process *p = r->processes->all->pdata[i];
			bool asked = false;

			for (guint j = 0; j < p->nodes->len; j++)
				asked |= asks(of(r, g_array_index(p->nodes, uint32_t, j)), of(r, k));
			if (asked)
				g_array_append_val(p->nodes, k);
			r->processes->elsewhere[k] |= asked;
		}
}

/* Processes and their nodes' interfaces; nothing runs yet. */
static bool open_all(struct live_run *r, uint32_t n, GError **e)
{
	uint32_t *first = partition(r, n);
	struct process **of_first = g_new0(struct process *, n + 1);
	bool fine = true;

	for (uint32_t k = 0; fine && k < n; k++) {
		if (!goes(of(r, k)) || (of(r, k)->kind == NODE_AAA && !is_lone(r, of(r, k))))
			continue;
		if (!of_first[first[k]])
			of_first[first[k]] = process_new(r);
		fine = add_node(of_first[first[k]], k, e);
	}
	add_servers(r, n);
	g_free(first);
	g_free(of_first);
	return fine;
}

/* From here on the copies of the others' nodes are silent, and their ports are wires. */
static void connect_node(struct process *p, struct live_peer *peer)
{
	struct processes *x = p->run->processes;
	struct link *l = g_new(struct link, 1);

	*l = (struct link){ p, peer };
	g_ptr_array_add(x->links, l);
	for (unsigned i = 0; i < outside_count(peer->o); i++) {
		struct moor_port *wire = outside_wire(peer->o, i);

		g_hash_table_add(x->wires, GUINT_TO_POINTER(moor_port_number(wire)));
		live_port(p->run->l, wire, peer->device->pdata[i], mtu_of(p->run));
	}
	outside_on_sending(peer->o, sending, l);
	build_absent(p->run->b, moor_node_id(peer->node));
}

/* Why not; NULL: it can be. */
static char *refusal(const struct live_run *r, uint32_t n)
{
	uint32_t mine = 0;

	for (uint32_t k = 0; k < n; k++) {
		mine += goes(of(r, k));
		if (of(r, k)->diameter || of(r, k)->radius)
			return g_strdup_printf("--processes: node %s is asked over a network, which a run in one process does alone",
					       of(r, k)->base.name);
	}
	if (mine > PROCESSES_MAX)
		return g_strdup_printf("--processes: %u nodes are too many, at most %d", mine, PROCESSES_MAX);
	return NULL;
}

static bool begin(struct live_run *r, GError **e)
{
	uint32_t n = moor_node_count(build_world(r->b));
	bool fine;
	char *no;

	if (!r->options->processes)
		return true;
	no = refusal(r, n);
	if (no) {
		g_set_error_literal(e, NETNS_ERROR, NETNS_FAILED, no);
		g_free(no);
		return false;
	}
	r->processes = g_new0(struct processes, 1);
	r->processes->all = g_ptr_array_new();
	r->processes->links = g_ptr_array_new_with_free_func(g_free);
	r->processes->elsewhere = g_new0(bool, n + 1);
	r->processes->of = g_new0(struct process *, n + 1);
	r->processes->wires = g_hash_table_new(NULL, NULL);
	fine = live_enter(r, e) && open_all(r, n, e);
	for (guint k = 0; fine && k < r->processes->all->len; k++)
		fine = start(r, r->processes->all->pdata[k], e);
	if (fine)
		moor_record_divert(build_world(r->b), guard, r);
	for (guint k = 0; fine && k < r->processes->all->len; k++) {
		struct process *p = r->processes->all->pdata[k];

		live_watch(r->l, p->socket, came, p);
		p->watched = true;
		for (guint j = 0; j < p->peers->len; j++)
			connect_node(p, p->peers->pdata[j]);
	}
	r->elsewhere = r->processes->elsewhere;
	return fine;
}

static void go(struct live_run *r)
{
	const struct relay_start start = { live_clock() + HEAD_START, r->until };

	if (!r->processes)
		return;
	for (guint k = 0; k < r->processes->all->len; k++) {
		struct process *p = r->processes->all->pdata[k];

		relay_put(&p->out, RELAY_START, &start, sizeof start);
		relay_end(&p->out, REC_NONE, 0, NULL, 0);
		relay_send(&p->out, p->socket);
	}
	live_from(r->l, start.epoch);
}

/* ---- while it runs, and the end ---------------------------------------------------------------------------------- */

/* True: it is over. */
static bool over(struct process *p)
{
	int status;

	if (!p->pid || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return !p->pid;
	p->pid = 0;
	hear(p);
	while (relay_batch(&p->in))
		take_batch(p);
	if (WIFSIGNALED(status))
		live_note(p->run, "%s: its process was ended by signal %d (%s)", p->name, WTERMSIG(status),
			  g_strsignal(WTERMSIG(status)));
	else if (!p->done)
		live_note(p->run, "%s: its process ended early, with %d", p->name, WEXITSTATUS(status));
	return true;
}

static void look(struct live_run *r)
{
	for (guint k = 0; r->processes && k < r->processes->all->len; k++) {
		struct process *p = r->processes->all->pdata[k];

		/* a frame that did not come in this time never will: the kernel had no room for it */
		if (relay_batch(&p->in) && p->dropped == p->looked) {
			live_now(r->l);
			while (relay_batch(&p->in))
				take_batch(p);
		}
		p->looked = p->dropped;
		over(p);
	}
}

static void stop(struct live_run *r)
{
	for (unsigned ms = 0, left = 1; r->processes && left; ms++) {
		left = 0;
		for (guint k = 0; k < r->processes->all->len; k++) {
			struct process *p = r->processes->all->pdata[k];

			if (!p->pid)
				continue;
			if (!p->told)
				shutdown(device_fd(p->socket), SHUT_WR);
			p->told = true;
			hear(p);
			while (relay_batch(&p->in))
				take_batch(p);
			if (over(p))
				continue;
			left++;
			if (ms == 2 * LIVE_GRACE_MS)
				kill(p->pid, SIGKILL);
		}
		if (left)
			g_usleep(1000);
	}
}

static void tell(struct live_run *r, GString *text)
{
	for (guint k = 0; r->processes && k < r->processes->all->len; k++) {
		const struct process *p = r->processes->all->pdata[k];
		const struct relay_done *d = &p->figures;

		if (p->done)
			g_string_append_printf(text, "process %s: %.3f s of CPU; lateness of %" G_GUINT64_FORMAT " wake-ups: half within "
					       "%.3f ms, 99 %% within %.3f ms, at most %.3f ms\n", p->name, (double)d->cpu_us / 1e6,
					       d->wake_ups, (double)d->p50 / 1e6, (double)d->p99 / 1e6, (double)d->max / 1e6);
	}
}

static void clean(struct live_run *r)
{
	struct processes *x = r->processes;

	for (guint k = 0; x && k < x->all->len; k++) {
		struct process *p = x->all->pdata[k];

		if (!p->watched)
			device_free(p->socket);
		relay_in_done(&p->in);
		relay_out_done(&p->out);
		g_queue_clear_full(&p->going, g_free);
		g_ptr_array_free(p->peers, TRUE);
		g_array_free(p->nodes, TRUE);
		g_free(p->name);
		g_free(p);
	}
	if (x) {
		g_ptr_array_free(x->all, TRUE);
		g_ptr_array_free(x->links, TRUE);
		g_hash_table_destroy(x->wires);
		g_free(x->elsewhere);
		g_free(x->of);
		g_free(x);
	}
	r->processes = NULL;
	r->elsewhere = NULL;
}

const struct live_part live_processes_part = { .begin = begin, .start = go, .look = look, .stop = stop,
						     .tell = tell, .clean = clean };
