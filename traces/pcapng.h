/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes pcapng: Ethernet always, nanoseconds, one interface block per node and link (`ue.wlan`), made when its first
 * frame comes, so that a port that moves gets another one. Each packet has its direction, signalling also a comment.
 */
#ifndef MOOR_TRACES_PCAPNG_H
#define MOOR_TRACES_PCAPNG_H

#include "traces/names.h"
#include "traces/out.h"

struct pcapng;

/*
 * comment: of the section (scenario, seed, profile); may be NULL. start: wall clock, ns since 1970, of record time 0.
 */
struct pcapng *pcapng_new(const char *path, const struct trace_names *names, int64_t start, const char *comment,
			  GError **error);
/* Into an output that is there and is its own now: another section, behind what others have written. */
struct pcapng *pcapng_on(struct trace_out *out, const struct trace_names *names, int64_t start, const char *comment);
/* A record of kind SIGNAL_TX: what the frames that follow hold, when it is encrypted. */
void pcapng_signal(struct pcapng *p, const struct moor_record *r);
/* A record of kind FRAME_TX (outbound) or FRAME_RX (inbound). */
void pcapng_record(struct pcapng *p, const struct moor_record *r);
const GError *pcapng_error(const struct pcapng *p);
void pcapng_flush(struct pcapng *p);
struct trace_out *pcapng_out(struct pcapng *p);	/* lent */
bool pcapng_close(struct pcapng *p, GError **error);	/* frees p, which may be NULL */

#endif
