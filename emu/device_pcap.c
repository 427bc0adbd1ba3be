/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces through libpcap
 *
 * For what a packet socket lacks: capture filters, so that a busy interface gives only what a scenario is about.
 */
#include "emu/device_internal.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <unistd.h>

static int pcap_take(struct device *d, const uint8_t **frame)
{
	struct pcap_pkthdr *h;
	int got = pcap_next_ex(d->own, &h, frame);

	if (got == 1)
		return (int)h->caplen;
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
		d->stats.lost_in = s.ps_drop;
}

static void pcap_end(struct device *d)
{
	pcap_close(d->own);		/* closes the descriptor too */
	d->fd = -1;
}

static const struct device_ops pcap_ops = { .read = pcap_take, .write = pcap_give, .stats = pcap_told,
						.close = pcap_end };

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
	pcap_t *p;

	if (!device_index(name, error))
		return NULL;
	p = pcap_create(name, why);
	if (!p) {
		g_set_error(error, DEVICE_ERROR, DEVICE_FAILED, "libpcap on %s: %s", name, why);
		return NULL;
	}
	if (!prepare(p, name, filter, error)) {
		pcap_close(p);
		return NULL;
	}
	return device_new(&pcap_ops, name, pcap_get_selectable_fd(p), p);
}
