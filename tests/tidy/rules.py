# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the source tree, one function each. A rule takes a path (from the top of the tree), the text of the file
and the tree, and yields (line, message) for each violation. EXAMPLES holds for each rule a text that breaks it and one
that does not: test_tidy.py feeds it both, so that no rule can stop working unnoticed."""
import csv
import os
import re

C_LIKE = ('.c', '.h', '.cc')
SCRIPTS = ('.py', '.sh')
TEXT = C_LIKE + SCRIPTS + ('.md', '.yaml', '.yml', '.json', '.csv', '.txt', '.list', '.dot', '.in')
MODEL_FOLDERS = 'base wire crypto world net proto entity'

# folder -> what its files may include; entity is narrower still, see include_direction
MAY_INCLUDE = {
    'base': 'base',
    'wire': 'base wire',
    'crypto': 'base wire crypto',
    'world': 'base world',
    'net': 'base wire crypto world net',
    'proto': 'base wire crypto world net proto',
    'entity': 'base wire crypto world net proto entity',
    'ns3': 'base world ns3',
    'traces': 'base wire world traces config',
    'emu': MODEL_FOLDERS + ' traces emu config',
    'scenarios': MODEL_FOLDERS + ' traces scenarios config',
    'cli': MODEL_FOLDERS + ' ns3 traces emu scenarios cli config',
    'tests': MODEL_FOLDERS + ' ns3 traces emu scenarios cli tests config',
}
# headers which say what all entities share; every other header of model/entity belongs to one entity
SHARED_ENTITY_HEADERS = ('entity', 'common')

BANNED_HEADERS = '''
stdio.h time.h sys/time.h sys/timerfd.h unistd.h fcntl.h sys/socket.h sys/stat.h poll.h sys/epoll.h signal.h pthread.h
threads.h math.h locale.h
'''.split()
BANNED_CALLS = '''
time clock clock_gettime gettimeofday localtime gmtime strftime rand srand random srandom rand_r drand48 lrand48
arc4random getrandom RAND_bytes getenv secure_getenv setenv system exit _exit atexit printf fprintf vprintf vfprintf
puts putchar fputs perror fopen open read write socket sleep usleep nanosleep setlocale strtok asctime g_print
g_printerr g_getenv g_random_int g_get_real_time g_get_monotonic_time g_hash_table_new
'''.split()
BANNED_OUTSIDE_BASE = 'malloc calloc realloc free strdup aligned_alloc posix_memalign'.split()


class Tree:
    """What rules need to know about the whole tree."""

    def __init__(self, top, paths, commands=None):
        self.top = top
        self.paths = paths
        self.known = set(paths)
        self.compiled = commands  # paths of the files the build compiles, or None when no build is there
        self.readme = self.read('README.md')
        self.requirements = self.read_requirements()

    def read(self, path):
        try:
            with open(os.path.join(self.top, path), encoding='utf-8') as f:
                return f.read()
        except OSError:
            return ''

    def read_requirements(self):
        text = self.read('docs/requirements.csv')
        return {row[0] for row in csv.reader(text.splitlines()) if row} if text else None


def kind(path):
    return os.path.splitext(path)[1]


def is_source(path):
    return kind(path) in C_LIKE + SCRIPTS or os.path.basename(path) in ('wscript', 'waf')


def in_model(path):
    return path.startswith('model/') and not path.startswith('model/ns3/') and kind(path) in ('.c', '.h')


def code_only(text):
    """C text with comments and the insides of strings and character constants blanked; same line numbers."""
    def blank(match):
        token = match.group(0)
        if token[0] in '"\'':
            return token[0] + ' ' * (len(token) - 2) + token[0]
        return re.sub(r'[^\n]', ' ', token)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def line_of(text, position):
    return text.count('\n', 0, position) + 1


def layer_of(path):
    parts = path.split('/')
    if parts[0] == 'model' and len(parts) > 2:
        return parts[1]
    return parts[0] if len(parts) > 1 else ''


def entity_name(stem):
    return re.split('[-_]', stem)[0]


def include_direction(path, text, tree):
    layer = layer_of(path)
    if kind(path) not in C_LIKE or layer not in MAY_INCLUDE:
        return
    allowed = MAY_INCLUDE[layer].split()
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', text, re.M):
        name = match.group(1)
        line = line_of(text, match.start())
        target = 'config' if name == 'moor-config.h' else layer_of('model/' + name)
        if '/' not in name and target != 'config':
            yield line, 'include "%s" must be written from model/ or the top of the tree' % name
        elif target not in MAY_INCLUDE and target != 'config':
            yield line, 'include "%s" names no folder of ours' % name
        elif target not in allowed:
            yield line, '%s must not include %s ("%s")' % (layer, target, name)
        elif target != 'config' and not {name, 'model/' + name} & tree.known:
            yield line, 'include "%s" does not exist' % name
        elif layer == 'entity' and target == 'entity':
            own = entity_name(os.path.splitext(os.path.basename(path))[0])
            other = entity_name(os.path.splitext(os.path.basename(name))[0])
            if other != own and other not in SHARED_ENTITY_HEADERS:
                yield line, 'entities never include one another ("%s")' % name


def banned_calls(path, text, tree):
    if not in_model(path):
        return
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*<([^>]+)>', text, re.M):
        if match.group(1) in BANNED_HEADERS:
            yield line_of(text, match.start()), '<%s> has no place in model/' % match.group(1)
    banned = set(BANNED_CALLS)
    if not path.startswith('model/base/'):
        banned |= set(BANNED_OUTSIDE_BASE)
    code = code_only(text)
    # a call: the name, no member access before it and no type (then it would be a declaration of that name)
    for match in re.finditer(r'(?<![\w.])(?<!->)([A-Za-z_]\w*)\s*\(', code):
        before = code[:match.start()].rstrip(' \t')
        declared = re.search(r'[\w*]$', before) and not re.search(r'\b(return|else|do|case)$', before)
        if match.group(1) in banned and not declared:
            yield line_of(text, match.start()), '%s() has no place in model/' % match.group(1)


def statements(code):
    """(position, depth, text) of each declaration or statement head: what stands between ; { } outside parentheses."""
    code = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', lambda m: re.sub(r'[^\n]', ' ', m.group(0)), code, flags=re.M)
    depth = parens = 0
    start = 0
    skip_to = None
    for position, char in enumerate(code):
        if char in '([':
            parens += 1
        elif char in ')]':
            parens -= 1
        if parens > 0 or char not in ';{}':
            continue
        head = code[start:position]
        if skip_to is None:
            yield start + len(head) - len(head.lstrip()), depth, ' '.join(head.split())
        if char == '{':
            depth += 1
            if skip_to is None and re.search(r'=\s*$', head):
                skip_to = depth - 1  # an initialiser: its inside is no statement
        elif char == '}':
            depth -= 1
        if skip_to is not None and char != '{' and depth <= skip_to:
            skip_to = None if char == ';' else skip_to
        start = position + 1


def is_mutable(declaration):
    """Whether an object declaration (without its initialiser) leaves the object writable."""
    head = re.split(r'=', declaration, maxsplit=1)[0]
    pointer = head.rfind('*')
    return not re.search(r'\bconst\b', head[pointer + 1:] if pointer >= 0 else head)


def mutable_statics(path, text, tree):
    if not in_model(path) or kind(path) != '.c':
        return
    for position, depth, head in statements(code_only(text)):
        words = head.split()
        if not words or words[0] in ('typedef', 'extern', '_Static_assert', 'static_assert', 'else', 'return'):
            continue
        before_value = re.split(r'=', head, maxsplit=1)[0]
        pointer_to_function = re.match(r'[^(]*\(\s*\*', before_value)
        function = '(' in before_value and not pointer_to_function
        type_only = re.match(r'(static )?(struct|union|enum)( \w+)?$', before_value.strip())
        if function or type_only:
            continue
        at_file_scope = depth == 0 and len(words) > 1
        if ('static' in words[:2] or '_Thread_local' in words or at_file_scope) and is_mutable(head):
            yield line_of(text, position), 'mutable object that outlives a call: "%s"' % head[:60]


def line_length(path, text, tree):
    if is_source(path):
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > 120:
                yield number, 'line of %d characters' % len(line)


def file_length(path, text, tree):
    if is_source(path) and text.count('\n') > 1000:
        yield 1001, 'file of %d lines' % text.count('\n')


def opening_comment(path, text, tree):
    if not is_source(path):
        return
    if 'SPDX-License-Identifier: GPL-2.0-or-later' not in '\n'.join(text.splitlines()[:2]):
        yield 1, 'no SPDX line at the top'
    if kind(path) not in ('.c', '.cc'):
        return
    opening = re.match(r'(?:\s*/\*.*?\*/)*', text, re.S).group(0)
    said = re.sub(r'SPDX-License-Identifier: GPL-2.0-or-later|[/*\s]+', ' ', opening)
    if len(said.split()) < 8:
        yield 1, 'the file does not open with a comment that says what it is'


def left_overs(path, text, tree):
    if is_source(path) or kind(path) in TEXT:
        for match in re.finditer(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b', text):
            yield line_of(text, match.start()), match.group(1) + ' left behind'


def machine_paths(path, text, tree):
    if is_source(path) or kind(path) in TEXT:
        for match in re.finditer(r'(?<![\w./$}])/(?:wo' r'rk|ro' r'ot|ho' r'me)/\w', text):
            shown = text[match.start():match.start() + 30].split()[0]
            yield line_of(text, match.start()), 'a path of one machine: ' + shown


def dead_source(path, text, tree):
    if kind(path) not in ('.c', '.cc'):
        return
    if path.startswith('tests/'):
        parts = path.split('/')
        if len(parts) != 3 or (kind(path) == '.cc' and parts[1] != 'bench'):
            yield 1, 'the build does not look here (tests/<layer>/*.c)'
    elif tree.compiled is not None and path not in tree.compiled and not path.startswith('model/ns3/'):
        yield 1, 'the build does not compile this file'


def named_in_readme(path, text, tree):
    """Works on the first file of each top-level folder, in the order of the tree's paths."""
    folder = path.split('/')[0]
    if '/' not in path or folder.startswith('.') or path != next(p for p in tree.paths if p.startswith(folder + '/')):
        return
    if not re.search(r'(?<![\w/])%s/' % re.escape(folder), tree.readme):
        yield 0, 'README.md does not say what %s/ is' % folder


