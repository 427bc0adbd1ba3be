/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3's side of the queue benchmarks: the work of engines.h scheduled as ns-3 models schedule theirs, with
 * Simulator::Schedule and Simulator::Remove, on its default scheduler (a map) and on its fastest one (a priority
 * queue; removing takes time linear in its size there, so only the hold model uses it).
 */
#include "tests/bench/engines.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ns3/log.h>
#include <ns3/map-scheduler.h>
#include <ns3/object-factory.h>
#include <ns3/priority-queue-scheduler.h>
#include <ns3/simulator.h>

using namespace ns3;

namespace {

struct Holder {
	uint32_t id;
	bench_work *work;
	uint64_t touched[8];
};

struct Ue {
	EventId think, request, reply, retransmit, life[2];
	uint32_t id, unanswered;
	bench_work *work;
};

void Count(bench_work *work, uint64_t id)
{
	work->hash = bench_hash(work->hash, Simulator::Now().GetNanoSeconds(), id);
	if (!--work->left)
		Simulator::Stop();
}

void Hold(Holder *h)
{
	for (uint64_t &t : h->touched)
		t += h->id;
	Simulator::Schedule(NanoSeconds(bench_span(&h->work->draw)), &Hold, h);
	Count(h->work, h->id);
}

void Over(Ue *) { abort(); }

void Request(Ue *u);

void Think(Ue *u)
{
	u->unanswered++;
	u->request = Simulator::Schedule(MilliSeconds(5), &Request, u);
	u->retransmit = Simulator::Schedule(Seconds(1), &Over, u);
	Count(u->work, u->id);
}

void Reply(Ue *u)
{
	u->unanswered--;
	Simulator::Remove(u->retransmit);
	Simulator::Remove(u->life[0]);
	Simulator::Remove(u->life[1]);
	u->life[0] = Simulator::Schedule(Seconds(2880), &Over, u);
	u->life[1] = Simulator::Schedule(Seconds(3600), &Over, u);
	u->think = Simulator::Schedule(NanoSeconds(60 * bench_span(&u->work->draw)), &Think, u);
	Count(u->work, u->id);
}

void Request(Ue *u)
{
	u->reply = Simulator::Schedule(MilliSeconds(5), &Reply, u);
	Count(u->work, u->id);
}

void *Make(bench_work *work, TypeId scheduler)
{
	ObjectFactory factory;

	factory.SetTypeId(scheduler);
	Simulator::SetScheduler(factory);
	if (work->mix) {
		Ue *u = new Ue[work->n]();

		for (uint32_t i = 0; i < work->n; i++, u++) {
			u->id = i;
			u->work = work;
			u->life[0] = Simulator::Schedule(Seconds(2880), &Over, u);
			u->life[1] = Simulator::Schedule(Seconds(3600), &Over, u);
			u->think = Simulator::Schedule(NanoSeconds(60 * bench_span(&work->draw)), &Think, u);
		}
	} else {
		Holder *h = new Holder[work->n]();

		for (uint32_t i = 0; i < work->n; i++, h++) {
			h->id = i;
			h->work = work;
			Simulator::Schedule(NanoSeconds(bench_span(&work->draw)), &Hold, h);
		}
	}
	return work;
}

void *MakeMap(bench_work *work) { return Make(work, MapScheduler::GetTypeId()); }

void *MakePriority(bench_work *work) { return Make(work, PriorityQueueScheduler::GetTypeId()); }

void Run(void *, bench_work *) { Simulator::Run(); }

} // namespace

extern const bench_engine bench_ns3_map = { "ns-3 Map", MakeMap, Run, nullptr };
extern const bench_engine bench_ns3_priority = { "ns-3 PriorityQueue", MakePriority, Run, nullptr };

namespace {

/* A delay below zero is what ns-3 asserts not to be. */
bool Asserts()
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		(void)!freopen("/dev/null", "w", stderr);
		Simulator::Schedule(NanoSeconds(-1), &Over, (Ue *)nullptr);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !(WIFEXITED(status) && !WEXITSTATUS(status));
}

} // namespace

/* Logging makes a build slower: 10 to 20 % of a bare event. Debian's has it. */
const char *bench_ns3_version(void)
{
	static char text[256];
	const LogComponent::ComponentList *logs = LogComponent::GetComponentList();
	Dl_info info = {};

	dladdr(reinterpret_cast<void *>(&Simulator::Run), &info);
	snprintf(text, sizeof text, "%s, %s, logs %s, asserts %s", NS3_VERSION,
		 info.dli_fname ? info.dli_fname : "unknown library", logs && !logs->empty() ? "compiled in" : "left out",
		 Asserts() ? "compiled in" : "left out");
	return text;
}
