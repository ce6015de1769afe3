"""Where things are, and the names that everybody uses."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOM = '/run/lab'              # the lab's own, in memory; gone with it
CHECKOUT = ROOM + '/checkout'  # TOP again: boxes have a /tmp of their own, and the checkout may lie in the machine's
PROGRAMS = CHECKOUT + '/tests/lab/'

D5TUI = os.path.join(CHECKOUT, os.path.relpath(os.environ.get('D5TUI', TOP + '/build/d5tui'), TOP))
SANITIZED = '/san/' in D5TUI   # `make lab SAN=1`
SLOWER = 3 if SANITIZED else 1 # how much longer than else it may take
REPORTS = ROOM + '/sanitizers' # what they have to say: a file for each process

POD, POD_IP = 'checkout-7d9c5b6f4-x2x9p', '10.0.11.142'  # the one that complains
ORDERS = ('orders-5c8f7d9c66-hw9dn', '10.0.12.31')
COREDNS = [('coredns-6f9cd4d8bb-6kqzl', '10.0.12.53'), ('coredns-6f9cd4d8bb-wn4ds', '10.0.12.87')]
