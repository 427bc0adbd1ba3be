/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: nodes, ports and wires
 *
 * A port is an ns-3 device whose frames end at a C function instead of a protocol stack. CSMA and bridges have Ethernet
 * of their own. A point-to-point device of ns-3 knows neither addresses nor ethertypes: the Ethernet header waits at
 * the other end until its packet is there, which takes no time on the link, so that timing is that of the PPP frame.
 * No clause of the protocols is met here.
 */
#include "ns3/ns3c_internal.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <ns3/boolean.h>
#include <ns3/bridge-net-device.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/constant-velocity-mobility-model.h>
#include <ns3/csma-channel.h>
#include <ns3/csma-helper.h>
#include <ns3/csma-net-device.h>
#include <ns3/data-rate.h>
#include <ns3/drop-tail-queue.h>
#include <ns3/mac48-address.h>
#include <ns3/node-list.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>
#include <ns3/waypoint-mobility-model.h>

using namespace ns3;

namespace {

constexpr uint16_t TYPE_IP6 = 0x86dd;
constexpr uint32_t QUEUE = 100;
constexpr size_t USUAL = 2048; /* octets of a frame that need no memory of the heap */
constexpr double FAR = 1e9; /* metres; ns-3's arithmetic is exact enough within */

/*
 * The Ethernet headers and marks of packets that are on their way to a port which keeps their order. What was lost on
 * the way is older than what arrives, and goes when that does.
 */
class Beside
{
public:
	struct Head
	{
		uint64_t mark;
		uint32_t uid; /* the packet's, which goes around */
		uint8_t octets[ETH_HEAD];
	};

	void Push(uint64_t uid, const uint8_t *frame, uint64_t mark)
	{
		if (last - first == ring.size())
			Grow();
		Head &h = ring[last++ & (ring.size() - 1)];

		h.mark = mark;
		h.uid = (uint32_t)uid;
		memcpy(h.octets, frame, ETH_HEAD);
	}

	void Unpush() { last--; }

	/* nullptr: a packet of somebody else. Valid until the next Push. */
	const Head *Take(uint64_t uid)
	{
		while (first != last)
		{
			const Head &h = ring[first & (ring.size() - 1)];
			int32_t ahead = (int32_t)(h.uid - (uint32_t)uid);

			if (ahead > 0)
				return nullptr;
			first++;
			if (!ahead)
				return &h;
		}
		return nullptr;
	}

private:
	void Grow()
	{
		std::vector<Head> more(std::max<size_t>(16, 2 * ring.size()));

		for (size_t k = first; k != last; k++)
			more[k & (more.size() - 1)] = ring[k & (ring.size() - 1)];
		ring.swap(more);
	}

	std::vector<Head> ring; /* its size is a power of two */
	size_t first = 0, last = 0;
};

class MarkTag : public Tag
{
public:
	static TypeId GetTypeId()
	{
		static TypeId id = TypeId("ns3c::MarkTag").SetParent<Tag>().AddConstructor<MarkTag>();

		return id;
	}

	TypeId GetInstanceTypeId() const override { return GetTypeId(); }
	uint32_t GetSerializedSize() const override { return sizeof mark; }
	void Serialize(TagBuffer b) const override { b.WriteU64(mark); }
	void Deserialize(TagBuffer b) override { mark = b.ReadU64(); }
	void Print(std::ostream &os) const override { os << "mark " << mark; }

	uint64_t mark = 0;
};

NS_OBJECT_ENSURE_REGISTERED(MarkTag);

bool Taken(const std::string &name) { return Ns3c()->names.count(name); }

ns3c_node *Keep(const std::string &name, Ptr<Node> node)
{
	Ns3c()->names.insert(name);
	Ns3c()->nodes.push_back(std::make_unique<ns3c_node>());
	Ns3c()->nodes.back()->name = name;
	Ns3c()->nodes.back()->node = node;
	return Ns3c()->nodes.back().get();
}

/* ---- point-to-point ---------------------------------------------------------------------------------------------- */

struct P2pPort : ns3c_port
{
	P2pPort(ns3c_node *n, Ptr<PointToPointNetDevice> d) : ns3c_port(n, d), p2p(d) {}

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override
	{
		if (!on)
			return NS3C_OK; /* the cable is out: lost */

		Ptr<Packet> p = Ns3cPacket(frame + ETH_HEAD, len - ETH_HEAD, 0);

		peer->coming.Push(p->GetUid(), frame, mark);
		if (p2p->Send(p, everybody, TYPE_IP6))
			return NS3C_OK;
		peer->coming.Unpush();
		return Took(false);
	}

