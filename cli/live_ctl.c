/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: control of a live run
 *
 * The requests of emu/control.h, answered from the world as it is at that moment of real time. Whatever is not a
 * question is a verb of the timeline: scenarios/act.h makes an entry of it, which happens like every other one and is
 * recorded as such. It implements no clause.
 */
#include <signal.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/live_ctl.h"
#include "scenarios/act.h"
#include "scenarios/expect.h"

#define FLUSH_MS 300			/* for the last answers of a run */

/* ---- words ------------------------------------------------------------------------------------------------------- */

bool ctl_options(const char *const *words, guint n, const char *const *keys, const char **values, char **why)
{
	char near[80];

	for (guint k = 0; keys[k]; k++)
		values[k] = NULL;
	for (guint i = 1; i < n; i++) {
		const char *equals = strchr(words[i], '=');
		char *name = g_strndup(words[i], equals ? (size_t)(equals - words[i]) : strlen(words[i]));
		guint k = 0;

		while (keys[k] && strcmp(keys[k], name))
			k++;
		if (!equals || !keys[k])
			*why = g_strdup_printf("`%s`: `%s` takes no such word%s", words[i], words[0],
					       report_nearest(name, keys, near, sizeof near));
		else if (values[k] || !equals[1])
			*why = g_strdup_printf("`%s=` %s", keys[k], values[k] ? "is here twice" : "has no value");
		else
			values[k] = equals + 1;
		g_free(name);
		if (*why)
			return false;
	}
	return true;
}

bool ctl_limit(const char *text, unsigned *limit, char **why)
{
	int64_t v = CTL_ROWS;

	if (text && (unit_parse(UNIT_NONE, text, &v) || v < 1 || v > CTL_ROWS_MAX)) {
		*why = g_strdup_printf("`limit=%s`: 1 to %d rows", text, CTL_ROWS_MAX);
		return false;
	}
	*limit = (unsigned)v;
	return true;
}

