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
  const { kind, holds, operands = [] } = part;
  const [only] = operands;
  // A negation of one thing is read in one line.
  const meant = kind === 'not' && only !== undefined && isNamed(only) ? only : part;
  const head = (
    <>
      <Holds holds={holds} /> {meant !== part && <span class="muted">not </span>}
      <Meaning part={meant} />
    </>
  );
  const below = meant.operands ?? [];
  if (below.length === 0) return <li>{head}</li>;
  if (meant.kind === 'macro') {
    return (
      <li>
        <details>
          <summary>{head}</summary>
          <Operands operands={below} />
        </details>
      </li>
    );
  }
  return (
    <li>
      {head}
      <Operands operands={below} />
    </li>
  );
}

function isNamed({ kind }: EvidencePart): boolean {
  return kind === 'check' || kind === 'macro';
}

function Meaning({ part: { kind, text, value } }: { readonly part: EvidencePart }) {
  if (kind !== 'check' && kind !== 'macro') return <span class="muted">{WORDS[kind]}</span>;
  return (
    <>
      <code>
        <Untrusted text={text} most={MOST_VALUE} />
      </code>
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
