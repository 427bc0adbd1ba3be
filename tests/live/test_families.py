# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario of each family in real time, all side by side, as nobody where we are root: the same file, the same
expectations, and the same fingerprint as simulated. test_families_all.py runs all of them."""
import collections
import os
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import families  # noqa: E402
import tools  # noqa: E402

NOBODY = 65534
LONGEST = 25
# family: (scenario, overrides). Those with an earlier end have nothing but silence behind it.
CHOSEN = {
    'annex': ('initial-nat', []),
    'attach': ('ipv4', []),
    'detach': ('ue', ['duration=18s']),
    'discovery': ('andsf', []),
    'errors': ('ba-lost', []),
    'handover': ('ipv6-to-nat', []),
    'ifom': ('refused-bids', ['duration=15s']),
    'interwork': ('ended-at-home', ['duration=15s']),
    'nat': ('strict', []),
    'pd': ('delegation', ['duration=24s', 'traffic.down.start=7s', 'traffic.down.stop=23s', 'traffic.up.start=7s',
                          'traffic.up.stop=23s']),
    'pdn': ('refused', []),
    'pmip-attach': ('first', []),
    'pmip-detach': ('withdrawn', []),
    'pmip-errors': ('unknown-names', []),
    'pmip-handover': ('agreed-router', []),
    'pmip-revoke': ('gives-up', []),
    'pmip-security': ('claims-address', []),
    'pmip-transport': ('ip4', []),
    'realloc': ('switch-after-attach', ['duration=20s']),
    'rereg': ('ipv4-never', ['nodes.ha.refuse-ipv4=128']),
    'revoke': ('ipv6', ['duration=15s']),
    'research': ('rana-2017', ['duration=24s', 'timeline.2.at=10s', 'traffic.far.start=8s', 'traffic.far.stop=23s',
                               'links.foreign.advertise.every=[30ms,70ms]']),
    'rfc': ('dhaad-preference', ['duration=15s']),
    'security': ('full-attach', []),
}


def somebody(folder):
    """A copy of the program and the scenarios that nobody can read, and how to become nobody."""
    os.chmod(folder, 0o755)
    mooring = shutil.copy(families.MOORING, folder)
    scenarios = shutil.copytree(os.path.join(families.TOP, 'scenarios'), os.path.join(folder, 'scenarios'))
    who = dict(user=NOBODY, group=NOBODY, extra_groups=[], cwd='/') if os.geteuid() == 0 else {}
    return mooring, scenarios, who


def runs_of(scenarios, mooring):
    runs = []
    for family in sorted(os.listdir(scenarios)):
        folder = os.path.join(scenarios, family)
        if not os.path.isdir(folder):
            continue
        if family in CHOSEN:
            name, sets = CHOSEN[family]
            runs += [run._replace(sets=sets) for run in
                     families.simulate([os.path.join(folder, name + '.yaml')], sets, mooring)]
            continue
        simulated = families.simulate([folder], mooring=mooring)
        if not simulated:               # all of them need ns-3
            continue
        shortest = min(simulated, key=lambda run: run.seconds)
        assert shortest.seconds <= LONGEST, '%s: choose a scenario of this family that is over soon' % family
        runs.append(shortest)
    return runs


@tools.patient
class Families(unittest.TestCase):
    def test_one_of_each_is_live_what_it_is_simulated(self):
        with tempfile.TemporaryDirectory() as folder:
            mooring, scenarios, who = somebody(folder)
            runs = runs_of(scenarios, mooring)
            begun = time.monotonic()
            ends = families.all_live(runs, len(runs), mooring, **who)
            took = time.monotonic() - begun
        print('\n'.join(families.table(ends)))
        print('%d runs, %.0f s of time in %.0f s; the latest end %.2f s after its run' % (
            len(ends), sum(run.seconds for run in runs), took, max(e.seconds - e.run.seconds for e in ends)))
        self.assertEqual([e.run.name for e in ends if e.verdict != 'pass'], [])
        families_seen = collections.Counter(os.path.basename(os.path.dirname(e.run.path)) for e in ends)
        self.assertEqual(set(CHOSEN) - set(families_seen), set())


if __name__ == '__main__':
    tools.main()
