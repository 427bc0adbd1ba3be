/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: devices of the kernel in a realtime simulation
 *
 * The caller opens the TAP device or packet socket, where and with what rights he can, and hands over its descriptor:
 * ns-3's own helper programs for that are not found where distributions put them. No clause of the protocols is met
 * here.
 */
#include "ns3/ns3c_internal.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <ns3/fd-net-device.h>
#include <ns3/mac48-address.h>

using namespace ns3;

namespace {

/* Does every read of it give one frame? ns-3 ends the process at the first that does not. */
bool Frames(int fd)
{
	struct ifreq tap = {};
	int family = 0, type = 0;
	socklen_t size = sizeof family;

	if (!ioctl(fd, TUNGETIFF, &tap))
		return (tap.ifr_flags & IFF_TAP) && (tap.ifr_flags & IFF_NO_PI);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size))
		return false; /* no socket */
	size = sizeof type;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size))
		return false;
	return (family == AF_PACKET && type == SOCK_RAW) ||
	       (family == AF_UNIX && (type == SOCK_DGRAM || type == SOCK_SEQPACKET)); /* another program's device */
}

struct FdPort : ns3c_port
{
	FdPort(ns3c_node *n, Ptr<FdNetDevice> d) : ns3c_port(n, d), fd(d) {}

	int Send(const uint8_t *frame, size_t len, uint64_t mark) override
	{
		return Took(fd->SendFrom(Ns3cPacket(frame + ETH_HEAD, len - ETH_HEAD, mark), Ns3cMac(frame + 6), Ns3cMac(frame),
					 Ns3cType(frame)));
	}

	bool Receive(Ptr<NetDevice>, Ptr<const Packet> p, uint16_t type, const Address &from, const Address &to,
		     NetDevice::PacketType)
	{
		uint8_t src[6], dst[6];

		Mac48Address::ConvertFrom(from).CopyTo(src);
		Mac48Address::ConvertFrom(to).CopyTo(dst);
		Hand(p, dst, src, type, Ns3cMarkOf(p));
		return true;
	}

	int Promiscuous(bool) override { return NS3C_OK; } /* it is, as the kernel's device */

	Ptr<FdNetDevice> fd;
};

} // namespace

struct ns3c_port *ns3c_fd(struct ns3c_node *n, int fd, const uint8_t mac[6])
{
	return Ns3cGuard<ns3c_port *>(nullptr, [&]() -> ns3c_port * {
		Ptr<FdNetDevice> d;
		FdPort *p;

		if (!n || !mac || fcntl(fd, F_GETFL) < 0)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a node, an open descriptor and a MAC address are needed");
			return nullptr;
		}
		if (!Frames(fd))
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "descriptor %d is neither a TAP device (with IFF_NO_PI) nor a packet socket "
				 "of whole frames", fd);
			return nullptr;
		}
		if (mac[0] & 1)
		{
			Ns3cFail(NS3C_BAD_ARGUMENT, "a port has an address of its own, not a group's");
			return nullptr;
		}
		if (!Ns3c()->config.realtime)
		{
			Ns3cFail(NS3C_BAD_STATE, "the kernel's devices need a realtime simulation");
			return nullptr;
		}
		d = CreateObject<FdNetDevice>();
		d->SetFileDescriptor(fd);
		d->SetAddress(Ns3cMac(mac));
		n->node->AddDevice(d);
		p = new FdPort(n, d);
		Ns3cKeep(p);
		d->SetPromiscReceiveCallback(MakeCallback(&FdPort::Receive, p));
		return p;
	});
}
