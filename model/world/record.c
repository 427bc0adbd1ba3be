/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the observation bus
 *
 * Sinks in the order in which they were added, each with the kinds it wants; one word says which kinds anybody wants.
 */
#include "world/record.h"

#include "world/priv.h"

static struct rec_tap *add_tap(struct moor_world *w, uint64_t kinds, rec_sink_fn *fn, void *ctx)
{
	mem_reserve(&w->taps, &w->cap_taps, sizeof *w->taps, w->n_taps + 1);
	w->taps[w->n_taps] = (struct rec_tap){ kinds, fn, ctx };
	w->wanted |= kinds;
	return &w->taps[w->n_taps++];
}

void moor_record_sink(struct moor_world *w, uint64_t kinds, rec_sink_fn *fn, void *ctx)
{
	if (!w->diverted) {
		add_tap(w, kinds, fn, ctx);
		return;
	}
	mem_reserve(&w->passed, &w->cap_passed, sizeof *w->passed, w->n_passed + 1);
	w->passed[w->n_passed++] = (struct rec_tap){ kinds, fn, ctx };
	w->wanted |= kinds;
	w->taps->kinds = w->wanted;
}

static uint32_t remove_taps(struct rec_tap *taps, uint32_t n, rec_sink_fn *fn, const void *ctx, uint64_t *wanted)
{
	uint32_t kept = 0;

	*wanted = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (taps[i].fn == fn && taps[i].ctx == ctx)
			continue;
		*wanted |= taps[i].kinds;
		taps[kept++] = taps[i];
	}
	return kept;
}

void moor_record_unsink(struct moor_world *w, rec_sink_fn *fn, void *ctx)
{
	if (w->diverted) {
		w->n_passed = remove_taps(w->passed, w->n_passed, fn, ctx, &w->wanted);
		w->taps->kinds = w->wanted;
	} else {
		w->n_taps = remove_taps(w->taps, w->n_taps, fn, ctx, &w->wanted);
	}
}

void moor_record_divert(struct moor_world *w, rec_sink_fn *fn, void *ctx)
{
	assert(!w->diverted);
	w->diverted = true;
	w->passed = w->taps;
	w->n_passed = w->n_taps;
	w->cap_passed = w->cap_taps;
	w->taps = NULL;
	w->n_taps = w->cap_taps = 0;
	add_tap(w, w->wanted, fn, ctx);
}

void moor_record_pass(struct moor_world *w, const struct moor_record *r)
{
	for (uint32_t i = 0; i < w->n_passed; i++)
		if (w->passed[i].kinds & REC_BIT(r->kind))
			w->passed[i].fn(w->passed[i].ctx, r);
}

/* Apart, so that what happens mostly needs no registers kept. */
static __attribute__((noinline)) void emit_to_several(const struct moor_world *w, const struct moor_record *r)
{
	const struct rec_tap *t = w->taps, *end = t + w->n_taps;

	for (; t < end; t++) {
		if (t->kinds & REC_BIT(r->kind))
			t->fn(t->ctx, r);
	}
}

void moor_record_emit(struct moor_world *w, struct moor_record *r)
{
	if (!moor_record_wanted(w, r->kind))
		return;
	r->at = w->now;
	if (w->n_taps == 1)		/* the usual case; it wants what is wanted at all */
		w->taps->fn(w->taps->ctx, r);
	else
		emit_to_several(w, r);
}

const char *moor_record_kind_name(enum rec_kind kind)
{
	static const char *const names[REC_KINDS] = {
		[REC_FRAME_TX] = "frame-tx", [REC_FRAME_RX] = "frame-rx", [REC_FRAME_DROP] = "frame-drop",
		[REC_CARRIER] = "carrier", [REC_STATE] = "state", [REC_REFUSED] = "refused", [REC_SIGNAL_TX] = "signal-tx",
		[REC_SIGNAL_RX] = "signal-rx", [REC_ADDRESS] = "address", [REC_ROUTER] = "router", [REC_MOVE] = "move",
		[REC_BINDING] = "binding", [REC_DATA_TX] = "data-tx", [REC_DATA_RX] = "data-rx", [REC_NAT] = "nat",
		[REC_DHCP] = "dhcp", [REC_DEVIATION] = "deviation", [REC_DISCARD] = "discard", [REC_ACTION] = "action",
		[REC_NOTE] = "note", [REC_AAA] = "aaa", [REC_KEYS] = "keys", [REC_RADIO] = "radio",
	};

	return (unsigned)kind < REC_KINDS ? names[kind] : "unknown";
}

bool moor_record_is_protocol(enum rec_kind kind)
{
	const uint64_t layer2 = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP) | REC_BIT(REC_CARRIER)
		| REC_BIT(REC_RADIO);

	return !(layer2 & REC_BIT(kind));
}

const char *moor_record_aaa_name(uint16_t command, bool request)
{
	static const struct { uint16_t command; const char *names[2]; } rows[] = {
		{ 268, { "DEA", "DER" } }, { 275, { "STA", "STR" } }, { 274, { "ASA", "ASR" } }, { 258, { "RAA", "RAR" } },
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].command == command)
			return rows[i].names[request];
	}
	return "AAA";
}
