/** Blocks of code with a button that copies them. */

/** HTML of a block. In a `console` block only the commands, behind `$ `, are copied. */
export function codeBlock(language: string, content: string): string {
  const shown =
    language === 'console' ? session(content) : language === 'yaml' ? yaml(content) : escapeHtml(content);
  const copied = language === 'console' ? commandsOf(content) : undefined;
  const copy = copied === undefined ? '' : ` data-copy="${escapeHtml(copied)}"`;
  return `<div class="code"><pre tabindex="0"${copy}><code class="${escapeHtml(language || 'text')}">${shown}</code></pre></div>\n`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const PROMPT = /^\$ /;

function session(content: string): string {
  return content
    .split('\n')
    .map((line) => {
      if (PROMPT.test(line)) return `<span class="prompt">$ </span>${escapeHtml(line.slice(2))}`;
      return line === '' ? '' : `<span class="output">${escapeHtml(line)}</span>`;
    })
    .join('\n');
}

function commandsOf(content: string): string {
  return content
    .split('\n')
    .filter((line) => PROMPT.test(line))
    .map((line) => line.slice(2))
    .join('\n');
}

/** Comments and keys are marked. */
function yaml(content: string): string {
  return content
    .split('\n')
    .map((line) => {
      const [, before = '', comment = ''] = /^(.*?)((?:^|\s)#(?:\s.*)?)?$/.exec(line) ?? ['', line];
      const [, indent = '', key = '', rest = before] = /^([\s-]*)([\w.-]+:)(?=\s|$)(.*)$/.exec(before) ?? [];
      const marked =
        key === '' ? escapeHtml(before) : `${indent}<span class="key">${key}</span>${escapeHtml(rest)}`;
      return comment === '' ? marked : `${marked}<span class="comment">${escapeHtml(comment)}</span>`;
    })
    .join('\n');
}
