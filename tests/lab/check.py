"""What a scene has to show: first that the fault is real, to the tools that a person would use; then that d5tui names it, live and
again offline from what the live run left; and that nothing but reads happened."""
import glob
import json
import os
import re
import shlex
import time

from bastion import CONTEXT
from network import NODE_A, NODE_B, NODES
from place import D5TUI, POD, REPORTS, ROOM, SANITIZED, TOP

STATE = ROOM + '/state'
READERS = {'iptables-save', 'ip6tables-save', 'iptables-legacy-save', 'ip6tables-legacy-save', 'iptables-nft-save', 'ip6tables-nft-save', 'nft', 'ipset', 'conntrack', 'ethtool',
           'ip', 'ss', 'dig', 'tcpdump', 'cat', 'dmesg', 'journalctl', 'sysctl', 'ls', 'uname', 'id', 'true', 'head', 'tail', 'crictl', 'bridge', 'ipvsadm'}
WRITES = {'nft': r'^(?!list |-. list |-.. list )', 'ipset': r'^(?!list|save)', 'conntrack': r'^(?!-S|-L|-C)', 'ip': r'\b(add|del|delete|set|replace|change|flush|exec)\b', 'sysctl': r'-w|=',
          'tcpdump': r'(^| )-(w (?!- |-$)|z|G|W|C)', 'dmesg': r'-[cCDEn]|clear', 'conntrack ': r'-D|-F|-I|-U', 'ethtool': r'^(?!-[Sikn] |--statistics )'}


class Results:
    """one line for each thing looked at; a person reads the lines, test_lab.py counts them"""

    def __init__(self, name):
        self.name, self.failed = name, 0

    def add(self, what, good, why=''):
        self.failed += not good
        print('%s %s: %s%s' % ('ok' if good else 'FAILED', self.name, what, '' if good else ': ' + str(why)[-1500:]), flush=True)
        return good


# ---------------------------------------------------------------- the fault, to the real tools
def signs(lab, results):
    for where, command, words in lab.scene.signs:
        argv = shlex.split(command)
        if where == 'pod':
            done = lab.kubectl('exec', '-n', 'shop', POD, '--', *argv)
        elif where == 'kubectl':
            done = lab.kubectl(*argv)
        else:
            done = lab.ssh({'node a': NODE_A, 'node b': NODE_B}[where], command)
        results.add('%s: %s' % (where, command), re.search(words, done.stdout + done.stderr, re.M), 'expected %s, got %s%s' % (words, done.stdout, done.stderr))


def served(lab, app):
    """what `kubectl logs` serves; a container that was started again this moment has no lines yet"""
    for _ in range(5):
        done = lab.kubectl('logs', '-n', 'shop', POD, '--timestamps')
        if lab.scene.logs in done.stdout:
            break
        app.wait_for_more(2)
    return done


def log(lab, app, results):
    """the application's log, as `kubectl logs` serves it"""
    if lab.scene.logs and results.add('the application says "%s"' % lab.scene.logs, app.wait_for(lab.scene.logs, 40), app.lines[-3:]):
        done = served(lab, app)
        results.add('kubectl logs serves it', lab.scene.logs in done.stdout, done.stdout[-300:] + done.stderr)


