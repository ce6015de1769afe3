"""What the person on call may do, in RBAC's own words: the real API server is given them as roles, the stand-in asks allows()."""
import collections

READS = ['get', 'list', 'watch']


def rule(group, resources, verbs=READS):
    return {'apiGroups': [group], 'resources': resources.split(), 'verbs': list(verbs)}


def without(rules, refused):
    """the rules less these resources ('pods/exec')"""
    left = [dict(r, resources=[name for name in r['resources'] if name not in refused]) for r in rules]
    return [r for r in left if r['resources']]


class Rights(collections.namedtuple('Rights', 'everywhere within')):
    """everywhere: the rules of a ClusterRole; within: {namespace: those of a Role}"""

    def allows(self, verb, group, resource, namespace):
        rules = self.everywhere + (self.within.get(namespace, []) if namespace else [])
        return any(verb in r['verbs'] and group in r['apiGroups'] and resource in r['resources'] for r in rules)

    def less(self, *refused):
        return Rights(without(self.everywhere, refused), {namespace: without(rules, refused) for namespace, rules in self.within.items()})


NAMESPACED = [rule('', 'pods pods/log services endpoints configmaps events'), rule('', 'pods/exec', ['get', 'create']), rule('apps', 'deployments daemonsets replicasets'),
              rule('discovery.k8s.io', 'endpointslices'), rule('networking.k8s.io', 'networkpolicies'), rule('networking.k8s.aws', 'policyendpoints')]

ONCALL = Rights(NAMESPACED + [rule('', 'nodes namespaces'), rule('', 'nodes/proxy', ['get'])], {})
JUNIOR = Rights([rule('', 'pods pods/log services namespaces events'), rule('apps', 'deployments'), rule('discovery.k8s.io', 'endpointslices')], {})
OWN_NAMESPACE = Rights([], {'shop': NAMESPACED})
