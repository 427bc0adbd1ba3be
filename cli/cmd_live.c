/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring live
 *
 * `mooring run` with real time in place of virtual time. Our nodes are in this process, on the scenario's links, which
 * delay and lose frames as in a simulation. A node with `peer: external` has a network namespace of its own, named as
 * the node, and in it a TAP device for each interface, with the scenario's MAC address, MTU and addresses; its
 * carrier is
 * that of the link. Its command, if it has one, is started there and ends with the run. It implements no clause.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/cli.h"
#include "emu/live.h"
#include "emu/netns.h"
#include "emu/programs.h"
#include "entity/outside.h"
#include "scenarios/build.h"
#include "scenarios/run.h"

#define LATE_PPM 50000			/* windows are 5 % longer */
#define LATE (20 * MOOR_MS)		/* and what needed this much more is inconclusive */
#define GRACE_MS 2000			/* between SIGTERM and SIGKILL */
#define NAME_MAX_OCTETS 15		/* of an interface */

#define LOOK_MS 20u			/* how often addresses of nodes with programs are looked at */
#define PROGRAM_MTU 1280u		/* fits every tunnel [RFC 8200 5] */

/* A node that another program plays, or one of ours with programs on it. */
struct peer {
	struct live_run *run;
	struct moor_node *node;
	struct netns *ns;
	struct outside *o;		/* NULL: ours, with: */
	struct programs *programs;
	const char *program;		/* still to be started; NULL */
	GPtrArray *device;		/* struct device, in the order of its ports; the engine's */
	GPid pid;			/* of its command; 0: none, or over */
	bool told;			/* to end */
	char *name;
};

struct live_run {
	struct live *l;
	struct build *b;
	guint look;			/* timer of the main context; 0: none */
	GPtrArray *peers;		/* struct peer */
	GString *notes;
	bool entered;			/* the process is in a namespace of its own */
	bool refused;			/* the system allows none */
	bool json;			/* standard output is for one object: programs have standard error */
};

/* ---- peers ------------------------------------------------------------------------------------------------------- */

static void iface_name(const struct moor_port *p, char name[NAME_MAX_OCTETS + 1])
{
	g_strlcpy(name, moor_port_name(p), NAME_MAX_OCTETS + 1);
}

static void follow_carrier(void *ctx, unsigned i, bool up)
{
	struct peer *p = ctx;

	if (!device_carrier(p->device->pdata[i], up))
		g_string_append_printf(p->run->notes, "%s: the carrier of %s could not be changed\n", p->name,
				       device_name(p->device->pdata[i]));
}

static void addresses(const struct build *b, const struct moor_port *port, const char *name, GString *ip,
		      GPtrArray *env)
{
	struct ip6_prefix a;
	char text[48];

	for (unsigned n = 0; build_port_address(b, port, n, &a); n++) {
		bool v4 = ip6_is_mapped(&a.addr);

		if (v4)
			ip4_text(ip6_mapped_ip4(&a.addr), text);
		else
			ip6_text(&a.addr, text);
		g_string_append_printf(ip, "addr add %s/%u dev %s%s\n", text, v4 ? a.len - 96u : a.len, name, v4 ? "" : " nodad");
		g_ptr_array_add(env, g_strdup_printf("MOORING_%s_%s=%s", name, v4 ? "IP4" : "IP6", text));
	}
}

/* The interface of one port: device, MAC, MTU, addresses, and up if its link is. */
static bool open_port(struct peer *p, const struct build *b, unsigned i, GPtrArray *env, GError **e)
{
	struct moor_port *port = outside_port(p->o, i);
	GString *ip = g_string_new(NULL);
	char name[NAME_MAX_OCTETS + 1];
	struct device *d;
	bool fine;

	iface_name(port, name);
	netns_go(p->ns);
	d = device_tap(name, e);
	fine = d && device_configure(name, moor_port_mac(port), moor_port_mtu(port), true, e);
	netns_home();
	if (fine) {
		device_carrier(d, moor_port_up(port));
		g_ptr_array_add(p->device, d);
		live_port(p->run->l, outside_wire(p->o, i), d, moor_port_mtu(port));
		addresses(b, port, name, ip, env);
		fine = !ip->len || netns_ip(p->ns, ip->str, e);
	} else {
		device_free(d);
	}
	g_string_free(ip, TRUE);
	return fine;
}

