/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: packet sockets without a ring
 *
 * One frame a call, and at once: the ring of device_packet.c holds small amounts back for a millisecond, which a node
 * that answers a handful of signalling messages would pay for each of them. Tags of VLANs, which the kernel takes out
 * of frames, are not put back. It implements no clause.
 */
#include "emu/device_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct frames {
	int index;			/* of the interface */
	uint8_t frame[DEVICE_FRAME_MAX];
};

/* The socket is told when its interface goes down; whether it still exists has to be asked. */
static bool gone(const struct device *d, const struct frames *g)
{
	struct ifreq r = { .ifr_ifindex = g->index };

	return ioctl(d->fd, SIOCGIFNAME, &r) != 0;
}

static int frames_read(struct device *d, const uint8_t **frame)
{
	struct frames *g = d->own;
	struct sockaddr_ll from;
	socklen_t from_len;
	ssize_t n;

	*frame = g->frame;
	for (;;) {
		from_len = sizeof from;
		n = recvfrom(d->fd, g->frame, sizeof g->frame, MSG_DONTWAIT, (struct sockaddr *)(void *)&from, &from_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno != EAGAIN && gone(d, g) ? -1 : 0;
		if (n > 0 && from.sll_pkttype != PACKET_OUTGOING)
			return (int)n;
	}
}

static bool frames_write(struct device *d, const uint8_t *frame, size_t len)
{
	ssize_t n;

	do
		n = send(d->fd, frame, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static void frames_stats(struct device *d)
{
	struct tpacket_stats s;
	socklen_t n = sizeof s;

	if (!getsockopt(d->fd, SOL_PACKET, PACKET_STATISTICS, &s, &n))	/* reading sets them to 0 */
		d->stats.lost_in += s.tp_drops;
}

static void frames_close(struct device *d)
{
	g_free(d->own);
}

static const struct device_ops frames_ops = { .read = frames_read, .write = frames_write, .stats = frames_stats,
						  .close = frames_close };

struct device *device_frames(const char *name, GError **error)
{
	int index = device_index(name, error), one = 1, room = 1 << 20;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index };
	struct device *d;
	struct frames *own;
	int fd;

	if (!index)
		return NULL;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		device_fail(error, errno, "packet socket on", name);
		return NULL;
	}
	own = g_new0(struct frames, 1);
	own->index = index;
	d = device_new(&frames_ops, name, fd, own);
	/* both are a matter of speed: frames of our own are passed over when read, too */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	if (!bind(fd, (const struct sockaddr *)(const void *)&at, sizeof at))
		return d;
	device_fail(error, errno, "packet socket on", name);
	device_free(d);
	return NULL;
}
