/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the kernel's connection table
 *
 * nfnetlink's conntrack subsystem, spoken by hand: three requests and two kinds of news are less than a library for
 * them would be. Questions and news have a socket each, so that an answer is the next thing that comes. The kernel
 * sweeps its table seldom, but a look-up removes what is over: who wants to know in time has to ask. It implements no
 * clause.
 */
#include "emu/conntrack.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 8192 };			/* octets of a message */
enum { IPV4 = 2 };			/* AF_INET */

struct conntrack {
	int ask, news;
	uint32_t seq;
	conntrack_fn *fn;
	void *ctx;
};

/* ---- writing ----------------------------------------------------------------------------------------------------- */

struct writer {
	uint32_t room[64];		/* aligned */
	size_t len;
};

static void put(struct writer *w, uint16_t type, const void *value, size_t n)
{
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = type };
	uint8_t *at = (uint8_t *)w->room + w->len;

	memcpy(at, &a, sizeof a);
	memcpy(at + NLA_HDRLEN, value, n);
	w->len += NLA_ALIGN(NLA_HDRLEN + n);
}

static size_t open_nest(struct writer *w, uint16_t type)
{
	size_t at = w->len;

	put(w, (uint16_t)(type | NLA_F_NESTED), "", 0);
	return at;
}

static void close_nest(struct writer *w, size_t at)
{
	((struct nlattr *)(void *)((uint8_t *)w->room + at))->nla_len = (uint16_t)(w->len - at);
}

static void put16(struct writer *w, uint16_t type, uint16_t value)
{
	uint16_t net = GUINT16_TO_BE(value);

	put(w, type, &net, sizeof net);
}

static void put_tuple(struct writer *w, uint16_t type, const struct conntrack_tuple *t)
{
	size_t tuple = open_nest(w, type), part = open_nest(w, CTA_TUPLE_IP);

	put(w, CTA_IP_V4_SRC, t->src.o, 4);
	put(w, CTA_IP_V4_DST, t->dst.o, 4);
	close_nest(w, part);
	part = open_nest(w, CTA_TUPLE_PROTO);
	put(w, CTA_PROTO_NUM, &t->protocol, 1);
	put16(w, CTA_PROTO_SRC_PORT, t->sport);
	put16(w, CTA_PROTO_DST_PORT, t->dport);
	close_nest(w, part);
	close_nest(w, tuple);
}

static void begin(struct writer *w, uint16_t type, uint16_t flags)
{
	struct nlmsghdr h = { .nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type),
			      .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) };
	struct nfgenmsg g = { .nfgen_family = IPV4, .version = NFNETLINK_V0 };

	memset(w, 0, sizeof *w);
	memcpy(w->room, &h, sizeof h);
	memcpy((uint8_t *)w->room + NLMSG_HDRLEN, &g, sizeof g);
	w->len = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof g);
}

static bool ask(struct conntrack *c, struct writer *w)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)w->room;

	h->nlmsg_len = (uint32_t)w->len;
	h->nlmsg_seq = ++c->seq;
	return send(c->ask, w->room, w->len, 0) == (ssize_t)w->len;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The next attribute of *at, which goes on behind it; NULL: no more, or cut short. */
static const struct nlattr *next(const uint8_t **at, const uint8_t *end)
{
	const struct nlattr *a = (const struct nlattr *)(const void *)*at;

	if ((size_t)(end - *at) < NLA_HDRLEN || a->nla_len < NLA_HDRLEN || a->nla_len > end - *at)
		return NULL;
	*at += MIN((ptrdiff_t)NLA_ALIGN(a->nla_len), end - *at);
	return a;
}

static const uint8_t *value_of(const struct nlattr *a, size_t *n)
{
	*n = a->nla_len - NLA_HDRLEN;
	return (const uint8_t *)a + NLA_HDRLEN;
}

static uint32_t number(const uint8_t *v, size_t n)
{
	uint32_t x = 0;

	for (size_t k = 0; k < n && k < 4; k++)
		x = x << 8 | v[k];
	return x;
}

/* The attributes of a tuple lie in two nests, with numbers of their own. */
static void tuple_part(const uint8_t *at, const uint8_t *end, bool addresses, struct conntrack_tuple *t)
{
	const struct nlattr *a;

	while ((a = next(&at, end))) {
		size_t n;
		const uint8_t *v = value_of(a, &n);
		unsigned type = a->nla_type & NLA_TYPE_MASK;

		if (addresses && n == 4 && (type == CTA_IP_V4_SRC || type == CTA_IP_V4_DST))
			memcpy(type == CTA_IP_V4_SRC ? t->src.o : t->dst.o, v, 4);
		else if (!addresses && type == CTA_PROTO_NUM)
			t->protocol = (uint8_t)number(v, n);
		else if (!addresses && (type == CTA_PROTO_SRC_PORT || type == CTA_PROTO_ICMP_ID))
			t->sport = (uint16_t)number(v, n);
		else if (!addresses && type == CTA_PROTO_DST_PORT)
			t->dport = (uint16_t)number(v, n);
	}
}

