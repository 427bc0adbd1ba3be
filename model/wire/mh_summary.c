/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One short line for a message, for ladders and packet comments: the type as people call it, what identifies it, its
 * result, and the options that tell a registration from another. Everything else is left to mh_print.
 */
#include "wire/mh_codec.h"

static void add_ip6(struct text *t, const char *label, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];

	text_add(t, " %s %s", label, ip6_text(a, buf));
}

static void add_ip4(struct text *t, const char *label, struct ip4_addr a)
{
	char buf[ADDR_TEXT_MAX];

	text_add(t, " %s %s", label, ip4_text(a, buf));
}

static void option(struct text *t, const struct mh_opt *o)
{
	switch (o->type) {
	case MH_OPT_ALT_COA:
		add_ip6(t, "alt-CoA", &o->ip6);
		break;
	case MH_OPT_IP4_COA:
		add_ip4(t, "CoA4", o->ip4);
		break;
	case MH_OPT_IP4_HOA:
	case MH_OPT_IP4_HOA_REQUEST:
		add_ip4(t, "HoA4", o->hoa4.addr);
		break;
	case MH_OPT_IP4_ACK:
	case MH_OPT_IP4_HOA_REPLY:
		add_ip4(t, "HoA4", o->hoa4.addr);
		if (o->hoa4.status)
			text_add(t, " (status %u)", o->hoa4.status);
		break;
	case MH_OPT_NAT_DETECTION:
		text_str(t, o->nat.force ? " NAT F" : " NAT -");
		break;
	case MH_OPT_REFRESH_ADVICE:
		text_add(t, " refresh %u s", o->refresh.units * 4u);
		break;
	case MH_OPT_MN_ID:
		text_str(t, " MN ");
		if (o->id.subtype == MH_ID_NAI)
			text_chars(t, o->id.id.p, o->id.id.n);
		else
			text_hex(t, o->id.id.p, o->id.id.n);
		break;
	case MH_OPT_HNP:
		add_ip6(t, "HNP", &o->prefix.addr);
		text_add(t, "/%u", o->prefix.len);
		break;
	case MH_OPT_HANDOFF:
		text_add(t, " HI %u", o->handoff);
		break;
	case MH_OPT_ATT:
		text_add(t, " ATT %u", o->att);
		break;
	case MH_OPT_GRE_KEY:
		if (o->gre.has_key)
			text_add(t, " GRE 0x%x", o->gre.key);
		break;
	case MH_OPT_BID:
		text_add(t, " BID %u", o->bid.bid);
		break;
	case MH_OPT_FLOW_ID:
		text_add(t, " FID %u", o->flow.fid);
		if (o->flow.status)
			text_add(t, " (status %u)", o->flow.status);
		break;
	case MH_OPT_RESTART_COUNTER:
		text_add(t, " restart %u", o->u32);
		break;
	}
}

static void options(struct text *t, const struct mh_msg *m)
{
	unsigned i;

	for (i = 0; i < m->n_opt; i++)
		if (!m->opt[i].bad)
			option(t, &m->opt[i]);
		else
			text_add(t, " bad %s", mh_opt_name(m->opt[i].type));
}

static void named(struct text *t, const char *word, enum mh_space space, unsigned v)
{
	const char *name = mh_status_name(space, v);

	text_add(t, " %s %u", word, v);
	if (name && v)
		text_add(t, " (%s)", name);
}

static void bu(struct text *t, const struct mh_msg *m, const char *what)
{
	text_add(t, "%s seq %u ", what, m->bu.seq);
	mh_bu_flags_text(t, m->bu.flags, !(m->bu.flags & MH_BU_P));
	text_add(t, " lifetime %u s", m->bu.life.units * 4u);
}

