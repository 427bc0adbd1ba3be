/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the queue of events
 *
 * A run ends before a time (ns3c_run_until): what is due then must not run, whenever it was made. None of ns-3's
 * schedulers can tell, so ours says that it is empty when the next event is not due yet, and gives out one event of our
 * own, which moves the clock there. It is a heap in one array, where ns-3's default is a tree with memory of its own
 * for each event: removing one only notes its number, and it goes when it comes to the top, or when half of the heap
 * is dead. No clause of the protocols is met here.
 */
#include "ns3/ns3c_scheduler.h"

#include <algorithm>

using namespace ns3;

namespace {

constexpr size_t WIDTH = 4, FEW = 64;

Ns3cScheduler *there;

bool Before(const Scheduler::Event &a, const Scheduler::Event &b)
{
	return a.key.m_ts < b.key.m_ts || (a.key.m_ts == b.key.m_ts && a.key.m_uid < b.key.m_uid);
}

} // namespace

NS_OBJECT_ENSURE_REGISTERED(Ns3cScheduler);

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

void Ns3cNumbers::Add(uint32_t n)
{
	size_t k;

	if (2 * (size + 1) > slots.size())
	{
		std::vector<uint32_t> before(std::max<size_t>(FEW, 2 * slots.size()));

		before.swap(slots);
		size = 0;
		for (uint32_t each : before)
			if (each)
				Add(each);
	}
	for (k = Home(n); slots[k]; k = (k + 1) & (slots.size() - 1))
		continue;
	slots[k] = n;
	size++;
}

bool Ns3cNumbers::Take(uint32_t n)
{
	size_t mask = slots.size() - 1, hole;

	if (!size)
		return false;
	for (hole = Home(n); slots[hole] != n; hole = (hole + 1) & mask)
		if (!slots[hole])
			return false;
	/* what lies behind it moves up when its home is not between */
	for (size_t k = (hole + 1) & mask; slots[k]; k = (k + 1) & mask)
		if (((k - Home(slots[k])) & mask) >= ((k - hole) & mask))
		{
			slots[hole] = slots[k];
			hole = k;
		}
	slots[hole] = 0;
	size--;
	return true;
}

void Ns3cNumbers::Clear()
{
	std::fill(slots.begin(), slots.end(), 0);
	size = 0;
}

/* ---- the heap ---------------------------------------------------------------------------------------------------- */

TypeId Ns3cScheduler::GetTypeId()
{
	static TypeId id = TypeId("ns3c::Scheduler").SetParent<Scheduler>().AddConstructor<Ns3cScheduler>();

	return id;
}

Ns3cScheduler *Ns3cScheduler::There() { return there; }

Ns3cScheduler::Ns3cScheduler() { there = this; }

Ns3cScheduler::~Ns3cScheduler()
{
	if (there == this)
		there = nullptr;
}

void Ns3cScheduler::Insert(const Event &e)
{
	size_t hole = heap.size();

	heap.push_back(e);
	while (hole && Before(e, heap[(hole - 1) / WIDTH]))
	{
		heap[hole] = heap[(hole - 1) / WIDTH];
		hole = (hole - 1) / WIDTH;
	}
	heap[hole] = e;
}

/* e takes the hole, or a place below it. */
void Ns3cScheduler::Down(size_t hole, const Event &e)
{
	size_t n = heap.size();

	for (size_t first = WIDTH * hole + 1; first < n; first = WIDTH * hole + 1)
	{
		size_t least = first;

		for (size_t k = first + 1; k < std::min(first + WIDTH, n); k++)
			if (Before(heap[k], heap[least]))
				least = k;
		if (!Before(heap[least], e))
			break;
		heap[hole] = heap[least];
		hole = least;
	}
	heap[hole] = e;
}

/* Takes the first one away, and the dead below it. */
void Ns3cScheduler::Pop()
{
	do
	{
		Event last = heap.back();

		heap.pop_back();
		if (!heap.empty())
			Down(0, last);
	} while (!heap.empty() && dead.Size() && dead.Take(heap[0].key.m_uid));
}

Scheduler::Event Ns3cScheduler::RemoveNext()
{
	Event e = heap[0];

	present = e.key.m_ts;
	if (marker && e.key.m_ts >= limit)
	{
		marker = false;
		e = end;
		Remove(end);
	}
	else
	{
		Pop();
	}
	return e;
}

void Ns3cScheduler::Remove(const Event &e)
{
	if (heap[0].key.m_uid == e.key.m_uid)
	{
		Pop();
		return;
	}
	dead.Add(e.key.m_uid);
	if (dead.Size() > FEW && 2 * dead.Size() > heap.size())
		Clean();
}

void Ns3cScheduler::Clean()
{
	heap.erase(std::remove_if(heap.begin(), heap.end(), [this](const Event &e) { return dead.Take(e.key.m_uid); }),
		   heap.end());
	dead.Clear();
	for (size_t k = heap.size() / WIDTH + 1; k-- > 0;)
		if (k < heap.size())
			Down(k, Event(heap[k]));
}

/* ---- the end of a run -------------------------------------------------------------------------------------------- */

void Ns3cScheduler::Bound(uint64_t t, const Event &e)
{
	limit = t;
	end = e;
	marker = true;
}

void Ns3cScheduler::Unbound()
{
	limit = UINT64_MAX;
	marker = false;
}
