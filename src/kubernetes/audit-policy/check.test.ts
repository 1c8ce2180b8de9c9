import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckedRule } from '../../rules/checked.ts';
import { placeText } from '../manifests/manifest.ts';
import { rulesOf } from './audit-rules.test-kit.ts';
import { checkPolicy } from './check.ts';
import { decide, isLongRunning } from './decide.ts';
import { auditNeeds, isFed } from './needs.ts';
import { higherLevel, isLevelAtLeast } from './policy.ts';
import { Dice, randomPolicy, randomRequest } from './random.test-kit.ts';
import { problemLine } from './report.ts';
import { hasRequest } from './request-set.ts';
import { policyText } from './write.ts';

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

/** `line:column severity code`, with the message where `withMessages`. */
function problemsOf(text: string, rules: readonly CheckedRule[] = []): string[] {
  return checkPolicy(text, 'p', auditNeeds(rules)).problems.map(
    ({ severity, code, place }) => `${placeText(place).slice(2)} ${severity} ${code}`,
  );
}

function messagesOf(text: string, rules: readonly CheckedRule[] = []): string {
  return checkPolicy(text, 'p', auditNeeds(rules)).problems.map(problemLine).join('\n');
}

describe('what the API server refuses', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['no version', 'kind: Policy\nrules: [{level: None}]\n', '1:1 error api-version'],
    [
      'another version',
      'apiVersion: audit.k8s.io/v2\nkind: Policy\nrules: [{level: None}]\n',
      '1:1 error api-version',
    ],
    ['another kind', 'apiVersion: audit.k8s.io/v1\nkind: Pod\n', '2:1 error not-a-policy'],
    ['nothing', '', '1:1 error not-a-policy'],
    ['no rules', `${HEAD}rules: []\n`, '3:1 error no-rules'],
    ['rules that are no list', `${HEAD}rules: {level: None}\n`, '3:1 error wrong-type'],
    ['a rule that is no mapping', `${HEAD}rules: [None]\n`, '3:9 error wrong-type'],
    ['no level', `${HEAD}rules:\n- verbs: [get]\n`, '4:3 error invalid-value'],
    ['an unknown level', `${HEAD}rules:\n- level: metadata\n`, '4:3 error invalid-value'],
    [
      'an unknown stage',
      `${HEAD}rules:\n- level: None\n  omitStages: [Started]\n`,
      '5:16 error invalid-value',
    ],
    [
      'an unknown stage of all',
      `${HEAD}omitStages: [x]\nrules: [{level: None}]\n`,
      '3:14 error invalid-value',
    ],
    ['text instead of a list', `${HEAD}rules:\n- level: None\n  users: jane\n`, '5:3 error wrong-type'],
    ['a number among users', `${HEAD}rules:\n- level: None\n  users: [a, 7]\n`, '5:14 error wrong-type'],
    ['a boolean of YAML 1.1', `${HEAD}rules:\n- level: None\n  verbs: [on]\n`, '5:11 error wrong-type'],
    [
      'a path without a slash',
      `${HEAD}rules:\n- {level: None, nonResourceURLs: [healthz]}\n`,
      '4:35 error invalid-value',
    ],
    [
      'a star within a path',
      `${HEAD}rules:\n- {level: None, nonResourceURLs: ["/a*b"]}\n`,
      '4:35 error invalid-value',
    ],
    ['two stars', `${HEAD}rules:\n- {level: None, nonResourceURLs: ["/a**"]}\n`, '4:35 error invalid-value'],
    [
      'paths and resources',
      `${HEAD}rules:\n- level: None\n  resources: [{group: ""}]\n  nonResourceURLs: ["*"]\n`,
      '6:3 error conflicting-fields',
    ],
    [
      'paths and namespaces',
      `${HEAD}rules:\n- level: None\n  namespaces: [a]\n  nonResourceURLs: ["*"]\n`,
      '6:3 error conflicting-fields',
    ],
    [
      'names without resources',
      `${HEAD}rules:\n- level: None\n  resources:\n  - group: ""\n    resourceNames: [a]\n`,
      '7:5 error conflicting-fields',
    ],
    [
      'a group with its version',
      `${HEAD}rules:\n- level: None\n  resources: [{group: apps/v1}]\n`,
      '5:16 error invalid-value',
    ],
    [
      'a group in capitals',
      `${HEAD}rules:\n- level: None\n  resources: [{group: Apps}]\n`,
      '5:16 error invalid-value',
    ],
  ];
  for (const [name, text, expected] of cases) {
    test(name, () => {
      const { problems } = checkPolicy(text, 'p', []);
      assert.deepEqual(problemsOf(text).slice(0, 1), [expected], messagesOf(text));
      assert.ok(problems[0]?.isRefused);
    });
  }
});

