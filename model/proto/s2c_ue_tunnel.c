/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a UE before a plain IPsec gateway
 *
 * VPN gateways speak IKEv2 and ESP, and some of them tunnel mode alone; they know nothing of binding updates. A UE that
 * meets one in the place of its home agent makes the child SA of RFC 4877 6.4 for its packets: a tunnel for everything
 * between home address and anybody. It follows no movement. Which packets go in is a policy of the host, for its first
 * PDN connection alone.
 */
#include "proto/s2c_ue_priv.h"
#include "proto/world_slab.h"

static const char policies_key;

struct policies {
	struct ipsec_policy of[1];
};

bool s2c_ue_tunnel(const struct dsmip_ue *d, struct net_tunnel *out)
{
	struct ike_sa_view v;

	if (!d->p->security || !d->p->security->tunnel || !s2c_ue_ready(d))
		return false;
	ike_sa_view(sa_of(s2c(d), s2c(d)->sa), &v);
	*out = (struct net_tunnel){ .local = v.path.own, .remote = v.path.peer, .encap = ENCAP_IN6, .via = v.path.via };
	return true;
}

void s2c_tunnel_ask(struct s2c_ue *s, struct ike_sa *sa)
{
	const struct ipsec_selector sel = { .local = s->d->hoa, .local_len = 128, .local_hi = UINT16_MAX,
		.remote_hi = UINT16_MAX };
	moor_handle h;
	struct policies *p = slab_alloc(world_slab(ue_world(s->d), &policies_key, "s2c-tunnel", sizeof *p), &h);

	p->of[0] = (struct ipsec_policy){ .sel = sel, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL };
	ipsec_policies(ipsec_of(s->d->h), p->of, 1);	/* kept as long as the world */
	ike_child(sa, &sel, false);
}
