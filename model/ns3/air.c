/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: access links on ns-3's Wi-Fi
 *
 * A cell is a link's medium; a station is the device of a port, which goes from cell to cell. Association and its end
 * attach the port to links and detach it, with the world at ns-3's present. The access point has an address of its own,
 * not its node's, because gateways may all have the same one; what is for the node is heard promiscuously. No clause of
 * the protocols is met here.
 */
#include "ns3/air.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "world/timer.h"

struct cell {
	struct moor_medium medium;
	struct cell *next;
	struct ns3_air *air;
	struct moor_link *link;
	struct moor_port *hub;
	struct ns3c_port *device;
	uint8_t bssid[6];
	uint16_t channel;
};

struct station {
	struct station *next;
	struct ns3_air *air;
	struct moor_port *port;
	struct ns3c_port *device;
	struct ns3c_timer timer;
	struct cell *cell;		/* associated with; NULL: none */
	enum ns3_roaming roaming;
	double snr;
	uint32_t missed_beacons;	/* until the access point counts as lost */
	moor_time heard;		/* the last beacon of its access point, or its answer */
	bool on;			/* somebody attached it */
	bool moving;			/* it is the air that attaches and detaches */
	bool leaving;			/* has been told to roam */
};

struct ns3_air {
	const struct ns3c_table *n;
	struct ns3_engine *engine;
	struct moor_world *world;
	struct ns3c_wifi *wifi;
	const char *ssid;
	ns3_air_fn *fn;
	void *ctx;
	struct cell *cells;
	struct station *stations;
	unsigned nodes;
};

struct ns3_air *ns3_air_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w,
			    const char *standard, const char *ssid, ns3_air_fn *fn, void *ctx)
{
	struct ns3c_wifi *wifi = table->wifi_new_(&(struct ns3c_wifi_config){ .standard = standard });
	struct ns3_air *a;

	if (!wifi)
		return NULL;
	a = mem_zeroed(sizeof *a);
	*a = (struct ns3_air){ .n = table, .engine = e, .world = w, .wifi = wifi, .ssid = ssid, .fn = fn, .ctx = ctx };
	return a;
}

void ns3_air_free(struct ns3_air *a)
{
	while (a && a->cells) {
		struct cell *c = a->cells;

		a->cells = c->next;
		mem_free(c);
	}
	while (a && a->stations) {
		struct station *s = a->stations;

		a->stations = s->next;
		mem_free(s);
	}
	mem_free(a);
}

static struct station *station_of(const struct ns3_air *a, const struct moor_port *p)
{
	struct station *s = a->stations;

	while (s && s->port != p)
		s = s->next;
	return s;
}

static struct cell *cell_of(const struct ns3_air *a, const uint8_t *bssid)
{
	struct cell *c = a->cells;

