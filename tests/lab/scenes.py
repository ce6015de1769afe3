"""The scenes: what is broken, how that looks to a person's own tools, and what d5tui must say of it.

Diagnoses without a scene, and why:
    coredns_overload, coredns_oom   need CoreDNS itself under load; Debian has no package of it
    linklocal_throttle              the counter belongs to the ENA driver
    nodelocaldns_ipvs               needs a kernel with IPVS
    node_oom, app_oom               need a memory limit, and a control group outlives the lab that made it"""
import check
import cluster
import dns
import faults
import rights
import standins
from network import NODE_A, NODE_B, WORLD, resolv_of_node
from place import SLOWER

TIMED_OUT, FAILING = r'timed out|no servers could be reached', 'java.net.UnknownHostException'
WITH_AWS = ('kubectl', 'ssh', 'dig', 'aws')
DIG = 'dig +time=1 +tries=1 @%s %s'
ASK = DIG % (cluster.CLUSTER_IP, dns.QUERY)


class Scene:
    """A healthy cluster; a scene changes what it breaks"""
    backend = 'nft'                     # whose iptables the nodes run: nft or legacy
    proxy = 'iptables'                  # kube-proxy's mode: iptables or nftables
    resolv = dns.resolv_of_pod(cluster.CLUSTER_IP, 'ndots:5 timeout:1 attempts:2')
    pod_spec = {'dnsConfig': {'options': [{'name': 'timeout', 'value': '1'}, {'name': 'attempts', 'value': '2'}]}}
    node_resolv = resolv_of_node()      # what CoreDNS' pods have
    cluster_dns = cluster.CLUSTER_IP    # the kubelet's
    corefile = cluster.kit.COREFILE
    replicas = 2
    app = ('app.py', '0.5')             # the application's program, and what stands behind the name
    query = dns.QUERY                   # what fails, and what the application looks up
    ask = False                         # whether d5tui is told that name; else it finds it in the log
    symptom = None
    on_a = on_b = ''                    # commands in a node; $IPT is its iptables
    prepare = staticmethod(faults.nothing)            # (lab) before the application starts
    later = staticmethod(faults.nothing)              # (lab) once it has started
    during = staticmethod(faults.nothing)             # (lab) just before d5tui
    tools = ('kubectl', 'ssh', 'dig')   # what the bastion has; starting aws is most of a run's work for a processor
    mend = staticmethod(faults.nothing) # (lab) makes it whole again
    rights = rights.ONCALL              # the person's, at the API server
    stand_in = False                    # only the API server's stand-in can fail in that way
    signs, logs = (), FAILING           # (where, command, words) of the real tools; what the application says
    diagnosis, verdict, status = ['no_fault'], ['confirmed'], 0
    via, allow, environment = 'ssh', 'exec,capture', {}
    limit = 180                         # seconds; a run that takes longer hangs
    alone = False                       # needs the whole machine: hundreds of calls of aws, or a setting that there is but once
    check = staticmethod(check.named)
    look = None                         # instead of running d5tui

    def __init__(self, story, **more):
        self.story = story
        self.__dict__.update(more)

    def patience(self, real):
        """seconds for a run; the real API server and its clients want more of the processor"""
        return self.limit * SLOWER * (3 if real else 1)

    def break_it(self, lab):
        self.prepare(lab)
        for name, commands in ((NODE_A, self.on_a), (NODE_B, self.on_b)):
            if commands:
                lab.nodes[name].box.sh(commands.replace('$IPT', 'iptables-' + self.backend))


# Where lookups are to come through, they may take what they take on a busy machine.
PATIENT = {'resolv': dns.resolv_of_pod(cluster.CLUSTER_IP), 'pod_spec': {}}


def firewall(story, **more):
    more.setdefault('signs', [('pod', ASK, TIMED_OUT)])
    return Scene(story, diagnosis=['host_firewall'], **more)


