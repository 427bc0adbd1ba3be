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
	void *own;			/* of its kind */
};

struct device *device_new(const struct device_ops *ops, const char *name, int fd, void *own);
/* From errno. what: "tap ue0"; the message says what to do about it. */
void device_fail(GError **error, int err, const char *what, const char *name);
bool device_name_ok(const char *name, GError **error);
int device_index(const char *name, GError **error);		/* of an interface; 0: none, error is set */

#endif
