/** Alerts of the past in files of JSON lines, as outputs write them: one alert a line, in any number of files. */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { type AlertHistory, type PastAlert, pastAlert } from './history.ts';

/** Longer lines are no alerts. */
const LONGEST_LINE = 4 * 1024 * 1024;

export class LineHistory implements AlertHistory {
  readonly passedOver = new Map<string, number>();
  readonly #paths: readonly string[];

  /** `-` stands for standard input. */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Rejects with the system's error when a file cannot be read. */
  async *alerts(): AsyncGenerator<PastAlert> {
    for (const path of this.#paths) {
      const stream = path === '-' ? process.stdin : createReadStream(path);
      for await (const line of linesOf(stream)) {
        const alert = line === undefined ? 'lines that are too long' : parsed(line);
        if (typeof alert !== 'string') yield alert;
        else this.passedOver.set(alert, (this.passedOver.get(alert) ?? 0) + 1);
      }
    }
  }
}

function parsed(line: string): PastAlert | string {
  try {
    return pastAlert(JSON.parse(line));
  } catch {
    return 'lines that are not JSON';
  }
}

/** The lines that are not empty; `undefined` for one that is too long. */
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string | undefined> {
  stream.setEncoding('utf8');
  let rest = '';
  let isTooLong = false;
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (isTooLong) yield undefined;
      else if (line.trim() !== '') yield line;
      isTooLong = false;
    }
    if (rest.length > LONGEST_LINE) {
      isTooLong = true;
      rest = '';
    }
  }
  if (isTooLong) yield undefined;
  else if (rest.trim() !== '') yield rest;
}
