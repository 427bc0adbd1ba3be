/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole attaches with IKEv2: IKE_SA_INIT, EAP-AKA in IKE_AUTH, CREATE_CHILD_SA for the home address, BU and BA in ESP,
 * of N UEs with one home agent; both ends, the AAA server, router discovery, DAD and neighbour discovery are in every
 * figure.
 *
 *	P6   CPU per attach / sum of its own primitives, measured alone in the same process	must 1.25
 *	P7   attaches per CPU-second with modelled cryptography			must 20,000, moonshot 40,000
 *	P5   octets per UE, both ends, everything included			must 2,560, moonshot 1,600
 *
 * For P6 each group and signature has a process of its own, the combinations take turns, medians. The primitives are
 * counted in a run of few UEs and measured between the parts of the run that counts; means of both are compared.
 * Each UE has two child SAs, one of IKE_AUTH and the one for its home address; `childless` saves the first (RFC 6023).
 * The chain of certificates is validated once and remembered, in the sum as in the attach.
 *
 *	bench_ike [MOST]			all of it; P7 and P5 with up to MOST (1e5) UEs
 *	bench_ike --only PROVIDER N		one run of N: openssl, modelled, childless (modelled), none
 *	bench_ike --memory PROVIDER N		what the octets of N registered UEs are
 *	bench_ike --primitives			what an attach does with X25519 and ECDSA, and for how long
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/ike_world.h"
#include "tests/bench/measure.h"
#include "tests/bench/versus.h"

#define COUNTED 200u			/* UEs of the run that counts primitives */
#define PARTS 12u			/* of a run that has its primitives measured in between */
#define SPACING MOOR_MS			/* between two UEs: some 400 attach at a time */

struct result {
	double us, sum_us;		/* CPU per attach; the sum of its primitives */
	double octets, reported;	/* per UE: resident, reported by the model */
	double events;
	uint32_t good;
	struct primitive_uses uses;	/* of COUNTED UEs */
	double ns[PRIMITIVES];
};

static void add_kind(void *ctx, const char *what, uint64_t n, size_t octets)
{
	(void)what;
	(void)n;
	*(double *)ctx += (double)octets;
}

static struct result measure(const struct ike_world_config *c)
{
	struct bench_world *b = g_new(struct bench_world, 1);
	struct result r = { 0 };
	double before = resident(), start;

	ike_world_make(b, c);
	start = cpu_now();
	r.good = ike_world_run(b);
	r.us = (cpu_now() - start) / c->n * 1e6;
	r.octets = (resident() - before) / c->n;
	r.events = (double)moor_world_events(b->w) / c->n;
	ike_world_memory(b, add_kind, &r.reported);
	r.reported /= c->n;
	return r;		/* the process ends here: nothing is freed on purpose */
}

static void count_primitives(const struct ike_world_config *c, struct primitive_uses *out)
{
	struct bench_world *b = g_new(struct bench_world, 1);
	struct ike_world_config few = *c;

	few.n = COUNTED;
	ike_world_make(b, &few);
	primitives_begin(b->crypto);
	if (ike_world_run(b) != few.n)
		g_error("not all are registered");
	primitives_end(b->crypto, out);
}

/* The primitives are measured between the parts of the run: the machine's moods hit both alike. Means of both. */
static struct result measure_with_primitives(const struct ike_world_config *c)
{
	struct bench_world *b = g_new(struct bench_world, 1);
	struct primitive_setting s;
	struct result r = { 0 };
	double ns[PRIMITIVES], start, spent = 0;

	count_primitives(c, &r.uses);
	ike_world_make(b, c);
	s = ike_world_primitives(b);
	for (unsigned part = 0; part < PARTS; part++) {
		primitives_measure(b->crypto, &s, &r.uses, ns);
		for (unsigned p = 0; p < PRIMITIVES; p++)
			r.ns[p] += ns[p] / PARTS;
		crypto_take_cost(b->crypto);
		start = cpu_now();
		ike_world_part(b, part, PARTS);
		spent += cpu_now() - start;
	}
	r.good = ike_world_registered(b);
	r.us = spent / c->n * 1e6;
	for (unsigned p = 0; p < PRIMITIVES; p++)
		r.sum_us += (double)r.uses.of[p].calls / COUNTED * r.ns[p] / 1e3;
	return r;
}

