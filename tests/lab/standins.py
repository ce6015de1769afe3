"""Whether the stand-ins for the API server and AWS speak to the real kubectl and the real aws as those expect, well and in
trouble; and that the lab would notice somebody who writes. No d5tui in it."""
import re

import check
from api import Trouble
from network import NODE_A
from place import POD

EXEC = ['exec', '-n', 'shop', POD, '--']

WELL = [  # kubectl's words, exit status, what it prints
    (['get', 'pods', '-A', '-o', 'json', '--chunk-size=3'], 0, '"name": "%s"' % POD),
    (['get', 'po', '-n', 'kube-system', '-l', 'k8s-app=kube-dns', '-o', 'name'], 0, 'pod/coredns-6f9cd4d8bb-6kqzl'),
    (['get', 'endpointslices', '-A', '-o', 'json'], 0, '"10.0.12.53"'),
    (['auth', 'can-i', 'create', 'pods', '--subresource=exec', '-n', 'shop'], 0, 'yes'),
    (['logs', '-n', 'shop', POD, '--timestamps', '--tail=1'], 0, r'^\d{4}-\d\d-\d\dT[0-9:.]+Z .*connected'),
    (['logs', '-n', 'shop', POD, '--limit-bytes=10'], 0, r'\A.{10}\Z'),
    (['logs', '-n', 'kube-system', 'coredns-6f9cd4d8bb-6kqzl', '--previous'], 1, 'previous terminated container'),
    (EXEC + ['cat', '/etc/resolv.conf'], 0, '^nameserver 172.20.0.10'),
    (EXEC + ['sh', '-c', 'exit 9'], 9, 'exit code 9'),
    (EXEC + ['no-such-program'], 1, 'executable file not found'),
    (['get', 'pods', '-n', 'shop', '-w', '--request-timeout=1s'], 0, POD),
    (['delete', 'pod', '-n', 'shop', POD], 1, 'readers only'),
]

TROUBLE = [  # what goes wrong, kubectl's words, exit status, what it prints
    (dict(path='/pods$', expire=True), ['get', 'pods', '-A', '-o', 'json', '--chunk-size=3'], 1, 'too old'),
    (dict(path='/services$', cut=True), ['get', 'services', '-A', '-o', 'json'], 1, 'unexpected EOF'),
    (dict(path='/nodes$', status=500), ['get', 'nodes'], 1, 'the lab says 500'),
    (dict(path='/nodes$', status=429, retry_after=1, first=1), ['get', 'nodes'], 0, 'ip-10-0-11-37'),
    (dict(path='/nodes$', slow=30), ['get', 'nodes', '--request-timeout=1s'], 1, 'Timeout|deadline'),
]


def kubectl(lab, results, words, status, printed):
    done = lab.kubectl(*words)
    results.add('kubectl ' + ' '.join(words), done.returncode == status and re.search(printed, done.stdout + done.stderr, re.M), 'exit %d: %s%s' % (done.returncode, done.stdout[-300:], done.stderr[-300:]))


def aws(lab, results):
    words = ['aws', 'ec2', 'describe-instances', '--output', 'text', '--query', 'Reservations[].Instances[].InstanceId']
    done = lab.bastion.run(words)
    results.add(' '.join(words), lab.aws.instance_id(NODE_A) in done.stdout, done.stdout + done.stderr)
    done = lab.bastion.run(['aws', 'ssm', 'send-command', '--document-name', 'AWS-RunShellScript', '--instance-ids', lab.aws.instance_id(NODE_A), '--parameters', 'commands=["conntrack -S"]',
                            '--query', 'Command.CommandId', '--output', 'text'])
    results.add('aws ssm send-command', done.returncode == 0, done.stderr)
    lab.bastion.run(['aws', 'ssm', 'wait', 'command-executed', '--command-id', done.stdout.strip(), '--instance-id', lab.aws.instance_id(NODE_A)])
    done = lab.bastion.run(['aws', 'ssm', 'get-command-invocation', '--command-id', done.stdout.strip(), '--instance-id', lab.aws.instance_id(NODE_A)])
    results.add('aws ssm get-command-invocation', 'insert_failed=' in done.stdout, done.stdout + done.stderr)


def notices(results):
    """the check for reads is itself checked"""
    reads = ['timeout 20 sudo -n iptables-save -c', 'sudo -n nft list ruleset', 'cat /etc/resolv.conf', 'timeout 9 tcpdump -i any -nn -s 512 -c 10 -w - host 10.0.11.142', 'sudo -n conntrack -L -p udp --dport 53']
    writes = ['sudo -n iptables -F', 'nft add table x', 'nft flush ruleset', 'conntrack -F', 'cat /etc/passwd >/tmp/x', 'tcpdump -w /tmp/x', 'sysctl -w a=b', 'ip link set eth0 down', 'rm -rf /', 'ethtool -K eth0 tso off', 'dmesg -c']
    results.add('what reads is told from what writes', [check.is_read(c) for c in reads + writes] == [True] * len(reads) + [False] * len(writes),
                [c for c in reads if not check.is_read(c)] + [c for c in writes if check.is_read(c)])


def look(lab, results):
    for words, status, printed in WELL:
        kubectl(lab, results, words, status, printed)
    for trouble, words, status, printed in TROUBLE:
        lab.api.troubles[:] = [Trouble(**trouble)]
        kubectl(lab, results, words, status, printed)
    lab.api.troubles.clear()
    kubectl(lab, results, ['get', 'secrets', '-A'], 1, 'Forbidden')
    kubectl(lab, results, ['auth', 'can-i', 'list', 'secrets'], 1, 'no')
    lab.api.sign_out()
    kubectl(lab, results, ['get', 'nodes'], 1, 'must be logged in|Unauthorized')
    aws(lab, results)
    notices(results)
