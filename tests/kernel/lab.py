"""A node between a client and everybody else, made of network namespaces, and one packet at a time sent through it.

    client 10.0.11.142 ── eni1 [node] eth0 ── whoever is asked: answers for every address and port
                               └──── eni2 ── the same, for pods of this node (10.0.11.77)

The node is a real kernel that forwards. The others are raw sockets in namespaces without an address, so that only what
this file sends is ever said, and every packet that comes out of the node is seen as it is.
"""
import ctypes
import ipaddress
import os
import select
import socket
import struct
import subprocess
import time

PREFIX = 'd5ask-%d-' % os.getpid()
MAC = {'client': '02:00:00:00:00:01', 'eth0': '02:00:00:00:00:02', 'eni2': '02:00:00:00:00:03', 'node': '02:00:00:00:00:10'}
CLIENT, POD = {4: '10.0.11.142', 6: 'fd00:11::142'}, {4: '10.0.11.77', 6: 'fd00:11::77'}
NODE = {4: '10.0.11.37', 6: 'fd00:11::37'}
NODELOCAL = {4: '169.254.20.10', 6: 'fd00:169::10'}
GATE = {4: '169.254.1.1', 6: 'fd00:169::1'}  # on the clients' interface
TEE = {4: '10.0.12.99', 6: 'fd00:12::99'}    # a router that nobody hears
LOCAL = {4: [NODE[4], NODELOCAL[4], GATE[4], '127.0.0.1'], 6: [NODE[6], NODELOCAL[6], GATE[6], '::1']}
PORTS = (53, 5353, 1053, 8053, 853)          # where the node itself answers
PATIENCE = 0.02
libc = ctypes.CDLL(None, use_errno=True)


def sh(command, check=True, **more):
    return subprocess.run(command, shell=True, check=check, capture_output=True, text=True, **more)


class Inside:
    """what is done in the block is done in that namespace"""

    def __init__(self, ns):
        self.ns = ns

    def __enter__(self):
        self.home = os.open('/proc/self/ns/net', os.O_RDONLY)
        there = os.open('/run/netns/' + PREFIX + self.ns, os.O_RDONLY)
        if libc.setns(there, 0):
            raise OSError(ctypes.get_errno(), 'setns')
        os.close(there)

    def __exit__(self, *_):
        libc.setns(self.home, 0)
        os.close(self.home)


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

QUESTION = b'\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06orders\x04shop\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01'


def segment(src, dst, proto, sport, dport, flags, ack=0):
    """the transport's bytes: a DNS question over UDP, or a SYN (or SYN-ACK) as Linux sends it"""
    s, d = (ipaddress.ip_address(a).packed for a in (src, dst))
    if proto == 17:
        body = struct.pack('!HHHH', sport, dport, 8 + len(QUESTION), 0) + QUESTION
        at = 6
    else:
        body = struct.pack('!HHIIBBHHH', sport, dport, 1000, ack, 10 << 4, flags, 64240, 0, 0)
        body += b'\x02\x04\x05\xb4\x04\x02\x08\x0a' + struct.pack('!II', 1000, 0) + b'\x01\x03\x03\x07'
        at = 16
    pseudo = s + d + (struct.pack('!BBH', 0, proto, len(body)) if len(s) == 4 else struct.pack('!IHBB', len(body), 0, 0, proto))
    body = body[:at] + struct.pack('!H', checksum(pseudo + body) or 0xffff) + body[at + 2:]
    if len(s) == 4:
        head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(body), 1, 0x4000, 64, proto, 0, s, d)
        return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body
    return struct.pack('!IHBB16s16s', 6 << 28, len(body), proto, 64, s, d) + body


def frame(packet, src, dst):
    kind = 0x0800 if packet[0] >> 4 == 4 else 0x86dd
    return bytes.fromhex(MAC[dst].replace(':', '') + MAC[src].replace(':', '')) + struct.pack('!H', kind) + packet


