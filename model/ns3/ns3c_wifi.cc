/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Wi-Fi
 *
 * Access points and stations of ns-3, on a radio medium with a log-distance loss. ns-3 itself has no roaming: a station
 * leaves when it misses beacons or when its channel is changed, and then looks on the channel that it is on. A station
 * with a list of channels gets an association manager of ours (ns3c_scan.cc), which visits them and takes the access
 * point that it heard best. IEEE 802.11 itself is ns-3's matter.
 */
#include "ns3/ns3c_wifi.h"

#include <cmath>
#include <cstring>

#include <ns3/ap-wifi-mac.h>
#include <ns3/boolean.h>
#include <ns3/double.h>
#include <ns3/frame-exchange-manager.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device-container.h>
#include <ns3/node-container.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>
#include <ns3/wifi-helper.h>
#include <ns3/wifi-mac-helper.h>
#include <ns3/wifi-phy-operating-channel.h>

using namespace ns3;

namespace {

constexpr double EXPONENT = 3, REFERENCE = 46.6777, POWER = 16.0206; /* ns-3's own defaults */
constexpr uint32_t MISSED = 10, MTU = 1500;
constexpr int64_t BEACON = 102400000, UNIT = 1024000; /* ns */
constexpr int64_t DWELL_LEAST = 1000000; /* ns: the radio is done with changing its channel */

struct Standard
{
	const char *name;
	WifiStandard standard;
	WifiPhyBand band;		/* of channels above 14 */
};

const Standard standards[] = {
	{ "a", WIFI_STANDARD_80211a, WIFI_PHY_BAND_5GHZ },   { "b", WIFI_STANDARD_80211b, WIFI_PHY_BAND_2_4GHZ },
	{ "g", WIFI_STANDARD_80211g, WIFI_PHY_BAND_2_4GHZ }, { "n", WIFI_STANDARD_80211n, WIFI_PHY_BAND_5GHZ },
	{ "ac", WIFI_STANDARD_80211ac, WIFI_PHY_BAND_5GHZ }, { "ax", WIFI_STANDARD_80211ax, WIFI_PHY_BAND_5GHZ },
};

const Standard *Find(const char *name)
{
	if (name && !strncmp(name, "802.11", 6))
		name += 6;
	for (const Standard &s : standards)
		if (name && !strcmp(s.name, name))
			return &s;
	return nullptr;
}

} // namespace

struct ns3c_wifi
{
	const Standard *standard;
	Ptr<YansWifiChannel> channel;
	std::string rates;

	WifiPhyBand Band(uint16_t number) const { return number <= 14 ? WIFI_PHY_BAND_2_4GHZ : standard->band; }

	/* Of 20 MHz, which all standards have; 802.11b has 22. */
	uint16_t Width(uint16_t number) const
	{
		for (uint16_t width : { 20, 22, 40, 80, 160 })
			if (WifiPhyOperatingChannel::FindFirst((uint8_t)number, 0, width, standard->standard, Band(number))
			    != WifiPhyOperatingChannel::m_frequencyChannels.end())
				return width;
		return 0;
	}

	std::string Settings(uint16_t number) const
	{
		const char *band = Band(number) == WIFI_PHY_BAND_2_4GHZ ? "BAND_2_4GHZ" : "BAND_5GHZ";

		return "{" + std::to_string(number) + ", " + std::to_string(Width(number)) + ", " + band + ", 0}";
	}
};

