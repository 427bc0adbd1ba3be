/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the capture of a live run while it runs
 *
 * `--pcap FILE` is trace.pcapng as it comes: each burst of frames is written before the next one is waited for. A
 * reader that is slow (a pipe to Wireshark) is never waited for: what it has not taken is kept, up to a bound, and then
 * frames are left out and counted. One that goes away is told at the end and does no harm. It implements no clause.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/live_run.h"
#include "traces/pcapng.h"
#include "wire/mh_profile.h"
#include "world/clock.h"

#define KINDS (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_SIGNAL_TX))
#define KEPT_MAX (16u << 20)		/* octets that the reader has not taken */

enum {
	CHUNK = 4096,			/* octets that a pipe which is ready takes at once [pipe(7) PIPE_BUF] */
	LAST_MS = 2000			/* for the reader to take the rest */
};

struct live_capture {
	struct live_run *r;
	struct pcapng *p;
	int fd;				/* p's */
	GSource *source;
	GByteArray *kept;
	guint at;			/* octets of kept that were taken */
	uint64_t missed;		/* frames left out */
	bool gone;			/* its reader */
	struct sigaction pipe;		/* what SIGPIPE did */
};

struct capture_source {
	GSource base;
	struct live_capture *c;
};

void live_capture_stdout(struct live_options *o)
{
	o->capture = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static bool keep(void *taker, const uint8_t *octets, size_t n)
{
	struct live_capture *c = taker;

	if (!c->gone)
		g_byte_array_append(c->kept, octets, (guint)n);
	return true;
}

static void give_up(struct live_capture *c, int err)
{
	c->gone = true;
	g_byte_array_set_size(c->kept, 0);
	c->at = 0;
	live_note(c->r, "--pcap %s: %s: nothing is captured any more", c->r->options->pcap, g_strerror(err));
}

/* As much as the reader takes, waiting for it at most so long in all. */
static void give(struct live_capture *c, int ms)
{
	gint64 until = g_get_monotonic_time() + ms * 1000;
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };

	while (c->at < c->kept->len && poll(&p, 1, (int)MAX(0, (until - g_get_monotonic_time()) / 1000)) > 0) {
		ssize_t n = write(c->fd, c->kept->data + c->at, MIN(CHUNK, c->kept->len - c->at));

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			give_up(c, errno);
			return;
		}
		c->at += n > 0 ? (guint)n : 0;
	}
	if (c->at == c->kept->len || c->at > KEPT_MAX / 2) {
		g_byte_array_remove_range(c->kept, 0, c->at);
		c->at = 0;
	}
}

static gboolean between_bursts(GSource *s, gint *timeout)
{
	struct live_capture *c = ((struct capture_source *)(void *)s)->c;

	pcapng_flush(c->p);
	give(c, 0);
	*timeout = c->kept->len ? LIVE_LOOK_MS : -1;
	return FALSE;
}

static void on_record(void *ctx, const struct moor_record *r)
{
	struct live_capture *c = ctx;

	if (c->gone)
		return;
	if (r->kind == REC_SIGNAL_TX)
		pcapng_signal(c->p, r);
	else if (c->kept->len - c->at < KEPT_MAX)
		pcapng_record(c->p, r);
	else
		c->missed++;
}

/* ---- the part ---------------------------------------------------------------------------------------------------- */

static void on_pipe(int number)
{
	(void)number;			/* the write says it; what we start has its own way again */
}

static bool open_file(struct live_run *r, struct live_capture *c, GError **e)
{
	const char *path = r->options->pcap;
	bool out = !strcmp(path, "-");
	int more = r->captured ? O_APPEND : O_TRUNC, err;

	if (out && (r->options->capture < 0 || isatty(r->options->capture))) {
		g_set_error(e, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--pcap -: standard output is %s", r->options->capture < 0
			    ? "closed" : "a terminal: lead it to a file or into a pipe");
		return false;
	}
	c->fd = out ? fcntl(r->options->capture, F_DUPFD_CLOEXEC, 0)
		    : open(path, O_WRONLY | O_CREAT | O_CLOEXEC | more, 0666);
	if (c->fd >= 0)
		return true;
	err = errno;
	g_set_error(e, G_FILE_ERROR, (gint)g_file_error_from_errno(err), "--pcap %s: %s", path, g_strerror(err));
	return false;
}

/* What is no file may make its writer wait. */
static void start_writing(struct live_capture *c)
{
	struct trace_names names = trace_names_of_world(build_world(c->r->b));
	struct trace_out *out = trace_out_on(c->fd, c->r->options->pcap, OUT_BLOCKS);
	char *comment = g_strdup_printf("scenario %s, seed %" G_GUINT64_FORMAT ", profile %s, engine live", c->r->s->name,
					moor_world_seed(build_world(c->r->b)),
					mh_profile_name((enum mh_profile)c->r->s->profile));
	struct stat st;

	if (fstat(c->fd, &st) || !S_ISREG(st.st_mode)) {
		out->take = keep;
		out->taker = c;
	}
	c->p = pcapng_on(out, &names, MOOR_EPOCH_S * MOOR_S, comment);
	g_free(comment);
}

static bool begin(struct live_run *r, GError **e)
{
	static GSourceFuncs funcs = { .prepare = between_bursts };
	const struct sigaction ignore = { .sa_handler = on_pipe, .sa_flags = SA_RESTART };
	struct live_capture *c;

	if (!r->options->pcap)
		return true;
	c = g_new0(struct live_capture, 1);
	c->r = r;
	if (!open_file(r, c, e)) {
		g_free(c);
		return false;
	}
	r->capture = c;
	r->captured = true;
	c->kept = g_byte_array_new();
	sigaction(SIGPIPE, &ignore, &c->pipe);
	start_writing(c);
	moor_record_sink(build_world(r->b), KINDS, on_record, c);
	c->source = g_source_new(&funcs, sizeof(struct capture_source));
	((struct capture_source *)(void *)c->source)->c = c;
	g_source_attach(c->source, NULL);
	return true;
}

static void stop(struct live_run *r)
{
	struct live_capture *c = r->capture;
	const GError *failed;

	if (!c || !c->p)
		return;
	moor_record_unsink(build_world(r->b), on_record, c);
	g_source_destroy(c->source);
	g_source_unref(c->source);
	pcapng_flush(c->p);
	failed = pcapng_error(c->p);
	if (failed)
		live_note(r, "--pcap %s", failed->message);
	give(c, LAST_MS);
	if (c->at < c->kept->len)
		live_note(r, "--pcap %s: its reader left the last %u octets", r->options->pcap, c->kept->len - c->at);
	if (c->missed)
		live_note(r, "--pcap %s: its reader was too slow: %" G_GUINT64_FORMAT " frames are missing", r->options->pcap,
			  c->missed);
	pcapng_close(c->p, NULL);
	c->p = NULL;
	sigaction(SIGPIPE, &c->pipe, NULL);
}

static void clean(struct live_run *r)
{
	if (!r->capture)
		return;
	g_byte_array_free(r->capture->kept, TRUE);
	g_clear_pointer(&r->capture, g_free);
}

const struct live_part live_capture_part = { .begin = begin, .stop = stop, .clean = clean };
