#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the libFuzzer targets and runs each for some seconds, from the vectors on:
#     tests/fuzz/run.sh SECONDS [TARGET...]
# For every target: seeds, runs, covered edges, findings. What a target finds lies in build-fuzz/findings/TARGET/ and
# can be repeated with build-fuzz/tests/fuzz/TARGET FILE; the corpus that grew stays in build-fuzz/corpus/TARGET/.
# Exit code: 0 nothing found, 1 something found or a target that did not run, 2 usage, 77 no clang with libFuzzer.
set -eu
seconds=${1:-}
case $seconds in
'' | *[!0-9]* | 0*) echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2; exit 2 ;;
esac
shift
cd "$(dirname "$0")/../.."
out=build-fuzz

runtime=$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a" 2>/dev/null || true)
if [ ! -f "$runtime" ]; then
    echo "fuzzing needs clang and its runtime library (Debian: clang, libclang-rt-dev or libclang-rt-14-dev)" >&2
    exit 77
fi

if [ $# -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        name=$(basename "$source" .c)
        set -- "$@" "$name"
    done
fi
for target; do
    if [ ! -f "tests/fuzz/$target.c" ]; then echo "no target $target in tests/fuzz/" >&2; exit 2; fi
done

[ -f "$out/moor-config.h" ] || ./waf configure --out "$out" --fuzz >"${TMPDIR:-/tmp}/moor-fuzz-configure.log" ||
    { cat "${TMPDIR:-/tmp}/moor-fuzz-configure.log" >&2; exit 1; }
list=$(echo "$@" | tr ' ' ',')
./waf build --out "$out" --targets="$list" >"$out/build.log" 2>&1 || { tail -40 "$out/build.log" >&2; exit 1; }

failed=0
printf '%-16s %8s %12s %9s %9s\n' target seeds runs edges findings
for target; do
    corpus=$out/corpus/$target
    found=$out/findings/$target
    log=$out/$target.log
    mkdir -p "$corpus" "$found"
    seeds=$(python3 -B tests/fuzz/make_corpus.py "$target" "$corpus" | cut -d' ' -f1)
    code=0
    "$out/tests/fuzz/$target" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$found/" \
        -rss_limit_mb=2048 "$corpus" >"$log" 2>&1 || code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)
    findings=$(find "$found" -type f | wc -l)
    printf '%-16s %8s %12s %9s %9s\n' "$target" "$seeds" "${runs:--}" "${edges:--}" "$findings"
    if [ "$code" -ne 0 ] || [ "$findings" -ne 0 ] || [ -z "$runs" ]; then
        failed=1
        grep -m 5 -e 'ERROR:' -e 'SUMMARY:' -e 'runtime error:' -e 'Assertion' "$log" | sed 's/^/    /' || true
        echo "    see $log and $found/"
    fi
done
exit $failed
