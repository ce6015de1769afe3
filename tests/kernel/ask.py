#!/usr/bin/env python3
"""Asks the kernel: random rulesets are loaded on a real node in network namespaces, a DNS question is sent through, and what
became of it is held against what `d5tui trace` says of the listing.

    tests/kernel/ask.py [--seed N] [--count N] [--backend legacy|ipt-nft|compat|listing|nft] [--hide] [--keep DIR]     as root; needs iptables nftables ipset

Prints every answer that is wrong and certain, with the smallest ruleset that shows it, and what was needlessly unknown, by
reason. --keep writes each of them below DIR: rules.txt, sets.txt, query.json, as test_kept.py reads them.
Exit status 0: no wrong and certain answer; 1: some; 2: it could not be run.
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import draw
import draw_nft
import lab

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(os.environ.get('D5TUI', os.path.join(HERE, '..', '..', 'build', 'd5tui')))
ROUNDS = 6  # questions to one ruleset: a balanced service may pick another endpoint each time


def question(r):
    v, kind = r.choice((4, 4, 6)), r.choice(('svc', 'svc', 'svc', 'direct', 'direct', 'pod', 'input', 'node', 'out_svc', 'out_direct', 'out_local'))
    q = {'family': v, 'kind': 'svc' if kind == 'out_svc' else kind, 'proto': r.choice(('udp', 'udp', 'tcp')), 'dport': 53, 'src': lab.CLIENT[v], 'sport': r.randint(20000, 60000), 'hook': 'forward', 'in': 'eni1', 'out': 'eth0'}
    q['dst'] = {'svc': draw.CLUSTER[v], 'direct': r.choice(draw.DNS[v]), 'pod': lab.POD[v], 'input': lab.NODELOCAL[v], 'node': lab.NODE[v], 'out_svc': draw.CLUSTER[v], 'out_direct': draw.DNS[v][0], 'out_local': lab.NODELOCAL[v]}[kind]
    if kind == 'pod':
        q['out'] = 'eni2'
    if kind in ('input', 'node'):
        q.update(hook='input', out=None)
    if kind.startswith('out'):
        q.update({'hook': 'output', 'src': lab.NODE[v], 'in': None, 'out': 'lo' if kind == 'out_local' else 'eth0'})
    return q


# ---------------------------------------------------------------- loading and listing
class Node:
    def __init__(self, world):
        self.world = world

    def clear(self, backend):
        for tool in ('iptables-legacy', 'ip6tables-legacy'):
            if self.used:
                empty = ''.join('*%s\n%sCOMMIT\n' % (t, ''.join(':%s ACCEPT [0:0]\n' % c for c in chains)) for t, chains in draw.Iptables.CHAINS.items())
                self.world.run(tool + '-restore', input=empty)
        self.world.run('nft', 'flush', 'ruleset')
        self.world.run('ipset', 'flush')  # a list holds on to its members
        for _ in range(200):  # and rules of nft to their sets, until the kernel has got round to freeing them
            if self.world.run('ipset', 'destroy').returncode == 0:
                break
        self.world.run('conntrack', '-F')
        if backend != 'legacy':  # as on every node of a cluster, something asks for connection tracking
            for tool in ('iptables-legacy', 'ip6tables-legacy'):
                self.world.run(tool, '-t', 'security', '-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'INVALID')
        self.used = backend != 'legacy'
    used = True

    def load_sets(self, lines):
        kept = [line for line in lines if self.world.run('ipset', 'restore', input=line + '\n').returncode == 0]
        return self.world.run('ipset', 'save').stdout if kept else ''

    def load_iptables(self, tool, lines):
        """loads what the tool and the kernel take; False where they take nothing"""
        lines = list(lines)
        for _ in range(60):
            p = self.world.run(tool + '-restore', input='\n'.join(lines) + '\n')
            if p.returncode == 0:
                self.used = self.used or 'legacy' in tool
                return True
            where = re.search(r'line:? (\d+)', p.stderr)
            at = int(where.group(1)) - 1 if where else len(lines) - 1
            while not lines[at].startswith('-A') and not self.refused(tool, lines, at):
                at -= 1
                if at < 0:
                    return False
            bad = [at] if lines[at].startswith('-A') else self.refused(tool, lines, at)
            lines = [line for i, line in enumerate(lines) if i not in bad]
        return False

    def refused(self, tool, lines, commit):
        """which rules of the table that ends there the kernel does not take: each is tried alone"""
        if lines[commit] != 'COMMIT':
            return []
        head = max(i for i in range(commit) if lines[i].startswith('*'))
        frame = [line for line in lines[head:commit] if not line.startswith('-A')]
        return [i for i in range(head, commit) if lines[i].startswith('-A') and self.world.run(tool + '-restore', input='\n'.join([*frame, lines[i], 'COMMIT', ''])).returncode]

    def load_nft(self, lines):
        lines = list(lines)
        for _ in range(80):
            p = self.world.run('nft', '-f', '-', input='\n'.join(lines) + '\n')
            if p.returncode == 0:
                return True
            where = re.search(r'/dev/stdin:(\d+):', p.stderr)
            if not where:
                return False
            if not lines[int(where.group(1)) - 1].startswith('add '):
                return False
            del lines[int(where.group(1)) - 1]
        return False

    def listed(self, options):
        """the listing, loaded back: some of nft's listings say other than the rules did"""
        text = self.world.run('nft', 'list', 'ruleset').stdout
        self.world.run('nft', 'flush', 'ruleset')
        if self.world.run('nft', '-f', '-', input=text).returncode:
            return None
        return self.world.run('nft', *options, 'list', 'ruleset').stdout


