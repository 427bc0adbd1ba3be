/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each row of a cost table takes on this machine with the provider `openssl`. */
#ifndef MOOR_CLI_MEASURE_CRYPTO_H
#define MOOR_CLI_MEASURE_CRYPTO_H

#include "crypto/cost.h"

/* CPU time, medians of five turns; about a second. Prices are rounded to three digits: more would be noise. */
struct crypto_costs measure_crypto(void);

#endif
