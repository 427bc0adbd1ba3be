/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring-device, the only part of Mooring that wants privileges
 *
 *	mooring-device INTERFACE	a packet socket bound to that Ethernet interface
 *	mooring-device --tap NAME	a TAP device that is there already
 *
 * Opens it, sends the descriptor over the Unix socket that is its standard input, and ends. It reads no file, no
 * environment and no other input, makes no interface and changes none. Installed with cap_net_raw and cap_net_admin
 * (the latter for TAP devices of other owners alone), it gives whoever may run it what all interfaces carry, for the
 * kernel lets the new owner of a packet socket bind it elsewhere: so let only those run it who may. The checks below
 * are against mistakes, not against them. It uses the C library alone. It implements no clause.
 *
 * Exit status: 0 sent; 2 wrong use; 77 not permitted; 1 anything else, with a line on standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SENT = 0, FAILED = 1, USAGE = 2, NOT_PERMITTED = 77 };

static int fail(const char *name, const char *what)
{
	int err = errno;

	fprintf(stderr, "%s: %s: %s\n", name, what, strerror(err));
	return err == EPERM || err == EACCES ? NOT_PERMITTED : FAILED;
}

static int refuse(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s\n", name, why);
	return FAILED;
}

static int name_ok(const char *name)
{
	size_t n = strlen(name);

	return n && n < IFNAMSIZ && !strpbrk(name, "/ :%") && strcmp(name, ".") && strcmp(name, "..");
}

static int stdin_is_unix_socket(void)
{
	int domain = 0;
	socklen_t n = sizeof domain;

	return !getsockopt(STDIN_FILENO, SOL_SOCKET, SO_DOMAIN, &domain, &n) && domain == AF_UNIX;
}

static int set_name(struct ifreq *r, const char *name)
{
	memset(r, 0, sizeof *r);
	memcpy(r->ifr_name, name, strlen(name));	/* shorter than IFNAMSIZ */
	return 0;
}

/* An Ethernet interface, not the loopback. 0: it is one. */
static int look_at(int fd, const char *name)
{
	struct ifreq r;

	set_name(&r, name);
	if (ioctl(fd, SIOCGIFFLAGS, &r))
		return fail(name, "interface");
	if (r.ifr_flags & IFF_LOOPBACK)
		return refuse(name, "is the loopback");
	set_name(&r, name);
	if (ioctl(fd, SIOCGIFHWADDR, &r))
		return fail(name, "link-layer address");
	return r.ifr_hwaddr.sa_family == ARPHRD_ETHER ? 0 : refuse(name, "is no Ethernet interface");
}

static int open_packet(const char *name, int *out)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), got;

	if (fd < 0)
		return fail(name, "packet socket");
	got = look_at(fd, name);
	if (got)
		return got;
	at.sll_ifindex = (int)if_nametoindex(name);
	if (!at.sll_ifindex || bind(fd, (const struct sockaddr *)(const void *)&at, sizeof at))
		return fail(name, "binding the packet socket");
	*out = fd;
	return 0;
}

static int open_tap(const char *name, int *out)
{
	struct ifreq r;
	int fd;

	if (!if_nametoindex(name))	/* what follows would make one */
		return fail(name, "interface");
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(name, "/dev/net/tun");
	set_name(&r, name);
	r.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(fd, TUNSETIFF, &r))
		return fail(name, "TAP device");
	*out = fd;
	return 0;
}

static int pass(int fd, const char *name)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control = { .room = { 0 } };
	char octet = 0;
	struct iovec text = { &octet, 1 };
	struct msghdr m = { .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	return sendmsg(STDIN_FILENO, &m, MSG_NOSIGNAL) == 1 ? SENT : fail(name, "passing the descriptor");
}

int main(int argc, char **argv)
{
	int tap = argc == 3 && !strcmp(argv[1], "--tap"), fd = -1, got;
	const char *name = argc == 2 + tap ? argv[1 + tap] : "";

	if (!name_ok(name) || *name == '-' || !stdin_is_unix_socket()) {
		fputs("usage: mooring-device [--tap] INTERFACE, with a Unix socket as standard input that takes the "
		      "descriptor; mooring runs it\n", stderr);
		return USAGE;
	}
	got = tap ? open_tap(name, &fd) : open_packet(name, &fd);
	return got ? got : pass(fd, name);
}
