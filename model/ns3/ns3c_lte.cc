/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: LTE
 *
 * ns-3's radio and packet core as an access network that carries Ethernet frames: every frame travels inside an IPv6
 * packet between the UE's address in ns-3's core and the one port on SGi, in next header 143 (Ethernet). So the core
 * needs to know nothing of the addresses above it, ns-3's router has nothing to drop, and the header of 40 octets and
 * Ethernet's 14 are the price, paid on the radio too. Frames of the SGi port go to the UE that has the destination
 * address, to all of them when it is a group's; UEs hear the SGi port alone. 3GPP's radio protocols are ns-3's matter.
 */
#include "ns3/ns3c_internal.h"

#include <cmath>
#include <cstring>
#include <map>

#include <ns3/double.h>
#include <ns3/epc-pgw-application.h>
#include <ns3/epc-ue-nas.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv6-header.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/lte-enb-net-device.h>
#include <ns3/lte-enb-rrc.h>
#include <ns3/lte-helper.h>
#include <ns3/lte-ue-net-device.h>
#include <ns3/lte-ue-rrc.h>
#include <ns3/mac48-address.h>
#include <ns3/mobility-model.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/point-to-point-epc-helper.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>

using namespace ns3;

namespace {

constexpr uint8_t ETHERNET = 143;		/* next header [RFC 8986 10.1] */
constexpr uint16_t TYPE_IP6 = 0x86dd;
constexpr uint32_t MTU = 1500, OUTER_MTU = 1600, HEAD = 40 + ETH_HEAD;
constexpr double HYSTERESIS = 3;		/* dB, ns-3's own default */
constexpr size_t UES_MAX = 40;			/* by its SrsPeriodicity */
constexpr int64_t TURN = 20000000;		/* ns */
constexpr int64_t TRIGGER = 256000000;		/* ns, ns-3's own default */

/* Both kinds have no frames of their own, and an MTU of ours. */
struct LtePort : ns3c_port
{
	using ns3c_port::ns3c_port;

	int SetMac(const uint8_t a[6]) override
	{
		memcpy(mac, a, 6);
		return NS3C_OK;
	}

	void GetMac(uint8_t a[6]) const override { memcpy(a, mac, 6); }
	uint32_t Mtu() const override { return mtu; }

	bool SetMtu(uint32_t octets) override
	{
		mtu = octets <= MTU ? octets : mtu;
		return octets <= MTU;
	}

	uint32_t mtu = MTU;
	uint8_t mac[6];
	Ipv6Address address;			/* in ns-3's core */
};

struct SgiPort;

struct UePort : LtePort
{
	UePort(ns3c_node *n, Ptr<LteUeNetDevice> d) : LtePort(n, d), ue(d) {}

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override;
	bool Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t, const Address &);
	bool Up() const override { return connected; }

	Ptr<LteUeNetDevice> ue;
	ns3c_lte *cells = nullptr;
	bool connected = false;
	ns3c_lte_fn *on_event = nullptr;
	void *event_arg = nullptr;
};

struct SgiPort : LtePort
{
	SgiPort(ns3c_node *n, Ptr<NetDevice> d) : LtePort(n, d) {}

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override;
	bool Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t, const Address &);
	bool Up() const override { return true; }
	int Promiscuous(bool) override { return NS3C_OK; }

	ns3c_lte *cells = nullptr;
};

Ptr<Packet> Wrap(const uint8_t *frame, size_t len, uint64_t mark, Ipv6Address from, Ipv6Address to)
{
	Ptr<Packet> p = Ns3cPacket(frame, len, mark);
	Ipv6Header h;

	h.SetSource(from);
	h.SetDestination(to);
	h.SetNextHeader(ETHERNET);
	h.SetPayloadLength((uint16_t)len);
	h.SetHopLimit(64);
	p->AddHeader(h);
	return p;
}

/* The frame inside; empty: none. */
std::vector<uint8_t> Unwrap(Ptr<const Packet> p)
{
	std::vector<uint8_t> frame;
	Ptr<Packet> copy = p->Copy();
	Ipv6Header h;

	if (copy->GetSize() < HEAD)
		return frame;
	copy->RemoveHeader(h);
	if (h.GetNextHeader() != ETHERNET)
		return frame;
	frame.resize(copy->GetSize());
	copy->CopyData(frame.data(), (uint32_t)frame.size());
	return frame;
}

} // namespace

struct ns3c_lte
{
	Ptr<LteHelper> lte;
	Ptr<PointToPointEpcHelper> epc;
	NetDeviceContainer enbs;
	std::vector<UePort *> ues;
	SgiPort *sgi = nullptr;
	uint32_t addresses = 0;
	std::map<Ptr<NetDevice>, unsigned> waiting;	/* UEs of an eNB so far */

