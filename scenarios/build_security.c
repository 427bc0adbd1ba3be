/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys, certificates and subscribers of a scenario
 *
 * One provider of cryptography per world, one CA that every UE trusts (and a stranger that nobody trusts), AAA servers
 * with all subscribers, and the settings of IKEv2 per node. A home agent without `aaa` has a server of its own beside
 * it, which answers at once. Everything follows from the scenario and its seed, so no file is needed; certificates from
 * files may stand in for made ones. It implements no clause itself.
 */
#include <string.h>

#include "crypto/cert.h"
#include "entity/aaa.h"
#include "proto/ike_flood.h"
#include "scenarios/build_priv.h"
#include "scenarios/security.h"
#include "world/clock.h"

#define MADE_FOR_S (INT64_C(20) * 365 * 86400)	/* a CA's life, from the scenario's beginning */
#define IMSI_FIRST UINT64_C(1010000000001)	/* 001 01 0000000001: test network, first subscriber */

struct server {
	const struct scen_node *n;	/* of kind aaa, or the home agent that has no other */
	struct aaa *aaa;
	uint8_t secret[16];
};

struct security {
	struct crypto *crypto;
	struct crypto_ca *ca, *stranger;
	struct crypto_trust *trust;
	GPtrArray *identities;		/* struct crypto_identity */
	GPtrArray *owners;		/* const struct scen_node, of each identity */
	GPtrArray *kept;		/* struct ike_config, struct s2c_ue_profile */
	GArray *servers;		/* struct server */
	uint64_t imsis;			/* given out to groups that name none */
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

static struct crypto_ca *make_ca(struct crypto *c, const char *name, uint64_t seed)
{
	const struct crypto_cert_spec spec = {
		.type = CRYPTO_KEY_ECDSA_P_256, .seed = seed, .name = name, .serial = 1,
		.not_before = MOOR_EPOCH_S - MADE_FOR_S, .not_after = MOOR_EPOCH_S + MADE_FOR_S,
	};

	return crypto_ca_new(c, &spec);
}

/* The checks have read the file before; it may have changed since. */
static bool read_costs(struct build *b, struct crypto_costs *out, char **why)
{
	struct report r;
	bool good;

	report_init(&r);
	good = security_costs(b->s->crypto, out, &r);
	if (!good)
		*why = g_strdup(r.text->str);
	report_done(&r);
	return good;
}

bool build_security(struct build *b, char **why)
{
	struct crypto_costs costs;
	struct crypto_part cert;
	struct security *x;

	if (!security_wanted(b->s))
		return true;
	if (!read_costs(b, &costs, why))
		return false;
	x = b->security = g_new0(struct security, 1);
	x->identities = g_ptr_array_new();
	x->owners = g_ptr_array_new();
	x->kept = g_ptr_array_new_with_free_func(g_free);
	x->servers = g_array_new(FALSE, TRUE, sizeof(struct server));
	x->crypto = crypto_new(b->s->crypto->provider == PROVIDER_MODELLED ? CRYPTO_MODELLED : CRYPTO_OPENSSL, &costs);
	crypto_charging(x->crypto, b->s->crypto->charge);
	x->ca = make_ca(x->crypto, "Mooring test CA", moor_world_seed(b->w));
	x->stranger = make_ca(x->crypto, "Another CA", moor_world_seed(b->w) + 1);
	x->trust = crypto_trust_new(x->crypto);
	cert = crypto_ca_cert(x->ca);
	if (!crypto_trust_add(x->trust, cert.p, cert.n)) {
		*why = g_strdup("the scenario's CA cannot be made");
		return false;
	}
	return true;
}

void build_security_free(struct security *x)
{
	if (!x)
		return;
	for (guint i = 0; i < x->identities->len; i++)
		crypto_identity_free(x->identities->pdata[i]);
	g_ptr_array_unref(x->identities);
	g_ptr_array_unref(x->owners);
	g_ptr_array_unref(x->kept);
	g_array_unref(x->servers);
	crypto_trust_free(x->trust);
	crypto_ca_free(x->ca);
	crypto_ca_free(x->stranger);
	crypto_free(x->crypto);
	g_free(x);
}

/* ---- IKE --------------------------------------------------------------------------------------------------------- */

/* Every encryption with every group, the best first; children take the encryptions without a group of their own. */
static void suites(struct ike_config *c, const struct scen_ike *k)
{
	struct ike_suite s;

	if (k->encryption->len)
		c->n_esp = 0;
	for (guint i = 0; i < k->encryption->len; i++) {
		security_encryption(((const struct tree *)k->encryption->pdata[i])->text, &s);
		c->esp[c->n_esp++] = (struct ike_suite){ s.encr, s.key_bits, s.integ, 0, 0 };
	}
	if (!k->confidential) {
		c->n_esp = 1;
		c->esp[0] = (struct ike_suite){ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA256_128, 0, 0 };
	}
	if (!k->encryption->len && !k->groups->len)
		return;
	c->n_ike = 0;
	for (guint i = 0; i < MAX(k->encryption->len, 1); i++)
		for (guint g = 0; g < MAX(k->groups->len, 2) && c->n_ike < IKE_SUITES_MAX; g++) {
			security_encryption(k->encryption->len ? ((const struct tree *)k->encryption->pdata[i])->text
					    : "aes-128-cbc", &s);
			if (!k->groups->len)
				s.dh = g ? CRYPTO_DH_P_256 : CRYPTO_DH_X25519;
			else if (g < k->groups->len)
				security_group(((const struct tree *)k->groups->pdata[g])->text, &s.dh);
			else
				continue;
			c->ike[c->n_ike++] = s;
		}
}

struct ike_config *build_ike_config(struct build *b, const struct scen_node *n)
{
	const struct scen_ike *k = n->ike;
	struct ike_config *c = g_new0(struct ike_config, 1);