	bool Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t, const Address &)
	{
		const Beside::Head *h = coming.Take(p->GetUid());

		if (on && h)
			Hand(p, h->octets, h->octets + 6, Ns3cType(h->octets), h->mark);
		return true;
	}

	int Promiscuous(bool) override { return NS3C_OK; } /* it hears all there is */

	int Enable(bool now) override
	{
		on = now;
		Link(now);
		return NS3C_OK;
	}

	bool Up() const override { return on && p2p->IsLinkUp(); }

	int Queue(uint32_t packets) override
	{
		p2p->GetQueue()->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, packets));
		return NS3C_OK;
	}

	int Flush() override
	{
		p2p->GetQueue()->Flush();
		return NS3C_OK;
	}

	int Pcap(const std::string &path) override
	{
		PointToPointHelper().EnablePcap(path, p2p, true, true);
		return NS3C_OK;
	}

	Ptr<PointToPointNetDevice> p2p;
	P2pPort *peer = nullptr;
	Beside coming;
	Address everybody = p2p->GetBroadcast();
	bool on = true;
};

P2pPort *NewP2p(ns3c_node *n, uint64_t rate, Ptr<PointToPointChannel> channel)
{
	Ptr<PointToPointNetDevice> d = CreateObject<PointToPointNetDevice>();
	Ptr<DropTailQueue<Packet>> q = CreateObject<DropTailQueue<Packet>>();
	P2pPort *p = new P2pPort(n, d);

	Ns3cKeep(p);
	d->SetAddress(Ns3cFreshMac());
	d->SetDataRate(DataRate(rate));
	q->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, QUEUE));
	d->SetQueue(q);
	n->node->AddDevice(d);
	d->Attach(channel);
	d->SetReceiveCallback(MakeCallback(&P2pPort::Receive, p));
	return p;
}

/* ---- Ethernet of ns-3's own -------------------------------------------------------------------------------------- */

struct EtherPort : ns3c_port
{
	using ns3c_port::ns3c_port;

	void Listen() { device->SetPromiscReceiveCallback(MakeCallback(&EtherPort::Receive, this)); }

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override
	{
		Mac48Address dst = Ns3cMac(frame), src = Ns3cMac(frame + 6);

		return Took(device->SendFrom(Ns3cPacket(frame + ETH_HEAD, len - ETH_HEAD, mark), src, dst, Ns3cType(frame)));
	}

	bool Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t type, const Address &from, const Address &to,
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

	int Promiscuous(bool on) override
	{
		promiscuous = on;
		return NS3C_OK;
	}

	bool promiscuous = false;
};

struct CsmaPort : EtherPort
{
	CsmaPort(ns3c_node *n, Ptr<CsmaNetDevice> d) : EtherPort(n, d), csma(d) {}

	int Enable(bool now) override
	{
		on = now;
		csma->SetSendEnable(now);
		csma->SetReceiveEnable(now);
		Link(now);
		return NS3C_OK;
	}

	bool Up() const override { return on; }

	int Queue(uint32_t packets) override
	{
		csma->GetQueue()->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, packets));
		return NS3C_OK;
	}

	int Flush() override
	{
		csma->GetQueue()->Flush();
		return NS3C_OK;
	}

	int Pcap(const std::string &path) override
	{
		CsmaHelper().EnablePcap(path, csma, true, true);
		return NS3C_OK;
	}

	Ptr<CsmaNetDevice> csma;
	bool on = true;
};

} // namespace

struct ns3c_channel
{
	Ptr<CsmaChannel> csma;
};

/* ---- what all ports do ------------------------------------------------------------------------------------------- */

