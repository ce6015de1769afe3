#!/usr/bin/env python3
"""The application that complains: looks a name up, again and again, by the C library, and logs as a Java service does.

    app.py NAME SECONDS_BETWEEN
"""
import datetime
import socket
import sys
import time


def say(level, text):
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] + 'Z'
    print('%s %s 1 --- [scheduling-1] c.example.checkout.OrderClient : %s' % (now, level, text), flush=True)


def main():
    name, pause = sys.argv[1], float(sys.argv[2])
    while True:
        try:
            address = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)[0][4][0]
            say('INFO ', 'connected to %s (%s)' % (name, address))
        except OSError as e:
            say('ERROR', 'java.net.UnknownHostException: %s: %s' % (name, e.strerror))
        time.sleep(pause)


if __name__ == '__main__':
    main()
