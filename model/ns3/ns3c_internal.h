/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the library share: one context, how a call reports, how frames cross the border. C++. Internal.
 */
#ifndef NS3C_INTERNAL_H
#define NS3C_INTERNAL_H

#include <cstdarg>
#include <exception>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/ptr.h>

#include "ns3/ns3c.h"

constexpr size_t ETH_HEAD = 14;

struct ns3c_node
{
	std::string name;
	ns3::Ptr<ns3::Node> node;
	bool placed = false;
	int64_t last_waypoint = -1; /* ns; -1: none */
};

/* How a kind of device sends, and what it cannot do. Frames are whole and within the MTU. */
struct ns3c_port
{
	ns3c_port(ns3c_node *n, ns3::Ptr<ns3::NetDevice> d) : node(n), device(d) {}
	virtual ~ns3c_port() = default;
	virtual int Send(const uint8_t *frame, size_t len, uint64_t mark) = 0;
	virtual int Promiscuous(bool on);
	virtual int Enable(bool on);
	virtual int Queue(uint32_t packets);
	virtual int Flush();
	virtual int Pcap(const std::string& path);
	virtual bool Up() const;
	virtual int SetMac(const uint8_t mac[6]);
	virtual void GetMac(uint8_t mac[6]) const;
	virtual uint32_t Mtu() const;
	virtual bool SetMtu(uint32_t mtu);

	/* A frame came in: to whoever listens. */
	void Hand(const uint8_t *frame, size_t len, uint64_t mark);
	void Hand(ns3::Ptr<const ns3::Packet> p, const uint8_t dst[6], const uint8_t src[6], uint16_t type,
		  uint64_t mark);
	/* What Send returns: a frame that was not taken is counted. */
	int Took(bool it);
	/* Tells whoever listens, when it is news. */
	void Link(bool up);

	ns3c_node *node;
	ns3::Ptr<ns3::NetDevice> device;
	ns3c_frame_fn *on_frame = nullptr;
	void *frame_arg = nullptr;
	ns3c_link_fn *on_link = nullptr;
	void *link_arg = nullptr;
	bool told_up = false;
	bool bridged = false; /* is a part of a bridge and silent by itself */
	bool used = false;    /* has sent */
	struct ns3c_port_stats stats = {};
};

/* All that lives until ns3c_end. */
struct Ns3cContext
{
	std::vector<std::unique_ptr<ns3c_node>> nodes;
	std::unordered_set<std::string> names;	/* of those */
	std::vector<std::unique_ptr<ns3c_port>> ports;
	std::vector<std::shared_ptr<void>> others;
	ns3c_config config = {};
	struct ns3c_lateness late = {};
	int64_t late_sum = 0;
	uint64_t macs = 0;	/* given out by Ns3cFreshMac */
	int64_t streams = 1000;	/* of ns-3 random numbers, given out to radio devices */
};

/* NULL before ns3c_init and after ns3c_end. */
Ns3cContext* Ns3c();

int Ns3cFail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Between ns3c_init and ns3c_end? Else the error is set. */
bool Ns3cReady();
bool Ns3cFinite(ns3c_xyz v);
/* LTE, and the types of ns-3 that come with it. False: the error is set. */
bool Ns3cLoadPart();

/* No exception leaves the library: C++ ones become NS3C_FAILED, or `otherwise`. */
template <typename R, typename F>
R
Ns3cGuard(R otherwise, F body)
{
	try
	{
		if (!Ns3cReady())
			return otherwise;
		return body();
	}
	catch (const std::exception& e)
	{
		Ns3cFail(NS3C_FAILED, "%s", e.what());
	}
	catch (...)
	{
		Ns3cFail(NS3C_FAILED, "an exception without a text");
	}
	return otherwise;
}

template <typename F>
int
Ns3cCall(F body)
{
	return Ns3cGuard<int>(Ns3c() ? NS3C_FAILED : NS3C_BAD_STATE, body);
}

/* Takes the port; returns it. */
ns3c_port* Ns3cKeep(ns3c_port *p);
ns3::Mac48Address Ns3cMac(const uint8_t mac[6]);
/* The next of our own addresses, which do not depend on what else the process made: 02:6e:33:.. */
ns3::Mac48Address Ns3cFreshMac();
/* The mark stays with the octets whatever ns-3 does with the packet. */
ns3::Ptr<ns3::Packet> Ns3cPacket(const uint8_t *octets, size_t len, uint64_t mark);
uint64_t Ns3cMarkOf(ns3::Ptr<const ns3::Packet> p);
uint16_t Ns3cType(const uint8_t *frame);
/* To what ns-3 writes on standard error, which goes there all the same. */
void Ns3cListen(bool on);
/* Why ns-3 gave up, as far as it said so: one sentence with the place in its sources, or "". */
std::string Ns3cLastWords();

#endif
