/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ike_bridge's host does with IKE, as initiator with EAP-AKA and as responder with EAP-MD5 (stock charon has no
 * card), and what it says about it: a line for each thing that a test may wait for.
 */
#include "tests/interop/bridge.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"

struct ip6_addr bridge_address(const char *text)
{
	struct ip6_addr a = { { 0 } };
	struct ip4_addr v4;

	if (!text)
		return a;
	if (ip4_parse(text, &v4))
		return ip6_mapped(v4);
	if (!ip6_parse(text, &a))
		g_error("no address: %s", text);
	return a;
}

/* ---- EAP of the initiator ---------------------------------------------------------------------------------------- */

static enum eap_outcome aka_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_aka_peer_input(&((struct aka_end *)(void *)p)->run, octets, n, out);
}

static const uint8_t *aka_msk(const struct eap_peer *p)
{
	return ((const struct aka_end *)(const void *)p)->run.keys.msk;
}

static enum eap_outcome md5_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	return eap_md5_peer_input(&((struct md5_end *)(void *)p)->run, octets, n, out);
}

static void identify(struct bridge *b, struct ike_connect *c)
{
	struct eap_aka_peer_config config = { .card = &b->card, .memory = usim_memory_of(b->w), .crypto = b->crypto,
		.rng = &b->rng, .pseudonyms = true, .reauth = true, .checkcode = true };

	b->aka.peer = (struct eap_peer){ .input = aka_input, .msk = aka_msk };
	c->idi.len = (uint8_t)eap_aka_identity(&b->card, config.memory, true, true, c->idi.data);
	eap_aka_peer_start(&b->aka.run, &config, c->idi.data, c->idi.len);
	c->eap = &b->aka.peer;
	if (b->o->second) {
		b->md5.peer.input = md5_input;
		eap_md5_peer_start(&b->md5.run, b->o->user, b->o->password);
		c->eap2 = &b->md5.peer;
		c->idi2.type = IKE_ID_RFC822;
		c->idi2.len = (uint8_t)strlen(b->o->user);
		memcpy(c->idi2.data, b->o->user, c->idi2.len);
	}
	c->idi.type = IKE_ID_RFC822;
}

/* ---- without EAP ------------------------------------------------------------------------------------------------- */

static struct ike_pad pad_of(const struct bridge *b)
{
	const char *psk = b->o->psk;

	if (!psk)
		return (struct ike_pad){ .proof = IKE_PROOF_CERTIFICATE };
	return (struct ike_pad){ .proof = IKE_PROOF_KEY, .key = (const uint8_t *)psk, .key_len = strlen(psk) };
}

static bool on_pad(void *owner, const struct ike_id *idi, struct ike_id *idr, struct ike_pad *out)
{
	const struct bridge *b = owner;
	const char *name = b->o->gateway;

	(void)idr;
	printf("begins %.*s\n", idi->len, (const char *)idi->data);
	*out = pad_of(b);
	return name && idi->len == strlen(name) && !memcmp(idi->data, name, idi->len);
}

/* Mobility Headers between the two, from Binding Update to Binding Revocation and back [RFC 5213 4.2]. */
static void as_gateway(struct bridge *b, struct ike_connect *c)
{
	c->eap = NULL;
	c->eap2 = NULL;
	c->n_cp = 0;
	c->pad = pad_of(b);
	c->idi.type = IKE_ID_FQDN;
	c->idi.len = (uint8_t)strlen(b->o->gateway);
	memcpy(c->idi.data, b->o->gateway, c->idi.len);
	c->child = (struct ipsec_selector){ .local = c->own, .remote = c->peer, .local_len = 128, .remote_len = 128,
					    .proto = 135, .local_lo = 0x0500, .local_hi = 0x10ff, .remote_lo = 0x0600,
					    .remote_hi = 0x10ff };
}

void bridge_connect(struct bridge *b, const struct ip6_addr *to)
{
	static const struct ike_cp_attr cp[] = { { .type = IKE_CP_IP6_ADDRESS }, { .type = IKE_CP_MIP6_HOME_PREFIX } };
	struct ike_connect c = { .own = bridge_address(ip6_is_mapped(to) ? b->o->own4 : b->o->own), .peer = *to,
		.cp = cp, .n_cp = 2, .initial_contact = true,
		.child = { .remote = bridge_address(b->o->agent), .remote_len = 128, .proto = 135, .local_hi = 65535,
			   .remote_hi = 65535 } };
	struct ike_sa *sa;

	identify(b, &c);
	if (!ip6_is_zero(&b->redirected_from))
		c.redirected_from = &b->redirected_from;
	c.idr.type = IKE_ID_FQDN;
	c.idr.len = (uint8_t)strlen(b->o->name);
	memcpy(c.idr.data, b->o->name, c.idr.len);
	if (b->o->gateway)
		as_gateway(b, &c);
	sa = ike_connect(b->k, &c);
	printf("connect %s\n", sa ? "begun" : "impossible");
	b->sa = sa ? ike_sa_handle(sa) : 0;
}

