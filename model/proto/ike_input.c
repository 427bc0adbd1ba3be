/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE messages coming in: what they belong to, whether they are authentic and new, and who handles them
 *
 * [RFC 7296 2.1, 2.2, 2.3, 2.5, 2.21.4, 2.23], [RFC 3948 2.2]. Until a message was opened with the SA's keys it changes
 * nothing. With a window of one there is one message id that a request may have and one that a response may have;
 * the request before it is answered again with the same octets, once it proved authentic.
 *
 * Unprotected notifies outside IKE_SA_INIT are but hints, worth a liveness check now and then [RFC 7296 2.4, 2.21.4].
 */
#include "proto/ike_priv.h"

#include <string.h>

#define MARKER_LEN 4u
#define KEEPALIVE 0xffu
#define HINT_PERIOD (10 * MOOR_S)	/* hints are not taken more often */

/* A datagram from its IKE header on. */
struct in {
	struct ike *k;
	struct ike_path path;
	struct ike_hdr h;
	const uint8_t *p;
	size_t n;
};

static void stray(struct in *in, uint16_t notify, const uint8_t *data, size_t n)
{
	struct ike_hdr h = in->h;

	if (h.flags & IKE_FLAG_R || !ike_stray_allowed(in->k))
		return;
	h.version = IKE_VERSION;
	h.flags = (uint8_t)(IKE_FLAG_R | (h.flags & IKE_FLAG_I ? 0 : IKE_FLAG_I));
	ike_stray_notify(in->k, &in->path, &h, notify, data, n);
}

/* ---- hints ------------------------------------------------------------------------------------------------------- */

static bool is_hint(const struct ike_msg *m)
{
	return ike_find_notify(m, IKE_N_INVALID_IKE_SPI) || ike_find_notify(m, IKE_N_INVALID_SPI);
}

static void take_hint(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	if (sa->machine.state != IKE_SA_ESTABLISHED || sa->task || ike_now(k) - sa->heard < MOOR_S)
		return;
	if (k->hint_at && ike_now(k) - k->hint_at < HINT_PERIOD)
		return;
	k->hint_at = ike_now(k);
	ike_intend(sa, INTENT_CHECK, 0);
	ike_go_on(sa);
}

