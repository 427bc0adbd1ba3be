/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: security between the MAGs and LMAs of a scenario
 *
 * Identities, keys and certificates, and who is in whose peer authorization database. A pre-shared key that nobody
 * names is made of the two names and the scenario's seed. It implements no clause itself: that is the matter of
 * pmip_*_sec.c.
 */
#include <string.h>

#include "proto/pmip_forge.h"
#include "scenarios/build_priv.h"
#include "scenarios/pmip.h"

#define KEY_OCTETS 32u

static void *keep(struct build *b, gpointer what)
{
	g_ptr_array_add(b->profiles, what);
	return what;
}

const char *build_pmip_identity(const struct scen_node *n)
{
	return n->identity ? n->identity : n->base.name;
}

struct ike_pad build_proof(struct build *b, const struct scen_node *lma, const struct scen_node *mag,
			   const struct scen_node *own)
{
	struct ike_pad pad = { .proof = (enum ike_proof)own->authentication };
	const char *text = own->psk ? own->psk : lma->psk;
	char *names;
	uint8_t *key;
	struct rng r;

	if (pad.proof != IKE_PROOF_KEY)
		return pad;
	if (text) {
		pad.key = (const uint8_t *)text;
		pad.key_len = strlen(text);
		return pad;
	}
	names = g_strdup_printf("%s %s", lma->base.name, mag->base.name);
	r = rng_make(moor_world_seed(b->w), names, "pre-shared-key");
	key = keep(b, g_malloc(KEY_OCTETS));
	rng_octets(&r, key, KEY_OCTETS);
	g_free(names);
	pad.key = key;
	pad.key_len = KEY_OCTETS;
	return pad;
}

/* What both kinds need but their peers. NULL: *why. */
static struct pmip_sec_config *common(struct build *b, const struct scen_node *n, const struct dsmip_ha_addr *a,
				      char **why)
{
	struct pmip_sec_config *c = keep(b, g_new0(struct pmip_sec_config, 1));
	struct ike_config *ike = build_ike_config(b, n);
	const char *names[] = { build_pmip_identity(n), NULL };

	ike->multiple_auth = ike->redirect = false;
	ike->certreq = n->authentication == IKE_PROOF_CERTIFICATE;
	c->ike = ike;
	c->id = pmip_sec_name(build_pmip_identity(n));
	c->own = a->a6;
	if (n->authentication != IKE_PROOF_CERTIFICATE)
		return c;
	ike->identity = build_certificate(b, n, a, names, why);
	return ike->identity ? c : NULL;
}

static void add_peer(struct build *b, struct pmip_sec_peer *p, const struct scen_node *other, struct ike_pad pad)
{
	*p = (struct pmip_sec_peer){ .id = pmip_sec_name(build_pmip_identity(other)), .pad = pad,
				     .addr = build_core_address(b, build_fix(b, other->base.name)).a6 };
}

bool build_lma_security(struct build *b, const struct fix *f, const struct pmip_sec_config **out, char **why)
{
	struct dsmip_ha_addr own = build_core_address(b, f);
	struct pmip_sec_config *c;
	struct pmip_sec_peer *peers;

	*out = NULL;
	if (!pmip_secured(f->n))
		return true;
	c = common(b, f->n, &own, why);
	if (!c)
		return false;
	peers = keep(b, g_new0(struct pmip_sec_peer, b->s->nodes->len));
	for (guint i = 0; i < b->s->nodes->len; i++) {
		const struct scen_node *mag = b->s->nodes->pdata[i];

		if (pmip_is_peer(f->n, mag))
			add_peer(b, &peers[c->n_peers++], mag, build_proof(b, f->n, mag, f->n));
	}
	c->peers = peers;
	*out = c;
	return true;
}

bool build_mag_security(struct build *b, const struct fix *f, const struct pmip_sec_config **out, char **why)
{
	const struct scen_node *lma = scen_node(b->s, f->n->lma->text);
	struct dsmip_ha_addr own = build_core_address(b, f);
	struct pmip_sec_config *c;
	struct pmip_sec_peer *peer;

	*out = NULL;
	if (!pmip_secured(f->n))
		return true;
	c = common(b, f->n, &own, why);
	if (!c)
		return false;
	peer = keep(b, g_new0(struct pmip_sec_peer, 1));
	add_peer(b, peer, lma, build_proof(b, lma, f->n, f->n));
	c->peers = peer;
	c->n_peers = 1;
	c->claims = f->n->claims ? build_core_address(b, build_fix(b, f->n->claims->text)).a6 : ip6_any;
	*out = c;
	return true;
}

/* ---- the timeline ------------------------------------------------------------------------------------------------ */

bool build_pmip_rekey(struct build *b, const struct scen_action *a, struct fix *f)
{
	const char *peer = f->n->kind == NODE_MAG ? f->n->lma->text : a->of->text;
	struct ip6_addr of = build_core_address(b, build_fix(b, peer)).a6;

	return f->n->kind == NODE_MAG ? pmip_mag_sec_rekey(mag_pmip(f->mag), &of, a->what == REKEY_IKE) :
	       pmip_lma_sec_rekey(lma_pmip(f->lma), &of, a->what == REKEY_IKE);
}

/* The attacker knows who is where, as somebody who listened does: the prefix, and a number near the last one. */
void build_forge(struct build *b, const struct scen_action *a, struct net_host *from)
{
	struct pmip_forgery f = {
		.what = (enum pmip_forged)a->forged, .as = build_core_address(b, build_fix(b, a->as->text)).a6,
		.to = build_core_address(b, build_fix(b, a->to_node->text)).a6, .seq = (uint16_t)a->sequence,
	};
	struct ip6_addr addr;

	if (a->of) {
		GArray *of = build_select(b, a->of->text);
		struct member m = build_member(b, g_array_index(of, uint32_t, 0));

		g_array_unref(of);
		f.imsi = imsi_add(m.herd->first, m.index);
		if (build_mn_address6(b, m.herd->mn[m.index], &addr))
			f.hnp = ip6_prefix_make(&addr, 64);
	}
	pmip_forge(from, &f);
}
