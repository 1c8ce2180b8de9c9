/** Whether news arrive, how many events a second Lanner sees, and what is wrong with it. */
import { briefs, liveState } from '../data/live.ts';
import { features } from '../data/session.ts';
import { briefNumber, wholeText } from '../text/number.ts';

export function LiveMark() {
  const state = liveState.value;
  const brief = briefs.value.at(-1);
  const live = features.value?.live;
  if (live && !live.available) {
    return (
      <span class="live off" title={live.reason}>
        stored alerts only
      </span>
    );
  }
  if (state === 'lost')
    return (
      <span class="live lost" role="status">
        no connection, trying again
      </span>
    );
  if (state !== 'open' || brief === undefined) return <span class="live">connecting…</span>;
  const losing = brief.lostPerSecond > 0;
  return (
    <a
      href="/health"
      class={`live ${brief.trouble !== null || losing ? 'bad' : 'good'}`}
      title={
        brief.trouble ?? `${wholeText(brief.events)} events since the start, ${wholeText(brief.lost)} lost`
      }
    >
      {brief.trouble !== null ? 'trouble · ' : ''}
      {briefNumber(brief.eventsPerSecond)} events/s
      {losing ? ` · ${briefNumber(brief.lostPerSecond)} lost/s` : ''}
    </a>
  );
}
