/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links of a world on ns-3's devices (world/medium.h): a point-to-point link on ns-3's PointToPointNetDevice, a LAN on
 * its CSMA.
 *
 *	m = ns3_media_new(table, engine, world);
 *	why = ns3_media_carry(m, link);			before the world runs; NULL: it does
 *	ns3_engine_run(engine, end, stop);
 *	ns3_engine_free(engine); ns3_media_free(m);
 *
 * Of a point-to-point link the protocols see nothing: every frame arrives at the same nanosecond as on the world's own.
 * CSMA is another thing than the world's LAN: one frame at a time is on the wire, for its transmission and its delay.
 */
#ifndef MOOR_NS3_MEDIUM_H
#define MOOR_NS3_MEDIUM_H

#include "ns3/engine.h"
#include "world/medium.h"

struct ns3_media;

struct ns3_media *ns3_media_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w);
void ns3_media_free(struct ns3_media *m);
/*
 * NULL: ns-3 carries the link's frames from now on. Else why it cannot, lent: ns-3's devices have a rate and one
 * constant delay, and keep frames in order. Rate and delay stay as they are now; what else moor_link_set changes is the
 * world's and may change.
 */
const char *ns3_media_carry(struct ns3_media *m, struct moor_link *l);
/*
 * The same for a LAN whose ports have devices of somebody else's ns-3 program (ns3c_device): devices[i] is that of
 * ports[i], which get the ports' MAC addresses. All ports that are ever on the link must be among them. Other stations
 * on that medium are heard, and hear.
 */
const char *ns3_media_lend(struct ns3_media *m, struct moor_link *l, struct moor_port *const *ports,
			   struct ns3c_port *const *devices, uint32_t n);
/*
 * links: carried. cables: pairs of point-to-point devices, one a link and one more whenever somebody left a link while
 * frames were under way and came back before they had arrived. sent: frames given to devices, of them lost by the link
 * already; heard: frames that a device handed over, as often as one did.
 */
struct ns3_media_stats { uint64_t links, cables, sent, lost, heard; };
struct ns3_media_stats ns3_media_stats(const struct ns3_media *m);

#endif
