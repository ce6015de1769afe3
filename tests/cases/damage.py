#!/usr/bin/env python3
"""Damaged evidence, through the program: no crash, no hang, and never a surer answer for evidence that is missing.

    tests/cases/damage.py [N [SEED]]

N (100) times one file of one of the trees here is cut, half of the times at a line's end, or has one byte changed. Every report must
be well formed, quote what stands there and end with the exit status that belongs to it; where a file was cut, its answer must be
no surer than the whole tree's: not confirmed where that was likely, and of another diagnosis only where the whole tree's report
names that one too, no less sure. The program is $D5TUI, else build/d5tui. The last line is "N passed, N failed".
"""
import contextlib
import os
import random
import re
import shutil
import sys
import tempfile

import test_cases

SURE = {'inconclusive': 0, 'likely': 1, 'confirmed': 2}


def files_below(tree):
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.getsize(path):
                yield os.path.relpath(path, tree)


def damage(chance, path):
    """Damages the file, and says how."""
    with open(path, 'rb') as f:
        data = f.read()
    at, how = chance.randrange(len(data)), chance.choice(('cut', 'cut at a line', 'changed'))
    if how == 'changed':
        data = data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1:]
    else:
        at = data.rfind(b'\n', 0, at) + 1 if how == 'cut at a line' else at
        data = data[:at]
    with open(path, 'wb') as f:
        f.write(data)
    return how, at


def named(report):
    """How sure the report is of each diagnosis that it names as a cause, or rejects as its consequence."""
    ret = {a['diagnosis']: SURE[a['verdict']] for a in report['also']}
    for r in report['rejected']:
        if r['reason'].startswith('a consequence of '):
            ret[r['diagnosis']] = SURE[report['verdict']]
    ret[report['diagnosis']] = SURE[report['verdict']]
    return ret


def has_window(tree):
    with contextlib.suppress(OSError), open(os.path.join(tree, 'target.yaml'), 'rb') as f:
        return re.search(rb'^window: *\{.*(from|to): *2', f.read(), re.M) is not None
    return False


def faults(whole, status, report, tree, path, how):
    """`whole`: the reports that no answer may be surer than: the whole tree's, and where records went, that of the tree without."""
    if status is None:
        yield report
        return
    if status not in (0, 3) or (status == 3) != (report['diagnosis'] == 'inconclusive'):
        yield 'exit status %d with %s' % (status, report['diagnosis'])
    yield from test_cases.check_quotes(report, tree)
    if path == 'target.yaml' and (report['verdict'] != 'confirmed' or not has_window(tree)):
        return  # half a target asks another question
    most = max(named(w).get(report['diagnosis'], 0) for w in whole)
    if how != 'changed' and SURE[report['verdict']] > most:
        yield '%s is %s; the whole tree: %s, %s' % (report['diagnosis'], report['verdict'], whole[0]['diagnosis'], whole[0]['verdict'])


def refused(status, report, path):
    """A target that cannot be read is a matter of usage: said, not guessed at."""
    return status is None and os.path.basename(path) == 'target.yaml' and report.startswith(('exit status 1 ', 'exit status 2 '))


def judge_whole(known, case, recorded):
    """The report of the whole case, with its records or without them; each is made once."""
    if (case, recorded) not in known:
        with tempfile.TemporaryDirectory() as work:
            copy = copy_case(work, case, recorded)
            known[case, recorded] = test_cases.run(copy)[1]
    return known[case, recorded]


def copy_case(work, case, recorded):
    copy = os.path.join(work, 'tree')
    shutil.copytree(os.path.join(test_cases.HERE, case, 'tree'), copy)
    if not recorded:  # as collected by hand: nothing says when a file was read
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(copy, 'probes.jsonl'))
    return copy


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance, whole = random.Random(seed), {}
    cases = sorted(c for c in os.listdir(test_cases.HERE) if os.path.isfile(os.path.join(test_cases.HERE, c, 'truth.yaml')))
    passed = failed = 0
    for _ in range(wanted):
        case = chance.choice(cases)
        recorded = chance.random() >= 0.5
        with tempfile.TemporaryDirectory() as work:
            copy = copy_case(work, case, recorded)
            path = chance.choice(sorted(files_below(copy)))
            how, at = damage(chance, os.path.join(copy, path))
            status, report = test_cases.run(copy)
            wholes = [judge_whole(whole, case, r) for r in ([True, False] if path == 'probes.jsonl' else [recorded])]
            bad = [] if refused(status, report, path) else list(faults(wholes, status, report, copy, path, how))
        passed += not bad
        failed += bool(bad)
        if bad:
            print('seed %d: %s: %s %s at %d: %s' % (seed, case, path, how, at, '; '.join(bad)), flush=True)
    print('%d passed, %d failed' % (passed, failed))
    return failed > 0 or not wanted


if __name__ == '__main__':
    sys.exit(main())
