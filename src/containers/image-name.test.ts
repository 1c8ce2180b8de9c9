import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitImageName } from './image-name.ts';

test('repository and tag of an image name', () => {
  const cases: [string, string, string][] = [
    ['nginx', 'nginx', ''],
    ['nginx:1.27', 'nginx', '1.27'],
    ['docker.io/library/nginx:1.27', 'docker.io/library/nginx', '1.27'],
    ['registry.example:5000/shop/web', 'registry.example:5000/shop/web', ''],
    ['registry.example:5000/shop/web:2@sha256:ab', 'registry.example:5000/shop/web', '2'],
    ['shop/web@sha256:ab', 'shop/web', ''],
    ['', '', ''],
  ];
  for (const [name, repository, tag] of cases) assert.deepEqual(splitImageName(name), { repository, tag });
});
