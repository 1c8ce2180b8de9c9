/**
 * Reads the shared captures and compares every event with what Falco 0.44.1 said of it: number, time, cpu,
 * thread, type, and the parameters as far as their text follows from the event alone.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCursor } from '../../src/events/cursor.ts';
import type { Parameter } from '../../src/events/table.ts';
import { openCapture } from '../../src/sources/capture/source.ts';
import type { DescriptorRecord, ThreadRecord, UserRecord } from '../../src/sources/capture/state.ts';
import { sharedLines, sharedPath, sharedMissing as skip } from './shared.ts';

const SMALL_CAPTURES = [
  'cat_write',
  'curl_google',
  'empty',
  'open-multiple-files',
  'single_ipv6_conn',
  'syscall',
];

/** Fields of one event, as Falco wrote them. */
type Golden = Readonly<Record<string, string | number | boolean | null>>;

test('busy-host: every event of the capture is delivered', { skip }, async () => {
  const source = await openCapture(sharedPath('captures/busy-host.scap'));
  let judged = 0;
  await source.run((event) => {
    if (!event.stateOnly) judged++;
  });
  source.close();
  assert.equal(judged, 349_710);
  assert.equal(source.statistics.delivered, 349_785);
  assert.equal(source.statistics.unknown + source.statistics.dropped + source.statistics.unknownTypes, 0);
});

for (const name of SMALL_CAPTURES) {
  test(`${name}: events are those that Falco judged, with their parameters`, { skip }, async (t) => {
    const golden = readGolden(name);
    const source = await openCapture(sharedPath(`captures/${name}.scap`));
    const seen: number[] = [];
    const expected: number[] = [];
    const differences: string[] = [];
    let compared = 0;
    await source.run((event) => {
      if (!event.stateOnly) seen.push(event.number);
      const fields = golden.get(event.number);
      if (!fields) return;
      expected.push(event.number);
      for (const [field, value, wanted] of compare(event, fields)) {
        compared++;
        if (value !== wanted)
          differences.push(`${event.number} ${event.type.name} ${field}: ${value}, not ${wanted}`);
      }
    });
    source.close();
    t.diagnostic(`${expected.length} events, ${compared} values compared, ${differences.length} differ`);
    assert.deepEqual(differences.slice(0, 20), []);
    assert.equal(expected.length, golden.size);
    assert.deepEqual(seen, expected);
    assert.ok(compared > 5 * golden.size);
  });
}

/** What the state tells of a thread that nothing has happened to yet, by the field that shows it. */
const STATE_FIELDS: Readonly<Record<string, (thread: ThreadRecord) => string | number | boolean>> = {
  'proc.pid': ({ pid }) => pid,
  'proc.sid': ({ sid }) => sid,
  'proc.pgid': ({ pgid }) => pgid,
  'proc.vpgid': ({ vpgid }) => vpgid,
  'proc.vpid': ({ vpid }) => vpid,
  'thread.vtid': ({ vtid }) => vtid,
  'proc.name': ({ comm }) => comm,
  'proc.exe': ({ exe }) => exe,
  'proc.exepath': ({ exepath }) => exepath,
  'proc.args': ({ args }) => args.join(' '),
  'proc.env': ({ env }) => sanitised(env.join(' ')),
  'proc.tty': ({ tty }) => tty,
  'proc.fdlimit': ({ fdLimit }) => fdLimit,
  'proc.is_exe_writable': ({ executable }) => executable.writable,
  'proc.is_exe_upper_layer': ({ executable }) => executable.upperLayer,
  'thread.cgroups': ({ cgroups }) => cgroups.join(' '),
  // Memory counts once per process, with its main thread.
  'thread.vmsize': ({ pid, tid, vmSize }) => (tid === pid ? vmSize : 0),
  'thread.vmrss': ({ pid, tid, vmRss }) => (tid === pid ? vmRss : 0),
  'proc.vmswap': ({ vmSwap }) => vmSwap,
  'thread.pfmajor': ({ majorFaults }) => majorFaults,
  'thread.pfminor': ({ minorFaults }) => minorFaults,
  'user.uid': ({ uid }) => uid,
  'user.loginuid': ({ loginuid }) => loginuid,
  'group.gid': ({ gid }) => gid,
};

/** In Falco's JSON, control characters of such values are replacement characters. */
function sanitised(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  return text.replace(/[\x00-\x1f\x7f]/g, '\ufffd');
}

