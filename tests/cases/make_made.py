#!/usr/bin/env python3
"""Makes incidents that need no kernel: a tree of make_real.py, one thing broken as the real tools would show it.

    tests/cases/make_made.py [--out DIR] [NAME…]

Each scene starts from a tree where all is well (`healthy`) or where queries over UDP are lost and nobody has yet said why
(`lossy`), and changes what the fault changes. Beside most stands its twin: the same signs, and nothing wrong or something else.
"""
import datetime as dt
import json
import os
import re
import shutil
import sys
import kit

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = '.eu-west-1.compute.internal'
NODE_A, NODE_B = 'ip-10-0-11-37' + DOMAIN, 'ip-10-0-12-16' + DOMAIN
POD, POD_IP = 'checkout-7d9c5b6f4-x2x9p', '10.0.11.142'
COREDNS = ['coredns-6f9cd4d8bb-6kqzl', 'coredns-6f9cd4d8bb-wn4ds']
CLUSTER_IP, CACHE, RESOLVER = '172.20.0.10', '169.254.20.10', '10.0.0.2'
QUERY, OUTSIDE = 'orders.shop.svc.cluster.local', 'partner-api.example.net'
BLOCK = '-A FORWARD -d 10.0.12.0/24 -p udp -m udp --dport 53 -j DROP'
TIME = '%Y-%m-%dT%H:%M:%SZ'
SCENES = {}


class Tree:
    """A copy of an incident's tree that is being changed."""

    def __init__(self, root, base):
        self.root = root
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(os.path.join(HERE, base, 'tree'), root)
        self.at = json.loads(self.read('probes.jsonl').splitlines()[0])['started']

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        with open(self.path(name), encoding='utf-8') as f:
            return f.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(text)

    def remove(self, prefix):
        """all files that begin so, and what the probes say of them"""
        for folder, _, names in os.walk(self.root):
            for name in names:
                full = os.path.join(folder, name)
                if os.path.relpath(full, self.root).startswith(prefix):
                    os.remove(full)
        lines = self.read('probes.jsonl').splitlines(True)
        self.write('probes.jsonl', ''.join(x for x in lines if not json.loads(x)['file'].startswith(prefix)))

    def json(self, resource, change):
        """applies `change` to the items of a listing"""
        name = 'cluster/%s.json' % resource
        document = json.loads(self.read(name))
        change(document['items'])
        self.write(name, json.dumps(document, indent=4) + '\n')

    def each(self, resource, name, change):
        self.json(resource, lambda items: [change(i) for i in items if i['metadata']['name'] == name])

    def target(self, **values):
        text = self.read('target.yaml')
        for key, value in values.items():
            text = re.sub(r'(?m)^%s: .*$' % key, '%s: %s' % (key, value), text)
        self.write('target.yaml', text)

    def moment(self, seconds):
        """a time so many seconds after the collection began"""
        return (dt.datetime.strptime(self.at, TIME) + dt.timedelta(seconds=seconds)).strftime(TIME)

    def readings(self, node, name='iptables-save.txt'):
        """that ruleset file of a node, the first and the later ones"""
        names = ['nodes/%s/networking/%s' % (node, name)]
        samples = 'nodes/%s/samples' % node
        if os.path.isdir(self.path(samples)):
            names += ['%s/%s/%s' % (samples, s, name) for s in sorted(os.listdir(self.path(samples)))]
        return names

    def rule(self, node, table, rule, counts=(4, 21)):
        """puts a rule at the head of its table, with a counter that differs from reading to reading"""
        for name, n in zip(self.readings(node), counts):
            text = self.read(name)
            begin = text.index('*%s\n' % table)
            at = re.search(r'(?m)^(\[\d+:\d+\] -A |COMMIT)', text[begin:]).start() + begin
            self.write(name, text[:at] + '[%d:%d] %s\n' % (n, n * 63, rule) + text[at:])

    def dig(self, name, text):
        self.write('pods/shop/%s/dig-%s.txt' % (POD, name), text)

    def log(self, pod, text, ns='kube-system', container='coredns'):
        self.write('cluster/logs/%s/%s/%s.log' % (ns, pod, container), text)


def healthy(root):
    tree = Tree(root, 'ns-wrong-twin')
    tree.remove('captures/')
    return tree


def lossy(root):
    tree = Tree(root, 'fw-forward')
    tree.remove('captures/')
    for name in tree.readings(NODE_A):
        tree.write(name, ''.join(x for x in tree.read(name).splitlines(True) if BLOCK not in x))
    return tree


def timeout(server, query, more=''):
    return (';; communications error to %s#53: timed out\n\n; <<>> DiG 9.18.24 <<>> @%s %s +tries=1 +time=1%s\n; (1 server found)\n'
            ';; global options: +cmd\n;; no servers could be reached\n' % (server, server, query, more))


