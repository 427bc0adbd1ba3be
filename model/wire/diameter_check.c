/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what a Diameter message must hold [RFC 6733 3.2, 7.1.5, 7.5]
 *
 * For each command the pairs that its grammar wants, and those that may stand once only: of the base protocol, of
 * RFC 4072 for EAP, of TS 29.273 9.2.2 for AAR. Pairs with the M bit that nobody here knows are refused as the base
 * protocol has it. Not here: the order of pairs (Session-Id is taken wherever it stands).
 */
#include "wire/diameter.h"

#define WANTS_MAX 9u

struct grammar {
	uint32_t command;
	bool request;
	uint32_t wants[WANTS_MAX];	/* ends with 0 */
};

static const struct grammar grammars[] = {
	{ DIAM_CER, true, { AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_HOST_IP_ADDRESS, AVP_VENDOR_ID, AVP_PRODUCT_NAME } },
	{ DIAM_CER, false, { AVP_RESULT_CODE, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_HOST_IP_ADDRESS, AVP_VENDOR_ID,
			     AVP_PRODUCT_NAME } },
	{ DIAM_DWR, true, { AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
	{ DIAM_DWR, false, { AVP_RESULT_CODE, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
	{ DIAM_DPR, true, { AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DISCONNECT_CAUSE } },
	{ DIAM_DPR, false, { AVP_RESULT_CODE, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
	{ DIAM_DER, true, { AVP_SESSION_ID, AVP_AUTH_APPLICATION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM,
			    AVP_DESTINATION_REALM, AVP_AUTH_REQUEST_TYPE, AVP_EAP_PAYLOAD } },
	{ DIAM_DER, false, { AVP_SESSION_ID, AVP_AUTH_APPLICATION_ID, AVP_AUTH_REQUEST_TYPE, AVP_ORIGIN_HOST,
			     AVP_ORIGIN_REALM } },
	{ DIAM_AAR, true, { AVP_SESSION_ID, AVP_AUTH_APPLICATION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM,
			    AVP_DESTINATION_REALM, AVP_AUTH_REQUEST_TYPE } },
	{ DIAM_AAR, false, { AVP_SESSION_ID, AVP_AUTH_APPLICATION_ID, AVP_AUTH_REQUEST_TYPE, AVP_ORIGIN_HOST,
			     AVP_ORIGIN_REALM } },
	{ DIAM_STR, true, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DESTINATION_REALM,
			    AVP_AUTH_APPLICATION_ID, AVP_TERMINATION_CAUSE } },
	{ DIAM_STR, false, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
	{ DIAM_ASR, true, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DESTINATION_REALM, AVP_DESTINATION_HOST,
			    AVP_AUTH_APPLICATION_ID } },
	{ DIAM_ASR, false, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
	{ DIAM_RAR, true, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DESTINATION_REALM, AVP_DESTINATION_HOST,
			    AVP_AUTH_APPLICATION_ID, AVP_RE_AUTH_REQUEST_TYPE } },
	{ DIAM_RAR, false, { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM } },
};

/* [RFC 6733 7.2]: an answer with the E bit has the grammar of errors */
static const struct grammar error_grammar = {
	0, false, { AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_RESULT_CODE }
};

/* What stands at most once in every message that has it. */
static const uint32_t once[] = {
	AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DESTINATION_REALM, AVP_DESTINATION_HOST, AVP_RESULT_CODE,
	AVP_AUTH_REQUEST_TYPE, AVP_EAP_PAYLOAD, AVP_EAP_MASTER_SESSION_KEY, AVP_TERMINATION_CAUSE, AVP_USER_NAME,
	AVP_EXPERIMENTAL_RESULT, AVP_DISCONNECT_CAUSE, AVP_RE_AUTH_REQUEST_TYPE,
};

static const struct grammar *grammar_of(const struct diam_msg *m)
{
	bool request = m->flags & DIAM_F_REQUEST;

	if (!request && m->flags & DIAM_F_ERROR)
		return &error_grammar;
	for (size_t i = 0; i < sizeof grammars / sizeof grammars[0]; i++) {
		if (grammars[i].command == m->command && grammars[i].request == request)
			return &grammars[i];
	}
	return NULL;
}

/* What is wrong with one pair. */
static uint32_t judge(const struct diam_msg *m, const struct diam_avp *a)
{
	static const uint8_t sizes[] = {
		[DIAM_T_U32] = 4, [DIAM_T_ENUM] = 4, [DIAM_T_U64] = 8, [DIAM_T_PREFIX6] = 17,
	};
	const struct diam_row *row = diam_row(a->id);
	struct ip6_addr address;

	if (!row && a->flags & DIAM_AVP_MUST)
		return DIAM_AVP_UNSUPPORTED;
	if (a->flags & DIAM_AVP_RESERVED && m->flags & DIAM_F_REQUEST)
		return DIAM_INVALID_AVP_BITS;		/* [RFC 6733 4.1, 7.1.3] */
	if (row && row->type < sizeof sizes && sizes[row->type] && sizes[row->type] != a->len)
		return DIAM_INVALID_AVP_LENGTH;
	if (row && row->type == DIAM_T_IDENTITY && !a->len)
		return DIAM_INVALID_AVP_LENGTH;
	if (row && row->type == DIAM_T_ADDRESS && !diam_address(a, &address))
		return DIAM_INVALID_AVP_VALUE;
	return DIAM_SUCCESS;
}

/*
 * The first pair that nobody may pass over, members of known groups too [RFC 6733 4.4], or whose data is none of its
 * type. What Failed-AVP quotes is wrong by its nature, and Proxy-Info is its agent's own.
 */
static uint32_t bad_pair(const struct diam_msg *m, const struct diam_avp **failed)
{
	for (unsigned i = 0; i < m->n; i++) {
		const struct diam_avp *a = &m->avp[i];
		uint32_t code = judge(m, a);

		*failed = a;
		if (code != DIAM_SUCCESS)
			return code;
		if (a->id == AVP_FAILED_AVP || a->id == AVP_PROXY_INFO)
			while (i + 1 < m->n && m->avp[i + 1].depth > a->depth)
				i++;
	}
	*failed = NULL;
	return DIAM_SUCCESS;
}

uint32_t diam_check(const struct diam_msg *m, const struct diam_avp **failed, uint32_t *missing)
{
	const struct grammar *g = grammar_of(m);
	uint32_t code = bad_pair(m, failed);

	*missing = AVP_OTHER;
	if (!g) {
		*failed = NULL;
		return DIAM_COMMAND_UNSUPPORTED;
	}
	if (code != DIAM_SUCCESS && g != &error_grammar)
		return code;
	*failed = NULL;
	for (unsigned i = 0; i < WANTS_MAX && g->wants[i]; i++) {
		if (!diam_find(m, NULL, g->wants[i])) {
			*missing = g->wants[i];
			return DIAM_MISSING_AVP;
		}
	}
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
		const struct diam_avp *a = diam_find(m, NULL, once[i]);

		*failed = a ? diam_next(m, a) : NULL;
		if (*failed)
			return DIAM_AVP_TOO_OFTEN;
	}
	return DIAM_SUCCESS;
}
