/** A button on every block of code that copies it; of a session in a terminal, the commands alone. */
const SHOWN_MS = 1500;

export function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>('.code pre:not(.lines)')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const done = await copy(block.dataset.copy ?? block.textContent.trimEnd());
      button.textContent = done ? 'Copied' : 'Not copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, SHOWN_MS);
    });
    block.after(button);
  }
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** For pages that come over plain HTTP from another machine: browsers keep the clipboard from them. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
