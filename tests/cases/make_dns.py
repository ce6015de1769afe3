#!/usr/bin/env python3
"""Makes incidents of names and of those who answer them: CoreDNS, its forward targets, what pods are told to ask.

    tests/cases/make_dns.py [--out DIR] [NAME…]

Made as make_made.py makes its own, out of the same healthy tree: one thing broken as the real programs show it, and its twin.
What CoreDNS prints is as its source has it (core/dnsserver, plugin/errors, plugin/forward, plugin/health, plugin/reload).
"""
import make_made as made
from make_made import CLUSTER_IP, COREDNS, NODE_A, OUTSIDE, POD, POD_IP, QUERY, answer, healthy, main, outside_fails, refuse, scene, timeout, unready
import kit

made.SCENES.clear()  # only what stands below is made here
STARTED = '2026-11-20T08:00:04Z'
SEARCH = 'search shop.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal\n'


def core_log(pod):
    return 'cluster/logs/kube-system/%s/coredns.log' % pod


def says(tree, lines, pods=COREDNS, previous=False):
    """CoreDNS' pods say (seconds after the collection began, text)"""
    for pod in pods:
        name = core_log(pod)
        name = name.replace('.log', '.previous.log') if previous else name
        before = '' if previous else tree.read(name)
        tree.write(name, before + ''.join('%s %s\n' % (tree.moment(s), text) for s, text in lines))


def trouble(text, times):
    return [(s, '[ERROR] plugin/errors: 2 %s. A: %s' % (OUTSIDE, text)) for s in times]


def outside_answered(tree):
    tree.target(query=OUTSIDE)
    tree.dig('query-udp', answer(tree, CLUSTER_IP, OUTSIDE, 'NOERROR', '203.0.113.80'))
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s INFO resolved %s 203.0.113.80\n' % (tree.moment(s), OUTSIDE) for s in (1, 4, 8)))


def app_says(tree, words, times):
    tree.write('pods/shop/%s/app.log' % POD, ''.join('%s %s\n' % (tree.moment(s), words) for s in times))


def query_line(tree, second, name, rcode, port=41000):
    return '%s [INFO] %s:%d - %d "A IN %s. udp 60 false 512" %s qr,aa,rd 153 0.000212s' % (
        tree.moment(second), POD_IP, port, port - 30000, name, rcode)


def core_answers(tree, lines, pod=COREDNS[0]):
    tree.write(core_log(pod), tree.read(core_log(pod)) + ''.join(query_line(tree, s, name, rcode, 41000 + i) + '\n' for i, (s, name, rcode) in enumerate(lines)))


def drop_forward(tree):
    tree.each('configmaps', 'coredns', lambda i: i['data'].update(Corefile=i['data']['Corefile'].replace('    forward . /etc/resolv.conf\n', '')))


# ---------------------------------------------------------------- what the Corefile answers
@scene('The forward line was lost from the Corefile: CoreDNS runs, and nothing in it answers a name outside the cluster.', 'corefile_error', ['confirmed'],
       cite=[{'source': core_log(COREDNS[0]), 'content': 'no next plugin found'}], fix=['forward'], ablate=['cluster'])
def unserved(root):
    tree = healthy(root)
    outside_fails(tree)
    drop_forward(tree)
    says(tree, trouble('plugin/loop: no next plugin found', (-40, -20, 1, 4, 6, 8)))


@scene('The forward line was lost yesterday and is back: names outside are answered.', 'no_fault')
def unserved_twin(root):
    tree = healthy(root)
    outside_answered(tree)
    says(tree, trouble('plugin/loop: no next plugin found', (-90000, -89990, -89980)))


@scene('A reload took a Corefile with a slip of the pen; CoreDNS runs on with the one before. Nobody listed the endpoints.', 'no_fault', rejected=['corefile_error'])
def reload_failed(root):
    tree = healthy(root)
    tree.each('configmaps', 'coredns', lambda i: i['data'].update(Corefile=i['data']['Corefile'].replace('    cache 30', '    cahce 30')))
    tree.remove('cluster/endpointslices.json')
    says(tree, [(-30, "[ERROR] Restart failed: /etc/coredns/Corefile:14 - Error during parsing: Unknown directive 'cahce'"),
                (-30, "[ERROR] plugin/reload: Corefile changed but reload failed: /etc/coredns/Corefile:14 - Error during parsing: Unknown directive 'cahce'")])