def answer(tree, server, query, status='SERVFAIL', address=None, ms=1):
    when = dt.datetime.strptime(tree.moment(6), TIME).strftime('%a %b %d %H:%M:%S UTC %Y')
    found = ';; ANSWER SECTION:\n%s. 5 IN A %s\n\n' % (query, address) if address else ''
    return ('\n; <<>> DiG 9.18.24 <<>> @%s %s +tries=1 +time=3\n; (1 server found)\n;; global options: +cmd\n;; Got answer:\n'
            ';; ->>HEADER<<- opcode: QUERY, status: %s, id: 5121\n;; flags: qr rd ra; QUERY: 1, ANSWER: %d, AUTHORITY: 0, ADDITIONAL: 1\n\n'
            ';; QUESTION SECTION:\n;%s.\tIN\tA\n\n%s;; Query time: %d msec\n;; SERVER: %s#53(%s) (UDP)\n;; WHEN: %s\n;; MSG SIZE  rcvd: 57\n\n'
            % (server, query, status, bool(address), query, found, ms, server, server, when))


def scene(story, diagnosis, verdict=('confirmed', 'likely'), **label):
    def register(make):
        SCENES[make.__name__.replace('_', '-')] = (make, dict(label, story=story, diagnosis=[diagnosis], verdict=list(verdict)))
        return make
    return register


# ---------------------------------------------------------------- the packet filters
def iptables_cite(node, rule):
    return [{'source': 'nodes/%s/networking/iptables-save.txt' % node, 'content': rule}]


MANGLE = '-A PREROUTING -i eni+ -p udp -m udp --dport 53 -j DROP'
SPORT = '-A FORWARD -s 10.0.12.0/24 -p udp -m udp --sport 53 -j DROP'


def add_mangle(tree, node):
    for name in tree.readings(node):
        text = tree.read(name)
        if '*mangle' not in text:
            tree.write(name, text + '# Generated by iptables-save v1.8.9 on Mon Nov 23 21:57:41 2026\n*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n'
                       ':FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n# Completed on Mon Nov 23 21:57:41 2026\n')


@scene('A rule in PREROUTING of the mangle table drops what pods ask over UDP, before the service address is translated.', 'host_firewall', ['confirmed'],
       cite=iptables_cite(NODE_A, MANGLE), fix=['-t mangle .*-D PREROUTING'], ablate=['nodes'])
def fw_mangle(root):
    tree = lossy(root)
    add_mangle(tree, NODE_A)
    tree.rule(NODE_A, 'mangle', MANGLE)


@scene('The same rule of the mangle table, for packets that come in by docker0: none of a pod does.', 'no_fault', rejected=['host_firewall'])
def fw_mangle_twin(root):
    tree = healthy(root)
    add_mangle(tree, NODE_A)
    tree.rule(NODE_A, 'mangle', MANGLE.replace('eni+', 'docker0'), (7, 7))


@scene('Answers come back to the node of the pod and are dropped there by their source port.', 'host_firewall', ['confirmed'],
       cite=iptables_cite(NODE_A, SPORT), fix=['-D FORWARD'], ablate=['nodes'])
def fw_answers(root):
    tree = lossy(root)
    tree.rule(NODE_A, 'filter', SPORT)


NFT = 'table inet hardening {\n\tset resolvers {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 10.0.12.0/24 }\n\t}\n\n\tchain fwd_guard {\n' \
      '\t\ttype filter hook forward priority filter - 5; policy accept;\n\t\tip daddr @resolvers udp dport { 53, 123 } counter packets %d bytes %d drop\n\t}\n}\n'


@scene('A native nftables table beside iptables drops UDP 53 and 123 to the addresses of a set; iptables-save does not show it.', 'host_firewall', ['confirmed'],
       cite=[{'source': 'nodes/%s/networking/nftables.txt' % NODE_A, 'content': 'ip daddr @resolvers udp dport { 53, 123 }'}], fix=['nft delete rule'], ablate=['nodes'])
def fw_nft_set(root):
    tree = lossy(root)
    for name, n in zip(tree.readings(NODE_A, 'nftables.txt'), (5, 28)):
        tree.write(name, NFT % (n, n * 63))
    tree.remove('nodes/none')


@scene('The same native table, whose set holds another subnet.', 'no_fault', rejected=['host_firewall'])
def fw_nft_set_twin(root):
    tree = healthy(root)
    for name in tree.readings(NODE_A, 'nftables.txt'):
        tree.write(name, NFT.replace('10.0.12.0/24', '10.0.99.0/24') % (3, 189))


LEGACY = '# Generated by iptables-save v1.8.9 on Mon Nov 23 21:57:41 2026\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [9:522]\n:OUTPUT ACCEPT [0:0]\n[%d:%d] %s\nCOMMIT\n# Completed on Mon Nov 23 21:57:41 2026\n'


@scene('The rules of kube-proxy stand in the nft back end; an old agent wrote its DROP with iptables-legacy, beside them.', 'host_firewall', ['confirmed'],
       cite=[{'source': 'nodes/%s/networking/iptables-legacy-save.txt' % NODE_A, 'content': BLOCK}], fix=['iptables-legacy .*-D FORWARD'], ablate=['nodes'])
def fw_legacy(root):
    tree = lossy(root)
    for name, n in zip(tree.readings(NODE_A, 'iptables-legacy-save.txt'), (4, 33)):
        tree.write(name, LEGACY % (n, n * 63, BLOCK))


@scene('The legacy tables hold a rule for mDNS alone.', 'no_fault', rejected=['host_firewall'])
def fw_legacy_twin(root):
    tree = healthy(root)
    for name in tree.readings(NODE_A, 'iptables-legacy-save.txt'):
        tree.write(name, LEGACY % (8, 504, BLOCK.replace('--dport 53', '--dport 5353')))


