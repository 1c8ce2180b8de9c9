import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { pathText } from '../manifests/field-path.ts';
import { parseImage } from './image-reference.ts';
import { immutabilityFindings } from './judge.ts';

const CONTAINER = 'name: c, image: "a@sha256:0", securityContext: {readOnlyRootFilesystem: true}';

function found(spec: string): string[] {
  const pod = { metadata: {}, spec: parse(spec) as Record<string, unknown> };
  return immutabilityFindings(pod).map(
    ({ control, path, severity }) => `${severity} ${control} ${pathText(path)}`,
  );
}

describe('what lets containers change', () => {
  test('a root file system that can be written', () => {
    const place = 'warning readOnlyRootFilesystem spec.containers[0].securityContext.readOnlyRootFilesystem';
    assert.deepEqual(found('containers: [{name: c, image: "a@sha256:0"}]'), [place]);
    assert.deepEqual(found(`containers: [{${CONTAINER.replace('true', 'false')}}]`), [place]);
    assert.deepEqual(found(`containers: [{${CONTAINER}}]`), []);
    assert.deepEqual(found('os: {name: windows}\ncontainers: [{name: c, image: "a@sha256:0"}]'), []);
  });

  test('an image without a digest', () => {
    for (const image of ['a', 'a:latest', 'a:1.2', 'registry:5000/a'])
      assert.deepEqual(found(`initContainers: [{${CONTAINER.replace('a@sha256:0', image)}}]`), [
        'warning imageTag spec.initContainers[0].image',
      ]);
  });

  test('mounts that can be written', () => {
    const mounted = (volume: string, mount: string) =>
      found(
        `volumes: [{name: v, ${volume}}]\ncontainers: [{${CONTAINER}, volumeMounts: [{name: v, ${mount}}]}]`,
      );
    const at = 'spec.containers[0].volumeMounts[0].readOnly';
    const claim = 'persistentVolumeClaim: {claimName: c}';
    assert.deepEqual(mounted('hostPath: {path: /a}', 'mountPath: /a'), [`error writableHostPath ${at}`]);
    assert.deepEqual(mounted('hostPath: {path: /a}', 'mountPath: /a, readOnly: true'), []);
    assert.deepEqual(mounted('emptyDir: {}', 'mountPath: /tmp'), []);
    for (const path of ['/', '/usr/', '/etc', '/usr/local/bin', '/lib/x86', '//bin'])
      assert.deepEqual(mounted('emptyDir: {}', `mountPath: ${path}`), [
        `warning writableSystemDirectory ${at}`,
      ]);
    for (const path of ['/usr/share/data', '/etc/app', '/opt/app/data'])
      assert.deepEqual(mounted('emptyDir: {}', `mountPath: ${path}`), []);
    assert.deepEqual(mounted('configMap: {name: c}', 'mountPath: /etc'), []);
    assert.deepEqual(mounted(claim, 'mountPath: /data'), [`note writableMount ${at}`]);
    assert.deepEqual(mounted(claim, 'mountPath: /usr'), [`warning writableSystemDirectory ${at}`]);
  });
});

test('names of images', () => {
  const parts = (text: string) => Object.values(parseImage(text));
  assert.deepEqual(parts('a'), ['a', '', '']);
  assert.deepEqual(parts('r:5000/a/b'), ['r:5000/a/b', '', '']);
  assert.deepEqual(parts('r:5000/a/b:1'), ['r:5000/a/b', '1', '']);
  assert.deepEqual(parts('a:1@sha256:0'), ['a', '1', 'sha256:0']);
});
