"""The cluster's state, and the objects that the API server makes of it."""
import os
import sys
import time

import proxy_nft
from container import rfc3339
from network import NODES

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cases'))
import kit  # noqa: E402  what the makers of incidents share

CLUSTER_IP, ORDERS_IP = '172.20.0.10', '172.20.41.9'
REGISTRY = 'registry.example.com/'
DAYS_2 = 2 * 86400


class Pod:
    """One pod: its box and containers, and what its spec says"""

    def __init__(self, name, namespace, ip, node, box, owner, labels, host_network=False):
        self.name, self.namespace, self.ip, self.node, self.box = name, namespace, ip, node, box
        self.owner, self.labels, self.host_network = owner, labels, host_network
        self.containers, self.spec, self.lacks = [], {}, set()  # spec: what replaces kit's; lacks: programs that its image has not
        self.created = time.time() - DAYS_2

    def ready(self):
        return all(c.status()['ready'] for c in self.containers)

    def object(self):
        first = self.containers[0]
        made = kit.pod(self.name, self.namespace, self.ip, self.node, NODES[self.node], first.name, first.image, rfc3339(self.created), [], '170Mi', self.labels, self.owner, self.host_network)
        made['spec'].update(self.spec)
        statuses = [c.status() for c in self.containers]
        made['status']['containerStatuses'] = statuses
        for condition in made['status']['conditions']:
            if condition['type'] in ('Ready', 'ContainersReady') and not self.ready():
                condition['status'] = 'False'
        return made


class Cluster:
    def __init__(self, cluster_dns):
        self.cluster_dns = cluster_dns  # what the kubelets hand out
        self.pods, self.policies, self.events, self.configs = [], [], [], {}
        self.replicas, self.not_ready, self.daemonsets, self.bystanders, self.strangers = 2, set(), ['aws-node', 'kube-proxy'], 0, []
        self.services = [kit.service('kubernetes', 'default', '172.20.0.1', [{'name': 'https', 'port': 443, 'protocol': 'TCP', 'targetPort': 443}], None),
                         kit.service('kube-dns', 'kube-system', CLUSTER_IP, kit.DNS_PORTS, {'k8s-app': 'kube-dns'}),
                         kit.service('orders', 'shop', ORDERS_IP, kit.HTTP, {'app': 'orders'})]

    def pod(self, namespace, name):
        return next((p for p in self.pods if (p.namespace, p.name) == (namespace, name)), None)

    def behind(self, service):
        """the ready pods of a service"""
        selector = service['spec'].get('selector') or {}
        return [p for p in self.pods if selector and p.namespace == service['metadata']['namespace'] and selector.items() <= p.labels.items() and p.ready()]

    def addresses(self, service):
        return [p.ip for p in self.behind(service)]

    def ruleset(self, mode='iptables'):
        """what kube-proxy writes now, in that mode"""
        write = proxy_nft.ruleset if mode == 'nftables' else kit.proxy_ruleset
        return write([s for s in self.services if s['spec'].get('selector')], self.addresses)

    def kubelet_settings(self):
        return {'kind': 'KubeletConfiguration', 'apiVersion': 'kubelet.config.k8s.io/v1beta1', 'clusterDNS': [self.cluster_dns], 'clusterDomain': 'cluster.local', 'resolvConf': '/etc/resolv.conf'}

    # ---------------------------------------------------------------- objects
    def objects(self, resource, old=False):
        make = getattr(self, '_' + resource, None)
        return make(old) if resource == 'endpointslices' else make() if make else []

    def _pods(self):
        return [p.object() for p in self.pods] + [self._bystander(i) for i in range(self.bystanders)] + [self._stranger(*s) for s in enumerate(self.strangers)]

    def _stranger(self, i, name):
        """a pod of CoreDNS', on a node of its own, which has that for its name, and so have its containers"""
        labels = {'k8s-app': 'kube-dns'}
        return kit.pod(name, 'kube-system', '10.0.14.%d' % (i + 1), name, '10.0.15.%d' % (i + 1), name, REGISTRY + 'eks/coredns:v1.11.4', '2026-10-02T08:11:40Z', [], '170Mi', labels, ('ReplicaSet', 'coredns'))

    def _bystander(self, i):
        name, node = 'worker-%05d' % i, list(NODES)[i % len(NODES)]
        return kit.pod(name, 'batch', '10.0.%d.%d' % (13 + i // 250, i % 250 + 1), node, NODES[node], 'worker', REGISTRY + 'batch/worker:1', '2026-10-02T08:11:40Z', [], '64Mi', {'app': 'worker'}, ('ReplicaSet', 'worker'))

    def _nodes(self):
        strangers = [(name, '10.0.15.%d' % (i + 1)) for i, name in enumerate(self.strangers)]
        made = [kit.node(name, ip, i, rfc3339(time.time() - 8), os_image='Amazon Linux 2023', kernel=os.uname().release) for i, (name, ip) in enumerate([*NODES.items(), *strangers])]
        for node in made:
            if node['metadata']['name'] in self.not_ready:
                node['status']['conditions'][-1].update(status='Unknown', reason='NodeStatusUnknown', message='Kubelet stopped posting node status.', lastTransitionTime=rfc3339(time.time() - 45))
        return made

    def _namespaces(self):
        return [{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': kit.meta(n, labels={'kubernetes.io/metadata.name': n}), 'status': {'phase': 'Active'}} for n in ['default', 'kube-system', 'shop'] + ['batch'] * bool(self.bystanders)]

    def _services(self):
        return self.services

    def _endpointslices(self, old):
        made = []
        for s in self.services[1:]:
            meta = s['metadata']
            made.append(kit.slice_(meta['name'], meta['namespace'], [(p.name, p.ip, p.node) for p in self.behind(s)], s['spec']['ports']))
        for o in made if old else ():
            o['apiVersion'] = 'discovery.k8s.io/v1beta1'
            for e in o['endpoints']:
                e['topology'] = {'kubernetes.io/hostname': e.pop('nodeName')}
        return made

    def _configmaps(self):
        return [kit.config(name, data) for name, data in self.configs.items()]

    def _deployments(self):
        dns = self.services[1]
        return [kit.deployment('coredns', 'kube-system', self.replicas, REGISTRY + 'eks/coredns:v1.11.4', len(self.behind(dns))),
                kit.deployment('checkout', 'shop', 1, REGISTRY + 'shop/checkout:4.18.2'), kit.deployment('orders', 'shop', 1, REGISTRY + 'shop/orders:4.18.2')]

    def _daemonsets(self):
        return [kit.daemonset(n, len(NODES)) for n in self.daemonsets]

    def _networkpolicies(self):
        return self.policies

    def _events(self):
        return self.events
