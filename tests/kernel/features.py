#!/usr/bin/env python3
"""Asks the kernel about one feature after the other (features.txt), in every listing that shows it: each is the one
condition of a DROP, inverted, too, met and missed by UDP and TCP, IPv4 and IPv6.

    tests/kernel/features.py [GROUP…]      as root; needs iptables nftables ipset. All groups take half an hour

Prints what is wrong and certain, then what cannot be told, then a line a group. Exit status 0: nothing is wrong and certain;
1: something is; 2: it could not be run. What a listing loses is no reader's fault (LOST).
"""
import collections
import os
import sys
import tempfile
import ask
import draw
import lab

LOST = ('{!}-i +', 'ct label { 3, 4 }', '-m eui64')  # their listing leaves the condition out: no reader can know of it
FILTER = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]']
OBJECTS = ['counter c1 { }', 'quota q1 { over 900 mbytes }', 'limit l1 { rate 900/second }', 'synproxy s1 { mss 1460; wscale 7; timestamp sack-perm }',
           'set s1 { type ipv4_addr; flags dynamic,timeout; size 100; timeout 1h; elements = { 10.0.11.142 expires 30m } }',
           'chain u { udp dport 53 drop; tcp dport 53 drop; }', 'map v1 { type ipv4_addr : verdict; flags interval; elements = { 10.0.12.0/24 : drop } }',
           'map v2 { type inet_service : verdict; counter; elements = { 53 : jump u } }', 'ct helper h1 { type "ftp" protocol tcp; }',
           'map v3 { typeof ip saddr . ip daddr : verdict; flags interval; elements = { 10.0.11.0/24 . 10.0.12.0/24 : drop } }']
NETS = {4: {'net': '10.0.11.0/24', 'dnet': '10.0.12.0/24', 'mask': '255.255.0.255', 'range': '10.0.11.1-10.0.11.200', 'drange': '10.0.12.53-10.0.12.53'},
        6: {'net': 'fd00:11::/64', 'dnet': 'fd00:12::/64', 'mask': 'ffff::ffff', 'range': 'fd00:11::1-fd00:11::ffff', 'drange': 'fd00:12::53-fd00:12::53'}}


def question(v, proto):
    return {'family': v, 'kind': 'direct', 'proto': proto, 'dport': 53, 'src': lab.CLIENT[v], 'dst': draw.DNS[v][0], 'sport': 40000, 'hook': 'forward', 'in': 'eni1', 'out': 'eth0'}


def iptables_rules(text, v):
    """the feature met by the query, and by its answer"""
    for name, value in {'src': lab.CLIENT[v], 'dst': draw.DNS[v][0], **NETS[v]}.items():
        text = text.replace('{%s}' % name, value)
    for inverted in ('', '! ') if '{!}' in text else ('',):
        words = text.replace('{!}', inverted)
        for side in ('',) if '-i ' in words else ('-i eni1 ', '-i eth0 '):
            yield FILTER + ['-A FORWARD %s%s -j DROP' % (side, words), 'COMMIT']


def nft_rules(text, whole):
    objects = OBJECTS if whole else []
    for inverted in ('', '!= ') if '{!}' in text else ('',):
        rule = text.replace('{!}', inverted) + ('' if whole or 'vmap' in text else ' drop')
        yield ['table inet t {', *objects, 'chain c { type filter hook forward priority 0; policy accept;', 'iifname "eni1" ' + rule, '}', '}']


def features():
    """(group, feature)"""
    group = None
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'features.txt'), encoding='utf-8') as f:
        for line in map(str.strip, f):
            if line.startswith('['):
                group = line.strip('[]')
            elif line and line[0] != '#' and (group in sys.argv[1:] or not sys.argv[1:]):
                yield group, line


def cases():
    """(group, feature, back end, lines for ipset, lines for the back end, question)"""
    for group, feature in features():
        for v, proto in ((4, 'udp'), (4, 'tcp'), (6, 'udp'), (6, 'tcp')):
            q = question(v, proto)
            if group.startswith('nft'):
                for lines in nft_rules(feature, group == 'nft statements'):
                    yield group, feature, 'nft', [], lines, q
                continue
            name, sets, match = feature.split(' | ') if group == 'sets' else (feature, '', feature)
            if group == 'sets' and v == 6:
                continue
            for lines in iptables_rules(match, v):
                for backend in ('legacy', 'ipt-nft') if group != 'sets' else ('legacy',):
                    yield group, name, backend, sets.split('; ') if sets else [], lines, q


def listings(node, item):
    run, v = node.world.run, item['q']['family']
    if item['backend'] != 'legacy':
        for options in ([], ['-sann'], ['-S']):
            yield 'nft ' + ''.join(options), {'rules': run('nft', *options, 'list', 'ruleset').stdout}
    if item['backend'] != 'nft':
        tool = ('iptables' if v == 4 else 'ip6tables') + ('-legacy' if item['backend'] == 'legacy' else '-nft')
        yield tool + '-save', {'rules': run(tool + '-save').stdout}
        yield tool + ' -nvL', {tool.split('-')[0] + '-filter': run(tool, '-nv', '--line-numbers', '-L').stdout}


def loaded(node, item, sets, lines):
    node.clear(item['backend'])
    item['sets'] = node.load_sets(sets)
    program = ['nft', '-f', '-'] if item['backend'] == 'nft' else [('iptables' if item['q']['family'] == 4 else 'ip6tables') + ('-legacy' if item['backend'] == 'legacy' else '-nft') + '-restore']
    node.used = True
    return node.world.run(*program, input='\n'.join(lines) + '\n').returncode == 0


def main():
    if os.geteuid() != 0:
        print('features.py: needs root: it makes network namespaces', file=sys.stderr)
        return 2
    counts, found = collections.defaultdict(collections.Counter), collections.defaultdict(set)
    with lab.Lab() as world, tempfile.TemporaryDirectory() as folder:
        node = ask.Node(world)
        for group, feature, backend, sets, lines, q in cases():
            item = {'q': q, 'backend': backend}
            if not loaded(node, item, sets, lines):
                counts[group]['not loaded'] += 1
                continue
            told = {name: ask.trace(item, files, folder) for name, files in listings(node, item)}
            answers = ask.kernel(world, q, 'blocked' if all(t['fate'] != 'passes' for t in told.values()) else None)
            for name, said in told.items():
                kind, words = ask.compare(item, said, answers) or ('right', '')
                kind = 'lost' if kind == 'wrong' and feature in LOST else 'right' if kind == 'leg' else kind
                counts[group][kind] += 1
                if kind not in ('right', 'lost'):
                    found[kind, group, feature, words].add(name)
    for (kind, group, feature, words), names in sorted(found.items(), key=lambda f: (f[0][0] == 'unknown', f[0])):
        print('%s [%s] %s: %s <- %s' % (kind, group, feature, words[:160], ', '.join(sorted(names))))
    for group, kinds in counts.items():
        print('%-24s %s' % (group, ', '.join('%s %d' % k for k in sorted(kinds.items()))))
    return any(kind != 'unknown' for kind, *_ in found)


if __name__ == '__main__':
    sys.exit(main())