namespace {

int CheckChannel(const ns3c_wifi *w, uint16_t number)
{
	if (number && number <= 255 && w->Width(number))
		return NS3C_OK;
	return Ns3cFail(NS3C_BAD_ARGUMENT, "802.11%s has no channel %u", w->standard->name, number);
}

bool GoodSsid(const char *ssid) { return ssid && *ssid && strlen(ssid) <= 32; }

void Tell(WifiPort *p, ns3c_wifi_event event, const Mac48Address *peer, double snr, uint16_t channel)
{
	ns3c_wifi_info info = {};

	info.event = event;
	info.channel = channel;
	info.snr = snr;
	if (peer)
		peer->CopyTo(info.peer);
	if (p->on_event)
		p->on_event(p->event_arg, p, &info);
}

/* What ns-3 tells from inside its own work is handed on when that is over. */
void Post(WifiPort *p, ns3c_wifi_event event, Mac48Address peer, double snr, uint16_t channel)
{
	Simulator::ScheduleNow([=] { Tell(p, event, &peer, snr, channel); });
}

void Associated(WifiPort *p, Mac48Address bssid)
{
	p->bssid = bssid;
	p->associated = true;
	p->leaving = false;
	Post(p, NS3C_WIFI_ASSOCIATED, bssid, 0, p->Channel());
	Simulator::ScheduleNow([p] { p->Link(true); });
}

void Left(WifiPort *p, Mac48Address bssid)
{
	if (!p->leaving)
		Post(p, NS3C_WIFI_BEACONS_LOST, bssid, 0, p->Channel());
	p->associated = false;
	Post(p, NS3C_WIFI_LEFT, bssid, 0, p->Channel());
	Simulator::ScheduleNow([p] { p->Link(false); });
}

void Beacon(WifiPort *p, StaWifiMac::ApInfo info)
{
	Post(p, NS3C_WIFI_BEACON, info.m_bssid, 10 * std::log10(info.m_snr), p->Channel());
}

void StationCame(WifiPort *p, uint16_t, Mac48Address who) { Post(p, NS3C_WIFI_ASSOCIATED, who, 0, p->Channel()); }
void StationLeft(WifiPort *p, uint16_t, Mac48Address who) { Post(p, NS3C_WIFI_LEFT, who, 0, p->Channel()); }

/* The frame exchange took its address from the MAC layer when it was made. */
void GiveAddress(Ptr<WifiNetDevice> d, Mac48Address mac)
{
	Ptr<FrameExchangeManager> exchange = d->GetMac()->GetFrameExchangeManager(0);

	d->GetMac()->SetAddress(mac);
	exchange->SetAddress(mac);
	if (DynamicCast<ApWifiMac>(d->GetMac()))
		exchange->SetBssid(mac);
}

/* The device of a node with this MAC layer. */
WifiPort *Make(ns3c_node *n, ns3c_wifi *w, uint16_t channel, double power, WifiMacHelper &mac)
{
	WifiHelper wifi;
	YansWifiPhyHelper phy;
	NetDeviceContainer devices;
	Ptr<WifiNetDevice> d;
	WifiPort *p;

	phy.SetChannel(w->channel);
	phy.Set("ChannelSettings", StringValue(w->Settings(channel)));
	phy.Set("TxPowerStart", DoubleValue(power ? power : POWER));
	phy.Set("TxPowerEnd", DoubleValue(power ? power : POWER));
	phy.SetPcapDataLinkType(WifiPhyHelper::DLT_IEEE802_11_RADIO);
	wifi.SetStandard(w->standard->standard);
	wifi.SetRemoteStationManager(w->rates);
	devices = wifi.Install(phy, mac, NodeContainer(n->node));
	Ns3c()->streams += wifi.AssignStreams(devices, Ns3c()->streams);
	d = DynamicCast<WifiNetDevice>(devices.Get(0));
	d->SetMtu(MTU);
	GiveAddress(d, Ns3cFreshMac());
	p = new WifiPort(n, d, w);
	Ns3cKeep(p);
	p->channel = channel;
	p->Listen();
	return p;
}

int CheckRadio(const ns3c_node *n, const ns3c_wifi *w, uint16_t channel, const char *ssid, double power)
{
	if (!n || !w || !GoodSsid(ssid))
		return Ns3cFail(NS3C_BAD_ARGUMENT, "a node, a medium and an SSID of 1 to 32 octets are needed");
	if (!n->placed)
		return Ns3cFail(NS3C_BAD_STATE, "%s was not placed: radio needs a position", n->name.c_str());
	if (!std::isfinite(power) || power < -50 || power > 50)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "a power lies between -50 and 50 dBm");
	return CheckChannel(w, channel);
}

} // namespace

/* ---- ports ------------------------------------------------------------------------------------------------------- */