TCP = BLOCK.replace('udp', 'tcp')


@scene('The answer is too long for UDP and comes truncated; TCP 53, over which it would be fetched, is dropped.', 'host_firewall', ['confirmed'], cite=iptables_cite(NODE_A, TCP), fix=['-D FORWARD'], ablate=['nodes'])
def fw_tcp(root):
    tree = healthy(root)
    tree.rule(NODE_A, 'filter', TCP)
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))
    tree.dig('query-udp', answer(tree, CLUSTER_IP, QUERY, 'NOERROR').replace('flags: qr rd', 'flags: qr tc rd'))
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s ERROR lookup %s: i/o timeout\n' % (tree.moment(s), QUERY) for s in (1, 4, 8)))


def to_ipv6(root):
    """the same cluster, numbered with IPv6; ip6tables instead of iptables"""
    def number(text):
        text = re.sub(r'--to-destination (10[0-9.]+):53', r'--to-destination [\1]:53', text)
        text = re.sub(r'(?<![\d.])10\.0\.(\d+)\.(\d+)', r'2600:1f18::\1:\2', text)
        text = re.sub(r'(?<![\d.])172\.20\.(\d+)\.(\d+)', r'fd12:3456::\1:\2', text)
        text = re.sub(r'((?:2600|fd12):[0-9a-f:]+)/(32|24)', lambda m: '%s/%d' % (m[1], 128 if m[2] == '32' else 112), text)
        return text.replace('IPv4', 'IPv6').replace('127.0.0.0/8', '::1/128').replace('icmp-port', 'icmp6-port').replace('inet 2600', 'inet6 2600')
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as f:
                text = number(f.read())
            if name == 'ip6tables-save.txt':
                continue
            if name == 'iptables-save.txt':
                os.remove(path)
                path = os.path.join(folder, 'ip6tables-save.txt')
                text = text.replace('iptables-save', 'ip6tables-save')
            elif name == 'probes.jsonl':
                text = ''.join(x for x in text.splitlines(True) if 'tables-save' not in x)
            elif name.startswith('dig-'):
                text = re.sub(r'IN(\s+)A(\s)', r'IN\1AAAA\2', text)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)


@scene('An IPv6 cluster: a rule of ip6tables drops UDP 53 to the addresses of CoreDNS.', 'host_firewall', ['confirmed'],
       cite=[{'source': 'nodes/%s/networking/ip6tables-save.txt' % NODE_A, 'content': '-p udp -m udp --dport 53 -j DROP'}], fix=['ip6tables .*-D FORWARD'], ablate=['nodes'])
def fw_six(root):
    tree = lossy(root)
    tree.rule(NODE_A, 'filter', BLOCK)
    to_ipv6(root)


@scene('An IPv6 cluster: the rule of ip6tables is for another subnet.', 'no_fault', rejected=['host_firewall'])
def fw_six_twin(root):
    tree = healthy(root)
    tree.rule(NODE_A, 'filter', BLOCK.replace('10.0.12.0', '10.0.99.0'), (3, 3))
    to_ipv6(root)


# ---------------------------------------------------------------- CoreDNS is there and not ready
def unready(tree, since):
    def pod(item):
        item['status']['containerStatuses'][0]['ready'] = False
        for c in item['status']['conditions']:
            if c['type'] in ('Ready', 'ContainersReady'):
                c.update(status='False', lastTransitionTime=since, reason='ContainersNotReady', message='containers with unready status: [coredns]')

    def slice_(item):
        for e in item['endpoints']:
            e['conditions'].update(ready=False, serving=False)
    for name in COREDNS:
        tree.each('pods', name, pod)
    tree.json('endpointslices', lambda items: [slice_(i) for i in items if i['metadata']['labels']['kubernetes.io/service-name'] == 'kube-dns'])
    tree.each('deployments', 'coredns', lambda i: i['status'].update(availableReplicas=0, readyReplicas=0, unavailableReplicas=2))


def refuse(tree):
    """kube-proxy rejects what asks a service without endpoints"""
    for name in ('query-udp', 'external'):
        tree.dig(name, timeout(CLUSTER_IP, OUTSIDE if name == 'external' else QUERY).replace('timed out', 'connection refused'))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp').replace('timed out', 'connection refused'))
    for node in (NODE_A, NODE_B):
        for name in tree.readings(node):
            text = re.sub(r'(?m)^(:KUBE-(SVC|SEP)-\S+ - .*|\[\d+:\d+\] -A KUBE-(SVC|SEP)-.*|\[\d+:\d+\] -A KUBE-SERVICES .*kube-dns.*)\n', '', tree.read(name))
            tree.write(name, text)
        for port, proto in (('dns', 'udp'), ('dns-tcp', 'tcp')):
            tree.rule(node, 'filter', '-A KUBE-SERVICES -d 172.20.0.10/32 -p %s -m comment --comment "kube-system/kube-dns:%s has no endpoints" -m %s --dport 53 -j REJECT '
                      '--reject-with icmp-port-unreachable' % (proto, port, proto), (9, 44))


