/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `mooring replay` says: a summary line, the handover table, round trips, deviations, dialects, what could not be
 * read, verdicts; as text, as JSON, and the round trips as exchanges.csv. No clause.
 */
#include "emu/replay_internal.h"
#include "traces/table.h"

enum { TRIPS_SHOWN = 40 };

static char *us_text(moor_time ns, char buf[32])
{
	g_snprintf(buf, 32, "%" G_GINT64_FORMAT ".%06d", ns / MOOR_S, (int)(ns % MOOR_S / 1000));
	return buf;
}

static uint64_t steps(const struct replay *r, enum step_kind k)
{
	uint64_t n = 0;

	for (int o = 0; o < STEP_OUTCOMES; o++)
		n += metrics_steps(r->metrics, k, (enum step_outcome)o);
	return n;
}

static uint64_t handovers(const struct replay *r)
{
	return steps(r, STEP_HANDOVER) + steps(r, STEP_HOME);
}

static void counted(FILE *f, const char *before, uint64_t n, const char *one, const char *many)
{
	fprintf(f, "%s%" G_GUINT64_FORMAT " %s", before, n, n == 1 ? one : many);
}

static void summary(const struct replay *r, FILE *f)
{
	const struct replay_counts *c = &r->counts;
	char buf[32];

	counted(f, "", c->packets, "packet", "packets");
	fprintf(f, " in %s s: ", us_text(r->now, buf));
	counted(f, "", c->signalling, "signalling message", "signalling messages");
	if (c->sightings != c->signalling)
		fprintf(f, " (seen %" G_GUINT64_FORMAT " times)", c->sightings);
	counted(f, ", ", c->bindings, "binding", "bindings");
	counted(f, ", ", handovers(r), "handover", "handovers");
	fprintf(f, ", %" G_GUINT64_FORMAT " refused, %" G_GUINT64_FORMAT " unanswered", c->refused, c->unanswered);
	counted(f, ", ", c->deviations, "deviation", "deviations");
	counted(f, ", ", c->unread, "packet not read wholly\n", "packets not read wholly\n");
}

/* ---- text ---------------------------------------------------------------------------------------- */

static const char *trip_node(const struct replay *r, const struct exchange_row *x, char buf[32])
{
	return trace_node_name(&r->trace_names, binding_at(r, x->binding)->node, buf);
}

static void trips(const struct replay *r, FILE *f)
{
	char buf[32], at[32], rtt[32], there[32];
	int wide = 24;

	if (!r->rows->len)
		return;
	for (guint i = 0; i < r->rows->len && i < TRIPS_SHOWN; i++)
		wide = MAX(wide, (int)strlen(trip_node(r, &g_array_index(r->rows, struct exchange_row, i), buf)));
	fputs("\nRound trips (s): at the mobile side from the first sighting of the BU to the last of its BA, at the home\n"
	      "agent's from the last of the BU to the first of the BA.\n", f);
	fprintf(f, "%12s  %-*s %6s %8s %7s %12s %12s  %s\n", "AT", wide, "NODE", "SEQ", "LIFETIME", "STATUS", "MOBILE",
		"AGENT", "RECORDS");
	for (guint i = 0; i < r->rows->len && i < TRIPS_SHOWN; i++) {
		const struct exchange_row *x = &g_array_index(r->rows, struct exchange_row, i);

		fprintf(f, "%12s  %-*s %6u %6u s %7u %12s %12s  %" G_GUINT64_FORMAT " > %" G_GUINT64_FORMAT "\n",
			us_text(x->sent, at), wide, trip_node(r, x, buf), x->sequence, 4u * x->lifetime, x->status,
			us_text(x->answered - x->sent, rtt), us_text(x->replied - x->asked, there), x->bu_number, x->ba_number);
	}
	if (r->counts.answered > TRIPS_SHOWN)
		fprintf(f, "... and %" G_GUINT64_FORMAT " more (all are in exchanges.csv with -o)\n",
			r->counts.answered - TRIPS_SHOWN);
}