# ---------------------------------------------------------------- too little processor
SLOW = '[WARNING] plugin/health: Local health request to "http://:8080/health" took more than 1s: %d.%ds'


@scene('CoreDNS has a CPU limit far too small: its own health requests take seconds, and what pods ask is given up.', 'coredns_overload', ['confirmed'],
       cite=[{'source': core_log(COREDNS[0]), 'content': 'took more than 1s'}], fix=['(?i)cpu'], ablate=['cluster'])
def starved(root):
    tree = healthy(root)
    tree.dig('query-udp', timeout(CLUSTER_IP, QUERY))
    app_says(tree, 'ERROR java.net.UnknownHostException: orders: Temporary failure in name resolution', (1, 4, 8))
    says(tree, [(s, SLOW % (1 + k % 3, k)) for k, s in enumerate((-40, -20, -5, 1, 4, 8))])


@scene('One health request of CoreDNS took more than a second; every lookup is answered.', 'no_fault')
def starved_twin(root):
    says(healthy(root), [(-30, SLOW % (1, 1))])


# ---------------------------------------------------------------- one of two, and both for a while
def one_replica_on_its_own(tree, times):
    tree.each('pods', COREDNS[1], lambda i: i['spec'].update(nodeName=NODE_A))
    tree.write('nodes/%s/networking/resolv.conf' % NODE_A, 'nameserver 10.77.0.53\n')
    says(tree, trouble('read udp 10.0.12.87:41007->10.77.0.53:53: i/o timeout', times), [COREDNS[1]])


@scene('One CoreDNS pod of two stands on a node whose resolv.conf names a resolver that is gone: every second lookup of a name outside fails.', 'upstream_unreachable', ['confirmed'],
       cite=[{'source': core_log(COREDNS[1]), 'content': '10.77.0.53:53: i/o timeout'}], fix=['10\\.77\\.0\\.53'], ablate=['cluster/logs'])
def one_replica(root):
    tree = healthy(root)
    outside_fails(tree)
    one_replica_on_its_own(tree, (-40, -20, 1, 4, 6, 8))
    tree.dig('external', answer(tree, CLUSTER_IP, OUTSIDE, 'NOERROR', '203.0.113.80'))
    tree.dig('coredns-10-0-12-53', answer(tree, '10.0.12.53', OUTSIDE, 'NOERROR', '203.0.113.80'))
    tree.dig('coredns-10-0-12-87', answer(tree, '10.0.12.87', OUTSIDE))
    tree.dig('query-udp', answer(tree, CLUSTER_IP, OUTSIDE))


@scene('The same pod lost some queries to its resolver before the window, and has been answered since.', 'no_fault', rejected=['upstream_unreachable'])
def one_replica_twin(root):
    tree = healthy(root)
    outside_answered(tree)
    one_replica_on_its_own(tree, (-400, -398, -396, -394))
    tree.dig('coredns-10-0-12-87', answer(tree, '10.0.12.87', OUTSIDE, 'NOERROR', '203.0.113.80'))


def ended(tree, names, gone, back):
    def pod(item):
        c = item['status']['containerStatuses'][0]
        c.update(restartCount=1, state={'running': {'startedAt': tree.moment(back - 4)}},
                 lastState={'terminated': {'exitCode': 2, 'finishedAt': tree.moment(gone), 'reason': 'Error', 'startedAt': STARTED}})
        for condition in item['status']['conditions']:
            if condition['type'] in ('Ready', 'ContainersReady'):
                condition['lastTransitionTime'] = tree.moment(back)
    for name in names:
        tree.each('pods', name, pod)


@scene('Both CoreDNS containers ended together and were away for a minute and a half; they are back, and nothing fails since.', 'coredns_down', ['confirmed'],
       cite=[{'source': 'cluster/pods.json', 'content': '"reason": "Error"'}], ablate=['cluster/pods.json'])
def was_away(root):
    tree = healthy(root)
    ended(tree, COREDNS, -120, -30)
    says(tree, [(-120, 'panic: runtime error: invalid memory address or nil pointer dereference')], previous=True)
    app_says(tree, 'ERROR dial tcp: lookup orders.shop.svc.cluster.local on 172.20.0.10:53: read udp %s:40712->172.20.0.10:53: i/o timeout' % POD_IP, (-100, -80, -60))