@scene('The ClusterRole of CoreDNS lost its rights to endpointslices: its pods run, wait for the API and never get ready.', 'coredns_down', ['confirmed'],
       fix=['ClusterRole'], fix_not=['iptables\\s.*-D'], ablate=['cluster'])
def down_rbac(root):
    tree = lossy(root)
    unready(tree, tree.moment(-90))
    refuse(tree)
    for pod in COREDNS:
        tree.log(pod, ''.join('%s %s\n' % (tree.moment(s), text) for s, text in (
            (-95, '.:53'), (-94, 'CoreDNS-1.11.4'), (-85, '[INFO] plugin/ready: Still waiting on: "kubernetes"'),
            (-80, '[ERROR] plugin/kubernetes: pkg/mod/k8s.io/client-go@v0.29.3/tools/cache/reflector.go:229: Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: '
                  'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope'),
            (-20, '[INFO] plugin/ready: Still waiting on: "kubernetes"'),
            (5, '[INFO] plugin/ready: Still waiting on: "kubernetes"'))))


@scene('The image of CoreDNS was changed to a tag that the registry does not have; the old pods are gone.', 'coredns_down', ['confirmed'], fix=['image'], ablate=['cluster'])
def down_image(root):
    tree = lossy(root)
    unready(tree, tree.moment(-90))
    refuse(tree)

    def pod(item):
        item['spec']['containers'][0]['image'] = 'registry.example.com/eks/coredns:v1.11.99'
        item['status']['phase'] = 'Pending'
        item['status']['containerStatuses'][0].update(image='registry.example.com/eks/coredns:v1.11.99', started=False, state={'waiting': {
            'message': 'Back-off pulling image "registry.example.com/eks/coredns:v1.11.99"', 'reason': 'ImagePullBackOff'}})
    for name in COREDNS:
        tree.each('pods', name, pod)
        tree.remove('cluster/logs/kube-system/' + name)


@scene('Somebody changed the selector of the kube-dns Service: CoreDNS runs and is ready, and no pod is behind the Service.', 'coredns_down', ['confirmed'], fix=['selector'], ablate=['cluster'])
def down_selector(root):
    tree = lossy(root)
    refuse(tree)
    tree.each('services', 'kube-dns', lambda i: i['spec'].update(selector={'k8s-app': 'coredns'}))

    def empty(items):
        for i in items:
            if i['metadata']['labels']['kubernetes.io/service-name'] == 'kube-dns':
                i.update(endpoints=[], ports=None)
    tree.json('endpointslices', empty)


# ---------------------------------------------------------------- the forward target
def outside_fails(tree):
    tree.target(query=OUTSIDE, symptom='"java.net.UnknownHostException: %s"' % OUTSIDE)
    tree.dig('external', answer(tree, CLUSTER_IP, OUTSIDE))
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s ERROR java.net.UnknownHostException: %s: Temporary failure in name resolution\n' % (tree.moment(s), OUTSIDE) for s in (1, 4, 8)))


def forward_to(tree, target):
    tree.each('configmaps', 'coredns', lambda i: i['data'].update(Corefile=i['data']['Corefile'].replace('forward . /etc/resolv.conf', 'forward . ' + target)))


def no_route(tree, target, times):
    for pod in COREDNS:
        tree.log(pod, tree.read('cluster/logs/kube-system/%s/coredns.log' % pod) + ''.join(
            '%s [ERROR] plugin/errors: 2 %s. A: dial udp %s:53: connect: network is unreachable\n' % (tree.moment(s), OUTSIDE, target) for s in times))


@scene('CoreDNS forwards to the IPv6 address of the VPC resolver, and the nodes have no IPv6 route.', 'ipv6_upstream', ['confirmed'], fix=['IPv4|forward'], ablate=['cluster'])
def upstream_ipv6(root):
    tree = healthy(root)
    outside_fails(tree)
    forward_to(tree, 'fd00:ec2::253')
    no_route(tree, '[fd00:ec2::253]', (-40, -20, 1, 4, 6, 8))


@scene('CoreDNS had no IPv6 route a day ago; its Corefile was mended since, and all is answered.', 'no_fault', rejected=['ipv6_upstream'])
def upstream_ipv6_twin(root):
    tree = healthy(root)
    no_route(tree, '[fd00:ec2::253]', (-90000, -89990, -89980))


@scene('The resolver that the Corefile names does not answer: timeouts over IPv4, an address that is routed.', 'upstream_unreachable', ['confirmed'], fix=['forward'], ablate=['cluster'])
def upstream_silent(root):
    tree = healthy(root)
    outside_fails(tree)
    forward_to(tree, '10.0.200.53')
    for pod in COREDNS:
        tree.log(pod, ''.join('%s [ERROR] plugin/errors: 2 %s. A: read udp 10.0.12.53:%d->10.0.200.53:53: i/o timeout\n' % (tree.moment(s), OUTSIDE, 41000 + s) for s in (-40, -20, 1, 4, 6, 8)))


# ---------------------------------------------------------------- NodeLocal DNSCache beside kube-proxy in IPVS mode
CACHE_CORE = 'cluster.local:53 {\n    errors\n    cache 30\n    reload\n    bind %s\n    forward . 172.20.0.10 {\n        force_tcp\n    }\n}\n.:53 {\n    errors\n    cache 30\n    bind %s\n    forward . /etc/resolv.conf\n}\n'


