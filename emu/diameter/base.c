/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the base protocol of a Diameter node [RFC 6733 5.3, 5.4, 5.5, 6.1, 6.2, 7]
 *
 * Capabilities exchange, watchdog and disconnection are answered here; requests of applications are let through when
 * they are in order and for this node, others are answered with the error that the base protocol has for them. Not
 * here: relaying for others, redirection.
 */
#include "emu/diameter/priv.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void origin(struct diam_writer *w, const struct diameter_node *d)
{
	diam_w_text(w, AVP_ORIGIN_HOST, d->identity);
	diam_w_text(w, AVP_ORIGIN_REALM, d->realm);
}

static void send_all(struct link *l, struct diam_writer *w, const uint8_t *buf)
{
	link_send(l, buf, diam_w_end(w));
}

/* 3GPP's applications are told with their vendor [RFC 6733 6.11]. */
static void application(struct diam_writer *w, uint32_t app)
{
	if (app < 0x01000000) {
		diam_w_u32(w, AVP_AUTH_APPLICATION_ID, app);
		return;
	}
	diam_w_open(w, AVP_VENDOR_SPECIFIC_APPLICATION_ID);
	diam_w_u32(w, AVP_VENDOR_ID, DIAM_3GPP);
	diam_w_u32(w, AVP_AUTH_APPLICATION_ID, app);
	diam_w_close(w);
}

static void capabilities(struct diam_writer *w, const struct diameter_node *d)
{
	const guint8 *octets = g_inet_address_to_bytes(d->address);
	struct ip6_addr a;
	struct ip4_addr a4;

	if (g_inet_address_get_native_size(d->address) == 4) {
		memcpy(a4.o, octets, 4);
		a = ip6_mapped(a4);
	} else {
		memcpy(a.o, octets, 16);
	}
	origin(w, d);
	diam_w_address(w, AVP_HOST_IP_ADDRESS, &a);
	diam_w_u32(w, AVP_VENDOR_ID, 0);
	diam_w_text(w, AVP_PRODUCT_NAME, d->c.product);
	diam_w_u32(w, AVP_ORIGIN_STATE_ID, d->c.state_id);
	diam_w_u32(w, AVP_SUPPORTED_VENDOR_ID, DIAM_3GPP);
	for (unsigned i = 0; i < d->c.n_apps; i++)
		application(w, d->c.apps[i]);
}

static void begin_request(struct diam_writer *w, uint8_t *buf, size_t cap, struct diameter_node *d, uint32_t command)
{
	diam_w_begin(w, buf, cap, DIAM_F_REQUEST, command, DIAM_APP_BASE, ++d->next_hop, ++d->next_end);
}

void base_cer(struct link *l)
{
	uint8_t buf[1024];
	struct diam_writer w;

	begin_request(&w, buf, sizeof buf, l->d, DIAM_CER);
	capabilities(&w, l->d);
	send_all(l, &w, buf);
}

void base_dwr(struct link *l)
{
	uint8_t buf[512];
	struct diam_writer w;

	begin_request(&w, buf, sizeof buf, l->d, DIAM_DWR);
	origin(&w, l->d);
	diam_w_u32(&w, AVP_ORIGIN_STATE_ID, l->d->c.state_id);
	l->d->counts.watchdogs++;
	send_all(l, &w, buf);
}

void base_dpr(struct link *l, enum diam_cause cause)
{
	uint8_t buf[512];
	struct diam_writer w;

	begin_request(&w, buf, sizeof buf, l->d, DIAM_DPR);
	origin(&w, l->d);
	diam_w_u32(&w, AVP_DISCONNECT_CAUSE, cause);
	link_set(l, LINK_CLOSING);
	send_all(l, &w, buf);
}

