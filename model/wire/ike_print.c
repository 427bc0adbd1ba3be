/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKEv2 for people
 *
 * Shows header and payloads as a tree: "ike.sa.proposal.transform.id", "ike.notify.type". The decoder of ike.c judges;
 * fields are shown from the octets it found good, so that each is told with its place. Encrypted payloads show their
 * length and octets; once decrypted, the inner payloads are shown by the same code (ike_print_payloads). EAP packets
 * are shown by their own codec; what stands inside certificates is octets.
 */
#include "wire/eap.h"
#include "wire/ike_codec.h"
#include "wire/show.h"

static const char *layer_name(uint8_t type)
{
	static const char *const names[] = { "sa", "ke", "idi", "idr", "cert", "certreq", "auth", "nonce", "notify",
		"delete", "vendor-id", "tsi", "tsr", "sk", "cp", "eap-payload" };

	if (type >= IKE_P_SA && type <= IKE_P_EAP)
		return names[type - IKE_P_SA];
	return type == IKE_P_SKF ? "skf" : "payload-unknown";
}

static void named(const struct show *s, const char *name, enum ike_space space, unsigned value, const uint8_t *at,
		  size_t len)
{
	show_named(s, name, value, ike_name(space, value), at, len);
}

static void octets(const struct show *s, const char *name, const struct ike_octets *o)
{
	show_octets(s, name, o->p, o->n);
}

/* ---- SA ---- */

/* Attributes behind the fixed part; their lengths were found good. */
static void attributes(const struct show *s, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		uint16_t type = load16(p), value = load16(p + 2);
		size_t len = type & IKE_ATTR_SHORT ? 4u : 4u + value;

		if (type == (IKE_ATTR_SHORT | IKE_ATTR_KEY_LENGTH))
			show_unit(s, "key-length", value, "bits", p, 4);
		else
			show_octets(s, "attribute", p, len);
		p += len;
	}
}

static void transforms(const struct show *s, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		size_t len = load16(p + 2);

		show_open(s, "transform", ike_name(IKE_SPACE_TRANSFORM_TYPE, p[4]), p, len);
		named(s, "type", IKE_SPACE_TRANSFORM_TYPE, p[4], p + 4, 1);
		named(s, "id", ike_transform_space(p[4]), load16(p + 6), p + 6, 2);
		attributes(s, p + IKE_TRANSFORM_LEN, p + len);
		show_close(s);
		p += len;
	}
}

static void sa(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p, *end = p + pl->body.n;

	while (p < end) {
		size_t len = load16(p + 2);

		show_open(s, "proposal", NULL, p, len);
		show_num(s, "number", p[4], p + 4, 1);
		named(s, "protocol", IKE_SPACE_PROTOCOL, p[5], p + 5, 1);
		show_octets(s, "spi", p + IKE_PROPOSAL_LEN, p[6]);
		show_num(s, "transforms", p[7], p + 7, 1);
		transforms(s, p + IKE_PROPOSAL_LEN + p[6], p + len);
		show_close(s);
		p += len;
	}
}

/* ---- identities, certificates, authentication ---- */

static void identity(const struct show *s, const char *name, unsigned id_type, const struct ike_octets *o)
{
	if (id_type == IKE_ID_IP4 && o->n == 4)
		show_ip4(s, name, o->p);
	else if (id_type == IKE_ID_IP6 && o->n == 16)
		show_ip6(s, name, o->p);
	else if (id_type == IKE_ID_FQDN || id_type == IKE_ID_RFC822)
		show_string(s, name, o->p, o->n);
	else
		show_octets(s, name, o->p, o->n);
}

static void auth(const struct show *s, const struct ike_payload *pl)
{
	struct ike_octets algorithm, signature;

	named(s, "method", IKE_SPACE_AUTH, pl->auth.method, pl->body.p, 1);
	if (pl->auth.method == IKE_AUTH_SIGNATURE && ike_auth_sig_split(&pl->auth.data, &algorithm, &signature)) {
		octets(s, "algorithm", &algorithm);
		octets(s, "signature", &signature);
	} else {
		octets(s, "data", &pl->auth.data);
	}
}

/* ---- notifies ---- */

