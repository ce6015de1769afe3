"""nf_conntrack_max is one for all namespaces and can be set in the machine's own only. So a guard is left there before the lab is
entered: it sets what it is told to, and puts the old value back when the lab is gone, in whichever way."""
import fcntl
import os
import time

SETTING = '/proc/sys/net/netfilter/nf_conntrack_max'
FD = 'D5_LAB_CONNTRACK_GUARD'
LOCK = '/tmp/d5lab-conntrack.lock'  # two labs that want this take turns


def guard():
    """leaves a guard behind; what is written into its pipe is set, and the pipe's end ends it"""
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        os.set_inheritable(writing, True)
        os.environ[FD] = str(writing)
        return
    os.close(writing)
    os.setsid()
    with os.fdopen(reading) as pipe:
        wanted = pipe.readline()
        if wanted:
            _hold(wanted, pipe)
    os._exit(0)


def _hold(wanted, pipe):
    with open(LOCK, 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(SETTING) as f:
            before = f.read()
        with open(SETTING, 'w') as f:
            f.write(wanted)
        pipe.read()
        with open(SETTING, 'w') as f:
            f.write(before)


def lower(maximum):
    """and waits until it is so; fails where the machine does not allow it"""
    os.write(int(os.environ[FD]), b'%d\n' % maximum)
    deadline = time.monotonic() + 60
    while open(SETTING).read().strip() != str(maximum):
        if time.monotonic() > deadline:
            raise RuntimeError(SETTING + ' of the machine cannot be set')
        time.sleep(0.05)
