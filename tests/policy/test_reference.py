#!/usr/bin/env python3
"""Random clusters and policies, judged twice: by `d5tui policy`, and by an evaluator that is written from the API reference
(networking/v1 NetworkPolicy, policy.networking.k8s.io/v1alpha1 and v1alpha2) and shares nothing with it.

    test_reference.py [--clusters N] [--seed S] [--keep DIR]

Only what the reference leaves no room for is drawn: no host network, no service addresses.
A disagreement is printed with its question; --keep writes the cluster that it was about.
"""
import argparse
import concurrent.futures
import copy
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
D5TUI = os.environ.get("D5TUI", os.path.join(ROOT, "build", "d5tui"))

LABELS = {"app": ["web", "db", "dns"], "tier": ["front", "back"], "env": ["prod", "test"]}
PROTOCOLS = ["TCP", "UDP", "SCTP"]
NAMED = ["dns", "dns-tcp", "http"]
PORTS = [53, 80, 1053, 8080]

# ------------------------------------------------------------------ drawing a cluster


class Draw:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.six = self.r.random() < 0.2
        self.nets = ["fd00:10:%d::/64" % i for i in range(3)] if self.six else ["10.1.%d.0/24" % i for i in range(3)]

    def maybe(self, chance):
        return self.r.random() < chance

    def labels(self):
        return {k: self.r.choice(v) for k, v in LABELS.items() if self.maybe(0.6)}

    def expression(self):
        key = self.r.choice(list(LABELS) + ["kubernetes.io/metadata.name"])
        values = LABELS.get(key, ["shop", "kube-system", "ops"])
        operator = self.r.choice(["In", "NotIn", "Exists", "DoesNotExist"])
        e = {"key": key, "operator": operator}
        if operator in ("In", "NotIn"):
            e["values"] = self.r.sample(values, self.r.randint(1, len(values)))
        return e

    def selector(self):
        s = self.r.choice([{}, {}, {}, {"matchLabels": {}}, {"matchExpressions": []}, {"matchLabels": None, "matchExpressions": None}])
        if self.maybe(0.5):
            s["matchLabels"] = dict([self.r.choice([(k, v) for k, vs in LABELS.items() for v in vs])])
        if self.maybe(0.35):
            s["matchExpressions"] = [self.expression() for _ in range(self.r.randint(1, 2))]
        return s

    def address(self):
        net = ipaddress.ip_network(self.r.choice(self.nets))
        return str(net[self.r.randint(1, 200)])

    def cidr(self):
        bits = [48, 64, 120, 128, 0] if self.six else [8, 16, 24, 28, 32, 0]
        return "%s/%d" % (self.address(), self.r.choice(bits))

    def ip_block(self):
        block = {"cidr": self.cidr()}
        net = ipaddress.ip_network(block["cidr"], strict=False)
        if self.maybe(0.5):
            inside = [ipaddress.ip_network(self.cidr(), strict=False) for _ in range(3)]
            inside = [str(n) for n in inside if n.subnet_of(net) and n.prefixlen > net.prefixlen]
            if inside:
                block["except"] = inside
        return block

    def peer(self):
        kind = self.r.choice(["pod", "ns", "both", "ip"])
        if kind == "ip":
            return {"ipBlock": self.ip_block()}
        peer = {}
        if kind in ("pod", "both"):
            peer["podSelector"] = self.selector()
        if kind in ("ns", "both"):
            peer["namespaceSelector"] = self.selector()
        return peer

    def port(self):
        p = self.r.choice([{}, {}, {"protocol": None}, {"port": None, "endPort": None}])
        if self.maybe(0.8):
            p["protocol"] = self.r.choice(PROTOCOLS[:2] if self.maybe(0.9) else PROTOCOLS)
        how = self.r.random()
        if how < 0.5:
            p["port"] = self.r.choice(PORTS)
            if self.maybe(0.25):
                p["endPort"] = p["port"] + self.r.choice([0, 10, 2000])
        elif how < 0.75:
            p["port"] = self.r.choice(NAMED)
        return p

    def rule(self, side):
        rule = self.r.choice([{}, {}, {side: None}, {"ports": None}])
        if self.maybe(0.8):
            rule[side] = [self.peer() for _ in range(self.r.randint(0, 2))]
        if self.maybe(0.7):
            rule["ports"] = [self.port() for _ in range(self.r.randint(0, 3))]
        return rule

    def policy(self, i, namespaces):
        spec = dict(self.r.choice([{}, {}, {"policyTypes": None}, {"policyTypes": []}, {"ingress": None}, {"egress": None}]), podSelector=self.selector())
        if self.maybe(0.75):
            spec["policyTypes"] = self.r.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"]])
        if self.maybe(0.7):
            spec["ingress"] = [self.rule("from") for _ in range(self.r.randint(0, 2))]
        if self.maybe(0.6):
            spec["egress"] = [self.rule("to") for _ in range(self.r.randint(0, 2))]
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": "p%d" % i, "namespace": self.r.choice(namespaces)}, "spec": spec}

    def admin_peer(self, egress):
        if egress and self.maybe(0.25):
            return {"networks": [str(ipaddress.ip_network(self.cidr(), strict=False)) for _ in range(self.r.randint(1, 2))]}
        if self.maybe(0.4):
            return {"namespaces": self.selector()}
        return {"pods": {"namespaceSelector": self.selector(), "podSelector": self.selector()}}

    def admin_port(self):
        how = self.r.random()
        if how < 0.5:
            return {"portNumber": {"protocol": self.r.choice(PROTOCOLS[:2]), "port": self.r.choice(PORTS)}}
        if how < 0.75:
            start = self.r.choice(PORTS)
            return {"portRange": {"protocol": self.r.choice(PROTOCOLS[:2]), "start": start, "end": start + 1000}}
        return {"namedPort": self.r.choice(NAMED)}

    def protocol(self):
        """of a ClusterNetworkPolicy"""
        if self.maybe(0.25):
            return {"destinationNamedPort": self.r.choice(NAMED)}
        start = self.r.choice(PORTS)
        return {self.r.choice(["tcp", "udp", "udp", "sctp"]): self.r.choice(
            [{"destinationPort": {"number": start}}, {"destinationPort": {"range": {"start": start, "end": start + 1000}}}, {}])}

    def admin_rule(self, egress, actions):
        rule = {"name": "r", "action": self.r.choice(actions),
                "to" if egress else "from": [self.admin_peer(egress) for _ in range(self.r.randint(1, 2))]}
        if self.maybe(0.6):
            key, draw = ("protocols", self.protocol) if "Accept" in actions else ("ports", self.admin_port)
            rule[key] = [draw() for _ in range(self.r.randint(1, 2))]
        return rule

    def admin(self, kind, name, priority, actions):
        subject = {"namespaces": self.selector()} if self.maybe(0.5) else {
            "pods": {"namespaceSelector": self.selector(), "podSelector": self.selector()}}
        spec = {"subject": subject}
        if priority is not None:
            spec["priority"] = priority
        if self.maybe(0.7):
            spec["ingress"] = [self.admin_rule(False, actions) for _ in range(self.r.randint(1, 2))]
        if self.maybe(0.7):
            spec["egress"] = [self.admin_rule(True, actions) for _ in range(self.r.randint(1, 2))]
        version = "v1alpha2" if kind == "ClusterNetworkPolicy" else "v1alpha1"
        return {"apiVersion": "policy.networking.k8s.io/" + version, "kind": kind, "metadata": {"name": name}, "spec": spec}

    def tiered(self, name, tier, priority):
        policy = self.admin("ClusterNetworkPolicy", name, priority, ["Accept", "Deny", "Pass"])
        policy["spec"]["tier"] = tier
        return policy

    def container_ports(self):
        ports = []
        for name in NAMED:
            if self.maybe(0.5):
                p = {"name": name, "containerPort": self.r.choice(PORTS)}
                if self.maybe(0.7):
                    p["protocol"] = self.r.choice(PROTOCOLS[:2])
                ports.append(p)
        return ports

    def pod(self, i, namespace, address):
        return {"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": "pod%d" % i, "namespace": namespace, "labels": self.labels()},
                "spec": {"nodeName": "n%d" % (i % 2), "containers": [{"name": "c", "ports": self.container_ports()}]},
                "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}}

    def cluster(self):
        names = ["shop", "kube-system", "ops"]
        namespaces = [{"apiVersion": "v1", "kind": "Namespace",
                       "metadata": {"name": n, "labels": dict(self.labels(), **{"kubernetes.io/metadata.name": n})}}
                      for n in names]
        addresses, other, self.over = [], [], []
        while len(addresses) < 5:
            a = self.address()
            if a not in addresses:
                addresses.append(a)
        pods = [self.pod(i, self.r.choice(names), a) for i, a in enumerate(addresses)]
        for p in pods:
            if self.maybe(0.3):  # a second address, of the other family
                p["status"]["podIPs"].append({"ip": "10.9.0.%d" % len(other) if self.six else "fd00:9::%x" % len(other)})
                other.append(p)
        for i in range(self.r.randint(0, 2)):  # one that is over: its address may be another pod's by now
            over = self.pod(i + len(pods), self.r.choice(names), self.r.choice(addresses + [self.address()]))
            over["status"]["phase"] = self.r.choice(["Succeeded", "Failed"])
            self.over.append(over)
        c = {"namespaces": namespaces, "pods": pods,
             "networkpolicies": [self.policy(i, names) for i in range(self.r.randint(0, 4))],
             "adminnetworkpolicies": [], "baselineadminnetworkpolicies": [], "clusternetworkpolicies": []}
        if c["networkpolicies"] and self.maybe(0.2):  # the same once more under another name
            twin = copy.deepcopy(self.r.choice(c["networkpolicies"]))
            twin["metadata"]["name"] += "-twin"
            c["networkpolicies"].append(twin)
        if self.maybe(0.35):
            priorities = self.r.sample(range(20), 6)
            c["clusternetworkpolicies"] = [self.tiered("c%d" % i, self.r.choice(["Admin", "Admin", "Baseline"]), priorities[i])
                                           for i in range(self.r.randint(1, 4))]
            return c
        if self.maybe(0.35):
            priorities = self.r.sample(range(20), 3)
            c["adminnetworkpolicies"] = [self.admin("AdminNetworkPolicy", "a%d" % i, priorities[i], ["Allow", "Deny", "Pass"])
                                         for i in range(self.r.randint(1, 3))]
        if self.maybe(0.3):
            c["baselineadminnetworkpolicies"] = [self.admin("BaselineAdminNetworkPolicy", "default", None, ["Allow", "Deny"])]
        return c

    def mixed(self, pods):
        """with those that are over before and behind"""
        return self.over[:1] + pods + self.over[1:]

    def questions(self, cluster):
        for _ in range(16):
            source = self.r.choice(cluster["pods"])
            to = self.r.choice([p for p in cluster["pods"] if p is not source]) if self.maybe(0.8) else self.address()
            if not isinstance(to, str) and self.maybe(0.3):  # by its address, in either family
                to = self.r.choice(to["status"]["podIPs"])["ip"]
            version = ipaddress.ip_address(to if isinstance(to, str) else to["status"]["podIP"]).version
            if not any(version == ipaddress.ip_address(x["ip"]).version for x in source["status"]["podIPs"]) or to == source["status"]["podIP"]:
                continue  # there is no way, or it talks to itself
            yield source, to, self.r.choice(["TCP", "UDP"]), self.r.choice(PORTS)


