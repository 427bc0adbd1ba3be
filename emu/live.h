/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world in real time: one timer of the kernel for all that is due, one source for each port with a device, in the
 * thread's default GLib main context.
 *
 *	live = live_new();
 *	config.out = live_out; config.ctx = live;	of the world's moor_world_config
 *	w = moor_world_new(&config); ...
 *	live_attach(live, w);
 *	live_port(live, port, device_tap("ue0", &error));
 *	live_run(live, 20 * MOOR_S, &stop);
 *
 * Virtual time 0 is the moment of live_run; a nanosecond there is a nanosecond of CLOCK_MONOTONIC. Nothing in the world
 * runs before its time; how much later it runs is measured for everything.
 */
#ifndef MOOR_EMU_LIVE_H
#define MOOR_EMU_LIVE_H

#include <signal.h>

#include "emu/device.h"
#include "world/port.h"
#include "world/world.h"

struct live;

struct live *live_new(void);
/* The world goes first (its ports' frames come here); frees the devices. */
void live_free(struct live *l);

/* moor_world_config.out; ctx: the struct live */
void live_out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len);
void live_attach(struct live *l, struct moor_world *w);
/* The port becomes external; its frames go to and come from d, which is now the engine's. mtu: octets of a packet. */
void live_port(struct live *l, struct moor_port *port, struct device *d, uint32_t mtu);

/* CLOCK_MONOTONIC at virtual time 0, in ns; once live_run has begun. */
int64_t live_origin(const struct live *l);
/* The world is brought to the present; from the main context, outside of the world's handlers. */
void live_present(struct live *l);

/* Anything else with a device, which is now the engine's: fn gets what comes. Outside of the world's handlers. */
void live_watch(struct live *l, struct device *d, void (*fn)(void *ctx, const uint8_t *octets, size_t len), void *ctx);

bool live_running(const struct live *l);	/* inside of live_run */

enum live_end {
	LIVE_DONE,			/* `until` was reached */
	LIVE_STOPPED,			/* *stop was set, or moor_world_stop was called */
	LIVE_FAILED			/* the kernel's timer failed */
};
/*
 * From the world's present time to `until`, in real time. May be called again: time between calls does not count.
 * stop: looked at after every wake-up, at least ten times a second; may be NULL.
 */
enum live_end live_run(struct live *l, moor_time until, const volatile sig_atomic_t *stop);

/*
 * Real time as virtual time, to which the world is brought: for who acts from a source of his own, outside of the
 * world's handlers, while live_run is under way. Outside of live_run: the world's time.
 */
moor_time live_now(struct live *l);

/*
 * Several processes that play one timeline agree on when it begins: CLOCK_MONOTONIC at virtual time 0, in ns, for which
 * live_clock() plus a little does. Waits until then; live_run goes by it from now on.
 */
int64_t live_clock(void);
void live_from(struct live *l, int64_t epoch);

/* Called when a device is gone (once for each); its port has no carrier from then on. */
void live_on_gone(struct live *l, void (*fn)(void *ctx, struct moor_port *port, const char *device), void *ctx);

/* To be called now and then where devices are interfaces of the machine: one that went down may be gone since. */
void live_look(struct live *l);

/* How late things ran: real time minus the time they were due at, in ns. */
struct live_lateness {
	uint64_t n;			/* wake-ups for something due */
	moor_time p50, p99, max;	/* quantiles are upper bounds, within 1/8 */
	moor_time sum;
};
struct live_lateness live_lateness(const struct live *l);
/* The largest lateness of what was due between two virtual times; 0: nothing, or nothing was. */
moor_time live_late_between(const struct live *l, moor_time from, moor_time to);
/* Another process that plays a part of this run was late by so much with what was due then. */
void live_blame(struct live *l, moor_time due, moor_time late);
/* Of all devices together. */
struct device_stats live_device_stats(struct live *l);

#endif