def add_cache(tree, mode, bind):
    tree.json('daemonsets', lambda items: items.append(kit.daemonset('node-local-dns', 2)))
    tree.json('configmaps', lambda items: items.append(kit.config('node-local-dns', {'Corefile': CACHE_CORE % (bind, bind)})))
    tree.each('configmaps', 'kube-proxy-config', lambda i: i['data'].update(config='kind: KubeProxyConfiguration\nmode: "%s"\n' % mode))

    def pods(items):
        for i, (node, ip) in enumerate(((NODE_A, '10.0.11.37'), (NODE_B, '10.0.12.16'))):
            items.append(kit.pod('node-local-dns-%s' % 'k4rzm w9t2c'.split()[i], 'kube-system', ip, node, ip, 'node-cache', 'registry.example.com/dns/k8s-dns-node-cache:1.25.0', '2026-11-20T08:00:00Z',
                                 [{'containerPort': 53, 'protocol': 'UDP'}], '170Mi', {'k8s-app': 'node-local-dns'}, ('DaemonSet', 'node-local-dns'), True))
    tree.json('pods', pods)


def ipvs_rules(tree):
    """kube-proxy in IPVS mode writes no chains of services"""
    for node in (NODE_A, NODE_B):
        for name in tree.readings(node):
            tree.write(name, re.sub(r'(?m)^(:KUBE-(SVC|SEP|SERVICES)\S* - .*|\[\d+:\d+\] -A KUBE-(SVC|SEP|SERVICES).*|.* -j KUBE-SERVICES)\n', '', tree.read(name)))
        tree.write('nodes/%s/networking/ipvsadm.txt' % node, '-A -u 172.20.0.10:53 -s rr\n-a -u 172.20.0.10:53 -r 10.0.12.53:53 -m -w 1\n-a -u 172.20.0.10:53 -r 10.0.12.87:53 -m -w 1\n'
                   '-A -t 172.20.0.10:53 -s rr\n-a -t 172.20.0.10:53 -r 10.0.12.53:53 -m -w 1\n-a -t 172.20.0.10:53 -r 10.0.12.87:53 -m -w 1\n')


COLLECTED = """add:service/server \tprotocol \tvirtual-server \tscheduler algorithm \treal-server
-A -t 172.20.0.1:https -s rr
-a -t 172.20.0.1:https -r ip-10-0-3-4.eu-west-1.compute.internal:https -m -w 1
%sIP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
  -> RemoteAddress:Port
TCP  172.20.0.1:443                      0        0        0        0        0
  -> 10.0.3.4:443                        0        0        0        0        0
%s"""


def virtual_services(tree, servers):
    """kube-proxy in IPVS mode, as the log collector shows it: the DNS Service leads to these servers"""
    tree.each('configmaps', 'kube-proxy-config', lambda i: i['data'].update(config='kind: KubeProxyConfiguration\nmode: "ipvs"\n'))
    ipvs_rules(tree)
    saved = ''.join('-A -%s 172.20.0.10:domain -s rr\n' % p + ''.join('-a -%s 172.20.0.10:domain -r %s:domain -m -w 1\n' % (p, s) for s in servers) for p in 'ut')
    listed = ''.join('%s  172.20.0.10:53                      1        2        2      160      320\n' % p + ''.join('  -> %s:53                       1        1        1       80      160\n' % s for s in servers) for p in ('UDP', 'TCP'))
    tree.write('nodes/%s/networking/ipvsadm.txt' % NODE_A, COLLECTED % (saved, listed))


def at_endpoints(tree):
    """the endpoints answer whoever asks them, the Service's address does not"""
    for ip in ('10.0.12.53', '10.0.12.87'):
        tree.dig('coredns-%s' % ip.replace('.', '-'), answer(tree, ip, QUERY, 'NOERROR', '172.20.41.9'))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))


@scene('kube-proxy runs in IPVS mode and has not synced since the CoreDNS pods were replaced: its virtual service leads to an address that nobody has any more.', 'service_path', ['confirmed'],
       cite=[{'source': 'nodes/%s/networking/ipvsadm.txt' % NODE_A, 'content': '10.0.12.201'}], handoff='D8', fix=['kube-proxy'], ablate=['nodes'])
def svc_ipvs(root):
    tree = lossy(root)
    virtual_services(tree, ['10.0.12.201'])
    at_endpoints(tree)


@scene('kube-proxy runs in IPVS mode, and its virtual service leads to both CoreDNS pods.', 'no_fault')
def svc_ipvs_twin(root):
    virtual_services(healthy(root), ['10.0.12.53', '10.0.12.87'])


def slow(tree):
    tree.target(symptom='"lookups are slow since NodeLocal DNSCache was installed, it does not seem to be used"')
    tree.dig('query-udp', answer(tree, CLUSTER_IP, QUERY, 'NOERROR', '172.20.41.9', 2310))
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s WARN lookup of %s took 5003 ms\n' % (tree.moment(s), QUERY) for s in (1, 4, 8)))


