/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of `mooring live` share: one run's nodes that are other programs, or have programs on them. Internal.
 *
 * The engine (cmd_live.c) calls every part at each turn of a run: `begin` when all is built, `start` when all have,
 * `look` often while it plays, `stop` when it is over, `tell` for the text of its end, `clean` when its world is gone.
 * A part that has nothing to do at a turn leaves it NULL. They are called in the order of the table in cmd_live.c, stop
 * and clean in the other one.
 */
#ifndef MOOR_CLI_LIVE_RUN_H
#define MOOR_CLI_LIVE_RUN_H

#include <stdbool.h>

#include "emu/live.h"
#include "emu/netns.h"
#include "emu/programs.h"
#include "entity/outside.h"
#include "scenarios/build.h"
#include "scenarios/device.h"
#include "scenarios/run.h"

enum {
	LIVE_NAME_MAX = 15,		/* octets of an interface's name */
	LIVE_LOOK_MS = 20,		/* how often parts look */
	LIVE_PROGRAM_MTU = 1280,	/* of the device of programs: fits every tunnel [RFC 8200 5] */
	LIVE_GRACE_MS = 2000		/* between SIGTERM and SIGKILL */
};

/* A node that another program plays, or one of ours with programs on it. */
struct live_peer {
	struct live_run *run;
	struct moor_node *node;
	struct netns *ns;
	struct outside *o;		/* NULL: ours, with: */
	struct programs *programs;
	const char *program;		/* still to be started; NULL */
	GPtrArray *device;		/* struct device, in the order of its ports; the engine's */
	GPid pid;			/* of its command; 0: none, or over */
	GPid group;			/* what the command started may outlive it; 0: none, or all killed */
	bool told;			/* to end */
	char *name;
	char **env;			/* what its programs find there beyond ours; NULL: not known yet */
};

/* What the command line asks for beyond what `run` knows. */
struct live_options {
	bool json;			/* standard output is for one object: programs have standard error */
	char *control;			/* name or path of the control socket; NULL: none */
	gboolean keep;			/* go on behind the end */
	char *shell;			/* in this node; NULL: none */
	char *pcap;			/* file; "-": standard output; NULL: none */
	char *duration;			/* in place of the scenario's; NULL */
	int capture;			/* with "-": what was standard output; else -1 */
	gboolean beside;		/* a simulation of the same beside each run */
	char *metrics;			/* where figures are served: "PORT", "ADDR:PORT"; NULL: nowhere */
	gboolean processes;		/* a process for each node of ours */
};

struct live_run {
	const struct live_options *options;
	struct live *l;
	struct build *b;
	const struct scenario *s;
	guint look;			/* timer of the main context; 0: none */
	GPtrArray *peers;		/* struct live_peer */
	GPtrArray *devices;		/* struct live_device: of live_devices.c */
	GPtrArray *nats;		/* live_nat.c's; NULL: none */
	GString *notes;			/* lines for the end of the run */
	struct live_links *links;	/* NULL: none */
	struct live_shell *shell;	/* NULL: none */
	struct live_capture *capture;	/* NULL: none */
	bool captured;			/* by an earlier run: its file is gone on with */
	bool judged;			/* the verdict is made, and the run goes on */
	char *keys;			/* folder with key material for other programs; NULL: none yet */
	int keys_lock;			/* of that folder; with keys */
	struct keyring *ring;		/* what opens their IKE; NULL: no other programs */
	bool entered;			/* the process is in a namespace of its own */
	bool refused;			/* the system allows none */
	struct run_view view;		/* of the run that is under way */
	struct live_aaa *aaa;		/* live_aaa.c; NULL: nobody is asked over a network */
	moor_time end;			/* of it; MOOR_NEVER: it goes on behind its verdict */
	struct live_ctl *ctl;		/* live_ctl.c; NULL: no control */
	struct live_metrics *figures;	/* live_metrics.c; NULL: none */
	struct processes *processes;	/* live_processes.c; NULL: this one plays all nodes of ours */
	moor_time until;		/* when it ends; MOOR_NEVER: when it is told to */
	const bool *elsewhere;		/* by node number: another process plays it; NULL: none */
};

