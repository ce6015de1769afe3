"""Faults that take more than a command in a node: each is a function of the lab."""
import re
import subprocess
import sys
import time

import aws
import cluster
import conntrack_max
import kubelet
from container import Container, rfc3339
from network import NODE_A, NODE_B, here, settings

kit = cluster.kit
LINK_LOCAL = '169.254.20.10'


def nothing(lab):
    pass


# ---------------------------------------------------------------- policies
def deny_egress(lab):
    lab.cluster.policies.append({'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': kit.meta('default-deny', 'shop', rfc3339(time.time() - 120)),
                                 'spec': {'podSelector': {}, 'policyTypes': ['Egress']}})


def enforce_at_pod(lab):
    """as the VPC CNI's agent does, by a program at the pod's own interface: no ruleset of the node shows it"""
    lab.network.boxes[lab.app_pod.name].sh('nft add table ip agent\nnft "add chain ip agent out { type filter hook output priority 0; policy drop; }"\nnft add rule ip agent out oif lo accept')


# ---------------------------------------------------------------- CoreDNS and what it asks
def scaled_down(lab):
    lab.cluster.replicas = 0


def mute_resolver(lab):
    lab.network.boxes['resolver'].sh('nft add table ip mute\nnft "add chain ip mute in { type filter hook input priority 0; policy drop; }"')


def replace_coredns(lab):
    """one pod of CoreDNS ends, and the one in its place answers SERVFAIL until it knows the cluster's names"""
    name, app, dns_pods = 'coredns-6f9cd4d8bb-2mvqz', lab.app_pod.containers[0], [p for p in lab.cluster.pods if p.labels.get('k8s-app') == 'kube-dns']
    app.wait_for('connected to', 30)
    now, old = rfc3339(time.time()), dns_pods[0]
    lab.start_coredns(name, '10.0.12.61', synced=False)
    lab.cluster.events += [kit.event('SuccessfulCreate', 'Created pod: ' + name, 'ReplicaSet', 'coredns-6f9cd4d8bb', 'kube-system', now, 'replicaset-controller'),
                           kit.event('Killing', 'Stopping container coredns', 'Pod', old.name, 'kube-system', now, 'kubelet')]
    lab.cluster.pod('kube-system', name).containers[0].wait_for('CoreDNS-', 30)
    lab.cluster.pods.remove(old)
    lab.sync_proxy()
    app.wait_for('UnknownHostException', 60)
    old.containers[0].stop()
    lab.sync_coredns(name)
    failed = len(app.lines)
    while not any('connected' in line.text for line in app.lines[failed:]):
        app.wait_for_more(10)


def close_group(lab):
    """what the group says, and what the VPC does: anything between nodes but port 53"""
    group = 'sg-0a1b2c3d4e5f60002'
    lab.aws.groups[NODE_B] = group
    lab.aws.ingress[group] = [aws.anywhere('tcp', port, port, '10.0.0.0/16') for port in (22, 443, 10250)]
    here('nft add table ip groups\nnft "add chain ip groups forward { type filter hook forward priority 0; }"\nnft add rule ip groups forward ip daddr 10.0.12.0/24 ip saddr 10.0.11.0/24 meta l4proto { tcp, udp } th dport 53 drop')


# ---------------------------------------------------------------- nodes
def take_rule_out(lab):
    lab.nodes[NODE_A].box.sh('iptables-%s -D FORWARD 1' % lab.scene.backend)


