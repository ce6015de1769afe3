"""AWS' part, for the real aws CLI: EC2's descriptions, SSM commands that really run on a node, CloudWatch logs, S3. Names of
hosts lead here by the bastion's /etc/hosts, and the lab's CA vouches for them."""
import io
import json
import re
import tarfile
import threading
import time
import urllib.parse
import uuid
from xml.sax.saxutils import escape

import https
from network import NODES, interface

GROUP_NODES, VPC, ACL = 'sg-0a1b2c3d4e5f60001', 'vpc-0a1b2c3d4e5f6071', 'acl-0a1b2c3d4e5f6081'
BUCKET = 'lab-bundles'


def xml(value):
    """EC2's way: a list is <item>s"""
    if isinstance(value, dict):
        return ''.join('<%s>%s</%s>' % (k, xml(v), k) for k, v in value.items())
    if isinstance(value, list):
        return ''.join('<item>%s</item>' % xml(v) for v in value)
    return escape('true' if value is True else 'false' if value is False else str(value))


def subnet(address):
    return 'subnet-%08x%08x' % (int(address.split('.')[2]) * 7919, 4095)


def anywhere(proto='-1', low=None, high=None, cidr='0.0.0.0/0'):
    rule = {'ipProtocol': proto, 'groups': [], 'ipRanges': [{'cidrIp': cidr}], 'ipv6Ranges': [], 'prefixListIds': []}
    return dict(rule, fromPort=low, toPort=high) if low is not None else rule


def matches(pattern, o):
    """a JSON filter pattern of equalities: { ($.verb = "patch" || …) && $.objectRef.name = "coredns" }"""
    def holds(m):
        value = o
        for part in m.group(1).split('.'):
            value = value.get(part, {}) if isinstance(value, dict) else {}
        return ' %s ' % (value == m.group(2))
    logic = re.sub(r'\$\.([\w.]+) *= *"([^"]*)"', holds, pattern.strip('{} ')).replace('||', ' or ').replace('&&', ' and ')
    return not logic.strip() or (re.fullmatch(r'[\s()]*(?:(?:True|False|or|and)[\s()]*)+', logic) is not None and eval(logic))


