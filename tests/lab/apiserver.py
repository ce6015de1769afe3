"""The real API server, with etcd behind it (apiserver.sh makes both): authentication, RBAC, paging, discovery and the audit log are
its own. Logs and exec it has from kubelets, whose part kubelet.py plays; and what controllers and kubelets write of the cluster's
state, controllers.py writes. It has the stand-in's face (api.py)."""
import json
import os
import subprocess
import time
import urllib.parse

import admin
import audit
import controllers
import kubelet
from network import NODES
from place import TOP

PROGRAMS = TOP + '/build/lab/apiserver'
PERSON, HOME = 'oncall', 'default'
RBAC = '/apis/rbac.authorization.k8s.io/v1'
METHODS = {'get': 'GET', 'list': 'GET', 'watch': 'GET', 'create': 'POST', 'update': 'PUT', 'patch': 'PATCH', 'delete': 'DELETE', 'deletecollection': 'DELETE'}
UP = 300  # seconds for it to come up, on a machine that has much else to do

AUDIT = '''apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: None, users: [admin, "system:apiserver"]}
- {level: Metadata}
'''


class ApiServer:
    """rights: the person's; `token` is what that person comes with"""

    def __init__(self, cluster, boxes, address, certificates, folder, rights):
        self.folder, self.audit_log, self.processes = folder, folder + '/audit.jsonl', []
        os.makedirs(folder)
        self.kubelets = [kubelet.Kubelet(boxes[name], ip, cluster, certificates, '%s/%s.jsonl' % (folder, name)) for name, ip in NODES.items()]
        self.hold = audit.Hold(address, certificates, folder)
        self.troubles = self.hold.troubles
        self._start(address, certificates)
        self.admin = admin.Admin(address, certificates)
        self._wait()
        self.controllers = controllers.Controllers(self.admin, cluster)
        self._grant(rights)
        account = '/api/v1/namespaces/%s/serviceaccounts' % HOME
        self.admin.ask('POST', account, {'metadata': {'name': PERSON}})
        self.token = self.admin.ask('POST', '%s/%s/token' % (account, PERSON), {'spec': {}})['status']['token']

    def _start(self, address, certificates):
        tokens, policy = self.folder + '/tokens.csv', self.folder + '/audit.yaml'
        for path, text in ((tokens, '%s,admin,admin,system:masters\n' % admin.TOKEN), (policy, AUDIT)):
            with open(path, 'w') as f:
                f.write(text)
        own, key = certificates + '/server.pem', certificates + '/server.key'
        self._run('etcd', '--data-dir=' + self.folder + '/etcd', '--logger=zap', '--log-outputs=stderr')
        self._run('kube-apiserver', '--etcd-servers=http://127.0.0.1:2379', '--bind-address=' + address, '--advertise-address=' + address, '--secure-port=443',
                  '--tls-cert-file=' + own, '--tls-private-key-file=' + key, '--token-auth-file=' + tokens, '--authorization-mode=RBAC',
                  '--service-account-issuer=https://lab', '--service-account-signing-key-file=' + key, '--service-account-key-file=' + own,
                  '--service-cluster-ip-range=172.20.0.0/16', '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition',
                  '--kubelet-certificate-authority=%s/ca.pem' % certificates, '--kubelet-client-certificate=' + own, '--kubelet-client-key=' + key,
                  '--kubelet-preferred-address-types=InternalIP', '--audit-policy-file=' + policy, '--audit-log-path=' + self.audit_log,
                  '--audit-webhook-config-file=' + self.hold.settings, '--audit-webhook-mode=blocking', '--cert-dir=' + self.folder)

    def _run(self, program, *words):
        calm = dict(os.environ, GOGC='400')  # most of the work of coming up is Go's collecting of garbage
        with open('%s/%s.log' % (self.folder, program), 'w') as log:
            self.processes.append(subprocess.Popen([PROGRAMS + '/' + program, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=calm))

    def _wait(self):
        deadline = time.monotonic() + UP
        while not self.admin.ready():
            if any(p.poll() is not None for p in self.processes) or time.monotonic() > deadline:
                raise RuntimeError('the API server did not come up: ' + ''.join(self._said('etcd') + self._said('kube-apiserver')))
            time.sleep(0.2)

    def _said(self, program):
        with open('%s/%s.log' % (self.folder, program)) as log:
            return log.readlines()[-3:]

    def _grant(self, rights):
        subjects = [{'kind': 'ServiceAccount', 'name': PERSON, 'namespace': HOME}]
        roles = [('ClusterRole', '', rights.everywhere)] + [('Role', '/namespaces/' + namespace, rules) for namespace, rules in rights.within.items()]
        for kind, scope, rules in roles:
            self.admin.ask('POST', '%s%s/%ss' % (RBAC, scope, kind.lower()), {'metadata': {'name': PERSON}, 'rules': rules})
            self.admin.ask('POST', '%s%s/%sbindings' % (RBAC, scope, kind.lower()), {
                'metadata': {'name': PERSON}, 'subjects': subjects, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': kind, 'name': PERSON}})

    # ---------------------------------------------------------------- what the lab asks of both
    def publish(self):
        self.controllers.publish()

    def spoil(self, resource):
        """something lies among that resource's objects that the server cannot read"""
        audit.put('/registry/%s/shop/spoilt' % resource, 'not an object')

    def sign_out(self):
        self.admin.ask('DELETE', '/api/v1/namespaces/%s/serviceaccounts/%s' % (HOME, PERSON))

    def requests(self):
        """the person's, from the audit log"""
        try:
            with open(self.audit_log) as f:
                events = {e['auditID']: e for e in (json.loads(line) for line in f if line.endswith('\n'))}
        except FileNotFoundError:
            return []
        return [request(e) for e in events.values()]


def request(event):
    return {'method': METHODS[event['verb']], 'path': urllib.parse.urlsplit(event['requestURI']).path}
