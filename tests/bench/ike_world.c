/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world of many UEs that attach with IKEv2 and EAP-AKA: see ike_world.h. */
#include "tests/bench/ike_world.h"

#include <glib.h>
#include <string.h>

#include "tests/bench/measure.h"
#include "world/clock.h"

#define YEAR (INT64_C(365) * 86400)
#define SETTLE (12 * MOOR_S)

static const char *const names[] = { IKE_WORLD_APN, NULL };

static struct imsi first_imsi(void)
{
	struct imsi i = { 0 };

	if (!imsi_parse("001010000000000", 15, 2, &i))
		g_error("IMSI");
	return i;
}

static struct crypto_cert_spec spec_of(enum crypto_key_type type, const char *name, uint64_t serial)
{
	return (struct crypto_cert_spec){ .type = type, .seed = serial, .name = name, .serial = serial,
					  .not_before = MOOR_EPOCH_S - YEAR, .not_after = MOOR_EPOCH_S + YEAR };
}

static void make_certificates(struct bench_world *b)
{
	struct crypto_cert_spec root = spec_of(CRYPTO_KEY_ECDSA_P_256, "root", 1);
	struct crypto_cert_spec leaf = spec_of(b->c.signature, "home agent", 2);
	struct crypto_part der;

	leaf.dns = names;
	b->ca = crypto_ca_new(b->crypto, &root);
	b->trust = crypto_trust_new(b->crypto);
	b->id = b->c.rsa1024 ? ike_world_rsa1024(b->crypto, b->trust) : crypto_ca_issue(b->ca, &leaf);
	der = crypto_ca_cert(b->ca);
	if (!crypto_trust_add(b->trust, der.p, der.n))
		g_error("anchor");
}

static void make_security(struct bench_world *b)
{
	struct aaa_server_config aaa;

	b->crypto = crypto_new(b->c.kind, NULL);
	make_certificates(b);
	ike_config_default(&b->ue_ike);
	b->ue_ike.crypto = b->crypto;
	b->ue_ike.n_ike = b->ue_ike.n_esp = 1;
	b->ue_ike.ike[0].dh = b->c.group;
	b->ue_ike.cookies_above = b->ue_ike.half_open_max = UINT32_MAX;	/* so many at once are no attack */
	b->ue_ike.dpd = 0;
	b->ue_ike.childless = b->c.childless;
	b->ha_ike = b->ue_ike;
	b->ue_ike.trust = b->trust;
	b->ha_ike.identity = b->id;
	s2c_ue_profile_default(&b->security);
	b->security.ike = &b->ue_ike;
	b->security.apn = IKE_WORLD_APN;
	aaa_server_config_default(&aaa);
	aaa.crypto = b->crypto;
	b->aaa = aaa_server(aaa_new(moor_node_new(b->w, "aaa"), &aaa));
	b->apn.name = IKE_WORLD_APN;
	if (!aaa_subscribers_generate(b->aaa, first_imsi(), b->c.n, b->secret, aaa_profile_add(b->aaa, &b->apn, 1)))
		g_error("subscribers");
	s2c_ha_config_default(&b->ha_security);
	b->ha_security.ike = &b->ha_ike;
	b->ha_security.aaa = b->aaa;
	b->ha_security.client.round_trip = 0;
}

static void make_ha(struct bench_world *b)
{
	struct ha_config c;

	ha_config_default(&c);
	c.dsmip.addr.a6 = a6("2001:db8:1::c0");
	ip6_prefix_parse("2001:db8:a000::/36", &c.dsmip.hnp_pool);
	c.n_ifaces = 1;
	c.iface[0] = (struct ha_iface_config){ .name = "lan", .mac = mac(1, 1), .a6 = c.dsmip.addr.a6, .len6 = 64 };
	c.security = b->c.plain ? NULL : &b->ha_security;
	b->ha = ha_new(moor_node_new(b->w, "ha"), &c);
	moor_link_attach(b->link, ha_port(b->ha, 0), true);
}

static void make_router(struct bench_world *b)
{
	struct router_advert ra = router_advert_default;
	struct router_config c = { .n_ifaces = 1 };
	struct router *r;

	ra.unsolicited = false;
	ra.solicited_unicast = true;
	ra.n = 1;
	ra.prefixes[0] = (struct router_prefix){ .on_link = true, .autonomous = true, .valid = 2592000,
						 .preferred = 604800 };
	ip6_prefix_parse("2001:db8:1::/64", &ra.prefixes[0].prefix);
	c.iface[0] = (struct router_iface_config){ .name = "lan", .mac = mac(1, 2), .a6 = a6("2001:db8:1::1"), .len6 = 64,
						   .advert = &ra };
	r = router_new(moor_node_new(b->w, "ar"), &c);
	moor_link_attach(b->link, router_port(r, 0), true);
}

