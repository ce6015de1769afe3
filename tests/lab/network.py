"""The wires: two worker nodes and their pods, a bastion, the VPC's resolver, and the world beyond.

    pod 10.0.11.142 ── eni… node A (10.0.11.37) eth0 ──┐                     ┌── bastion 10.0.0.20
    pods 10.0.12.x ─── eni… node B (10.0.12.16) eth0 ──┤ the lab's namespace ├── resolver 10.0.0.2
                       the world (203.0.113.53) eth0 ──┘ routes, as a VPC    └── (its own: API server 10.0.0.10, AWS 10.0.0.11)

Pods are wired as the VPC CNI does it: /32 addresses, a gateway of 169.254.1.1, a host route on the node."""
import hashlib
import os
import subprocess

from box import Box

DOMAIN = '.eu-west-1.compute.internal'
NODE_A, NODE_B = 'ip-10-0-11-37' + DOMAIN, 'ip-10-0-12-16' + DOMAIN
NODES = {NODE_A: '10.0.11.37', NODE_B: '10.0.12.16'}
RESOLVER, API, AWS, BASTION, WORLD = '10.0.0.2', '10.0.0.10', '10.0.0.11', '10.0.0.20', '203.0.113.53'
LINK_LOCAL = '169.254.169.253'  # the resolver's other address, the same in every VPC
MTU = 9001  # a VPC's
NODE_SETTINGS = ('net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0')


def here(commands):
    """in the lab's own namespace, which is the VPC"""
    done = subprocess.run(['sh', '-ec', commands], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError('%s: %s' % (commands.strip(), done.stderr.strip()))


def settings(names):
    return ''.join('echo %s >/proc/sys/%s\n' % (value, name.replace('.', '/')) for name, value in (n.split('=') for n in names))


def interface(pod):
    return 'eni' + hashlib.sha256(pod.encode()).hexdigest()[:11]


def resolv_of_node():
    return 'search %s\nnameserver %s\n' % (DOMAIN[1:], RESOLVER)


class Network:
    def __init__(self, folder):
        self.folder, self.boxes = folder, {}

    def box(self, name, files=()):
        self.boxes[name] = Box(name, os.path.join(self.folder, 'boxes', name), files)
        return self.boxes[name]

    def build(self):
        """the VPC, nodes and servers; pods come one by one"""
        for box in self.boxes.values():
            box.ready()
        here('ip link set lo up\nip link add vpc0 type bridge\nip link set vpc0 up\nip addr add 10.0.0.1/24 dev vpc0\n'
             'ip addr add %s/24 dev vpc0\nip addr add %s/24 dev vpc0\n' % (API, AWS) + settings(NODE_SETTINGS) +
             'ip route add blackhole 172.20.0.0/16\nip route add blackhole 10.100.0.0/16\n')
        self._attach('bastion', BASTION)
        self._attach('resolver', RESOLVER)
        self.boxes['resolver'].sh('ip addr add %s/32 dev lo' % LINK_LOCAL)
        here('ip route add %s via %s' % (LINK_LOCAL, RESOLVER))
        self._route('world', WORLD, '203.0.113.1', 'vpc-world')
        for node, name in ((NODE_A, 'vpc-a'), (NODE_B, 'vpc-b')):
            self.boxes[node].sh(settings(NODE_SETTINGS))
            self._route(node, NODES[node], NODES[node].rsplit('.', 1)[0] + '.1', name)

    def _attach(self, name, address):
        box = self.boxes[name]
        here('ip link add v-%s type veth peer name eth0 netns %d\nip link set v-%s master vpc0 up' % (name, box.holder.pid, name))
        box.sh('ip addr add %s/24 dev eth0\nip link set eth0 up\nip route add default via 10.0.0.1' % address)

    def _route(self, name, address, gateway, interface_):
        box = self.boxes[name]
        here('ip link add %s type veth peer name eth0 netns %d\nip addr add %s/24 dev %s\nip link set %s mtu %d up' % (interface_, box.holder.pid, gateway, interface_, interface_, MTU))
        box.sh('ip addr add %s/24 dev eth0\nip link set eth0 mtu %d up\nip route add default via %s' % (address, MTU, gateway))

    def pod(self, name, address, node, files=()):
        """a pod's box, with its wire into the node and the VPC's way to that node"""
        box, host, eni = self.box(name, files), self.boxes[node], interface(name)
        box.ready()
        host.sh('ip link add %s type veth peer name eth0 netns %d\nip link set %s mtu %d up\nip addr add 169.254.1.1/32 dev %s\nip route add %s dev %s' % (eni, box.holder.pid, eni, MTU, eni, address, eni))
        box.sh('ip addr add %s/32 dev eth0\nip link set eth0 mtu %d up\nip route add 169.254.1.1 dev eth0\nip route add default via 169.254.1.1' % (address, MTU))
        here('ip route add %s via %s' % (address, NODES[node]))
        return box
