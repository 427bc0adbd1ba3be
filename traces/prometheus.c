/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: figures for Prometheus
 *
 * Counts what records say and keeps histograms of what the metrics say. Ports share their counts with those of the same
 * name in their group; where a port's counts are is found once. It implements no clause.
 */
#include "traces/prometheus.h"

#include <string.h>

#include "traces/fields.h"

#define KINDS (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP) | REC_BIT(REC_BINDING) \
	| REC_BIT(REC_DEVIATION) | REC_BIT(REC_DISCARD) | REC_BIT(REC_ACTION))

static const double bounds[] = { .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10 };	/* seconds */
#define BOUNDS G_N_ELEMENTS(bounds)

struct histogram {
	uint64_t n[BOUNDS + 1];		/* not summed up; the last: above all bounds */
	double sum;
};

/* Frames by the ports of one name on one node of the scenario. */
struct port_figures {
	const char *node, *port;
	uint64_t frames[2], octets[2];	/* in, out */
	GHashTable *lost;		/* cause -> uint64_t */
};

/* What is counted for each node of the scenario. */
struct node_figures {
	const char *node;
	uint64_t deviations, discards, binding[2][BINDING_REFUSED + 1];	/* update list, cache */
};

struct figures {
	struct figures_config c;
	GPtrArray *ports;		/* struct port_figures, by port number: shared, NULL until one is seen */
	GHashTable *by_name;		/* "node\tport" -> struct port_figures */
	GPtrArray *nodes;		/* struct node_figures, by node number: shared */
	GHashTable *by_group;		/* name -> struct node_figures */
	GHashTable *actions;		/* verb -> uint64_t */
	uint64_t answered[2][256];	/* by status; DSMIPv6, PMIPv6 */
	uint64_t unanswered[2], resent[2];
	struct histogram registration[2], phase[STEP_KINDS][METRICS];
	uint64_t steps[STEP_KINDS][STEP_OUTCOMES], lost[2];	/* down, up */
	const struct metrics *metrics;
};

/* ---- the format -------------------------------------------------------------------------------------------------- */

void prom_family(GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(out, "# HELP %s ", name);
	for (const char *p = help; *p; p++)
		g_string_append(out, *p == '\\' ? "\\\\" : *p == '\n' ? "\\n" : (const char[]){ *p, 0 });
	g_string_append_printf(out, "\n# TYPE %s %s\n", name, type);
}

static void name_and_labels(GString *out, const char *name, const char *const *labels)
{
	g_string_append(out, name);
	for (unsigned k = 0; labels && labels[k]; k += 2) {
		g_string_append_printf(out, "%c%s=\"", k ? ',' : '{', labels[k]);
		for (const char *p = labels[k + 1]; *p; p++)
			g_string_append(out, *p == '\\' ? "\\\\" : *p == '\n' ? "\\n" : *p == '"' ? "\\\""
					: (const char[]){ *p, 0 });
		g_string_append_c(out, '"');
	}
	g_string_append(out, labels && labels[0] ? "} " : " ");
}

/* Not printf: its decimal point is the locale's. */
void prom_sample(GString *out, const char *name, const char *const *labels, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	name_and_labels(out, name, labels);
	g_string_append_printf(out, "%s\n", g_ascii_formatd(text, sizeof text, "%.12g", value));
}

void prom_count(GString *out, const char *name, const char *const *labels, uint64_t value)
{
	name_and_labels(out, name, labels);
	g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", value);
}

void prom_single(GString *out, const char *name, const char *type, const char *help, double value)
{
	prom_family(out, name, type, help);
	prom_sample(out, name, NULL, value);
}

static void observe(struct histogram *h, int64_t ns)
{
	double v = (double)ns / 1e9;
	unsigned k = 0;

	while (k < BOUNDS && v > bounds[k])
		k++;
	h->n[k]++;
	h->sum += v;
}

