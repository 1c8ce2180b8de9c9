/** From the bytes of a rule file to its text. */
import type { RuleFile } from '../load.ts';
import type { Report } from '../problem.ts';
import { SourceFile } from './source-file.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** The file's text. Invalid UTF-8 is reported; the rest of the file is then not read. */
export function decodeFile(file: RuleFile, report: Report): SourceFile {
  if ('text' in file) return new SourceFile(file.name, withoutMark(file.text));
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.bytes);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
    return new SourceFile(file.name, withoutMark(text));
  } catch {
    const source = new SourceFile(file.name, withoutMark(text));
    const location = source.locate(firstInvalid(source.text, file.bytes));
    report({
      code: 'LOAD_ERR_YAML_PARSE',
      message: 'the file is not valid UTF-8',
      location,
      length: 1,
      context: { parent: undefined, itemType: 'rules content', itemName: '', location },
    });
    return new SourceFile(file.name, '');
  }
}

/** Offset of the first replacement character that the file does not itself contain. */
function firstInvalid(text: string, bytes: Uint8Array): number {
  const encoder = new TextEncoder();
  let low = 0;
  let high = text.length;
  // The longest beginning of the text whose bytes are those of the file ends at the invalid byte.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const encoded = encoder.encode(text.slice(0, middle));
    if (encoded.every((byte, index) => byte === bytes[index])) low = middle;
    else high = middle - 1;
  }
  return low;
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
