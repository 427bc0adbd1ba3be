/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: an ns-3 program with entities of Mooring in it
 *
 * The campus's Ethernet is the program's own CSMA segment: five stations, of which two have ns-3's Internet stack and
 * applications, TCP in bulk and bursts of UDP. The devices of the other three are lent to a local mobility anchor and
 * two access gateways (campus.yaml), whose Proxy Binding Updates and tunnels share the wire with that traffic. Prints
 * the phases of our handovers with and without it. No clause of the protocols is met here.
 *
 *	g++ -o campus model/ns3/examples/campus.cc $(PKG_CONFIG_PATH=build pkg-config --cflags --libs mooring-embed)
 *	./campus model/ns3/examples/campus.yaml
 */
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/csma-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>

#include <cli/embed.h>

using namespace ns3;

namespace {

const char* const OUR_NODES[] = {"lma", "mag1", "mag2"};
constexpr double BEGIN = 5, END = 29; /* s, of the background traffic */
constexpr uint16_t PORT = 9000;

/* The background: one station sends all it can to the other by TCP, which answers with bursts of UDP. */
ApplicationContainer
Background(const NodeContainer& theirs, const Ipv4InterfaceContainer& addresses)
{
    BulkSendHelper bulk("ns3::TcpSocketFactory", InetSocketAddress(addresses.GetAddress(1), PORT));
    OnOffHelper bursts("ns3::UdpSocketFactory", InetSocketAddress(addresses.GetAddress(0), PORT));
    PacketSinkHelper tcp("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), PORT));
    PacketSinkHelper udp("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), PORT));
    ApplicationContainer senders;
    ApplicationContainer sinks;

    bursts.SetConstantRate(DataRate("2Mbps"), 1000);
    senders.Add(bulk.Install(theirs.Get(0)));
    senders.Add(bursts.Install(theirs.Get(1)));
    senders.Start(Seconds(BEGIN));
    senders.Stop(Seconds(END));
    sinks.Add(tcp.Install(theirs.Get(1)));
    sinks.Add(udp.Install(theirs.Get(0)));
    return sinks;
}

/* One simulation, which is all that a process can have. */
int
Simulate(const char* scenario, bool loaded)
{
    NodeContainer ours(3);
    NodeContainer theirs(2);
    CsmaHelper csma;
    InternetStackHelper stack;
    Ipv4AddressHelper ipv4("10.1.1.0", "255.255.255.0");
    ApplicationContainer sinks;

    csma.SetChannelAttribute("DataRate", StringValue("10Mbps"));
    csma.SetChannelAttribute("Delay", StringValue("5us"));
    NetDeviceContainer devices = csma.Install(NodeContainer(ours, theirs));

    stack.Install(theirs);
    Ipv4InterfaceContainer addresses =
        ipv4.Assign(NetDeviceContainer(devices.Get(3), devices.Get(4)));
    if (loaded)
    {
        sinks = Background(theirs, addresses);
    }

    /* everything of the program's own stands; now our entities */
    struct embed_config config = {};
    config.scenario = scenario;
    config.ns3c = &ns3c_table;
    struct embed* mooring = embed_new(&config);
    for (uint32_t i = 0; i < ours.GetN(); i++)
    {
        embed_device(mooring, "core", OUR_NODES[i], ours.Get(i)->GetId(), 0);
    }
    if (const char* why = embed_begin(mooring))
    {
        std::cerr << why << std::endl;
        embed_free(mooring);
        return 2;
    }

    Simulator::Stop(NanoSeconds(embed_duration(mooring)));
    Simulator::Run();

    double octets = 0;
    for (uint32_t i = 0; i < sinks.GetN(); i++)
    {
        octets += DynamicCast<PacketSink>(sinks.Get(i))->GetTotalRx();
    }
    printf("\n%s background traffic (%.2f Mbit/s)\n",
           loaded ? "With" : "Without",
           octets * 8 / (END - BEGIN) / 1e6);
    int code = embed_judge(mooring, stdout);
    embed_free(mooring); /* and Simulator::Destroy */
    fflush(stdout);
    return code;
}

} // namespace

int
main(int argc, char** argv)
{
    int worst = 0;

    if (argc != 2)
    {
        std::cerr << "usage: campus model/ns3/examples/campus.yaml" << std::endl;
        return 2;
    }
    for (bool loaded : {false, true})
    {
        int status = 0;
        pid_t pid = fork();

        if (!pid)
        {
            _exit(Simulate(argv[1], loaded));
        }
        waitpid(pid, &status, 0);
        worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 70);
    }
    return worst;
}
