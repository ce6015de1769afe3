"""A worker node from inside: sshd with keys only, a user who may `sudo -n`, the tools that are there, the kubelet's settings, and
a record of each command that was run on it."""
import json
import os
import subprocess
import time

from network import NODES, resolv_of_node

USER = 'ec2-user'
USER_ID = 1000
TOOLS = ('iptables iptables-save ip6tables ip6tables-save iptables-legacy-save ip6tables-legacy-save iptables-nft-save ip6tables-nft-save nft ipset conntrack ethtool ip ss dig tcpdump '
         'sudo timeout cat sh ls id uname date head tail grep sed sysctl true').split()

SSHD = '''
Port 22
HostKey %(keys)s/%(short)s
HostKey %(keys)s/%(short)s.second
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
AuthorizedKeysFile %(keys)s/oncall.pub
ForceCommand %(folder)s/record
MaxSessions 40
MaxStartups 40
UseDNS no
'''

# Notes what was asked for, then runs it as the login shell would.
RECORD = '''#!/bin/sh
printf '%%s\\n' "$SSH_ORIGINAL_COMMAND" >>%(folder)s/commands
PATH=%(folder)s/bin
export PATH
[ -n "$SSH_ORIGINAL_COMMAND" ] || exit 1
exec sh -c "$SSH_ORIGINAL_COMMAND"
'''

# The node's own kernel log and journal: what was said since it came up, and not of another namespace (other labs').
DMESG = '''#!/bin/sh
own=$(/usr/bin/readlink /proc/self/ns/net | /usr/bin/tr -dc 0-9)
/usr/bin/dmesg "$@" --since '%(since)s' | /usr/bin/awk -v own="$own" '!/ in netns / || index($0, " in netns " own ",")'
'''
JOURNAL = '''#!/bin/sh
exec /usr/bin/cat %(folder)s/kubelet.log
'''


def passwd(home, name, uid):
    return ('root:x:0:0:root:/root:/bin/sh\nsshd:x:997:997::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n'
            'tcpdump:x:996:996::/nonexistent:/usr/sbin/nologin\n' + ('%s:x:%d:%d::%s:/bin/sh\n' % (name, uid, uid, home) if uid else ''))


def files(name, folder, backend):
    """what a node has in /etc, before it comes up"""
    alternatives = {p: '/usr/sbin/' + p.replace('tables', 'tables-' + backend) for p in
                    ('iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore')}
    os.makedirs(folder + '/etc/alternatives', exist_ok=True)
    for program, real in alternatives.items():
        os.symlink(real, '%s/etc/alternatives/%s' % (folder, program))
    return {'/etc/resolv.conf': resolv_of_node(), '/etc/hosts': '127.0.0.1 localhost\n%s %s\n' % (NODES[name], name),
            '/etc/passwd': passwd('/tmp', USER, USER_ID), '/etc/shadow': 'root:*:19000::::::\n%s:*:19000::::::\n' % USER, '/etc/group': 'root:x:0:\nsudo:x:27:\ntcpdump:x:996:\n%s:x:%d:\n' % (USER, USER_ID),
            '/etc/sudoers': 'Defaults secure_path=%s/bin, !syslog\nroot ALL=(ALL) NOPASSWD: ALL\n%s ALL=(ALL) NOPASSWD: ALL\n' % (folder, USER),
            '/etc/sudo.conf': '', '/etc/pam.d/sudo': 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession required pam_permit.so\n',
            '/etc/os-release': 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nPRETTY_NAME="Amazon Linux 2023"\n'}


def place_of(tool):
    """where a program stands; it may be a link that leads somewhere on the node only (/etc/alternatives)"""
    places = ['/usr/sbin/' + tool, '/usr/bin/' + tool]
    return next((p for p in places if os.path.lexists(p)), places[-1])


class Node:
    def __init__(self, box, keys, settings):
        self.box, self.folder = box, box.folder
        names = {'folder': box.folder, 'keys': keys, 'short': box.name.split('.')[0], 'since': time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())}
        box.write('/etc/kubernetes/kubelet/config.json', json.dumps(settings, indent=4) + '\n')
        os.chmod(box.folder + '/etc/sudoers', 0o440)
        os.makedirs(box.folder + '/bin', exist_ok=True)
        for tool in TOOLS:
            os.symlink(place_of(tool), '%s/bin/%s' % (box.folder, tool))
        for name, text in (('record', RECORD), ('bin/dmesg', DMESG), ('bin/journalctl', JOURNAL)):
            box.write('/' + name, text % names, 0o755)
        box.write('/commands', '', 0o666)
        box.write('/kubelet.log', '')
        box.write('/sshd_config', SSHD % names)
        self.sshd = box.start(['/usr/sbin/sshd', '-D', '-f', box.folder + '/sshd_config', '-E', box.folder + '/sshd.log'])

    def without(self, tools):
        for tool in tools:
            path = '%s/bin/%s' % (self.folder, tool)
            if os.path.lexists(path):
                os.remove(path)

    def load(self, restore, ruleset):
        """kube-proxy's rules, by its own restore: iptables-nft-restore, iptables-legacy-restore, or nft"""
        done = self.box.run(restore, input=ruleset)
        if done.returncode:
            raise RuntimeError('%s: %s' % (self.box.name, done.stderr))

    def run_as_agent(self, command):
        """as SSM's agent does it: root, a shell; written down like what comes by ssh"""
        with open(self.folder + '/commands', 'a') as f:
            f.write(command + '\n')
        return self.box.run(['env', '-i', 'PATH=%s/bin' % self.folder, 'LC_ALL=C.UTF-8', 'sh', '-c', command])

    def bundle(self):
        """a part of what the EKS log collector packs"""
        asked = {'networking/iptables-save.txt': 'iptables-save', 'networking/ip6tables-save.txt': 'ip6tables-save', 'networking/resolv.conf': 'cat /etc/resolv.conf', 'networking/iproute.txt': 'ip route show table all',
                 'networking/conntrack.txt': 'conntrack -S', 'kubelet/config.json': 'cat /etc/kubernetes/kubelet/config.json'}
        return {path: self.box.sh(command) for path, command in asked.items()}

    def commands(self):
        with open(self.folder + '/commands') as f:
            return f.read().splitlines()

    def written(self):
        """files that somebody left on the node"""
        return self.box.sh('find /tmp -mindepth 1').splitlines()


def make_keys(folder):
    """one pair for the person, two for each node, of which the person knows the first"""
    os.makedirs(folder, exist_ok=True)
    nodes = [n.split('.')[0] for n in NODES]
    for kind, name in [('ed25519', n) for n in ['oncall'] + nodes] + [('ecdsa', n + '.second') for n in nodes]:
        subprocess.run(['ssh-keygen', '-q', '-t', kind, '-N', '', '-C', name, '-f', os.path.join(folder, name)], check=True)
