/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces that the helper opens
 *
 * A real interface needs capabilities that nobody wants to give to a whole program. emu/helper/mooring-device.c has
 * them, opens the one interface, and passes its descriptor through the socket that we give it. It implements no clause.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELPER "mooring-device"

enum { WAIT_MS = 10000, CANNOT = 77 };

/* Beside our own program, else on the PATH; $MOORING_DEVICE names another. NULL: there is none. Free it. */
static char *find(void)
{
	const char *told = g_getenv("MOORING_DEVICE");
	char *own = g_file_read_link("/proc/self/exe", NULL), *folder = own ? g_path_get_dirname(own) : NULL;
	char *path = told ? g_strdup(told) : folder ? g_build_filename(folder, HELPER, NULL) : NULL;

	g_free(folder);
	g_free(own);
	if (path && !access(path, X_OK))
		return path;
	g_free(path);
	return told ? NULL : g_find_program_in_path(HELPER);
}

/* The descriptor in the next message; -1: the other end was closed without one, or said nothing. */
static int receive(int from)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
	char octet;
	struct iovec text = { &octet, 1 };
	struct msghdr m = { .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct pollfd p = { .fd = from, .events = POLLIN };
	const struct cmsghdr *c;
	int fd = -1;

	if (poll(&p, 1, WAIT_MS) != 1 || recvmsg(from, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

static void not_permitted(GError **error, const char *name, const char *path)
{
	if (path)
		g_set_error(error, DEVICE_ERROR, DEVICE_NOT_PERMITTED,
			    "interface %s: not permitted; as root allow the helper that opens interfaces to do so: "
			    "`setcap cap_net_raw,cap_net_admin=ep %s`, or run as root", name, path);
	else
		g_set_error(error, DEVICE_ERROR, DEVICE_NOT_PERMITTED,
			    "interface %s: not permitted, and " HELPER ", the helper that opens interfaces, is neither beside this "
			    "program nor on the PATH ($MOORING_DEVICE names another place); run as root, or put it there and as root "
			    "`setcap cap_net_raw,cap_net_admin=ep` it", name);
}

/* What it says on standard error, to its end. */
static GString *words(int from)
{
	GString *all = g_string_new(NULL);
	char buf[256];
	ssize_t n;

	while ((n = read(from, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
		g_string_append_len(all, buf, MAX(n, 0));
	close(from);
	return all;
}

static int run(const char *path, const char *name, bool tap, GError **error)
{
	const char *argv[] = { path, tap ? "--tap" : name, tap ? name : NULL, NULL };
	int pair[2], said[2], fd = -1, status = -1;
	gboolean started;
	GString *text;
	GPid pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		device_fail(error, errno, "socket for", HELPER);
		return -1;
	}
	if (!g_unix_open_pipe(said, FD_CLOEXEC, error)) {
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	started = g_spawn_async_with_fds(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
					 pair[1], said[1], said[1], error);
	close(pair[1]);
	close(said[1]);
	if (!started) {
		g_prefix_error(error, "%s: ", path);
		close(pair[0]);
		close(said[0]);
		return -1;
	}
	fd = receive(pair[0]);
	close(pair[0]);
	text = words(said[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (fd < 0 && WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		not_permitted(error, name, path);
	else if (fd < 0)
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "%s could not open it: %s", path,
			    text->len ? g_strstrip(text->str) : "it gave no reason");
	g_string_free(text, TRUE);
	return fd;
}

int device_helper(const char *name, bool tap, GError **error)
{
	char *path = find();
	int fd = -1;

	if (path)
		fd = run(path, name, tap, error);
	else
		not_permitted(error, name, NULL);
	g_free(path);
	return fd;
}