class Aws:
    def __init__(self, lab, address, certificates, record):
        self.lab, self.commands, self.executions, self.audit = lab, {}, {}, []
        self.bucket = {}  # what is in it, by key
        self.ingress = {GROUP_NODES: [anywhere(cidr='10.0.0.0/16')]}  # a group's rules, inbound
        self.groups = {name: GROUP_NODES for name in NODES}            # the group of a node's interfaces
        self.server = https.Server(address, type('AwsHandler', (Handler,), {'aws': self}), certificates, record)
        self.requests = self.server.requests

    # ---------------------------------------------------------------- EC2
    def instance_id(self, name):
        node = next(n for n in self.lab.cluster.objects('nodes') if n['metadata']['name'] == name)
        return node['spec']['providerID'].rsplit('/', 1)[1]

    def _group(self, name):
        return [{'groupId': self.groups[name], 'groupName': 'node-' + self.groups[name][-4:]}]

    def _interface(self, name):
        ip, pods = NODES[name], [p.ip for p in self.lab.cluster.pods if p.node == name and not p.host_network]
        return {'networkInterfaceId': 'eni-0' + interface(name)[3:] + '00000', 'subnetId': subnet(ip), 'vpcId': VPC, 'description': 'aws-K8S-' + self.instance_id(name), 'ownerId': '111122223333', 'status': 'in-use',
                'privateIpAddress': ip, 'groupSet': self._group(name), 'attachment': {'attachmentId': 'eni-attach-01', 'deviceIndex': 0, 'status': 'attached', 'instanceId': self.instance_id(name)},
                'privateIpAddressesSet': [{'privateIpAddress': a, 'primary': a == ip} for a in [ip] + pods]}

    def DescribeNetworkInterfaces(self):
        return {'networkInterfaceSet': [self._interface(n) for n in NODES]}

    def DescribeInstances(self):
        made = [{'instanceId': self.instance_id(n), 'imageId': 'ami-0abc', 'instanceState': {'code': 16, 'name': 'running'}, 'privateDnsName': n, 'instanceType': 'm6i.large', 'subnetId': subnet(NODES[n]),
                 'vpcId': VPC, 'privateIpAddress': NODES[n], 'groupSet': self._group(n), 'networkInterfaceSet': [self._interface(n)],
                 'tagSet': [{'key': 'eks:cluster-name', 'value': 'lab'}, {'key': 'kubernetes.io/cluster/lab', 'value': 'owned'}]} for n in NODES]
        return {'reservationSet': [{'reservationId': 'r-0abc', 'ownerId': '111122223333', 'groupSet': [], 'instancesSet': made}]}

    def DescribeSecurityGroups(self):
        return {'securityGroupInfo': [{'ownerId': '111122223333', 'groupId': g, 'groupName': 'node-' + g[-4:], 'groupDescription': 'nodes', 'vpcId': VPC, 'ipPermissions': rules, 'ipPermissionsEgress': [anywhere()]}
                                      for g, rules in self.ingress.items()]}

    def DescribeNetworkAcls(self):
        entries = [{'ruleNumber': number, 'protocol': '-1', 'ruleAction': action, 'egress': egress, 'cidrBlock': '0.0.0.0/0'} for egress in (False, True) for number, action in ((100, 'allow'), (32767, 'deny'))]
        return {'networkAclSet': [{'networkAclId': ACL, 'vpcId': VPC, 'default': True, 'entrySet': entries,
                                   'associationSet': [{'networkAclAssociationId': 'aclassoc-%d' % i, 'networkAclId': ACL, 'subnetId': subnet(ip)} for i, ip in enumerate(NODES.values())]}]}

    # ---------------------------------------------------------------- SSM
    def SendCommand(self, asked):
        name = next((n for n in NODES if self.instance_id(n) in asked.get('InstanceIds', [])), None)
        if not name:
            raise Fail('InvalidInstanceId', 'Instances not in a valid state for account')
        command = {'CommandId': str(uuid.uuid4()), 'InstanceId': asked['InstanceIds'][0], 'Status': 'InProgress', 'StandardOutputContent': '', 'StandardErrorContent': '', 'ResponseCode': -1}
        self.commands[command['CommandId']] = command
        threading.Thread(target=self._run, args=(name, asked['Parameters']['commands'], command), daemon=True).start()
        return {'Command': {'CommandId': command['CommandId'], 'Status': 'Pending', 'DocumentName': asked['DocumentName'], 'InstanceIds': asked['InstanceIds'], 'Parameters': asked['Parameters']}}

    def _run(self, name, lines, command):
        """the agent runs as root; it gives back 24,000 characters, no more"""
        node = self.lab.nodes[name]
        done = node.run_as_agent('\n'.join(lines))
        command.update(StandardOutputContent=done.stdout[:24000], StandardErrorContent=done.stderr[:8000], ResponseCode=done.returncode, Status='Success' if done.returncode == 0 else 'Failed',
                       StatusDetails='Success' if done.returncode == 0 else 'Failed')

    def GetCommandInvocation(self, asked):
        command = self.commands.get(asked['CommandId'])
        if not command or command['InstanceId'] != asked['InstanceId']:
            raise Fail('InvocationDoesNotExist', '')
        return command

    def StartAutomationExecution(self, asked):
        number, parameters = str(uuid.uuid4()), asked.get('Parameters', {})
        name = next((n for n in NODES if parameters.get('EKSInstanceId') == [self.instance_id(n)]), None)
        if asked.get('DocumentName') != 'AWSSupport-CollectEKSInstanceLogs' or not name or parameters.get('LogDestination') != [BUCKET]:
            raise Fail('InvalidAutomationExecutionParametersException', 'the lab knows one document, its own instances and one bucket')
        self.executions[number] = {'AutomationExecutionId': number, 'DocumentName': asked['DocumentName'], 'Parameters': parameters, 'node': name, 'started': time.time()}
        return {'AutomationExecutionId': number}

    def GetAutomationExecution(self, asked):
        execution = self.executions.get(asked['AutomationExecutionId'])
        if not execution:
            raise Fail('AutomationExecutionNotFoundException', '')
        over = time.time() - execution['started'] > 2
        if over:
            self._pack(execution['node'])
        return {'AutomationExecution': dict({k: v for k, v in execution.items() if k not in ('started', 'node')}, AutomationExecutionStatus='Success' if over else 'InProgress')}

    # ---------------------------------------------------------------- logs
    def FilterLogEvents(self, asked):
        events = [e for e in self.audit if matches(asked.get('filterPattern', ''), e['object']) and asked.get('startTime', 0) <= e['at'] * 1000 <= asked.get('endTime', 2 ** 62)]
        return {'events': [{'logStreamName': 'kube-apiserver-audit-1', 'timestamp': int(e['at'] * 1000), 'ingestionTime': int(e['at'] * 1000), 'eventId': str(i), 'message': json.dumps(e['object'])} for i, e in enumerate(events)],
                'searchedLogStreams': []}

    def StartQuery(self, asked):
        return {'queryId': 'q-1'}

    def GetQueryResults(self, asked):
        return {'status': 'Complete', 'results': [[{'field': '@timestamp', 'value': str(e['at'])}, {'field': '@message', 'value': json.dumps(e['object'])}] for e in self.audit], 'statistics': {}}

    # ---------------------------------------------------------------- S3
    def _pack(self, name):
        """as the document does: the node's archive goes into the bucket, beside one of long ago"""
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode='w:gz') as tar:
            for path, text in self.lab.nodes[name].bundle().items():
                info = tarfile.TarInfo('./' + path)
                info.size, info.mtime = len(text.encode()), int(time.time())
                tar.addfile(info, io.BytesIO(text.encode()))
        key = 'eks_%s_%%s-UTC_0.7.9.tar.gz' % self.instance_id(name)
        self.bucket[key % '2021-03-24_0103'] = b'an old one'
        self.bucket[key % time.strftime('%Y-%m-%d_%H%M', time.gmtime())] = made.getvalue()

    def listed(self, prefix):
        contents = [{'Key': k, 'Size': len(self.bucket[k])} for k in sorted(self.bucket) if k.startswith(prefix)]
        return '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name><KeyCount>%d</KeyCount><IsTruncated>false</IsTruncated>%s</ListBucketResult>' % (
            BUCKET, len(contents), ''.join('<Contents>%s</Contents>' % xml(c) for c in contents))