	ike_config_default(c);
	c->crypto = b->security->crypto;
	c->timers = build_timers(b, n);
	c->trust = b->security->trust;
	c->nat_t = k->nat_traversal;
	c->fragmentation = k->fragmentation;
	c->fragment_size = (uint16_t)k->fragment_size;
	c->multiple_auth = k->multiple_auth;
	c->redirect = k->redirect;
	c->childless = k->childless;
	c->cookies_above = (uint32_t)k->cookies_above;
	c->half_open_max = (uint32_t)k->half_open_max;
	c->dpd = scen_given(&scen_ike_section, k, "liveness") ? k->liveness : c->timers->v[T_IKE_DPD];
	c->rekey_ike = k->rekey_ike;
	c->rekey_child = k->rekey_child;
	suites(c, k);
	g_ptr_array_add(b->security->kept, c);
	return c;
}

/* ---- certificates ------------------------------------------------------------------------------------------------ */

static char *read_beside(const struct tree *at, const char *name, char **why)
{
	char *path = security_path(at, name);
	GError *error = NULL;
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*why = g_strdup_printf("%s", error->message);
		g_error_free(error);
	}
	g_free(path);
	return text;
}

static struct crypto_identity *from_files(struct build *b, const struct scen_certificate *c, char **why)
{
	char *key = read_beside(c->base.at, c->key_file, why);
	char *chain = key ? read_beside(c->base.at, c->chain_file, why) : NULL;
	char *trust = chain && c->trust_file ? read_beside(c->base.at, c->trust_file, why) : NULL;
	struct crypto_identity *id = NULL;
	char error[CRYPTO_ERROR_MAX];

	if (chain && (trust || !c->trust_file)) {
		id = crypto_identity_new(b->security->crypto, key, chain, error);
		if (!id)
			*why = g_strdup_printf("%s, %s: %s", c->key_file, c->chain_file, error);
		else if (trust && crypto_trust_add_pem(b->security->trust, trust) < 1) {
			*why = g_strdup_printf("%s holds no certificate that can be read", c->trust_file);
			crypto_identity_free(id);
			id = NULL;
		}
	}
	g_free(key);
	g_free(chain);
	g_free(trust);
	return id;
}

static void add_name(GPtrArray *names, const char *name)
{
	for (guint k = 0; k < names->len; k++)
		if (!strcmp(names->pdata[k], name))
			return;
	g_ptr_array_add(names, (gpointer)name);
}

