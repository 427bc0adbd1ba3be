/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of events that ns-3's simulator runs by, in place of its own ones. C++. Internal.
 */
#ifndef NS3C_SCHEDULER_H
#define NS3C_SCHEDULER_H

#include <vector>

#include <ns3/scheduler.h>

/* Numbers, none of them 0. */
class Ns3cNumbers
{
public:
	void Add(uint32_t n);
	bool Take(uint32_t n);		/* false: was not there */
	size_t Size() const { return size; }
	void Clear();

private:
	size_t Home(uint32_t n) const { return n * 2654435769u & (slots.size() - 1); }

	std::vector<uint32_t> slots;	/* a power of two of them, at most half full; 0: free */
	size_t size = 0;
};

/* In the order of ns-3's others: by time, then as they were made. An event that was removed is dead where it lies. */
class Ns3cScheduler : public ns3::Scheduler
{
public:
	static ns3::TypeId GetTypeId();
	/* That the simulator made; NULL before, and when it has destroyed it. */
	static Ns3cScheduler *There();

	Ns3cScheduler();
	~Ns3cScheduler() override;

	void Insert(const Event &e) override;
	bool IsEmpty() const override { return !marker && (heap.empty() || heap[0].key.m_ts >= limit); }
	Event PeekNext() const override { return heap[0]; }
	Event RemoveNext() override;
	void Remove(const Event &e) override;

	/* Events before t are there, then e, which stands at t, then none. */
	void Bound(uint64_t t, const Event &e);
	/* What is destroyed at the end of the simulation must be seen. */
	void Unbound();
	bool Marked() const { return marker; }		/* e is still there */
	void Unmark() { marker = false; }
	/* Is another one due at the time of the last one that was given out? */
	bool More() const { return !heap.empty() && heap[0].key.m_ts <= present; }

private:
	void Down(size_t hole, const Event &e);
	void Pop();
	void Clean();

	std::vector<Event> heap;	/* each has up to four below it; the first one lives */
	Ns3cNumbers dead;
	uint64_t limit = UINT64_MAX, present = 0;
	bool marker = false;
	Event end = {};
};

#endif
