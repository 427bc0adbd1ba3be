/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what is left of a PDN connection
 *
 * For tests that want to know whether a UE that went away [24.303 5.4.2.2] really left nothing behind: no timer, no
 * binding update list entry, no home address among the host's own, no tunnel. It implements no clause.
 */
#include "proto/dsmip_ue_priv.h"

const char *dsmip_ue_pending(const struct dsmip_ue *d)
{
	struct ip6_addr mapped = ip6_mapped(d->hoa4);

	if (moor_timer_pending(&d->t_bu))
		return "the timer of Binding Updates";
	if (moor_timer_pending(&d->t_keepalive))
		return "the timer of keepalives";
	if (moor_timer_pending(&d->t_wait))
		return "the timer that waits for IPv6";
	if (moor_timer_pending(&d->t_life))
		return "the timer of the binding";
	if (d->bound)
		return "a binding";
	if (d->attempt)
		return "a Binding Update that waits for its answer";
	if (dsmip_ue_knows_hoa(d) && net_address_is_ours(d->h, &d->hoa))
		return "the home address";
	if (d->has4 && net_address_is_ours(d->h, &mapped))
		return "the IPv4 home address";
	return NULL;
}
