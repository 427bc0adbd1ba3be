/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module in place of libmooring-ns3.so for tests of what goes wrong. $NS3_MODULE says what is wrong with it:
 *	abi, octets	it is of another version
 *	fatal@N[/SEED]	the real one, but ns-3 itself gives up as the Nth frame is sent (of runs with that seed; 0: before
 *			the first event), as it does on a bandwidth that no LTE cell can have
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ns3/ns3c_table.h"

struct ns3c_table ns3c_table = { .abi = NS3C_ABI + 1, .octets = sizeof(struct ns3c_table) };

static struct {
	const struct ns3c_table *real;
	unsigned long at, seed, sent;
	bool armed;
} it;

/* A number, as the attribute asks for, but none of the bandwidths that there are. */
static void give_up(void)
{
	const struct ns3c_xyz here = { 0, 0, 0 };
	const struct ns3c_lte_config c = { .enbs = 1, .places = &here };

	it.real->default_("ns3::ComponentCarrier::DlBandwidth", "7");
	it.real->default_("ns3::LteEnbNetDevice::DlBandwidth", "7");
	it.real->lte_new_(&c);
	fprintf(stderr, "ns-3 did not give up\n");
	_Exit(1);
}

static int init(const struct ns3c_config *c)
{
	int error = it.real->init_(c);

	it.armed = !it.seed || it.seed == c->seed;
	return error;
}

static int run_until(int64_t t)
{
	if (it.armed && !it.at)
		give_up();
	return it.real->run_until_(t);
}

static int port_send(struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	if (it.armed && ++it.sent == it.at)
		give_up();
	return it.real->port_send_(p, frame, len, mark);
}

static void take_real(const char *what)
{
	void *real = dlopen(getenv("NS3_REAL"), RTLD_NOW | RTLD_LOCAL);
	char *end;

	it.real = real ? dlsym(real, NS3C_TABLE_SYMBOL) : NULL;
	if (!it.real)
		return;
	it.at = strtoul(what + strlen("fatal@"), &end, 10);
	it.seed = *end == '/' ? strtoul(end + 1, NULL, 10) : 0;
	ns3c_table = *it.real;
	ns3c_table.init_ = init;
	ns3c_table.run_until_ = run_until;
	ns3c_table.port_send_ = port_send;
}

__attribute__((constructor)) static void begin(void)
{
	const char *what = getenv("NS3_MODULE");

	if (what && !strcmp(what, "octets")) {
		ns3c_table.abi = NS3C_ABI;
		ns3c_table.octets--;
	}
	if (what && !strncmp(what, "fatal@", strlen("fatal@")))
		take_real(what);
}
