#!/usr/bin/env python3
"""One lab: a small cluster of real parts, with one thing broken.

    tests/lab/lab.py SCENE              as root: builds it, runs the scene's checks, says what came out
    tests/lab/lab.py SCENE --signs      builds it, and only looks whether the fault is real
    tests/lab/lab.py SCENE --shell      builds it, and leaves you on the bastion: kubectl, ssh, dig, d5tui; exit ends all
    … --real                            with the real API server (apiserver.sh builds it) in place of the stand-in

A lab lives in mount, network and process namespaces of its own, with a /run of its own and build/lab/root laid over /usr. When
its first process ends, by whatever signal, the kernel ends all others and takes the namespaces away: nothing on the machine was
changed, and two labs do not see each other."""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import bastion  # noqa: E402
import cluster  # noqa: E402
import conntrack_max  # noqa: E402
import dns  # noqa: E402
import node  # noqa: E402
from api import Api  # noqa: E402
from apiserver import ApiServer  # noqa: E402
from aws import Aws  # noqa: E402
from container import Container  # noqa: E402
from network import API, AWS, NODE_A, NODE_B, NODES, Network  # noqa: E402
from place import CHECKOUT, COREDNS, ORDERS, POD, POD_IP, PROGRAMS, ROOM, TOP  # noqa: E402

INSIDE = conntrack_max.FD  # in the environment of one that runs in the namespaces
DNS_LABELS = {'k8s-app': 'kube-dns', 'pod-template-hash': '6f9cd4d8bb'}


def enter(argv):
    """runs this program again inside the lab's namespaces; returns its exit status. A signal that ends us ends all of it: the
    kernel does that, by the parents' deaths"""
    guard = conntrack_max.guard()
    spaces = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    child = subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', 'unshare', *spaces, sys.executable, *argv], pass_fds=[guard], env=dict(os.environ, **{INSIDE: str(guard)}))
    os.close(guard)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: child.kill())
    return child.wait()


def furnish(root):
    """the mounts: a /run of our own with the checkout in it, what `make lab-root` unpacked over /usr"""
    subprocess.run(['sh', '-ec', 'mount -t tmpfs -o mode=755 tmpfs /run\nmkdir -p /run/sshd %s\nmount --bind %s %s\nmount -t overlay overlay -o "lowerdir=%s/usr:/usr" /usr' % (CHECKOUT, TOP, CHECKOUT, root)], check=True)


