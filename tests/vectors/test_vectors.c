/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte vectors written from the documents' figures, against the decoders and encoders. The vectors' authors did not
 * write the codecs: what both agree on is what the document says. The loader itself is tested with files that must be
 * refused.
 */
#include <string.h>

#include "tests/unit/harness.h"
#include "tests/vectors/vectors.h"
#include "wire/eap.h"
#include "wire/ike.h"
#include "wire/mh.h"

static void complain(const struct vector *v, unsigned line, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void complain(const struct vector *v, unsigned line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	g_printerr("%s:%u: case %s [%s]: %s\n", v->file, line, v->name, v->clause ? v->clause : "no clause", text);
	CU_FAIL("a vector disagrees (see above)");
}

static bool has_text(const GPtrArray *a, const char *s)
{
	for (guint i = 0; i < a->len; i++)
		if (!strcmp(a->pdata[i], s))
			return true;
	return false;
}

/* Without a fault, the notes made are those listed, no others. */
static void check_notes(const struct vector *v, const struct vector_dump *d)
{
	for (guint i = 0; i < v->notes->len; i++)
		if (!has_text(d->notes, v->notes->pdata[i]))
			complain(v, v->line, "note %s was not made", (char *)v->notes->pdata[i]);
	for (guint i = 0; i < d->notes->len && !v->fault; i++)
		if (!has_text(v->notes, d->notes->pdata[i]))
			complain(v, v->line, "unexpected note %s", (char *)d->notes->pdata[i]);
}

static void check_fields(const struct vector *v, const struct vector_dump *d)
{
	for (guint i = 0; i < v->fields->len; i++) {
		const struct vector_field *f = &g_array_index(v->fields, struct vector_field, i);
		const char *other;

		if (vector_dump_has(d, f->path, f->value, &other)) {
			CU_PASS("field");
		} else {
			complain(v, f->line, "%s is %s, not %s", f->path, other ? other : "absent", f->value);
		}
	}
}

static void check_canonical(const struct vector *v)
{
	uint8_t again[MH_MAX];
	struct mh_msg m;

	if (!mh_decode(v->octets->data, v->octets->len, &m, NULL)) {
		complain(v, v->line, "cannot be decoded at %u: %s", m.fault.offset, m.fault.reason);
		return;
	}
	size_t n = mh_encode(&m, again, sizeof again);
	if (n >= 6)
		memcpy(again + 4, v->octets->data + 4, 2);	/* the checksum, which mh_encode leaves zero */
	if (n != v->octets->len || memcmp(again, v->octets->data, n))
		complain(v, v->line, "encoding again gives other octets (%zu of %u)", n, v->octets->len);
}

static void check_sum(const struct vector *v)
{
	g_autofree uint8_t *own = g_memdup2(v->octets->data, v->octets->len);

	if (!mh_sum_ok(v->octets->data, v->octets->len, &v->src, &v->dst))
		complain(v, v->line, "the checksum is not right between the given addresses");
	memset(own + 4, 0, 2);
	mh_seal(own, v->octets->len, &v->src, &v->dst);
	if (memcmp(own, v->octets->data, v->octets->len))
		complain(v, v->line, "mh_seal gives %02x%02x", own[4], own[5]);
}

static void check_vector(const struct vector *v)
{
	struct vector_dump d;
	bool whole = vector_dissect(v, v->octets->data, v->octets->len, &d);

	if (whole == v->fault)
		complain(v, v->line, whole ? "no fault was found" : "a fault was found");
	check_fields(v, &d);
	check_notes(v, &d);
	if (v->canonical)
		check_canonical(v);
	if (v->has_sum)
		check_sum(v);
	if (!v->fault && !v->notes->len && !vector_written_alike(v, v->octets->data, v->octets->len))
		complain(v, v->line, "encoding again gives other octets");
	if (v->k_aut && !vector_mac_ok(v, v->octets->data, v->octets->len))
		complain(v, v->line, "AT_MAC is not right");
	CU_PASS("vector");
	vector_dump_clear(&d);
}

static void test_every_vector_says_what_its_document_says(void)
{
	g_autofree char *folder = vectors_folder(), *error = NULL;
	g_autoptr(GPtrArray) all = vectors_load(folder, &error);

	if (!all) {
		g_printerr("%s\n", error);
		CU_FAIL("vectors cannot be loaded");
		return;
	}
	for (guint i = 0; i < all->len; i++)
		check_vector(all->pdata[i]);
	CU_ASSERT(all->len > 0);
}

/* ---- is every format there? -------------------------------------------------------------------------------------- */

struct coverage {
	bool good_message[MH_TYPES], bad_message[MH_TYPES];
	bool good_option[MH_OPT_TYPES], bad_option[MH_OPT_TYPES];
};

static void cover_options(const struct vector *v, const struct mh_msg *m, struct coverage *c)
{
	const guint8 *p = v->octets->data;
	guint n = v->octets->len;

	for (unsigned i = 0; i < m->n_opt; i++) {
		const struct mh_opt *o = &m->opt[i];

		if (o->type >= MH_OPT_TYPES)
			continue;
		if (!v->fault && !v->notes->len)
			c->good_option[o->type] = true;
		else if (o->bad || v->notes->len)
			c->bad_option[o->type] = true;
	}
	/* a fault names the octet where the option began that it met */
	if (m->fault.reason && m->fault.offset < n && p[m->fault.offset] < MH_OPT_TYPES)
		c->bad_option[p[m->fault.offset]] = true;
}

static void cover(const struct vector *v, struct coverage *c)
{
	struct mh_msg m;

	if (v->layer != VECTOR_MH || v->octets->len < 3 || v->octets->data[2] >= MH_TYPES)
		return;
	mh_decode(v->octets->data, v->octets->len, &m, NULL);
	if (!v->fault && !v->notes->len)
		c->good_message[m.type] = true;
	else if (v->fault)
		c->bad_message[v->octets->data[2]] = true;
	cover_options(v, &m, c);
}

/* FNA belongs to an experimental document that was replaced by one without it [RFC 5568] */
static bool has_figure(unsigned type)
{
	return mh_type_known((uint8_t)type) && type != MH_FNA;
}

/* Padding is no option of a decoded message; RFC 7411 counts in words, see rfc7411.txt. */
static bool has_layout(unsigned type)
{
	return mh_opt_known((uint8_t)type) && type != MH_OPT_PAD1 && type != MH_OPT_PADN &&
	       type != MH_OPT_MCAST_MOBILITY && type != MH_OPT_MCAST_ACK;
}

static void test_every_message_and_option_has_a_good_and_a_bad_vector(void)
{
	g_autofree char *folder = vectors_folder(), *error = NULL;
	g_autoptr(GPtrArray) all = vectors_load(folder, &error);
	struct coverage c = { 0 };

	for (guint i = 0; all && i < all->len; i++)
		cover(all->pdata[i], &c);
	for (unsigned i = 0; i < MH_TYPES; i++)
		if (has_figure(i) && !(c.good_message[i] && c.bad_message[i])) {
			g_printerr("%s: no %s vector\n", mh_type_name((uint8_t)i), c.good_message[i] ? "bad" : "good");
			CU_FAIL("a message is not covered");
		}
	for (unsigned i = 0; i < MH_OPT_TYPES; i++)
		if (has_layout(i) && !(c.good_option[i] && c.bad_option[i])) {
			g_printerr("%s: no %s vector\n", mh_opt_name((uint8_t)i), c.good_option[i] ? "bad" : "good");
			CU_FAIL("an option is not covered");
		}
	CU_ASSERT_PTR_NOT_NULL(all);
}

/* ---- the same of IKE and EAP ------------------------------------------------------------------------------------- */

struct ike_coverage {
	bool good_payload[256], bad_payload[256], transform[256], id[256], auth[256], notify[65536], cp[32768];
	bool good_attr[256], bad_attr[256], subtype[256];
};

static void cover_payload(const struct ike_payload *pl, struct ike_coverage *c)
{
	if (pl->type == IKE_P_IDI || pl->type == IKE_P_IDR)
		c->id[pl->id.type] = true;
	if (pl->type == IKE_P_AUTH)
		c->auth[pl->auth.method] = true;
	if (pl->type == IKE_P_NOTIFY)
		c->notify[pl->notify.type] = true;
	for (unsigned i = 0; pl->type == IKE_P_CP && i < pl->cp.n; i++)
		c->cp[pl->cp.attr[i].type] |= pl->cp.attr[i].len;
}

static void cover_ike(const struct vector *v, struct ike_coverage *c)
{
	const struct ike_payload *pl;
	struct ike_msg m;

	if (v->layer == VECTOR_IKE_CHAIN)
		ike_decode_payloads(v->first, v->octets->data, v->octets->len, &m, NULL);
	else
		ike_decode(v->octets->data, v->octets->len, &m, NULL);
	if (v->fault)
		c->bad_payload[v->first] = true;
	for (pl = m.payload; pl < m.payload + m.n; pl++) {
		*(v->fault || v->notes->len ? &c->bad_payload[pl->type] : &c->good_payload[pl->type]) = true;
		if (!v->fault && !v->notes->len)
			cover_payload(pl, c);
	}
	for (unsigned i = 0; !v->fault && i < m.n_transform; i++)
		c->transform[m.transform[i].type] = true;
}

static void cover_eap(const struct vector *v, struct ike_coverage *c)
{
	struct reader r = reader_on(v->octets->data, v->octets->len);
	struct eap_packet m = { 0 };
	bool good = !v->fault && !v->notes->len;

	if (v->layer == VECTOR_EAP)
		eap_decode(&r, &m, NULL);
	else
		eap_attrs_decode(&r, &m.attrs, NULL);
	for (unsigned i = 0; i < m.attrs.n; i++)
		*(good ? &c->good_attr[m.attrs.a[i].type] : &c->bad_attr[m.attrs.a[i].type]) = true;
	if (r.fault.reason && r.fault.offset < v->octets->len)
		c->bad_attr[v->octets->data[r.fault.offset]] = true;
	c->subtype[m.subtype] |= good;
}

static void want(bool there, const char *kind, unsigned number)
{
	if (there)
		return;
	g_printerr("no vector for %s %u\n", kind, number);
	CU_FAIL("a format is not covered");
}

static void test_every_payload_and_attribute_of_ike_and_eap_has_vectors(void)
{
	static const uint16_t notifies[] = {
		1, 4, 5, 7, 9, 11, 14, 17, 24, 34, 35, 36, 37, 38, 39, 42, 43, 44, 16384, 16385, 16386, 16388, 16389,
		16390, 16391, 16392, 16393, 16394, 16395, 16404, 16405, 16406, 16407, 16408, 16417, 16418, 16428, 16430,
		16431, IKE_N_PDN_IDENTIFIER,
	};
	static const uint8_t cps[] = { 1, 2, 3, 4, 6, 7, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 };
	static const uint8_t ids[] = { 1, 2, 3, 5, 9, 10, 11 }, auths[] = { 1, 2, 3, 9, 10, 11, 13, 14 };
	static const uint8_t subtypes[] = { 1, 2, 4, 5, 12, 13, 14 };
	g_autofree char *folder = vectors_folder(), *error = NULL;
	g_autoptr(GPtrArray) all = vectors_load(folder, &error);
	g_autofree struct ike_coverage *c = g_new0(struct ike_coverage, 1);

	for (guint i = 0; all && i < all->len; i++) {
		const struct vector *v = all->pdata[i];

		if (v->layer == VECTOR_IKE || v->layer == VECTOR_IKE_CHAIN)
			cover_ike(v, c);
		else if (v->layer == VECTOR_EAP || v->layer == VECTOR_EAP_ATTRS)
			cover_eap(v, c);
	}
	for (unsigned i = IKE_P_SA; i <= IKE_P_SKF; i++)
		want((i > IKE_P_EAP && i != IKE_P_SKF) || (c->good_payload[i] && c->bad_payload[i]), "payload", i);
	for (unsigned i = IKE_T_ENCR; i <= IKE_T_ESN; i++)
		want(c->transform[i], "transform", i);
	for (unsigned i = 0; i < G_N_ELEMENTS(notifies); i++)
		want(c->notify[notifies[i]], "notify", notifies[i]);
	for (unsigned i = 0; i < G_N_ELEMENTS(cps); i++)
		want(c->cp[cps[i]], "configuration attribute", cps[i]);
	for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
		want(c->id[ids[i]], "identity", ids[i]);
	for (unsigned i = 0; i < G_N_ELEMENTS(auths); i++)
		want(c->auth[auths[i]], "authentication method", auths[i]);
	for (unsigned i = 0; i < G_N_ELEMENTS(subtypes); i++)
		want(c->subtype[subtypes[i]], "EAP-AKA subtype", subtypes[i]);
	for (unsigned i = 0; i < 256; i++)
		want(!eap_attr_name((uint8_t)i) || (c->good_attr[i] && c->bad_attr[i]), "EAP-AKA attribute", i);
	CU_ASSERT_PTR_NOT_NULL(all);
}

static void test_broken_vector_files_are_refused_with_their_line(void)
{
	static const char *const bad[][2] = {
		{ "case a\nhex 0\ncount 1\n", "x:2: not hexadecimal octets" },
		{ "case a\nhex 00\n  0g\ncount 1\n", "x:3: not hexadecimal octets" },
		{ "case a\nlayer tcp\ncount 1\n", "x:2: no such layer" },
		{ "case a\nlayer ike-chain\ncount 1\n", "x:2: no such layer" },
		{ "case a\nseal 12 128 00\ncount 1\n", "x:2: seal wants: cipher bits key integrity key" },
		{ "case a\nmac 00\ncount 1\n", "x:2: mac wants: key extra" },
		{ "case a\nhex 00\n", "x: no count line at the end" },
		{ "case a\nhex 00\ncount 2\n", "x:3: count differs from the number of cases" },
		{ "hex 00\n", "x:1: no case yet" },
		{ "case a\nbu.sequence 4\ncount 1\n", "x:2: unknown line" },
		{ "case a\nsum 1 2\ncount 1\n", "x:2: sum wants two IPv6 addresses" },
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GPtrArray) out = vectors_new();
		char *error = NULL;

		CU_ASSERT_FALSE(vectors_parse("x", bad[i][0], out, &error));
		CU_ASSERT_STRING_EQUAL(error ? error : "none", bad[i][1]);
		g_free(error);
	}
}