int WifiPort::Send(const uint8_t *frame, size_t len, uint64_t mark)
{
	Mac48Address dst = Ns3cMac(frame), src = Ns3cMac(frame + 6);
	Ptr<Packet> packet = Ns3cPacket(frame + ETH_HEAD, len - ETH_HEAD, mark);
	bool sent;

	if (!sta)
		sent = wifi->SendFrom(packet, src, dst, Ns3cType(frame));
	else if (src != Mac48Address::ConvertFrom(wifi->GetAddress()))
		return Ns3cFail(NS3C_UNSUPPORTED, "a Wi-Fi station sends in its own name alone");
	else
		sent = associated && wifi->Send(packet, dst, Ns3cType(frame));
	return Took(sent);
}

bool WifiPort::Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t type, const Address &from, const Address &to,
		       NetDevice::PacketType kind)
{
	uint8_t src[6], dst[6];

	if (bridged || (kind == NetDevice::PACKET_OTHERHOST && !promiscuous))
		return true;
	Mac48Address::ConvertFrom(from).CopyTo(src);
	Mac48Address::ConvertFrom(to).CopyTo(dst);
	Hand(p, dst, src, type, Ns3cMarkOf(p));
	return true;
}

void WifiPort::Listen() { wifi->SetPromiscReceiveCallback(MakeCallback(&WifiPort::Receive, this)); }

int WifiPort::Promiscuous(bool on)
{
	promiscuous = on;
	return NS3C_OK;
}

bool WifiPort::Up() const { return !sta || associated; }

int WifiPort::Pcap(const std::string &path)
{
	YansWifiPhyHelper phy;

	phy.SetPcapDataLinkType(WifiPhyHelper::DLT_IEEE802_11_RADIO);
	phy.EnablePcap(path, wifi, true, true);
	return NS3C_OK;
}

/* Two of one address would answer for one another: ns-3's state machines are not made for that. */
int WifiPort::SetMac(const uint8_t mac[6])
{
	for (const auto &other : Ns3c()->ports)
	{
		const WifiPort *w = dynamic_cast<WifiPort *>(other.get());

		if (w && w != this && w->medium == medium && w->wifi->GetAddress() == Ns3cMac(mac))
			return Ns3cFail(NS3C_BAD_ARGUMENT, "the MAC address is that of %s on the same medium",
					w->node->name.c_str());
	}
	GiveAddress(wifi, Ns3cMac(mac));
	return NS3C_OK;
}

void WifiPort::Tune(uint16_t number)
{
	channel = number;
	wifi->GetPhy()->SetAttribute("ChannelSettings", StringValue(medium->Settings(number)));
}

void WifiPort::Say(ns3c_wifi_event event) { Post(this, event, Mac48Address(), 0, channel); }

/* ---- the calls --------------------------------------------------------------------------------------------------- */

struct ns3c_wifi *ns3c_wifi_new(const struct ns3c_wifi_config *c)
{
	return Ns3cGuard<ns3c_wifi *>(nullptr, [&]() -> ns3c_wifi * {
		const Standard *standard = c ? Find(c->standard) : nullptr;
		const char *rates = c && c->rate_manager ? c->rate_manager : "ns3::IdealWifiManager";
		YansWifiChannelHelper channel;
		std::shared_ptr<ns3c_wifi> w;
		TypeId id;

		if (!standard)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "there is no standard 802.11%s here: a, b, g, n, ac, ax",
				 c && c->standard ? c->standard : "");
			return nullptr;
		}
		if (!std::isfinite(c->exponent) || c->exponent < 0 || c->exponent > 20 || !std::isfinite(c->reference_loss)
		    || c->reference_loss < 0 || c->reference_loss > 300)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a loss exponent lies between 0 and 20, a loss at 1 m between 0 and 300 dB");
			return nullptr;
		}
		if (!TypeId::LookupByNameFailSafe(rates, &id) || !id.IsChildOf(WifiRemoteStationManager::GetTypeId()))
		{
			Ns3cFail(NS3C_NO_SUCH, "%s is no rate manager", rates);
			return nullptr;
		}
		channel.SetPropagationDelay("ns3::ConstantSpeedPropagationDelayModel");
		channel.AddPropagationLoss("ns3::LogDistancePropagationLossModel", "Exponent",
					   DoubleValue(c->exponent ? c->exponent : EXPONENT), "ReferenceLoss",
					   DoubleValue(c->reference_loss ? c->reference_loss : REFERENCE));
		w = std::make_shared<ns3c_wifi>();
		w->standard = standard;
		w->channel = channel.Create();
		w->rates = rates;
		Ns3c()->others.push_back(w);
		return w.get();
	});
}