static void tuple(const uint8_t *at, const uint8_t *end, struct conntrack_tuple *t)
{
	const struct nlattr *a;

	while ((a = next(&at, end))) {
		unsigned type = a->nla_type & NLA_TYPE_MASK;
		size_t n;
		const uint8_t *v = value_of(a, &n);

		if (type == CTA_TUPLE_IP || type == CTA_TUPLE_PROTO)
			tuple_part(v, v + n, type == CTA_TUPLE_IP, t);
	}
}

static void flow(const uint8_t *at, const uint8_t *end, struct conntrack_flow *f)
{
	const struct nlattr *a;

	memset(f, 0, sizeof *f);
	while ((a = next(&at, end))) {
		size_t n;
		const uint8_t *v = value_of(a, &n);
		unsigned type = a->nla_type & NLA_TYPE_MASK;

		if (type == CTA_TUPLE_ORIG)
			tuple(v, v + n, &f->sent);
		else if (type == CTA_TUPLE_REPLY)
			tuple(v, v + n, &f->answer);
		else if (type == CTA_ID)
			f->id = number(v, n);
		else if (type == CTA_TIMEOUT)
			f->left = number(v, n);
	}
}

/* The type of a message of ours; -1: another's, an error, or an acknowledgement (*error is its number). */
static int message(const uint8_t *buf, size_t n, struct conntrack_flow *f, int *error)
{
	struct nlmsghdr h;

	*error = EBADMSG;
	if (n < sizeof h)
		return -1;
	memcpy(&h, buf, sizeof h);
	if (h.nlmsg_len > n || h.nlmsg_len < NLMSG_HDRLEN)
		return -1;
	if (h.nlmsg_type == NLMSG_ERROR && h.nlmsg_len >= NLMSG_HDRLEN + sizeof(int)) {
		memcpy(error, buf + NLMSG_HDRLEN, sizeof(int));
		*error = -*error;
		return -1;
	}
	if (h.nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK || h.nlmsg_len < NLMSG_HDRLEN + sizeof(struct nfgenmsg))
		return -1;
	*error = 0;
	flow(buf + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg)), buf + h.nlmsg_len, f);
	return h.nlmsg_type & 0xff;
}

/* ---- the interface ----------------------------------------------------------------------------------------------- */

static int open_socket(uint32_t groups)
{
	struct sockaddr_nl me = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0), NETLINK_NETFILTER);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&me, sizeof me)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct conntrack *conntrack_new(const struct netns *n, conntrack_fn *fn, void *ctx, GError **error)
{
	struct conntrack *c = g_new0(struct conntrack, 1);

	c->fn = fn;
	c->ctx = ctx;
	netns_go(n);
	c->ask = open_socket(0);
	c->news = c->ask < 0 ? -1 : open_socket(1u << (NFNLGRP_CONNTRACK_NEW - 1) | 1u << (NFNLGRP_CONNTRACK_DESTROY - 1));
	if (c->news < 0)
		g_set_error(error, NETNS_ERROR, NETNS_FAILED, "the kernel's connection table: %s", g_strerror(errno));
	netns_home();
	if (c->news >= 0 && conntrack_flush(c))
		return c;
	if (c->news >= 0)
		g_set_error(error, NETNS_ERROR, NETNS_FAILED, "the kernel does not tell of its connection table: is "
			    "nf_conntrack_netlink loaded?");
	conntrack_free(c);
	return NULL;
}

void conntrack_free(struct conntrack *c)
{
	if (!c)
		return;
	if (c->ask >= 0)
		close(c->ask);
	if (c->news >= 0)
		close(c->news);
	g_free(c);
}

int conntrack_fd(const struct conntrack *c) { return c->news; }

void conntrack_read(struct conntrack *c)
{
	uint32_t room[ROOM / 4];
	struct conntrack_flow f;
	ssize_t n;
	int error;

	while ((n = recv(c->news, room, sizeof room, 0)) > 0 || (n < 0 && (errno == EINTR || errno == ENOBUFS))) {
		int type = n > 0 ? message((const uint8_t *)room, (size_t)n, &f, &error) : -1;

		if (type == IPCTNL_MSG_CT_NEW || type == IPCTNL_MSG_CT_DELETE)
			c->fn(c->ctx, &f, type == IPCTNL_MSG_CT_NEW);
	}
}

static ssize_t answer(struct conntrack *c, void *room, size_t size)
{
	ssize_t n;

	do
		n = recv(c->ask, room, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

bool conntrack_find(struct conntrack *c, const struct conntrack_tuple *t, struct conntrack_flow *out)
{
	uint32_t room[ROOM / 4];
	struct writer w;
	ssize_t n;
	int error;

	begin(&w, IPCTNL_MSG_CT_GET, 0);
	put_tuple(&w, CTA_TUPLE_ORIG, t);
	if (!ask(c, &w) || (n = answer(c, room, sizeof room)) <= 0)
		return false;
	return message((const uint8_t *)room, (size_t)n, out, &error) == IPCTNL_MSG_CT_NEW;
}

bool conntrack_flush(struct conntrack *c)
{
	uint32_t room[ROOM / 4];
	struct conntrack_flow f;
	struct writer w;
	ssize_t n;
	int error;

	begin(&w, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
	if (!ask(c, &w) || (n = answer(c, room, sizeof room)) <= 0)
		return false;
	message((const uint8_t *)room, (size_t)n, &f, &error);
	conntrack_read(c);
	return !error;
}