	Ptr<LteEnbNetDevice> Cell(uint16_t id) const
	{
		for (uint32_t k = 0; k < enbs.GetN(); k++)
			if (DynamicCast<LteEnbNetDevice>(enbs.Get(k))->GetCellId() == id)
				return DynamicCast<LteEnbNetDevice>(enbs.Get(k));
		return nullptr;
	}

	Ptr<NetDevice> Nearest(Ptr<Node> n) const
	{
		Ptr<MobilityModel> from = n->GetObject<MobilityModel>();
		Ptr<NetDevice> best;
		double least = INFINITY;

		for (uint32_t k = 0; k < enbs.GetN(); k++)
		{
			double d = from->GetDistanceFrom(enbs.Get(k)->GetNode()->GetObject<MobilityModel>());

			if (d < least)
				best = enbs.Get(k);
			least = std::min(least, d);
		}
		return best;
	}

	/* One after the other: too many that want to connect to a cell at once are more than ns-3 survives. */
	void Attach(Ptr<NetDevice> ue, Ptr<NetDevice> enb)
	{
		Simulator::Schedule(NanoSeconds(TURN * waiting[enb]++), [this, ue, enb] { lte->Attach(ue, enb); });
	}
};

/* ---- frames ------------------------------------------------------------------------------------------------------ */

int UePort::Send(const uint8_t *frame, size_t len, uint64_t mark)
{
	if (memcmp(frame + 6, mac, 6))
		return Ns3cFail(NS3C_UNSUPPORTED, "a UE sends in its own name alone");
	return Took(connected && cells->sgi
		    && ue->Send(Wrap(frame, len, mark, address, cells->sgi->address), ue->GetBroadcast(), TYPE_IP6));
}

bool UePort::Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t, const Address &)
{
	std::vector<uint8_t> frame = Unwrap(p);

	if (!frame.empty())
		Hand(frame.data(), frame.size(), Ns3cMarkOf(p));
	return true;
}

int SgiPort::Send(const uint8_t *frame, size_t len, uint64_t mark)
{
	bool all = true;

	for (UePort *u : cells->ues)
		if (frame[0] & 1 || !memcmp(frame, u->mac, 6))
			all &= device->Send(Wrap(frame, len, mark, address, u->address), device->GetBroadcast(), TYPE_IP6);
	return Took(all);
}

bool SgiPort::Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t, const Address &)
{
	std::vector<uint8_t> frame = Unwrap(p);

	if (!frame.empty())
		Hand(frame.data(), frame.size(), Ns3cMarkOf(p));
	return true;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void Tell(UePort *p, ns3c_lte_event event, uint16_t cell)
{
	if (p->on_event)
		p->on_event(p->event_arg, p, event, cell);
}

static void Post(UePort *p, ns3c_lte_event event, uint16_t cell)
{
	Simulator::ScheduleNow(&Tell, p, event, cell);
}

static void Set(UePort *p, bool up)
{
	p->connected = up;
	Simulator::ScheduleNow([p, up] { p->Link(up); });
}

static void Connected(UePort *p, uint64_t, uint16_t cell, uint16_t)
{
	if (!p->connected)		/* the first bearer; later ones are of handovers */
		Post(p, NS3C_LTE_CONNECTED, cell);
	Set(p, true);
}

static void Began(UePort *p, uint64_t, uint16_t, uint16_t, uint16_t to) { Post(p, NS3C_LTE_HANDOVER_START, to); }
static void Ended(UePort *p, uint64_t, uint16_t cell, uint16_t) { Post(p, NS3C_LTE_HANDOVER_END, cell); }

static void Over(UePort *p, ns3c_lte_event why, uint16_t cell)
{
	if (!p->connected)
		return;			/* told already */
	Post(p, why, cell);
	Set(p, false);
}

static void Failed(UePort *p, uint64_t, uint16_t cell, uint16_t) { Over(p, NS3C_LTE_HANDOVER_FAILED, cell); }
static void Lost(UePort *p, uint64_t, uint16_t cell, uint16_t) { Over(p, NS3C_LTE_RADIO_LOST, cell); }

/* The end of a connection that ns-3 has no other word for: an eNB gave up a handover that its UE never came from. */
static void Turned(UePort *p, uint64_t, uint16_t cell, uint16_t, LteUeRrc::State from, LteUeRrc::State to)
{
	if (to < LteUeRrc::CONNECTED_NORMALLY || to == LteUeRrc::CONNECTED_PHY_PROBLEM)
		Over(p, from == LteUeRrc::CONNECTED_HANDOVER ? NS3C_LTE_HANDOVER_FAILED : NS3C_LTE_RADIO_LOST, cell);
}

/* ---- the calls --------------------------------------------------------------------------------------------------- */

static int CheckCells(const ns3c_lte_config *c)
{
	if (!c || !c->enbs || !c->places || c->enbs > 1000)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "1 to 1000 eNBs with their places are needed");
	for (size_t k = 0; k < c->enbs; k++)
		if (!Ns3cFinite(c->places[k]))
			return Ns3cFail(NS3C_BAD_ARGUMENT, "the place of eNB %zu is no place", k);
	if (!(c->a3_hysteresis >= 0 && c->a3_hysteresis <= 15) || c->a3_time < 0 || c->a3_time > 5120000000)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "event A3 has a hysteresis of 0 to 15 dB and a time of 0 to 5.12 s");
	return NS3C_OK;
}

