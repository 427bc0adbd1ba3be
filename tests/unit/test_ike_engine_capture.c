/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of IKEv2 as strongSwan and a SWu emulator derived them in a recorded run: SKEYSEED and SK_* of the first SA, the
 * keys of its child, those of the child's rekeying, and SKEYSEED and SK_* of the rekeyed IKE SA, out of the recorded
 * nonces, SPIs and Diffie-Hellman secrets.
 */
#include <string.h>

#include "crypto/keyring.h"
#include "proto/ike_priv.h"
#include "tests/unit/harness.h"
#include "traces/capture.h"
#include "wire/frame.h"

static const struct ike_user nobody;

struct scene {
	char **lines;			/* of the secrets */
	GPtrArray *messages;		/* GByteArray: IKE messages as captured */
	struct moor_world *w;
	struct ike_config c;
	struct ike *k;
	struct ike_sa *sa;
	uint8_t ei[16], er[16], ai[20], ar[20];	/* of the last REC_KEYS */
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static char *file_of(const char *name)
{
	const char *set = g_getenv("MOORING_CAPTURES"), *top = g_getenv("MOORING_TOP");
	char *dir = set ? g_strdup(set) : g_build_filename(top ? top : ".", "..", "shared", "captures", NULL);
	char *path = g_build_filename(dir, "recorded", name, NULL);

	g_free(dir);
	return path;
}

static size_t unhex(const char *text, uint8_t *out, size_t cap)
{
	size_t n = 0;

	for (; n < cap && g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]); text += 2)
		out[n++] = (uint8_t)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
	return n;
}

/* The nth secret of that name; its octets. */
static size_t secret(const struct scene *s, const char *name, unsigned nth, uint8_t *out, size_t cap)
{
	for (unsigned i = 0; s->lines[i]; i++)
		if (g_str_has_prefix(s->lines[i], name) && s->lines[i][strlen(name)] == ' ' && !nth--)
			return unhex(s->lines[i] + strlen(name) + 1, out, cap);
	CU_ASSERT(false);
	return 0;
}

static bool is_secret(const struct scene *s, const char *name, unsigned nth, const uint8_t *octets, size_t n)
{
	uint8_t want[512];

	return secret(s, name, nth, want, sizeof want) == n && !memcmp(want, octets, n);
}

static GPtrArray *messages_of(const char *path)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	struct frame_view v;
	const uint8_t *p;
	uint32_t n;

	while (c && capture_next(c, &f, NULL) == 1)
		if (frame_view_make(f.link, f.octets, f.len, &v) && (p = frame_ike(&v, &n)))
			g_ptr_array_add(all, g_byte_array_append(g_byte_array_new(), p, n));
	if (c)
		capture_close(c);
	return all;
}

/* ---- the host that derives --------------------------------------------------------------------------------------- */

static void on_keys(void *ctx, const struct moor_record *r)
{
	struct scene *s = ctx;

	memcpy(s->ei, r->u.keys.encr_i, 16);
	memcpy(s->er, r->u.keys.encr_r, 16);
	memcpy(s->ai, r->u.keys.integ_i, 20);
	memcpy(s->ar, r->u.keys.integ_r, 20);
}

static struct scene *scene_new(void)
{
	static const struct ike_suite suite = { IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA1_96, IKE_PRF_HMAC_SHA1,
						IKE_DH_MODP_2048 };
	struct scene *s = g_new0(struct scene, 1);
	char *path = file_of("eapaka-ok.secrets.txt"), *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		harness_skip("no recorded/eapaka-ok.secrets.txt ($MOORING_CAPTURES or ../shared/captures)");
		g_free(path);
		g_free(s);
		return NULL;
	}
	s->lines = g_strsplit(text, "\n", -1);
	g_free(text);
	g_free(path);
	path = file_of("eapaka-ok.pcap");
	s->messages = messages_of(path);
	g_free(path);
	s->w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	moor_record_sink(s->w, REC_BIT(REC_KEYS), on_keys, s);
	ike_config_default(&s->c);
	s->c.ike[0] = suite;
	s->c.crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	s->k = ike_new(net_host_new(moor_node_new(s->w, "x"), &net_profile_host), &s->c, &nobody, NULL);
	s->sa = ike_sa_new(s->k, true, &(struct ike_path){ .own_port = 500 });
	return s;
}