int ns3c_port::Promiscuous(bool) { return Ns3cFail(NS3C_UNSUPPORTED, "this medium shows nobody's frames but its own"); }
int ns3c_port::Enable(bool) { return Ns3cFail(NS3C_UNSUPPORTED, "this medium has no cable to pull"); }
int ns3c_port::Queue(uint32_t) { return Ns3cFail(NS3C_UNSUPPORTED, "the queue of this medium is its own matter"); }
int ns3c_port::Flush() { return Ns3cFail(NS3C_UNSUPPORTED, "the queue of this medium is its own matter"); }
int ns3c_port::Pcap(const std::string &) { return Ns3cFail(NS3C_UNSUPPORTED, "ns-3 writes no pcap of this medium"); }
bool ns3c_port::Up() const { return device->IsLinkUp(); }

int ns3c_port::SetMac(const uint8_t mac[6])
{
	device->SetAddress(Ns3cMac(mac));
	return NS3C_OK;
}

void ns3c_port::GetMac(uint8_t mac[6]) const { Mac48Address::ConvertFrom(device->GetAddress()).CopyTo(mac); }
uint32_t ns3c_port::Mtu() const { return device->GetMtu(); }
bool ns3c_port::SetMtu(uint32_t mtu) { return device->SetMtu((uint16_t)mtu); }

int ns3c_port::Took(bool it)
{
	if (it)
		return NS3C_OK;
	stats.refused++;
	return Ns3cFail(NS3C_REFUSED, "the device of %s took no frame", node->name.c_str());
}

void ns3c_port::Hand(const uint8_t *frame, size_t len, uint64_t mark)
{
	stats.in++;
	stats.octets_in += len;
	if (on_frame && !bridged)
		on_frame(frame_arg, this, frame, len, mark);
}

void ns3c_port::Hand(Ptr<const Packet> p, const uint8_t dst[6], const uint8_t src[6], uint16_t type, uint64_t mark)
{
	uint8_t usual[USUAL], *frame = usual;
	std::vector<uint8_t> large;
	size_t len = ETH_HEAD + p->GetSize();

	if (len > sizeof usual)
	{
		large.resize(len);
		frame = large.data();
	}
	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	p->CopyData(frame + ETH_HEAD, len - ETH_HEAD);
	Hand(frame, len, mark);
}

void ns3c_port::Link(bool up)
{
	if (up == told_up || !on_link)
		return;
	told_up = up;
	on_link(link_arg, this, up);
}

ns3c_port *Ns3cKeep(ns3c_port *p)
{
	Ns3c()->ports.emplace_back(p);
	return p;
}

Mac48Address Ns3cMac(const uint8_t mac[6])
{
	Mac48Address a;

	a.CopyFrom(mac);
	return a;
}

Mac48Address Ns3cFreshMac()
{
	uint64_t n = ++Ns3c()->macs;
	uint8_t mac[6] = { 0x02, 0x6e, 0x33, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	return Ns3cMac(mac);
}

Ptr<Packet> Ns3cPacket(const uint8_t *octets, size_t len, uint64_t mark)
{
	Ptr<Packet> p = Create<Packet>(octets, (uint32_t)len);
	MarkTag tag;

	tag.mark = mark;
	if (mark)
		p->AddByteTag(tag);
	return p;
}

uint64_t Ns3cMarkOf(Ptr<const Packet> p)
{
	MarkTag tag;

	return p->FindFirstMatchingByteTag(tag) ? tag.mark : 0;
}

uint16_t Ns3cType(const uint8_t *frame) { return (uint16_t)(frame[12] << 8 | frame[13]); }

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

struct ns3c_node *ns3c_node_new(const char *name)
{
	return Ns3cGuard<ns3c_node *>(nullptr, [&]() -> ns3c_node * {
		if (!name || !*name || Taken(name))
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a node needs a name that no other has: \"%s\"", name ? name : "");
			return nullptr;
		}
		return Keep(name, CreateObject<Node>());
	});
}

struct ns3c_node *ns3c_node_adopt(uint32_t id, const char *name)
{
	return Ns3cGuard<ns3c_node *>(nullptr, [&]() -> ns3c_node * {
		if (id >= NodeList::GetNNodes() || !name || !*name || Taken(name))
		{
			Ns3cFail(NS3C_NO_SUCH, "there are %u nodes, and each has a name of its own", NodeList::GetNNodes());
			return nullptr;
		}
		return Keep(name, NodeList::GetNode(id));
	});
}