/* The names of the APNs that its UEs ask for [24.303 5.1.2.2: IDr]. */
static const char **names_for(const struct build *b)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < b->s->nodes->len; i++) {
		const struct scen_node *n = b->s->nodes->pdata[i];

		if (n->kind != NODE_UE)
			continue;
		add_name(names, n->apn);
		for (guint k = 0; k < n->pdns->len; k++)
			add_name(names, ((const struct scen_pdn *)n->pdns->pdata[k])->apn);
	}
	g_ptr_array_add(names, NULL);
	return (const char **)g_ptr_array_free(names, FALSE);
}

static struct crypto_identity *make_identity(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
					     const char *const *names)
{
	const struct scen_certificate *c = n->certificate;
	const struct crypto_cert_spec spec = {
		.type = (enum crypto_key_type)c->key, .seed = moor_world_seed(b->w), .name = n->base.name,
		.dns = names, .ip6 = &a->a6, .n_ip6 = c->name ? 0 : 1, .ip4 = &a->a4,
		.n_ip4 = c->name || ip4_is_zero(a->a4) ? 0 : 1, .serial = 2 + b->security->identities->len,
		.not_before = MOOR_EPOCH_S + c->valid_from / MOOR_S,
		.not_after = MOOR_EPOCH_S + (c->valid_from + c->valid_for) / MOOR_S,
	};

	return crypto_ca_issue(c->issuer == ISSUER_STRANGER ? b->security->stranger : b->security->ca, &spec);
}

struct crypto_identity *build_certificate(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
					  const char *const *names, char **why)
{
	const char *const own[] = { n->certificate->name, NULL };
	struct crypto_identity *id = n->certificate->key_file ? from_files(b, n->certificate, why) :
		make_identity(b, n, a, n->certificate->name ? own : names);

	if (!id)
		return NULL;
	g_ptr_array_add(b->security->identities, id);
	g_ptr_array_add(b->security->owners, (gpointer)n);
	return id;
}

const struct crypto_identity *build_identity(const struct build *b, const struct scen_node *n)
{
	for (guint i = 0; i < b->security->identities->len; i++)
		if (b->security->owners->pdata[i] == n)
			return b->security->identities->pdata[i];
	return NULL;
}

const struct crypto_ca *build_ca(const struct build *b) { return b->security->ca; }

/* ---- AAA servers ------------------------------------------------------------------------------------------------- */

static void add_server(struct build *b, const struct scen_node *n, struct moor_node *node)
{
	struct server s = { .n = n };
	struct aaa_server_config c;
	struct rng r = rng_make(moor_world_seed(b->w), "aaa", "subscriber-keys");

	aaa_server_config_default(&c);
	c.crypto = b->security->crypto;
	if (n->kind == NODE_AAA) {
		c.pseudonyms = n->pseudonyms;
		c.reauth = n->fast_reauth;
		c.result_ind = n->result_indications;
	}
	s.aaa = aaa_new(node, &c);
	rng_octets(&r, s.secret, sizeof s.secret);	/* the same everywhere: servers agree about the subscribers */
	g_array_append_val(b->security->servers, s);
}

void build_aaa_servers(struct build *b)
{
	for (guint i = 0; b->security && i < b->n_fix; i++) {
		const struct scen_node *n = b->fix[i].n;

		if (n && (n->kind == NODE_AAA || (n->kind == NODE_HA && !n->aaa)))
			add_server(b, n, b->fix[i].node);
	}
}

static struct aaa_server *server_named(struct build *b, const char *name)
{
	for (guint i = 0; i < b->security->servers->len; i++) {
		struct server *s = &g_array_index(b->security->servers, struct server, i);

		if (!strcmp(s->n->base.name, name))
			return aaa_server(s->aaa);
	}
	return NULL;
}

/* ---- home agents ------------------------------------------------------------------------------------------------- */

bool build_ha_security(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
		       struct s2c_ha_config *out, char **why)
{
	struct ike_config *ike = build_ike_config(b, n);
	const char **names = names_for(b);
	const struct scen_node *aaa = n->aaa ? scen_node(b->s, n->aaa->text) : NULL;