@scene('kube-proxy runs in IPVS mode and NodeLocal DNSCache listens on its link-local address; the pods still ask the ClusterIP, past the cache.', 'nodelocaldns_ipvs', fix=['169\\.254\\.20\\.10'], ablate=['cluster'])
def cache_ipvs(root):
    tree = healthy(root)
    add_cache(tree, 'ipvs', CACHE)
    ipvs_rules(tree)
    slow(tree)


@scene('kube-proxy runs in IPVS mode, and the pods ask NodeLocal DNSCache by its own address, as they should.', 'no_fault')
def cache_ipvs_twin(root):
    tree = healthy(root)
    add_cache(tree, 'ipvs', CACHE)
    ipvs_rules(tree)
    for name in ('resolv.conf', 'dig-query-udp.txt', 'dig-query-tcp.txt', 'dig-external.txt'):
        path = 'pods/shop/%s/%s' % (POD, name)
        tree.write(path, tree.read(path).replace(CLUSTER_IP, CACHE))
    for node in (NODE_A, NODE_B):
        path = 'nodes/%s/kubelet/kubelet-config.json' % node
        tree.write(path, tree.read(path).replace(CLUSTER_IP, CACHE))


# ---------------------------------------------------------------- the pod itself
def killed(tree, finished, restarts):
    def pod(item):
        item['status']['containerStatuses'][0].update(restartCount=restarts, lastState={'terminated': {
            'containerID': 'containerd://4f1d', 'exitCode': 137, 'finishedAt': finished, 'reason': 'OOMKilled', 'startedAt': tree.moment(-7000)}})
        item['status']['containerStatuses'][0]['state'] = {'running': {'startedAt': finished}}
    tree.each('pods', POD, pod)


@scene('The application was killed by its own memory limit, again and again; what others saw as failed lookups are the gaps between.', 'app_oom', handoff='G2', fix=['(?i)memory|limit'], ablate=['cluster'])
def oom_app(root):
    tree = healthy(root)
    tree.target(symptom='"checkout is gone every few minutes; UnknownHostException in the gateway"')
    killed(tree, tree.moment(-30), 6)
    tree.write('pods/shop/%s/app.log' % POD, '%s INFO started\n' % tree.moment(-28))


@scene('The application was killed by its limit two days ago, and not since; all lookups are answered.', 'no_fault', rejected=['app_oom'])
def oom_app_twin(root):
    tree = healthy(root)
    killed(tree, tree.moment(-172800), 1)


@scene('The application is killed by its own memory limit at every start and waits to be started again; nobody could ask from inside it.', 'app_oom', handoff='G2', rejected=['pod_not_running'], ablate=['cluster'])
def oom_crash(root):
    tree = healthy(root)
    killed(tree, tree.moment(-30), 6)
    tree.each('pods', POD, lambda i: i['status']['containerStatuses'][0].update(ready=False, state={'waiting': {'reason': 'CrashLoopBackOff', 'message': 'back-off 5m0s restarting failed container'}}))
    tree.remove('pods/shop')


def dns_none(tree, servers, searches):
    tree.each('pods', POD, lambda i: i['spec'].update(dnsPolicy='None', dnsConfig={'nameservers': servers, 'searches': searches, 'options': [{'name': 'ndots', 'value': '2'}]}))
    tree.write('pods/shop/%s/resolv.conf' % POD, 'search %s\nnameserver %s\noptions ndots:2\n' % (' '.join(searches), servers[0]))


def headless(tree, ready):
    """a headless Service, whose name the application asks for"""
    service, name = kit.service('db', 'shop', 'None', kit.HTTP, {'app': 'db'}), 'db.shop.svc.cluster.local'
    tree.json('services', lambda items: items.append(service))
    tree.json('endpointslices', lambda items: items.append({'addressType': 'IPv4', 'apiVersion': 'discovery.k8s.io/v1', 'kind': 'EndpointSlice', 'endpoints': [
        {'addresses': ['10.0.11.9'], 'conditions': {'ready': ready, 'serving': ready, 'terminating': False}, 'nodeName': NODE_A}], 'metadata': kit.meta('db-4kx7p', 'shop', labels={'kubernetes.io/service-name': 'db'}), 'ports': []}))
    tree.target(query=name, symptom='"getaddrinfo ENOTFOUND %s"' % name)
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s ERROR getaddrinfo ENOTFOUND %s\n' % (tree.moment(s), name) for s in (1, 4, 8)) if not ready else '')
    tree.dig('query-udp', answer(tree, CLUSTER_IP, name, 'NOERROR' if ready else 'NXDOMAIN', '10.0.11.9' if ready else None).replace('qr rd ra', 'qr aa rd'))
    tree.remove('pods/shop/%s/dig-query-tcp' % POD)


@scene('The name is that of a headless Service, none of whose pods is ready: then it has no addresses, and CoreDNS denies it.', 'name_does_not_exist', fix=['ready'], ablate=['cluster/endpointslices.json'])
def name_headless(root):
    headless(healthy(root), False)


@scene('The same headless Service with a ready pod: its name is answered.', 'no_fault')
def name_headless_twin(root):
    headless(healthy(root), True)