# ---------------------------------------------------------------- d5tui
def sanitizers():
    """their settings: reports go into files, since probes' errors are evidence, and a guard has nobody to print to"""
    options = {name: 'log_path=%s/report' % REPORTS for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS')}
    return dict(options, LSAN_OPTIONS=os.environ.get('LSAN_OPTIONS', '')) if SANITIZED else {}


def d5tui(lab, *words, **more):
    argv = [D5TUI, *words]
    box, environment = lab.bastion.box, dict(lab.bastion.environment(), **lab.scene.environment, **sanitizers())
    if lab.scene.via == 'local':
        box = lab.network.boxes[NODE_A]
        environment['PATH'] += ':%s/bin' % lab.nodes[NODE_A].folder
    started = time.monotonic()
    done = box.run(argv, timeout=lab.limit, env=environment, **more)
    return done, time.monotonic() - started


def live(lab):
    words = ['--context', CONTEXT, '-n', 'shop', '-p', POD, '--keep', '--state', STATE]
    words += ['--via', lab.scene.via] if lab.scene.via else []
    words += ['--allow', lab.scene.allow] if lab.scene.allow else []
    words += ['--symptom', lab.scene.symptom] if lab.scene.symptom else []
    words += ['--query', lab.scene.query] if lab.scene.ask else []
    return d5tui(lab, 'run', *words, '--format', 'json')


def report_of(done):
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {}


def judged(results, scene, what, done):
    report = report_of(done)
    told = '%s/%s, exit %s: %s\n%s' % (report.get('diagnosis'), report.get('verdict'), done.returncode, report.get('root_cause'), done.stderr[-600:])
    results.add(what + ': ' + ' or '.join(scene.diagnosis), report.get('diagnosis') in scene.diagnosis, told)
    results.add('%s: %s, exit %s' % (what, ' or '.join(scene.verdict), scene.status), report.get('verdict') in scene.verdict and done.returncode == scene.status, told)
    return report


def evidence():
    found = glob.glob(STATE + '/cases/*/evidence')
    return found[0] if len(found) == 1 else None


def probes():
    try:
        with open(evidence() + '/probes.jsonl') as f:
            return [json.loads(line) for line in f]
    except (OSError, TypeError):
        return []


# ---------------------------------------------------------------- nothing but reads
def bare(command):
    """a node's command without what stands in front of the program: (program, the rest)"""
    words = command.split()
    while words and (words[0] in ('sudo', '-n', 'timeout', '--', 'env') or words[0][0].isdigit() or words[0].startswith('-') or '=' in words[0]):
        words = words[1:]
    return (words[0] if words else '', ' '.join(words[1:]))


def is_read(command):
    program, rest = bare(command)
    program = os.path.basename(program)
    return program in READERS and not re.search(r'[<>`;&|$]', command) and not re.search(WRITES.get(program, r'(?!)'), rest)


def request_is_read(request, allow):
    return request['method'] == 'GET' and not request['path'].endswith('/exec') or request['path'].endswith('/selfsubjectaccessreviews') or request['path'].endswith('/exec') and 'exec' in allow


class Before:
    """how things stood before d5tui: what had been asked for, and the person's settings"""

    def __init__(self, lab):
        self.requests, self.commands, self.settings = len(lab.api.requests()), {n: len(lab.nodes[n].commands()) for n in NODES}, lab.bastion.settings()


def reads_only(lab, results, before):
    requests = lab.api.requests()[before.requests:]
    allowed = ','.join(filter(None, (lab.scene.allow, lab.scene.via)))
    bad = [r['method'] + ' ' + r['path'] for r in requests if not request_is_read(r, allowed)]
    results.add('reads only, of %d requests at the API server' % len(requests), not bad, bad)
    asked = [r['action'] for r in lab.aws.requests()]
    bad = [a for a in asked if not re.match('Describe|Filter|Get|Head|List', a) and not (a == 'SendCommand' and lab.scene.via == 'ssm') and not (a == 'StartAutomationExecution' and 'bundle' in allowed)]
    results.add('reads only, of %d requests at AWS' % len(asked), not bad, bad)
    commands = [c for name, node in lab.nodes.items() for c in node.commands()[before.commands[name]:]]
    bad = [c for c in commands if not is_read(c)]
    results.add('reads only, of %d commands on nodes' % len(commands), not bad, bad)
    left = [f for node in lab.nodes.values() for f in node.written()]
    results.add('no file left on a node', not left, left)
    changed = [path for path, text in lab.bastion.settings().items() if before.settings.get(path) != text]
    results.add('no setting of the person changed', not changed, [(path, before.settings.get(path), lab.bastion.settings()[path]) for path in changed])


def mended(lab, results, done, seconds):
    """the check of a fault that is then mended: recheck sees it, and sees that it is gone"""
    named(lab, results, done, seconds)
    words = ['recheck', 'last', '--state', STATE, '--via', lab.scene.via, '--allow', lab.scene.allow]
    again, _ = d5tui(lab, *words)
    results.add('recheck: still there', again.returncode == 4, 'exit %s: %s%s' % (again.returncode, again.stdout[-800:], again.stderr[-400:]))
    lab.scene.mend(lab)
    again, _ = d5tui(lab, *words)
    results.add('recheck once it is mended: gone', again.returncode == 0, 'exit %s: %s%s' % (again.returncode, again.stdout[-800:], again.stderr[-400:]))


def rejects(diagnosis):
    """the check of what looks like that one, and is not"""
    def look(lab, results, done, seconds):
        named(lab, results, done, seconds)
        rejected = report_of(done).get('rejected', [])
        results.add('rejected: ' + diagnosis, any(r['diagnosis'] == diagnosis for r in rejected), rejected)
    return look


def beside_each_other(lab, results, done, seconds):
    """the check of the healthy cluster: named, and in much less time than its probes took together"""
    named(lab, results, done, seconds)
    together = sum(p.get('ms') or 0 for p in probes()) / 1000
    results.add('probes run beside each other', probes() and seconds < together / 2, '%.1f s, probes together %.1f s' % (seconds, together))


# ---------------------------------------------------------------- one scene
def keep(name, done, what):
    """what a run printed, for a person to look at: build/lab/out/SCENE"""
    folder = os.path.join(TOP, 'build/lab/out', name)
    os.makedirs(folder, exist_ok=True)
    for suffix, text in (('json', done.stdout), ('err', done.stderr)):
        with open('%s/%s.%s' % (folder, what, suffix), 'w') as f:
            f.write(text)
    tree = evidence()
    if tree and what == 'live':
        os.system('rm -rf %s/evidence && cp -r %s %s/evidence' % (folder, tree, folder))


def clean(lab, results):
    """whether the sanitizers had nothing to say, of d5tui or of a guard of its"""
    reports = glob.glob(REPORTS + '/*')
    results.add('the sanitizers found nothing', not reports, ''.join(open(r).read()[:1500] for r in reports[:3]))


def wall(results, lab, seconds):
    slowest = max([p.get('ms') or 0 for p in probes()], default=0) / 1000
    print('note %s: the live run took %.1f s, its slowest probe %.1f s, %d probes, their sum %.1f s' % (
        results.name, seconds, slowest, len(probes()), sum(p.get('ms') or 0 for p in probes()) / 1000), flush=True)


def scene(name, lab, app, signs_only):
    results = Results(name)
    log(lab, app, results)
    signs(lab, results)
    if lab.scene.look:
        lab.scene.look(lab, results)
    if signs_only or lab.scene.look:
        return 1 if results.failed else 0
    os.makedirs(REPORTS)
    lab.scene.during(lab)
    before = Before(lab)
    done, seconds = live(lab)
    keep(name, done, 'live')
    lab.scene.check(lab, results, done, seconds)
    wall(results, lab, seconds)
    reads_only(lab, results, before)
    if SANITIZED:
        clean(lab, results)
    return 1 if results.failed else 0


def named(lab, results, done, seconds):
    """the check of a fault: it is named, live and offline"""
    report = judged(results, lab.scene, 'live', done)
    tree = evidence()
    if results.add('the run left one case', tree, os.listdir(STATE) if os.path.isdir(STATE) else 'nothing'):
        again, _ = d5tui(lab, 'run', '--from', tree, '--format', 'json')
        keep(results.name, again, 'offline')
        other = report_of(again)
        same = [report.get(k) == other.get(k) for k in ('diagnosis', 'verdict', 'root_cause')] + [again.returncode == done.returncode]
        results.add('offline: the same', all(same), '%s\n%s' % (other.get('root_cause'), again.stderr[-600:]))
