/** Audit logs that are read once: a file with one payload in each line, or all such files of a folder. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditInput } from './audit-source.ts';
import type { AuditIntake } from './intake.ts';
import { type Line, LineSplitter } from './lines.ts';
import { PayloadError } from './payload.ts';

export class AuditLogFile implements AuditInput {
  readonly name: string;
  readonly #intake: AuditIntake;
  #isStopped = false;
  /** Bytes read so far. */
  bytes = 0;

  constructor(path: string, intake: AuditIntake) {
    this.name = path;
    this.#intake = intake;
  }

  /** Rejects when the file cannot be read. Lines that hold no audit event are counted and told. */
  async run(): Promise<void> {
    const files = filesAt(this.name);
    if (files.length === 0) throw new Error(`${this.name}: there are no files in this folder`);
    for (const file of files) await this.#read(file);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #read(file: string): Promise<void> {
    const splitter = new LineSplitter(this.#intake.limits.payloadBytes);
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      if (this.#isStopped) return;
      for (const { line } of splitter.push(chunk)) if (line) await this.#take(line, file);
      this.bytes += chunk.length;
    }
    const last = splitter.end();
    if (last) await this.#take(last, file);
  }

  async #take(line: Line, file: string): Promise<void> {
    if (this.#intake.isFull) await this.#intake.room();
    if (!this.#isStopped) takeLine(line, this.#intake, file);
  }
}

/** What is wrong with a line is counted and told by the intake; the next one may be better. */
export function takeLine(
  { bytes, isWhole }: Line,
  intake: AuditIntake,
  from: string,
  judged?: () => void,
): void {
  if (!isWhole) {
    intake.takeBeginning(bytes, from, judged);
    return;
  }
  try {
    intake.take(bytes, from, judged);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    judged?.();
  }
}

/** The file itself; of a folder all files, oldest first, as Falco reads them. */
function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .map((name) => join(path, name))
    .map((file) => ({ file, stat: statSync(file) }))
    .filter(({ stat }) => stat.isFile())
    .sort((one, other) => one.stat.mtimeMs - other.stat.mtimeMs || (one.file < other.file ? -1 : 1))
    .map(({ file }) => file);
}