static void scene_free(struct scene *s)
{
	moor_world_free(s->w);
	crypto_free(s->c.crypto);
	g_ptr_array_free(s->messages, TRUE);
	g_strfreev(s->lines);
	g_free(s);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static bool decoded(const struct scene *s, unsigned i, struct ike_msg *m)
{
	const GByteArray *a = g_ptr_array_index(s->messages, i);

	return ike_decode(a->data, a->len, m, NULL);
}

static struct crypto_part nonce_of(const struct ike_msg *m)
{
	const struct ike_payload *p = ike_find(m, IKE_P_NONCE);

	return p ? (struct crypto_part){ p->data.p, p->data.n } : (struct crypto_part){ NULL, 0 };
}

/* Nonces and SPIs of the IKE_SA_INIT that came to something: the last with a responder's SPI. */
static bool initial(struct scene *s, struct crypto_part *ni, struct crypto_part *nr)
{
	static struct ike_msg m, q;

	for (unsigned i = 1; i < s->messages->len; i++) {
		if (!decoded(s, i, &m) || m.h.exchange != IKE_SA_INIT || !(m.h.flags & IKE_FLAG_R) || !m.h.spi_r
		    || !ike_find(&m, IKE_P_SA) || !decoded(s, i - 1, &q))
			continue;
		s->sa->spi_i = m.h.spi_i;
		s->sa->spi_r = m.h.spi_r;
		*ni = nonce_of(&q);
		*nr = nonce_of(&m);
		return ni->p && nr->p;
	}
	return false;
}

static bool first_keys(struct scene *s, uint8_t *pi, uint8_t *pr, struct crypto_part *ni, struct crypto_part *nr)
{
	uint8_t g[CRYPTO_DH_SECRET_MAX];
	size_t n = secret(s, "DIFFIE-HELLMAN KEY", 0, g, sizeof g);
	bool found = initial(s, ni, nr);

	CU_ASSERT_EQUAL(n, 256);
	CU_ASSERT(found);
	if (found)
		ike_keys_init(s->sa, *ni, *nr, (struct crypto_part){ g, n }, pi, pr);
	return found;
}

/* CREATE_CHILD_SA messages, opened, of the first SA: nth request and its answer. */
static bool create(struct scene *s, unsigned nth, struct ike_msg *q, struct ike_msg *a)
{
	static uint8_t clear[2][4096];
	struct keyring *ring = keyring_new(CRYPTO_OPENSSL);
	bool have = false, done = false;

	keyring_add_ike(ring, s->sa->spi_i, s->sa->spi_r, 12, 128, s->ei, s->er, 2, s->ai, s->ar);
	for (unsigned i = 0; i < s->messages->len && !done; i++) {
		const GByteArray *b = g_ptr_array_index(s->messages, i);
		struct ike_msg *m = have ? a : q;
		size_t n;

		if (keyring_open_ike(ring, b->data, b->len, clear[have], sizeof clear[0], &n) != KEYRING_OPEN
		    || !ike_decode(clear[have], n, m, NULL) || m->h.exchange != IKE_CREATE_CHILD_SA)
			continue;
		if (!have)
			have = !(m->h.flags & IKE_FLAG_R) && !nth--;
		else
			done = (m->h.flags & IKE_FLAG_R) && m->h.mid == q->h.mid;
	}
	keyring_free(ring);
	return done;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void test_first(void)
{
	struct scene *s = scene_new();
	uint8_t pi[32], pr[32];
	struct crypto_part ni, nr;

	if (!s)
		return;
	if (first_keys(s, pi, pr, &ni, &nr)) {
		CU_ASSERT(is_secret(s, "SK_D", 0, s->sa->sk_d, 20));
		CU_ASSERT(is_secret(s, "SK_AI", 0, s->ai, 20));
		CU_ASSERT(is_secret(s, "SK_AR", 0, s->ar, 20));
		CU_ASSERT(is_secret(s, "SK_EI", 0, s->ei, 16));
		CU_ASSERT(is_secret(s, "SK_ER", 0, s->er, 16));
		CU_ASSERT(is_secret(s, "SK_PI", 0, pi, 20));
		CU_ASSERT(is_secret(s, "SK_PR", 0, pr, 20));
	}
	scene_free(s);
}

static void check_child(const struct scene *s, unsigned nth, const uint8_t keymat[72])
{
	CU_ASSERT(is_secret(s, "SK_IPSEC_EI", nth, keymat, 16));
	CU_ASSERT(is_secret(s, "SK_IPSEC_AI", nth, keymat + 16, 20));
	CU_ASSERT(is_secret(s, "SK_IPSEC_ER", nth, keymat + 36, 16));
	CU_ASSERT(is_secret(s, "SK_IPSEC_AR", nth, keymat + 52, 20));
}

static void test_child(void)
{
	struct scene *s = scene_new();
	static struct ike_msg q, a;
	struct crypto_part ni, nr;
	uint8_t keymat[72];

	if (!s)
		return;
	if (first_keys(s, NULL, NULL, &ni, &nr)) {
		ike_keymat(s->sa, ni, nr, (struct crypto_part){ NULL, 0 }, keymat, sizeof keymat);
		check_child(s, 0, keymat);
		CU_ASSERT(create(s, 0, &q, &a));
		CU_ASSERT_PTR_NOT_NULL(ike_find_notify(&q, IKE_N_REKEY_SA));
		ike_keymat(s->sa, nonce_of(&q), nonce_of(&a), (struct crypto_part){ NULL, 0 }, keymat, sizeof keymat);
		check_child(s, 1, keymat);
	}
	scene_free(s);
}

static void test_rekeyed(void)
{
	struct scene *s = scene_new();
	static struct ike_msg q, a;
	struct crypto_part ni, nr;
	struct ike_sa *made;
	uint8_t g[CRYPTO_DH_SECRET_MAX];
	size_t n;

	if (!s)
		return;
	if (first_keys(s, NULL, NULL, &ni, &nr) && create(s, 1, &q, &a)) {
		const struct ike_payload *pi = ike_find(&q, IKE_P_SA), *pr = ike_find(&a, IKE_P_SA);

		made = ike_sa_new(s->k, true, &s->sa->path);
		memcpy(&made->spi_i, pi->sa.p[0].spi, 8);
		memcpy(&made->spi_r, pr->sa.p[0].spi, 8);
		made->spi_i = GUINT64_FROM_BE(made->spi_i);
		made->spi_r = GUINT64_FROM_BE(made->spi_r);
		n = secret(s, "DIFFIE-HELLMAN KEY", 1, g, sizeof g);
		ike_keys_rekey(made, s->sa, nonce_of(&q), nonce_of(&a), (struct crypto_part){ g, n });
		CU_ASSERT(is_secret(s, "SK_D", 1, made->sk_d, 20));
		CU_ASSERT(is_secret(s, "SK_AI", 1, s->ai, 20));
		CU_ASSERT(is_secret(s, "SK_AR", 1, s->ar, 20));
		CU_ASSERT(is_secret(s, "SK_EI", 1, s->ei, 16));
		CU_ASSERT(is_secret(s, "SK_ER", 1, s->er, 16));
	} else {
		CU_ASSERT(false);
	}
	scene_free(s);
}

static const struct harness_test tests[] = {
	{ "SKEYSEED and SK_* of the first exchange", test_first },
	{ "keys of the child, and of its rekeying", test_child },
	{ "SKEYSEED and SK_* of the rekeyed SA", test_rekeyed },
};

int main(int argc, char **argv)
{
	return harness_main("ike-engine-capture", tests, G_N_ELEMENTS(tests), argc, argv);
}