bool ctl_selects(const struct live_ctl *c, const char *selector, char **why)
{
	if (!selector || scen_selects_any(c->run->s, selector))
		return true;
	*why = g_strdup_printf("there is no node `%s`", selector);
	return false;
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

static void add_expectations(JsonBuilder *out, struct live_ctl *c, moor_time now)
{
	struct expect_count n = expect_so_far(c->run->view.expect, now);

	json_builder_set_member_name(out, "expectations");
	json_builder_begin_object(out);
	ctl_number(out, "met", n.met);
	ctl_number(out, "failed", n.failed);
	ctl_number(out, "open", n.open);
	json_builder_end_object(out);
}

static void add_devices(JsonBuilder *out, const struct live_run *r)
{
	json_builder_set_member_name(out, "devices");
	json_builder_begin_array(out);
	for (guint k = 0; k < r->peers->len; k++) {
		const struct live_peer *p = r->peers->pdata[k];

		for (guint i = 0; i < p->device->len; i++) {
			struct device_stats d = device_stats(p->device->pdata[i]);

			json_builder_begin_object(out);
			ctl_text(out, "node", p->name);
			ctl_text(out, "device", device_name(p->device->pdata[i]));
			ctl_number(out, "frames_in", (int64_t)d.in);
			ctl_number(out, "frames_out", (int64_t)d.out);
			ctl_number(out, "lost_in", (int64_t)d.lost_in);
			ctl_number(out, "lost_out", (int64_t)d.lost_out);
			json_builder_end_object(out);
		}
	}
	json_builder_end_array(out);
}

static bool status(struct live_ctl *c, JsonBuilder *out)
{
	struct live_run *r = c->run;
	moor_time now = live_now(r->l);
	struct live_lateness late = live_lateness(r->l);
	struct device_stats d = live_device_stats(r->l);

	ctl_text(out, "scenario", r->s->name);
	ctl_text(out, "run", r->view.name);
	ctl_number(out, "seed", (int64_t)r->view.seed);
	ctl_number(out, "now_ns", now);
	if (r->end != MOOR_NEVER)
		ctl_number(out, "end_ns", r->end);
	ctl_number(out, "events", (int64_t)moor_world_events(build_world(r->b)));
	ctl_number(out, "by_hand", c->told->len);
	json_builder_set_member_name(out, "lateness");
	json_builder_begin_object(out);
	ctl_number(out, "wake_ups", (int64_t)late.n);
	ctl_number(out, "half_ns", late.p50);
	ctl_number(out, "p99_ns", late.p99);
	ctl_number(out, "most_ns", late.max);
	json_builder_end_object(out);
	json_builder_set_member_name(out, "frames");
	json_builder_begin_object(out);
	ctl_number(out, "in", (int64_t)d.in);
	ctl_number(out, "out", (int64_t)d.out);
	ctl_number(out, "lost_in", (int64_t)d.lost_in);
	ctl_number(out, "lost_out", (int64_t)d.lost_out);
	json_builder_end_object(out);
	if (r->judged) {
		json_builder_set_member_name(out, "judged");
		json_builder_add_boolean_value(out, true);
	}
	add_expectations(out, c, now);
	add_devices(out, r);
	return true;
}

/* ---- verbs ------------------------------------------------------------------------------------------------------- */

static bool act(struct live_ctl *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	struct live_run *r = c->run;
	moor_time now = live_now(r->l);
	const struct scen_action *a;
	struct act_told *t;
	struct report report;
	const char *refused;
	guint entry;

	if (c->told->len >= CTL_ACTIONS_MAX) {
		*why = g_strdup_printf("%u actions by hand are enough for one run", CTL_ACTIONS_MAX);
		return false;
	}
	report_init(&report);
	t = act_tell(r->s, words, n, now, r->end, &entry, &report);
	if (!t)
		*why = g_strdup(g_strchomp(report.text->str));
	report_done(&report);
	if (!t)
		return false;
	refused = build_act_refused(r->b, entry);
	if (refused) {
		*why = g_strdup_printf("`%s`: %s", words[0], refused);
		act_take_back(r->s, t);
		return false;
	}
	a = r->s->timeline->pdata[entry];
	g_ptr_array_add(c->told, t);
	build_act(r->b, entry);
	live_processes_act(r, words, n);
	moor_world_advance(build_world(r->b), moor_world_now(build_world(r->b)));
	ctl_text(out, "do", words[0]);
	ctl_number(out, "entry", entry);
	ctl_number(out, "at_ns", a->at);
	return true;
}

static bool help(JsonBuilder *out)
{
	json_builder_set_member_name(out, "actions");
	json_builder_begin_array(out);
	for (const struct scen_choice *v = act_verbs(); v->name; v++) {
		char *usage = act_usage(v->value);

		json_builder_begin_object(out);
		ctl_text(out, "words", usage);
		ctl_text(out, "about", v->about);
		json_builder_end_object(out);
		g_free(usage);
	}
	json_builder_end_array(out);
	return true;
}

/* As an interrupt does it: the run's end is the one place where runs end. */
static bool stop_run(struct live_ctl *c, JsonBuilder *out)
{
	ctl_number(out, "now_ns", live_now(c->run->l));
	raise(SIGTERM);
	return true;
}

static bool alone(const char *const *words, guint n, char **why)
{
	static const char *const none[] = { NULL };
	const char *nothing[1];

	return ctl_options(words, n, none, nothing, why);
}

static bool request(void *ctx, struct control_client *who, const char *const *words, guint n, JsonBuilder *out,
		    char **why)
{
	struct live_ctl *c = ctx;

	if (!c->playing) {
		*why = g_strdup("no run is under way at the moment");
		return false;
	}
	if (!strcmp(words[0], "status"))
		return alone(words, n, why) && status(c, out);
	if (!strcmp(words[0], "bindings"))
		return ctl_bindings(c, words, n, out, why);
	if (!strcmp(words[0], "nodes"))
		return ctl_nodes(c, words, n, out, why);
	if (!strcmp(words[0], "links"))
		return ctl_links(c, words, n, out, why);
	if (!strcmp(words[0], "watch"))
		return ctl_watch(c, who, words, n, out, why);
	if (!strcmp(words[0], "help"))
		return alone(words, n, why) && help(out);
	if (!strcmp(words[0], "stop"))
		return alone(words, n, why) && stop_run(c, out);
	return act(c, words, n, out, why);
}

static void gone(void *ctx, struct control_client *who, const char *why)
{
	struct live_ctl *c = ctx;

	ctl_unwatch(c, who);
	if (why && c->playing)
		live_note(c->run, "control: a client was dropped: %s", why);
}

/* ---- the part ---------------------------------------------------------------------------------------------------- */

static bool begin(struct live_run *r, GError **e)
{
	struct live_ctl *c = r->ctl;
	char *path;

	if (!r->options->control)
		return true;
	if (!c) {
		c = r->ctl = g_new0(struct live_ctl, 1);
		c->run = r;
		c->told = g_ptr_array_new_with_free_func((GDestroyNotify)act_told_free);
		path = control_path(r->options->control);
		c->control = control_new(path, request, gone, c, e);
		g_free(path);
	}
	c->playing = c->control != NULL;
	return c->playing;
}

static void end_watch(void *ctx, struct control_client *who)
{
	struct live_ctl *c = ctx;

	if (!control_data(who))
		return;
	ctl_unwatch(c, who);
	control_end(who);
}

static void stop(struct live_run *r)
{
	struct live_ctl *c = r->ctl;

	if (!c || !c->playing)
		return;
	control_each(c->control, end_watch, c);
	control_flush(c->control, FLUSH_MS);
	c->playing = false;
}

static void tell(struct live_run *r, GString *text)
{
	if (r->ctl && r->ctl->told->len)
		g_string_append_printf(text, "actions by hand: %u\n", r->ctl->told->len);
}

static void clean(struct live_run *r)
{
	if (r->ctl)
		g_ptr_array_set_size(r->ctl->told, 0);
}

static void quit(struct live_run *r)
{
	struct live_ctl *c = r->ctl;

	if (!c)
		return;
	control_free(c->control);
	g_ptr_array_free(c->told, TRUE);
	g_free(c);
	r->ctl = NULL;
}

void live_ctl_forked(const struct live_run *r)
{
	if (r->ctl)
		control_forked(r->ctl->control);
}

const struct live_part live_ctl_part = { .begin = begin, .stop = stop, .tell = tell, .clean = clean, .quit = quit };
