/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: shards
 *
 * Which runs are this process's when several machines share a list. Launchers tell their processes who they are by
 * environment variables; nothing else is needed of them. It implements no clause.
 */
#include "cli/shard.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* Places are counted from `first` (else 0) to `last` in steps of `step` (else 1), and there are `count` of them. */
struct launcher {
	const char *place, *first, *last, *step, *count;
};

/* An array inside an MPI job would be found as the array: its tasks are separate jobs of Slurm's. */
static const struct launcher launchers[] = {
	{ "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
	  "SLURM_ARRAY_TASK_COUNT" },
	{ "OMPI_COMM_WORLD_RANK", NULL, NULL, NULL, "OMPI_COMM_WORLD_SIZE" },
	{ "PMI_RANK", NULL, NULL, NULL, "PMI_SIZE" },
	{ "SLURM_PROCID", NULL, NULL, NULL, "SLURM_NTASKS" },
};

const char shard_launchers[] =
	"SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT (Slurm's job arrays)\n"
	"OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE (Open MPI)\n"
	"PMI_RANK and PMI_SIZE (other launchers of MPI)\n"
	"SLURM_PROCID and SLURM_NTASKS (srun)";

static bool number(const char *text, guint64 most, guint64 *v)
{
	return text && g_ascii_string_to_unsigned(text, 10, 0, most, v, NULL);
}

/* What a variable says; without a name, or where it is not set, what is taken instead. False: it is no number. */
static bool variable(const char *name, guint64 otherwise, guint64 *v)
{
	const char *text = name ? g_getenv(name) : NULL;

	*v = otherwise;
	return !text || number(text, G_MAXUINT32, v);
}

static bool from_launcher(const struct launcher *l, struct shard *s)
{
	guint64 place, first, last, step, count;

	if (!number(g_getenv(l->place), G_MAXUINT32, &place) || !variable(l->first, 0, &first) ||
	    !variable(l->step, 1, &step) || !number(g_getenv(l->count), SHARDS_MAX, &count) || !step || !count ||
	    place < first || (place - first) % step || (place - first) / step >= count) {
		cli_error("--shard auto: %s is %s and %s is %s, which is no place in a number of them", l->place,
			  g_getenv(l->place), l->count, g_getenv(l->count) ? g_getenv(l->count) : "not set");
		return false;
	}
	if (!variable(l->last, first + (count - 1) * step, &last) || last != first + (count - 1) * step) {
		cli_error("--shard auto: %" G_GUINT64_FORMAT " tasks from %" G_GUINT64_FORMAT " to %s are some of an array: say "
			  "which part of how many this one is (--shard I/N)", count, first, g_getenv(l->last));
		return false;
	}
	/* nobody begins to count there: it is one of several, and without its fellows it would do everything */
	if (count == 1 && place > 1) {
		cli_error("--shard auto: %s is %" G_GUINT64_FORMAT ", and it is the only one. A task of an earlier array, given "
			  "again? Say which part of how many (--shard %" G_GUINT64_FORMAT "/N)", l->place, place, place);
		return false;
	}
	*s = (struct shard){ (guint)((place - first) / step) + 1, (guint)count };
	fprintf(stderr, "mooring: --shard auto: this is part %u of %u (%s=%" G_GUINT64_FORMAT ")\n", s->i, s->n, l->place,
		place);
	return true;
}

/* The folder has shards of one number only; false after telling of another one. */
static bool fits(const char *out, const struct shard *s)
{
	GDir *d = g_dir_open(out, 0, NULL);
	const char *name;
	bool ok = true;

	while (d && ok && (name = g_dir_read_name(d)) != NULL) {
		guint64 n;
		const char *of = g_str_has_prefix(name, "shard-") ? strstr(name, "-of-") : NULL;

		ok = !of || !number(of + strlen("-of-"), SHARDS_MAX, &n) || n == s->n;
		if (!ok)
			cli_error("--shard auto: %s has %s, so this is no part of %u: say which it is (--shard I/%" G_GUINT64_FORMAT
				  ")", out, name, s->n, n);
	}
	if (d)
		g_dir_close(d);
	return ok;
}

static bool shard_auto(const char *out, struct shard *s)
{
	for (size_t i = 0; i < G_N_ELEMENTS(launchers); i++)
		if (g_getenv(launchers[i].place))
			return from_launcher(&launchers[i], s) && fits(out, s);
	cli_error("--shard auto: no launcher has set one of these:\n%s", shard_launchers);
	return false;
}

bool shard_parse(const char *text, const char *out, struct shard *s)
{
	char **parts;
	guint64 i, n;
	bool ok;

	if (!strcmp(text, "auto"))
		return shard_auto(out, s);
	parts = g_strsplit(text, "/", 3);
	ok = g_strv_length(parts) == 2 && number(parts[0], SHARDS_MAX, &i) && number(parts[1], SHARDS_MAX, &n) && i >= 1 &&
	     i <= n;
	if (ok)
		*s = (struct shard){ (guint)i, (guint)n };
	else
		cli_error("--shard %s: i/n, where i is 1 to n and n at most %u, or auto", text, SHARDS_MAX);
	g_strfreev(parts);
	return ok;
}

bool shard_has(const struct shard *s, guint k)
{
	return !s->n || (k - 1) % s->n + 1 == s->i;
}