class Lab:
    def __init__(self, scene, real=False):
        self.real, self.limit = real, scene.patience(real)
        self.scene, self.network, self.cluster = scene, Network(ROOM), cluster.Cluster(scene.cluster_dns)
        self.servers = []

    def build(self):
        """the cluster, whole; what the scene breaks comes after"""
        keys, certificates = ROOM + '/keys', ROOM + '/certificates'
        node.make_keys(keys)
        bastion.make_certificates(certificates)
        net, scene = self.network, self.scene
        for name in (NODE_A, NODE_B):
            net.box(name, node.files(name, '%s/boxes/%s' % (ROOM, name), scene.backend))
        net.box('bastion', bastion.files(ROOM + '/home'))
        net.box('resolver')
        net.box('world')
        net.build()
        self.servers += [dns.world(net.boxes['world'], ROOM + '/world'), dns.resolver(net.boxes['resolver'], ROOM + '/resolver')]
        self.nodes = {name: node.Node(net.boxes[name], keys, self.cluster.kubelet_settings()) for name in (NODE_A, NODE_B)}
        self.cluster.configs = {'coredns': {'Corefile': scene.corefile}, 'kube-proxy-config': {'config': 'kind: KubeProxyConfiguration\nmode: "%s"\n' % scene.proxy}}
        self._pods()
        self.api = self._api(certificates)
        self.aws = Aws(self, AWS, certificates, ROOM + '/aws.jsonl')
        self.bastion = bastion.Bastion(net.boxes['bastion'], ROOM, keys, certificates, scene.tools, self.api.token)
        return self

    def _api(self, certificates):
        if self.real:
            return ApiServer(self.cluster, self.network.boxes, API, certificates, ROOM + '/apiserver', self.scene.rights)
        return Api(self.cluster, API, certificates, ROOM + '/requests.jsonl', self.scene.rights)

    # ---------------------------------------------------------------- pods
    def _pods(self):
        for name, ip in COREDNS[:self.scene.replicas]:
            self.start_coredns(name, ip)
        for dns_pod in [p for p in self.cluster.pods if p.labels == DNS_LABELS]:
            self.wait_for_dns(dns_pod)
        self._pod(ORDERS[0], 'shop', ORDERS[1], NODE_B, ('ReplicaSet', 'orders-5c8f7d9c66'), {'app': 'orders'}, ['sleep', 'infinity'], 'orders', 'shop/orders:4.18.2')
        for name in (NODE_A, NODE_B):
            for daemon in self.cluster.daemonsets:
                self._host_pod('%s-%s' % (daemon, name.split('.')[0][-5:].replace('-', 'x')), name, daemon)
        self.sync_proxy()

    def host_ip(self, node_name):
        return NODES[node_name]

    def program(self, name):
        return PROGRAMS + name

    def _pod(self, name, namespace, ip, node_name, owner, labels, argv, container, image, files=()):
        box = self.network.pod(name, ip, node_name, files)
        pod = cluster.Pod(name, namespace, ip, node_name, box, owner, labels)
        pod.containers.append(Container(container, box, argv, cluster.REGISTRY + image).start())
        self.cluster.pods.append(pod)
        return pod

    def _host_pod(self, name, node_name, daemon):
        box = self.network.boxes[node_name]
        pod = cluster.Pod(name, 'kube-system', NODES[node_name], node_name, box, ('DaemonSet', daemon), {'k8s-app': daemon}, host_network=True)
        pod.containers.append(Container(daemon, box, ['sleep', 'infinity'], cluster.REGISTRY + 'eks/' + daemon).start())
        self.cluster.pods.append(pod)

    def start_coredns(self, name, ip, synced=True):
        box = self.network.pod(name, ip, NODE_B, {'/etc/resolv.conf': self.scene.node_resolv, '/etc/coredns/Corefile': self.scene.corefile})
        if synced:
            self.sync_coredns(name)
        pod = cluster.Pod(name, 'kube-system', ip, NODE_B, box, ('ReplicaSet', 'coredns-6f9cd4d8bb'), DNS_LABELS)
        pod.containers.append(Container('coredns', box, [sys.executable, PROGRAMS + 'coredns.py', '/etc/coredns/Corefile'], cluster.REGISTRY + 'eks/coredns:v1.11.4').start())
        self.cluster.pods.append(pod)

    def sync_coredns(self, name):
        """what its kubernetes plug-in does: learns the cluster's names"""
        self.servers.append(dns.cluster(self.network.boxes[name], '%s/%s' % (ROOM, name), self.cluster.services))

    def wait_for_dns(self, pod):
        """until the pod answers, or its container has died often enough to be called crash-looping"""
        end = time.monotonic() + 60  # by the clock: who is refused asks again at once, and a container is given time to die twice
        while time.monotonic() < end:
            if pod.containers[0].restarts >= 2 or pod.box.run(['dig', '+time=1', '+tries=1', '@127.0.0.1', dns.QUERY]).returncode == 0:
                return
        raise RuntimeError('%s does not answer: %s' % (pod.name, pod.containers[0].lines))

    def sync_proxy(self):
        for n in self.nodes.values():
            self.load(n, self.cluster.ruleset(self.scene.proxy))

    def load(self, n, ruleset):
        n.load(['nft', '-f', '-'] if self.scene.proxy == 'nftables' else ['iptables-%s-restore' % self.scene.backend], ruleset)

    def start_app(self):
        self.app_pod = self.start_checkout(POD, POD_IP, self.scene.app)
        return self.app_pod.containers[0]

    def start_checkout(self, name, ip, app):
        """a pod of the application that complains, on the first node"""
        pod = self._pod(name, 'shop', ip, NODE_A, ('ReplicaSet', 'checkout-7d9c5b6f4'), {'app': 'checkout'}, self.app_argv(app), 'checkout', 'shop/checkout:4.18.2', {'/etc/resolv.conf': self.scene.resolv})
        pod.spec.update(self.scene.pod_spec)
        return pod

    def app_argv(self, app):
        """of a program, and of what stands behind the name on its command line"""
        return [sys.executable, PROGRAMS + app[0], self.scene.query, *app[1:]]

    def kubectl(self, *words, **more):
        return self.bastion.run(['kubectl', *words], **more)

    def ssh(self, node_name, command, **more):
        return self.bastion.run(['ssh', '-o', 'BatchMode=yes', '-o', 'HostKeyAlias=' + node_name, NODES[node_name], command], **more)


def inside(name, options):
    import check
    import scenes
    import troubles
    furnish(os.path.join(TOP, 'build/lab/root'))
    started = time.monotonic()
    lab = Lab(dict(scenes.SCENES, **troubles.TROUBLES)[name], '--real' in options).build()
    lab.scene.break_it(lab)
    app = lab.start_app()
    lab.scene.later(lab)
    lab.api.publish()
    print('%s: the lab is up after %.1f s' % (name, time.monotonic() - started), file=sys.stderr)
    if '--shell' in options:
        return subprocess.run(lab.bastion.box.argv(['/bin/sh', '-i']), env=dict(lab.bastion.environment(), PS1='bastion# ')).returncode
    return check.scene(name, lab, app, '--signs' in options)


def main():
    if len(sys.argv) < 2 or os.geteuid() != 0:
        sys.exit(__doc__)
    if INSIDE not in os.environ:
        sys.exit(1 if enter([os.path.abspath(__file__)] + sys.argv[1:]) else 0)
    os._exit(inside(sys.argv[1], sys.argv[2:]))


if __name__ == '__main__':
    main()