for (const name of SMALL_CAPTURES) {
  test(`${name}: the state is what Falco knew before the first system call`, { skip }, async (t) => {
    const golden = readGolden(name);
    const source = await openCapture(sharedPath(`captures/${name}.scap`));
    const threads = new Map<number, ThreadRecord>();
    const descriptors = new Map<number, DescriptorRecord[]>();
    let users: readonly UserRecord[] = [];
    const differences: string[] = [];
    let compared = 0;
    await source.run(
      (event) => {
        if (event.type.name !== 'procinfo' && event.type.name !== 'container') source.stop();
        const thread = threads.get(event.tid);
        const fields = golden.get(event.number);
        if (event.type.name !== 'procinfo' || !thread || !fields) return;
        const open = descriptors.get(thread.pid) ?? [];
        const values: Record<string, unknown> = {
          'proc.fdopencount': open.length,
          'proc.stdin.name': open.find(({ fd, socket }) => fd === 0 && !socket)?.name,
          'user.name': users.find(({ uid }) => uid === thread.uid)?.name,
          'user.homedir': users.find(({ uid }) => uid === thread.uid)?.home,
        };
        for (const [field, read] of Object.entries(STATE_FIELDS)) values[field] = read(thread);
        for (const [field, value] of Object.entries(values)) {
          if (value === undefined || fields[field] === undefined || fields[field] === null) continue;
          compared++;
          if (value !== fields[field])
            differences.push(`${event.tid} ${field}: ${value}, not ${fields[field]}`);
        }
      },
      {
        thread: (thread) => threads.set(thread.tid, thread),
        descriptor: (tid, descriptor) => descriptors.set(tid, [...(descriptors.get(tid) ?? []), descriptor]),
        users: (list) => {
          users = list;
        },
      },
    );
    source.close();
    t.diagnostic(`${threads.size} threads, ${compared} values compared, ${differences.length} differ`);
    assert.deepEqual(differences.slice(0, 20), []);
    assert.ok(compared > 20);
  });
}

/** By number of the event. */
function readGolden(name: string): Map<number, Golden> {
  const lines = sharedLines(`golden/fields/${name}.jsonl.gz`);
  const fields = lines.map(
    (line) => (JSON.parse(exactTimes(line)) as { output_fields: Golden }).output_fields,
  );
  return new Map(fields.map((golden) => [golden['evt.num'] as number, golden]));
}

/** Times have more digits than a number keeps. */
function exactTimes(line: string): string {
  return line.replace(/("evt\.rawtime":)(\d+)/, '$1"$2"');
}

/** What the event says beside what Falco said, by name of the field or parameter. */
function* compare(event: EventCursor, golden: Golden): Generator<[string, unknown, unknown]> {
  yield ['evt.rawtime', String(event.timestamp), golden['evt.rawtime']];
  yield ['evt.cpu', event.cpu, golden['evt.cpu']];
  yield ['thread.tid', event.tid, golden['thread.tid']];
  // A system call without an event of its own has the name of the call.
  if (event.code !== 1) yield ['evt.type', event.type.name, golden['evt.type']];
  const text = golden['evt.args'];
  if (typeof text !== 'string' || text === '') return;
  const { parameters } = event.type;
  for (const [index, wanted] of splitArguments(text, parameters).entries()) {
    const parameter = parameters[index] as Parameter;
    const value = print(event, index, parameter);
    if (value !== undefined && wanted !== undefined)
      yield [parameter.name, value, comparable(wanted, parameter)];
  }
}

/** The values of `name=value name=value …`; a value may itself hold spaces. */
function splitArguments(text: string, parameters: readonly Parameter[]): (string | undefined)[] {
  const starts: number[] = [];
  let from = 0;
  for (const { name } of parameters) {
    const at = starts.length === 0 ? (text.startsWith(`${name}=`) ? 0 : -1) : text.indexOf(` ${name}=`, from);
    if (at < 0) break;
    starts.push(at);
    from = at + name.length + 1;
  }
  return parameters.map(({ name }, index) => {
    const at = starts[index];
    if (at === undefined) return undefined;
    return text.slice(at + name.length + (index === 0 ? 1 : 2), starts[index + 1] ?? text.length);
  });
}

const DECIMAL = new Set([
  'INT32',
  'INT64',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'ERRNO',
  'FD',
  'PID',
  'RELTIME',
]);
const TEXTS = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH']);

/** The parameter as Falco prints it, or what of that follows from the event; undefined for other types. */
function print(event: EventCursor, index: number, { type, format }: Parameter): string | undefined {
  const bytes = event.raw(index);
  if (!bytes) return undefined;
  if (TEXTS.has(type)) return bytes.length === 0 ? '<NA>' : printable(event.text(index) ?? '');
  if (bytes.length === 0) return undefined;
  const unsigned = readInteger(bytes);
  if (/FLAGS/.test(type)) return String(unsigned);
  if (!DECIMAL.has(type)) return undefined;
  if (format === 'hex' && type !== 'ERRNO') return unsigned.toString(16).toUpperCase();
  if (format === 'oct') return undefined;
  return String(/^UINT/.test(type) ? unsigned : BigInt.asIntN(bytes.length * 8, unsigned));
}

/** The part of Falco's text that {@link print} gives: names of values follow in brackets. */
function comparable(text: string, { type }: Parameter): string {
  return TEXTS.has(type) ? text : (/^[-\dA-F]+(?=\(|$)|^<NA>/.exec(text)?.[0] ?? text);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '.');
}

function readInteger(bytes: Buffer): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}
