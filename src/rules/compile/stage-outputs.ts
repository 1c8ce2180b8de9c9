/** Stages for outputs: what the configuration adds, and the check of every token. */

import { checkOutput } from '../check/check-output.ts';
import type { Draft } from '../check/draft.ts';
import type { ExtraField } from '../checked.ts';
import { isMeantFor, type OutputAddition } from '../options.ts';
import type { Context } from '../problem.ts';
import { MappedText, type TextPart, whole } from '../source/mapped-text.ts';
import { SourceFile } from '../source/source-file.ts';
import { DEPRECATED_FIELDS } from './deprecated.ts';
import { joinTexts } from './stage-parse.ts';
import { type Compilation, type CompiledRule, reportDraft } from './state.ts';

const CONTAINER_INFO = '%container.info';

export function addOutputs(compilation: Compilation): void {
  for (const rule of compilation.rules) {
    if (!rule.skipped) rule.output = outputOf(compilation, rule);
  }
}

function outputOf(compilation: Compilation, { entry }: CompiledRule): MappedText {
  const written = trimmed(joinTexts(entry.output));
  const parts: (TextPart | string)[] = [whole(written)];
  for (const addition of compilation.options.outputs ?? []) {
    if (addition.format === undefined || !isMeantFor(addition, entry)) continue;
    parts.push(' ', whole(new SourceFile('append_output', addition.format)));
  }
  return withoutContainerInfo(compilation, MappedText.join(parts), entry.context);
}

function trimmed(text: MappedText): MappedText {
  const start = text.text.length - text.text.trimStart().length;
  const end = Math.max(start, text.text.trimEnd().length);
  return start === 0 && end === text.text.length ? text : MappedText.join([text.part(start, end)]);
}

/** `%container.info` is no field any more; it is taken out with a warning. */
function withoutContainerInfo(compilation: Compilation, text: MappedText, context: Context): MappedText {
  let at = text.text.indexOf(CONTAINER_INFO);
  if (at < 0) return text;
  const message = '%container.info is obsolete and stands for nothing';
  const place = { text, start: at, end: at + CONTAINER_INFO.length };
  reportDraft(compilation, 'LOAD_DEPRECATED_ITEM', { message, at: place }, context);
  const parts: TextPart[] = [];
  let copied = 0;
  for (; at >= 0; at = text.text.indexOf(CONTAINER_INFO, copied)) {
    parts.push(text.part(copied, at));
    copied = at + CONTAINER_INFO.length;
  }
  parts.push(text.part(copied, text.text.length));
  return MappedText.join(parts);
}

export function checkOutputs(compilation: Compilation): void {
  for (const rule of compilation.rules) {
    if (rule.skipped || rule.output === undefined) continue;
    const context = rule.entry.output[0]?.context ?? rule.entry.context;
    const segments = checkFormat(compilation, rule, rule.output, context);
    const extraFields = checkExtraFields(compilation, rule, context);
    rule.segments = extraFields === undefined ? undefined : segments;
    rule.extraFields = extraFields ?? [];
    warnOfDeprecated(compilation, rule.output, context);
  }
}

function checkFormat(
  compilation: Compilation,
  rule: CompiledRule,
  output: MappedText,
  context: Context,
): CompiledRule['segments'] {
  const { environment } = compilation;
  const forgiving = rule.entry.skipIfUnknownFilter;
  const report = (draft: Draft): void => {
    const forgiven = forgiving && draft.unknownName === true;
    if (forgiven) rule.skipped = true;
    reportDraft(compilation, forgiven ? 'LOAD_UNKNOWN_FILTER' : 'LOAD_ERR_COMPILE_OUTPUT', draft, context);
  };
  return checkOutput(output, { environment, source: rule.entry.source, usage: 'output' }, report);
}

function checkExtraFields(
  compilation: Compilation,
  rule: CompiledRule,
  context: Context,
): ExtraField[] | undefined {
  const fields: ExtraField[] = [];
  for (const addition of (compilation.options.outputs ?? []).filter(hasFields)) {
    if (!isMeantFor(addition, rule.entry)) continue;
    for (const { key, format, raw } of addition.fields) {
      const text = raw && !format.startsWith('%') ? `%${format}` : format;
      const output = MappedText.of(new SourceFile('append_output', text));
      const segments = checkFormat(compilation, rule, output, context);
      if (segments === undefined) return undefined;
      fields.push({ key, segments, raw });
    }
  }
  return fields;
}

function hasFields(
  addition: OutputAddition,
): addition is OutputAddition & Required<Pick<OutputAddition, 'fields'>> {
  return addition.fields !== undefined;
}

function warnOfDeprecated({ report }: Compilation, output: MappedText, context: Context): void {
  for (const name of DEPRECATED_FIELDS.keys()) {
    const at = output.text.indexOf(name);
    if (at < 0) continue;
    report({
      code: 'LOAD_DEPRECATED_ITEM',
      message: `the output uses the obsolete field ${name}`,
      location: output.locate(at),
      length: name.length,
      context,
      deprecatedField: name,
    });
  }
}