static void begin_answer(struct diam_writer *w, uint8_t *buf, size_t cap, const struct link *l,
			 const struct diam_msg *m, uint32_t code)
{
	const struct diam_avp *session = diam_find(m, NULL, AVP_SESSION_ID);
	uint8_t flags = (uint8_t)((m->flags & DIAM_F_PROXIABLE) | (diam_protocol_error(code) ? DIAM_F_ERROR : 0));

	diam_w_begin(w, buf, cap, flags, m->command, m->app, m->hop, m->end);
	if (session)
		diam_w_again(w, session);
	diam_w_u32(w, AVP_RESULT_CODE, code);
	if (m->command != DIAM_CER)
		origin(w, l->d);
}

/* What is wrong, quoted [RFC 6733 7.5]: the pair, or one as it should have been with zeros. */
static void failed_avp(struct diam_writer *w, const struct diam_avp *failed, uint32_t missing)
{
	static const uint8_t zeros[8];
	const struct diam_row *row = diam_row(missing);

	if (!failed && !row)
		return;
	diam_w_open(w, AVP_FAILED_AVP);
	if (failed && failed->len < 512)
		diam_w_again(w, failed);
	else if (row)
		diam_w_octets(w, missing, zeros, row->type == DIAM_T_U64 ? 8 : row->type == DIAM_T_U32 ||
			      row->type == DIAM_T_ENUM ? 4 : 0);
	diam_w_close(w);
}

static void refusal_begin(struct diam_writer *w, uint8_t *buf, size_t cap, const struct link *l,
			  const struct diam_msg *m, uint32_t code, const char *text)
{
	begin_answer(w, buf, cap, l, m, code);
	if (m->command == DIAM_CER)
		capabilities(w, l->d);
	if (text)
		diam_w_text(w, AVP_ERROR_MESSAGE, text);
}

static void refusal_send(struct diam_writer *w, const uint8_t *buf, struct link *l, const struct diam_msg *m)
{
	const struct diam_avp *a = diam_find(m, NULL, AVP_PROXY_INFO);

	for (; a; a = diam_next(m, a))
		diam_w_again(w, a);
	l->d->counts.refused++;
	send_all(l, w, buf);
}

static void refuse(struct link *l, const struct diam_msg *m, uint32_t code, const struct diam_avp *failed,
		   uint32_t missing, const char *text)
{
	uint8_t buf[4096];
	struct diam_writer w;

	refusal_begin(&w, buf, sizeof buf, l, m, code, text);
	failed_avp(&w, failed, missing);
	refusal_send(&w, buf, l, m);
}

/* Pairs that cannot be told apart: the first of them is quoted by its header [RFC 6733 7.1.5, of 5014]. */
static void malformed(struct link *l, const struct diam_msg *m, const uint8_t *octets, size_t n, const struct fault *f)
{
	uint8_t buf[4096];
	struct diam_writer w;

	if (!strcmp(f->reason, "diam-many")) {
		refuse(l, m, DIAM_UNABLE_TO_COMPLY, NULL, AVP_OTHER, f->reason);
		return;
	}
	refusal_begin(&w, buf, sizeof buf, l, m, DIAM_INVALID_AVP_LENGTH, f->reason);
	diam_w_open(&w, AVP_FAILED_AVP);
	diam_w_header(&w, octets + f->offset, n - f->offset);
	diam_w_close(&w);
	refusal_send(&w, buf, l, m);
}

static void plain_answer(struct link *l, const struct diam_msg *m, uint32_t code)
{
	uint8_t buf[1024];
	struct diam_writer w;

	begin_answer(&w, buf, sizeof buf, l, m, code);
	if (m->command == DIAM_CER)
		capabilities(&w, l->d);
	else if (m->command == DIAM_DWR)
		diam_w_u32(&w, AVP_ORIGIN_STATE_ID, l->d->c.state_id);
	send_all(l, &w, buf);
}

/* ---- capabilities ------------------------------------------------------------------------------------------------ */

static bool is_ours(const struct diameter_node *d, uint32_t app)
{
	for (unsigned i = 0; i < d->c.n_apps; i++)
		if (d->c.apps[i] == app)
			return true;
	return app == (uint32_t)DIAM_APP_RELAY;
}

