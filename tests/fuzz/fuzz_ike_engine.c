/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two hosts with IKE, between them an input that speaks with both: as a stranger, in datagrams, and as either end with
 * the right keys, in payload chains that are sealed as they should be. Users ask for things in between. Laws: no
 * sanitizer finding, no assertion; half-open SAs stay within their bound; nothing leaks.
 *
 * Input: commands of one octet each and their arguments, until it ends:
 *	00-2f	time goes on by (c + 1) * 20 ms
 *	30-3f	a user asks: i (even) or r (odd): connect, child, rekey the child, rekey, check, close, forget, move
 *	40-7f	i says to r, sealed: exchange by (c & 3), first payload type (next octet), length / 4 (next), the octets
 *	80-bf	the same from r to i
 *	c0-df	r answers what i asked, sealed: first payload type, length / 4, the octets
 *	e0-ff	a stranger's datagram to r (even) or i (odd), port 500 or 4500 (bit 1): length / 4, the octets; with bit 2
 *		the SPIs of an SA that stands are put in
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/cert.h"
#include "proto/ike_priv.h"
#include "world/link.h"

#define COMMANDS 100u
#define FROM INT64_C(1735689600)
#define TO INT64_C(2524608000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input { const uint8_t *p, *end; };

struct end {
	struct net_host *h;
	struct net_iface *iface;
	struct ike_config c;
	struct ike *k;
};

static struct {
	struct moor_world *w;
	struct crypto *crypto;
	struct crypto_ca *ca;
	struct crypto_identity *id;
	struct crypto_trust *trust;
	struct timer_set timers;
	struct end i, r;
	struct eap_peer eap;
} g;

static const char *const names[] = { "ha.example.org", NULL };
static const uint8_t eap_request[] = { 1, 7, 0, 6, 23, 99 }, eap_response[] = { 2, 7, 0, 6, 23, 99 };
static const uint8_t eap_success[] = { 3, 7, 0, 4 }, msk[64] = { 1 };

static uint8_t next(struct input *in) { return in->p < in->end ? *in->p++ : 0; }

static void law(bool holds)
{
	if (!holds)
		abort();
}

static struct ip6_addr address(uint8_t last)
{
	return (struct ip6_addr){ { 0x20, 0x01, 0x0d, 0xb8, [15] = last } };
}

/* ---- users: whatever comes is welcome ---------------------------------------------------------------------------- */

static enum eap_outcome eap_input(struct eap_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	(void)p;
	if (n && octets[0] == 3)
		return EAP_SUCCEEDED;
	out->len = sizeof eap_response;
	memcpy(out->octets, eap_response, sizeof eap_response);
	return n && octets[0] == 1 ? EAP_RUNNING : EAP_FAILED;
}

static const uint8_t *eap_msk(const struct eap_peer *p)
{
	(void)p;
	return msk;
}

static bool on_init(void *owner, const struct ike_path *p, bool redirect, bool asked, bool *ifom, struct ip6_addr *to)
{
	(void)owner, (void)p, (void)redirect, (void)to;
	*ifom = asked;
	return true;
}

static void on_identified(void *owner, struct ike_sa *sa, const struct ike_id *idi, const struct ike_id *idr)
{
	(void)owner, (void)idi, (void)idr;
	ike_eap_send(sa, eap_request, sizeof eap_request);
}

static void on_eap(void *owner, struct ike_sa *sa, const uint8_t *packet, size_t n)
{
	(void)owner, (void)packet, (void)n;
	ike_eap_done(sa, eap_success, sizeof eap_success, msk);
}

static bool on_authorise(void *owner, struct ike_sa *sa, const struct ike_request *q, struct ike_reply *r,
			 uint16_t *notify)
{
	(void)owner, (void)sa, (void)notify;
	r->child = q->child;
	return true;
}

static bool on_child(void *owner, struct ike_sa *sa, struct ipsec_selector *sel, bool transport)
{
	(void)owner, (void)sa, (void)sel, (void)transport;
	return true;
}

static const struct ike_user user = { .init = on_init, .identified = on_identified, .eap = on_eap,
				      .authorise = on_authorise, .child_wanted = on_child };

/* ---- building ---------------------------------------------------------------------------------------------------- */

