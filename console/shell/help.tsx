import { Dialog } from './dialog.tsx';
import { hasShortcuts } from './preferences.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['j', 'next alert, or next rule'],
  ['k', 'the one before'],
  ['Enter', 'open it'],
  ['/', 'search'],
  ['n', 'show new alerts'],
  ['p', 'pause, or go on'],
  ['g a', 'go to the alerts'],
  ['g r', 'go to the rules'],
  ['g m', 'go to the ATT&CK matrix'],
  ['g h', 'go to the health'],
  ['g e', 'go to the rule editor'],
  ['?', 'this help'],
  ['Esc', 'close what is open'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={hasShortcuts.value}
          onChange={({ currentTarget }) => {
            hasShortcuts.value = currentTarget.checked;
          }}
        />
        Use these shortcuts
      </label>
    </Dialog>
  );
}
