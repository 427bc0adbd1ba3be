/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of mobility header messages and the fixed part of each, read and written. Readers start at the header's
 * first octet and find at least the row's fixed octets; writers start at offset 6, behind the checksum.
 *
 * [RFC 6275 6.1.2 to 6.1.9] [RFC 5568 6.2] [RFC 4068 6.3.3] [RFC 5096 3] [RFC 5142 4] [RFC 5847 3.3] [RFC 5949 6.1]
 * [RFC 5846 5] [RFC 6705 10] [RFC 7077 4] [RFC 7109 6.1] [RFC 7161 4.3]
 */
#include "wire/mh_codec.h"

static void reserved(struct mh_decoding *k, const uint8_t *where, uint32_t value)
{
	if (value)
		mh_note(k, "reserved-nonzero", mh_msg_rows[k->m->type].clause, where, value);
}

/* Binding Refresh Request, Fast Neighbor Advertisement: nothing but a reserved field */
static void d_empty(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)m, (void)n;
	reserved(k, p + 6, rd16(p + 6));
}

static uint8_t *e_empty(const struct mh_msg *m, uint8_t *p)
{
	(void)m;
	return wr16(p, 0);
}

static void d_init(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	reserved(k, p + 6, rd16(p + 6));
	m->init.cookie = rd64(p + 8);
}

static uint8_t *e_init(const struct mh_msg *m, uint8_t *p)
{
	return wr64(wr16(p, 0), m->init.cookie);
}

static void d_test(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n, (void)k;
	m->test.nonce_index = rd16(p + 6);
	m->test.cookie = rd64(p + 8);
	m->test.token = rd64(p + 16);
}

static uint8_t *e_test(const struct mh_msg *m, uint8_t *p)
{
	return wr64(wr64(wr16(p, m->test.nonce_index), m->test.cookie), m->test.token);
}

static void d_bu(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->bu.seq = rd16(p + 6);
	m->bu.flags = rd16(p + 8);
	m->bu.life.units = rd16(p + 10);
	reserved(k, p + 9, m->bu.flags & MH_BU_RESERVED);
}

static uint8_t *e_bu(const struct mh_msg *m, uint8_t *p)
{
	return wr16(wr16(wr16(p, m->bu.seq), m->bu.flags & (uint16_t)~MH_BU_RESERVED), m->bu.life.units);
}

static void d_ba(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->ba.status = p[6];
	m->ba.flags = p[7];
	m->ba.seq = rd16(p + 8);
	m->ba.life.units = rd16(p + 10);
	reserved(k, p + 7, m->ba.flags & MH_BA_RESERVED);
}

static uint8_t *e_ba(const struct mh_msg *m, uint8_t *p)
{
	return wr16(wr16(wr8(wr8(p, m->ba.status), m->ba.flags & (uint8_t)~MH_BA_RESERVED), m->ba.seq),
		m->ba.life.units);
}

static void d_be(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->be.status = p[6];
	reserved(k, p + 7, p[7]);
	m->be.hoa = rd_ip6(p + 8);
}

static uint8_t *e_be(const struct mh_msg *m, uint8_t *p)
{
	return wr_ip6(wr16(p, (uint16_t)(m->be.status << 8)), &m->be.hoa);
}

static void d_raw(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)k;
	m->raw.p = p + 6;
	m->raw.n = (uint16_t)(n - 6);
}

static uint8_t *e_raw(const struct mh_msg *m, uint8_t *p)
{
	return wr_octets(p, m->raw.p, m->raw.n);
}

/* Addresses that the header has no room for end the decoding; those that fit are kept [RFC 5142 4] */
static void d_ha_switch(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	size_t fit = (n - 8) / 16;

	reserved(k, p + 7, p[7]);
	m->ha_switch.n = p[6];
	m->ha_switch.addr = (const struct ip6_addr *)(p + 8);
	if (p[6] > fit) {
		m->ha_switch.n = (uint8_t)fit;
		m->fault = (struct fault){ "more home agent addresses are counted than the message holds", 6 };
	}
}

