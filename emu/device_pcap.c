/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces through libpcap
 *
 * For what a packet socket lacks: capture filters, so that a busy interface gives only what a scenario is about.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <unistd.h>

/* A part of a frame is none. */
static int pcap_take(struct device *d, const uint8_t **frame)
{
	struct pcap_pkthdr *h;
	int got;

	while ((got = pcap_next_ex(d->own, &h, frame)) == 1) {
		if (h->caplen == h->len)
			return (int)h->caplen;
		d->stats.cut++;
	}
	return got == 0 ? 0 : -1;
}

static bool pcap_give(struct device *d, const uint8_t *frame, size_t len)
{
	return pcap_inject(d->own, frame, len) == (int)len;
}

static void pcap_told(struct device *d)
{
	struct pcap_stat s;

	if (!pcap_stats(d->own, &s))
		d->stats.lost_in = s.ps_drop + d->stats.cut;
}

static void pcap_end(struct device *d)
{
	pcap_close(d->own);		/* closes the descriptor too */
	d->fd = -1;
}

static const struct device_ops pcap_ops = { .read = pcap_take, .write = pcap_give, .stats = pcap_told,
						.close = pcap_end };

bool device_filter(int fd, const char *name, const char *filter, GError **error)
{
	struct bpf_program code;
	struct sock_fprog kernels;
	pcap_t *p;
	bool fine;

	if (!filter)
		return true;
	p = pcap_open_dead(DLT_EN10MB, DEVICE_FRAME_MAX);
	if (!p || pcap_compile(p, &code, filter, 1, PCAP_NETMASK_UNKNOWN)) {
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "filter \"%s\" for %s: %s", filter, name,
			    p ? pcap_geterr(p) : "no memory");
		if (p)
			pcap_close(p);
		return false;
	}
	/* libpcap's instructions are the kernel's */
	kernels = (struct sock_fprog){ (unsigned short)code.bf_len, (struct sock_filter *)(void *)code.bf_insns };
	fine = !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kernels, sizeof kernels);
	if (!fine)
		device_fail(error, errno, "filter on", name);
	pcap_freecode(&code);
	pcap_close(p);
	return fine;
}

static bool prepare(pcap_t *p, const char *name, const char *filter, GError **error)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct bpf_program code;
	int got;

	pcap_set_snaplen(p, DEVICE_FRAME_MAX);
	pcap_set_promisc(p, 1);
	pcap_set_immediate_mode(p, 1);
	got = pcap_activate(p);
	if (got < 0) {
		int err = got == PCAP_ERROR_PERM_DENIED ? EPERM : got == PCAP_ERROR_NO_SUCH_DEVICE ? ENODEV : EIO;

		device_fail(error, err, "libpcap on", name);
		return false;
	}
	if (pcap_datalink(p) != DLT_EN10MB) {
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "interface %s: its frames are no Ethernet frames", name);
		return false;
	}
	if (pcap_setnonblock(p, 1, why) || pcap_setdirection(p, PCAP_D_IN)) {
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "libpcap on %s: %s", name, *why ? why : pcap_geterr(p));
		return false;
	}
	if (!filter)
		return true;
	if (pcap_compile(p, &code, filter, 1, PCAP_NETMASK_UNKNOWN)) {
		g_set_error(error, DEVICE_ERROR, DEVICE_BAD, "filter \"%s\" for %s: %s", filter, name, pcap_geterr(p));
		return false;
	}
	got = pcap_setfilter(p, &code);
	pcap_freecode(&code);
	if (got)
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "filter \"%s\" for %s: %s", filter, name, pcap_geterr(p));
	return !got;
}

struct device *device_pcap(const char *name, const char *filter, GError **error)
{
	char why[PCAP_ERRBUF_SIZE];
	struct device *d;
	GError *e = NULL;
	pcap_t *p;

	if (!device_index(name, error) || !device_fit(name, error))
		return NULL;
	p = pcap_create(name, why);
	if (!p) {
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "libpcap on %s: %s", name, why);
		return NULL;
	}
	if (!prepare(p, name, filter, &e)) {
		pcap_close(p);
		if (g_error_matches(e, DEVICE_ERROR, DEVICE_NOT_PERMITTED)) {
			g_clear_error(&e);
			return device_packet_filtered(name, filter, error);
		}
		g_propagate_error(error, e);
		return NULL;
	}
	d = device_new(&pcap_ops, name, pcap_get_selectable_fd(p), p);
	d->mtu = device_mtu_of(d->fd, name);
	return d;
}
