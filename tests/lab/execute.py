"""`exec` in a pod: runs the words in the pod's box and streams what they print, over SPDY or WebSocket, as the caller asks."""
import json
import os
import shutil
import subprocess
import threading

import spdy
import websocket

PROTOCOLS = {'spdy': ('v4.channel.k8s.io',), 'websocket': ('v5.channel.k8s.io', 'v4.channel.k8s.io')}


def status_of(code):
    if code == 0:
        return {'metadata': {}, 'status': 'Success'}
    return {'metadata': {}, 'status': 'Failure', 'reason': 'NonZeroExitCode', 'message': 'command terminated with non-zero exit code: exit code %d' % code,
            'details': {'causes': [{'reason': 'ExitCode', 'message': str(code)}]}}


def not_found(program):
    return {'metadata': {}, 'status': 'Failure', 'reason': 'InternalError', 'code': 500,
            'message': 'Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: '
                       'exec failed: unable to start container process: exec: "%s": executable file not found in $PATH: unknown' % program}


def upgrade(handler):
    """answers with 101 in the protocol that the caller speaks; None where it speaks none"""
    asked = handler.headers.get('Upgrade', '').lower()
    kind = 'websocket' if asked == 'websocket' else 'spdy' if asked == 'spdy/3.1' else None
    if not kind:
        return None
    name = 'Sec-WebSocket-Protocol' if kind == 'websocket' else 'X-Stream-Protocol-Version'
    offered = [p.strip() for line in handler.headers.get_all(name, []) for p in line.split(',')]
    handler.send_response(101)
    handler.send_header('Upgrade', 'websocket' if kind == 'websocket' else 'SPDY/3.1')
    handler.send_header('Connection', 'Upgrade')
    handler.send_header(name, next((p for p in offered if p in PROTOCOLS[kind]), PROTOCOLS[kind][-1]))
    if kind == 'websocket':
        handler.send_header('Sec-WebSocket-Accept', websocket.accept_key(handler.headers['Sec-WebSocket-Key']))
    handler.end_headers()
    handler.close_connection = True
    return (websocket if kind == 'websocket' else spdy).Connection(handler.rfile, handler.connection)


def pump(connection, stream, pipe, lock):
    while True:
        data = os.read(pipe.fileno(), 32768)
        if not data:
            return
        with lock:
            connection.send(stream, data)


def run(connection, pod, argv):
    connection.accept({'error', 'stdout', 'stderr'})
    if argv[0] in pod.lacks or not (os.path.isabs(argv[0]) or shutil.which(argv[0])):
        status = not_found(argv[0])
    else:
        child, lock = pod.box.start(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE), threading.Lock()
        pumps = [threading.Thread(target=pump, args=(connection, name, pipe, lock)) for name, pipe in (('stdout', child.stdout), ('stderr', child.stderr))]
        for p in pumps:
            p.start()
        for p in pumps:
            p.join()
        status = status_of(child.wait())
    connection.send('error', json.dumps(status).encode())
    connection.close()
