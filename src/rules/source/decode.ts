/** From the bytes of a rule file to its text. */
import type { RuleFile } from '../load.ts';
import type { Location } from '../location.ts';
import type { ErrorCode, Problem, Report } from '../problem.ts';
import { SourceFile } from './source-file.ts';

const BYTE_ORDER_MARK = '\ufeff';

export interface DecodedFile {
  /** The text; where the file is not valid, with U+FFFD in place of what is wrong. */
  readonly source: SourceFile;
  /** Whether the file was read and is UTF-8. If not, that was reported, and there is no use in going on. */
  readonly valid: boolean;
}

export function decodeFile(file: RuleFile, report: Report): DecodedFile {
  if ('unreadable' in file) {
    const source = new SourceFile(file.name, '');
    report(
      fileProblem('LOAD_ERR_FILE_READ', `the file cannot be read: ${file.unreadable}`, source.locate(0)),
    );
    return { source, valid: false };
  }
  if ('text' in file) return { source: new SourceFile(file.name, withoutMark(file.text)), valid: true };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.bytes);
  const source = new SourceFile(file.name, withoutMark(text));
  if (isUtf8(file.bytes)) return { source, valid: true };
  const location = source.locate(firstInvalid(source.text, file.bytes));
  report(fileProblem('LOAD_ERR_YAML_PARSE', 'the file is not valid UTF-8', location));
  return { source, valid: false };
}

function fileProblem(code: ErrorCode, message: string, location: Location): Problem {
  const context = { parent: undefined, itemType: 'rules content', itemName: '', location } as const;
  return { code, message, location, length: 1, context };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Offset in `text` of the first U+FFFD that stands for invalid bytes and not for itself. */
function firstInvalid(text: string, bytes: Uint8Array): number {
  const encoder = new TextEncoder();
  let byte = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
    byte += encoder.encode(text.slice(from, at)).length;
    const isItself = bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd;
    if (!isItself) return at;
    byte += 3;
    from = at + 1;
  }
  return 0;
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
