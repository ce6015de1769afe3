"""What the controllers and the kubelets of a cluster write into its API server, with the lab's state (cluster.py) as the truth:
objects come, change their status, and go, each second, as the state does."""
import http.client
import threading

import resources
from admin import Refused

STATUS = {'pods', 'nodes', 'deployments', 'daemonsets'}  # those whose status is written by itself
FIRST = {'namespaces': 0, 'nodes': 1}                    # what others stand on
TABLE = sorted(resources.table(old=True), key=lambda r: FIRST.get(r.name, 2))
NOT_OURS = ('uid', 'creationTimestamp', 'resourceVersion')  # the server gives them
API_SERVICE = '/api/v1/namespaces/default/services/kubernetes'  # and makes this one
EVERY = 1.0


def path_of(resource, o):
    root = '/api/v1' if resource.version == 'v1' else '/apis/' + resource.version
    scope = '/namespaces/' + o['metadata']['namespace'] if resource.namespaced else ''
    return '%s%s/%s/%s' % (root, scope, resource.name, o['metadata']['name'])


def ours(o):
    return dict(o, metadata={k: v for k, v in o['metadata'].items() if k not in NOT_OURS})


def but_status(o):
    return {k: v for k, v in o.items() if k != 'status'}


class Controllers:
    def __init__(self, admin, cluster):
        self.admin, self.cluster = admin, cluster
        self.written, self.lock = {}, threading.Lock()  # path: the object as last written
        self.publish()
        threading.Thread(target=self._go_on, daemon=True).start()

    def _go_on(self):
        while not threading.Event().wait(EVERY):
            try:
                self.publish()
            except (OSError, http.client.HTTPException):
                return  # the lab ends

    def publish(self):
        """once it returns, the server has what the state is now"""
        with self.lock:
            wanted = {path_of(r, o): (r, ours(o)) for r in TABLE for o in self.cluster.objects(r.name, old=True)}
            wanted.pop(API_SERVICE)
            for path in [p for p in self.written if p not in wanted]:
                self._delete(path)
            for path, (resource, o) in wanted.items():
                if self.written.get(path) != o:
                    self._write(resource, path, o)

    def _write(self, resource, path, o):
        before = self.written.get(path)
        if before and resource.name == 'pods' and before['spec'] != o['spec']:
            self._delete(path)  # a pod's spec does not change
            before = None
        if not before:
            self._create(path, o)
        elif but_status(before) != but_status(o):
            self.admin.ask('PUT', path, o)
        if resource.name in STATUS:
            self.admin.ask('PUT', path + '/status', o)
        self.written[path] = o

    def _create(self, path, o):
        """or takes over what the server has made by itself"""
        try:
            self.admin.ask('POST', path.rsplit('/', 1)[0], o)
        except Refused as refused:
            if refused.code != 409:
                raise
            self.admin.ask('PUT', path, o)

    def _delete(self, path):
        self.admin.ask('DELETE', path, {'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0})
        del self.written[path]
