#!/usr/bin/env -S python3 -S -E
"""kubectl, ssh and dig of a cluster that is a recorded tree: what the tree holds is what they print. No aws: nobody is
logged in.

A link of the program's name leads here, and standin.json beside it says which tree (`tree`), and of which calls, by words
of theirs, the other side refuses (`deny`), that the person may not do them (`no`: can-i), or that they never end by
themselves (`slow`) or wait first (`waits`); the FIFO `hangs` tells when, and lets those that wait go on. A call is a line
of calls.log.
"""
import json
import os
import re
import signal
import struct
import sys

HERE = os.path.dirname(os.path.abspath(sys.argv[0]))
with open(os.path.join(HERE, "standin.json"), encoding="utf-8") as config:
    CONFIG = json.load(config)
TREE = CONFIG["tree"]


def say(path):
    """Prints a file of the tree; says how that ended."""
    full = os.path.join(TREE, path)
    if not os.path.isfile(full):
        return None
    with open(full, "rb") as f:
        sys.stdout.buffer.write(f.read())
    return 0


def fail(words, status=1):
    print(words, file=sys.stderr)
    return status


def value(args, name):
    for i, arg in enumerate(args):
        if arg.startswith(name + "="):
            return arg[len(name) + 1:]
        if arg == name and i + 1 < len(args):
            return args[i + 1]
    return None


def objects(path):
    with open(os.path.join(TREE, path), encoding="utf-8") as f:
        return json.load(f)["items"]


def get(args, words):
    resource = words[1]
    path = f"cluster/{resource}.json"
    if not os.path.isfile(os.path.join(TREE, path)):
        return fail(f'error: the server doesn\'t have a resource type "{resource}"')
    if value(args, "-o") == "name":
        for item in objects(path):
            if value(args, "--namespace") in (None, item["metadata"].get("namespace")):
                print(f"{resource[:-1]}/{item['metadata']['name']}")
        return 0
    return say(path)


def logs(args, words):
    namespace, pod, container = value(args, "--namespace"), words[1], value(args, "--container")
    if value(args, "--previous") == "true":
        return fail(f'Error from server (BadRequest): previous terminated container "{container}" in pod "{pod}" not found')
    for path in (f"cluster/logs/{namespace}/{pod}/{container}.log", f"pods/{namespace}/{pod}/app.log"):
        if say(path) == 0:
            return 0
    return fail(f'Error from server (NotFound): pods "{pod}" not found')


def dig(folder, args):
    """The recorded answer for the same server, name and transport."""
    server = next((a[1:] for a in args if a.startswith("@")), "")
    name = value(args, "-q") or ""
    want = "+tcp" in args
    for file in sorted(os.listdir(os.path.join(TREE, folder))) if os.path.isdir(os.path.join(TREE, folder)) else []:
        with open(os.path.join(TREE, folder, file), encoding="utf-8", errors="replace") as f:
            text = f.read()
        asked = re.search(r"<<>> DiG .* <<>>(.*)", text)
        if not file.startswith("dig-") or not asked:
            continue
        words = asked.group(1).split()
        if f"@{server}" in words and name.rstrip(".") in [w.rstrip(".") for w in words] and ("+tcp" in words) == want:
            sys.stdout.write(text)
            return 0 if "status:" in text else 9
    print(f";; communications error to {server}#53: timed out")
    return 9


def in_pod(args, words):
    folder = f"pods/{value(args, '--namespace')}/{words[1]}"
    inside = args[args.index("--") + 1:]
    if inside[0] == "cat":
        status = say(f"{folder}/{os.path.basename(inside[1])}")
        return status if status is not None else fail(f"cat: {inside[1]}: No such file or directory")
    if inside[0] == "dig":
        return dig(folder, inside[1:])
    return fail(f"exec: {inside[0]}: not found", 127)


def kubectl(args):
    words = [a for a in args[:args.index("--") if "--" in args else None] if not a.startswith("-")]
    if words[0] == "auth":
        denied = any(word in " ".join(args) for word in CONFIG.get("no", []))
        print("no" if denied else "yes")
        return 1 if denied else 0
    if words[0] == "api-resources":
        for file in sorted(os.listdir(os.path.join(TREE, "cluster"))):
            if file.endswith(".json"):
                print(file[:-5])
        return 0
    if words[:2] == ["config", "get-contexts"]:
        print("prod-eu")
        return 0
    if words[:2] == ["config", "view"]:
        print("prod-eu\nprod-eu")
        return 0
    calls = {"get": get, "logs": logs, "exec": in_pod}
    return calls[words[0]](args, words) if words[0] in calls else fail(f"unknown command {words[0]}")


