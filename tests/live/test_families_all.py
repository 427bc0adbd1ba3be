# SPDX-License-Identifier: GPL-2.0-or-later
"""Every run of every shipped scenario, live: the same file, the same expectations, the same fingerprint as simulated.

They need nobody else, but half an hour of two processors' patience: they wait side by side, AT_ONCE at a time, so that
all of it takes little longer than the longest.

only: --interop
timeout: 1800
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import families  # noqa: E402

AT_ONCE = int(os.environ.get('MOORING_TEST_AT_ONCE', '40'))
# What is not run here, with the reason. Nothing is senseless in real time: in one process our nodes keep virtual time.
SENSELESS = {'nat/kernel-' + name: 'the kernel translates, see test_nat_long.py'
             for name in ('idle', 'keepalive', 'rebinding')}

runs = families.simulate([os.path.join(families.TOP, 'scenarios')])
wanted = [run for run in runs if run.name not in SENSELESS]
begun = time.monotonic()
ends = families.all_live(wanted, AT_ONCE)
took = time.monotonic() - begun
for name, reason in sorted(SENSELESS.items()):
    print('left out     %s: %s' % (name, reason))
print('\n'.join(families.table(ends)))
print('%d runs, %.0f s of time in %.0f s, %d at once; the latest end %.2f s after its run' % (
    len(ends), sum(e.run.seconds for e in ends), took, AT_ONCE, max(e.seconds - e.run.seconds for e in ends)))
bad = sum(e.verdict != 'pass' for e in ends)
print('%d passed, %d failed' % (len(ends) - bad, bad))
sys.exit(1 if bad else 0)
