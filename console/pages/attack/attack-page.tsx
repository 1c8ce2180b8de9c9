import { useEffect } from 'preact/hooks';
import type { Attack, AttackRule, AttackTactic, AttackTechnique } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { rulesChanged } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { features } from '../../data/session.ts';
import { ruleAddress } from '../../router.ts';
import { Loaded, Missing } from '../../shell/notices.tsx';
import { briefNumber, counted, wholeText } from '../../text/number.ts';
import { Untrusted } from '../../text/untrusted.tsx';
import { addressOf } from '../alerts/filters.ts';

export function AttackPage() {
  const feature = features.value?.rules;
  const resource = useResource(`attack ${rulesChanged.value?.time ?? ''}`, (signal) =>
    getJson<Attack>('/api/attack', {}, signal),
  );
  useEffect(() => {
    document.title = 'ATT&CK · Lanner';
  }, []);
  if (feature && !feature.available) return <Missing feature={feature} />;
  return (
    <>
      <h1>ATT&CK</h1>
      <Loaded resource={resource}>{(attack) => <Matrix attack={attack} />}</Loaded>
    </>
  );
}

function Matrix({ attack: { tactics, hasStore } }: { readonly attack: Attack }) {
  const techniques = new Map(
    tactics.flatMap((tactic) => tactic.techniques.map((one) => [one.id, one] as const)),
  );
  const covered = [...techniques.values()].filter(({ rules }) => rules.some(({ enabled }) => enabled)).length;
  const fired = [...techniques.values()].filter(({ rules }) => sum(rules) > 0).length;
  return (
    <>
      <p class="muted">
        By the tags of the rules: {counted(covered, 'technique')} covered by enabled rules
        {hasStore
          ? `, ${wholeText(fired)} of them seen in stored alerts.`
          : '; without a store nothing tells what fired.'}
      </p>
      {/* A region that scrolls has to be reached by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section class="matrix" tabIndex={0} aria-label="Matrix of tactics and techniques">
        {tactics.map((tactic) => (
          <Tactic key={tactic.tag} tactic={tactic} />
        ))}
      </section>
    </>
  );
}

function Tactic({ tactic }: { readonly tactic: AttackTactic }) {
  const { tag, name, id, techniques, rules } = tactic;
  const inTechniques = new Set(techniques.flatMap((technique) => technique.rules.map((rule) => rule.name)));
  const others = rules.filter((rule) => !inTechniques.has(rule.name));
  return (
    <section class="tactic" aria-label={name}>
      <h2>
        {name} <span class="muted">{id}</span>
      </h2>
      <p class="muted">
        {counted(rules.length, 'rule')}
        {sum(rules) > 0 && (
          <>
            {' · '}
            <a href={addressOf({ tag: [`mitre_${tag}`] })}>{`${briefNumber(sum(rules))} fired`}</a>
          </>
        )}
      </p>
      {techniques.map((technique) => (
        <Technique key={technique.id} technique={technique} />
      ))}
      {others.length > 0 && <Technique technique={{ id: '', name: 'No technique named', rules: others }} />}
    </section>
  );
}

function Technique({ technique: { id, name, rules } }: { readonly technique: AttackTechnique }) {
  const fired = sum(rules);
  const isCovered = rules.some(({ enabled }) => enabled);
  return (
    <details class={`technique ${fired > 0 ? 'fired' : isCovered ? 'covered' : 'uncovered'}`}>
      <summary>
        {id !== '' && <span class="muted">{id}</span>} {name ?? ''}
        <span class="state">
          {fired > 0
            ? `● ${briefNumber(fired)} fired`
            : isCovered
              ? `✓ ${counted(rules.length, 'rule')}`
              : '○ rules off'}
        </span>
      </summary>
      <ul>
        {rules.map((rule) => (
          <li key={rule.name}>
            <a href={ruleAddress(rule.name)}>
              <Untrusted text={rule.name} />
            </a>{' '}
            <span class="muted">
              {[
                ...(rule.enabled ? [] : ['off']),
                ...(rule.all > 0 ? [`${wholeText(rule.all)} fired, ${wholeText(rule.day)} in 24 h`] : []),
              ].join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function sum(rules: readonly AttackRule[]): number {
  return rules.reduce((all, rule) => all + rule.all, 0);
}
