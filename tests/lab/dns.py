"""The DNS servers: an authority in the world (knot), the VPC's resolver (unbound), and the authority for the cluster's names
(knot) that stands behind each CoreDNS pod. CoreDNS' own part is played by coredns.py."""
import os

from network import LINK_LOCAL, NODES, RESOLVER, WORLD

QUERY, OUTSIDE, BIG = 'orders.shop.svc.cluster.local', 'partner-api.example.net', 'big.example.net'
CLUSTER_PORT = 5300  # on a CoreDNS pod's loopback

SOA = '@ %d SOA ns hostmaster 1 7200 1800 86400 %d\n@ %d NS ns\n'


def world_zone():
    big = ''.join('big 30 A 198.51.100.%d\n' % i for i in range(1, 201))
    return SOA % (30, 30, 30) + 'ns 30 A %s\npartner-api 30 A 203.0.113.80\nwww 30 A 203.0.113.81\n' % WORLD + big


def cluster_zone(services):
    """services: kit's objects. A name for each, as CoreDNS' kubernetes plug-in gives them: TTL 5"""
    names = ''.join('%s.%s.svc 5 A %s\n' % (s['metadata']['name'], s['metadata']['namespace'], s['spec']['clusterIP']) for s in services)
    return SOA % (5, 5, 5) + 'ns 5 A 127.0.0.1\n' + names


def knot(box, folder, listen, zones):
    """an authority for zones, {name: text}"""
    os.makedirs(folder, exist_ok=True)
    for name, text in zones.items():
        with open('%s/%s.zone' % (folder, name), 'w') as f:
            f.write('$ORIGIN %s.\n%s' % (name, text))
    with open(folder + '/knot.conf', 'w') as f:
        f.write('server:\n  rundir: %s\n  listen: %s\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n  udp-max-payload: 4096\n'
                'database:\n  storage: %s\n  journal-db-max-size: 8M\n  kasp-db-max-size: 8M\n  timer-db-max-size: 2M\n  catalog-db-max-size: 8M\n'
                'log:\n- target: stderr\n  any: error\ntemplate:\n- id: default\n  storage: %s\n  journal-content: none\n  zonefile-sync: -1\nzone:\n' % (folder, listen, folder, folder))
        for name in zones:
            f.write('- domain: %s\n  file: %s.zone\n' % (name, name))
    return box.start(['knotd', '-c', folder + '/knot.conf'], stderr=open(folder + '/log', 'w'))


def world(box, folder):
    return knot(box, folder, '0.0.0.0@53', {'example.net': world_zone()})


def resolver(box, folder):
    """what a VPC's resolver knows: its own names, and the way to one zone of the world; nothing of the cluster. All else it denies,
    as a closed network does, also the example.com that d5tui asks for"""
    os.makedirs(folder, exist_ok=True)
    own = ''.join('local-data: "%s. 60 IN A %s"\n' % (name, ip) for name, ip in NODES.items())
    with open(folder + '/unbound.conf', 'w') as f:
        f.write('server:\nusername: ""\nchroot: ""\npidfile: ""\ndirectory: "%s"\nuse-syslog: no\nlogfile: ""\ndo-daemonize: no\ninterface: %s\ninterface: %s\ndo-ip6: no\n'
                'access-control: 0.0.0.0/0 allow\nmodule-config: "iterator"\nedns-buffer-size: 4096\nmax-udp-size: 4096\nqname-minimisation: no\noutgoing-range: 64\n'
                'msg-cache-size: 1m\nrrset-cache-size: 1m\nlocal-zone: "." static\nlocal-data: ". 60 IN SOA a.root. nobody.invalid. 1 1800 900 604800 60"\n'
                'local-zone: "example.net." transparent\nlocal-zone: "eu-west-1.compute.internal." static\n'
                'local-data: "eu-west-1.compute.internal. 60 IN SOA ns.internal. hostmaster.internal. 1 1800 900 604800 60"\n%s'
                'remote-control:\ncontrol-enable: no\nstub-zone:\nname: "example.net."\nstub-addr: %s\n' % (folder, RESOLVER, LINK_LOCAL, own, WORLD))
    return box.start(['unbound', '-d', '-c', folder + '/unbound.conf'], stderr=open(folder + '/log', 'w'))


def cluster(box, folder, services):
    return knot(box, folder, '127.0.0.1@%d' % CLUSTER_PORT, {'cluster.local': cluster_zone(services), 'in-addr.arpa': SOA % (5, 5, 5) + 'ns 5 A 127.0.0.1\n'})


def resolv_of_pod(server, options='ndots:5'):
    return 'search shop.svc.cluster.local svc.cluster.local cluster.local eu-west-1.compute.internal\nnameserver %s\noptions %s\n' % (server, options)


