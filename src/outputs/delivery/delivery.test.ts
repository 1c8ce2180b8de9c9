import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Alert } from '../../alerts/alert.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import { Spool } from './spool.ts';
import { type Letter, RetryLater, type Sent, type Transport } from './transport.ts';

const ALERT: Alert = {
  ...{ kind: 'internal', rule: 'r', priority: 'Debug', time: 0n, hostname: 'h', message: 'm', fields: {} },
};

/** A receiver whose answers the test gives. */
class Scripted implements Transport {
  readonly name = 'scripted';
  readonly batch: number;
  readonly taken: string[] = [];
  answer: (letters: readonly Letter[]) => Sent | Promise<Sent> = () => ({});

  constructor(batch = 10) {
    this.batch = batch;
  }

  render({ line }: { line: string }): string {
    return line;
  }

  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const sent = await Promise.race([this.answer(letters), aborted(signal)]);
    const again = new Set(sent.again);
    this.taken.push(...letters.filter((letter) => !again.has(letter)).map(({ payload }) => payload));
    return sent;
  }

  reopen(): void {}

  async close(): Promise<void> {}
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

const never = (): Promise<Sent> => new Promise(() => {});

interface Case {
  readonly context: TestContext;
  readonly transport: Scripted;
  readonly options?: Partial<DeliveryOptions>;
  readonly folder?: string;
}

function makeFolder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lanner-delivery-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

function deliver({ transport, options, folder }: Case): { delivery: Delivery; lines: string[] } {
  const lines: string[] = [];
  const openSpool = (): Spool => new Spool({ folder: folder as string, maxBytes: 1 << 20, maxAgeMs: 0 });
  const delivery = new Delivery({
    transport,
    ...(folder === undefined ? {} : { openSpool }),
    pauseMs: { first: 1, longest: 4 },
    log: (line) => lines.push(line),
    ...options,
  });
  return { delivery, lines };
}

function write(delivery: Delivery, ...numbers: readonly number[]): void {
  for (const number of numbers) delivery.write({ alert: ALERT, id: String(number), line: `line ${number}` });
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
const linesOf = (numbers: readonly number[]): string[] => numbers.map((number) => `line ${number}`);

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'it never happened');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

for (const isSpooled of [false, true]) {
  const name = isSpooled ? 'with a spool' : 'in memory';
  const folderOf = (context: TestContext) => (isSpooled ? { folder: makeFolder(context) } : {});

  test(`${name}: all arrive, in order, in batches`, async (context) => {
    const transport = new Scripted();
    const sizes: number[] = [];
    transport.answer = (letters) => {
      sizes.push(letters.length);
      return {};
    };
    const { delivery, lines } = deliver({ context, transport, ...folderOf(context) });
    write(delivery, ...range(0, 95));
    await delivery.flush();
    await until(() => transport.taken.length === 95);
    await delivery.close();
    assert.deepEqual(transport.taken, linesOf(range(0, 95)));
    assert.ok(sizes.every((size) => size <= 10));
    assert.deepEqual(delivery.statistics, { written: 95, dropped: 0 });
    assert.deepEqual(lines, []);
  });

  test(`${name}: a receiver that fails is tried until it takes them; that is told twice`, async (context) => {
    const transport = new Scripted();
    let failures = 0;
    transport.answer = () => {
      if (++failures <= 5) throw new Error('nobody is there');
      return {};
    };
    const { delivery, lines } = deliver({ context, transport, ...folderOf(context) });
    write(delivery, ...range(0, 30));
    await until(() => transport.taken.length === 30);
    await delivery.close();
    assert.deepEqual(transport.taken, linesOf(range(0, 30)));
    const where = isSpooled ? 'on disk' : 'in memory';
    assert.equal(lines[0], `scripted: nobody is there: alerts wait ${where}`);
    assert.match(lines[1] ?? '', /^scripted: works again after 0 s; \d+ alerts still wait$/);
    assert.equal(lines.length, 2);
    assert.deepEqual(delivery.statistics, { written: 30, dropped: 0 });
  });

  test(`${name}: of a batch that is taken in part, order holds`, async (context) => {
    const transport = new Scripted(5);
    let isFirst = true;
    transport.answer = (letters) => {
      if (!isFirst) return {};
      isFirst = false;
      return { again: letters.slice(2), refused: [{ letter: letters[0] as Letter, reason: 'too odd' }] };
    };
    const { delivery, lines } = deliver({ context, transport, ...folderOf(context) });
    write(delivery, ...range(0, 8));
    await until(() => transport.taken.length === 8);
    await delivery.close();
    assert.deepEqual(transport.taken, linesOf(range(0, 8)));
    assert.deepEqual(delivery.statistics, { written: 7, dropped: 1 });
    assert.deepEqual(lines, ['scripted refuses an alert: too odd; later ones are counted']);
  });

  test(`${name}: an answer that never comes is given up, and the alerts sent again`, async (context) => {
    const transport = new Scripted();
    let isFirst = true;
    transport.answer = () => {
      if (!isFirst) return {};
      isFirst = false;
      return never();
    };
    const { delivery, lines } = deliver({
      context,
      transport,
      ...folderOf(context),
      options: { timeoutMs: 20 },
    });
    write(delivery, 1, 2);
    await until(() => transport.taken.length === 2);
    await delivery.close();
    assert.match(lines[0] ?? '', /no answer within 20 ms/);
  });
}

