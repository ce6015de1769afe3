#!/usr/bin/env python3
"""Makes incidents by breaking real things: real netfilter, real DNS servers, real dig, tcpdump and glibc in network namespaces.

    tests/cases/make_real.py [NAME…]      as root; needs iptables nftables ipset conntrack tcpdump bind9-dnsutils iproute2 (`make lab-root`
                                          puts the DNS servers below build/lab/root, without installing them)

Every scene is a fault and its innocent twin: the same signs, and nothing wrong (or something else). What nodes, pods and
captures say is what the tools printed; what the Kubernetes API says (cluster/) is written by kit.py, to fit. A scene's folder is
tests/cases/NAME; it is written anew.

    pod 10.0.11.142 ── eni… node A (10.0.11.37) eth0 ── eth0 node B (10.0.12.16) eni… ── CoreDNS 10.0.12.53, 10.0.12.87
                                                                                   └── another resolver, 10.0.0.2
"""
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import kit

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..', 'build', 'lab', 'root')
DOMAIN = '.eu-west-1.compute.internal'
NODE_A, NODE_B = 'ip-10-0-11-37' + DOMAIN, 'ip-10-0-12-16' + DOMAIN
POD, POD_IP, OTHER = 'checkout-7d9c5b6f4-x2x9p', '10.0.11.142', 'orders-5c8f7d9c66-hw9dn'
CLUSTER_IP, ORDERS_IP, RESOLVER = '172.20.0.10', '172.20.41.9', '10.0.0.2'
COREDNS = [('coredns-6f9cd4d8bb-6kqzl', '10.0.12.53'), ('coredns-6f9cd4d8bb-wn4ds', '10.0.12.87')]
QUERY, OUTSIDE, BIG = 'orders.shop.svc.cluster.local', 'partner-api.example.net', 'big.example.net'
ENI_POD, ENI_DNS = 'enib7c1e9a04d2', 'enif03d77c21be'
PREFIX = 'd5case-'
GOOD_RESOLV = 'search shop.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal\nnameserver %s\noptions ndots:5 timeout:1 attempts:2\n'


def sh(command, check=True, **more):
    return subprocess.run(command, shell=True, check=check, capture_output=True, text=True, **more)


def program(name):
    """a daemon out of build/lab/root, where `make lab-root` unpacks it, else out of the PATH"""
    unpacked = os.path.join(ROOT, 'usr/sbin', name)
    return os.path.abspath(unpacked) if os.path.exists(unpacked) else name


def in_ns(ns, command, check=False, timeout=60):
    return subprocess.run(['ip', 'netns', 'exec', PREFIX + ns, 'sh', '-c', command], check=check, capture_output=True, text=True, timeout=timeout)


