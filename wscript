# SPDX-License-Identifier: GPL-2.0-or-later
"""Build of Mooring. Sources are found by folder, so a new .c file needs no change here.

Commands: configure build check demo bench install dist distclean (see ./waf --help).
One static library per folder group (model, traces, scenarios, emu), the program build/mooring, one executable per test.
"""
import json
import os
import shlex
import subprocess
import sys

from waflib import Build, Configure, Context, Errors
from waflib.Configure import conf

APPNAME = 'mooring'
VERSION = '0.1.0'
top = '.'
out = 'build'

DEMO = 'scenarios/handover/home-tour.yaml'
FOLDERS = 'model traces scenarios emu cli tests'

# use name, pkg-config package, least version, who may use it
LIBRARIES = (
    ('GLIB', 'glib-2.0', '2.66'),
    ('CRYPTO', 'libcrypto', '3.0'),
    ('XXHASH', 'libxxhash', '0.8'),
    ('LDNS', 'ldns', '1.7'),
    ('GIO', 'gio-2.0', '2.66'),
    ('GMODULE', 'gmodule-no-export-2.0', '2.66'),
    ('FYAML', 'libfyaml', '0.7'),
    ('JSON', 'json-glib-1.0', '1.6'),
    ('CAIRO', 'pangocairo', '1.46'),
    ('PCAP', 'libpcap', '1.9'),
    ('GSL', 'gsl', '2.5'),
    ('SQLITE', 'sqlite3', '3.22'),
)
MODEL_USE = 'GLIB CRYPTO XXHASH LDNS'
OUTER_USE = MODEL_USE + ' GIO FYAML JSON CAIRO PCAP GSL SQLITE M'

WARNINGS = ('-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla '
            '-Wpointer-arith -Wwrite-strings -Wundef').split()

Configure.autoconfig = 'clobber'


def options(opt):
    opt.load('compiler_c compiler_cxx')
    opt.add_option('--cc', default='', help='C compiler (default: $CC, else gcc)')
    opt.add_option('--cflags', default='', help='further compiler flags (default: $CFLAGS)')
    opt.add_option('--O', dest='optimise', default='', choices=['', '0', '1', '2', '3', 's', 'g'],
                   help='optimisation level (default: 3, with sanitizers 1)')
    opt.add_option('--whole', action='store_true', default=False,
                   help='link the program as a whole, as benchmarks always are: up to a tenth faster, a minute to link')
    opt.add_option('--sanitize', default='', help='sanitizers, for instance address,undefined')
    opt.add_option('--fuzz', action='store_true', default=False,
                   help='build the libFuzzer targets tests/fuzz/fuzz_*.c (clang; address,undefined unless --sanitize)')
    opt.add_option('--tests', action='store_true', default=False, help='build: the tests too')
    opt.add_option('--filter', default='',
                   help='check, bench: only those whose layer/name holds one of these texts (commas between)')
    opt.add_option('--interop', action='store_true', default=False,
                   help="check: also the tests with other people's programs, as far as these are installed")
    opt.add_option('--junit', default='', help='check: also write one JUnit file with everything here')


def configure(cfg):
    opts = cfg.options
    if opts.fuzz:
        opts.cc = opts.cc or 'clang'
        opts.sanitize = opts.sanitize or 'address,undefined'
    # what the environment said is kept among the options, so that an automatic reconfiguration repeats it
    for option, variable in (('cc', 'CC'), ('cflags', 'CFLAGS')):
        setattr(opts, option, getattr(opts, option) or cfg.environ.get(variable, ''))
        if getattr(opts, option):
            cfg.environ[variable] = getattr(opts, option)
    cfg.load('compiler_c')
    level = opts.optimise or ('1' if opts.sanitize else '2')
    own = ['-std=c11', '-g', '-O' + level, '-pthread', '-fno-common', '-ffp-contract=off']
    link = ['-pthread', '-Wl,--as-needed']
    if opts.sanitize:
        both = ['-fsanitize=' + opts.sanitize, '-fno-sanitize-recover=all', '-fno-omit-frame-pointer']
        own += both
        link += both
    if opts.fuzz:
        own += ['-fsanitize=fuzzer-no-link']
    cfg.env.CFLAGS = own + WARNINGS + cfg.env.CFLAGS
    cfg.env.LINKFLAGS = link + cfg.env.LINKFLAGS
    cfg.env.DEFINES = ['_GNU_SOURCE']
    cfg.env.FUZZ = bool(opts.fuzz)
    for name, package, version in LIBRARIES:
        cfg.check_cfg(package=package, uselib_store=name, args=['--cflags', '--libs', '%s >= %s' % (package, version)],
                      msg='Checking for %s >= %s' % (package, version),
                      errmsg='missing (see packages.list)')
    cfg.env.LIB_M = ['m']
    # pkg-config's include folders are other people's headers: none of our warnings apply to them
    for name, _, _ in LIBRARIES:
        for flags in ('CFLAGS_', 'CXXFLAGS_'):
            cfg.env.append_value(flags + name, ['-isystem' + path for path in cfg.env['INCLUDES_' + name]])
        cfg.env['INCLUDES_' + name] = []
    cfg.check_cfg(package='cunit', uselib_store='CUNIT', args=['--cflags', '--libs'], mandatory=False)
    if not (opts.optimise or opts.sanitize):
        configure_lto(cfg)
    if opts.whole and not cfg.env.LTO_LINKFLAGS:
        cfg.fatal('--whole needs gcc, and neither --O nor --sanitize')
    cfg.env.WHOLE = opts.whole
    configure_ns3(cfg)
    cfg.define('MOORING_VERSION', VERSION)
    cfg.define('MOORING_COMPILER', '%s %s' % (cfg.env.CC_NAME, '.'.join(cfg.env.CC_VERSION)))
    cfg.write_config_header('moor-config.h', guard='MOOR_CONFIG_H')
    cfg.recurse(FOLDERS, mandatory=False)


