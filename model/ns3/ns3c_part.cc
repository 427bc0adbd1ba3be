/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the part of the library that is loaded when it is asked for
 *
 * LTE needs more of ns-3 than everything else together (its whole internet stack, buildings, applications), and loading
 * that takes as long as the rest. So its half of ns3c.h lies in a library of its own beside this one, and stands here
 * by name. No clause of the protocols is met here.
 */
#include "ns3/ns3c_internal.h"

#include <dlfcn.h>

namespace {

constexpr char FILE_NAME[] = "libmooring-ns3-lte.so";

void *part;

/* Beside this library, wherever that was found. */
std::string Path()
{
	Dl_info self = {};
	std::string path = dladdr(reinterpret_cast<void *>(&ns3c_lte_new), &self) && self.dli_fname ? self.dli_fname : "";

	return path.substr(0, path.rfind('/') + 1) + FILE_NAME;
}

/* nullptr: the error is set. */
template <typename F>
F *Theirs(F *, const char *name)
{
	if (!Ns3cLoadPart())
		return nullptr;
	return reinterpret_cast<F *>(dlsym(part, name));
}

} // namespace

#define THEIRS(name) Theirs(&name, #name)

bool Ns3cLoadPart()
{
	if (!part)
		part = dlopen(Path().c_str(), RTLD_LAZY | RTLD_LOCAL);
	if (!part)
		Ns3cFail(NS3C_UNSUPPORTED, "LTE needs the library %s: %s", FILE_NAME, dlerror());
	return part;
}

struct ns3c_lte *ns3c_lte_new(const struct ns3c_lte_config *c)
{
	auto *f = THEIRS(ns3c_lte_new);

	return f ? f(c) : nullptr;
}

struct ns3c_port *ns3c_lte_ue(struct ns3c_node *n, struct ns3c_lte *l)
{
	auto *f = THEIRS(ns3c_lte_ue);

	return f ? f(n, l) : nullptr;
}

struct ns3c_port *ns3c_lte_sgi(struct ns3c_node *n, struct ns3c_lte *l, uint64_t rate, int64_t delay)
{
	auto *f = THEIRS(ns3c_lte_sgi);

	return f ? f(n, l, rate, delay) : nullptr;
}

int ns3c_lte_handover(struct ns3c_port *ue, size_t to)
{
	auto *f = THEIRS(ns3c_lte_handover);

	return f ? f(ue, to) : NS3C_UNSUPPORTED;
}

void ns3c_lte_on_event(struct ns3c_port *ue, ns3c_lte_fn *fn, void *arg)
{
	if (auto *f = THEIRS(ns3c_lte_on_event))
		f(ue, fn, arg);
}
