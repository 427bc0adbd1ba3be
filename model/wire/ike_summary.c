/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKEv2 in one line
 *
 * The line for ladders and packet comments: exchange, direction, message id, then the payloads in the notation of
 * RFC 7296 1.2, notifies and deletes with what they say, EAP by its message. Encrypted payloads show their octets,
 * fragments their number; after decryption the inner payloads can be added in the same notation.
 */
#include "wire/eap.h"
#include "wire/ike.h"

static void named(struct text *t, enum ike_space space, unsigned value)
{
	const char *name = ike_name(space, value);

	if (name)
		text_str(t, name);
	else
		text_add(t, "%u", value);
}

static void deleted(struct text *t, const struct ike_payload *pl)
{
	text_str(t, "D(");
	named(t, IKE_SPACE_PROTOCOL, pl->del.protocol);
	for (unsigned i = 0; i < pl->del.n && i < 4 && pl->del.spi_len == 4; i++)
		text_add(t, " 0x%08x", load32(pl->del.spi + 4 * i));
	text_str(t, ")");
}

static void payload(struct text *t, const struct ike_payload *pl)
{
	text_str(t, " ");
	if (pl->bad || !ike_name(IKE_SPACE_PAYLOAD, pl->type)) {
		text_add(t, pl->bad ? "bad(%u)" : "P(%u)", pl->type);
		return;
	}
	switch (pl->type) {
	case IKE_P_NOTIFY:
		text_str(t, "N(");
		named(t, IKE_SPACE_NOTIFY, pl->notify.type);
		text_str(t, ")");
		return;
	case IKE_P_DELETE:
		deleted(t, pl);
		return;
	case IKE_P_CP:
		text_str(t, "CP(");
		named(t, IKE_SPACE_CP, pl->cp.type);
		text_str(t, ")");
		return;
	case IKE_P_EAP:
		text_str(t, eap_message_name(pl->data.p[0], pl->data.n > 4 ? pl->data.p[4] : 0,
					     pl->data.n > 5 ? pl->data.p[5] : 0));
		return;
	case IKE_P_SK:
		text_add(t, "SK{%u}", pl->sk.data.n);
		return;
	case IKE_P_SKF:
		text_add(t, "SKF{%u/%u}", pl->sk.number, pl->sk.total);
		return;
	}
	named(t, IKE_SPACE_PAYLOAD, pl->type);
}

size_t ike_summary_payloads(const struct ike_msg *m, struct text *t)
{
	size_t before = t->len;

	for (unsigned i = 0; i < m->n; i++)
		payload(t, &m->payload[i]);
	return t->len - before;
}

size_t ike_summary(const struct ike_msg *m, struct text *t)
{
	const char *name = ike_name(IKE_SPACE_EXCHANGE, m->h.exchange);
	size_t before = t->len;

	if (m->h.version >> 4 != IKE_VERSION >> 4) {	/* too short, or of another version: no more can be said */
		text_str(t, "IKE");
		if (m->h.version >> 4)
			text_add(t, "v%u", m->h.version >> 4);
		return t->len - before;
	}
	if (name)
		text_str(t, name);
	else
		text_add(t, "IKE exchange %u", m->h.exchange);
	text_add(t, " %s mid %u", m->h.flags & IKE_FLAG_R ? "response" : "request", m->h.mid);
	ike_summary_payloads(m, t);
	return t->len - before;
}