static uint8_t *e_ha_switch(const struct mh_msg *m, uint8_t *p)
{
	return wr_octets(wr16(p, (uint16_t)(m->ha_switch.n << 8)), m->ha_switch.n ? m->ha_switch.addr->o : NULL,
		(size_t)m->ha_switch.n * 16);
}

static void d_heartbeat(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->heartbeat.flags = rd16(p + 6) & (MH_HB_U | MH_HB_R);
	m->heartbeat.seq = rd32(p + 8);
	reserved(k, p + 6, rd16(p + 6) & (uint16_t)~(MH_HB_U | MH_HB_R));
}

static uint8_t *e_heartbeat(const struct mh_msg *m, uint8_t *p)
{
	return wr32(wr16(p, m->heartbeat.flags & (MH_HB_U | MH_HB_R)), m->heartbeat.seq);
}

static uint8_t hi_mask(const struct mh_msg *m)
{
	return m->type == MH_HI ? 0xf0 : 0xe0;
}

static void d_hi(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->hi.seq = rd16(p + 6);
	m->hi.flags = p[8] & hi_mask(m);
	m->hi.code = p[9];
	reserved(k, p + 8, p[8] & (uint8_t)~hi_mask(m));
}

static uint8_t *e_hi(const struct mh_msg *m, uint8_t *p)
{
	return wr8(wr8(wr16(p, m->hi.seq), m->hi.flags & hi_mask(m)), m->hi.code);
}

#define BR_FLAGS (MH_BR_P | MH_BR_V | MH_BR_G)

static void d_br(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->br.type = p[6];
	m->br.code = p[7];
	m->br.seq = rd16(p + 8);
	m->br.flags = rd16(p + 10) & BR_FLAGS;
	reserved(k, p + 10, rd16(p + 10) & (uint16_t)~BR_FLAGS);
	if (p[6] != MH_BR_BRI && p[6] != MH_BR_BRA)
		mh_note(k, "br-type-unknown", "RFC 5846 5", p + 6, p[6]);
}

static uint8_t *e_br(const struct mh_msg *m, uint8_t *p)
{
	return wr16(wr16(wr8(wr8(p, m->br.type), m->br.code), m->br.seq), m->br.flags & BR_FLAGS);
}

static void d_lri(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->lri.seq = rd16(p + 6);
	m->lri.life_s = rd16(p + 10);
	reserved(k, p + 8, rd16(p + 8));
}

static uint8_t *e_lri(const struct mh_msg *m, uint8_t *p)
{
	return wr16(wr16(wr16(p, m->lri.seq), 0), m->lri.life_s);
}

static void d_lra(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->lra.seq = rd16(p + 6);
	m->lra.unsolicited = p[8] & 0x80;
	m->lra.status = p[9];
	m->lra.life_s = rd16(p + 10);
	reserved(k, p + 8, p[8] & 0x7f);
}

static uint8_t *e_lra(const struct mh_msg *m, uint8_t *p)
{
	p = wr8(wr8(wr16(p, m->lra.seq), m->lra.unsolicited ? 0x80 : 0), m->lra.status);
	return wr16(p, m->lra.life_s);
}

static void d_upn(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->upn.seq = rd16(p + 6);
	m->upn.reason = rd16(p + 8);
	m->upn.ack = p[10] & 0x80;
	m->upn.again = p[10] & 0x40;
	reserved(k, p + 10, rd16(p + 10) & 0x3fff);
}

static uint8_t *e_upn(const struct mh_msg *m, uint8_t *p)
{
	p = wr16(wr16(p, m->upn.seq), m->upn.reason);
	return wr16(p, (uint16_t)((m->upn.ack ? 0x8000 : 0) | (m->upn.again ? 0x4000 : 0)));
}

static void d_upa(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	(void)n;
	m->upa.seq = rd16(p + 6);
	m->upa.status = p[8];
	reserved(k, p + 9, (uint32_t)p[9] << 16 | rd16(p + 10));
}

