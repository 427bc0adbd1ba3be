/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: simulation control
 *
 * ns-3's simulator runs until it is told to stop, and whether an event at the very time of the stop still runs depends
 * on which was made first. Here a run ends before a time, for which the queue of events is one of ours
 * (ns3c_scheduler.cc). Timers are ns-3 events that know their owner's memory, so nothing has to be looked up. No clause
 * of the protocols is met here.
 */
#include "ns3/ns3c_internal.h"
#include "ns3/ns3c_scheduler.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

#include <ns3/config.h>
#include <ns3/event-impl.h>
#include <ns3/global-value.h>
#include <ns3/log.h>
#include <ns3/names.h>
#include <ns3/object-factory.h>
#include <ns3/random-variable-stream.h>
#include <ns3/realtime-simulator-impl.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>
#include <ns3/string.h>

using namespace ns3;

namespace {

std::unique_ptr<Ns3cContext> context;
bool ended;
std::string error_text, fatal_reason;
Ptr<UniformRandomVariable> uniform;
std::terminate_handler terminate_before;

void Measure(int64_t due)
{
	Ptr<RealtimeSimulatorImpl> clock;
	int64_t late;

	if (!context->config.realtime)
		return;
	clock = DynamicCast<RealtimeSimulatorImpl>(Simulator::GetImplementation());
	late = clock->RealtimeNow().GetNanoSeconds() - due;
	context->late.n++;
	context->late_sum += late;
	context->late.worst = std::max(context->late.worst, late);
	context->late.mean = context->late_sum / (int64_t)context->late.n;
}

/* Memory of events that are over, for the next ones. */
struct Used
{
	Used *next;
};

Used *used;

class TimerEvent : public EventImpl
{
public:
	explicit TimerEvent(ns3c_timer *t) : timer(t) {}

	void *operator new(size_t size)
	{
		Used *u = used;

		if (!u)
			return ::operator new(size);
		used = u->next;
		return u;
	}

	void operator delete(void *memory)
	{
		Used *u = static_cast<Used *>(memory);

		u->next = used;
		used = u;
	}

	static void Forget()
	{
		while (Used *u = used)
		{
			used = u->next;
			::operator delete(u);
		}
	}

	EventId Id() { return EventId(Ptr<EventImpl>(this), ts, where, uid); }

