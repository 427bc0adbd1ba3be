/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a run's records as vectors
 *
 * One series for each direction of each flow, for each carrier and for each state machine, made when its first record
 * comes: their order is that of events.jsonl. Packets under way are remembered until they come; those that never do
 * are told at the end, at the times when they were sent. It implements no clause.
 */
#include "traces/export_vectors.h"

#include <string.h>

#include "traces/events.h"

/* What tells one series from another; without padding, for it is compared as octets. */
struct key { uint32_t kind, node, port, instance; const char *machine; };

struct packet { uint64_t sequence, event; moor_time at; };

/* A direction of a flow, for what is lost of it. */
struct direction {
	uint32_t flow, sender;
	int which;
	struct packet first;		/* sent of it */
	GHashTable *under_way;		/* struct packet, by its sequence number */
};

struct vectors {
	struct series_to *to;
	const struct export_options *options;
	struct trace_names names;
	GHashTable *known;		/* struct key -> struct series, owned by: */
	GPtrArray *series;
	GHashTable *directions;		/* flow * 2 + direction -> struct direction, owned by: */
	GPtrArray *flows;
	uint64_t event;			/* record, from 1 */
};

static guint key_hash(gconstpointer p)
{
	const struct key *k = p;

	return ((k->kind * 31 + k->node) * 31 + k->port) * 31 + k->instance + g_direct_hash(k->machine);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct key));
}

/* The series of that key, NULL when it is new; then new_series makes it. */
static struct series *series_of(const struct vectors *v, const struct key *k)
{
	return g_hash_table_lookup(v->known, k);
}

static struct series *new_series(struct vectors *v, const struct key *k, char *module, int64_t flow, int direction)
{
	struct series *s = series_new(v->to, (enum series_kind)k->kind, module, flow, direction);

	g_hash_table_insert(v->known, g_memdup2(k, sizeof *k), s);
	g_ptr_array_add(v->series, s);
	g_free(module);
	return s;
}

/* ---- user data -------------------------------------------------------------------------------------------------- */

static char *flow_module(const struct vectors *v, uint32_t node, uint32_t flow)
{
	char room[32];

	return g_strdup_printf("%s.flow[%u]", trace_node_name(&v->names, node, room), flow);
}

static void direction_free(gpointer p)
{
	struct direction *d = p;

	g_hash_table_unref(d->under_way);
	g_free(d);
}

static struct direction *direction_of(struct vectors *v, const struct moor_record *r)
{
	const uint64_t key = (uint64_t)r->u.data.flow * 2 + (r->u.data.direction != 0);
	struct direction *d = g_hash_table_lookup(v->directions, &key);

	if (d)
		return d;
	d = g_new0(struct direction, 1);
	*d = (struct direction){ .flow = r->u.data.flow, .sender = REC_NONE, .which = r->u.data.direction != 0 };
	d->under_way = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	g_hash_table_insert(v->directions, g_memdup2(&key, sizeof key), d);
	g_ptr_array_add(v->flows, d);
	return d;
}

static void on_sent(struct vectors *v, const struct moor_record *r)
{
	struct direction *d = direction_of(v, r);
	const struct packet p = { r->u.data.sequence, v->event, r->at };
	struct packet *kept = g_memdup2(&p, sizeof p);

	if (d->sender == REC_NONE)
		d->first = p;
	d->sender = r->node;
	g_hash_table_replace(d->under_way, &kept->sequence, kept);
}

static void on_came(struct vectors *v, const struct moor_record *r)
{
	const uint32_t flow = r->u.data.flow;
	const int which = r->u.data.direction != 0;

	g_hash_table_remove(direction_of(v, r)->under_way, &r->u.data.sequence);
	for (enum series_kind kind = SERIES_DELAY; kind <= SERIES_SEQUENCE; kind++) {
		const struct key k = { kind, r->node, flow, (uint32_t)which, NULL };
		struct series *s = series_of(v, &k);

		s = s ? s : new_series(v, &k, flow_module(v, r->node, flow), flow, which);
		series_value(s, r->at, v->event, kind == SERIES_SEQUENCE ? (double)r->u.data.sequence
									 : (double)(r->at - r->u.data.sent_at) / 1e9);
	}
}

static gint by_event(gconstpointer a, gconstpointer b)
{
	const struct packet *p = a, *q = b;

	return p->event < q->event ? -1 : p->event > q->event;
}

