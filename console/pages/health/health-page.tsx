export function HealthPage(_: object) {
  return <p>…</p>;
}