	ike->identity = build_certificate(b, n, a, names, why);
	g_free(names);
	if (!ike->identity)
		return false;
	ike->redirect_name = n->redirect_name;
	s2c_ha_config_default(out);
	out->ike = ike;
	out->ifom = n->ha.ifom;
	out->tunnel = n->ike->tunnel;
	out->addresses = n->ike->internal_address;
	if (n->tells)
		out->tells = build_ha_address(b, build_fix(b, n->tells->text));
	out->aaa = server_named(b, aaa ? aaa->base.name : n->base.name);
	out->client.round_trip = aaa ? aaa->round_trip : 0;
	return true;
}

static struct aaa_target target_of(struct build *b, const struct tree *name, enum aaa_when when)
{
	struct dsmip_ha_addr a = build_ha_address(b, build_fix(b, name->text));

	return (struct aaa_target){ .a6 = a.a6, .a4 = a.a4, .when = when };
}

/* Once all home agents are there. */
void build_redirects(struct build *b)
{
	for (guint i = 0; b->security && i < b->n_fix; i++) {
		const struct scen_node *n = b->fix[i].n;

		if (n && n->kind == NODE_HA && n->redirect_to) {
			struct aaa_target to = target_of(b, n->redirect_to, AAA_SA_INIT);
			struct dsmip_ha_addr self = build_ha_address(b, &b->fix[i]);

			aaa_redirect(server_named(b, n->aaa ? n->aaa->text : n->base.name), &self.a6, &to);
		}
	}
}

/* ---- subscribers ------------------------------------------------------------------------------------------------- */

/* What the subscriber may have: one APN for each PDN connection. Returns how many. */
static unsigned subscription(struct build *b, const struct scen_node *n, struct aaa_apn out[AAA_APNS_MAX])
{
	struct aaa_apn a = { .name = n->apn, .external = n->second_auth, .user = n->base.name, .password = n->base.name,
			     .pmip = { .allowed = true, .ip4 = true, .timestamp = true } };
	unsigned used = 1;

	if (n->reallocate)
		a.target = target_of(b, n->reallocate->to,
				     n->reallocate->when == REALLOCATE_FIRST ? AAA_FIRST_AUTH :
				     n->reallocate->when == REALLOCATE_LAST ? AAA_LAST_AUTH : AAA_HA_SWITCH);
	out[0] = a;
	a.target = (struct aaa_target){ .when = AAA_NEVER };
	for (guint k = 0; k < n->pdns->len; k++) {
		const struct scen_pdn *p = n->pdns->pdata[k];

		a.name = p->apn;
		if (p->subscribed)
			out[used++] = a;
	}
	return used;
}

static bool enrol(struct server *s, const struct scen_node *n, struct imsi first, uint32_t profile)
{
	struct aaa_subscriber one = { .imsi = first, .opc = true, .amf = { 0x80, 0 }, .profile = profile };

	if (n->count > 1)
		return aaa_subscribers_generate(aaa_server(s->aaa), first, (uint64_t)n->count, s->secret, profile);
	if (n->usim->k) {
		security_key(n->usim->k, one.k);
		security_key(n->usim->opc, one.op);
	} else {
		aaa_generated_keys(aaa_server_settings(aaa_server(s->aaa))->crypto, s->secret, first, one.k, one.op);
	}
	return aaa_subscriber_add(aaa_server(s->aaa), &one);
}

/* The first IMSI of a group, whose members follow one another. */
static struct imsi first_imsi(struct build *b, const struct scen_node *n)
{
	char text[24];
	uint64_t number = 0;
	struct imsi i;

	if (n->usim->imsi) {
		security_imsi(n->usim->imsi, &number);
	} else {
		number = IMSI_FIRST + b->security->imsis;
		b->security->imsis += (uint64_t)n->count;
	}
	g_snprintf(text, sizeof text, "%015" G_GUINT64_FORMAT, number);
	imsi_parse(text, 15, 2, &i);
	return i;
}

bool build_enrol(struct build *b, const struct scen_node *n, const struct aaa_apn *apns, unsigned n_apns,
		 struct imsi *first, char **why)
{
	*first = first_imsi(b, n);
	for (guint i = 0; i < b->security->servers->len; i++) {
		struct server *s = &g_array_index(b->security->servers, struct server, i);

		if (!enrol(s, n, *first, aaa_profile_add(aaa_server(s->aaa), apns, n_apns))) {
			*why = g_strdup_printf("the IMSIs of `%s` are those of another node, or there are too many groups",
					       n->base.name);
			return false;
		}
		if (n->usim->password)
			aaa_user_add(aaa_server(s->aaa), n->base.name, n->usim->password, *first);
	}
	return true;
}