uint32_t ns3c_node_id(const struct ns3c_node *n) { return n->node->GetId(); }
const char *ns3c_node_name(const struct ns3c_node *n) { return n->name.c_str(); }

static int CheckPlace(const ns3c_node *n, ns3c_xyz v)
{
	if (!n || !Ns3cFinite(v) || std::fabs(v.x) > FAR || std::fabs(v.y) > FAR || std::fabs(v.z) > FAR)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "a node and three finite numbers within %g are needed", FAR);
	return NS3C_OK;
}

/* The mobility model of that kind, in place of another; where the node is stays true. */
template <typename Model>
static Ptr<Model>
ModelOf(ns3c_node *n)
{
	Ptr<MobilityModel> before = n->node->GetObject<MobilityModel>();
	Ptr<Model> m = before ? DynamicCast<Model>(before) : nullptr;

	if (m)
		return m;
	if (before)
		return nullptr;
	m = CreateObject<Model>();
	n->node->AggregateObject(m);
	return m;
}

int ns3c_node_place(struct ns3c_node *n, struct ns3c_xyz at)
{
	return Ns3cCall([&]() -> int {
		Ptr<MobilityModel> m;
		int error = CheckPlace(n, at);

		if (error)
			return error;
		m = n->node->GetObject<MobilityModel>();
		if (!m)
			m = ModelOf<ConstantVelocityMobilityModel>(n);
		if (DynamicCast<WaypointMobilityModel>(m))
			return Ns3cFail(NS3C_BAD_STATE, "%s follows waypoints", n->name.c_str());
		m->SetPosition(Vector(at.x, at.y, at.z));
		n->placed = true;
		return NS3C_OK;
	});
}

int ns3c_node_velocity(struct ns3c_node *n, struct ns3c_xyz speed)
{
	return Ns3cCall([&]() -> int {
		Ptr<ConstantVelocityMobilityModel> m;
		int error = CheckPlace(n, speed);

		if (error)
			return error;
		m = n->placed ? ModelOf<ConstantVelocityMobilityModel>(n) : nullptr;
		if (!m)
			return Ns3cFail(NS3C_BAD_STATE, "%s was not placed, or follows waypoints", n->name.c_str());
		m->SetVelocity(Vector(speed.x, speed.y, speed.z));
		return NS3C_OK;
	});
}

int ns3c_node_waypoint(struct ns3c_node *n, int64_t t, struct ns3c_xyz at)
{
	return Ns3cCall([&]() -> int {
		Ptr<WaypointMobilityModel> m;
		int error = CheckPlace(n, at);

		if (error)
			return error;
		if (t < ns3c_now() || t <= n->last_waypoint)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "waypoints of %s must lie ahead and ascend", n->name.c_str());
		if (n->node->GetObject<MobilityModel>() && n->last_waypoint < 0)
			return Ns3cFail(NS3C_BAD_STATE, "%s was placed: its first waypoint says where it is", n->name.c_str());
		m = ModelOf<WaypointMobilityModel>(n);
		m->AddWaypoint(Waypoint(NanoSeconds(t), Vector(at.x, at.y, at.z)));
		n->last_waypoint = t;
		n->placed = true;
		return NS3C_OK;
	});
}

int ns3c_node_position(const struct ns3c_node *n, struct ns3c_xyz *at)
{
	return Ns3cCall([&]() -> int {
		Ptr<MobilityModel> m = n ? n->node->GetObject<MobilityModel>() : nullptr;
		Vector v;

		if (!m || !at)
			return Ns3cFail(NS3C_BAD_STATE, "the node was never placed");
		v = m->GetPosition();
		*at = { v.x, v.y, v.z };
		return NS3C_OK;
	});
}

/* ---- ports ------------------------------------------------------------------------------------------------------- */

void ns3c_port_on_frame(struct ns3c_port *p, ns3c_frame_fn *fn, void *arg)
{
	p->on_frame = fn;
	p->frame_arg = arg;
}

