#!/usr/bin/env python3
"""Makes the shipped incident, tests/cases/demo/tree: the same bytes every time.

    tests/cases/make_demo.py        writes tests/cases/demo/tree anew

The story. Cluster prod-eu, six nodes. At 07:04:10Z a hardening agent loads a rule into FORWARD of one node,
ip-10-0-11-37, that drops UDP 53 towards 10.0.12.0/24. Both CoreDNS pods live in that subnet, so no pod of this node can
resolve any more; all others can, and TCP still works. Around it stands what a real node has, and what a search for
"DROP.*53", "linklocal_allowance_exceeded", "NetworkPolicy" or "SERVFAIL" would accuse: a DROP for mDNS, a counter that is
high since last month and stands still, a policy that allows DNS beside one that denies all, and seven SERVFAIL of a
CoreDNS roll-out twenty minutes before anything hurt.
"""
import datetime as dt
import json
import os
import shutil
import kit

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.join(HERE, 'demo', 'tree')
DAY = '2026-11-23'
DOMAIN = 'eu-west-1.compute.internal'
APP, OTHER, DNS1, DNS2 = 'ip-10-0-11-37', 'ip-10-0-13-54', 'ip-10-0-12-16', 'ip-10-0-12-201'
NODES = [APP, DNS1, DNS2, OTHER, 'ip-10-0-13-190', 'ip-10-0-11-88']
CLUSTER_IP, ORDERS_IP = '172.20.0.10', '172.20.41.9'
COREDNS = [('coredns-6f9cd4d8bb-6kqzl', '10.0.12.53', DNS1), ('coredns-6f9cd4d8bb-wn4ds', '10.0.12.87', DNS2)]
POD, POD_IP, POD_VETH = 'checkout-7d9c5b6f4-x2x9p', '10.0.11.142', 'enib7c1e9a04d2'
SHOP = [(POD, POD_IP, APP), ('checkout-7d9c5b6f4-8vtgk', '10.0.13.77', OTHER), ('checkout-7d9c5b6f4-mk5wz', '10.0.11.19', APP),
        ('orders-5c8f7d9c66-2b7rj', '10.0.11.203', APP), ('orders-5c8f7d9c66-hw9dn', '10.0.13.31', OTHER),
        ('orders-5c8f7d9c66-zl4pc', '10.0.13.181', 'ip-10-0-13-190'), ('cart-68b7f5c4d9-4xk2s', '10.0.11.66', APP),
        ('cart-68b7f5c4d9-ttq8m', '10.0.11.91', 'ip-10-0-11-88'), ('pricing-7b64c9f5d-cj6xv', '10.0.12.140', DNS1),
        ('pricing-7b64c9f5d-rw2hp', '10.0.13.12', OTHER), ('search-api-6d55b8c7f-5gsnk', '10.0.11.171', APP),
        ('search-api-6d55b8c7f-q9z4t', '10.0.12.33', DNS2), ('mailer-59c6dd8b7-vd8lf', '10.0.13.146', 'ip-10-0-13-190'),
        ('web-84d7c6f9b5-n3k7w', '10.0.11.54', 'ip-10-0-11-88')]
probes = []


def full(node):
    return '%s.%s' % (node, DOMAIN)


def write(path, text):
    real = os.path.join(TREE, path)
    os.makedirs(os.path.dirname(real), exist_ok=True)
    with open(real, 'w', encoding='utf-8', newline='\n') as f:
        f.write(text)


def probe(step, argv, where, via, at, ms, path, text, exit_=0):
    """one probe: its file, and its line in probes.jsonl"""
    write(path, text)
    probes.append({'id': 'E-%03d' % (len(probes) + 1), 'step': step, 'argv': argv, 'where': where, 'via': via,
                   'started': '%sT%sZ' % (DAY, at), 'ms': ms, 'exit': exit_, 'signal': None, 'bytes': len(text.encode()),
                   'cut': False, 'stderr': '', 'file': path, 'state': 'done'})


