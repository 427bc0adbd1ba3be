/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP-AKA, which attributes belong into which message
 *
 * The table of [RFC 4187 10.1] with the sentences of [RFC 4187 9] where these say more: AT_IDENTITY is a must in its
 * response, AT_MAC of a notification depends on the P bit of the code. The names of messages and attributes stand
 * here too.
 */
#include "wire/eap.h"

#include <stddef.h>

#include "wire/eap_rows.h"

/* Columns: identity request and response, challenge both, notification both, client error, re-authentication both,
 * authentication reject, synchronisation failure. */
const struct eap_row eap_rows[] = {
	{ AT_PERMANENT_ID_REQ, EAP_S_FLAG, false, "?0000000000", "AT_PERMANENT_ID_REQ", "at-permanent-id-req" },
	{ AT_ANY_ID_REQ, EAP_S_FLAG, false, "?0000000000", "AT_ANY_ID_REQ", "at-any-id-req" },
	{ AT_FULLAUTH_ID_REQ, EAP_S_FLAG, false, "?0000000000", "AT_FULLAUTH_ID_REQ", "at-fullauth-id-req" },
	{ AT_IDENTITY, EAP_S_NAME, false, "01000000000", "AT_IDENTITY", "at-identity" },
	{ AT_RAND, EAP_S_BLOCK, false, "00100000000", "AT_RAND", "at-rand" },
	{ AT_AUTN, EAP_S_BLOCK, false, "00100000000", "AT_AUTN", "at-autn" },
	{ AT_RES, EAP_S_RES, false, "00010000000", "AT_RES", "at-res" },
	{ AT_AUTS, EAP_S_AUTS, false, "00000000001", "AT_AUTS", "at-auts" },
	{ AT_NEXT_PSEUDONYM, EAP_S_NAME, true, "00?00000000", "AT_NEXT_PSEUDONYM", "at-next-pseudonym" },
	{ AT_NEXT_REAUTH_ID, EAP_S_NAME, true, "00?0000?000", "AT_NEXT_REAUTH_ID", "at-next-reauth-id" },
	{ AT_IV, EAP_S_BLOCK, false, "00????01100", "AT_IV", "at-iv" },
	{ AT_ENCR_DATA, EAP_S_CIPHER, false, "00????01100", "AT_ENCR_DATA", "at-encr-data" },
	{ AT_PADDING, EAP_S_PADDING, true, "00????0??00", "AT_PADDING", "at-padding" },
	{ AT_CHECKCODE, EAP_S_CHECK, false, "00??000??00", "AT_CHECKCODE", "at-checkcode" },
	{ AT_RESULT_IND, EAP_S_FLAG, false, "00??000??00", "AT_RESULT_IND", "at-result-ind" },
	{ AT_MAC, EAP_S_BLOCK, false, "0011??01100", "AT_MAC", "at-mac" },
	{ AT_COUNTER, EAP_S_NUMBER, true, "0000??01100", "AT_COUNTER", "at-counter" },
	{ AT_COUNTER_TOO_SMALL, EAP_S_FLAG, true, "00000000?00", "AT_COUNTER_TOO_SMALL", "at-counter-too-small" },
	{ AT_NONCE_S, EAP_S_BLOCK, true, "00000001000", "AT_NONCE_S", "at-nonce-s" },
	{ AT_NOTIFICATION, EAP_S_NUMBER, false, "00001000000", "AT_NOTIFICATION", "at-notification" },
	{ AT_CLIENT_ERROR_CODE, EAP_S_NUMBER, false, "00000010000", "AT_CLIENT_ERROR_CODE", "at-client-error-code" },
};

const unsigned eap_n_rows = sizeof eap_rows / sizeof eap_rows[0];

const struct eap_row *eap_row(uint8_t type)
{
	for (unsigned i = 0; i < eap_n_rows; i++) {
		if (eap_rows[i].type == type)
			return &eap_rows[i];
	}
	return NULL;
}

struct message {
	uint8_t code, subtype;
	uint8_t column;			/* enum eap_column */
	const char *name;		/* for ladders */
};

