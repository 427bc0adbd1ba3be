# SPDX-License-Identifier: GPL-2.0-or-later
"""Live runs that are killed leave nothing behind and results that can be read: some of kills.py."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tools                                            # noqa: E402

why = tools.missing('ping', 'mount')
if why:
    print(why)
    sys.exit(77)
sys.exit(subprocess.call([sys.executable, '-B', os.path.join(tools.TOP, 'tests', 'live', 'kills.py'), '20']))
