/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what another program must know to be a node of the scenario
 *
 * In a live run a node may be somebody else's IKE implementation. It needs what the scenario made for that node: key
 * and certificate, the CA, its identity, pre-shared keys, the USIM or password of a UE, and for a home agent the
 * subscribers whom its AAA server shall know. It implements no clause.
 */
#include <string.h>

#include "base/mem.h"
#include "crypto/cert.h"
#include "scenarios/build_priv.h"
#include "scenarios/pmip.h"
#include "scenarios/security.h"

static void credential_free(gpointer p)
{
	struct build_credential *c = p;

	g_free(c->name);
	g_free(c->value);
	g_free(c);
}

/* Takes the value. NULL: it is left out. */
static void add(GPtrArray *to, const char *name, char *value, bool file)
{
	struct build_credential *c;

	if (!value)
		return;
	c = g_new(struct build_credential, 1);
	*c = (struct build_credential){ g_strdup(name), value, file };
	g_ptr_array_add(to, c);
}

static void add_pem(GPtrArray *to, const char *name, char *pem)
{
	add(to, name, g_strdup(pem), true);
	mem_free(pem);
}

static char *hex(const uint8_t *p, size_t n)
{
	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(s, "%02x", p[i]);
	return g_string_free(s, FALSE);
}

static char *digits(struct imsi i)
{
	char text[IMSI_DIGITS_MAX + 1];

	imsi_text(i, text);
	return g_strdup(text);
}

/* ---- addresses of the others ------------------------------------------------------------------------------------- */

static void add_address(GPtrArray *to, const struct scen_node *n, const char *family, char *text)
{
	char *name = g_strdup_printf("AT_%s_%s", n->base.name, family);

	add(to, name, text, false);
	g_free(name);
}

static void add_addresses(struct build *b, GPtrArray *to)
{
	char text[ADDR_TEXT_MAX];

	for (guint i = 0; i < b->n_fix; i++) {
		const struct fix *f = &b->fix[i];
		struct dsmip_ha_addr a;

		if (!f->n || f->n->kind == NODE_AAA)
			continue;
		a = f->n->kind == NODE_HA ? build_ha_address(b, f) : build_core_address(b, f);
		if (!ip6_is_zero(&a.a6))
			add_address(to, f->n, "IP6", g_strdup(ip6_text(&a.a6, text)));
		if (!ip4_is_zero(a.a4))
			add_address(to, f->n, "IP4", g_strdup(ip4_text(a.a4, text)));
	}
}

/* ---- UEs --------------------------------------------------------------------------------------------------------- */

static const struct group *group_of(const struct build *b, const struct scen_node *n)
{
	for (guint i = 0; i < b->n_groups; i++)
		if (b->groups[i].n == n)
			return &b->groups[i];
	return NULL;
}

static void of_ue(struct build *b, const struct scen_node *n, uint32_t member, GPtrArray *to)
{
	const struct group *g = group_of(b, n);
	struct usim card = build_card(b, g, member);
	uint8_t nai[EAP_NAI_MAX];
	size_t len = eap_id_permanent(card.imsi, nai);

	add(to, "ID", n->usim->password ? g_strdup(n->base.name) : g_strndup((const char *)nai, len), false);
	add(to, "PASSWORD", g_strdup(n->usim->password), false);
	add(to, "IMSI", digits(card.imsi), false);
	add(to, "K", hex(card.k, sizeof card.k), false);
	add(to, "OPC", hex(card.opc, sizeof card.opc), false);
	add(to, "PEER_ID", g_strdup(n->apn), false);
	add(to, "PEER", g_strdup(n->home_agent->len ? ((const struct tree *)n->home_agent->pdata[0])->text : NULL), false);
}

/* ---- home agents ------------------------------------------------------------------------------------------------- */

