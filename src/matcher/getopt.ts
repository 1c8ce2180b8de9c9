/** The `getopt` transformer: a command line's short options, read as getopt(3) reads them. */
import type { ByteString } from '../events/bytes.ts';

/** Letters of an option string, and whether each takes a value (`a:`). */
function parseOptionString(optionString: ByteString): ReadonlyMap<string, boolean> {
  const options = new Map<string, boolean>();
  for (let at = optionString.startsWith(':') ? 1 : 0; at < optionString.length; at++) {
    const letter = optionString[at] as string;
    if (letter === ':') continue;
    const takesValue = optionString[at + 1] === ':';
    options.set(letter, takesValue || options.get(letter) === true);
    if (takesValue) at++;
  }
  return options;
}

interface FoundOption {
  /** The letter; `?` for a letter that the option string does not have. */
  readonly letter: string;
  /** Value of an option that takes one; empty, with `lacksValue`, when the command line ends first. */
  readonly value?: ByteString;
  readonly lacksValue?: boolean;
}

/**
 * Options in the order of the command line. Reading ends at `--` and at the first argument that is not
 * an option; long options are passed over.
 */
function* findOptions(
  args: readonly ByteString[],
  options: ReadonlyMap<string, boolean>,
): Generator<FoundOption> {
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as ByteString;
    if (arg === '--' || !arg.startsWith('-') || arg === '-') return;
    if (arg.startsWith('--')) continue;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const takesValue = letter === ':' ? undefined : options.get(letter);
      if (takesValue === undefined) {
        yield { letter: '?' };
      } else if (!takesValue) {
        yield { letter };
      } else {
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
        yield value === undefined ? { letter, value: '', lacksValue: true } : { letter, value };
        break;
      }
    }
  }
}

/**
 * Letters and values of all options in one list: `-nt5` with the option string `nt:` gives `n`, `t`, `5`.
 * An unknown letter gives `?`; an option without the value that it needs gives one empty text, as in Falco.
 */
export function listOptions(args: readonly ByteString[], optionString: ByteString): ByteString[] {
  const result: ByteString[] = [];
  for (const { letter, value, lacksValue } of findOptions(args, parseOptionString(optionString))) {
    if (!lacksValue) result.push(letter);
    if (value !== undefined) result.push(value);
  }
  return result;
}

/**
 * Value of the last option with the given letter, or the letter itself when it takes no value;
 * `undefined` when the command line does not have it.
 */
export function selectOption(
  args: readonly ByteString[],
  optionString: ByteString,
  selected: string,
): ByteString | undefined {
  const options = parseOptionString(optionString);
  if (selected === '?' && !options.has('?')) return undefined;
  let result: ByteString | undefined;
  for (const { letter, value } of findOptions(args, options)) {
    if (letter === selected) result = value ?? letter;
  }
  return result;
}
