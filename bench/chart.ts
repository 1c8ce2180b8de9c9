/** Charts as SVG, without a library: a few bars with their values and marks for the aims, and lines over time. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Ends of the spread. */
  readonly low: number;
  readonly high: number;
  /** What is aimed at, drawn as a mark. */
  readonly aim?: number | undefined;
}

const WIDTH = 760;
const ROW = 34;
const LEFT = 270;
const RIGHT = 110;

/** `text` puts a value into words. */
export function barChart(title: string, bars: readonly Bar[], text: (value: number) => string): string {
  const most = Math.max(...bars.flatMap(({ high, value, aim = 0 }) => [high, value, aim]), 0) || 1;
  const x = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * value) / most;
  const height = 50 + bars.length * ROW + 10;
  const rows = bars.map(({ label, value, low, high, aim }, index) => {
    const y = 50 + index * ROW;
    const middle = y + 10;
    const mark =
      aim === undefined
        ? ''
        : `<line x1="${x(aim)}" x2="${x(aim)}" y1="${y - 4}" y2="${y + 24}" stroke="#c0392b" stroke-width="2"/>`;
    return `<text x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>
<rect x="${LEFT}" y="${y}" width="${Math.max(1, x(value) - LEFT)}" height="20" fill="#2e6da4"/>
<line x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" stroke="#111" stroke-width="2"/>
${mark}<text x="${Math.max(x(high), x(aim ?? 0)) + 8}" y="${y + 15}">${escaped(text(value))}</text>`;
  });
  return drawing(title, height, rows);
}

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const COLORS = ['#2e6da4', '#c0392b', '#27803b'];
const LINES_HEIGHT = 320;
const MARGIN = 50;

/** Lines over one axis from zero; both axes are marked at their ends. */
export function lineChart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const mostX = Math.max(...points.map(([x]) => x), 1);
  const mostY = Math.max(...points.map(([, y]) => y), 1);
  const bottom = LINES_HEIGHT - 30;
  const x = (value: number) => MARGIN + ((WIDTH - 2 * MARGIN - 60) * value) / mostX;
  const y = (value: number) => bottom - ((bottom - MARGIN) * value) / mostY;
  const drawn = lines.map(({ label, points: each }, index) => {
    const color = COLORS[index % COLORS.length];
    const path = each.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>
<text x="${x(mostX) + 8}" y="${y(each.at(-1)?.[1] ?? 0) + 4}" fill="${color}">${escaped(label)}</text>`;
  });
  const axes = `<path d="M${MARGIN} ${MARGIN}V${bottom}H${x(mostX)}" fill="none" stroke="#111"/>
<text x="${MARGIN - 8}" y="${y(mostY) + 4}" text-anchor="end">${Math.round(mostY)}</text>
<text x="${MARGIN - 8}" y="${bottom + 4}" text-anchor="end">0</text>
<text x="${x(mostX)}" y="${bottom + 20}" text-anchor="middle">${Math.round(mostX)}</text>`;
  return drawing(title, LINES_HEIGHT, [axes, ...drawn]);
}

function drawing(title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="26" font-size="16">${escaped(title)}</text>
${parts.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
