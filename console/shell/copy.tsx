import { useState } from 'preact/hooks';

/** How long it says that it was done. */
const SAID_MS = 2000;

export function CopyButton({ text, children }: { readonly text: string; readonly children: string }) {
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    say((await copied(text)) ? 'Copied' : 'The browser did not allow it');
    setTimeout(() => say(''), SAID_MS);
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {said || children}
      </button>
      <span class="unseen" role="status">
        {said}
      </span>
    </>
  );
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** Where pages have no clipboard: over http from another machine. */
function copiedBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  // Nothing else copies there.
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
