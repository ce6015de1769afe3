#!/usr/bin/env python3
"""Hostile archives at the program's own door: each is refused by the entry's name, and nothing is left anywhere.

The archives are made by Python's tarfile, so that another writer than ours has a say."""
import ctypes
import gzip
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile

from checks import D5TUI, check, finish


def entry(name, kind=tarfile.REGTYPE, link="", data=b"x\n", **more):
    t = tarfile.TarInfo(name)
    t.type, t.linkname = kind, link
    t.size = len(data) if kind == tarfile.REGTYPE else 0
    for key, value in more.items():
        setattr(t, key, value)
    return t, data


def make(path, entries, form=tarfile.PAX_FORMAT):
    with tarfile.open(path, "w:gz", format=form) as tar:
        for t, data in entries:
            tar.addfile(t, io.BytesIO(data) if t.isreg() else None)


def search(path, tmp, pattern="COMMIT"):
    env = dict(os.environ, TMPDIR=tmp, HOME=tmp, XDG_STATE_HOME=tmp + "/state")
    return subprocess.run([D5TUI, "search", "--from", path, "--count", pattern], env=env, capture_output=True,
                          text=True, timeout=120)


GOOD = [entry("./networking/iptables-save.txt", data=b"*filter\nCOMMIT\n"),
        entry("./system/instance-id.txt", data=b"i-0abc123def4567890\n")]

HOSTILE = {
    "a link out": [entry("out", tarfile.SYMTYPE, "/etc")],
    "a link inside": [entry("in", tarfile.SYMTYPE, "networking/iptables-save.txt")],
    "through a link": [entry("esc", tarfile.SYMTYPE, ".."), entry("esc/evil")],
    "a hard link": [entry("hard", tarfile.LNKTYPE, "system/instance-id.txt")],
    "a device": [entry("zero", tarfile.CHRTYPE, devmajor=1, devminor=5)],
    "a block device": [entry("disk", tarfile.BLKTYPE, devmajor=8, devminor=0)],
    "a pipe": [entry("fifo", tarfile.FIFOTYPE)],
    "up": [entry("../evil")],
    "up in the middle": [entry("a/../../evil")],
    "absolute": [entry("/tmp/evil")],
    "twice": [entry("networking/iptables-save.txt")],
    "a file as a folder": [entry("system/instance-id.txt/evil")],
    "a folder as a file": [entry("networking")],
    "control bytes": [entry("a\x1b]0;owned\x07b")],
    "a newline": [entry("a\nb")],
    "right to left": [entry("a\u202eb")],
    "no UTF-8": [entry(b"a\xff".decode("utf-8", "surrogateescape"))],
    "too long a part": [entry("n" * 300)],
    "too long a name": [entry("/".join(["p" * 100] * 12))],
    "too deep": [entry("/".join(["d"] * 40))],
    "no name": [entry("./")],
}


def hostile(tmp):
    for name, entries in HOSTILE.items():
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            path = f"{tmp}/a.tar.gz"
            try:
                make(path, GOOD + entries, form)
            except UnicodeError:
                continue
            before = sorted(os.listdir(tmp))
            got = search(path, tmp)
            check(f"{name} is refused", got.returncode == 2 and "a.tar.gz" in got.stderr, got)
            check(f"{name} is named plainly", not any(c in got.stderr for c in "\x1b\x07\u202e"), repr(got.stderr))
            check(f"{name} leaves nothing", sorted(os.listdir(tmp)) == before and not os.path.exists("/tmp/evil"),
                  os.listdir(tmp))


def good(tmp):
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
        path = f"{tmp}/eks_i-0abc.tar.gz"
        make(path, GOOD, form)
        got = search(path, tmp)
        check("a good one is read", got.returncode == 0 and got.stdout.strip() == "1", got)
        check("its folder is gone", os.listdir(tmp) == ["eks_i-0abc.tar.gz"], os.listdir(tmp))
    plain = f"{tmp}/plain.tar"
    with tarfile.open(plain, "w") as tar:
        for t, data in GOOD:
            tar.addfile(t, io.BytesIO(data))
    check("a plain tar is read", search(plain, tmp).stdout.strip() == "1")
    os.remove(plain)


def broken(tmp):
    path = f"{tmp}/a.tar.gz"
    make(path, GOOD + [entry("big", data=os.urandom(300000))])
    with open(path, "r+b") as f:
        f.truncate(100000)
    got = search(path, tmp)
    check("a cut one is refused", got.returncode == 2 and "cannot be unpacked" in got.stderr, got)
    with open(path, "wb") as f:
        f.write(gzip.compress(b"no tar at all, only words\n" * 50))
    got = search(path, tmp, "words")
    check("a gzip that is no tar is a log", got.returncode == 0 and got.stdout.strip() == "50", got)


def bombs(tmp):
    path = f"{tmp}/a.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        t, _ = entry("var_log/messages")
        t.size = 200 << 20
        tar.addfile(t, open("/dev/zero", "rb"))
    got = search(path, tmp)
    check("zeros are a bomb", got.returncode == 2 and "times its size" in got.stderr, got)
    with gzip.open(path, "wb", compresslevel=1) as f:
        header = entry("huge")[0]
        header.size = 1 << 44
        f.write(header.tobuf(tarfile.GNU_FORMAT))
    got = search(path, tmp)
    check("a huge announcement is refused", got.returncode == 2 and "huge" in got.stderr, got)
    check("bombs leave nothing", os.listdir(tmp) == ["a.tar.gz"], os.listdir(tmp))


def wait_for_orphans():
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def killed(tmp):
    """What is sent SIGKILL or SIGTERM while it unpacks leaves no folder. Its orphans become ours, to wait for."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    path = f"{tmp}/a.tar.gz"
    make(path, GOOD + [entry("var_log/messages", data=os.urandom(1 << 20) * 16)])
    for sig in (signal.SIGTERM, signal.SIGKILL):
        env = dict(os.environ, TMPDIR=tmp, HOME=tmp)
        before = os.listdir(tmp)
        p = subprocess.Popen([D5TUI, "search", "--from", path, "--count", "x"], env=env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        while p.poll() is None and os.listdir(tmp) == before:
            pass
        p.send_signal(sig)
        p.wait()
        wait_for_orphans()
        check(f"{sig.name} leaves nothing", os.listdir(tmp) == ["a.tar.gz"], os.listdir(tmp))


for test in (good, hostile, broken, bombs, killed):
    folder = tempfile.mkdtemp(prefix="d5-archive-")
    try:
        test(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
sys.exit(finish())