test('a receiver that asks for time is given it', async (context) => {
  const transport = new Scripted();
  let isFirst = true;
  transport.answer = () => {
    if (!isFirst) return {};
    isFirst = false;
    throw new RetryLater('asks to wait', 2);
  };
  const { delivery } = deliver({ context, transport });
  write(delivery, 1);
  await until(() => transport.taken.length === 1);
  await delivery.close();
  assert.equal(delivery.retries, 1);
});

test('what is not delivered at the end waits for the next run', async (context) => {
  const folder = makeFolder(context);
  const stuck = new Scripted();
  stuck.answer = never;
  const first = deliver({ context, transport: stuck, folder });
  write(first.delivery, ...range(0, 25));
  await first.delivery.close(30);
  assert.deepEqual(first.lines, ['scripted: 25 alerts wait on disk for the next run']);
  assert.deepEqual(first.delivery.statistics, { written: 0, dropped: 0 });
  const working = new Scripted();
  const second = deliver({ context, transport: working, folder });
  write(second.delivery, 25);
  await until(() => working.taken.length === 26);
  await second.delivery.close();
  assert.deepEqual(working.taken, linesOf(range(0, 26)));
  assert.deepEqual(second.lines, ['scripted: 25 alerts that waited on disk are sent first']);
});

test('without a disk, what is not delivered at the end is counted', async (context) => {
  const transport = new Scripted();
  transport.answer = never;
  const { delivery, lines } = deliver({ context, transport });
  write(delivery, 1, 2, 3);
  await delivery.close(10);
  assert.deepEqual(delivery.statistics, { written: 0, dropped: 3 });
  assert.deepEqual(lines, ['scripted: 3 alerts could not be delivered']);
});

test('memory is bounded, and what does not fit is counted and told once', async (context) => {
  const transport = new Scripted();
  transport.answer = never;
  const { delivery, lines } = deliver({ context, transport, options: { memoryBytes: 14 } });
  write(delivery, 1, 2, 3, 4);
  assert.equal(delivery.statistics.dropped, 2);
  assert.deepEqual(lines, ['scripted: too many alerts wait in memory: alerts are being lost']);
  await delivery.close(1);
});

test('the folder of one that is leaving is taken over, with nothing lost', async (context) => {
  const folder = makeFolder(context);
  const stuck = new Scripted();
  stuck.answer = never;
  const before = deliver({ context, transport: stuck, folder });
  write(before.delivery, 1, 2);
  await before.delivery.flush();
  const working = new Scripted();
  const after = deliver({ context, transport: working, folder });
  write(after.delivery, 3);
  await before.delivery.close(20);
  await until(() => working.taken.length === 3);
  await after.delivery.close();
  assert.deepEqual([...working.taken].sort(), linesOf([1, 2, 3]));
  assert.ok(!after.lines.some((line) => line.startsWith('warning')));
});

test('a disk that takes nothing: alerts go from memory, and it is told once', async (context) => {
  const folder = makeFolder(context);
  const transport = new Scripted();
  const broken = new Spool({ folder, maxBytes: 1 << 20, maxAgeMs: 0 });
  broken.append = () => Promise.reject(new Error('ENOSPC: no space left on device'));
  const { delivery, lines } = deliver({ context, transport, options: { openSpool: () => broken } });
  write(delivery, ...range(0, 25));
  await until(() => transport.taken.length === 25);
  await delivery.close();
  assert.deepEqual(transport.taken, linesOf(range(0, 25)));
  assert.deepEqual(lines, ['scripted: ENOSPC: no space left on device: alerts wait in memory']);
});

test('where memory is short the newest letters are dropped and counted, the oldest still arrive', async (context) => {
  const transport = new Scripted();
  transport.answer = never;
  const { delivery } = deliver({ context, transport });
  write(delivery, ...range(0, 1500));
  await until(() => delivery.queued === 1500);
  delivery.shed(0);
  assert.equal(delivery.queued, 1000);
  assert.deepEqual(delivery.statistics, { written: 0, dropped: 500 });
  await delivery.close(1);
  assert.deepEqual(delivery.statistics, { written: 0, dropped: 1500 });
});
