#!/usr/bin/env python3
"""Makes incidents of a cluster whose pods talk over an overlay (flannel): two workers, CoreDNS on the second, no cloud.

    tests/cases/make_overlay.py [--out DIR] [NAME…]           as root: the rulesets are what iptables and nft print in a network
                                                              namespace into which kube-proxy's rules and the scene's were loaded

Counters are set by hand, since no packets flow. Each fault stands beside its twin: the same signs, and nothing wrong or another cause.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import kit
from make_made import write_truth

HERE = os.path.dirname(os.path.abspath(__file__))
DAY = '2026-11-24'
NODES = {'worker-1': '192.168.77.21', 'worker-2': '192.168.77.22'}
POD, POD_IP, VETH = 'checkout-7d9c5b6f4-x2x9p', '10.244.1.77', 'veth3f0a7c1e'
COREDNS = {'coredns-6f9cd4d8bb-6kqzl': '10.244.2.20', 'coredns-6f9cd4d8bb-wn4ds': '10.244.2.33'}
CLUSTER_IP, RESOLVER = '10.96.0.10', '192.168.77.1'
QUERY, OUTSIDE = 'orders.shop.svc.cluster.local', 'partner-api.example.net'
READINGS = {'networking/': 0, 'samples/20261124T091500Z/': 1}
SCENES = {}

SERVICES = [kit.service('kube-dns', 'kube-system', CLUSTER_IP, kit.DNS_PORTS, {'k8s-app': 'kube-dns'}), kit.service('orders', 'shop', '10.96.41.7', kit.HTTP, {'app': 'orders'})]
ENDPOINTS = {'kube-dns': list(COREDNS.values()), 'orders': ['10.244.2.90']}
FLANNEL = '''*filter
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
COMMIT
'''


def scene(story, diagnosis, verdict=('confirmed', 'likely'), **label):
    def register(make):
        SCENES[make.__name__.replace('_', '-')] = (make, dict(label, story=story, diagnosis=[diagnosis], verdict=list(verdict)))
        return make
    return register


def cites(node, file, *contents):
    return [{'source': 'nodes/%s/%s%s' % (node, at, file), 'content': c} for at in READINGS for c in contents]


# ---------------------------------------------------------------- rulesets, by the real tools
def in_namespace(commands):
    return subprocess.run(['unshare', '-n', 'sh', '-e'], input=commands, capture_output=True, text=True, check=True).stdout


def load(rules):
    return "iptables-nft-restore --noflush <<'EOF'\n%sEOF\n" % rules


def nft(rules):
    return "nft -f - <<'EOF'\n%sEOF\n" % rules


def counted(text, counts, reading):
    """the rules that contain a key of `counts` with that many packets, the other counters at rest"""
    lines = []
    for line in text.splitlines():
        for key, packets in counts.items():
            if key in line:
                n = packets[reading]
                line = re.sub(r'^\[\d+:\d+\]', '[%d:%d]' % (n, n * 71), line)
                line = re.sub(r'counter packets \d+ bytes \d+', 'counter packets %d bytes %d' % (n, n * 71), line)
        lines.append(line + '\n')
    return ''.join(lines)


class Tree:
    def __init__(self, root):
        self.root = root
        shutil.rmtree(root, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8', newline='') as f:
            f.write(text)

    def listing(self, resource, items):
        self.write('cluster/%s.json' % resource, kit.listing(items))

    def rules(self, node, further='', before='', counts=None, proxy=True, change=lambda text: text):
        """kube-proxy's and flannel's rules and what the shell says before and further, saved twice"""
        base = load(kit.proxy_ruleset(SERVICES, lambda s: ENDPOINTS[s['metadata']['name']])) if proxy else ''
        out = in_namespace('%s%s%s%s\niptables-nft-save -c; echo @@; nft list ruleset' % (base, before, load(FLANNEL), further))
        save, native = out.split('@@\n')
        save = re.sub(r' on \w{3} \w{3} +\d+ [\d:]+ \d{4}', ' on Tue Nov 24 09:10:00 2026', save)
        native = ''.join(t for t in re.findall(r'(?ms)^table .*?^}\n', native) if not re.match(r'table ip (nat|filter|raw|mangle) ', t))
        for at, reading in READINGS.items():
            self.write('nodes/%s/%siptables-save.txt' % (node, at), change(counted(save, counts or {}, reading)))
            self.write('nodes/%s/%snftables.txt' % (node, at), counted(native, counts or {}, reading) or 'table ip6 unused {\n}\n')

    def dig(self, name, server, query, status, address='10.96.41.7', tcp=False):
        more = ' +tcp' if tcp else ''
        trouble = {'timeout': 'timed out', 'unreachable': 'host unreachable'}.get(status)
        if trouble:
            text = (';; communications error to %s#53: %s\n\n; <<>> DiG 9.18.24 <<>> @%s %s +tries=1 +time=1%s\n; (1 server found)\n;; global options: +cmd\n'
                    ';; no servers could be reached\n' % (server, trouble, server, query, more))
        else:
            found = ';; ANSWER SECTION:\n%s. 5 IN A %s\n\n' % (query, address) if status == 'NOERROR' else ''
            text = ('\n; <<>> DiG 9.18.24 <<>> @%s %s +tries=1 +time=3%s\n; (1 server found)\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: %s, '
                    'id: 5121\n;; flags: qr rd ra; QUERY: 1, ANSWER: %d, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;%s.\tIN\tA\n\n%s;; Query time: 1 msec\n'
                    ';; SERVER: %s#53(%s) (%s)\n;; WHEN: Tue Nov 24 09:12:06 UTC 2026\n;; MSG SIZE  rcvd: 57\n\n'
                    % (server, query, more, status, bool(found), query, found, server, server, 'TCP' if tcp else 'UDP'))
        self.write('pods/shop/%s/dig-%s.txt' % (POD, name), text)

    def digs(self, service='timeout', tcp='NOERROR', direct=None, outside=None):
        self.dig('query-udp', CLUSTER_IP, QUERY, service)
        self.dig('query-tcp', CLUSTER_IP, QUERY, tcp, tcp=True)
        for address in COREDNS.values() if direct != 'unasked' else ():
            self.dig('coredns-' + address.replace('.', '-'), address, QUERY, direct or service)
        if outside:
            self.dig('external', CLUSTER_IP, OUTSIDE, outside, address='198.51.100.23')

    def log(self, times, text):
        """what the application says: requests, and at those minutes that a lookup failed"""
        lines = ['%sT09:%02d:03.120Z INFO  GET /v1/items/%d 200 12ms\n' % (DAY, m, 8000 + m) for m in range(0, 30, 3)]
        lines += ['%sT09:%02d:44.514Z ERROR call failed: %s\n' % (DAY, m, text) for m in times]
        self.write('pods/shop/%s/app.log' % POD, ''.join(sorted(lines)))

    def target(self, query=QUERY, symptom='java.net.UnknownHostException: orders'):
        self.write('target.yaml', 'context: dc2\nnamespace: shop\npod: %s\nnode: worker-1\ninstance: null\nquery: %s\nsymptom: "%s"\nwindow: {from: %sT09:00:00Z, to: %sT09:30:00Z}\n'
                   % (POD, query, symptom, DAY, DAY))


def api(tree):
    created, owner = '2026-11-20T07:12:44Z', ('ReplicaSet', 'rs')
    nodes = [kit.node(n, ip, i, DAY + 'T09:11:00Z', os_image='Ubuntu 22.04.5 LTS', kernel='5.15.0-126-generic') for i, (n, ip) in enumerate(NODES.items())]
    for n in nodes:
        del n['spec']['providerID']
    ports = [{'name': p['name'], 'containerPort': 53, 'protocol': p['protocol']} for p in kit.DNS_PORTS]
    pods = [kit.pod(n, 'kube-system', ip, 'worker-2', NODES['worker-2'], 'coredns', 'registry.k8s.io/coredns/coredns:v1.11.3', created, ports, '170Mi', {'k8s-app': 'kube-dns'}, owner) for n, ip in COREDNS.items()]
    pods += [kit.pod(POD, 'shop', POD_IP, 'worker-1', NODES['worker-1'], 'checkout', 'registry.example.com/shop/checkout:4.11', created, [], '512Mi', {'app': 'checkout'}, owner),
             kit.pod('orders-6d5b8-qq7lw', 'shop', '10.244.2.90', 'worker-2', NODES['worker-2'], 'orders', 'registry.example.com/shop/orders:2.3', created, [], '256Mi', {'app': 'orders'}, owner)]
    pods += [kit.pod('kube-proxy-%d' % i, 'kube-system', ip, n, ip, 'kube-proxy', 'registry.k8s.io/kube-proxy:v1.31.2', created, [], '64Mi', {'k8s-app': 'kube-proxy'}, ('DaemonSet', 'kube-proxy'), True)
             for i, (n, ip) in enumerate(NODES.items())]
    for resource, items in {
            'nodes': nodes, 'pods': pods, 'services': SERVICES, 'events': [], 'networkpolicies': [],
            'endpointslices': [kit.slice_('kube-dns', 'kube-system', [(n, ip, 'worker-2') for n, ip in COREDNS.items()], kit.DNS_PORTS), kit.slice_('orders', 'shop', [('orders-6d5b8-qq7lw', '10.244.2.90', 'worker-2')], kit.HTTP)],
            'namespaces': [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': kit.meta(n, labels={'kubernetes.io/metadata.name': n})} for n in ('default', 'kube-system', 'shop')],
            'configmaps': [kit.config('coredns', {'Corefile': kit.COREFILE}), kit.config('kube-proxy', {'config.conf': 'kind: KubeProxyConfiguration\nmode: "iptables"\n'})],
            'deployments': [kit.deployment('coredns', 'kube-system', 2, 'registry.k8s.io/coredns/coredns:v1.11.3')], 'daemonsets': [kit.daemonset('kube-proxy', 2)]}.items():
        tree.listing(resource, items)


def cluster(root):
    """the cluster, and its two nodes but for their rules"""
    tree = Tree(root)
    tree.target()
    api(tree)
    for i, (node, ip) in enumerate(NODES.items(), 1):
        tree.write('nodes/%s/networking/iproute.txt' % node, 'default via %s dev enp1s0 proto static\n10.244.%d.0/24 dev cni0 proto kernel scope link src 10.244.%d.1\n'
                   '10.244.%d.0/24 via 10.244.%d.0 dev flannel.1 onlink\nlocal %s dev enp1s0 table local proto kernel scope host src %s\nlocal 10.244.%d.1 dev cni0 table local proto kernel scope host src 10.244.%d.1\n'
                   % (RESOLVER, i, i, 3 - i, 3 - i, ip, ip, i, i))
        tree.write('nodes/%s/networking/resolv.conf' % node, 'nameserver %s\n' % RESOLVER)
        tree.write('nodes/%s/kubelet/config.json' % node, json.dumps({'kind': 'KubeletConfiguration', 'clusterDNS': [CLUSTER_IP], 'clusterDomain': 'cluster.local'}) + '\n')
    for name in COREDNS:
        tree.write('cluster/logs/kube-system/%s/coredns.log' % name, '2026-11-20T07:12:46.1Z .:53\n2026-11-20T07:12:46.2Z CoreDNS-1.11.3\n')
    tree.write('pods/shop/%s/resolv.conf' % POD, 'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver %s\noptions ndots:5\n' % CLUSTER_IP)
    return tree


def lost(tree, **seen):
    tree.digs(**seen)
    tree.log((4, 9, 12, 21), 'java.net.UnknownHostException: orders: Temporary failure in name resolution')


def well(tree):
    tree.digs('NOERROR', outside='NOERROR')
    tree.log((), '')


def rules_of(tree, node, *args, **more):
    """that node's rules, and the other's as kube-proxy and flannel leave them"""
    for n in NODES:
        tree.rules(n, *(args if n == node else ()), **(more if n == node else {}))


# ---------------------------------------------------------------- by which interface
@scene('A rule in mangle drops what comes out of the tunnel from port 53: the answers. The address asked has the default route, the endpoint behind it the route into the tunnel.', 'host_firewall',
       cite=cites('worker-1', 'iptables-save.txt', '-A FORWARD -i flannel.1'), fix=['-t mangle -D FORWARD'], ablate=['nodes/worker-1'])
def tunnel_reply(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', 'iptables-nft -t mangle -A FORWARD -i flannel.1 -p udp -m udp --sport 53 -j DROP\n', counts={'-i flannel.1': (30, 90)})
    lost(tree)


@scene('No DNS may leave by the uplink. Queries to CoreDNS leave by the tunnel, and are answered.', 'no_fault', rejected=['host_firewall'])
def tunnel_reply_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', 'iptables-nft -I FORWARD -o enp1s0 -p udp -m udp --dport 53 -j DROP\n')
    well(tree)


GUARD = '''table netdev guard {
	set resolvers {
		type ipv4_addr
		elements = { 192.168.77.1 }
	}
	chain ingress {
		type filter hook ingress device "%s" priority -500; policy accept;
		ip saddr != @resolvers udp sport 53 counter drop
	}
}
'''


def guard(device):
    return 'ip link add name %s type veth peer name other0\n' % device + nft(GUARD % device)


@scene('Answers from port 53 of strangers are dropped where they come in, by a table of family netdev on the tunnel: CoreDNS is no resolver that it knows. Nothing else stands in that listing.', 'host_firewall',
       cite=cites('worker-1', 'nftables.txt', 'udp sport 53 counter'), fix=['nft delete rule netdev guard ingress'], ablate=['nodes/worker-1'])
def ingress(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', guard('flannel.1'), counts={'udp sport 53': (30, 90)})
    lost(tree)


@scene('The same on the uplink, where answers of CoreDNS come in only inside the tunnel\'s packets.', 'no_fault', rejected=['host_firewall'])
def ingress_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', guard('enp1s0'), counts={'udp sport 53': (3, 3)})
    well(tree)


# ---------------------------------------------------------------- from CoreDNS upstream
def silent_upstream(tree):
    tree.target(OUTSIDE, 'getaddrinfo EAI_AGAIN ' + OUTSIDE)
    for name, ip in COREDNS.items():
        tree.write('cluster/logs/kube-system/%s/coredns.log' % name, '2026-11-20T07:12:46.1Z .:53\n' + ''.join(
            '%sT09:%02d:11.1Z [ERROR] plugin/errors: 2 %s. A: read udp %s:%d->%s:53: i/o timeout\n' % (DAY, m, OUTSIDE, ip, 40000 + m, RESOLVER) for m in range(2, 28, 3)))
    tree.digs('NOERROR', outside='SERVFAIL')
    tree.log((4, 9, 21), 'getaddrinfo EAI_AGAIN ' + OUTSIDE)


@scene("On CoreDNS' node a rule drops what its pods ask the resolver: cluster names are answered, others are not. No query of the complaining pod meets it.", 'host_firewall',
       cite=cites('worker-2', 'iptables-save.txt', '-A FORWARD -s 10.244.2.0/24 -d 192.168.77.1/32'), fix=['-D FORWARD'], rejected=['upstream_unreachable'], ablate=['nodes/worker-2'])
def upstream_rule(root):
    tree = cluster(root)
    rules_of(tree, 'worker-2', '', 'iptables-nft -I FORWARD -s 10.244.2.0/24 -d 192.168.77.1 -p udp -m udp --dport 53 -j DROP\n', counts={'-d 192.168.77.1': (100, 300)})
    silent_upstream(tree)


@scene("The rule is for another resolver, which CoreDNS does not ask; the one that it asks does not answer.", 'upstream_unreachable', fix=['resolver'], rejected=['host_firewall'], ablate=['cluster'])
def upstream_rule_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-2', '', 'iptables-nft -I FORWARD -s 10.244.2.0/24 -d 192.168.77.9 -p udp -m udp --dport 53 -j DROP\n', counts={'-d 192.168.77.9': (100, 100)})
    silent_upstream(tree)


# ---------------------------------------------------------------- nft
FIREWALLD = '''table inet firewalld {
chain filter_FORWARD { type filter hook forward priority filter + 10; policy accept;
ct state { established, related } accept
%s
iifname "lo" accept
jump filter_FORWARD_ZONES
ct state { invalid } drop
reject with icmpx admin-prohibited
}
chain filter_FORWARD_ZONES {
iifname "enp1s0" goto filter_FWD_public
goto filter_FWD_public
}
chain filter_FWD_public {
jump filter_FWD_public_allow
reject with icmpx admin-prohibited
}
chain filter_FWD_public_allow {
oifname "enp1s0" accept
}
}
'''


@scene('firewalld was installed: its public zone lets through only what leaves by the uplink, and rejects what goes into the tunnel.', 'host_firewall',
       cite=cites('worker-1', 'nftables.txt', 'reject with icmpx admin-prohibited'), ablate=['nodes/worker-1'])
def firewalld(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', nft(FIREWALLD % ''))
    lost(tree, service='unreachable', tcp='unreachable')


@scene('firewalld as it is shipped accepts what was translated before all else.', 'no_fault')
def firewalld_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', nft(FIREWALLD % 'ct status dnat accept'))
    tree.digs('NOERROR', direct='unasked')  # that way nothing is translated, so it would be rejected
    tree.log((), '')


PORTS = '''table inet edge {
map ports { type inet_proto . inet_service : verdict; flags interval; elements = { tcp . 1-65535 : accept, udp . %s : accept, udp . %s : drop } }
chain forwarded { type filter hook forward priority mangle; policy accept;
ct state established,related accept
ip saddr 10.244.0.0/16 meta l4proto . th dport vmap @ports
}
}
'''


@scene('A verdict map of protocol and port ranges drops UDP up to port 53.', 'host_firewall', cite=cites('worker-1', 'nftables.txt', 'vmap @ports'), ablate=['nodes/worker-1'])
def port_map(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', nft(PORTS % ('54-65535', '0-53')))
    lost(tree)


@scene('The range that is dropped ends at port 52.', 'no_fault')
def port_map_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', nft(PORTS % ('53-65535', '0-52')))
    well(tree)


# ---------------------------------------------------------------- chance
CHANCE = 'iptables-nft -I FORWARD -p udp -m udp --dport 53 -m statistic --mode random --probability 0.25 -m comment --comment "chaos test" -j DROP\n'


@scene('A forgotten test drops a quarter of the queries. Chance stands in no file; the counter of the rule and the losses together make it likely.', 'host_firewall', ['likely'],
       cite=cites('worker-1', 'iptables-save.txt', 'chaos test'), fix=['-D FORWARD'])
def chance(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', CHANCE, counts={'chaos test': (30, 110)})
    tree.target(symptom='some lookups take 5 seconds')
    lost(tree, direct='NOERROR')


@scene('The same rule, and its counter stands still while queries are lost: it may be it, and nothing shows that it is.', 'inconclusive', ['inconclusive'])
def chance_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', CHANCE, counts={'chaos test': (30, 30)})
    tree.target(symptom='some lookups take 5 seconds')
    lost(tree, direct='NOERROR')


# ---------------------------------------------------------------- kube-proxy passed by
def broken_proxy(pods):
    for p in pods:
        if p['metadata']['name'] == 'kube-proxy-0':
            p['status']['conditions'][1]['status'] = 'False'
            p['status']['containerStatuses'][0].update(ready=False, restartCount=31, state={'waiting': {'reason': 'CrashLoopBackOff', 'message': 'back-off 5m0s restarting failed container'}})
    return pods


def items(root, resource):
    with open(os.path.join(root, 'cluster/%s.json' % resource), encoding='utf-8') as f:
        return json.load(f)['items']


@scene('kube-proxy crashes on the node of the pod, which has none of its rules since the reboot. CoreDNS answers the pod directly.', 'service_path', fix=['(?i)kube-proxy'], handoff='D8', ablate=['nodes', 'pods'])
def proxy_gone(root):
    tree = cluster(root)
    tree.listing('pods', broken_proxy(items(root, 'pods')))
    rules_of(tree, 'worker-1', proxy=False)
    lost(tree, tcp='timeout', direct='NOERROR')


@scene('Cilium takes the place of kube-proxy: that its rules are not there is no fault. What drops the queries is not shown.', 'inconclusive', ['inconclusive'])
def proxy_gone_twin(root):
    tree = cluster(root)
    tree.listing('pods', [p for p in items(root, 'pods') if not p['metadata']['name'].startswith('kube-proxy')])
    tree.listing('daemonsets', [kit.daemonset('cilium', 2)])
    tree.listing('configmaps', [kit.config('coredns', {'Corefile': kit.COREFILE}), kit.config('cilium-config', {'kube-proxy-replacement': 'true'})])
    for n in NODES:
        tree.rules(n, proxy=False)
    lost(tree, tcp='timeout')


def left_rules(root):
    tree = cluster(root)
    tree.listing('daemonsets', [kit.daemonset('cilium', 2)])
    tree.listing('configmaps', [kit.config('coredns', {'Corefile': kit.COREFILE}), kit.config('cilium-config', {'kube-proxy-replacement': 'true'})])
    for n in NODES:
        tree.rules(n, change=lambda text: text.replace('10.244.2.20', '10.244.2.8').replace('10.244.2.33', '10.244.2.9'))
    return tree


@scene('Cilium does the work of kube-proxy, whose last rules nobody took out: they lead to pods that are long gone, and no packet meets them. What drops the queries is not shown.', 'inconclusive', ['inconclusive'])
def left_behind(root):
    lost(left_rules(root), tcp='timeout')


@scene('The same rules left behind, and all lookups are answered.', 'no_fault')
def left_behind_twin(root):
    well(left_rules(root))


NOTRACK = 'iptables-nft -t raw -A PREROUTING -d %s -p udp -m udp --dport 53%s -j CT --notrack\n'


@scene('To spare the connection table somebody exempts UDP 53 from tracking: then no rule of kube-proxy translates it. TCP works, and so do the endpoints.', 'service_path',
       cite=cites('worker-1', 'iptables-save.txt', '-j CT --notrack'), fix=['-t raw -D PREROUTING'], handoff='D8', ablate=['nodes', 'pods'])
def untracked(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', NOTRACK % ('10.96.0.0/12', ''), counts={'--notrack': (50, 220)})
    lost(tree, direct='NOERROR')


@scene('Queries straight to pods are exempt from tracking, and pass; those to the service address are translated.', 'no_fault')
def untracked_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', NOTRACK % ('10.244.0.0/16', ''), counts={'--notrack': (50, 220)})
    well(tree)


# ---------------------------------------------------------------- how it was collected
DROP = 'iptables-nft -I FORWARD -s 10.244.1.0/24 -p udp -m udp --dport 53 -m comment --comment "change \\"4711\\": block dns" -j DROP\n'


@scene('The rules were pasted from a terminal: CR LF, and a coloured prompt behind them. Nothing is missing.', 'host_firewall', cite=cites('worker-1', 'iptables-save.txt', 'block dns'), fix=['-D FORWARD'], ablate=['nodes/worker-1'])
def pasted(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', DROP, counts={'block dns': (11, 30)}, change=lambda text: text.replace('\n', '\r\n') + '\x1b[01;32mroot@worker-1\x1b[00m:~# ')
    lost(tree)


@scene('The same rules, and the save breaks off inside a chain name: what stood behind is unknown, so nothing is sure.', 'inconclusive', ['inconclusive'])
def pasted_twin(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', DROP, change=lambda text: text[:text.index('-A KUBE-FORWARD') + 12])
    lost(tree)


@scene('The first reading lets all pass; hardening put the rule in a minute later, and the second reading has it.', 'host_firewall',
       cite=[{'source': 'nodes/worker-1/samples/20261124T091500Z/iptables-save.txt', 'content': 'block dns'}], fix=['-D FORWARD'], ablate=['nodes/worker-1'])
def added(root):
    tree = cluster(root)
    rules_of(tree, 'worker-1', '', DROP, counts={'block dns': (0, 30)})
    name = 'nodes/worker-1/networking/iptables-save.txt'
    with open(os.path.join(root, name), encoding='utf-8') as f:
        tree.write(name, ''.join(line for line in f if 'block dns' not in line))
    lost(tree)


@scene('The rule came in after it had hurt, and the second reading lies outside the window: it cannot be why.', 'inconclusive', ['inconclusive'])
def added_twin(root):
    added(root)
    os.rename(os.path.join(root, 'nodes/worker-1/samples/20261124T091500Z'), os.path.join(root, 'nodes/worker-1/samples/20261124T110500Z'))


def main():
    args = sys.argv[1:]
    out = args.pop(1) if args[:1] == ['--out'] else HERE
    for name in [a for a in args if a != '--out'] or SCENES:
        make, label = SCENES[name]
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        make(os.path.join(folder, 'tree'))
        write_truth(folder, label)


if __name__ == '__main__':
    main()