	uint64_t ts = 0;
	uint32_t where = 0, uid = 0;

protected:
	void Notify() override
	{
		ns3c_timer *t = timer;

		Measure((int64_t)ts);
		t->event = nullptr;
		t->fn(t->arg);
	}

private:
	ns3c_timer *timer;
};

/* ns-3 says why on standard error and then calls std::terminate. */
[[noreturn]] void Fatal()
{
	static bool twice;

	if (twice) /* by what was called from here */
		_exit(70);
	twice = true;
	if (std::exception_ptr e = std::current_exception())
	{
		try
		{
			std::rethrow_exception(e);
		}
		catch (const std::exception &x)
		{
			fatal_reason = x.what();
		}
		catch (...)
		{
			fatal_reason = "an exception without a text";
		}
	}
	if (fatal_reason.empty())
		fatal_reason = Ns3cLastWords();
	if (context && context->config.fatal)
		context->config.fatal(context->config.ctx, fatal_reason.empty() ? "it does not say why" : fatal_reason.c_str());
	fflush(nullptr);
	_exit(70);
}

void Nothing() {}

bool Forked(bool (*fn)(const char *, const char *, const char *), const char *type, const char *name, const char *value)
{
	int status = 0;
	pid_t pid;

	fflush(nullptr);
	pid = fork();
	if (!pid)
	{
		std::set_terminate([] { _exit(1); });
		(void)!freopen("/dev/null", "w", stderr);
		_exit(fn(type, name, value) ? 0 : 1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

bool Takes(const char *type, const char *name, const char *value)
{
	TypeId::AttributeInformation info;
	TypeId id;

	return TypeId::LookupByNameFailSafe(type, &id) && id.LookupAttributeByName(name, &info)
	       && info.checker->CreateValidValue(StringValue(value));
}

/* "ns3::Type::Name" */
bool Split(const char *whole, std::string *type, std::string *name)
{
	std::string s = whole;
	size_t at = s.rfind("::");

	if (at == std::string::npos || !at)
		return false;
	*type = s.substr(0, at);
	*name = s.substr(at + 2);
	return true;
}

} // namespace

/* ---- what all parts use ------------------------------------------------------------------------------------------ */

Ns3cContext *Ns3c() { return context.get(); }

int Ns3cFail(int error, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	error_text = text;
	return error;
}

bool Ns3cReady()
{
	if (context)
		return true;
	Ns3cFail(NS3C_BAD_STATE, ended ? "the simulation has ended; one process has one" : "ns3c_init was not called");
	return false;
}

bool Ns3cFinite(ns3c_xyz v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }

/* ---- simulation -------------------------------------------------------------------------------------------------- */

const char *ns3c_version(void)
{
#ifdef NS3C_VERSION
	return NS3C_VERSION;
#else
	return "unknown";
#endif
}

const char *ns3c_error_text(void) { return error_text.c_str(); }

int ns3c_init(const struct ns3c_config *c)
{
	ObjectFactory factory;

	if (context || ended)
		return Ns3cFail(NS3C_BAD_STATE, "a process has one simulation: fork for another one");
	if (!c || !c->seed)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "the seed must be 1 or more");
	if (c->late_max < 0)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "late_max must be 0 or more");
	terminate_before = std::set_terminate(Fatal);
	Ns3cListen(true);
	RngSeedManager::SetSeed(c->seed);
	RngSeedManager::SetRun(c->run);
	if (c->realtime)
	{
		GlobalValue::Bind("SimulatorImplementationType", StringValue("ns3::RealtimeSimulatorImpl"));
		if (c->late_max)
		{
			Config::SetDefault("ns3::RealtimeSimulatorImpl::SynchronizationMode", StringValue("HardLimit"));
			Config::SetDefault("ns3::RealtimeSimulatorImpl::HardLimit", TimeValue(NanoSeconds(c->late_max)));
		}
	}
	context = std::make_unique<Ns3cContext>();
	context->config = *c;
	factory.SetTypeId(Ns3cScheduler::GetTypeId());
	Simulator::SetScheduler(factory);
	uniform = CreateObject<UniformRandomVariable>();
	return NS3C_OK;
}

void ns3c_end(void)
{
	if (!context)
		return;
	uniform = nullptr;
	if (Ns3cScheduler::There())
		Ns3cScheduler::There()->Unbound();
	Simulator::Destroy();
	Names::Clear();
	context.reset();
	TimerEvent::Forget();
	ended = true;
	Ns3cListen(false);
	std::set_terminate(terminate_before);
}

int64_t ns3c_now(void) { return context ? Simulator::Now().GetNanoSeconds() : 0; }

static int RunRealtime(int64_t t)
{
	Simulator::Stop(NanoSeconds(t) - Simulator::Now());
	Simulator::Run();
	return NS3C_OK;
}

int ns3c_run_until(int64_t t)
{
	return Ns3cCall([&]() -> int {
		if (t < ns3c_now())
			return Ns3cFail(NS3C_BAD_ARGUMENT, "%lld ns lies before the present", (long long)t);
		if (context->config.realtime)
			return RunRealtime(t);

		EventId id = Simulator::Schedule(NanoSeconds(t) - Simulator::Now(), &Nothing);
		Ns3cScheduler *scheduler;
		Scheduler::Event e;

		e.impl = id.PeekEventImpl();
		e.key.m_ts = id.GetTs();
		e.key.m_context = id.GetContext();
		e.key.m_uid = id.GetUid();
		scheduler = Ns3cScheduler::There();
		scheduler->Bound((uint64_t)t, e);
		Simulator::Run();
		if (scheduler->Marked())	/* stopped before */
			Simulator::Remove(id);
		scheduler->Unmark();
		return NS3C_OK;
	});
}

void ns3c_stop(void)
{
	if (context)
		Simulator::Stop();
}

bool ns3c_alone(void)
{
	return context && !context->config.realtime && Ns3cScheduler::There() && !Ns3cScheduler::There()->More();
}

uint64_t ns3c_events(void) { return context ? Simulator::GetEventCount() : 0; }

/* ---- timers ------------------------------------------------------------------------------------------------------ */

int ns3c_timer_set(struct ns3c_timer *t, int64_t delay, ns3c_fn *fn, void *arg)
{
	return Ns3cCall([&]() -> int {
		TimerEvent *e;
		EventId id;

		if (!t || !fn || delay < 0)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "a timer needs memory, a function and a delay of 0 or more");
		ns3c_timer_cancel(t);
		t->fn = fn;
		t->arg = arg;
		e = new TimerEvent(t);
		id = Simulator::Schedule(NanoSeconds(delay), Ptr<EventImpl>(e, false));
		e->ts = id.GetTs();
		e->where = id.GetContext();
		e->uid = id.GetUid();
		t->event = e;
		return NS3C_OK;
	});
}