/* One application of either kind that both have, or the other end is an agent for any [RFC 6733 5.3]. */
static bool common_application(const struct diameter_node *d, const struct diam_msg *m)
{
	for (unsigned i = 0; i < m->n; i++) {
		uint32_t app;

		if (m->avp[i].id == AVP_AUTH_APPLICATION_ID && diam_u32(&m->avp[i], &app) && is_ours(d, app))
			return true;
	}
	return false;
}

/* A name that may be shown: rubbish in it is nobody's, and must not reach a terminal. */
static char *name_of(const struct diam_avp *a)
{
	char *name = g_strndup((const char *)a->data, a->len);

	for (char *p = name; *p; p++)
		if (!g_ascii_isgraph(*p))
			*p = '?';
	return name;
}

static void learn_name(struct link *l, const struct diam_msg *m)
{
	const struct diam_avp *host = diam_find(m, NULL, AVP_ORIGIN_HOST), *realm = diam_find(m, NULL, AVP_ORIGIN_REALM);

	g_free(l->identity);
	g_free(l->realm);
	l->identity = name_of(host);
	l->realm = name_of(realm);
}

static void cer(struct link *l, const struct diam_msg *m)
{
	if (l->state != LINK_WAIT_CER) {
		refuse(l, m, DIAM_UNABLE_TO_COMPLY, NULL, AVP_OTHER, "capabilities were exchanged before");
		return;
	}
	learn_name(l, m);
	if (!common_application(l->d, m)) {
		plain_answer(l, m, DIAM_NO_COMMON_APPLICATION);
		node_say(l->d, "%s has no application that is ours", l->identity);
		link_set(l, LINK_CLOSING);
		return;
	}
	if (!node_elects(l->d, l)) {
		link_drop(l, NULL);
		return;
	}
	plain_answer(l, m, DIAM_SUCCESS);
	link_set(l, LINK_OPEN);
	node_opened(l->d, l);
}

