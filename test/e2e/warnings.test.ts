import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import type { InspectedStory, Warning } from '../../src/inspection/warning.ts';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { cast, finishedStory, isDone } from '../support/story-messages.ts';

let troupe: TestTroupe;
let room: Rehearsal;
/** The pictures that are found wanting. */
const bad = new Set<string>();
const nameOf = ({ rgb }: RasterImage | { rgb: Uint8Array }) => rgb.subarray(0, 3).join();

/** Warns of the second panel's first picture in each story, and lets any other pass. */
function inspect({ panels }: InspectedStory): Warning[] {
  const second = panels[1];
  if (!second) return [];
  if (bad.size === 0) bad.add(nameOf(second.image));
  if (!bad.has(nameOf(second.image))) return [];
  const [concept = ''] = Object.keys(second.masks);
  const found = { panels: [2, 1], score: 0.9, threshold: 0.5 };
  return [
    { signature: 'inconsistent-subject', concept, ...found },
    { signature: 'poor-details', ...found },
    { signature: 'layout-collapse', ...found, panels: [1] },
  ];
}

beforeAll(async () => {
  troupe = await TestTroupe.start(new FakeEngine(), { inspect });
  room = troupe.room;
});
afterAll(async () => {
  await troupe.stop();
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});

test('given a story that looks as if it had failed, then its message says where, and a press draws that panel anew', async () => {
  const [alex, mira] = [room.as('alex'), room.as('mira')];
  await cast(room, alex, 'Rusty', 'a fox');
  await (await mira.slash('/settings set', { setting: 'warnings', value: 'on' })).settled();
  await (await alex.slash('/story generate', { title: 'Odd', panels: 'Rusty sleeping | Rusty dancing' })).settled();
  const story = await finishedStory(room, 'Odd');
  expect(story.text).toContain('-# ⚠️ Rusty may look different in panel 2.\n-# ⚠️ Panel 2 may have come out blurred.');
  expect(story.text).not.toContain('composed');
  expect(story.buttons.filter(({ label }) => label?.startsWith('Redraw')).map(({ label }) => label)).toEqual([
    'Redraw panel 2',
  ]);
  const before = story.attachments[0]?.url;
  const answer = await (await alex.click(story, 'Redraw panel 2')).settled();
  expect(answer.text).toContain('Panel 2 is drawn anew');
  await room.until(() => story.attachments[0]?.url !== before && isDone(story) && !story.text.includes('⚠️'));
  expect(story.buttons.map(({ label }) => label)).toEqual(['Vary', 'Add panel', 'Takes', 'Export']);

  await (await alex.slash('/story takes', { story: 'Odd', panel: 2 })).settled();
  await (await mira.slash('/settings set', { setting: 'warnings', value: 'off' })).settled();
  await (await alex.slash('/story replay', { story: 'Odd' })).settled();
  const again = await room.untilMessage(
    (seen) => seen.id !== story.id && seen.text.includes('## Odd\n') && isDone(seen),
  );
  expect(again.text).not.toContain('⚠️');
});