static void once(void)
{
	struct crypto_cert_spec root = { .type = CRYPTO_KEY_ECDSA_P_256, .seed = 1, .name = "Root", .serial = 1,
					 .not_before = FROM, .not_after = TO };
	struct crypto_cert_spec leaf = root;
	struct crypto_part cert;

	leaf.seed = leaf.serial = 2;
	leaf.dns = names;
	g.crypto = crypto_new(CRYPTO_MODELLED, NULL);
	crypto_charging(g.crypto, false);
	g.ca = crypto_ca_new(g.crypto, &root);
	g.id = crypto_ca_issue(g.ca, &leaf);
	g.trust = crypto_trust_new(g.crypto);
	cert = crypto_ca_cert(g.ca);
	law(crypto_trust_add(g.trust, cert.p, cert.n));
	g.eap = (struct eap_peer){ .input = eap_input, .msk = eap_msk };
	timer_set_default(&g.timers);
	g.timers.v[T_IKE_TRIES] = 4;
}

static void make_end(struct end *e, const char *name, uint8_t n, struct moor_link *link)
{
	struct mac_addr mac = mac_from_u64(UINT64_C(0x020000000000) + n);
	struct ip6_addr a = address(n);

	e->h = net_host_new(moor_node_new(g.w, name), &net_profile_host);
	e->iface = net_iface_new(e->h, "eth0", &mac);
	moor_link_attach(link, net_iface_port(e->iface), false);
	net_address_add(e->iface, &a, 64);
	ike_config_default(&e->c);
	e->c.crypto = g.crypto;
	e->c.timers = &g.timers;
	e->c.trust = g.trust;
	e->c.identity = g.id;
	e->c.half_open_max = 20;
	e->c.cookies_above = 10;
	e->c.rekey_child = 20 * MOOR_S;
	e->c.esp[0].dh = IKE_DH_X25519;
	e->k = ike_new(e->h, &e->c, &user, e);
}

static void run(moor_time span)
{
	moor_world_advance(g.w, moor_world_now(g.w) + span);
}

static void connect_both(void)
{
	struct ike_connect c = { .own = address(1), .peer = address(2), .eap = &g.eap, .initial_contact = true };

	c.child = (struct ipsec_selector){ .local = address(9), .remote = address(2), .local_len = 128, .remote_len = 128,
					   .proto = 135, .local_hi = 65535, .remote_hi = 65535 };
	c.idi = (struct ike_id){ .type = IKE_ID_RFC822, .len = 3, .data = "a@b" };
	ike_connect(g.i.k, &c);
}

/* The newest SA that has keys. */
static struct ike_sa *keyed(const struct end *e)
{
	moor_handle h = e->k->first;

