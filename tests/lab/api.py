"""The API server's part: https with a CA of its own, tokens, discovery, lists in pages, watches, logs, exec, access reviews, and
the ways in which such a server fails. It reads the cluster's state at each request, and writes every request down.

The real one (apiserver.py, `make lab API=real`) is of 1.20, takes minutes to build and many seconds to come up, and cannot be made to
break off a body or to answer 429 when a scene wants it: this one can, and speaks as 1.31 does too."""
import base64
import json
import re
import time
import urllib.parse

import execute
import https
import kubelet
import resources

WATCH_SECONDS = 30


class Trouble:
    """What goes wrong with requests whose path matches. `first`: how many of them before all is well again; None: always"""

    def __init__(self, path, status=None, slow=0, cut=False, retry_after=None, expire=False, first=None):
        self.path, self.status, self.slow, self.cut = re.compile(path), status, slow, cut
        self.retry_after, self.expire, self.first = retry_after, expire, first

    def hits(self, path):
        if not self.path.search(path) or self.first == 0:
            return False
        if self.first is not None:
            self.first -= 1
        return True


REASONS = {400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 405: 'MethodNotAllowed', 410: 'Expired', 429: 'TooManyRequests',
           500: 'InternalError', 503: 'ServiceUnavailable', 504: 'Timeout'}


