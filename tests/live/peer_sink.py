# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard input to its end, or until SIGTERM: how much, its SHA-256, and longest silences, into a JSON file (argv).
A silence is an interval between two reads that gave something, or the end; times are the run's, in seconds."""
import hashlib
import json
import os
import signal
import sys
import time

origin = int(os.environ['MOORING_ORIGIN'])
octets, digest, silences = 0, hashlib.sha256(), []
first = last = None


def over(number, frame):
    raise EOFError


signal.signal(signal.SIGTERM, over)
while True:
    try:
        data = os.read(0, 1 << 16)
    except EOFError:
        data = b''
    now = time.monotonic_ns()
    if last is not None:
        silences.append((now - last, last))
    if not data:
        break
    first = now if first is None else first
    last = now
    octets += len(data)
    digest.update(data)
    if len(silences) > 10000:
        silences = sorted(silences, reverse=True)[:100]
report = {'octets': octets, 'sha256': digest.hexdigest(), 'first': (first - origin) / 1e9 if first else None,
          'last': (last - origin) / 1e9 if last else None,
          'silences': [{'at': (at - origin) / 1e9, 'seconds': length / 1e9}
                       for length, at in sorted(silences, reverse=True)[:100]]}
with open(sys.argv[1], 'w', encoding='utf-8') as f:
    json.dump(report, f)