static const struct message messages[] = {
	{ EAP_REQUEST, AKA_IDENTITY, EAP_C_REQ_IDENTITY, "EAP-Request/AKA-Identity" },
	{ EAP_RESPONSE, AKA_IDENTITY, EAP_C_RSP_IDENTITY, "EAP-Response/AKA-Identity" },
	{ EAP_REQUEST, AKA_CHALLENGE, EAP_C_REQ_CHALLENGE, "EAP-Request/AKA-Challenge" },
	{ EAP_RESPONSE, AKA_CHALLENGE, EAP_C_RSP_CHALLENGE, "EAP-Response/AKA-Challenge" },
	{ EAP_REQUEST, AKA_NOTIFICATION, EAP_C_REQ_NOTIFICATION, "EAP-Request/AKA-Notification" },
	{ EAP_RESPONSE, AKA_NOTIFICATION, EAP_C_RSP_NOTIFICATION, "EAP-Response/AKA-Notification" },
	{ EAP_RESPONSE, AKA_CLIENT_ERROR, EAP_C_RSP_CLIENT_ERROR, "EAP-Response/AKA-Client-Error" },
	{ EAP_REQUEST, AKA_REAUTHENTICATION, EAP_C_REQ_REAUTH, "EAP-Request/AKA-Reauthentication" },
	{ EAP_RESPONSE, AKA_REAUTHENTICATION, EAP_C_RSP_REAUTH, "EAP-Response/AKA-Reauthentication" },
	{ EAP_RESPONSE, AKA_AUTHENTICATION_REJECT, EAP_C_RSP_REJECT, "EAP-Response/AKA-Authentication-Reject" },
	{ EAP_RESPONSE, AKA_SYNCHRONIZATION_FAILURE, EAP_C_RSP_SYNC, "EAP-Response/AKA-Synchronization-Failure" },
};

#define N_MESSAGES (sizeof messages / sizeof messages[0])

static const struct message *message_of(uint8_t code, uint8_t subtype)
{
	for (size_t i = 0; i < N_MESSAGES; i++) {
		if (messages[i].code == code && messages[i].subtype == subtype)
			return &messages[i];
	}
	return NULL;
}

int eap_column(uint8_t code, uint8_t subtype)
{
	const struct message *m = message_of(code, subtype);

	return m ? m->column : -1;
}

/* ---- the check --------------------------------------------------------------------------------------------------- */

struct check {
	struct wire_diags *d;
	const char *first;
};

static void deviation(struct check *c, const char *id, uint32_t at, uint32_t type)
{
	wire_note(c->d, id, "RFC 4187 10.1", at, type);
	if (!c->first)
		c->first = id;
}

static bool has(const struct eap_attrs *as, uint8_t type) { return eap_attr_find(as, type); }

static void check_list(struct check *c, const struct eap_attrs *as, int column, bool nested)
{
	for (unsigned i = 0; i < as->n; i++) {
		const struct eap_row *row = eap_row(as->a[i].type);

		if (row && (row->in[column] == '0' || row->nested != nested))
			deviation(c, "eap-aka-attr-forbidden", as->a[i].at, row->type);
	}
	for (unsigned i = 0; i < eap_n_rows; i++) {
		const struct eap_row *row = &eap_rows[i];

		if (row->nested == nested && row->in[column] == '1' && !has(as, row->type))
			deviation(c, "eap-aka-attr-missing", 0, row->type);
	}
}

/* Exactly one identity request [RFC 4187 9.1]. */
static void check_asking(struct check *c, const struct eap_attrs *as)
{
	unsigned n = has(as, AT_PERMANENT_ID_REQ) + has(as, AT_ANY_ID_REQ) + has(as, AT_FULLAUTH_ID_REQ);

	if (n == 0)
		deviation(c, "eap-aka-attr-missing", 0, AT_ANY_ID_REQ);
	else if (n > 1)
		deviation(c, "eap-aka-attr-exclusive", 0, AT_ANY_ID_REQ);
}

/* With the P bit nothing is protected, without it everything is [RFC 4187 9.10]. */
static void check_notification(struct check *c, const struct eap_attrs *as)
{
	const struct eap_attr *n = eap_attr_find(as, AT_NOTIFICATION);

	if (!n)
		return;
	if ((n->value & AKA_N_P) && has(as, AT_MAC))
		deviation(c, "eap-aka-attr-forbidden", n->at, AT_MAC);
	else if (!(n->value & AKA_N_P) && !has(as, AT_MAC))
		deviation(c, "eap-aka-attr-missing", n->at, AT_MAC);
}

