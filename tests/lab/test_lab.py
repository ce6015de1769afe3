#!/usr/bin/env python3
"""Runs the lab's scenes, some at a time, each in a lab of its own (lab.py), and counts what they showed.

    tests/lab/test_lab.py [SCENE…]      as root; without it, says SKIPPED and counts nothing. `make check` runs it so
                                        --all: the slow ones and the near doubles too, as `make lab` does
                                        --in-turn: one after the other, where others need the machine, too
                                        --signs: only whether the faults are real, to a person's own tools
                                        --real: with the real API server, less what only its stand-in can do
"""
import concurrent.futures
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import scenes  # noqa: E402
import troubles  # noqa: E402
from place import SLOWER  # noqa: E402

AT_ONCE = 6   # a live run mostly waits
BESIDE = 120  # seconds beside the run's own limit; a lab that takes longer is ended, with all that is in it
ONLY_IN_ALL = {  # each has a near double among the others, or takes minutes
    'no_fault_nft', 'fw_raw', 'fw_reply', 'ipv6_upstream', 'service_path', 'name_does_not_exist', 'via_ssm', 'via_local', 'old_api', 'slow_api', 'rate_limited',
    'broken_body', 'server_error', 'hung_list', 'other_host_key', 'conntrack_race_before', 'junior'}


ALL = dict(scenes.SCENES, **troubles.TROUBLES)


def run(name, options):
    started, limit = time.monotonic(), ALL[name].patience('--real' in options) + BESIDE * SLOWER
    try:
        done = subprocess.run([os.path.join(HERE, 'lab.py'), name] + options, capture_output=True, text=True, timeout=limit)
        out, status = done.stdout, done.returncode
        wrong = done.stderr.strip().splitlines()[-8:] if status else []
    except subprocess.TimeoutExpired as e:
        out, status, wrong = (e.stdout or b'').decode(), 1, ['the lab did not end within %d s' % limit]
    lines = out.splitlines()
    if status and not any(line.startswith('FAILED') for line in lines):
        lines.append('FAILED %s: the lab did not run' % name)
    return name, time.monotonic() - started, lines, wrong


def results(wanted, options, at_once):
    """in their order, those that need the whole machine last and one by one"""
    together = [name for name in wanted if not ALL[name].alone]
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(run, together, [options] * len(together))
    for name in wanted:
        if ALL[name].alone:
            yield run(name, options)


def fetch(script):
    return subprocess.run([os.path.join(HERE, script), os.path.join(HERE, '../../build/lab')], stdout=subprocess.DEVNULL).returncode == 0


def main():
    if os.geteuid() != 0:
        print('SKIPPED: the lab needs root (namespaces, netfilter); nothing of it was tested')
        print('0 passed, 0 failed')
        return 0
    real = '--real' in sys.argv
    if not fetch('root.sh') or real and not fetch('apiserver.sh'):
        print('FAILED: what the lab runs could not be fetched')
        print('0 passed, 1 failed')
        return 1
    options = [a for a in sys.argv[1:] if a in ('--signs', '--real')]
    wanted = [a for a in sys.argv[1:] if not a.startswith('-')] or [
        name for name in ALL if ('--all' in sys.argv or name not in ONLY_IN_ALL) and not (real and ALL[name].stand_in)]
    passed = failed = 0
    for name, seconds, lines, wrong in results(wanted, options, 1 if '--in-turn' in sys.argv else AT_ONCE):
        good, bad = (sum(line.startswith(w) for line in lines) for w in ('ok', 'FAILED'))
        print('%-24s %2d passed, %2d failed  %5.1f s' % (name, good, bad, seconds))
        print(''.join('    %s\n' % line for line in lines if not line.startswith('ok')) + ''.join('    | %s\n' % w for w in wrong), end='', flush=True)
        passed, failed = passed + good, failed + bad
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
