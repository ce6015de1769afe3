#!/usr/bin/env python3
"""CoreDNS' part: reads a Corefile, hands the cluster's names to the server on its own loopback and all others to where `forward`
says, and writes the log lines that CoreDNS writes. It forwards messages as they come; what it knows of DNS is the question.

    coredns.py COREFILE [ADDRESS]       listens on ADDRESS (all of them by default), port 53, UDP and TCP
"""
import os
import re
import select
import socket
import struct
import sys
import threading
import time

PLUGINS = ('errors health ready kubernetes prometheus forward cache loop reload loadbalance log bind template hosts rewrite '
           'bufsize whoami lameduck pods fallthrough ttl max_concurrent prefer_udp force_tcp endpoint namespaces').split()
TYPES = {1: 'A', 28: 'AAAA', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 16: 'TXT', 33: 'SRV'}
CLUSTER = ('127.0.0.1', 5300)
WAIT = 2.0  # the forward plug-in's read timeout


class Config:
    def __init__(self, path):
        self.path, self.upstreams, self.zones, self.log = path, [], [], False
        depth = 0
        for number, line in enumerate(open(path), 1):
            words = line.split('#')[0].split()
            if words and depth >= 1 and words[0] not in PLUGINS + ['}']:
                sys.exit("%s:%d - Error during parsing: Unknown directive '%s'" % (path, number, words[0]))
            self._take(words, number)
            depth += line.count('{') - line.count('}')
        if depth:
            sys.exit('%s:%d - Error during parsing: Unexpected EOF' % (path, number))

    def _take(self, words, number):
        if words[:1] == ['kubernetes']:
            self.zones = [w for w in words[1:] if w != '{']
        elif words[:1] == ['log']:
            self.log = True
        elif words[:1] == ['forward']:
            self.upstreams = [a for w in words[2:] if w != '{' for a in self._upstreams(w, number)]

    def _upstreams(self, word, number):
        if word.startswith('/'):
            return [line.split()[1] for line in open(word) if line.startswith('nameserver ')]
        if not re.fullmatch(r'[0-9.]+(:\d+)?|[0-9a-f:]*:[0-9a-f:]*', word):
            sys.exit('plugin/forward: not an IP address or file: "%s"' % word)
        return [word]


def say(text):
    """in one write: threads do not mix their lines"""
    os.write(1, (text + '\n').encode())


def question(message):
    """(name, type) as CoreDNS logs them"""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode('latin-1'))
        at += 1 + message[at]
    kind = struct.unpack('!H', message[at + 1:at + 3])[0]
    return '.'.join(labels) + '.', TYPES.get(kind, 'TYPE%d' % kind)


def refusal(message, rcode):
    flags = 0x8080 | (message[2] & 1) << 8 | rcode
    _, at = question(message), 12
    while message[at]:
        at += 1 + message[at]
    return message[:2] + struct.pack('!HHHHH', flags, 1, 0, 0, 0) + message[12:at + 5]


def shown(server):
    return ('[%s]:%d' if ':' in server[0] else '%s:%d') % server


def ask_udp(server, message):
    with socket.socket(socket.AF_INET6 if ':' in server[0] else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(WAIT)
        try:
            s.connect(server)
        except OSError as e:
            return None, 'dial udp %s: connect: %s' % (shown(server), e.strerror.lower())
        try:
            s.send(message)
            while True:
                answer = s.recv(65535)
                if answer[:2] == message[:2]:
                    return answer, None
        except OSError as e:
            why = 'i/o timeout' if isinstance(e, TimeoutError) else 'read: ' + e.strerror.lower()
            return None, 'read udp %s->%s: %s' % (shown(s.getsockname()[:2]), shown(server), why)


def read_exactly(s, n):
    data = b''
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def ask_tcp(server, message):
    try:
        with socket.create_connection(server, WAIT) as s:
            s.settimeout(WAIT)
            s.sendall(struct.pack('!H', len(message)) + message)
            return read_exactly(s, struct.unpack('!H', read_exactly(s, 2))[0]), None
    except OSError as e:
        return None, 'dial tcp %s: %s' % (shown(server), 'i/o timeout' if isinstance(e, TimeoutError) else 'connect: ' + (e.strerror or str(e)).lower())


def address_of(upstream):
    host, port = (upstream, '') if upstream.count(':') > 1 else upstream.partition(':')[::2]
    return host, int(port or 53)


RCODES = {0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'REFUSED'}


def logged(config, client, message, tcp):
    """the answer, and the line of the log plug-in where the Corefile has it"""
    started, answer = time.monotonic(), answer_to(config, message, tcp)
    if config.log:
        name, kind = question(message)
        flags = ','.join(['qr'] + [f for bit, f in ((4, 'aa'), (2, 'tc'), (1, 'rd')) if answer[2] & bit] + ['ra'] * (answer[3] >> 7))
        say('[INFO] %s:%d - %d "%s IN %s %s %d false 512" %s %s %d %.9fs' % (client[0], client[1], message[0] << 8 | message[1], kind, name, 'tcp' if tcp else 'udp', len(message),
                                                                            RCODES.get(answer[3] & 15, '-'), flags, len(answer), time.monotonic() - started))
    return answer


def answer_to(config, message, tcp):
    name, kind = question(message)
    ask = ask_tcp if tcp else ask_udp
    if any(name.lower().endswith(zone + '.') for zone in config.zones):
        answer, why = ask(CLUSTER, message)
        if answer is None: # before the plug-in has heard from the API server; it logs no error then
            return refusal(message, 2)
    else:
        answer, why = ask(address_of(config.upstreams[0]), message)
    if answer is None:
        say('[ERROR] plugin/errors: 2 %s %s: %s' % (name, kind, why))
        return refusal(message, 2)
    return answer


def serve_udp(config, s):
    def one(message, client):
        s.sendto(logged(config, client, message, False), client)
    while True:
        message, client = s.recvfrom(65535)
        threading.Thread(target=one, args=(message, client), daemon=True).start()


def serve_tcp(config, s):
    def one(connection, client):
        try:
            with connection:
                connection.settimeout(10)
                while True:
                    message = read_exactly(connection, struct.unpack('!H', read_exactly(connection, 2))[0])
                    answer = logged(config, client, message, True)
                    connection.sendall(struct.pack('!H', len(answer)) + answer)
        except OSError:
            pass
    while True:
        connection, client = s.accept()
        threading.Thread(target=one, args=(connection, client), daemon=True).start()


def listen(address):
    """an answer must leave from the address that was asked: one socket an address"""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for s, proto in ((tcp, 'tcp'), (udp, 'udp')):
        try:
            s.bind((address, 53))
        except OSError as e:
            sys.exit('Listen: listen %s %s:53: bind: %s' % (proto, address, e.strerror.lower()))
    tcp.listen(16)
    return udp, tcp


def main():
    config = Config(sys.argv[1])
    address = sys.argv[2] if len(sys.argv) > 2 else '0.0.0.0'
    udp, tcp = listen(address)
    say('.:53')
    say('[INFO] plugin/reload: Running configuration SHA512 = %s' % ('a6bd77e4' * 16))
    say('CoreDNS-1.11.4\nlinux/amd64, go1.22.8, ')
    threading.Thread(target=serve_udp, args=(config, udp), daemon=True).start()
    threading.Thread(target=serve_tcp, args=(config, tcp), daemon=True).start()
    select.select([], [], [])


if __name__ == '__main__':
    main()
