# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fuzz target gets seeds from the vectors, in the form that it takes."""
import glob
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import make_corpus  # noqa: E402


def main():
    targets = sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(HERE, 'fuzz_*.c')))
    failed = 0
    for target in targets:
        with tempfile.TemporaryDirectory() as folder:
            made = make_corpus.make(target, folder)
            if made < 5 or made != len(os.listdir(folder)):
                print('%s: %d seeds made, %d files' % (target, made, len(os.listdir(folder))))
                failed += 1
    for target in set(make_corpus.SEEDS) - set(targets):
        print('%s has a row in make_corpus.py, but no source' % target)
        failed += 1
    print('%d passed, %d failed' % (len(targets) - failed, failed))
    return 1 if failed or not targets else 0


if __name__ == '__main__':
    sys.exit(main())