static void test_a_wrong_value_is_noticed(void)
{
	GPtrArray *lines = g_ptr_array_new();
	struct vector_dump d = { .lines = lines };
	const char *other;

	g_ptr_array_add(lines, (char *)"mh.bu.sequence = 468");
	CU_ASSERT(vector_dump_has(&d, "bu.sequence", "468", &other));
	CU_ASSERT_FALSE(vector_dump_has(&d, "bu.sequence", "469", &other));
	CU_ASSERT_STRING_EQUAL(other, "468");
	CU_ASSERT_FALSE(vector_dump_has(&d, "u.sequence", "468", &other));
	g_ptr_array_add(lines, (char *)"mh.ba.status = 13 (thirteen)");
	CU_ASSERT(vector_dump_has(&d, "ba.status", "13", &other));
	CU_ASSERT(vector_dump_has(&d, "ba.status", "13 (thirteen)", &other));
	CU_ASSERT_FALSE(vector_dump_has(&d, "ba.status", "1", &other));
	CU_ASSERT_FALSE(vector_dump_has(&d, "ba.status", "13 (fourteen)", &other));
	g_ptr_array_free(lines, TRUE);
}

static const struct harness_test tests[] = {
	{ "every vector says what its document says", test_every_vector_says_what_its_document_says },
	{ "every message and option has a good and a bad vector",
	  test_every_message_and_option_has_a_good_and_a_bad_vector },
	{ "every payload and attribute of IKE and EAP has vectors",
	  test_every_payload_and_attribute_of_ike_and_eap_has_vectors },
	{ "broken vector files are refused with their line", test_broken_vector_files_are_refused_with_their_line },
	{ "a wrong value is noticed", test_a_wrong_value_is_noticed },
};

int main(int argc, char **argv)
{
	return harness_main("vectors", tests, G_N_ELEMENTS(tests), argc, argv);
}
