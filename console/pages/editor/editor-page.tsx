export function EditorPage(_: object) {
  return <p>…</p>;
}