struct ns3c_lte *ns3c_lte_new(const struct ns3c_lte_config *c)
{
	return Ns3cGuard<ns3c_lte *>(nullptr, [&]() -> ns3c_lte * {
		std::shared_ptr<ns3c_lte> l;
		NodeContainer nodes;

		static bool made;		/* in this process, which has one simulation */

		if (CheckCells(c))
			return nullptr;
		if (made)
		{
			Ns3cFail(NS3C_UNSUPPORTED, "ns-3's core has addresses for one LTE network in a simulation");
			return nullptr;
		}
		made = true;
		Config::SetDefault("ns3::LteEnbRrc::EpsBearerToRlcMapping", StringValue("RlcUmAlways"));
		l = std::make_shared<ns3c_lte>();
		l->lte = CreateObject<LteHelper>();
		l->epc = CreateObject<PointToPointEpcHelper>();
		l->lte->SetEpcHelper(l->epc);
		if (c->a3)
		{
			l->lte->SetHandoverAlgorithmType("ns3::A3RsrpHandoverAlgorithm");
			l->lte->SetHandoverAlgorithmAttribute("Hysteresis",
							      DoubleValue(c->a3_hysteresis ? c->a3_hysteresis : HYSTERESIS));
			l->lte->SetHandoverAlgorithmAttribute("TimeToTrigger",
							      TimeValue(NanoSeconds(c->a3_time ? c->a3_time : TRIGGER)));
		}
		else
		{
			l->lte->SetHandoverAlgorithmType("ns3::NoOpHandoverAlgorithm");
		}
		nodes.Create((uint32_t)c->enbs);
		for (size_t k = 0; k < c->enbs; k++)
		{
			Ptr<ConstantPositionMobilityModel> m = CreateObject<ConstantPositionMobilityModel>();

			m->SetPosition(Vector(c->places[k].x, c->places[k].y, c->places[k].z));
			nodes.Get((uint32_t)k)->AggregateObject(m);
		}
		l->enbs = l->lte->InstallEnbDevice(nodes);
		Ns3c()->streams += l->lte->AssignStreams(l->enbs, Ns3c()->streams);
		if (c->enbs > 1)
			l->lte->AddX2Interface(nodes);
		Ns3c()->others.push_back(l);
		return l.get();
	});
}

struct ns3c_port *ns3c_lte_ue(struct ns3c_node *n, struct ns3c_lte *l)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		InternetStackHelper stack;
		NetDeviceContainer devices;
		Ptr<LteUeNetDevice> d;
		Ptr<LteUeRrc> rrc;
		UePort *p;
		uint8_t address[16] = { 0x77, 0x77, 0xf0, 0x0d };

		if (!n || !l || !n->placed)
		{
			Ns3cFail(NS3C_BAD_STATE, "a UE is a node that was placed");
			return nullptr;
		}
		if (ns3c_now())
		{
			Ns3cFail(NS3C_BAD_STATE, "UEs are made before the simulation runs");
			return nullptr;
		}
		if (l->ues.size() >= UES_MAX)
		{
			Ns3cFail(NS3C_UNSUPPORTED, "ns-3 has sounding reference signals for %zu UEs", UES_MAX);
			return nullptr;
		}
		if (!n->node->GetObject<Ipv6>())	/* without interfaces: ns-3's core asks whether it is there */
		{
			stack.SetIpv4StackInstall(false);
			stack.Install(n->node);
		}
		devices = l->lte->InstallUeDevice(NodeContainer(n->node));
		Ns3c()->streams += l->lte->AssignStreams(devices, Ns3c()->streams);
		d = DynamicCast<LteUeNetDevice>(devices.Get(0));
		p = new UePort(n, d);
		Ns3cKeep(p);
		p->cells = l;
		Ns3cFreshMac().CopyTo(p->mac);
		address[14] = (uint8_t)((++l->addresses + 1) >> 8);
		address[15] = (uint8_t)(l->addresses + 1);
		p->address = Ipv6Address(address);
		DynamicCast<EpcPgwApplication>(l->epc->GetPgwNode()->GetApplication(0))->SetUeAddress6(d->GetImsi(), p->address);
		d->SetMtu(OUTER_MTU);
		d->SetReceiveCallback(MakeCallback(&UePort::Receive, p));
		rrc = d->GetRrc();
		rrc->TraceConnectWithoutContext("ConnectionReconfiguration", MakeBoundCallback(&Connected, p));
		rrc->TraceConnectWithoutContext("HandoverStart", MakeBoundCallback(&Began, p));
		rrc->TraceConnectWithoutContext("HandoverEndOk", MakeBoundCallback(&Ended, p));
		rrc->TraceConnectWithoutContext("HandoverEndError", MakeBoundCallback(&Failed, p));
		rrc->TraceConnectWithoutContext("RadioLinkFailure", MakeBoundCallback(&Lost, p));
		rrc->TraceConnectWithoutContext("StateTransition", MakeBoundCallback(&Turned, p));
		l->ues.push_back(p);
		l->Attach(d, l->Nearest(n->node));
		return p;
	});
}