def configure_lto(cfg):
    """Benchmarks, and with --whole the program, are optimised across files, with about a tenth fewer instructions.

    That link takes a minute, so nothing else pays for it: the libraries hold both forms of the code, and all other
    programs link in no time. With gcc only, whose two forms in one object file are no dearer to compile than one.
    """
    # at this level gcc takes a check for room for a write without room, and a loop for one that may not run; clang
    # and lower levels, which tests/build compiles too, still warn of what there is to warn of
    guesses = ['-Wno-stringop-overflow', '-Wno-maybe-uninitialized']
    both = ['-O3', '-flto', '-ffat-lto-objects'] + guesses
    link = ['-O3', '-flto=auto', '-fuse-linker-plugin'] + guesses
    usable = cfg.env.CC_NAME == 'gcc' and cfg.check_cc(msg='Checking for optimisation across files', cflags=both,
                                                       linkflags=link, mandatory=False)
    cfg.env.LTO_CFLAGS = both if usable else []
    cfg.env.LTO_LINKFLAGS = link if usable else []
    cfg.env.append_value('LINKFLAGS', ['-fno-lto'] if usable else [])


NS3_MODULES = ('core network internet point-to-point csma bridge mobility propagation wifi fd-net-device lte '
               'applications spectrum').split()


def configure_ns3(cfg):
    """ns-3 for the library and the benchmarks. Debian's .pc files name absent folders and absolute libraries."""
    cfg.env.HAVE_NS3 = False
    packages = ['ns3-' + name for name in NS3_MODULES]
    try:
        flags = cfg.cmd_and_log(cfg.env.PKGCONFIG + ['--libs'] + packages, quiet=Context.BOTH)
        version = cfg.cmd_and_log(cfg.env.PKGCONFIG + ['--modversion', 'ns3-core'], quiet=Context.BOTH).strip()
        cfg.find_program('g++', var='CXX')
        cfg.load('compiler_cxx')
    except Errors.WafError:
        cfg.msg('Checking for ns-3 (optional)', 'no', 'YELLOW')
        return
    names = [f[2:] for f in shlex.split(flags) if f.startswith('-l')]
    cfg.env.LIB_NS3 = list(dict.fromkeys(names))
    # what its headers need: later releases want C++20
    standard = next((s for s in ('c++17', 'c++20') if cfg.check_cxx(
        msg="Checking for ns-3's headers as " + s, fragment='#include <ns3/simulator.h>\nint main() { return 0; }\n',
        features='cxx', cxxflags=['-std=' + s], mandatory=False)), 'c++20')
    cfg.env.CXXFLAGS = ['-std=' + standard, '-O2', '-g', '-pthread']
    cfg.env.NS3_VERSION = version
    cfg.env.NS3_STANDARD = '-std=' + standard
    cfg.env.HAVE_NS3 = True
    cfg.msg('Checking for ns-3 (optional)', version)


@conf
def moor_library(bld, name, folders, use, cflags=None, more=(), **kw):
    """A static library from every .c in the folders and more, which the build makes; nothing when there is none yet."""
    sources = list(more) + bld.path.ant_glob([f + '/*.c' if f != '.' else '*.c' for f in folders.split()])
    if sources:
        bld.stlib(target='moor-' + name, source=sources, use=use, idx=1, cflags=bld.env.LTO_CFLAGS + (cflags or []),
                  includes=[bld.srcnode.find_node('model'), bld.srcnode, bld.bldnode], **kw)


@conf
def moor_wanted(bld, name):
    return any(text in name for text in bld.options.filter.split(','))


@conf
def moor_program(bld, name, target, sources, use, features='c cprogram', whole=False, **kw):
    """An executable; whole: optimised across files, which takes a minute."""
    if whole:
        # -flto after -fno-lto would link without a word, and plainly
        kw['env'] = bld.env.derive()
        kw['env'].LINKFLAGS = [f for f in bld.env.LINKFLAGS if f != '-fno-lto'] + bld.env.LTO_LINKFLAGS
    bld(features=features, name=name, target=target, source=sources, use=use, idx=1,
        includes=[n for n in (bld.srcnode.find_node('model'), bld.srcnode, bld.bldnode) if n], **kw)


