/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both ends of EAP-AKA share: MACs, encrypted attributes, the checkcode, changes of state, and what a card keeps
 * between runs. For model/proto/eap*.c only.
 */
#ifndef MOOR_PROTO_EAP_PRIV_H
#define MOOR_PROTO_EAP_PRIV_H

#include "proto/eap_aka.h"

#define EAP_TEMP_TEXT 100u

/* What a server gave to a card: 128 octets, only for cards that were given something. */
struct eap_temp {
	uint8_t mk[20];
	uint16_t counter;		/* the least one accepted next */
	uint8_t pseudonym_len;		/* 0: none */
	uint8_t reauth_len;		/* octets of the re-authentication identity kept in text; 0: none */
	bool reauth_used;		/* a run began with it: it is never used again */
	bool own_realm;			/* "@" and the realm of the IMSI were cut off the re-authentication identity */
	uint8_t text[EAP_TEMP_TEXT];	/* the pseudonym's username, then the re-authentication identity */
};

static inline struct eap_temp *eap_temp_of(const struct usim *u, const struct usim_memory *m)
{
	return slab_get(&m->temps, u->temp);
}

/* Its whole re-authentication identity; 0: none. */
size_t eap_temp_reauth(const struct eap_temp *t, struct imsi i, uint8_t nai[EAP_NAI_MAX]);
/* The pseudonym as NAI; 0: none. */
size_t eap_temp_pseudonym(const struct eap_temp *t, struct imsi i, uint8_t nai[EAP_NAI_MAX]);
/* Names of 0 octets: none; what does not fit is not kept. context NULL: no re-authentication. */
void eap_temp_set(struct usim *u, struct usim_memory *m, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth_id,
		  size_t rn, const struct eap_aka_context *context);

/* False: recorded as refused. */
bool eap_admits(struct machine *m, const struct fsm *f, const struct eap_scene *s, uint8_t event);
void eap_go(struct machine *m, const struct fsm *f, const struct eap_scene *s, uint8_t to);

/* Over the packet with the value of AT_MAC as zeros, and extra [RFC 4187 10.15]. mac_at: as in struct eap_packet. */
void eap_mac_compute(struct crypto *c, const struct crypto_mac *k_aut, const uint8_t *octets, size_t n, size_t mac_at,
		     const uint8_t *extra, size_t n_extra, uint8_t out[EAP_MAC_OCTETS]);
bool eap_mac_good(struct crypto *c, const struct crypto_mac *k_aut, const uint8_t *octets, const struct eap_packet *p,
		  const uint8_t *extra, size_t n_extra);
/* Ends the message in out and fills in its MAC, when it has one. */
void eap_mac_finish(struct crypto *c, const struct crypto_mac *k_aut, struct eap_writer *w, const uint8_t *extra,
		    size_t n_extra, struct eap_out *out);

/* AT_IV and AT_ENCR_DATA of these attributes; pads and ends them. */
void eap_put_encrypted(struct eap_writer *w, struct crypto *c, const uint8_t k_encr[16], struct rng *rng,
		       struct eap_writer *inner);
/* Decrypts what the message has; plain: EAP_MAX octets, lent to `in`. False: none there, or not as it must be. */
bool eap_get_encrypted(struct crypto *c, const uint8_t k_encr[16], const struct eap_packet *p, uint8_t *plain,
		       struct eap_attrs *in);

/* False: there is no room. */
bool eap_rounds_add(struct eap_aka_rounds *r, const uint8_t *octets, size_t n);
void eap_put_checkcode(struct eap_writer *w, struct crypto *c, const struct eap_aka_rounds *r);
/* True too when the message has none. */
bool eap_checkcode_good(struct crypto *c, const struct eap_packet *p, const struct eap_aka_rounds *r);

/* K_encr and K_aut out of MK: they are not stored. */
void eap_keys_of_mk(struct eap_aka_keys *k);

#endif