	while (c && memcmp(c->bssid, bssid, sizeof c->bssid))
		c = c->next;
	return c;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

/* The port goes to where its station is. Never from inside a handler of the world. */
static void follow(void *arg)
{
	struct station *s = arg;
	struct moor_link *to = s->on && s->cell ? s->cell->link : NULL, *from = moor_port_link(s->port);

	if (to == from || (!s->on && from))
		return;
	/* the world may lag behind: nothing of it was due */
	moor_world_advance(s->air->world, s->air->n->now_());
	s->moving = true;
	if (to)
		moor_link_attach(to, s->port, false);
	else
		moor_link_detach(s->port);
	s->moving = false;
	ns3_engine_wake(s->air->engine);
}

/* Decibels in tenths, as records have them. */
static int32_t tenths(double db)
{
	return (int32_t)(db * 10 + (db < 0 ? -0.5 : 0.5));
}

/* What the records say of it. Beacons are too many for that: the one that makes a station leave is told. */
static void record(struct station *s, enum rec_radio_what what, const struct ns3c_wifi_info *info)
{
	const struct cell *c = cell_of(s->air, info->peer);
	struct rec_radio r = { .what = what, .channel = c ? c->channel : info->channel,
			       .link = c ? moor_link_name(c->link) : NULL };

	memcpy(r.bssid.o, info->peer, sizeof r.bssid.o);
	if (what == RADIO_LEFT || what == RADIO_BEACONS_LOST)
		r.heard = s->heard;
	if (what == RADIO_BEACONS_LOST)
		r.count = s->missed_beacons;
	if (what == RADIO_SNR_LOW)
		r.snr = tenths(info->snr);
	ns3_engine_radio(s->air->engine, s->port, &r);
}

static void beacon(struct station *s, const struct ns3c_wifi_info *info)
{
	if (!s->cell || memcmp(info->peer, s->cell->bssid, sizeof s->cell->bssid))
		return;			/* another's */
	s->heard = s->air->n->now_();
	if (s->roaming != NS3_ROAM_SNR || s->leaving || info->snr >= s->snr)
		return;
	s->leaving = true;
	record(s, RADIO_SNR_LOW, info);
	s->air->n->wifi_roam_(s->device, 0);
}

static void tell_place(const struct station *s)
{
	moor_link_station(s->port, s->cell ? s->cell->link : NULL, s->air->n->now_());
}

static void station_event(void *arg, struct ns3c_port *device, const struct ns3c_wifi_info *info)
{
	struct station *s = arg;
	struct ns3_air *a = s->air;

	(void)device;
	if (a->fn)
		a->fn(a->ctx, s->port, a->n->now_(), info);
	switch (info->event) {
	case NS3C_WIFI_ASSOCIATED:
		s->cell = cell_of(a, info->peer);
		s->leaving = false;
		s->heard = a->n->now_();
		record(s, RADIO_ASSOCIATED, info);
		tell_place(s);
		follow(s);
		break;
	case NS3C_WIFI_LEFT:
		record(s, RADIO_LEFT, info);
		s->cell = NULL;
		tell_place(s);
		follow(s);
		break;
	case NS3C_WIFI_BEACON:
		beacon(s, info);
		break;
	case NS3C_WIFI_BEACONS_LOST:
		record(s, RADIO_BEACONS_LOST, info);
		break;
	case NS3C_WIFI_SCAN_BEGUN:
		record(s, RADIO_SCAN_BEGUN, info);
		break;
	case NS3C_WIFI_SCAN_DONE:
		record(s, RADIO_SCAN_DONE, info);
		break;
	case NS3C_WIFI_PROBE:
		record(s, RADIO_PROBE_SENT, info);
		break;
	}
}

static void cell_event(void *arg, struct ns3c_port *device, const struct ns3c_wifi_info *info)
{
	struct cell *c = arg;

	(void)device;
	if (c->air->fn && c->hub)
		c->air->fn(c->air->ctx, c->hub, c->air->n->now_(), info);
}

static void cell_plug(struct moor_medium *m, struct moor_port *p, bool in)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);
	struct station *s = station_of(c->air, p);

	if (!s)
		c->hub = in ? p : NULL;
}

static void cell_leave(struct moor_medium *m, struct moor_port *p)
{
	struct station *s = station_of(MOOR_CONTAINER(m, struct cell, medium)->air, p);

	if (s && !s->moving)
		s->on = false;
}

/* Switched on. Where it is associated with another cell it follows behind: whoever attaches it may be a handler. */
static bool cell_admit(struct moor_medium *m, struct moor_port *p)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);
	struct station *s = station_of(c->air, p);

	if (!s)
		return false;
	s->on = true;
	if (s->cell != c)
		c->air->n->timer_set_(&s->timer, 0, follow, s);
	return s->cell == c;
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static bool cell_send(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct cell *c = MOOR_CONTAINER(m, struct cell, medium);
	struct station *s = from == c->hub ? NULL : station_of(c->air, from);

	if (s && s->cell == c)
		return !c->air->n->port_send_(s->device, frame, len, mark);
	return from == c->hub && !c->air->n->port_send_(c->device, frame, len, mark);
}

static void cell_heard(void *arg, struct ns3c_port *device, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct cell *c = arg;

	(void)device;
	if (!c->hub)
		return;
	moor_link_heard(c->hub, c->air->n->now_(), frame, len, mark);
	ns3_engine_wake(c->air->engine);
}