static void findings(const struct replay *r, FILE *f)
{
	if (r->findings->len)
		fprintf(f, "\nDeviations from profile %s:\n", mh_profile_name(r->o.profile));
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *d = &g_array_index(r->findings, struct finding, i);

		fprintf(f, "  %6" G_GUINT64_FORMAT "  %-32s [%s] first in record %" G_GUINT64_FORMAT ", octet %u, value %u\n",
			d->count, d->id, d->clause ? d->clause : "-", d->first, d->offset, d->value);
	}
	if (r->dialects->len)
		fputs("\nDialect:\n", f);
	for (guint i = 0; i < r->dialects->len; i++) {
		const struct finding *d = &g_array_index(r->dialects, struct finding, i);

		fprintf(f, "  %6" G_GUINT64_FORMAT "  %s [%s] first in record %" G_GUINT64_FORMAT "\n", d->count, d->text, d->clause,
			d->first);
	}
}

static void unread(const struct replay *r, FILE *f)
{
	uint64_t all = r->counts.unread;

	for (int i = 0; i < CAPTURE_FAULTS; i++)
		all += r->stats.faults[i];
	if (r->unread->len)
		fputs("\nNot read, or not as it should be:\n", f);
	for (guint i = 0; i < r->unread->len; i++) {
		const struct unread *u = &g_array_index(r->unread, struct unread, i);

		fprintf(f, "  record %" G_GUINT64_FORMAT " at offset %" G_GUINT64_FORMAT ": %s\n", u->number, u->offset, u->reason);
	}
	if (all > r->unread->len)
		fprintf(f, "  ... and %" G_GUINT64_FORMAT " more\n", all - r->unread->len);
}

static void more_counts(const struct replay *r, FILE *f)
{
	const struct replay_counts *c = &r->counts;

	fprintf(f, "BU %" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT " retransmitted, %" G_GUINT64_FORMAT " de-registrations), "
		"BA %" G_GUINT64_FORMAT ", others %" G_GUINT64_FORMAT "; user packets %" G_GUINT64_FORMAT "; bindings expired %"
		G_GUINT64_FORMAT "; sequence errors %" G_GUINT64_FORMAT "\n", c->bus, c->retransmissions, c->deregistrations,
		c->bas, c->others, c->data, c->expired, c->sequence_errors);
}

static void verdicts(const struct replay *r, FILE *f)
{
	fputs("\nVerdicts:\n", f);
	for (guint i = 0; i < r->checks->len; i++) {
		const struct trace_check *c = &g_array_index(r->checks, struct trace_check, i);

		fprintf(f, "  %-13s %-20s %s%s%s%s\n", verdict_name(c->verdict), c->id, c->message ? c->message : "",
			c->clause ? " [" : "", c->clause ? c->clause : "", c->clause ? "]" : "");
	}
}

void replay_print(struct replay *r, FILE *f)
{
	summary(r, f);
	replay_ike_summary(r->ike, f);
	if (r->counts.signalling) {
		more_counts(r, f);
		fputc('\n', f);
		table_print(f, r->metrics, &r->trace_names, NULL);
		trips(r, f);
	}
	replay_ike_print(r->ike, f);
	findings(r, f);
	replay_as_print(r->as, f);
	unread(r, f);
	if (r->ladder) {
		fputc('\n', f);
		ladder_text(r->ladder, f);
	}
	verdicts(r, f);
	fprintf(f, "%s\n", verdict_name(replay_verdict(r)));
}

/* ---- exchanges.csv ------------------------------------------------------------------------------- */

