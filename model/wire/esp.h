/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Encapsulating Security Payload [RFC 4303 2] as octets, and what UDP port 4500 carries [RFC 3948 2].
 *
 * Nothing here encrypts: esp_frame lays out a packet whose ciphertext place still holds plaintext and whose IV and
 * ICV places still are the caller's to fill; esp_view says where they are in a received packet, and esp_trailer what
 * stands behind the payload once it was decrypted. Windows, keys and SAs are the business of net and proto. Extended
 * sequence numbers have no octets of their own [RFC 4303 2.2.1]: the upper half is the caller's.
 *
 *	SPI 4 | sequence 4 | IV | payload, padding, pad length 1, next header 1 (together the ciphertext) | ICV
 */
#ifndef MOOR_WIRE_ESP_H
#define MOOR_WIRE_ESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/print.h"

#define ESP_HDR_LEN 8u			/* SPI and sequence number */
#define ESP_TRAILER_LEN 2u		/* pad length and next header */

/*
 * What a cipher and an integrity transform take, in octets; also used for the Encrypted payload of IKE. AES-CBC with
 * HMAC-SHA2-256-128: { 16, 16, 16 }; AES-GCM-16: { 8, 1, 16 }, IKE; ESP aligns to 4 by itself.
 */
struct seal_sizes {
	uint8_t iv;			/* explicit IV, 0..16 */
	uint8_t block;			/* the ciphertext is a multiple of it; 1..16, a power of two */
	uint8_t icv;			/* 0..32 */
};

struct esp_hdr {
	uint32_t spi;			/* 0 never occurs on the wire; 1..255 reserved [RFC 4303 2.1] */
	uint32_t seq;			/* the low 32 bits */
};

/* Where the parts of a packet are: offsets from the SPI's first octet. */
struct esp_parts {
	struct esp_hdr h;
	uint32_t iv, iv_len;
	uint32_t ct, ct_len;		/* ciphertext: payload, padding and trailer */
	uint32_t icv, icv_len;
	uint32_t len;			/* all octets */
	uint32_t aad_len;		/* from 0, ESP_HDR_LEN: associated data of an AEAD without ESN [RFC 4106 5] */
	uint32_t auth_len;		/* from 0 up to the ICV: what a separate integrity transform covers */
};

/* SPI and sequence number; false when n < 8. */
bool esp_hdr_decode(const uint8_t *p, size_t n, struct esp_hdr *out);

/*
 * The parts of the n octets at p. False with *why (may be NULL) "esp-short" when header, IV, trailer and ICV do not
 * fit, "esp-block" when the ciphertext is no multiple of the block (at least 4 [RFC 4303 2.4]), "esp-spi-zero".
 */
bool esp_view(const uint8_t *p, size_t n, const struct seal_sizes *z, struct esp_parts *out, const char **why);

/*
 * What stands at the end of the n decrypted octets at p. False when there are fewer than 2 or the pad length claims
 * more than there is. *payload_len: octets before the padding. pad_pattern_ok (may be NULL): the padding is 1, 2, 3,
 * ... as [RFC 4303 2.4] wants by default; a receiver should check it when the cipher does not say otherwise.
 */
bool esp_trailer(const uint8_t *p, size_t n, size_t *payload_len, uint8_t *next_header, bool *pad_pattern_ok);

/* Octets of a packet with a payload of n octets. */
size_t esp_len(size_t n, const struct seal_sizes *z);
/* The longest payload of which esp_len is not more than max; 0 when none fits. */
size_t esp_payload_max(size_t max, const struct seal_sizes *z);

/*
 * Lays out a packet at buf: header, then room for the IV (untouched), the payload (copied, unless it stands there
 * already: payload == buf + 8 + z->iv), padding 1, 2, 3, ..., pad length, next header, and room for the ICV
 * (untouched). Returns its octets, or 0 when they do not fit into cap. next_header: PROTO_MH, PROTO_IP6, ... (tunnel
 * mode: PROTO_IP4, PROTO_IP6; dummy: PROTO_NONE). The payload may overlap its later place.
 */
size_t esp_frame(const struct esp_hdr *h, const struct seal_sizes *z, const uint8_t *payload, size_t n,
		 uint8_t next_header, uint8_t *buf, size_t cap, struct esp_parts *out);

/* ---- UDP port 4500 [RFC 3948 2] ---- */

#define NON_ESP_MARKER_LEN 4u

enum udp4500 {
	UDP4500_IKE,			/* 4 zero octets, then an IKE message */
	UDP4500_ESP,
	UDP4500_KEEPALIVE,		/* one octet ff: ignore */
	UDP4500_BAD			/* neither: fewer than 4 octets, or none */
};

struct udp4500_view {
	enum udp4500 kind;
	const uint8_t *inner;		/* lent: the IKE message behind the marker, or the ESP packet */
	uint32_t inner_len;
};

/* What the n octets behind a UDP header of port 4500 are. */
struct udp4500_view udp4500_demux(const uint8_t *p, size_t n);

/* ---- for people ---- */

/* Header fields, IV and ciphertext as octets; offsets count from base_offset. */
void esp_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);
/* "ESP spi 0x01020304 seq 7"; octets added. */
size_t esp_summary(const uint8_t *p, size_t n, struct text *t);

#endif
