/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a scenario's NAT in the kernel's terms
 *
 * nftables rules, ports and time-outs for a router's NAT, and which of its settings the kernel has no equal of. The
 * words are those of RFC 4787; it implements no clause.
 */
#include "cli/live_nat.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const uint16_t tunnel_ports[] = { 500, 4191, 4500 };	/* inside ports of mobile nodes, in their order */

static bool has_tunnel_port(uint16_t lo, uint16_t hi)
{
	for (guint k = 0; k < G_N_ELEMENTS(tunnel_ports); k++)
		if (tunnel_ports[k] >= lo && tunnel_ports[k] <= hi)
			return true;
	return false;
}

bool nat_rules_fit(const struct scen_nat *s, GError **e)
{
	GString *why = g_string_new(NULL);

	if (s->mapping == NAT_ADDRESS_DEPENDENT)
		g_string_append(why, "; mapping: endpoint-independent or address-port-dependent");
	if (s->filtering != NAT_ADDRESS_PORT_DEPENDENT)
		g_string_append(why, "; filtering: address-port-dependent");
	if (s->mapping == NAT_ADDRESS_PORT_DEPENDENT && s->port_preservation)
		g_string_append(why, "; port-preservation: false with address-port-dependent mapping");
	if (s->mapping == NAT_ENDPOINT_INDEPENDENT && !s->port_preservation
	    && has_tunnel_port((uint16_t)s->ports.lo, (uint16_t)s->ports.hi))
		g_string_append(why, "; ports: without 500, 4191 and 4500 (what lies within is preserved)");
	if (s->hairpinning)
		g_string_append(why, "; hairpinning: false");
	if (!s->inbound_refresh)
		g_string_append(why, "; inbound-refresh: true");
	if (s->udp_timeout % MOOR_S)
		g_string_append(why, "; udp-timeout: whole seconds");
	if (s->max_mappings)
		g_string_append(why, "; max-mappings: 0");
	bool fine = !why->len;

	if (!fine)
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "`live: nftables` cannot be with all of these settings of `nat`; "
			    "the kernel has %s", why->str + 2);
	g_string_free(why, TRUE);
	return fine;
}

void nat_rules_other_ports(const struct nat_params *p, uint16_t *lo, uint16_t *hi)
{
	unsigned from = p->port_min, best = 0;

	*lo = p->port_min;
	*hi = p->port_max;
	for (guint k = 0; k <= G_N_ELEMENTS(tunnel_ports); k++) {
		unsigned to = k < G_N_ELEMENTS(tunnel_ports) ? tunnel_ports[k] - 1u : 65535u;

		to = MIN(to, p->port_max);
		if (to >= from && to - from + 1 > best) {
			best = to - from + 1;
			*lo = (uint16_t)from;
			*hi = (uint16_t)to;
		}
		from = MAX(from, to + 2);
	}
}

bool nat_rules_load(const struct netns *ns, const struct scen_nat *s, const struct nat_params *p, uint16_t lo,
		    uint16_t hi, GError **e)
{
	static const char *const nft[] = { "nft", "-f", "-", NULL };
	char *inside = g_strdup_printf("%u.%u.%u.%u/%u", p->inside.addr.o[0], p->inside.addr.o[1],
				       p->inside.addr.o[2], p->inside.addr.o[3], p->inside.len);
	const char *out = s->outside->text;
	GString *text = g_string_new("table ip mooring\ndelete table ip mooring\ntable ip mooring {\n"
				     " chain translate {\n  type nat hook postrouting priority 100;\n");
	bool fine;

	g_string_append_printf(text, "  ip saddr %s oifname \"%s\" meta l4proto { tcp, udp } masquerade to :%u-%u%s\n"
			       "  ip saddr %s oifname \"%s\" masquerade\n }\n", inside, out, lo, hi,
			       p->mapping == NAT_ENDPOINT_INDEPENDENT ? "" : " fully-random", inside, out);
	g_string_append_printf(text, " chain through {\n  type filter hook forward priority 0;\n  ct state invalid drop\n"
			       "  ip saddr %s oifname \"%s\" meta l4proto != { tcp, udp, icmp } drop\n }\n", inside, out);
	/* a packet that comes too late must not leave an entry behind that takes the port */
	g_string_append_printf(text, " chain own {\n  type filter hook input priority 0;\n"
			       "  iifname \"%s\" meta l4proto != icmp drop\n }\n}\n", out);
	fine = netns_tool(ns, nft, "nftables", text->str, e);
	g_string_free(text, TRUE);
	g_free(inside);
	return fine;
}

static bool set(const char *path, unsigned value, GError **e)
{
	char text[16];
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = (size_t)g_snprintf(text, sizeof text, "%u\n", value);
	bool fine = fd >= 0 && write(fd, text, len) == (ssize_t)len;

	if (!fine)
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "%s: %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return fine;
}

bool nat_rules_kernel(const struct netns *ns, const struct nat_params *p, GError **e)
{
	unsigned s = (unsigned)(p->udp_timeout / MOOR_S);
	bool fine;

	netns_go(ns);
	if (!access("/proc/sys/net/ipv6", F_OK))
		fine = set("/proc/sys/net/ipv6/conf/all/disable_ipv6", 1, e)
		       && set("/proc/sys/net/ipv6/conf/default/disable_ipv6", 1, e);
	else
		fine = true;
	fine = fine && set("/proc/sys/net/ipv4/ip_forward", 1, e)
	       && set("/proc/sys/net/ipv4/conf/all/send_redirects", 0, e)
	       && set("/proc/sys/net/ipv4/conf/default/send_redirects", 0, e)
	       && set("/proc/sys/net/netfilter/nf_conntrack_udp_timeout", s, e)
	       && set("/proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream", s, e);
	netns_home();
	return fine;
}
