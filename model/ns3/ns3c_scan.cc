/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a station that looks for access points on several channels
 *
 * In ns-3's place: one channel after the other, some time on each, probing or not, then the access point of its network
 * that was heard best since the scan began. When none was heard it begins anew. An access point that was heard longer
 * ago is never returned to, so a station does not try one that it has walked away from.
 */
#include "ns3/ns3c_wifi.h"

#include <map>

#include <ns3/simulator.h>
#include <ns3/wifi-assoc-manager.h>

using namespace ns3;

namespace {

constexpr int64_t PASSIVE = 110000000, ACTIVE = 10000000;	/* ns on a channel: a beacon interval; a probe's answer */
constexpr int64_t SWITCH = 300000;				/* until the radio is there; ns-3 needs 250 us */

/*
 * What releases of ns-3 call differently is chosen by the compiler, by what there is, not by a version's number. Of the
 * forms that there are the one of highest rank is taken.
 */
struct Oldest {};
struct Newer : Oldest {};
struct Newest : Newer {};

template <typename Frame>
auto
SsidOf(const Frame &f, Newest) -> decltype(f.GetSsid())
{
	return f.GetSsid();
}

template <typename Frame>
auto
SsidOf(const Frame &f, Oldest) -> decltype(f.template Get<Ssid>().value())
{
	return f.template Get<Ssid>().value();
}

/* Only beacons and probe responses have the network's name; it is in all of them. */
template <typename Frame>
bool
Names(const Frame &f, const Ssid &wanted)
{
	if constexpr (std::is_same_v<Frame, MgtAssocResponseHeader>)
		return false;
	else
		return SsidOf(f, Newest()).IsEqual(wanted);
}

template <typename Mac>
auto
Ask(Mac &mac, Newest) -> decltype(mac.EnqueueProbeRequest(mac.GetProbeRequest(0), 0))
{
	mac.EnqueueProbeRequest(mac.GetProbeRequest(0), 0);
}

template <typename Mac>
auto
Ask(Mac &mac, Newer) -> decltype(mac.SendProbeRequest(0))
{
	mac.SendProbeRequest(0);
}

template <typename Mac>
auto
Ask(Mac &mac, Oldest) -> decltype(mac.SendProbeRequest())
{
	mac.SendProbeRequest();
}

class HopScan : public WifiAssocManager
{
public:
	static TypeId GetTypeId()
	{
		static TypeId id = TypeId("ns3c::HopScan").SetParent<WifiAssocManager>().AddConstructor<HopScan>();

		return id;
	}

	void Set(WifiPort *p, bool probes, int64_t time, const std::string &name)
	{
		port = p;
		active = probes;
		dwell = time ? time : probes ? ACTIVE : PASSIVE;
		ssid = name;
	}

	void NotifyApInfo(const StaWifiMac::ApInfo &&info) override
	{
		if (!scanning || !Ours(info))
			return;
		auto [it, fresh] = heard.try_emplace(info.m_bssid, info);

		if (!fresh)
			it->second = info;
		channels[info.m_bssid] = port->Channel();
	}

	void NotifyChannelSwitched(uint8_t) override {}

	bool Compare(const StaWifiMac::ApInfo &a, const StaWifiMac::ApInfo &b) const override { return a.m_snr > b.m_snr; }

protected:
	bool CanBeInserted(const StaWifiMac::ApInfo &) const override { return false; }	/* our own list is kept */
	bool CanBeReturned(const StaWifiMac::ApInfo &) const override { return true; }

	void DoDispose() override
	{
		next.Cancel();
		WifiAssocManager::DoDispose();
	}

private:
	void DoStartScanning() override
	{
		next.Cancel();
		heard.clear();
		scanning = true;
		at = 0;
		port->Say(NS3C_WIFI_SCAN_BEGUN);
		Visit();
	}

	bool Ours(const StaWifiMac::ApInfo &info) const
	{
		return std::visit([&](const auto &frame) { return Names(frame, Ssid(ssid)); }, info.m_frame);
	}

	void Visit()
	{
		if (at == port->list.size())
		{
			End();
			return;
		}
		if (port->Channel() != port->list[at])
			port->Tune(port->list[at]);
		if (active)
			probe = Simulator::Schedule(NanoSeconds(SWITCH), &HopScan::Probe, this);
		at++;
		next = Simulator::Schedule(NanoSeconds(SWITCH + dwell), &HopScan::Visit, this);
	}

	void Probe()
	{
		Ask(*m_mac, Newest());
		port->Say(NS3C_WIFI_PROBE);
	}

	void End()
	{
		const StaWifiMac::ApInfo *best = nullptr;

		scanning = false;
		port->Say(NS3C_WIFI_SCAN_DONE);
		for (const auto &[bssid, info] : heard)
			if (!best || info.m_snr > best->m_snr)
				best = &info;
		if (!best)
		{
			m_mac->ScanningTimeout(std::nullopt);
			return;
		}
		if (port->Channel() != channels[best->m_bssid])
			port->Tune(channels[best->m_bssid]);
		chosen = *best;
		next = Simulator::Schedule(NanoSeconds(SWITCH), &HopScan::Join, this);
	}

	void Join() { m_mac->ScanningTimeout(chosen); }

	WifiPort *port = nullptr;
	bool active = false, scanning = false;
	int64_t dwell = 0;
	std::string ssid;
	size_t at = 0;
	EventId next, probe;
	std::map<Mac48Address, StaWifiMac::ApInfo> heard;
	std::map<Mac48Address, uint16_t> channels;
	std::optional<StaWifiMac::ApInfo> chosen;
};

NS_OBJECT_ENSURE_REGISTERED(HopScan);

} // namespace

void Ns3cScanBy(WifiPort *p, std::vector<uint16_t> channels, bool active, int64_t dwell, const std::string &ssid)
{
	Ptr<HopScan> scan = CreateObject<HopScan>();

	p->list = std::move(channels);
	scan->Set(p, active, dwell, ssid);
	DynamicCast<StaWifiMac>(p->wifi->GetMac())->SetAssocManager(scan);
}