@scene('One CoreDNS container of two ended and was away for a minute and a half; the other answered everything.', 'no_fault')
def was_away_twin(root):
    tree = healthy(root)
    ended(tree, COREDNS[:1], -120, -30)


# ---------------------------------------------------------------- it may not listen
DENIED = 'Listen: listen tcp :53: bind: permission denied'


@scene('A new security context took NET_BIND_SERVICE from CoreDNS: it may not listen on port 53, and ends.', 'coredns_down', ['confirmed'],
       cite=[{'source': core_log(COREDNS[0]), 'content': 'permission denied'}], fix=['NET_BIND_SERVICE'], ablate=['cluster'])
def down_listen(root):
    tree = healthy(root)
    unready(tree, tree.moment(-90))
    refuse(tree)
    tree.remove('pods/shop/%s/dig-coredns' % POD)

    def crash(item):
        item['status']['containerStatuses'][0].update(restartCount=6, started=False, state={'waiting': {'message': 'back-off 5m0s restarting failed container=coredns', 'reason': 'CrashLoopBackOff'}},
                                                      lastState={'terminated': {'exitCode': 1, 'finishedAt': tree.moment(2), 'reason': 'Error', 'startedAt': tree.moment(2)}})
    for pod in COREDNS:
        tree.each('pods', pod, crash)
        tree.write(core_log(pod), '%s %s\n' % (tree.moment(2), DENIED))


@scene('CoreDNS could not listen two days ago, and ended; it is ready since, and answers.', 'no_fault', rejected=['coredns_down'])
def down_listen_twin(root):
    tree = healthy(root)

    def crashed(item):
        item['status']['containerStatuses'][0].update(restartCount=3, lastState={'terminated': {'exitCode': 1, 'finishedAt': tree.moment(-172800), 'reason': 'Error', 'startedAt': tree.moment(-172800)}})
    for pod in COREDNS:
        tree.each('pods', pod, crashed)
    says(tree, [(-172800, DENIED)], previous=True)


# ---------------------------------------------------------------- a Service that goes, and one that comes
@scene('The Service orders was deleted while it hurt: answered at first, denied since.', 'name_does_not_exist',
       cite=[{'source': core_log(COREDNS[0]), 'content': 'NXDOMAIN'}], ablate=['cluster/services.json'])
def svc_gone(root):
    tree = healthy(root)
    tree.json('services', lambda items: items.remove(next(i for i in items if i['metadata']['name'] == 'orders')))
    core_answers(tree, [(-100, QUERY, 'NOERROR'), (-60, QUERY, 'NOERROR'), (-20, QUERY, 'NXDOMAIN'), (1, QUERY, 'NXDOMAIN'), (4, QUERY, 'NXDOMAIN')])
    tree.remove('pods/shop/%s/dig' % POD)
    app_says(tree, 'ERROR java.net.UnknownHostException: orders.shop.svc.cluster.local: Name or service not known', (-19, 1, 4))


@scene('The Service orders was made only while it hurt: denied at first, answered since.', 'name_does_not_exist', fix=['(?i)nothing'], ablate=['cluster/logs'])
def svc_gone_twin(root):
    tree = healthy(root)
    tree.each('services', 'orders', lambda i: i['metadata'].update(creationTimestamp=tree.moment(-50)))
    core_answers(tree, [(-100, QUERY, 'NXDOMAIN'), (-60, QUERY, 'NXDOMAIN'), (-20, QUERY, 'NOERROR'), (1, QUERY, 'NOERROR')])
    app_says(tree, 'ERROR java.net.UnknownHostException: orders.shop.svc.cluster.local: Name or service not known', (-99, -59))


# ---------------------------------------------------------------- who told the pod whom to ask
def asked_there(tree, server, search):
    tree.write('pods/shop/%s/resolv.conf' % POD, search + 'nameserver %s\noptions ndots:5\n' % server)
    tree.remove('cluster/pods.json')
    tree.remove('nodes/')
    for name in ('query-udp', 'query-tcp', 'external', 'coredns-10-0-12-53', 'coredns-10-0-12-87'):
        tree.dig(name, timeout(server, QUERY))
    app_says(tree, 'ERROR java.net.UnknownHostException: orders', (1, 4, 8))