class Fail(Exception):
    def __init__(self, kind, message):
        self.kind, self.message = kind, message


class Handler(https.Handler):
    def do_POST(self):
        body = self.read_body().decode()
        target = self.headers.get('X-Amz-Target')
        asked = json.loads(body or '{}') if target else {k: v[0] for k, v in urllib.parse.parse_qs(body).items()}
        action = target.split('.')[-1] if target else asked.get('Action', '')
        self.server.record(action=action, asked=asked)
        make = getattr(self.aws, action, None) if action[:1].isupper() else None
        try:
            if not make:
                raise Fail('InvalidAction', 'The action %s is not valid for this web service.' % action)
            made = make(asked) if target else make()
            self._good(action, made, bool(target))
        except Fail as fail:
            self._bad(fail, bool(target))

    def _good(self, action, made, is_json):
        if is_json:
            return self.answer(200, 'application/x-amz-json-1.1', json.dumps(made).encode())
        text = '<?xml version="1.0"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>%s</%sResponse>' % (action, xml(made), action)
        return self.answer(200, 'text/xml', text.encode())

    def _bad(self, fail, is_json):
        if is_json:
            return self.answer(400, 'application/x-amz-json-1.1', json.dumps({'__type': fail.kind, 'message': fail.message}).encode())
        return self.answer(400, 'text/xml', ('<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors></Response>' % (fail.kind, fail.message)).encode())

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query, key = urllib.parse.parse_qs(url.query), urllib.parse.unquote(url.path).lstrip('/').removeprefix(BUCKET).lstrip('/')
        listing = 'list-type' in query and not key
        self.server.record(action='List' if listing else 'Get' if self.command == 'GET' else 'Head', asked=query if listing else {'key': key})
        if listing:
            return self.answer(200, 'application/xml', self.aws.listed(query.get('prefix', [''])[0]).encode())
        data = self.aws.bucket.get(key)
        if data is None:
            return self.answer(404, 'application/xml', b'<Error><Code>NoSuchKey</Code></Error>')
        return self.answer(200, 'application/gzip', data, {'ETag': '"1"', 'Last-Modified': 'Sun, 29 Nov 2026 00:00:00 GMT'})

    do_HEAD = do_GET