def asks(tree, server, status='NXDOMAIN'):
    tree.dig('query-udp', answer(tree, server, QUERY, status))
    tree.dig('external', answer(tree, server, OUTSIDE, 'NOERROR', '203.0.113.80'))
    tree.remove('pods/shop/%s/dig-query-tcp' % POD)
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s ERROR getaddrinfo ENOTFOUND %s\n' % (tree.moment(s), QUERY) for s in (1, 4, 8)))
    tree.target(symptom='"getaddrinfo ENOTFOUND %s"' % QUERY)


@scene('dnsPolicy None and a nameserver of the old data centre: it knows no cluster names.', 'dns_policy', ['confirmed'], fix=['ClusterFirst|dnsConfig'], ablate=['cluster', 'pods'])
def policy_none(root):
    tree = healthy(root)
    dns_none(tree, ['10.0.0.2'], ['corp.example.net'])
    asks(tree, '10.0.0.2')


@scene('dnsPolicy None, and the nameserver that its dnsConfig names is the cluster DNS.', 'no_fault')
def policy_none_twin(root):
    tree = healthy(root)
    dns_none(tree, [CLUSTER_IP], ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'])


def on_host(tree, policy):
    def pod(item):
        item['spec'].update(hostNetwork=True, dnsPolicy=policy)
        item['status'].update(podIP='10.0.11.37', podIPs=[{'ip': '10.0.11.37'}])
    tree.each('pods', POD, pod)


@scene('The pod uses the network of its node and dnsPolicy ClusterFirst, which then means the resolver of the node.', 'dns_policy', ['confirmed'], fix=['ClusterFirstWithHostNet'], ablate=['cluster', 'pods'])
def policy_host(root):
    tree = healthy(root)
    on_host(tree, 'ClusterFirst')
    tree.write('pods/shop/%s/resolv.conf' % POD, 'search eu-west-1.compute.internal\nnameserver 10.0.0.2\n')
    asks(tree, '10.0.0.2')


@scene('The pod uses the network of its node and says ClusterFirstWithHostNet.', 'no_fault')
def policy_host_twin(root):
    on_host(healthy(root), 'ClusterFirstWithHostNet')


# ---------------------------------------------------------------- policies of other engines
def calico_policy(order, action):
    return {'apiVersion': 'crd.projectcalico.org/v1', 'kind': 'GlobalNetworkPolicy', 'metadata': kit.meta('baseline-egress', created='2026-11-23T20:40:00Z'), 'spec': {
        'order': order, 'selector': "projectcalico.org/namespace == 'shop'", 'types': ['Egress'], 'egress': [
            {'action': action, 'protocol': 'UDP', 'destination': {'ports': [53]}}, {'action': action, 'protocol': 'TCP', 'destination': {'ports': [53]}}, {'action': 'Allow'}]}}


@scene('A Calico GlobalNetworkPolicy may decide over port 53; what such policies do is not evaluated, so it cannot be told.', 'inconclusive', ['inconclusive'])
def np_calico(root):
    tree = lossy(root)
    tree.write('cluster/globalnetworkpolicies.json', kit.listing([calico_policy(100, 'Deny')]))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))


@scene('A Calico GlobalNetworkPolicy allows port 53 by name, and all lookups are answered.', 'no_fault')
def np_calico_twin(root):
    tree = healthy(root)
    tree.write('cluster/globalnetworkpolicies.json', kit.listing([calico_policy(100, 'Allow')]))


@scene('A CiliumNetworkPolicy selects the pod; what such policies do is not evaluated, so it cannot be told.', 'inconclusive', ['inconclusive'])
def np_cilium(root):
    tree = lossy(root)
    tree.write('cluster/ciliumnetworkpolicies.json', kit.listing([{'apiVersion': 'cilium.io/v2', 'kind': 'CiliumNetworkPolicy', 'metadata': kit.meta('checkout', 'shop', '2026-11-23T20:40:00Z'), 'spec': {
        'endpointSelector': {'matchLabels': {'app': 'checkout'}}, 'egress': [{'toEndpoints': [{'matchLabels': {'app': 'orders'}}]}]}}]))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))


DENY = [{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': kit.meta('default-deny', 'shop', '2026-11-23T20:40:00Z'), 'spec': {'podSelector': {}, 'policyTypes': ['Egress']}}]


@scene('A default deny without an allowance for DNS; beside it a CiliumNetworkPolicy of another namespace, which selects neither side.', 'network_policy_deny', fix=['egress'], ablate=['cluster/networkpolicies.json'])
def np_beside(root):
    tree = lossy(root)
    tree.json('networkpolicies', lambda items: items.extend(DENY))
    tree.write('cluster/ciliumnetworkpolicies.json', kit.listing([{'apiVersion': 'cilium.io/v2', 'kind': 'CiliumNetworkPolicy', 'metadata': kit.meta('scrape', 'monitoring', '2026-10-23T21:40:00Z'), 'spec': {
        'endpointSelector': {}, 'egress': [{'toEndpoints': [{}]}]}}]))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))


@scene('A default deny was made hours after it hurt: it cannot be why.', 'inconclusive', ['inconclusive'], rejected=['network_policy_deny'])
def np_late(root):
    tree = lossy(root)
    late = json.loads(json.dumps(DENY))
    late[0]['metadata']['creationTimestamp'] = tree.moment(86400)
    tree.json('networkpolicies', lambda items: items.extend(late))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))