# ------------------------------------------------------------------ the reference, in few words


def selects(selector, labels):
    for k, v in (selector.get("matchLabels") or {}).items():
        if labels.get(k) != v:
            return False
    for e in selector.get("matchExpressions") or []:
        have, value = e["key"] in labels, labels.get(e["key"])
        holds = {"In": have and value in e.get("values", []), "NotIn": not (have and value in e.get("values", [])),
                 "Exists": have, "DoesNotExist": not have}[e["operator"]]
        if not holds:
            return False
    return True


class End:
    """One end of a flow: a pod, or an address that is nobody's."""

    def __init__(self, cluster, who, like=None):
        self.pod = None if isinstance(who, str) else who
        self.ip = ipaddress.ip_address(who if isinstance(who, str) else who["status"]["podIP"])
        if isinstance(who, str):
            self.pod = next((p for p in cluster["pods"] if any(ipaddress.ip_address(x["ip"]) == self.ip for x in p["status"]["podIPs"])), None)
        elif like:  # it answers in the family that it is asked in
            self.ip = next((x for x in (ipaddress.ip_address(i["ip"]) for i in who["status"]["podIPs"]) if x.version == like.version), self.ip)
        if self.pod:
            self.namespace = self.pod["metadata"]["namespace"]
            self.labels = self.pod["metadata"]["labels"]
            self.namespace_labels = next(n["metadata"]["labels"] for n in cluster["namespaces"]
                                         if n["metadata"]["name"] == self.namespace)

    def in_cidr(self, cidr):
        net = ipaddress.ip_network(cidr, strict=False)
        return self.ip.version == net.version and self.ip in net

    def named_port(self, name, protocol):
        return [p["containerPort"] for c in (self.pod["spec"]["containers"] if self.pod else []) for p in c["ports"]
                if p["name"] == name and protocol == p.get("protocol", "TCP")]


