"""The cluster's administrator, to the real API server: JSON over https, one request at a time."""
import http.client
import json
import ssl
import threading

TOKEN = 'lab-admin'


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__('%d: %s' % (code, message))
        self.code = code


class Admin:
    def __init__(self, address, certificates):
        self.lock, context = threading.Lock(), ssl.create_default_context(cafile=certificates + '/ca.pem')
        self.connection = http.client.HTTPSConnection(address, context=context, timeout=30)

    def ask(self, method, path, body=None):
        """what the server answers; Refused where it does not do it"""
        headers = {'Authorization': 'Bearer ' + TOKEN, 'Content-Type': 'application/json'}
        with self.lock:
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.connection.getresponse()
            text = answer.read()
        if answer.status >= 300:
            raise Refused(answer.status, text.decode(errors='replace'))
        return json.loads(text) if text.startswith(b'{') else text

    def ready(self):
        try:
            return self.ask('GET', '/readyz') == b'ok'
        except (OSError, http.client.HTTPException, Refused):
            self.connection.close()
            return False