static struct result in_own_process(const struct ike_world_config *c, bool primitives)
{
	struct result r = { 0 };
	int p[2];

	if (pipe(p))
		return r;
	if (!fork()) {
		r = primitives ? measure_with_primitives(c) : measure(c);
		_exit(write(p[1], &r, sizeof r) != (ssize_t)sizeof r);
	}
	close(p[1]);
	if (read(p[0], &r, sizeof r) != (ssize_t)sizeof r)
		memset(&r, 0, sizeof r);
	close(p[0]);
	wait(NULL);
	return r;
}

static bool all_there(const struct result *r, uint32_t n)
{
	if (r->good != n)
		printf("  wrong: %u of %u registered\n", r->good, n);
	return r->good == n;
}

/* ---- P6 ---------------------------------------------------------------------------------------------------------- */

static const uint16_t groups[] = { CRYPTO_DH_X25519, CRYPTO_DH_P_256, CRYPTO_DH_MODP_2048 };
/* The last one is what the load tester of strongSwan was measured with: RSA-1024. */
static const enum crypto_key_type signatures[] = { CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA,
						    CRYPTO_KEY_RSA };

#define COMBINATIONS (G_N_ELEMENTS(groups) * G_N_ELEMENTS(signatures))
#define ROUNDS 3

static struct ike_world_config real_config(unsigned k, uint32_t n)
{
	return (struct ike_world_config){ .kind = CRYPTO_OPENSSL, .group = groups[k / G_N_ELEMENTS(signatures)],
					  .signature = signatures[k % G_N_ELEMENTS(signatures)], .n = n,
					  .spacing = SPACING,
					  .rsa1024 = k % G_N_ELEMENTS(signatures) == G_N_ELEMENTS(signatures) - 1 };
}

static const char *signature_name(const struct ike_world_config *c)
{
	return c->rsa1024 ? "rsa-1024" : c->signature == CRYPTO_KEY_RSA ? "rsa-2048" : crypto_key_type_name(c->signature);
}

static bool real_crypto(void)
{
	unsigned rounds = versus_quick() ? 1 : ROUNDS;
	uint32_t n = versus_quick() ? 100 : 1000;
	double us[COMBINATIONS][ROUNDS], sum[COMBINATIONS][ROUNDS], ratio[COMBINATIONS][ROUNDS];
	bool good = true;

	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < COMBINATIONS; k++) {
			struct ike_world_config c = real_config(k, n);
			struct result r = in_own_process(&c, true);

			good = all_there(&r, n) && good;
			us[k][i] = r.us;
			sum[k][i] = r.sum_us;
			ratio[k][i] = r.us / r.sum_us;
		}
	printf("real cryptography, %u UEs, both ends and everything else; medians of %u\n"
	       "group, signature            us/attach  attaches/CPU-s  primitives us   ratio (must 1.25)\n", n, rounds);
	for (unsigned k = 0; k < COMBINATIONS; k++) {
		struct ike_world_config c = real_config(k, n);
		double each = versus_median(us[k], rounds);

		printf("%-10s %-14s %11.0f %15.0f %14.0f %7.3f\n", crypto_group_name(c.group),
		       signature_name(&c), each, 1e6 / each, versus_median(sum[k], rounds),
		       versus_median(ratio[k], rounds));
	}
	return good;
}

