"""kube-proxy's rules in its nftables mode (KEP-3866, stable since 1.33): maps of services to chains, none of it in iptables."""


def chain(service, port, end=None):
    meta, proto = service['metadata'], port['protocol'].lower()
    name = '%s/%s/%s/%s' % (meta['namespace'], meta['name'], proto, port['name'])
    return ('service-%s' % name) if end is None else 'endpoint-%s__%s/%d' % (name, end, port['targetPort'])


def element(service, port, goal):
    return '%s . %s . %d : goto %s' % (service['spec']['clusterIP'], port['protocol'].lower(), port['port'], goal)


def service_chains(service, port, ends):
    pick = ', '.join('%d : goto %s' % (i, chain(service, port, end)) for i, end in enumerate(ends))
    made = ['chain %s { numgen random mod %d vmap { %s }; }' % (chain(service, port), len(ends), pick)]
    for end in ends:
        made.append('chain %s { ip saddr %s jump mark-for-masquerade; meta l4proto %s dnat to %s:%d; }' % (chain(service, port, end), end, port['protocol'].lower(), end, port['targetPort']))
    return made


def ruleset(services, addresses):
    """as `nft -f` takes it; the table is made anew each time"""
    chains, served, refused = [], [], []
    for s in services:
        for port in s['spec']['ports']:
            ends = addresses(s)
            served += [element(s, port, chain(s, port))] if ends else []
            refused += [] if ends else [element(s, port, 'reject-chain')]
            chains = (service_chains(s, port, ends) if ends else []) + chains
    maps = ['map %s { type ipv4_addr . inet_proto . inet_service : verdict; %s}' % (name, 'elements = { %s }; ' % ', '.join(elements) if elements else '')
            for name, elements in (('service-ips', served), ('no-endpoint-services', refused))]
    fixed = '''
chain mark-for-masquerade { meta mark set meta mark or 0x4000; }
chain reject-chain { reject; }
%s
chain services { ip daddr . meta l4proto . th dport vmap @service-ips; }
chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }
chain masquerading { meta mark and 0x4000 == 0 return; meta mark set meta mark xor 0x4000; masquerade fully-random; }
chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
chain nat-output { type nat hook output priority -100; policy accept; jump services; }
chain nat-postrouting { type nat hook postrouting priority srcnat; policy accept; jump masquerading; }
chain filter-prerouting { type filter hook prerouting priority -110; policy accept; ct state new jump service-endpoints-check; }
chain filter-output { type filter hook output priority -110; policy accept; ct state new jump service-endpoints-check; }
'''
    return 'table ip kube-proxy\ndelete table ip kube-proxy\ntable ip kube-proxy {\n%s\n%s}\n' % ('\n'.join(reversed(maps)), fixed % '\n'.join(reversed(chains)))