struct ns3c_port *ns3c_lte_sgi(struct ns3c_node *n, struct ns3c_lte *l, uint64_t rate, int64_t delay)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		PointToPointHelper p2p;
		NetDeviceContainer devices;
		Ptr<Ipv6> ip;
		uint32_t i;
		SgiPort *p;

		if (!n || !l || l->sgi || !rate || delay < 0)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "one port on SGi, with a rate of 1 bit/s or more and a delay of 0 or more");
			return nullptr;
		}
		p2p.SetDeviceAttribute("DataRate", DataRateValue(DataRate(rate)));
		p2p.SetDeviceAttribute("Mtu", UintegerValue(OUTER_MTU));
		p2p.SetChannelAttribute("Delay", TimeValue(NanoSeconds(delay)));
		devices = p2p.Install(l->epc->GetPgwNode(), n->node);
		ip = l->epc->GetPgwNode()->GetObject<Ipv6>();
		i = ip->AddInterface(devices.Get(0));
		ip->AddAddress(i, Ipv6InterfaceAddress(Ipv6Address("fd00:6e33::1"), Ipv6Prefix(64)));
		ip->SetForwarding(i, true);
		ip->SetMetric(i, 1);
		ip->SetUp(i);
		p = new SgiPort(n, devices.Get(1));
		Ns3cKeep(p);
		p->cells = l;
		p->address = Ipv6Address("fd00:6e33::2");
		Ns3cFreshMac().CopyTo(p->mac);
		devices.Get(1)->SetReceiveCallback(MakeCallback(&SgiPort::Receive, p));
		l->sgi = p;
		return p;
	});
}

/* Both ends must be at rest, or ns-3 ends the process. */
static int MayLeave(UePort *p, Ptr<LteEnbNetDevice> from)
{
	Ptr<LteUeRrc> rrc = p->ue->GetRrc();
	Ptr<LteEnbRrc> enb = from ? from->GetRrc() : nullptr;

	if (!p->connected || rrc->GetState() != LteUeRrc::CONNECTED_NORMALLY || !enb || !enb->HasUeManager(rrc->GetRnti()))
		return Ns3cFail(NS3C_BAD_STATE, "the UE has no connection that could be handed over");
	if (enb->GetUeManager(rrc->GetRnti())->GetState() != UeManager::CONNECTED_NORMALLY)
		return Ns3cFail(NS3C_BAD_STATE, "the eNB is busy with the UE's connection");
	return NS3C_OK;
}

int ns3c_lte_handover(struct ns3c_port *port, size_t to)
{
	return Ns3cCall([&]() -> int {
		UePort *p = dynamic_cast<UePort *>(port);
		Ptr<LteEnbNetDevice> from, target;
		int wrong;

		if (!p || to >= p->cells->enbs.GetN())
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a UE and an eNB that is there are needed");
		target = DynamicCast<LteEnbNetDevice>(p->cells->enbs.Get((uint32_t)to));
		from = p->cells->Cell(p->ue->GetRrc()->GetCellId());
		wrong = MayLeave(p, from);
		if (wrong)
			return wrong;
		if (from == target)
			return Ns3cFail(NS3C_BAD_STATE, "the UE is there already");
		from->GetRrc()->SendHandoverRequest(p->ue->GetRrc()->GetRnti(), target->GetCellId());
		return NS3C_OK;
	});
}

void ns3c_lte_on_event(struct ns3c_port *port, ns3c_lte_fn *fn, void *arg)
{
	UePort *p = dynamic_cast<UePort *>(port);

	if (!p)
		return;
	p->on_event = fn;
	p->event_arg = arg;
}
