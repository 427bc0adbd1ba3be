/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Composing IKEv2 messages: payload after payload into the caller's buffer. Next-payload and length fields, reserved
 * fields and the "last" octets of proposals and transforms are written by the codec. Encoding is strict: values
 * that contradict themselves or do not fit set the writer's fault, and ike_w_end then answers 0; what we composed
 * ourselves must fit, so proto asserts on it.
 *
 * A cleartext message:	ike_w_start, ike_w_sa, ..., ike_w_end
 * A protected one:	ike_w_inner, ike_w_id, ..., ike_w_end, then ike_sk_frame, then encrypt in place and set the ICV
 */
#ifndef MOOR_WIRE_IKE_WRITE_H
#define MOOR_WIRE_IKE_WRITE_H

#include "wire/ike.h"

struct ike_writer {
	struct writer w;
	uint8_t first;			/* type of the first payload, 0 none so far */
	bool inner;			/* no IKE header */
	uint32_t next_at;		/* where the type of the next payload is to be written; UINT32_MAX: nowhere */
};

/* A message with this header at buf; h->next and h->length are ignored. */
void ike_w_start(struct ike_writer *w, uint8_t *buf, size_t cap, const struct ike_hdr *h);
/* A chain of inner payloads at buf, without header. */
void ike_w_inner(struct ike_writer *w, uint8_t *buf, size_t cap);
/* Sets the header's length and tells the octets written; 0 when something failed. An empty inner chain is also 0:
 * w->w.fault tells the two apart (ike_w_ok). */
size_t ike_w_end(struct ike_writer *w);
static inline bool ike_w_ok(const struct ike_writer *w) { return writer_ok(&w->w); }

/* At most 255 proposals and, each, 255 transforms; odd transforms cannot be written. */
void ike_w_sa(struct ike_writer *w, const struct ike_proposal *p, unsigned n);
void ike_w_ke(struct ike_writer *w, uint16_t group, const uint8_t *data, size_t n);
/* type: IKE_P_IDI or IKE_P_IDR */
void ike_w_id(struct ike_writer *w, uint8_t type, uint8_t id_type, const uint8_t *data, size_t n);
void ike_w_cert(struct ike_writer *w, uint8_t encoding, const uint8_t *data, size_t n);
/* data: SHA-1 hashes of trusted authorities' public keys, one after the other; may be none */
void ike_w_certreq(struct ike_writer *w, uint8_t encoding, const uint8_t *data, size_t n);
void ike_w_auth(struct ike_writer *w, uint8_t method, const uint8_t *data, size_t n);
/* Method 14 [RFC 7427 3]: algorithm is the DER AlgorithmIdentifier, at most 255 octets. */
void ike_w_auth_sig(struct ike_writer *w, const struct ike_octets *algorithm, const uint8_t *sig, size_t n);
void ike_w_nonce(struct ike_writer *w, const uint8_t *data, size_t n);	/* 16..256 octets */
/* About the IKE SA or none: protocol 0 and no SPI. */
void ike_w_notify(struct ike_writer *w, uint16_t type, const uint8_t *data, size_t n);
/* About a child SA: protocol ESP or AH and its SPI of 4 octets in host order. */
void ike_w_notify_spi(struct ike_writer *w, uint8_t protocol, uint32_t spi, uint16_t type, const uint8_t *data,
		      size_t n);
void ike_w_delete_ike(struct ike_writer *w);		/* protocol 1, SPI size 0, none */
void ike_w_delete(struct ike_writer *w, uint8_t protocol, const uint32_t *spi, unsigned n);	/* SPIs in host order */
void ike_w_vendor(struct ike_writer *w, const uint8_t *data, size_t n);
/* type: IKE_P_TSI or IKE_P_TSR; 1..255 selectors of type 7 or 8 */
void ike_w_ts(struct ike_writer *w, uint8_t type, const struct ike_ts *ts, unsigned n);
void ike_w_cp(struct ike_writer *w, uint8_t cp_type, const struct ike_cp_attr *a, unsigned n);
void ike_w_eap(struct ike_writer *w, const uint8_t *data, size_t n);
/* A payload of any type with this body. */
void ike_w_raw(struct ike_writer *w, uint8_t type, bool critical, const uint8_t *body, size_t n);
/* A payload of any type whose n octets of body the caller writes; NULL when they do not fit. */
uint8_t *ike_w_room(struct ike_writer *w, uint8_t type, size_t n);

/*
 * A payload that was decoded, written again: octet for octet the same when the decoder noted nothing about it. A bad
 * one cannot be written. Nothing can follow an Encrypted payload.
 */
void ike_w_again(struct ike_writer *w, const struct ike_payload *pl);
/* The same of a whole cleartext message; its octets, or 0. */
size_t ike_encode(const struct ike_msg *m, uint8_t *buf, size_t cap);

/* Attribute values into buf; octets written (4, 17, 21, 16 or 20). ip4 NULL: IPv6 alone. */
size_t ike_cp_put_ip6(uint8_t buf[17], const struct ip6_addr *a, uint8_t bits);
size_t ike_cp_put_home_prefix(uint8_t buf[IKE_HOME_PREFIX_LEN], const struct ike_home_prefix *hp);
size_t ike_cp_put_home_agent(uint8_t buf[20], const struct ip6_addr *a, const struct ip4_addr *ip4);

/* ---- Encrypted payload ---- */

/* Octets of a message whose only payload is an SK (or SKF) with n octets of inner payloads. */
size_t ike_sk_len(size_t n, const struct seal_sizes *z, bool fragment);
/* The most inner octets of which ike_sk_len is not above max; 0 when none fit. */
size_t ike_sk_room(size_t max, const struct seal_sizes *z, bool fragment);

/*
 * Lays out a message at buf: header, SK header (SKF when total > 0: number 1..total), room for the IV (untouched), the
 * inner payloads (copied; they may overlap their place), zero padding, pad length, room for the ICV (untouched).
 * h->next and h->length are ignored. inner_type: type of the first inner payload, 0 for fragments after the first and
 * for an empty chain. Returns its octets, or 0 when it does not fit into cap or 65535 octets. The caller then writes
 * the IV, encrypts ct in place and sets the ICV.
 */
size_t ike_sk_frame(const struct ike_hdr *h, const struct seal_sizes *z, uint8_t inner_type, const uint8_t *inner,
		    size_t n, uint16_t number, uint16_t total, uint8_t *buf, size_t cap, struct ike_sk *out);

#endif