static bool start(struct peer *p, const char *command, GPtrArray *env, GError **e)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };

	if (!command)
		return true;
	g_ptr_array_add(env, g_strdup_printf("MOORING_NODE=%s", p->name));
	g_ptr_array_add(env, NULL);
	p->pid = netns_spawn(p->ns, argv, (const char *const *)env->pdata, p->run->json ? STDERR_FILENO : -1, e);
	return p->pid != 0;
}

/* ---- programs on nodes of ours ----------------------------------------------------------------------------------- */

static void complain(struct peer *p, GError *e)
{
	if (e)
		g_string_append_printf(p->run->notes, "%s: %s\n", p->name, e->message);
	g_clear_error(&e);
}

static void put_env(GPtrArray *env, const struct ip6_addr *a, bool v4)
{
	char text[ADDR_TEXT_MAX];

	g_ptr_array_add(env, g_strdup_printf("MOORING_%s=%s", v4 ? "IP4" : "IP6",
					     v4 ? ip4_text(ip6_mapped_ip4(a), text) : ip6_text(a, text)));
}

static void look_at(struct peer *p)
{
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	struct ip6_addr a;
	GError *e = NULL;

	for (unsigned v4 = 0; v4 < 2; v4++) {
		bool there = build_address(p->run->b, p->node, v4, &a);

		if (there)
			put_env(env, &a, v4);
		if (!programs_address(p->programs, v4, there ? &a : NULL, &e))
			complain(p, e);
		e = NULL;
	}
	if (env->len && p->program) {
		if (!start(p, p->program, env, &e))
			complain(p, e);
		p->program = NULL;
	}
	g_ptr_array_free(env, TRUE);
}

static gboolean look(gpointer user)
{
	struct live_run *r = user;

	for (guint k = 0; k < r->peers->len; k++)
		if (((struct peer *)r->peers->pdata[k])->programs)
			look_at(r->peers->pdata[k]);
	return G_SOURCE_CONTINUE;
}

static bool open_programs(struct live_run *r, struct build *b, struct moor_node *node, GError **e)
{
	struct peer *p = g_new0(struct peer, 1);
	struct net_host *h = build_host(b, node);

	g_ptr_array_add(r->peers, p);
	p->run = r;
	p->node = node;
	p->device = g_ptr_array_new();
	p->name = g_strdup(moor_node_name(node));
	p->program = build_scen_node(b, node)->program;
	p->ns = netns_new(p->name, e);
	p->programs = p->ns ? programs_new(r->l, h, p->ns, "mooring", PROGRAM_MTU, e) : NULL;
	if (p->programs && !r->look)
		r->look = g_timeout_add(LOOK_MS, look, r);
	if (!p->programs)
		g_prefix_error(e, "node %s: ", p->name);
	return p->programs != NULL;
}

static bool open_peer(struct live_run *r, struct build *b, const struct scenario *s, struct moor_node *node,
		      GError **e)
{
	struct peer *p = g_new0(struct peer, 1);
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	bool fine;

	g_ptr_array_add(r->peers, p);
	p->run = r;
	p->node = node;
	p->name = g_strdup(moor_node_name(node));
	p->device = g_ptr_array_new();
	p->o = outside_new(node, (enum mh_profile)s->profile, build_scen_node(b, node)->kind == NODE_MN);
	outside_on_carrier(p->o, follow_carrier, p);
	fine = (p->ns = netns_new(p->name, e)) != NULL;
	for (unsigned i = 0; fine && i < outside_count(p->o); i++)
		fine = open_port(p, b, i, env, e);
	fine = fine && start(p, build_scen_node(b, node)->command, env, e);
	g_ptr_array_free(env, TRUE);
	if (!fine)
		g_prefix_error(e, "node %s: ", p->name);
	return fine;
}