describe('what the API server takes, and should be known', () => {
  test('unknown fields are overlooked, with the nearest name', () => {
    const text = `${HEAD}rules:\n- level: Metadata\n  namespace: [shop]\n  resources: [{groups: apps}]\n`;
    const { problems } = checkPolicy(text, 'p', []);
    assert.deepEqual(problemsOf(text).slice(0, 2), ['5:3 error unknown-field', '6:16 error unknown-field']);
    assert.match(messagesOf(text), /did you mean namespaces\?[\s\S]*did you mean group\?/);
    assert.ok(!problems.some(({ isRefused }) => isRefused));
  });

  test('old versions, and a second document', () => {
    const text =
      'apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]\n---\nkind: Policy\n';
    assert.deepEqual(problemsOf(text), ['1:1 warning api-version', '5:1 error not-a-policy']);
  });

  test('the group of all groups is young', () => {
    const text = `${HEAD}rules:\n- level: None\n  resources: [{group: "*", resources: ["*/status"]}]\n`;
    assert.deepEqual(problemsOf(text), ['5:16 warning newer-kubernetes']);
  });

  test('null is empty, and a policy may have metadata', () => {
    const text = `${HEAD}metadata: {name: x}\nrules:\n- level: None\n  users:\n  resources: null\n`;
    assert.deepEqual(problemsOf(text), []);
  });
});

describe('rules without effect', () => {
  test('behind one that decides everything', () => {
    const text = `${HEAD}rules:\n- level: Metadata\n- level: None\n  users: [jane]\n`;
    assert.deepEqual(problemsOf(text), ['5:3 warning unreachable']);
    assert.match(messagesOf(text), /the one at p:4:3 decides/);
  });

  test('behind several that together do', () => {
    const rules = [
      'level: None\n  verbs: [get, list]',
      'level: Metadata\n  resources: [{group: "", resources: ["pods/*"]}]',
      'level: None\n  nonResourceURLs: ["/api*"]',
      'level: Request\n  users: [jane]\n  verbs: [get]',
      'level: Request\n  verbs: [list, create]\n  resources: [{group: "", resources: [pods, pods/exec]}]',
      'level: Request\n  verbs: [list, create]\n  resources: [{group: "", resources: [pods, nodes]}]',
      'level: Metadata\n  nonResourceURLs: ["/apis/apps", "/api"]',
    ];
    const text = `${HEAD}rules:\n${rules.map((rule) => `- ${rule}\n`).join('')}`;
    const lines = problemsOf(text).filter((line) => line.includes('unreachable'));
    assert.deepEqual(lines, [
      '10:3 warning unreachable',
      '13:3 warning unreachable',
      '19:3 warning unreachable',
    ]);
    assert.match(messagesOf(text), /the one at p:6:3 decides/);
  });

  test('names that no request has', () => {
    const cases: readonly (readonly [string, RegExp | undefined])[] = [
      ['verbs: [read]', /no request has the verb "read"/],
      ['verbs: ["*"]', /leave verbs out/],
      ['verbs: [impersonate]', /no request has the verb/],
      ['verbs: [list]\n  nonResourceURLs: ["*"]', /no request for a path has the verb "list"/],
      ['verbs: [post, list]', undefined],
      ['verbs: [post]\n  namespaces: [shop]', /no request has the verb "post"/],
      ['resources: [{group: "", resources: [pod]}]', /did you mean pods\?/],
      ['resources: [{group: "", resources: [Secrets]}]', /did you mean secrets\?/],
      ['resources: [{group: "", resources: [deployments]}]', /it is in the group apps/],
      ['resources: [{group: "", resources: [pods/logs]}]', /did you mean pods\/log\?/],
      ['resources: [{group: "", resources: ["*/scales"]}]', /has a subresource scales/],
      ['resources: [{group: "", resources: ["pod*"]}]', /a star stands for a whole name/],
      ['resources: [{group: "", resources: ["pods/"]}]', /no request matches/],
      ['resources: [{group: "", resources: ["*/*"]}]', /no request matches "\*\/\*"/],
      ['resources: [{group: example.org, resources: [anything, "*/more"]}]', undefined],
      [
        'namespaces: [shop]\n  resources: [{group: "", resources: [nodes/status]}]',
        /nodes lie in no namespace/,
      ],
      ['namespaces: [shop, ""]\n  resources: [{group: "", resources: [nodes, namespaces]}]', undefined],
      ['namespaces: [shop]\n  resources: [{group: "", resources: [namespaces, pods]}]', undefined],
      [
        'verbs: [create]\n  resources: [{group: apps, resources: [deployments], resourceNames: [a]}]',
        /have no name/,
      ],
      ['verbs: [create]\n  resources: [{group: "", resources: [pods/exec], resourceNames: [a]}]', undefined],
      [
        'verbs: [create, get]\n  resources: [{group: apps, resources: [deployments], resourceNames: [a]}]',
        undefined,
      ],
    ];
    for (const [fields, expected] of cases) {
      const text = `${HEAD}rules:\n- level: Metadata\n  ${fields}\n`;
      if (expected === undefined) assert.deepEqual(problemsOf(text), [], fields);
      else assert.match(messagesOf(text), expected);
    }
  });

  test('all stages omitted', () => {
    const text = `${HEAD}omitStages: [RequestReceived, Panic]\nrules:\n- level: Metadata\n  omitStages: [ResponseStarted, ResponseComplete]\n`;
    assert.deepEqual(problemsOf(text), ['6:3 warning records-nothing']);
  });
});

