"""WebSocket (RFC 6455), the server's side of it, as far as `kubectl exec` of 1.29 and later goes: each message's first byte is
the channel (v4.channel.k8s.io, v5.channel.k8s.io)."""
import base64
import hashlib
import struct

CHANNELS = {'stdin': 0, 'stdout': 1, 'stderr': 2, 'error': 3}
BINARY, CLOSE = 2, 8


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()


class Connection:
    def __init__(self, rfile, sock):
        self.sock = sock

    def accept(self, wanted):
        """nothing to open: the channels are there"""

    def _frame(self, opcode, data):
        n = len(data)
        head = bytes([0x80 | opcode]) + (bytes([n]) if n < 126 else struct.pack('!BH', 126, n) if n < 65536 else struct.pack('!BQ', 127, n))
        self.sock.sendall(head + data)

    def send(self, stream, data):
        self._frame(BINARY, bytes([CHANNELS[stream]]) + data)

    def close(self):
        self._frame(CLOSE, struct.pack('!H', 1000))
