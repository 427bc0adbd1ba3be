/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What layer 2 of a radio port goes through, as records (REC_RADIO): association and its end, lost beacons, scans,
 * probes, and the steps of LTE's radio resource control. Whoever plays the radio tells them: ns-3 by way of
 * ns3/engine.h, or a recorded trace that is played again. They are told of the mobile end only.
 *
 * Metrics (traces/metrics_radio.c) rely on this order: ASSOCIATED, RRC_CONNECTED and HANDOVER_END come before the port
 * is attached to its link, LEFT, HANDOVER_START and LINK_FAILURE before it is detached, each at the same instant;
 * SCAN_* and PROBE_SENT lie between LEFT and ASSOCIATED, or before the first ASSOCIATED; BEACONS_LOST and SNR_LOW come
 * before the LEFT that follows from them.
 */
#ifndef MOOR_WORLD_RADIO_H
#define MOOR_WORLD_RADIO_H

#include "world/port.h"
#include "world/record.h"

/*
 * At the world's present: whoever's clock is ahead of it advances the world first, and does so whether anybody listens
 * or not. what->link is lent as long as the world.
 */
void moor_radio_emit(struct moor_port *p, const struct rec_radio *what);

#endif
