/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our IKE on a TAP device in real time, for tests with strongSwan: a host that answers, or begins on the command
 * `connect`, with certificates of files or of a CA of ours. Commands come from stdin, one a line; bridge.c says what is
 * told. To be deleted when the live engine (emu) is there.
 *
 *	connect [ADDRESS]	IKE_SA_INIT and what follows; to --peer unless said otherwise
 *	child transport|tunnel	CREATE_CHILD_SA for the address that was given to us
 *	rekey, rekey-child, check, close, view
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crypto/cert.h"
#include "net/net.h"
#include "tests/interop/bridge.h"
#include "tests/interop/external.h"
#include "tests/interop/octets.h"
#include "tests/interop/suites.h"
#include "world/clock.h"
#include "world/record.h"

static char *file(const char *path)
{
	GError *error = NULL;
	char *text;

	if (!g_file_get_contents(path, &text, NULL, &error))
		g_error("%s", error->message);
	return text;
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

/* What goes from the local address to the remote one goes through a tunnel. */
static void protect(struct bridge *b, const struct ipsec_selector *sel)
{
	b->policy = (struct ipsec_policy){ .sel = *sel, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL };
	ipsec_policies(ipsec_of(b->h), &b->policy, 1);
	net_address_add_virtual(b->h, &sel->local);
}

static void ask_child(struct bridge *b, struct ike_sa *sa, bool transport)
{
	struct ipsec_selector sel = { .local = b->given, .local_len = 128, .remote = bridge_address(b->o->agent),
		.remote_len = 128, .proto = transport ? 135 : 0, .local_hi = 65535, .remote_hi = 65535 };

	if (!transport)
		protect(b, &sel);
	ike_child(sa, &sel, transport);
}

static void view(struct bridge *b, const struct ike_sa *sa)
{
	struct ipsec_child_view c = { .packets_in = 0 };
	struct ike_sa_view v = { .state = IKE_SA_NONE };

	if (sa)
		ike_sa_view(sa, &v);
	if (b->child)
		ipsec_child_view(ipsec_of(b->h), b->child, &c);
	printf("view: state %u, children %u, standing %u, half open %u, packets in %u out %u\n", v.state, v.children,
	       ike_sas(b->k), ike_half_open(b->k), (unsigned)c.packets_in, (unsigned)c.packets_out);
}

static void on_line(void *ctx, const char *line)
{
	struct bridge *b = ctx;
	struct ike_sa *sa = b->sa ? ike_sa_get(b->k, b->sa) : NULL;
	struct ip6_addr to = bridge_address(g_str_has_prefix(line, "connect ") ? line + 8 : b->o->peer);

	if (g_str_has_prefix(line, "connect")) {
		if (line[7])
			b->redirected_from = bridge_address(b->o->peer);
		bridge_connect(b, &to);
	} else if (!strcmp(line, "view")) {
		view(b, sa);
	} else if (!sa) {
		printf("no SA for %s\n", line);
	} else if (g_str_has_prefix(line, "child ")) {
		ask_child(b, sa, !strcmp(line + 6, "transport"));
	} else if (!strcmp(line, "rekey")) {
		ike_rekey(sa);
	} else if (!strcmp(line, "rekey-child")) {
		ike_rekey_child(sa, b->child);
	} else if (!strcmp(line, "check")) {
		ike_check(sa);
	} else if (!strcmp(line, "close")) {
		ike_close(sa);
	} else {
		printf("unknown command %s\n", line);
	}
}

/* ---- set-up ------------------------------------------------------------------------------------------------------ */

static unsigned suites(const char *text, bool esp, struct ike_suite *out)
{
	gchar **parts = g_strsplit(text, ",", IKE_SUITES_MAX);
	unsigned n;

	for (n = 0; parts[n]; n++)
		if (!suite_of(parts[n], esp, &out[n]))
			g_error("unknown suite: %s", parts[n]);
	g_strfreev(parts);
	return n;
}

/* A CA of ours, whose certificate goes to a file, and a certificate for this host. */
static struct crypto_identity *own_identity(struct bridge *b)
{
	const char *const names[] = { b->o->name, NULL };
	struct crypto_cert_spec spec = { .type = CRYPTO_KEY_ECDSA_P_256, .seed = 1, .name = "Mooring test CA", .serial = 1,
					 .not_before = INT64_C(1577836800), .not_after = INT64_C(4070908800) };
	struct crypto_part der;
	struct crypto_ca *ca;
	struct crypto_identity *id;

	if (b->o->identity_type && !crypto_key_type_find(b->o->identity_type, &spec.type))
		g_error("unknown type of key: %s", b->o->identity_type);
	ca = crypto_ca_new(b->crypto, &spec);
	der = crypto_ca_cert(ca);
	if (!g_file_set_contents(b->o->our_ca, (const char *)der.p, (gssize)der.n, NULL))
		g_error("%s cannot be written", b->o->our_ca);
	spec.seed = spec.serial = 2;
	spec.name = b->o->name;
	spec.dns = names;
	id = crypto_ca_issue(ca, &spec);
	crypto_ca_free(ca);
	return id;
}

static void credentials(struct bridge *b)
{
	const struct bridge_options *o = b->o;
	char error[CRYPTO_ERROR_MAX];
	struct crypto_trust *trust;

	if (o->our_ca) {
		b->c.identity = own_identity(b);
	} else if (o->key) {
		b->c.identity = crypto_identity_new(b->crypto, file(o->key), file(o->cert), error);
		if (!b->c.identity)
			g_error("%s", error);
	}
	trust = crypto_trust_new(b->crypto);
	if (o->anchors && crypto_trust_add_pem(trust, file(o->anchors)) < 1)
		g_error("no certificate in %s", o->anchors);
	b->c.trust = trust;
}

static void settings(struct bridge *b)
{
	const struct bridge_options *o = b->o;

	ike_config_default(&b->c);
	b->c.crypto = b->crypto;
	b->c.fragmentation = !o->no_fragments;
	b->c.childless = !o->no_childless;
	b->c.certreq = o->gateway && !o->psk;
	if (o->fragment_size)
		b->c.fragment_size = (uint16_t)o->fragment_size;
	if (o->cookies)
		b->c.cookies_above = 0;
	if (o->ike)
		b->c.n_ike = (uint8_t)suites(o->ike, false, b->c.ike);
	if (o->esp)
		b->c.n_esp = (uint8_t)suites(o->esp, true, b->c.esp);
	credentials(b);
	g_assert(imsi_parse(TEST_IMSI, strlen(TEST_IMSI), 2, &b->card.imsi));
	octets_of_hex(o->wrong_k ? "00000000000000000000000000000000" : TEST_K, b->card.k, 16);
	octets_of_hex(TEST_OPC, b->card.opc, 16);
}

static void second_address(struct bridge *b)
{
	const struct bridge_options *o = b->o;
	const char *text = o->redirect_init ? o->redirect_init : o->redirect_auth ? o->redirect_auth : o->redirect_last;
	struct ip6_addr a = bridge_address(text);

	if (text)
		net_address_add(b->iface, &a, 64);
}

static void set_up(struct bridge *b, struct external *e)
{
	const struct mac_addr mac = { { 2, 0, 0x5e, 0, 0, 1 } };
	struct ip6_addr a = bridge_address(b->o->own), a4 = bridge_address(b->o->own4);
	struct moor_node *node;

	b->w = moor_world_new(&(struct moor_world_config){ .seed = 1, .out = external_out, .ctx = e });
	b->rng = rng_make(1, "bridge", "eap");
	b->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_charging(b->crypto, false);	/* the time it takes passes by itself */
	moor_record_sink(b->w, REC_BIT(REC_DISCARD) | REC_BIT(REC_KEYS) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX),
			 bridge_record, b);
	settings(b);
	node = moor_node_new(b->w, "ours");
	moor_clock_set(node, (g_get_real_time() - MOOR_EPOCH_S * G_USEC_PER_SEC) * 1000, 0);
	b->h = net_host_new(node, &net_profile_host);
	b->iface = net_iface_new(b->h, "eth0", &mac);
	moor_port_external(net_iface_port(b->iface), true, 1500);
	net_address_add(b->iface, &a, 64);
	if (!ip6_is_zero(&a4))
		net_address_add(b->iface, &a4, 96 + 24);
	second_address(b);
	b->k = ike_new(b->h, &b->c, &bridge_user, b);
	if (b->o->home) {
		struct ipsec_selector sel = { .local = bridge_address(b->o->agent), .local_len = 128,
			.remote = bridge_address(b->o->home), .remote_len = 128, .local_hi = 65535, .remote_hi = 65535 };

		protect(b, &sel);
	}
}

