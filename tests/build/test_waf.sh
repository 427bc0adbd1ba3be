#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The launcher ./waf on machines that lack things: every tool that it asks about the machine is replaced by a stand-in.
set -u
top=${MOORING_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# check NAME CONDITION...: counts one test
check() {
    name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL $name (exit code $code)"
        sed 's/^/  | /' "$work/said"
    fi
}
says() { grep -qF -- "$1" "$work/said"; }
all() { for text in "$@"; do says "$text" || return 1; done; }
code_is() { [ "$code" -eq "$1" ]; }
logged() { printf '%s\n' "$@" | cmp -s - "$work/calls"; }

# A fresh machine: the launcher, a PATH with ordinary tools, and the named stand-ins.
machine() {
    rm -rf "$work/tree" "$work/bin"
    mkdir -p "$work/tree" "$work/bin"
    : >"$work/calls"
    cp "$top/waf" "$top/packages.list" "$work/tree/"
    for tool in sh dirname sed tr find head tail rm mv cp mkdir cat grep; do
        ln -s "$(command -v $tool)" "$work/bin/$tool"
    done
}
stand_in() {
    { echo '#!/bin/sh'; cat; } >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
user() { echo "echo $1" | stand_in id; }
debian() {
    stand_in dpkg-query <<'END'
for p in "$@"; do :; done
case " $INSTALLED " in
*" ALL "* | *" $p "*) echo 'installed ' ;;
*) exit 1 ;;
esac
END
    stand_in dpkg-deb <<'END'
mkdir -p "$3/lib/waflib" && cp -r "$STUB/." "$3/lib/waflib/"
END
    stand_in apt-get <<END
echo "\$*" >>"$work/calls"
case "\$1" in
update) [ -z "\${UPDATE_FAILS:-}" ] && : >"$work/updated" ;;
*) [ -z "\${NEEDS_UPDATE:-}" ] || [ -f "$work/updated" ] || exit 100; [ "\$1" != download ] || : >xmds2_1_all.deb ;;
esac
END
    rm -f "$work/updated"
}
run() {
    env -i PATH="$work/bin" STUB="$work/stub" INSTALLED="${INSTALLED-ALL}" "$@" >"$work/said" 2>&1
    code=$?
}

# A waflib that only tells how it was started; it uses `imp` and `pipes` as the real one does.
mkdir -p "$work/stub"
: >"$work/stub/__init__.py"
echo 'import imp; WAFVERSION = "2.test"; imp.new_module("x")' >"$work/stub/Context.py"
cat >"$work/stub/Scripting.py" <<'END'
import os, sys
def waf_entry_point(cwd, version, wafdir):
    print("started", version, *sys.argv[1:])
    print("lock", os.environ.get("WAFLOCK"))
END

machine; user 1000
run WAF=/nowhere/waf "$work/tree/waf" build
check 'a $WAF that is none is named' all 'WAF=/nowhere/waf is neither'
check 'and ends with 1' code_is 1

if [ -e /usr/lib/python3/dist-packages/xpdeint/waf ]; then
    echo 'SKIP fetching waf: xmds2 is installed on this machine'
else
    machine; user 1000
    run "$work/tree/waf" build
    check 'no waf and no apt-get: says how to name a waf' all 'no apt-get to fetch one' 'WAF=/path/to/waf'
    check 'no waf and no apt-get: 1' code_is 1

    machine; user 1000; debian
    run NEEDS_UPDATE=1 "$work/tree/waf" build
    check 'no package lists, not root: three ways out' all 'sudo apt-get update' 'WAF=/path/to/waf' 'a waf 2.x on PATH'
    check 'no package lists, not root: 1' code_is 1
    check 'nothing half-fetched is left' [ -z "$(ls "$work/tree/.waf-cache")" ]
    check 'not root: apt-get update is not tried' logged 'download xmds2' 'download xmds2'

    machine; user 0; debian
    run NEEDS_UPDATE=1 "$work/tree/waf" build
    check 'no package lists, root: they are fetched' logged 'download xmds2' 'update -q' 'download xmds2'
    check 'the fetched waf is started' all 'started 2.test build' 'lock None'
    check 'the cache is .waf-cache' [ -f "$work/tree/.waf-cache/waf/waflib/Scripting.py" ]
    : >"$work/calls"
    run "$work/tree/waf" build
    check 'the second time nothing is fetched' [ ! -s "$work/calls" ]
    check 'and waf starts' all 'started 2.test build'
