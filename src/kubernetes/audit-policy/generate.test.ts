import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from './audit-rules.test-kit.ts';
import { checkPolicy } from './check.ts';
import { decide } from './decide.ts';
import { generatePolicy } from './generate.ts';
import { auditNeeds } from './needs.ts';
import { fire } from './oracle.test-kit.ts';
import { Dice, randomRequest } from './random.test-kit.ts';
import { policyText } from './write.ts';

describe('generated policies', () => {
  const sets: readonly (readonly (readonly [string, string?])[])[] = [
    [
      ['ka.target.resource=secrets and ka.verb=get'],
      [
        'ka.target.resource=pods and ka.verb=create and ka.req.pod.host_pid intersects (true)',
        '%ka.resp.name',
      ],
    ],
    [
      ['not ka.user.name in (kubelet, jane) and ka.stage=ResponseComplete'],
      ['ka.target.subresource in (exec) and ka.stage=ResponseStarted'],
    ],
    [
      ['ka.uri startswith /healthz and ka.user.name=system:anonymous'],
      ['ka.verb=delete and not ka.target.namespace in (kube-system)'],
    ],
    [
      ['ka.verb!=get and ka.target.resource!=pods'],
      ['ka.user.groups intersects (system:masters) and not ka.verb in (get, list, watch)'],
    ],
    [
      [
        '(ka.verb=create or ka.target.resource=secrets) and not (ka.user.name=jane and ka.target.namespace=default)',
      ],
    ],
    [
      ['ka.target.resource=secrets and ka.target.namespace!=kube-system and ka.stage=ResponseComplete'],
      ['ka.auth.decision=allow and ka.verb=watch'],
    ],
    [
      [
        'jevt.value[/verb]=update and jevt.value[/objectRef/resource] in (configmaps) and jevt.value[/requestObject/data] exists',
      ],
    ],
    [
      ['ka.target.resource=widgets and ka.verb=create'],
      ['not ka.target.subresource exists and ka.target.name=web'],
    ],
  ];
  for (const [index, conditions] of sets.entries()) {
    test(`feed their rules, and nothing is to be said of them: ${conditions.map(([text]) => text).join(' | ')}`, () => {
      const rules = rulesOf(...conditions);
      const needs = auditNeeds(rules);
      const text = policyText(generatePolicy(needs));
      const { policy = assert.fail(), problems } = checkPolicy(text, 'p', needs);
      assert.deepEqual(
        problems.filter(({ severity }) => severity !== 'note'),
        [],
        text,
      );
      fire(rules, needs, policy, { rounds: 2000, seed: index + 1 });
    });
  }

  test('record at every stage that somebody needs, whichever rule decides', () => {
    const rules = rulesOf(
      ['ka.stage=ResponseStarted and ka.target.resource=pods and ka.target.subresource=exec'],
      ['ka.stage=ResponseComplete and not ka.user.name=kubelet'],
    );
    const policy = generatePolicy(auditNeeds(rules));
    const target = {
      kind: 'resource',
      group: '',
      resource: 'pods',
      subresource: 'exec',
      name: 'a',
      namespace: 'b',
    } as const;
    const request = { user: 'jane', groups: [], verb: 'create', target };
    assert.deepEqual(decide(policy, request).stages, ['ResponseStarted', 'ResponseComplete']);
    const other = { ...request, target: { ...target, subresource: '' } };
    assert.deepEqual(decide(policy, other).stages, ['ResponseComplete']);
  });

  test('know that what is created has its name in its body', () => {
    const policy = generatePolicy(
      auditNeeds(rulesOf(['ka.target.resource=configmaps and ka.target.name in (web)'])),
    );
    const levelOf = (verb: string, name: string) => {
      const target = {
        kind: 'resource',
        group: '',
        resource: 'configmaps',
        subresource: '',
        name,
        namespace: 'b',
      } as const;
      return decide(policy, { user: 'jane', groups: [], verb, target }).level;
    };
    assert.deepEqual(
      [levelOf('create', ''), levelOf('update', 'web'), levelOf('update', 'other')],
      ['Metadata', 'Metadata', 'None'],
    );
  });

  test('leave out what nobody needs', () => {
    const rules = rulesOf(
      ['not ka.user.name in (kubelet) and ka.target.resource=secrets'],
      ['ka.verb=create and ka.target.resource=pods and not ka.target.subresource exists'],
    );
    const policy = generatePolicy(auditNeeds(rules));
    const dice = new Dice(1);
    for (let round = 0; round < 2000; round++) {
      const request = randomRequest(dice);
      const { target, user, verb } = request;
      const isNeeded =
        target.kind === 'resource' &&
        ((target.resource === 'secrets' && user !== 'kubelet') ||
          (target.resource === 'pods' && target.subresource === '' && verb === 'create'));
      assert.equal(decide(policy, request).level, isNeeded ? 'Metadata' : 'None', JSON.stringify(request));
    }
  });

  test('tell in comments what needs what', () => {
    const text = policyText(
      generatePolicy(
        auditNeeds(rulesOf(['ka.target.resource=secrets and ka.verb=get and ka.stage=ResponseComplete'])),
      ),
    );
    assert.equal(
      text.slice(text.indexOf('apiVersion')),
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: ["RequestReceived", "ResponseStarted", "Panic"]\nrules:\n' +
        '  # For: r0\n  - level: Metadata\n    verbs: ["get"]\n    resources:\n      - group: ""\n        resources: ["secrets"]\n',
    );
  });
});
