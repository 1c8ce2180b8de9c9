import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('the rule language runs where there is nothing of Node', () => {
  const script = fileURLToPath(new URL('browser.test-kit.ts', import.meta.url));
  const options = ['--experimental-vm-modules', '--no-warnings', script];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  const { codes, wrong, modules } = JSON.parse(stdout) as {
    codes: number[];
    wrong: string[];
    modules: number;
  };
  assert.deepEqual(codes, [2, 3, 402]);
  assert.deepEqual(wrong, ['LOAD_ERR_COMPILE_CONDITION 3:15 unknown field container.is (container.id)']);
  assert.ok(modules > 50, `${modules} modules were loaded there`);
});
