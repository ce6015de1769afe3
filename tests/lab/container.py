"""Containers, as a kubelet runs them: restarted when they end, their lines kept with the time at which they came."""
import collections
import datetime
import subprocess
import threading
import time

Line = collections.namedtuple('Line', 'at text')  # seconds since the epoch; without its newline
BACKOFF = 1.0


def rfc3339(at, digits=0):
    whole = datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S')
    return whole + ('.%09d' % int((at % 1) * 1e9) if digits else '') + 'Z'


class Container:
    def __init__(self, name, box, argv, image):
        self.name, self.box, self.argv, self.image = name, box, argv, image
        self.lines, self.previous, self.restarts = [], None, 0
        self.process, self.started, self.last, self.stopped = None, None, None, False
        self.grew = threading.Condition()

    def start(self):
        self._spawn()
        threading.Thread(target=self._keep, daemon=True).start()
        return self

    def _spawn(self):
        self.started = time.time()
        self.process = self.box.start(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')

    def _keep(self):
        while True:
            for line in self.process.stdout:
                with self.grew:
                    self.lines.append(Line(time.time(), line.rstrip('\n')))
                    self.grew.notify_all()
            code = self.process.wait()
            self.last = {'exitCode': code if code >= 0 else 128 - code, 'reason': 'Error' if code else 'Completed',
                         'startedAt': rfc3339(self.started), 'finishedAt': rfc3339(time.time())}
            if self.stopped:
                return
            time.sleep(BACKOFF)
            self.restarts += 1
            self.previous, self.lines = self.lines, []
            self._spawn()

    def stop(self):
        self.stopped = True
        self.process.terminate()

    def wait_for(self, words, seconds):
        """until a line with these words was written; returns whether one was"""
        deadline = time.monotonic() + seconds
        with self.grew:
            while not any(words in line.text for line in self.lines + (self.previous or [])):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self.grew.wait(left)
        return True

    def wait_for_more(self, seconds):
        with self.grew:
            self.grew.wait(seconds)

    def wait_for_restarts(self, n, seconds):
        deadline = time.monotonic() + seconds
        while self.restarts < n:
            if time.monotonic() > deadline:
                raise RuntimeError('%s did not die %d times: %s' % (self.name, n, self.lines))
            self.wait_for_more(0.2)

    def status(self):
        """an item of status.containerStatuses. One that has died twice backs off, and is not ready even while it is up again"""
        failing = self.restarts >= 2
        running = self.process.poll() is None and not failing
        state = {'running': {'startedAt': rfc3339(self.started)}} if running else {
            'waiting': {'reason': 'CrashLoopBackOff', 'message': 'back-off 10s restarting failed container=' + self.name}}
        return {'image': self.image, 'imageID': '', 'lastState': {'terminated': self.last} if self.last else {}, 'name': self.name,
                'ready': running, 'restartCount': self.restarts, 'started': running, 'state': state}