static bool over(struct peer *p)
{
	int status;

	if (!p->pid || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return !p->pid;
	p->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		g_string_append_printf(p->run->notes, "%s: its command ended with %d\n", p->name, WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && !p->told)
		g_string_append_printf(p->run->notes, "%s: its command was ended by signal %d (%s)\n", p->name,
				       WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	return true;
}

static void stop(struct live_run *r)
{
	if (r->look)
		g_source_remove(r->look);
	r->look = 0;
	for (unsigned ms = 0, left = r->peers->len; left; ms += 10) {
		left = 0;
		for (guint k = 0; k < r->peers->len; k++) {
			struct peer *p = r->peers->pdata[k];

			if (over(p))
				continue;
			left++;
			p->told = true;
			if (!ms || ms >= GRACE_MS)
				kill(-p->pid, ms ? SIGKILL : SIGTERM);
		}
		if (left)
			g_usleep(10000);
	}
}

/* What is left of the last run, once its world is gone. */
static void clean(struct live_run *r)
{
	for (guint k = 0; k < r->peers->len; k++) {
		struct peer *p = r->peers->pdata[k];

		programs_free(p->programs);
		netns_free(p->ns);
		outside_free(p->o);
		g_ptr_array_free(p->device, TRUE);
		g_free(p->name);
		g_free(p);
	}
	g_ptr_array_set_size(r->peers, 0);
	live_free(r->l);
	r->l = NULL;
	g_string_truncate(r->notes, 0);
}

/* ---- the engine -------------------------------------------------------------------------------------------------- */

static void out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct live_run *r = ctx;

	live_out(r->l, port, at, frame, len);
}

static void device_gone(void *ctx, struct moor_port *port, const char *device)
{
	struct live_run *r = ctx;

	g_string_append_printf(r->notes, "%s: its interface %s was removed\n", moor_node_name(moor_port_node(port)), device);
}

static bool anybody_else(const struct scenario *s)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		if (n->peer == PEER_EXTERNAL || n->program)
			return true;
	}
	return false;
}

static bool begin(void *ctx, struct build *b, const struct scenario *s, char **why)
{
	struct live_run *r = ctx;
	struct moor_world *w = build_world(b);
	uint32_t n = moor_node_count(w);
	GError *e = NULL;
	bool fine = true;

	clean(r);
	r->l = live_new();
	r->b = b;
	live_attach(r->l, w);
	live_on_gone(r->l, device_gone, r);
	if (anybody_else(s) && !r->entered)
		fine = r->entered = netns_enter(&e);
	for (uint32_t i = 0; fine && i < n; i++) {
		const struct scen_node *node = build_scen_node(b, moor_node_at(w, i));

		if (node && node->peer == PEER_EXTERNAL)
			fine = open_peer(r, b, s, moor_node_at(w, i), &e);
		else if (node && node->program)
			fine = open_programs(r, b, moor_node_at(w, i), &e);
	}
	r->refused |= g_error_matches(e, NETNS_ERROR, NETNS_REFUSED);
	if (!fine)
		*why = g_strdup(e->message);
	g_clear_error(&e);
	return fine;
}

static void play(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *halt)
{
	struct live_run *r = ctx;

	(void)w;
	if (live_run(r->l, end, halt) == LIVE_FAILED)
		g_string_append(r->notes, "the kernel's timer failed: the run ended early\n");
	stop(r);
}

static void tell(void *ctx, GString *text)
{
	struct live_run *r = ctx;
	struct live_lateness late = live_lateness(r->l);
	struct device_stats d = live_device_stats(r->l);

	g_string_append_printf(text, "\nlateness of %" G_GUINT64_FORMAT " wake-ups: half within %.3f ms, 99 %% within "
			       "%.3f ms, at most %.3f ms\n", late.n, (double)late.p50 / 1e6, (double)late.p99 / 1e6,
			       (double)late.max / 1e6);
	if (r->peers->len)
		g_string_append_printf(text, "frames of other programs: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out; lost "
				       "by the kernel: %" G_GUINT64_FORMAT " in, %" G_GUINT64_FORMAT " out\n", d.in, d.out, d.lost_in,
				       d.lost_out);
	g_string_append(text, r->notes->str);
}

static void end(void *ctx)
{
	stop(ctx);
}

int cmd_live(int argc, char **argv)
{
	struct live_run r = { .peers = g_ptr_array_new(), .notes = g_string_new(NULL) };
	const struct run_engine engine = { "live", &r, out, begin, play, tell, end, LATE_PPM, LATE };
	int code;

	r.json = g_strv_contains((const char *const *)argv, "--json");
	code = cli_run_live(argc, argv, &engine);

	clean(&r);
	g_ptr_array_free(r.peers, TRUE);
	g_string_free(r.notes, TRUE);
	return r.refused && code == EXIT_USAGE ? EXIT_CANNOT : code;
}
