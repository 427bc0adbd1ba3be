/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of a run while it is being written: nobody else writes into it, files of an earlier run do not stay
 * behind to be taken for this one's, and room is kept back so that a disk that fills up still holds the end of every
 * file and run.json, which says what happened.
 */
#ifndef MOOR_TRACES_FOLDER_H
#define MOOR_TRACES_FOLDER_H

#include <glib.h>
#include <stdbool.h>

#define FOLDER_RESERVE (256u * 1024)	/* octets; more than what all the buffers of one run hold, and run.json */

struct trace_folder {
	int fd;				/* of the folder, locked; -1: not taken */
	int reserve;			/* the file that keeps the room, which has no name any more; -1: it was given back */
};

/*
 * Makes the folder and its parents and takes it. False with error naming the path (G_FILE_ERROR_NOSPC: there is no room
 * in it); f is then untaken, and what an earlier run left there stays.
 */
bool trace_folder_take(struct trace_folder *f, const char *dir, GError **error);
/*
 * The same for the tables over many runs. again: files of an earlier command stay; folders: there has to be room for
 * that of a run, too.
 */
bool trace_folder_take_above(struct trace_folder *f, const char *dir, bool again, bool folders, GError **error);
/* Gives the kept room back, for the end of the files; false when that was done before. */
bool trace_folder_release(struct trace_folder *f);
void trace_folder_leave(struct trace_folder *f);

#endif
