"""Trouble on the way: what breaks is not the cluster but what looks at it. d5tui has to end in time, say clearly at each step what
it could not see, and go on with the rest."""
import json
import os
import re
import threading

import aws
import check
import rights
from api import Trouble
from network import NODE_A, NODE_B, here
from scenes import WITH_AWS, Scene

DROP = '$IPT -I FORWARD 1 -d 10.0.12.0/24 -p udp --dport 53 -j DROP'
ANY = None


def told(state, where, words=''):
    """a check: some probe of that place ended in that state and says why; the report is whole; what is known is still said"""
    def look(lab, results, done, seconds):
        report = check.report_of(done)
        results.add('a report, exit 0 or 3', report and done.returncode in (0, 3), 'exit %s: %s' % (done.returncode, done.stderr[-800:]))
        if lab.scene.diagnosis is not ANY:
            results.add('live: ' + ' or '.join(lab.scene.diagnosis), report.get('diagnosis') in lab.scene.diagnosis, '%s: %s' % (report.get('diagnosis'), report.get('root_cause')))
        _probe(results, state, where, words)
        _steps(results, report)
    return look


def said(probe):
    return (probe.get('stderr') or '') + (probe.get('why') or '')


def _probe(results, state, where, words):
    matching = [p for p in check.probes() if re.search(where, p['where'] + ' ' + ' '.join(p['argv'] or []))]
    hit = [p for p in matching if p['state'] in state.split('|') and re.search(words, said(p))]
    results.add('a probe of "%s" ended %s%s' % (where, state, ', saying "%s"' % words if words else ''), hit, [(p['state'], p['exit'], said(p)) for p in matching][:6])


def _steps(results, report):
    mute = [s['id'] for s in report.get('steps', []) if s['status'] not in ('done', 'finding') and not s.get('reason')]
    results.add('each step that could not tell says why', report.get('steps') and not mute, mute)
    if report.get('diagnosis') == 'inconclusive':
        results.add('what is unknown stands there with its command', any(u.get('command') for u in report.get('unknown', [])), report.get('unknown'))


# ---------------------------------------------------------------- what is done to the way
def cut_network(lab):
    """the bastion's cable is pulled when the API server has answered a few times"""
    before = len(lab.api.requests())

    def pull():
        while len(lab.api.requests()) < before + 8:
            lab.app_pod.containers[0].wait_for_more(0.1)
        here('ip link set v-bastion down')
    threading.Thread(target=pull, daemon=True).start()


def expire_token(lab):
    """a token that was good a moment ago may be held good for seconds more"""
    lab.api.sign_out()
    while lab.kubectl('get', 'nodes').returncode == 0:
        lab.app_pod.containers[0].wait_for_more(1)


def old_api(lab):
    lab.api.old = True


def api(*args, **more):
    return lambda lab: lab.api.troubles.append(Trouble(*args, **more))


def many_pods(lab):
    """more than one page of them"""
    lab.cluster.bystanders = 700
    lab.api.troubles.append(Trouble('/pods$', expire=True))
    lab.api.publish()


MARK = '/tmp/strange'  # what would be there if a shell, or a program's option, had taken one of them
STRANGE = ['$(touch %s)', '`touch %s`', '; touch %s ;', '| touch %s', '-oProxyCommand=touch %s', '--kubeconfig=%s', '-w%s', '@%s', '../../../..%s', 'a\ntouch %s', "' ; touch %s ; '", '> %s']


def strangers(lab):
    lab.cluster.strangers = [name % MARK for name in STRANGE]


def unmoved(lab, results, done, seconds):
    """the check of strange names: the fault is named all the same, what would have borne such a name was not run, and says so"""
    check.named(lab, results, done, seconds)
    asked = [p for p in check.probes() if MARK in json.dumps([p['argv'], p['where']])]
    results.add('nothing that bears such a name was run', asked and all(p['exit'] is None and p['state'] == 'failed' and ' is not ' in p.get('why', '') for p in asked), asked[:3])
    boxes = [lab.bastion.box] + [n.box for n in lab.nodes.values()]
    left = [box.name for box in boxes if box.sh('find /tmp -maxdepth 1 -path "%s*"' % MARK)]
    results.add('no shell took one for a command', not left, left)
    shown = [u['command'] for u in check.report_of(done).get('unknown', []) if MARK in (u['command'] or '')]
    results.add('nobody is told to run one', not shown, shown)


def unplug_ssh(lab):
    lab.nodes[NODE_B].box.sh('nft add table ip gone\nnft "add chain ip gone in { type filter hook input priority -300; }"\nnft add rule ip gone in tcp dport 22 drop')
    lab.cluster.not_ready.add(NODE_B)


def other_host_key(lab):
    lab.bastion.mistake(NODE_B)


def without_tools(*tools):
    def take(lab):
        lab.nodes[NODE_A].without(tools)
        lab.app_pod.lacks |= set(tools)
    return take


def without_sudo(lab):
    for n in lab.nodes.values():
        n.box.write('/etc/sudoers', 'root ALL=(ALL) NOPASSWD: ALL\n', 0o440)


def full_disk(lab):
    """so small a disk that the listings fill it; it is the bastion's own, and nobody else sees it"""
    lab.bastion.box.sh('mkdir -p %s\nmount -t tmpfs -o size=200k tmpfs %s' % (check.STATE, check.STATE))


def name_bucket(lab):
    lab.bastion.write('.config/d5tui/config.yaml', 'bundle_bucket: %s\n' % aws.BUCKET)