static void options(struct bridge_options *o, int *argc, char ***argv)
{
	GOptionEntry entries[] = {
		{ "tap", 0, 0, G_OPTION_ARG_STRING, &o->tap, "device to make", "NAME" },
		{ "own", 0, 0, G_OPTION_ARG_STRING, &o->own, "our address", "IPV6" },
		{ "own4", 0, 0, G_OPTION_ARG_STRING, &o->own4, "our address", "IPV4" },
		{ "peer", 0, 0, G_OPTION_ARG_STRING, &o->peer, "where to connect", "ADDRESS" },
		{ "name", 0, 0, G_OPTION_ARG_STRING, &o->name, "the responder's", "FQDN" },
		{ "anchors", 0, 0, G_OPTION_ARG_FILENAME, &o->anchors, "trusted certificates, PEM", "FILE" },
		{ "key", 0, 0, G_OPTION_ARG_FILENAME, &o->key, "of ours, PEM", "FILE" },
		{ "cert", 0, 0, G_OPTION_ARG_FILENAME, &o->cert, "of ours, PEM", "FILE" },
		{ "our-ca", 0, 0, G_OPTION_ARG_FILENAME, &o->our_ca, "certificate by a CA of ours, put there (DER)", "FILE" },
		{ "identity-type", 0, 0, G_OPTION_ARG_STRING, &o->identity_type, "with --our-ca", "TYPE" },
		{ "ike", 0, 0, G_OPTION_ARG_STRING, &o->ike, "suites", "LIST" },
		{ "esp", 0, 0, G_OPTION_ARG_STRING, &o->esp, "suites", "LIST" },
		{ "home", 0, 0, G_OPTION_ARG_STRING, &o->home, "responder: gives this address out", "IPV6" },
		{ "agent", 0, 0, G_OPTION_ARG_STRING, &o->agent, "initiator: other end of child SAs", "IPV6" },
		{ "redirect-init", 0, 0, G_OPTION_ARG_STRING, &o->redirect_init, "in IKE_SA_INIT, also ours", "IPV6" },
		{ "redirect-auth", 0, 0, G_OPTION_ARG_STRING, &o->redirect_auth, "in the first IKE_AUTH", "IPV6" },
		{ "redirect-last", 0, 0, G_OPTION_ARG_STRING, &o->redirect_last, "in the last IKE_AUTH", "IPV6" },
		{ "user", 0, 0, G_OPTION_ARG_STRING, &o->user, "of EAP-MD5", "NAME" },
		{ "password", 0, 0, G_OPTION_ARG_STRING, &o->password, "of EAP-MD5", "TEXT" },
		{ "gateway", 0, 0, G_OPTION_ARG_STRING, &o->gateway, "without EAP: the initiator's name", "FQDN" },
		{ "psk", 0, 0, G_OPTION_ARG_STRING, &o->psk, "with --gateway: the key; without it certificates", "TEXT" },
		{ "second", 0, 0, G_OPTION_ARG_NONE, &o->second, "a second authentication, EAP-MD5", NULL },
		{ "wrong-k", 0, 0, G_OPTION_ARG_NONE, &o->wrong_k, "initiator: a card with another K", NULL },
		{ "cookies", 0, 0, G_OPTION_ARG_NONE, &o->cookies, "responder: demands cookies always", NULL },
		{ "no-fragments", 0, 0, G_OPTION_ARG_NONE, &o->no_fragments, "no IKE fragmentation", NULL },
		{ "no-childless", 0, 0, G_OPTION_ARG_NONE, &o->no_childless, "IKE_AUTH has a child SA", NULL },
		{ "fragment-size", 0, 0, G_OPTION_ARG_INT, &o->fragment_size, "of IP packets with IKE fragments", "OCTETS" },
		{ "lose", 0, 0, G_OPTION_ARG_INT, &o->lose, "every N-th frame of each direction", "N" },
		{ .long_name = NULL }
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error))
		g_error("%s", error->message);
	g_option_context_free(context);
}

int main(int argc, char **argv)
{
	struct bridge_options o = { .tap = "tap0", .own = "2001:db8:51::2", .own4 = "10.51.0.2", .peer = "2001:db8:51::1",
		.name = "ha.example.org", .agent = "2001:db8:a::1", .user = "alice@example.org", .password = "wonderland" };
	struct bridge b = { .o = &o };
	struct external *e;

	options(&o, &argc, &argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	e = external_new(o.tap);
	if (!e) {
		printf("no TAP device: %s\n", g_strerror(errno));
		return 77;
	}
	external_lose(e, (unsigned)o.lose);
	set_up(&b, e);
	printf("ready\n");
	external_run(e, b.w, net_iface_port(b.iface), on_line, &b);
	moor_world_free(b.w);
	return 0;
}
