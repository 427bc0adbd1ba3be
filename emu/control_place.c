/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the file of a control socket
 *
 * A run that is killed cannot remove its file: a child does, which waits for nothing else. Where that was killed too,
 * nobody listens on the file: connecting to it is refused, and the next run puts its own there. Two that begin at one
 * moment take turns, by a lock on the folder, which needs no file of its own. The folder's descriptor is kept, since a
 * live run may go into a mount namespace where the path is another one. It implements no clause.
 */
#include "emu/control_place.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUFFIX ".sock"
enum { LOCK_TRIES = 200, LOCK_PAUSE_US = 10000 };

struct control_place {
	int folder;
	char *name;
	struct stat st;			/* of the socket's file; st_ino 0: not known yet */
	int alive;			/* the end of a pipe that the guard hears us by; -1: there is none */
	pid_t guard;
};

char *control_folder(void)
{
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");

	if (runtime && g_path_is_absolute(runtime))
		return g_build_filename(runtime, "mooring", NULL);
	return g_strdup_printf("%s/mooring-%u", g_get_tmp_dir(), (unsigned)getuid());
}

char *control_path(const char *word)
{
	char *folder, *name, *path;

	if (strchr(word, '/'))
		return g_strdup(word);
	folder = control_folder();
	name = g_str_has_suffix(word, SUFFIX) ? g_strdup(word) : g_strconcat(word, SUFFIX, NULL);
	path = g_build_filename(folder, name, NULL);
	g_free(folder);
	g_free(name);
	return path;
}

static bool address(const char *path, struct sockaddr_un *out, GError **error)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (g_strlcpy(out->sun_path, path, sizeof out->sun_path) < sizeof out->sun_path && *path)
		return true;
	g_set_error(error, CONTROL_ERROR, CONTROL_BAD_PATH, "%s: a socket's path has 1 to %zu octets", path,
		    sizeof out->sun_path - 1);
	return false;
}

int control_connect(const char *path, GError **error)
{
	struct sockaddr_un a;
	int fd, code;

	if (!address(path, &a, error))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a))
		return fd;
	code = errno;
	if (fd >= 0)
		close(fd);
	g_set_error(error, CONTROL_ERROR, code == ENOENT || code == ECONNREFUSED || code == ENOTDIR ? CONTROL_NOBODY
		    : CONTROL_FAILED, "%s: %s", path, code == ECONNREFUSED ? "its run is over" : g_strerror(code));
	return -1;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **control_names(void)
{
	char *folder = control_folder();
	GDir *dir = g_dir_open(folder, 0, NULL);
	GPtrArray *names = g_ptr_array_new();
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		char *path = g_build_filename(folder, name, NULL);
		int fd = g_str_has_suffix(name, SUFFIX) ? control_connect(path, NULL) : -1;

		if (fd >= 0) {
			g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(SUFFIX)));
			close(fd);
		}
		g_free(path);
	}
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	if (dir)
		g_dir_close(dir);
	g_free(folder);
	return (char **)g_ptr_array_free(names, FALSE);
}

/* ---- taking ------------------------------------------------------------------------------------------------------ */

static bool failed(GError **error, enum control_error code, const char *path, const char *why)
{
	g_set_error(error, CONTROL_ERROR, code, "%s: %s", path, why);
	return false;
}