#define LIVE_PROGRAM_DEVICE "mooring"

struct live_part {
	bool (*begin)(struct live_run *r, GError **e);
	void (*start)(struct live_run *r);	/* all parts have begun, the timeline does now */
	void (*look)(struct live_run *r);
	void (*stop)(struct live_run *r);	/* may be called twice, and without begin */
	void (*tell)(struct live_run *r, GString *text);
	void (*clean)(struct live_run *r);
	void (*quit)(struct live_run *r);	/* once, when all runs are over: what outlives a run */
};
extern const struct live_part live_metrics_part;	/* `--metrics`; the same */
extern const struct live_part live_devices_part;	/* interfaces of the machine; before anything enters a namespace */
extern const struct live_part live_ctl_part;		/* `--control`; before any namespace */
extern const struct live_part live_processes_part;	/* the first one, since what it forks has nothing of the others */
/* In a process that was forked off: what outsiders are connected to goes on in the first one alone. */
void live_ctl_forked(const struct live_run *r);
void live_metrics_forked(const struct live_run *r);
/* An action that was told is told to the other processes too; nothing without any. */
void live_processes_act(struct live_run *r, const char *const *words, guint n);
extern const struct live_part live_peers_part;		/* nodes with `peer: external` */
extern const struct live_part live_nat_part;		/* routers with `nat: {live: nftables}` */
extern const struct live_part live_keys_part;		/* what they need and say of key exchange; behind them */
extern const struct live_part live_clocks_part;		/* the time of day, where others look at it too */
extern const struct live_part live_aaa_part;		/* AAA servers with `diameter` */
extern const struct live_part live_programs_part;	/* nodes with `program` */
extern const struct live_part live_links_part;		/* what programs do to their interfaces */
extern const struct live_part live_shell_part;		/* --shell */
extern const struct live_part live_capture_part;	/* --pcap */

/* The opened interface of a node's `devices`; the caller's, for an engine that takes it. */
struct device *live_device_take(struct live_run *r, const struct scen_device *d);
/* Is there a shell, or will there be one? */
bool live_shell_alive(const struct live_run *r);
/* A node of ours that may have programs on it. */
bool live_programs_can(const struct scen_node *n);
/* Of the device of p for programs: its addresses, NAME=VALUE. */
void live_programs_env(struct live_peer *p, GPtrArray *env);
/* `--pcap -`: standard output is the capture's from now on, and all text goes to standard error. */
void live_capture_stdout(struct live_options *o);
/* A line for the end of the run, with the time. */
void live_note(struct live_run *r, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The peer's key material and the others' addresses into env. */
bool live_keys(struct live_peer *p, GPtrArray *env, GError **e);

/* ---- live_command.c: programs of a run, each in a process group of its own --------------------------------------- */

/* With a namespace still to be made. */
struct live_peer *live_peer_new(struct live_run *r, struct moor_node *node);
struct live_peer *live_peer_find(const struct live_run *r, const struct moor_node *node);	/* NULL: none */
bool live_elsewhere(const struct live_run *r, const struct moor_node *node);
void live_peer_free(struct live_peer *p);
/* The process and all that it makes from now on is in namespaces of its own; once a process. */
bool live_enter(struct live_run *r, GError **e);
/* For a shell in the peer's namespace; env gets two more entries and is the peer's. NULL: nothing to start. */
bool live_command(struct live_peer *p, const char *command, GPtrArray *env, GError **e);
void live_commands_look(struct live_run *r);		/* at those that ended by themselves */
void live_commands_stop(struct live_run *r);		/* all of them, until they are over */

#endif