describe('secrets in the audit log', () => {
  const cases: readonly (readonly [string, string[]])[] = [
    ['level: Metadata', []],
    ['level: Request', ['4:3 warning records-secrets']],
    ['level: Request\n  resources: [{group: "", resources: ["*"]}]', ['4:3 warning records-secrets']],
    ['level: Request\n  resources: [{group: "", resources: [configmaps]}]', ['4:3 warning records-secrets']],
    ['level: Request\n  verbs: [get, list, watch]', []],
    ['level: RequestResponse\n  verbs: [get]', ['4:3 warning records-secrets']],
    ['level: Request\n  resources: [{group: "authentication.k8s.io"}]', ['4:3 warning records-secrets']],
    ['level: Request\n  resources: [{group: "", resources: [serviceaccounts/token]}]', []],
    [
      'level: RequestResponse\n  resources: [{group: "", resources: [serviceaccounts/token]}]',
      ['4:3 warning records-secrets'],
    ],
    [
      'level: RequestResponse\n  resources: [{group: "", resources: ["*/token"]}]',
      ['4:3 warning records-secrets'],
    ],
    ['level: RequestResponse\n  resources: [{group: apps}]', []],
    ['level: Request\n  nonResourceURLs: ["*"]', []],
    [
      'level: Metadata\n  resources: [{group: "", resources: [secrets, configmaps]}, {group: authentication.k8s.io}]\n- level: Request',
      [],
    ],
    [
      'level: Metadata\n  resources: [{group: "", resources: [secrets, configmaps]}]\n  users: [jane]\n- level: Request',
      ['7:3 warning records-secrets'],
    ],
  ];
  for (const [rule, expected] of cases) {
    test(rule.replaceAll('\n', ' '), () =>
      assert.deepEqual(problemsOf(`${HEAD}rules:\n- ${rule}\n`), expected),
    );
  }

  test('that a rule asks for them is told, and no warning', () => {
    const rules = rulesOf([
      'ka.target.resource=configmaps and ka.verb in (create, update, patch) and ka.req.configmap.obj contains password',
    ]);
    const text = `${HEAD}rules:\n- level: Request\n  verbs: [create, update, patch]\n  resources: [{group: "", resources: [configmaps]}]\n`;
    assert.deepEqual(problemsOf(text, rules), ['4:3 note records-secrets']);
  });
});

