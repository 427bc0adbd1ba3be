/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ESP and UDP port 4500
 *
 * Frames and views of ESP packets [RFC 4303 2], padding as its section 2.4 wants it by default, and what may follow a
 * UDP header of port 4500 [RFC 3948 2]. No traffic flow confidentiality padding is written; what a peer adds behind
 * the payload is left to whoever knows the inner packet's length.
 */
#include "wire/esp.h"

#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "wire/show.h"

bool esp_hdr_decode(const uint8_t *p, size_t n, struct esp_hdr *out)
{
	if (n < ESP_HDR_LEN)
		return false;
	out->spi = load32(p);
	out->seq = load32(p + 4);
	return true;
}

/* [RFC 4303 2.4] The ciphertext ends on a multiple of 4 octets, whatever the cipher's block. */
static size_t alignment(const struct seal_sizes *z)
{
	assert(z->block && !(z->block & (z->block - 1)));
	return z->block > 4 ? z->block : 4;
}

static bool refuse(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

static void parts(struct esp_parts *out, const struct seal_sizes *z, size_t len)
{
	out->iv = ESP_HDR_LEN;
	out->iv_len = z->iv;
	out->ct = ESP_HDR_LEN + z->iv;
	out->ct_len = (uint32_t)len - ESP_HDR_LEN - z->iv - z->icv;
	out->icv = (uint32_t)len - z->icv;
	out->icv_len = z->icv;
	out->len = (uint32_t)len;
	out->aad_len = ESP_HDR_LEN;
	out->auth_len = (uint32_t)len - z->icv;
}

bool esp_view(const uint8_t *p, size_t n, const struct seal_sizes *z, struct esp_parts *out, const char **why)
{
	if (n < ESP_HDR_LEN + z->iv + ESP_TRAILER_LEN + z->icv)
		return refuse(why, "esp-short");
	esp_hdr_decode(p, n, &out->h);
	if (!out->h.spi)
		return refuse(why, "esp-spi-zero");
	parts(out, z, n);
	if (out->ct_len % alignment(z))
		return refuse(why, "esp-block");
	return true;
}

bool esp_trailer(const uint8_t *p, size_t n, size_t *payload_len, uint8_t *next_header, bool *pad_pattern_ok)
{
	size_t pad, i;

	if (n < ESP_TRAILER_LEN)
		return false;
	pad = p[n - 2];
	if (pad + ESP_TRAILER_LEN > n)
		return false;
	*payload_len = n - ESP_TRAILER_LEN - pad;
	*next_header = p[n - 1];
	if (pad_pattern_ok) {
		*pad_pattern_ok = true;
		for (i = 0; i < pad; i++)
			*pad_pattern_ok = *pad_pattern_ok && p[*payload_len + i] == i + 1;
	}
	return true;
}

static size_t ct_len(size_t n, const struct seal_sizes *z)
{
	size_t a = alignment(z);

	return (n + ESP_TRAILER_LEN + a - 1) & ~(a - 1);
}

size_t esp_len(size_t n, const struct seal_sizes *z)
{
	return ESP_HDR_LEN + z->iv + ct_len(n, z) + z->icv;
}

size_t esp_payload_max(size_t max, const struct seal_sizes *z)
{
	size_t around = ESP_HDR_LEN + z->iv + z->icv, ct;

	if (max < around)
		return 0;
	ct = (max - around) & ~(alignment(z) - 1);
	return ct > ESP_TRAILER_LEN ? ct - ESP_TRAILER_LEN : 0;
}

size_t esp_frame(const struct esp_hdr *h, const struct seal_sizes *z, const uint8_t *payload, size_t n,
		 uint8_t next_header, uint8_t *buf, size_t cap, struct esp_parts *out)
{
	size_t len, pad, i;
	uint8_t *p = buf + ESP_HDR_LEN + z->iv;

	if (n > UINT16_MAX)
		return 0;
	len = esp_len(n, z);
	if (len > cap)
		return 0;
	if (n && payload != p)
		memmove(p, payload, n);
	p += n;
	pad = ct_len(n, z) - n - ESP_TRAILER_LEN;
	for (i = 0; i < pad; i++)
		p[i] = (uint8_t)(i + 1);
	p[pad] = (uint8_t)pad;
	p[pad + 1] = next_header;
	store32(buf, h->spi);
	store32(buf + 4, h->seq);
	out->h = *h;
	parts(out, z, len);
	return len;
}

/* [RFC 3948 2.2, 2.3] A zero SPI never occurs, so that four zero octets mark IKE. */
struct udp4500_view udp4500_demux(const uint8_t *p, size_t n)
{
	struct udp4500_view v = { UDP4500_BAD, p, (uint32_t)n };

	if (n == 1 && p[0] == 0xff) {
		v.kind = UDP4500_KEEPALIVE;
	} else if (n >= NON_ESP_MARKER_LEN && load32(p)) {
		v.kind = UDP4500_ESP;
	} else if (n >= NON_ESP_MARKER_LEN) {
		v.kind = UDP4500_IKE;
		v.inner += NON_ESP_MARKER_LEN;
		v.inner_len -= NON_ESP_MARKER_LEN;
	}
	return v;
}

void esp_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };

	show_open(&s, "esp", NULL, p, n);
	if (n < ESP_HDR_LEN) {
		show_note(&s, "esp-short", "RFC 4303 2", p);
	} else {
		show_hex(&s, "spi", load32(p), p, 4);
		show_num(&s, "sequence", load32(p + 4), p + 4, 4);
		show_num(&s, "encrypted-length", n - ESP_HDR_LEN, p + ESP_HDR_LEN, n - ESP_HDR_LEN);
		show_octets(&s, "encrypted", p + ESP_HDR_LEN, n - ESP_HDR_LEN);
	}
	show_close(&s);
}

size_t esp_summary(const uint8_t *p, size_t n, struct text *t)
{
	size_t before = t->len;
	struct esp_hdr h;

	if (esp_hdr_decode(p, n, &h))
		text_add(t, "ESP spi 0x%08x seq %u", h.spi, h.seq);
	else
		text_str(t, "ESP (esp-short)");
	return t->len - before;
}
