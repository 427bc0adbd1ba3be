/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the folder of a run for one writer: makes it, locks it, removes what an earlier run left, keeps room back. It
 * exists because two runs into one folder, a shorter run onto a longer one and a full disk all leave files that look
 * whole and are not. No clause.
 */
#include "traces/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "traces/out.h"

static bool refuse(const char *dir, int err, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, trace_out_code(err), "%s: %s%s", dir, what, g_strerror(err));
	return false;
}

/*
 * Only in a folder that holds a run.json or runs.json, and only the names that runs give: the folder may be somebody's
 * home. The profile folder wireshark/ is the same for every run, but for the key files, which each run begins anew.
 */
static void remove_earlier(int fd)
{
	static const char *const names[] = { "events.jsonl", "handovers.csv", "metrics.csv", "trace.pcapng", "ladder.svg",
		"timeline.svg", "junit.xml", "tap", "records.bin", "runs.csv", "steps.csv", "runs.csv.new", "steps.csv.new",
		"summary.csv", "points.csv", "report.html", "results.sqlite", "runs.json", "run.json" };

	if (faccessat(fd, "run.json", F_OK, 0) != 0 && faccessat(fd, "runs.json", F_OK, 0) != 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		unlinkat(fd, names[i], 0);
}

/* Where files may not even be that large, room on the disk is not what ends; asking for it would raise a signal. */
static bool files_may_be_large(guint parts)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur >= (rlim_t)parts * FOLDER_RESERVE;
}

/* Room for so many folders is looked for, that for one is kept. The errno of what failed, or 0. */
static int reserve(int fd, guint parts)
{
	int err = posix_fallocate(fd, 0, (off_t)parts * FOLDER_RESERVE);

	return !err && parts > 1 && ftruncate(fd, FOLDER_RESERVE) != 0 ? errno : err;
}

static bool keep_room(struct trace_folder *f, const char *dir, guint parts, GError **error)
{
	char *path = g_build_filename(dir, ".reserve", NULL);
	int err;

	f->reserve = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	err = errno;
	/* without a name it goes with the process, whatever ends that */
	unlink(path);
	g_free(path);
	if (f->reserve < 0)
		return refuse(dir, err, "", error);
	while (parts && !files_may_be_large(parts))
		parts--;
	err = parts ? reserve(f->reserve, parts) : 0;
	if (err != ENOSPC && err != EDQUOT)
		return true;
	trace_folder_release(f);
	return refuse(dir, err, "256 KiB for the end of the files cannot be kept back: ", error);
}

static bool take(struct trace_folder *f, const char *dir, guint parts, bool again, GError **error)
{
	bool ok;

	*f = (struct trace_folder){ .fd = -1, .reserve = -1 };
	if (g_mkdir_with_parents(dir, 0777) != 0)
		return refuse(dir, errno, "", error);
	f->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return refuse(dir, errno, "", error);
	/* file systems without locks exist: only a lock that somebody else holds is a reason to refuse */
	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s: another run is writing into this folder", dir);
		ok = false;
	} else {
		/* what is there stays when nothing can come into its place */
		ok = keep_room(f, dir, parts, error);
		if (ok && !again)
			remove_earlier(f->fd);
	}
	if (!ok)
		trace_folder_leave(f);
	return ok;
}

bool trace_folder_take(struct trace_folder *f, const char *dir, GError **error)
{
	return take(f, dir, 1, false, error);
}

bool trace_folder_take_above(struct trace_folder *f, const char *dir, bool again, bool folders, GError **error)
{
	return take(f, dir, folders ? 2 : 1, again, error);
}

bool trace_folder_release(struct trace_folder *f)
{
	bool kept = f->reserve >= 0;

	if (kept)
		close(f->reserve);
	f->reserve = -1;
	return kept;
}

void trace_folder_leave(struct trace_folder *f)
{
	trace_folder_release(f);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