static uint8_t *e_upa(const struct mh_msg *m, uint8_t *p)
{
	return wr32(wr16(p, m->upa.seq), (uint32_t)m->upa.status << 24);
}

static void d_fb(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	uint8_t known;

	(void)n;
	m->fb.type = rd16(p + 6);
	m->fb.seq = rd16(p + 8);
	m->fb.code = p[10];
	known = m->fb.type == 1 ? 0x80 : 0;
	m->fb.ack = p[11] & known;
	reserved(k, p + 11, p[11] & (uint8_t)~known);
	if (m->fb.type != 1 && m->fb.type != 2)
		mh_note(k, "fb-type-unknown", "RFC 7109 6.1", p + 6, m->fb.type);
}

static uint8_t *e_fb(const struct mh_msg *m, uint8_t *p)
{
	if (m->fb.ack && m->fb.type != 1)
		return NULL;
	return wr8(wr8(wr16(wr16(p, m->fb.type), m->fb.seq), m->fb.code), m->fb.ack ? 0x80 : 0);
}

static void d_sub(struct mh_msg *m, const uint8_t *p, size_t n, struct mh_decoding *k)
{
	uint8_t known = m->type == MH_SUBSCRIPTION_RESPONSE ? 0x80 : 0;

	(void)n;
	m->sub.seq = p[6];
	m->sub.info = p[7] & known;
	reserved(k, p + 7, p[7] & (uint8_t)~known);
}

static uint8_t *e_sub(const struct mh_msg *m, uint8_t *p)
{
	if (m->sub.info && m->type != MH_SUBSCRIPTION_RESPONSE)
		return NULL;
	return wr8(wr8(p, m->sub.seq), m->sub.info ? 0x80 : 0);
}

static void p_empty(const struct mh_msg *m, const struct mh_pr *r)
{
	(void)m, (void)r;
}

static void p_init(const struct mh_msg *m, const struct mh_pr *r)
{
	uint8_t cookie[8];

	wr64(cookie, m->init.cookie);
	pr_hex(r, "cookie", 8, cookie, 8);
}

static void p_test(const struct mh_msg *m, const struct mh_pr *r)
{
	uint8_t v[16];

	wr64(wr64(v, m->test.cookie), m->test.token);
	pr_num(r, "nonce-index", 6, 2, m->test.nonce_index);
	pr_hex(r, "cookie", 8, v, 8);
	pr_hex(r, "keygen-token", 16, v + 8, 8);
}

static void p_bu(const struct mh_msg *m, const struct mh_pr *r)
{
	char buf[64];
	struct text t = text_on(buf, sizeof buf);

	mh_bu_flags_text(&t, m->bu.flags, !(m->bu.flags & MH_BU_P));
	pr_num(r, "sequence", 6, 2, m->bu.seq);
	pr_text(r, "flags", 8, 2, buf);
	pr_life4(r, "lifetime", 10, m->bu.life);
}

static void p_ba(const struct mh_msg *m, const struct mh_pr *r)
{
	char buf[64];
	struct text t = text_on(buf, sizeof buf);

	mh_ba_flags_text(&t, m->ba.flags);
	pr_named(r, "status", 6, 1, m->type == MH_FBACK ? MH_SPACE_FBACK : MH_SPACE_BA, m->ba.status);
	pr_text(r, "flags", 7, 1, buf);
	pr_num(r, "sequence", 8, 2, m->ba.seq);
	pr_life4(r, "lifetime", 10, m->ba.life);
}

static void p_be(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_named(r, "status", 6, 1, MH_SPACE_BE, m->be.status);
	pr_ip6(r, "home-address", 8, &m->be.hoa);
}

static void p_raw(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_hex(r, "data", 6, m->raw.p, m->raw.n);
}

static void p_ha_switch(const struct mh_msg *m, const struct mh_pr *r)
{
	unsigned i;

	pr_num(r, "addresses", 6, 1, m->ha_switch.n);
	for (i = 0; i < m->ha_switch.n; i++)
		pr_ip6(r, "home-agent", 8 + 16 * i, &m->ha_switch.addr[i]);
}