/* labels: one or two pairs */
static void print_histogram(GString *out, const char *name, const char *const *labels, const struct histogram *h)
{
	char *bucket = g_strconcat(name, "_bucket", NULL), *sum = g_strconcat(name, "_sum", NULL);
	char *count = g_strconcat(name, "_count", NULL), le[G_ASCII_DTOSTR_BUF_SIZE];
	unsigned n = g_strv_length((char **)labels);
	const char *all[8] = { NULL };
	uint64_t so_far = 0;

	for (unsigned k = 0; k < n; k++)
		all[k] = labels[k];
	all[n] = "le";
	for (unsigned k = 0; k <= BOUNDS; k++) {
		so_far += h->n[k];
		all[n + 1] = k < BOUNDS ? g_ascii_formatd(le, sizeof le, "%g", bounds[k]) : "+Inf";
		prom_count(out, bucket, all, so_far);
	}
	prom_sample(out, sum, labels, h->sum);
	prom_count(out, count, labels, so_far);
	g_free(bucket);
	g_free(sum);
	g_free(count);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static void port_free(gpointer p)
{
	struct port_figures *x = p;

	g_hash_table_unref(x->lost);
	g_free(x);
}

static struct port_figures *new_port(struct figures *f, uint32_t number)
{
	uint32_t node = REC_NONE;
	const char *link, *port = f->c.names.port(f->c.names.ctx, number, &node, &link, NULL);
	const char *group = node == REC_NONE ? NULL : f->c.group(f->c.ctx, node);
	char *key = g_strdup_printf("%s\t%s", group ? group : "", port ? port : "");
	struct port_figures *x = g_hash_table_lookup(f->by_name, key);

	if (x) {
		g_free(key);
	} else {
		x = g_new0(struct port_figures, 1);
		*x = (struct port_figures){ .node = group, .port = port, .lost = g_hash_table_new_full(g_str_hash, g_str_equal,
											g_free, g_free) };
		g_hash_table_insert(f->by_name, key, x);
	}
	if (number >= f->ports->len)
		g_ptr_array_set_size(f->ports, (gint)number + 1);
	f->ports->pdata[number] = x;
	return x;
}

static struct port_figures *port_of(struct figures *f, uint32_t number)
{
	return number < f->ports->len && f->ports->pdata[number] ? f->ports->pdata[number] : new_port(f, number);
}

static struct node_figures *node_of(struct figures *f, uint32_t number)
{
	const char *group;
	struct node_figures *x;

	if (number < f->nodes->len && f->nodes->pdata[number])
		return f->nodes->pdata[number];
	group = f->c.group(f->c.ctx, number);
	group = group ? group : "";
	x = g_hash_table_lookup(f->by_group, group);
	if (!x) {
		x = g_new0(struct node_figures, 1);
		x->node = group;
		g_hash_table_insert(f->by_group, (gpointer)group, x);
	}
	if (number >= f->nodes->len)
		g_ptr_array_set_size(f->nodes, (gint)number + 1);
	f->nodes->pdata[number] = x;
	return x;
}

static void count(GHashTable *table, const char *text)
{
	uint64_t *n = g_hash_table_lookup(table, text);

	if (!n) {
		n = g_new0(uint64_t, 1);
		g_hash_table_insert(table, g_strdup(text), n);
	}
	++*n;
}

static void record(void *ctx, const struct moor_record *r)
{
	struct figures *f = ctx;
	bool frame = r->kind == REC_FRAME_TX || r->kind == REC_FRAME_RX || r->kind == REC_FRAME_DROP;
	struct port_figures *p = frame && r->port != REC_NONE ? port_of(f, r->port) : NULL;
	struct node_figures *n = frame || r->node == REC_NONE ? NULL : node_of(f, r->node);

	if (p && r->kind == REC_FRAME_DROP) {
		count(p->lost, r->u.frame.cause ? r->u.frame.cause : "");
	} else if (p) {
		p->frames[r->kind == REC_FRAME_TX]++;
		p->octets[r->kind == REC_FRAME_TX] += r->u.frame.len;
	} else if (r->kind == REC_ACTION) {
		count(f->actions, r->u.action.verb);
	} else if (n && r->kind == REC_BINDING) {
		n->binding[r->u.binding.at_home_agent][r->u.binding.what]++;
	} else if (n && r->kind == REC_DEVIATION) {
		n->deviations++;
	} else if (n && r->kind == REC_DISCARD) {
		n->discards++;
	}
}

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

static void step(void *ctx, const struct handover_row *r)
{
	struct figures *f = ctx;

	f->steps[r->kind][r->outcome]++;
	f->lost[0] += r->v[M_LOST_DOWN] > 0 ? (uint64_t)r->v[M_LOST_DOWN] : 0;
	f->lost[1] += r->v[M_LOST_UP] > 0 ? (uint64_t)r->v[M_LOST_UP] : 0;
	for (unsigned k = 0; k < METRICS && r->outcome == OUTCOME_OK; k++)
		if (metric_rows[k].unit == UNIT_NS && r->v[k] != METRIC_ABSENT)
			observe(&f->phase[r->kind][k], r->v[k]);
}

static void exchange(void *ctx, const struct bu_exchange *x)
{
	struct figures *f = ctx;

	f->resent[x->proxy] += x->attempts ? x->attempts - 1u : 0;
	if (!x->answered) {
		f->unanswered[x->proxy]++;
		return;
	}
	f->answered[x->proxy][x->status]++;
	if (x->status < 128)
		observe(&f->registration[x->proxy], x->answered_at - x->first_sent);
}

struct figures *figures_new(const struct figures_config *c)
{
	struct figures *f = g_new0(struct figures, 1);

	f->c = *c;
	f->ports = g_ptr_array_new();
	f->nodes = g_ptr_array_new();
	f->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, port_free);
	f->by_group = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	f->actions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return f;
}

