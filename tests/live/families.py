# SPDX-License-Identifier: GPL-2.0-or-later
"""Shipped scenarios in real time, many at once, each held against its own simulation: the same file, seed, overrides
and expectations, and the same fingerprint, since our nodes keep virtual time."""
import collections
import concurrent.futures
import json
import os
import subprocess
import time

import tools

TOP, MOORING = tools.TOP, tools.MOORING

Run = collections.namedtuple('Run', 'name path sets seed seconds checks fingerprint')
End = collections.namedtuple('End', 'run verdict reason seconds phases')


def simulate(paths, sets=(), mooring=MOORING, **more):
    """All runs of these files (sweeps are several), as simulations."""
    command = [mooring, 'run', '--json', '--fingerprint', '-j', '2', *paths]
    for one in sets:
        command += ['--set', one]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, **more)
    runs = []
    for r in json.loads(done.stdout)['runs']:
        if r['verdict'] == 'skip':      # needs --engine ns3
            continue
        family = os.path.basename(os.path.dirname(r['file']))
        runs.append(Run('%s/%s' % (family, r['run']), r['file'], [o['set'] for o in r['overrides']], r['seed'],
                        r['end_ns'] / 1e9, r['checks'], r['fingerprint']))
        if r['verdict'] != 'pass':
            raise AssertionError('%s does not pass in a simulation: %s' % (r['run'], r['verdict']))
    return runs


def judge(run, done):
    """(verdict, reason) of what `mooring live --json` printed; a run that differs from its simulation has failed."""
    try:
        r = json.loads(done.stdout)['runs'][0]
    except (ValueError, IndexError):
        return 'refused', (done.stderr.strip() or 'exit code %d, nothing said' % done.returncode).splitlines()[-1]
    if r['verdict'] == 'error':
        return 'refused', r['error'] or done.stderr.strip()
    if r['verdict'] != 'pass':
        bad = [c for c in r['checks'] if c['verdict'] != 'pass']
        return r['verdict'], '; '.join('%s: %s' % (c['id'], c['message']) for c in bad)
    if done.returncode:
        return 'fail', 'passed with exit code %d' % done.returncode
    if r['checks'] != run.checks:
        return 'fail', 'its checks are not those of the simulation'
    if r['fingerprint'] != run.fingerprint:
        return 'fail', 'fingerprint %s, in the simulation %s' % (r['fingerprint'], run.fingerprint)
    for step in r['phases']:
        if not step['live'] or step['live'] != step['simulated'] or any(step['difference'].values()):
            return 'fail', 'phases of %s, %s differ' % (step['node'], step['step'])
    return 'pass', ''


def live(run, mooring=MOORING, **more):
    command = [mooring, 'live', '--json', '--fingerprint', '--beside', '--seed', str(run.seed), run.path]
    for one in run.sets:
        command += ['--set', one]
    begun = time.monotonic()
    try:
        done = tools.run(command, timeout=run.seconds + 120, **more)
    except subprocess.TimeoutExpired:
        return End(run, 'fail', 'no end after %.0f s of %.0f s' % (time.monotonic() - begun, run.seconds), 0, 0)
    took = time.monotonic() - begun
    verdict, reason = judge(run, done)
    if verdict == 'pass' and took < run.seconds:
        verdict, reason = 'fail', 'over after %.1f s of %.1f s: not in real time' % (took, run.seconds)
    phases = 0 if verdict != 'pass' else sum(
        len(step['difference']) for step in json.loads(done.stdout)['runs'][0]['phases'])
    return End(run, verdict, reason, took, phases)


def all_live(runs, at_once, mooring=MOORING, **more):
    """The longest first; they mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda run: live(run, mooring, **more), sorted(runs, key=lambda run: -run.seconds)))


def table(ends):
    """Lines: what did not pass, each family's sums, all. phases: how many were equal, live and simulated."""
    words = ('pass', 'fail', 'inconclusive', 'refused', 'phases')
    lines = ['%-12s %s: %s' % (e.verdict, e.run.name, e.reason) for e in ends if e.verdict != 'pass']
    counts = collections.defaultdict(collections.Counter)
    for e in ends:
        counts[e.run.name.split('/')[0]][e.verdict] += 1
        counts['all'][e.verdict] += 1
        counts[e.run.name.split('/')[0]]['phases'] += e.phases
        counts['all']['phases'] += e.phases
    heads = ('passed', 'failed', 'inconclusive', 'refused', 'phases')
    lines.append('%-16s' % 'FAMILY' + ''.join('%14s' % head for head in heads))
    for family in sorted(counts, key=lambda f: (f == 'all', f)):
        lines.append('%-16s' % family + ''.join('%14d' % counts[family][w] for w in words))
    return lines
