"""What the API server serves: one table of resources, and discovery made from it."""
import collections

Resource = collections.namedtuple('Resource', 'version name kind namespaced short')

RESOURCES = [
    Resource('v1', 'pods', 'Pod', True, ['po']),
    Resource('v1', 'nodes', 'Node', False, ['no']),
    Resource('v1', 'namespaces', 'Namespace', False, ['ns']),
    Resource('v1', 'services', 'Service', True, ['svc']),
    Resource('v1', 'endpoints', 'Endpoints', True, ['ep']),
    Resource('v1', 'configmaps', 'ConfigMap', True, ['cm']),
    Resource('v1', 'secrets', 'Secret', True, []),
    Resource('v1', 'events', 'Event', True, ['ev']),
    Resource('apps/v1', 'deployments', 'Deployment', True, ['deploy']),
    Resource('apps/v1', 'daemonsets', 'DaemonSet', True, ['ds']),
    Resource('apps/v1', 'replicasets', 'ReplicaSet', True, ['rs']),
    Resource('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', True, []),
    Resource('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', True, ['netpol']),
    Resource('networking.k8s.aws/v1alpha1', 'policyendpoints', 'PolicyEndpoint', True, []),
    Resource('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', False, []),
]
SUBRESOURCES = {'pods': [('log', 'Pod', ['get']), ('exec', 'PodExecOptions', ['create', 'get'])], 'nodes': [('proxy', 'NodeProxyOptions', ['get'])]}
READS = ['get', 'list', 'watch']


def table(old):
    """an older server (1.20) has EndpointSlices in v1beta1 only"""
    return [r._replace(version='discovery.k8s.io/v1beta1') if old and r.name == 'endpointslices' else r for r in RESOURCES]


def versions(old):
    return list(dict.fromkeys(r.version for r in table(old)))


def group_list(old):
    groups = [{'name': v.split('/')[0], 'versions': [{'groupVersion': v, 'version': v.split('/')[1]}], 'preferredVersion': {'groupVersion': v, 'version': v.split('/')[1]}}
              for v in versions(old) if '/' in v]
    return {'kind': 'APIGroupList', 'apiVersion': 'v1', 'groups': groups}


def resource_list(version, old):
    found = []
    for r in (r for r in table(old) if r.version == version):
        verbs = ['create'] if r.name.startswith('selfsubject') else READS
        found.append({'name': r.name, 'singularName': r.kind.lower(), 'namespaced': r.namespaced, 'kind': r.kind, 'verbs': verbs, 'shortNames': r.short})
        for name, kind, sub_verbs in SUBRESOURCES.get(r.name, ()):
            found.append({'name': r.name + '/' + name, 'singularName': '', 'namespaced': r.namespaced, 'kind': kind, 'verbs': sub_verbs})
    return {'kind': 'APIResourceList', 'apiVersion': 'v1', 'groupVersion': version, 'resources': found}
