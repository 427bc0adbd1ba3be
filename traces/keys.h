/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key files of a run: what Wireshark and tshark want to read IKEv2 and ESP, written into the profile folder as SAs
 * are keyed. Each SA is told by both its ends and stands there once.
 */
#ifndef MOOR_TRACES_KEYS_H
#define MOOR_TRACES_KEYS_H

#include <glib.h>

#include "traces/out.h"
#include "world/record.h"

#define KEYS_ESP "esp_sa"
#define KEYS_IKE "ikev2_decryption_table"
#define KEYS_FACTS "ike.keys"		/* what Wireshark has no place for, in the form of `mooring replay --keys` */

struct trace_keys;

/* In the profile folder, which must be there; makes or empties the files. NULL with error. */
struct trace_keys *trace_keys_new(const char *profile, GError **error);
void trace_keys_record(struct trace_keys *k, const struct moor_record *r);	/* REC_KEYS */
void trace_keys_flush(struct trace_keys *k);
const GError *trace_keys_error(const struct trace_keys *k);
bool trace_keys_close(struct trace_keys *k, GError **error);			/* k may be NULL */

/*
 * One line for an IKE SA, two for the pair of an ESP SA (b to a second; NULL for the former); ended by a line feed,
 * owned by the caller. NULL: Wireshark has no name for an algorithm.
 */
char *trace_keys_ike(const struct rec_keys *k);
char *trace_keys_esp(const struct rec_keys *k, bool back);
/* SK_d, SK_pi and SK_pr of an IKE SA, a line each kind; NULL: not told. */
char *trace_keys_facts(const struct rec_keys *k);

#endif