# ---------------------------------------------------------------- the API's objects
def address(node):
    return node[3:].replace('-', '.')


def app_of(pod):
    return pod[0].rsplit('-', 2)[0]


APPS = sorted({app_of(p) for p in SHOP})


def pods():
    out = []
    for name, ip, node in SHOP:
        app = name.rsplit('-', 2)[0]
        out.append(kit.pod(name, 'shop', ip, full(node), address(node), app, 'registry.example.com/shop/%s:4.18.2' % app, '2026-11-22T21:3%d:0%dZ' % (len(name) % 6, len(ip) % 10),
                           [{'containerPort': 8080, 'name': 'http', 'protocol': 'TCP'}], '512Mi', {'app': app, 'pod-template-hash': name.rsplit('-', 2)[1]}, ('ReplicaSet', name.rsplit('-', 1)[0])))
    for i, (name, ip, node) in enumerate(COREDNS):
        out.append(kit.pod(name, 'kube-system', ip, full(node), address(node), 'coredns', 'registry.example.com/eks/coredns:v1.11.4', DAY + 'T06:4%d:12Z' % i,
                           [{'containerPort': 53, 'name': 'dns', 'protocol': 'UDP'}, {'containerPort': 53, 'name': 'dns-tcp', 'protocol': 'TCP'}, {'containerPort': 9153, 'name': 'metrics', 'protocol': 'TCP'}],
                           '170Mi', {'k8s-app': 'kube-dns', 'eks.amazonaws.com/component': 'coredns', 'pod-template-hash': '6f9cd4d8bb'}, ('ReplicaSet', 'coredns-6f9cd4d8bb')))
    for i, node in enumerate(NODES):
        for ds, image in (('kube-proxy', 'eks/kube-proxy:v1.31.2'), ('aws-node', 'eks/amazon-k8s-cni:v1.19.2')):
            out.append(kit.pod('%s-%s' % (ds, 'abcdef'[i] + 'k7q2'), 'kube-system', address(node), full(node), address(node), ds, 'registry.example.com/' + image, '2026-11-02T04:1%d:40Z' % i,
                               [], '256Mi', {'k8s-app': ds}, ('DaemonSet', ds), True))
    return out


def nodes():
    return [kit.node(full(n), address(n), i, DAY + 'T07:2%d:14Z' % (i % 6)) for i, n in enumerate(NODES)]


def services():
    out = [kit.service('kubernetes', 'default', '172.20.0.1', [{'name': 'https', 'port': 443, 'protocol': 'TCP', 'targetPort': 443}], None),
           kit.service('kube-dns', 'kube-system', CLUSTER_IP, kit.DNS_PORTS, {'k8s-app': 'kube-dns'})]
    for i, app in enumerate(APPS):
        out.append(kit.service(app, 'shop', ORDERS_IP if app == 'orders' else '172.20.%d.%d' % (17 + 11 * i, 40 + 13 * i), kit.HTTP, {'app': app}))
    return out


def slices():
    place = lambda entries: [(name, ip, full(node)) for name, ip, node in entries]
    return [kit.slice_('kube-dns', 'kube-system', place(COREDNS), kit.DNS_PORTS)] + [kit.slice_(app, 'shop', place([p for p in SHOP if app_of(p) == app]), kit.HTTP) for app in APPS]