def read_packet(data):
    """(proto, src, sport, dst, dport, flags, sequence) of a frame that carries UDP or TCP, else None"""
    kind, ip = struct.unpack('!H', data[12:14])[0], data[14:]
    if kind == 0x0800:
        proto, src, dst, rest = ip[9], ip[12:16], ip[16:20], ip[(ip[0] & 15) * 4:]
    elif kind == 0x86dd:
        proto, src, dst, rest = ip[6], ip[8:24], ip[24:40], ip[40:]
    else:
        return None
    if proto not in (6, 17) or len(rest) < 8:
        return None
    sport, dport = struct.unpack('!HH', rest[:4])
    return proto, str(ipaddress.ip_address(src)), sport, str(ipaddress.ip_address(dst)), dport, rest[13] if proto == 6 else 0, struct.unpack('!I', rest[4:8])[0]


class Lab:
    def __enter__(self):
        self.clear()
        for ns in ('node', 'client', 'world'):
            sh('ip netns add %s%s' % (PREFIX, ns))
        n = 'ip netns exec %s' % PREFIX
        sh('''set -e
        %(n)snode sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.rp_filter=0 \\
            net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.all.addr_gen_mode=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 net.ipv4.icmp_ratelimit=0 net.ipv4.tcp_synack_retries=0 net.ipv4.tcp_max_syn_backlog=65536 net.core.somaxconn=65536
        for x in client world; do %(n)s$x sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1; done
        ip link add eni1 netns %(p)snode address %(node)s type veth peer name eth0 netns %(p)sclient address %(client)s
        ip link add eth0 netns %(p)snode address %(node)s type veth peer name eth0 netns %(p)sworld address %(eth0)s
        ip link add eni2 netns %(p)snode address %(node)s type veth peer name eni2 netns %(p)sworld address %(eni2)s
        %(n)snode ip link set lo up
        for i in eni1 eni2 eth0; do %(n)snode ip link set $i up; done
        %(n)sclient ip link set eth0 up; %(n)sworld ip link set eth0 up; %(n)sworld ip link set eni2 up
        ''' % dict(MAC, n=n, p=PREFIX))
        for v, flag, bits in ((4, '-4', 32), (6, '-6', 128)):
            gate = {4: '10.0.12.1', 6: 'fd00:12::1'}[v]
            sh('''set -e
            r() { ip netns exec %(p)snode ip %(f)s "$@"; }
            nodad=$([ %(v)s = 6 ] && echo nodad || true)
            r addr add %(node)s/%(b)s dev eth0 $nodad; r addr add %(nodelocal)s/%(b)s dev lo $nodad; r addr add %(gate)s/%(b)s dev eni1 $nodad
            r route add %(client)s/%(b)s dev eni1; r route add %(pod)s/%(b)s dev eni2
            r neigh add %(client)s lladdr %(mc)s dev eni1 nud permanent; r neigh add %(pod)s lladdr %(m2)s dev eni2 nud permanent
            r neigh add %(router)s lladdr %(m0)s dev eth0 nud permanent; r neigh add %(tee)s lladdr 02:00:00:00:00:99 dev eth0 nud permanent; r route add %(tee)s dev eth0; r route add default via %(router)s dev eth0 onlink
            ''' % dict(p=PREFIX, f=flag, b=bits, node=NODE[v], nodelocal=NODELOCAL[v], gate=GATE[v], client=CLIENT[v], pod=POD[v], router=gate, tee=TEE[v],
                       mc=MAC['client'], m0=MAC['eth0'], m2=MAC['eni2'], v=v))
        self.sockets()
        return self

    def __exit__(self, *_):
        self.clear()

    def clear(self):
        for ns in ('node', 'client', 'world'):
            sh('ip netns del %s%s' % (PREFIX, ns), check=False)

    def sockets(self):
        def packet_socket(ns, interface):
            with Inside(ns):
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                s.bind((interface, 3))
                s.setblocking(False)
                return s
        self.client = packet_socket('client', 'eth0')
        self.world = {packet_socket('world', i): i for i in ('eth0', 'eni2')}
        self.served, self.listening = {}, []
        with Inside('node'):
            for port in PORTS:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    s = socket.socket(socket.AF_INET6, kind)
                    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                    s.setsockopt(socket.IPPROTO_IPV6, 49, 1)                      # IPV6_RECVPKTINFO
                    s.setsockopt(socket.SOL_IP, 8, 1)                             # IP_PKTINFO
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if port >= 5000:
                        s.setsockopt(socket.SOL_IP, 19, 1)                        # IP_TRANSPARENT: what TPROXY looks for
                        s.setsockopt(socket.IPPROTO_IPV6, 75, 1)
                    s.bind(('::', port))
                    s.setblocking(False)
                    if kind == socket.SOCK_STREAM:
                        s.listen(4096)
                        self.listening.append(s)
                    else:
                        self.served[s] = port

    def run(self, *command, **more):
        with Inside('node'):
            return subprocess.run(command, capture_output=True, text=True, **more)

    def drain(self):
        for s in [self.client, *self.world, *self.served]:
            try:
                while True:
                    s.recv(4096)
            except OSError:
                pass

        for s in self.listening:
            try:
                while True:
                    s.accept()[0].close()
            except OSError:
                pass

    # -------------------------------------------------------- one question
    def ask(self, q, patience=PATIENCE):
        """{'seen': where the question came out or None, 'fate', 'leg'}"""
        self.drain()
        v, proto = q['family'], {'udp': 17, 'tcp': 6}[q['proto']]
        self.seen, self.answered = None, False
        if q['hook'] == 'output':
            self.ask_from_node(q, v, proto)
        else:
            self.client.send(frame(segment(q['src'], q['dst'], proto, q['sport'], q['dport'], 2), 'client', 'node'))
        until = time.monotonic() + patience
        while not self.answered and time.monotonic() < until:
            self.pump(q, proto, until)
        if q['hook'] == 'output':
            self.own.close()
        if self.answered:
            return {'fate': 'passes', 'leg': None, 'seen': self.seen}
        return {'fate': 'blocked', 'leg': 'reply' if self.seen else 'query', 'seen': self.seen}

    def ask_from_node(self, q, v, proto):
        with Inside('node'):
            self.own = socket.socket(socket.AF_INET if v == 4 else socket.AF_INET6, socket.SOCK_DGRAM if proto == 17 else socket.SOCK_STREAM)
        self.own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.own.setblocking(False)
        try:
            self.own.bind((q['src'], q['sport']))
            self.own.connect((q['dst'], q['dport']))
            if proto == 17:
                self.own.send(QUESTION)
        except BlockingIOError:
            pass
        except OSError as e:
            self.refused = e

    def pump(self, q, proto, until):
        own = [self.own] if q['hook'] == 'output' else []
        write = own if proto == 6 else []
        ready, connected, _ = select.select([self.client, *self.world, *self.served, *(own if proto == 17 else [])], write, [], max(0, until - time.monotonic()))
        for s in ready:
            if s is self.client:
                self.take_answer(q, proto)
            elif s in self.world:
                self.answer_outside(s, q, proto)
            elif s in self.served:
                self.answer_here(s)
            else:
                try:
                    self.answered = bool(s.recv(4096))
                except OSError:
                    pass
        for s in connected:
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                try:
                    s.getpeername()
                    self.answered = True
                    self.seen = self.seen or 'here'
                except OSError:
                    pass

    def answer_outside(self, s, q, proto):
        data, address = s.recvfrom(4096)
        p = read_packet(data) if address[2] == 0 else None  # PACKET_HOST: not what TEE copied to another router
        if not p or p[0] != proto or p[5] not in (0, 2):
            return
        self.seen = (p[3], p[4])
        s.send(frame(segment(p[3], p[1], proto, p[4], p[2], 18, p[6] + 1 & 0xffffffff), self.world[s], 'node'))

    def answer_here(self, s):
        """from the address that was asked, as every good DNS server does"""
        try:
            data, control, _, peer = s.recvmsg(4096, 256)
        except OSError:
            return
        self.seen = 'here'
        try:
            s.sendmsg([data], [c for c in control if c[0] == socket.IPPROTO_IPV6 and c[1] == 50], 0, peer)
        except OSError:  # a rule forbids it
            pass

    def take_answer(self, q, proto):
        data, address = self.client.recvfrom(4096)
        p = read_packet(data) if address[2] != 4 else None
        if not p or p[0] != proto or (proto == 6 and p[5] != 18):
            return
        if (p[1], p[2], p[3], p[4]) == (q['dst'], q['dport'], q['src'], q['sport']):
            self.answered = True
            self.seen = self.seen or 'here'