def load(node, item):
    """the listing, or None where it cannot be loaded"""
    v, backend = item['q']['family'], item['backend']
    node.clear(backend)
    item['sets'] = node.load_sets(item['set_lines'])
    if backend == 'nft':
        if not node.load_nft(item['lines']):
            return None
        return node.listed(item['list'])
    tool = ('iptables' if v == 4 else 'ip6tables') + ('-legacy' if backend in ('legacy', 'listing') else '-nft')
    if not node.load_iptables(tool, item['lines']):
        return None
    if backend == 'listing':
        return {('iptables-' if v == 4 else 'ip6tables-') + t: node.world.run(tool, '-t', t, *item['list'], '-L').stdout for t in ('filter', 'nat', 'mangle', 'raw', 'security')}
    if backend == 'compat':
        return node.world.run('nft', 'list', 'ruleset').stdout
    return node.world.run(tool + '-save', *item['list']).stdout


# ---------------------------------------------------------------- both answers
def trace(item, listing, folder):
    q = item['q']
    files = {**listing, 'sets': item['sets']}
    for name, text in files.items():
        with open(os.path.join(folder, name + '.txt'), 'w') as f:
            f.write(text)
    told = {**q, 'local': ','.join(lab.LOCAL[q['family']])}
    item['args'] = [w for name in listing for w in ('--rules', '@' + name)] + (['--sets', '@sets'] if item['sets'] else []) + ['--src', q['src'], '--dst', q['dst'], '--proto', q['proto'], '--dport', str(q['dport']), '--hook', q['hook']]
    for name in ('local', 'sport', 'in', 'out'):
        if told[name] and name not in item.get('hidden', ()):
            item['args'] += ['--' + name, str(told[name])]
    args = [os.path.join(folder, a[1:] + '.txt') if a.startswith('@') else a for a in item['args']]
    p = subprocess.run([PROGRAM, 'trace', *args, '--format', 'json'], capture_output=True, text=True, timeout=60)
    if p.returncode not in (0, 3, 4):
        return {'fate': 'error', 'unknown': [p.stderr.strip() or 'exit status %d' % p.returncode], 'leg': None}
    return json.loads(p.stdout)


def kernel(world, q, want):
    """what became of several questions; a question that seems lost is asked once more with patience where that is news"""
    answers = []
    for i in range(ROUNDS if q['kind'] == 'svc' else 2):
        world.run('conntrack', '-F')
        a = world.ask(q)
        if a['fate'] == 'blocked' and want != 'blocked':
            world.run('conntrack', '-F')
            a = world.ask(q, 0.3)
        if a not in answers:
            answers.append(a)
    return answers


def dnat_of(q, seen):
    if not isinstance(seen, tuple) or seen == (q['dst'], q['dport']):
        return None
    return '%s:%d' % (seen[0] if q['family'] == 4 else '[%s]' % seen[0], seen[1])


def without_places(unknown):
    return '; '.join(sorted({re.sub(r' of \S+\.txt|,? line \d+', '', u) for u in unknown})) or 'no reason'


def compare(item, said, answers):
    """None, or (kind, words)"""
    q = item['q']
    fates = {a['fate'] for a in answers}
    if said['fate'] == 'error':
        return 'error', said['unknown'][0]
    if said['fate'] == 'unknown':
        return 'unknown', without_places(said['unknown'])
    branches = said.get('branches') or [said]
    for a in answers:
        fits = [b for b in branches if b['fate'] == a['fate']]
        if not fits and said['fate'] in fates and len(branches) == 1:
            continue  # chance: the worst of what may happen is what was said
        if not fits and any(b['fate'] == 'unknown' for b in branches):
            continue
        if not fits:
            return 'wrong', 'the kernel: %s, %s' % (a, 'trace: ' + ', '.join('%s %s' % (b['fate'], b.get('leg')) for b in branches))
        local_tcp = q['proto'] == 'tcp' and (q['hook'] != 'forward' or a['seen'] in (None, 'here'))
        if a['fate'] == 'blocked' and not local_tcp and not said['unknown'] and not any(b['leg'] == a['leg'] for b in fits):
            return 'leg', 'the kernel: %s, trace: %s' % (a, fits[0]['leg'])
        to = dnat_of(q, a['seen'])
        if to and all(b['fate'] != 'unknown' for b in branches) and not any(b['dnat'] in (to, None) for b in fits):
            return 'dnat', 'the kernel: %s, trace: %s' % (to, [b['dnat'] for b in fits])
    return None