ON_NODE = [
    (r"\biptables-save\b", "networking/iptables-save.txt"), (r"\bip6tables-save\b", "networking/ip6tables-save.txt"),
    (r"\bnft\b", "networking/nftables.txt"), (r"\bethtool\b", "networking/ethtool.txt"),
    (r"\bconntrack -S", "networking/conntrack.txt"), (r"/etc/resolv.conf", "networking/resolv.conf"),
    (r"kubelet.*config.*json", "kubelet/kubelet-config.json"), (r"\bsysctl\b", "sysctls/sysctl_all.txt"),
]


def reading(node, path):
    """The first reading, and later ones where the tree has samples of it."""
    seen = os.path.join(HERE, f"seen-{node}-{os.path.basename(path)}")
    samples = os.path.join(TREE, "nodes", node, "samples")
    first = not os.path.exists(seen)
    open(seen, "w").close()
    for folder in sorted(os.listdir(samples)) if os.path.isdir(samples) and not first else []:
        if say(f"nodes/{node}/samples/{folder}/{os.path.basename(path)}") == 0:
            return 0
    return say(f"nodes/{node}/{path}")


def packet(time, source, target, ports, message):
    """One UDP packet as a record of a pcap file of raw IP (pcap-savefile(5), LINKTYPE_RAW)."""
    udp = struct.pack("!HHHH", *ports, 8 + len(message), 0) + message
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(source), bytes(target)) + udp
    return struct.pack("=IIII", *time, len(ip), len(ip)) + ip


def capture():
    """What tcpdump -U -w - prints: a question that is answered, and then ones that nobody answers; no end of its own."""
    pod, server, start = (10, 0, 11, 142), (172, 20, 0, 10), 1795417351
    question = b"".join(bytes([len(p)]) + p for p in b"orders.shop.svc.cluster.local".split(b".")) + b"\0\0\1\0\1"
    out = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for n in range(5):
        out += packet((start + 5 * n, 0), pod, server, (40000 + n, 53), struct.pack("!6H", n, 0x0100, 1, 0, 0, 0) + question)
        if n == 0:
            answer = struct.pack("!6H", n, 0x8580, 1, 1, 0, 0) + question + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x0a\0\1\2"
            out += packet((start, 2000), server, pod, (53, 40000 + n), answer)
    sys.stdout.buffer.write(out)
    sys.stdout.flush()
    if "tcpdump" in CONFIG.get("slow", []):
        with open(os.path.join(HERE, "hangs"), "w", encoding="utf-8") as f:
            f.write("tcpdump\n")
        signal.pause()
    return 124


def ssh(args):
    """One connection that is held, or one command on the node whose address is asked for."""
    options = dict(a.split("=", 1) for a in args if "=" in a)
    if "-N" in args:
        open(options["ControlPath"], "w").close()
        signal.pause()
    node, said = options["HostKeyAlias"], " ".join(args[args.index("--") + 2:])
    if said.endswith(" id -u"):
        print("0")
        return 0
    if re.search(r"\btcpdump -i\b", said):
        return capture()
    for pattern, path in ON_NODE:
        if re.search(pattern, said):
            status = reading(node, path)
            if status is not None:
                return status
    return fail("bash: command not found", 127)


def main():
    name, args = os.path.basename(sys.argv[0]), sys.argv[1:]
    said = " ".join([name, *args])
    with open(os.path.join(HERE, "calls.log"), "a", encoding="utf-8") as f:
        f.write(said + "\n")
    if any(word in said and word != "tcpdump" for word in CONFIG.get("slow", [])):
        with open(os.path.join(HERE, "hangs"), "w", encoding="utf-8") as f:
            f.write(said + "\n")
        signal.pause()
    if any(word in said for word in CONFIG.get("waits", [])):
        with open(os.path.join(HERE, "hangs"), "w", encoding="utf-8") as f:
            f.write(said + "\n")
    if any(word in said for word in CONFIG.get("deny", [])):
        return fail('Error from server (Forbidden): pods is forbidden: User "x" cannot do that')
    if name == "aws":
        return fail("Unable to locate credentials.", 253)
    return {"kubectl": kubectl, "ssh": ssh, "dig": lambda a: dig("bastion", a)}[name](args)


sys.exit(main())
