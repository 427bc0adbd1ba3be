/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP-AKA as other programs spoke it (hostapd's server, wpa_supplicant's and a SWu emulator's peer): our peer takes
 * the recorded server's packets with the same card, and must say what the recorded peer said.
 */
#include <string.h>

#include "crypto/milenage.h"
#include "proto/eap_priv.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "traces/capture.h"
#include "wire/frame.h"

struct talk {			/* a capture's EAP packets in order */
	GPtrArray *packets;	/* GByteArray */
	guint next;
};

struct play {
	struct crypto *crypto;
	struct usim_memory memory;
	struct usim card;
	struct rng rng;
	struct eap_aka_peer peer;
	struct eap_aka_peer_config c;
	uint64_t first_sqn;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The EAP-Message attributes of a RADIUS packet, joined [RFC 3579 3.1]. */
static GByteArray *eap_of(const uint8_t *p, size_t n)
{
	GByteArray *eap = g_byte_array_new();

	for (size_t at = 20; at + 2 <= n && p[at + 1] >= 2 && at + p[at + 1] <= n; at += p[at + 1])
		if (p[at] == 79)
			g_byte_array_append(eap, p + at + 2, p[at + 1] - 2u);
	return eap;
}

static struct talk *talk_open(const char *name)
{
	const char *set = g_getenv("MOORING_CAPTURES"), *top = g_getenv("MOORING_TOP");
	char *dir = set ? g_strdup(set) : g_build_filename(top ? top : ".", "..", "shared", "captures", NULL);
	char *path = g_build_filename(dir, "recorded", name, NULL);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	struct frame_view v;
	struct talk *t = NULL;

	if (c) {
		t = g_new0(struct talk, 1);
		t->packets = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
		while (capture_next(c, &f, NULL) == 1)
			if (frame_view_make(f.link, f.octets, f.len, &v))
				g_ptr_array_add(t->packets, eap_of(v.payload, v.payload_len));
		capture_close(c);
	} else {
		harness_skip("no recorded/%s ($MOORING_CAPTURES or ../shared/captures)", name);
	}
	g_free(path);
	g_free(dir);
	return t;
}

static void talk_free(struct talk *t)
{
	g_ptr_array_free(t->packets, TRUE);
	g_free(t);
}

static const GByteArray *packet(struct talk *t)
{
	return t->next < t->packets->len ? g_ptr_array_index(t->packets, t->next++) : NULL;
}

/* ---- playing ----------------------------------------------------------------------------------------------------- */

static struct play *play_new(void)
{
	struct play *y = g_new0(struct play, 1);

	y->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	usim_memory_init(&y->memory);
	y->rng = rng_make(1, "play", "eap");
	imsi_parse("001010123456789", 15, 2, &y->card.imsi);
	memcpy(y->card.k, "\x46\x5b\x5c\xe8\xb1\x99\xb4\x9f\xaa\x5f\x0a\x2e\xe2\x38\xa6\xbc", 16);
	memcpy(y->card.opc, "\xcd\x63\xcb\x71\x95\x4a\x9f\x4e\x48\xa5\x99\x4e\x37\xa0\x2b\xaf", 16);
	y->c = (struct eap_aka_peer_config){ .card = &y->card, .memory = &y->memory, .crypto = y->crypto, .rng = &y->rng,
					     .pseudonyms = true, .reauth = true };
	return y;
}

static void play_free(struct play *y)
{
	usim_release(&y->card, &y->memory);
	usim_memory_done(&y->memory);
	crypto_free(y->crypto);
	g_free(y);
}

static bool decoded(const GByteArray *a, struct eap_packet *m)
{
	struct reader r = reader_on(a->data, a->len);
	struct wire_diags d = { 0 };
	bool good = eap_decode(&r, m, &d);

	CU_ASSERT_TRUE(good);
	for (uint32_t i = 0; i < d.n; i++)	/* AT_BIDDING of EAP-AKA' [RFC 9048 4]; nothing else deviates */
		CU_ASSERT_TRUE(!strcmp(d.d[i].id, "eap-aka-attr-unknown") && d.d[i].value == 136);
	return good;
}

/* The recorded card had seen another number: what its AUTS says. */
static void take_sqn_of(struct play *y, const struct eap_packet *request, const struct eap_packet *response)
{
	const struct eap_attr *auts = eap_attr_find(&response->attrs, AT_AUTS);
	struct milenage_key key;
	uint8_t sqn[6];

	memcpy(key.k, y->card.k, 16);
	memcpy(key.opc, y->card.opc, 16);
	CU_ASSERT_TRUE(milenage_auts_check(y->crypto, &key, eap_attr_find(&request->attrs, AT_RAND)->octets, auts->octets,
					   sqn));
	usim_set_sqn(&y->card, &y->memory, milenage_sqn(sqn));
}

/* A response whose IV is its sender's own choice: its MAC and its encrypted attributes verify with our keys. */
static void verify(struct play *y, const GByteArray *told, const struct eap_packet *m)
{
	uint8_t plain[EAP_MAX];
	struct eap_attrs as;

	CU_ASSERT_TRUE(eap_mac_good(y->crypto, &y->peer.k_aut, told->data, m, y->peer.nonce_s, 16));
	CU_ASSERT_TRUE(eap_get_encrypted(y->crypto, y->peer.keys.k_encr, m, plain, &as));
	CU_ASSERT_EQUAL(eap_attr_find(&as, AT_COUNTER)->value, y->peer.counter);
}

/* Request and response as recorded; ours must be the same. */
static void exchange(struct play *y, const GByteArray *asked, const GByteArray *told)
{
	struct eap_packet request, response;
	struct eap_out out;

	if (!decoded(asked, &request) || !decoded(told, &response))
		return;
	if (response.subtype == AKA_SYNCHRONIZATION_FAILURE)
		take_sqn_of(y, &request, &response);
	y->peer.c.checkcode = eap_attr_find(&response.attrs, AT_CHECKCODE);
	eap_aka_peer_input(&y->peer, asked->data, asked->len, &out);
	if (eap_attr_find(&response.attrs, AT_IV)) {
		CU_ASSERT_EQUAL(out.len, told->len);
		verify(y, told, &response);
		return;
	}
	CU_ASSERT_EQUAL(out.len, told->len);
	CU_ASSERT_TRUE(out.len == told->len && !memcmp(out.octets, told->data, told->len));
}

/* From an EAP-Response/Identity to EAP-Success. False: there is no further one. */
static bool session(struct play *y, struct talk *t, const char *chosen_by_card)
{
	const GByteArray *hello = packet(t), *asked, *told;
	uint8_t nai[EAP_NAI_MAX];
	size_t n;
	struct eap_packet m;
	struct eap_out out;

	if (!hello || !decoded(hello, &m) || m.type != EAP_IDENTITY)
		return false;
	n = eap_aka_identity(&y->card, &y->memory, false, true, nai);
	if (chosen_by_card)	/* what the server gave under encryption is what the recorded peer came with */
		CU_ASSERT_TRUE(n == m.type_data_len && !memcmp(nai, m.type_data, n) && nai[0] == *chosen_by_card);
	eap_aka_peer_start(&y->peer, &y->c, m.type_data, m.type_data_len);
	while ((asked = packet(t))) {
		if (asked->data[0] == EAP_SUCCESS) {
			CU_ASSERT_EQUAL(eap_aka_peer_input(&y->peer, asked->data, asked->len, &out), EAP_SUCCEEDED);
			return true;
		}
		told = packet(t);
		if (!told)
			return false;
		exchange(y, asked, told);
	}
	return false;
}

/* Resynchronisation, a full run, two fast re-authentications: wpa_supplicant against hostapd. */
static void hostapd_and_wpa_supplicant(void)
{
	struct talk *t = talk_open("eapol_test-hostapd-aka.pcap");
	struct play *y;

	if (!t)
		return;
	y = play_new();
	CU_ASSERT_TRUE(session(y, t, NULL));
	CU_ASSERT_FALSE(y->peer.fast);
	eap_aka_forget(&y->card, &y->memory);	/* eapol_test was started anew */
	usim_release(&y->card, &y->memory);
	y->card.sqn = 0;
	CU_ASSERT_TRUE(session(y, t, "0"));
	CU_ASSERT_FALSE(y->peer.fast);
	CU_ASSERT_TRUE(session(y, t, "4"));
	CU_ASSERT_TRUE(y->peer.fast && y->peer.counter == 1);
	CU_ASSERT_TRUE(session(y, t, "4"));
	CU_ASSERT_TRUE(y->peer.fast && y->peer.counter == 2);
	CU_ASSERT_EQUAL(t->next, t->packets->len);
	play_free(y);
	talk_free(t);
}

static void an_emulated_phone(void)
{
	static const char msk[] = "40df4684c6b709f92d36194b206465e02c410ef2721dce56f7aebe49bbbcb2d2"
				  "f024804737d9159cdcabb7aaf41cf38d8d34ca1a31edde3ec06112b708679a76";
	struct talk *t = talk_open("eapaka-ok-radius.pcap");
	struct play *y;
	uint8_t *want;
	size_t n;

	if (!t)
		return;
	y = play_new();
	want = octets_of(msk, &n);
	CU_ASSERT_TRUE(session(y, t, "0"));
	CU_ASSERT_TRUE(n == 64 && !memcmp(y->peer.keys.msk, want, 64));
	g_free(want);
	play_free(y);
	talk_free(t);
}

/* One digit of the key wrong: nothing is accepted. */
static void a_wrong_key_is_refused(void)
{
	struct talk *t = talk_open("eapaka-ok-radius.pcap");
	struct eap_out out = { 0 };
	struct play *y;

	if (!t)
		return;
	y = play_new();
	y->card.k[15] ^= 1;
	eap_aka_peer_start(&y->peer, &y->c, (const uint8_t *)"0001010123456789@x", 18);
	for (guint i = 0; i < t->packets->len; i++) {
		const GByteArray *p = packet(t);

		eap_aka_peer_input(&y->peer, p->data, p->len, &out);
	}
	CU_ASSERT_EQUAL(y->peer.cause, EAP_CAUSE_WRONG_AUTN);
	CU_ASSERT_NOT_EQUAL(y->peer.outcome, EAP_SUCCEEDED);
	play_free(y);
	talk_free(t);
}

static const struct harness_test tests[] = {
	{ "hostapd and wpa_supplicant: resync, full, fast, fast", hostapd_and_wpa_supplicant },
	{ "hostapd and an emulated phone", an_emulated_phone },
	{ "a wrong key is refused", a_wrong_key_is_refused },
};

int main(int argc, char **argv)
{
	return harness_main("eap_capture", tests, G_N_ELEMENTS(tests), argc, argv);
}