static void cea(struct link *l, const struct diam_msg *m)
{
	uint32_t code = diam_result(m);

	learn_name(l, m);
	if (code != DIAM_SUCCESS || !common_application(l->d, m)) {
		node_say(l->d, "%s wants no connection: %s", l->identity,
			 code == DIAM_SUCCESS ? "no common application" : diam_result_name(code) ? diam_result_name(code) :
			 "an error");
		link_drop(l, NULL);
		return;
	}
	if (g_ascii_strcasecmp(l->identity, l->peer->identity))
		node_say(l->d, "%s calls itself %s", l->peer->identity, l->identity);
	link_set(l, LINK_OPEN);
	node_opened(l->d, l);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static bool names(const struct diam_avp *a, const char *text)
{
	return a && strlen(text) == a->len && !g_ascii_strncasecmp((const char *)a->data, text, a->len);
}

/* Whether it came back to us [RFC 6733 6.1.3]. */
static bool looped(const struct diameter_node *d, const struct diam_msg *m)
{
	const struct diam_avp *a = diam_find(m, NULL, AVP_ROUTE_RECORD);

	for (; a; a = diam_next(m, a))
		if (names(a, d->identity))
			return true;
	return false;
}

static bool is_base(uint32_t command)
{
	return command == DIAM_CER || command == DIAM_DWR || command == DIAM_DPR;
}

/* What the base protocol has against it; DIAM_SUCCESS: nothing, it is for this node. */
static uint32_t objection(const struct diameter_node *d, const struct diam_msg *m)
{
	const struct diam_avp *host = diam_find(m, NULL, AVP_DESTINATION_HOST);

	if (m->flags & DIAM_F_ERROR)
		return DIAM_INVALID_HDR_BITS;
	if (looped(d, m))
		return DIAM_LOOP_DETECTED;
	if (m->app == (uint32_t)DIAM_APP_RELAY || !is_ours(d, m->app))	/* the relay's is of CER alone [RFC 6733 2.4] */
		return DIAM_APPLICATION_UNSUPPORTED;
	if (!diam_command_name(m->command, true) || is_base(m->command))
		return DIAM_COMMAND_UNSUPPORTED;
	if (!names(diam_find(m, NULL, AVP_DESTINATION_REALM), d->realm))
		return DIAM_REALM_NOT_SERVED;
	return host && !names(host, d->identity) ? DIAM_UNABLE_TO_DELIVER : DIAM_SUCCESS;
}

static void application_request(struct link *l, const struct diam_msg *m, const uint8_t *octets, size_t n)
{
	uint32_t code = objection(l->d, m), missing;
	const struct diam_avp *failed;

	if (code != DIAM_SUCCESS) {
		refuse(l, m, code, NULL, AVP_OTHER, diam_result_name(code));
		return;
	}
	code = diam_check(m, &failed, &missing);
	if (code != DIAM_SUCCESS)
		refuse(l, m, code, failed, missing, NULL);
	else if (l->d->c.request)
		l->d->c.request(l->d->c.ctx, l->id, octets, n);
	else
		refuse(l, m, DIAM_COMMAND_UNSUPPORTED, NULL, AVP_OTHER, NULL);
}

static void base_request(struct link *l, const struct diam_msg *m)
{
	const struct diam_avp *failed;
	uint32_t missing, code = diam_check(m, &failed, &missing);

	if (m->flags & DIAM_F_ERROR)
		refuse(l, m, DIAM_INVALID_HDR_BITS, NULL, AVP_OTHER, NULL);
	else if (code != DIAM_SUCCESS)
		refuse(l, m, code, failed, missing, NULL);
	else if (m->command == DIAM_CER)
		cer(l, m);
	else if (m->command == DIAM_DWR)
		plain_answer(l, m, DIAM_SUCCESS);
	else if (m->command == DIAM_DPR) {
		plain_answer(l, m, DIAM_SUCCESS);
		node_say(l->d, "%s leaves", l->identity);
		link_set(l, LINK_CLOSING);
	} else {
		refuse(l, m, DIAM_COMMAND_UNSUPPORTED, NULL, AVP_OTHER, NULL);
	}
}

static void base_answer(struct link *l, const struct diam_msg *m)
{
	const struct diam_avp *failed;
	uint32_t missing;

	if (m->command == DIAM_CER && l->state == LINK_WAIT_CEA) {
		if (diam_check(m, &failed, &missing) == DIAM_SUCCESS)
			cea(l, m);
		else
			link_drop(l, "answered the capabilities exchange with rubbish");
	} else if (m->command == DIAM_DWR) {
		l->waits_dwa = false;
	} else if (m->command == DIAM_DPR && l->state == LINK_CLOSING) {
		link_drop(l, NULL);
	}
}

void link_message(struct link *l, const uint8_t *octets, size_t n)
{
	struct diam_msg *m = g_new(struct diam_msg, 1);
	struct fault fault;
	bool request = n > 4 && octets[4] & DIAM_F_REQUEST;
	bool whole = diam_decode(octets, n, m, &fault, NULL);

	if (!whole && octets[0] == 1 && request && n >= DIAM_HEADER) {
		malformed(l, m, octets, n, &fault);
	} else if (!whole) {
		link_drop(l, "sent what is no message");
	} else if (l->state == LINK_WAIT_CER && m->command != DIAM_CER) {
		link_drop(l, "did not begin with its capabilities");
	} else if (m->app == DIAM_APP_BASE && is_base(m->command)) {
		if (request)
			base_request(l, m);
		else
			base_answer(l, m);
	} else if (request && l->state != LINK_WAIT_CEA) {
		application_request(l, m, octets, n);
	} else if (!request) {
		node_answered(l->d, m, octets, n);
	}
	g_free(m);
}
