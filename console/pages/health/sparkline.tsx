/** How a number went in the last minutes. */
import { briefNumber } from '../../text/number.ts';

const [WIDTH, HEIGHT] = [240, 36];

export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  if (values.length < 2) return null;
  const most = Math.max(1, ...values);
  const points = values.map(
    (value, index) =>
      `${((index / (values.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: now ${briefNumber(values.at(-1) ?? 0)}, at most ${briefNumber(most)} in the last minutes`}
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
