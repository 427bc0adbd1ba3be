/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays the mobile node of a capture: to be written below. */
#include "emu/replay_as.h"

void replay_play_ue(struct replay_as *a)
{
	a->refusal = g_strdup("ue");
}