int ns3c_port_promiscuous(struct ns3c_port *p, bool on)
{
	return Ns3cCall([&] { return p->Promiscuous(on); });
}

static void TellUp(ns3c_port *p) { p->Link(p->Up()); }

void ns3c_port_on_link(struct ns3c_port *p, ns3c_link_fn *fn, void *arg)
{
	p->on_link = fn;
	p->link_arg = arg;
	p->told_up = false;
	if (fn && Ns3c())
		Simulator::ScheduleNow(&TellUp, p);
}

int ns3c_port_send(struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	return Ns3cCall([&]() -> int {
		if (!p || !frame || len < ETH_HEAD)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a frame has at least %zu octets", ETH_HEAD);
		if (len > ETH_HEAD + p->Mtu())
			return Ns3cFail(NS3C_BAD_ARGUMENT, "%zu octets are more than the MTU of %u and the header", len,
					p->Mtu());
		if (p->bridged)
			return Ns3cFail(NS3C_BAD_STATE, "the port is part of a bridge: send by that");
		p->used = true;
		p->stats.out++;
		p->stats.octets_out += len;
		return p->Send(frame, len, mark);
	});
}

int ns3c_port_set_mac(struct ns3c_port *p, const uint8_t mac[6])
{
	return Ns3cCall([&]() -> int {
		if (!p || !mac || mac[0] & 1)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a port has an address of its own, not a group's");
		if (p->used)
			return Ns3cFail(NS3C_BAD_STATE, "the port has sent already");
		return p->SetMac(mac);
	});
}

void ns3c_port_mac(const struct ns3c_port *p, uint8_t mac[6])
{
	p->GetMac(mac);
}

uint32_t ns3c_port_mtu(const struct ns3c_port *p) { return p->Mtu(); }

int ns3c_port_set_mtu(struct ns3c_port *p, uint32_t mtu)
{
	return Ns3cCall([&]() -> int {
		if (mtu < 68 || mtu > UINT16_MAX || !p->SetMtu(mtu))
			return Ns3cFail(NS3C_BAD_ARGUMENT, "this device takes no MTU of %u", mtu);
		return NS3C_OK;
	});
}

bool ns3c_port_up(const struct ns3c_port *p) { return p->Up(); }

int ns3c_port_enable(struct ns3c_port *p, bool on)
{
	return Ns3cCall([&] { return p->Enable(on); });
}

int ns3c_port_queue(struct ns3c_port *p, uint32_t packets)
{
	return Ns3cCall([&]() -> int {
		if (!packets)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a queue holds 1 packet or more");
		return p->Queue(packets);
	});
}

int ns3c_port_flush(struct ns3c_port *p)
{
	return Ns3cCall([&] { return p->Flush(); });
}

struct ns3c_node *ns3c_port_node(const struct ns3c_port *p) { return p->node; }
struct ns3c_port_stats ns3c_port_stats(const struct ns3c_port *p) { return p->stats; }

int ns3c_port_pcap(struct ns3c_port *p, const char *path)
{
	return Ns3cCall([&]() -> int {
		FILE *f = path ? fopen(path, "wb") : nullptr; /* ns-3 ends the process where it cannot write */

		if (!f)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "%s cannot be written", path ? path : "a file without a name");
		fclose(f);
		return p->Pcap(path);
	});
}

/* ---- wires ------------------------------------------------------------------------------------------------------- */

static int CheckWire(uint64_t rate, int64_t delay)
{
	return rate && delay >= 0 ? NS3C_OK
				  : Ns3cFail(NS3C_BAD_ARGUMENT, "a wire has a rate of 1 bit/s or more and a delay of 0 or more");
}

int ns3c_p2p(struct ns3c_node *a, struct ns3c_node *b, uint64_t rate, int64_t delay, struct ns3c_port *ports[2])
{
	return Ns3cCall([&]() -> int {
		Ptr<PointToPointChannel> channel;
		P2pPort *ends[2];

		if (!a || !b || a == b || !ports)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a cable has two nodes");
		if (CheckWire(rate, delay))
			return NS3C_BAD_ARGUMENT;
		channel = CreateObject<PointToPointChannel>();
		channel->SetAttribute("Delay", TimeValue(NanoSeconds(delay)));
		ends[0] = NewP2p(a, rate, channel);
		ends[1] = NewP2p(b, rate, channel);
		for (unsigned end = 0; end < 2; end++)
		{
			ends[end]->peer = ends[1 - end];
			ports[end] = ends[end];
		}
		return NS3C_OK;
	});
}

