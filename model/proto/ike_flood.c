/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: half-open IKE SAs by the hundred
 *
 * Each request is a well-formed IKE_SA_INIT with a proposal that responders accept (AES-CBC-128, HMAC-SHA2-256, X25519)
 * and a public value that any 32 octets are, so that the responder must remember it - or demand a cookie. A cookie is
 * never brought back, which makes this the attacker of RFC 7296 2.6 who cannot or will not read the answers.
 */
#include "proto/ike_flood.h"

#include "base/mem.h"
#include "base/rng.h"
#include "wire/ike_write.h"

#define FLOOD_PORT 500
#define FLOOD_MESSAGE 512u

struct ike_flood {
	struct net_host *h;
	struct ip6_addr to;
	uint64_t begun;			/* sets the SPIs of one flood apart from those of the host's next */
	struct rng rng;
	struct moor_timer timer;
	uint32_t left;
	moor_time every;
};

static size_t compose(struct ike_flood *f, uint8_t *buf)
{
	static const struct ike_transform t[] = {
		{ .type = IKE_T_ENCR, .id = IKE_ENCR_AES_CBC, .key_bits = 128 },
		{ .type = IKE_T_PRF, .id = IKE_PRF_HMAC_SHA2_256 },
		{ .type = IKE_T_INTEG, .id = IKE_INTEG_HMAC_SHA2_256_128 },
		{ .type = IKE_T_DH, .id = IKE_DH_X25519 },
	};
	const struct ike_proposal p = { .number = 1, .protocol = IKE_PROTO_IKE, .n = sizeof t / sizeof t[0], .t = t };
	struct ike_hdr hdr = { .version = IKE_VERSION, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_I };
	struct ike_writer w;
	uint8_t random[32];

	hdr.spi_i = (rng_u64(&f->rng) ^ f->begun) | 1;
	ike_w_start(&w, buf, FLOOD_MESSAGE, &hdr);
	ike_w_sa(&w, &p, 1);
	rng_octets(&f->rng, random, sizeof random);
	ike_w_ke(&w, IKE_DH_X25519, random, sizeof random);
	rng_octets(&f->rng, random, sizeof random);
	ike_w_nonce(&w, random, sizeof random);
	return ike_w_end(&w);
}

static void send_one(struct ike_flood *f)
{
	uint8_t buf[FLOOD_MESSAGE];
	struct net_send s = { .dst = f->to, .trace_class = CLASS_SIGNAL };
	size_t n = compose(f, buf);

	net_udp_send(f->h, moor_pkt_from(net_host_world(f->h), buf, n), &s, FLOOD_PORT, FLOOD_PORT);
	f->left--;
}

static void on_timer(struct moor_world *w, struct moor_timer *t)
{
	struct ike_flood *f = MOOR_CONTAINER(t, struct ike_flood, timer);

	do
		send_one(f);
	while (f->left && !f->every);
	if (f->left)
		moor_timer_at(w, &f->timer, moor_world_now(w) + f->every, on_timer);
}

static void destroy(void *thing)
{
	struct ike_flood *f = thing;

	moor_timer_cancel(net_host_world(f->h), &f->timer);
	mem_free(f);
}

void ike_flood_start(struct net_host *h, const struct ip6_addr *to, uint32_t count, moor_time every)
{
	struct moor_world *w = net_host_world(h);
	struct ike_flood *f;

	if (!count)
		return;
	f = mem_zeroed(sizeof *f);
	*f = (struct ike_flood){ .h = h, .to = *to, .left = count, .every = every,
				 .begun = (uint64_t)moor_world_now(w) };
	f->rng = moor_world_rng(w, net_host_node(h), "ike-flood");
	net_host_own(h, f, destroy);
	moor_timer_at(w, &f->timer, moor_world_now(w), on_timer);
}