def judge(node, item, folder):
    listing = load(node, item)
    listing = listing if isinstance(listing, dict) else {'rules': listing or ''}
    if not any(text.strip() for text in listing.values()):
        return None, None, None
    said = trace(item, listing, folder)
    answers = kernel(node.world, item['q'], said['fate'])
    return compare(item, said, answers), listing, (said, answers)


def shrink(node, item, kind, folder):
    """leaves rules out as long as the same fault shows"""
    at = 0
    while at < len(item['lines']):
        if item['lines'][at].startswith(('-A', 'add ')):
            less = dict(item, lines=item['lines'][:at] + item['lines'][at + 1:])
            found = judge(node, less, folder)[0]
            if found and found[0] == kind:
                item = less
                continue
        at += 1
    return item


def keep(folder, name, item, listing, answers):
    path = os.path.join(folder, name)
    os.makedirs(path, exist_ok=True)
    for name, text in {**listing, 'sets': item['sets']}.items():
        if text:
            with open(os.path.join(path, name + '.txt'), 'w') as f:
                f.write(text)
    worst = next((a for a in answers if a['fate'] == 'blocked'), answers[0])
    with open(os.path.join(path, 'query.json'), 'w') as f:
        json.dump({'args': item['args'], 'fate': worst['fate'], 'leg': worst['leg']}, f)
        f.write('\n')


def draw_item(seed, backend, hide=False):
    r = random.Random(seed)
    q = question(r)
    backend = backend or r.choice(('legacy', 'ipt-nft', 'compat', 'nft', 'nft', 'nft'))
    if backend == 'nft':
        sets, lines = [], draw_nft.Nft(r, q).ruleset()
        options = r.choice(([], [], ['-s'], ['-n'], ['-nn'], ['-a'], ['-ns'], ['-S'], ['-t'], ['-y']))
    else:
        sets, lines = draw.Iptables(r, q).ruleset()
        options = r.choice(([], ['-c']))
        if backend == 'listing':
            options = r.choice((['-nv'], ['-nvx'], ['-nv', '--line-numbers']))
    hidden = [name for name in ('local', 'sport', 'in', 'out') if r.random() < 0.3] if hide else []
    if q['kind'] == 'pod' and re.search('DNAT|NETMAP|dnat', '\n'.join(lines)):
        hidden.append('out')  # elsewhere it leaves by another interface
    return {'q': q, 'backend': backend, 'set_lines': sets, 'lines': lines, 'list': options, 'hidden': hidden}


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--count', type=int, default=200)
    p.add_argument('--backend')
    p.add_argument('--keep')
    p.add_argument('--hide', action='store_true', help='keep the interfaces, the node\'s addresses or the port from trace now and then: what it does not know it must not guess')
    p.add_argument('--unknown', action='store_true', help='shrink and show what is needlessly unknown, too')
    a = p.parse_args()
    if os.geteuid() != 0:
        print('ask.py: needs root: it makes network namespaces', file=sys.stderr)
        return 2
    counts, reasons, wrong = collections.Counter(), collections.Counter(), 0
    with lab.Lab() as world, tempfile.TemporaryDirectory() as folder:
        node = Node(world)
        for seed in range(a.seed, a.seed + a.count):
            item = draw_item(seed, a.backend, a.hide)
            found, listing, both = judge(node, item, folder)
            if listing is None:
                counts['not loaded'] += 1
                continue
            counts[both[0]['fate']] += 1
            if not found:
                continue
            counts['! ' + found[0]] += 1
            if found[0] == 'unknown':
                reasons[found[1]] += 1
            if found[0] == 'leg' or (found[0] == 'unknown' and not a.unknown):
                continue  # where chance or something untold stands in between, either leg is right
            wrong += found[0] != 'unknown'
            item = shrink(node, item, found[0], folder)
            found, listing, both = judge(node, item, folder)
            if not found:
                counts['passing'] += 1
                continue
            print('==== seed %d %s: %s: %s\n     %s\n%s%s' % (seed, item['backend'], found[0], found[1], ' '.join(item['args'][2:]), item['sets'], ''.join(listing.values())), flush=True)
            if a.keep:
                keep(a.keep, 's%d' % seed, item, listing, both[1])
    for reason, n in reasons.most_common(60):
        print('%5d unknown: %s' % (n, reason[:200]))
    print(', '.join('%s %d' % c for c in sorted(counts.items())))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