def bundled(lab, results, done, seconds):
    """the check of a bundle: it came, was taken apart and judged, live and offline"""
    check.named(lab, results, done, seconds)
    _probe(results, 'done', 'AWSSupport-CollectEKSInstanceLogs', '')
    rules = [s for s in (e.get('source', '') for e in check.report_of(done).get('evidence', [])) if 'networking/iptables-save.txt' in s]
    results.add('the rule is cited from the bundle', rules and not any('iptables-save' in ' '.join(p['argv'] or []) and p['state'] == 'done' for p in check.probes()), check.report_of(done).get('evidence'))
    left = [name for name in os.listdir(check.evidence() + '/nodes/' + NODE_A) if name.endswith('.gz')]
    results.add('no archive is left in the tree', not left, left)


def says_full(lab, results, done, seconds):
    results.add('it says that the disk is full', re.search(r'[Nn]o space left|disk (is )?full', done.stderr + done.stdout), 'exit %s: %s' % (done.returncode, done.stderr[-800:]))
    results.add('exit 1 or 3', done.returncode in (1, 3), done.returncode)
    used = lab.bastion.box.sh("stat -f -c '%%a %%b' %s; find %s -name probes.jsonl -size +0 | wc -l" % (check.STATE, check.STATE)).split()
    results.add('the disk was filled by what came in', int(used[0]) * 20 < int(used[1]) and used[2] == '1', 'free blocks, blocks, records: %s' % used)
    _steps(results, check.report_of(done))


def trouble(story, **more):
    more.setdefault('diagnosis', ['host_firewall'])
    return Scene(story, backend='legacy', on_a=DROP, signs=(), **more)


def only_stand_in(story, **more):
    return trouble(story, stand_in=True, **more)


TROUBLES = {
    'via_exec': trouble('No ssh: the node is asked through the kube-proxy pod on it.', via='exec'),
    'via_ssm': trouble('No ssh: the node is asked by SSM commands.', via='ssm', tools=WITH_AWS, limit=400, alone=True),
    'bundle': trouble('No way to the nodes but AWS: the log collector\'s document runs, and its bundle is fetched and judged.', via=None, allow='exec,bundle', tools=WITH_AWS, prepare=name_bucket, check=bundled, limit=400),
    'via_local': trouble('d5tui runs on the node itself.', via='local'),
    'old_api': only_stand_in('A server of 1.20: EndpointSlices are v1beta1 and name nodes elsewhere.', prepare=old_api),
    'cut_network': trouble('The bastion loses its network while the run goes on.', during=cut_network, diagnosis=ANY, check=told('timeout|failed', 'bastion|node|pod')),
    'expired_token': trouble('The token has expired.', during=expire_token, diagnosis=ANY, check=told('failed|denied', 'kubectl.*get', '[Uu]nauthorized|logged in')),
    'slow_api': trouble('Each answer of the API server takes a second and a half.', during=api('.', slow=1.5), check=told('done', 'kubectl.*get.*pods')),
    'hung_list': trouble('The list of services is never answered; kube-proxy\'s rules on the nodes still say what the cluster\'s DNS is.', during=api('/services$', slow=600), check=told('timeout|failed', 'kubectl.*get.*services')),
    'rate_limited': only_stand_in('The API server asks to come again later, six times.', during=api('.', status=429, retry_after=1, first=6), check=told('done', 'kubectl.*get.*pods')),
    'expired_page': trouble('The list of pods comes in pages, and the second page is gone: the first is not the list.', during=many_pods, diagnosis=ANY, check=told('failed', 'kubectl.*get.*pods', 'too old')),
    'broken_body': only_stand_in('The list of nodes breaks off halfway.', during=api('/api/v1/nodes$', cut=True), diagnosis=ANY, check=told('failed', 'kubectl.*get.*nodes')),
    'server_error': trouble('The API server fails at policies.', during=lambda lab: lab.api.spoil('networkpolicies'), diagnosis=['host_firewall'], check=told('failed', 'kubectl.*get.*networkpolicies')),
    'forbidden': trouble('This person may neither see policies nor exec into pods.', rights=rights.ONCALL.less('networkpolicies', 'pods/exec'), check=told('denied|failed', 'kubectl.*get.*networkpolicies', '[Ff]orbidden')),
    'junior': trouble('This person reads pods, their logs and what a service leads to: no nodes, no configuration, no policies, no exec.', rights=rights.JUNIOR,
                      check=told('denied|failed', 'kubectl.*get.*nodes', '[Ff]orbidden')),
    'own_namespace': trouble('This person has rights in the namespace of the application, and nowhere else, but may look at nodes.', rights=rights.OWN_NAMESPACE,
                             check=told('denied|failed', 'kubectl.*get.*pods', '[Ff]orbidden')),
    'strange_names': only_stand_in('Pods, containers and nodes of the cluster are called what a shell or a program would take for more than a name.', during=strangers, check=unmoved),
    'dead_node': trouble('The node that carries CoreDNS is NotReady and does not answer ssh.', during=unplug_ssh, check=told('timeout|failed', 'node ' + NODE_B)),
    'other_host_key': trouble('The key of one node is not the known one: it is refused.', during=other_host_key, check=told('failed|denied', 'node ' + NODE_B, '[Hh]ost key verification failed|IDENTIFICATION HAS CHANGED')),
    'missing_tools': trouble('The node lacks conntrack, ipset and nft, the pod lacks dig.', during=without_tools('conntrack', 'ipset', 'nft', 'dig'), check=told('missing|failed', 'node %s.*conntrack|conntrack' % NODE_A)),
    'no_sudo': trouble('The person may not become root on nodes: rules that were not read are not clean ones.', during=without_sudo, diagnosis=['inconclusive'], status=3, verdict=['inconclusive'],
                       check=told('denied|failed', 'node .*iptables-save', 'password is required|may not run')),
    'full_disk': trouble('The disk for cases is full.', during=full_disk, check=says_full),
}
