import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FieldPath, pathText } from './field-path.ts';
import { type Manifest, objectName, placeText } from './manifest.ts';
import { parseManifests } from './parse.ts';
import { containersOf, podOf } from './pods.ts';

function only(text: string): Manifest {
  const { manifests, problems, others } = parseManifests(text, 'a.yaml');
  assert.deepEqual({ problems, others }, { problems: [], others: [] });
  assert.equal(manifests.length, 1);
  return manifests[0] as Manifest;
}

function placeIn(text: string, path: FieldPath): string {
  return placeText(only(text).locate(path));
}

const DEPLOYMENT = `# A shop.
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web   # the first
        securityContext:
          privileged: yes
      -   name: side
`;

describe('places of fields', () => {
  const CONTAINERS: FieldPath = ['spec', 'template', 'spec', 'containers'];

  test('a field is at its key, an item where it begins', () => {
    assert.equal(placeIn(DEPLOYMENT, [...CONTAINERS, 0, 'securityContext', 'privileged']), 'a.yaml:11:11');
    assert.equal(placeIn(DEPLOYMENT, [...CONTAINERS, 0]), 'a.yaml:9:9');
    assert.equal(placeIn(DEPLOYMENT, [...CONTAINERS, 1, 'name']), 'a.yaml:12:11');
    assert.equal(placeIn(DEPLOYMENT, ['metadata', 'namespace']), 'a.yaml:4:23');
  });

  test('what is missing is at the innermost field around it', () => {
    assert.equal(placeIn(DEPLOYMENT, [...CONTAINERS, 1, 'securityContext', 'privileged']), 'a.yaml:12:11');
    assert.equal(placeIn(DEPLOYMENT, ['spec', 'template', 'spec', 'securityContext']), 'a.yaml:7:5');
    assert.equal(placeIn(DEPLOYMENT, ['status']), 'a.yaml:2:1');
  });

  test('aliases and merge keys lead to where the text is', () => {
    const text = `kind: Pod
apiVersion: v1
metadata: &meta
  name: a
spec:
  securityContext: &safe
    runAsNonRoot: true
  containers:
  - name: a
    securityContext: *safe
  - name: b
    securityContext:
      <<: *safe
      privileged: false
`;
    assert.equal(placeIn(text, ['spec', 'containers', 0, 'securityContext', 'runAsNonRoot']), 'a.yaml:7:5');
    assert.equal(placeIn(text, ['spec', 'containers', 1, 'securityContext', 'runAsNonRoot']), 'a.yaml:7:5');
    assert.equal(placeIn(text, ['spec', 'containers', 1, 'securityContext', 'privileged']), 'a.yaml:14:7');
    assert.equal(
      containersOf(podOf(only(text)) ?? assert.fail())[1]?.value.securityContext !== undefined,
      true,
    );
  });

  test('JSON with tabs, and a byte order mark', () => {
    const json =
      '\ufeff{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"spec": {\n\t\t"hostPID": true\n\t}\n}\n';
    assert.equal(placeIn(json, ['spec', 'hostPID']), 'a.yaml:5:3');
  });
});

describe('objects of a file', () => {
  test('documents, lists, and lists of one kind', () => {
    const text = `---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
- apiVersion: v1
  kind: PodList
  items: [{metadata: {name: p, namespace: nn}, spec: {hostPID: true}}]
---
# nothing here
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: j}
spec: {jobTemplate: {spec: {template: {spec: {hostIPC: true}}}}}
`;
    const { manifests, problems } = parseManifests(text, '-');
    assert.deepEqual(problems, []);
    assert.deepEqual(manifests.map(objectName), ['ConfigMap c', 'Pod nn/p', 'CronJob j']);
    assert.deepEqual(
      manifests.map((manifest) => podOf(manifest)?.spec),
      [undefined, { hostPID: true }, { hostIPC: true }],
    );
    assert.equal(placeText(manifests[1]?.locate(['spec', 'hostPID']) ?? assert.fail()), '-:8:55');
  });

  test('a kind of another group bears no pods', () => {
    assert.equal(podOf(only('{apiVersion: example.org/v1, kind: Deployment}')), undefined);
    assert.deepEqual(podOf(only('{apiVersion: apps/v1, kind: Deployment}'))?.spec, {});
  });

  test('scalars mean what they mean to kubectl', () => {
    const { value } = only(
      '{apiVersion: v1, kind: Pod, a: yes, b: 0644, c: "yes", d: 0x1F, e: 1:30, f: 2001-01-01}',
    );
    const { a, b, c, d, e, f } = value;
    assert.deepEqual([a, b, c, d, e, f], [true, 420, 'yes', 31, '1:30', '2001-01-01']);
  });
});

describe('what cannot be read', () => {
  function problemsOf(text: string): string[] {
    const { problems, others } = parseManifests(text, 'a.yaml');
    return [...problems, ...others].map(({ place, message }) => `${placeText(place)}: ${message}`);
  }

  test('broken YAML has a place, and the documents beside it are read', () => {
    const text = 'apiVersion: v1\nkind: Pod\n---\nkind: Pod\n  spec: [\n---\napiVersion: v1\nkind: Service\n';
    const { manifests, problems } = parseManifests(text, 'a.yaml');
    assert.deepEqual(
      manifests.map(({ kind }) => kind),
      ['Pod', 'Service'],
    );
    assert.match(problemsOf(text).join('\n'), /^a\.yaml:[45]:\d+: not valid YAML: /);
    assert.equal(problems.length, 1);
  });

  test('a key that is there twice', () => {
    assert.match(problemsOf('kind: Pod\nkind: Pod\n')[0] ?? '', /^a\.yaml:2:1: not valid YAML: .*unique/);
  });

  test('a template says what to do', () => {
    assert.match(problemsOf('kind: {{ .Values.kind }}-a\n')[0] ?? '', /rendered first/);
  });

  test('no mapping, no kind, unknown aliases, too many aliases', () => {
    assert.match(problemsOf('- a\n')[0] ?? '', /a\.yaml:1:1: .*not a mapping/);
    assert.match(problemsOf('\na: 1\n')[0] ?? '', /a\.yaml:2:1: .*no kind/);
    assert.equal(problemsOf('kind: *a\n').length, 1);
    const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 9; at++) bomb.push(`a${at}: &a${at} [${`*a${at - 1}, `.repeat(10)}]`);
    assert.match(problemsOf(`kind: Pod\n${bomb.join('\n')}\n`)[0] ?? '', /alias/i);
  });

  test('any text gives objects or problems, and never an exception', () => {
    const pieces = [
      'kind: Pod\n',
      '---\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: ',
      ': ',
      '\t',
      '"',
      '|\n',
      '? ',
      '!x ',
      '\n',
      ' ',
      '\u2028',
      '%YAML 3\n',
    ];
    let seed = 1;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed;
    };
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: random() % 14 }, () => pieces[random() % pieces.length]).join('');
      const { manifests } = parseManifests(text, 'x');
      for (const manifest of manifests) manifest.locate(['spec', 'containers', 0]);
    }
  });
});

test('paths are written as Kubernetes writes them', () => {
  const path = ['metadata', 'annotations', 'container.apparmor.security.beta.kubernetes.io/a', 'x', 0];
  assert.equal(
    pathText(path),
    'metadata.annotations["container.apparmor.security.beta.kubernetes.io/a"].x[0]',
  );
});
