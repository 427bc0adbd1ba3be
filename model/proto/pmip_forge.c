/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: forged PMIPv6 signalling
 *
 * For scenarios that show what the protection of RFC 5213 4 is worth: each message is a good one, but for who sends it.
 * The source address is another's, which is all that a host in the operator's network has to know; sequence numbers are
 * guessed, time is true. No record tells of the sending, as if it were signalling of a node of the domain: it is seen
 * where it arrives. It implements no clause.
 */
#include "proto/pmip_forge.h"

#include <assert.h>

#define LIFETIME (3600 * MOOR_S)
#define COUNTER UINT32_C(0x0badcafe)	/* a Restart Counter that nobody has */

static void add_who(const struct pmip_forgery *f, struct mh_msg *m, uint8_t room[EAP_NAI_MAX])
{
	struct mh_opt *o;

	if (!imsi_is_none(f->imsi))
		pmip_add_id(m, f->imsi, room);
	if (f->what == PMIP_FORGED_BRI_ALL)
		return;
	o = mh_add(m, MH_OPT_HNP);
	if (!f->hnp.len)
		return;
	o->prefix.addr = f->hnp.addr;
	o->prefix.len = f->hnp.len;
}

static void update(const struct net_host *from, const struct pmip_forgery *f, struct mh_msg *m, uint8_t *room)
{
	struct mh_opt *o;

	mh_start(m, MH_BU);
	m->bu.seq = f->seq;
	m->bu.flags = MH_BU_A | MH_BU_P;
	m->bu.life = f->what == PMIP_FORGED_END ? (moor_life4){ 0 } : moor_life4_from(LIFETIME);
	add_who(f, m, room);
	mh_add(m, MH_OPT_HANDOFF)->handoff = MH_HI_BETWEEN_MAGS;
	mh_add(m, MH_OPT_ATT)->att = MH_ATT_80211;
	mh_add(m, MH_OPT_TIMESTAMP)->stamp = pmip_now(from);
	if (f->what == PMIP_FORGED_END)
		return;
	o = mh_add(m, MH_OPT_GRE_KEY);
	o->gre.has_key = true;
	o->gre.key = 1;
}

static void compose(const struct net_host *from, const struct pmip_forgery *f, struct mh_msg *m, uint8_t *room)
{
	switch (f->what) {
	case PMIP_FORGED_PBU:
	case PMIP_FORGED_END:
		update(from, f, m, room);
		return;
	case PMIP_FORGED_PBA:
		mh_start(m, MH_BA);
		m->ba.seq = f->seq;
		m->ba.flags = MH_BA_P;
		m->ba.status = MH_BA_UNSPECIFIED;
		add_who(f, m, room);
		return;
	case PMIP_FORGED_BRI:
	case PMIP_FORGED_BRI_ALL:
		mh_start(m, MH_BR);
		m->br.type = MH_BR_BRI;
		m->br.code = f->what == PMIP_FORGED_BRI ? MH_BRI_ADMINISTRATIVE : MH_BRI_PER_PEER_POLICY;
		m->br.seq = f->seq;
		m->br.flags = (uint16_t)(MH_BR_P | (f->what == PMIP_FORGED_BRI ? 0 : MH_BR_G));
		add_who(f, m, room);
		return;
	case PMIP_FORGED_HEARTBEAT:
		mh_start(m, MH_HEARTBEAT);
		m->heartbeat.flags = MH_HB_U | MH_HB_R;
		mh_add(m, MH_OPT_RESTART_COUNTER)->u32 = COUNTER;
		return;
	}
}

bool pmip_forge(struct net_host *from, const struct pmip_forgery *f)
{
	struct net_send s = { .src = f->as, .dst = f->to, .next_header = DSMIP_PROTO_MH, .trace_class = CLASS_SIGNAL,
			      .no_divert = true };
	uint8_t room[EAP_NAI_MAX], buf[MH_MAX];
	struct mh_msg m;
	size_t n;

	compose(from, f, &m, room);
	n = mh_encode(&m, buf, sizeof buf);
	assert(n > 0);
	mh_seal(buf, n, &s.src, &s.dst);
	return net_send6(from, moor_pkt_from(net_host_world(from), buf, n), &s);
}
