/**
 * What the documentation of Kubernetes says of audit policies (the page "Auditing", and the reference of
 * audit.k8s.io/v1), statement by statement in own words, each with cases.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditedRequest } from './decide.ts';
import { decide, isLongRunning } from './decide.ts';
import { explain } from './explain.ts';
import { parsePolicy } from './parse.ts';
import type { Level, Policy, WrittenRule } from './policy.ts';

function policyOf(rules: string): Policy<WrittenRule> {
  const text = `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`;
  const { policy, problems } = parsePolicy(text, 'policy.yaml');
  assert.deepEqual(
    problems.filter(({ isRefused }) => isRefused),
    [],
  );
  return policy ?? assert.fail('no policy');
}

/** `create pods/exec.GROUP ns/name by user in group,group`, or `get /path by user`. */
function request(text: string): AuditedRequest {
  const match = /^(\S+) (\S+)(?: (\S*)\/(\S*))?(?: by (\S+))?(?: in (\S+))?$/.exec(text) ?? assert.fail(text);
  const [, verb = '', what = '', namespace = '', name = '', user = 'jane', groups = ''] = match;
  const common = { verb, user, groups: groups === '' ? [] : groups.split(',') };
  if (what.startsWith('/')) return { ...common, target: { kind: 'path', path: what } };
  const [qualified = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = qualified.split('.');
  return {
    ...common,
    target: { kind: 'resource', resource, group: group.join('.'), subresource, namespace, name },
  };
}

interface Statement {
  /** What is documented. */
  readonly says: string;
  readonly rules: string;
  readonly cases: readonly (readonly [string, Level])[];
}

const STATEMENTS: readonly Statement[] = [
  {
    says: 'rules are tried in order, and the first that matches gives the level',
    rules: 'rules: [{level: Metadata, verbs: [get]}, {level: Request, users: [jane]}, {level: None}]',
    cases: [
      ['get pods by jane', 'Metadata'],
      ['list pods by jane', 'Request'],
      ['list pods by joe', 'None'],
    ],
  },
  {
    says: 'what no rule matches is not recorded',
    rules: 'rules: [{level: Metadata, users: [jane]}]',
    cases: [
      ['get pods by joe', 'None'],
      ['get /version by joe', 'None'],
    ],
  },
  {
    says: 'a rule without restrictions is for all requests, also of other paths than resources',
    rules: 'rules: [{level: Request}]',
    cases: [
      ['get pods shop/web', 'Request'],
      ['get /healthz', 'Request'],
    ],
  },
  {
    says: 'a request must match all fields of a rule',
    rules: 'rules: [{level: Metadata, users: [jane], verbs: [get], namespaces: [shop]}]',
    cases: [
      ['get pods shop/web by jane', 'Metadata'],
      ['get pods shop/web by joe', 'None'],
      ['list pods shop/ by jane', 'None'],
      ['get pods other/web by jane', 'None'],
    ],
  },
  {
    says: 'users are compared with the name of who authenticated; an empty list is for all',
    rules: 'rules: [{level: Metadata, users: [jane, joe]}, {level: Request, users: []}]',
    cases: [
      ['get pods by joe', 'Metadata'],
      ['get pods by Joe', 'Request'],
    ],
  },
  {
    says: 'a user matches who is in one of the groups',
    rules: 'rules: [{level: Metadata, userGroups: [devs, ops]}]',
    cases: [
      ['get pods by jane in system:authenticated,ops', 'Metadata'],
      ['get pods by jane in system:authenticated', 'None'],
      ['get pods by jane', 'None'],
    ],
  },
  {
    says: 'verbs: an empty list is for all',
    rules: 'rules: [{level: Metadata, verbs: [deletecollection]}, {level: Request, verbs: [], users: [joe]}]',
    cases: [
      ['deletecollection pods shop/', 'Metadata'],
      ['delete pods shop/web', 'None'],
      ['delete pods shop/web by joe', 'Request'],
    ],
  },
  {
    says: 'the empty group is the core group, and a missing one as well',
    rules: 'rules: [{level: Metadata, resources: [{group: "", resources: [pods]}, {resources: [secrets]}]}]',
    cases: [
      ['get pods', 'Metadata'],
      ['get secrets', 'Metadata'],
      ['get pods.metrics.k8s.io', 'None'],
    ],
  },
  {
    says: 'an empty list of resources is for all resources of the group, and their subresources',
    rules: 'rules: [{level: Metadata, resources: [{group: apps}]}]',
    cases: [
      ['get deployments.apps', 'Metadata'],
      ['update deployments.apps/scale', 'Metadata'],
      ['get pods', 'None'],
    ],
  },
  {
    says: '"pods" is for pods and not for their subresources',
    rules: 'rules: [{level: Metadata, resources: [{group: "", resources: [pods]}]}]',
    cases: [
      ['get pods', 'Metadata'],
      ['get pods/log', 'None'],
    ],
  },
  {
    says: '"pods/log" is for the logs of pods and not for pods',
    rules: 'rules: [{level: Metadata, resources: [{group: "", resources: [pods/log, pods/status]}]}]',
    cases: [
      ['get pods/log', 'Metadata'],
      ['get pods/status', 'Metadata'],
      ['get pods', 'None'],
      ['create pods/exec', 'None'],
    ],
  },
  {
    says: '"*" is for all resources of the group with their subresources',
    rules: 'rules: [{level: Metadata, resources: [{group: "", resources: ["*"]}]}]',
    cases: [
      ['get nodes', 'Metadata'],
      ['create pods/exec', 'Metadata'],
      ['get deployments.apps', 'None'],
      ['get /version', 'None'],
    ],
  },
  {
    says: '"pods/*" is for all subresources of pods; the API server takes it for pods, too',
    rules: 'rules: [{level: Metadata, resources: [{group: "", resources: ["pods/*"]}]}]',
    cases: [
      ['create pods/exec', 'Metadata'],
      ['get pods', 'Metadata'],
      ['get nodes/status', 'None'],
    ],
  },
  {
    says: '"*/scale" is for the subresource scale of all resources',
    rules: 'rules: [{level: Metadata, resources: [{group: apps, resources: ["*/scale"]}]}]',
    cases: [
      ['update deployments.apps/scale', 'Metadata'],
      ['update deployments.apps/status', 'None'],
      ['update deployments.apps', 'None'],
      ['update replicationcontrollers/scale', 'None'],
    ],
  },
  {
    says: 'the group "*" is for all groups, from Kubernetes 1.36 on',
    rules: 'rules: [{level: None, resources: [{group: "*", resources: ["*/status"]}]}, {level: Metadata}]',
    cases: [
      ['update deployments.apps/status', 'None'],
      ['update pods/status', 'None'],
      ['update pods', 'Metadata'],
    ],
  },
  {
    says: 'resourceNames restrict to objects of these names',
    rules:
      'rules: [{level: None, resources: [{group: "", resources: [configmaps], resourceNames: [controller-leader]}]}, {level: Request, resources: [{group: "", resources: [configmaps]}]}]',
    cases: [
      ['update configmaps kube-system/controller-leader', 'None'],
      ['update configmaps kube-system/other', 'Request'],
      ['create configmaps kube-system/', 'Request'],
    ],
  },
  {
    says: 'a rule with several resources is for any of them',
    rules:
      'rules: [{level: None, users: ["system:kube-proxy"], verbs: [watch], resources: [{group: "", resources: [endpoints, services]}]}, {level: Metadata}]',
    cases: [
      ['watch endpoints by system:kube-proxy', 'None'],
      ['watch services by system:kube-proxy', 'None'],
      ['get services by system:kube-proxy', 'Metadata'],
      ['watch services by jane', 'Metadata'],
    ],
  },
  {
    says: 'the empty namespace is for what is in none',
    rules: 'rules: [{level: Metadata, namespaces: ["", kube-system]}]',
    cases: [
      ['get nodes /node1', 'Metadata'],
      ['get pods kube-system/dns', 'Metadata'],
      ['get pods shop/web', 'None'],
    ],
  },
  {
    says: 'namespaces are of resources: other paths do not match',
    rules: 'rules: [{level: Metadata, namespaces: [""]}]',
    cases: [['get /healthz', 'None']],
  },
  {
    says: 'nonResourceURLs are for paths, a star at the end for any rest, and not for resources',
    rules: 'rules: [{level: Metadata, nonResourceURLs: ["/api*", /version]}]',
    cases: [
      ['get /api', 'Metadata'],
      ['get /apis/apps', 'Metadata'],
      ['get /version', 'Metadata'],
      ['get /version/', 'None'],
      ['get /healthz', 'None'],
      ['get pods', 'None'],
    ],
  },
  {
    says: 'the path "*" is for all paths',
    rules: 'rules: [{level: Metadata, nonResourceURLs: ["*"]}]',
    cases: [
      ['get /metrics', 'Metadata'],
      ['get pods', 'None'],
    ],
  },
  {
    says: 'verbs of other paths are methods in small letters',
    rules: 'rules: [{level: Metadata, verbs: [post], nonResourceURLs: ["*"]}]',
    cases: [
      ['post /apis', 'Metadata'],
      ['get /apis', 'None'],
    ],
  },
];

describe('which rule decides', () => {
  for (const { says, rules, cases } of STATEMENTS) {
    test(says, () => {
      const policy = policyOf(rules);
      for (const [text, level] of cases) assert.equal(decide(policy, request(text)).level, level, text);
    });
  }
});

/** `Stage: metadata request response`, for stages that are recorded. */
function recorded(rules: string, text: string): string[] {
  return explain(policyOf(rules), request(text))
    .stages.filter(({ isRecorded }) => isRecorded)
    .map(({ stage, hasRequestBody, hasResponseBody }) =>
      [stage, ...(hasRequestBody ? ['request'] : []), ...(hasResponseBody ? ['response'] : [])].join(' '),
    );
}

describe('what is recorded when', () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['None records nothing', 'rules: [{level: None}]', 'get pods', []],
    [
      'Metadata records no bodies',
      'rules: [{level: Metadata}]',
      'create pods shop/',
      ['RequestReceived', 'ResponseComplete', 'Panic'],
    ],
    [
      'Request records the request, and it is not known yet when it is received',
      'rules: [{level: Request}]',
      'create pods shop/',
      ['RequestReceived', 'ResponseComplete request', 'Panic request'],
    ],
    [
      'RequestResponse records the answer, too',
      'rules: [{level: RequestResponse}]',
      'create pods shop/',
      ['RequestReceived', 'ResponseComplete request response', 'Panic request'],
    ],
    [
      'bodies of other paths are never recorded',
      'rules: [{level: RequestResponse}]',
      'post /apis',
      ['RequestReceived', 'ResponseComplete', 'Panic'],
    ],
    [
      'ResponseStarted is of requests that stay open, such as watch',
      'rules: [{level: Metadata}]',
      'watch pods shop/',
      ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'],
    ],
    [
      'omitStages of the policy are for all rules',
      'omitStages: [RequestReceived, Panic]\nrules: [{level: Metadata}]',
      'get pods',
      ['ResponseComplete'],
    ],
    [
      'omitStages of a rule come on top of those of the policy',
      'omitStages: [RequestReceived]\nrules: [{level: Metadata, omitStages: [Panic]}]',
      'create pods/exec shop/web',
      ['ResponseStarted', 'ResponseComplete'],
    ],
  ];
  for (const [says, rules, text, expected] of cases) {
    test(says, () => assert.deepEqual(recorded(rules, text), expected));
  }

  test('omitManagedFields of a rule goes before that of the policy', () => {
    const policy = policyOf(
      'omitManagedFields: true\nrules: [{level: Request, verbs: [get], omitManagedFields: false}, {level: Request}]',
    );
    assert.equal(decide(policy, request('get pods')).omitManagedFields, false);
    assert.equal(decide(policy, request('list pods')).omitManagedFields, true);
  });

  test('requests that stay open', () => {
    const long = [
      'watch pods',
      'create pods/exec',
      'get pods/attach',
      'get pods/log',
      'create pods/portforward',
    ];
    const short = ['get pods', 'create pods/eviction', 'get /metrics'];
    for (const text of [...long, 'get nodes/proxy', 'get /debug/pprof/profile'])
      assert.ok(isLongRunning(request(text)), text);
    for (const text of short) assert.ok(!isLongRunning(request(text)), text);
  });
});
