"""Where the person on call sits: a kubeconfig, an SSH configuration, AWS credentials, and d5tui."""
import glob
import os
import subprocess

from network import API, AWS, NODES
from node import USER

REGION = 'eu-west-1'
CONTEXT = 'arn:aws:eks:eu-west-1:111122223333:cluster/lab'  # as `aws eks update-kubeconfig` names it
AWS_NAMES = ['%s.%s.amazonaws.com' % (s, REGION) for s in ('ec2', 'ssm', 'logs', 's3', 'sts', 'lab-bundles.s3')]

KUBECONFIG = '''apiVersion: v1
kind: Config
current-context: "%s"
clusters: [{name: lab, cluster: {server: "https://%s", certificate-authority: %s/ca.pem}}]
users: [{name: oncall, user: {token: %s}}]
contexts: [{name: "%s", context: {cluster: lab, user: oncall}}]
'''

SSH_CONFIG = '''Host *
    User %s
    IdentityFile %s/oncall
    IdentitiesOnly yes
'''


def make_certificates(folder):
    """a CA of the lab's own, and one certificate for the API server, AWS and the kubelets"""
    os.makedirs(folder, exist_ok=True)
    names = ','.join(['IP:' + ip for ip in (API, AWS, *NODES.values())] + ['DNS:' + n for n in AWS_NAMES])
    with open(folder + '/names', 'w') as f:
        f.write('subjectAltName=%s\n' % names)
    openssl = lambda *words: subprocess.run(['openssl', *words], check=True, capture_output=True, cwd=folder)  # noqa: E731
    new = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    openssl('req', '-x509', *new, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=lab CA')
    openssl('req', *new, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=lab')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'server.pem', '-days', '30', '-extfile', 'names')


def files(home):
    hosts = '127.0.0.1 localhost bastion\n' + ''.join('%s %s\n' % (AWS, name) for name in AWS_NAMES)
    return {'/etc/hosts': hosts, '/etc/d5tui/policy.yaml': 'limits: {capture_seconds: 6}\n', '/etc/resolv.conf': 'nameserver 10.0.0.2\n', '/etc/passwd': 'root:x:0:0:root:%s:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n' % home}


class Bastion:
    def __init__(self, box, folder, keys, certificates, tools, token):
        self.box, self.home, self.certificates = box, folder + '/home', certificates
        os.makedirs(self.home + '/bin', mode=0o700)
        for tool in tools:
            os.symlink('/usr/bin/' + tool, '%s/bin/%s' % (self.home, tool))
        self.write('.kube/config', KUBECONFIG % (CONTEXT, API, certificates, token, CONTEXT))
        self.write('.ssh/config', SSH_CONFIG % (USER, keys))
        self.keys = {name: self._key(keys, name) for name in NODES}
        self._know()

    def _key(self, keys, name):
        with open('%s/%s.pub' % (keys, name.split('.')[0])) as f:
            return ' '.join(f.read().split()[:2])

    def _know(self):
        self.write('.ssh/known_hosts', ''.join('%s %s\n' % pair for pair in self.keys.items()))

    def mistake(self, name):
        """the known key of that node is another one's"""
        self.keys[name] = next(key for other, key in self.keys.items() if other != name)
        self._know()

    def write(self, path, text):
        real = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(real), mode=0o700, exist_ok=True)
        with open(real, 'w') as f:
            f.write(text)
        os.chmod(real, 0o600)

    def settings(self):
        """{path: text} of what is the person's own: which keys and clusters are known"""
        paths = glob.glob(self.home + '/.ssh/*') + [self.home + '/.kube/config']
        return {path: open(path).read() for path in paths}

    def environment(self):
        return {'HOME': self.home, 'USER': 'root', 'LOGNAME': 'root', 'PATH': self.home + '/bin', 'KUBECONFIG': self.home + '/.kube/config', 'AWS_REGION': REGION, 'AWS_DEFAULT_REGION': REGION,
                'AWS_ACCESS_KEY_ID': 'AKIDLAB', 'AWS_SECRET_ACCESS_KEY': 'lab', 'AWS_CA_BUNDLE': self.certificates + '/ca.pem', 'AWS_EC2_METADATA_DISABLED': 'true', 'AWS_MAX_ATTEMPTS': '1',
                'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'TERM': 'dumb'}

    def run(self, argv, timeout=300, **more):
        return self.box.run(argv, timeout=timeout, env=self.environment(), **more)
