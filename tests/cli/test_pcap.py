#!/usr/bin/env python3
# Capture files: what d5tui counts and quotes, with tcpdump as the second opinion where it is installed.
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

from checks import D5TUI, check, finish


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


def message(ident, host, flags=0x0100, answer=b""):
    return struct.pack("!6H", ident, flags, 1, 1 if answer else 0, 0, 0) + name(host) + b"\0\1\0\1" + answer


def frame(src, dst, sport, dport, payload):
    udp = struct.pack("!4H", sport, dport, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(src), bytes(dst)) + udp
    return b"\2" * 12 + b"\x08\0" + ip


POD, DNS = (10, 0, 1, 5), (10, 96, 0, 10)
ADDRESS = b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x0a\x60\7\7"
FRAMES = [
    frame(POD, DNS, 40001, 53, message(7, "cart.shop.svc.cluster.local")),
    frame(DNS, POD, 53, 40001, message(7, "cart.shop.svc.cluster.local", 0x8580, ADDRESS)),
    frame(POD, DNS, 40002, 53, message(8, "lost.shop.svc.cluster.local")),
    frame(POD, DNS, 40003, 53, message(9, "orders.shop.svc.cluster.local")),
    frame(DNS, POD, 53, 40003, message(9, "orders.shop.svc.cluster.local", 0x8182)),
    frame(POD, DNS, 40004, 53, message(10, "late.shop.svc.cluster.local")),
]


def write(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for i, data in enumerate(frames):
            f.write(struct.pack("<IIII", 1795417200 + i * 2, 1000 * i, len(data), len(data)) + data)


def run(path):
    out = subprocess.run([D5TUI, "run", "--from", path, "--format", "json"], capture_output=True, text=True)
    return out.returncode, json.loads(out.stdout)


with tempfile.TemporaryDirectory() as folder:
    capture = os.path.join(folder, "port53.pcap")
    write(capture, FRAMES)
    status, report = run(capture)
    check("a capture alone is inconclusive: 3", status == 3)
    check("unanswered are counted", "2 of 4 queries unanswered" in json.dumps(report))
    quoted = [e for e in report["evidence"] if e["source"].startswith("captures/port53.pcap:")]
    check("packets are quoted", len(quoted) > 0)
    if shutil.which("tcpdump"):
        out = subprocess.run(["tcpdump", "-nn", "-tttt", "-r", capture], capture_output=True, text=True,
                             env={**os.environ, "TZ": "UTC"}).stdout.splitlines()
        for e in quoted:
            number = int(e["source"].rsplit(":", 1)[1])
            check("packet %d is quoted as tcpdump prints it" % number, e["content"] == out[number - 1])
    else:
        print("tcpdump is not installed: quotes are not compared")
    for cut in (0, 3, 23, 30, 60, os.path.getsize(capture) - 1):
        part = os.path.join(folder, "cut%d.pcap" % cut)
        with open(capture, "rb") as f, open(part, "wb") as g:
            g.write(f.read(cut))
        out = subprocess.run([D5TUI, "run", "--from", part, "--format", "json"], capture_output=True)
        check("cut after %d bytes: an answer or an error, no crash" % cut, out.returncode in (1, 3))

sys.exit(finish())
