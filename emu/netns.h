/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network namespaces of our own, so that live runs need no root and leave nothing behind: whatever is in them goes with
 * the last process and descriptor.
 *
 *	netns_enter(&error);				once, before any thread: user, network and mount namespace
 *	n = netns_new("ue1", &error);			a network namespace, also at /run/netns/ue1 for ip(8)
 *	netns_go(n); d = device_tap("ue0", &error); netns_home();
 *	netns_run(n, argv, NULL, &error);		a program inside it, to its end
 */
#ifndef MOOR_EMU_NETNS_H
#define MOOR_EMU_NETNS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

enum netns_error {
	NETNS_REFUSED,			/* the system lets nobody make namespaces: the message has the remedy */
	NETNS_FAILED
};
#define NETNS_ERROR (netns_error_quark())
GQuark netns_error_quark(void);

struct netns;

/*
 * The process moves into a new network and mount namespace, as an ordinary user into a new user namespace too, where it
 * is root. /run is an empty folder of its own there. Loopback is up.
 */
gboolean netns_enter(GError **error);
/* After netns_enter. Loopback is up in it. name: letters, digits, hyphens; at most 60. */
struct netns *netns_new(const char *name, GError **error);
void netns_free(struct netns *n);
const char *netns_name(const struct netns *n);
int netns_fd(const struct netns *n);

/* The calling thread is inside n until netns_home. They always succeed for a namespace that is there. */
void netns_go(const struct netns *n);
void netns_home(void);

/* netns_home() is n from now on: for a process that is to live there. */
void netns_settle(const struct netns *n);

/*
 * Back to where the process was before netns_enter, until netns_home. False: only root may, or it never left.
 */
bool netns_out(void);

/*
 * ip(8) with these commands, one a line, inside n (NULL: at home). The first that fails ends it; the error has ip's
 * words and the command's line.
 */
gboolean netns_ip(const struct netns *n, const char *commands, GError **error);
/*
 * Another tool that reads its commands from standard input, to its end; package: what to install when it is not there.
 */
gboolean netns_tool(const struct netns *n, const char *const *argv, const char *package, const char *commands,
		    GError **error);
/* Two ends of a wire (veth), a in namespace `in_a`, b in `in_b`; both are down. */
gboolean netns_wire(const struct netns *in_a, const char *a, const struct netns *in_b, const char *b, GError **error);
/*
 * Programs that are started from now on, and whatever they start, are in a process namespace of their own, with a /proc
 * that shows it. After netns_enter; nothing when there is one already.
 */
gboolean netns_programs_begin(GError **error);
/* None of them is left when it returns; our own end does the same, whatever it is. No program until the next begin. */
void netns_programs_end(void);
/*
 * A program inside n, in a process group of its own that is killed when we die. env: NAME=VALUE additions, NULL: none.
 * out: descriptor for its standard output and error, -1: ours. 0: it could not be started.
 */
GPid netns_spawn(const struct netns *n, const char *const *argv, const char *const *env, int out, GError **error);
/* The same with our standard input; terminal: that is one, and the program's group is in its foreground then. */
GPid netns_shell(const struct netns *n, const char *const *argv, const char *const *env, int out, bool terminal,
		 GError **error);

#endif
