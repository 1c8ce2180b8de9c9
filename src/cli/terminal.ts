/** The terminal as a screen that is drawn anew, with keys; given back as it was. */
import process from 'node:process';

/** ECMA-48 and xterm: the other screen buffer, without the cursor. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
/** ED 2, CUP. */
const CLEAR = '\x1b[2J\x1b[H';

const CONTROL_C = '\x03';
const CONTROL_D = '\x04';

export interface Screen {
  readonly rows: number;
  readonly columns: number;
  draw(text: string): void;
  /** Gives the terminal back; may be called again. */
  close(): void;
}

/**
 * Takes the terminal of standard output for a screen. Keys go to `onKey`; q and what ends programs go to `onQuit`.
 * Without `onKey` standard input is left alone.
 */
export function openScreen(onKey: ((key: string) => void) | undefined, onQuit: () => void): Screen {
  const { stdin, stdout } = process;
  const takesKeys = onKey !== undefined && stdin.isTTY;
  const read = (keys: Buffer): void => {
    for (const key of keys.toString('latin1')) {
      if (key === 'q' || key === CONTROL_C || key === CONTROL_D) onQuit();
      else onKey?.(key);
    }
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdout.write(LEAVE);
    process.off('exit', close);
    if (!takesKeys) return;
    stdin.off('data', read);
    stdin.setRawMode(false);
    stdin.pause();
  };
  process.on('exit', close);
  stdout.write(ENTER);
  if (takesKeys) {
    stdin.setRawMode(true);
    stdin.on('data', read);
    stdin.resume();
  }
  return {
    get rows() {
      return stdout.rows;
    },
    get columns() {
      return stdout.columns;
    },
    draw: (text) => {
      if (isOpen) stdout.write(`${CLEAR}${text.replaceAll('\n', '\r\n')}`);
    },
    close,
  };
}
