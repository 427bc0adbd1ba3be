# SPDX-License-Identifier: GPL-2.0-or-later
"""Every message that a UE or home agent sends satisfies its profile (TS 24.303 Annex A, or the RFCs), in every shipped
scenario but those where a UE is told to break it; and the other end names the same deviation."""
import collections
import json
import os
import shutil
import tempfile

import rig

# scenario: what its UE, MAG or LMA does wrong on purpose
ON_PURPOSE = {
    'alternate-care-of-address': {'bu-alt-coa-differs'},
    'doubled-options': {'opt-duplicate', 'pbu-hnp-mixed'},
    'foreign-answers': {'pba-att-differs', 'pba-mn-id-differs', 'pba-p-clear', 'pba-sequence'},
    'draft-02-refusals': {'pbu-hnp-missing', 'pbu-mn-id-missing'},
    'forgetful-anchor': {'opt-alignment', 'opt-past-header-length'},
    'header-lengths': {'mh-payload-proto', 'opt-alignment', 'opt-past-header-length', 'pbu-a-clear', 'pbu-apn-missing',
                       'pbu-att-missing', 'pbu-gre-key-missing', 'pbu-handoff-missing', 'pbu-hnp-missing',
                       'pbu-lifetime-zero', 'pbu-mn-id-missing', 'pbu-p-clear'},
    'keys-learnt': {'pbu-gre-key-missing'},
    'keys-required': {'pbu-gre-key-missing'},
    'missing-options': {'pbu-att-missing', 'pbu-gre-key-missing', 'pbu-handoff-missing', 'pbu-hnp-missing',
                        'pbu-mn-id-missing'},
    'no-delegation': {'bu-r-clear'},
    'no-k-flag': {'bu-k-clear'},
    'odd-heartbeats': {'heartbeat-restart-counter', 'heartbeat-restart-missing', 'opt-length', 'reserved-nonzero'},
    'odd-revocations': {'bra-sequence', 'bri-hnp-missing', 'bri-mn-id-missing', 'prefix-length'},
    'prefix-lengths': {'prefix-length'},
    'reserved-bits': {'reserved-nonzero'},
    'unknown-names': {'pbu-mn-id-subtype'},
    'wrong-trigger': {'bri-trigger-space'},
}
# the other end does not take them for messages at all, or not for answers to its own
UNREAD = {'foreign-answers', 'header-lengths', 'odd-revocations'}


def deviations(folder):
    """(scenario, sent) -> ids, of all runs below the folder."""
    found = collections.defaultdict(set)
    runs = 0
    for place, _, names in os.walk(folder):
        if 'events.jsonl' not in names:
            continue
        runs += 1
        with open(os.path.join(place, 'run.json'), encoding='utf-8') as f:
            scenario = json.load(f)['scenario']
        with open(os.path.join(place, 'events.jsonl'), encoding='utf-8') as f:
            for line in f:
                if '"kind":"deviation"' in line:
                    event = json.loads(line)
                    found[scenario, event['sent']].add(event['id'])
    return found, runs


class Profiles(rig.Case):
    maxDiff = None

    def test_nothing_sent_breaks_its_profile(self):
        sent, received, runs = {}, {}, 0
        for family in sorted({os.path.dirname(path) for path in rig.simulated()}):
            out = tempfile.mkdtemp()
            try:
                code, _, err = rig.run('run', family, '-j', 2, '-o', out)
                self.assertEqual(code, 0, err)
                found, n = deviations(out)
            finally:
                shutil.rmtree(out)
            runs += n
            for (scenario, by_sender), ids in found.items():
                (sent if by_sender else received).setdefault(scenario, set()).update(ids)
        self.assertGreaterEqual(runs, len(rig.simulated()))
        self.assertEqual(sent, ON_PURPOSE)
        for scenario, ids in ON_PURPOSE.items():
            if scenario in UNREAD:
                continue
            self.assertLessEqual(ids, received.get(scenario, set()), scenario)


if __name__ == '__main__':
    rig.main()
