/** What `lanner harden --observed` reads: alerts in JSON, or captures, which it judges by rules on writes. */
import { closeSync, createReadStream, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadConfig } from '../config/load.ts';
import { loadRuleFiles } from '../engine/rule-files.ts';
import { type ObservedWrite, readWrites } from '../kubernetes/harden/observed.ts';
import { fail } from './fail.ts';
import { plainLog } from './log.ts';

/** Rules that tell writes, for whoever watches with them. */
export const WRITE_RULES = join(import.meta.dirname, '..', 'kubernetes', 'harden', 'writes.yaml');

/** Lines of one file that are read at most; an application writes to few directories. */
const MAX_LINES = 10_000_000;
/** Different writes that are kept. */
const MAX_WRITES = 200_000;

/** Section header block of a capture (pcapng), plain or compressed by gzip. */
const CAPTURE_MAGICS = ['0a0d0d0a', '1f8b'];

/** Reads files of alerts or captures. Fails when one cannot be read or tells no write at all. */
export async function readObserved(files: readonly string[]): Promise<ObservedWrite[]> {
  const writes = new Map<string, ObservedWrite>();
  for (const file of files) {
    const before = writes.size;
    if (isCapture(file)) await readCapture(file, writes);
    else await readAlerts(file, writes);
    if (writes.size === before && writes.size === 0)
      fail(
        `${file} tells no write: it needs alerts in JSON with evt.type and a path, or the events of a capture`,
      );
  }
  return [...writes.values()];
}

function isCapture(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const start = Buffer.alloc(4);
      readSync(descriptor, start, 0, start.length, 0);
      return CAPTURE_MAGICS.some((magic) => start.toString('hex').startsWith(magic));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return fail(`cannot read ${file}: ${(error as Error).message}`);
  }
}

async function readAlerts(file: string, writes: Map<string, ObservedWrite>): Promise<void> {
  let lines = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (++lines > MAX_LINES) fail(`${file} has more than ${MAX_LINES} lines`);
    for (const write of readWrites(line) ?? []) writes.set(JSON.stringify(write), write);
    if (writes.size > MAX_WRITES) fail(`${file} tells more than ${MAX_WRITES} different writes`);
  }
}

/** The replay writes alerts to a file of its own; whatever outputs the configuration has, none is used. */
async function readCapture(file: string, writes: Map<string, ObservedWrite>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-observed-'));
  try {
    const alerts = join(folder, 'alerts');
    const { config } = loadConfig({
      file: undefined,
      overrides: [
        ...[
          'json_output=true',
          'stdout_output.enabled=false',
          'syslog_output.enabled=false',
          'priority=debug',
        ],
        ...['rule_matching=all', 'file_output.enabled=true', `file_output.filename=${alerts}`],
      ],
      environment: process.env,
    });
    const { ruleSet } = loadRuleFiles([WRITE_RULES], config);
    const { replay } = await import('../engine/replay.ts');
    const { damage } = await replay({
      config,
      ruleSet,
      file,
      stop: new AbortController().signal,
      log: plainLog,
    });
    await readAlerts(alerts, writes);
    if (damage) throw damage;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
