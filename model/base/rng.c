/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: random streams
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11) keyed by a hash of
 * (master seed, entity, purpose). A stream is a key and a counter, so nothing has to be seeded in order, and one more
 * node in a scenario leaves every other node's draws as they were.
 *
 * The continuous distributions come from one uniform draw each, by inversion: an exponential is -mean * ln(u), a
 * normal uses a rational approximation of the inverse of its distribution function. ln() and the square root are made
 * here from + - * / alone, whose results IEEE 754 fixes to the bit; the mathematics library's are not the same
 * everywhere.
 */
#include "base/rng.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF	/* a fused multiply-add rounds once where two operations round twice */
#endif

typedef unsigned __int128 u128;

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];

	for (unsigned round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

struct rng rng_make(uint64_t master_seed, const char *entity, const char *purpose)
{
	XXH64_hash_t e = XXH3_64bits_withSeed(entity, strlen(entity), master_seed);

	/* hashed one after the other: "ab" + "c" and "a" + "bc" are different streams */
	return (struct rng){ .key = XXH3_64bits_withSeed(purpose, strlen(purpose), e) };
}

struct rng rng_at(uint64_t key, uint64_t counter)
{
	return (struct rng){ .key = key, .counter = counter & ~UINT64_C(1) };
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t n = r->counter++;
	uint32_t out[4];

	if (n & 1)
		return r->spare;
	rng_philox((const uint32_t[4]){ (uint32_t)(n >> 1), (uint32_t)(n >> 33), 0, 0 },
		   (const uint32_t[2]){ (uint32_t)r->key, (uint32_t)(r->key >> 32) }, out);
	r->spare = (uint64_t)out[3] << 32 | out[2];
	return (uint64_t)out[1] << 32 | out[0];
}

uint32_t rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}

/* Multiply-shift with rejection of the short remainder (Lemire 2019): no bias, a division only in the rare case. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
	u128 m;

	assert(n > 0);
	m = (u128)rng_u64(r) * n;
	if ((uint64_t)m < n) {
		uint64_t remainder = -n % n;

		while ((uint64_t)m < remainder)
			m = (u128)rng_u64(r) * n;
	}
	return (uint64_t)(m >> 64);
}

moor_time rng_span(struct rng *r, moor_time lo, moor_time hi)
{
	uint64_t width = (uint64_t)hi - (uint64_t)lo;

	assert(lo <= hi);
	if (width == UINT64_MAX)
		return (moor_time)rng_u64(r);
	return (moor_time)((uint64_t)lo + rng_below(r, width + 1));
}

double rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) / 9007199254740992.0;
}

bool rng_chance(struct rng *r, uint32_t ppm)
{
	return rng_below(r, 1000000) < ppm;
}

/*
 * ln(x) of a normal number x > 0: x = m * 2^e with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m - 1) / (m + 1)) by its
 * series; |z| <= 0.1716, so the terms up to z^21 leave an error below the last bit.
 */
static double natural_log(double x)
{
	uint64_t bits;
	int64_t e;
	double m, z, z2, sum = 0;

	memcpy(&bits, &x, sizeof bits);
	e = (int64_t)(bits >> 52) - 1023;
	bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52;
	memcpy(&m, &bits, sizeof m);
	if (m > 1.4142135623730951) {
		m = m * 0.5;
		e++;
	}
	z = (m - 1.0) / (m + 1.0);
	z2 = z * z;
	for (int k = 21; k >= 1; k -= 2)
		sum = sum * z2 + 1.0 / (double)k;
	return (double)e * 0.6931471805599453 + 2.0 * z * sum;
}

/* Newton's iteration from a guess with half the exponent; six steps reach the last bits of a double. */
static double square_root(double x)
{
	uint64_t bits;
	double y;

	memcpy(&bits, &x, sizeof bits);
	bits = (bits >> 1) + (UINT64_C(1023) << 51);
	memcpy(&y, &bits, sizeof y);
	for (int i = 0; i < 6; i++)
		y = 0.5 * (y + x / y);
	return y;
}

/* A uniform number in (0, 1): the middle of one of 2^53 steps, so that neither end is ever drawn. */
static double open_unit(struct rng *r)
{
	return ((double)(rng_u64(r) >> 11) + 0.5) / 9007199254740992.0;
}

/* Rounds to nearest; sticks at the range of moor_time, MOOR_NEVER left out. */
static moor_time to_time(double x)
{
	if (x >= 9.2e18)
		return (moor_time)9200000000000000000;
	if (x <= -9.2e18)
		return -(moor_time)9200000000000000000;
	return x < 0 ? -(moor_time)(0.5 - x) : (moor_time)(x + 0.5);
}

moor_time rng_exp(struct rng *r, moor_time mean)
{
	double u = open_unit(r);

	return to_time(-natural_log(u) * (double)mean);
}

/*
 * The inverse of the standard normal distribution function after P. J. Acklam: rational functions for the middle and
 * the tails, relative error below 1.2e-9, far finer than a nanosecond of any delay.
 */
static double normal_tail(double u)		/* for 0 < u < 0.02425: a negative number */
{
	double q = square_root(-2.0 * natural_log(u));

	return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q
		  - 2.549732539343734e+00) * q + 4.374664141464968e+00) * q + 2.938163982698783e+00)
		/ ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q
		    + 3.754408661907416e+00) * q + 1.0);
}

static double normal_inverse(double u)
{
	double q, s;

	if (u < 0.02425)
		return normal_tail(u);
	if (u > 1.0 - 0.02425)
		return -normal_tail(1.0 - u);
	q = u - 0.5;
	s = q * q;
	return (((((-3.969683028665376e+01 * s + 2.209460984245205e+02) * s - 2.759285104469687e+02) * s
		  + 1.383577518672690e+02) * s - 3.066479806614716e+01) * s + 2.506628277459239e+00) * q
		/ (((((-5.447609879822406e+01 * s + 1.615858368580409e+02) * s - 1.556989798598866e+02) * s
		     + 6.680131188771972e+01) * s - 1.328068155288572e+01) * s + 1.0);
}

moor_time rng_normal(struct rng *r, moor_time mean, moor_time sd, moor_time floor)
{
	moor_time t = to_time((double)mean + (double)sd * normal_inverse(open_unit(r)));

	return t < floor ? floor : t;
}

void rng_octets(struct rng *r, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		uint64_t v = rng_u64(r);

		for (size_t k = i; k < n && k < i + 8; k++, v >>= 8)
			out[k] = (uint8_t)v;
	}
}