/* ---- what both hear ---------------------------------------------------------------------------------------------- */

static const char *text6(const struct ip6_addr *a, char out[ADDR_TEXT_MAX])
{
	return ip6_text(a, out);
}

static void on_established(void *owner, struct ike_sa *sa, const struct ike_result *r)
{
	struct bridge *b = owner;
	struct ike_home_prefix hp;
	struct ike_sa_view v;
	char text[ADDR_TEXT_MAX];

	ike_sa_view(sa, &v);
	b->sa = ike_sa_handle(sa);
	b->child = r->child;
	b->rounds = 0;
	b->redirected_from = ip6_any;
	for (unsigned i = 0; i < r->n_cp; i++) {
		printf("configuration %u of %u octets\n", r->cp[i].type, r->cp[i].len);
		if (r->cp[i].type == IKE_CP_IP6_ADDRESS && ike_cp_ip6(&r->cp[i], &b->given, NULL))
			printf("address %s\n", text6(&b->given, text));
		if (r->cp[i].type == IKE_CP_MIP6_HOME_PREFIX && ike_cp_home_prefix(&r->cp[i], &hp)) {
			struct ip6_prefix p = ip6_prefix_make(&hp.prefix, hp.len);

			printf("home prefix %s/%u, %u s\n", text6(&p.addr, text), p.len, hp.life_s);
		}
	}
	printf("established as %s with %.*s, %s-%s-%s, port %u, nat %d %d, child %d, fast %d\n",
	       v.initiator ? "initiator" : "responder", r->peer->len, (const char *)r->peer->data,
	       crypto_encr_name((uint8_t)v.suite.encr, v.suite.key_bits), crypto_integ_name((uint8_t)v.suite.integ),
	       crypto_group_name(v.suite.dh), v.path.peer_port, v.nat_here, v.nat_there, r->child != 0, b->aka.run.fast);
}

static void on_closed(void *owner, struct ike_sa *sa, enum ike_reason why, uint16_t detail)
{
	struct bridge *b = owner;

	if (b->sa == ike_sa_handle(sa))
		b->sa = 0;
	printf("closed %s %u, eap %s\n", ike_reason_name(why), detail, eap_cause_name((enum eap_cause)b->aka.run.cause));
}

static void on_redirect(void *owner, struct ike_sa *sa, const struct ip6_addr *to, const char *fqdn)
{
	char text[ADDR_TEXT_MAX];

	(void)owner;
	(void)sa;
	printf("redirect %s\n", fqdn ? fqdn : text6(to, text));
}

static void on_child(void *owner, struct ike_sa *sa, moor_handle child, moor_handle old, enum ike_reason why)
{
	struct bridge *b = owner;
	struct ipsec_child_view v;
	char local[ADDR_TEXT_MAX], remote[ADDR_TEXT_MAX];

	(void)sa;
	if (!child || !ipsec_child_view(ipsec_of(b->h), child, &v)) {
		printf("child refused %s\n", ike_reason_name(why));
		return;
	}
	b->child = child;
	printf("child %s %08x %08x, %s/%u[%u] to %s/%u\n", old ? "replaced" : "made", v.spi_in, v.spi_out,
	       text6(&v.sel.local, local), v.sel.local_len, v.sel.proto, text6(&v.sel.remote, remote), v.sel.remote_len);
}

static void on_child_gone(void *owner, struct ike_sa *sa, moor_handle child)
{
	struct bridge *b = owner;

	(void)sa;
	if (b->child == child)
		b->child = 0;
	printf("child gone\n");
}

static void on_moved(void *owner, struct ike_sa *sa, const struct ike_path *p)
{
	char text[ADDR_TEXT_MAX];

	(void)owner;
	(void)sa;
	printf("moved to %s port %u\n", text6(&p->peer, text), p->peer_port);
}

/* ---- the responder ----------------------------------------------------------------------------------------------- */

static bool on_init(void *owner, const struct ike_path *p, bool redirect_supported, bool ifom_asked, bool *ifom,
		    struct ip6_addr *to)
{
	struct bridge *b = owner;

