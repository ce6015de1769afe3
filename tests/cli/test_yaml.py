#!/usr/bin/env python3
"""Scalars that core/door/yaml.c writes, read back by PyYAML (YAML 1.1, in Python and through libyaml)."""
import os
import random
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    print("0 passed, 1 failed")
    sys.exit(1)

ODD = ["", "~", "yes", "No", "ON", "off", "y", "n", "null", "True", "0x1F", "0o17", "017", "1_000", "1e3", "+1", "-0", ".5",
       "12:30:45", "190:20:30", "2026-11-23", "2026-11-23T07:00:00Z", ".inf", ".NaN", "=", "<<", " a", "a ", "a: b", "a:",
       "a #b", "#a", "- a", "-", "? a", "[a]", "{a: b}", "*a", "&a", "!a", "!!int 3", "|", ">", "%a", "@a", "`a`", "'a'",
       '"a"', "\\", "a\\nb", "---", "...", "a\nb\n", "\n", "\t", "a\tb", "\r\n", "\x00", "\x07", "\x1b[31m", "\x7f", "\x80",
       "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\u202e", "\ufffe", "\uffff", "\ud7ff", "\U0001f600", "\U0010ffff",
       "café", "root_cause — x", "a,b", "a  b", "x" * 5000, "a b " * 100]


def main():
    writer = os.path.join(os.path.dirname(os.environ["D5TUI"]), "tests", "test_yaml")
    rng = random.Random(53)
    scalars = [s.encode() for s in ODD]
    scalars += [bytes(rng.randrange(256) for _ in range(rng.randrange(20))) for _ in range(1500)]
    scalars += ["".join(rng.choice("ab01:-#~.,_ \n'\"") for _ in range(rng.randrange(8))).encode() for _ in range(1500)]
    out = subprocess.run([writer, "write"], input="".join(s.hex() + "\n" for s in scalars).encode(),
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    passed = failed = 0
    for loader in [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else []):
        read = yaml.load(out, Loader=loader)
        # Python's decoder may make one U+FFFD of several bytes of one broken character: compare without them.
        ok = len(read) == len(scalars) and all(
            isinstance(r, str) and r.replace("\ufffd", "") == s.decode("utf-8", "replace").replace("\ufffd", "")
            for r, s in zip(read, scalars))
        if not ok:
            for r, s in zip(read, scalars):
                if not isinstance(r, str) or r != s.decode("utf-8", "replace"):
                    print(loader.__name__, repr(s), repr(r))
        passed, failed = passed + ok, failed + (not ok)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