static void redirect(const struct show *s, const struct ike_octets *data)
{
	struct ike_redirect r;

	if (!ike_redirect_decode(data, &r)) {
		octets(s, "data", data);
		return;
	}
	named(s, "gw-type", IKE_SPACE_GW, r.gw_type, data->p, 1);
	if (r.gw_type == IKE_GW_IP4)
		show_ip4(s, "gw-identity", r.gw.p);
	else if (r.gw_type == IKE_GW_IP6)
		show_ip6(s, "gw-identity", r.gw.p);
	else
		show_string(s, "gw-identity", r.gw.p, r.gw.n);
	if (r.nonce.n)
		octets(s, "nonce", &r.nonce);
}

/* [RFC 7427 4] */
static void hash_list(const struct show *s, const struct ike_octets *data)
{
	char buf[128];
	struct text t = text_on(buf, sizeof buf);

	for (unsigned i = 0; i + 1 < data->n; i += 2) {
		const char *name = ike_name(IKE_SPACE_HASH, load16(data->p + i));

		text_str(&t, t.len ? "," : "");
		if (name)
			text_str(&t, name);
		else
			text_add(&t, "%u", load16(data->p + i));
	}
	show_text(s, "hashes", t.len ? buf : "-", data->p, data->n);
}

static void notification(const struct show *s, uint16_t type, const struct ike_octets *data)
{
	if (type == IKE_N_REDIRECT || type == IKE_N_REDIRECTED_FROM)
		redirect(s, data);
	else if (type == IKE_N_SIGNATURE_HASH_ALGORITHMS)
		hash_list(s, data);
	else if (type == IKE_N_INVALID_KE_PAYLOAD && data->n == 2)
		named(s, "group", IKE_SPACE_DH, load16(data->p), data->p, 2);
	else if (type == IKE_N_SET_WINDOW_SIZE && data->n == 4)
		show_num(s, "window", load32(data->p), data->p, 4);
	else if (type == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD && data->n == 1)
		show_num(s, "payload-type", data->p[0], data->p, 1);
	else if (type == IKE_N_PDN_IDENTIFIER && data->n == 16)
		show_ip6(s, "prefix", data->p);
	else if (data->n)
		octets(s, "data", data);
}

static void notify(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p;

	named(s, "protocol", IKE_SPACE_PROTOCOL, pl->notify.protocol, p, 1);
	named(s, "type", IKE_SPACE_NOTIFY, pl->notify.type, p + 2, 2);
	if (pl->notify.spi.n)
		octets(s, "spi", &pl->notify.spi);
	notification(s, pl->notify.type, &pl->notify.data);
}

static void deleted(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p;

	named(s, "protocol", IKE_SPACE_PROTOCOL, pl->del.protocol, p, 1);
	show_num(s, "spi-size", pl->del.spi_len, p + 1, 1);
	show_num(s, "spis", pl->del.n, p + 2, 2);
	for (unsigned i = 0; i < pl->del.n; i++)
		show_octets(s, "spi", pl->del.spi + (size_t)i * pl->del.spi_len, pl->del.spi_len);
}

/* ---- selectors and configuration ---- */

/* A Mobility Header's type, and ICMP's type and code, stand in the port fields [RFC 7296 3.13.1]. */
static void selector(const struct show *s, const uint8_t *p)
{
	named(s, "type", IKE_SPACE_TS, p[0], p, 1);
	show_num(s, "protocol", p[1], p + 1, 1);
	if (p[1] == 135) {
		show_num(s, "start-mh-type", p[4], p + 4, 1);
		show_num(s, "end-mh-type", p[6], p + 6, 1);
	}
	show_num(s, "start-port", load16(p + 4), p + 4, 2);
	show_num(s, "end-port", load16(p + 6), p + 6, 2);
	if (p[0] == IKE_TS_IP4_RANGE) {
		show_ip4(s, "start-address", p + 8);
		show_ip4(s, "end-address", p + 12);
	} else {
		show_ip6(s, "start-address", p + 8);
		show_ip6(s, "end-address", p + 24);
	}
}

static void selectors(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p + 4;

	show_num(s, "selectors", pl->body.p[0], pl->body.p, 1);
	for (unsigned i = 0; i < pl->body.p[0]; i++) {
		size_t len = load16(p + 2);

		show_open(s, "selector", NULL, p, len);
		if (p[0] == IKE_TS_IP4_RANGE || p[0] == IKE_TS_IP6_RANGE)
			selector(s, p);
		else
			show_octets(s, "octets", p, len);
		show_close(s);
		p += len;
	}
}

