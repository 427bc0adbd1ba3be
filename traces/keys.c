/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key files for Wireshark: ikev2_decryption_table and esp_sa, in the forms that its tables of preferences have. They
 * exist so that a trace of ours can be read by an independent program down to the EAP payloads and the Binding Update
 * inside ESP. Beside them ike.keys, with which our own replay proves AUTH payloads and child keys. No clause.
 *
 * Algorithms stand there by Wireshark's own names. Addresses of ESP are wild cards unless the record names them,
 * because a mobile node's change; SPIs tell SAs apart.
 */
#include "traces/keys.h"

#include "wire/ike_num.h"

struct trace_keys {
	struct trace_out *ike, *esp, *facts;
	GHashTable *told;		/* gint64: a hash of each line */
};

/* ---- names ------------------------------------------------------------------------------------------------------- */

static const char *ike_encr(const struct rec_keys *k)
{
	bool longer = k->key_bits == 256;

	if (k->encr == IKE_ENCR_AES_CBC)
		return longer ? "AES-CBC-256 [RFC3602]" : "AES-CBC-128 [RFC3602]";
	if (k->encr == IKE_ENCR_AES_GCM_16)
		return longer ? "AES-GCM-256 with 16 octet ICV [RFC5282]" : "AES-GCM-128 with 16 octet ICV [RFC5282]";
	return k->encr == IKE_ENCR_NULL ? "NULL [RFC2410]" : NULL;
}

static const char *ike_integ(const struct rec_keys *k)
{
	if (k->integ == IKE_INTEG_HMAC_SHA1_96)
		return "HMAC_SHA1_96 [RFC2404]";
	if (k->integ == IKE_INTEG_HMAC_SHA2_256_128)
		return "HMAC_SHA2_256_128 [RFC4868]";
	return k->integ == IKE_INTEG_NONE ? "NONE [RFC4306]" : NULL;
}

static const char *esp_encr(const struct rec_keys *k)
{
	if (k->encr == IKE_ENCR_AES_CBC)
		return "AES-CBC [RFC3602]";
	if (k->encr == IKE_ENCR_AES_GCM_16)
		return "AES-GCM with 16 octet ICV [RFC4106]";
	return k->encr == IKE_ENCR_NULL ? "NULL" : NULL;
}

static const char *esp_integ(const struct rec_keys *k)
{
	if (k->integ == IKE_INTEG_HMAC_SHA1_96)
		return "HMAC-SHA-1-96 [RFC2404]";
	if (k->integ == IKE_INTEG_HMAC_SHA2_256_128)
		return "HMAC-SHA-256-128 [RFC4868]";
	return k->integ == IKE_INTEG_NONE ? "NULL" : NULL;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void hex(GString *s, const char *before, const uint8_t *p, uint8_t n)
{
	if (n)
		g_string_append(s, before);
	for (uint8_t i = 0; i < n; i++)
		g_string_append_printf(s, "%02x", p[i]);
}

char *trace_keys_ike(const struct rec_keys *k)
{
	const char *encr = ike_encr(k), *integ = ike_integ(k);
	GString *s;

	if (!encr || !integ)
		return NULL;
	s = g_string_new(NULL);
	g_string_append_printf(s, "%016" G_GINT64_MODIFIER "x,%016" G_GINT64_MODIFIER "x,", k->spi_i, k->spi_r);
	hex(s, "", k->encr_i, k->encr_len);
	g_string_append_c(s, ',');
	hex(s, "", k->encr_r, k->encr_len);
	g_string_append_printf(s, ",\"%s\",", encr);
	hex(s, "", k->integ_i, k->integ_len);
	g_string_append_c(s, ',');
	hex(s, "", k->integ_r, k->integ_len);
	g_string_append_printf(s, ",\"%s\"\n", integ);
	return g_string_free(s, FALSE);
}

static void end(GString *s, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];

	if (ip6_is_zero(a))
		g_string_append(s, ",\"*\"");
	else if (ip6_is_mapped(a))
		g_string_append_printf(s, ",\"%s\"", ip4_text(ip6_mapped_ip4(a), buf));
	else
		g_string_append_printf(s, ",\"%s\"", ip6_text(a, buf));
}