/* From none on, at the first packet: so every flow that sent has such a series. */
static void tell_lost(struct vectors *v, const struct direction *d)
{
	const struct key k = { SERIES_LOST, d->sender, d->flow, (uint32_t)d->which, NULL };
	struct series *s;
	GList *packets;
	double lost = 0;

	if (d->sender == REC_NONE)
		return;
	s = new_series(v, &k, flow_module(v, d->sender, d->flow), d->flow, d->which);
	series_value(s, d->first.at, d->first.event, lost);
	packets = g_list_sort(g_hash_table_get_values(d->under_way), by_event);
	for (const GList *l = packets; l; l = l->next) {
		const struct packet *p = l->data;

		series_value(s, p->at, p->event, ++lost);
	}
	g_list_free(packets);
}

/* ---- carriers and states ----------------------------------------------------------------------------------------- */

static void on_carrier(struct vectors *v, const struct moor_record *r)
{
	const struct key k = { SERIES_CARRIER, r->node, r->port, 0, NULL };
	struct series *s = series_of(v, &k);

	if (!s) {
		uint32_t node = r->node;
		const char *link, *port = v->names.port(v->names.ctx, r->port, &node, &link, NULL);
		char room[32];

		s = new_series(v, &k, g_strdup_printf("%s.%s", trace_node_name(&v->names, r->node, room), port ? port : "port"),
			       -1, 0);
	}
	series_value(s, r->at, v->event, r->u.carrier.up);
}

/* Its number in the machine's descriptor; behind all of those when it is a state of another version. */
static unsigned state_number(const struct fsm *m, const struct fsm *read, unsigned state)
{
	for (unsigned i = 0; i < m->n_states; i++)
		if (!strcmp(m->states[i].name, read->states[state].name))
			return i;
	return m->n_states + state;
}

/* Its descriptor; the reader's, which numbers states as they come, when nobody knows it. */
static const struct fsm *machine_of(const struct vectors *v, const struct fsm *read)
{
	const struct fsm *m = v->options->machine ? v->options->machine(read->name) : NULL;

	return m ? m : read;
}

static void on_state(struct vectors *v, const struct moor_record *r)
{
	const struct fsm *read = r->u.state.machine, *m = machine_of(v, read);
	const struct key k = { SERIES_STATE, r->node, REC_NONE, r->instance, read->name };
	struct series *s = series_of(v, &k);

	if (!s) {
		char room[32], *which = r->instance ? g_strdup_printf("[%u]", r->instance) : g_strdup("");

		s = new_series(v, &k, g_strdup_printf("%s.%s%s", trace_node_name(&v->names, r->node, room), read->name, which),
			       -1, 0);
		series_machine(s, m);
		g_free(which);
	}
	series_value(s, r->at, v->event, state_number(m, read, r->u.state.to));
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

static void take_record(struct vectors *v, const struct moor_record *r)
{
	v->event++;
	if (r->kind == REC_DATA_TX)
		on_sent(v, r);
	else if (r->kind == REC_DATA_RX)
		on_came(v, r);
	else if (r->kind == REC_CARRIER && r->port != REC_NONE)
		on_carrier(v, r);
	else if (r->kind == REC_STATE && r->u.state.machine)
		on_state(v, r);
}

static bool feed(struct vectors *v, struct events_reader *e, const char *path, GError **error)
{
	struct moor_record r;
	int got;

	while ((got = events_next(e, &r, error)) == 1)
		take_record(v, &r);
	if (got == 0 && events_cut(e) && !v->options->partial) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: the last line is cut short", path);
		return false;
	}
	return got == 0;
}

bool export_vectors(struct series_to *to, const char *events, const struct export_options *options, GError **error)
{
	struct name_table *names = name_table_new();
	struct events_reader *e = events_open(events, names, error);
	struct vectors v = { .to = to, .options = options, .names = trace_names_of_table(names) };
	bool ok;

	v.known = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
	v.series = g_ptr_array_new();
	v.directions = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	v.flows = g_ptr_array_new_with_free_func(direction_free);
	ok = e && feed(&v, e, events, error);
	for (guint i = 0; ok && i < v.flows->len; i++)
		tell_lost(&v, v.flows->pdata[i]);
	for (guint i = 0; i < v.series->len; i++)
		series_end(v.series->pdata[i]);
	g_hash_table_unref(v.known);
	g_ptr_array_unref(v.series);
	g_hash_table_unref(v.directions);
	g_ptr_array_unref(v.flows);
	events_close(e);
	name_table_free(names);
	return ok;
}
