/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: packet sockets
 *
 * Frames of an interface that is there, through a ring shared with the kernel (TPACKET_V3): many a call, no copy until
 * they enter the world. What this socket sends does not come back to it. Receive buffers are handed over when they are
 * full or after a millisecond, which is the price of the ring; the kernel says how many frames found no room.
 */
#include "emu/device_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/checksum.h"

enum { BLOCKS = 16, BLOCK = 1 << 18, SLOT = 1 << 11, RETIRE_MS = 1, TAG = 4, DEPTH = 4 };

struct ring {
	uint8_t *map;
	int index;			/* of the interface */
	unsigned block, left;		/* block being read, frames left in it */
	struct tpacket3_hdr *next;
	uint8_t tagged[DEVICE_FRAME_MAX];
};

static struct tpacket_block_desc *block(const struct ring *g)
{
	return (struct tpacket_block_desc *)(void *)(g->map + (size_t)g->block * BLOCK);
}

/* The upper-layer header behind an IP header and those that belong to it; NULL: none that has a checksum. */
static uint8_t *upper(uint8_t *p, const uint8_t *end, uint8_t *protocol)
{
	for (unsigned depth = 0; depth < DEPTH && end - p >= 20; depth++) {
		bool v4 = p[0] >> 4 == 4;
		uint8_t next = v4 ? p[9] : p[6];

		p += v4 ? (p[0] & 15) * 4 : 40;
		while (!v4 && end - p >= 8 && (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS)) {
			next = p[0];
			p += (p[1] + 1) * 8;
		}
		*protocol = next;
		if (next == IPPROTO_TCP || next == IPPROTO_UDP)
			return end - p >= (next == IPPROTO_TCP ? 20 : 8) ? p : NULL;
		if (next != IPPROTO_IPIP && next != IPPROTO_IPV6)
			return NULL;
	}
	return NULL;
}

/* A card of the sender would have made the checksum: where it belongs stands the sum of the pseudo header. */
static void finish_checksum(uint8_t *frame, uint32_t n)
{
	uint32_t len;
	uint8_t protocol = 0, *p, *field, *end = frame + n;
	uint16_t sum;

	if (n < 54 || !((frame[12] == 0x86 && frame[13] == 0xdd) || (frame[12] == 8 && !frame[13])))
		return;
	len = frame[12] == 8 ? (uint32_t)(frame[16] << 8 | frame[17]) : 40u + (uint32_t)(frame[18] << 8 | frame[19]);
	if (len <= n - 14)
		end = frame + 14 + len;		/* the rest fills up a short frame */
	p = upper(frame + 14, end, &protocol);
	if (!p)
		return;
	field = p + (protocol == IPPROTO_TCP ? 16 : 6);
	sum = csum_fold(csum_add(0, p, (size_t)(end - p)));
	if (!sum && protocol == IPPROTO_UDP)
		sum = 0xffff;
	field[0] = (uint8_t)(sum >> 8);
	field[1] = (uint8_t)sum;
}

/* The kernel takes a VLAN tag out of the frame; it goes back in. */
static int whole(struct ring *g, struct tpacket3_hdr *h, const uint8_t **frame)
{
	uint8_t *p = (uint8_t *)h + h->tp_mac;
	uint16_t type = h->hv1.tp_vlan_tpid ? h->hv1.tp_vlan_tpid : ETH_P_8021Q;
	uint16_t tag[2] = { htons(type), htons((uint16_t)h->hv1.tp_vlan_tci) };
	uint32_t n = h->tp_snaplen;

	*frame = p;
	if (h->tp_status & TP_STATUS_CSUMNOTREADY)
		finish_checksum(p, n);
	if (!(h->tp_status & TP_STATUS_VLAN_VALID) || n < 12 || n + TAG > DEVICE_FRAME_MAX)
		return (int)n;
	memcpy(g->tagged, p, 12);
	memcpy(g->tagged + 12, tag, TAG);
	memcpy(g->tagged + 12 + TAG, p + 12, n - 12);
	*frame = g->tagged;
	return (int)n + TAG;
}

/* The socket is told when its interface goes down, and not when it is removed after that: it has to be asked. */
static bool gone(struct device *d, const struct ring *g)
{
	struct ifreq r = { .ifr_ifindex = g->index };
	int err = 0;
	socklen_t n = sizeof err;

	d->down |= !getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &err, &n) && err;
	return d->down && ioctl(d->fd, SIOCGIFNAME, &r);
}

