import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadScenes, scenesFor } from './load.ts';
import { planOf } from './plan.ts';

const scenes = await loadScenes();

test('every scene says what happens, by which technique, and what has to notice it', () => {
  for (const { name, story, technique, falco, lanner, twin } of scenes) {
    assert.match(name, /^[a-z0-9-]+$/);
    assert.match(story, /^[A-Z].{30,}\.$/s, name);
    assert.match(technique, /^T\d{4}(?:\.\d{3})?$/, name);
    assert.ok(falco.length + lanner.length > 0, name);
    assert.match(twin.because, /^[a-z].{15,}\.$/i, name);
  }
});

test('every plan can be written down', () => {
  for (const { setUp = [], steps, twin } of scenes) {
    planOf([...setUp, ...steps]);
    planOf([...(twin.setUp ?? []), ...twin.steps]);
  }
});

test('a word means scenes by name, rule, technique and place', () => {
  const names = (word: string) => scenesFor(word, scenes).map(({ name }) => name);
  assert.deepEqual(names('clear-log'), ['clear-log']);
  assert.deepEqual(names('clear log activities'), ['clear-log']);
  assert.deepEqual(names('t1003.008'), ['read-password-hashes']);
  assert.equal(names('host').length + names('container').length, scenes.length);
  assert.deepEqual(names('nothing'), []);
});
