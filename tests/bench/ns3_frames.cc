/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames to and fro over ns-3's devices as a program in C++ sends and hears them: octets into a packet, the packet
 * into a device, its octets out of the packet at the other end. What engine_shim.c does by our interface in C, with
 * the same devices, the same rates and the same random streams.
 */
#include "tests/bench/engines.h"

#include <cstring>

#include <ns3/abort.h>
#include <ns3/constant-velocity-mobility-model.h>
#include <ns3/csma-channel.h>
#include <ns3/csma-net-device.h>
#include <ns3/data-rate.h>
#include <ns3/double.h>
#include <ns3/drop-tail-queue.h>
#include <ns3/map-scheduler.h>
#include <ns3/node-container.h>
#include <ns3/object-factory.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/simulator.h>
#include <ns3/ssid.h>
#include <ns3/string.h>
#include <ns3/wifi-helper.h>
#include <ns3/wifi-mac-helper.h>
#include <ns3/wifi-net-device.h>
#include <ns3/yans-wifi-helper.h>

using namespace ns3;

namespace {

constexpr uint16_t TYPE_IP6 = 0x86dd;
constexpr size_t HEAD = 14;

struct Pair {
	bench_work *work;
	Ptr<NetDevice> device[2];
	Address address[2];
	uint8_t out[2][BENCH_FRAME_MAX], in[BENCH_FRAME_MAX];
	uint32_t len;		/* without a header */
};

Pair *pair;		/* one a process */

void Send(Pair *x, unsigned end)
{
	x->device[end]->Send(Create<Packet>(x->out[end], x->len), x->address[1 - end], TYPE_IP6);
}

bool Heard(Ptr<NetDevice> device, Ptr<const Packet> packet, uint16_t, const Address &)
{
	Pair *x = pair;
	unsigned end = device == x->device[1];

	packet->CopyData(x->in, sizeof x->in);
	x->out[end][x->len - 1] = x->in[x->len - 1];
	Send(x, end);
	x->work->hash = bench_hash(x->work->hash, Simulator::Now().GetNanoSeconds(), end);
	if (!--x->work->left)
		Simulator::Stop();
	return true;
}

void Begin()
{
	ObjectFactory factory;

	factory.SetTypeId(MapScheduler::GetTypeId());
	Simulator::SetScheduler(factory);
}

Pair *Between(bench_work *work, Ptr<NetDevice> a, Ptr<NetDevice> b)
{
	Pair *x = pair = new Pair();

	x->work = work;
	x->device[0] = a;
	x->device[1] = b;
	x->len = (uint32_t)(work->n - HEAD);
	for (unsigned end = 0; end < 2; end++) {
		x->address[end] = x->device[end]->GetAddress();
		for (uint32_t k = 0; k < x->len; k++)
			x->out[end][k] = (uint8_t)(HEAD + k);
		x->device[end]->SetReceiveCallback(MakeCallback(&Heard));
	}
	return x;
}

void *First(Pair *x)
{
	Send(x, 0);
	return x;
}

template <typename Device, typename Channel>
Ptr<Device> Install(Ptr<Channel> channel)
{
	Ptr<Device> d = CreateObject<Device>();

	d->SetAddress(Mac48Address::Allocate());
	d->SetQueue(CreateObject<DropTailQueue<Packet>>());
	CreateObject<Node>()->AddDevice(d);
	d->Attach(channel);
	return d;
}

Ptr<PointToPointNetDevice> InstallP2p(Ptr<PointToPointChannel> channel)
{
	Ptr<PointToPointNetDevice> d = Install<PointToPointNetDevice>(channel);

	d->SetDataRate(DataRate(BENCH_RATE));
	return d;
}

void *MakeP2p(bench_work *work)
{
	Ptr<PointToPointChannel> channel = CreateObject<PointToPointChannel>();
	Ptr<NetDevice> a, b;

	Begin();
	channel->SetAttribute("Delay", TimeValue(NanoSeconds(BENCH_DELAY)));
	a = InstallP2p(channel);
	b = InstallP2p(channel);
	return First(Between(work, a, b));
}

void *MakeCsma(bench_work *work)
{
	Ptr<CsmaChannel> channel = CreateObject<CsmaChannel>();
	Ptr<NetDevice> a, b;

	Begin();
	channel->SetAttribute("DataRate", DataRateValue(DataRate(BENCH_RATE)));
	channel->SetAttribute("Delay", TimeValue(NanoSeconds(BENCH_DELAY)));
	a = Install<CsmaNetDevice>(channel);
	b = Install<CsmaNetDevice>(channel);
	return First(Between(work, a, b));
}

Ptr<WifiNetDevice> InstallWifi(Ptr<YansWifiChannel> channel, WifiMacHelper &mac, double at, int64_t *streams)
{
	Ptr<Node> node = CreateObject<Node>();
	Ptr<ConstantVelocityMobilityModel> place = CreateObject<ConstantVelocityMobilityModel>();
	WifiHelper wifi;
	YansWifiPhyHelper phy;
	NetDeviceContainer devices;
	Ptr<WifiNetDevice> d;

	place->SetPosition(Vector(at, 0, 0));
	node->AggregateObject(place);
	phy.SetChannel(channel);
	phy.Set("ChannelSettings", StringValue("{36, 20, BAND_5GHZ, 0}"));
	wifi.SetStandard(WIFI_STANDARD_80211a);
	wifi.SetRemoteStationManager("ns3::IdealWifiManager");
	devices = wifi.Install(phy, mac, NodeContainer(node));
	*streams += wifi.AssignStreams(devices, *streams);
	d = DynamicCast<WifiNetDevice>(devices.Get(0));
	d->SetMtu(1500);
	return d;
}

void *MakeWifi(bench_work *work)
{
	YansWifiChannelHelper helper;
	Ptr<YansWifiChannel> channel;
	WifiMacHelper mac;
	Ptr<NetDevice> ap, sta;
	int64_t streams = 1000;
	Pair *x;

	Begin();
	helper.SetPropagationDelay("ns3::ConstantSpeedPropagationDelayModel");
	helper.AddPropagationLoss("ns3::LogDistancePropagationLossModel", "Exponent", DoubleValue(3), "ReferenceLoss",
				  DoubleValue(46.6777));
	channel = helper.Create();
	mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(Ssid("bench")));
	ap = InstallWifi(channel, mac, 0, &streams);
	mac.SetType("ns3::StaWifiMac", "Ssid", SsidValue(Ssid("bench")));
	sta = InstallWifi(channel, mac, BENCH_METRES, &streams);
	x = Between(work, sta, ap);
	Simulator::Stop(NanoSeconds(BENCH_SETTLE));
	Simulator::Run();
	NS_ABORT_IF(!sta->IsLinkUp());
	return First(x);
}

void Run(void *, bench_work *) { Simulator::Run(); }

} // namespace

extern const bench_engine bench_ns3_p2p = { "ns-3", MakeP2p, Run, nullptr };
extern const bench_engine bench_ns3_csma = { "ns-3", MakeCsma, Run, nullptr };
extern const bench_engine bench_ns3_wifi = { "ns-3", MakeWifi, Run, nullptr };
