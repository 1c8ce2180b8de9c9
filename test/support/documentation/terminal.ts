/** A shell that runs one command after the other, as somebody who follows a page would type them. */
import { type Running, start } from '../lanner.ts';

export interface CommandResult {
  readonly code: number;
  /** Standard output and standard error, as they come on a terminal. */
  readonly output: string;
}

/** A command that runs until it is stopped. */
export interface Background {
  /** What it has printed so far. */
  output(): string;
  /** Resolves when it has printed a text so often. */
  printed(text: string, times: number): Promise<void>;
  stop(): Promise<CommandResult>;
}

/** Around the exit code behind what a command has printed. Nothing else prints it. */
const MARK = '\u001e';
const END = new RegExp(`${MARK}(\\d+)${MARK}\n`);
/** A page takes so long at most on a machine that has much else to do. */
const LIMIT_MS = 280_000;

export class Terminal {
  readonly #shell: Running;
  /** How much of the shell's output belongs to commands that have ended, and how many these are. */
  #seen = 0;
  #ended = 0;

  /** `enter`: the program and its arguments that run bash where the commands are to run. */
  constructor(enter: readonly string[]) {
    const [program = '', ...args] = [...enter, 'bash', '--noprofile', '--norc'];
    this.#shell = start(program, args, { pipe: true, limitMs: LIMIT_MS });
    this.#send('exec 2>&1');
  }

  /** Runs a command to its end. */
  run(command: string): Promise<CommandResult> {
    // The exit code of the last command is there for the next one, and standard input is empty.
    this.#send(`(exit \${__status:-0})\n{ ${command}\n} </dev/null`);
    return this.#result();
  }

  /**
   * Starts a simple command, and resolves when it has printed what is wanted. Rejects when it ends before.
   * Nothing else may run in this terminal until it has been stopped.
   */
  async begin(command: string, wanted: RegExp): Promise<Background> {
    const begins = this.#seen;
    const output = (): string => this.#shell.output.stdout.slice(begins);
    this.#send(
      `{ exec ${command}\n} </dev/null &\n__pid=$!; (while kill -0 $__pid; do sleep 0.1; done; echo ${MARK}) 2>/dev/null &`,
    );
    await this.#shell.printed(
      'stdout',
      new RegExp(`${MARK}\n|${wanted.source}`, wanted.flags),
      1 + this.#count(wanted),
    );
    if (output().includes(MARK)) throw new Error(`"${command}" has ended: ${output()}`);
    return {
      output,
      printed: (text, times) => this.#shell.printed('stdout', text, times),
      stop: async () => {
        this.#send('kill -TERM $__pid; wait $__pid');
        const { code, output } = await this.#result();
        return { code, output: output.replaceAll(`${MARK}\n`, '') };
      },
    };
  }

  /** Ends the shell, and what it has started. */
  async close(): Promise<void> {
    this.#shell.child.kill('SIGKILL');
    await this.#shell.finished;
  }

  /** How often something was printed before the command that is to print it. */
  #count(wanted: RegExp): number {
    const flags = `${wanted.flags.replace('g', '')}g`;
    return [
      ...this.#shell.output.stdout
        .slice(0, this.#seen)
        .matchAll(new RegExp(`${MARK}\n|${wanted.source}`, flags)),
    ].length;
  }

  #send(commands: string): void {
    this.#shell.child.stdin?.write(`${commands}\n`);
  }

  async #result(): Promise<CommandResult> {
    this.#send(`__status=$?; printf '${MARK}%d${MARK}\\n' $__status`);
    this.#ended++;
    await this.#shell.printed('stdout', END, this.#ended);
    const text = this.#shell.output.stdout.slice(this.#seen);
    const { index, 0: mark, 1: code } = END.exec(text) as RegExpExecArray;
    this.#seen += index + mark.length;
    return { code: Number(code), output: text.slice(0, index) };
  }
}