def policies():
    def policy(name, spec):
        return {'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': kit.meta(name, 'shop', '2026-09-14T13:20:05Z'), 'spec': spec}
    return [policy('default-deny', {'egress': [], 'podSelector': {}, 'policyTypes': ['Ingress', 'Egress']}),
            policy('allow-dns', {'egress': [{'ports': [{'port': 53, 'protocol': 'UDP'}, {'port': 53, 'protocol': 'TCP'}], 'to': [
                {'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'kube-system'}}, 'podSelector': {'matchLabels': {'k8s-app': 'kube-dns'}}}]}],
                'podSelector': {}, 'policyTypes': ['Egress']}),
            policy('allow-in-namespace', {'egress': [{'to': [{'podSelector': {}}]}], 'ingress': [{'from': [{'podSelector': {}}]}], 'podSelector': {}, 'policyTypes': ['Ingress', 'Egress']})]


def configmaps():
    return [kit.config('coredns', {'Corefile': kit.COREFILE}),
            kit.config('kube-proxy-config', {'config': 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nbindAddress: 0.0.0.0\nkind: KubeProxyConfiguration\nmode: "iptables"\n'})]


def deployments():
    return [kit.deployment('coredns', 'kube-system', 2, 'registry.example.com/eks/coredns:v1.11.4')] + [
        kit.deployment(app, 'shop', sum(app_of(p) == app for p in SHOP), 'registry.example.com/shop/%s:4.18.2' % app) for app in APPS]


def daemonsets():
    return [kit.daemonset(n, 6) for n in ('aws-node', 'kube-proxy')]


def events():
    out = [kit.event('ScalingReplicaSet', 'Scaled up replica set coredns-6f9cd4d8bb to 1', 'Deployment', 'coredns', 'kube-system', DAY + 'T06:40:08Z', 'deployment-controller')]
    for i, (name, ip, node) in enumerate(COREDNS):
        out.append(kit.event('Started', 'Started container coredns', 'Pod', name, 'kube-system', DAY + 'T06:4%d:12Z' % i, 'kubelet'))
    out.append(kit.event('ScalingReplicaSet', 'Scaled down replica set coredns-54c5b7f9d6 to 0', 'Deployment', 'coredns', 'kube-system', DAY + 'T06:41:31Z', 'deployment-controller'))
    out.append(kit.event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 'Pod', POD, 'shop', DAY + 'T07:06:21Z', 'kubelet', 'Warning'))
    return out


# ---------------------------------------------------------------- the node's rulesets
def service_rules():
    return kit.nat_rules(services()[1:], lambda s: [ip for _, ip, _ in (COREDNS if s['metadata']['name'] == 'kube-dns' else [p for p in SHOP if app_of(p) == s['metadata']['name']])])


def iptables_save(node, at, dropped, seconds):
    """seconds: since the first reading, so that busy counters grow"""
    chains, rules, seps = service_rules()
    stamp = dt.datetime.fromisoformat('%sT%s' % (DAY, at)).strftime('%a %b %e %H:%M:%S %Y')
    g = seconds * 211
    out = ['# Generated by iptables-save v1.8.4 on ' + stamp, '*mangle',
           ':PREROUTING ACCEPT [%d:%d]' % (918244 + g, 140988120 + g * 150), ':INPUT ACCEPT [%d:%d]' % (402113 + g, 61822011 + g * 150),
           ':FORWARD ACCEPT [%d:%d]' % (81797 + g, 9714902 + g * 118), ':OUTPUT ACCEPT [%d:%d]' % (388120 + g, 72190033 + g * 180), ':POSTROUTING ACCEPT [%d:%d]' % (469866 + g, 81904112 + g * 160),
           ':KUBE-IPTABLES-HINT - [0:0]', ':KUBE-KUBELET-CANARY - [0:0]', ':KUBE-PROXY-CANARY - [0:0]', 'COMMIT', '# Completed on ' + stamp,
           '# Generated by iptables-save v1.8.4 on ' + stamp, '*filter', ':INPUT ACCEPT [%d:%d]' % (402113 + g, 61822011 + g * 150), ':FORWARD ACCEPT [%d:%d]' % (81720 + g, 9712004 + g * 118),
           ':OUTPUT ACCEPT [%d:%d]' % (388120 + g, 72190033 + g * 180), ':CNI-CHECKS - [0:0]', ':KUBE-EXTERNAL-SERVICES - [0:0]', ':KUBE-FIREWALL - [0:0]', ':KUBE-FORWARD - [0:0]', ':KUBE-KUBELET-CANARY - [0:0]',
           ':KUBE-NODEPORTS - [0:0]', ':KUBE-PROXY-CANARY - [0:0]', ':KUBE-PROXY-FIREWALL - [0:0]', ':KUBE-SERVICES - [0:0]',
           '[%d:%d] -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL' % (3320 + seconds, 199200 + seconds * 60),
           '[%d:%d] -A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS' % (402113 + g, 61822011 + g * 150),
           '[%d:%d] -A INPUT -j KUBE-FIREWALL' % (402113 + g, 61822011 + g * 150),
           '[%d:%d] -A FORWARD -j CNI-CHECKS' % (81797 + g, 9714902 + g * 118)]
    if node == APP:
        out.append('[%d:%d] -A FORWARD -d 10.0.12.0/24 -p udp -m udp --dport 53 -j DROP' % (dropped, dropped * 63))
    out += ['[0:0] -A FORWARD -p udp -m udp --dport 5353 -j DROP',
            '[%d:%d] -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL' % (1408 + seconds * 2, 89112 + seconds * 120),
            '[%d:%d] -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD' % (81720 + g, 9712004 + g * 118),
            '[%d:%d] -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES' % (1408 + seconds * 2, 89112 + seconds * 120),
            '[%d:%d] -A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES' % (20111 + seconds * 3, 1206660 + seconds * 180),
            '[%d:%d] -A OUTPUT -j KUBE-FIREWALL' % (388120 + g, 72190033 + g * 180),
            '[0:0] -A CNI-CHECKS -i docker0 -j RETURN',
            '[0:0] -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
            '[3:180] -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
            '[0:0] -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
            '[%d:%d] -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' % (80312 + g, 9622892 + g * 118),
            'COMMIT', '# Completed on ' + stamp, '# Generated by iptables-save v1.8.4 on ' + stamp, '*nat', ':PREROUTING ACCEPT [1408:89112]', ':INPUT ACCEPT [318:19080]', ':OUTPUT ACCEPT [20111:1206660]',
            ':POSTROUTING ACCEPT [21519:1295772]', ':AWS-CONNMARK-CHAIN-0 - [0:0]', ':AWS-SNAT-CHAIN-0 - [0:0]', ':KUBE-KUBELET-CANARY - [0:0]', ':KUBE-MARK-MASQ - [0:0]', ':KUBE-NODEPORTS - [0:0]', ':KUBE-POSTROUTING - [0:0]', ':KUBE-PROXY-CANARY - [0:0]']
    out += [':%s - [0:0]' % c for c in chains] + [':KUBE-SERVICES - [0:0]',
            '[1408:89112] -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
            '[604:36240] -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0',
            '[1408:89112] -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
            '[20111:1206660] -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
            '[21519:1295772] -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
            '[21519:1295772] -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0',
            '[0:0] -A AWS-CONNMARK-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS CONNMARK CHAIN, VPC CIDR" -j RETURN',
            '[0:0] -A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80',
            '[1090:67032] -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN',
            '[318:19080] -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source %s --random-fully' % node[3:].replace('-', '.'),
            '[0:0] -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
            '[21519:1295772] -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '[0:0] -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
            '[0:0] -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully']
    return '\n'.join(out + seps + rules + ['[12:720] -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
                                           'COMMIT', '# Completed on ' + stamp]) + '\n'


IP6 = '''# Generated by ip6tables-save v1.8.4 on Mon Nov 23 07:24:02 2026
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
-A INPUT -j KUBE-FIREWALL
-A OUTPUT -j KUBE-FIREWALL
COMMIT
# Completed on Mon Nov 23 07:24:02 2026
'''


def ethtool(linklocal, seconds):
    return '''Interface eth0
NIC statistics:
     tx_timeout: 0
     suspend: 0
     resume: 0
     wd_expired: 0
     interface_up: 1
     interface_down: 0
     bw_in_allowance_exceeded: 0
     bw_out_allowance_exceeded: 0
     pps_allowance_exceeded: 0
     conntrack_allowance_exceeded: 0
     linklocal_allowance_exceeded: %d
     conntrack_allowance_available: 136812
     queue_0_tx_cnt: %d
     queue_0_tx_bytes: %d
     queue_0_rx_cnt: %d
     queue_0_rx_bytes: %d
     queue_0_rx_drops: 1530
''' % (linklocal, 4013961 + seconds * 900, 1752275085 + seconds * 90000, 5015528 + seconds * 990, 2769283399 + seconds * 120000)


def conntrack(seconds):
    return ''.join('cpu=%d   \tfound=%d invalid=%d insert=0 insert_failed=0 drop=0 early_drop=0 error=%d search_restart=%d \n' % (c, 620 + 17 * c + seconds // 9, 394 + 7 * c, 3 + c, 812 + c * 31) for c in range(4))


def sysctls():
    return 'net.netfilter.nf_conntrack_buckets = 65536\nnet.netfilter.nf_conntrack_count = 2311\nnet.netfilter.nf_conntrack_max = 262144\nnet.ipv4.ip_forward = 1\n'


# ---------------------------------------------------------------- what was asked and answered
def dig(server, name, at, answer=None, tcp=False, rcode='NOERROR', ms=1):
    stamp = dt.datetime.fromisoformat('%sT%s' % (DAY, at)).strftime('%a %b %d %H:%M:%S UTC %Y')
    head = '\n; <<>> DiG 9.18.28 <<>> @%s %s +tries=1 +time=2%s\n; (1 server found)\n;; global options: +cmd\n' % (server, name, ' +tcp' if tcp else '')
    if answer is None:
        return ';; communications error to %s#53: timed out\n' % server + head + ';; no servers could be reached\n'
    return head + ''';; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: %s, id: %d
;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
;; QUESTION SECTION:
;%s.\t\tIN\tA

;; ANSWER SECTION:
%s.\t5\tIN\tA\t%s

;; Query time: %d msec
;; SERVER: %s#53(%s) (%s)
;; WHEN: %s
;; MSG SIZE  rcvd: 103

''' % (rcode, 1000 + len(name) * 37, name, name, answer, ms, server, server, 'TCP' if tcp else 'UDP', stamp)


def app_log():
    out, t = [], dt.datetime.fromisoformat(DAY + 'T06:52:03')
    paths = ['/v1/basket/8806', '/healthz', '/v1/checkout', '/v1/basket/8843', '/v1/list?page=5']
    for i in range(60):
        t += dt.timedelta(seconds=7 + (i * 13) % 11)
        if t.strftime('%H:%M') < '07:04':
            out.append('%s,%03d INFO  [http-nio-8080-exec-%d] c.e.shop.AccessLog - GET %s 200 %dms' % (t.strftime('%Y-%m-%d %H:%M:%S'), (i * 137) % 1000, i % 20, paths[i % 5], 12 + i % 90))
    t = dt.datetime.fromisoformat(DAY + 'T07:04:30')
    for i in range(24):
        out.append('%s,%03d ERROR [http-nio-8080-exec-%d] c.e.shop.OrdersClient - POST /v1/checkout failed after 20.02 s' % (t.strftime('%Y-%m-%d %H:%M:%S'), (i * 291) % 1000, i % 20))
        out.append('java.net.UnknownHostException: orders.shop.svc.cluster.local: Temporary failure in name resolution')
        out.append('\tat java.base/java.net.Inet6AddressImpl.lookupAllHostAddr(Native Method)')
        t += dt.timedelta(seconds=41 + (i * 17) % 23)
    return '\n'.join(out) + '\n'


def coredns_log(i, ip):
    sha = 'a6bd77e4016280ae2d8f5c3e2969b2925c2ebecfdf4c849580ea75a26915fba72e839068f043b89bf44bfc81bd888a04f9dfbfe0309f31b6c079de27ba8ac8fc'
    out = ['%sT06:4%d:12.267560734Z .:53' % (DAY, i), '%sT06:4%d:12.267620994Z [INFO] plugin/reload: Running configuration SHA512 = %s' % (DAY, i, sha),
           '%sT06:4%d:12.267680357Z CoreDNS-1.11.4' % (DAY, i), '%sT06:4%d:12.267740272Z linux/amd64, go1.23.3, 0e5e0a2' % (DAY, i)]
    for k in range(3 + i):
        out.append('%sT06:4%d:1%d.80%d114Z [ERROR] plugin/errors: 2 partner-api.example.net. A: read udp %s:4%d881->10.0.0.2:53: i/o timeout' % (DAY, i, 3 + k, k, ip, k))
        out.append('%sT06:4%d:1%d.81%d114Z [INFO] 10.0.13.%d:4%d123 - 2%d01 "A IN partner-api.example.net. udp 52 false 1232" SERVFAIL qr,rd,ra 41 0.00%d1s' % (DAY, i, 3 + k, k, 31 + k, k, k, k + 1))
    t = dt.datetime.fromisoformat(DAY + 'T07:00:00')
    for k in range(90):
        t += dt.timedelta(seconds=19, microseconds=31337)
        name, answer = (('orders.shop.svc.cluster.local.', 'qr,aa,rd 106 0.000%d1s' % (1 + k % 8)) if k % 3 else ('partner-api.example.net.', 'qr,rd,ra 84 0.00%d21s' % (1 + k % 8)))
        out.append('%s.%09dZ [INFO] 10.0.13.%d:%d - %d "A IN %s udp 59 false 1232" NOERROR %s' % (t.strftime('%Y-%m-%dT%H:%M:%S'), (k * 7919) % 1000000000, (31, 77, 181, 146)[k % 4], 33000 + k * 61, 1000 + k * 17, name, answer))
    return '\n'.join(out) + '\n'


def capture():
    """what tcpdump -i any saw on the node: the app's queries come in and never leave; a pod of another subnet's are answered"""
    out, t = [], dt.datetime.fromisoformat(DAY + 'T07:22:31.118204')
    names = ['orders.shop.svc.cluster.local.shop.svc.cluster.local.', 'orders.shop.svc.cluster.local.shop.svc.cluster.local.']
    for k in range(9):
        port, ident = 41873 + k * 389, 20114 + k * 733
        for again in range(2):
            for j, kind in enumerate(('A', 'AAAA')):
                at = t + dt.timedelta(microseconds=j * 21, seconds=again * 5)
                out.append((at, '%s In  IP %s.%d > %s.53: %d+ %s? %s (70)' % (POD_VETH, POD_IP, port, CLUSTER_IP, ident + j, kind, names[0])))
        # TCP, from the same pod, is answered
        at = t + dt.timedelta(seconds=1, microseconds=4000)
        out.append((at, '%s In  IP %s.%d > %s.53: Flags [S], seq %d, win 62727, options [mss 8961,sackOK,TS val 77%d ecr 0,nop,wscale 7], length 0' % (POD_VETH, POD_IP, port + 7, CLUSTER_IP, 1990001 + k, k)))
        out.append((at + dt.timedelta(microseconds=40), 'eth0  Out IP %s.%d > 10.0.12.53.53: Flags [S], seq %d, win 62727, options [mss 8961,sackOK,TS val 77%d ecr 0,nop,wscale 7], length 0' % (POD_IP, port + 7, 1990001 + k, k)))
        out.append((at + dt.timedelta(microseconds=700), 'eth0  In  IP 10.0.12.53.53 > %s.%d: Flags [S.], seq %d, ack %d, win 62643, options [mss 8961,sackOK,TS val 12%d ecr 77%d,nop,wscale 7], length 0' % (POD_IP, port + 7, 881200 + k, 1990002 + k, k, k)))
        t += dt.timedelta(seconds=6, microseconds=40031)
    out.sort(key=lambda x: x[0])
    return '\n'.join('%s %s' % (at.strftime('%Y-%m-%d %H:%M:%S.%f'), text) for at, text in out) + '\n'


TARGET = '''context: prod-eu
namespace: shop
pod: %s
node: %s
instance: i-0101010101010101010
query: orders.shop.svc.cluster.local
symptom: "java.net.UnknownHostException: orders.shop.svc.cluster.local"
window: {from: 2026-11-23T07:00:00Z, to: 2026-11-23T07:30:00Z}
''' % (POD, full(APP))


def kubectl(resource, items, at, ms):
    probe('T.M2.5' if resource == 'networkpolicies' else 'T.M1.1', ['kubectl', '--context', 'prod-eu', 'get', resource, '-A', '-o', 'json'], 'bastion', 'local', at, ms, 'cluster/%s.json' % resource, kit.listing(items))


def node_probes(node, start, dropped, linklocal):
    where = 'node ' + full(node)
    base = 'nodes/%s/' % full(node)
    probe('T.M2.3', ['iptables-save', '-c'], where, 'ssh', start + ':02', 1204, base + 'networking/iptables-save.txt', iptables_save(node, start + ':02', dropped, 0))
    probe('T.M2.3', ['ip6tables-save', '-c'], where, 'ssh', start + ':02', 311, base + 'networking/ip6tables-save.txt', IP6)
    probe('T.M2.3', ['nft', 'list', 'ruleset'], where, 'ssh', start + ':03', 402, base + 'networking/nftables.txt', '')
    probe('T.Y1', ['ethtool', '-S', 'eth0'], where, 'ssh', start + ':04', 96, base + 'networking/ethtool.txt', ethtool(linklocal, 0))
    probe('T.Y1', ['conntrack', '-S'], where, 'ssh', start + ':04', 58, base + 'networking/conntrack.txt', conntrack(0))
    probe('T.M4', ['cat', '/etc/resolv.conf'], where, 'ssh', start + ':04', 41, base + 'networking/resolv.conf', 'search eu-west-1.compute.internal\nnameserver 10.0.0.2\noptions timeout:2 attempts:5\n')
    probe('T.M4', ['cat', '/etc/kubernetes/kubelet/kubelet-config.json'], where, 'ssh', start + ':05', 43, base + 'kubelet/kubelet-config.json',
          json.dumps({'kind': 'KubeletConfiguration', 'apiVersion': 'kubelet.config.k8s.io/v1beta1', 'clusterDNS': [CLUSTER_IP], 'clusterDomain': 'cluster.local', 'resolvConf': '/etc/resolv.conf'}, indent=4) + '\n')
    probe('T.M4', ['sysctl', '--all'], where, 'ssh', start + ':05', 77, base + 'sysctls/sysctl_all.txt', sysctls())
    later = 'nodes/%s/samples/20261123T072532Z/' % full(node)
    probe('T.Y1', ['iptables-save', '-c'], where, 'ssh', '07:25:32', 1180, later + 'iptables-save.txt', iptables_save(node, '07:25:32', dropped + 25 if dropped else 0, 90))
    probe('T.Y1', ['ethtool', '-S', 'eth0'], where, 'ssh', '07:25:34', 91, later + 'ethtool.txt', ethtool(linklocal, 90))
    probe('T.Y1', ['conntrack', '-S'], where, 'ssh', '07:25:34', 49, later + 'conntrack.txt', conntrack(90))


def main():
    shutil.rmtree(TREE, ignore_errors=True)
    write('target.yaml', TARGET)
    for resource, items, at, ms in (('pods', pods(), '07:23:10', 913), ('nodes', nodes(), '07:23:10', 420), ('services', services(), '07:23:11', 188), ('endpointslices', slices(), '07:23:11', 201),
                                    ('networkpolicies', policies(), '07:23:12', 133), ('configmaps', configmaps(), '07:23:12', 170), ('deployments', deployments(), '07:23:12', 251),
                                    ('daemonsets', daemonsets(), '07:23:12', 140), ('events', events(), '07:23:13', 333),
                                    ('namespaces', [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': kit.meta(n, labels={'kubernetes.io/metadata.name': n})} for n in ('default', 'kube-system', 'shop')], '07:23:13', 98)):
        kubectl(resource, items, at, ms)
    for i, (name, ip, _) in enumerate(COREDNS):
        probe('E.M4', ['kubectl', 'logs', '--timestamps', '-n', 'kube-system', name], 'bastion', 'local', '07:23:20', 610, 'cluster/logs/kube-system/%s/coredns.log' % name, coredns_log(i, ip))
    for node, start, dropped in ((APP, '07:24', 46), (DNS1, '07:24', 0), (DNS2, '07:24', 0)):
        node_probes(node, start, dropped, 1843 if node != APP else 12)
    base, where, query = 'pods/shop/%s/' % POD, 'pod shop/' + POD, 'orders.shop.svc.cluster.local'
    probe('T.M4', ['cat', '/etc/resolv.conf'], where, 'exec', '07:24:31', 240, base + 'resolv.conf', 'search shop.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal\nnameserver %s\noptions ndots:5\n' % CLUSTER_IP)
    for path, server, name, tcp, answer in (('query-udp', CLUSTER_IP, query, False, None), ('query-tcp', CLUSTER_IP, query, True, ORDERS_IP), ('coredns-10-0-12-53', '10.0.12.53', query, False, None), ('coredns-10-0-12-87', '10.0.12.87', query, False, None),
                                            ('external', CLUSTER_IP, 'partner-api.example.net', False, None)):
        probe('E.Y3', ['dig', '@' + server, name, '+tries=1', '+time=2'] + (['+tcp'] if tcp else []), where, 'exec', '07:24:40', 6 if answer else 2011, base + 'dig-%s.txt' % path, dig(server, name, '07:24:40', answer, tcp), 0 if answer else 9)
    probe('T.S1', ['kubectl', 'logs', '-n', 'shop', POD], 'bastion', 'local', '07:24:50', 180, base + 'app.log', app_log())
    other = SHOP[1][0]
    probe('E.Y3', ['dig', '@' + CLUSTER_IP, query, '+tries=1', '+time=2'], 'pod shop/' + other, 'exec', '07:24:52', 5, 'pods/shop/%s/dig-query-udp.txt' % other, dig(CLUSTER_IP, query, '07:24:52', ORDERS_IP))
    probe('T.M4', ['cat', '/etc/resolv.conf'], 'pod shop/' + other, 'exec', '07:24:53', 201, 'pods/shop/%s/resolv.conf' % other, 'search shop.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal\nnameserver %s\noptions ndots:5\n' % CLUSTER_IP)
    probe('E.Y3', ['dig', '@10.0.0.2', 'partner-api.example.net', '+tries=1', '+time=2'], 'bastion', 'local', '07:24:54', 3, 'bastion/dig-external.txt', dig('10.0.0.2', 'partner-api.example.net', '07:24:54', '203.0.113.80', ms=2))
    probe('E.Y3', ['timeout', '60', 'tcpdump', '-i', 'any', '-nn', '-tttt', '-c', '200', 'host', POD_IP, 'and', 'port', '53'], 'node ' + full(APP), 'ssh', '07:22:30', 60012, 'captures/port53.txt', capture(), 124)
    write('probes.jsonl', ''.join(json.dumps(p, separators=(',', ':')) + '\n' for p in probes))


if __name__ == '__main__':
    main()