/* A line for each of our UEs that comes with EAP-AKA: IMSI, K and OPc of its USIM as the AAA server knows them. */
static char *subscribers(struct build *b)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < b->n_groups; i++) {
		const struct group *g = &b->groups[i];

		for (uint32_t k = 0; g->n->ipsec == SCEN_IPSEC_IKEV2 && k < g->n->count; k++) {
			struct usim card = build_card(b, g, k);
			char *imsi = digits(card.imsi), *opc = hex(card.opc, sizeof card.opc), *key;

			if (g->n->usim->wrong_key)	/* that is the USIM's fault */
				card.k[0] ^= 0xff;
			key = hex(card.k, sizeof card.k);
			g_string_append_printf(s, "%s %s %s\n", imsi, key, opc);
			g_free(imsi);
			g_free(key);
			g_free(opc);
		}
	}
	return g_string_free(s, FALSE);
}

static void of_ha(struct build *b, const struct scen_node *n, GPtrArray *to)
{
	struct rng r = rng_make(moor_world_seed(b->w), n->base.name, "radius-secret");
	uint8_t secret[16];

	rng_octets(&r, secret, sizeof secret);
	for (guint i = 0; i < b->n_groups; i++)
		if (!i)
			add(to, "ID", g_strdup(n->certificate->name ? n->certificate->name : b->groups[i].n->apn), false);
	add(to, "SUBSCRIBERS", subscribers(b), true);
	add(to, "AAA_IP4", g_strdup("127.0.0.1"), false);
	add(to, "AAA_SECRET", hex(secret, sizeof secret), false);
}

/* ---- gateways and anchors of PMIPv6 ------------------------------------------------------------------------------ */

static void add_psk(GPtrArray *to, const struct scen_node *other, const struct ike_pad *pad)
{
	char *name = g_strdup_printf("PSK_%s", other->base.name), *key;

	if (pad->proof == IKE_PROOF_KEY) {
		key = hex(pad->key, pad->key_len);
		add(to, name, g_strdup_printf("0x%s", key), false);
		g_free(key);
	}
	g_free(name);
}

static void of_gateway(struct build *b, const struct scen_node *n, GPtrArray *to)
{
	add(to, "ID", g_strdup(build_pmip_identity(n)), false);
	for (guint i = 0; i < b->s->nodes->len; i++) {
		const struct scen_node *other = b->s->nodes->pdata[i];
		bool mag = n->kind == NODE_LMA && other->kind == NODE_MAG && pmip_is_peer(n, other);
		bool lma = n->kind == NODE_MAG && other == scen_node(b->s, n->lma->text);
		struct ike_pad pad;
		char *name;

		if (!mag && !lma)
			continue;
		name = g_strdup_printf("ID_%s", other->base.name);
		add(to, name, g_strdup(build_pmip_identity(other)), false);
		g_free(name);
		pad = build_proof(b, mag ? n : other, mag ? other : n, n);
		add_psk(to, other, &pad);
	}
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

bool build_modelled(const struct build *b)
{
	return security_wanted(b->s) && b->s->crypto->provider == PROVIDER_MODELLED;
}

GPtrArray *build_credentials(struct build *b, const struct moor_node *node)
{
	GPtrArray *to = g_ptr_array_new_with_free_func(credential_free);
	const struct scen_node *n = build_scen_node(b, node);
	const struct crypto_identity *own;

	add_addresses(b, to);
	if (!b->security || !n)
		return to;
	add_pem(to, "CA", crypto_ca_pem(build_ca(b)));
	own = build_identity(b, n);
	if (own) {
		add_pem(to, "KEY", crypto_identity_key_pem(own));
		add_pem(to, "CERT", crypto_identity_chain_pem(own));
	}
	if (n->kind == NODE_UE && n->ipsec == SCEN_IPSEC_IKEV2)
		of_ue(b, n, build_member(b, moor_node_id(node)).index, to);
	else if (n->kind == NODE_HA)
		of_ha(b, n, to);
	else if ((n->kind == NODE_LMA || n->kind == NODE_MAG) && pmip_secured(n))
		of_gateway(b, n, to);
	return to;
}
