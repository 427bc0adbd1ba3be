/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the live engine
 *
 * The world does not know that time is real: it is advanced to the present whenever its next event is due or a frame
 * has come. There is one timerfd, armed for the next event, and a source for each device. Frames are taken in bursts,
 * so
 * that one busy device does not starve timers. It implements no clause.
 *
 * Lateness is what a verdict needs to know of the machine: it is kept as a histogram, and as the worst of each tenth of
 * a second.
 */
#include "emu/live.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	BURST = 64,			/* frames of one device before timers are looked at again */
	ROUNDS = 16			/* of timers before frames are */
};
#define LOOK (100 * MOOR_MS)		/* how long a stop is not noticed at most */
#define STALL (10 * MOOR_MS)		/* less than this is nothing to tell when nothing was due */
#define WINDOW (100 * MOOR_MS)		/* of live_late_between */
#define STEPS 8u			/* of the histogram in each power of two */
#define BUCKETS (64u * STEPS)

struct live_source {
	struct live *l;
	struct moor_port *port;
	struct device *d;
	void (*fn)(void *ctx, const uint8_t *octets, size_t len);	/* with ctx, in place of a port */
	void *ctx;
	guint id;			/* of the main context; 0: gone */
};

struct live {
	struct moor_world *w;
	GPtrArray *sources;		/* struct live_source */
	GHashTable *by_port;		/* struct moor_port * -> struct live_source * */
	GArray *worst;			/* moor_time of each WINDOW of virtual time */
	uint64_t bucket[BUCKETS], late_n;
	moor_time late_max, late_sum;
	bool running;			/* inside live_run */
	int64_t epoch;			/* CLOCK_MONOTONIC at virtual time 0 */
	bool agreed;			/* with others, by live_from */
	int64_t asleep;			/* how long the machine had slept since it was started */
	moor_time armed;		/* when it wants to be woken */
	int timer;
	void (*gone)(void *ctx, struct moor_port *port, const char *device);
	void *gone_ctx;
};

static int64_t clock_of(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * MOOR_S + t.tv_nsec;
}

static int64_t monotonic(void) { return clock_of(CLOCK_MONOTONIC); }

struct live *live_new(void)
{
	struct live *l = g_new0(struct live, 1);

	l->timer = -1;
	l->sources = g_ptr_array_new();
	l->by_port = g_hash_table_new(NULL, NULL);
	l->worst = g_array_new(FALSE, TRUE, sizeof(moor_time));
	return l;
}

static void drop(struct live_source *s)
{
	if (s->id)
		g_source_remove(s->id);
	s->id = 0;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	for (guint k = 0; k < l->sources->len; k++) {
		struct live_source *s = l->sources->pdata[k];

		drop(s);
		device_free(s->d);
		g_free(s);
	}
	g_ptr_array_free(l->sources, TRUE);
	g_hash_table_destroy(l->by_port);
	g_array_free(l->worst, TRUE);
	if (l->timer >= 0)
		close(l->timer);
	g_free(l);
}

void live_attach(struct live *l, struct moor_world *w) { l->w = w; }

void live_on_gone(struct live *l, void (*fn)(void *ctx, struct moor_port *port, const char *device), void *ctx)
{
	l->gone = fn;
	l->gone_ctx = ctx;
}

/* ---- lateness ---------------------------------------------------------------------------------------------------- */

static unsigned bucket_of(uint64_t ns)
{
	unsigned top = ns < STEPS ? 0 : 63u - (unsigned)__builtin_clzll(ns);

	return ns < STEPS ? (unsigned)ns : (top - 2) * STEPS + (unsigned)(ns >> (top - 3) & (STEPS - 1));
}

static moor_time bucket_end(unsigned k)
{
	unsigned top = k / STEPS + 2;

	return k < STEPS ? (moor_time)k : (moor_time)((STEPS + k % STEPS + 1) << (top - 3)) - 1;
}

void live_blame(struct live *l, moor_time due, moor_time late)
{
	guint window = (guint)(due / WINDOW);

	if (window >= l->worst->len)
		g_array_set_size(l->worst, window + 1);
	g_array_index(l->worst, moor_time, window) = MAX(g_array_index(l->worst, moor_time, window), late);
}