static bool take_block(struct ring *g)
{
	struct tpacket_block_desc *b = block(g);

	if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	g->left = b->hdr.bh1.num_pkts;
	g->next = (struct tpacket3_hdr *)(void *)((uint8_t *)b + b->hdr.bh1.offset_to_first_pkt);
	return true;
}

static void give_block(struct ring *g)
{
	__atomic_store_n(&block(g)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	g->block = (g->block + 1) % BLOCKS;
	g->next = NULL;
}

/* All of it is there, and it is one frame, not several that the kernel made one of. */
static bool usable(struct device *d, const struct tpacket3_hdr *h)
{
	if (h->tp_snaplen < h->tp_len) {
		d->stats.cut++;
		d->stats.lost_in++;
		return false;
	}
	if (h->tp_len <= d->mtu + ETH_HLEN + TAG || h->tp_len <= (d->mtu = device_mtu_of(d->fd, d->name)) + ETH_HLEN + TAG)
		return true;
	d->stats.too_long++;
	d->stats.lost_in++;
	return false;
}

static int packet_read(struct device *d, const uint8_t **frame)
{
	struct ring *g = d->own;
	struct tpacket3_hdr *h;
	const struct sockaddr_ll *from;

	for (;;) {
		if (g->next && !g->left)
			give_block(g);		/* only now: the last frame was lent until this call */
		if (!g->next && !take_block(g))
			return gone(d, g) ? -1 : 0;
		if (!g->left)
			continue;
		h = g->next;
		g->left--;
		d->down = false;
		g->next = (struct tpacket3_hdr *)(void *)((uint8_t *)h + h->tp_next_offset);
		from = (const void *)((const uint8_t *)h + TPACKET_ALIGN(sizeof *h));
		if (from->sll_pkttype != PACKET_OUTGOING && usable(d, h))
			return whole(g, h, frame);
	}
}

static bool packet_write(struct device *d, const uint8_t *frame, size_t len)
{
	ssize_t n;

	do
		n = send(d->fd, frame, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static void packet_stats(struct device *d)
{
	struct tpacket_stats_v3 s;
	socklen_t n = sizeof s;

	if (!getsockopt(d->fd, SOL_PACKET, PACKET_STATISTICS, &s, &n))	/* reading sets them to 0 */
		d->stats.lost_in += s.tp_drops;
}

static void packet_close(struct device *d)
{
	struct ring *g = d->own;

	if (g->map)
		munmap(g->map, (size_t)BLOCKS * BLOCK);
	g_free(g);
}

static const struct device_ops packet_ops = { .read = packet_read, .write = packet_write, .stats = packet_stats,
						  .close = packet_close };

static bool set_up(struct device *d, struct ring *g, int index)
{
	struct tpacket_req3 req = { .tp_block_size = BLOCK, .tp_block_nr = BLOCKS, .tp_frame_size = SLOT,
				    .tp_frame_nr = BLOCK / SLOT * BLOCKS, .tp_retire_blk_tov = RETIRE_MS };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index };
	struct packet_mreq all = { .mr_ifindex = index, .mr_type = PACKET_MR_PROMISC };
	int version = TPACKET_V3, one = 1;
	void *map;

	/* older kernels give sent frames in any case: they are passed over when read */
	(void)setsockopt(d->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
	if (setsockopt(d->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version)
	    || setsockopt(d->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof req))
		return false;
	map = mmap(NULL, (size_t)BLOCKS * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
	if (map == MAP_FAILED)
		return false;
	g->map = map;
	g->index = index;
	return !bind(d->fd, (const struct sockaddr *)(const void *)&at, sizeof at)
	       && !setsockopt(d->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
}

static int open_socket(const char *name, GError **error)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		return fd;
	if (errno == EPERM || errno == EACCES)
		return device_helper(name, false, error);
	device_fail(error, errno, "packet socket on", name);
	return -1;
}

struct device *device_packet_filtered(const char *name, const char *filter, GError **error)
{
	int index = device_index(name, error), fd;
	struct device *d;

	if (!index || !device_fit(name, error))
		return NULL;
	fd = open_socket(name, error);
	if (fd < 0)
		return NULL;
	d = device_new(&packet_ops, name, fd, g_new0(struct ring, 1));
	d->mtu = device_mtu_of(fd, name);
	if (!device_filter(fd, name, filter, error)) {
		device_free(d);
		return NULL;
	}
	if (set_up(d, d->own, index))
		return d;
	device_fail(error, errno, "packet socket on", name);
	device_free(d);
	return NULL;
}

struct device *device_packet(const char *name, GError **error) { return device_packet_filtered(name, NULL, error); }