# ---------------------------------------------------------------- the network
class Network:
    """Four namespaces, two DNS servers; gone at the end whatever happens."""

    def __init__(self, scene):
        self.scene, self.children = scene, []

    def __enter__(self):
        self.remove()
        for ns in ('pod', 'a', 'b', 'dns'):
            sh('ip netns add %s%s' % (PREFIX, ns))
            sh('mkdir -p /etc/netns/%s%s' % (PREFIX, ns))
            in_ns(ns, 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0', True)
        self.write_resolv('pod', self.scene.resolv)
        self.write_resolv('a', 'search eu-west-1.compute.internal\nnameserver %s\n' % RESOLVER)
        self.write_resolv('b', 'search eu-west-1.compute.internal\nnameserver %s\n' % RESOLVER)
        self.link('pod', 'eth0', 'a', ENI_POD)
        self.link('a', 'eth0', 'b', 'eth0')
        self.link('dns', 'eth0', 'b', ENI_DNS)
        self.edge('pod', 'a', ENI_POD, [POD_IP])
        self.edge('dns', 'b', ENI_DNS, [ip for _, ip in COREDNS] + [RESOLVER])
        in_ns('a', 'ip addr add 10.0.11.37/24 dev eth0; ip route add 10.0.12.0/24 dev eth0; ip route add 10.0.0.0/24 dev eth0; for i in 53 87; do ip route add 10.0.12.$i via 10.0.12.16 dev eth0 onlink; done; '
                   'ip route add %s via 10.0.12.16 dev eth0 onlink; ip route add default via 10.0.12.16 dev eth0 onlink' % RESOLVER, True)
        in_ns('b', 'ip addr add 10.0.12.16/24 dev eth0; ip route add 10.0.11.0/24 dev eth0; ip route add %s via 10.0.11.37 dev eth0 onlink; ip route add unreachable 172.20.0.0/16' % POD_IP, True)
        in_ns('b', 'ip route del unreachable 172.20.0.0/16; ip route add blackhole 172.20.0.0/16; ip route add blackhole 10.100.0.0/16')
        self.serve()
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
            child.wait()
        self.remove()

    def remove(self):
        for ns in ('pod', 'a', 'b', 'dns'):
            sh('ip netns del %s%s' % (PREFIX, ns), check=False)
            shutil.rmtree('/etc/netns/%s%s' % (PREFIX, ns), ignore_errors=True)

    def write_resolv(self, ns, text):
        with open('/etc/netns/%s%s/resolv.conf' % (PREFIX, ns), 'w') as f:
            f.write(text)

    def link(self, ns1, if1, ns2, if2):
        sh('ip link add %s netns %s%s type veth peer name %s netns %s%s' % (if1, PREFIX, ns1, if2, PREFIX, ns2))
        in_ns(ns1, 'ip link set %s up' % if1, True)
        in_ns(ns2, 'ip link set %s up' % if2, True)

    def edge(self, ns, node, eni, addresses):
        """a pod as the VPC CNI wires it: /32 addresses, a gateway of 169.254.1.1, a host route on the node"""
        in_ns(node, 'ip addr add 169.254.1.1/32 dev %s; ' % eni + '; '.join('ip route add %s dev %s' % (a, eni) for a in addresses), True)
        in_ns(ns, '; '.join('ip addr add %s/32 dev eth0' % a for a in addresses) + '; ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1', True)

    def serve(self):
        """CoreDNS' part is played by unbound, which answers its own zones with authority; the other resolver by dnsmasq, which
        knows the outside and denies cluster names without it"""
        self.config = tempfile.NamedTemporaryFile('w', suffix='.conf')
        zones = ['cluster.local', 'compute.internal', 'example.net']
        data = ['%s. 5 IN A %s' % (QUERY, ORDERS_IP), 'kubernetes.default.svc.cluster.local. 5 IN A 172.20.0.1', '%s. 30 IN A 203.0.113.80' % OUTSIDE] + ['%s. 30 IN A 198.51.100.%d' % (BIG, i) for i in range(1, 201)]
        lines = ['server:', 'chroot: ""', 'username: ""', 'pidfile: ""', 'use-syslog: no', 'logfile: "/dev/null"', 'directory: "/"', 'do-daemonize: no', 'access-control: 0.0.0.0/0 allow', 'edns-buffer-size: 4096', 'max-udp-size: 4096',
                 'module-config: "iterator"', 'ip-freebind: yes'] + ['interface: ' + ip for _, ip in COREDNS] + ['local-zone: "%s." static' % z for z in zones] + ['local-data: "%s"' % d for d in data]
        self.config.write('\n'.join(lines) + '\n')
        self.config.flush()
        outside = [program('dnsmasq'), '-k', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--user=root', '--bind-interfaces', '--except-interface=lo', '--log-facility=/dev/null',
                   '--address=/%s/203.0.113.80' % OUTSIDE, '--local=/local/', '--local=/internal/', '--local=/example.net/', '--listen-address=' + RESOLVER]
        for s in ([program('unbound'), '-d', '-c', self.config.name], outside):
            self.children.append(subprocess.Popen(['ip', 'netns', 'exec', PREFIX + 'dns'] + s, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + 10
        while any(in_ns('dns', 'dig +time=1 +tries=1 @%s %s +short' % (ip, OUTSIDE)).returncode for ip in (COREDNS[0][1], COREDNS[1][1], RESOLVER)):
            if time.monotonic() > deadline:
                sys.exit('make_real.py: the DNS servers do not answer')


# ---------------------------------------------------------------- scenes
class Scene:
    """What is loaded on the nodes, what the API says, and what the truth is. A scene changes what it breaks."""
    backend = 'legacy'          # whose iptables the nodes run: legacy or nft
    resolv = GOOD_RESOLV % CLUSTER_IP
    cluster_dns = CLUSTER_IP    # the kubelet's clusterDNS
    endpoints = [ip for _, ip in COREDNS]  # where kube-proxy's rules lead
    ready = [ip for _, ip in COREDNS]      # what the EndpointSlice says
    dns_policy, query, replicas = 'ClusterFirst', QUERY, 2
    drop_nodes = kubeproxy_dns = False
    on_a = on_b = in_dns = ''
    rounds = 3
    extra_digs = ()
    app_query = None            # what the application looks up, where it is not the failing name
    truth = None

    def __init__(self, **more):
        self.__dict__.update(more)


def host_firewall(content, fix, node=NODE_A, rejected=()):
    return {'diagnosis': ['host_firewall'], 'verdict': ['confirmed'], 'cite': [{'source': 'nodes/%s/networking/%s' % (node, f), 'content': content} for f in ('iptables-save.txt', 'nftables.txt')],
            'fix': [fix], 'fix_not': ['-F\\b|flush', '-D\\s+(KUBE-|AWS-)'], 'rejected': list(rejected), 'handoff': None, 'ablate': ['nodes']}


def healthy(*rejected):
    return {'diagnosis': ['no_fault'], 'verdict': ['confirmed', 'likely'], 'cite': [], 'fix': ['(?i)no action|nothing'], 'fix_not': ['iptables\\s.*-D|nft delete'], 'rejected': list(rejected), 'handoff': None, 'ablate': ['pods', 'captures']}


def simple(diagnosis, verdict=('confirmed', 'likely'), cite=(), fix='.', handoff=None, ablate=('pods', 'cluster', 'nodes', 'captures'), rejected=()):
    return {'diagnosis': [diagnosis], 'verdict': list(verdict), 'cite': list(cite), 'fix': [fix], 'fix_not': ['-F\\b|flush', '-D\\s+(KUBE-|AWS-)'], 'rejected': list(rejected), 'handoff': handoff, 'ablate': list(ablate)}


DIGS = {'query-udp': (CLUSTER_IP, '%Q', ''), 'query-tcp': (CLUSTER_IP, '%Q', '+tcp'), 'coredns-10-0-12-53': ('10.0.12.53', '%Q', ''), 'coredns-10-0-12-87': ('10.0.12.87', '%Q', ''), 'external': (CLUSTER_IP, OUTSIDE, '')}

SCENES = {
    'fw-forward': ('A rule at the head of FORWARD on the pod\'s node drops UDP 53 to the subnet of CoreDNS; TCP passes.', Scene(
        on_a='$IPT -I FORWARD 1 -d 10.0.12.0/24 -p udp --dport 53 -j DROP', truth=host_firewall('-A FORWARD -d 10.0.12.0/24 -p udp -m udp --dport 53 -j DROP', '-D FORWARD'))),
    'fw-forward-twin': ('The same rule stands behind an ACCEPT for the pods\' interfaces and is never reached.', Scene(
        on_a='$IPT -I FORWARD 1 -i eni+ -j ACCEPT; $IPT -A FORWARD -d 10.0.12.0/24 -p udp --dport 53 -j DROP', truth=healthy('host_firewall'))),
    'fw-nft': ('A native nft table drops UDP 53 in a forward chain before the others.', Scene(
        backend='nft', on_a='nft add table inet guard; nft "add chain inet guard forward { type filter hook forward priority -10; }"; nft add rule inet guard forward ip daddr 10.0.12.0/24 udp dport 53 counter drop',
        truth=host_firewall('udp dport 53', '(?i)nft.*delete|remove'))),
    'fw-nft-twin': ('The native table drops mDNS in forward, and DNS in input, which forwarded packets never meet.', Scene(
        backend='nft', on_a='nft add table inet guard; nft "add chain inet guard forward { type filter hook forward priority -10; }"; nft add rule inet guard forward udp dport 5353 counter drop; '
        'nft "add chain inet guard input { type filter hook input priority -10; }"; nft add rule inet guard input udp dport 53 counter drop', truth=healthy('host_firewall'))),
    'fw-raw': ('The raw table drops what comes from pods for port 53, before conntrack and before kube-proxy.', Scene(
        on_a='$IPT -t raw -I PREROUTING -i eni+ -p udp --dport 53 -j DROP', truth=host_firewall('-A PREROUTING -i eni+ -p udp -m udp --dport 53 -j DROP', '-t raw -D PREROUTING'))),
    'fw-raw-twin': ('The raw rule looks at eth0, where queries of pods do not come in.', Scene(
        on_a='$IPT -t raw -I PREROUTING -i eth0 -p udp --dport 53 -j DROP', truth=healthy('host_firewall'))),
    'fw-reply': ('The answer is dropped on its way back: --sport 53 in FORWARD.', Scene(
        backend='nft', on_a='$IPT -I FORWARD 1 -p udp --sport 53 -j DROP', truth=host_firewall('-A FORWARD -p udp -m udp --sport 53 -j DROP', '-D FORWARD'))),
    'fw-reply-twin': ('It drops only new flows from port 53; answers belong to established ones.', Scene(
        backend='nft', on_a='$IPT -I FORWARD 1 -p udp --sport 53 -m conntrack --ctstate NEW -j DROP', truth=healthy('host_firewall'))),
    'fw-policy': ('FORWARD\'s policy is DROP and nothing accepts new flows of pods. No rule names port 53.', Scene(
        on_a='$IPT -P FORWARD DROP', truth=host_firewall(':FORWARD DROP', '-P FORWARD ACCEPT|FORWARD.*ACCEPT'))),
    'fw-policy-twin': ('The policy is DROP, and the pods\' flows are accepted in front of it.', Scene(
        on_a='$IPT -P FORWARD DROP; $IPT -A FORWARD -i eni+ -j ACCEPT; $IPT -A FORWARD -o eni+ -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', truth=healthy())),
    'fw-set': ('A threat feed in an ipset has swallowed the subnet of CoreDNS.', Scene(
        on_a='ipset create threat-feed hash:net; ipset add threat-feed 198.51.100.0/24; ipset add threat-feed 10.0.12.0/24; $IPT -I FORWARD 1 -m set --match-set threat-feed dst -j DROP',
        truth=host_firewall('--match-set threat-feed dst -j DROP', '(?i)ipset del|threat-feed'))),
    'fw-set-twin': ('The set holds 10.0.120.0/24, which is somewhere else.', Scene(
        on_a='ipset create threat-feed hash:net; ipset add threat-feed 198.51.100.0/24; ipset add threat-feed 10.0.120.0/24; $IPT -I FORWARD 1 -m set --match-set threat-feed dst -j DROP', truth=healthy())),
    'fw-coredns-node': ('The pod\'s node is clean; the node that carries CoreDNS drops what comes for port 53 from the pods\' subnet.', Scene(
        on_b='$IPT -I FORWARD 1 -s 10.0.11.0/24 -p udp --dport 53 -j DROP', truth=host_firewall('-A FORWARD -s 10.0.11.0/24 -p udp -m udp --dport 53 -j DROP', '-D FORWARD', NODE_B))),
    'fw-coredns-node-twin': ('The node of CoreDNS drops port 53 on INPUT only: packets for its pods are forwarded.', Scene(
        on_b='$IPT -I INPUT 1 -p udp --dport 53 -j DROP', truth=healthy('host_firewall'))),
    'fw-mark': ('Mangle marks queries, and FORWARD drops what bears the mark.', Scene(
        on_a='$IPT -t mangle -A PREROUTING -i eni+ -p udp --dport 53 -j MARK --set-mark 0x66; $IPT -I FORWARD 1 -m mark --mark 0x66 -j DROP', truth=host_firewall('--mark 0x66 -j DROP', '-D FORWARD'))),
    'fw-mark-twin': ('The mark is set to 0x60, and the drop asks for 0x6 under the mask 0xf.', Scene(
        on_a='$IPT -t mangle -A PREROUTING -i eni+ -p udp --dport 53 -j MARK --set-mark 0x60; $IPT -I FORWARD 1 -m mark --mark 0x6/0xf -j DROP', truth=healthy())),
    'fw-chain': ('A chain of a security agent rejects DNS to all but its own resolver.', Scene(
        backend='nft', on_a='$IPT -N EGRESS-GUARD; $IPT -A EGRESS-GUARD -d 10.0.99.53 -j RETURN; $IPT -A EGRESS-GUARD -p udp -m multiport --dports 53,853 -j REJECT --reject-with icmp-admin-prohibited; $IPT -I FORWARD 1 -i eni+ -j EGRESS-GUARD',
        truth=host_firewall('-A EGRESS-GUARD -p udp -m multiport --dports 53,853 -j REJECT', '(?i)EGRESS-GUARD'))),
    'fw-chain-twin': ('The chain returns for the subnet of CoreDNS before it rejects.', Scene(
        backend='nft', on_a='$IPT -N EGRESS-GUARD; $IPT -A EGRESS-GUARD -d 10.0.12.0/24 -j RETURN; $IPT -A EGRESS-GUARD -p udp -m multiport --dports 53,853 -j REJECT --reject-with icmp-admin-prohibited; $IPT -I FORWARD 1 -i eni+ -j EGRESS-GUARD',
        truth=healthy('host_firewall'))),
    'fw-clusterip': ('Mangle drops queries to the service\'s address before it is translated.', Scene(
        on_a='$IPT -t mangle -I PREROUTING -d 172.20.0.10 -p udp --dport 53 -j DROP', truth=host_firewall('-A PREROUTING -d 172.20.0.10/32 -p udp -m udp --dport 53 -j DROP', '-t mangle -D PREROUTING'))),
    'fw-clusterip-twin': ('The same rule in FORWARD never matches: there the address is translated already.', Scene(
        on_a='$IPT -I FORWARD 1 -d 172.20.0.10 -p udp --dport 53 -j DROP', truth=healthy('host_firewall'))),
    'svc-stale': ('kube-proxy\'s rules lead to addresses that are no endpoints any more; the endpoints themselves answer.', Scene(
        endpoints=['10.0.12.153', '10.0.12.154'], truth=simple('service_path', fix='(?i)kube-proxy', handoff='D8', cite=[{'source': 'nodes/%s/networking/iptables-save.txt' % NODE_A, 'content': '10.0.12.153'},
                                                                                                                   {'source': 'nodes/%s/networking/iptables-save.txt' % NODE_A, 'content': '10.0.12.154'}]))),
    'svc-absent': ('kube-proxy has written no rule for kube-dns on this node; other services have theirs.', Scene(
        kubeproxy_dns=True, truth=simple('service_path', fix='(?i)kube-proxy', handoff='D8'))),
    'down-scaled': ('CoreDNS is scaled to zero, and kube-proxy rejects the service\'s address.', Scene(
        endpoints=[], ready=[], replicas=0, truth=simple('coredns_down', ('confirmed',), fix='(?i)scale|replica', rejected=['host_firewall'], ablate=('cluster', 'nodes')))),
    'down-scaled-twin': ('Another service without endpoints is rejected on port 53; kube-dns has two.', Scene(
        on_a='$IPT -A KUBE-SERVICES -d 172.20.200.7/32 -p udp -m comment --comment "fleet/legacy-dns:dns has no endpoints" --dport 53 -j REJECT', truth=healthy('host_firewall'))),
    'ns-wrong': ('The kubelet hands out 10.100.0.10, which does not exist here.', Scene(
        resolv=GOOD_RESOLV % '10.100.0.10', cluster_dns='10.100.0.10', truth=simple('wrong_nameserver', ('confirmed',), fix='(?i)clusterDNS|kubelet', cite=[{'source': 'pods/shop/%s/resolv.conf' % POD, 'content': 'nameserver 10.100.0.10'}]))),
    'ns-wrong-twin': ('The node\'s resolv.conf names the VPC resolver, as it should; the pod\'s names kube-dns.', Scene(truth=healthy('wrong_nameserver'))),
    'policy-default': ('The pod has dnsPolicy Default: it asks the node\'s resolver, which knows no cluster names.', Scene(
        dns_policy='Default', resolv='search eu-west-1.compute.internal\nnameserver %s\noptions timeout:1\n' % RESOLVER, truth=simple('dns_policy', fix='(?i)dnsPolicy'))),
    'name-missing': ('The application asks for "ordres"; the service is "orders".', Scene(
        query='ordres.shop.svc.cluster.local', truth=simple('name_does_not_exist', ('confirmed', 'likely'), fix='(?i)orders|name|correct', ablate=('cluster', 'pods', 'captures')))),
    'search-list': ('NXDOMAIN for the doubled names, then an answer: the search list at work.', Scene(
        symptom='the capture is full of NXDOMAIN, is DNS broken?', truth=simple('search_expansion', fix='(?i)no action|normal', ablate=('captures', 'pods')))),
    'mtu-fragments': ('Small answers come, large ones over UDP never: their fragments are lost on the way.', Scene(
        in_dns='nft add table netdev lossy; nft "add chain netdev lossy out { type filter hook egress device eth0 priority 0; }"; nft add rule netdev lossy out ip frag-off \\& 0x1fff != 0 drop', query=BIG, app_query=OUTSIDE, symptom='lookups of big.example.net time out, all others work',
        extra_digs=(('big-udp', CLUSTER_IP, BIG, '+bufsize=4096 +ignore'), ('big-tcp', CLUSTER_IP, BIG, '+tcp'), ('small', CLUSTER_IP, OUTSIDE, '')), truth=simple('mtu', fix='D4|MTU', handoff='D4', ablate=('pods', 'captures')))),
    'mtu-fragments-twin': ('Large answers arrive, in fragments and over TCP.', Scene(
        extra_digs=(('big-udp', CLUSTER_IP, BIG, '+bufsize=4096 +ignore'), ('big-tcp', CLUSTER_IP, BIG, '+tcp')), truth=healthy())),
    'no-nodes': ('The pod\'s queries get no answer and no node was collected: it could be anything between.', Scene(
        on_a='$IPT -I FORWARD 1 -p udp --dport 53 -j DROP', drop_nodes=True, truth={'diagnosis': ['inconclusive'], 'verdict': ['inconclusive'], 'cite': [], 'handoff': None, 'ablate': None})),
}


# ---------------------------------------------------------------- one scene
def proxy_rules(scene):
    services = [kit.service('orders', 'shop', ORDERS_IP, kit.HTTP, {'app': 'orders'})]
    if not scene.kubeproxy_dns:
        services.append(kit.service('kube-dns', 'kube-system', CLUSTER_IP, kit.DNS_PORTS, {'k8s-app': 'kube-dns'}))
    return kit.proxy_ruleset(services, lambda s: scene.endpoints if s['metadata']['name'] == 'kube-dns' else ['10.0.12.31'])


def stamp(t):
    return t.strftime('%Y-%m-%dT%H:%M:%SZ')


class Collector:
    """Runs read-only commands and keeps what they print, with a line in probes.jsonl for each"""

    def __init__(self, tree):
        self.tree, self.probes = tree, []

    def write(self, path, text):
        real = os.path.join(self.tree, path)
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, 'w', newline='\n') as f:
            f.write(text)

    def run(self, where, ns, argv, path, answers=(0,)):
        started = dt.datetime.now(dt.timezone.utc)
        p = in_ns(ns, ' '.join("'%s'" % a if any(c in a for c in ' *&;()') else a for a in argv))
        self.add(where, argv, path, started, p.returncode, p.stdout, p.stderr, answers)

    def add(self, where, argv, path, started, status, text, stderr='', answers=(0,)):
        self.write(path, text)
        self.probes.append({'id': 'E-%03d' % (len(self.probes) + 1), 'step': None, 'argv': argv, 'where': where, 'via': 'ssh' if where.startswith('node') else 'exec', 'started': stamp(started),
                            'ms': int((dt.datetime.now(dt.timezone.utc) - started).total_seconds() * 1000), 'exit': status, 'signal': None, 'bytes': len(text.encode()), 'cut': False, 'stderr': stderr[:500],
                            'file': path, 'state': 'done' if status in answers else 'failed'})

    def node(self, scene, ns, name):
        base, where = 'nodes/%s/' % name, 'node ' + name
        save = 'iptables-%s-save' % scene.backend
        self.run(where, ns, [save, '-c'], base + 'networking/iptables-save.txt')
        self.run(where, ns, [save.replace('iptables', 'ip6tables'), '-c'], base + 'networking/ip6tables-save.txt')
        if scene.backend == 'nft':
            self.run(where, ns, ['iptables-legacy-save', '-c'], base + 'networking/iptables-legacy-save.txt')
        self.run(where, ns, ['nft', 'list', 'ruleset'], base + 'networking/nftables.txt')
        sets = in_ns(ns, 'ipset list -n').stdout.strip()
        if sets:
            started = dt.datetime.now(dt.timezone.utc)
            self.add(where, ['ipset', 'list'], base + 'networking/ipset.txt', started, 0, in_ns(ns, 'ipset list; ipset save').stdout)
        self.run(where, ns, ['ip', 'addr'], base + 'networking/ip-addr.txt')
        self.run(where, ns, ['ip', 'route', 'show', 'table', 'all'], base + 'networking/iproute.txt')
        self.run(where, ns, ['cat', '/etc/resolv.conf'], base + 'networking/resolv.conf')
        self.run(where, ns, ['conntrack', '-S'], base + 'networking/conntrack.txt')
        config = {'kind': 'KubeletConfiguration', 'apiVersion': 'kubelet.config.k8s.io/v1beta1', 'clusterDNS': [scene.cluster_dns if ns == 'a' else CLUSTER_IP], 'clusterDomain': 'cluster.local'}
        self.add(where, ['cat', '/etc/kubernetes/kubelet/kubelet-config.json'], base + 'kubelet/kubelet-config.json', dt.datetime.now(dt.timezone.utc), 0, json.dumps(config, indent=4) + '\n')

    def sample(self, scene, ns, name):
        at = dt.datetime.now(dt.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
        base, where = 'nodes/%s/samples/%s/' % (name, at), 'node ' + name
        self.run(where, ns, ['iptables-%s-save' % scene.backend, '-c'], base + 'iptables-save.txt')
        self.run(where, ns, ['nft', 'list', 'ruleset'], base + 'nftables.txt')
        self.run(where, ns, ['conntrack', '-S'], base + 'conntrack.txt')

    def cluster(self, scene, now):
        old, labels = stamp(now - dt.timedelta(days=2)), {'k8s-app': 'kube-dns', 'pod-template-hash': '6f9cd4d8bb'}
        dns_ports = [{'containerPort': 53, 'name': 'dns', 'protocol': 'UDP'}, {'containerPort': 53, 'name': 'dns-tcp', 'protocol': 'TCP'}]
        app = kit.pod(POD, 'shop', POD_IP, NODE_A, '10.0.11.37', 'checkout', 'registry.example.com/shop/checkout:4.18.2', old, [], '512Mi', {'app': 'checkout'}, ('ReplicaSet', 'checkout-7d9c5b6f4'))
        app['spec']['dnsPolicy'] = scene.dns_policy
        pods = [app, kit.pod(OTHER, 'shop', '10.0.12.31', NODE_B, '10.0.12.16', 'orders', 'registry.example.com/shop/orders:4.18.2', old, [], '512Mi', {'app': 'orders'}, ('ReplicaSet', 'orders-5c8f7d9c66'))]
        pods += [kit.pod(n, 'kube-system', ip, NODE_B, '10.0.12.16', 'coredns', 'registry.example.com/eks/coredns:v1.11.4', old, dns_ports, '170Mi', labels, ('ReplicaSet', 'coredns-6f9cd4d8bb')) for n, ip in COREDNS if scene.replicas]
        slices = [kit.slice_('kube-dns', 'kube-system', [(n, ip, NODE_B) for n, ip in COREDNS if ip in scene.ready], kit.DNS_PORTS), kit.slice_('orders', 'shop', [(OTHER, '10.0.12.31', NODE_B)], kit.HTTP)]
        services = [kit.service('kubernetes', 'default', '172.20.0.1', [{'name': 'https', 'port': 443, 'protocol': 'TCP', 'targetPort': 443}], None),
                    kit.service('kube-dns', 'kube-system', CLUSTER_IP, kit.DNS_PORTS, {'k8s-app': 'kube-dns'}), kit.service('orders', 'shop', ORDERS_IP, kit.HTTP, {'app': 'orders'})]
        lists = {'pods': pods, 'nodes': [kit.node(NODE_A, '10.0.11.37', 0, stamp(now)), kit.node(NODE_B, '10.0.12.16', 1, stamp(now))], 'services': services, 'endpointslices': slices, 'networkpolicies': [], 'events': [],
                 'configmaps': [kit.config('coredns', {'Corefile': kit.COREFILE}), kit.config('kube-proxy-config', {'config': 'kind: KubeProxyConfiguration\nmode: "iptables"\n'})],
                 'deployments': [kit.deployment('coredns', 'kube-system', scene.replicas, 'registry.example.com/eks/coredns:v1.11.4')], 'daemonsets': [kit.daemonset(n, 2) for n in ('aws-node', 'kube-proxy')],
                 'namespaces': [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': kit.meta(n, labels={'kubernetes.io/metadata.name': n})} for n in ('default', 'kube-system', 'shop')]}
        for resource, items in lists.items():
            self.add('bastion', ['kubectl', 'get', resource, '-A', '-o', 'json'], 'cluster/%s.json' % resource, now, 0, kit.listing(items))
        for name, _ in COREDNS:
            if scene.replicas:
                self.add('bastion', ['kubectl', 'logs', '--timestamps', '-n', 'kube-system', name], 'cluster/logs/kube-system/%s/coredns.log' % name, now, 0,
                         '%s .:53\n%s [INFO] plugin/reload: Running configuration SHA512 = %s\n%s CoreDNS-1.11.4\n' % (old, old, 'a6bd77e4' * 16, old))


LOOKUP = '''
import datetime, socket, sys
for _ in range(int(sys.argv[2])):
    now = lambda: datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
    try:
        a = socket.getaddrinfo(sys.argv[1], 443, type=socket.SOCK_STREAM)
        print(now(), 'INFO resolved', sys.argv[1], a[0][4][0])
    except OSError as e:
        print(now(), 'ERROR socket.gaierror: %s: %s' % (e, sys.argv[1]))
'''


def dig_all(c, scene):
    where, base = 'pod shop/' + POD, 'pods/shop/%s/' % POD
    digs = [(n, s, q.replace('%Q', scene.query), o) for n, (s, q, o) in DIGS.items()] + list(scene.extra_digs)
    own = scene.resolv.split('nameserver ')[1].split()[0]
    if own != CLUSTER_IP:
        digs += [('resolv-udp', own, scene.query, ''), ('resolv-external', own, OUTSIDE, '')]
    for name, server, query, options in digs:
        c.run(where, 'pod', ['dig', '@' + server, query, '+tries=1', '+time=1'] + options.split(), base + 'dig-%s.txt' % name, (0, 9))


def load_rules(scene):
    for ns in ('a', 'b'):
        p = subprocess.run(['ip', 'netns', 'exec', PREFIX + ns, 'iptables-%s-restore' % scene.backend], input=proxy_rules(scene), text=True, capture_output=True)
        if p.returncode:
            sys.exit('make_real.py: ' + p.stderr)
    for ns, commands in (('a', scene.on_a), ('b', scene.on_b), ('dns', scene.in_dns)):
        if commands:
            p = in_ns(ns, 'set -e; ' + commands.replace('$IPT', 'iptables-' + scene.backend))
            if p.returncode:
                sys.exit('make_real.py: %s: %s' % (commands, p.stderr))


def make(name, story, scene):
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    c = Collector(os.path.join(folder, 'tree'))
    now = dt.datetime.now(dt.timezone.utc)
    with Network(scene) as net:
        load_rules(scene)
        sniff = subprocess.Popen(['ip', 'netns', 'exec', PREFIX + 'a', 'tcpdump', '-i', 'any', '-nn', '-tttt', '-l', '--immediate-mode', '-B', '16384', 'port', '53'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        sniff.stderr.readline()
        c.cluster(scene, now)
        c.node(scene, 'a', NODE_A)
        c.node(scene, 'b', NODE_B)
        c.run('pod shop/' + POD, 'pod', ['cat', '/etc/resolv.conf'], 'pods/shop/%s/resolv.conf' % POD)
        dig_all(c, scene)
        log = subprocess.run(['ip', 'netns', 'exec', PREFIX + 'pod', sys.executable, '-c', LOOKUP, scene.app_query or scene.query, str(scene.rounds)], capture_output=True, text=True).stdout
        c.add('bastion', ['kubectl', 'logs', '-n', 'shop', POD], 'pods/shop/%s/app.log' % POD, now, 0, log)
        c.sample(scene, 'a', NODE_A)
        c.sample(scene, 'b', NODE_B)
        sniff.send_signal(signal.SIGINT)
        captured = sniff.communicate()[0]
        c.add('node ' + NODE_A, ['timeout', '60', 'tcpdump', '-i', 'any', '-nn', '-tttt', 'port', '53'], 'captures/port53.txt', now, 124, captured, '', (0, 124))
    if scene.drop_nodes:
        shutil.rmtree(os.path.join(c.tree, 'nodes'))
        shutil.rmtree(os.path.join(c.tree, 'captures'))
        c.probes = [p for p in c.probes if not p['file'].startswith(('nodes/', 'captures/'))]
    symptom = getattr(scene, 'symptom', None) or next((line.split(' ', 1)[1] for line in log.splitlines() if 'ERROR' in line), 'somebody saw a failed lookup a while ago')
    window = [stamp(now.replace(second=0) - dt.timedelta(minutes=2)), stamp(dt.datetime.now(dt.timezone.utc).replace(second=0) + dt.timedelta(minutes=2))]
    c.write('target.yaml', 'context: lab\nnamespace: shop\npod: %s\nnode: %s\ninstance: null\nquery: %s\nsymptom: %s\nwindow: {from: %s, to: %s}\n' % (POD, NODE_A, scene.query, json.dumps(symptom), *window))
    c.write('probes.jsonl', ''.join(json.dumps(p, separators=(',', ':')) + '\n' for p in c.probes))
    with open(os.path.join(folder, 'truth.yaml'), 'w') as f:
        f.write('story: %s\n' % json.dumps(story))
        for key, value in scene.truth.items():
            f.write('%s: %s\n' % (key, json.dumps(value)))
        twin = name[:-5] if name.endswith('-twin') else name + '-twin'
        if twin in SCENES:
            f.write('twin: %s\n' % json.dumps(twin))
    print('%-24s %s' % (name, symptom[:90]))


def main():
    wanted = sys.argv[1:] or list(SCENES)
    for name in wanted:
        make(name, *SCENES[name])


if __name__ == '__main__':
    main()
