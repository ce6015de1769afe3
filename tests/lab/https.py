"""An https server, a thread a connection, and its record of requests."""
import http.server
import json
import ssl
import threading
import time


def text_of(value):
    return json.dumps(value).encode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, handler, certificates, record, port=443, callers=None):
        """callers: the CA whose certificates they must have; None: anybody"""
        super().__init__((address, port), handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if callers:
            self.context.load_verify_locations(callers)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.load_cert_chain(certificates + '/server.pem', certificates + '/server.key')
        self.record_path, self.lock = record, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client):
        """the handshake belongs to the connection's own thread: one that hangs holds up nobody"""
        request.settimeout(120)
        super().finish_request(self.context.wrap_socket(request, server_side=True), client)

    def handle_error(self, request, client):
        pass  # a client that went away

    def record(self, **entry):
        with self.lock, open(self.record_path, 'a') as f:
            f.write(json.dumps(dict(entry, at=time.time())) + '\n')

    def requests(self):
        with self.lock, open(self.record_path, 'a+') as f:
            f.seek(0)
            return [json.loads(line) for line in f]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    cut = False  # whether the next answer breaks off halfway

    def log_message(self, *_):
        pass

    def read_body(self):
        return self.rfile.read(int(self.headers.get('Content-Length') or 0))

    def answer(self, code, kind, data, headers=None):
        self.send_response(code)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.cut:
            data, self.close_connection = data[:len(data) // 2], True
        self.wfile.write(data)
