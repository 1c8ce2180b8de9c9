/** Numbers for people. */

/** 1,234,567 */
export function wholeText(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** 0.5, 950, 1.2k, 34k, 5.6M */
export function briefNumber(value: number): string {
  if (value < 10) return Number.isInteger(value) ? String(value) : value.toFixed(1);
  if (value < 999.5) return value.toFixed(0);
  if (value < 9950) return `${(value / 1000).toFixed(1)}k`;
  if (value < 999_500) return `${Math.round(value / 1000)}k`;
  if (value < 9.95e6) return `${(value / 1e6).toFixed(1)}M`;
  return `${Math.round(value / 1e6)}M`;
}

/** 512 B, 3.4 MB */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 'B'];
  for (const next of ['kB', 'MB', 'GB', 'TB']) {
    if (value < 1000) break;
    [value, unit] = [value / 1000, next];
  }
  return `${value >= 100 || unit === 'B' ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** 0.3 % */
export function shareText(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`;
}

/** 1 alert, 2 alerts */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${wholeText(count)} ${count === 1 ? one : many}`;
}
