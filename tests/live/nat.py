# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's address translator in place of a router's of ours, by scenarios that say `live: nftables`."""
import concurrent.futures
import os
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
NAT = os.path.join(TOP, 'scenarios', 'nat')


def missing():
    for name in ('ip', 'nft'):
        if not shutil.which(name):
            return name + '(8) is not installed'
    done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', 'true'], capture_output=True, text=True)
    if done.returncode:
        return 'namespaces are refused: ' + done.stderr.strip()
    done = subprocess.run([MOORING, 'live', os.path.join(NAT, 'kernel-keepalive.yaml'), '--duration', '100ms'],
                          capture_output=True, text=True, timeout=60)
    for lacks in ('nf_conntrack_netlink', 'nft in namespace', '/proc/sys/net/netfilter'):
        if done.returncode == 2 and lacks in done.stderr:
            return 'this kernel has no NAT for namespaces: ' + done.stderr.strip()
    return None


def live(name, *sets, how='live'):
    command = [MOORING, how, os.path.join(NAT, name + '.yaml')]
    for one in sets:
        command += ['--set', one]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def side_by_side(wanted):
    """{key: what live() gave}; wanted: {key: its arguments}."""
    with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        ends = {key: pool.submit(live, *arguments) for key, arguments in wanted.items()}
        return {key: end.result() for key, end in ends.items()}


def closing(tests):
    bad = len(tests.failures) + len(tests.errors)
    print('%d passed, %d failed, %d skipped' % (tests.testsRun - bad - len(tests.skipped), bad, len(tests.skipped)))
    sys.exit(1 if bad else 0)