def peer_is(peer, own_namespace, end):
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return end.in_cidr(block["cidr"]) and not any(end.in_cidr(e) for e in block.get("except", []))
    if not end.pod:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], end.namespace_labels):
            return False
    elif end.namespace != own_namespace:
        return False
    return selects(peer.get("podSelector", {}), end.labels)


def port_is(port, destination, protocol, number):
    if (port.get("protocol") or "TCP") != protocol:
        return False
    wanted = port.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return number in destination.named_port(wanted, protocol)
    return wanted <= number <= (port.get("endPort") or wanted)


def types_of(spec):
    if spec.get("policyTypes"):
        return spec["policyTypes"]
    return ["Ingress"] + (["Egress"] if spec.get("egress") else [])


def standard(cluster, side, subject, other, destination, protocol, number):
    """None: not isolated; else whether it is let through, and by the names that isolate."""
    if not subject.pod:
        return None, []
    key, peers = ("egress", "to") if side == "Egress" else ("ingress", "from")
    isolating, allowed = [], False
    for p in cluster["networkpolicies"]:
        spec, namespace = p["spec"], p["metadata"]["namespace"]
        if namespace != subject.namespace or side not in types_of(spec) or not selects(spec["podSelector"], subject.labels):
            continue
        isolating.append("%s/%s" % (namespace, p["metadata"]["name"]))
        for rule in spec.get(key) or []:
            peer_ok = not rule.get(peers) or any(peer_is(x, namespace, other) for x in rule[peers])
            port_ok = not rule.get("ports") or any(port_is(x, destination, protocol, number) for x in rule["ports"])
            allowed = allowed or (peer_ok and port_ok)
    return (allowed, isolating) if isolating else (None, [])


