/** The documentation of a word, from Markdown as the language engine writes it: paragraphs, code, bold, names. */

export function documentationBox(markdown: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'rule-documentation';
  // What is between fences is code; the rest is paragraphs.
  for (const [index, part] of markdown.split(/^```.*$\n?/m).entries()) {
    if (index % 2 === 1) box.append(element('pre', part.trimEnd()));
    else for (const text of part.split(/\n\n+/)) if (text.trim() !== '') box.append(paragraph(text.trim()));
  }
  return box;
}

/** `**bold**` and `` `code` `` in plain text; everything goes in as text, nothing as HTML. */
function paragraph(text: string): HTMLElement {
  const line = document.createElement('p');
  for (const piece of text.split(/(\*\*[^*]+\*\*|`[^`]+`)/)) {
    if (/^\*\*.+\*\*$/.test(piece)) line.append(element('strong', piece.slice(2, -2)));
    else if (/^`.+`$/.test(piece)) line.append(element('code', piece.slice(1, -1)));
    else line.append(piece);
  }
  return line;
}

function element(name: 'pre' | 'strong' | 'code', text: string): HTMLElement {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
