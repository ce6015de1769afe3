#!/usr/bin/env python3
"""One ruleset in two listings: what `d5tui trace` says of iptables -L, or of iptables-nft's rules as nft lists them, is held
against what it says of iptables-save. The second must say the same, or that it cannot tell; no packet is sent.

    tests/kernel/agree.py [--seed N] [--count N] [--other listing|compat]     as root; needs iptables nftables ipset

Prints every ruleset of which both are certain and differ, and by reason what only the other cannot tell.
Exit status 0: none differ; 1: some; 2: it could not be run.
"""
import argparse
import collections
import os
import random
import sys
import tempfile
import ask
import draw
import lab


def load(node, item):
    """the save, and the other listing; None where nothing can be loaded"""
    v, other = item['q']['family'], item['backend']
    item['sets'] = node.load_sets(item['set_lines'])
    program = ('iptables' if v == 4 else 'ip6tables') + ('-nft' if other == 'compat' else '-legacy')
    if not node.load_iptables(program, item['lines']):
        return None
    save = node.world.run(program + '-save').stdout
    if other == 'compat':
        return {'rules': save}, {'rules': node.world.run('nft', 'list', 'ruleset').stdout}
    tables = {t: node.world.run(program, '-t', t, *item['list'], '-L').stdout for t in ('filter', 'nat', 'mangle', 'raw', 'security')}
    return {'rules': save}, {'%s-%s' % ('iptables' if v == 4 else 'ip6tables', t): text for t, text in tables.items()}


def draw_item(seed, other):
    r = random.Random(seed)
    q = ask.question(r)
    sets, lines = draw.Iptables(r, q).ruleset()
    return {'q': q, 'backend': other, 'set_lines': sets, 'lines': lines, 'list': r.choice((['-nv'], ['-nvx'], ['-nv', '--line-numbers']))}


def outcome(said):
    return [(b['fate'], b['leg'], b['dnat']) for b in said.get('branches') or [said]]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--count', type=int, default=200)
    p.add_argument('--other', choices=('listing', 'compat'), default='listing')
    a = p.parse_args()
    if os.geteuid() != 0:
        print('agree.py: needs root: it makes network namespaces', file=sys.stderr)
        return 2
    counts, reasons, differ = collections.Counter(), collections.Counter(), 0
    with lab.Lab() as world, tempfile.TemporaryDirectory() as folder:
        node = ask.Node(world)
        for seed in range(a.seed, a.seed + a.count):
            item = draw_item(seed, a.other)
            node.clear('legacy')
            node.used = True
            both = load(node, item)
            if not both:
                counts['not loaded'] += 1
                continue
            save, other = (ask.trace(item, listing, folder) for listing in both)
            counts['%s, %s' % (save['fate'], other['fate'])] += 1
            if 'unknown' not in (save['fate'], other['fate']) and outcome(save) != outcome(other):
                differ += 1
                print('==== seed %d: save %s, %s %s\n%s%s' % (seed, outcome(save), a.other, outcome(other), both[0]['rules'], ''.join(both[1].values())), flush=True)
            elif other['fate'] == 'unknown' != save['fate']:
                reasons[ask.without_places(other['unknown'])] += 1
    for reason, n in reasons.most_common(40):
        print('%5d only here unknown: %s' % (n, reason[:200]))
    print(', '.join('%s %d' % c for c in sorted(counts.items())))
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
