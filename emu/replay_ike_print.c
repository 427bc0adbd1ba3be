/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What replay says of IKE and ESP: a line of the summary, a table of phases for each IKE SA, a table of ESP SAs; the
 * same as JSON and as ike.csv. No clause.
 */
#include "emu/replay_ike.h"

#include <string.h>

enum { SAS_SHOWN = 20, ESPS_SHOWN = 40, WHAT_SHOWN = 100 };

static const struct watch_round *round_at(const struct replay_ike *k, uint32_t i)
{
	return &g_array_index(k->exchanges, struct watch_round, i);
}

static uint64_t tally_all(const struct replay_ike *k, enum watch_tally_kind t)
{
	return k->tally[t].n[IKE_RIGHT] + k->tally[t].n[IKE_WRONG] + k->tally[t].n[IKE_UNKNOWN];
}

static void some(FILE *f, const char *before, uint64_t n, const char *one)
{
	fprintf(f, "%s" U64 " %s%s", before, n, one, n == 1 ? "" : "s");
}

static uint64_t first_sas(const struct replay_ike *k)
{
	return k->sas->len - k->followers;
}

static bool worth(const struct replay_ike *k)
{
	return k && (k->messages || (k->keys && k->esp_packets));
}

void replay_ike_summary(const struct replay_ike *k, FILE *f)
{
	if (!worth(k))
		return;
	some(f, "IKE: ", first_sas(k), "IKE SA");
	some(f, ", ", k->first_children, "child SA");
	some(f, ", ", k->ike_rekeys + k->child_rekeys, "rekey");
	some(f, ", ", k->messages, "message");
	if (k->again)
		fprintf(f, " (" U64 " packets retransmitted)", k->again);
	some(f, ", ", k->esp_packets, "ESP packet");
	if (k->esp_again)
		fprintf(f, " (" U64 " replayed)", k->esp_again);
	fprintf(f, ", " U64 " of " U64 " ICVs right",
		k->tally[TALLY_IKE_ICV].n[IKE_RIGHT] + k->tally[TALLY_ESP_ICV].n[IKE_RIGHT],
		tally_all(k, TALLY_IKE_ICV) + tally_all(k, TALLY_ESP_ICV));
	if (k->modelled)
		fputs(", by modelled cryptography", f);
	if (k->malformed)
		some(f, ", ", k->malformed, "malformed packet");
	if (k->too_many)
		fprintf(f, ", " U64 " packets of further IKE SAs not followed", k->too_many);
	fputc('\n', f);
}

/* ---- times ------------------------------------------------------------------------------------------------------- */

/* Of a request and its response at the requester's side, and at the other's; < 0: not both are there. */
static moor_time took(const struct watch_round *x)
{
	return x->q.number && x->a.number ? x->a.last - x->q.first : -1;
}

static moor_time there(const struct watch_round *x)
{
	return x->q.number && x->a.number && x->a.first >= x->q.last ? x->a.first - x->q.last : -1;
}

static const char *ms_text(moor_time t, char buf[32])
{
	if (t < 0)
		return "-";
	g_snprintf(buf, 32, "%" G_GINT64_FORMAT ".%03d", t / MOOR_MS, (int)(t % MOOR_MS / 1000));
	return buf;
}

static const char *at_text(moor_time t, char buf[32])
{
	g_snprintf(buf, 32, "%" G_GINT64_FORMAT ".%06d", t / MOOR_S, (int)(t % MOOR_S / 1000));
	return buf;
}

struct totals { moor_time network, own, begin, end; unsigned rounds; };

/* Of the handshake: IKE_SA_INIT and IKE_AUTH, first message to last. */
static struct totals totals_of(const struct replay_ike *k, const struct watch_sa *s)
{
	struct totals t = { .begin = -1, .end = -1 };

