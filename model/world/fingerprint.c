/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: fingerprints
 *
 * 128 bits over everything a run can be observed by: each record in a canonical form (integers little-endian in a
 * fixed width, texts and octets with their length in front) into a streaming XXH3. Pointers, frame numbers and
 * handles are left out, so that two builds on two machines agree. The first text names the form.
 */
#include "world/priv.h"

#include <xxhash.h>

struct fingerprint {
	struct moor_world *world;
	struct fingerprint *next;
	XXH3_state_t *state;
	uint32_t n;
	uint8_t buf[512];	/* the fixed fields of a record fit several times */
};

static void flush(struct fingerprint *f)
{
	XXH3_128bits_update(f->state, f->buf, f->n);
	f->n = 0;
}

static void num(struct fingerprint *f, uint64_t v, unsigned octets)
{
	if (f->n + octets > sizeof f->buf)
		flush(f);
	for (unsigned i = 0; i < octets; i++, v >>= 8)
		f->buf[f->n++] = (uint8_t)v;
}

static void octets(struct fingerprint *f, const void *p, size_t n)
{
	if (f->n + n > sizeof f->buf)
		flush(f);
	if (n > sizeof f->buf) {
		XXH3_128bits_update(f->state, p, n);
	} else if (n) {
		memcpy(f->buf + f->n, p, n);
		f->n += (uint32_t)n;
	}
}

static void blob(struct fingerprint *f, const void *p, size_t n)
{
	num(f, n, 4);
	octets(f, p, n);
}

static void text(struct fingerprint *f, const char *s)
{
	blob(f, s ? s : "", s ? strlen(s) : 0);
}

static void addr(struct fingerprint *f, const struct ip6_addr *a) { octets(f, a->o, sizeof a->o); }

static void signal(struct fingerprint *f, const struct rec_signal *s)
{
	num(f, s->protocol, 1);
	num(f, s->type, 1);
	num(f, s->subtype, 1);
	num(f, s->status, 1);
	num(f, s->flags, 2);
	num(f, s->sequence, 2);
	num(f, s->lifetime, 2);
	num(f, s->attempt, 2);
	num(f, s->secured, 1);
	num(f, s->udp, 1);
	num(f, s->nat, 1);
	addr(f, &s->src);
	addr(f, &s->dst);
	addr(f, &s->home_address);
	addr(f, &s->care_of);
	blob(f, s->message, s->message_len);
}

static void binding(struct fingerprint *f, const struct moor_record *r)
{
	num(f, r->u.binding.what, 1);
	num(f, r->u.binding.at_home_agent, 1);
	num(f, r->u.binding.status, 1);
	num(f, r->u.binding.sequence, 2);
	num(f, r->u.binding.lifetime, 2);
	num(f, r->u.binding.udp_port, 2);
	addr(f, &r->u.binding.home_address);
	addr(f, &r->u.binding.care_of);
	octets(f, r->u.binding.home_address4.o, 4);
	if (r->u.binding.bid)
		num(f, r->u.binding.bid, 2);
}

static void nat(struct fingerprint *f, const struct moor_record *r)
{
	num(f, r->u.nat.what, 1);
	num(f, r->u.nat.protocol, 1);
	octets(f, r->u.nat.inside.o, 4);
	octets(f, r->u.nat.outside.o, 4);
	octets(f, r->u.nat.remote.o, 4);
	num(f, r->u.nat.inside_port, 2);
	num(f, r->u.nat.outside_port, 2);
	num(f, r->u.nat.remote_port, 2);
}

static void frame(struct fingerprint *f, const struct moor_record *r)
{
	blob(f, r->u.frame.octets, r->u.frame.len);
	text(f, r->u.frame.cause);
	num(f, r->u.frame.trace_class, 1);
}

static void aaa(struct fingerprint *f, const struct rec_aaa *a)
{
	num(f, a->command, 2);
	num(f, a->request, 1);
	num(f, a->sent, 1);
	num(f, a->result, 4);
	num(f, a->peer, 4);
	num(f, a->imsi, 8);
	num(f, (uint64_t)a->delay, 8);
	blob(f, a->eap, a->eap_len);
}

static void radio(struct fingerprint *f, const struct rec_radio *r)
{
	num(f, r->what, 1);
	num(f, r->channel, 2);
	num(f, r->cell, 2);
	num(f, (uint32_t)r->snr, 4);
	num(f, r->count, 4);
	octets(f, r->bssid.o, sizeof r->bssid.o);
	text(f, r->link);
	num(f, (uint64_t)r->heard, 8);
}

