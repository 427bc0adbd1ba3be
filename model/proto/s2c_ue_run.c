/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: one IKE run of the UE: what it asks for, and the EAP that goes with it [24.303 5.1.2.2]
 *
 * IDi is the identity that EAP-AKA begins with, so both are the same [R24303-5.1.2.2-11]: the IMSI at first, later
 * what the AAA server gave. IDr is the APN. The run's EAP lives in a slab of its own, until the SA stands or failed.
 */
#include "proto/s2c_ue_priv.h"

#include <string.h>

#include "proto/eap_md5.h"

#define MH_ALL_TYPES 0xffffu

/* EAP while IKE_AUTH runs. */
struct s2c_run {
	struct eap_peer first, second;
	struct eap_aka_peer aka;
	struct eap_md5_peer md5;
	moor_handle self;
};

static const char run_key;

static struct slab *runs(const struct s2c_ue *s)
{
	return world_slab(ue_world(s->d), &run_key, "s2c-run", sizeof(struct s2c_run));
}

/* ---- EAP --------------------------------------------------------------------------------------------------------- */

static enum eap_outcome aka_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_aka_peer_input(&MOOR_CONTAINER(p, struct s2c_run, first)->aka, octets, n, out);
}

static const uint8_t *aka_msk(const struct eap_peer *p)
{
	return MOOR_CONTAINER(p, const struct s2c_run, first)->aka.keys.msk;
}

static enum eap_outcome md5_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_md5_peer_input(&MOOR_CONTAINER(p, struct s2c_run, second)->md5, octets, n, out);
}

/* The method makes no keys. */
static const uint8_t *md5_msk(const struct eap_peer *p)
{
	(void)p;
	return NULL;
}

/* [R24303-5.1.2.2-10] [R24303-5.1.2.2-11] [R24303-5.1.2.2-12] [R24303-5.1.2.2-13] [R24303-4.2-01] [R24303-4.2-03] */
static struct s2c_run *run_new(struct s2c_ue *s, struct ike_id *idi)
{
	const struct s2c_ue_profile *p = profile(s);
	struct moor_world *w = ue_world(s->d);
	struct s2c_run *r = slab_alloc(runs(s), &s->run);
	struct eap_aka_peer_config c = {
		.card = s2c_card(s), .memory = usim_memory_of(w), .crypto = p->ike->crypto,
		.scene = { .world = w, .node = ue_node(s->d) }, .rng = &s->rng, .pseudonyms = p->pseudonyms,
		.reauth = p->reauth, .result_ind = p->result_ind, .conservative = p->conservative,
		.checkcode = p->checkcode, .client_error = p->client_error, .counter_max = p->counter_max,
	};

	r->self = s->run;
	r->first = (struct eap_peer){ .input = aka_input, .msk = aka_msk };
	r->second = (struct eap_peer){ .input = md5_input, .msk = md5_msk };
	idi->type = IKE_ID_RFC822;
	idi->len = (uint8_t)eap_aka_identity(s2c_card(s), c.memory, p->pseudonyms, p->reauth, idi->data);
	eap_aka_peer_start(&r->aka, &c, idi->data, idi->len);
	if (p->user)
		eap_md5_peer_start(&r->md5, p->user, p->password);
	return r;
}

void s2c_run_end(struct s2c_ue *s)
{
	struct s2c_run *r = s->run ? slab_get(runs(s), s->run) : NULL;

	s->run = 0;
	if (!r)
		return;
	s->fast = r->aka.fast;
	s->cause = r->aka.cause ? r->aka.cause : r->md5.cause;
	slab_free(runs(s), r->self);
}

/* ---- setting up -------------------------------------------------------------------------------------------------- */

static void text_id(struct ike_id *id, uint8_t type, const char *text)
{
	id->type = type;
	id->len = (uint8_t)strlen(text);
	memcpy(id->data, text, id->len);
}

