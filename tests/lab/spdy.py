"""SPDY/3.1, the server's side of it, as far as `kubectl exec` of before 1.29 goes: the client opens streams that a header names
(error, stdout, stderr), the server writes into them. https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1"""
import struct
import zlib

SYN_STREAM, SYN_REPLY, PING, GOAWAY, FIN = 1, 2, 6, 7, 1

WORDS = '''options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
authorization cache-control connection content-base content-encoding content-language content-length content-location
content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range
if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after
server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version
HTTP/1.1 url public set-cookie keep-alive origin'''.split()
CODES = [100, 101, 201, 202, 205, 206, 300, *range(302, 308), 402, *range(405, 418), 502, 504, 505]
TAIL = ('203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden'
        '404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable'
        'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT'
        'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,public'
        'privatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.')


def counted(text):
    return struct.pack('!I', len(text)) + text.encode()


# What both sides' compressors start from (draft 3.1, 2.6.10.1).
DICTIONARY = b''.join(counted(w.replace('_', ' ')) for w in WORDS) + ''.join(map(str, CODES)).encode() + TAIL.encode()


class Connection:
    def __init__(self, rfile, sock):
        self.rfile, self.sock = rfile, sock
        self.inflate = zlib.decompressobj(zdict=DICTIONARY)
        self.deflate = zlib.compressobj(zdict=DICTIONARY)
        self.streams = {}  # 'stdout': its number

    def accept(self, wanted):
        """until the client has opened all wanted streams"""
        while not wanted <= set(self.streams):
            self._take(*self._frame())

    def _frame(self):
        head = self.rfile.read(8)
        if len(head) < 8:
            raise ConnectionError('the client is gone')
        word, rest = struct.unpack('!II', head)
        return word, rest >> 24, self.rfile.read(rest & 0xFFFFFF)

    def _take(self, word, flags, body):
        if not word & 0x80000000:
            return  # data of the client's: nothing here reads it
        kind = word & 0xFFFF
        if kind == SYN_STREAM:
            number = struct.unpack('!I', body[:4])[0] & 0x7FFFFFFF
            self.streams[self._headers(body[10:]).get('streamtype', '')] = number
            self._control(SYN_REPLY, struct.pack('!I', number) + self._no_headers())
        elif kind == PING:
            self._control(PING, body)

    def _headers(self, block):
        data, at, headers = self.inflate.decompress(block), 4, {}
        texts = []
        while at < len(data):
            n = struct.unpack('!I', data[at:at + 4])[0]
            texts.append(data[at + 4:at + 4 + n].decode())
            at += 4 + n
        headers.update(zip(texts[::2], texts[1::2]))
        return headers

    def _no_headers(self):
        return self.deflate.compress(struct.pack('!I', 0)) + self.deflate.flush(zlib.Z_SYNC_FLUSH)

    def _control(self, kind, body):
        self.sock.sendall(struct.pack('!HHI', 0x8003, kind, len(body)) + body)

    def send(self, stream, data, last=False):
        if stream in self.streams:
            self.sock.sendall(struct.pack('!II', self.streams[stream], (FIN if last else 0) << 24 | len(data)) + data)

    def close(self):
        for stream in self.streams:
            self.send(stream, b'', last=True)
        self._control(GOAWAY, struct.pack('!II', max(self.streams.values()), 0))