/* Our own folder of sockets is made, and trusted only when nobody else can put anything there. */
static bool own_folder(const char *folder, GError **error)
{
	char *own = control_folder();
	bool fine = true;
	struct stat st;

	if (!strcmp(folder, own)) {
		if (g_mkdir(folder, 0700) && errno != EEXIST)
			fine = failed(error, CONTROL_BAD_PATH, folder, g_strerror(errno));
		else if (lstat(folder, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
			fine = failed(error, CONTROL_BAD_PATH, folder, "that folder is not yours alone");
	}
	g_free(own);
	return fine;
}

static bool lock(int folder, const char *path, GError **error)
{
	for (unsigned k = 0; k < LOCK_TRIES; k++) {
		if (!flock(folder, LOCK_EX | LOCK_NB))
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return failed(error, CONTROL_FAILED, path, g_strerror(errno));
		g_usleep(LOCK_PAUSE_US);
	}
	return failed(error, CONTROL_FAILED, path, "its folder is locked by somebody");
}

/* What is there goes, when it is a socket that nobody serves. */
static bool clear(int folder, const char *name, const char *path, GError **error)
{
	GError *e = NULL;
	struct stat st;
	int fd;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT || failed(error, CONTROL_FAILED, path, g_strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return failed(error, CONTROL_BAD_PATH, path, "there is another file, no socket");
	fd = control_connect(path, &e);
	if (fd >= 0) {
		close(fd);
		return failed(error, CONTROL_HELD, path, "another run has this control socket");
	}
	if (!g_error_matches(e, CONTROL_ERROR, CONTROL_NOBODY)) {
		g_propagate_error(error, e);
		return false;
	}
	g_clear_error(&e);
	return !unlinkat(folder, name, 0) || failed(error, CONTROL_FAILED, path, g_strerror(errno));
}

/* The mode of the socket is that of its file, so nobody else can connect at any time. */
static int bind_there(const char *path, GError **error)
{
	struct sockaddr_un a;
	int fd;

	if (!address(path, &a, error))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !fchmod(fd, 0600) && !bind(fd, (const struct sockaddr *)(const void *)&a, sizeof a) &&
	    !listen(fd, (int)CONTROL_CLIENTS_MAX))
		return fd;
	failed(error, CONTROL_FAILED, path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* If it is still ours: numbers of files are used again, times are not. */
static void take_away(const struct control_place *p)
{
	struct stat st;

	if (!fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) && st.st_dev == p->st.st_dev
	    && st.st_ino == p->st.st_ino && st.st_ctim.tv_sec == p->st.st_ctim.tv_sec
	    && st.st_ctim.tv_nsec == p->st.st_ctim.tv_nsec)
		unlinkat(p->folder, p->name, 0);
}

/* The child; what it has of ours is the folder and the pipe. */
static void guard(struct control_place *p, int in)
{
	sigset_t all;
	ssize_t n;
	char c;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(p->folder, STDOUT_FILENO) < 0)
		_exit(1);
	close_range(STDERR_FILENO, ~0u, 0);
	p->folder = STDOUT_FILENO;
	n = read(STDIN_FILENO, &p->st, sizeof p->st);
	/* killed before it was said which file: the lock is still held, so whatever has the name is ours */
	if (n != (ssize_t)sizeof p->st) {
		unlinkat(p->folder, p->name, 0);
		_exit(0);
	}
	while (read(STDIN_FILENO, &c, 1) < 0)
		;
	flock(p->folder, LOCK_EX);
	take_away(p);
	_exit(0);
}

/* Without one a file may be left, which does no harm. */
static void post_guard(struct control_place *p)	/* before the file is there */
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return;
	p->guard = fork();
	if (!p->guard)
		guard(p, ends[0]);
	close(ends[0]);
	if (p->guard > 0)
		p->alive = ends[1];
	else
		close(ends[1]);
}

/* Which file it is, for us and the guard. */
static bool known(struct control_place *p)
{
	if (fstatat(p->folder, p->name, &p->st, AT_SYMLINK_NOFOLLOW))
		return false;
	return p->alive < 0 || write(p->alive, &p->st, sizeof p->st) == (ssize_t)sizeof p->st;
}

struct control_place *control_place_take(const char *path, int *fd, GError **error)
{
	char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	struct control_place *p = NULL;
	int dir = -1;

	*fd = -1;
	if (own_folder(folder, error)) {
		dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			failed(error, CONTROL_BAD_PATH, folder, g_strerror(errno));
	}
	if (dir >= 0 && lock(dir, path, error)) {
		if (clear(dir, name, path, error)) {
			p = g_new0(struct control_place, 1);
			*p = (struct control_place){ .folder = dir, .name = g_strdup(name), .alive = -1 };
			post_guard(p);
			*fd = bind_there(path, error);
		}
		if (p && (*fd < 0 || !known(p))) {
			control_place_leave(p);
			p = NULL;
			dir = -1;	/* and with it the lock */
		}
		if (dir >= 0)
			flock(dir, LOCK_UN);
	}
	if (!p && *fd >= 0) {
		failed(error, CONTROL_FAILED, path, "the socket's file vanished");
		close(*fd);
		*fd = -1;
	}
	if (!p && dir >= 0)
		close(dir);
	g_free(folder);
	g_free(name);
	return p;
}

void control_place_leave(struct control_place *p)
{
	take_away(p);
	if (p->alive >= 0) {
		close(p->alive);
		while (waitpid(p->guard, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(p->folder);
	g_free(p->name);
	g_free(p);
}
