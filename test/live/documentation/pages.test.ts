/** Commands of the documentation that watch system calls, only ever those of their own processes. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { documentationPages } from '../../support/documentation/blocks.ts';
import { follow, isLive, needsBrowser } from '../../support/documentation/follow.ts';
import { preparePlace, prepareSystemd } from '../../support/documentation/place.ts';
import { cannotWatch } from '../../support/lanner.ts';
import { cannotBootSystemd } from '../../support/systemd.ts';

suite('commands of the documentation', { skip: cannotWatch() }, () => {
  for (const page of documentationPages()) {
    const has = (annotation: string): boolean =>
      page.blocks.some(({ annotations }) => annotations.has(annotation));
    if (needsBrowser(page) || (!isLive(page) && !has('with systemd'))) continue;
    const skip = has('with systemd') && cannotBootSystemd();
    test(page.path, { skip }, async (context) => {
      const place = has('with systemd')
        ? await prepareSystemd(context)
        : await preparePlace(context, has('in a clone'));
      const { problems, count } = await follow(page, place);
      assert.deepEqual(problems, []);
      assert.ok(count > 0);
    });
  }
});
