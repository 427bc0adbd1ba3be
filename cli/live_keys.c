/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: key material of nodes that are other programs
 *
 * What the scenario made for such a node is in its command's environment: MOORING_ID, MOORING_PSK_mag1 …; PEM texts and
 * tables are files of a folder that nobody else can read, on the run's own /run if it has one, and the variable is the
 * file's path. The folder goes with the run; that of a run that was killed goes when the next one begins, which
 * knows it by its lock that nobody holds. The keys that our side of each security association tells open what the
 * program sends, for records and expectations. It implements no clause.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/live_run.h"
#include "crypto/keyring.h"

#define PREFIX "mooring-keys."
#define UNNAMED PREFIX "new."		/* so it is called until its lock is held */

static void remove_folder(const char *path)
{
	GDir *d = g_dir_open(path, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		char *file = g_build_filename(path, name, NULL);

		g_unlink(file);
		g_free(file);
	}
	if (d)
		g_dir_close(d);
	g_rmdir(path);
}

/*
 * A lock of the folder that holds until it is closed or the process ends, however it does. -1: another has it, or it is
 * not ours. Below a folder with the set-group-ID bit it has that bit, too.
 */
static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || st.st_uid != geteuid() || (st.st_mode & 0777) != 0700 ||
			flock(fd, LOCK_EX | LOCK_NB))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What runs that were killed left in the folder for temporary files. */
static void sweep(void)
{
	GDir *d = g_dir_open(g_get_tmp_dir(), 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
		bool named = g_str_has_prefix(name, PREFIX) && !g_str_has_prefix(name, UNNAMED);
		int fd = named ? lock_folder(path) : -1;

		if (fd >= 0) {
			remove_folder(path);
			close(fd);
		}
		g_free(path);
	}
	if (d)
		g_dir_close(d);
}

/* Made under another name, so that nobody takes it for a dead one's before it has its lock. */
static char *make_folder(const char *in, int *lock)
{
	char *path = g_build_filename(in, UNNAMED "XXXXXX", NULL), *name = NULL;
	bool made = g_mkdtemp_full(path, 0700) != NULL;

	*lock = made ? lock_folder(path) : -1;
	if (*lock >= 0) {
		name = g_strdup_printf("%s/" PREFIX "%s", in, strrchr(path, '.') + 1);
		if (g_rename(path, name)) {
			close(*lock);
			g_clear_pointer(&name, g_free);
		}
	}
	if (made && !name) {
		int why = errno;

		g_rmdir(path);
		errno = why;
	}
	g_free(path);
	return name;
}

static const char *folder_of(struct live_run *r, GError **e)
{
	if (!r->keys)
		r->keys = make_folder(r->entered ? "/run" : g_get_tmp_dir(), &r->keys_lock);
	if (!r->keys)
		g_set_error(e, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no folder for keys can be made: %s", g_strerror(errno));
	return r->keys;
}

/* NAME of node mag-1 is the file mag-1.NAME. */
static char *put(struct live_peer *p, const struct build_credential *c, GError **e)
{
	const char *folder = folder_of(p->run, e);
	char *path = folder ? g_strdup_printf("%s/%s.%s", folder, p->name, c->name) : NULL;

	if (path && g_file_set_contents_full(path, c->value, -1, G_FILE_SET_CONTENTS_NONE, 0600, e))
		return path;
	g_free(path);
	return NULL;
}

/* What a shell takes for a name. */
static char *variable(const char *name)
{
	char *v = g_strdup_printf("MOORING_%s", name);

	for (char *at = v; *at; at++)
		if (!g_ascii_isalnum(*at))
			*at = '_';
	return v;
}

bool live_keys(struct live_peer *p, GPtrArray *env, GError **e)
{
	GPtrArray *all = build_credentials(p->run->b, p->node);
	bool fine = true;

	for (guint i = 0; fine && i < all->len; i++) {
		const struct build_credential *c = all->pdata[i];
		char *path = c->file ? put(p, c, e) : NULL, *name = variable(c->name);

		fine = !c->file || path;
		if (fine)
			g_ptr_array_add(env, g_strdup_printf("%s=%s", name, c->file ? path : c->value));
		g_free(name);
		g_free(path);
	}
	g_ptr_array_unref(all);
	return fine;
}

/* ---- what it sends ----------------------------------------------------------------------------------------------- */

static void on_keys(void *ctx, const struct moor_record *r)
{
	const struct rec_keys *k = &r->u.keys;

	if (!k->esp)
		keyring_add_ike(ctx, k->spi_i, k->spi_r, k->encr, k->key_bits, k->encr_i, k->encr_r, k->integ, k->integ_i,
				k->integ_r);
}

static bool begin(struct live_run *r, GError **e)
{
	bool any = false;

	(void)e;
	sweep();
	for (guint i = 0; i < r->peers->len; i++) {
		struct live_peer *p = r->peers->pdata[i];

		if (!p->o)
			continue;
		if (!r->ring)
			r->ring = keyring_new(CRYPTO_OPENSSL);
		outside_keys(p->o, r->ring);
		any = true;
	}
	if (any)
		moor_record_sink(build_world(r->b), REC_BIT(REC_KEYS), on_keys, r->ring);
	return true;
}

static void clean(struct live_run *r)
{
	if (r->keys) {
		remove_folder(r->keys);
		close(r->keys_lock);
	}
	g_clear_pointer(&r->keys, g_free);
	keyring_free(r->ring);
	r->ring = NULL;
}

const struct live_part live_keys_part = { .begin = begin, .clean = clean };
