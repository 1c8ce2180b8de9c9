import type { ComponentChildren } from 'preact';
import type { AlertRule, EvidencePart, SourceText } from '../../../src/server/api-types.ts';
import { ruleAddress } from '../../router.ts';
import { Untrusted } from '../../text/untrusted.tsx';
import { type Mark, marksOf } from './marks.ts';

interface Props {
  readonly rule: AlertRule;
  /** Of the rule as it is now; otherwise nothing is marked. */
  readonly condition: EvidencePart | null;
}

/** The rule in its file, with what was true of its condition. */
export function RuleSource({ rule, condition }: Props) {
  const marks = condition === null ? [] : marksOf(condition, rule.source.text);
  return (
    <>
      <h3>
        <a href={ruleAddress(rule.name)}>The rule</a>{' '}
        <span class="muted">
          {rule.source.file}:{rule.source.line}
          {rule.enabled ? '' : ', disabled now'}
        </span>
      </h3>
      <Source source={rule.source} marks={marks} />
      {marks.length > 0 && (
        <p class="muted legend">
          <mark class="yes">was true</mark> <mark class="no">was false</mark>
        </p>
      )}
    </>
  );
}

/** Text of a rule file with the numbers of its lines. */
export function Source({
  source,
  marks = [],
}: {
  readonly source: SourceText;
  readonly marks?: readonly Mark[];
}) {
  let start = 0;
  const lines = source.text.replace(/\n+$/, '').split('\n');
  return (
    // A region that scrolls has to be reached by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class="source" tabIndex={0} aria-label={`Source, ${source.file}`}>
      <table>
        <tbody>
          {lines.map((line, index) => {
            const from = start;
            start += line.length + 1;
            return (
              <tr key={from}>
                <td class="line-number">{source.line + index}</td>
                <td class="line">
                  <code>{withMarks(line, from, marks)}</code>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** A mark that goes over the end of the line is cut there, and goes on in the next. */
function withMarks(line: string, from: number, marks: readonly Mark[]): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const mark of marks) {
    const [first, last] = [Math.max(0, mark.start - from), Math.min(line.length, mark.end - from)];
    if (last <= first || first < end) continue;
    const indent = line.slice(first, last).length - line.slice(first, last).trimStart().length;
    parts.push(<Untrusted text={line.slice(end, first + indent)} />);
    parts.push(
      <mark class={mark.holds ? 'yes' : 'no'} title={mark.holds ? 'was true' : 'was false'}>
        <Untrusted text={line.slice(first + indent, last)} />
        <span class="unseen">{mark.holds ? ' (true)' : ' (false)'}</span>
      </mark>,
    );
    end = last;
  }
  parts.push(<Untrusted text={line.slice(end)} />);
  return parts;
}
