/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: watching interfaces
 *
 * A netlink socket that belongs to the namespace it was made in, read without waiting. When more happens than it holds,
 * the kernel says so, and all interfaces are asked for anew. It implements no clause.
 */
#include "emu/link_watch.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/device.h"

#define READS 16u			/* of the socket in one look, each with some news */

struct link_watch {
	int fd;
};

struct link_watch *link_watch_new(GError **error)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	struct link_watch *w = g_new0(struct link_watch, 1);
	int err;

	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->fd >= 0 && !bind(w->fd, (const struct sockaddr *)(const void *)&at, sizeof at))
		return w;
	err = errno;
	g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "interfaces cannot be watched: %s", g_strerror(err));
	link_watch_free(w);
	return NULL;
}

void link_watch_free(struct link_watch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	g_free(w);
}

static void ask_for_all(struct link_watch *w)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} ask = { { sizeof ask, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 0, 0 }, { .ifi_family = AF_UNSPEC } };

	(void)send(w->fd, &ask, sizeof ask, 0);		/* when not even this has room, the next change will be told */
}

static void attribute(struct link_news *n, unsigned type, const void *v, size_t len)
{
	if (type == IFLA_MTU && len >= sizeof n->mtu)
		memcpy(&n->mtu, v, sizeof n->mtu);
	if (type == IFLA_IFNAME && len && !((const char *)v)[len - 1])
		n->name = v;
	if (type == IFLA_ADDRESS && len == sizeof n->mac.o) {
		memcpy(n->mac.o, v, sizeof n->mac.o);
		n->has_mac = true;
	}
}

/* One message: its fixed part, then attributes, each with a length that counts its own header. */
static bool news_of(const struct nlmsghdr *h, struct link_news *n)
{
	const struct ifinfomsg *i = (const void *)((const uint8_t *)h + NLMSG_HDRLEN);
	const uint8_t *p, *end = (const uint8_t *)h + h->nlmsg_len;
	struct rtattr a;

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) || h->nlmsg_len < NLMSG_LENGTH(sizeof *i))
		return false;
	*n = (struct link_news){ .index = i->ifi_index, .removed = h->nlmsg_type == RTM_DELLINK,
				 .up = (i->ifi_flags & IFF_UP) != 0, .name = "" };
	for (p = (const uint8_t *)i + NLMSG_ALIGN(sizeof *i); (size_t)(end - p) >= sizeof a; p += RTA_ALIGN(a.rta_len)) {
		memcpy(&a, p, sizeof a);
		if (a.rta_len < sizeof a || a.rta_len > (size_t)(end - p))
			break;
		attribute(n, a.rta_type & NLA_TYPE_MASK, p + RTA_LENGTH(0), a.rta_len - RTA_LENGTH(0));
		if (RTA_ALIGN(a.rta_len) > (size_t)(end - p))
			break;
	}
	return true;
}

void link_watch_look(struct link_watch *w, void (*fn)(void *ctx, const struct link_news *n), void *ctx)
{
	union {
		struct nlmsghdr h;
		uint8_t octets[16384];
	} buf;

	for (unsigned k = 0; k < READS; k++) {
		ssize_t n = recv(w->fd, &buf, sizeof buf, MSG_DONTWAIT);
		const struct nlmsghdr *h = &buf.h;
		struct link_news news;
		unsigned left;

		if (n < 0 && errno == ENOBUFS)
			ask_for_all(w);
		else if (n < 0)
			return;
		for (left = n > 0 ? (unsigned)n : 0; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			if (news_of(h, &news))
				fn(ctx, &news);
	}
}