char *trace_keys_esp(const struct rec_keys *k, bool back)
{
	const char *encr = esp_encr(k), *integ = esp_integ(k);
	bool v4 = ip6_is_mapped(&k->a) || ip6_is_mapped(&k->b);
	GString *s;

	if (!encr || !integ)
		return NULL;
	s = g_string_new(v4 ? "\"IPv4\"" : "\"IPv6\"");
	end(s, back ? &k->b : &k->a);
	end(s, back ? &k->a : &k->b);
	g_string_append_printf(s, ",\"0x%08x\",\"%s\",\"", (guint)(back ? k->spi_r : k->spi_i), encr);
	hex(s, "0x", back ? k->encr_r : k->encr_i, k->encr_len);
	g_string_append_printf(s, "\",\"%s\",\"", integ);
	hex(s, "0x", back ? k->integ_r : k->integ_i, k->integ_len);
	g_string_append(s, "\"\n");
	return g_string_free(s, FALSE);
}

char *trace_keys_facts(const struct rec_keys *k)
{
	GString *s;

	if (!k->sk_d || !k->sk_pi || !k->sk_pr)
		return NULL;
	s = g_string_new(NULL);
	g_string_append_printf(s, "sk-d %016" G_GINT64_MODIFIER "x ", k->spi_i);
	hex(s, "", k->sk_d, k->prf_len);
	g_string_append_printf(s, "\nsk-p %016" G_GINT64_MODIFIER "x ", k->spi_i);
	hex(s, "", k->sk_pi, k->prf_len);
	hex(s, " ", k->sk_pr, k->prf_len);
	g_string_append_c(s, '\n');
	return g_string_free(s, FALSE);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static gint64 line_hash(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 1099511628211u;
	return (gint64)h;
}

/* Takes line. */
static void put(struct trace_keys *k, struct trace_out *o, char *line)
{
	gint64 hash;

	if (!line)
		return;
	hash = line_hash(line);
	if (!g_hash_table_contains(k->told, &hash)) {
		g_hash_table_add(k->told, g_memdup2(&hash, sizeof(hash)));
		trace_out_text(o, line);
	}
	g_free(line);
}

void trace_keys_record(struct trace_keys *k, const struct moor_record *r)
{
	const struct rec_keys *keys = &r->u.keys;

	if (!keys->esp) {
		put(k, k->ike, trace_keys_ike(keys));
		put(k, k->facts, trace_keys_facts(keys));
		return;
	}
	put(k, k->esp, trace_keys_esp(keys, false));
	put(k, k->esp, trace_keys_esp(keys, true));
}

static struct trace_out *open_in(const char *profile, const char *name, GError **error)
{
	char *path = g_build_filename(profile, name, NULL);
	struct trace_out *o = *error ? NULL : trace_out_open(path, OUT_LINES, error);

	g_free(path);
	return o;
}

struct trace_keys *trace_keys_new(const char *profile, GError **error)
{
	struct trace_keys *k = g_new0(struct trace_keys, 1);
	GError *e = NULL;

	k->told = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	k->ike = open_in(profile, KEYS_IKE, &e);
	k->esp = open_in(profile, KEYS_ESP, &e);
	k->facts = open_in(profile, KEYS_FACTS, &e);
	if (!e)
		return k;
	trace_keys_close(k, NULL);
	g_propagate_error(error, e);
	return NULL;
}

void trace_keys_flush(struct trace_keys *k)
{
	trace_out_flush(k->ike);
	trace_out_flush(k->esp);
	trace_out_flush(k->facts);
}

const GError *trace_keys_error(const struct trace_keys *k)
{
	return k->ike->error ? k->ike->error : k->esp->error ? k->esp->error : k->facts->error;
}

bool trace_keys_close(struct trace_keys *k, GError **error)
{
	bool ok;

	if (!k)
		return true;
	ok = trace_out_close(k->ike, error);
	ok = trace_out_close(k->esp, ok ? error : NULL) && ok;
	ok = trace_out_close(k->facts, ok ? error : NULL) && ok;
	g_hash_table_destroy(k->told);
	g_free(k);
	return ok;
}
