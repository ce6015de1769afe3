"""nf_conntrack_max is one for all namespaces and can be set in the machine's own only. So a guard is left there before the lab is
entered: it sets what it is told to, and puts the old value back when the lab is gone, in whichever way."""
import fcntl
import os
import socket

SETTING = '/proc/sys/net/netfilter/nf_conntrack_max'
FD = 'D5_LAB_CONNTRACK_GUARD'


def guard():
    """leaves a guard behind and returns the way to it; when the last that holds that way is gone, so is the guard"""
    ours, its = socket.socketpair()
    if os.fork():
        its.close()
        return ours.detach()
    ours.close()
    os.setsid()
    wanted = its.recv(64)
    if wanted:
        _hold(wanted, its)
    os._exit(0)


def _hold(wanted, its):
    with open(SETTING) as lock:  # labs that want this take turns
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _write(wanted)
        its.send(b'done')
        its.recv(64)
        _write(before)


def _write(value):
    """returns what stood there"""
    with open(SETTING, 'rb+', buffering=0) as f:
        before = f.read(64)
        f.seek(0)
        f.write(value)
    return before


def lower(maximum):
    """returns when it is so; fails where the machine does not allow it"""
    with socket.socket(fileno=os.dup(int(os.environ[FD]))) as way:
        way.settimeout(120)
        way.send(b'%d' % maximum)
        if not way.recv(64):
            raise RuntimeError(SETTING + ' of the machine cannot be set')