static void p_heartbeat(const struct mh_msg *m, const struct mh_pr *r)
{
	static const char *const text[4] = { "-", "R", "U", "U,R" };

	pr_text(r, "flags", 6, 2, text[m->heartbeat.flags & 3]);
	pr_num(r, "sequence", 8, 4, m->heartbeat.seq);
}

static void p_flags(const struct mh_pr *r, uint32_t rel, uint32_t len, const char *letters, unsigned flags,
	unsigned top)
{
	char buf[16];
	struct text t = text_on(buf, sizeof buf);

	for (; *letters; letters++, top >>= 1)
		if (flags & top)
			text_add(&t, "%s%c", t.len ? "," : "", *letters);
	pr_text(r, "flags", rel, len, t.len ? buf : "-");
}

static void p_hi(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 2, m->hi.seq);
	p_flags(r, 8, 1, m->type == MH_HI ? "SUPF" : "UPF", m->hi.flags, 0x80);
	pr_named(r, "code", 9, 1, m->type == MH_HI ? MH_SPACE_HI : MH_SPACE_HACK, m->hi.code);
}

static void p_br(const struct mh_msg *m, const struct mh_pr *r)
{
	bool bri = m->br.type == MH_BR_BRI;

	pr_num(r, "revocation-type", 6, 1, m->br.type);
	pr_named(r, bri ? "trigger" : "status", 7, 1,
		!bri ? MH_SPACE_BRA : m->br.flags & MH_BR_G ? MH_SPACE_BRI_GLOBAL : MH_SPACE_BRI, m->br.code);
	pr_num(r, "sequence", 8, 2, m->br.seq);
	p_flags(r, 10, 2, "PVG", m->br.flags, 0x8000);
}

static void p_lri(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 2, m->lri.seq);
	pr_unit(r, "lifetime", 10, 2, m->lri.life_s, "s");
}

static void p_lra(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 2, m->lra.seq);
	p_flags(r, 8, 1, "U", m->lra.unsolicited ? 0x80 : 0, 0x80);
	pr_named(r, "status", 9, 1, MH_SPACE_LRA, m->lra.status);
	pr_unit(r, "lifetime", 10, 2, m->lra.life_s, "s");
}

static void p_upn(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 2, m->upn.seq);
	pr_named(r, "reason", 8, 2, MH_SPACE_UPN, m->upn.reason);
	p_flags(r, 10, 2, "AD", (m->upn.ack ? 0x8000u : 0) | (m->upn.again ? 0x4000u : 0), 0x8000);
}

static void p_upa(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 2, m->upa.seq);
	pr_named(r, "status", 8, 1, MH_SPACE_UPA, m->upa.status);
}

static void p_fb(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "flow-binding-type", 6, 2, m->fb.type);
	pr_num(r, "sequence", 8, 2, m->fb.seq);
	if (m->fb.type == 1)
		pr_named(r, "trigger", 10, 1, MH_SPACE_FBI, m->fb.code);
	else
		pr_named(r, "status", 10, 1, MH_SPACE_FBA, m->fb.code);
	p_flags(r, 11, 1, "A", m->fb.ack ? 0x80 : 0, 0x80);
}

static void p_sub(const struct mh_msg *m, const struct mh_pr *r)
{
	pr_num(r, "sequence", 6, 1, m->sub.seq);
	p_flags(r, 7, 1, "I", m->sub.info ? 0x80 : 0, 0x80);
}

