/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The per-flow table of IP flow mobility. It exists because the handover metrics look at one movement at a time, and
 * here what matters is which access carries which flow, before and after a routing rule changes. It implements no
 * clause.
 *
 * One octet per packet says by which access it went and whether it came: the runs that want this table are short.
 */
#include "traces/flows_table.h"

#include <glib.h>
#include <string.h>

#include "traces/metrics.h"

#define PHASES 32u			/* more splits belong to the last one */
#define ACCESSES 15u			/* of one flow and direction */
#define ROWS_SHOWN 40u
#define CAME 0x80u			/* in a packet's octet; the low 4 bits are the access + 1 */

struct cell { uint64_t received, octets; };

struct dir {
	uint32_t flow, node;		/* node: the mobile one */
	uint8_t direction;
	guint n_access;
	uint32_t access[ACCESSES];	/* ports */
	struct cell cell[PHASES][ACCESSES + 1];	/* the last column: not known by which */
	uint64_t sent[PHASES], arrived[PHASES], duplicated[PHASES];
	moor_time first[PHASES], last[PHASES];	/* sending times */
	GByteArray *packets;		/* by sequence */
	GArray *at;			/* their sending times */
};

struct phase { moor_time from; char *name; };

struct flows_table {
	struct flows_table_config config;
	GHashTable *index;		/* flow * 2 + direction -> struct dir */
	GPtrArray *dirs;
	struct phase phases[PHASES];
	guint n_phases;
	/* the last frame in and the last packet out, per node */
	GHashTable *frames;
	struct dir *leaving;
	uint64_t leaving_sequence;
	uint32_t leaving_node;
	moor_time leaving_at;
};

struct frame_in { moor_time at; uint32_t port; };

static void dir_free(gpointer p)
{
	struct dir *d = p;

	g_byte_array_unref(d->packets);
	g_array_unref(d->at);
	g_free(d);
}

struct flows_table *flows_table_new(const struct flows_table_config *c)
{
	struct flows_table *t = g_new0(struct flows_table, 1);

	t->config = *c;
	t->index = g_hash_table_new(NULL, NULL);
	t->frames = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	t->dirs = g_ptr_array_new_with_free_func(dir_free);
	t->phases[t->n_phases++].name = g_strdup("start");
	return t;
}

