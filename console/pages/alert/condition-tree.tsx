/** The condition as a tree, each part with whether it was true and the value that decided. */
import type { AlertEvidence, EvidencePart } from '../../../src/server/api-types.ts';
import { Untrusted } from '../../text/untrusted.tsx';

const MOST_VALUE = 2000;

export function ConditionTree({ evidence }: { readonly evidence: AlertEvidence }) {
  const { condition, conditionReason, ruleChanged } = evidence;
  if (condition === null)
    return <p class="muted">{conditionReason ?? 'What was true of the condition was not kept.'}</p>;
  return (
    <>
      {ruleChanged === true && (
        <p class="notice">
          The rule was changed since. This is its condition as it was when the alert was made.
        </p>
      )}
      <ul class="condition-tree" aria-label="Parts of the condition">
        <Part part={condition} />
      </ul>
    </>
  );
}

const WORDS: Readonly<Record<'and' | 'or' | 'not', string>> = { and: 'all of', or: 'any of', not: 'not' };

function Part({ part }: { readonly part: EvidencePart }) {
  const { kind, text, holds, value, operands = [] } = part;
  const head = (
    <>
      <Holds holds={holds} />{' '}
      {kind === 'check' || kind === 'macro' ? (
        <code>
          <Untrusted text={text} most={MOST_VALUE} />
        </code>
      ) : (
        <span class="muted">{WORDS[kind]}</span>
      )}
      {kind === 'check' && value !== undefined && (
        <span class="value">
          {value === null ? (
            'no value'
          ) : (
            <>
              value <Untrusted text={value} most={MOST_VALUE} />
            </>
          )}
        </span>
      )}
    </>
  );
  if (operands.length === 0) return <li>{head}</li>;
  if (kind === 'macro') {
    return (
      <li>
        <details>
          <summary>{head}</summary>
          <Operands operands={operands} />
        </details>
      </li>
    );
  }
  return (
    <li>
      {head}
      <Operands operands={operands} />
    </li>
  );
}

function Operands({ operands }: { readonly operands: readonly EvidencePart[] }) {
  return (
    <ul>
      {operands.map((operand, index) => (
        // Parts have no name of their own, and never change places.
        <Part key={index} part={operand} />
      ))}
    </ul>
  );
}

export function Holds({ holds }: { readonly holds: boolean }) {
  return <span class={holds ? 'holds yes' : 'holds no'}>{holds ? '✓ true' : '✗ false'}</span>;
}