def squat_on_53(lab):
    """a resolver of somebody's own on the node, and NodeLocal DNSCache, which wants the same port"""
    box = lab.nodes[NODE_A].box
    box.sh('ip link add nodelocaldns type bridge\nip addr add %s/32 dev nodelocaldns\nip link set nodelocaldns up' % LINK_LOCAL)
    lab.servers.append(box.start(['dnsmasq', '-k', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--user=root', '--log-facility=/dev/null'], stderr=subprocess.DEVNULL))
    while not box.run(['ss', '-Hlnu', 'sport = :53']).stdout:
        lab.servers[-1].poll()
    box.write('/etc/coredns/Corefile', kit.COREFILE)
    pod = cluster.Pod('node-local-dns-x7k2p', 'kube-system', lab.host_ip(NODE_A), NODE_A, box, ('DaemonSet', 'node-local-dns'), {'k8s-app': 'node-local-dns'}, host_network=True)
    pod.containers.append(Container('node-cache', box, [sys.executable, lab.program('coredns.py'), '/etc/coredns/Corefile', LINK_LOCAL], cluster.REGISTRY + 'eks/k8s-dns-node-cache:1.23.1').start())
    lab.cluster.pods.append(pod)
    lab.cluster.daemonsets.append('node-local-dns')
    lab.cluster.configs['node-local-dns'] = {'Corefile': kit.COREFILE.replace('.:53 {', '.:53 {\n    bind ' + LINK_LOCAL)}
    pod.containers[0].wait_for_restarts(2, 30)


def stale_rules(lab):
    """kube-proxy of one node still has the endpoints of before"""
    rules = lab.cluster.ruleset(lab.scene.proxy).replace('10.0.12.53', '10.0.12.153').replace('10.0.12.87', '10.0.12.154')
    lab.load(lab.nodes[NODE_A], rules)


FILL = '''
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
server = socket.create_server(('127.0.0.1', 9999), backlog=4096)
held = []
try:
    while True:
        held.append(socket.create_connection(('127.0.0.1', 9999), 1))
        held.append(server.accept()[0])
except OSError:
    print('full', flush=True)
while True: # what expires is taken up again
    time.sleep(0.2)
    try:
        held.append(socket.create_connection(('127.0.0.1', 9999), 0.2))
    except OSError:
        pass
'''


UNTRACKED = """
$IPT -t raw -A PREROUTING -p tcp --dport %(port)d -j NOTRACK
$IPT -t raw -A OUTPUT -p tcp --sport %(port)d -j NOTRACK
"""


def fill_conntrack(lab):
    """but for what d5tui asks the node by: sshd and the kubelet"""
    conntrack_max.lower(1000)
    box = lab.nodes[NODE_A].box
    for port in (22, kubelet.PORT):
        box.sh((UNTRACKED % {'port': port}).replace('$IPT', 'iptables-' + lab.scene.backend))
    filler = box.start([sys.executable, '-c', FILL], stdout=subprocess.PIPE, text=True)
    lab.servers.append(filler)
    if filler.stdout.readline() != 'full\n':
        raise RuntimeError('the table of connections did not fill')


def narrow_link(lab):
    """veth drops silently what is larger than its other end takes"""
    here('ip link set vpc-b mtu 1500')


NEIGHBOUR = ('checkout-7d9c5b6f4-q8r2k', '10.0.11.143')  # another pod of the application on that node


def in_step(cpu):
    """each on a processor of its own: they meet in the node's table of connections"""
    return 'in_step.py', '0.02', str(cpu)


def wait_for_race(lab):
    """until an insertion failed on the pods' node"""
    deadline = time.monotonic() + 60
    while not re.search('insert_failed=[1-9]', lab.nodes[NODE_A].box.run(['conntrack', '-S']).stdout):
        if time.monotonic() > deadline:
            raise RuntimeError('two pods ask in step, and no insertion fails')
        lab.app_pod.containers[0].wait_for_more(0.5)


def company_resolver(lab):
    """the VPC's DHCP options name it: nodes ask it, and pods by dnsPolicy Default. What was answered is soon forgotten: another lab
    may just be lowering the maximum of all tables"""
    lab.nodes[NODE_A].box.write('/etc/resolv.conf', lab.scene.resolv)
    lab.nodes[NODE_A].box.sh(settings(['net.netfilter.nf_conntrack_udp_timeout=2']))


def second_in_step(lab):
    lab.start_checkout(*NEIGHBOUR, in_step(1))
    wait_for_race(lab)


def raced_before(lab):
    neighbour = lab.start_checkout(*NEIGHBOUR, lab.scene.app)
    racers = [pod.box.start(lab.app_argv(in_step(cpu)), stdout=subprocess.DEVNULL) for cpu, pod in enumerate((lab.app_pod, neighbour))]
    wait_for_race(lab)
    for racer in racers:
        racer.kill()
        racer.wait()


def crash_app(lab):
    app = lab.app_pod.containers[0]
    app.argv = ['sh', '-c', 'echo "java.io.FileNotFoundException: /etc/checkout/config.yaml (No such file or directory)"; exit 1']
    app.process.terminate()
    app.wait_for_restarts(3, 30)


