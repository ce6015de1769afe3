"""Rulesets at random, out of what nft(8) documents: see draw.py."""
import draw
import lab

FAMILIES = {4: ('inet', 'inet', 'ip', 'ip', 'netdev', 'ip6', 'bridge'), 6: ('inet', 'inet', 'ip6', 'ip6', 'netdev', 'ip', 'bridge')}
PRIORITIES = ('raw', 'mangle', 'dstnat', 'filter', 'security', 'srcnat', '-400', '-250', '0', '10', '200')
SETS = [('{a}',), ('inet_service',), ('ifname',), ('mark',), ('inet_proto',), ('{a}', 'inet_service'), ('{a}', 'inet_proto', 'inet_service'), ('ifname', '{a}'), ('{a}', '{a}'), ('inet_proto', 'inet_service'), ('{a}', 'mark'), ('ct_state',)]


class Nft(draw.Draw):
    # ------------------------------------------------------------ values
    def ports(self):
        return self.port_range('-')

    def name(self):
        return '"%s"' % self.interface().replace('%s', '*')

    def networks(self):
        return self.one(self.network, self.network, self.address, self.address_range)()

    def value(self, kind, exact=False):
        """one of a set's type"""
        if kind in ('ipv4_addr', 'ipv6_addr'):
            return self.address() if exact else self.networks()
        return {'inet_service': lambda: str(self.one(*lab.PORTS)) if exact else self.ports(), 'ifname': lambda: '"%s"' % self.one('eni1', 'eth0', 'eni2', 'lo') if exact else self.name(), 'mark': lambda: self.mark().split('/')[0],
                'inet_proto': lambda: self.one('udp', 'udp', 'tcp', 'icmp'), 'ct_state': lambda: self.one('new', 'established', 'invalid', 'untracked')}[kind]()

    def field(self, kind):
        """what reads such a value from the packet"""
        side, ip = self.one('saddr', 'daddr'), 'ip' if self.v == 4 else 'ip6'
        port = self.one('sport', 'dport', 'dport')
        return {'ipv4_addr': lambda: self.one('%s %s' % (ip, side),) if self.chance(0.85) else 'ct %s %s %s' % (self.one('original', 'reply'), ip, side), 'ipv6_addr': lambda: '%s %s' % (ip, side),
                'inet_service': lambda: self.one('%s %s' % (self.q['proto'], port), '%s %s' % (self.q['proto'], port), 'th ' + port, 'ct %s proto-%s' % (self.one('original', 'reply'), port[0] == 's' and 'src' or 'dst')),
                'ifname': lambda: self.one('iifname', 'oifname'), 'mark': lambda: self.one('meta mark', 'ct mark'), 'inet_proto': lambda: 'meta l4proto', 'ct_state': lambda: 'ct state'}[kind]()

    def kinds(self, shape):
        return [k.format(a='ipv4_addr' if self.v == 4 else 'ipv6_addr') for k in shape]

    def element(self, kinds, exact):
        return ' . '.join(self.value(k, exact) for k in kinds)

    # ------------------------------------------------------------ what a table declares
    def declare(self, table):
        out, self.sets, self.maps, self.vmaps = [], {}, {}, {}
        for i in range(self.r.randint(0, 3)):
            kinds, exact = self.kinds(self.one(*SETS)), self.chance(0.4)
            what, name = self.one('set', 'set', 'map', 'vmap'), 'n%d' % i
            flags = [] if exact else ['interval']
            flags += ['timeout'] if self.chance(0.15) and what == 'set' else []
            body = 'type ' + ' . '.join(kinds) if self.chance(0.7) or 'ct_state' in kinds else 'typeof ' + ' . '.join(self.field(k) for k in kinds)
            more, data, store = '', [], self.sets
            if what == 'map':
                data = self.kinds(self.one(('{a}',), ('{a}', 'inet_service'), ('mark',), ('inet_service',)))
                body, store = body + ' : ' + ' . '.join(data), self.maps
                if 'typeof' in body:
                    body = 'type %s : %s' % (' . '.join(kinds), ' . '.join(data))
            elif what == 'vmap':
                body, store = body + ' : verdict', self.vmaps
            elif self.chance(0.2):
                more = ' counter;'
            elements = []
            for _ in range(self.r.randint(0, 5)):
                e = self.element(kinds, exact) if self.chance(0.95) or len(kinds) > 1 else '*'
                e += ' timeout 300s' if 'timeout' in flags and self.chance(0.5) else ''
                e += ' comment "a { b"' if self.chance(0.1) and what == 'set' else ''
                if what == 'map':
                    e += ' : ' + ' . '.join(self.one(*draw.DNS[self.v], lab.POD[self.v]) if 'addr' in k else self.value(k, True) for k in data)
                elif what == 'vmap':
                    e += ' : ' + self.verdict()
                elements.append(e)
            head = 'map' if what != 'set' else 'set'
            out.append('add %s %s %s { %s;%s%s%s }' % (head, table, name, body, ' flags %s;' % ','.join(flags) if flags else '', ' auto-merge;' if 'interval' in flags and what == 'set' and self.chance(0.4) else '', more))
            out += ['add element %s %s { %s }' % (table, name, e) for e in elements]
            store[name] = (kinds, data)
        out += ['add counter %s cnt { packets 0 bytes 0 }' % table, 'add quota %s big { over 900 mbytes }' % table, 'add limit %s lim { rate 900/second }' % table]
        if 'bridge' not in table and 'netdev' not in table:
            out.append('add flowtable %s ft { hook ingress priority 0; devices = { eth0, eni1 }; }' % table)
        return out

    # ------------------------------------------------------------ matches
    def matches(self):
        ip, p = 'ip' if self.v == 4 else 'ip6', self.q['proto'] if self.chance(0.85) else self.one('tcp', 'udp', 'sctp')
        port, side, ne = self.one('dport', 'dport', 'sport'), self.one('saddr', 'daddr'), '!= ' if self.chance(0.2) else ''
        mask = self.one('255.255.255.0', '255.255.0.0', '0.0.0.255') if self.v == 4 else 'ffff:ffff::'
        flags = ('fin', 'syn', 'rst', 'psh', 'ack', 'urg')
        states = self.some(3, 'new', 'established', 'related', 'invalid', 'untracked')
        status = self.some(2, 'dnat', 'snat', 'seen-reply', 'assured', 'confirmed', 'expected', 'dying')
        out = [
            (8, lambda: '%s %s %s%s' % (ip, side, ne, self.networks())), (3, lambda: '%s %s %s{ %s }' % (ip, side, ne, ', '.join(self.networks() for _ in range(self.one(1, 2, 4))))),
            (1, lambda: '%s %s & %s %s %s' % (ip, side, mask, self.one('==', '!='), self.address())), (1, lambda: '%s %s %s %s' % (ip, side, self.one('<', '>', '<=', '>='), self.address())),
            (9, lambda: '%s %s %s%s' % (p, port, ne, self.ports())), (3, lambda: '%s %s %s{ %s }' % (p, port, ne, ', '.join(self.ports() for _ in range(self.one(1, 2, 4))))),
            (3, lambda: 'th %s %s%s' % (port, ne, self.ports())), (1, lambda: '%s %s %s %d' % (p, port, self.one('<', '>', '<=', '>='), self.port())),
            (1, lambda: '%s %s & 0x%x == %d' % (p, port, self.one(1, 0xff, 0xfff0), self.one(0, 1, 53, 48))),
            (4, lambda: 'meta l4proto %s%s' % (ne, self.one(p, p, '{ tcp, udp }', '17', '{ icmp, sctp }', '6-17'))), (1, lambda: 'ip protocol %s%s' % (ne, self.one(p, '{ tcp, udp }'))), (1, lambda: 'ip6 nexthdr %s%s' % (ne, self.one(p, '{ tcp, udp }'))),
            (2, lambda: 'meta nfproto %s%s' % (ne, self.one('ipv4', 'ipv6'))), (1, lambda: 'meta protocol %s%s' % (ne, self.one('ip', 'ip6', '{ ip, ip6 }', 'arp'))), (1, lambda: '%s version %d' % (ip, self.v)),
            (4, lambda: 'iifname %s%s' % (ne, self.name())), (4, lambda: 'oifname %s%s' % (ne, self.name())), (2, lambda: '%s %s"%s"' % (self.one('iif', 'oif'), ne, self.one('eth0', 'eni1', 'lo', 'eni2'))),
            (2, lambda: '%s %s{ %s }' % (self.one('iifname', 'oifname'), ne, ', '.join(self.name() for _ in range(3)))),
            (3, lambda: 'meta mark %s%s' % (ne, self.one('0x1', '0x0', '0x4000', '0x1-0xffff', '{ 0x0, 0x4000 }', '{ 0x1-0x10, 0x4000 }'))), (3, lambda: '%s & 0x%x %s 0x%x' % (self.one('meta mark', 'ct mark'), self.one(0xff, 0x4000, 0xf0), self.one('==', '!='), self.one(0, 1, 0x4000, 0x10))),
            (1, lambda: 'meta mark & 0x%x %s 0x%x' % (self.one(0xf, 0xff00), self.one('<', '>'), self.one(1, 4))), (1, lambda: '%s | 0x10 == 0x%x' % (self.one('meta mark', 'ct mark'), self.one(0x10, 0x11))), (1, lambda: 'meta mark ^ 0x1 == 0x%x' % self.one(0, 1)),
            (2, lambda: 'ct mark %s%s' % (ne, self.one('0x1', '0x0', '0x4000', '{ 0x0, 0x1 }'))),
            (6, lambda: 'ct state %s%s' % (ne, self.one(states, states, '{ %s }' % states.replace(',', ', ')))), (1, lambda: 'ct state & (new|established) %s %s' % (self.one('==', '!='), self.one('new', '0', 'established'))), (1, lambda: 'ct state == %s' % self.one('new', 'established')), (1, lambda: 'ct state ! %s' % states),
            (3, lambda: 'ct status %s%s' % (ne, status)), (1, lambda: 'ct status & %s %s %s' % (self.one('dnat', '(snat|dnat)'), self.one('==', '!='), self.one('dnat', '0'))), (1, lambda: 'ct status ! %s' % status),
            (2, lambda: 'ct direction %s%s' % (ne, self.one('original', 'reply'))), (1, lambda: 'ct protocol %s%s' % (ne, p)), (1, lambda: 'ct l3proto %s' % self.one('ipv4', 'ipv6')), (2, lambda: 'ct %szone %s' % (self.one('', '', 'original '), self.one('0', '1'))), (1, lambda: 'ct expiration > 1s'), (1, lambda: 'ct helper "ftp"'), (1, lambda: 'ct label 5'),
            (4, lambda: 'ct %s %s %s %s%s' % (self.one('original', 'reply'), ip, side, ne, self.networks())), (2, lambda: 'ct %s proto-%s %s%s' % (self.one('original', 'reply'), self.one('src', 'dst'), ne, self.ports())),
            (1, lambda: 'meta pkttype %s' % self.one('host', 'unicast', 'broadcast', '{ broadcast, multicast }', '!= host')),
            (3, lambda: 'fib %s%s type %s' % (side, self.one('', '', ' . iif', ' . oif', ' . mark'), self.one('local', 'unicast', '!= local', '{ local, broadcast }', '{ broadcast, multicast }'))), (1, lambda: 'fib saddr . iif oif %s' % self.one('missing', 'exists', '!= 0')), (1, lambda: 'fib daddr oifname "eth0"'),
            (2, lambda: 'tcp flags %s' % self.one('syn', '& (fin|syn|rst|ack) == syn', 'syn / syn,ack', '!= syn', 'syn,ack', '& (syn|ack) != (syn|ack)', '{ syn, ack }', '! syn', '& syn == 0', '{ syn | ack, ack }', 'fin,syn / fin,syn')), (1, lambda: 'tcp option maxseg %s' % self.one('exists', 'size 1460', 'missing')), (1, lambda: 'tcp %s' % self.one('window 1', 'doff 10', 'sequence 0', 'ackseq 0')),
            (1, lambda: '%s %s' % (ip, self.one('dscp 0', 'ecn 0', 'length 60-400', 'ttl > 1', 'hoplimit > 1', 'frag-off & 0x1fff != 0', 'frag-off & 0x3fff == 0', 'id 1', 'hdrlength 5', 'flowlabel 0', 'checksum 0'))), (1, lambda: 'exthdr %s %s' % (self.one('hbh', 'frag', 'rt', 'dst'), self.one('exists', 'missing'))), (1, lambda: 'frag more-fragments 1'), (1, lambda: 'udp %s' % self.one('length 1-600', 'checksum 0')),
            (1, lambda: self.one('meta skuid 0', 'meta length 60-500', 'meta priority 0', 'meta cpu 0-100', 'meta iiftype ether', 'meta oiftype != loopback', 'meta iifgroup default', 'meta rtclassid 0', 'meta cgroup 0', 'meta secpath missing', 'rt ipsec missing', 'rt mtu 1500', 'socket transparent 1', 'socket wildcard 0', 'meta hour "00:00"-"23:59"', 'meta day "Sunday"', 'meta time > 0', 'meta iifkind "veth"', 'meta ibrname "br0"', 'osf name "Linux"', 'meta nftrace 0', 'ether saddr 02:00:00:00:00:01', 'meta random 0-10', 'numgen random mod 2 0', 'jhash ip saddr mod 4 < 4', 'symhash mod 2 0', '@th,16,16 53', '@nh,72,8 17', '@ll,0,8 2', 'ct bytes > 0', 'ct packets > 0', 'ct avgpkt > 0', 'ct original bytes 0-9999', 'icmp type echo-request', 'icmpv6 type echo-request', 'sctp dport 53', 'dccp dport 53', 'esp spi 1', 'arp operation request', 'vlan id 3', 'sctp chunk data missing', 'tcp option sack-perm missing', 'ip option lsrr missing', 'dccp type request')),
        ]
        for name, (kinds, _) in self.sets.items():
            out.append((5, lambda kinds=kinds, name=name: '%s %s@%s' % (' . '.join(self.field(k) for k in kinds), ne, name)))
        shape = self.kinds(self.one(*[s for s in SETS if len(s) > 1]))
        out.append((4, lambda: '%s %s{ %s }' % (' . '.join(self.field(k) for k in shape), ne, ', '.join(self.element(shape, self.chance(0.5)) for _ in range(self.one(1, 3))))))
        return out

    # ------------------------------------------------------------ statements
    def verdict(self):
        return self.one('drop', 'drop', 'drop', 'accept', 'accept', 'return', 'continue', *(self.one('jump', 'jump', 'goto') + ' ' + u for u in self.users[:1] + self.users))

    def vmap(self):
        if self.vmaps and self.chance(0.5):
            name = self.one(*self.vmaps)
            return '%s vmap @%s' % (' . '.join(self.field(k) for k in self.vmaps[name][0]), name)
        shape = self.kinds(self.one(*SETS))
        if self.chance(0.1):
            return '%s vmap { %s : %s, * : %s }' % (self.field(shape[0]), self.element(shape[:1], True), self.verdict(), self.verdict())
        if self.chance(0.2):
            return '%s vmap { 0 : %s, 1 : %s }' % (self.one('numgen random mod 2', 'numgen inc mod 2', 'jhash ip saddr . %s sport mod 2 seed 0x1' % self.q['proto'], 'symhash mod 2'), self.verdict(), self.verdict())
        rows = ['%s : %s' % (self.element(shape, self.chance(0.6)), self.verdict()) for _ in range(self.one(1, 2, 3))]
        return '%s vmap { %s }' % (' . '.join(self.field(k) for k in shape), ', '.join(rows))

    def mapped(self, data):
        """an expression that gives such data"""
        named = [n for n, (_, d) in self.maps.items() if d == data]
        if named and self.chance(0.7):
            name = self.one(*named)
            return '%s map @%s' % (' . '.join(self.field(k) for k in self.maps[name][0]), name)
        value = lambda: ' . '.join(self.one(*draw.DNS[self.v], lab.POD[self.v]) if 'addr' in k else self.value(k, True) for k in data)
        if self.chance(0.5):
            return '%s map { 0 : %s, 1 : %s }' % (self.one('numgen random mod 2', 'numgen inc mod 2', 'jhash %s saddr mod 2' % ('ip' if self.v == 4 else 'ip6')), value(), value())
        kinds, exact = self.kinds(self.one(*SETS)), self.chance(0.6)
        return '%s map { %s }' % (' . '.join(self.field(k) for k in kinds), ', '.join('%s : %s' % (self.element(kinds, exact), value()) for _ in range(self.one(1, 2, 3))))

    def translation(self, hook):
        ip, a = 'ip' if self.v == 4 else 'ip6', self.one(*draw.DNS[self.v], *draw.DNS[self.v], lab.POD[self.v], lab.NODELOCAL[self.v])
        b, kind, pre = '[%s]' % a if self.v == 6 else a, 'ipv4_addr' if self.v == 4 else 'ipv6_addr', 'meta l4proto %s ' % self.q['proto'] if self.chance(0.5) else '%s dport 53 ' % self.q['proto']
        ip = ip if 'inet' in self.table else self.one('', ip)
        if hook in ('prerouting', 'output'):
            return self.one('dnat %s to %s' % (ip, a), pre + 'dnat %s to %s:%d' % (ip, b, self.one(53, 53, 5353, 1053)), pre + 'dnat %s to %s:%s' % (ip, b, self.one('53-60', '53')), 'dnat %s to %s' % (ip, {4: '10.0.12.53-10.0.12.60', 6: 'fd00:12::53-fd00:12::60'}[self.v]),
                            'dnat %s to %s' % (ip, self.mapped([kind])), pre + 'dnat %s addr . port to %s' % (ip, self.mapped([kind, 'inet_service'])), pre + 'dnat %s to %s : %d' % (ip, self.mapped([kind]), 53), pre + 'dnat to :%d' % self.one(*lab.PORTS),
                            pre + 'redirect', pre + 'redirect to :%s' % self.one('53', '5353', '5353-5400'), 'dnat %s prefix to %s saddr map { %s : %s }' % (ip, ip, self.network(), self.network()), 'dnat %s prefix to %s' % (ip, self.network()), pre + 'redirect to :%s' % self.mapped(['inet_service']))
        return self.one('masquerade', 'masquerade', pre + 'masquerade to :%s' % self.one('2000-3000', '2000'), 'masquerade %s' % self.one('random', 'fully-random', 'persistent', 'fully-random,persistent'), 'snat %s to %s' % (ip, self.one(lab.NODE[self.v], draw.OTHER[self.v])), pre + 'snat %s to %s:%s' % (ip, lab.NODE[4] if self.v == 4 else '[%s]' % lab.NODE[6], self.one('3333', '2000-3000')),
                        'snat %s to %s' % (ip, self.mapped([kind])), 'snat %s prefix to %s' % (ip, self.network()))

    def effects(self, hook):
        reject = self.one('reject', 'reject with tcp reset', 'reject with icmpx admin-prohibited', 'reject with icmp port-unreachable', 'reject with icmpv6 no-route', 'reject with icmp host-prohibited')
        out = [(5, lambda: 'meta mark set ' + self.one('0x1', '0x4000', 'mark | 0x4000', 'mark or 0x10', 'mark & 0xffff00ff', 'mark and 0xf0', 'mark ^ 0x1', 'ct mark', 'ct mark & 0xff', self.mapped(['mark']), '(mark & 0xff) | 0x100', 'mark & 0xffffff00 ^ 0x3', 'ct mark and 0xff or 0x10')),
               (4, lambda: 'ct mark set ' + self.one('0x1', '0x4000', 'mark', 'meta mark & 0xff', 'ct mark | 0x80', 'mark or 0x10', self.mapped(['mark']), 'ct mark and 0xf0')),
               (2, lambda: self.one('ip daddr set 10.0.12.87', 'ip6 daddr set fd00:12::87', 'tcp dport set 53', 'udp sport set 5353', 'meta priority set ip dscp map { cs0 : 1:2 }', 'meta mark set jhash %s saddr mod 2' % self.one('ip', 'ip6'),
                                    'meta mark set ip saddr map { 10.0.0.0/8 : 0x1 }', 'ct mark set ip6 daddr map { fd00:12::53 : 0x4000 }', 'ip dscp set cs1', 'ip6 dscp set cs1')),
               (2, lambda: reject), (1, lambda: self.one('meta nftrace set 1', 'meta priority set 1:2', 'meta pkttype set host', 'ct label set 5', 'ct zone set %d' % self.one(1, 7), 'ct zone set iifname map { "eni1" : 1, "eth0" : 2 }', 'ct original zone set 1', 'ct event set new', 'ct helper set "x"', 'ct timeout set "x"', 'ct expectation set "x"')),
               (1, lambda: self.one('%s dscp set 10' % ('ip' if self.v == 4 else 'ip6'), 'ip ttl set 60', 'ip6 hoplimit set 60', 'ip ttl set 1', 'ip6 hoplimit set 1', 'ip frag-off set 0', 'meta pkttype set broadcast', 'tcp option maxseg size set rt mtu', 'tcp option maxseg size set 1400', 'reset tcp option timestamp')),
               (1, lambda: self.one('dup to %s device "eth0"' % lab.TEE[self.v], 'flow add @ft', 'last', 'limit rate 900/second', 'limit name "lim"', 'quota name "big"', 'quota over 900 mbytes', 'ct count over 900')),
               (1, lambda: self.one('add @%s { %s }', 'update @%s { %s timeout 5m }', 'delete @%s { %s }') % (lambda n: (n, ' . '.join(self.field(k) for k in self.sets[n][0])))(self.one(*self.sets)) if self.sets else 'counter'),
               (1, lambda: 'queue%s to %s' % (self.one('', ' flags bypass'), self.one('0', '1-3'))), (1, lambda: 'synproxy mss 1460 wscale 7 timestamp sack-perm'), (1, lambda: '%s dport set %d' % (self.q['proto'], self.port())), (1, lambda: '%s daddr set %s' % ('ip' if self.v == 4 else 'ip6', self.one(*draw.DNS[self.v]))),
               (1, lambda: 'meta l4proto %s tproxy%s to %s' % (self.q['proto'], ' ' + ('ip' if self.v == 4 else 'ip6') if 'inet' in self.table else '', self.one(':5353', (lab.NODE[4] if self.v == 4 else '[%s]' % lab.NODE[6]) + ':53')))]
        if hook in ('prerouting', 'output'):
            out.append((3, lambda: 'notrack'))
        return out

    def remark(self):
        return self.one('', '', '', 'counter', 'counter', 'counter name "cnt"', 'log prefix "DROP 53 " level info', 'log flags all', 'log group 2 snaplen 10', 'limit rate over 900/second', 'counter packets 3 bytes 210', 'log prefix "x" flags tcp sequence,options')

    def rule(self, chain, kind, hook):
        words = [self.pick(self.matches()) for _ in range(self.one(0, 1, 1, 1, 2, 2, 3))] + [self.remark()]
        if kind == 'nat' and self.chance(0.7):
            words.append(self.translation(hook))
        elif self.chance(0.2):
            words.append(self.vmap())
        elif self.chance(0.08):
            words.append('%s { %s; }' % (self.one('jump', 'jump', 'goto'), '; '.join(' '.join([self.pick(self.matches())] * self.one(0, 1, 1) + [self.remark(), self.verdict()]) for _ in range(self.one(1, 2, 3)))))
        elif self.chance(0.3):
            words += [self.pick(self.effects(hook))] + ([self.pick(self.matches()), self.verdict()] if self.chance(0.3) else [])
        else:
            words.append(self.verdict())
        words.append('comment "drop 53 {"' if self.chance(0.1) else '')
        return 'add rule %s %s %s' % (self.table, chain, ' '.join(w for w in words if w))

    def pick(self, weighted):
        return self.r.choices([t for _, t in weighted], [w for w, _ in weighted])[0]()

    # ------------------------------------------------------------ tables
    def base(self, family):
        """(name, kind, hook, declaration)"""
        meets = {'forward': ('prerouting', 'forward', 'forward', 'postrouting'), 'input': ('prerouting', 'input', 'input', 'output'), 'output': ('output', 'output', 'postrouting', 'input')}[self.q['hook']]
        if family == 'netdev' or (family == 'inet' and self.chance(0.1)):
            hook = self.one('ingress', 'ingress', 'egress') if family == 'netdev' else 'ingress'
            devices = self.one('device "eni1"', 'device "eth0"', 'devices = { eth0, eni1 }', 'devices = { eni1, eni2 }', 'device "lo"')
            return 'filter', hook, 'type filter hook %s %s priority %s;' % (hook, devices, self.one('0', 'filter', '-500', '10'))
        hook = self.one(*meets) if self.chance(0.9) else self.one('input', 'forward', 'output')
        kind = self.one('filter', 'filter', 'nat' if hook != 'forward' and family != 'bridge' else 'filter', 'route' if hook == 'output' else 'filter')
        named = {'nat': ('dstnat', '-100', 'dstnat + 5', '-90', '0', '10') if hook in ('prerouting', 'output') else ('srcnat', '100', 'srcnat - 5', '90')}.get(kind) or PRIORITIES + ('filter - 5', 'filter + 5', 'mangle - 1', 'raw - 10', 'security + 1', 'dstnat - 10', 'srcnat + 10')
        return kind, hook, 'type %s hook %s priority %s;' % (kind, hook, self.one(*named))

    def ruleset(self):
        out = []
        for i in range(self.one(1, 1, 2, 2, 3)):
            family = self.one(*FAMILIES[self.v])
            self.table, self.users = '%s t%d' % (family, i), ['u%d' % k for k in range(self.r.randint(0, 2))]
            out.append('add table ' + self.table)
            out += ['add chain %s %s' % (self.table, u) for u in self.users]
            out += self.declare(self.table)
            hooks, all_users = [], self.users
            for k in range(self.r.randint(1, 3)):
                kind, hook, body = self.base(family)
                policy = ' policy drop;' if kind == 'filter' and self.chance(0.07) else self.one('', ' policy accept;')
                out.append('add chain %s c%d { %s%s%s }' % (self.table, k, body, policy, ' comment "c { d";' if self.chance(0.1) else ''))
                hooks.append(('c%d' % k, kind, hook))
            for name, kind, hook in hooks:
                self.users = all_users
                out += [self.rule(name, kind, hook) for _ in range(self.r.randint(0, 4))]
            for at, name in enumerate(all_users):
                self.users = all_users[at + 1:]
                kind, hook = self.one(*((k, h) for _, k, h in hooks))
                out += [self.rule(name, kind, hook) for _ in range(self.r.randint(0, 3))]
        return out