	for (guint i = 0; i < s->rows->len; i++) {
		const struct watch_round *x = round_at(k, g_array_index(s->rows, uint32_t, i));

		if ((x->type != IKE_SA_INIT && x->type != IKE_AUTH) || took(x) < 0)
			continue;
		if (t.begin < 0)
			t.begin = x->q.first;
		else
			t.own += x->q.first - t.end;
		t.end = x->a.last;
		t.network += took(x);
		t.rounds++;
	}
	return t;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static const char *address(const struct ip6_addr *a, char buf[ADDR_TEXT_MAX])
{
	return ip6_is_mapped(a) ? ip4_text(ip6_mapped_ip4(a), buf) : ip6_text(a, buf);
}

static const char *state_of(const struct watch_sa *s)
{
	return s->failed && !s->established ? "failed" : s->deleted ? "deleted" : s->established ? "established"
		: s->chosen ? "not authenticated" : s->spi_r ? "met under way" : "half open";
}

/* By our name, else by the registry's. */
static const char *transform(enum ike_space space, unsigned id, const char *ours)
{
	const char *name = ike_name(space, id);

	return strcmp(ours, "?") ? ours : name ? name : "?";
}

static const char *encr_text(const struct watch_sa *s)
{
	return transform(IKE_SPACE_ENCR, s->encr, crypto_encr_name(s->encr, s->key_bits));
}

static void sa_title(const struct replay_ike *k, const struct watch_sa *s, FILE *f)
{
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	fprintf(f, "\nIKE SA %u: %s > %s, SPIs " X64 " " X64 ", %s\n", s->number,
		address(&s->a, a), address(&s->b, b), s->spi_i, s->spi_r, state_of(s));
	if (s->chosen)
		fprintf(f, "  %s, %s, %s, %s", encr_text(s), transform(IKE_SPACE_INTEG, s->integ, crypto_integ_name(s->integ)),
			transform(IKE_SPACE_PRF, s->prf, crypto_prf_name(s->prf)),
			transform(IKE_SPACE_DH, s->group, crypto_group_name(s->group)));
	if (s->parent != IKE_NOBODY)
		fprintf(f, "; instead of IKE SA %u", watch_sa_at(k, s->parent)->number);
	if (s->chosen)
		fputc('\n', f);
	if (s->computed)
		fprintf(f, "  keys computed from %s:%u", s->dh->at.file, s->dh->at.line);
	if (s->computed && s->table)
		fprintf(f, ", %s those of %s:%u", s->differs ? "NOT" : "which are", s->table->at.file, s->table->at.line);
	else if (s->table)
		fprintf(f, "  keys of %s:%u", s->table->at.file, s->table->at.line);
	if (s->computed || s->table)
		fputc('\n', f);
}

static void records(const struct watch_round *x, char *buf, size_t n)
{
	if (x->q.number && x->a.number)
		g_snprintf(buf, n, U64 " > " U64, x->q.number, x->a.number);
	else if (x->q.number)
		g_snprintf(buf, n, U64 " >", x->q.number);
	else
		g_snprintf(buf, n, "> " U64, x->a.number);
}

static const char *seal_text(const struct watch_side *s)
{
	switch (s->seal) {
	case SEAL_NONE:
	case SEAL_OPENED:
		return NULL;
	case SEAL_NO_KEY:
		return "sealed";
	case SEAL_PART:
		return "fragments missing";
	case SEAL_WRONG:
		return "ICV WRONG";
	case SEAL_GARBAGE:
		return "not readable";
	case SEAL_CUT:
		return "cut off";
	}
	return NULL;
}

/* What an exchange holds, with what is remarkable of its packets. */
static char *what_of(const struct watch_round *x)
{
	GString *s = g_string_new(x->what->str);
	const char *q = x->q.number ? seal_text(&x->q) : "no request", *a = x->a.number ? seal_text(&x->a) : "no response";
	const char *more[] = { q, a && q && !strcmp(a, q) ? NULL : a };

	for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
		if (more[i])
			g_string_append_printf(s, "%s%s", s->len ? ", " : "", more[i]);
	if (x->q.packets > 1 || x->a.packets > 1)
		g_string_append_printf(s, "%s%u + %u fragments", s->len ? ", " : "", x->q.packets, x->a.packets);
	if (x->q.again + x->a.again)
		g_string_append_printf(s, "%s%u retransmitted", s->len ? ", " : "", x->q.again + x->a.again);
	return g_string_free(s, FALSE);
}

static const char *type_of(const struct watch_round *x, char buf[32])
{
	const char *name = ike_name(IKE_SPACE_EXCHANGE, x->type);

	g_snprintf(buf, 32, "%s %u", name ? name : "exchange ?", x->mid);
	return buf;
}

static void rounds(const struct replay_ike *k, const struct watch_sa *s, FILE *f)
{
	moor_time before = -1;
	char at[32], own[32], net[32], type[32], rec[48];

	fprintf(f, "%12s  %-20s %4s %10s %10s  %-11s  %s\n", "AT", "PHASE", "FROM", "OWN", "TOOK", "RECORDS", "WHAT");
	for (guint i = 0; i < s->rows->len; i++) {
		const struct watch_round *x = round_at(k, g_array_index(s->rows, uint32_t, i));
		bool handshake = x->type == IKE_SA_INIT || x->type == IKE_AUTH;
		char *what = what_of(x);

		records(x, rec, sizeof(rec));
		fprintf(f, "%12s  %-20s %4s %10s %10s  %-11s  %s\n", at_text(x->q.number ? x->q.first : x->a.first, at),
			type_of(x, type), x->from_i ? "i" : "r",
			ms_text(handshake && before >= 0 && x->q.number ? x->q.first - before : -1, own), ms_text(took(x), net), rec,
			what);
		before = handshake && x->a.number ? x->a.last : -1;
		g_free(what);
	}
	if (s->more_rows)
		some(f, "  ... and ", s->more_rows, "more exchange"), fputc('\n', f);
}

static void total(const struct replay_ike *k, const struct watch_sa *s, FILE *f)
{
	struct totals t = totals_of(k, s);
	char all[32], net[32], own[32];

	if (t.rounds > 1)
		fprintf(f, "  handshake %s ms: %u exchanges took %s ms, the initiator between them %s ms\n",
			ms_text(t.end - t.begin, all), t.rounds, ms_text(t.network, net), ms_text(t.own, own));
}

static void esps(const struct replay_ike *k, FILE *f)
{
	char at[32], a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	if (!k->esps->len)
		return;
	fprintf(f, "\nESP:\n%12s  %-10s %8s %8s %8s %8s %8s  %s\n", "AT", "SPI", "PACKETS", "RIGHT", "WRONG", "SEALED",
		"REPLAYED", "WHAT");
	for (guint i = 0; i < k->esps->len && i < ESPS_SHOWN; i++) {
		const struct esp_sa *s = &g_array_index(k->esps, struct esp_sa, i);

		fprintf(f, "%12s  0x%08x %8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT
			" %8" G_GUINT64_FORMAT "  %s > %s%s", at_text(s->first, at), s->spi, s->packets, s->right,
			s->wrong + s->garbage, s->sealed, s->again, address(&s->src, a), address(&s->dst, b), s->udp ? ", UDP" : "");
		if (s->child != IKE_NOBODY)
			fprintf(f, ", of IKE SA %u", watch_sa_at(k, g_array_index(k->children, struct watch_child, s->child).sa)->number);
		if (s->right + s->unchecked)
			fputs(s->tunnel ? ", tunnel" : ", transport", f);
		if (s->unchecked)
			some(f, ", ", s->unchecked, "ICV"), fputs(" not checked", f);
		if (s->signalling)
			some(f, ", ", s->signalling, "Mobility Header");
		fputc('\n', f);
	}
	if (k->esps->len > ESPS_SHOWN)
		fprintf(f, "... and %u more\n", k->esps->len - ESPS_SHOWN);
}

void replay_ike_print(const struct replay_ike *k, FILE *f)
{
	if (!worth(k))
		return;
	for (guint i = 0; i < k->sas->len && i < SAS_SHOWN; i++) {
		const struct watch_sa *s = watch_sa_at(k, i);

		sa_title(k, s, f);
		rounds(k, s, f);
		total(k, s, f);
	}
	if (k->sas->len > SAS_SHOWN)
		fprintf(f, "... and %u more IKE SAs\n", k->sas->len - SAS_SHOWN);
	esps(k, f);
	if (k->keys && k->unused)
		fprintf(f, "\n%u of the %u keys given %s for nothing here, first that of %s:%u\n", k->unused,
			replay_keys_count(k->keys), k->unused == 1 ? "is" : "are", k->first_unused.file, k->first_unused.line);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void time_json(FILE *f, const char *name, moor_time t)
{
	if (t >= 0)
		fprintf(f, ",\"%s\":%" G_GINT64_FORMAT, name, t);
}

static void round_json(const struct watch_round *x, FILE *f)
{
	const char *name = ike_name(IKE_SPACE_EXCHANGE, x->type);
	char *what = what_of(x);

	fprintf(f, "{\"exchange\":\"%s\",\"message_id\":%u,\"from\":\"%s\",\"at_ns\":%" G_GINT64_FORMAT, name ? name : "?",
		x->mid, x->from_i ? "initiator" : "responder", x->q.number ? x->q.first : x->a.first);
	time_json(f, "took_ns", took(x));
	time_json(f, "responder_ns", there(x));
	if (x->q.number)
		fprintf(f, ",\"request_record\":" U64, x->q.number);
	if (x->a.number)
		fprintf(f, ",\"response_record\":" U64, x->a.number);
	fprintf(f, ",\"retransmissions\":%u,\"what\":", x->q.again + x->a.again);
	replay_text_json(f, what);
	fputc('}', f);
	g_free(what);
}

static void sa_json(const struct replay_ike *k, const struct watch_sa *s, FILE *f)
{
	struct totals t = totals_of(k, s);
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	fprintf(f, "{\"number\":%u,\"initiator\":\"%s\",\"responder\":\"%s\",\"spi_i\":\"" X64 "\",\"spi_r\":\"" X64
		"\",\"state\":\"%s\",\"encryption\":\"%s\",\"integrity\":\"%s\",\"prf\":\"%s\",\"group\":\"%s\"", s->number,
		address(&s->a, a), address(&s->b, b), s->spi_i, s->spi_r, state_of(s),
		s->chosen ? encr_text(s) : "", s->chosen ? transform(IKE_SPACE_INTEG, s->integ, crypto_integ_name(s->integ)) : "",
		s->chosen ? transform(IKE_SPACE_PRF, s->prf, crypto_prf_name(s->prf)) : "",
		s->chosen ? transform(IKE_SPACE_DH, s->group, crypto_group_name(s->group)) : "");
	if (s->parent != IKE_NOBODY)
		fprintf(f, ",\"replaces\":%u", watch_sa_at(k, s->parent)->number);
	fprintf(f, ",\"computed\":%s,\"equals_table\":%s", s->computed ? "true" : "false",
		!s->computed || !s->table ? "null" : s->differs ? "false" : "true");
	if (t.rounds) {
		time_json(f, "handshake_ns", t.end - t.begin);
		time_json(f, "network_ns", t.network);
		time_json(f, "initiator_ns", t.own);
	}
	fputs(",\"exchanges\":[", f);
	for (guint i = 0; i < s->rows->len; i++) {
		fputs(i ? ",\n" : "\n", f);
		round_json(round_at(k, g_array_index(s->rows, uint32_t, i)), f);
	}
	fputs("]}", f);
}

static void esp_json(const struct esp_sa *s, FILE *f)
{
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	fprintf(f, "{\"spi\":\"%08x\",\"from\":\"%s\",\"to\":\"%s\",\"packets\":" U64 ",\"right\":" U64
		",\"wrong\":" U64 ",\"unchecked\":" U64 ",\"sealed\":" U64
		",\"replayed\":" U64 ",\"mobility_headers\":" U64 ",\"tunnel\":%s,\"udp\":%s}", s->spi,
		address(&s->src, a), address(&s->dst, b), s->packets, s->right, s->wrong + s->garbage, s->unchecked, s->sealed,
		s->again, s->signalling, s->tunnel ? "true" : "false", s->udp ? "true" : "false");
}

void replay_ike_json(const struct replay_ike *k, FILE *f)
{
	if (!worth(k))
		return;
	fprintf(f, ",\n\"ike\":{\"counts\":{\"ike_sas\":" U64 ",\"child_sas\":" U64 ",\"ike_rekeys\":" U64
		",\"child_rekeys\":" U64 ",\"messages\":" U64 ",\"retransmissions\":" U64
		",\"esp_packets\":" U64 ",\"icvs_right\":" U64 ",\"icvs\":" U64
		",\"keys\":%u,\"keys_unused\":%u},\n\"sas\":[", first_sas(k), k->first_children, k->ike_rekeys,
		k->child_rekeys, k->messages, k->again, k->esp_packets,
		k->tally[TALLY_IKE_ICV].n[IKE_RIGHT] + k->tally[TALLY_ESP_ICV].n[IKE_RIGHT],
		tally_all(k, TALLY_IKE_ICV) + tally_all(k, TALLY_ESP_ICV), k->keys ? replay_keys_count(k->keys) : 0, k->unused);
	for (guint i = 0; i < k->sas->len && i < REPLAY_ROWS; i++) {
		fputs(i ? ",\n" : "", f);
		sa_json(k, watch_sa_at(k, i), f);
	}
	fputs("],\n\"esp\":[", f);
	for (guint i = 0; i < k->esps->len && i < REPLAY_ROWS; i++) {
		fputs(i ? ",\n" : "", f);
		esp_json(&g_array_index(k->esps, struct esp_sa, i), f);
	}
	fputs("]}", f);
}

/* ---- ike.csv ----------------------------------------------------------------------------------------------------- */

static void number_csv(GString *s, moor_time t)
{
	g_string_append_c(s, ',');
	if (t >= 0)
		g_string_append_printf(s, "%" G_GINT64_FORMAT, t);
}

static void round_csv(const struct watch_sa *s, const struct watch_round *x, struct trace_out *o)
{
	const char *name = ike_name(IKE_SPACE_EXCHANGE, x->type);
	GString *line = g_string_new(NULL);
	char *what = what_of(x), a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX];

	g_string_append_printf(line, "%u,%s,%s," X64 "," X64 ",%s,%u,%s,%" G_GINT64_FORMAT,
			       s->number, address(&s->a, a), address(&s->b, b), s->spi_i, s->spi_r, name ? name : "?", x->mid,
			       x->from_i ? "initiator" : "responder", x->q.number ? x->q.first : x->a.first);
	number_csv(line, took(x));
	number_csv(line, there(x));
	number_csv(line, x->q.number ? (moor_time)x->q.number : -1);
	number_csv(line, x->a.number ? (moor_time)x->a.number : -1);
	/* words of our own: no quotation marks in them */
	g_string_append_printf(line, ",%u,\"%s\"\n", x->q.again + x->a.again, what);
	trace_out_text(o, line->str);
	g_string_free(line, TRUE);
	g_free(what);
}

bool replay_ike_csv(const struct replay_ike *k, const char *dir, GError **error)
{
	struct trace_out *o;
	char *path;

	if (!worth(k))
		return true;
	path = g_build_filename(dir, "ike.csv", NULL);
	o = trace_out_open(path, OUT_LINES, error);
	g_free(path);
	if (!o)
		return false;
	trace_out_text(o, "sa,initiator,responder,spi_i,spi_r,exchange,message_id,from,at_ns,took_ns,responder_ns,"
		       "request_record,response_record,retransmissions,what\n");
	for (guint i = 0; i < k->sas->len; i++) {
		const struct watch_sa *s = watch_sa_at(k, i);

		for (guint n = 0; n < s->rows->len; n++)
			round_csv(s, round_at(k, g_array_index(s->rows, uint32_t, n)), o);
	}
	return trace_out_close(o, error);
}
