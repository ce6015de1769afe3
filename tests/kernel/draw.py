"""Rulesets at random, out of what iptables-extensions(8), ipset(8) and nft(8) document. Values are drawn near the packet's
own, so that a match is as likely to hold as not. What a kernel or a tool refuses is thrown away by who loads it."""
import lab

CLUSTER, DNS, OTHER = {4: '172.20.0.10', 6: 'fd00:172::a'}, {4: ['10.0.12.53', '10.0.12.87'], 6: ['fd00:12::53', 'fd00:12::87']}, {4: '192.0.2.7', 6: '2001:db8::7'}


class Draw:
    def __init__(self, random, question):
        self.r, self.q, self.v = random, question, question['family']

    def one(self, *of):
        return self.r.choice(of)

    def chance(self, p):
        return self.r.random() < p

    def address(self):
        v = self.v
        return self.one(self.q['src'], self.q['dst'], *DNS[v], CLUSTER[v], OTHER[v], lab.POD[v], lab.NODE[v], lab.NODELOCAL[v])

    def network(self):
        """an address, a network with it, or one beside it"""
        a, width = self.address(), 32 if self.v == 4 else 128
        return '%s/%d' % (a, self.one(width, width, width - 8, width - 4, width - 1, width // 2, width // 4, 1)) if self.chance(0.8) else self.one('10.0.0.0/8', '172.16.0.0/12') if self.v == 4 else self.one('fd00::/8', '2001:db8::/32')

    def address_range(self):
        import ipaddress
        a = ipaddress.ip_address(self.address())
        return '%s-%s' % (a - self.one(0, 1, 5), a + self.one(0, 1, 9))

    def port(self):
        return self.one(53, 53, 53, 5353, 1053, 853, 8053, self.q['sport'], 40000)

    def port_range(self, colon):
        a, b = sorted((self.port(), self.port()))
        return self.one('%d' % a, '%d%s%d' % (a, colon, b), '%d%s%d' % (max(a - 3, 1), colon, b + 3))

    def interface(self):
        return self.one('eni1', 'eni2', 'eth0', 'lo', 'eni%s', 'e%s', 'eth1', 'eth%s')

    def mark(self):
        return self.one('0x1', '0x4000', '0x3', '0x0', '0xff00', '0x80', '0x10/0xf0', '0x4000/0x4000', '0x0/0xff', '0x1/0x3', '0x8000/0xc000', '0x2/0xffffff0f')

    def no(self, p=0.25):
        return '! ' if self.chance(p) else ''

    def some(self, most, *of):
        return ','.join(self.r.sample(of, self.r.randint(1, min(most, len(of)))))


# ---------------------------------------------------------------- iptables
SET_TYPES = ['hash:ip', 'hash:net', 'hash:ip,port', 'hash:net,port', 'hash:ip,port,ip', 'hash:ip,port,net', 'hash:net,port,net', 'hash:net,net', 'hash:net,iface', 'hash:ip,mark', 'bitmap:ip',
             'bitmap:port', 'list:set', 'hash:mac', 'bitmap:ip,mac', 'hash:ip,mac']


class Iptables(Draw):
    """lines for iptables-restore, and for ipset restore"""

    def sets(self):
        out, self.set_types = [], {}
        for i in range(self.r.randint(0, 3)):
            kind, name = self.one(*SET_TYPES[:13], *SET_TYPES), 's%d' % i
            options = ''
            if kind.startswith('bitmap:ip'):
                options += ' range %s' % self.one('10.0.0.0/16', '10.0.11.0-10.0.12.255')
            elif kind == 'bitmap:port':
                options += ' range 0-65535'
            elif kind.startswith('hash') and self.v == 6:
                options += ' family inet6'
            if kind in ('hash:ip', 'hash:ip,port', 'hash:ip,mark') and self.chance(0.2):
                options += ' netmask %d' % self.one(24, 28, 16)
            elif kind in ('hash:ip', 'hash:ip,port', 'hash:net,net') and self.chance(0.1):
                options += ' bitmask %s' % ('255.255.0.255' if self.v == 4 else 'ffff:ffff::ffff')
            if kind == 'hash:ip,mark' and self.chance(0.4):
                options += ' markmask 0xf0ff'
            timeout = self.chance(0.2)
            options += (' timeout %d' % self.one(0, 600) if timeout else '') + (' counters' if self.chance(0.2) else '') + (' comment' if self.chance(0.2) else '') + (' skbinfo' if self.chance(0.1) else '')
            out.append('create %s %s%s' % (name, kind, options))
            for _ in range(self.r.randint(1, 6)):
                entry = self.entry(kind, name)
                if entry is not None:
                    out.append('add %s %s%s%s%s' % (name, entry, ' timeout 300' if timeout and self.chance(0.5) else '', ' nomatch' if 'net' in kind and self.chance(0.25) else '',
                                                  ' comment "not eth0, nomatch"' if ' comment' in options and self.chance(0.4) else ''))
            self.set_types[name] = kind
        return out

    def entry(self, kind, name):
        if kind == 'list:set':
            return self.one(*self.set_types) if self.set_types else None
        parts = []
        for part in kind.split(':')[1].split(','):
            if part == 'ip':
                parts.append(self.address())
            elif part == 'net':
                parts.append(self.network())
            elif part == 'port':
                parts.append('%s%s' % (self.one('udp:', 'udp:', 'tcp:', 'tcp:', 'sctp:', ''), self.one(str(self.port()), '50-55', '5350-5353')) if kind != 'bitmap:port' else self.port_range('-'))
            elif part == 'iface':
                parts.append(self.one('eni1', 'eth0', 'eni2', 'lo', 'eni', 'physdev:eth0'))
            elif part == 'mark':
                parts.append(self.one('0', '1', '0x4000', '0x10', '0xff00'))
            elif part == 'mac':
                parts.append('02:00:00:00:00:0%d' % self.r.randint(1, 3))
        return ','.join(parts) + (' wildcard' if 'iface' in kind and self.chance(0.3) else '')

    def match_set(self):
        if not self.set_types:
            return ''
        name = self.one(*self.set_types)
        n = 1 if self.set_types[name] == 'list:set' else self.set_types[name].count(',') + 1
        if self.chance(0.08):
            n = max(1, min(3, n + self.one(-1, 1)))
        more = self.one('', '', '', '', '', ' --return-nomatch', ' --return-nomatch', ' ! --update-counters --packets-eq 0', ' --bytes-gt 5', ' ! --update-counters', ' --packets-gt 0', ' ! --update-subcounters', ' ! --bytes-lt 1')
        return '-m set %s--match-set %s %s%s' % (self.no(), name, ','.join(self.one('src', 'dst') for _ in range(n)), more)

    def matches(self):
        """(weight, text)"""
        i = self.interface().replace('%s', '+')
        proto = self.q['proto'] if self.chance(0.85) else self.one('udp', 'tcp', 'icmp', 'all', 'sctp')
        bits = ('FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG')
        types = self.some(3, 'UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'ANYCAST', 'UNSPEC')
        ct = self.no()
        return [
            (6, lambda: self.no() + '-s ' + self.network()), (6, lambda: self.no() + '-d ' + self.network()),
            (1, lambda: self.no() + '%s %s/%s' % (self.one('-s', '-d'), self.address(), self.one('255.255.0.255', '0.255.255.0') if self.v == 4 else self.one('ffff::ffff', 'ffff:0:ff::'))),
            (1, lambda: '-m addrtype %s--src-type %s %s--dst-type %s' % (self.no(), self.one('UNICAST', 'LOCAL'), self.no(), self.one('UNICAST', 'LOCAL', 'BROADCAST'))),
            (4, lambda: self.no() + '-i ' + i), (4, lambda: self.no() + '-o ' + i),
            (2, lambda: self.no(0.1) + '-p ' + proto), (1, lambda: self.no() + '-f' if self.v == 4 else ''),
            (9, lambda: '-p %s -m %s %s--%s %s' % (proto, proto, self.no(), self.one('dport', 'dport', 'sport'), self.port_range(':'))),
            (4, lambda: '-p %s -m multiport %s--%s %s' % (proto, self.no(), self.one('dports', 'sports', 'ports'), ','.join(self.port_range(':') for _ in range(self.r.randint(1, 4))))),
            (6, self.match_set),
            (3, lambda: '-m iprange %s--%s-range %s' % (self.no(), self.one('src', 'dst'), self.address_range())),
            (4, lambda: '-m mark %s--mark %s' % (self.no(), self.mark())), (3, lambda: '-m connmark %s--mark %s' % (self.no(), self.mark())),
            (6, lambda: '-m conntrack %s--ctstate %s' % (ct, self.some(3, 'NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'DNAT', 'SNAT'))),
            (2, lambda: '-m state %s--state %s' % (ct, self.some(3, 'NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'))),
            (6, self.conntrack),
            (4, lambda: '-m addrtype %s--%s-type %s%s' % (self.no(), self.one('src', 'dst'), types, self.one('', '', '', ' --limit-iface-in', ' --limit-iface-out'))),
            (2, lambda: '-p tcp -m tcp %s--tcp-flags %s %s' % (self.no(), self.some(5, *bits), self.some(3, *bits))), (1, lambda: '-p tcp -m tcp %s--syn' % self.no()),
            (1, lambda: '-m pkttype %s--pkt-type %s' % (self.no(), self.one('unicast', 'broadcast', 'multicast'))),
            (1, lambda: '-m comment --comment "%s"' % self.one('drop 53', "it's -j DROP", 'a\\"b', 'x')),
            (1, lambda: '-m statistic --mode random %s--probability %s' % (self.no(), self.one('0', '1'))),
            (1, lambda: '-p tcp -m tcp %s--tcp-option %d' % (self.no(), self.one(2, 3, 4, 8, 30))),
            (1, lambda: '-m physdev %s--physdev-is-bridged' % self.no()), (1, lambda: '-m helper %s--helper ftp' % self.no()), (1, lambda: '-m connlabel %s--label 3' % self.no()),
            (1, lambda: '-m realm %s--realm 0' % self.no()), (1, lambda: '-m devgroup %s--src-group 0x0' % self.no()), (1, lambda: '-m policy --pol none --dir in'),
            (1, lambda: '-m tos %s--tos 0x00' % self.no()), (1, lambda: '-m dscp %s--dscp 0x00' % self.no()), (1, lambda: '-m ecn %s--ecn-ip-ect 0' % self.no()),
            (1, lambda: '-m length %s--length 0:%d' % (self.no(), self.one(60, 400))), (1, lambda: '-m ttl %s--ttl-gt 1' % self.no() if self.v == 4 else '-m hl %s--hl-gt 1' % self.no()),
            (1, lambda: '-m u32 --u32 "0>>28=%d"' % self.one(4, 6)), (1, lambda: '-m mac %s--mac-source 02:00:00:00:00:01' % self.no()),
            (1, lambda: '-p sctp -m sctp %s--dport 53' % self.no()), (1, lambda: '-p icmp -m icmp %s--icmp-type 8' % self.no()), (1, lambda: '-p ipv6-icmp -m icmp6 %s--icmpv6-type 128' % self.no()),
            (1, lambda: '-m ipv6header --header %s --soft' % self.one('none', 'prot', 'frag') if self.v == 6 else ''), (1, lambda: '-m frag %s--fragid 1' % self.no() if self.v == 6 else ''),
        ]

    def conntrack(self):
        options = [('--ctdir %s', ('ORIGINAL', 'REPLY')), ('%s--ctproto %s', (self.q['proto'], '17', '6')), ('%s--ctorigsrc %s', None), ('%s--ctorigdst %s', None), ('%s--ctreplsrc %s', None), ('%s--ctrepldst %s', None),
                   ('%s--ctorigsrcport %s', 0), ('%s--ctorigdstport %s', 0), ('%s--ctreplsrcport %s', 0), ('%s--ctrepldstport %s', 0), ('%s--ctexpire %s', ('1:600', '5000')),
                   ('%s--ctstatus %s', ('NONE', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'EXPECTED', 'SEEN_REPLY,CONFIRMED', 'NONE,CONFIRMED')), ('%s--ctstate %s', ('NEW', 'NEW,DNAT', 'ESTABLISHED', 'DNAT', 'SNAT'))]
        words = []
        for text, values in self.r.sample(options, self.one(1, 1, 2, 3)):
            value = self.one(*values) if values else self.network() if values is None else self.port_range(':')
            words.append(text % ((self.no(), value) if text.startswith('%s') else value))
        return '-m conntrack ' + ' '.join(words)

    def translation(self):
        a = self.one(*DNS[self.v], *DNS[self.v], lab.POD[self.v], *[x for x in [self.address()] if x != self.q['src']])
        return a, '[%s]' % a if self.v == 6 else a

    def targets(self, table, chain):
        a, b = self.translation()
        port = self.one(53, 53, 5353, 1053)
        verdicts = [(14, lambda: '-j DROP'), (8, lambda: '-j ACCEPT'), (4, lambda: '-j RETURN')]
        marks = [(3, lambda: '-j MARK --%s %s' % self.one(('set-xmark', self.mark()), ('set-mark', self.mark()), ('and-mark', '0xf0'), ('or-mark', '0x4000'), ('xor-mark', '0x1'))),
                 (4, lambda: '-j CONNMARK ' + self.one('--save-mark', '--restore-mark', '--set-xmark ' + self.mark(), '--set-mark ' + self.mark(), '--and-mark 0xf0', '--or-mark 0x80', '--xor-mark 0x1',
                                                      '--set-mark 0x3 --left-shift-mark 4', '--save-mark --right-shift-mark 2', '--set-xmark 0x5/0xf', '--restore-mark --mask 0xf0',
                                                      '--save-mark --nfmask 0xff --ctmask 0xff', '--restore-mark --nfmask 0xf0ff --ctmask 0xf0ff', '--restore-mark --nfmask 0xff00 --ctmask 0xff', '--save-mark --mask 0x4000'))]
        harmless = [(1, lambda: '-j ' + self.one('LOG --log-prefix "DROP 53 "', 'NFLOG --nflog-group 3', 'AUDIT --type accept', 'TRACE', 'TEE --gateway ' + lab.TEE[self.v], 'TTL --ttl-set 60', 'HL --hl-set 60', 'TTL --ttl-set 1', 'TTL --ttl-dec 70', 'TTL --ttl-inc 2', 'HL --hl-set 1', 'HL --hl-dec 1',
                                                 'DSCP --set-dscp 0x0a', 'TOS --set-tos 0x10', 'CHECKSUM --checksum-fill', 'CLASSIFY --set-class 1:2', 'IDLETIMER --timeout 30 --label x',
                                                 'TCPMSS --clamp-mss-to-pmtu', 'TCPMSS --set-mss 1400', 'ECN --ecn-tcp-remove', 'TCPOPTSTRIP --strip-options timestamp', 'CONNSECMARK --save')), (1, lambda: '')]
        if self.set_types:
            name = self.one(*self.set_types)
            marks.append((1, lambda: '-j SET --map-set %s %s --map-mark' % (name, ','.join('src' for _ in range(self.set_types[name].count(',') + 1)))))
            marks.append((1, lambda: '-j SET --%s-set %s %s' % (self.one('add', 'del'), name, ','.join(self.one('src', 'dst') for _ in range(self.set_types[name].count(',') + 1)))))
        extra = {
            'filter': [(3, lambda: '-j REJECT' + self.one('', ' --reject-with tcp-reset', ' --reject-with icmp-port-unreachable', ' --reject-with icmp6-adm-prohibited', ' --reject-with icmp-admin-prohibited')),
                       (1, lambda: '-p tcp -j SYNPROXY --mss 1460')],
            'nat': [(6, lambda: '-p %s -j DNAT --to-destination %s:%d' % (self.q['proto'], b, port)), (4, lambda: '-j DNAT --to-destination ' + a), (3, lambda: '-j REDIRECT'),
                    (3, lambda: '-p %s -j REDIRECT --to-ports %d%s' % (self.q['proto'], port, self.one('', '', '-5400'))), (3, lambda: '-j NETMAP --to ' + self.network()),
                    (2, lambda: '-j DNAT --to-destination %s' % {4: '10.0.12.53-10.0.12.60', 6: 'fd00:12::53-fd00:12::60'}[self.v]),
                    (1, lambda: '-p %s -j DNAT --to-destination %s:53-60%s' % (self.q['proto'], b, self.one('', ' --random', ' --persistent'))),
                    (4, lambda: '-j MASQUERADE' + self.one('', '', ' --random', ' --random-fully')), (2, lambda: '-p %s -j MASQUERADE --to-ports 2000-3000' % self.q['proto']),
                    (4, lambda: '-j SNAT --to-source %s' % self.one(lab.NODE[self.v], lab.NODE[self.v], OTHER[self.v], {4: '10.0.11.37-10.0.11.40', 6: 'fd00:11::37-fd00:11::40'}[self.v])),
                    (2, lambda: '-p %s -j SNAT --to-source %s:%s' % (self.q['proto'], '[%s]' % lab.NODE[6] if self.v == 6 else lab.NODE[4], self.one('1024-2000', '3333')))],
            'mangle': [(1, lambda: '-p %s -j TPROXY --on-port %d%s%s' % (self.q['proto'], port, self.one('', ' --on-ip ' + self.one(lab.NODE[self.v], lab.NODELOCAL[self.v])), self.one('', ' --tproxy-mark 0x1/0x1')))],
            'raw': [(2, lambda: '-j NOTRACK'), (3, lambda: '-j CT ' + self.one('--notrack', '--zone 3', '--zone-orig 2', '--ctevents new', '--zone-reply 4', '--helper tftp', '--zone mark', '--zone-orig mark', '--zone-reply mark'))],
        }
        return verdicts[1:] + extra['nat'] if table == 'nat' and self.chance(0.8) else verdicts + marks + harmless + extra.get(table, [])

    def pick(self, weighted):
        return self.r.choices([t for _, t in weighted], [w for w, _ in weighted])[0]()

    CHAINS = {'raw': ('PREROUTING', 'OUTPUT'), 'mangle': ('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'), 'nat': ('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'),
              'filter': ('INPUT', 'FORWARD', 'OUTPUT'), 'security': ('INPUT', 'FORWARD', 'OUTPUT')}

    def rule(self, table, chain, users):
        words = []
        for _ in range(self.one(0, 1, 1, 1, 2, 2, 3)):
            m = self.pick(self.matches())
            if m and not any(w.split()[0] == m.split()[0] for w in words):
                words.append(m)
        if users and self.chance(0.3):
            target = '%s %s' % (self.one('-j', '-j', '-j', '-g'), self.one(*users))
        else:
            target = self.pick(self.targets(table, chain))
        if target.startswith('-p ') and any('-p ' in w for w in words):
            target = target.split(' ', 2)[2]
        return '-A %s %s' % (chain, ' '.join(w for w in [*words, target] if w))

    def service(self):
        """kube-proxy's way to the DNS Service"""
        out, seps = [], []
        for proto in ('udp', 'tcp'):
            out.append('-A KUBE-SERVICES -d %s -p %s -m comment --comment "kube-system/kube-dns cluster IP" -m %s --dport 53 -j KUBE-SVC-%s' % (CLUSTER[self.v], proto, proto, proto))
            out.append('-A KUBE-SVC-%s -m statistic --mode random --probability 0.5 -j KUBE-SEP-%sA' % (proto, proto))
            out.append('-A KUBE-SVC-%s -j KUBE-SEP-%sB' % (proto, proto))
            for letter, ip in zip('AB', DNS[self.v]):
                if self.chance(0.5):
                    seps.append('-A KUBE-SEP-%s%s -s %s -j MARK --or-mark 0x4000' % (proto, letter, ip))
                seps.append('-A KUBE-SEP-%s%s -p %s -m %s -j DNAT --to-destination %s:53' % (proto, letter, proto, proto, '[%s]' % ip if self.v == 6 else ip))
        chains = ['KUBE-SERVICES'] + ['KUBE-SVC-' + p for p in ('udp', 'tcp')] + ['KUBE-SEP-%s%s' % (p, x) for p in ('udp', 'tcp') for x in 'AB']
        return chains, ['-A PREROUTING -j KUBE-SERVICES', '-A OUTPUT -j KUBE-SERVICES'] + out + seps

    def ruleset(self):
        sets, out = self.sets(), []
        for table in ('raw', 'mangle', 'nat', 'filter', 'security'):
            if table not in ('nat', 'filter') and self.chance(0.5):
                continue
            users = ['U%d' % i for i in range(self.r.randint(0, 2))]
            lines, chains = [], list(users)
            if table == 'nat' and self.q['kind'] == 'svc' and self.chance(0.8):
                more, lines = self.service()
                chains += more
            for _ in range(self.r.randint(0, 5 if table != 'security' else 2)):
                chain = self.one(*self.CHAINS[table], *self.hooks(table), *self.hooks(table), *users)
                lines.insert(self.r.randint(0, len(lines)) if table == 'nat' else len(lines), self.rule(table, chain, [u for u in users if u > chain] if chain in users else users))
            out += ['*' + table] + [':%s %s' % (c, 'DROP' if table in ('filter', 'mangle') and self.chance(0.08) else 'ACCEPT') for c in self.CHAINS[table]] + [':%s -' % c for c in chains] + lines + ['COMMIT']
        return sets, out

    def hooks(self, table):
        """the chains that this packet meets"""
        meets = {'forward': ('PREROUTING', 'FORWARD', 'POSTROUTING'), 'input': ('PREROUTING', 'INPUT', 'OUTPUT'), 'output': ('OUTPUT', 'POSTROUTING', 'INPUT')}[self.q['hook']]
        return [c for c in self.CHAINS[table] if c in meets]
