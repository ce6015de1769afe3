#!/usr/bin/env python3
"""Holds `d5tui trace` against what a kernel did: each folder below kept/ is a ruleset that once was judged wrongly, with the
question and the answer that ask.py wrote down (query.json; the texts that its @words name).

    tests/kernel/test_kept.py [NAME…]

The program is $D5TUI, else build/d5tui. The last line is "N passed, N failed".
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(os.environ.get('D5TUI', os.path.join(HERE, '..', '..', 'build', 'd5tui')))
STATUS = {'passes': 0, 'blocked': 4, 'unknown': 3}


def check(folder):
    with open(os.path.join(folder, 'query.json'), encoding='utf-8') as f:
        query = json.load(f)
    args = [os.path.join(folder, a[1:] + '.txt') if a.startswith('@') else a for a in query['args']]
    p = subprocess.run([PROGRAM, 'trace', *args, '--format', 'json'], capture_output=True, text=True, timeout=60)
    if p.returncode != STATUS[query['fate']]:
        return 'exit status %d, should be %d %s' % (p.returncode, STATUS[query['fate']], p.stderr)
    said = json.loads(p.stdout)
    for key in ('fate', 'leg'):
        if said[key] != query[key]:
            return '%s is %s, the kernel says %s' % (key, said[key], query[key])
    return None


def main():
    kept = os.path.join(HERE, 'kept')
    names = sys.argv[1:] or sorted(os.listdir(kept))
    failed = 0
    for name in names:
        fault = check(os.path.join(kept, name))
        if fault:
            failed += 1
            print('%s: %s' % (name, fault))
    print('%d passed, %d failed' % (len(names) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
