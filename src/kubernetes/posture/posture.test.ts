import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseManifests } from '../manifests/parse.ts';
import type { Profile } from '../pod-security/finding.ts';
import { postureJson } from './json.ts';
import { isForbidden, judgeManifests, type Posture } from './judge.ts';
import { postureSarif } from './sarif.ts';
import { postureText } from './text.ts';

const FILE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      hostPID: true
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        image: web@sha256:00
        securityContext:
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
---
apiVersion: v1
kind: Pod
metadata: {name: bad}
spec: {containers: {}}
`;

function posture(profile: Profile, text = FILE): Posture {
  const { manifests, problems } = parseManifests(text, 'dir/a b.yaml');
  return judgeManifests(manifests, problems, { profile, minor: 30 });
}

test('findings have their fields and places, and come in the order of the file', () => {
  const [web] = posture('immutable').pods;
  const shown = web?.findings.map(
    ({ control, field, place }) => `${control} ${field} ${place.line}:${place.column}`,
  );
  assert.deepEqual(shown, [
    'hostNamespaces spec.template.spec.hostPID 7:7',
    'allowPrivilegeEscalation spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation 12:9',
    'writableMount spec.template.spec.containers[0].volumeMounts[0].readOnly 15:24',
  ]);
  assert.equal(web?.satisfies, 'privileged');
});

test('profiles show what they forbid; objects without pods and wrong forms are told', () => {
  assert.deepEqual(posture('privileged').pods[0]?.findings, []);
  assert.equal(posture('baseline').pods[0]?.findings.length, 1);
  assert.equal(posture('restricted').pods[0]?.findings.length, 2);
  const { skipped, problems, unknownImages } = posture('immutable');
  assert.equal(skipped, 1);
  assert.deepEqual(unknownImages, ['web@sha256:00']);
  assert.deepEqual(
    problems.map(({ message, place }) => `${place.line}:${place.column} ${message}`),
    ['24:8 spec.containers: must be a list, not a mapping'],
  );
});

test('notes and stricter profiles forbid nothing', () => {
  const findings = posture('immutable').pods[0]?.findings ?? [];
  const count = (profile: Profile) => findings.filter((finding) => isForbidden(finding, profile)).length;
  assert.deepEqual((['privileged', 'baseline', 'restricted', 'immutable'] as const).map(count), [0, 1, 2, 2]);
});

describe('reports', () => {
  test('text', () => {
    const text = postureText(posture('baseline'));
    assert.equal(
      text,
      `Deployment shop/web: satisfies privileged
  dir/a b.yaml:7:7: error: the pod shares the node's processes [hostNamespaces, baseline]
      spec.template.spec.hostPID: remove hostPID

2 pods judged: 1 privileged, 1 restricted
1 against baseline (Pod Security Standards v1.30)
1 object without pods passed over`,
    );
    assert.match(
      postureText(posture('privileged')),
      /\nnothing to complain about for the profile privileged /,
    );
  });

  test('JSON', () => {
    const report = JSON.parse(postureJson(posture('immutable')));
    assert.deepEqual(Object.keys(report), [
      ...['profile', 'version', 'pods', 'objects_without_pods', 'unknown_images', 'problems'],
    ]);
    assert.deepEqual(report.pods[0].findings[2], {
      control: 'writableMount',
      profile: null,
      severity: 'note',
      message: 'container web can write to /data, which outlives the pod (persistentVolumeClaim)',
      remedy: 'set readOnly: true where the application only reads',
      container: 'web',
      field: 'spec.template.spec.containers[0].volumeMounts[0].readOnly',
      file: 'dir/a b.yaml',
      line: 15,
      column: 24,
    });
    assert.deepEqual(report.problems, [
      { place: 'dir/a b.yaml:24:8', message: 'spec.containers: must be a list, not a mapping' },
    ]);
  });

  test('SARIF: what readers need of it', () => {
    const log = JSON.parse(postureSarif(posture('immutable'), '1.2.3'));
    assert.equal(log.version, '2.1.0');
    const [{ tool, results, invocations, columnKind }] = log.runs;
    assert.equal(columnKind, 'utf16CodeUnits');
    assert.equal(tool.driver.version, '1.2.3');
    const ids: string[] = tool.driver.rules.map(({ id }: { id: string }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(results.length, 3);
    for (const { ruleId, ruleIndex, level, message, locations } of results) {
      assert.equal(ids[ruleIndex], ruleId);
      assert.match(level, /^(?:error|warning|note)$/);
      assert.notEqual(message.text, '');
      const { artifactLocation, region } = locations[0].physicalLocation;
      assert.equal(artifactLocation.uri, 'dir/a%20b.yaml');
      assert.ok(region.startLine >= 1 && region.startColumn >= 1);
    }
    assert.equal(invocations[0].executionSuccessful, false);
    assert.equal(invocations[0].toolExecutionNotifications.length, 1);
  });

  test('SARIF has no file for what no file holds', () => {
    const { manifests } = parseManifests(FILE, '<stdin>');
    const log = postureSarif(judgeManifests(manifests, [], { profile: 'baseline', minor: 30 }), '1');
    assert.doesNotMatch(log, /physicalLocation/);
  });
});