def known_requirements(path, text, tree):
    relevant = is_source(path) or kind(path) in ('.yaml', '.md')
    if tree.requirements is None or not relevant or path.startswith('tests/tidy/'):
        return
    for match in re.finditer(r'\b(R\d{3,5}[a-z]?-[\w.]+-\d+)\b', text):
        if match.group(1) not in tree.requirements:
            yield line_of(text, match.start()), '%s is not in docs/requirements.csv' % match.group(1)


def named_documents(path, text, tree):
    """Whoever is sent to a document must find it: docs/... anywhere, relative links in *.md."""
    if not (is_source(path) or kind(path) in TEXT) or path.startswith('tests/tidy/'):
        return
    for match in re.finditer(r'(?<![\w/.])(docs/[\w./-]+\.(?:md|json|csv))\b', text):
        if match.group(1) not in tree.known:
            yield line_of(text, match.start()), '%s does not exist' % match.group(1)
    for match in re.finditer(r'\]\(([\w./-]+)(?:#[\w-]*)?\)', text) if kind(path) == '.md' else ():
        target = os.path.normpath(os.path.join(os.path.dirname(path), match.group(1)))
        if target not in tree.known and not any(p.startswith(target + '/') for p in tree.paths):
            yield line_of(text, match.start()), 'link to %s, which does not exist' % target


