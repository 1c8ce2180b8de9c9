import type { AlertDetail } from '../../../src/server/api-types.ts';
import { editing } from '../../data/session.ts';
import { CopyButton } from '../../shell/copy.tsx';
import { Dialog } from '../../shell/dialog.tsx';
import { visibleText } from '../../text/untrusted.tsx';

export function Silence({ detail, onClose }: { readonly detail: AlertDetail; readonly onClose: () => void }) {
  const { alert, tuneCommand } = detail;
  return (
    <Dialog title="Silence it" onClose={onClose}>
      <p>
        If this was no attack, say so in the rules, as narrowly as possible. On the machine, this proposes
        exceptions for what alerts of the rule have in common, and shows which alerts of the past each of them
        would have silenced:
      </p>
      <p class="command">
        <code>{visibleText(tuneCommand)}</code> <CopyButton text={tuneCommand}>Copy</CopyButton>
      </p>
      <p>
        {editing.value.available ? (
          <a class="button" href={`/editor?exception=${alert.id}`}>
            Write an exception here
          </a>
        ) : (
          <span class="muted">An exception cannot be written here: {editing.value.reason}</span>
        )}
      </p>
      <p class="muted">
        Or turn the rule off on its page: then nothing of what it watches raises an alert any more.
      </p>
    </Dialog>
  );
}