void replay_exchange_csv(struct replay *r, const struct exchange_row *x)
{
	char buf[32], *line;

	if (!x) {
		trace_out_text(r->exchanges_csv, "at_ns,node,sequence,lifetime_s,attempt,status,granted_s,mobile_rtt_ns,agent_rtt_ns,"
			 "bu_record,ba_record\n");
		return;
	}
	line = g_strdup_printf("%" G_GINT64_FORMAT ",%s,%u,%u,%u,%u,%u,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
			       ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "\n", x->sent,
			       trace_node_name(&r->trace_names, binding_at(r, x->binding)->node, buf), x->sequence,
			       4u * x->lifetime, x->attempt, x->status, 4u * x->granted, x->answered - x->sent,
			       x->replied - x->asked, x->bu_number, x->ba_number);
	trace_out_text(r->exchanges_csv, line);
	g_free(line);
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

void replay_text_json(FILE *f, const char *s)
{
	char *valid = g_utf8_make_valid(s ? s : "", -1);

	fputc('"', f);
	for (const char *p = valid; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(f, "\\%c", *p);
		else if ((unsigned char)*p < 0x20)
			fprintf(f, "\\u%04x", *p);
		else
			fputc(*p, f);
	}
	fputc('"', f);
	g_free(valid);
}

static void counts_json(const struct replay *r, FILE *f)
{
	const struct replay_counts *c = &r->counts;
	const struct { const char *name; uint64_t n; } all[] = {
		{ "packets", c->packets }, { "signalling", c->signalling }, { "sightings", c->sightings }, { "bu", c->bus },
		{ "ba", c->bas }, { "others", c->others }, { "bindings", c->bindings }, { "attaches", steps(r, STEP_ATTACH) },
		{ "handovers", handovers(r) }, { "detaches", steps(r, STEP_DETACH) }, { "refused", c->refused },
		{ "unanswered", c->unanswered }, { "unanswered_deregistrations", c->dereg_unanswered },
		{ "retransmissions", c->retransmissions }, { "deregistrations", c->deregistrations },
		{ "sequence_errors", c->sequence_errors }, { "stray_answers", c->stray }, { "expired", c->expired },
		{ "user_packets", c->data }, { "duplicate_address_detections", c->dads }, { "router_solicitations", c->solicits },
		{ "router_advertisements", c->adverts }, { "deviations", c->deviations }, { "unread", c->unread },
	};

	fputs("\"counts\":{", f);
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		fprintf(f, "%s\"%s\":%" G_GUINT64_FORMAT, i ? "," : "", all[i].name, all[i].n);
	fputs("},\"faults\":{", f);
	for (int i = 0; i < CAPTURE_FAULTS; i++)
		fprintf(f, "%s\"%s\":%" G_GUINT64_FORMAT, i ? "," : "", capture_fault_name((enum capture_fault)i),
			r->stats.faults[i]);
	fputc('}', f);
}

static void findings_json(const GArray *all, const char *name, FILE *f)
{
	fprintf(f, ",\n\"%s\":[", name);
	for (guint i = 0; i < all->len; i++) {
		const struct finding *d = &g_array_index(all, struct finding, i);

		fprintf(f, "%s{\"id\":", i ? "," : "");
		replay_text_json(f, d->id);
		fputs(",\"clause\":", f);
		replay_text_json(f, d->clause);
		if (d->text) {
			fputs(",\"text\":", f);
			replay_text_json(f, d->text);
		}
		fprintf(f, ",\"count\":%" G_GUINT64_FORMAT ",\"record\":%" G_GUINT64_FORMAT ",\"offset\":%u,\"value\":%u}", d->count,
			d->first, d->offset, d->value);
	}
	fputc(']', f);
}

static void step_json(const struct replay *r, const struct handover_row *h, FILE *f)
{
	char buf[32];

	fputs("{\"node\":", f);
	replay_text_json(f, trace_node_name(&r->trace_names, h->node, buf));
	fprintf(f, ",\"number\":%u,\"kind\":\"%s\",\"outcome\":\"%s\",\"start_ns\":%" G_GINT64_FORMAT ",\"from\":", h->number,
		step_kind_name(h->kind), step_outcome_name(h->outcome), h->start);
	replay_text_json(f, h->from_link);
	fputs(",\"to\":", f);
	replay_text_json(f, h->to_link);
	if (h->answered)
		fprintf(f, ",\"status\":%u", h->status);
	fprintf(f, ",\"udp\":%s,\"nat\":%s", h->udp ? "true" : "false", h->nat ? "true" : "false");
	for (int i = 0; i < METRICS; i++)
		if (h->v[i] != METRIC_ABSENT)
			fprintf(f, ",\"%s\":%" G_GINT64_FORMAT, metric_rows[i].name, h->v[i]);
	fputc('}', f);
}

static void trips_json(const struct replay *r, FILE *f)
{
	char buf[32];

	fputs(",\n\"exchanges\":[", f);
	for (guint i = 0; i < r->rows->len; i++) {
		const struct exchange_row *x = &g_array_index(r->rows, struct exchange_row, i);

		fprintf(f, "%s{\"node\":", i ? ",\n" : "");
		replay_text_json(f, trace_node_name(&r->trace_names, binding_at(r, x->binding)->node, buf));
		fprintf(f, ",\"at_ns\":%" G_GINT64_FORMAT ",\"sequence\":%u,\"lifetime_s\":%u,\"status\":%u,\"attempt\":%u,"
			"\"mobile_rtt_ns\":%" G_GINT64_FORMAT ",\"agent_rtt_ns\":%" G_GINT64_FORMAT ",\"bu_record\":%" G_GUINT64_FORMAT
			",\"ba_record\":%" G_GUINT64_FORMAT "}", x->sent, x->sequence, 4u * x->lifetime, x->status, x->attempt,
			x->answered - x->sent, x->replied - x->asked, x->bu_number, x->ba_number);
	}
	fputc(']', f);
}

static void verdicts_json(const struct replay *r, FILE *f)
{
	fputs(",\n\"checks\":[", f);
	for (guint i = 0; i < r->checks->len; i++) {
		const struct trace_check *c = &g_array_index(r->checks, struct trace_check, i);

		fprintf(f, "%s{\"id\":\"%s\",\"verdict\":\"%s\",\"message\":", i ? "," : "", c->id, verdict_name(c->verdict));
		replay_text_json(f, c->message);
		fputc('}', f);
	}
	fprintf(f, "],\n\"verdict\":\"%s\"}\n", verdict_name(replay_verdict(r)));
}

void replay_json(struct replay *r, FILE *f)
{
	const struct handover_row *rows;
	size_t n;

	rows = metrics_rows(r->metrics, &n);
	fputs("{\"capture\":", f);
	replay_text_json(f, r->o.path);
	fprintf(f, ",\"profile\":\"%s\",\"start_ns\":%" G_GINT64_FORMAT ",\"span_ns\":%" G_GINT64_FORMAT ",\n",
		mh_profile_name(r->o.profile), r->first, r->now);
	counts_json(r, f);
	fputs(",\n\"steps\":[", f);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ",\n" : "", f);
		step_json(r, &rows[i], f);
	}
	fputc(']', f);
	trips_json(r, f);
	findings_json(r->findings, "deviations", f);
	findings_json(r->dialects, "dialects", f);
	fputs(",\n\"unread\":[", f);
	for (guint i = 0; i < r->unread->len; i++) {
		const struct unread *u = &g_array_index(r->unread, struct unread, i);

		fprintf(f, "%s{\"record\":%" G_GUINT64_FORMAT ",\"offset\":%" G_GUINT64_FORMAT ",\"reason\":", i ? "," : "",
			u->number, u->offset);
		replay_text_json(f, u->reason);
		fputc('}', f);
	}
	fputc(']', f);
	replay_ike_json(r->ike, f);
	replay_as_json(r->as, f);
	verdicts_json(r, f);
}