@scene('The pod asks the address of another cluster\'s DNS. Its spec was not read; the search list of its file is what the kubelet writes.', 'wrong_nameserver', ['likely'],
       cite=[{'source': 'pods/shop/%s/resolv.conf' % POD, 'content': '10.100.0.10'}], ablate=['pods'])
def told_unseen(root):
    asked_there(healthy(root), '10.100.0.10', SEARCH)


@scene('The same pod, with another file: no search domain of the cluster stands in it, so the pod\'s own spec asked for it.', 'dns_policy', ['likely'],
       cite=[{'source': 'pods/shop/%s/resolv.conf' % POD, 'content': '10.100.0.10'}], ablate=['pods'])
def told_unseen_twin(root):
    asked_there(healthy(root), '10.100.0.10', '')


# ---------------------------------------------------------------- the cache that does not say where it listens
def asks_link_local(tree):
    tree.write('pods/shop/%s/resolv.conf' % POD, SEARCH + 'nameserver 169.254.20.10\noptions ndots:5\n')
    for node in (NODE_A, made.NODE_B):
        name = 'nodes/%s/kubelet/kubelet-config.json' % node
        tree.write(name, tree.read(name).replace(CLUSTER_IP, '169.254.20.10'))


@scene('The kubelet hands out the address of a NodeLocal DNSCache that nobody installed: nothing answers there.', 'wrong_nameserver', ['confirmed'],
       cite=[{'source': 'pods/shop/%s/resolv.conf' % POD, 'content': '169.254.20.10'}], fix=['clusterDNS|cluster-?dns'], ablate=['nodes', 'pods'])
def cache_unsaid(root):
    tree = healthy(root)
    asks_link_local(tree)
    for name in ('query-udp', 'query-tcp', 'external'):
        tree.dig(name, timeout('169.254.20.10', QUERY))
    app_says(tree, 'ERROR java.net.UnknownHostException: orders', (1, 4, 8))


@scene('NodeLocal DNSCache is installed, by a manifest that does not say where it listens, and answers at the address that the kubelet hands out.', 'no_fault', rejected=['wrong_nameserver'])
def cache_unsaid_twin(root):
    tree = healthy(root)
    asks_link_local(tree)
    tree.json('daemonsets', lambda items: items.append(kit.daemonset('node-local-dns', 2)))
    tree.dig('query-udp', answer(tree, '169.254.20.10', QUERY, 'NOERROR', '172.20.41.9').replace('flags: qr rd ra', 'flags: qr aa rd'))
    tree.dig('external', answer(tree, '169.254.20.10', OUTSIDE, 'NOERROR', '203.0.113.80'))


def cache_killed(tree, pod):
    """NodeLocal DNSCache answers at its address; this pod of it is killed by its limit half a minute before the collection"""
    made.add_cache(tree, 'iptables', '169.254.20.10')
    asks_link_local(tree)

    def kill(item):
        item['spec']['containers'][0]['resources']['limits']['memory'] = '64Mi'
        item['status']['containerStatuses'][0].update(restartCount=5, lastState={'terminated': {
            'containerID': 'containerd://7ac2', 'exitCode': 137, 'finishedAt': tree.moment(-30), 'reason': 'OOMKilled', 'startedAt': tree.moment(-900)}})
    tree.each('pods', pod, kill)


@scene('NodeLocal DNSCache on the node of the pod is killed by its own memory limit of 64 Mi; its CoreDNS is the only one that the pod asks.', 'coredns_oom', ['confirmed'],
       cite=[{'source': 'cluster/pods.json', 'content': 'OOMKilled'}], fix=['memory limit'], ablate=['cluster'])
def cache_oom(root):
    tree = healthy(root)
    cache_killed(tree, 'node-local-dns-k4rzm')
    for name in ('query-udp', 'query-tcp', 'external'):
        tree.remove('pods/shop/%s/dig-%s' % (POD, name))
    app_says(tree, 'ERROR java.net.UnknownHostException: orders', (-29, -28, -27, -25))


@scene('The cache that is killed is that of another node, which the pod does not ask.', 'no_fault')
def cache_oom_twin(root):
    tree = healthy(root)
    cache_killed(tree, 'node-local-dns-w9t2c')
    tree.dig('query-udp', answer(tree, '169.254.20.10', QUERY, 'NOERROR', '172.20.41.9').replace('flags: qr rd ra', 'flags: qr aa rd'))
    tree.dig('external', answer(tree, '169.254.20.10', OUTSIDE, 'NOERROR', '203.0.113.80'))
    tree.remove('pods/shop/%s/dig-query-tcp' % POD)


