/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mobile node and a home agent with IPsec and keys installed by hand, for tests of model/net/ipsec.h:
 *
 *	mn - lan1 - r - lan2 - ha - lan3 - cn
 *
 * mn is at 2001:db8:1::a and 10.0.1.10 and has the home addresses 2001:db8:a::1 and 192.0.2.7; ha is 2001:db8:2::ff and
 * 10.0.2.99; cn is 2001:db8:3::c. User data go through mobility tunnels of the kind asked for.
 */
#ifndef MOOR_TESTS_IPSEC_RIG_H
#define MOOR_TESTS_IPSEC_RIG_H

#include "tests/unit/net_rig.h"

#include "net/ipsec_priv.h"
#include "wire/mh.h"

#define SEC_HOME "2001:db8:a::1"
#define SEC_HA "2001:db8:2::ff"

struct sec_suite { uint16_t encr, key_bits, integ; const char *name; };
extern const struct sec_suite sec_suites[];
extern const unsigned sec_n_suites;

/* A Mobility Header that reached its handler. */
struct sec_mh {
	struct net_host *h;
	uint8_t type;
	uint32_t len;
	bool protected, sum_ok;
	struct ip6_addr src, dst;	/* the final hop's view */
	struct net_outer outer;
};

struct sec_told {
	unsigned soft, no_sa, unknown_spi, heard;
	moor_handle child;
	struct ipsec_selector wanted;
	struct ip6_addr from;
	uint32_t spi;
};

struct sec {
	struct net_rig *r;
	struct crypto *c;
	struct net_host *mn, *router, *ha, *cn;
	struct net_iface *mi, *r1, *r2, *h2, *h3, *ci;
	struct net_hooks mn_hooks, ha_hooks;
	struct net_tunnel up, down;
	struct ipsec *ms, *hs;
	GArray *seen;			/* struct sec_mh */
	struct sec_told mn_told, ha_told;
	unsigned hao_asked;		/* the home_address_in hook of ha, which says no */
};

struct sec *sec_new(enum crypto_kind kind, enum net_encap encap);
void sec_free(struct sec *s);

/* A child for Mobility Headers of that home address, transport mode, at both ends; generation: other keys and SPIs. */
struct sec_pair { moor_handle mn, ha; };
struct sec_pair sec_child(struct sec *s, const struct sec_suite *suite, const char *home, unsigned generation);
/* A child for all traffic of the home prefix in tunnel mode; own, peer: of the mobile node's end, NULL: as the binding
 * says. */
struct sec_pair sec_tunnel(struct sec *s, const struct sec_suite *suite, const char *own, const char *peer, bool udp);

/* A Mobility Header of len octets (a multiple of 8); home: in a Home Address option, or a type 2 routing header. */
bool sec_up(struct sec *s, const char *home, uint8_t type, uint32_t len);
bool sec_down(struct sec *s, const char *home, uint8_t type, uint32_t len);
/* The same from home address to home agent through a mobility tunnel. */
bool sec_up_tunnel(struct sec *s, const char *home, uint8_t type, uint32_t len);

unsigned sec_seen(const struct sec *s, const struct net_host *h, uint8_t type);
const struct sec_mh *sec_last(const struct sec *s);		/* NULL: none */
/* The nth IP packet that h sent; its length, 0: there are fewer. */
uint32_t sec_packet(const struct sec *s, const struct net_host *h, unsigned nth, uint8_t *out);

#endif