# The VPC CNI's source NAT with AWS_VPC_K8S_CNI_RANDOMIZESNAT=none: what leaves the VPC has the node's address, and its own port.
SOURCE_NAT = """
$IPT -t nat -N AWS-SNAT-CHAIN-0
$IPT -t nat -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
$IPT -t nat -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
$IPT -t nat -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.11.37
"""


def raced(story, **more):
    """pods ask the company's resolver, which lies beyond the VPC"""
    signs = [('node a', 'sudo -n conntrack -S', 'insert_failed=[1-9]'), ('node a', 'sudo -n iptables-save -t nat', r'-j SNAT --to-source 10\.0\.11\.37$'), ('pod', DIG % (WORLD, dns.OUTSIDE), 'NOERROR')]
    return Scene(story, query=dns.OUTSIDE, resolv='nameserver %s\noptions timeout:5 attempts:1\n' % WORLD, pod_spec={'dnsPolicy': 'Default'}, prepare=faults.company_resolver, on_a=SOURCE_NAT, signs=signs, **more)


SCENES = {
    'stand_ins': Scene('Nothing is broken; the stand-ins are held against the real kubectl and aws.', logs='connected to orders', look=standins.look, stand_in=True, tools=WITH_AWS, limit=360),
    'no_fault': Scene('Nothing is broken.', **PATIENT, logs='connected to orders', check=check.beside_each_other, tools=WITH_AWS, signs=[('pod', ASK, 'NOERROR'), ('node a', DIG % ('10.0.0.2', dns.OUTSIDE), 'NOERROR'), ('kubectl', 'get nodes', 'ip-10-0-12-16')]),
    'no_fault_nft': Scene('Nothing is broken; kube-proxy is in its nftables mode.', **PATIENT, proxy='nftables', logs='connected to orders', signs=[('pod', ASK, 'NOERROR'), ('node a', 'sudo -n nft list ruleset', 'kube-dns/udp/dns')]),
    'fw_legacy': firewall('A rule at the head of FORWARD on the pod\'s node drops UDP 53 to the subnet of CoreDNS; TCP passes. Then it is taken out.', backend='legacy', check=check.mended, mend=faults.take_rule_out,
                          on_a='$IPT -I FORWARD 1 -d 10.0.12.0/24 -p udp --dport 53 -j DROP', signs=[('pod', ASK, TIMED_OUT), ('pod', ASK + ' +tcp', 'NOERROR'), ('node a', 'sudo -n iptables-save -c', r'\[[1-9].*--dport 53 -j DROP')]),
    'fw_nft': firewall('A native nft table drops UDP 53 in a forward chain before the others; kube-proxy is in its nftables mode, and iptables-save shows nothing.', proxy='nftables',
                       on_a='nft add table inet guard; nft "add chain inet guard forward { type filter hook forward priority -10; }"; nft add rule inet guard forward ip daddr 10.0.12.0/24 udp dport 53 counter drop',
                       signs=[('pod', ASK, TIMED_OUT), ('node a', 'sudo -n nft list ruleset', r'udp dport 53 counter packets [1-9]')]),
    'fw_raw': firewall('The raw table drops what comes from pods for port 53, before conntrack and before kube-proxy.', on_a='$IPT -t raw -I PREROUTING -i eni+ -p udp --dport 53 -j DROP'),
    'fw_policy': firewall('FORWARD\'s policy is DROP and nothing accepts new flows of pods. No rule names port 53.', on_a='$IPT -P FORWARD DROP'),
    'fw_reply': firewall('The answer is dropped on its way back: --sport 53 in FORWARD.', backend='legacy', on_a='$IPT -I FORWARD 1 -p udp --sport 53 -j DROP'),
    'fw_tcp': firewall('TCP 53 is rejected: small answers come, and those that were cut and are asked for again over TCP do not.', query=dns.BIG, on_a='$IPT -I FORWARD 1 -d 10.0.12.0/24 -p tcp --dport 53 -j REJECT --reject-with tcp-reset',
                       signs=[('pod', ASK, 'NOERROR'), ('pod', DIG % (cluster.CLUSTER_IP, dns.BIG) + ' +tcp', TIMED_OUT + '|refused|reset')]),
    'fw_coredns_node': firewall('The pod\'s node is clean; the node that carries CoreDNS drops what comes for port 53 from the pods\' subnet.', on_b='$IPT -I FORWARD 1 -s 10.0.11.0/24 -p udp --dport 53 -j DROP',
                                signs=[('pod', ASK, TIMED_OUT), ('node b', 'sudo -n iptables-save -c', r'\[[1-9].*--dport 53 -j DROP')]),
    'network_policy_deny': Scene('A default deny of egress, and no policy that lets DNS out. The agent enforces it at the pod, where the node\'s rulesets do not show it.', prepare=faults.deny_egress, later=faults.enforce_at_pod,
                                 signs=[('pod', ASK, TIMED_OUT), ('kubectl', 'get networkpolicies -n shop', 'default-deny')], diagnosis=['network_policy_deny']),
    'coredns_down': Scene('CoreDNS is scaled to zero, and kube-proxy rejects the service\'s address.', replicas=0, signs=[('pod', ASK, 'refused|no servers could be reached'), ('node a', 'sudo -n iptables-save', 'has no endpoints')],
                          prepare=faults.scaled_down, diagnosis=['coredns_down']),
    'corefile_error': Scene('A directive of the Corefile is misspelt: CoreDNS ends as soon as it starts.', corefile=cluster.kit.COREFILE.replace('forward', 'foward'), signs=[
        ('kubectl', 'logs -n kube-system coredns-6f9cd4d8bb-6kqzl --previous', "Unknown directive 'foward'"), ('pod', ASK, 'refused|no servers could be reached')], diagnosis=['corefile_error']),
    'upstream_unreachable': Scene('The VPC\'s resolver does not answer; cluster names resolve, others do not.', query=dns.OUTSIDE, prepare=faults.mute_resolver, signs=[
        ('pod', ASK, 'NOERROR'), ('pod', 'dig +time=4 +tries=1 @%s %s' % (cluster.CLUSTER_IP, dns.OUTSIDE), 'SERVFAIL'), ('kubectl', 'logs -n kube-system -l k8s-app=kube-dns --prefix', 'i/o timeout')], diagnosis=['upstream_unreachable']),
    'ipv6_upstream': Scene('CoreDNS forwards to the IPv6 address of the VPC\'s resolver, and there is no IPv6 route.', query=dns.OUTSIDE, corefile=cluster.kit.COREFILE.replace('/etc/resolv.conf', 'fd00:ec2::253'), signs=[
        ('pod', ASK, 'NOERROR'), ('pod', DIG % (cluster.CLUSTER_IP, dns.OUTSIDE), 'SERVFAIL'), ('kubectl', 'logs -n kube-system -l k8s-app=kube-dns --prefix', 'network is unreachable')], diagnosis=['ipv6_upstream']),
    'wrong_nameserver': Scene('The kubelet hands out 10.100.0.10, which does not exist here.', cluster_dns='10.100.0.10', resolv=dns.resolv_of_pod('10.100.0.10', 'ndots:5 timeout:1 attempts:2'),
                              signs=[('pod', 'cat /etc/resolv.conf', '10.100.0.10'), ('pod', DIG % ('10.100.0.10', dns.QUERY), TIMED_OUT)], diagnosis=['wrong_nameserver']),
    'dns_policy': Scene('The pod has dnsPolicy Default: it asks the node\'s resolver, which knows no cluster names.', resolv=resolv_of_node(), pod_spec={'dnsPolicy': 'Default'},
                        signs=[('pod', 'cat /etc/resolv.conf', '10.0.0.2'), ('pod', DIG % ('10.0.0.2', dns.QUERY), 'NXDOMAIN')], diagnosis=['dns_policy']),
    'nodelocaldns_bind': Scene('NodeLocal DNSCache cannot listen: another server holds port 53 of the node.', prepare=faults.squat_on_53, cluster_dns=faults.LINK_LOCAL, resolv=dns.resolv_of_pod(faults.LINK_LOCAL, 'ndots:5 timeout:1 attempts:2'),
                               signs=[('node a', 'sudo -n ss -lnu sport = :53', ':53'), ('kubectl', 'logs -n kube-system node-local-dns-x7k2p --previous', 'address already in use')], diagnosis=['nodelocaldns_bind']),
    'conntrack_full': Scene('The node\'s table of connections is full of long-lived ones; ssh and the kubelet are not tracked, so that one still gets in.', later=faults.fill_conntrack,
                            signs=[('pod', ASK, TIMED_OUT), ('node a', 'sudo -n dmesg', 'table full')], diagnosis=['conntrack_full']),
    'conntrack_race': raced('Two pods of one node ask at the same instants from the same ports, and source NAT leaves both the port: now and then the later one is lost.', app=faults.in_step(0), later=faults.second_in_step,
                            symptom='lookups of partner-api.example.net take five seconds now and then', diagnosis=['conntrack_race'], alone=True),
    'conntrack_race_before': raced('Two pods raced for ports, and do so no more: insert_failed stands where it stood.', later=faults.raced_before, logs='connected to partner-api', check=check.rejects('conntrack_race'), alone=True),
    'mtu': Scene('A link of 1500 between nodes of 9001 loses large packets, and nobody is told: the effect is seen, the link is not. dig +tcp asks for small segments and sees nothing of it; the C library waits.', query=dns.BIG, logs=None, ask=True,
                 symptom='lookups of big.example.net hang, all others work', prepare=faults.narrow_link, diagnosis=['mtu'], verdict=['likely'],
                 signs=[('pod', ASK, 'NOERROR'), ('pod', DIG % (cluster.CLUSTER_IP, dns.BIG) + ' +bufsize=4096 +ignore', TIMED_OUT)]),
    'service_path': Scene('kube-proxy on the pod\'s node has stopped: its rules lead to addresses that are no endpoints any more.', prepare=faults.stale_rules, signs=[
        ('pod', ASK, TIMED_OUT), ('pod', DIG % ('10.0.12.53', dns.QUERY), 'NOERROR')], diagnosis=['service_path']),
    'security_group_block': Scene('The security group of CoreDNS\' nodes lets the API and ssh in, and nothing on port 53.', prepare=faults.close_group, tools=WITH_AWS, diagnosis=['security_group_block'],
                                  signs=[('pod', ASK, TIMED_OUT), ('pod', ASK + ' +tcp', TIMED_OUT)]),
    'pod_not_running': Scene('The application dies at its start, for want of a file; DNS has no part in it.', later=faults.crash_app, logs='config.yaml', symptom='checkout does not come up, somebody says DNS',
                             diagnosis=['pod_not_running'], verdict=['confirmed', 'likely']),
    'search_expansion': Scene('NXDOMAIN for the doubled names, then an answer: the search list at work.', **PATIENT, logs='connected to orders', symptom='the capture is full of NXDOMAIN, is DNS broken?', diagnosis=['search_expansion'],
                              signs=[('pod', DIG % (cluster.CLUSTER_IP, dns.QUERY + '.shop.svc.cluster.local'), 'NXDOMAIN')]),
    'name_does_not_exist': Scene('The application asks for "ordres"; the service is "orders".', query='ordres.shop.svc.cluster.local', signs=[('pod', DIG % (cluster.CLUSTER_IP, 'ordres.shop.svc.cluster.local'), 'NXDOMAIN')],
                                 diagnosis=['name_does_not_exist'], verdict=['confirmed', 'likely']),
    'transient_servfail': Scene('A pod of CoreDNS was replaced a moment ago: a few SERVFAIL while the new one had not heard from the API server.', **PATIENT, query=dns.QUERY + '.', corefile=cluster.kit.COREFILE.replace('errors\n', 'errors\n    log\n', 1), later=faults.replace_coredns,
                                signs=[('pod', ASK, 'NOERROR')], diagnosis=['transient_servfail'], verdict=['confirmed', 'likely']),
}
