/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what users may ask of IKE and of an SA that stands (proto/ike.h)
 *
 * Requests become wishes, which wait until no other request is under way (ike_lives.c). Moving an SA's endpoints is
 * what RFC 4877 9 does with the K bit [24.303 5.2.3.2]; the peer learns the new address from the next authentic
 * request.
 */
#include "proto/ike_priv.h"

#include <string.h>

static const char *const reasons[IKE_REASONS] = {
	"ok", "timeout", "no-proposal-chosen", "authentication-failed", "certificate-expired", "certificate-untrusted",
	"certificate-name", "certificate-bad", "eap-failed", "configuration-failed", "traffic-selectors-refused",
	"redirected", "redirect-loop", "deleted-by-peer", "deleted", "syntax", "peer-error", "replaced", "dead-peer",
};

const char *ike_reason_name(enum ike_reason r)
{
	return (unsigned)r < IKE_REASONS ? reasons[r] : "?";
}

static bool open_for_requests(const struct ike_sa *sa)
{
	return sa->machine.state == IKE_SA_ESTABLISHED;
}

static void wish(struct ike_sa *sa, enum ike_intent what, moor_handle child)
{
	struct ike *k = sa->k;

	if (!open_for_requests(sa))
		return;
	ike_enter(k);
	ike_intend(sa, what, child);
	ike_go_on(sa);
	ike_leave(k);
}

void ike_child(struct ike_sa *sa, const struct ipsec_selector *sel, bool transport)
{
	struct ike *k = sa->k;
	struct ike_wish *x;

	if (!open_for_requests(sa))
		return;
	ike_enter(k);
	x = ike_intend(sa, INTENT_CHILD, 0);
	if (x) {
		x->sel = *sel;
		x->transport = transport;
	} else {
		ike_post(sa, POST_CHILD)->why = IKE_PEER_ERROR;
	}
	ike_go_on(sa);
	ike_leave(k);
}

void ike_rekey_child(struct ike_sa *sa, moor_handle child)
{
	const struct ike_child *c = ike_child_by_ipsec(sa, child);

	if (c && !c->dying)
		wish(sa, INTENT_REKEY_CHILD, c->self);
}

void ike_rekey(struct ike_sa *sa)
{
	wish(sa, INTENT_REKEY_IKE, 0);
}

void ike_check(struct ike_sa *sa)
{
	wish(sa, INTENT_CHECK, 0);
}

void ike_redirect_session(struct ike_sa *sa, const struct ip6_addr *to)
{
	struct ike_wish *x;

	if (!open_for_requests(sa))
		return;
	ike_enter(sa->k);
	x = ike_intend(sa, INTENT_REDIRECT, 0);
	if (x)
		x->sel.remote = *to;
	ike_go_on(sa);
	ike_leave(sa->k);
}

void ike_reauth(struct ike_sa *sa, uint32_t seconds)
{
	struct ike *k = sa->k;
	struct ike_wish *x;

	if (!open_for_requests(sa))
		return;
	ike_enter(k);
	x = ike_intend(sa, INTENT_LIFETIME, 0);
	if (x)
		x->seconds = seconds;
	ike_go_on(sa);
	ike_leave(k);
}

void ike_close(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	ike_enter(k);
	ike_sa_delete(sa, IKE_DELETED);
	ike_leave(k);
}

void ike_forget(struct ike_sa *sa)
{
	struct ike *k = sa->k;

	ike_enter(k);
	ike_chain_free(k, sa->response);
	sa->response = NULL;
	ike_sa_fail(sa, IKE_DELETED, 0);
	ike_leave(k);
}

/* [RFC 4877 9] [R24303-5.2.3.2-13] */
void ike_move(struct ike_sa *sa, const struct ike_path *p, bool tell)
{
	if (sa->machine.state == IKE_SA_GONE)
		return;
	sa->path = *p;
	ike_children_move(sa);
	if (tell)
		wish(sa, INTENT_CHECK, 0);
}

void ike_behind_nat(struct ike_sa *sa, bool here)
{
	sa->nat_here = here;
	ike_life_arm(sa);
}

void ike_reboot(struct ike *k)
{
	moor_handle h = k->first;

	ike_enter(k);
	while (h) {
		struct ike_sa *sa = slab_get(&k->iw->sas, h);

		h = sa->next;
		ike_chain_free(k, sa->response);
		sa->response = NULL;
		ike_out_drop(sa);
		sa->told = true;	/* nobody remembers it, nobody is told */
		if (sa->machine.state == IKE_SA_GONE)
			ike_sa_free(sa);
		else
			ike_sa_fail(sa, IKE_DELETED, 0);
	}
	k->sas = 0;
	if (k->ipsec)
		ipsec_clear(k->ipsec);
	ike_leave(k);
}

void ike_sa_set_user(struct ike_sa *sa, void *user)
{
	sa->user = user;
}

void *ike_sa_user(const struct ike_sa *sa)
{
	return sa->user;
}

moor_handle ike_sa_handle(const struct ike_sa *sa)
{
	return sa->self;
}

struct ike_sa *ike_sa_get(const struct ike *k, moor_handle h)
{
	struct ike_sa *sa = slab_get(&k->iw->sas, h);

	return sa && !sa->told && sa->machine.state != IKE_SA_GONE ? sa : NULL;
}

void ike_sa_view(const struct ike_sa *sa, struct ike_sa_view *out)
{
	memset(out, 0, sizeof *out);
	out->state = sa->machine.state;
	out->initiator = sa->initiator;
	out->nat_here = sa->nat_here;
	out->nat_there = sa->nat_there;
	out->redirect_supported = sa->redirect_supported;
	out->multiple_auth = sa->multiple_auth;
	out->spi_i = sa->spi_i;
	out->spi_r = sa->spi_r;
	out->path = sa->path;
	out->suite = *ike_suite_of(sa);
	out->children = ike_child_count(sa);
	out->established = sa->established;
}

unsigned ike_sas(const struct ike *k)
{
	return k->sas;
}

unsigned ike_half_open(const struct ike *k)
{
	return k->half_open;
}