/* [R24303-5.1.2.2-21] [R24303-5.1.2.2-22] [R24303-5.1.2.2-23]; a redirection may have told half of an address */
static unsigned configuration(const struct s2c_ue *s, struct ike_cp_attr cp[5])
{
	const struct s2c_ue_profile *p = profile(s);
	const struct dsmip_ha_addr *ha = s2c_ue_ha(s->d);
	unsigned n = 0;

	if (s->asking) {		/* [24.303 5.1.2.1.3] */
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_HOME_AGENT_ADDRESS };
		return n;
	}
	cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_MIP6_HOME_PREFIX };
	if (p->dns6)
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_IP6_DNS };
	if (p->dns4)
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_IP4_DNS };
	if (p->ask_address)
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_IP6_ADDRESS };
	if (ip6_is_zero(&ha->a6) || (ha == &s->target && ip4_is_zero(ha->a4)))
		cp[n++] = (struct ike_cp_attr){ .type = IKE_CP_HOME_AGENT_ADDRESS };
	return n;
}

struct ip6_addr s2c_towards(const struct s2c_ue *s, bool v4)
{
	return v4 ? ip6_mapped(s2c_ue_ha(s->d)->a4) : s2c_ue_ha(s->d)->a6;
}

/* The child SA of IKE_AUTH, should it need one: any home address we may be given (ike_auth_init.c). */
struct ipsec_selector s2c_any_home_address(const struct s2c_ue *s)
{
	return (struct ipsec_selector){ .remote = s2c_ue_ha(s->d)->a6, .remote_len = 128, .proto = DSMIP_PROTO_MH,
					.local_hi = MH_ALL_TYPES, .remote_hi = MH_ALL_TYPES };
}

/* [R24303-5.1.2.1a-03] and [R24303-5.1.2.1a-06]: not when policies have told already */
static bool asks_ifom(const struct s2c_ue *s)
{
	return profile(s)->ifom && !s->asking && !dsmip_discovery_ifom(s->d);
}

/*
 * IKE_SA_INIT [R24303-5.1.2.2-06] with REDIRECT_SUPPORTED [R24303-5.1.2.2-05] [R24303-5.1.2.2-07] and, when asked
 * for, IFOM Capability [R24303-5.1.2.2-30]; what IKE_AUTH is to carry goes along.
 */
moor_handle s2c_connect(struct s2c_ue *s, const struct ip6_addr *own, struct net_iface *via)
{
	const struct s2c_ue_profile *p = profile(s);
	struct ip6_prefix hnp = dsmip_ue_hnp(s->d);
	struct ike_cp_attr cp[5];
	struct ike_connect c = {
		.own = *own, .peer = s2c_towards(s, ip6_is_mapped(own)), .via = via, .ifom = asks_ifom(s), .cp = cp,
		.n_cp = configuration(s, cp), .initial_contact = !s->sa, .child = s2c_any_home_address(s),
		.redirected_from = ip6_is_zero(&s->from) ? NULL : &s->from,
	};
	struct s2c_run *r;
	struct ike_sa *sa;

	s2c_run_end(s);
	r = run_new(s, &c.idi);
	c.eap = &r->first;
	text_id(&c.idr, IKE_ID_FQDN, p->apn);		/* [R24303-5.1.2.2-08] [R24303-5.1.2.2-09] */
	if (p->user) {
		c.eap2 = &r->second;
		text_id(&c.idi2, IKE_ID_RFC822, p->user);
	}
	if (!s->asking && p->pdn_identifier && dsmip_ue_knows_hoa(s->d)) {	/* [R24303-5.1.2.2-27] [R24303-5.1.2.2-29] */
		c.pdn_id = hnp.addr.o;
		c.pdn_id_len = sizeof hnp.addr.o;
	}
	sa = ike_connect(ike_of_ue(s), &c);
	s->via = ue_number(via);
	if (sa && ue_pdn(s->d))
		ike_sa_set_user(sa, s);
	if (!sa)
		s2c_run_end(s);
	else if (!s->asking)
		dsmip_ue_move_record(s->d, MOVE_SECURING, via, &c.peer);
	return sa ? ike_sa_handle(sa) : 0;
}
