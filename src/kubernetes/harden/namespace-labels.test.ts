import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseManifests } from '../manifests/parse.ts';
import { judgeManifests } from '../posture/judge.ts';
import { namespaceLabels, namespaceText } from './namespace-labels.ts';

const RESTRICTED = `{apiVersion: v1, kind: Pod, metadata: {name: good}, spec: {
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},
  containers: [{name: c, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}
`;
const BASELINE = '{apiVersion: v1, kind: Pod, metadata: {name: usual}, spec: {containers: [{name: c}]}}\n';
const PRIVILEGED =
  '{apiVersion: v1, kind: Pod, metadata: {name: mighty}, spec: {hostPID: true, containers: [{name: c}]}}\n';

function labelsOf(...pods: string[]) {
  const { manifests } = parseManifests(pods.join('---\n'), 'a.yaml');
  return namespaceLabels(judgeManifests(manifests, [], { profile: 'restricted', minor: 30 }));
}

test('the strictest profile that all satisfy, and what keeps from the next', () => {
  const level = (...pods: string[]) => {
    const { enforce, next, hindrances } = labelsOf(...pods);
    return `${enforce} ${next} ${hindrances.map(({ name }) => name).join(' ')}`.trim();
  };
  assert.equal(level(), 'restricted restricted');
  assert.equal(level(RESTRICTED), 'restricted restricted');
  assert.equal(level(RESTRICTED, BASELINE), 'baseline restricted usual');
  assert.equal(level(RESTRICTED, BASELINE, PRIVILEGED), 'privileged baseline mighty');
});

test('the namespace can be applied as it is printed', () => {
  const text = namespaceText('shop', labelsOf(RESTRICTED, PRIVILEGED));
  assert.deepEqual(parse(text), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'shop',
      labels: {
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/enforce-version': 'v1.30',
        'pod-security.kubernetes.io/audit': 'baseline',
        'pod-security.kubernetes.io/audit-version': 'v1.30',
        'pod-security.kubernetes.io/warn': 'baseline',
        'pod-security.kubernetes.io/warn-version': 'v1.30',
      },
    },
  });
  assert.match(
    text,
    /^# {5}a\.yaml:5:\d+: the pod shares the node's processes: remove hostPID \[hostNamespaces\]$/m,
  );
});