static void home_prefix(const struct show *s, const struct ike_cp_attr *a)
{
	show_seconds(s, "lifetime", load32(a->value), a->value);
	show_ip6(s, "prefix", a->value + 4);
	show_num(s, "prefix-length", a->value[20], a->value + 20, 1);
}

static bool holds_ip4(unsigned type)
{
	return type == IKE_CP_IP4_ADDRESS || type == IKE_CP_IP4_NETMASK || type == IKE_CP_IP4_DNS ||
	       type == IKE_CP_IP4_NBNS || type == IKE_CP_IP4_DHCP || type == IKE_CP_P_CSCF_IP4_ADDRESS;
}

static bool holds_ip6(unsigned type)
{
	return type == IKE_CP_IP6_ADDRESS || type == IKE_CP_IP6_DNS || type == IKE_CP_IP6_DHCP ||
	       type == IKE_CP_IP6_SUBNET || type == IKE_CP_IP6_PREFIX || type == IKE_CP_P_CSCF_IP6_ADDRESS;
}

static void attribute_value(const struct show *s, const struct ike_cp_attr *a)
{
	if (a->type == IKE_CP_MIP6_HOME_PREFIX && a->len == IKE_HOME_PREFIX_LEN) {
		home_prefix(s, a);
	} else if (holds_ip4(a->type) && a->len == 4) {
		show_ip4(s, "address", a->value);
	} else if (holds_ip6(a->type) && (a->len == 16 || a->len == 17)) {
		show_ip6(s, "address", a->value);
		if (a->len == 17)
			show_num(s, "prefix-length", a->value[16], a->value + 16, 1);
	} else if (a->type == IKE_CP_HOME_AGENT_ADDRESS && (a->len == 16 || a->len == 20)) {
		show_ip6(s, "address", a->value);
		if (a->len == 20)
			show_ip4(s, "ip4-address", a->value + 16);
	} else if (a->type == IKE_CP_APPLICATION_VERSION) {
		show_string(s, "version", a->value, a->len);
	} else if (a->len) {
		show_octets(s, "value", a->value, a->len);
	}
}

static void configuration(const struct show *s, const struct ike_payload *pl)
{
	named(s, "type", IKE_SPACE_CP, pl->cp.type, pl->body.p, 1);
	for (unsigned i = 0; i < pl->cp.n; i++) {
		const struct ike_cp_attr *a = &pl->cp.attr[i];
		const uint8_t *p = a->value - IKE_CP_ATTR_LEN;

		show_open(s, "attribute", ike_name(IKE_SPACE_CP_ATTR, a->type), p, IKE_CP_ATTR_LEN + a->len);
		named(s, "type", IKE_SPACE_CP_ATTR, a->type, p, 2);
		show_num(s, "length", a->len, p + 2, 2);
		attribute_value(s, a);
		show_close(s);
	}
}

static void sealed(const struct show *s, const struct ike_payload *pl)
{
	if (pl->type == IKE_P_SKF) {
		show_num(s, "fragment", pl->sk.number, pl->body.p, 2);
		show_num(s, "fragments", pl->sk.total, pl->body.p + 2, 2);
	}
	show_num(s, "encrypted-length", pl->sk.data.n, pl->sk.data.p, pl->sk.data.n);
	octets(s, "encrypted", &pl->sk.data);
}

/* ---- payloads and messages ---- */

static void body(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p;

	switch (pl->type) {
	case IKE_P_SA:
		sa(s, pl);
		return;
	case IKE_P_KE:
		named(s, "group", IKE_SPACE_DH, pl->ke.group, p, 2);
		octets(s, "data", &pl->ke.data);
		return;
	case IKE_P_IDI:
	case IKE_P_IDR:
		named(s, "type", IKE_SPACE_ID, pl->id.type, p, 1);
		identity(s, "identity", pl->id.type, &pl->id.data);
		return;
	case IKE_P_CERT:
	case IKE_P_CERTREQ:
		named(s, "encoding", IKE_SPACE_CERT, pl->cert.encoding, p, 1);
		octets(s, "data", &pl->cert.data);
		return;
	case IKE_P_AUTH:
		auth(s, pl);
		return;
	case IKE_P_NOTIFY:
		notify(s, pl);
		return;
	case IKE_P_DELETE:
		deleted(s, pl);
		return;
	case IKE_P_TSI:
	case IKE_P_TSR:
		selectors(s, pl);
		return;
	case IKE_P_SK:
	case IKE_P_SKF:
		sealed(s, pl);
		return;
	case IKE_P_CP:
		configuration(s, pl);
		return;
	case IKE_P_EAP:
		eap_print(p, pl->body.n, s->pr, s->base_offset + (uint32_t)(p - s->base));
		return;
	}
	octets(s, "data", &pl->body);
}

