#!/usr/bin/env python3
"""Holds d5tui's reports against the labels (README.md beside this file).

    tests/cases/test_cases.py [--json] [CASE…]

Without arguments all folders here. The program is $D5TUI, else build/d5tui. The last line is "N passed, N failed"; above it
stand the accuracy and how many answers were wrong and sure.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(os.environ.get('D5TUI', os.path.join(HERE, '..', '..', 'build', 'd5tui')))

# What a person is asked to run for what is unknown only reads: whole calls of plain words, each of one of these shapes.
WORD = r"[\w./:][\w.,/:=-]*"
READS = re.compile('|'.join(shape.replace('WORD', WORD) for shape in (
    r'kubectl (get|describe)( WORD| -n WORD| -A| -l WORD| -o (json|yaml))+', r'kubectl logs( WORD| -n WORD| -l WORD| --timestamps| --tail=-1)+',
    r'kubectl exec -n WORD WORD -- (cat /etc/resolv\.conf|cilium-dbg service list)', r'kubectl auth can-i( WORD)+', r'aws ec2 describe-[a-z-]+',
    r'aws logs filter-log-events --log-group-name WORD --log-stream-name-prefix WORD --filter-pattern \w+',
    r'ip6?tables(-legacy)?-save -c', r'ipset save', r'nft list (ruleset|tables bridge)', r'ip (-6 )?(addr|rule|route show table all)', r'ipvsadm -L -n',
    r'conntrack -S', r'ethtool -S WORD', r'sysctl( [\w.]+)+', r'ss -lntup', r'id -u', r'tcpdump -i any -nn -tttt port 53', r'grep \w+')))


def read_truth(path):
    truth = {}
    with open(path, encoding='utf-8') as f:
        for line in f:
            if line.strip():
                key, value = line.split(':', 1)
                truth[key] = json.loads(value)
    return truth


def run(tree):
    """(exit status, report) or (None, why)"""
    with tempfile.TemporaryDirectory() as home:
        env = {'PATH': os.environ['PATH'], 'HOME': home, 'TERM': 'dumb', 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'XDG_STATE_HOME': home, 'XDG_CONFIG_HOME': home}
        env.update({k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')})
        try:
            p = subprocess.run([PROGRAM, 'run', '--from', tree, '--format', 'json'], stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=120)
            return p.returncode, json.loads(p.stdout)
        except subprocess.TimeoutExpired:
            return None, 'ran past 120 seconds'
        except ValueError:
            return None, 'exit status %d and no JSON: %s' % (p.returncode, p.stderr.decode('utf-8', 'replace')[-300:])


def lines_at(tree, source):
    m = re.fullmatch(r'(.+):(\d+)(?:-\d+)?', source or '')
    if not m or not os.path.isfile(os.path.join(tree, m.group(1))):
        return None
    with open(os.path.join(tree, m.group(1)), encoding='utf-8', errors='replace', newline='') as f:
        lines = f.read().split('\n')
    return lines[int(m.group(2)) - 1:] or None


def check_quotes(report, tree):
    for e in report['evidence']:
        if re.search(r'\.pcap(ng)?:\d+$', e['source']):
            continue
        lines = lines_at(tree, e['source'])
        if lines is None:
            yield 'evidence names no line: ' + e['source']
            continue
        for want, have in zip(e['content'].split('\n'), lines):
            if want.strip() not in have:
                yield 'not verbatim at %s: %s' % (e['source'], want[:80])
    for r in report['rejected']:
        if r['source'] and not r['source'].startswith('captures/') and lines_at(tree, r['source']) is None:
            yield 'rejected names no line: %s' % r['source']


def check_commands(report):
    for what in (u['what'] for u in report['unknown'] if not u['command']):
        yield 'no command that would tell: ' + what
    for command in (u['command'] for u in report['unknown'] if u['command']):
        for part in re.split(r' *[;|] *', command):
            if not READS.fullmatch(part):
                yield 'more than a reading: ' + command


def check(report, status, truth, tree):
    if report['diagnosis'] not in truth['diagnosis']:
        yield 'diagnosis %s (%s), should be %s' % (report['diagnosis'], report['verdict'], ' or '.join(truth['diagnosis']))
        return
    if report['verdict'] not in truth['verdict']:
        yield 'verdict %s, should be %s' % (report['verdict'], ' or '.join(truth['verdict']))
    if status != (3 if report['diagnosis'] == 'inconclusive' else 0):
        yield 'exit status %d' % status
    yield from check_quotes(report, tree)
    yield from check_commands(report)
    cites = truth.get('cite', [])
    if cites and not any(e['source'].rsplit(':', 1)[0] == c['source'] and c['content'] in e['content'] for c in cites for e in report['evidence']):
        yield 'the deciding line is not cited'
    fix = report['mitigation']['immediate']
    if truth.get('fix') and not any(re.search(p, fix) for p in truth['fix']):
        yield 'the fix does not do what is needed: ' + fix
    for p in truth.get('fix_not', []):
        if re.search(p, fix):
            yield 'the fix does harm: ' + fix
    rejected = {r['diagnosis'] for r in report['rejected']}
    for d in truth.get('rejected', []):
        if d not in rejected:
            yield d + ' is not among the rejected'
    if report['diagnosis'] in rejected:
        yield 'the diagnosis is rejected, too'
    if report['handoff'] != truth.get('handoff'):
        yield 'handoff %s' % report['handoff']
    if report['diagnosis'] == 'inconclusive' and not report['unknown']:
        yield 'inconclusive, and nothing stands under unknown'


def check_ablated(truth, tree):
    with tempfile.TemporaryDirectory() as work:
        copy = os.path.join(work, 'tree')
        shutil.copytree(tree, copy)
        for p in truth['ablate']:
            full = os.path.join(copy, p)
            shutil.rmtree(full) if os.path.isdir(full) else os.remove(full)
        status, report = run(copy)
        if status is None:
            yield 'without its evidence: ' + report
        elif report['verdict'] == 'confirmed' and report['diagnosis'] in truth['diagnosis']:
            yield 'still confirmed without its evidence'


def main():
    wanted = sys.argv[1:]
    cases = sorted(c for c in os.listdir(HERE) if os.path.isfile(os.path.join(HERE, c, 'truth.yaml')) and (not wanted or c in wanted))
    passed = failed = right = sure = 0
    for case in cases:
        truth, tree = read_truth(os.path.join(HERE, case, 'truth.yaml')), os.path.join(HERE, case, 'tree')
        status, report = run(tree)
        if status is None:
            faults = [report]
        else:
            faults = list(check(report, status, truth, tree))
            good = report['diagnosis'] in truth['diagnosis']
            right += good
            sure += not good and report['verdict'] == 'confirmed'
            if truth.get('ablate'):
                faults += check_ablated(truth, tree)
        passed += not faults
        failed += bool(faults)
        if faults:
            print('%s: %s' % (case, '; '.join(faults)))
    print('accuracy %d/%d, wrong and sure: %d' % (right, len(cases), sure))
    print('%d passed, %d failed' % (passed, failed))
    return failed > 0 or not cases


if __name__ == '__main__':
    sys.exit(main())
