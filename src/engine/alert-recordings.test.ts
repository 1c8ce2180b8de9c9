import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { InternalAlert } from '../alerts/alert.ts';
import { CapturedContainers } from '../containers/captured.ts';
import { EventCursor } from '../events/cursor.ts';
import { encodeEvent } from '../events/encode.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { openCapture } from '../sources/capture/source.ts';
import type { EventContext } from '../system/context.ts';
import { System } from '../system/system.ts';
import { AlertRecordings } from './alert-recordings.ts';

const READ = 7;
const START = 1_700_000_000_000;

type Settings = ConstructorParameters<typeof AlertRecordings>[0]['settings'];

function setUp(context: TestContext, settings: Partial<Settings> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-alerts-'));
  const alerts: InternalAlert[] = [];
  const lines: string[] = [];
  const system = System.open({ seed: { kind: 'recording' } });
  const recordings = new AlertRecordings({
    settings: {
      ...{ enabled: true, path_prefix: join(folder, 'c'), mode: 'rules', default_duration: 5000 },
      ...{ max_file_size_mb: 0, before: 0, before_mb: 4, ...settings },
    },
    ...{ system, containers: new CapturedContainers() },
    log: (line) => lines.push(line),
    alert: (alert) => alerts.push(alert),
  });
  context.after(() => rmSync(folder, { recursive: true }));
  let number = 0;
  const cursor = new EventCursor();
  /** Something happens so many milliseconds after the start, and these rules match. */
  const happens = (ms: number, rules: readonly Partial<CheckedRule>[] = [], data = Buffer.alloc(0)): void => {
    const timestamp = BigInt(START + ms) * 1_000_000n;
    cursor.attach(encodeEvent({ code: READ, tid: 5, timestamp, values: [5, data, 3, 100] }));
    cursor.moveTo(0);
    cursor.number = ++number;
    recordings.judged(cursor, system.learn(cursor) as EventContext, rules as readonly CheckedRule[]);
    system.settle();
  };
  /** Numbers of the events in each file, by the file's name. */
  const files = async (): Promise<Record<string, number[]>> => {
    await recordings.close();
    const found: Record<string, number[]> = {};
    for (const name of readdirSync(folder).sort()) {
      const numbers: number[] = [];
      const capture = await openCapture(join(folder, name));
      await capture.run((event) => numbers.push(event.number));
      capture.close();
      found[name] = numbers;
    }
    return found;
  };
  return { happens, files, alerts, lines, recordings, folder };
}

const ASKING = { capture: true, captureDuration: 100 };
const OTHER = { capture: false, captureDuration: 0 };

function nameOf(ms: number, number: number): string {
  const digits = (text: string): string => text.padStart(20, '0');
  return `c_${digits(`${START + ms}000000`)}_${digits(String(number))}.scap`;
}

test('a file begins with the event of a rule that asks for it, and ends with the first event after its time', async (context) => {
  const { happens, files } = setUp(context);
  happens(0);
  happens(10, [OTHER]);
  happens(20, [ASKING]);
  happens(5009);
  happens(5010);
  happens(5020);
  // The rule without a file of its own moved the end, as in Falco.
  assert.deepEqual(await files(), { [nameOf(20, 3)]: [3, 4, 5] });
});

test('each alert makes a recording go on, and the next one has a file of its own', async (context) => {
  const { happens, files, recordings } = setUp(context);
  happens(0, [ASKING]);
  happens(90, [{ capture: false, captureDuration: 50 }]);
  happens(120);
  happens(140);
  happens(150);
  happens(300, [ASKING]);
  assert.deepEqual(await files(), { [nameOf(0, 1)]: [1, 2, 3, 4], [nameOf(300, 6)]: [6] });
  assert.equal(recordings.files, 2);
});

test('all_rules lets every rule begin a file; without events it ends by the clock', async (context) => {
  const { happens, files, recordings } = setUp(context, { mode: 'all_rules', default_duration: 100 });
  happens(0, [OTHER]);
  recordings.look(START + 1200);
  happens(2000);
  assert.deepEqual(await files(), { [nameOf(0, 1)]: [1] });
});

test('a file that has its size ends, and an alert says so', async (context) => {
  const { happens, files, alerts } = setUp(context, { max_file_size_mb: 1 });
  happens(0, [{ capture: true, captureDuration: 600_000 }]);
  for (let count = 0; alerts.length === 0; count++) {
    assert.ok(count < 2000, 'no alert');
    happens(count, [], randomBytes(10_000));
    // The file is written in the background.
    if (count % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const [alert] = alerts;
  assert.equal(alert?.rule, 'Lanner internal: capture size limit reached');
  assert.equal(alert?.message, `${alert?.rule}. Configured limit: 1 MB.`);
  assert.equal(alert?.priority, 'Informational');
  assert.equal(alert?.fields.max_file_size_mb, 1);
  assert.ok(Number(alert?.fields.written_bytes) >= 1 << 20);
  const [numbers = []] = Object.values(await files());
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
});

test('with `before` a file has what led to the alert, as far as it is that young', async (context) => {
  const { happens, files } = setUp(context, { before: 1000 });
  for (const ms of [0, 500, 1200, 1900]) happens(ms);
  happens(2000, [ASKING]);
  happens(2200);
  happens(2300);
  happens(2400, [ASKING]);
  assert.deepEqual(await files(), { [nameOf(2000, 5)]: [3, 4, 5, 6], [nameOf(2400, 8)]: [7, 8] });
});

test('a file that cannot be made is told of and counted', async (context) => {
  const { happens, lines, recordings, folder, files } = setUp(context);
  writeFileSync(join(folder, nameOf(0, 1)), '');
  happens(0, [ASKING]);
  assert.match(lines[0] ?? '', /cannot be recorded: EEXIST/);
  assert.equal(recordings.failures, 1);
  rmSync(join(folder, nameOf(0, 1)));
  assert.deepEqual(await files(), {});
});
