/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: TAP and TUN devices
 *
 * What the kernel sends into the interface is read here, what is written here the kernel receives. One frame (TUN:
 * one IP packet) a call;
 * the kernel's queue of the device (500 frames) is where a slow reader loses them, and its counter tells how many.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int tap_read(struct device *d, const uint8_t **frame)
{
	ssize_t n;

	do
		n = read(d->fd, d->own, DEVICE_FRAME_MAX);
	while (n < 0 && errno == EINTR);
	*frame = d->own;
	if (n > 0)
		return (int)n;
	/* EIO: it is down, and may come up again; EBADFD: its interface was removed */
	return n < 0 && (errno == EAGAIN || errno == EIO) ? 0 : -1;
}

static bool tap_write(struct device *d, const uint8_t *frame, size_t len)
{
	ssize_t n;

	do
		n = write(d->fd, frame, len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static bool tap_carrier(struct device *d, bool up)
{
	int on = up;

	return !ioctl(d->fd, TUNSETCARRIER, &on);
}

static void tap_close(struct device *d)
{
	g_free(d->own);
}

static const struct device_ops tap_ops = { .read = tap_read, .write = tap_write, .carrier = tap_carrier,
					       .close = tap_close };

static struct device *make(const char *name, short kind, GError **error)
{
	struct ifreq r = { .ifr_flags = (short)(kind | IFF_NO_PI) };
	int fd;

	if (!device_name_ok(name, error))
		return NULL;
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		device_fail(error, errno, "/dev/net/tun for", name);
		return NULL;
	}
	g_strlcpy(r.ifr_name, name, sizeof r.ifr_name);
	if (ioctl(fd, TUNSETIFF, &r)) {
		if (errno == EINVAL)
			g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "interface %s is there and no such device; `ip tuntap add NAME mode "
				    "tap user $USER` makes a TAP device", name);
		else
			device_fail(error, errno, kind == IFF_TAP ? "TAP device" : "TUN device", name);
		close(fd);
		return NULL;
	}
	return device_new(&tap_ops, name, fd, g_malloc(DEVICE_FRAME_MAX));
}

/* Its owner may attach to it, and who has CAP_NET_ADMIN. */
struct device *device_tap_existing(const char *name, GError **error)
{
	GError *e = NULL;
	struct device *d;
	int fd;

	if (!device_index(name, error))
		return NULL;
	d = make(name, IFF_TAP, &e);
	if (!d && g_error_matches(e, DEVICE_ERROR, DEVICE_NOT_PERMITTED)) {
		g_clear_error(&e);
		fd = device_helper(name, true, &e);
		d = fd < 0 ? NULL : device_new(&tap_ops, name, fd, g_malloc(DEVICE_FRAME_MAX));
	}
	if (e)
		g_propagate_error(error, e);
	return d;
}

struct device *device_tap(const char *name, GError **error) { return make(name, IFF_TAP, error); }
struct device *device_tun(const char *name, GError **error) { return make(name, IFF_TUN, error); }
