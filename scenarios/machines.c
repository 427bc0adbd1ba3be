/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the state machines by name
 *
 * For expectations about states and for `mooring fsm`. A machine that is not listed here cannot be named. It
 * implements no clause.
 */
#include <string.h>

#include "proto/dhcp4_client.h"
#include "proto/dhcp6_client.h"
#include "proto/dsmip_ha.h"
#include "proto/dsmip_ue.h"
#include "proto/eap_aka.h"
#include "proto/ike.h"
#include "proto/pmip_lma.h"
#include "proto/pmip_mag.h"
#include "scenarios/expect.h"

const struct fsm *const scen_machines[] = { &dsmip_ue_fsm, &dsmip_bce_fsm, &dhcp4_client_fsm, &dhcp6_client_fsm,
					      &eap_aka_peer_fsm, &eap_aka_server_fsm, &ike_sa_fsm, &pmip_bce_fsm,
					      &pmip_bule_fsm, NULL };

const struct fsm *scen_machine(const char *name)
{
	for (const struct fsm *const *m = scen_machines; *m; m++)
		if (!strcmp((*m)->name, name))
			return *m;
	return NULL;
}
