import type { AlertFilter } from '../../../src/server/api-types.ts';
import { CopyButton } from '../../shell/copy.tsx';
import { Empty } from '../../shell/notices.tsx';
import { isEmpty } from './filters.ts';

const SCENE = 'sudo lanner scenes --act-only read-password-hashes';

export function EmptyList({ filter }: { readonly filter: AlertFilter }) {
  if (!isEmpty(filter)) {
    return (
      <Empty title="No alert fits">
        <p>
          Nothing in the store fits all filters. <a href="/">Show all alerts</a>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No alerts yet">
      <p>That is good news. To see one, act out a harmless attack on this machine:</p>
      <p class="command">
        <code>{SCENE}</code> <CopyButton text={SCENE}>Copy</CopyButton>
      </p>
      <p class="muted">It appears here at once. “lanner scenes” lists all that can be acted out.</p>
    </Empty>
  );
}