describe('what rules need', () => {
  const exec = rulesOf([
    'ka.stage=ResponseStarted and ka.target.resource=pods and ka.target.subresource in (exec, attach)',
  ]);
  const secrets = rulesOf(['ka.target.resource=secrets and ka.verb=get']);
  const privileged = rulesOf([
    'ka.verb=create and ka.target.resource=pods and not ka.target.subresource exists and ka.req.pod.containers.privileged intersects (true)',
    'pod %ka.resp.name',
  ]);
  const cases: readonly (readonly [string, readonly CheckedRule[], string, string[]])[] = [
    ['is recorded', exec, 'level: Metadata', []],
    [
      'is dropped by a rule',
      exec,
      'level: None\n  resources: [{group: "", resources: ["pods/*"]}]\n- level: Metadata',
      ['4:3 warning records-nothing-for-rules'],
    ],
    [
      'is matched by no rule',
      secrets,
      'level: Metadata\n  namespaces: [shop]',
      ['4:3 warning records-nothing-for-rules'],
    ],
    [
      'is left out for certain users',
      secrets,
      'level: None\n  users: ["system:kube-controller-manager"]\n- level: Metadata',
      ['4:3 note records-nothing-for-rules'],
    ],
    [
      'has no stage',
      exec,
      'level: Metadata\n  omitStages: [ResponseStarted]',
      ['5:3 warning records-nothing-for-rules'],
    ],
    [
      'has a stage that its requests do not have',
      rulesOf(['ka.stage=ResponseStarted and ka.target.resource=secrets and ka.verb=get']),
      'level: Metadata\n  omitStages: [ResponseStarted]',
      [],
    ],
    [
      'is recorded without the body',
      privileged,
      'level: Metadata',
      ['4:3 warning records-nothing-for-rules'],
    ],
    [
      'is recorded without what the alert tells',
      privileged,
      'level: Request\n  resources: [{group: "", resources: [pods]}]',
      ['4:3 note alerts-incomplete'],
    ],
  ];
  for (const [name, rules, policy, expected] of cases) {
    test(name, () =>
      assert.deepEqual(
        problemsOf(`${HEAD}rules:\n- ${policy}\n`, rules),
        expected,
        messagesOf(`${HEAD}rules:\n- ${policy}\n`, rules),
      ),
    );
  }

  test('conditions in other words, of which nothing can be said, ask for everything', () => {
    for (const condition of [
      'tolower(ka.verb)=get',
      'ka.verb startswith g',
      'not ka.target.resource contains x',
    ]) {
      const needs = auditNeeds(rulesOf([condition]));
      const dice = new Dice(1);
      for (let round = 0; round < 50; round++) {
        const request = randomRequest(dice);
        assert.ok(
          needs.some(({ box }) => hasRequest(box, request)),
          condition,
        );
      }
    }
  });

  test('the level is the highest that any part of a condition needs', () => {
    const pod = 'ka.req.pod.host_pid intersects (true)';
    const cases: readonly (readonly [string, string])[] = [
      ['ka.verb=get', 'Metadata'],
      [`ka.verb=get and ${pod}`, 'Request'],
      [`ka.useragent contains kubectl or ${pod}`, 'Request'],
      [`not (ka.useragent contains kubectl and ${pod})`, 'Request'],
      ['tolower(ka.req.configmap.obj) contains x or ka.useragent exists', 'Request'],
      ['ka.verb=get and (ka.useragent exists or ka.resp.name=x)', 'RequestResponse'],
      ['jevt.value[/responseObject/kind] exists', 'RequestResponse'],
      ['jevt.value[/responseStatus/code]=200 and ka.response.code exists', 'Metadata'],
      [`jevt.rawtime=0 and ${pod} or ka.verb=get`, 'Metadata'],
    ];
    for (const [condition, expected] of cases) {
      const levels = auditNeeds(rulesOf([condition])).map(({ level }) => level);
      assert.equal(levels.reduce(higherLevel), expected, condition);
    }
  });

  test('a gap is reported exactly when a request falls into it', () => {
    const rules = rulesOf(
      ['ka.stage=ResponseStarted and ka.target.resource=pods and ka.target.subresource in (exec, attach)'],
      ['ka.stage=ResponseComplete and ka.target.resource=secrets and not ka.user.name in (jane)'],
      [
        'ka.stage in (ResponseComplete, Panic) and ka.verb=create and ka.req.pod.host_network intersects (true)',
      ],
      ['ka.user.name=system:anonymous and not ka.uri=/healthz'],
    );
    const needs = auditNeeds(rules);
    const dice = new Dice(7);
    let gaps = 0;
    for (let round = 0; round < 200; round++) {
      const policy = randomPolicy(dice);
      const text = policyText({
        ...policy,
        rules: policy.rules.map((rule) => ({ ...rule, detectionRules: [] })),
      });
      const { policy: read = assert.fail(), problems } = checkPolicy(text, 'p', needs);
      const isTold = problems.some(({ code }) => code === 'records-nothing-for-rules');
      for (let count = 0; count < 20; count++) {
        const request = randomRequest(dice);
        const { level, stages } = decide(read, request);
        const lacking = needs.filter(
          (need) =>
            hasRequest(need.box, request) &&
            !(isLevelAtLeast(level, need.level) && isFed(need, stages, isLongRunning(request))),
        );
        if (lacking.length === 0) continue;
        gaps++;
        assert.ok(isTold, `${text}\n${JSON.stringify(request)}`);
      }
    }
    assert.ok(gaps > 100, `${gaps} gaps`);
  });
});
