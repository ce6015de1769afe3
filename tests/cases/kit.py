"""What the makers of incidents share: Kubernetes objects as `kubectl get -o json` prints them, and kube-proxy's rules as it
writes them. Nothing here is random: the same call gives the same bytes."""
import base64
import hashlib
import json

# ---------------------------------------------------------------- the API's objects
def meta(name, ns=None, created='2026-10-02T08:11:40Z', **more):
    m = {'creationTimestamp': created, 'name': name}
    if ns:
        m['namespace'] = ns
    m['uid'] = '%08x-4c1d-4e52-9b7a-%012x' % (sum(ord(c) * (i + 7) for i, c in enumerate(name)) & 0xFFFFFFFF, len(name) * 7919)
    m.update(more)
    return dict(sorted(m.items()))


def ready(since):
    return [{'lastProbeTime': None, 'lastTransitionTime': since, 'status': 'True', 'type': t}
            for t in ('Initialized', 'Ready', 'ContainersReady', 'PodScheduled')]


def pod(name, ns, ip, node, host_ip, container, image, created, ports, memory, labels, owner, host_network=False):
    spec = {'containers': [{'image': image, 'name': container, 'ports': ports, 'resources': {'limits': {'memory': memory}, 'requests': {'cpu': '100m', 'memory': memory}}}],
            'dnsPolicy': 'Default' if container == 'coredns' else 'ClusterFirst', 'nodeName': node, 'restartPolicy': 'Always'}
    if host_network:
        spec['hostNetwork'] = True
    status = {'conditions': ready(created), 'containerStatuses': [{'image': image, 'lastState': {}, 'name': container, 'ready': True, 'restartCount': 0, 'started': True,
              'state': {'running': {'startedAt': created}}}], 'hostIP': host_ip, 'phase': 'Running', 'podIP': ip, 'podIPs': [{'ip': ip}], 'startTime': created}
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta(name, ns, created, labels=labels, ownerReferences=[
        {'apiVersion': 'apps/v1', 'controller': True, 'kind': owner[0], 'name': owner[1], 'uid': 'a1b2c3d4-0000-4000-8000-%012x' % len(owner[1])}]), 'spec': spec, 'status': status}


def node(name, ip, index, beat, created='2026-11-02T04:10:31Z', os_image='Amazon Linux 2', kernel='5.10.228-219.884.amzn2.x86_64'):
    conditions = [{'lastHeartbeatTime': beat, 'lastTransitionTime': '2026-11-02T04:1%d:02Z' % index, 'message': message, 'reason': reason, 'status': status, 'type': kind}
                  for kind, status, reason, message in (('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
                                                        ('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
                                                        ('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
                                                        ('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'))]
    zone = 'abc'[index % 3]
    return {'apiVersion': 'v1', 'kind': 'Node', 'metadata': meta(name, None, created, labels={'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': 'eu-west-1' + zone}),
            'spec': {'providerID': 'aws:///eu-west-1%s/i-0%s' % (zone, ('%02x' % (index * 37 + 16)) * 8)},
            'status': {'addresses': [{'address': ip, 'type': 'InternalIP'}, {'address': name, 'type': 'Hostname'}], 'conditions': conditions,
                       'nodeInfo': {'kernelVersion': kernel, 'kubeletVersion': 'v1.31.2-eks-94953ac', 'osImage': os_image, 'containerRuntimeVersion': 'containerd://1.7.22'}}}


def service(name, ns, ip, ports, selector):
    return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': meta(name, ns, labels={'k8s-app': name} if ns == 'kube-system' else {'app': name}),
            'spec': {'clusterIP': ip, 'clusterIPs': [ip], 'ipFamilies': ['IPv4'], 'ports': ports, 'selector': selector, 'type': 'ClusterIP'}}


DNS_PORTS = [{'name': 'dns', 'port': 53, 'protocol': 'UDP', 'targetPort': 53}, {'name': 'dns-tcp', 'port': 53, 'protocol': 'TCP', 'targetPort': 53}]
HTTP = [{'name': 'http', 'port': 80, 'protocol': 'TCP', 'targetPort': 8080}]


def slice_(service_, ns, pods_, ports):
    return {'addressType': 'IPv4', 'apiVersion': 'discovery.k8s.io/v1', 'endpoints': [
        {'addresses': [ip], 'conditions': {'ready': True, 'serving': True, 'terminating': False}, 'nodeName': node, 'targetRef': {'kind': 'Pod', 'name': name, 'namespace': ns}}
        for name, ip, node in pods_], 'kind': 'EndpointSlice', 'metadata': meta(service_ + '-x7k2p', ns, labels={'kubernetes.io/service-name': service_}),
        'ports': [{'name': p['name'], 'port': p['targetPort'], 'protocol': p['protocol']} for p in ports]}


COREFILE = '''.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
'''


def config(name, data):
    return {'apiVersion': 'v1', 'data': data, 'kind': 'ConfigMap', 'metadata': meta(name, 'kube-system')}


def deployment(name, ns, n, image, ready=None):
    ready = n if ready is None else ready
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': meta(name, ns), 'spec': {'replicas': n, 'selector': {'matchLabels': {'app': name}}, 'template': {'metadata': {'labels': {'app': name}},
            'spec': {'containers': [{'image': image, 'name': name}], 'dnsPolicy': 'Default' if name == 'coredns' else 'ClusterFirst'}}}, 'status': {'availableReplicas': ready, 'readyReplicas': ready, 'replicas': n, 'updatedReplicas': n}}