struct aaa_server *build_aaa_server(struct build *b, const struct tree *name)
{
	return b->security && name ? server_named(b, name->text) : NULL;
}

struct aaa_server *build_aaa_at(struct build *b, const struct moor_node *n)
{
	return b->security ? server_named(b, moor_node_name(n)) : NULL;
}

struct aaa_client *build_aaa_client(struct build *b, const struct moor_node *n)
{
	struct fix *f = build_fix(b, moor_node_name(n));

	if (!f || !f->n || f->n->peer == PEER_EXTERNAL)
		return NULL;
	if (f->n->kind == NODE_HA && ha_security(f->ha))
		return s2c_ha_aaa(ha_security(f->ha));
	return f->n->kind == NODE_MAG ? pmip_mag_aaa(mag_pmip(f->mag)) : NULL;
}

bool build_subscriber(struct build *b, struct group *g, char **why)
{
	struct aaa_apn apns[AAA_APNS_MAX];
	unsigned n = subscription(b, g->n, apns);

	return build_enrol(b, g->n, apns, n, &g->first, why);
}

bool build_ue_security(struct build *b, struct group *g, char **why)
{
	const struct scen_node *n = g->n;
	struct s2c_ue_profile *p = g_new0(struct s2c_ue_profile, 1);
	struct aaa_apn apns[AAA_APNS_MAX];
	unsigned n_apns = subscription(b, n, apns);

	g_ptr_array_add(b->security->kept, p);
	s2c_ue_profile_default(p);
	p->ifom = n->ifom;		/* [R24303-5.1.2.1a-03] */
	p->ike = build_ike_config(b, n);
	p->apn = n->apn;
	p->follow_redirect = n->ike->follow_redirect;
	p->ask_address = n->ike->internal_address;
	p->tunnel = n->ike->tunnel;
	p->result_ind = true;		/* whenever the AAA server offers it */
	if (n->second_auth) {
		p->user = n->base.name;
		p->password = n->base.name;
	}
	g->profile.dsmip.security = p;
	for (guint i = 0; i < n->pdns->len; i++) {
		struct s2c_ue_profile *other = g_new(struct s2c_ue_profile, 1);

		*other = *p;
		other->apn = ((const struct scen_pdn *)n->pdns->pdata[i])->apn;
		g_ptr_array_add(b->security->kept, other);
		g->pdns[i].dsmip.security = other;
	}
	return build_enrol(b, n, apns, n_apns, &g->first, why);
}

struct usim build_card(struct build *b, const struct group *g, uint32_t member)
{
	const struct server *s = &g_array_index(b->security->servers, struct server, 0);
	struct usim card = { .imsi = imsi_add(g->first, member) };

	if (g->n->usim->k) {
		security_key(g->n->usim->k, card.k);
		security_key(g->n->usim->opc, card.opc);
	} else {
		aaa_generated_keys(b->security->crypto, s->secret, card.imsi, card.k, card.opc);
	}
	if (g->n->usim->wrong_key)
		card.k[0] ^= 0xff;
	card.sqn = (uint64_t)g->n->usim->ahead << USIM_IND_BITS;
	return card;
}

/* ---- timeline ---------------------------------------------------------------------------------------------------- */

static struct imsi imsi_of(struct build *b, const struct tree *ue)
{
	GArray *of = build_select(b, ue->text);
	struct member m = build_member(b, g_array_index(of, uint32_t, 0));

	g_array_unref(of);
	return imsi_add(m.herd ? m.herd->first : m.group->first, m.index);
}

