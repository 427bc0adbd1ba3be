/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: who watches a live run
 *
 * Each watcher is a sink of its own for the records that it wants, which it gets as the lines that events.jsonl has.
 * One that does not read them is dropped, by the server's bound. It implements no clause.
 */
#include <string.h>

#include "cli/live_ctl.h"
#include "traces/events.h"
#include "world/record.h"

#define FRAMES (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP))
#define ANY ((REC_BIT(REC_KINDS) - 1) & ~REC_BIT(REC_KEYS))	/* keys are for files that nobody else reads */

struct watcher {
	struct live_ctl *c;
	struct control_client *who;
	GByteArray *nodes;		/* by number: 1 it is wanted; NULL: all are, and what is of no node */
	uint8_t *room;
	size_t room_len;
	bool lost;			/* it is being dropped */
};

static void record(void *ctx, const struct moor_record *r)
{
	struct watcher *x = ctx;
	size_t room = events_room(r);

	if (x->lost || (x->nodes && (r->node >= x->nodes->len || !x->nodes->data[r->node])))
		return;
	if (room > x->room_len) {
		x->room = g_realloc(x->room, room);
		x->room_len = room;
	}
	x->lost = !control_line(x->who, (const char *)x->room, events_line(&x->c->run->view.names, r, x->room));
}

static uint64_t kind_of(const char *name)
{
	for (unsigned k = 0; k < REC_KINDS; k++)
		if (k != REC_KEYS && !strcmp(moor_record_kind_name((enum rec_kind)k), name))
			return REC_BIT(k);
	return 0;
}

static bool read_kinds(const char *list, uint64_t *kinds, char **why)
{
	char **names = g_strsplit(list, ",", -1), near[80];
	const char *all[REC_KINDS + 1];
	unsigned n = 0;

	for (unsigned k = 0; k < REC_KINDS; k++)
		if (k != REC_KEYS)
			all[n++] = moor_record_kind_name((enum rec_kind)k);
	all[n] = NULL;
	*kinds = 0;
	for (char **p = names; *p && !*why; p++) {
		uint64_t bit = kind_of(*p);

		if (!bit)
			*why = g_strdup_printf("there are no records of kind `%s`%s", *p,
					       report_nearest(*p, all, near, sizeof near));
		*kinds |= bit;
	}
	g_strfreev(names);
	return !*why;
}

static GByteArray *read_nodes(struct live_ctl *c, const char *list, char **why)
{
	char **selectors = g_strsplit(list, ",", -1);
	struct moor_world *w = build_world(c->run->b);
	GByteArray *nodes = g_byte_array_new();

	g_byte_array_set_size(nodes, moor_node_count(w));
	memset(nodes->data, 0, nodes->len);
	for (char **p = selectors; *p && !*why; p++)
		for (uint32_t i = 0; ctl_selects(c, *p, why) && i < nodes->len; i++) {
			const struct moor_node *node = moor_node_at(w, i);
			const struct scen_node *n = build_scen_node(c->run->b, node);

			if (n && (!strcmp(*p, n->base.name) || scen_selects(c->run->s, *p, n, moor_node_name(node))))
				nodes->data[i] = 1;
		}
	g_strfreev(selectors);
	return nodes;
}

bool ctl_watch(struct live_ctl *c, struct control_client *who, const char *const *words, guint n, JsonBuilder *out,
	       char **why)
{
	static const char *const keys[] = { "kinds", "nodes", NULL };
	const char *values[3];
	uint64_t kinds = ANY & ~FRAMES;
	GByteArray *nodes = NULL;
	struct watcher *x;

	if (!ctl_options(words, n, keys, values, why))
		return false;
	if (control_data(who))
		*why = g_strdup("you watch already");
	if (!*why && values[0])
		read_kinds(values[0], &kinds, why);
	if (!*why && values[1])
		nodes = read_nodes(c, values[1], why);
	if (*why) {
		if (nodes)
			g_byte_array_unref(nodes);
		return false;
	}
	x = g_new0(struct watcher, 1);
	*x = (struct watcher){ .c = c, .who = who, .nodes = nodes };
	control_set_data(who, x);
	/* the time first: on its way there the world may emit records, and the answer comes before any */
	ctl_number(out, "now_ns", live_now(c->run->l));
	moor_record_sink(build_world(c->run->b), kinds, record, x);
	return true;
}

void ctl_unwatch(struct live_ctl *c, struct control_client *who)
{
	struct watcher *x = control_data(who);

	if (!x)
		return;
	moor_record_unsink(build_world(c->run->b), record, x);
	control_set_data(who, NULL);
	if (x->nodes)
		g_byte_array_unref(x->nodes);
	g_free(x->room);
	g_free(x);
}
