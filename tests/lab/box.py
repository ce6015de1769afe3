"""Boxes: what stands for a node, a pod or a server. A box is a network namespace with a name of its own, files of its own laid
over /etc, and an empty /tmp; a process that sleeps holds it. Boxes live in the lab's own mount, network and process namespaces
(see lab.py), so that whatever becomes of the lab, nothing of them is left."""
import ctypes
import os
import subprocess
import threading

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)

HOLD = '''
hostname "$1"
mount -t overlay overlay -o "lowerdir=$2/etc:/etc" /etc
mount -t tmpfs tmpfs /tmp
ip link set lo up
echo ready
exec sleep infinity
'''


class Box:
    def __init__(self, name, folder, files=()):
        """files: {'/etc/resolv.conf': text}. Not up until ready() returns; many can be started before the first is waited for."""
        self.name, self.folder = name, folder
        os.makedirs(folder + '/etc', exist_ok=True)
        self.write('/etc/resolv.conf', '')
        self.write('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n')
        self.write('/etc/hosts', '127.0.0.1 localhost\n127.0.1.1 %s\n' % name)
        for path, text in dict(files).items():
            self.write(path, text)
        self.holder = subprocess.Popen(['unshare', '--net', '--mount', '--uts', 'sh', '-ec', HOLD, 'sh', name, folder], stdout=subprocess.PIPE, text=True)

    def ready(self):
        if self.holder.stdout.readline() != 'ready\n':
            raise RuntimeError('the box %s did not come up' % self.name)

    def write(self, path, text, mode=0o644):
        """in place: what has the file open, or looks at it through the overlay, sees the new text"""
        real = self.folder + path
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, 'w') as f:
            f.write(text)
        os.chmod(real, mode)

    def argv(self, argv):
        return ['/usr/bin/nsenter', '--target', str(self.holder.pid), '--net', '--mount', '--uts', '--'] + list(argv)

    def run(self, argv, timeout=60, text=True, **more):
        return subprocess.run(self.argv(argv), capture_output=True, timeout=timeout, text=text, **more)

    def start(self, argv, **more):
        return subprocess.Popen(self.argv(argv), **more)

    def within(self, make):
        """what make() returns, called by a thread in the box's network: a socket belongs to where it was opened"""
        made = []

        def call():
            with open('/proc/%d/ns/net' % self.holder.pid) as namespace:
                if LIBC.setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), 'setns')
            made.append(make())
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        return made[0]

    def sh(self, commands):
        """what a scene or the topology does in the box; a command that fails ends the lab"""
        done = self.run(['sh', '-ec', commands])
        if done.returncode:
            raise RuntimeError('%s: %s: %s' % (self.name, commands.strip(), done.stderr.strip()))
        return done.stdout
