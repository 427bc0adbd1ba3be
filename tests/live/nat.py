# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's address translator in place of a router's of ours, by scenarios that say `live: nftables`."""
import os

import tools

TOP, MOORING = tools.TOP, tools.MOORING
NAT = os.path.join(TOP, 'scenarios', 'nat')


def missing():
    why = tools.missing('nft')
    if why:
        return why
    done = tools.live(os.path.join(NAT, 'kernel-keepalive.yaml'), '--duration', '100ms')
    for lacks in ('nf_conntrack_netlink', 'nft in namespace', '/proc/sys/net/netfilter'):
        if done.returncode == 2 and lacks in done.stderr:
            return 'this kernel has no NAT for namespaces: ' + done.stderr.strip()
    return None


def live(name, *sets, how='live'):
    command = [MOORING, how, os.path.join(NAT, name + '.yaml')]
    for one in sets:
        command += ['--set', one]
    return tools.run(command)