fi

mkdir -p "$work/wafdir" && cp -r "$work/stub" "$work/wafdir/waflib"
machine; user 1000; debian
INSTALLED='gcc git' run WAF="$work/wafdir" "$work/tree/waf" check
names() { sed -n "/^\[build\]/,/^\[check\]/s/ *#.*//p" "$top/packages.list" | grep -v -e "^\[" -e "^gcc\$"; }
build_list=$(names | tr "\n" " ")
check 'packages missing, not root: one command' all 'sudo apt-get install -y --no-install-recommends' $build_list
check 'packages missing, not root: 1' code_is 1
check 'what is there is not asked for' [ "$(grep -c -w -e gcc -e git "$work/said")" = 0 ]

INSTALLED="gcc $build_list" run WAF="$work/wafdir" "$work/tree/waf" check
check 'only test packages missing, not root: goes on' all 'sudo apt-get install' 'started 2.test check'
check 'nothing was installed' [ ! -s "$work/calls" ]

INSTALLED='' run MOORING_NO_INSTALL=1 WAF="$work/wafdir" "$work/tree/waf" demo
check 'MOORING_NO_INSTALL is obeyed' all 'started 2.test demo'
INSTALLED='' run WAF="$work/wafdir" "$work/tree/waf" configure build
check 'other commands ask for no packages' all 'started 2.test configure build'

machine; user 0; debian
INSTALLED='gcc' run NEEDS_UPDATE=1 WAF="$work/wafdir" "$work/tree/waf" demo
asked=$(cut -d' ' -f1 "$work/calls" | tr '\n' ' ')
check 'root: installs, fetches lists, installs again' [ "$asked" = 'install update install ' ]
check 'and starts waf' all 'started 2.test demo'
INSTALLED='gcc' run NEEDS_UPDATE=1 UPDATE_FAILS=1 WAF="$work/wafdir" "$work/tree/waf" demo
check 'after the lists were fetched once, one attempt is enough' all 'started 2.test demo'
rm -f "$work/updated"
INSTALLED='gcc' run NEEDS_UPDATE=1 UPDATE_FAILS=1 WAF="$work/wafdir" "$work/tree/waf" demo
check 'root without a mirror: says so' all 'could not install'
check 'root without a mirror: 1' code_is 1

machine; user 1000
echo 'import sys; print("program", *sys.argv[1:])' >"$work/waf.py"
run WAF="$work/waf.py" "$work/tree/waf" build -j1
check '$WAF may be a program' all 'program build -j1'
stand_in waf </dev/null
echo 'import sys; print("on PATH", *sys.argv[1:])' >"$work/bin/waf"
run "$work/tree/waf" build
check 'a waf on PATH is used' all 'on PATH build'
rm "$work/bin/waf"
run WAF="$work/wafdir" "$work/tree/waf" configure --out=build/a b
check 'a build folder of its own has a lock of its own' all 'lock .lock-waf_linux_build_a'
run WAF="$work/wafdir" "$work/tree/waf" build -o other
check '-o DIR too' all 'lock .lock-waf_linux_other'

bad=$(grep -v -e '^#' -e '^$' -e '^\[[a-z]*\]$' "$top/packages.list" | grep -v -E '^[a-z0-9.+-]+ +# .{4}')
check 'each package has a reason' [ -z "$bad" ]

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
