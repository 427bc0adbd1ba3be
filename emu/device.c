/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: devices, what is common to them
 *
 * Names, errors with their remedy, counters, and the few settings of an interface that a port needs. Each kind is a
 * file of its own: device_tap.c, device_packet.c, device_pcap.c. No clause of the protocols is met here.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

G_DEFINE_QUARK(moor-device-error, device_error)

void device_fail(GError **error, int err, const char *what, const char *name)
{
	if (err == EPERM || err == EACCES)
		g_set_error(error, DEVICE_ERROR, DEVICE_NOT_PERMITTED,
			    "%s %s: not permitted; run it inside a network namespace of your own (mooring live makes one)", what, name);
	else if (err == ENODEV || err == ENXIO)
		g_set_error(error, DEVICE_ERROR, DEVICE_NO_SUCH, "%s %s: there is no such interface here", what, name);
	else
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "%s %s: %s", what, name, g_strerror(err));
}

bool device_name_ok(const char *name, GError **error)
{
	size_t n = strlen(name);

	if (n && n < IFNAMSIZ && !strpbrk(name, "/ :%") && strcmp(name, ".") && strcmp(name, ".."))
		return true;
	g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "\"%s\" is no name for an interface: 1 to %d octets, no space, slash, "
		    "colon or percent sign", name, IFNAMSIZ - 1);
	return false;
}

struct device *device_new(const struct device_ops *ops, const char *name, int fd, void *own)
{
	struct device *d = g_new0(struct device, 1);

	d->ops = ops;
	g_strlcpy(d->name, name, sizeof d->name);
	d->fd = fd;
	d->own = own;
	return d;
}

void device_free(struct device *d)
{
	if (!d)
		return;
	if (d->ops->close)
		d->ops->close(d);
	if (d->fd >= 0)
		close(d->fd);
	g_free(d);
}

const char *device_name(const struct device *d) { return d->name; }
int device_fd(const struct device *d) { return d->fd; }

int device_read(struct device *d, const uint8_t **frame)
{
	int n = d->ops->read(d, frame);

	if (n > 0) {
		d->stats.in++;
		d->stats.octets_in += (unsigned)n;
	}
	return n;
}

bool device_write(struct device *d, const uint8_t *frame, size_t len)
{
	if (!d->ops->write(d, frame, len)) {
		d->stats.lost_out++;
		return false;
	}
	d->stats.out++;
	d->stats.octets_out += len;
	return true;
}

struct device_stats device_stats(struct device *d)
{
	if (d->ops->stats)
		d->ops->stats(d);
	return d->stats;
}

bool device_carrier(struct device *d, bool up)
{
	return d->ops->carrier && d->ops->carrier(d, up);
}

/* ---- interfaces -------------------------------------------------------------------------------------------------- */

int device_index(const char *name, GError **error)
{
	unsigned i = device_name_ok(name, error) ? if_nametoindex(name) : 0;

	if (!i && !(error && *error))
		device_fail(error, ENODEV, "interface", name);
	return (int)i;
}

static bool ask(int s, unsigned long what, const char *words, struct ifreq *r, GError **error)
{
	if (!ioctl(s, what, r))
		return true;
	device_fail(error, errno, words, r->ifr_name);
	return false;
}

static bool no_use(const char *name, const char *why, GError **error)
{
	g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "interface %s: %s", name, why);
	return false;
}

static bool look_at(int s, const char *name, GError **error)
{
	struct ifreq r = { .ifr_flags = 0 };
	char why[120];

	g_strlcpy(r.ifr_name, name, sizeof r.ifr_name);
	if (!ask(s, SIOCGIFFLAGS, "interface", &r, error))
		return false;
	if (r.ifr_flags & IFF_LOOPBACK)
		return no_use(name, "is the loopback; two ends of a wire are made by `ip link add a type veth peer name b`", error);
	if (!(r.ifr_flags & IFF_UP)) {
		g_snprintf(why, sizeof why, "is down; as root `ip link set %s up`", name);
		return no_use(name, why, error);
	}
	if (!ask(s, SIOCGIFHWADDR, "the type of interface", &r, error))
		return false;
	g_snprintf(why, sizeof why, "its frames are no Ethernet frames (it is of type %u)", r.ifr_hwaddr.sa_family);
	return r.ifr_hwaddr.sa_family == ARPHRD_ETHER || no_use(name, why, error);
}

bool device_fit(const char *name, GError **error)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool fine;

	if (s < 0) {
		device_fail(error, errno, "interface", name);
		return false;
	}
	fine = look_at(s, name, error);
	close(s);
	return fine;
}

uint32_t device_mtu_of(int socket, const char *name)
{
	struct ifreq r = { .ifr_flags = 0 };

	g_strlcpy(r.ifr_name, name, sizeof r.ifr_name);
	return !ioctl(socket, SIOCGIFMTU, &r) && r.ifr_mtu > 0 ? (uint32_t)r.ifr_mtu : 0;
}

uint32_t device_mtu(const struct device *d) { return d->mtu; }
bool device_is_down(const struct device *d) { return d->down; }

static bool set_mac(int s, struct ifreq *r, const struct mac_addr *mac, GError **error)
{
	r->ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(r->ifr_hwaddr.sa_data, mac->o, sizeof mac->o);
	return ask(s, SIOCSIFHWADDR, "the MAC address of interface", r, error);
}

static bool set_flags(int s, struct ifreq *r, bool up, GError **error)
{
	if (!ask(s, SIOCGIFFLAGS, "interface", r, error))
		return false;
	r->ifr_flags = (short)(up ? r->ifr_flags | IFF_UP : r->ifr_flags & ~IFF_UP);
	return ask(s, SIOCSIFFLAGS, up ? "bringing up interface" : "taking down interface", r, error);
}

bool device_configure(const char *name, const struct mac_addr *mac, uint32_t mtu, bool up, GError **error)
{
	struct ifreq r = { .ifr_flags = 0 };
	bool fine = true;
	int s;

	if (!device_name_ok(name, error))
		return false;
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0) {
		device_fail(error, errno, "interface", name);
		return false;
	}
	g_strlcpy(r.ifr_name, name, sizeof r.ifr_name);
	if (mac)
		fine = set_mac(s, &r, mac, error);
	if (fine && mtu) {
		r.ifr_mtu = (int)mtu;
		fine = ask(s, SIOCSIFMTU, "the MTU of interface", &r, error);
	}
	fine = fine && set_flags(s, &r, up, error);
	close(s);
	return fine;
}

bool device_set_mtu(const char *name, uint32_t mtu, GError **error)
{
	struct ifreq r = { .ifr_flags = 0 };
	bool fine;
	int s;

	if (!device_name_ok(name, error))
		return false;
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_strlcpy(r.ifr_name, name, sizeof r.ifr_name);
	fine = ask(s, SIOCGIFMTU, "the MTU of interface", &r, error);
	if (fine && r.ifr_mtu != (int)mtu) {
		r.ifr_mtu = (int)mtu;
		fine = ask(s, SIOCSIFMTU, "the MTU of interface", &r, error);
	}
	if (s >= 0)
		close(s);
	return fine;
}