static void station_heard(void *arg, struct ns3c_port *device, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct station *s = arg;

	(void)device;
	if (!s->cell || moor_port_link(s->port) != s->cell->link)
		return;
	moor_link_heard(s->port, s->air->n->now_(), frame, len, mark);
	ns3_engine_wake(s->air->engine);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static struct ns3c_node *place(struct ns3_air *a, const char *what, const struct ns3_way *way)
{
	char name[160];
	struct text t = text_on(name, sizeof name);
	struct ns3c_node *n;

	text_add(&t, "%s/%u", what, a->nodes++);
	n = a->n->node_new_(name);
	return n && ns3_way_take(a->n, n, way) ? n : NULL;
}

const char *ns3_air_cell(struct ns3_air *a, struct moor_link *l, const struct ns3_ap *ap)
{
	struct ns3c_ap_config config = { .ssid = a->ssid, .channel = ap->channel };
	const struct link_params *p = moor_link_params(l);
	struct ns3c_node *n;
	struct cell *c;

	if (moor_link_kind(l) != LINK_LAN)
		return "a cell is a LAN, not a p2p link";
	if (p->rate || p->delay.kind != DELAY_CONSTANT || p->delay.a || p->reorder_ppm)
		return "rate, delay and order of frames are the radio's";
	n = place(a, moor_link_name(l), &(struct ns3_way){ &(struct ns3_waypoint){ 0, ap->at }, 1 });
	c = mem_zeroed(sizeof *c);
	*c = (struct cell){ .medium = { cell_send, cell_plug, cell_admit, cell_leave }, .next = a->cells, .air = a, .link = l,
			    .channel = ap->channel };
	c->device = n ? a->n->wifi_ap_(n, a->wifi, &config) : NULL;
	if (!c->device) {
		mem_free(c);
		return a->n->error_text_();
	}
	a->cells = c;
	a->n->port_mac_(c->device, c->bssid);
	a->n->port_promiscuous_(c->device, true);
	a->n->port_on_frame_(c->device, cell_heard, c);
	a->n->wifi_on_event_(c->device, cell_event, c);
	moor_link_carry(l, &c->medium);
	return NULL;
}

const char *ns3_air_station(struct ns3_air *a, struct moor_port *p, const struct ns3_sta *sta)
{
	struct ns3c_sta_config config = { .ssid = a->ssid, .channel = sta->channel, .scan = sta->scan,
					  .missed_beacons = sta->missed_beacons, .scan_channels = sta->channels,
					  .n_scan_channels = sta->n_channels, .dwell = sta->dwell };
	struct ns3c_node *n;
	struct station *s;

	for (s = a->stations; s; s = s->next)
		if (mac_eq(moor_port_mac(s->port), moor_port_mac(p)))
			return "two stations have the same MAC address";
	if (sta->roaming == NS3_ROAM_SNR && sta->n_channels < 2)
		return "a station that roams by its SNR has two channels to scan or more";
	n = place(a, moor_node_name(moor_port_node(p)),
		  sta->way.n ? &sta->way : &(struct ns3_way){ &(struct ns3_waypoint){ 0, sta->at }, 1 });
	if (!n || (!sta->way.n && a->n->node_velocity_(n, sta->velocity)))
		return a->n->error_text_();
	s = mem_zeroed(sizeof *s);
	*s = (struct station){ .next = a->stations, .air = a, .port = p, .roaming = sta->roaming, .snr = sta->snr,
				.missed_beacons = sta->missed_beacons ? sta->missed_beacons : 10 };
	s->device = a->n->wifi_sta_(n, a->wifi, &config);
	if (!s->device || a->n->port_set_mac_(s->device, moor_port_mac(p)->o)) {
		mem_free(s);
		return a->n->error_text_();
	}
	a->stations = s;
	tell_place(s);
	a->n->port_promiscuous_(s->device, true);
	a->n->port_on_frame_(s->device, station_heard, s);
	a->n->wifi_on_event_(s->device, station_event, s);
	return NULL;
}