def daemonset(name, n):
    return {'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': meta(name, 'kube-system'), 'spec': {'selector': {'matchLabels': {'k8s-app': name}}, 'template': {'metadata': {'labels': {'k8s-app': name}}, 'spec': {'containers': [
        {'name': name, 'image': 'registry.example.com/eks/' + name}]}}}, 'status': {'currentNumberScheduled': n, 'desiredNumberScheduled': n, 'numberAvailable': n, 'numberReady': n, 'updatedNumberScheduled': n}}


def event(reason, message, kind, name, ns, at, component, type_='Normal'):
    return {'apiVersion': 'v1', 'count': 1, 'firstTimestamp': at, 'involvedObject': {'kind': kind, 'name': name, 'namespace': ns}, 'kind': 'Event', 'lastTimestamp': at, 'message': message,
            'metadata': meta('%s.%s' % (name, reason.lower()), ns, at), 'reason': reason, 'source': {'component': component}, 'type': type_}


def listing(items):
    return json.dumps({'apiVersion': 'v1', 'items': items, 'kind': 'List', 'metadata': {'resourceVersion': ''}}, indent=4) + '\n'


# ---------------------------------------------------------------- kube-proxy's rules
def chain_name(prefix, text):
    return '%s-%s' % (prefix, base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:16])


def nat_rules(services, endpoints, counters=True):
    """(chains, rules of KUBE-SERVICES, rules of the services' chains), as iptables-save -c prints them.

    endpoints(service): its addresses. A service without any gets no chain here: kube-proxy rejects it in filter.
    """
    chains, rules, seps = [], [], []
    for s in services:
        ns, name, ip = s['metadata']['namespace'], s['metadata']['name'], s['spec']['clusterIP']
        ends = endpoints(s)
        for p in s['spec']['ports'] if ends else ():
            proto, label = p['protocol'].lower(), '%s/%s:%s' % (ns, name, p['name'])
            svc = chain_name('KUBE-SVC', label + proto)
            chains.append(svc)
            rules.append('[%d:%d] -A KUBE-SERVICES -d %s/32 -p %s -m comment --comment "%s cluster IP" -m %s --dport %d -j %s' % (len(label) * 97, len(label) * 6402, ip, proto, label, proto, p['port'], svc))
            for i, end in enumerate(ends):
                sep = chain_name('KUBE-SEP', label + proto + end)
                chains.append(sep)
                pick = '' if i == len(ends) - 1 else ' -m statistic --mode random --probability %.11f' % (1.0 / (len(ends) - i))
                seps.append('[%d:%d] -A %s -m comment --comment "%s -> %s:%d"%s -j %s' % (40 + i, 2400 + i * 60, svc, label, end, p['targetPort'], pick, sep))
                seps.append('[0:0] -A %s -s %s/32 -m comment --comment "%s" -j KUBE-MARK-MASQ' % (sep, end, label))
                seps.append('[%d:%d] -A %s -p %s -m comment --comment "%s" -m %s -j DNAT --to-destination %s:%d' % (40 + i, 2400 + i * 60, sep, proto, label, proto, end, p['targetPort']))
    rules, seps = rules, sorted(set(seps), key=lambda r: r.split(' -A ')[1])
    if not counters:
        rules, seps = [r.split('] ', 1)[1] for r in rules], [r.split('] ', 1)[1] for r in seps]
    return sorted(set(chains)), rules, seps


def proxy_ruleset(services, endpoints):
    """what kube-proxy loads by iptables-restore: nat and filter. A service without endpoints is rejected"""
    chains, rules, seps = nat_rules(services, endpoints, counters=False)
    nat = ['*nat', ':KUBE-MARK-MASQ - [0:0]', ':KUBE-POSTROUTING - [0:0]', ':KUBE-SERVICES - [0:0]'] + [':%s - [0:0]' % c for c in chains] + [
        '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES', '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
        '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING', '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
        '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0', '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE'] + seps + rules + ['COMMIT']
    rejects = ['-A KUBE-SERVICES -d %s/32 -p %s -m comment --comment "%s/%s:%s has no endpoints" -m %s --dport %d -j REJECT --reject-with icmp-port-unreachable' % (
        s['spec']['clusterIP'], p['protocol'].lower(), s['metadata']['namespace'], s['metadata']['name'], p['name'], p['protocol'].lower(), p['port'])
        for s in services if not endpoints(s) for p in s['spec']['ports']]
    filters = ['*filter', ':KUBE-FIREWALL - [0:0]', ':KUBE-FORWARD - [0:0]', ':KUBE-SERVICES - [0:0]', '-A INPUT -j KUBE-FIREWALL', '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
               '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES', '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
               '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
               '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP', '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
               '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'] + rejects + ['COMMIT']
    return '\n'.join(nat + filters) + '\n'
