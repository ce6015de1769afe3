#!/usr/bin/env python3
"""D5 with its items in another order, and so with other ids, gives the same report: nothing in the program knows an id.

The last line is "N passed, N failed".
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
PROGRAM = os.path.abspath(os.environ.get('D5TUI', os.path.join(ROOT, 'build', 'd5tui')))
CASES = ['demo', 'fw-reply-twin', 'down-scaled', 'no-nodes']


def reorder(text):
    """turns the items of every level round, and those under an item; heads that gate what follows stay in front, and the
    sentence that closes a gate behind"""
    out, items = [], []

    def flush():
        gates = [i for i in items if re.match(r'- \*\*(FIRST|PREREQUISITE)', i[0])]
        rest = [i for i in items if i not in gates]
        for item in gates + rest[::-1]:
            nested = [line for line in item[1:] if not line.lstrip().startswith('- ONLY')]
            out.extend([item[0]] + nested[::-1] + [line for line in item[1:] if line not in nested])
        items.clear()

    in_phase = False
    for line in text.split('\n'):
        if line.startswith('## '):
            flush()
            in_phase = line.startswith('## Phase')
        if in_phase and line.startswith('- '):
            items.append([line])
        elif in_phase and line.startswith('  - ') and items:
            items[-1].append(line)
        else:
            flush()
            out.append(line)
    return '\n'.join(out)


def run(case, sop):
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, HOME=home, XDG_STATE_HOME=home, XDG_CONFIG_HOME=home)
        p = subprocess.run([PROGRAM, 'run', '--from', os.path.join(ROOT, 'tests', 'cases', case, 'tree'), '--sop', sop, '--format', 'json'], stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=120)
    return p.returncode, json.loads(p.stdout)


def without_ids(report):
    """steps without their order and ids; which gate holds a step is told by an id, too"""
    steps = sorted(json.dumps([s['level'], s['status'], s.get('result'), re.sub(r'\b[TER]\.[MSYFN]\d+(\.\d+)*', 'ID', s.get('reason') or ''), s['evidence']]) for s in report['steps'])
    return dict(report, steps=steps)


def main():
    with open(os.path.join(ROOT, 'sops', 'D5.md'), encoding='utf-8') as f:
        text = f.read()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, 'D5-turned.md')
        with open(other, 'w', encoding='utf-8') as f:
            f.write(reorder(text))
        for case in CASES:
            (status_a, a), (status_b, b) = run(case, os.path.join(ROOT, 'sops', 'D5.md')), run(case, other)
            moved = [s['level'] for s in a['steps']] and [(s['id'], s.get('result')) for s in a['steps']] != [(s['id'], s.get('result')) for s in b['steps']]
            same = status_a == status_b and without_ids(a) == without_ids(b)
            if not same or not moved:
                failed += 1
                print('%s: %s' % (case, 'the order made a difference' if moved else 'nothing was moved'))
                x, y = without_ids(a), without_ids(b)
                for key in x:
                    if x[key] != y[key]:
                        print('  %s: %.300s\n  not %.300s' % (key, [i for i in y[key] if i not in x[key]] if key == 'steps' else y[key], [i for i in x[key] if i not in y[key]] if key == 'steps' else x[key]))
    print('%d passed, %d failed' % (len(CASES) - failed, failed))
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
