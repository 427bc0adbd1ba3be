/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kinds of devices share. Internal.
 */
#ifndef MOOR_EMU_DEVICE_INTERNAL_H
#define MOOR_EMU_DEVICE_INTERNAL_H

#include "emu/device.h"

struct device_ops {
	int (*read)(struct device *d, const uint8_t **frame);		/* as device_read */
	bool (*write)(struct device *d, const uint8_t *frame, size_t len);
	void (*stats)(struct device *d);				/* brings lost_in up to date; may be NULL */
	bool (*carrier)(struct device *d, bool up);			/* may be NULL */
	void (*close)(struct device *d);				/* all but fd and the struct itself; may be NULL */
};

struct device {
	const struct device_ops *ops;
	char name[16];
	int fd;
	struct device_stats stats;
	uint32_t mtu;			/* of the interface when it was opened; 0: nobody asked */
	bool down;			/* its interface is, or was when something came last */
	void *own;			/* of its kind */
};

struct device *device_new(const struct device_ops *ops, const char *name, int fd, void *own);
/* From errno. what: "tap ue0"; the message says what to do about it. */
void device_fail(GError **error, int err, const char *what, const char *name);
bool device_name_ok(const char *name, GError **error);
/* What the helper opened: a packet socket on the interface, or an existing TAP device. -1: error is set. */
int device_helper(const char *name, bool tap, GError **error);
/* A capture filter, put on a packet socket. NULL: none. */
bool device_filter(int fd, const char *name, const char *filter, GError **error);
/* Ethernet, up, not the loopback: fit for a packet socket or libpcap. */
bool device_fit(const char *name, GError **error);
/* Octets of the largest packet of an interface, by any socket of its namespace; 0: it is gone. */
uint32_t device_mtu_of(int socket, const char *name);
int device_index(const char *name, GError **error);		/* of an interface; 0: none, error is set */

#endif
