#!/usr/bin/env python3
"""An application whose resolver library counts its source ports up from one number: two pods of it on one node, whose work begins
with the clock's tick, ask from the same port, and now and then at the same instant. What is not answered it gives up after five
seconds.

    in_step.py NAME SECONDS_BETWEEN CPU
"""
import contextlib
import os
import random
import socket
import struct
import sys
import time

from app import say

FIRST_PORT, PORTS = 20000, 20000
AWAKE = 0.001  # seconds before a tick: from then on it is not left to the scheduler
READY = 0.005  # that it takes to get ready, and half of what they are apart
WAIT = 5.0     # the C library's own
TOLD = 50      # one of so many questions is
FEW = 5        # of those may be lost


def nameserver():
    with open('/etc/resolv.conf') as f:
        return next(line.split()[1] for line in f if line.startswith('nameserver '))


def message(name, number):
    labels = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.'))
    return struct.pack('!HHHHHH', number, 0x0100, 1, 0, 0, 0) + labels + struct.pack('!BHH', 0, 1, 1)


def bound(port, server):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('', port))
    s.connect((server, 53))
    s.setblocking(False)
    return s


def wait_until(tick):
    time.sleep(max(0, tick - AWAKE - time.clock_gettime(time.CLOCK_REALTIME)))
    while time.clock_gettime(time.CLOCK_REALTIME) < tick:
        pass


def is_answered(s):
    try:
        return len(s.recv(4096)) > 12
    except BlockingIOError:
        return False


class Asker:
    def __init__(self, name, pause):
        self.name, self.pause, self.server, self.waiting, self.asked = name, pause, nameserver(), {}, 0
        self.apart = 0.001  # seconds around the tick within which it sends

    def ask(self):
        """at the next tick. The socket is ready before it: nothing but the sending is left"""
        number = int((time.time() + READY) / self.pause) + 1
        s, question = bound(FIRST_PORT + number % PORTS, self.server), message(self.name, number * 7919 + os.getpid() & 0xffff)
        wait_until(number * self.pause + (random.random() - 0.5) * self.apart)
        s.send(question)
        self.waiting[s] = number * self.pause
        self.asked += 1
        if self.asked % TOLD == 0:
            self.part()

    def part(self):
        """how near to each other two must send to lose one depends on the machine: few are to be lost, and not none"""
        lost = sum(0.5 < time.time() - since < 0.5 + TOLD * self.pause for since in self.waiting.values())
        self.apart = self.apart / 2 if lost == 0 else min(self.apart * 2, self.pause / 4) if lost > FEW else self.apart

    def look(self):
        for s, since in list(self.waiting.items()):
            if is_answered(s):
                if self.asked % TOLD == 0:
                    say('INFO ', 'connected to %s' % self.name)
            elif time.time() > since + WAIT:
                say('ERROR', 'java.net.UnknownHostException: %s: no answer within %.1f s' % (self.name, WAIT))
            else:
                continue
            s.close()
            del self.waiting[s]


def main():
    name, pause, cpu = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {cpu})
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) # on a busy machine the two would drift apart
    asker = Asker(name, pause)
    while True:
        asker.ask()
        asker.look()


if __name__ == '__main__':
    main()