def admin_selects(subject, end):
    if "namespaces" in subject:
        return selects(subject["namespaces"], end.namespace_labels)
    return (selects(subject["pods"]["namespaceSelector"], end.namespace_labels) and
            selects(subject["pods"]["podSelector"], end.labels))


def admin_peer_is(peer, end):
    if "networks" in peer:
        return any(end.in_cidr(n) for n in peer["networks"])
    return bool(end.pod) and admin_selects(peer, end)


def admin_port_is(port, destination, protocol, number):
    if "destinationNamedPort" in port:
        return number in destination.named_port(port["destinationNamedPort"], protocol)
    if protocol.lower() in port:
        wanted = port[protocol.lower()].get("destinationPort", {"range": {"start": 0, "end": 65535}})
        return wanted["number"] == number if "number" in wanted else wanted["range"]["start"] <= number <= wanted["range"]["end"]
    if set(port) & {"tcp", "udp", "sctp"}:
        return False
    if "portNumber" in port:
        return port["portNumber"]["protocol"] == protocol and port["portNumber"]["port"] == number
    if "portRange" in port:
        r = port["portRange"]
        return r["protocol"] == protocol and r["start"] <= number <= r["end"]
    return number in destination.named_port(port["namedPort"], protocol)


def admin(policies, side, subject, other, destination, protocol, number):
    """The first rule that matches: its action and its policy."""
    key, peers = ("egress", "to") if side == "Egress" else ("ingress", "from")
    for p in sorted(policies, key=lambda p: p["spec"].get("priority", 0)):
        if not subject.pod or not admin_selects(p["spec"]["subject"], subject):
            continue
        for rule in p["spec"].get(key, []):
            ports = rule.get("ports", rule.get("protocols"))
            if (any(admin_peer_is(x, other) for x in rule[peers]) and
                    (ports is None or any(admin_port_is(x, destination, protocol, number) for x in ports))):
                return rule["action"], p["metadata"]["name"]
    return None, None