	while (h) {
		struct ike_sa *sa = slab_get(&e->k->iw->sas, h);

		if (sa->key_out && sa->machine.state != IKE_SA_GONE)
			return sa;
		h = sa->next;
	}
	return NULL;
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

static void payloads(struct input *in, struct ike_writer *w)
{
	uint8_t first = next(in);
	size_t n = next(in) * 4u;

	if (n > (size_t)(in->end - in->p))
		n = (size_t)(in->end - in->p);
	put_octets(&w->w, in->p, n);
	w->first = n ? first : 0;
	in->p += n;
}

/* A request that its sender does not remember: the answer will find nobody. */
static void say(struct input *in, const struct end *e, uint8_t exchange)
{
	struct ike_sa *sa = keyed(e);

	if (!sa)
		return;
	ike_enter(e->k);
	if (sa->task)
		ike_task_free(e->k, ike_task_of(sa));
	payloads(in, ike_request_begin(sa, exchange));
	ike_task_free(e->k, ike_request_end(sa));
	ike_leave(e->k);
}

static void answer(struct input *in)
{
	struct ike_sa *a = keyed(&g.i), *b;
	const struct ike_task *t = a ? ike_task_of(a) : NULL;

	b = a ? ike_sa_find(g.r.k, a->initiator ? a->spi_r : a->spi_i) : NULL;
	if (!t || t->exchange == IKE_SA_INIT || !b || !b->key_out || b->machine.state == IKE_SA_GONE)
		return;
	ike_enter(g.r.k);
	b->answering = t->exchange;
	b->next_expected = a->next_request - 1;
	payloads(in, ike_response_begin(b));
	ike_response_end(b);
	ike_leave(g.r.k);
}

static void datagram(struct input *in, const struct end *e, bool nat, bool spis)
{
	const struct ike_sa *sa = keyed(e);
	uint8_t buf[1024];
	size_t n = next(in) * 4u;
	struct net_rx rx = { .host = e->h, .iface = e->iface, .payload = buf };

	memset(buf, 0, sizeof buf);
	n = n > (size_t)(in->end - in->p) ? (size_t)(in->end - in->p) : n;
	memcpy(buf, in->p, n);
	in->p += n;
	if (n >= IKE_HDR_LEN)
		store32(buf + 24, (uint32_t)n);
	if (spis && sa && n >= IKE_HDR_LEN) {
		store32(buf, (uint32_t)(sa->spi_i >> 32));
		store32(buf + 4, (uint32_t)sa->spi_i);
		store32(buf + 8, (uint32_t)(sa->spi_r >> 32));
		store32(buf + 12, (uint32_t)sa->spi_r);
	}
	rx.src4 = (struct ip4_addr){ { 10, 0, 0, 7 } };
	rx.payload_len = (uint32_t)n;
	ike_input(e->k, &rx, 500, nat ? 4500 : 500);
}

static void ask(const struct end *e, unsigned what)
{
	struct ike_sa *sa = keyed(e);
	struct ipsec_selector s = { .local = address(9), .remote = address(2), .local_len = 128, .remote_len = 128,
				    .proto = 135, .local_hi = 65535, .remote_hi = 65535 };
	const struct ike_child *c;

	if (what == 0)
		connect_both();
	if (!sa || sa->told || !what)
		return;
	c = sa->children ? slab_get(&e->k->iw->children, sa->children) : NULL;
	switch (what) {
	case 1: ike_child(sa, &s, true); break;
	case 2: if (c) ike_rekey_child(sa, c->ipsec); break;
	case 3: ike_rekey(sa); break;
	case 4: ike_check(sa); break;
	case 5: ike_close(sa); break;
	case 6: ike_forget(sa); break;
	case 7: ike_move(sa, &sa->path, true); break;
	}
}

static void command(struct input *in)
{
	static const uint8_t exchanges[4] = { IKE_AUTH, IKE_CREATE_CHILD_SA, IKE_INFORMATIONAL, IKE_CREATE_CHILD_SA };
	uint8_t c = next(in);

	if (c < 0x30)
		run((c + 1) * 20 * MOOR_MS);
	else if (c < 0x40)
		ask(c & 1 ? &g.r : &g.i, (c & 15) / 2);
	else if (c < 0xc0)
		say(in, c < 0x80 ? &g.i : &g.r, exchanges[c & 3]);
	else if (c < 0xe0)
		answer(in);
	else
		datagram(in, c & 1 ? &g.i : &g.r, c & 2, c & 4);
	law(ike_half_open(g.r.k) <= g.r.c.half_open_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct link_params p = { .delay = { .kind = DELAY_CONSTANT, .a = MOOR_MS } };
	struct input in = { data, data + size };
	struct moor_link *link;
	const char *what;

	if (!g.crypto)
		once();
	g.w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	link = moor_link_new(g.w, "lan", LINK_LAN, &p);
	make_end(&g.i, "i", 1, link);
	make_end(&g.r, "r", 2, link);
	run(2 * MOOR_S);
	connect_both();
	run(size && data[size - 1] & 1 ? MOOR_S : 10 * MOOR_MS);
	for (unsigned n = 0; n < COMMANDS && in.p < in.end; n++)
		command(&in);
	run(5 * MOOR_S);
	law(moor_world_leaks(g.w, &what) == net_packets_held(g.w) + ike_packets_held(g.w));
	ike_reboot(g.i.k);
	ike_reboot(g.r.k);
	run(MOOR_S);
	law(crypto_alive(g.crypto) == 0);
	law(moor_world_leaks(g.w, &what) == net_packets_held(g.w));
	moor_world_free(g.w);
	return 0;
}
