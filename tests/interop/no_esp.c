/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to be preloaded into charon where the kernel has no ESP: what the kernel then says to a new SA, "protocol
 * not supported", reads as success. So charon agrees to child SAs of every mode, that of Mobile IPv6 among them, with
 * Debian's programs as they are; no packet goes through them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

typedef ssize_t recv_fn(int fd, void *octets, size_t n, int flags);
typedef ssize_t recvfrom_fn(int fd, void *octets, size_t n, int flags, struct sockaddr *from, socklen_t *from_len);

static ssize_t forgive(int fd, void *octets, ssize_t n)
{
	struct nlmsghdr h;
	int domain = 0, error, success = 0;
	socklen_t len = sizeof domain;

	if (n < (ssize_t)(sizeof h + sizeof error) || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len)
	    || domain != AF_NETLINK)
		return n;
	memcpy(&h, octets, sizeof h);
	memcpy(&error, (char *)octets + sizeof h, sizeof error);
	if (h.nlmsg_type == NLMSG_ERROR && error == -EPROTONOSUPPORT)
		memcpy((char *)octets + sizeof h, &success, sizeof success);
	return n;
}

ssize_t recv(int fd, void *octets, size_t n, int flags)
{
	recv_fn *next;

	*(void **)&next = dlsym(RTLD_NEXT, "recv");
	return forgive(fd, octets, next(fd, octets, n, flags));
}

ssize_t recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from, socklen_t *from_len)
{
	recvfrom_fn *next;

	*(void **)&next = dlsym(RTLD_NEXT, "recvfrom");
	return forgive(fd, octets, next(fd, octets, n, flags, from, from_len));
}