RULES = [include_direction, banned_calls, mutable_statics, line_length, file_length, opening_comment, left_overs,
         machine_paths, dead_source, named_in_readme, known_requirements, named_documents]

OPENING = '/* SPDX-License-Identifier: GPL-2.0-or-later */\n'

# rule, path, text that breaks it, text that does not
EXAMPLES = [
    (include_direction, 'model/wire/a.c', '#include "world/world.h"\n',
     '#include "base/time.h"\n#include "wire/a.h"\n'),
    (include_direction, 'model/base/a.c', '#include "wire/a.h"\n', '#include "base/time.h"\n'),
    (include_direction, 'model/proto/a.c', '# include "entity/ue.h"\n', '#include <string.h>\n#include "net/host.h"\n'),
    (include_direction, 'model/entity/ha.c', '#include "entity/ue.h"\n',
     '#include "entity/ha.h"\n#include "entity/entity.h"\n'),
    (include_direction, 'traces/a.c', '#include "proto/a.h"\n', '#include "traces/a.h"\n#include "world/world.h"\n'),
    (include_direction, 'model/net/host.c', '#include "host.h"\n', '#include "net/host.h"\n'),
    (include_direction, 'model/net/host.c', '#include "net/absent.h"\n', '/* #include of "net/absent.h" */\n'),
    (include_direction, 'cli/a.c', '#include "tests/unit/harness.h"\n',
     '#include "moor-config.h"\n#include "traces/a.h"\n'),
    (banned_calls, 'model/net/a.c', 'int f(void) { return rand(); }\n',
     'int f(void) { return moor_rand(); } /* rand() */\n'),
    (banned_calls, 'model/net/a.c', '#include <stdio.h>\n', '#include <string.h>\n'),
    (banned_calls, 'model/net/a.c', 'void f(void *p) { free(p); }\n',
     'void f(struct ops *o) { o->free(o); o->x.time(); }\n'),
    (banned_calls, 'model/net/a.c', 'void f(void) { exit(1); }\n', 'void f(void) { g("exit(1)"); }\n'),
    (banned_calls, 'model/wire/a.c', 'void *f(void) { return\n malloc(1); }\n', 'void *f(size_t (*time)(void));\n'),
    (banned_calls, 'model/base/a.c', 'void f(void) { printf("x"); }\n', 'void *f(void) { return malloc(1); }\n'),
    (mutable_statics, 'model/net/a.c', 'static int counter;\n', 'static int f(int a);\nstatic const int limit = 3;\n'),
    (mutable_statics, 'model/net/a.c', 'static const char *names[] = {"a"};\n',
     'static const char *const names[] = {"a"};\n'),
    (mutable_statics, 'model/net/a.c', 'int f(void)\n{\n    static int n;\n    return n++;\n}\n',
     'int f(void)\n{\n    static const int n = 1;\n    int k = 2;\n    return n + k;\n}\n'),
    (mutable_statics, 'model/net/a.c', 'void (*hook)(void);\n', 'void own(void *p, void (*destroy)(void *p))\n{\n}\n'),
    (mutable_statics, 'model/net/a.c', 'struct pool pool;\n',
     'struct pool;\nstruct pool {\n    int n;\n};\nenum kind { A, B };\n'
     'static struct pool *make(void)\n{\n    return 0;\n}\n'),
    (mutable_statics, 'model/net/a.c', 'static int (*hook)(void);\n', 'static int (*const hooks[])(void) = {f, g};\n'),
    (mutable_statics, 'model/net/a.c', 'static struct row rows[] = {{1, {2}}, {3, {4}}};\n',
     'static const struct row rows[] = {{1, {2}}, {3, {4}}};\n_Static_assert(sizeof rows > 1, "rows");\n'),
    (line_length, 'cli/a.c', 'x' * 121 + '\n', 'x' * 120 + '\n'),
    (file_length, 'cli/a.c', '\n' * 1001, '\n' * 1000),
    (opening_comment, 'cli/a.c', OPENING + '\n#include <a.h>\n',
     OPENING + '/*\n * What this file is, why it exists and which clauses.\n */\n'),
    (opening_comment, 'cli/a.h', '#ifndef A_H\n', OPENING + '#ifndef A_H\n'),
    (left_overs, 'docs/a.md', 'a TO' 'DO here', 'mkdtemp wants XX' 'XXXX'),
    (machine_paths, 'scenarios/a.yaml', 'file: /ro' 'ot/x', 'the home/work/x folder of $TOP/ho' 'me/x and /etc/x'),
    (dead_source, 'cli/dead.c', '', None),
    (dead_source, 'tests/deep/er/x.c', '', None),
    (named_in_readme, 'unnamed/a.c', '', None),
    (known_requirements, 'cli/a.c', '/* [R24303-5.1-99] */', '/* [R24303-5.1-1] */'),
    (named_documents, 'cli/a.c', '/* docs/absent.md */', '/* mydocs/absent.md, docs/ and docs/absent */'),
    (named_documents, 'docs/a.md', 'see [this](absent.md#x)',
     '[web](https://example.org/x), [us](../model/base), [me](a.md)'),
]
