#!/usr/bin/env python3
"""Asks the kernel about the rulesets below, each of which was judged wrongly once or shows what surprises, and writes its
answers into kept/NAME, where test_kept.py reads them.

    tests/kernel/make_kept.py [NAME…]      as root; needs iptables nftables ipset
"""
import os
import shutil
import sys
import tempfile
import ask
import draw
import lab

HERE = os.path.dirname(os.path.abspath(__file__))
FILTER = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n%s\nCOMMIT'
NAT = '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n%s\nCOMMIT'
MANGLE = '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:U -\n%s\nCOMMIT'


def chain(rules, hook='forward', priority='0', kind='filter', family='inet', before=''):
    return 'table %s t {\n%s\nchain c { type %s hook %s priority %s; policy accept;\n%s\n}\n}' % (family, before, kind, hook, priority, rules)


SIX = {'family': 6, 'src': lab.CLIENT[6], 'dst': draw.DNS[6][0]}
TCP, LOCAL, SIX_OUT = {'proto': 'tcp'}, {'hook': 'input', 'dst': lab.NODELOCAL[4], 'out': None}, {'family': 6, 'src': lab.NODE[6], 'dst': draw.DNS[6][0], 'hook': 'output', 'in': None}
KEPT = {  # name: (back end, what differs from a pod's UDP question to CoreDNS, rules)
    'nft-log-flags': ('nft', {}, chain('log flags all udp dport 53 drop')),
    'nft-log-flags-ip': ('nft', {}, chain('log flags tcp sequence,options flags ip options ip daddr 10.0.12.0/24 drop')),
    'nft-reject-other-family': ('nft', {}, chain('reject with icmpv6 no-route\nreject with tcp reset')),
    'nft-reject-family': ('nft', {}, chain('reject with icmpv6 no-route\nreject with icmp admin-prohibited')),
    'nft-bits-bar': ('nft', LOCAL, chain('ct state != new|untracked drop', 'input')),
    'nft-flags-bar': ('nft', TCP, chain('tcp flags & (syn|ack) != (syn|ack) drop')),
    'nft-flags-set': ('nft', TCP, chain('tcp flags { syn | ack, fin } drop')),
    'nft-option-set-udp': ('nft', {}, chain('tcp option maxseg size set 1400 ip daddr 10.0.12.0/24 drop')),
    'nft-postrouting-iif': ('nft', {}, chain('iifname "eni1" udp dport 53 drop', 'postrouting')),
    'nft-dnat-random-port': ('nft', {}, chain('udp dport 53 dnat to 10.0.12.87:54-60 random', 'prerouting', '-100', 'nat', 'ip', 'chain f { type filter hook forward priority 0; udp dport 54-60 drop; }')),
    'nft-dnat-random-alone': ('nft', {}, chain('udp dport 53 dnat to 10.0.12.87 random', 'prerouting', '-100', 'nat', 'ip', 'chain f { type filter hook forward priority 0; udp dport 53 drop; }')),
    'legacy-postrouting-iif': ('legacy', {}, MANGLE % '-A POSTROUTING -j U\n-A U -i eni+ -p udp -m udp --sport 53 -j DROP\n-A U -i eth0 -p udp -m udp --sport 53 -j DROP'),
    'legacy-zone-reply': ('legacy', {}, '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i eni1 -j CT --zone-reply 4\nCOMMIT\n' + NAT % '-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.12.87:53'),
    'legacy-zone-both': ('legacy', {}, '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -j CT --zone 4\nCOMMIT\n' + NAT % '-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.12.87:53'),
    'nft-zone-query': ('nft', {'dst': lab.NODELOCAL[4], 'hook': 'input', 'out': None}, chain('iifname "eni1" ct zone set 7', 'prerouting', '-300', before='chain in { type filter hook input priority 0; ct zone 7 udp dport 53 drop; }')),
    'nft-map-ports': ('nft', {}, chain('meta l4proto udp dnat ip to numgen inc mod 2 map { 0 : 10.0.12.87 . 5353, 1 : 10.0.12.87 . 5353 }', 'prerouting', '-100', 'nat', 'ip', 'chain f { type filter hook forward priority 0; udp dport 5353 drop; }')),
    'nft-own-loopback': ('nft', {'src': lab.NODE[4], 'dst': lab.NODELOCAL[4], 'hook': 'output', 'in': None, 'out': 'lo', 'hidden': ('local',)}, chain('oifname != "eth0" ct state established drop', 'postrouting')),
    'nft-unnamed-chain': ('nft', {}, chain('udp dport 53 jump {\nip saddr 10.0.99.1 drop\nip daddr { 10.0.12.1,\n10.0.12.53 } return\n}\nudp dport 53 goto {\ncounter drop\n}')),
    'nft-redirect-map-miss': ('nft', {}, chain('meta l4proto udp redirect to :ct mark map { 0x10 : 53 }\nudp dport 53 drop', 'prerouting', '-100', 'nat', 'ip')),
    'listing-netmap': ('listing', {'family': 6, 'src': lab.NODE[6], 'dst': lab.NODELOCAL[6], 'hook': 'output', 'in': None, 'out': 'lo'}, FILTER % '-A OUTPUT -m conntrack --ctstate ESTABLISHED -j DROP' + '\n' + NAT % '-A OUTPUT -m conntrack --ctproto 17 -j NETMAP --to fd00:12::87/128'),
    'listing-chance-not': ('listing', {}, FILTER % '-A FORWARD -m statistic --mode random ! --probability 1 -j DROP'),
    'listing-connmark-masks': ('listing', {}, MANGLE % '-A PREROUTING -i eni1 -j CONNMARK --set-mark 0xff0f\n-A PREROUTING -i eth0 -j MARK --set-mark 0x10\n-A PREROUTING -i eth0 -j CONNMARK --restore-mark --nfmask 0xff00 --ctmask 0xff\n-A FORWARD -m mark --mark 0x1f -j DROP'),
    'legacy-set-only-exceptions': ('legacy', {'sets': ('create s hash:net', 'add s 10.0.0.0/8', 'add s 10.0.12.53 nomatch')}, FILTER % '-A FORWARD -i eni1 -m set --match-set s src --return-nomatch -j DROP'),
    'legacy-set-interface-shadow': ('legacy', {'sets': ('create s hash:net,iface', 'add s 10.0.12.0/24,eni2', 'add s 10.0.0.0/8,eth0')}, FILTER % '-A FORWARD -m set --match-set s dst,dst -j DROP'),
    'legacy-zone-by-mark': ('legacy', {}, '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i eni1 -j MARK --set-mark 0x7\n-A PREROUTING -j CT --zone mark\nCOMMIT\n' + FILTER % '-A FORWARD -i eth0 -m conntrack --ctstate NEW -j DROP'),
    'legacy-zone-clash': ('legacy', {}, '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i eni1 -j CT --zone-reply 5\nCOMMIT'),
    'listing-mask': ('listing', {}, FILTER % '-A FORWARD -d 10.0.12.53/255.255.0.255 -j DROP'),
    'nft-set-add-family': ('nft', SIX, chain('add @s { ip saddr } drop', before='set s { type ipv4_addr; flags dynamic; }')),
    'nft-write-family': ('nft', SIX, chain('ip daddr set 10.0.12.87 drop\nmeta priority set ip dscp map { cs0 : 1:2 } drop\ntcp dport set 54 drop')),
    'nft-catch-all-family': ('nft', SIX, chain('ip daddr vmap { 10.0.12.53 : accept, * : drop }')),
    'nft-service-names': ('nft', {'list': ('-S',)}, chain('udp dport 53 drop')),
    'compat-connmark-order': ('compat', {}, MANGLE % '-A PREROUTING -i eni1 -j CONNMARK --set-mark 0x12\n-A PREROUTING -i eni1 -j CONNMARK --set-xmark 0x5/0xf\n-A FORWARD -i eth0 -m connmark --mark 0x15 -j DROP'),
    'compat-connmark-mask': ('compat', {}, MANGLE % '-A PREROUTING -i eni1 -j CONNMARK --set-mark 0x7\n-A PREROUTING -i eni1 -j MARK --set-mark 0x12\n-A PREROUTING -i eni1 -j CONNMARK --save-mark --mask 0x10\n-A FORWARD -i eth0 -m connmark --mark 0x17 -j DROP'),
    'compat-types6': ('compat', SIX_OUT, FILTER % '-A OUTPUT -m addrtype --dst-type UNICAST,LOCAL,MULTICAST -j DROP'),
}


