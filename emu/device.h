/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where frames of the real world come from and go to: a TAP device, a packet socket on an interface, or libpcap on one.
 * Frames are Ethernet from the first octet of the destination address, without the check sum at their end.
 *
 *	d = device_tap("ue0", &error);
 *	while ((n = device_read(d, &frame)) > 0) ...
 *	device_write(d, frame, len);
 *
 * Nothing blocks. The descriptor is made in the network namespace of the caller and works from any other.
 */
#ifndef MOOR_EMU_DEVICE_H
#define MOOR_EMU_DEVICE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define DEVICE_FRAME_MAX 65550u		/* octets of the longest frame that a device gives */

enum device_error {
	DEVICE_NOT_PERMITTED,		/* the caller may not: root or a namespace of its own is wanted */
	DEVICE_NO_SUCH,			/* no interface of that name */
	DEVICE_BAD,			/* a name or filter that cannot be used */
	DEVICE_FAILED			/* anything else that the system said */
};
#define DEVICE_ERROR (device_error_quark())
GQuark device_error_quark(void);

/* What became of the frames; a reader that is too slow loses them in the kernel. */
struct device_stats {
	uint64_t in, out;		/* frames */
	uint64_t octets_in, octets_out;
	uint64_t lost_in;		/* dropped by the kernel for want of room */
	uint64_t cut;			/* of lost_in: the capture had only a part of them */
	uint64_t too_long;		/* of lost_in: several segments in one frame, longer than the interface's MTU */
	uint64_t lost_out;		/* refused by the kernel: no room, interface down, too long */
};

struct device;

/* A TAP device of that name, made now and gone with the device. At most 15 octets. */
struct device *device_tap(const char *name, GError **error);
/* The same with IP packets in place of frames. */
struct device *device_tun(const char *name, GError **error);
/* A TAP device that is there already: the stack behind it is the machine's own. */
struct device *device_tap_existing(const char *name, GError **error);
/*
 * Packet sockets and libpcap want an Ethernet interface that is up. Where the process itself may not open it, the
 * helper program mooring-device does, if it may (emu/device_helper.c).
 */
/* All frames of an interface that is there, except those that this device sent. */
struct device *device_packet(const char *name, GError **error);
/* The same with a filter in libpcap's language in the kernel (NULL: none). */
struct device *device_packet_filtered(const char *name, const char *filter, GError **error);
/* As device_packet, one call a frame, without the ring's millisecond of delay: for few frames that must be quick. */
struct device *device_frames(const char *name, GError **error);
/*
 * Pieces of a stream (a connected socket, which is the device's now): device_read gives up to 64 KiB of it, -1 is its
 * end. A patient one's device_write waits until all is sent; another's is false when it is not at once, and then nobody
 * knows how much was. Not counted as frames.
 */
struct device *device_stream(const char *name, int fd, bool patient);
/*
 * The same as device_packet_filtered, through libpcap. Where this process may not open it, a packet socket does it:
 * libpcap takes no descriptor that the helper opened.
 */
struct device *device_pcap(const char *name, const char *filter, GError **error);
void device_free(struct device *d);

const char *device_name(const struct device *d);
int device_fd(const struct device *d);	/* readable when there is a frame */
/*
 * The next frame, lent until the next call. Its octets; 0: none at the moment; -1: the device is gone (its interface
 * was
 * removed), which stays so.
 */
int device_read(struct device *d, const uint8_t **frame);
/* False: not sent, counted in lost_out. A frame that the kernel has no room for is lost, as on any wire. */
bool device_write(struct device *d, const uint8_t *frame, size_t len);
struct device_stats device_stats(struct device *d);
uint32_t device_mtu(const struct device *d);	/* of an interface that was there; 0: it was not */
/* Its interface went down, of which it was told; nothing tells when it is removed after that, a read finds out. */
bool device_is_down(const struct device *d);
/* What the stack behind a TAP device sees of the cable; it keeps its addresses. False: not for this kind. */
bool device_carrier(struct device *d, bool up);

/* ---- the interface of a device, in the caller's network namespace ------------------------------------------------ */

/* Up or down; MAC (NULL: as it is) and MTU (0: as it is) are set before it goes up. */
bool device_configure(const char *name, const struct mac_addr *mac, uint32_t mtu, bool up, GError **error);
/* Nothing but this; nothing when it has that MTU. */
bool device_set_mtu(const char *name, uint32_t mtu, GError **error);

#endif
