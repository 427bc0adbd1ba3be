/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: security in a scenario
 *
 * Names of algorithms, digits of subscribers, and the rules between keys that decide whether IKEv2 can run at all: a
 * home agent that is asked for certificates it has no file for, an AAA server that is none. It implements no clause.
 */
#include "scenarios/security.h"

#include <string.h>

#include "scenarios/pmip.h"

static const struct { const char *word; struct ike_suite suite; } encryptions[] = {
	{ "aes-128-cbc", { CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA256_128, CRYPTO_PRF_SHA256, 0 } },
	{ "aes-256-cbc", { CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128, CRYPTO_PRF_SHA256, 0 } },
	{ "aes-128-cbc-sha1", { CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96, CRYPTO_PRF_SHA1, 0 } },
	{ "aes-128-gcm", { CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE, CRYPTO_PRF_SHA256, 0 } },
	{ "aes-256-gcm", { CRYPTO_ENCR_AES_GCM_16, 256, CRYPTO_INTEG_NONE, CRYPTO_PRF_SHA256, 0 } },
};

static const struct { const char *word; uint16_t group; } groups[] = {
	{ "x25519", CRYPTO_DH_X25519 }, { "p256", CRYPTO_DH_P_256 }, { "modp2048", CRYPTO_DH_MODP_2048 },
};

bool security_encryption(const char *word, struct ike_suite *out)
{
	for (guint i = 0; i < G_N_ELEMENTS(encryptions); i++)
		if (!strcmp(encryptions[i].word, word)) {
			*out = encryptions[i].suite;
			return true;
		}
	return false;
}

bool security_group(const char *word, uint16_t *group)
{
	for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
		if (!strcmp(groups[i].word, word)) {
			*group = groups[i].group;
			return true;
		}
	return false;
}

bool security_imsi(const char *word, uint64_t *out)
{
	*out = 0;
	if (strlen(word) != 15)
		return false;
	for (; *word; word++) {
		if (!g_ascii_isdigit(*word))
			return false;
		*out = *out * 10 + (uint64_t)(*word - '0');
	}
	return true;
}

