/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row per attribute of EAP-AKA: its shape, in which messages it may stand, its name. Reading, writing, checking and
 * printing work from it. For model/wire/eap*.c only.
 */
#ifndef MOOR_WIRE_EAP_ROWS_H
#define MOOR_WIRE_EAP_ROWS_H

#include "wire/eap.h"

enum eap_shape {
	EAP_S_BLOCK,		/* 2 reserved octets, 16 octets */
	EAP_S_AUTS,		/* 14 octets */
	EAP_S_RES,		/* length in bits, octets, padding */
	EAP_S_NAME,		/* length in octets, octets, padding */
	EAP_S_FLAG,		/* 2 reserved octets */
	EAP_S_NUMBER,		/* 16 bits */
	EAP_S_CIPHER,		/* 2 reserved octets, blocks of 16 octets */
	EAP_S_CHECK,		/* 2 reserved octets, 0 or 20 octets */
	EAP_S_PADDING		/* 2, 6 or 10 zeros */
};

/* Columns of the table of attributes [RFC 4187 10.1]. */
enum eap_column {
	EAP_C_REQ_IDENTITY, EAP_C_RSP_IDENTITY, EAP_C_REQ_CHALLENGE, EAP_C_RSP_CHALLENGE, EAP_C_REQ_NOTIFICATION,
	EAP_C_RSP_NOTIFICATION, EAP_C_RSP_CLIENT_ERROR, EAP_C_REQ_REAUTH, EAP_C_RSP_REAUTH, EAP_C_RSP_REJECT,
	EAP_C_RSP_SYNC, EAP_COLUMNS
};

struct eap_row {
	uint8_t type;
	enum eap_shape shape;
	bool nested;			/* inside AT_ENCR_DATA only */
	const char *in;			/* a character per column: '0' never, '1' always, '?' may */
	const char *name;		/* "AT_RAND" */
	const char *layer;		/* "at-rand" */
};

extern const struct eap_row eap_rows[];
extern const unsigned eap_n_rows;

const struct eap_row *eap_row(uint8_t type);		/* NULL: not known */
/* -1: no such message. */
int eap_column(uint8_t code, uint8_t subtype);

#endif
