"""Where the real API server tells of each request of the person's before it serves it, and waits to be answered (an audit webhook
in blocking mode): what can go wrong with a real server is brought about here. The audit log is a file of the server's own."""
import base64
import json
import time
import urllib.parse
import urllib.request

import https

PORT = 8443
ETCD = 'http://127.0.0.1:2379/v3/'

WEBHOOK = '''apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: lab, cluster: {server: "https://%s:%d/", certificate-authority: %s/ca.pem}}]
users: [{name: lab, user: {}}]
contexts: [{name: lab, context: {cluster: lab, user: lab}}]
'''


def etcd(call, **body):
    with urllib.request.urlopen(ETCD + call, json.dumps(body).encode()) as answer:
        return json.load(answer)


def put(key, value):
    """returns the revision that it made"""
    encoded = [base64.b64encode(word.encode()).decode() for word in (key, value)]
    return etcd('kv/put', key=encoded[0], value=encoded[1])['header']['revision']


def forget():
    """etcd's history up to now is compacted away: a list that began before cannot be continued"""
    etcd('kv/compaction', revision=put('/lab', 'now'), physical=True)


class Hold:
    def __init__(self, address, certificates, folder):
        self.troubles = []  # api.Trouble, of which a real server can be `slow`, and its pages can `expire`
        self.settings = folder + '/audit-webhook.yaml'
        with open(self.settings, 'w') as f:
            f.write(WEBHOOK % (address, PORT, certificates))
        https.Server(address, type('HoldHandler', (Handler,), {'hold': self}), certificates, folder + '/held.jsonl', PORT)

    def before(self, uri):
        """a request of the person's is about to be served"""
        url = urllib.parse.urlsplit(uri)
        for trouble in self.troubles:
            if trouble.hits(url.path):
                time.sleep(trouble.slow)
                if trouble.expire and 'continue=' in url.query:
                    forget()


class Handler(https.Handler):
    def do_POST(self):
        for event in json.loads(self.read_body())['items']:
            if event['stage'] == 'RequestReceived':
                self.hold.before(event['requestURI'])
        self.answer(200, 'application/json', b'{}')