def status(code, message):
    return {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Failure', 'message': message, 'reason': REASONS.get(code, 'InternalError'), 'code': code}


class Fail(Exception):
    def __init__(self, code, message, retry_after=None):
        self.code, self.message, self.retry_after = code, message, retry_after


class Api:
    """cluster: objects(resource) and pod(namespace, name). rights: the person's, who comes with `token`"""

    def __init__(self, cluster, address, certificates, record, rights):
        self.cluster, self.rights = cluster, rights
        self.token = 'lab-token'
        self.tokens = {self.token: 'oncall'}
        self.troubles, self.old = [], False
        self.server = https.Server(address, type('ApiHandler', (Handler,), {'api': self}), certificates, record)
        self.requests = self.server.requests

    def publish(self):
        """nothing: the cluster's state is read at each request"""

    def spoil(self, resource):
        """the server fails at that resource's lists"""
        self.troubles.append(Trouble('/%s$' % resource, status=500))

    def sign_out(self):
        """the person's token is no longer one"""
        self.tokens.clear()


class Handler(https.Handler):
    def do_GET(self):
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        self.body = self.read_body()
        self.server.record(method=self.command, path=url.path, query=url.query, agent=self.headers.get('User-Agent', ''))
        try:
            self._trouble(url.path)
            self._authenticate()
            self._route(url.path)
        except Fail as fail:
            self._send(fail.code, status(fail.code, fail.message), {'Retry-After': str(fail.retry_after)} if fail.retry_after else {})

    # ---------------------------------------------------------------- what may go wrong on purpose
    def _trouble(self, path):
        self.cut = self.expire = False
        for trouble in self.api.troubles:
            if trouble.hits(path):
                time.sleep(trouble.slow)
                self.cut, self.expire = trouble.cut, trouble.expire
                if trouble.status:
                    raise Fail(trouble.status, 'the lab says %d' % trouble.status, trouble.retry_after)

    def _authenticate(self):
        token = self.headers.get('Authorization', '').removeprefix('Bearer ')
        if token not in self.api.tokens:
            raise Fail(401, 'Unauthorized')
        self.user = self.api.tokens[token]

    def _authorize(self, verb, resource, sub, namespace):
        group = resource.version.split('/')[0] if '/' in resource.version else ''
        whole = resource.name + ('/' + sub if sub else '')
        if not self.api.rights.allows(verb, group, whole, namespace):
            scope = 'in the namespace "%s"' % namespace if namespace else 'at the cluster scope'
            raise Fail(403, '%s is forbidden: User "%s" cannot %s resource "%s" in API group "%s" %s' % (resource.name, self.user, verb, whole, group, scope))

    # ---------------------------------------------------------------- answers
    def _send(self, code, body, headers=None):
        text = isinstance(body, bytes)
        self.answer(code, 'text/plain' if text else 'application/json', body if text else https.text_of(body), headers)

    def _chunk(self, data):
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))
        self.wfile.flush()

    # ---------------------------------------------------------------- paths
    def _route(self, path):
        old = self.api.old
        parts = path.strip('/').split('/')
        fixed = {'/version': {'major': '1', 'minor': '20' if old else '31', 'gitVersion': 'v1.20.15-eks' if old else 'v1.31.2-eks-94953ac'}, '/api': {'kind': 'APIVersions', 'versions': ['v1']},
                 '/apis': resources.group_list(old), '/healthz': b'ok', '/readyz': b'ok', '/livez': b'ok'}
        if path in fixed:
            return self._send(200, fixed[path])
        version = 'v1' if parts[0] == 'api' else '/'.join(parts[1:3])
        rest = parts[2:] if parts[0] == 'api' else parts[3:]
        if version not in resources.versions(old):
            raise Fail(404, 'the server could not find the requested resource')
        if not rest:
            return self._send(200, resources.resource_list(version, old))
        namespace = rest[1] if rest[0] == 'namespaces' and len(rest) > 2 else None
        return self._object(version, namespace, rest[2:] if namespace else rest)

    def _object(self, version, namespace, rest):
        resource = next((r for r in resources.table(self.api.old) if r.version == version and r.name == rest[0]), None)
        if not resource:
            raise Fail(404, 'the server could not find the requested resource')
        if resource.name == 'selfsubjectaccessreviews' and self.command == 'POST':
            return self._review()
        if rest[2:] == ['exec']:
            return self._exec(resource, namespace, rest[1])
        if self.command != 'GET':
            raise Fail(405, 'the lab serves readers only')
        if rest[2:] == ['proxy', 'configz']:
            self._authorize('get', resource, 'proxy', None)
            return self._send(200, {'kubeletconfig': self.api.cluster.kubelet_settings()})
        if rest[2:] == ['log']:
            return self._log(resource, namespace, rest[1])
        if len(rest) == 2:
            return self._get(resource, namespace, rest[1])
        return self._list(resource, namespace)

    # ---------------------------------------------------------------- objects
    def _selected(self, resource, namespace):
        items = [o for o in self.api.cluster.objects(resource.name, self.api.old) if not namespace or o['metadata'].get('namespace') == namespace]
        for term in filter(None, self._one('labelSelector', '').split(',')):
            key, _, value = term.replace('==', '=').partition('=')
            items = [o for o in items if o['metadata'].get('labels', {}).get(key) == value]
        for term in filter(None, self._one('fieldSelector', '').split(',')):
            key, _, value = term.replace('==', '=').partition('=')
            items = [o for o in items if field(o, key) == value]
        return items

    def _one(self, name, default=None):
        return self.query.get(name, [default])[0]

    def _list(self, resource, namespace):
        self._authorize('list', resource, '', namespace)
        items = self._selected(resource, namespace)
        if self._one('watch') in ('1', 'true'):
            self._authorize('watch', resource, '', namespace)
            return self._watch(items)
        limit, token = int(self._one('limit', '0')), self._one('continue')
        start = int(base64.urlsafe_b64decode(token)) if token else 0
        if token and self.expire:
            raise Fail(410, 'The provided continue parameter is too old to display a consistent list result.')
        meta = {'resourceVersion': '184467'}
        if limit and start + limit < len(items):
            meta.update({'continue': base64.urlsafe_b64encode(str(start + limit).encode()).decode(), 'remainingItemCount': len(items) - start - limit})
        page = items[start:start + limit] if limit else items
        strip = [{k: v for k, v in o.items() if k not in ('kind', 'apiVersion')} for o in page]
        self._send(200, {'kind': resource.kind + 'List', 'apiVersion': resource.version, 'metadata': meta, 'items': strip})

    def _watch(self, items):
        self._start_stream('application/json')
        for o in items:
            self._chunk(json.dumps({'type': 'ADDED', 'object': o}).encode() + b'\n')
        time.sleep(min(WATCH_SECONDS, int(self._one('timeoutSeconds', str(WATCH_SECONDS)))))
        self._chunk(b'')

    def _start_stream(self, kind):
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()

    def _get(self, resource, namespace, name):
        self._authorize('get', resource, '', namespace)
        for o in self._selected(resource, namespace):
            if o['metadata']['name'] == name:
                return self._send(200, o)
        raise Fail(404, '%s "%s" not found' % (resource.name, name))

    # ---------------------------------------------------------------- logs
    def _log(self, resource, namespace, name):
        self._authorize('get', resource, 'log', namespace)
        container = self._container(self._pod(namespace, name), self._one('container'))
        try:
            self._send(200, kubelet.log(container, name, {key: values[0] for key, values in self.query.items()}))
        except LookupError as error:
            raise Fail(400, error.args[0])

    def _pod(self, namespace, name):
        pod = self.api.cluster.pod(namespace, name)
        if not pod:
            raise Fail(404, 'pods "%s" not found' % name)
        return pod

    def _container(self, pod, name):
        found = [c for c in pod.containers if not name or c.name == name]
        if not found:
            raise Fail(400, 'container %s is not valid for pod %s' % (name, pod.name))
        if len(found) > 1:
            raise Fail(400, 'a container name must be specified for pod %s, choose one of: [%s]' % (pod.name, ' '.join(c.name for c in found)))
        return found[0]

    # ---------------------------------------------------------------- exec and access
    def _exec(self, resource, namespace, name):
        self._authorize('create', resource, 'exec', namespace)
        pod = self._pod(namespace, name)
        container = self._container(pod, self._one('container'))
        if not container.status()['ready']:
            raise Fail(500, 'container not found ("%s")' % container.name)
        connection = execute.upgrade(self)
        if not connection:
            raise Fail(400, 'you must specify at least 1 of stdin, stdout, stderr, and upgrade')
        execute.run(connection, pod, self.query['command'])

    def _review(self):
        review = json.loads(self.body)
        asked = review['spec'].get('resourceAttributes', {})
        whole = asked.get('resource', '') + ('/' + asked['subresource'] if asked.get('subresource') else '')
        allowed = self.api.rights.allows(asked.get('verb'), asked.get('group', ''), whole, asked.get('namespace') or None)
        review['status'] = {'allowed': allowed, 'reason': 'RBAC: allowed by ClusterRoleBinding "oncall"' if allowed else ''}
        self._send(201, review)


def field(o, key):
    for part in key.split('.'):
        o = o.get(part, {}) if isinstance(o, dict) else {}
    return o
