/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running world of a scenario in this folder under attack: the input says when which frame goes to whom. Frames are
 * those seen on the links just before, with octets changed, or the input's own octets. Everything that a stranger on
 * any of the links can send is within reach. Laws: no sanitizer finding, no assertion; the home agent holds one binding
 * of the one UE (where there is one) at most, and where nothing is protected one more for each frame of the stranger;
 * the world ends without packets in nobody's hands.
 *
 * Input: commands of one octet each and their arguments, until it ends:
 *	00-1f	time goes on by (c + 1) ms
 *	20-3f	time goes on by (c - 1f) * 40 ms
 *	40-7f	frame number (c & 15) of the last 16 seen, to where it went: next octet: how many changes (low 3 bits),
 *		each 3 octets: place (16 bits, modulo the length), value to XOR; bit 3: then checksums are made right
 *	80-bf	the same of the last 16 frames that carried IKE, ESP or a Mobility Header, or went to port 5436
 *	c0-df	the input's own octets behind the Ethernet header of frame (c & 15): next octet: their number / 2
 *	e0-ff	the input's own octets as the UDP payload or the upper layer of such a frame that carried IKE, ESP or a
 *		Mobility Header: next octet: their number / 4; checksums are made right
 *
 * All frames come from an intruder's ports, one on each link, which every station can hear.
 */
#ifndef MOOR_TESTS_FUZZ_ATTACK_H
#define MOOR_TESTS_FUZZ_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/record.h"

/* A scenario in this folder; aborts when it cannot be loaded. */
void attack_load(const char *name);

/*
 * Builds the world, plays the input in it, lets it run to its end and takes it apart. protected: UE and home agent have
 * security associations. watch: sees the records of `kinds` besides (NULL: nobody).
 */
void attack_play(const uint8_t *data, size_t size, bool protected, uint64_t kinds, rec_sink_fn *watch, void *ctx);

#endif