const char *eap_aka_check(const struct eap_packet *p, struct wire_diags *d)
{
	struct check c = { .d = d };
	int column = eap_column(p->code, p->subtype);

	if (column < 0)
		return "eap-aka-subtype";
	check_list(&c, &p->attrs, column, false);
	if (column == EAP_C_REQ_IDENTITY)
		check_asking(&c, &p->attrs);
	if (column == EAP_C_REQ_NOTIFICATION)
		check_notification(&c, &p->attrs);
	if (has(&p->attrs, AT_IV) != has(&p->attrs, AT_ENCR_DATA))
		deviation(&c, "eap-aka-attr-exclusive", 0, AT_IV);
	return c.first;
}

const char *eap_aka_check_nested(const struct eap_packet *outer, const struct eap_attrs *in, struct wire_diags *d)
{
	struct check c = { .d = d };
	int column = eap_column(outer->code, outer->subtype);

	if (column < 0)
		return "eap-aka-subtype";
	check_list(&c, in, column, true);
	return c.first;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

const char *eap_code_name(uint8_t code)
{
	static const char *const names[] = { "unknown", "Request", "Response", "Success", "Failure" };

	return names[code <= EAP_FAILURE ? code : 0];
}

const char *eap_type_name(uint8_t type)
{
	switch (type) {
	case EAP_IDENTITY:
		return "Identity";
	case EAP_NOTIFICATION:
		return "Notification";
	case EAP_NAK:
		return "Nak";
	case EAP_MD5:
		return "MD5-Challenge";
	case EAP_OTP:
		return "One-Time-Password";
	case EAP_GTC:
		return "Generic-Token-Card";
	case EAP_TLS:
		return "TLS";
	case EAP_SIM:
		return "SIM";
	case EAP_AKA:
		return "AKA";
	case EAP_AKA_PRIME:
		return "AKA'";
	case EAP_EXPANDED:
		return "Expanded";
	}
	return NULL;
}

const char *eap_aka_subtype_name(uint8_t subtype)
{
	for (size_t i = 0; i < N_MESSAGES; i++) {
		if (messages[i].subtype == subtype)
			return messages[i].name + (messages[i].code == EAP_REQUEST ? 12 : 13);
	}
	return NULL;
}

const char *eap_attr_name(uint8_t type)
{
	const struct eap_row *row = eap_row(type);

	return row ? row->name : NULL;
}

const char *eap_notification_name(uint16_t code)
{
	switch (code) {
	case AKA_N_FAILURE_AFTER:
		return "general failure after authentication";
	case AKA_N_DENIED:
		return "temporarily denied access";
	case AKA_N_NOT_SUBSCRIBED:
		return "not subscribed to the service";
	case AKA_N_FAILURE:
		return "general failure";
	case AKA_N_SUCCESS:
		return "success";
	}
	return code & AKA_N_S ? "no failure" : code & AKA_N_P ? "failure" : "failure after authentication";
}

/* The names of a request's and a response's type; NULL: "EAP-Request" alone. */
static const char *plain_name(uint8_t code, uint8_t type)
{
	bool request = code == EAP_REQUEST;

	switch (type) {
	case EAP_IDENTITY:
		return request ? "EAP-Request/Identity" : "EAP-Response/Identity";
	case EAP_NOTIFICATION:
		return request ? "EAP-Request/Notification" : "EAP-Response/Notification";
	case EAP_NAK:
		return "EAP-Response/Nak";
	case EAP_MD5:
		return request ? "EAP-Request/MD5-Challenge" : "EAP-Response/MD5-Challenge";
	case EAP_AKA:
		return request ? "EAP-Request/AKA" : "EAP-Response/AKA";
	}
	return request ? "EAP-Request" : "EAP-Response";
}

const char *eap_message_name(uint8_t code, uint8_t type, uint8_t subtype)
{
	const struct message *m = type == EAP_AKA ? message_of(code, subtype) : NULL;

	if (code == EAP_SUCCESS)
		return "EAP-Success";
	if (code == EAP_FAILURE)
		return "EAP-Failure";
	if (code != EAP_REQUEST && code != EAP_RESPONSE)
		return "EAP";
	return m ? m->name : plain_name(code, type);
}