void ns3c_timer_cancel(struct ns3c_timer *t)
{
	if (!context || !t || !t->event)
		return;
	Simulator::Remove(static_cast<TimerEvent *>(t->event)->Id());
	t->event = nullptr;
}

bool ns3c_timer_pending(const struct ns3c_timer *t) { return t && t->event; }

int ns3c_inject(const struct ns3c_node *node, ns3c_fn *fn, void *arg)
{
	if (!context || !fn)	/* no text: this may be another thread */
		return NS3C_BAD_STATE;
	Simulator::ScheduleWithContext(node ? node->node->GetId() : Simulator::NO_CONTEXT, Seconds(0), fn, arg);
	return NS3C_OK;
}

double ns3c_uniform(void) { return uniform ? uniform->GetValue(0, 1) : 0; }

/* ---- attributes -------------------------------------------------------------------------------------------------- */

int ns3c_attribute_check(const char *type, const char *name, const char *value)
{
	TypeId::AttributeInformation info;
	TypeId id;

	if (!type || !name || !value)
		return Ns3cFail(NS3C_BAD_ARGUMENT, "an attribute has a type, a name and a value");
	if (!TypeId::LookupByNameFailSafe(type, &id) && !(Ns3cLoadPart() && TypeId::LookupByNameFailSafe(type, &id)))
		return Ns3cFail(NS3C_NO_SUCH, "ns-3 has no type %s", type);
	if (!id.LookupAttributeByName(name, &info))
		return Ns3cFail(NS3C_NO_SUCH, "%s has no attribute %s", type, name);
	if (!(info.flags & (TypeId::ATTR_SET | TypeId::ATTR_CONSTRUCT)))
		return Ns3cFail(NS3C_BAD_ARGUMENT, "%s::%s can only be read", type, name);
	if (!Forked(Takes, type, name, value))
		return Ns3cFail(NS3C_BAD_VALUE, "%s::%s does not take \"%s\"; it is a %s (%s)", type, name, value,
				info.checker->GetValueTypeName().c_str(), info.checker->GetUnderlyingTypeInformation().c_str());
	return NS3C_OK;
}

int ns3c_default(const char *whole, const char *value)
{
	return Ns3cCall([&]() -> int {
		std::string type, name;
		int error;

		if (!whole || !Split(whole, &type, &name))
			return Ns3cFail(NS3C_BAD_ARGUMENT, "%s is no ns3::Type::Attribute", whole ? whole : "NULL");
		error = ns3c_attribute_check(type.c_str(), name.c_str(), value);
		if (error)
			return error;
		return Config::SetDefaultFailSafe(whole, StringValue(value))
			       ? NS3C_OK
			       : Ns3cFail(NS3C_BAD_VALUE, "ns-3 refuses \"%s\" for %s", value, whole);
	});
}

int ns3c_port_attribute(struct ns3c_port *p, const char *name, const char *value)
{
	return Ns3cCall([&]() -> int {
		std::string type;
		int error;

		if (!p)
			return Ns3cFail(NS3C_BAD_ARGUMENT, "no port");
		type = p->device->GetInstanceTypeId().GetName();
		error = ns3c_attribute_check(type.c_str(), name, value);
		if (error)
			return error;
		return p->device->SetAttributeFailSafe(name, StringValue(value))
			       ? NS3C_OK
			       : Ns3cFail(NS3C_BAD_VALUE, "%s refuses \"%s\" for %s", type.c_str(), value, name);
	});
}

struct ns3c_lateness ns3c_lateness(void)
{
	return context ? context->late : (struct ns3c_lateness){ 0, 0, 0 };
}
