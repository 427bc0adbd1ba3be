/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rig with security associations: certificates, a subscriber and its card, an AAA server. See s2c.h.
 */
#include "tests/pair/s2c.h"

#include <string.h>

#include "world/clock.h"

#define DAY (INT64_C(86400))
#define YEAR (365 * DAY)

static const char *const names[] = { S2C_APN, NULL };

static struct crypto_cert_spec authority(const char *name, uint64_t seed)
{
	return (struct crypto_cert_spec){ .type = CRYPTO_KEY_ECDSA_P_256, .seed = seed, .name = name, .serial = seed,
					  .not_before = MOOR_EPOCH_S - YEAR, .not_after = MOOR_EPOCH_S + 10 * YEAR };
}

static void certificates(struct s2c *s)
{
	struct crypto_cert_spec ca = authority("Test authority", 1), other = authority("Nobody's authority", 2);
	struct crypto_part der;

	s->ca = crypto_ca_new(s->crypto, &ca);
	s->other = crypto_ca_new(s->crypto, &other);
	s->trust = crypto_trust_new(s->crypto);
	der = crypto_ca_cert(s->ca);
	g_assert(crypto_trust_add(s->trust, der.p, der.n));
	s->cert = authority("home agent", 3);
	s->cert.dns = names;
	s->cert.not_after = MOOR_EPOCH_S + YEAR;
}

static void subscriber(struct s2c *s)
{
	static const uint8_t k[16] = { 0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38,
				       0xa6, 0xbc };
	static const uint8_t opc[16] = { 0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e, 0x48, 0xa5, 0x99, 0x4e, 0x37,
					 0xa0, 0x2b, 0xaf };
	static const char imsi[] = "001010123456789";

	g_assert(imsi_parse(imsi, sizeof imsi - 1, 2, &s->sub.imsi));
	memcpy(s->sub.k, k, sizeof k);
	memcpy(s->sub.op, opc, sizeof opc);
	s->sub.opc = true;
	s->sub.amf[0] = 0x80;
	s->r->ue_config.security.card.imsi = s->sub.imsi;
	memcpy(s->r->ue_config.security.card.k, k, sizeof k);
	memcpy(s->r->ue_config.security.card.opc, opc, sizeof opc);
	s->apn.name = S2C_APN;
}

struct s2c *s2c_new(void)
{
	struct s2c *s = g_new0(struct s2c, 1);

	s->r = rig_new();
	s->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	certificates(s);
	ike_config_default(&s->ue_ike);
	s->ue_ike.crypto = s->crypto;
	s->ue_ike.timers = &s->r->timers;
	s->ha_ike = s->ue_ike;
	s->ue_ike.trust = s->trust;
	s2c_ue_profile_default(&s->ue);
	s->ue.ike = &s->ue_ike;
	s->ue.apn = S2C_APN;
	s2c_ha_config_default(&s->ha);
	s->ha.ike = &s->ha_ike;
	aaa_server_config_default(&s->aaa_config);
	s->aaa_config.crypto = s->crypto;
	subscriber(s);
	s->r->profile.dsmip.security = &s->ue;
	s->r->ha_config.security = &s->ha;
	return s;
}

void s2c_build(struct s2c *s)
{
	s->id = crypto_ca_issue(s->by_other ? s->other : s->ca, &s->cert);
	s->ha_ike.identity = s->id;
	s->aaa_node = aaa_new(moor_node_new(s->r->w, "aaa"), &s->aaa_config);
	s->aaa = aaa_server(s->aaa_node);
	s->sub.profile = aaa_profile_add(s->aaa, &s->apn, 1);
	g_assert(aaa_subscriber_add(s->aaa, &s->sub));
	s->ha.aaa = s->aaa;
	rig_build(s->r);
	s->sec = ha_security(s->r->ha);
	s->ike_ue = ike_of(ue_host(s->r->ue));
	s->ike_ha = ike_of(ha_host(s->r->ha));
}

void s2c_free(struct s2c *s)
{
	rig_free(s->r);
	crypto_identity_free(s->id);
	crypto_trust_free(s->trust);
	crypto_ca_free(s->ca);
	crypto_ca_free(s->other);
	crypto_free(s->crypto);
	g_free(s);
}

struct s2c_ue_view s2c_view(const struct s2c *s)
{
	struct s2c_ue_view v = { .sa = 0 };

	CU_ASSERT(s2c_ue_view(s->r->d, &v));
	return v;
}

struct s2c_pdn_view s2c_pdn(const struct s2c *s)
{
	struct s2c_pdn_view v = { .sa = 0 };

	s2c_ha_pdn(s->sec, s->sub.imsi, NULL, &v);
	return v;
}

struct ike_sa_view s2c_sa(const struct s2c *s)
{
	struct s2c_ue_view v = s2c_view(s);
	struct ike_sa *sa = v.sa ? ike_sa_get(s->ike_ue, v.sa) : NULL;
	struct ike_sa_view out = { .state = IKE_SA_NONE };

	if (sa)
		ike_sa_view(sa, &out);
	return out;
}

bool s2c_registered(struct s2c *s, const char *iface, struct moor_link *l)
{
	struct rig *r = s->r;
	struct s2c_ue_view v;
	bool ok;

	rig_attach(r, iface, l);
	rig_run(r, S(8));
	v = s2c_view(s);
	ok = dsmip_ue_state(r->d) == DSMIP_REGISTERED && rig_bce(r).state == DSMIP_BCE_ACTIVE && v.sa && v.child &&
	     s2c_sa(s).state == IKE_SA_ESTABLISHED && s2c_pdn(s).child;
	CU_ASSERT(ok);
	if (!ok)
		rig_print(r);
	return ok;
}

unsigned s2c_messages(const struct s2c *s, enum rec_kind kind, uint32_t node, uint8_t exchange, bool request,
		      moor_time since)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->r->seen->len; i++) {
		const struct moor_record *k = &g_array_index(s->r->seen, struct seen, i).r;

		n += k->kind == kind && k->node == node && k->at >= since && k->u.signal.protocol == SIGNAL_IKE &&
		     k->u.signal.type == exchange && k->u.signal.subtype == (request ? 1 : 2) && k->u.signal.attempt <= 1;
	}
	return n;
}

unsigned s2c_notifies(const struct s2c *s, uint32_t node, uint16_t type)
{
	static struct ike_msg m;
	unsigned n = 0;

	for (unsigned i = 0; i < s->r->seen->len; i++) {
		const struct seen *x = &g_array_index(s->r->seen, struct seen, i);
		const struct rec_signal *g = &x->r.u.signal;

		if (x->r.kind != REC_SIGNAL_TX || x->r.node != node || g->protocol != SIGNAL_IKE)
			continue;
		/* what is too long for the record is read as far as it goes */
		ike_decode(x->octets, MIN(g->message_len, sizeof x->octets), &m, NULL);
		n += ike_find_notify(&m, type) != NULL;
	}
	return n;
}

void s2c_all_secured(const struct s2c *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->r->seen->len; i++) {
		const struct moor_record *k = &g_array_index(s->r->seen, struct seen, i).r;

		if (k->kind != REC_SIGNAL_TX || k->u.signal.protocol != SIGNAL_MH)
			continue;
		CU_ASSERT(k->u.signal.secured);
		n++;
	}
	CU_ASSERT(n > 0);
}
