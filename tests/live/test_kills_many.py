# SPDX-License-Identifier: GPL-2.0-or-later
"""kills.py with as many runs as fit into three minutes, a thousand at most.

only: --interop
timeout: 400
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools                                            # noqa: E402

why = tools.missing('ping', 'mount', 'tshark')
if why:
    print(why)
    sys.exit(77)
sys.exit(subprocess.call([sys.executable, '-B', os.path.join(tools.TOP, 'tests', 'live', 'kills.py'), '1000', '170']))