static void make_ues(struct bench_world *b)
{
	ue_profile_default(&b->profile);
	b->profile.dsmip.n_ha = 1;
	b->profile.dsmip.ha[0] = (struct dsmip_ha_addr){ .a6 = a6("2001:db8:1::c0") };
	b->profile.dsmip.security = b->c.plain ? NULL : &b->security;
	b->ue = g_new(struct ue *, b->c.n);
	for (uint32_t i = 0; i < b->c.n; i++) {
		struct ue_config c = { .profile = &b->profile, .n_ifaces = 1 };
		struct usim *card = &c.security.card;
		char name[32];

		card->imsi = imsi_add(first_imsi(), i);
		if (b->c.plain)
			ha_assign(b->ha, NULL, &c.hnp);
		else
			aaa_generated_keys(b->crypto, b->secret, card->imsi, card->k, card->opc);
		c.iface[0] = (struct ue_iface_config){ "lte", mac(4, i), false };
		g_snprintf(name, sizeof name, "ue%u", i + 1);
		b->ue[i] = ue_new(moor_node_new(b->w, name), &c);
	}
}

void ike_world_make(struct bench_world *b, const struct ike_world_config *c)
{
	struct moor_world_config config = { .seed = 1 };
	struct link_params p = { .rate = 10000000000u, .delay = { DELAY_CONSTANT, 10 * MOOR_MS, 0 }, .queue = 100000 };

	*b = (struct bench_world){ .c = *c, .secret = { 1, 2, 3 } };
	b->w = moor_world_new(&config);
	b->link = moor_link_new(b->w, "lte", LINK_LAN, &p);
	moor_link_isolate(b->link, true);
	if (!c->plain)
		make_security(b);
	make_ha(b);
	make_router(b);
	make_ues(b);
}

static void step(struct moor_world *w, struct moor_timer *t)
{
	struct bench_world *b = MOOR_CONTAINER(t, struct bench_world, timer);
	struct ue *u = b->ue[b->at++];

	moor_link_attach(b->link, ue_port(u, 0), false);
	ue_attach(u, "lte");
	if (b->at < b->c.n)
		moor_timer_in(w, t, b->c.spacing, step);
}

static bool stands(const struct ue *u, bool plain)
{
	struct s2c_ue_view v;

	if (dsmip_ue_state(ue_dsmip(u)) != DSMIP_REGISTERED)
		return false;
	return plain || (s2c_ue_view(ue_dsmip(u), &v) && v.sa && v.child);
}

void ike_world_part(struct bench_world *b, unsigned part, unsigned parts)
{
	moor_time all = b->c.n * b->c.spacing + SETTLE;

	if (!part)
		moor_timer_in(b->w, &b->timer, b->c.spacing, step);
	moor_world_advance(b->w, part + 1 == parts ? all : (all - SETTLE) / parts * (part + 1));
}

uint32_t ike_world_registered(const struct bench_world *b)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < b->c.n; i++)
		good += stands(b->ue[i], b->c.plain);
	return MIN(good, dsmip_ha_bindings(ha_dsmip(b->ha)));
}

uint32_t ike_world_run(struct bench_world *b)
{
	ike_world_part(b, 0, 1);
	return ike_world_registered(b);
}

void ike_world_memory(const struct bench_world *b, mem_report_fn *fn, void *ctx)
{
	moor_world_memory(b->w, fn, ctx);
	ha_memory(b->ha, fn, ctx);
	if (b->c.plain)
		return;
	aaa_server_memory(b->aaa, fn, ctx);
	crypto_memory(b->crypto, fn, ctx);
}

struct primitive_setting ike_world_primitives(const struct bench_world *b)
{
	const struct ike_suite *s = &b->ha_ike.ike[0];

	return (struct primitive_setting){ .group = b->c.group, .ca = b->ca, .trust = b->trust, .identity = b->id,
					   .name = IKE_WORLD_APN, .now = MOOR_EPOCH_S, .encr = s->encr,
					   .key_bits = s->key_bits, .integ = s->integ };
}