static void measure(struct live *l, moor_time due, moor_time now)
{
	moor_time late = now - due;

	l->bucket[bucket_of((uint64_t)late)]++;
	l->late_n++;
	l->late_max = MAX(l->late_max, late);
	l->late_sum += late;
	live_blame(l, due, late);
}

static moor_time quantile(const struct live *l, unsigned percent)
{
	uint64_t want = (l->late_n * percent + 99) / 100, seen = 0;

	for (unsigned k = 0; k < BUCKETS; k++) {
		seen += l->bucket[k];
		if (seen && seen >= want)
			return MIN(bucket_end(k), l->late_max);
	}
	return 0;
}

struct live_lateness live_lateness(const struct live *l)
{
	return (struct live_lateness){ l->late_n, quantile(l, 50), quantile(l, 99), l->late_max, l->late_sum };
}

moor_time live_late_between(const struct live *l, moor_time from, moor_time to)
{
	moor_time worst = 0;

	for (moor_time k = MAX(from, 0) / WINDOW; k <= to / WINDOW && k < (moor_time)l->worst->len; k++)
		worst = MAX(worst, g_array_index(l->worst, moor_time, (guint)k));
	return worst;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* Before it plays there is no other present than the world's: the epoch is not known yet. */
static moor_time present(const struct live *l)
{
	if (!l->running)
		return moor_world_now(l->w);
	return MAX(monotonic() - l->epoch, moor_world_now(l->w));
}

moor_time live_now(struct live *l)
{
	moor_time now = present(l);

	if (now > moor_world_now(l->w) && !moor_world_stopped(l->w))
		moor_world_advance(l->w, now);
	return moor_world_now(l->w);
}

/* All that is due by now, and `until` at the latest. A machine that cannot keep up still hears frames and a stop. */
static void catch_up(struct live *l, moor_time until)
{
	for (unsigned k = 0; k < ROUNDS; k++) {
		moor_time now = present(l), next = moor_world_next(l->w);

		if (next <= now && next <= until)
			measure(l, next, now);
		moor_world_advance(l->w, MIN(now, until));
		if (moor_world_next(l->w) > present(l) || moor_world_now(l->w) >= until || moor_world_stopped(l->w))
			return;
	}
}

/*
 * A machine that stood still while nothing was due was late all the same: somebody may have waited for an answer. So
 * was one that slept, during which CLOCK_MONOTONIC stands still.
 */
static void measure_stall(struct live *l)
{
	moor_time now = present(l);
	int64_t asleep = clock_of(CLOCK_BOOTTIME) - clock_of(CLOCK_MONOTONIC);

	if (asleep - l->asleep >= STALL)
		measure(l, now, now + asleep - l->asleep);
	l->asleep = asleep;
	if (moor_world_next(l->w) > now && now - l->armed >= STALL)
		measure(l, l->armed, now);
}

static bool arm(struct live *l, moor_time until)
{
	moor_time now = present(l), next = MIN(moor_world_next(l->w), MIN(until, moor_time_add(now, LOOK)));
	int64_t at = l->epoch + MAX(next, 1);
	struct itimerspec t = { .it_value = { .tv_sec = at / MOOR_S, .tv_nsec = at % MOOR_S } };

	l->armed = MAX(next, now);
	return !timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

static gboolean rung(gint fd, GIOCondition condition, gpointer user)
{
	uint64_t n;

	(void)condition, (void)user;
	if (read(fd, &n, sizeof n) < 0 && errno != EAGAIN)
		return G_SOURCE_REMOVE;
	return G_SOURCE_CONTINUE;
}

/* ---- ports ------------------------------------------------------------------------------------------------------- */

void live_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct live *l = ctx;
	struct live_source *s = g_hash_table_lookup(l->by_port, port);

	(void)at;
	if (s && s->id)
		device_write(s->d, frame, len);
}

int64_t live_origin(const struct live *l) { return l->epoch; }

void live_present(struct live *l)
{
	moor_time now = present(l);

	if (now > moor_world_now(l->w))
		moor_world_advance(l->w, now);
}

static void take(struct live_source *s, const uint8_t *octets, size_t len)
{
	if (s->port)
		moor_world_rx(s->l->w, s->port, present(s->l), octets, len);
	else
		s->fn(s->ctx, octets, len);
}

/*
 * A watcher acts at once, so the world is brought to the present first; before anything is read, for on its way there
 * the world may read from the same device.
 */
static int read_one(struct live_source *s, const uint8_t **octets)
{
	if (!s->port)
		live_present(s->l);
	return device_read(s->d, octets);
}

bool live_running(const struct live *l) { return l->running; }

static gboolean came(gint fd, GIOCondition condition, gpointer user)
{
	struct live_source *s = user;
	struct live *l = s->l;
	const uint8_t *frame;
	int n = 0;

	(void)fd, (void)condition;
	for (unsigned k = 0; k < BURST && (n = read_one(s, &frame)) > 0; k++)
		take(s, frame, (size_t)n);
	if (n >= 0)
		return G_SOURCE_CONTINUE;
	s->id = 0;
	if (!s->port)
		return G_SOURCE_REMOVE;
	moor_port_external(s->port, false, 0);
	if (l->gone)
		l->gone(l->gone_ctx, s->port, device_name(s->d));
	return G_SOURCE_REMOVE;
}

void live_look(struct live *l)
{
	for (guint k = 0; k < l->sources->len; k++) {
		struct live_source *s = l->sources->pdata[k];
		guint id = s->id;

		if (id && device_is_down(s->d) && came(-1, 0, s) == G_SOURCE_REMOVE)
			g_source_remove(id);
	}
}

static void listen_to(struct live_source *s)
{
	g_ptr_array_add(s->l->sources, s);
	s->id = g_unix_fd_add(device_fd(s->d), G_IO_IN | G_IO_ERR | G_IO_HUP, came, s);
}

void live_port(struct live *l, struct moor_port *port, struct device *d, uint32_t mtu)
{
	struct live_source *s = g_new0(struct live_source, 1);

	*s = (struct live_source){ .l = l, .port = port, .d = d };
	moor_port_external(port, true, mtu);
	g_hash_table_insert(l->by_port, port, s);
	listen_to(s);
}

void live_watch(struct live *l, struct device *d, void (*fn)(void *ctx, const uint8_t *octets, size_t len), void *ctx)
{
	struct live_source *s = g_new0(struct live_source, 1);

	*s = (struct live_source){ .l = l, .d = d, .fn = fn, .ctx = ctx };
	listen_to(s);
}

struct device_stats live_device_stats(struct live *l)
{
	struct device_stats all = { 0 };

	for (guint k = 0; k < l->sources->len; k++) {
		struct device_stats s = device_stats(((struct live_source *)l->sources->pdata[k])->d);

		all.in += s.in;
		all.out += s.out;
		all.octets_in += s.octets_in;
		all.octets_out += s.octets_out;
		all.lost_in += s.lost_in;
		all.lost_out += s.lost_out;
	}
	return all;
}

/* ---- agreement with other processes ------------------------------------------------------------------------------ */

int64_t live_clock(void) { return monotonic(); }

void live_from(struct live *l, int64_t epoch)
{
	struct timespec t = { .tv_sec = epoch / MOOR_S, .tv_nsec = epoch % MOOR_S };

	l->epoch = epoch;
	l->agreed = true;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

enum live_end live_run(struct live *l, moor_time until, const volatile sig_atomic_t *stop)
{
	guint timer;
	enum live_end end = LIVE_DONE;

	if (l->timer < 0)
		l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->timer < 0)
		return LIVE_FAILED;
	if (!l->agreed)
		l->epoch = monotonic() - moor_world_now(l->w);
	l->asleep = clock_of(CLOCK_BOOTTIME) - monotonic();
	timer = g_unix_fd_add(l->timer, G_IO_IN, rung, NULL);
	l->running = true;
	while (moor_world_now(l->w) < until) {
		catch_up(l, until);
		if (moor_world_stopped(l->w) || (stop && *stop)) {
			end = LIVE_STOPPED;
			break;
		}
		if (moor_world_now(l->w) >= until)
			break;
		if (!arm(l, until)) {
			end = LIVE_FAILED;
			break;
		}
		g_main_context_iteration(NULL, TRUE);
		measure_stall(l);
	}
	l->running = false;
	g_source_remove(timer);
	return end;
}