@scene('The policies were listed three days before it began to hurt: a default deny was there then, and whether it still is nobody has looked.', 'network_policy_deny', ['likely'], fix=['egress'], ablate=['cluster/networkpolicies.json'])
def np_listed_before(root):
    tree = lossy(root)
    tree.json('networkpolicies', lambda items: items.extend(json.loads(json.dumps(DENY).replace('2026-11-23', '2026-11-13'))))
    tree.dig('query-tcp', timeout(CLUSTER_IP, QUERY, ' +tcp'))
    probes = [json.loads(line) for line in tree.read('probes.jsonl').splitlines()]
    for p in probes:
        if p['file'] == 'cluster/networkpolicies.json':
            p['started'] = tree.moment(-3 * 86400)
    tree.write('probes.jsonl', ''.join(json.dumps(p, separators=(',', ':')) + '\n' for p in probes))


CALICO = """:cali-FORWARD - [0:0]
:cali-from-wl-dispatch - [0:0]
:cali-fw-enib7c1e9a04d2 - [0:0]
:cali-po-_kR9sT2vXw8aBcD1eFgH - [0:0]
[%d:%d] -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
[%d:%d] -A cali-FORWARD -i eni+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -j cali-from-wl-dispatch
[%d:%d] -A cali-from-wl-dispatch -i enib7c1e9a04d2 -m comment --comment "cali:zSd2FzVvWkQ5uMl0" -g cali-fw-enib7c1e9a04d2
[0:0] -A cali-fw-enib7c1e9a04d2 -m comment --comment "cali:uLmI8l0s" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
[%d:%d] -A cali-fw-enib7c1e9a04d2 -m comment --comment "cali:QzF3" -j MARK --set-xmark 0x0/0x10000
[%d:%d] -A cali-fw-enib7c1e9a04d2 -m comment --comment "cali:b1bB" -j cali-po-_kR9sT2vXw8aBcD1eFgH
[0:0] -A cali-fw-enib7c1e9a04d2 -m comment --comment "cali:Rxy1" -m comment --comment "Return if policy accepted" -m mark --mark 0x10000/0x10000 -j RETURN
[%d:%d] -A cali-fw-enib7c1e9a04d2 -m comment --comment "cali:Drop" -m comment --comment "Drop if no policies passed packet" -j DROP
[0:0] -A cali-po-_kR9sT2vXw8aBcD1eFgH -p %s -m comment --comment "cali:allow" -m multiport --dports %s -j MARK --set-xmark 0x10000/0x10000
"""


def add_calico(tree, proto, port, counts):
    for name, n in zip(tree.readings(NODE_A), counts):
        text, chains = tree.read(name), CALICO % ((n, n * 63) * 6 + (proto, port))
        begin = text.index('*filter')
        at = re.search(r'(?m)^\[\d+:\d+\] -A ', text[begin:]).start() + begin
        tree.write(name, text[:at] + chains + text[at:])


@scene('Calico enforces a policy on the interface of the pod that passes TCP 443 alone: the DROP stands in a chain of Calico, which writes it again.', 'network_policy_deny', fix=['Calico'], fix_not=['-D cali', '-F\\b'], ablate=['nodes'])
def np_calico_chain(root):
    tree = lossy(root)
    add_calico(tree, 'tcp', '443', (6, 31))


@scene('Calico enforces a policy on the interface of the pod that passes UDP 53.', 'no_fault')
def np_calico_chain_twin(root):
    add_calico(healthy(root), 'udp', '53', (6, 31))


# ----------------------------------------------------------------
def write_truth(folder, label):
    base = {'cite': [], 'fix': [], 'fix_not': ['-F\\b|flush', '-D\\s+(KUBE-|AWS-)'], 'rejected': [], 'handoff': None, 'ablate': None}
    if label['diagnosis'] == ['no_fault']:
        base.update(fix=['(?i)no action|nothing'], fix_not=['iptables\\s.*-D|nft delete'], ablate=['pods'])
    base.update(label)
    keys = ['story', 'diagnosis', 'verdict', 'cite', 'fix', 'fix_not', 'rejected', 'handoff', 'ablate']
    with open(os.path.join(folder, 'truth.yaml'), 'w', encoding='utf-8') as f:
        f.write(''.join('%s: %s\n' % (k, json.dumps(base[k], ensure_ascii=False)) for k in keys))


def record_sizes(root):
    """the probes gave what stands in the files now, so their records say its size"""
    path = os.path.join(root, 'probes.jsonl')
    with open(path, encoding='utf-8') as f:
        probes = [json.loads(line) for line in f]
    for p in probes:
        full = os.path.join(root, p.get('file') or '')
        if os.path.isfile(full):
            p['bytes'] = os.path.getsize(full)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(''.join(json.dumps(p, separators=(',', ':')) + '\n' for p in probes))


def main():
    args = sys.argv[1:]
    out = args.pop(1) if args[:1] == ['--out'] else HERE
    for name in [a for a in args if a != '--out'] or SCENES:
        make, label = SCENES[name]
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        make(os.path.join(folder, 'tree'))
        record_sizes(os.path.join(folder, 'tree'))
        write_truth(folder, label)


if __name__ == '__main__':
    main()