bool security_key(const char *word, uint8_t out[16])
{
	if (strlen(word) != 32)
		return false;
	for (int i = 0; i < 16; i++) {
		int high = g_ascii_xdigit_value(word[2 * i]), low = g_ascii_xdigit_value(word[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool security_wanted(const struct scenario *s)
{
	for (guint i = 0; i < s->nodes->len; i++) {
		const struct scen_node *n = s->nodes->pdata[i];

		if (n->kind == NODE_UE ? n->ipsec == SCEN_IPSEC_IKEV2 :
		    ((n->kind == NODE_MAG || n->kind == NODE_LMA) && n->aaa) || pmip_secured(n))
			return true;
	}
	return false;
}

char *security_path(const struct tree *at, const char *name)
{
	char *dir = g_path_get_dirname(at->source->name);
	char *path = g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(dir, name, NULL);

	g_free(dir);
	return path;
}

static void cost_row(const struct tree *key, const struct tree *value, struct crypto_costs *out, struct report *r)
{
	enum crypto_op op;

	if (!crypto_op_find(key->text, &op))
		report_at(r, key, "there is no operation `%s` in a table of costs", key->text);
	else if (value->kind != TREE_SCALAR || !crypto_cost_parse(value->text, &out->ps[op]))
		report_at(r, value, "a price is a number with its unit: 415us, 1.26ns, 250ps");
}

bool security_costs(const struct scen_crypto *c, struct crypto_costs *out, struct report *r)
{
	unsigned before = r->errors;
	struct tree_pool *pool;
	struct tree *t;
	char *path;

	*out = crypto_costs_default;
	if (!c->costs)
		return true;
	pool = tree_pool_new();
	path = security_path(c->base.at, c->costs);
	t = tree_read_file(pool, path, tree_get(c->base.at, "costs", NULL), r);
	if (t && t->kind != TREE_MAP)
		report_at(r, t, "a table of costs is a mapping from operations to prices");
	for (guint i = 0; t && t->kind == TREE_MAP && i < tree_count(t); i++)
		cost_row(tree_key(t, i), tree_item(t, i), out, r);
	g_free(path);
	tree_pool_free(pool);
	return r->errors == before;
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static const struct tree *at_key(const struct scen_base *base, const char *key)
{
	const struct tree *t = tree_get(base->at, key, NULL);

	return t ? t : base->at;
}

static void check_ike(const struct scen_ike *k, struct report *r)
{
	struct ike_suite suite;
	const char *names[G_N_ELEMENTS(encryptions) + 1] = { NULL };
	const char *group_names[G_N_ELEMENTS(groups) + 1] = { NULL };
	uint16_t group;
	char near[100];

	for (guint i = 0; i < G_N_ELEMENTS(encryptions); i++)
		names[i] = encryptions[i].word;
	for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
		group_names[i] = groups[i].word;
	for (guint i = 0; i < k->encryption->len; i++) {
		const struct tree *w = k->encryption->pdata[i];

		if (!security_encryption(w->text, &suite))
			report_at(r, w, "there is no encryption `%s`%s", w->text, report_nearest(w->text, names, near, sizeof near));
	}
	for (guint i = 0; i < k->groups->len; i++) {
		const struct tree *w = k->groups->pdata[i];

		if (!security_group(w->text, &group))
			report_at(r, w, "there is no group `%s`%s", w->text,
				  report_nearest(w->text, group_names, near, sizeof near));
	}
	if (k->encryption->len * (k->groups->len ? k->groups->len : 2) > IKE_SUITES_MAX || k->groups->len > IKE_SUITES_MAX)
		report_at(r, at_key(&k->base, k->encryption->len ? "encryption" : "groups"),
			  "more than %d combinations of `encryption` and `groups` (two when none are named)", IKE_SUITES_MAX);
}

static void check_usim(const struct scen_node *n, struct report *r)
{
	const struct scen_usim *u = n->usim;
	uint8_t key[16];
	uint64_t imsi = 0;

	if (u->imsi && !security_imsi(u->imsi, &imsi))
		report_at(r, at_key(&u->base, "imsi"), "an IMSI here has 15 digits");
	else if (u->imsi && imsi + (uint64_t)n->count > UINT64_C(1000000000000000))
		report_at(r, at_key(&u->base, "imsi"), "no 15 digits are left for %" G_GINT64_FORMAT " members", n->count);
	if (u->k && !security_key(u->k, key))
		report_at(r, at_key(&u->base, "k"), "a key is 32 hex digits");
	if (u->opc && !security_key(u->opc, key))
		report_at(r, at_key(&u->base, "opc"), "OPc is 32 hex digits");
	if (u->password && (n->peer != PEER_EXTERNAL || n->kind != NODE_UE))
		report_at(r, at_key(&u->base, "password"), "our UEs come with EAP-AKA; a password is for a UE with `peer: external`");
	if (!u->k != !u->opc)
		report_at(r, u->base.at, "`k` and `opc` come together");
	if (u->k && n->count > 1)
		report_at(r, at_key(&u->base, "k"), "the members of a group have keys of their own, made of their IMSIs");
}

static void check_kind(const struct scenario *s, const struct tree *name, int kind, const char *word, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = name ? scen_member(s, name->text, &member) : NULL;

	if (n && n->kind != kind)
		report_at(r, name, "`%s` is not of kind %s", name->text, word);
}

static void check_certificate(const struct scen_node *n, struct report *r)
{
	const struct scen_certificate *c = n->certificate;

	if (!c->key_file != !c->chain_file)
		report_at(r, c->base.at, "`key-file` and `chain-file` come together");
	if (c->trust_file && !c->key_file)
		report_at(r, at_key(&c->base, "trust-file"), "needs `key-file` and `chain-file`: made certificates are trusted");
}

/* Home agents believe all Mobility Headers or only protected ones. */
static void check_mixture(const struct scenario *s, const struct scen_node *n, const GPtrArray *agents,
			  struct report *r)
{
	for (guint i = 0; n->ipsec == SCEN_IPSEC_IKEV2 && i < agents->len; i++) {
		const struct tree *w = agents->pdata[i];
		const struct scen_node *ha = scen_node(s, w->text);

		if (ha && ha->kind == NODE_HA && scen_unsecured(s, ha))
			report_at(r, w, "`%s` also serves UEs with `ipsec: none`; a home agent has security associations with all "
				  "its UEs or with none", w->text);
	}
}

void security_check_node(const struct scenario *s, const struct scen_node *n, struct report *r)
{
	if (n->kind == NODE_UE || n->kind == NODE_HA || n->kind == NODE_LMA || n->kind == NODE_MAG)
		check_ike(n->ike, r);
	if (n->kind == NODE_LMA || n->kind == NODE_MAG)
		check_certificate(n, r);
	if (n->kind == NODE_UE || n->kind == NODE_MN)
		check_usim(n, r);
	if (n->kind == NODE_UE) {
		check_mixture(s, n, n->home_agent, r);
		for (guint i = 0; i < n->pdns->len; i++)
			check_mixture(s, n, ((const struct scen_pdn *)n->pdns->pdata[i])->home_agent, r);
		if (n->second_auth && !n->ike->multiple_auth)
			report_at(r, at_key(&n->base, "second-authentication"), "needs `multiple-authentication` of `ike`");
		if (n->reallocate)
			check_kind(s, n->reallocate->to, NODE_HA, "ha", r);
	}
	if (n->kind == NODE_HA) {
		check_certificate(n, r);
		check_kind(s, n->aaa, NODE_AAA, "aaa", r);
		check_kind(s, n->redirect_to, NODE_HA, "ha", r);
		if (n->redirect_to && !strcmp(n->redirect_to->text, n->base.name))
			report_at(r, n->redirect_to, "a home agent cannot redirect to itself");
	}
}

static bool is_about_security(int verb)
{
	return verb == DO_REKEY || verb == DO_ABORT_SESSION || verb == DO_REAUTHENTICATE || verb == DO_REALLOCATE
		|| verb == DO_AAA_DOWN || verb == DO_AAA_UP;
}

/* A home agent acts now; the AAA server has no IKE SA to say REDIRECT in. */
static void check_how(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, a->node->text, &member);

	if (n && n->kind == NODE_HA && a->how == MEANS_NEXT)
		report_at(r, a->base.at, "`reallocate` at a home agent needs `how: switch` or `how: redirect`");
	if (n && n->kind == NODE_AAA && a->how == MEANS_REDIRECT)
		report_at(r, at_key(&a->base, "how"), "`redirect` is a home agent's");
	if (n && n->kind == NODE_HA && a->to_node && !strcmp(n->base.name, a->to_node->text))
		report_at(r, a->to_node, "a home agent cannot send a UE to itself");
}

static void check_rekey(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	uint32_t member;
	const struct scen_node *n = scen_member(s, a->node->text, &member);
	bool pmip = n && (n->kind == NODE_LMA || n->kind == NODE_MAG);

	if (a->of && pmip)
		check_kind(s, a->of, NODE_MAG, "mag", r);
	else if (a->of)
		check_kind(s, a->of, NODE_UE, "ue", r);
	if (pmip && !pmip_secured(n))
		report_at(r, a->node, "`%s` has no `ipsec: ikev2`: there is no SA", n->base.name);
	if (!a->of && n && (n->kind == NODE_HA || n->kind == NODE_LMA))
		report_at(r, a->base.at, "`rekey` at a home agent or LMA needs `of`: whose SA");
}

void security_check_action(const struct scenario *s, const struct scen_action *a, struct report *r)
{
	if (is_about_security(a->verb) && !security_wanted(s))
		report_at(r, at_key(&a->base, "do"), "no node has `ipsec: ikev2`, so there is nothing to do this with");
	if (a->verb != DO_FORGE)
		check_kind(s, a->to_node, NODE_HA, "ha", r);
	if (a->verb == DO_REALLOCATE && a->node)
		check_how(s, a, r);
	if (a->verb == DO_REKEY && a->node)
		check_rekey(s, a, r);
	else if (a->of && a->verb != DO_REVOKE && a->verb != DO_FORGE && a->verb != DO_APPEAR &&
		 a->verb != DO_ABORT_SESSION && a->verb != DO_DROP_BINDING)
		check_kind(s, a->of, NODE_UE, "ue", r);
}