static int show_primitives(void)
{
	struct ike_world_config c = real_config(0, 1000);
	struct result r = in_own_process(&c, true);

	printf("%-24s %10s %10s %10s %10s\n", "primitive", "per attach", "octets", "ns each", "us");
	for (enum primitive p = 0; p < PRIMITIVES; p++) {
		const struct primitive_use *u = &r.uses.of[p];

		printf("%-24s %10.2f %10.0f %10.0f %10.2f\n", primitive_name(p), (double)u->calls / COUNTED,
		       u->calls ? (double)u->octets / (double)u->calls : 0, r.ns[p],
		       (double)u->calls / COUNTED * r.ns[p] / 1e3);
	}
	printf("%-24s %43.2f\n%-24s %43.2f   %.3f of it\n", "sum", r.sum_us, "attach", r.us, r.us / r.sum_us);
	return !all_there(&r, c.n);
}

/* ---- P7, P5 ------------------------------------------------------------------------------------------------------ */

static struct ike_world_config config_of(const char *provider, uint32_t n)
{
	return (struct ike_world_config){ .kind = strcmp(provider, "openssl") ? CRYPTO_MODELLED : CRYPTO_OPENSSL,
					  .group = CRYPTO_DH_X25519, .signature = CRYPTO_KEY_ECDSA_P_256, .n = n,
					  .spacing = SPACING, .plain = !strcmp(provider, "none"),
					  .childless = !strcmp(provider, "childless") };
}

static void head(void)
{
	printf("\n%-9s %8s %10s %14s %8s %14s %14s\n", "crypto", "UEs", "us/attach", "attaches/CPU-s", "events",
	       "octets/UE, RSS", "as reported");
}

static bool row(const char *provider, uint32_t n, unsigned rounds)
{
	struct ike_world_config c = config_of(provider, n);
	struct result r = { 0 };
	double us[ROUNDS];
	bool good = true;

	for (unsigned i = 0; i < rounds; i++) {
		r = in_own_process(&c, false);
		good = all_there(&r, n) && good;
		us[i] = r.us;
	}
	r.us = versus_median(us, rounds);
	printf("%-9s %8u %10.2f %14.0f %8.1f %14.0f %14.0f\n", provider, n, r.us, 1e6 / r.us, r.events, r.octets,
	       r.reported);
	fflush(stdout);
	return good;
}

static bool scale(uint32_t most)
{
	unsigned rounds = versus_quick() ? 1 : 3;
	bool good = true;

	head();
	for (uint32_t n = 1000; n <= most; n *= 10) {
		good = row("none", n, rounds) && good;
		good = row("modelled", n, rounds) && good;
		good = row("childless", n, rounds) && good;
		good = row("openssl", n, 1) && good;
	}
	return good;
}

struct kinds { double n, sum; };

static void print_kind(void *ctx, const char *what, uint64_t n, size_t octets)
{
	struct kinds *k = ctx;

	if ((double)octets / k->n >= 0.05)
		printf("  %-28s %10.3f %10.1f\n", what, (double)n / k->n, (double)octets / k->n);
	k->sum += (double)octets;
}

static int memory(const char *provider, uint32_t n)
{
	struct bench_world *b = g_new(struct bench_world, 1);
	struct ike_world_config c = config_of(provider, n);
	struct kinds k = { n, 0 };
	double before = resident();
	uint32_t good;

	ike_world_make(b, &c);
	good = ike_world_run(b);
	printf("%u of %u registered\n  %-28s %10s %10s\n", good, n, "kind", "of it/UE", "octets/UE");
	ike_world_memory(b, print_kind, &k);
	printf("  %-28s %10s %10.1f\n  %-28s %10s %10.1f\n", "sum", "", k.sum / n, "resident", "",
	       (resident() - before) / n);
	return good != n;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint32_t n = argc > 1 ? (uint32_t)g_ascii_strtoull(argv[argc - 1], NULL, 10) : versus_quick() ? 1000 : 100000;
	bool good;

	if (!strcmp(what, "--primitives"))
		return show_primitives();
	if (argc == 4 && !strcmp(what, "--memory"))
		return memory(argv[2], n);
	if (argc == 4 && !strcmp(what, "--only")) {
		head();
		return !row(argv[2], n, 1);
	}
	good = real_crypto();
	return !(scale(n) && good);
}