bool build_aaa_action(struct build *b, const struct scen_action *a, const char *node)
{
	struct aaa_server *s = b->security ? server_named(b, node) : NULL;
	struct aaa_target to;
	unsigned told;

	if (!s)
		return false;
	switch ((enum scen_verb)a->verb) {
	case DO_ABORT_SESSION:
		return aaa_abort(s, imsi_of(b, a->of), a->pdn) > 0;
	case DO_REAUTHENTICATE:
		return aaa_reauth(s, imsi_of(b, a->of), a->pdn) > 0;
	case DO_REALLOCATE:
		to = target_of(b, a->to_node, a->how == MEANS_SWITCH ? AAA_HA_SWITCH : AAA_LAST_AUTH);
		told = aaa_reallocate(s, imsi_of(b, a->of), a->pdn, &to);
		return told || a->how == MEANS_NEXT;
	case DO_AAA_DOWN:
	case DO_AAA_UP:
		aaa_down(s, a->verb == DO_AAA_DOWN);
		break;
	case DO_ATTACH: case DO_HANDOVER: case DO_MOVE: case DO_DETACH: case DO_LINK_DOWN: case DO_LINK_UP:
	case DO_NAT_REBIND: case DO_SET: case DO_REFRESH: case DO_WANT_IPV4: case DO_SET_SEQUENCE: case DO_DROP_BINDING:
	case DO_DHCP_STOP: case DO_DHCP_START: case DO_DHCP_FORGET: case DO_REBOOT: case DO_CLOCK_STEP:
	case DO_TRAFFIC_START: case DO_TRAFFIC_STOP: case DO_REKEY: case DO_FLOOD: case DO_REFRESH_REQUEST: case DO_STRAY:
	case DO_CLAIM: case DO_DETACH_NETWORK: case DO_REVOKE: case DO_SOLICIT_PREFIX:
	case DO_ADD_FLOW: case DO_MOVE_FLOW: case DO_REMOVE_FLOW: case DO_ADD_ACCESS: case DO_REMOVE_ACCESS: case DO_APPEAR:
	case DO_FORGE: case DO_RENUMBER: case DO_X2:
	case DO_REQUEST_PREFIX: case DO_RELEASE_PREFIX: case DO_CONFIGURE:
	case DO_VERBS:
		break;
	}
	return true;
}

/* Whichever server and home agent have it. */
void build_detach_network(struct build *b, struct ue *u)
{
	struct s2c_ue_view v;
	struct ip6_addr hoa = *dsmip_ue_hoa(ue_dsmip(u));
	bool secured = s2c_ue_view(ue_dsmip(u), &v);

	for (guint i = 0; secured && i < b->security->servers->len; i++)
		aaa_abort(aaa_server(g_array_index(b->security->servers, struct server, i).aaa), v.card->imsi, v.apn);
	if (b->absent)
		build_ue_address6(b, u, &hoa);
	for (guint i = 0; !secured && i < b->n_fix; i++)
		if (b->fix[i].n && b->fix[i].n->kind == NODE_HA)
			dsmip_ha_revoke(ha_dsmip(b->fix[i].ha), &hoa, MH_BRI_ADMINISTRATIVE, false);
}

/* The operator of the home agent wants it, once. */
bool build_ha_reallocate(struct build *b, const struct scen_action *a, struct ha *ha)
{
	struct dsmip_ha_addr to = build_ha_address(b, build_fix(b, a->to_node->text));

	return ha_security(ha) &&
	       s2c_ha_reallocate(ha_security(ha), imsi_of(b, a->of), a->pdn, &to, a->how == MEANS_REDIRECT) > 0;
}

void build_flood(struct build *b, const struct scen_action *a, struct net_host *from)
{
	struct dsmip_ha_addr to = build_ha_address(b, build_fix(b, a->to_node->text));

	ike_flood_start(from, &to.a6, (uint32_t)a->count, a->every);
}

/* The home agent's side of a UE's SA. */
void build_ha_rekey(struct build *b, const struct scen_action *a, struct ha *ha)
{
	struct s2c_pdn_view v;
	struct ike_sa *sa;

	if (!ha_security(ha) || !s2c_ha_pdn(ha_security(ha), imsi_of(b, a->of), a->pdn, &v))
		return;
	sa = ike_sa_get(ike_of(ha_host(ha)), v.sa);
	if (sa && a->what == REKEY_IKE)
		ike_rekey(sa);
	else if (sa && v.child)
		ike_rekey_child(sa, v.child);
}