#define MSG(type, nm, ttl, cl, fix, opts, fn) \
	[type] = { .name = nm, .title = ttl, .clause = cl, .fixed = fix, .options = opts, .decode = d_##fn, \
		.encode = e_##fn, .print = p_##fn }

const struct mh_msg_row mh_msg_rows[MH_TYPES] = {
	MSG(0, "brr", "Binding Refresh Request", "RFC 6275 6.1.2", 8, true, empty),
	MSG(1, "hoti", "Home Test Init", "RFC 6275 6.1.3", 16, true, init),
	MSG(2, "coti", "Care-of Test Init", "RFC 6275 6.1.4", 16, true, init),
	MSG(3, "hot", "Home Test", "RFC 6275 6.1.5", 24, true, test),
	MSG(4, "cot", "Care-of Test", "RFC 6275 6.1.6", 24, true, test),
	MSG(5, "bu", "Binding Update", "RFC 6275 6.1.7", 12, true, bu),
	MSG(6, "ba", "Binding Acknowledgement", "RFC 6275 6.1.8", 12, true, ba),
	MSG(7, "be", "Binding Error", "RFC 6275 6.1.9", 24, true, be),
	MSG(8, "fbu", "Fast Binding Update", "RFC 5568 6.2.2", 12, true, bu),
	MSG(9, "fback", "Fast Binding Acknowledgement", "RFC 5568 6.2.3", 12, true, ba),
	MSG(10, "fna", "Fast Neighbor Advertisement", "RFC 4068 6.3.3", 8, true, empty),
	MSG(11, "experimental", "Experimental Mobility Header", "RFC 5096 3", 6, false, raw),
	MSG(12, "ha-switch", "Home Agent Switch", "RFC 5142 4", 8, true, ha_switch),
	MSG(13, "heartbeat", "Heartbeat", "RFC 5847 3.3", 12, true, heartbeat),
	MSG(14, "hi", "Handover Initiate", "RFC 5568 6.2.1.1", 10, true, hi),
	MSG(15, "hack", "Handover Acknowledge", "RFC 5568 6.2.1.2", 10, true, hi),
	MSG(16, "br", "Binding Revocation", "RFC 5846 5", 12, true, br),
	MSG(17, "lri", "Localized Routing Initiation", "RFC 6705 10.1", 12, true, lri),
	MSG(18, "lra", "Localized Routing Acknowledgement", "RFC 6705 10.2", 12, true, lra),
	MSG(19, "upn", "Update Notification", "RFC 7077 4.1", 12, true, upn),
	MSG(20, "upa", "Update Notification Acknowledgement", "RFC 7077 4.2", 12, true, upa),
	MSG(21, "fb", "Flow Binding", "RFC 7109 6.1", 12, true, fb),
	MSG(22, "subscription-query", "Subscription Query", "RFC 7161 4.3.1", 8, true, sub),
	MSG(23, "subscription-response", "Subscription Response", "RFC 7161 4.3.2", 8, true, sub),
};

void mh_msg_names(const struct mh_msg *m, const char **name, const char **title)
{
	*name = mh_type_name(m->type);
	*title = mh_type_title(m->type);
	if (m->type == MH_BU && m->bu.flags & MH_BU_P)
		*title = "Proxy Binding Update";
	else if (m->type == MH_BA && m->ba.flags & MH_BA_P)
		*title = "Proxy Binding Acknowledgement";
	else if (m->type == MH_BR && m->br.type == MH_BR_BRI)
		*name = "bri", *title = "Binding Revocation Indication";
	else if (m->type == MH_BR && m->br.type == MH_BR_BRA)
		*name = "bra", *title = "Binding Revocation Acknowledgement";
	else if (m->type == MH_FLOW_BINDING && m->fb.type == 1)
		*name = "fbi", *title = "Flow Binding Indication";
	else if (m->type == MH_FLOW_BINDING && m->fb.type == 2)
		*name = "fba", *title = "Flow Binding Acknowledgement";
}

bool mh_type_known(uint8_t type)
{
	return type < MH_TYPES;
}

const char *mh_type_name(uint8_t type)
{
	return mh_type_known(type) ? mh_msg_rows[type].name : "mh-unknown";
}

const char *mh_type_title(uint8_t type)
{
	return mh_type_known(type) ? mh_msg_rows[type].title : "Unknown Mobility Header";
}