# ---------------------------------------------------------------- a name of ndots dots
SHORT = 'orders.shop'


def lower_ndots(tree, questions):
    tree.target(query=SHORT, symptom='"NXDOMAIN for orders.shop"')
    tree.each('pods', POD, lambda i: i['spec'].update(dnsConfig={'options': [{'name': 'ndots', 'value': '1'}]}))
    tree.write('pods/shop/%s/resolv.conf' % POD, SEARCH + 'nameserver %s\noptions ndots:1\n' % CLUSTER_IP)
    tree.remove('pods/shop/%s/dig' % POD)
    core_answers(tree, questions)


@scene('The pod lowers ndots to 1, and its resolver (musl) asks for orders.shop as it is, and no further.', 'dns_policy', ['likely'],
       cite=[{'source': 'pods/shop/%s/resolv.conf' % POD, 'content': 'ndots:1'}], fix=['ndots'], ablate=['pods'])
def ndots(root):
    tree = healthy(root)
    lower_ndots(tree, [(s, SHORT, 'NXDOMAIN') for s in (-40, -20, 1, 4)])
    app_says(tree, "wget: bad address 'orders.shop'", (-40, -20, 1, 4))


@scene('The same file with glibc: what is denied as it is, is found with a search domain a moment later.', 'search_expansion', rejected=[])
def ndots_twin(root):
    tree = healthy(root)
    lower_ndots(tree, [q for s in (-40, -20, 1, 4) for q in ((s, SHORT, 'NXDOMAIN'), (s, 'orders.shop.shop.svc.cluster.local', 'NXDOMAIN'), (s, QUERY, 'NOERROR'))])
    app_says(tree, 'INFO 200 http://orders.shop/', (-40, -20, 1, 4))


# ---------------------------------------------------------------- nodes that are gone
def node_gone(tree, name):
    def silent(item):
        for c in item['status']['conditions']:
            c.update(status='Unknown', reason='NodeStatusUnknown', message='Kubelet stopped posting node status.', lastTransitionTime=tree.moment(-90))
    tree.each('nodes', name, silent)


@scene('Both CoreDNS pods stood on the one node that died.', 'coredns_down', ['confirmed'],
       cite=[{'source': 'cluster/nodes.json', 'content': 'Kubelet stopped posting node status.'}], fix=['node'], ablate=['cluster'])
def down_node(root):
    tree = healthy(root)
    unready(tree, tree.moment(-88))
    node_gone(tree, made.NODE_B)
    for name in ('query-udp', 'query-tcp', 'external', 'coredns-10-0-12-53', 'coredns-10-0-12-87'):
        tree.dig(name, timeout(CLUSTER_IP if name[0] != 'c' else '10.0.12.' + name[-2:], QUERY))
    app_says(tree, 'ERROR java.net.UnknownHostException: orders', (1, 4, 8))


@scene('A node died on which neither CoreDNS nor the pod stood.', 'no_fault')
def down_node_twin(root):
    tree = healthy(root)
    tree.json('nodes', lambda items: items.append(kit.node('ip-10-0-13-9' + made.DOMAIN, '10.0.13.9', 2, tree.moment(-100))))
    node_gone(tree, 'ip-10-0-13-9' + made.DOMAIN)


# ---------------------------------------------------------------- words that mean a lookup, and words that do not
@scene('The application fails again and again in words of its own; CoreDNS is well and nobody looked at what lies between.', 'inconclusive', ['inconclusive'],
       fix=['(?i)collect|look|capture|run'], ablate=None)
def words(root):
    tree = healthy(root)
    tree.remove('nodes/')
    tree.remove('pods/shop/%s/dig' % POD)
    app_says(tree, 'ERROR {:error, %Mint.TransportError{reason: :nxdomain}}', (-40, 1, 4, 8))


@scene('The application logs what it could not resolve, and means the placeholders of its own configuration.', 'no_fault')
def words_twin(root):
    tree = healthy(root)
    app_says(tree, 'WARN Could not resolve placeholder \'db.host\' in value "${db.host}"', (-40, 1, 4, 8))


if __name__ == '__main__':
    main()