def direction(cluster, side, subject, other, destination, protocol, number):
    """Whether this side lets it through, and the names one of which must be given where it does not."""
    flow = (side, subject, other, destination, protocol, number)
    tiers = {t: [p for p in cluster["clusternetworkpolicies"] if p["spec"]["tier"] == t] for t in ("Admin", "Baseline")}
    action, name = admin(cluster["adminnetworkpolicies"] + tiers["Admin"], *flow)
    if action in ("Allow", "Accept", "Deny"):
        return action != "Deny", [name]
    allowed, names = standard(cluster, *flow)
    if allowed is not None:
        return allowed, names
    action, name = admin(cluster["baselineadminnetworkpolicies"] + tiers["Baseline"], *flow)
    return action != "Deny", [name]


def judge(cluster, source, to, protocol, number):
    b = End(cluster, to)
    a = End(cluster, source, b.ip)
    out, out_names = direction(cluster, "Egress", a, b, b, protocol, number)
    in_, in_names = direction(cluster, "Ingress", b, a, b, protocol, number)
    if out and in_:
        return {"fate": "passes"}
    blocked = {}
    if not out:
        blocked["egress"] = out_names
    if not in_:
        blocked["ingress"] = in_names
    return {"fate": "blocked", "sides": blocked}


# ------------------------------------------------------------------ asking


def write_tree(cluster, where):
    os.makedirs(os.path.join(where, "cluster"))
    with open(os.path.join(where, "target.yaml"), "w") as f:
        f.write("namespace: shop\n")
    lists = dict(cluster, services=[], endpointslices=[], daemonsets=[],
                 nodes=[{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n%d" % i}} for i in range(2)])
    for name, items in lists.items():
        with open(os.path.join(where, "cluster", name + ".json"), "w") as f:
            json.dump({"apiVersion": "v1", "kind": "List", "items": items}, f, indent=1)


def ask(tree, source, to, protocol, number):
    name = lambda p: "%s/%s" % (p["metadata"]["namespace"], p["metadata"]["name"])
    argv = [D5TUI, "policy", "--from", tree, "--pod", name(source), "--to", to if isinstance(to, str) else name(to),
            "--proto", protocol.lower(), "--port", str(number), "--format", "json"]
    done = subprocess.run(argv, capture_output=True, timeout=60)
    try:
        return argv, json.loads(done.stdout)
    except ValueError:
        return argv, {"fate": "no answer", "why": done.stderr.decode("utf-8", "replace")}


def agrees(truth, answer):
    if truth["fate"] != answer["fate"]:
        return False
    if truth["fate"] == "passes":
        return True
    names = truth["sides"].get(answer["direction"])
    named = {n if "/" in n and n.split("/")[0] in ("shop", "kube-system", "ops") else n.split("/")[-1]
             for n in answer["decided_by"]}
    return bool(names) and bool(named) and named <= set(names)


def one_cluster(seed, keep):
    draw = Draw(seed)
    cluster = draw.cluster()
    bad, n = [], 0
    with tempfile.TemporaryDirectory() as tree:
        write_tree(dict(cluster, pods=draw.mixed(cluster["pods"])), os.path.join(tree, "tree"))
        for source, to, protocol, number in draw.questions(cluster):
            truth = judge(cluster, source, to, protocol, number)
            argv, answer = ask(os.path.join(tree, "tree"), source, to, protocol, number)
            n += 1
            if not agrees(truth, answer):
                bad.append((argv, truth, answer))
        if bad and keep:
            write_tree(dict(cluster, pods=draw.mixed(cluster["pods"])), os.path.join(keep, str(seed)))
    return seed, n, bad


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--clusters", type=int, default=40)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep")
    args = p.parse_args()
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seeds = range(args.seed, args.seed + args.clusters)
        for seed, n, bad in pool.map(lambda s: one_cluster(s, args.keep), seeds):
            passed += n - len(bad)
            failed += len(bad)
            for argv, truth, answer in bad[:2]:
                print("seed %d: %s\n  reference: %s\n  d5tui:     %s" % (seed, " ".join(argv[4:]), truth, answer))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
