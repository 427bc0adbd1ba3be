#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `./waf dist` packs exactly what git tracks, and `./waf install` puts the program and the scenarios in their places.
set -eu
top=${MOORING_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
command -v git >/dev/null && git -C "$top" rev-parse >/dev/null 2>&1 || { echo "no git, or no clone"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/tree"
die() { echo "$*"; exit 1; }
cd "$top"
git ls-files | while read -r f; do [ ! -e "$f" ] || echo "$f"; done | tar -cf - -T - | tar -xf - -C "$work/tree"
if [ -d .waf-cache/waf ]; then
    mkdir "$work/tree/.waf-cache"
    cp -r .waf-cache/waf "$work/tree/.waf-cache/"
fi
cd "$work/tree"
find . -type f ! -path './.waf-cache/*' | sort >"$work/expected"
mkdir build && : >build/product && echo "x = 1" >.lock-waf_linux_other
MOORING_NO_INSTALL=1 ./waf dist
tar -tzf mooring-*.tar.gz | grep -v '/$' | sed 's,^[^/]*,.,' | sort >"$work/packed"
diff "$work/expected" "$work/packed" || die "without git, the tarball is not the tree"
rm -rf mooring-*.tar.gz
git init -q . && git add waf wscript packages.list
./waf dist
tar -tzf mooring-*.tar.gz | grep -v '/$' | sed 's,^[^/]*/,,' | sort | tr '\n' ' ' >"$work/packed"
[ "$(cat "$work/packed")" = 'packages.list waf wscript ' ] || die "with git, not what git tracks: $(cat "$work/packed")"

[ -x "${MOORING:-$top/build/mooring}" ] || exit 0
cd "$top"
./waf install --destdir="$work/root" --out="${MOORING_BUILD#"$top"/}" >"$work/log" 2>&1 || die "$(cat "$work/log")"
program=$(find "$work/root" -type f -name mooring)
[ -x "$program" ] || die "install put no program"
count() { find "$1" -name '*.yaml' | wc -l; }
[ "$(count "$work/root")" = "$(count scenarios)" ] || die "install lost scenarios"