void figures_free(struct figures *f)
{
	if (!f)
		return;
	g_ptr_array_unref(f->ports);
	g_ptr_array_unref(f->nodes);
	g_hash_table_unref(f->by_name);
	g_hash_table_unref(f->by_group);
	g_hash_table_unref(f->actions);
	g_free(f);
}

void figures_attach(struct figures *f, struct moor_world *w, struct metrics *m)
{
	f->metrics = m;
	moor_record_sink(w, KINDS, record, f);
	metrics_listen(m, step, exchange, f);
}

/* ---- print ------------------------------------------------------------------------------------------------------- */

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

/* The keys of a table in the order of their texts: the same lines in the same order each time. */
static GList *sorted(GHashTable *t)
{
	return g_list_sort(g_hash_table_get_keys(t), by_text);
}

static void print_ports(const struct figures *f, GString *out, const char *name, const char *help, bool octets)
{
	GList *keys = sorted(f->by_name);

	prom_family(out, name, "counter", help);
	for (GList *k = keys; k; k = k->next) {
		const struct port_figures *p = g_hash_table_lookup(f->by_name, k->data);

		for (unsigned to = 0; to < 2; to++)
			prom_count(out, name, (const char *[]){ "node", p->node ? p->node : "", "interface", p->port ? p->port : "",
				   "direction", to ? "out" : "in", NULL }, octets ? p->octets[to] : p->frames[to]);
	}
	g_list_free(keys);
}

static void print_lost(const struct figures *f, GString *out)
{
	static const char name[] = "mooring_frames_lost_total";
	GList *keys = sorted(f->by_name);

	prom_family(out, name, "counter", "Frames that were lost on links or dropped at interfaces, by cause.");
	for (GList *k = keys; k; k = k->next) {
		const struct port_figures *p = g_hash_table_lookup(f->by_name, k->data);
		GList *causes = sorted(p->lost);

		for (GList *c = causes; c; c = c->next)
			prom_count(out, name, (const char *[]){ "node", p->node ? p->node : "", "interface", p->port ? p->port : "",
				   "cause", c->data, NULL }, *(const uint64_t *)g_hash_table_lookup(p->lost, c->data));
		g_list_free(causes);
	}
	g_list_free(keys);
}

static void print_nodes(const struct figures *f, GString *out, const char *name, const char *help, bool deviations)
{
	GList *keys = sorted(f->by_group);

	prom_family(out, name, "counter", help);
	for (GList *k = keys; k; k = k->next) {
		const struct node_figures *n = g_hash_table_lookup(f->by_group, k->data);

		prom_count(out, name, (const char *[]){ "node", n->node, NULL }, deviations ? n->deviations : n->discards);
	}
	g_list_free(keys);
}

static void print_binding_events(const struct figures *f, GString *out)
{
	static const char name[] = "mooring_binding_events_total";
	static const char *const what[] = {
		[BINDING_CREATED] = "created", [BINDING_UPDATED] = "updated", [BINDING_REFRESHED] = "refreshed",
		[BINDING_DEREGISTERED] = "deregistered", [BINDING_EXPIRED] = "expired", [BINDING_REVOKED] = "revoked",
		[BINDING_REFUSED] = "refused",
	};
	GList *keys = sorted(f->by_group);

	prom_family(out, name, "counter", "Changes of binding caches (home agent, LMA) and binding update lists (UE, MAG).");
	for (GList *k = keys; k; k = k->next) {
		const struct node_figures *n = g_hash_table_lookup(f->by_group, k->data);

		for (unsigned cache = 0; cache < 2; cache++)
			for (unsigned e = 0; e < G_N_ELEMENTS(what); e++)
				if (n->binding[cache][e])
					prom_count(out, name, (const char *[]){ "node", n->node, "in", cache ? "cache" : "list", "event", what[e],
						   NULL }, n->binding[cache][e]);
	}
	g_list_free(keys);
}

static const char *const protocols[] = { "dsmipv6", "pmipv6" };

