/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: programs on our nodes
 *
 * Two stacks on top of one another: the kernel's, which programs know, and ours, which knows mobility. Between them
 * whole IP packets. The kernel's has the home address and nothing else, so a handover is nothing that a program sees.
 * It implements no clause.
 */
#include "emu/programs.h"

#include <string.h>

struct programs {
	struct net_host *h;
	const struct netns *ns;
	struct device *d;		/* the engine's */
	struct ip6_addr address[2];	/* IPv6, IPv4 as mapped; ::: none */
	uint64_t refused;
};

/* From our stack. */
static void up(void *owner, struct net_rx *rx)
{
	struct programs *p = owner;

	device_write(p->d, rx->packet, rx->packet_len);
}

/* From a program. */
static void down(void *ctx, const uint8_t *packet, size_t len)
{
	struct programs *p = ctx;

	if (!net_send_packet(p->h, packet, len))
		p->refused++;
}

struct programs *programs_new(struct live *l, struct net_host *h, const struct netns *ns, const char *device,
			      uint32_t mtu, GError **error)
{
	struct programs *p = g_new0(struct programs, 1);
	bool fine;

	p->h = h;
	p->ns = ns;
	netns_go(ns);
	p->d = device_tun(device, error);
	fine = p->d && device_configure(device, NULL, mtu, true, error);
	netns_home();
	if (!fine) {
		device_free(p->d);
		g_free(p);
		return NULL;
	}
	live_watch(l, p->d, down, p);
	net_rest_handler(h, up, p);
	return p;
}

void programs_free(struct programs *p)
{
	g_free(p);
}

uint64_t programs_refused(const struct programs *p) { return p->refused; }

static void line(GString *s, const struct programs *p, const char *verb, const struct ip6_addr *a)
{
	const char *dev = device_name(p->d);
	char text[ADDR_TEXT_MAX];

	if (ip6_is_mapped(a))
		g_string_append_printf(s, "addr %s %s/32 dev %s\n", verb, ip4_text(ip6_mapped_ip4(a), text), dev);
	else
		g_string_append_printf(s, "addr %s %s/128 dev %s%s\n", verb, ip6_text(a, text), dev,
				       *verb == 'a' ? " nodad" : "");
}

bool programs_address(struct programs *p, bool v4, const struct ip6_addr *a, GError **error)
{
	struct ip6_addr *old = &p->address[v4], none = { { 0 } };
	GString *s;
	bool fine;

	if (ip6_eq(old, a ? a : &none))
		return true;
	s = g_string_new(NULL);
	if (!ip6_is_zero(old))
		line(s, p, "del", old);
	if (a) {
		line(s, p, "add", a);
		g_string_append_printf(s, "route replace %s dev %s\n", v4 ? "0.0.0.0/0" : "::/0", device_name(p->d));
	}
	*old = a ? *a : none;
	fine = netns_ip(p->ns, s->str, error);
	g_string_free(s, TRUE);
	return fine;
}
