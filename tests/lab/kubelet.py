"""A kubelet's part towards the real API server, which has logs, exec and settings from it: https on the node's port 10250, in the
node's network, for callers with a certificate of the lab's CA. What runs is the lab's own containers: there is no runtime."""
import time
import urllib.parse

import execute
import https
from container import rfc3339

PORT = 10250


def log(container, pod_name, asked):
    """the container's log as asked for: {'tailLines': '5', …}, as the API has them (PodLogOptions). LookupError: there is none"""
    yes = lambda name: asked.get(name) in ('1', 'true')  # noqa: E731
    lines = container.previous if yes('previous') else container.lines
    if lines is None:
        raise LookupError('previous terminated container "%s" in pod "%s" not found' % (container.name, pod_name))
    lines = list(lines)
    if asked.get('sinceTime'):
        lines = [line for line in lines if rfc3339(line.at) >= asked['sinceTime'][:19] + 'Z']
    if asked.get('sinceSeconds'):
        lines = [line for line in lines if line.at >= time.time() - int(asked['sinceSeconds'])]
    if asked.get('tailLines'):
        n = int(asked['tailLines'])
        lines = lines[-n:] if n else []
    data = ''.join(('%s %s\n' % (rfc3339(line.at, 9), line.text)) if yes('timestamps') else line.text + '\n' for line in lines).encode()
    return data[:int(asked['limitBytes'])] if asked.get('limitBytes') else data


class Kubelet:
    def __init__(self, box, address, cluster, certificates, record):
        self.name, self.cluster = box.name, cluster
        handler = type('KubeletHandler', (Handler,), {'kubelet': self})
        self.server = box.within(lambda: https.Server(address, handler, certificates, record, PORT, certificates + '/ca.pem'))

    def container(self, namespace, pod_name, name):
        """(pod, container); None where it does not run here"""
        pod = self.cluster.pod(namespace, pod_name)
        found = [c for c in pod.containers if c.name == name] if pod and pod.node == self.name else []
        return (pod, found[0]) if found else None


class Handler(https.Handler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        self.read_body()
        self.server.record(method=self.command, path=url.path)
        what, *where = url.path.strip('/').split('/')
        if what == 'configz':
            return self.answer(200, 'application/json', https.text_of({'kubeletconfig': self.kubelet.cluster.kubelet_settings()}))
        found = self.kubelet.container(*where) if what in ('containerLogs', 'exec') and len(where) == 3 else None
        if not found:
            return self._say(404, 'pod does not exist')
        return self._log(*found) if what == 'containerLogs' else self._exec(*found)

    do_POST = do_GET

    def _say(self, code, text):
        self.answer(code, 'text/plain', text.encode())

    def _log(self, pod, container):
        try:
            self.answer(200, 'text/plain', log(container, pod.name, {key: values[0] for key, values in self.query.items()}))
        except LookupError as error:
            self._say(400, error.args[0])

    def _exec(self, pod, container):
        if not container.status()['ready']:
            return self._say(500, 'container not found ("%s")' % container.name)
        connection = execute.upgrade(self)
        if connection:
            execute.run(connection, pod, self.query['command'])
        else:
            self._say(400, 'you must specify at least 1 of stdin, stdout, stderr, and upgrade')