def make(node, name, folder):
    backend, differs, rules = KEPT[name]
    q = {'family': 4, 'kind': 'direct', 'proto': 'udp', 'dport': 53, 'src': lab.CLIENT[4], 'dst': draw.DNS[4][0], 'sport': 40000, 'hook': 'forward', 'in': 'eni1', 'out': 'eth0', **differs}
    hidden, sets, options = (q.pop(name, ()) for name in ('hidden', 'sets', 'list'))
    item = {'q': q, 'hidden': hidden, 'backend': backend, 'set_lines': sets, 'lines': rules.splitlines(), 'list': ['-nv'] if backend == 'listing' else options}
    found, listing, both = ask.judge(node, item, folder)
    if listing is None:
        sys.exit('make_kept.py: %s cannot be loaded' % name)
    shutil.rmtree(os.path.join(HERE, 'kept', name), ignore_errors=True)
    ask.keep(os.path.join(HERE, 'kept'), name, item, listing, both[1])
    print('%-26s %s%s' % (name, both[1], '  TRACE: %s' % (found,) if found else ''))


def main():
    with lab.Lab() as world, tempfile.TemporaryDirectory() as folder:
        node = ask.Node(world)
        for name in sys.argv[1:] or KEPT:
            make(node, name, folder)


if __name__ == '__main__':
    main()
