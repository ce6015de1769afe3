"""What the tests of the command line share: the program and the tree under test, and counting what holds."""
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
D5TUI = os.path.abspath(os.environ.get("D5TUI", os.path.join(ROOT, "build", "d5tui")))
TREE = os.path.join(ROOT, "tests", "cases", "demo", "tree")
counts = {True: 0, False: 0}


def check(name, holds, said=""):
    counts[bool(holds)] += 1
    if not holds:
        print(f"FAILED: {name} {said}")


def finish():
    """Prints the last line that `make test` adds up; the exit status."""
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0
