/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Wi-Fi's two files share: the port of a station or an access point. C++. Internal.
 */
#ifndef NS3C_WIFI_H
#define NS3C_WIFI_H

#include <ns3/sta-wifi-mac.h>
#include <ns3/wifi-net-device.h>
#include <ns3/yans-wifi-helper.h>

#include "ns3/ns3c_internal.h"

struct WifiPort : ns3c_port
{
	WifiPort(ns3c_node *n, ns3::Ptr<ns3::WifiNetDevice> d, ns3c_wifi *w) : ns3c_port(n, d), wifi(d), medium(w) {}

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override;
	int Promiscuous(bool on) override;
	int Pcap(const std::string &path) override;
	int SetMac(const uint8_t mac[6]) override;
	bool Up() const override;

	void Listen();
	bool Receive(ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> p, uint16_t type, const ns3::Address &from,
		     const ns3::Address &to, ns3::NetDevice::PacketType kind);
	void Tune(uint16_t number);			/* a station that is associated is no more */
	void Say(ns3c_wifi_event event);		/* about no peer */
	uint16_t Channel() const { return channel; }
	uint16_t OtherChannel() const			/* of its list, than the present one */
	{
		for (uint16_t c : list)
			if (c != channel)
				return c;
		return channel;
	}

	ns3::Ptr<ns3::WifiNetDevice> wifi;
	ns3c_wifi *medium;
	uint16_t channel = 0;
	bool sta = false, promiscuous = false;
	bool associated = false, leaving = false;	/* leaving: because it was told to */
	ns3::Mac48Address bssid;
	std::vector<uint16_t> list;			/* of channels that a scan visits; empty: ns-3's own scan */
	ns3c_wifi_fn *on_event = nullptr;
	void *event_arg = nullptr;
};

/* The station's scans visit these channels from now on. dwell: ns on each, 0: the default of the kind of scan. */
void Ns3cScanBy(WifiPort *p, std::vector<uint16_t> channels, bool active, int64_t dwell, const std::string &ssid);

#endif