struct ns3c_port *ns3c_wifi_ap(struct ns3c_node *n, struct ns3c_wifi *w, const struct ns3c_ap_config *c)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		int64_t beacon = c && c->beacon ? c->beacon : BEACON;
		WifiMacHelper mac;
		WifiPort *p;

		if (!c || CheckRadio(n, w, c->channel, c->ssid, c->power))
			return nullptr;
		if (beacon < UNIT || beacon % UNIT || beacon / UNIT > 65535)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a beacon interval is 1 to 65535 times 1.024 ms");
			return nullptr;
		}
		mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(Ssid(c->ssid)), "BeaconInterval",
			    TimeValue(NanoSeconds(beacon)));
		p = Make(n, w, c->channel, c->power, mac);
		p->wifi->GetMac()->TraceConnectWithoutContext("AssociatedSta", MakeBoundCallback(&StationCame, p));
		p->wifi->GetMac()->TraceConnectWithoutContext("DeAssociatedSta", MakeBoundCallback(&StationLeft, p));
		return p;
	});
}

struct ns3c_port *ns3c_wifi_sta(struct ns3c_node *n, struct ns3c_wifi *w, const struct ns3c_sta_config *c)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		WifiMacHelper mac;
		WifiPort *p;

		if (!c || CheckRadio(n, w, c->channel, c->ssid, c->power))
			return nullptr;
		for (size_t k = 0; k < c->n_scan_channels; k++)
			if (!c->scan_channels || CheckChannel(w, c->scan_channels[k]))
				return nullptr;
		if (c->dwell && c->dwell < DWELL_LEAST)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a station stays on a channel for 1 ms or more (0: the usual)");
			return nullptr;
		}
		mac.SetType("ns3::StaWifiMac", "Ssid", SsidValue(Ssid(c->ssid)), "ActiveProbing",
			    BooleanValue(c->scan == NS3C_SCAN_ACTIVE), "MaxMissedBeacons",
			    UintegerValue(c->missed_beacons ? c->missed_beacons : MISSED));
		p = Make(n, w, c->channel, c->power, mac);
		p->sta = true;
		p->wifi->GetMac()->TraceConnectWithoutContext("Assoc", MakeBoundCallback(&Associated, p));
		p->wifi->GetMac()->TraceConnectWithoutContext("DeAssoc", MakeBoundCallback(&Left, p));
		p->wifi->GetMac()->TraceConnectWithoutContext("ReceivedBeaconInfo", MakeBoundCallback(&Beacon, p));
		if (c->n_scan_channels)
			Ns3cScanBy(p, std::vector<uint16_t>(c->scan_channels, c->scan_channels + c->n_scan_channels),
				   c->scan == NS3C_SCAN_ACTIVE, c->dwell, c->ssid);
		return p;
	});
}

static WifiPort *Radio(const ns3c_port *p) { return dynamic_cast<WifiPort *>(const_cast<ns3c_port *>(p)); }

void ns3c_wifi_on_event(struct ns3c_port *port, ns3c_wifi_fn *fn, void *arg)
{
	WifiPort *p = Radio(port);

	if (!p)
		return;
	p->on_event = fn;
	p->event_arg = arg;
}

int ns3c_wifi_roam(struct ns3c_port *port, uint16_t channel)
{
	return Ns3cCall([&]() -> int {
		WifiPort *p = Radio(port);

		if (!p || !p->sta)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a Wi-Fi station is needed");
		if (channel && CheckChannel(p->medium, channel))
			return NS3C_BAD_ARGUMENT;
		if (!channel && p->list.size() < 2)
			return Ns3cFail(NS3C_UNSUPPORTED, "without a list of channels a station cannot leave on its own");
		p->leaving = true;
		p->Tune(channel ? channel : p->OtherChannel());
		return NS3C_OK;
	});
}

bool ns3c_wifi_associated(const struct ns3c_port *port, uint8_t bssid[6])
{
	const WifiPort *p = Radio(port);

	if (!p || !p->associated)
		return false;
	if (bssid)
		p->bssid.CopyTo(bssid);
	return true;
}
