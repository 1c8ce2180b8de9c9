import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Alert } from '../alerts/alert.ts';
import { loadConfig } from '../config/load.ts';
import { openOutputs } from './outputs.ts';

const ALERT: Alert = {
  ...{ kind: 'internal', rule: 'Lanner internal: test', priority: 'Debug', time: 0n, hostname: 'h' },
  ...{ message: 'Lanner internal: test', fields: { n: 1 } },
};

function fail(): never {
  assert.fail('the file could be written');
}

/** What a file output holds after one alert. */
async function written(context: TestContext, ...overrides: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-outputs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'alerts');
  const { config } = loadConfig({
    file: undefined,
    overrides: [
      'stdout_output.enabled=false',
      `file_output={"enabled": true, "filename": "${file}"}`,
      ...overrides,
    ],
    environment: {},
  });
  const outputs = openOutputs(config, undefined, { onFailure: fail, log: fail });
  outputs.write(ALERT);
  await outputs.close();
  assert.equal(outputs.dropped, 0);
  return readFileSync(file, 'utf8');
}

test('text unless JSON is asked for', async (context) => {
  assert.match(await written(context), /^\d\d:\d\d:\d\d\.0{9}: Debug Lanner internal: test \(n=1\)\n$/);
  const json = JSON.parse(await written(context, 'json_output=true'));
  assert.equal(json.rule, 'Lanner internal: test');
  assert.equal(json.output_fields.n, 1);
});

test('a file as the target takes the place of standard output', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-outputs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { config } = loadConfig({ file: undefined, overrides: [], environment: {} });
  const outputs = openOutputs(config, { file: join(folder, 'target') }, { onFailure: fail, log: fail });
  outputs.write(ALERT);
  await outputs.close();
  assert.match(readFileSync(join(folder, 'target'), 'utf8'), /Lanner internal: test/);
});

test('a function as the target takes the place of all outputs', async () => {
  const overrides = ['file_output={"enabled": true, "filename": "/nowhere/alerts"}'];
  const { config } = loadConfig({ file: undefined, overrides, environment: {} });
  const taken: Alert[] = [];
  const outputs = openOutputs(config, { take: (alert) => taken.push(alert) }, { onFailure: fail, log: fail });
  outputs.write(ALERT);
  await outputs.close();
  assert.deepEqual(taken, [ALERT]);
});

test('another configuration: alerts taken before are written, those after go to the new outputs', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-outputs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const configured = (name: string, ...overrides: string[]) => {
    const file = JSON.stringify({ enabled: true, keep_alive: true, filename: join(folder, name) });
    const all = ['stdout_output.enabled=false', `file_output=${file}`, ...overrides];
    return loadConfig({ file: undefined, overrides: all, environment: {} }).config;
  };
  const outputs = openOutputs(configured('one'), undefined, { onFailure: fail, log: fail });
  outputs.write(ALERT);
  outputs.configure(configured('two'));
  outputs.write(ALERT);
  outputs.configure(configured('two', 'json_output=true'));
  outputs.write(ALERT);
  assert.throws(() => outputs.configure(configured('no/such/folder')), /ENOENT/);
  outputs.write(ALERT);
  await outputs.close();
  const lines = ['one', 'two'].map((name) => readFileSync(join(folder, name), 'utf8').match(/^./gm));
  assert.deepEqual(lines, [['0'], ['0', '{', '{']]);
  assert.equal(outputs.dropped, 0);
});

test('more alerts than outputs_queue.capacity are left out, counted, and told once', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-outputs-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'alerts');
  const lines: string[] = [];
  const { config } = loadConfig({
    file: undefined,
    overrides: [
      'stdout_output.enabled=false',
      `file_output={"enabled": true, "filename": "${file}"}`,
      'outputs_queue.capacity=3',
    ],
    environment: {},
  });
  const outputs = openOutputs(config, undefined, { onFailure: fail, log: (line) => lines.push(line) });
  for (let n = 0; n < 10; n++) outputs.write({ ...ALERT, message: `n${n}` } as Alert);
  await outputs.flush();
  outputs.write({ ...ALERT, message: 'last' } as Alert);
  await outputs.close();
  const written = [...readFileSync(file, 'utf8').matchAll(/Debug (\S+)/g)].map(([, message]) => message);
  assert.deepEqual(written, ['n0', 'n1', 'n2', 'last']);
  assert.equal(outputs.dropped, 7);
  assert.deepEqual(lines, [
    `file ${file}: 3 alerts wait, which is outputs_queue.capacity: more are left out, and counted`,
  ]);
});