	*ifom = ifom_asked;
	*to = bridge_address(b->o->redirect_init);
	printf("init to port %u, redirect %s\n", p->own_port, redirect_supported ? "supported" : "not supported");
	/* only the first address is full: whoever was sent to the other one is served */
	return !redirect_supported || ip6_is_zero(to) || ip6_eq(&p->own, to);
}

static void on_identified(void *owner, struct ike_sa *sa, const struct ike_id *idi, const struct ike_id *idr)
{
	struct bridge *b = owner;
	struct ip6_addr to = bridge_address(b->o->redirect_auth);
	struct ike_sa_view v;
	struct eap_out out = { .len = 0 };

	ike_sa_view(sa, &v);
	printf("identified %.*s wants %.*s\n", idi->len, (const char *)idi->data, idr->len, (const char *)idr->data);
	if (!ip6_is_zero(&to) && !ip6_eq(&v.path.own, &to)) {
		ike_redirect(sa, &to);
		return;
	}
	if (b->o->second && ++b->rounds == 1)
		ike_another_auth(sa);
	eap_md5_server_start(&b->md5_server, b->o->password, &b->rng, 1, &out);
	ike_eap_send(sa, out.octets, out.len);
}

static void on_eap(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	struct bridge *b = owner;
	struct eap_out out = { .len = 0 };

	if (eap_md5_server_input(&b->md5_server, packet, n, &out) == EAP_RUNNING)
		ike_eap_send(sa, out.octets, out.len);
	else
		ike_eap_done(sa, out.octets, out.len, NULL);
}

static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	struct bridge *b = owner;
	struct ip6_addr home = bridge_address(b->o->home), last = bridge_address(b->o->redirect_last);
	static struct ip6_addr to;
	struct ike_sa_view v;

	(void)notify;
	ike_sa_view(sa, &v);
	printf("authorise, attributes %u, child %d, transport %d\n", q->n_cp, q->child, q->transport);
	if (!ip6_is_zero(&last) && !ip6_eq(&v.path.own, &last)) {
		to = last;
		r->redirect = &to;
		return true;
	}
	for (unsigned i = 0; i < q->n_cp; i++)
		if (q->cp[i].type == IKE_CP_IP6_ADDRESS && !r->n_cp) {
			memcpy(r->room, home.o, 16);
			r->room[16] = 128;
			r->cp[r->n_cp++] = (struct ike_cp_attr){ .type = IKE_CP_IP6_ADDRESS, .len = 17, .value = r->room };
		}
	r->child = q->child;
	if (b->o->gateway)
		return true;
	r->sel.remote = home;
	r->sel.remote_len = 128;
	return true;
}

static bool on_child_wanted(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	struct bridge *b = owner;
	struct ip6_addr home = bridge_address(b->o->home);

	(void)sa;
	printf("child wanted, transport %d\n", transport);
	if (!ip6_is_zero(&home)) {
		sel->remote = home;
		sel->remote_len = 128;
	}
	return true;
}

const struct ike_user bridge_user = {
	.established = on_established, .closed = on_closed, .redirect = on_redirect, .child = on_child,
	.child_gone = on_child_gone, .moved = on_moved, .init = on_init, .identified = on_identified, .eap = on_eap,
	.authorise = on_authorise, .child_wanted = on_child_wanted, .pad = on_pad,
};

/* ---- records ----------------------------------------------------------------------------------------------------- */

static void print_octets(const char *name, const uint8_t *p, size_t n)
{
	printf(" %s=", name);
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
}

/* Of which SA: the first octets of the initiator's SPI. */
static void print_message(char way, moor_time at, const struct rec_signal *s)
{
	uint32_t spi = s->message_len >= 4 ? load32(s->message) : 0;

	printf("%c exchange %u message %u, %u octets, SA %08x, attempt %u, %d ms\n", way, s->type, s->sequence,
	       s->message_len, spi, s->attempt, (int)(at / MOOR_MS));
}

void bridge_record(void *ctx, const struct moor_record *r)
{
	(void)ctx;
	if (r->kind == REC_DISCARD) {
		printf("discard %s\n", r->u.discard.reason);
	} else if (r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX) {
		if (r->u.signal.protocol == SIGNAL_IKE)
			print_message(r->kind == REC_SIGNAL_TX ? '>' : '<', r->at, &r->u.signal);
	} else if (r->kind == REC_KEYS) {
		const struct rec_keys *k = &r->u.keys;

		printf("keys of %s", k->esp ? "child" : "ike");
		print_octets("ei", k->encr_i, k->encr_len);
		print_octets("er", k->encr_r, k->encr_len);
		print_octets("ai", k->integ_i, k->integ_len);
		print_octets("ar", k->integ_r, k->integ_len);
		printf("\n");
	}
}
