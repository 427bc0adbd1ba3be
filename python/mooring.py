# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of Mooring in Python: run scenarios, read results folders (docs/notebook.md).

    import mooring
    r = mooring.run('scenarios/handover/home-tour.yaml', runs=30, jobs=2)
    for step in r.steps():
        print(step['seed'], step['step'], step['total'])
    r.frame('steps')                        # a pandas DataFrame

Only the standard library is wanted; pandas only by frame(). Files are read as the program writes them; what is cut
short, goes on, or is none of its is an Error. Times are in seconds unless said otherwise; a figure that was not
observed is NaN.
"""
import csv
import json
import math
import os
import re
import shutil
import subprocess
import tempfile
import weakref

__all__ = ['Error', 'Results', 'load', 'run', 'program', 'seconds']

NAN = math.nan
PER_SECOND = {'s': 1e9, 'ms': 1e6, 'us': 1e3}
# of summary.csv: what is in the unit of its line
FIGURES = ('mean', 'lo', 'hi', 'median', 'q05', 'q95', 'sd', 'min', 'max')
COUNTS = {'run', 'seed', 'nth', 'checks', 'passed', 'events', 'steps', 'n', 'open', 'far'}
TEXTS = {'point', 'verdict', 'state', 'fingerprint', 'folder', 'node', 'step', 'kind', 'outcome', 'metric', 'unit',
         'interval'}
FLAGS = {'gap_up_open', 'gap_down_open'}
# columns of handovers.csv that steps.csv does not have
SINGLE = {'instance', 'handover', 'status', 'from_link', 'to_link', 'from_coa', 'to_coa', 'home_address', 'nat', 'udp',
          'end_ns', 'flow_up', 'flow_down'}


class Error(Exception):
    """Results that cannot be taken, or a command that did not run."""


def seconds(text):
    """A time as scenarios write it ('15ms', '1.5s', '2min') in seconds."""
    found = re.fullmatch(r'([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|min|h)', text)
    if not found:
        raise Error('%r is no time' % (text,))
    return float(found.group(1)) * {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1, 'min': 60, 'h': 3600}[found.group(2)]


# ---- files ----------------------------------------------------------------------------------------------------------

def _json(path):
    try:
        with open(path, encoding='utf-8') as f:
            found = json.load(f)
    except ValueError as error:
        raise Error('%s: %s' % (path, error)) from None
    if not isinstance(found, dict):
        raise Error('%s: is no JSON object' % path)
    return found


def _table(path):
    """The lines of a table as dicts of texts; every one must be whole."""
    try:
        with open(path, encoding='utf-8', newline='') as f:
            text = f.read()
    except OSError as error:
        raise Error('%s: %s' % (path, error.strerror)) from None
    if text and not text.endswith('\n'):
        raise Error('%s: the last line is cut short' % path)
    lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
    if not lines:
        raise Error('%s: is empty' % path)
    for number, line in enumerate(lines[1:], 2):
        if len(line) != len(lines[0]):
            raise Error('%s: record %d has %d fields where %d belong' % (path, number, len(line), len(lines[0])))
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def _number(path, name, text):
    if not text:
        return NAN
    try:
        return int(text) if re.fullmatch(r'-?\d+', text) else float(text)
    except ValueError:
        raise Error('%s: column %s: %r is no number' % (path, name, text)) from None


def _time(value, unit):
    return value if unit == 'ns' or value != value else value / PER_SECOND[unit]


def _step(line):
    """The name of a step of handovers.csv, as steps.csv has it."""
    kind, start, end = line['kind'], line['from_link'], line['to_link']
    if kind == 'attach':
        return ('attach ' + end).strip()
    if kind == 'detach':
        return ('detach ' + start).strip()
    return '%s > %s%s' % (start or '?', end or '?', ' (home)' if kind == 'home' else '')


class Results:
    """A results folder. partial: also one whose runs were killed, or still go on."""

    def __init__(self, folder, partial=False):
        self.folder = os.fspath(folder)
        self.partial = partial
        self.single = not os.path.exists(self.path('runs.json'))
        manifest = self.path('run.json' if self.single else 'runs.json')
        if not os.path.exists(manifest):
            raise Error('%s: holds no results: neither runs.json nor run.json' % self.folder)
        self.manifest = _json(manifest)
        wanted = 'mooring-run-1' if self.single else 'mooring-runs-1'
        if self.manifest.get('format') != wanted:
            raise Error('%s: is of format %r, not %r' % (manifest, self.manifest.get('format'), wanted))
        self.version, self.engine = self.manifest.get('version'), self.manifest.get('engine')
        self.state = self.manifest.get('state')
        if not partial and self.state not in ('finished', 'interrupted'):
            raise Error('%s: says %r: not whole (partial=True takes what is there)' % (manifest, self.state))

    def __repr__(self):
        return '<mooring.Results %s: %s>' % (self.folder, self.state)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # ---- what was run ----

    def points(self):
        """A dict for each point: point, file, hash, and overrides as a dict of path and value."""
        if self.single:
            m, name = self.manifest, '/'.join([self.manifest['scenario']] + self.manifest['overrides'])
            found = [{'point': name, 'file': m['scenario_path'], 'hash': m['scenario_hash'],
                      'overrides': m['overrides']}]
        else:
            found = self.manifest['points']
        return [dict(p, overrides=dict(o.partition('=')[::2] for o in p['overrides'])) for p in found]

    def runs(self):
        """A dict for each run, in their order, with the overrides of its point by their paths."""
        if self.single:
            m = self.manifest
            checks = m.get('checks', [])
            found = [{'run': 1, 'point': self.points()[0]['point'], 'seed': int(m['seed']),
                      'verdict': m.get('verdict', 'error'), 'state': self.state, 'checks': len(checks),
                      'passed': sum(c['verdict'] == 'pass' for c in checks), 'events': m.get('events', 0),
                      'steps': len(self._read('handovers.csv', 's')), 'fingerprint': m.get('fingerprint', ''),
                      'folder': ''}]
        else:
            found = self._read('runs.csv', 's')
            if not self.partial and len(found) != self.manifest.get('written'):
                raise Error('%s: %d runs, where runs.json says %s' %
                            (self.path('runs.csv'), len(found), self.manifest.get('written')))
        return self._with_overrides(found)

    # ---- what came of it ----

    def steps(self, unit='s', good=False):
        """A dict for each step of each run: run, point, seed, verdict, node, step, nth, kind, outcome, start, every
        metric (docs/metrics.md) and the overrides. good: only steps that count in summary.csv: those that ended ok
        in runs that passed."""
        found = self._steps_of_one(unit) if self.single else self._read('steps.csv', unit)
        if good:
            found = [s for s in found if s['verdict'] == 'pass' and s['outcome'] == 'ok']
        return self._with_overrides(found)

    def summary(self, unit='s'):
        """A dict for each line of summary.csv: the figures over the runs of each point."""
        if self.single:
            raise Error('%s: is the folder of one run: there is nothing to sum up' % self.folder)
        found = self._read('summary.csv', unit)
        for line in found:
            if line['unit'] == 'ns':
                line.update({name: _time(line[name], unit) for name in FIGURES}, unit=unit)
        return self._with_overrides(found)

    def events(self, run=None, kind=None):
        """The records of events.jsonl (docs/traces.md) one by one, of a run by its number; `time` is `t` in seconds.
        kind: only these."""
        path = self.path('events.jsonl')
        if not self.single:
            folders = {r['run']: r['folder'] for r in self.runs()}
            if not folders.get(run):
                raise Error('%s: run %s has no folder of its own (run it without --tables)' % (self.folder, run))
            path = self.path(folders[run], 'events.jsonl')
        try:
            with open(path, encoding='utf-8') as f:
                yield from self._events(path, f, kind)
        except OSError as error:
            raise Error('%s: %s' % (path, error.strerror)) from None

    def frame(self, what, **options):
        """points, runs, steps, summary or events as a pandas DataFrame."""
        if what not in ('points', 'runs', 'steps', 'summary', 'events'):
            raise Error('there is no table %r' % (what,))
        try:
            import pandas
        except ImportError:
            raise Error('pandas is not installed here (Debian: python3-pandas); %s() needs none' % what) from None
        return pandas.DataFrame(list(getattr(self, what)(**options)))

    # ---- inside ----

    def _events(self, path, lines, kind):
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except ValueError:
                if line.endswith('\n') or not self.partial:
                    raise Error('%s:%d: is no record' % (path, number)) from None
                return
            if number == 1:
                if record.get('format') != 'mooring-events-1':
                    raise Error('%s: is of format %r' % (path, record.get('format')))
            elif kind is None or record['kind'] == kind:
                record['time'] = record['t'] / 1e9
                yield record

    def _read(self, name, unit):
        if unit != 'ns' and unit not in PER_SECOND:
            raise Error('%r is no unit of time (s, ms, us, ns)' % (unit,))
        lines = _table(self.path(name))
        if self.single:         # a name there, and a number in the tables over many runs
            for line in lines:
                line.pop('run', None)
        return [self._line(name, line, unit) for line in lines]

    def _line(self, name, line, unit):
        found = {}
        for column, text in line.items():
            if column in TEXTS or column in SINGLE:
                found[column] = text
            elif column in FLAGS:
                found[column] = text == '1'
            elif column.endswith('_ns'):
                found[column[:-3]] = _time(_number(self.path(name), column, text), unit)
            else:
                found[column] = _number(self.path(name), column, text)
                if column in COUNTS and not text:
                    raise Error('%s: column %s is empty' % (self.path(name), column))
        return found

    def _steps_of_one(self, unit):
        found, seen, run = [], {}, self.runs()[0]
        for line in self._read('handovers.csv', unit):
            step = _step(line)
            key = line['node'], step, line['kind']
            seen[key] = seen.get(key, 0) + 1
            first = {k: run[k] for k in ('run', 'point', 'seed', 'verdict')}
            first.update(node=line['node'], step=step, nth=seen[key])
            found.append(dict(first, **{k: v for k, v in line.items() if k not in first and k not in SINGLE}))
        return found

    def _with_overrides(self, lines):
        overrides = {p['point']: p['overrides'] for p in self.points()}
        return [dict(line, **overrides.get(line['point'], {})) for line in lines]


def load(folder, partial=False):
    """The Results of a folder."""
    return Results(folder, partial)


# ---- running --------------------------------------------------------------------------------------------------------

def program():
    """The command: $MOORING, else the one of the build that this file lies beside, else one on PATH."""
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'build', 'mooring')
    for path in (os.environ.get('MOORING'), beside, shutil.which('mooring')):
        if path and os.access(path, os.X_OK):
            return path
    raise Error('there is no program `mooring`: build it, or name it in $MOORING')


def run(*scenarios, out=None, runs=1, jobs=1, sets=None, seed=None, folders=False, options=()):
    """`mooring run` over scenario files or shipped names; returns the Results. Runs may fail, see their verdicts.

    out: the folder (default: a temporary one, gone with the Results); sets: path and value, or a list of values, which
    makes a point of each; folders: a folder for each run, too, with its events; options: further words of the line."""
    folder = os.fspath(out) if out else tempfile.mkdtemp(prefix='mooring-')
    words = [program(), 'run', *map(os.fspath, scenarios), '-o', folder, '--runs', str(runs), '-j', str(jobs)]
    for path, value in (sets or {}).items():
        several = isinstance(value, (list, tuple))
        words += ['--set', '%s=%s' % (path, '{%s}' % ','.join(map(str, value)) if several else value)]
    words += ['--seed', str(seed)] if seed is not None else []
    words += [] if folders else ['--tables']
    words += map(str, options)
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          check=False)
    if done.returncode not in (0, 1, 3):        # passed, failed, inconclusive: there are results
        if not out:
            shutil.rmtree(folder, ignore_errors=True)
        raise Error(done.stderr.decode('utf-8', 'replace').strip() or 'mooring run: exit code %d' % done.returncode)
    results = Results(folder)
    if not out:
        weakref.finalize(results, shutil.rmtree, folder, ignore_errors=True)
    return results