static void ba(struct text *t, const struct mh_msg *m, const char *what)
{
	text_add(t, "%s seq %u", what, m->ba.seq);
	named(t, "status", m->type == MH_FBACK ? MH_SPACE_FBACK : MH_SPACE_BA, m->ba.status);
	text_str(t, " ");
	mh_ba_flags_text(t, m->ba.flags);
	text_add(t, " lifetime %u s", m->ba.life.units * 4u);
}

static void br(struct text *t, const struct mh_msg *m)
{
	if (m->br.type == MH_BR_BRI) {
		text_add(t, "BRI seq %u", m->br.seq);
		named(t, "trigger", m->br.flags & MH_BR_G ? MH_SPACE_BRI_GLOBAL : MH_SPACE_BRI, m->br.code);
	} else {
		text_add(t, m->br.type == MH_BR_BRA ? "BRA seq %u" : "BR? seq %u", m->br.seq);
		named(t, "status", MH_SPACE_BRA, m->br.code);
	}
	if (m->br.flags)
		text_add(t, " %s%s%s", m->br.flags & MH_BR_P ? "P" : "", m->br.flags & MH_BR_V ? "V" : "",
			m->br.flags & MH_BR_G ? "G" : "");
}

static void body(struct text *t, const struct mh_msg *m)
{
	unsigned i;

	switch (m->type) {
	case MH_BU:
		bu(t, m, m->bu.flags & MH_BU_P ? "PBU" : "BU");
		return;
	case MH_FBU:
		bu(t, m, "FBU");
		return;
	case MH_BA:
		ba(t, m, m->ba.flags & MH_BA_P ? "PBA" : "BA");
		return;
	case MH_FBACK:
		ba(t, m, "FBack");
		return;
	case MH_BE:
		text_str(t, "BE");
		named(t, "status", MH_SPACE_BE, m->be.status);
		add_ip6(t, "HoA", &m->be.hoa);
		return;
	case MH_HA_SWITCH:
		text_str(t, "HA Switch");
		for (i = 0; i < m->ha_switch.n; i++)
			add_ip6(t, "HA", &m->ha_switch.addr[i]);
		return;
	case MH_HEARTBEAT:
		text_add(t, "Heartbeat %s seq %u", m->heartbeat.flags & MH_HB_R ? "response" : "request",
			m->heartbeat.seq);
		return;
	case MH_BR:
		br(t, m);
		return;
	case MH_HI:
	case MH_HACK:
		text_add(t, "%s seq %u code %u", m->type == MH_HI ? "HI" : "HAck", m->hi.seq, m->hi.code);
		return;
	case MH_LRI:
		text_add(t, "LRI seq %u lifetime %u s", m->lri.seq, m->lri.life_s);
		return;
	case MH_LRA:
		text_add(t, "LRA seq %u status %u lifetime %u s", m->lra.seq, m->lra.status, m->lra.life_s);
		return;
	case MH_UPN:
		text_add(t, "UPN seq %u", m->upn.seq);
		named(t, "reason", MH_SPACE_UPN, m->upn.reason);
		return;
	case MH_UPA:
		text_add(t, "UPA seq %u status %u", m->upa.seq, m->upa.status);
		return;
	case MH_FLOW_BINDING:
		text_add(t, "%s seq %u code %u", m->fb.type == 1 ? "FBI" : "FBA", m->fb.seq, m->fb.code);
		return;
	case MH_BRR:
		text_str(t, "BRR");
		return;
	case MH_HOTI:
	case MH_COTI:
	case MH_HOT:
	case MH_COT:
		text_str(t, (const char *const[]){ "HoTI", "CoTI", "HoT", "CoT" }[m->type - MH_HOTI]);
		return;
	}
	text_str(t, mh_type_title(m->type));
	if (!mh_type_known(m->type))
		text_add(t, " type %u", m->type);
}

size_t mh_summary(const struct mh_msg *m, struct text *t)
{
	size_t before = t->len;

	body(t, m);
	options(t, m);
	if (m->fault.reason)
		text_add(t, " [%s]", m->fault.reason);
	return t->len - before;
}