void flows_table_free(struct flows_table *t)
{
	if (!t)
		return;
	for (guint i = 0; i < t->n_phases; i++)
		g_free(t->phases[i].name);
	g_hash_table_unref(t->index);
	g_hash_table_unref(t->frames);
	g_ptr_array_unref(t->dirs);
	g_free(t);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static guint phase_at(const struct flows_table *t, moor_time at)
{
	guint i = t->n_phases - 1;

	while (i && t->phases[i].from > at)
		i--;
	return i;
}

static void on_action(struct flows_table *t, const struct moor_record *r)
{
	static const char *const verbs[] = { "add-flow", "move-flow", "remove-flow" };
	const char *name = t->config.phase ? t->config.phase(t->config.ctx, r->instance) : NULL;
	bool splits = false;

	for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
		splits |= !strcmp(r->u.action.verb, verbs[i]);
	if (!splits || (t->n_phases > 1 && t->phases[t->n_phases - 1].from == r->at) || t->n_phases == PHASES)
		return;
	t->phases[t->n_phases++] = (struct phase){ r->at, g_strdup(name ? name : r->u.action.verb) };
}

static struct dir *dir_of(struct flows_table *t, const struct moor_record *r)
{
	gpointer key = GUINT_TO_POINTER(r->u.data.flow * 2 + r->u.data.direction + 1);
	struct dir *d = g_hash_table_lookup(t->index, key);

	if (d)
		return d;
	d = g_new0(struct dir, 1);
	d->flow = r->u.data.flow;
	d->direction = r->u.data.direction;
	d->node = REC_NONE;
	d->packets = g_byte_array_new();
	d->at = g_array_new(FALSE, TRUE, sizeof(moor_time));
	g_hash_table_insert(t->index, key, d);
	g_ptr_array_add(t->dirs, d);
	return d;
}

static guint access_of(struct dir *d, uint32_t port)
{
	guint i = 0;

	if (port == REC_NONE)
		return ACCESSES;
	while (i < d->n_access && d->access[i] != port)
		i++;
	if (i == d->n_access && i < ACCESSES)
		d->access[d->n_access++] = port;
	return i;
}

static void on_sent(struct flows_table *t, const struct moor_record *r)
{
	struct dir *d = dir_of(t, r);
	guint p = phase_at(t, r->at), n = (guint)r->u.data.sequence;

	if (d->packets->len <= n) {
		guint was = d->packets->len;

		g_byte_array_set_size(d->packets, n + 1);
		memset(d->packets->data + was, 0, n + 1 - was);
		g_array_set_size(d->at, n + 1);
	}
	g_array_index(d->at, moor_time, n) = r->at;
	if (!d->sent[p]++)
		d->first[p] = r->at;
	d->last[p] = r->at;
	if (d->direction != 1)
		return;
	d->node = r->node;
	t->leaving = d;
	t->leaving_sequence = n;
	t->leaving_node = r->node;
	t->leaving_at = r->at;
}

static void on_received(struct flows_table *t, const struct moor_record *r)
{
	struct dir *d = dir_of(t, r);
	guint p = phase_at(t, r->u.data.sent_at), n = (guint)r->u.data.sequence, a = ACCESSES;
	const struct frame_in *f = g_hash_table_lookup(t->frames, GUINT_TO_POINTER(r->node + 1));

	if (n >= d->packets->len)
		return;			/* its sending was not told */
	if (d->direction == 0) {
		d->node = r->node;
		a = access_of(d, f && f->at == r->at ? f->port : REC_NONE);
	} else if (d->packets->data[n] & 0xf) {
		a = (d->packets->data[n] & 0xfu) - 1;
	}
	d->cell[p][a].received++;
	d->cell[p][a].octets += r->u.data.octets;
	if (d->packets->data[n] & CAME)
		d->duplicated[p]++;
	else
		d->arrived[p]++;
	d->packets->data[n] |= CAME;
}

static void on_frame_in(struct flows_table *t, const struct moor_record *r)
{
	struct frame_in *f = g_hash_table_lookup(t->frames, GUINT_TO_POINTER(r->node + 1));

	if (!f) {
		f = g_new(struct frame_in, 1);
		g_hash_table_insert(t->frames, GUINT_TO_POINTER(r->node + 1), f);
	}
	*f = (struct frame_in){ r->at, r->port };
}

/* A packet that waits for a neighbour's address leaves later and counts as one of no access. */
static void on_frame_out(struct flows_table *t, const struct moor_record *r)
{
	struct dir *d = t->leaving;
	guint a;

	if (!d || r->node != t->leaving_node || r->at != t->leaving_at || r->u.frame.trace_class != CLASS_DATA)
		return;
	a = access_of(d, r->port);
	if (a < ACCESSES)
		d->packets->data[t->leaving_sequence] |= (uint8_t)(a + 1);
	t->leaving = NULL;
}

void flows_table_record(void *table, const struct moor_record *r)
{
	struct flows_table *t = table;

	if (r->kind == REC_FRAME_RX)
		on_frame_in(t, r);
	else if (r->kind == REC_FRAME_TX)
		on_frame_out(t, r);
	else if (r->kind == REC_DATA_TX)
		on_sent(t, r);
	else if (r->kind == REC_DATA_RX)
		on_received(t, r);
	else if (r->kind == REC_ACTION)
		on_action(t, r);
}

/* What was under way at the end was neither lost nor received. */
void flows_table_finish(struct flows_table *t, moor_time at)
{
	for (guint i = 0; i < t->dirs->len; i++) {
		struct dir *d = t->dirs->pdata[i];

		for (guint n = d->packets->len; n-- > 0;) {
			moor_time sent = g_array_index(d->at, moor_time, n);

			if (sent + METRICS_FLIGHT <= at)
				break;
			if (!(d->packets->data[n] & CAME))
				d->sent[phase_at(t, sent)]--;
		}
	}
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static uint64_t lost(const struct dir *d, guint p)
{
	return d->sent[p] > d->arrived[p] ? d->sent[p] - d->arrived[p] : 0;
}

int flows_table_phase(const struct flows_table *t, const char *name)
{
	for (guint i = 0; i < t->n_phases; i++)
		if (!strcmp(t->phases[i].name, name))
			return (int)i;
	return -1;
}

static const char *port_name(const struct flows_table *t, const struct dir *d, guint a)
{
	uint32_t node;
	const char *link, *name = NULL;

	if (a < d->n_access)
		name = t->config.names.port(t->config.names.ctx, d->access[a], &node, &link, NULL);
	return name ? name : "?";
}

static uint64_t figure(const struct flows_table *t, const struct dir *d, guint p, const char *access,
		       enum flow_figure what)
{
	uint64_t sum = 0;

	switch (what) {
	case FLOW_SENT:
		return d->sent[p];
	case FLOW_LOST:
		return lost(d, p);
	case FLOW_DUPLICATED:
		return d->duplicated[p];
	case FLOW_RECEIVED:
		break;
	}
	for (guint a = 0; a <= ACCESSES; a++)
		if (!access || (a < d->n_access && !strcmp(port_name(t, d, a), access)))
			sum += d->cell[p][a].received;
	return sum;
}

bool flows_table_value(const struct flows_table *t, uint32_t flow, int phase, const char *access, enum flow_figure what,
		       uint64_t *out)
{
	bool any = false;

	*out = 0;
	for (guint k = 0; k < 2; k++) {
		const struct dir *d = g_hash_table_lookup(t->index, GUINT_TO_POINTER(flow * 2 + k + 1));

		for (guint p = 0; d && p < t->n_phases; p++)
			if ((phase < 0 || p == (guint)phase) && d->sent[p]) {
				any = true;
				*out += figure(t, d, p, access, what);
			}
	}
	return any;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

/* Of `count` things out of all that a phase's packets brought, a second, times 10. */
static uint64_t rate(const struct dir *d, guint p, uint64_t count)
{
	moor_time span = d->last[p] - d->first[p];

	if (d->sent[p] < 2 || span <= 0)
		return 0;
	return (uint64_t)((double)count * 10.0 * (double)(d->sent[p] - 1) / (double)d->sent[p] * (double)MOOR_S /
			  (double)span + 0.5);
}

static void print_phases(FILE *out, const struct flows_table *t)
{
	for (guint p = 0; p < t->n_phases; p++)
		fprintf(out, "phase %u from %" G_GINT64_FORMAT ".%03d s: %s\n", p + 1, t->phases[p].from / MOOR_S,
			(int)(t->phases[p].from % MOOR_S / MOOR_MS), t->phases[p].name);
}

static void print_row(FILE *out, const struct flows_table *t, const struct dir *d, guint a, bool head)
{
	const char *flow = t->config.flow ? t->config.flow(t->config.ctx, d->flow) : NULL;
	char number[24];

	g_snprintf(number, sizeof number, "%u", d->flow);
	fprintf(out, "%-14s %-4s %-9s", head ? flow ? flow : number : "", head ? d->direction ? "up" : "down" : "",
		a < ACCESSES ? port_name(t, d, a) : "-");
	for (guint p = 0; p < t->n_phases; p++) {
		const struct cell *c = &d->cell[p][a];
		uint64_t pps = rate(d, p, c->received), bps = rate(d, p, c->octets * 8) / 1000;

		if (c->received)
			fprintf(out, "  %6" G_GUINT64_FORMAT ".%u %7" G_GUINT64_FORMAT ".%u", pps / 10, (unsigned)(pps % 10), bps / 10,
				(unsigned)(bps % 10));
		else
			fprintf(out, "  %8s %9s", "-", "-");
		if (head && d->sent[p])
			fprintf(out, " %5" G_GUINT64_FORMAT, lost(d, p));
		else
			fprintf(out, " %5s", "");
	}
	fputc('\n', out);
}

static bool carried(const struct flows_table *t, const struct dir *d, guint a)
{
	for (guint p = 0; p < t->n_phases; p++)
		if (d->cell[p][a].received)
			return true;
	return false;
}

void flows_table_print(FILE *out, const struct flows_table *t)
{
	guint rows = 0;

	if (!t->dirs->len)
		return;
	fprintf(out, "\n%-14s %-4s %-9s", "FLOW", "DIR", "ACCESS");
	for (guint p = 0; p < t->n_phases; p++)
		fprintf(out, "  %6s:%u %9s %5s", "PKT/S", p + 1, "KBIT/S", "LOST");
	fputc('\n', out);
	for (guint i = 0; i < t->dirs->len && rows < ROWS_SHOWN; i++) {
		const struct dir *d = t->dirs->pdata[i];
		bool head = true;

		for (guint a = 0; a <= ACCESSES; a++)
			if (carried(t, d, a)) {
				print_row(out, t, d, a, head);
				head = false;
				rows++;
			}
		if (head)
			print_row(out, t, d, ACCESSES, true);
	}
	if (rows >= ROWS_SHOWN)
		fprintf(out, "… metrics.csv has all of %u flows\n", t->dirs->len);
	print_phases(out, t);
}

/* ---- metrics.csv ------------------------------------------------------------------------------------------------- */

static void csv_line(struct trace_out *o, const char *run, const struct flows_table *t, const struct dir *d, guint p,
		     const char *what, uint64_t v)
{
	const char *flow = t->config.flow ? t->config.flow(t->config.ctx, d->flow) : NULL;
	char node[32], number[24];
	char *line;

	g_snprintf(number, sizeof number, "%u", d->flow);
	line = g_strdup_printf("%s,%s,%u,flow.%s.%s.%s,%" G_GUINT64_FORMAT ",1\n", run,
			       trace_node_name(&t->config.names, d->node, node), p + 1, flow ? flow : number,
			       d->direction ? "up" : "down", what, v);
	trace_out_text(o, line);
	g_free(line);
}

static void csv_access(struct trace_out *o, const char *run, const struct flows_table *t, const struct dir *d, guint p,
		       guint a)
{
	char *what = g_strdup_printf("received.%s", a < ACCESSES ? port_name(t, d, a) : "unknown");
	char *octets = g_strdup_printf("octets.%s", a < ACCESSES ? port_name(t, d, a) : "unknown");

	csv_line(o, run, t, d, p, what, d->cell[p][a].received);
	csv_line(o, run, t, d, p, octets, d->cell[p][a].octets);
	g_free(what);
	g_free(octets);
}

void flows_table_csv(struct trace_out *o, const char *run, const struct flows_table *t)
{
	for (guint i = 0; i < t->dirs->len; i++) {
		const struct dir *d = t->dirs->pdata[i];

		for (guint p = 0; p < t->n_phases; p++) {
			if (!d->sent[p])
				continue;
			csv_line(o, run, t, d, p, "sent", d->sent[p]);
			csv_line(o, run, t, d, p, "lost", lost(d, p));
			csv_line(o, run, t, d, p, "duplicated", d->duplicated[p]);
			for (guint a = 0; a <= ACCESSES; a++)
				if (d->cell[p][a].received)
					csv_access(o, run, t, d, p, a);
		}
	}
}