def build(bld):
    bld.recurse(FOLDERS, mandatory=False)
    if bld.cmd == 'install':
        bld.install_files('${PREFIX}/share/mooring/scenarios',
                          bld.path.ant_glob(['scenarios/**/*.yaml', 'scenarios/**/*.csv']),
                          cwd=bld.path.find_node('scenarios'), relative_trick=True)
    bld.add_post_fun(write_compile_commands)
    after = {'check': run_check, 'bench': run_bench, 'demo': run_demo, 'conformance': run_conformance}
    if bld.cmd in after:
        bld.add_post_fun(after[bld.cmd])


class Check(Build.BuildContext):
    """builds everything and runs all tests"""
    cmd = 'check'


class Bench(Build.BuildContext):
    """builds and runs the benchmarks (tests/bench)"""
    cmd = 'bench'


class Conformance(Build.BuildContext):
    """builds and writes docs/conformance.md: requirement, code, scenario, verdict"""
    cmd = 'conformance'


class Demo(Build.BuildContext):
    """builds, runs the main scenario and shows its handover table"""
    cmd = 'demo'


def write_compile_commands(bld):
    """build/compile_commands.json: every C file with the command that compiles it, also when it was up to date."""
    entries = []
    for group in bld.groups:
        for tgen in group:
            for task in getattr(tgen, 'compiled_tasks', []):
                commands = []
                task.exec_command = lambda cmd, **kw: commands.append(cmd) or 0
                task.run()
                del task.exec_command
                if commands:
                    entries.append({'directory': bld.variant_dir, 'file': task.inputs[0].abspath(),
                                    'arguments': [str(word) for word in commands[0]]})
    if entries and not bld.targets:
        path = bld.bldnode.make_node('compile_commands.json').abspath()
        with open(path + '.new', 'w', encoding='utf-8') as f:
            json.dump(entries, f, indent=1)
        os.replace(path + '.new', path)  # in one step: editors and tests may be reading it


def run(bld, argv):
    """Runs a command at the top of the tree with what the tests and benchmarks need to know in its environment."""
    sys.stdout.flush()
    env = dict(os.environ, MOORING_TOP=bld.srcnode.abspath(), MOORING_BUILD=bld.bldnode.abspath(),
               MOORING=os.path.join(bld.bldnode.abspath(), 'mooring'))
    return subprocess.call([str(word) for word in argv], cwd=bld.srcnode.abspath(), env=env)


def run_check(bld):
    if not bld.env.LIB_CUNIT:
        bld.fatal('CUnit is missing: apt-get install libcunit1-dev, then ./waf configure')
    argv = [sys.executable, 'tests/run.py', '--build', bld.bldnode.abspath(), '--jobs', max(2, min(bld.jobs, 4))]
    argv += ['--filter', bld.options.filter] if bld.options.filter else []
    argv += ['--interop'] if bld.options.interop else []
    argv += ['--junit', bld.options.junit] if bld.options.junit else []
    if run(bld, argv):
        raise Errors.WafError('tests failed')


def run_bench(bld):
    names = [n for n in bld.bldnode.ant_glob('tests/bench/bench_*', quiet=True) if '.' not in n.name]
    names = sorted(n.abspath() for n in names if bld.moor_wanted('bench/' + n.name))
    if not names:
        raise Errors.WafError('no benchmark was run')
    failed = [os.path.basename(n) for n in names if run(bld, [n])]
    if failed:
        raise Errors.WafError('benchmarks failed: ' + ' '.join(failed))


def run_demo(bld):
    program = os.path.join(bld.bldnode.abspath(), 'mooring')
    if not os.access(program, os.X_OK):
        raise Errors.WafError('the program was not built: ' + program)
    results = bld.bldnode.make_node('demo').path_from(bld.srcnode)
    code = run(bld, [program, 'run', DEMO, '-o', results])
    if code:
        raise Errors.WafError('the demonstration ended with exit code %d' % code)


def run_conformance(bld):
    if run(bld, [sys.executable, '-B', 'cli/conformance.py', '.', os.path.join(bld.bldnode.abspath(), 'mooring'),
                 'docs/conformance.md']):
        raise Errors.WafError('docs/conformance.md was not written')


def dist(ctx):
    """A tarball of what git tracks, or without git of everything but build products and caches."""
    ctx.algo = 'tar.gz'
    ctx.excl = '.git/ .waf-cache/ .lock-waf* build/ build-*/ **/__pycache__ **/*.pyc *.tar.gz .cache/'
    try:
        listing = subprocess.check_output(['git', 'ls-files', '-z'], cwd=ctx.path.abspath(), stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return
    names = [n for n in listing.decode().split('\0') if n and os.path.exists(os.path.join(ctx.path.abspath(), n))]
    if names:
        ctx.files = [ctx.path.find_node(n) for n in names]
