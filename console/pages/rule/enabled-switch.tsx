import { useState } from 'preact/hooks';
import type { RuleDetail, SetEnabled, Written } from '../../../src/server/api-types.ts';
import { messageOf, sendJson } from '../../data/api.ts';
import { editing } from '../../data/session.ts';
import { ruleAddress } from '../../router.ts';

/** Turns the rule on or off. Where that is not possible, it says why. */
export function EnabledSwitch({
  rule,
  onChange,
}: {
  readonly rule: RuleDetail;
  readonly onChange: () => void;
}) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const { available, reason } = editing.value;
  const turn = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      const body: SetEnabled = { enabled: !rule.enabled };
      await sendJson<Written>('POST', `/api${ruleAddress(rule.name)}/enabled`, body);
      onChange();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={rule.enabled}
        disabled={!available || isBusy}
        title={available ? undefined : reason}
        onClick={() => void turn()}
      >
        {rule.enabled ? 'Enabled' : 'Disabled'}
      </button>
      {!available && <span class="muted">{reason}</span>}
      {problem !== '' && (
        <span role="alert" class="problem">
          {problem}
        </span>
      )}
    </>
  );
}
