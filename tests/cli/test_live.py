#!/usr/bin/env python3
"""d5tui run without --from, and recheck: the whole way, with programs in the place of a cluster that print what was recorded
of the shipped incident (tests/kit/standin.py). What they were asked for is written down, and is part of what is tested."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from checks import D5TUI, ROOT, TREE, check, finish

STANDIN = os.path.join(ROOT, "tests", "kit", "standin.py")
TARGET = ["-n", "shop", "-p", "checkout-7d9c5b6f4-x2x9p", "--query", "orders.shop.svc.cluster.local",
          "--since", "2026-11-23T07:00:00Z", "--until", "2026-11-23T07:30:00Z"]
READS = {"config", "get", "logs", "exec", "auth", "api-resources"}  # exec only where it is allowed


class Cluster:
    """A folder of programs, and a state folder beside it."""

    def __init__(self, room, programs=("kubectl", "ssh", "dig", "aws"), **config):
        self.room = room
        self.bin = os.path.join(room, "bin")
        self.state = os.path.join(room, "state")
        os.makedirs(self.bin)
        shutil.copy(STANDIN, os.path.join(self.bin, "standin.py"))
        for name in programs:
            os.symlink("standin.py", os.path.join(self.bin, name))
        self.config(**config)

    def config(self, **config):
        with open(os.path.join(self.bin, "standin.json"), "w", encoding="utf-8") as f:
            json.dump({"tree": TREE, **config}, f)
        for name in os.listdir(self.bin):
            if name.startswith("seen-") or name == "calls.log":
                os.unlink(os.path.join(self.bin, name))

    def env(self):
        return {"HOME": self.room, "PATH": f"{self.bin}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}

    def start(self, *args):
        return subprocess.Popen([D5TUI, *args, "--state", self.state], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.env(), start_new_session=True)

    def run(self, *args):
        child = self.start(*args)
        out, err = child.communicate(timeout=240)
        return child.returncode, out.decode(), err.decode()

    def calls(self):
        path = os.path.join(self.bin, "calls.log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            return f.read().splitlines()

    def case(self):
        cases = os.path.join(self.state, "cases")
        return os.path.join(cases, sorted(os.listdir(cases))[-1])

    def records(self):
        with open(os.path.join(self.case(), "evidence", "probes.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]


def offline(tree):
    done = subprocess.run([D5TUI, "run", "--from", tree, "--format", "json"], stdout=subprocess.PIPE, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout)


def step(report, word):
    return next(s for s in report["steps"] if s["id"] == word)


def check_run(room):
    """The verdict of the recorded tree, from a cluster; and once more from the tree that was left."""
    cluster = Cluster(room)
    status, out, err = cluster.run("run", *TARGET, "--via", "ssh", "--allow", "exec", "--format", "json")
    check("run: exit status", status == 0, f"{status} {err}")
    live = json.loads(out)
    _, recorded = offline(TREE)
    for key in ("diagnosis", "verdict", "severity"):
        check(f"run: {key} as recorded", live[key] == recorded[key], f"{live[key]} {recorded[key]}")
    check("run: the deciding line", live["evidence"][0]["content"] == recorded["evidence"][0]["content"])
    check("run: the case is named", os.path.basename(cluster.case()) in err, err)
    again, left = offline(os.path.join(cluster.case(), "evidence"))
    check("run: the same from the tree that was left", left == live and again == 0)
    check("run: what the gate names is held", step(live, "T.M4")["status"] == "held")
    check("run: and was not read", not any("kubelet-config" in c for c in cluster.calls() if c.startswith("ssh")) or
          step(live, "T.M4")["reason"] == "T.M2")
    verbs = {next(w for w in c.split()[1:] if not w.startswith("-")) for c in cluster.calls() if c.startswith("kubectl")}
    check("run: only reads", verbs <= READS, verbs)
    settings = [c for c in cluster.calls() if " config " in c]
    check("run: of the kubeconfig, names only", all(" view --minify " in c and "jsonpath=" in c for c in settings), settings)
    check("run: what ran is recorded", all(r["state"] == "done" for r in cluster.records() if r["file"] == "cluster/pods.json"))
    return cluster


def check_recheck(cluster):
    """The rule is still there; then it is not."""
    status, out, err = cluster.run("recheck", "last", "--allow", "exec")
    check("recheck: still there", status == 4 and "still there: " in out, f"{status} {out} {err}")
    before = offline(os.path.join(cluster.case(), "evidence"))
    mended = os.path.join(cluster.room, "mended")
    shutil.copytree(TREE, mended)
    for folder, _, files in os.walk(mended):
        for name in files:
            path = os.path.join(folder, name)
            if name == "iptables-save.txt":
                with open(path, encoding="utf-8") as f:
                    lines = [line for line in f if "--dport 53 -j DROP" not in line]
                with open(path, "w", encoding="utf-8") as f:
                    f.writelines(lines)
            elif name == "app.log" or name.startswith("dig-"):
                os.unlink(path)
    shutil.copy(os.path.join(TREE, "pods/shop/checkout-7d9c5b6f4-8vtgk/dig-query-udp.txt"),
                os.path.join(mended, "pods/shop/checkout-7d9c5b6f4-x2x9p/dig-query-udp.txt"))
    cluster.config(tree=mended)
    status, out, err = cluster.run("recheck", "last", "--allow", "exec")
    check("recheck: the rule is gone", "not there any more" in out, out)
    check("recheck: it says so, or cannot tell", status in (0, 3), f"{status} {out} {err}")
    check("recheck: nothing was written over", offline(os.path.join(cluster.case(), "evidence")) == before)
    status, out, _ = cluster.run("report", "last", "--format", "json")
    check("recheck: it stands in the report", status == 0 and json.loads(out)["verified"]["result"] in ("gone", "cannot_tell"))


def check_refusals(room):
    """A cluster-wide listing that is denied, no consent, and no way to a node: each is said, the rest goes on."""
    cluster = Cluster(room, deny=["get pods -A"])
    status, out, err = cluster.run("run", *TARGET, "--format", "json")
    report = json.loads(out)
    check("refusals: it ends in good order", status in (0, 3), f"{status} {err}")
    check("refusals: the namespace singly", any("get pods --namespace=shop" in c for c in cluster.calls()), cluster.calls()[:9])
    check("refusals: no exec without consent", not any(" exec " in c for c in cluster.calls()))
    check("refusals: no node without a way", not any(c.startswith("ssh") for c in cluster.calls()))
    check("refusals: the step says so", step(report, "E.Y3")["status"] in ("not_allowed", "cannot_tell"), step(report, "E.Y3"))
    check("refusals: the command stands in unknown", any("exec" in (u["command"] or "") for u in report["unknown"]))


def check_guided(room):
    """Guided mode reads only what is GREEN, whatever is allowed."""
    cluster = Cluster(room)
    cluster.run("run", *TARGET, "--mode", "guided", "--allow", "exec,capture", "--format", "json")
    check("guided: no exec", not any(" exec " in c for c in cluster.calls()))
    check("guided: no capture", not any("tcpdump" in c for c in cluster.calls()))


def check_missing(room):
    """Without kubectl nothing can be known, and that is what is said."""
    cluster = Cluster(room, programs=())
    os.symlink("/bin/false", os.path.join(cluster.bin, "kubectl"))
    status, out, err = cluster.run("run", *TARGET, "--format", "json")
    report = json.loads(out)
    check("missing: inconclusive", status == 3 and report["diagnosis"] == "inconclusive", f"{status} {err}")
    check("missing: the first step failed", step(report, "T.M1.1")["status"] == "failed", step(report, "T.M1.1"))


def started_from(folder):
    """The command lines of all processes that name a folder."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as f:
                line = f.read()
        except OSError:
            continue
        if folder.encode() in line:
            found.append(line)
    return found