static void fields(struct fingerprint *f, const struct moor_record *r)
{
	switch (r->kind) {
	case REC_FRAME_TX: case REC_FRAME_RX: case REC_FRAME_DROP:
		frame(f, r);
		break;
	case REC_CARRIER:
		num(f, r->u.carrier.up, 1);
		text(f, r->u.carrier.link);
		break;
	case REC_STATE: case REC_REFUSED:
		text(f, r->u.state.machine ? r->u.state.machine->name : NULL);
		num(f, r->u.state.from, 1);
		num(f, r->u.state.to, 1);
		num(f, r->u.state.event, 1);
		break;
	case REC_SIGNAL_TX: case REC_SIGNAL_RX:
		signal(f, &r->u.signal);
		break;
	case REC_ADDRESS:
		num(f, r->u.address.what, 1);
		num(f, r->u.address.prefix_len, 1);
		addr(f, &r->u.address.addr);
		break;
	case REC_ROUTER:
		num(f, r->u.router.what, 1);
		addr(f, &r->u.router.router);
		addr(f, &r->u.router.prefix.addr);
		num(f, r->u.router.prefix.len, 1);
		num(f, r->u.router.n_prefixes, 1);
		num(f, r->u.router.managed, 1);
		num(f, r->u.router.other, 1);
		num(f, r->u.router.lifetime, 2);
		num(f, r->u.router.mtu, 4);
		num(f, r->u.router.valid, 4);
		num(f, r->u.router.preferred, 4);
		break;
	case REC_MOVE:
		num(f, r->u.move.what, 1);
		addr(f, &r->u.move.addr);
		break;
	case REC_BINDING:
		binding(f, r);
		break;
	case REC_DATA_TX: case REC_DATA_RX:
		num(f, r->u.data.flow, 4);
		num(f, r->u.data.octets, 4);
		num(f, r->u.data.sequence, 8);
		num(f, (uint64_t)r->u.data.sent_at, 8);
		num(f, r->u.data.direction, 1);
		break;
	case REC_NAT:
		nat(f, r);
		break;
	case REC_DHCP:
		num(f, r->u.dhcp.message, 1);
		num(f, r->u.dhcp.sent, 1);
		octets(f, r->u.dhcp.address.o, 4);
		break;
	case REC_DEVIATION:
		text(f, r->u.deviation.id);
		text(f, r->u.deviation.clause);
		num(f, r->u.deviation.offset, 4);
		num(f, r->u.deviation.value, 4);
		num(f, r->u.deviation.sent, 1);
		break;
	case REC_DISCARD:
		text(f, r->u.discard.reason);
		text(f, r->u.discard.clause);
		break;
	case REC_ACTION:
		text(f, r->u.action.verb);
		text(f, r->u.action.arg);
		break;
	case REC_NOTE:
		text(f, r->u.note);
		break;
	case REC_AAA:
		aaa(f, &r->u.aaa);
		break;
	case REC_RADIO:
		radio(f, &r->u.radio);
		break;
	case REC_KEYS:		/* follow from what is sent; kept out so that a key never leaves a hint in a hash */
	case REC_KINDS:
		break;
	}
}

static void sink(void *ctx, const struct moor_record *r)
{
	struct fingerprint *f = ctx;

	num(f, (uint64_t)r->at, 8);
	num(f, r->kind, 1);
	num(f, r->node, 4);
	num(f, r->port, 4);
	num(f, r->instance, 4);
	fields(f, r);
}

struct fingerprint *fingerprint_new(struct moor_world *w, bool protocol_only)
{
	struct fingerprint *f = mem_zeroed(sizeof *f);
	uint64_t kinds = 0;

	for (unsigned k = 0; k < REC_KINDS; k++) {
		if (!protocol_only || moor_record_is_protocol((enum rec_kind)k))
			kinds |= REC_BIT(k);
	}
	f->world = w;
	f->state = XXH3_createState();
	assert(f->state);
	XXH3_128bits_reset(f->state);
	text(f, "mooring fingerprint 1");
	f->next = w->fingerprints;
	w->fingerprints = f;
	moor_record_sink(w, kinds, sink, f);
	return f;
}

void fingerprint_text(const struct fingerprint *f, char out[33])
{
	static const char digits[] = "0123456789abcdef";
	struct fingerprint *own = (struct fingerprint *)(uintptr_t)f;	/* what waits in the buffer belongs to it */
	XXH128_canonical_t c;

	flush(own);
	XXH128_canonicalFromHash(&c, XXH3_128bits_digest(f->state));
	for (unsigned i = 0; i < 16; i++) {
		out[2 * i] = digits[c.digest[i] >> 4];
		out[2 * i + 1] = digits[c.digest[i] & 15];
	}
	out[32] = 0;
}

void fingerprint_free(struct fingerprint *f)
{
	if (!f)
		return;
	if (f->world) {
		struct fingerprint **at = &f->world->fingerprints;

		while (*at != f)
			at = &(*at)->next;
		*at = f->next;
		moor_record_unsink(f->world, sink, f);
	}
	XXH3_freeState(f->state);
	mem_free(f);
}

void fingerprints_orphan(struct moor_world *w)
{
	for (struct fingerprint *f = w->fingerprints; f; f = f->next)
		f->world = NULL;
	w->fingerprints = NULL;
}