/* A word about SPIs that are not known there: of any SA with whoever lives at that address [RFC 7296 1.5, 2.4]. */
static void hint_from(struct in *in)
{
	struct ike_msg *m = &in->k->iw->outer;
	moor_handle h = in->k->first;

	if (!ike_decode(in->p, in->n, m, NULL) || !is_hint(m))
		return;
	for (unsigned i = 0; h && i < 16; i++) {
		struct ike_sa *sa = slab_get(&in->k->iw->sas, h);

		h = sa->next;
		if (ip6_eq(&sa->path.peer, &in->path.peer)) {
			take_hint(sa);
			return;
		}
	}
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/*
 * Decrypts the message into iw->plain behind the room for a header. False: it is not authentic, or a fragment of which
 * others are missing. *first is the type of the first payload, *n their octets.
 */
static bool open_sealed(struct ike_sa *sa, const struct in *in, uint8_t *first, size_t *n)
{
	struct ike_world *iw = sa->k->iw;
	uint8_t *plain = iw->plain + IKE_HDR_LEN;
	struct seal_sizes z = ike_seal_sizes(sa);
	const char *why = "ike-syntax";
	struct ike_sk sk;

	if (!ike_decode(in->p, in->n, &iw->outer, NULL) || !ike_sk_view(&iw->outer, &z, &sk, &why)) {
		ike_discard(sa->k, why, "RFC 7296 3.14");
		return false;
	}
	memcpy(plain, in->p + sk.ct, sk.ct_len);
	if (!crypto_open(ike_crypto(sa), sa->key_in, in->p + sk.iv, in->p, sk.aad_len, plain, sk.ct_len, in->p + sk.icv)) {
		ike_discard(sa->k, "ike-icv", "RFC 7296 3.14");
		return false;
	}
	if (!ike_sk_unpad(plain, sk.ct_len, n)) {
		ike_discard(sa->k, "ike-padding", "RFC 7296 3.14");
		return false;
	}
	*first = sk.inner;
	if (!sk.total)
		return true;
	if (!sa->fragments) {
		ike_discard(sa->k, "ike-fragment", "RFC 7383 2.3");
		return false;
	}
	return ike_frag_in(sa, &in->h, &sk, plain, *n, first, n);
}

static void record(struct ike_sa *sa, const struct in *in, uint8_t first, size_t n)
{
	struct ike_world *iw = sa->k->iw;
	struct ike_hdr clear = in->h;

	if (!moor_record_wanted(iw->w, REC_SIGNAL_RX))
		return;
	clear.next = first;
	clear.length = (uint32_t)(IKE_HDR_LEN + n);
	ike_hdr_encode(&clear, iw->plain);
	ike_record_rx(sa, sa->k, &in->path, iw->plain, clear.length, true);
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static bool same_peer(const struct ike_path *a, const struct ike_path *b)
{
	return ip6_eq(&a->peer, &b->peer) && a->peer_port == b->peer_port && ip6_eq(&a->own, &b->own)
		&& a->own_port == b->own_port;
}

/*
 * An authentic, new message came from elsewhere [RFC 7296 2.23]: the initiator floats to port 4500 in its first
 * IKE_AUTH; a NAT changed its mind; or the peer moved [RFC 4877 9]. Who is behind a NAT itself does not follow.
 */
static void follow(struct ike_sa *sa, const struct in *in)
{
	bool response = in->h.flags & IKE_FLAG_R;
	unsigned state = sa->machine.state;

	if (same_peer(&sa->path, &in->path))
		return;
	if (state == IKE_SA_HALF_OPEN || state == IKE_SA_AUTHENTICATING) {
		sa->path = in->path;
		return;
	}
	if (sa->nat_here || (response && !sa->nat_there) || state < IKE_SA_ESTABLISHED)
		return;
	sa->path.own = in->path.own;
	sa->path.own_port = in->path.own_port;
	sa->path.peer = in->path.peer;
	sa->path.peer_port = in->path.peer_port;
	ike_children_move(sa);
	ike_post(sa, POST_MOVED);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void handle_request(struct ike_sa *sa, const struct ike_msg *m, uint8_t exchange)
{
	unsigned state = sa->machine.state;
	bool auth = state == IKE_SA_HALF_OPEN || state == IKE_SA_AUTHENTICATING;

	if (exchange == IKE_AUTH && auth) {
		ike_state(sa, IKE_EV_AUTH_REQUEST, IKE_SA_AUTHENTICATING);
		ike_auth_request(sa, m);
	} else if (exchange == IKE_CREATE_CHILD_SA && !auth) {
		ike_child_request(sa, m);
	} else if (exchange == IKE_INFORMATIONAL) {
		ike_info_request(sa, m);
	} else {
		ike_response_notify(sa, IKE_N_INVALID_SYNTAX, NULL, 0);
		ike_sa_fail(sa, IKE_SYNTAX, IKE_N_INVALID_SYNTAX);
	}
}

/* [RFC 7296 2.5, 2.21.2, 2.21.3]: bad format ends the SA, an unknown critical payload ends the exchange. */
static void judge_request(struct ike_sa *sa, const struct ike_msg *m, uint8_t exchange, bool readable)
{
	unsigned state = sa->machine.state;

	if (m->critical_unknown) {
		ike_response_notify(sa, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, &m->critical_unknown, 1);
		if (state < IKE_SA_ESTABLISHED)
			ike_sa_fail(sa, IKE_SYNTAX, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD);
	} else if (!readable) {
		ike_response_notify(sa, IKE_N_INVALID_SYNTAX, NULL, 0);
		ike_sa_fail(sa, IKE_SYNTAX, IKE_N_INVALID_SYNTAX);
	} else {
		handle_request(sa, m, exchange);
	}
}

/* [RFC 7296 2.1]: the octets that it was answered with before, to where it comes from now. */
static void repeat_answer(struct ike_sa *sa, const struct in *in)
{
	struct ike_world *iw = sa->k->iw;
	struct seal_sizes z = ike_seal_sizes(sa);
	struct ike_sk sk;

	ike_discard(sa->k, "ike-repeated", "RFC 7296 2.1");
	if (!sa->response || !ike_decode(in->p, in->n, &iw->outer, NULL) || !ike_sk_view(&iw->outer, &z, &sk, NULL))
		return;
	if (sk.total && sk.number != 1)		/* [RFC 7383 2.6.1] */
		return;
	memcpy(iw->plain, in->p + sk.ct, sk.ct_len);
	if (crypto_open(ike_crypto(sa), sa->key_in, in->p + sk.iv, in->p, sk.aad_len, iw->plain, sk.ct_len,
			in->p + sk.icv))
		ike_emit(sa->k, sa, &in->path, sa->response);
}

/*
 * A new SA of the peer's rekeying that collided with ours, which is not answered yet: it has no children before we know
 * that it is the one that stays. Its requests wait, by being repeated.
 */
static bool unsettled(const struct ike_sa *sa)
{
	return sa->told && sa->machine.state == IKE_SA_ESTABLISHED;
}

static void request_in(struct ike_sa *sa, const struct in *in)
{
	struct ike_world *iw = sa->k->iw;
	bool readable;
	uint8_t first;
	size_t n;

	if (in->h.mid + 1 == sa->next_expected) {
		repeat_answer(sa, in);
		return;
	}
	if (in->h.mid != sa->next_expected || sa->answering || sa->machine.state == IKE_SA_GONE) {
		ike_discard(sa->k, sa->answering ? "ike-busy" : "ike-message-id", "RFC 7296 2.3");
		return;
	}
	if (!open_sealed(sa, in, &first, &n))
		return;
	sa->heard = ike_now(sa->k);
	follow(sa, in);
	record(sa, in, first, n);
	ike_response_forget(sa);
	sa->answering = in->h.exchange;
	iw->rx_sa = sa;
	iw->rx_path = in->path;
	readable = ike_decode_payloads(first, iw->plain + IKE_HDR_LEN, n, &iw->inner, NULL);
	if (unsettled(sa) && !ike_deletes_ike(&iw->inner)) {
		ike_discard(sa->k, "ike-unsettled", "RFC 7296 2.8.2");
		sa->answering = 0;
		return;
	}
	judge_request(sa, &iw->inner, in->h.exchange, readable);
}

/* ---- responses --------------------------------------------------------------------------------------------------- */

static void handle_response(struct ike_sa *sa, const struct ike_msg *m, uint8_t exchange)
{
	if (exchange == IKE_AUTH) {
		ike_state(sa, IKE_EV_AUTH_RESPONSE, IKE_SA_AUTH_SENT);
		ike_auth_response(sa, m);
	} else if (exchange == IKE_CREATE_CHILD_SA) {
		ike_child_response(sa, m);
	} else {
		ike_info_response(sa, m);
	}
}

/*
 * What we said made the peer forget the SA [RFC 7296 2.21.3], or what it says makes no sense [2.5]: then it is told.
 * True: the response is dealt with.
 */
static bool is_fatal(struct ike_sa *sa, const struct ike_msg *m, bool readable)
{
	bool forgotten = readable && ike_find_notify(m, IKE_N_INVALID_SYNTAX);

	if (sa->machine.state == IKE_SA_DELETING || (readable && !m->critical_unknown && !forgotten))
		return false;
	if (forgotten || sa->machine.state < IKE_SA_ESTABLISHED)
		ike_sa_fail(sa, IKE_SYNTAX, IKE_N_INVALID_SYNTAX);
	else
		ike_sa_delete(sa, IKE_SYNTAX);
	return true;
}

static void response_in(struct ike_sa *sa, const struct in *in)
{
	struct ike_world *iw = sa->k->iw;
	struct ike_task *t = ike_task_of(sa);
	bool readable;
	uint8_t first;
	size_t n;

	if (!t || in->h.mid + 1 != sa->next_request || t->exchange != in->h.exchange || t->exchange == IKE_SA_INIT) {
		ike_discard(sa->k, "ike-message-id", "RFC 7296 2.3");
		return;
	}
	if (!open_sealed(sa, in, &first, &n))
		return;
	sa->heard = ike_now(sa->k);
	follow(sa, in);
	record(sa, in, first, n);
	iw->rx_sa = sa;
	iw->rx_path = in->path;
	readable = ike_decode_payloads(first, iw->plain + IKE_HDR_LEN, n, &iw->inner, NULL);
	/* the task is over; its handler may still look into it and begin the next one */
	moor_timer_cancel(iw->w, &t->timer);
	sa->task = 0;
	iw->answered = t;
	if (!is_fatal(sa, &iw->inner, readable))
		handle_response(sa, &iw->inner, in->h.exchange);
	iw->answered = NULL;
	ike_task_free(sa->k, t);
	if (sa->machine.state != IKE_SA_GONE) {
		ike_go_on(sa);
		ike_life_arm(sa);
	}
}

/* ---- dispatch ---------------------------------------------------------------------------------------------------- */

/*
 * With many SAs being set up each of them is far from the processor when its next message comes: what the message will
 * want is fetched while it is decrypted.
 */
static void fetch(const struct ike_sa *sa)
{
	const struct ike_world *iw = sa->k->iw;

	mem_fetch(sa, sizeof *sa);
	if (sa->task)
		mem_fetch(slab_at(&iw->tasks, slab_number(sa->task)), sizeof(struct ike_task));
	if (sa->auth)
		mem_fetch(slab_at(&iw->auths, slab_number(sa->auth)), 320);
}

static void protected_in(struct in *in)
{
	uint64_t own = in->h.flags & IKE_FLAG_I ? in->h.spi_r : in->h.spi_i;
	uint64_t other = in->h.flags & IKE_FLAG_I ? in->h.spi_i : in->h.spi_r;
	struct ike_sa *sa = own ? ike_sa_find(in->k, own) : NULL;
	bool sealed = in->h.next == IKE_P_SK || in->h.next == IKE_P_SKF;

	if (!sa || sa->initiator == !!(in->h.flags & IKE_FLAG_I) || (sa->initiator ? sa->spi_r : sa->spi_i) != other) {
		ike_discard(in->k, "ike-spi", "RFC 7296 2.21.4");
		if (sealed)
			stray(in, IKE_N_INVALID_IKE_SPI, NULL, 0);
		else
			hint_from(in);
		return;
	}
	fetch(sa);
	if (!sealed) {
		ike_discard(in->k, "ike-unprotected", "RFC 7296 2.21.4");
		if (ike_decode(in->p, in->n, &in->k->iw->outer, NULL) && is_hint(&in->k->iw->outer))
			take_hint(sa);
	} else if (!sa->key_in) {
		ike_discard(in->k, "ike-not-keyed", "RFC 7296 1.2");
	} else if (in->h.flags & IKE_FLAG_R) {
		response_in(sa, in);
	} else {
		request_in(sa, in);
	}
}

static void init_in(struct in *in)
{
	struct ike_sa *sa;

	if (!(in->h.flags & IKE_FLAG_R)) {
		if (in->h.flags & IKE_FLAG_I && in->h.spi_i && !in->h.spi_r && !in->h.mid)
			ike_init_request(in->k, &in->path, in->p, in->n);
		else
			ike_discard(in->k, "ike-syntax", "RFC 7296 1.2");
		return;
	}
	sa = in->h.flags & IKE_FLAG_I || in->h.mid ? NULL : ike_sa_find(in->k, in->h.spi_i);
	if (sa)
		fetch(sa);
	if (sa && sa->machine.state == IKE_SA_INIT_SENT)
		ike_init_response(sa, &in->path, in->p, in->n);
	else
		ike_discard(in->k, sa ? "ike-repeated" : "ike-spi", "RFC 7296 2.1");
}

static void message_in(struct in *in)
{
	if (!ike_hdr_decode(in->p, in->n, &in->h) || in->h.length != in->n) {
		ike_discard(in->k, "ike-length", "RFC 7296 3.1");
		return;
	}
	if (in->h.version >> 4 != IKE_VERSION >> 4) {		/* [RFC 7296 2.5] */
		ike_discard(in->k, "ike-version", "RFC 7296 2.5");
		if (in->h.version >> 4 > IKE_VERSION >> 4)
			stray(in, IKE_N_INVALID_MAJOR_VERSION, NULL, 0);
		return;
	}
	if (in->h.exchange == IKE_SA_INIT)
		init_in(in);
	else if (in->h.exchange >= IKE_AUTH && in->h.exchange <= IKE_INFORMATIONAL)
		protected_in(in);
	else
		ike_discard(in->k, "ike-exchange", "RFC 7296 3.1");
}

static struct ike_path path_of(const struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	return (struct ike_path){
		.own = rx->ip6 ? rx->ip6->h.dst : ip6_mapped(rx->dst4),
		.peer = rx->ip6 ? rx->ip6->h.src : ip6_mapped(rx->src4),
		.own_port = dport, .peer_port = sport,
	};
}

void ike_input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct ike *k = owner;
	struct in in = { .k = k, .path = path_of(rx, sport, dport), .p = rx->payload, .n = rx->payload_len };

	if (dport == IKE_PORT_NAT) {		/* [RFC 3948 2.2, 2.3] */
		if (in.n == 1 && in.p[0] == KEEPALIVE)
			return;
		if (in.n < MARKER_LEN) {
			ike_discard(k, "ike-length", "RFC 3948 2.2");
			return;
		}
		if (load32(in.p)) {		/* ESP, which net/ipsec.h takes before us when it knows the SA */
			ike_discard(k, "ike-marker", "RFC 3948 2.2");
			return;
		}
		in.p += MARKER_LEN;
		in.n -= MARKER_LEN;
	}
	ike_enter(k);
	k->iw->handling = true;
	message_in(&in);
	ike_leave(k);
}