static void payload(const struct show *s, const struct ike_payload *pl)
{
	const uint8_t *p = pl->body.p - IKE_GENERIC_LEN;
	const char *title = ike_name(IKE_SPACE_PAYLOAD, pl->type);
	bool known = (pl->type >= IKE_P_SA && pl->type <= IKE_P_EAP) || pl->type == IKE_P_SKF;

	if (pl->type == IKE_P_NOTIFY && !pl->bad)
		title = ike_name(IKE_SPACE_NOTIFY, pl->notify.type);
	show_open(s, layer_name(pl->type), title, p, IKE_GENERIC_LEN + pl->body.n);
	if (!known)
		show_num(s, "payload-type", pl->type, p, 4);
	named(s, "next-payload", IKE_SPACE_PAYLOAD, p[0], p, 1);
	if (pl->critical)
		show_text(s, "critical", "C", p + 1, 1);
	show_num(s, "length", IKE_GENERIC_LEN + pl->body.n, p + 2, 2);
	if (pl->bad)
		octets(s, "octets", &pl->body);
	else
		body(s, pl);
	show_close(s);
}

static void payloads(const struct show *s, const struct ike_msg *m, const struct wire_diags *d)
{
	for (unsigned i = 0; i < m->n; i++)
		payload(s, &m->payload[i]);
	show_diags(s, d, s->base);
	if (m->fault.reason)
		show_note(s, m->fault.reason, "RFC 7296 3", s->base + m->fault.offset);
}

void ike_print_payloads(uint8_t first, const uint8_t *p, size_t n, const struct wire_printer *out,
			uint32_t base_offset)
{
	struct show s = { out, p ? p : (const uint8_t *)"", base_offset };
	struct wire_diags d = { 0 };
	struct ike_msg m;

	ike_decode_payloads(first, p, n, &m, &d);
	payloads(&s, &m, &d);
}

static void header(const struct show *s, const struct ike_hdr *h, const uint8_t *p)
{
	static const struct show_flag flags[] = {
		{ IKE_FLAG_I, "I" }, { IKE_FLAG_V, "V" }, { IKE_FLAG_R, "R" }, { 0, NULL },
	};

	show_hex(s, "initiator-spi", h->spi_i, p, 8);
	show_hex(s, "responder-spi", h->spi_r, p + 8, 8);
	named(s, "next-payload", IKE_SPACE_PAYLOAD, h->next, p + 16, 1);
	show_hex(s, "version", h->version, p + 17, 1);
	named(s, "exchange-type", IKE_SPACE_EXCHANGE, h->exchange, p + 18, 1);
	show_flags(s, "flags", h->flags, flags, p + 19, 1);
	show_num(s, "message-id", h->mid, p + 20, 4);
	show_num(s, "length", h->length, p + 24, 4);
}

void ike_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };
	struct wire_diags d = { 0 };
	char title[64];
	struct text t = text_on(title, sizeof title);
	const char *exchange;
	struct ike_msg m;

	ike_decode(p, n, &m, &d);
	exchange = ike_name(IKE_SPACE_EXCHANGE, m.h.exchange);
	if (n >= IKE_HDR_LEN && m.h.version >> 4 == IKE_VERSION >> 4)
		text_add(&t, "%s %s", exchange ? exchange : "unknown exchange",
			 m.h.flags & IKE_FLAG_R ? "response" : "request");
	show_open(&s, "ike", t.len ? title : NULL, p, n);
	if (n >= IKE_HDR_LEN)
		header(&s, &m.h, p);
	payloads(&s, &m, &d);
	show_close(&s);
}
