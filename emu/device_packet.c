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
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCKS = 16, BLOCK = 1 << 18, SLOT = 1 << 11, RETIRE_MS = 1, TAG = 4 };

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

/* The kernel takes a VLAN tag out of the frame; it goes back in. */
static int whole(struct ring *g, const struct tpacket3_hdr *h, const uint8_t **frame)
{
	const uint8_t *p = (const uint8_t *)h + h->tp_mac;
	uint16_t type = h->hv1.tp_vlan_tpid ? h->hv1.tp_vlan_tpid : ETH_P_8021Q;
	uint16_t tag[2] = { htons(type), htons((uint16_t)h->hv1.tp_vlan_tci) };
	uint32_t n = h->tp_snaplen;

	*frame = p;
	if (!(h->tp_status & TP_STATUS_VLAN_VALID) || n < 12 || n + TAG > DEVICE_FRAME_MAX)
		return (int)n;
	memcpy(g->tagged, p, 12);
	memcpy(g->tagged + 12, tag, TAG);
	memcpy(g->tagged + 12 + TAG, p + 12, n - 12);
	*frame = g->tagged;
	return (int)n + TAG;
}

/* The socket is told when its interface goes down; whether it still exists has to be asked. */
static bool gone(const struct device *d, const struct ring *g)
{
	struct ifreq r = { .ifr_ifindex = g->index };
	int err = 0;
	socklen_t n = sizeof err;

	return !getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &err, &n) && err && ioctl(d->fd, SIOCGIFNAME, &r);
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
		g->next = (struct tpacket3_hdr *)(void *)((uint8_t *)h + h->tp_next_offset);
		from = (const void *)((const uint8_t *)h + TPACKET_ALIGN(sizeof *h));
		if (from->sll_pkttype != PACKET_OUTGOING)
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

struct device *device_packet(const char *name, GError **error)
{
	int index = device_index(name, error), fd;
	struct device *d;

	if (!index)
		return NULL;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		device_fail(error, errno, "packet socket on", name);
		return NULL;
	}
	d = device_new(&packet_ops, name, fd, g_new0(struct ring, 1));
	if (set_up(d, d->own, index))
		return d;
	device_fail(error, errno, "packet socket on", name);
	device_free(d);
	return NULL;
}