struct ns3c_channel *ns3c_csma_channel(uint64_t rate, int64_t delay)
{
	return Ns3cGuard<ns3c_channel *>(nullptr, [&]() -> ns3c_channel * {
		std::shared_ptr<ns3c_channel> c;

		if (CheckWire(rate, delay))
			return nullptr;
		c = std::make_shared<ns3c_channel>();
		c->csma = CreateObject<CsmaChannel>();
		c->csma->SetAttribute("DataRate", DataRateValue(DataRate(rate)));
		c->csma->SetAttribute("Delay", TimeValue(NanoSeconds(delay)));
		Ns3c()->others.push_back(c);
		return c.get();
	});
}

struct ns3c_port *ns3c_csma_attach(struct ns3c_node *n, struct ns3c_channel *c)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		Ptr<CsmaNetDevice> d;
		Ptr<DropTailQueue<Packet>> q;
		CsmaPort *p;

		if (!n || !c)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a node and a channel are needed");
			return nullptr;
		}
		d = CreateObject<CsmaNetDevice>();
		q = CreateObject<DropTailQueue<Packet>>();
		d->SetAddress(Ns3cFreshMac());
		q->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, QUEUE));
		d->SetQueue(q);
		n->node->AddDevice(d);
		d->Attach(c->csma);
		p = new CsmaPort(n, d);
		Ns3cKeep(p);
		p->Listen();
		return p;
	});
}

struct ns3c_port *ns3c_bridge(struct ns3c_node *n, struct ns3c_port *const *ports, size_t n_ports)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		Ptr<BridgeNetDevice> d;
		EtherPort *p;

		for (size_t k = 0; ports && k < n_ports; k++)
			if (!ports[k] || ports[k]->node != n || ports[k]->bridged || !ports[k]->device->SupportsSendFrom()
			    || std::count(ports, ports + n_ports, ports[k]) > 1)
			{
				Ns3cFail(NS3C_BAD_ARGUMENT, "port %zu cannot be bridged: another node's, twice, or of a medium that sends "
					 "nothing in another's name", k);
				return nullptr;
			}
		if (!n || !ports || !n_ports)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a bridge has ports");
			return nullptr;
		}
		d = CreateObject<BridgeNetDevice>();
		d->SetAddress(ports[0]->device->GetAddress());
		n->node->AddDevice(d);
		for (size_t k = 0; k < n_ports; k++)
		{
			d->AddBridgePort(ports[k]->device);
			ports[k]->bridged = true;
		}
		p = new EtherPort(n, d);
		Ns3cKeep(p);
		p->Listen();
		return p;
	});
}

struct ns3c_port *ns3c_device(struct ns3c_node *n, uint32_t device)
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		Ptr<NetDevice> d = n && device < n->node->GetNDevices() ? n->node->GetDevice(device) : nullptr;
		EtherPort *p;

		if (!d)
		{
			Ns3cFail(NS3C_NO_SUCH, "the node has no device %u", device);
			return nullptr;
		}
		for (const auto &other : Ns3c()->ports)
			if (other->device == d && !other->bridged)
				return other.get();
		if (!d->SupportsSendFrom() || !Mac48Address::IsMatchingType(d->GetAddress()))
		{
			Ns3cFail(NS3C_UNSUPPORTED, "device %u of %s is a %s, which sends nothing in another's name", device,
				 n->name.c_str(), d->GetInstanceTypeId().GetName().c_str());
			return nullptr;
		}
		Ptr<CsmaNetDevice> csma = DynamicCast<CsmaNetDevice>(d);

		p = csma ? new CsmaPort(n, csma) : new EtherPort(n, d);
		Ns3cKeep(p);
		p->Listen();
		return p;
	});
}