static void print_registrations(const struct figures *f, GString *out)
{
	static const char results[] = "mooring_registrations_total", answers[] = "mooring_registration_answers_total",
		resent[] = "mooring_registration_retransmissions_total", took[] = "mooring_registration_seconds";

	prom_family(out, results, "counter", "Exchanges of binding update and acknowledgement that ended, by result.");
	for (unsigned p = 0; p < 2; p++) {
		uint64_t n[3] = { 0, 0, f->unanswered[p] };
		static const char *const names[] = { "accepted", "refused", "unanswered" };

		for (unsigned k = 0; k < 256; k++)
			n[k >= 128] += f->answered[p][k];
		for (unsigned k = 0; k < 3; k++)
			prom_count(out, results, (const char *[]){ "protocol", protocols[p], "result", names[k], NULL }, n[k]);
	}
	prom_family(out, answers, "counter", "Binding acknowledgements by their status; 128 and above refuse.");
	for (unsigned p = 0; p < 2; p++)
		for (unsigned k = 0; k < 256; k++) {
			char status[8];

			g_snprintf(status, sizeof status, "%u", k);
			if (f->answered[p][k])
				prom_count(out, answers, (const char *[]){ "protocol", protocols[p], "status", status, NULL },
					   f->answered[p][k]);
		}
	prom_family(out, resent, "counter", "Binding updates that were sent again.");
	for (unsigned p = 0; p < 2; p++)
		prom_count(out, resent, (const char *[]){ "protocol", protocols[p], NULL }, f->resent[p]);
	prom_family(out, took, "histogram", "First binding update sent to its acceptance.");
	for (unsigned p = 0; p < 2; p++)
		print_histogram(out, took, (const char *[]){ "protocol", protocols[p], NULL }, &f->registration[p]);
}

static bool any(const struct histogram *h)
{
	for (unsigned k = 0; k <= BOUNDS; k++)
		if (h->n[k])
			return true;
	return false;
}

static void print_steps(const struct figures *f, GString *out)
{
	static const char steps[] = "mooring_handovers_total", phases[] = "mooring_handover_phase_seconds",
		lost[] = "mooring_handover_lost_packets_total";

	prom_family(out, steps, "counter", "Steps of mobile nodes that are over: attach, handover, home, detach.");
	for (int k = 0; k < STEP_KINDS; k++)
		for (int o = 0; o < STEP_OUTCOMES; o++)
			prom_count(out, steps, (const char *[]){ "step", step_kind_name((enum step_kind)k), "outcome",
				   step_outcome_name((enum step_outcome)o), NULL }, f->steps[k][o]);
	prom_family(out, phases, "histogram", "Phases of the steps that succeeded, as docs/metrics.md defines them.");
	for (int k = 0; k < STEP_KINDS; k++)
		for (int m = 0; m < METRICS; m++)
			if (any(&f->phase[k][m]))
				print_histogram(out, phases, (const char *[]){ "step", step_kind_name((enum step_kind)k), "phase",
						metric_rows[m].name, NULL }, &f->phase[k][m]);
	prom_family(out, lost, "counter", "Packets of user data lost in steps of mobile nodes.");
	for (unsigned k = 0; k < 2; k++)
		prom_count(out, lost, (const char *[]){ "direction", k ? "up" : "down", NULL }, f->lost[k]);
}

static void print_data(const struct figures *f, GString *out)
{
	struct metrics_totals t = metrics_totals(f->metrics);
	const struct { const char *name, *help; uint64_t n; } rows[] = {
		{ "mooring_data_packets_sent_total", "Packets that traffic sources sent.", t.data_tx },
		{ "mooring_data_packets_received_total", "Packets that reached their sinks.", t.data_rx },
		{ "mooring_data_packets_duplicated_total", "Packets that reached their sinks again.", t.duplicated },
		{ "mooring_data_packets_reordered_total", "Packets that came behind a later one.", t.reordered },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(rows); k++) {
		prom_family(out, rows[k].name, "counter", rows[k].help);
		prom_count(out, rows[k].name, NULL, rows[k].n);
	}
}

static void print_actions(const struct figures *f, GString *out)
{
	GList *keys = sorted(f->actions);

	prom_family(out, "mooring_actions_total", "counter", "What the timeline, or somebody by hand, did.");
	for (GList *k = keys; k; k = k->next)
		prom_count(out, "mooring_actions_total", (const char *[]){ "verb", k->data, NULL },
			   *(const uint64_t *)g_hash_table_lookup(f->actions, k->data));
	g_list_free(keys);
}

void figures_print(const struct figures *f, GString *out)
{
	print_registrations(f, out);
	print_binding_events(f, out);
	print_steps(f, out);
	print_data(f, out);
	print_ports(f, out, "mooring_port_frames_total", "Frames sent and received by interfaces.", false);
	print_ports(f, out, "mooring_port_octets_total", "Octets of these frames, Ethernet headers among them.", true);
	print_lost(f, out);
	print_nodes(f, out, "mooring_deviations_total", "What was sent or received against the profile.", true);
	print_nodes(f, out, "mooring_discards_total", "Packets that a protocol's rule dropped.", false);
	print_actions(f, out);
}
