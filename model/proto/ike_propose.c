/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: proposals: what an SA payload offers and how one is chosen, for IKE and ESP alike
 *
 * [RFC 7296 2.7, 3.3]. Each suite of the configuration is a proposal of its own with one transform of each type, so an
 * answer names a suite by the proposal's number. The choosing side goes by its own order of preference and takes any
 * proposal whose transforms contain a suite; one with a transform type that is not known here is not acceptable
 * [RFC 7296 3.3.6]. AEADs go without an integrity transform [RFC 5282 8]. Extended sequence numbers are never chosen.
 */
#include "proto/ike_priv.h"

#define TRANSFORM_TYPES 5u

unsigned ike_transforms(const struct ike_suite *s, bool esp, bool pfs, struct ike_transform *t)
{
	unsigned n = 0;

	t[n++] = (struct ike_transform){ .type = IKE_T_ENCR, .id = s->encr, .key_bits = s->key_bits };
	if (!esp)
		t[n++] = (struct ike_transform){ .type = IKE_T_PRF, .id = s->prf };
	if (s->integ)
		t[n++] = (struct ike_transform){ .type = IKE_T_INTEG, .id = s->integ };
	if (s->dh && (!esp || pfs))
		t[n++] = (struct ike_transform){ .type = IKE_T_DH, .id = s->dh };
	if (esp)
		t[n++] = (struct ike_transform){ .type = IKE_T_ESN, .id = IKE_ESN_NO };
	return n;
}

/* Whether the type's transforms hold this one. None of the type is as good as one that says "none". */
static bool holds(const struct ike_proposal *p, uint8_t type, uint16_t id, uint16_t key_bits)
{
	unsigned of_type = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct ike_transform *t = &p->t[i];

		if (t->type != type)
			continue;
		of_type++;
		if (!t->odd && t->id == id && t->key_bits == key_bits)
			return true;
	}
	return !of_type && id == 0 && type != IKE_T_ESN;
}

static unsigned count_known(const struct ike_proposal *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n; i++)
		n += p->t[i].type >= IKE_T_ENCR && p->t[i].type <= IKE_T_ESN;
	return n;
}

bool ike_fits(const struct ike_proposal *p, const struct ike_suite *s, bool esp, bool pfs, bool exact)
{
	struct ike_transform t[TRANSFORM_TYPES];

	if (p->protocol != (esp ? IKE_PROTO_ESP : IKE_PROTO_IKE) || count_known(p) != p->n)
		return false;
	if (exact && p->n != ike_transforms(s, esp, pfs, t))
		return false;
	return holds(p, IKE_T_ENCR, s->encr, s->key_bits) && holds(p, IKE_T_INTEG, s->integ, 0)
		&& (esp ? holds(p, IKE_T_ESN, IKE_ESN_NO, 0) : holds(p, IKE_T_PRF, s->prf, 0))
		&& ((esp && !pfs) || holds(p, IKE_T_DH, s->dh, 0));
}

static struct ike_proposal of_ike(uint8_t number, const uint8_t *spi, const struct ike_transform *t, unsigned n)
{
	return (struct ike_proposal){ .number = number, .protocol = IKE_PROTO_IKE, .spi = spi, .spi_len = spi ? 8 : 0,
				      .t = t, .n = (uint8_t)n };
}

static void put_spi(uint8_t *p, uint64_t spi)
{
	store32(p, (uint32_t)(spi >> 32));
	store32(p + 4, (uint32_t)spi);
}

void ike_offer(const struct ike *k, struct ike_writer *w, uint64_t spi)
{
	struct ike_transform t[IKE_SUITES_MAX][TRANSFORM_TYPES];
	struct ike_proposal p[IKE_SUITES_MAX];
	uint8_t octets[8];

	put_spi(octets, spi);
	for (unsigned i = 0; i < k->c->n_ike; i++) {
		unsigned n = ike_transforms(&k->c->ike[i], false, false, t[i]);

		p[i] = of_ike((uint8_t)(i + 1), spi ? octets : NULL, t[i], n);
	}
	ike_w_sa(w, p, k->c->n_ike);
}

void ike_chosen(const struct ike *k, struct ike_writer *w, uint8_t suite, uint8_t number, uint64_t spi)
{
	struct ike_transform t[TRANSFORM_TYPES];
	unsigned n = ike_transforms(&k->c->ike[suite], false, false, t);
	struct ike_proposal p;
	uint8_t octets[8];

	put_spi(octets, spi);
	p = of_ike(number, spi ? octets : NULL, t, n);
	ike_w_sa(w, &p, 1);
}

bool ike_choose(const struct ike *k, const struct ike_payload *sa, uint8_t spi_len, uint8_t *suite,
		const struct ike_proposal **p)
{
	for (unsigned i = 0; i < k->c->n_ike; i++)
		for (unsigned j = 0; j < sa->sa.n; j++)
			if (sa->sa.p[j].spi_len == spi_len && ike_fits(&sa->sa.p[j], &k->c->ike[i], false, false, false)) {
				*suite = (uint8_t)i;
				*p = &sa->sa.p[j];
				return true;
			}
	return false;
}

bool ike_chosen_read(const struct ike *k, const struct ike_payload *sa, uint8_t spi_len, uint8_t *suite,
		     const struct ike_proposal **p)
{
	unsigned i;

	if (sa->sa.n != 1)
		return false;
	*p = &sa->sa.p[0];
	i = (*p)->number - 1u;
	/* some set the responder's SPI in the initial exchange too; it says nothing */
	if (i >= k->c->n_ike || (spi_len && (*p)->spi_len != spi_len) || !ike_fits(*p, &k->c->ike[i], false, false, true))
		return false;
	*suite = (uint8_t)i;
	return true;
}