def check_interrupt(room):
    """Ctrl-C ends what hangs, judges what is known, and leaves no child."""
    cluster = Cluster(room, slow=["get nodes"])
    os.mkfifo(os.path.join(cluster.bin, "hangs"))
    child = cluster.start("run", *TARGET, "--format", "json")
    with open(os.path.join(cluster.bin, "hangs"), encoding="utf-8") as hangs:  # opens when the call does
        check("interrupt: it hangs", "get nodes" in hangs.readline())
    os.kill(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    check("interrupt: it ends with a report", child.returncode in (0, 3) and b"diagnosis" in out, f"{child.returncode} {err}")
    check("interrupt: the probe was cancelled",
          any(r["state"] == "cancelled" for r in cluster.records() if "nodes" in r["argv"]), cluster.records())
    alive = started_from(cluster.bin)
    check("interrupt: no child is left", not alive, alive)
    status, out, _ = cluster.run("cases", "--format", "json")
    check("interrupt: the case was left in good order", status == 0 and "cut off" not in out, out)


def main():
    with tempfile.TemporaryDirectory() as room:
        check_recheck(check_run(os.path.join(room, "run")))
        for number, part in enumerate((check_refusals, check_guided, check_missing, check_interrupt)):
            part(os.path.join(room, str(number)))
    return finish()


if __name__ == "__main__":
    sys.exit(main())
