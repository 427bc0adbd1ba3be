/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP-MD5-Challenge
 *
 * [RFC 3748 5.4] Value = MD5(identifier | password | challenge) [RFC 1994 4.1]. One round; no retries with another
 * password, no keys.
 */
#include "proto/eap_md5.h"

#include <string.h>

#include "crypto/md5.h"

#define VALUE 16u

static void value_of(uint8_t id, const char *password, const uint8_t *challenge, size_t n, uint8_t out[VALUE])
{
	const struct crypto_part parts[] = {
		{ &id, 1 }, { (const uint8_t *)password, strlen(password) }, { challenge, n }
	};

	crypto_md5(parts, CRYPTO_PARTS(parts), out);
}

/* Value-Size and Value [RFC 1994 4.1]; NULL: not as they must be. */
static const uint8_t *value_in(const struct eap_packet *m, uint8_t *n)
{
	if (m->type_data_len < 2)
		return NULL;
	*n = m->type_data[0];
	return *n && *n < m->type_data_len ? m->type_data + 1 : NULL;
}

static size_t put_value(uint8_t code, uint8_t id, const uint8_t value[VALUE], struct eap_out *out)
{
	uint8_t data[1 + VALUE] = { VALUE };

	memcpy(data + 1, value, VALUE);
	return eap_encode_plain(code, id, EAP_MD5, data, sizeof data, out->octets, sizeof out->octets);
}

/* ---- peer -------------------------------------------------------------------------------------------------------- */

void eap_md5_peer_start(struct eap_md5_peer *p, const char *user, const char *password)
{
	*p = (struct eap_md5_peer){ .user = user, .password = password };
}

static size_t on_request(struct eap_md5_peer *p, const struct eap_packet *m, struct eap_out *out)
{
	static const uint8_t wanted[] = { EAP_MD5 };
	const uint8_t *challenge;
	uint8_t value[VALUE], n;

	switch (m->type) {
	case EAP_IDENTITY:
		return eap_encode_plain(EAP_RESPONSE, m->id, EAP_IDENTITY, (const uint8_t *)p->user, strlen(p->user),
					out->octets, sizeof out->octets);
	case EAP_NOTIFICATION:
		return eap_encode_plain(EAP_RESPONSE, m->id, EAP_NOTIFICATION, NULL, 0, out->octets, sizeof out->octets);
	case EAP_MD5:
		challenge = value_in(m, &n);
		if (!challenge)
			return 0;
		value_of(m->id, p->password, challenge, n, value);
		p->answered = true;
		return put_value(EAP_RESPONSE, m->id, value, out);
	}
	return eap_encode_plain(EAP_RESPONSE, m->id, EAP_NAK, wanted, sizeof wanted, out->octets, sizeof out->octets);
}

enum eap_outcome eap_md5_peer_input(struct eap_md5_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	struct reader r = reader_on(octets, n);
	struct eap_packet m;

	out->len = 0;
	if (p->outcome != EAP_RUNNING || !eap_decode(&r, &m, NULL))
		return p->outcome;
	if (m.code == EAP_REQUEST) {
		out->len = (uint16_t)on_request(p, &m, out);
	} else if (m.code == EAP_FAILURE) {
		p->outcome = EAP_FAILED;
		p->cause = EAP_CAUSE_FAILURE;
	} else if (m.code == EAP_SUCCESS && p->answered) {
		p->outcome = EAP_SUCCEEDED;
	}
	return p->outcome;
}

/* ---- server ------------------------------------------------------------------------------------------------------ */

enum eap_outcome eap_md5_server_start(struct eap_md5_server *s, const char *password, struct rng *rng, uint8_t id,
				      struct eap_out *out)
{
	*s = (struct eap_md5_server){ .password = password, .id = id };
	rng_octets(rng, s->challenge, sizeof s->challenge);
	out->len = (uint16_t)put_value(EAP_REQUEST, id, s->challenge, out);
	return s->outcome;
}

static bool is_right(const struct eap_md5_server *s, const struct eap_packet *m)
{
	uint8_t value[VALUE], n = 0;
	const uint8_t *told = m->type == EAP_MD5 ? value_in(m, &n) : NULL;

	if (!told || n != VALUE || !s->password)
		return false;
	value_of(s->id, s->password, s->challenge, sizeof s->challenge, value);
	return crypto_equal(value, told, VALUE);
}

enum eap_outcome eap_md5_server_input(struct eap_md5_server *s, const uint8_t *octets, size_t n, struct eap_out *out)
{
	struct reader r = reader_on(octets, n);
	struct eap_packet m;
	bool right;

	out->len = 0;
	if (s->outcome != EAP_RUNNING || !eap_decode(&r, &m, NULL) || m.code != EAP_RESPONSE || m.id != s->id)
		return s->outcome;
	if (m.type != EAP_MD5 && m.type != EAP_NAK)
		return s->outcome;
	right = is_right(s, &m);
	s->outcome = right ? EAP_SUCCEEDED : EAP_FAILED;
	s->cause = right ? EAP_CAUSE_NONE : m.type == EAP_NAK ? EAP_CAUSE_NAK : EAP_CAUSE_WRONG_RES;
	out->len = (uint16_t)eap_encode_result(right ? EAP_SUCCESS : EAP_FAILURE, s->id, out->octets, sizeof out->octets);
	return s->outcome;
}
