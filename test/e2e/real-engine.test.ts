import { expect, onTestFinished, test } from 'vitest';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { TestTroupe } from '../support/bots.ts';
import { cast, finishedStory, isDone } from '../support/story-messages.ts';

/** Enough for injection to take place between n/10 and n/3. */
const STEPS = '4';

test('given the real engine and the pocket model, then cast, draw, react and redraw change that panel alone', async () => {
  const troupe = await TestTroupe.start(startEngine({ provider: 'cpu', threads: 2, maxMemory: 12e9 }));
  onTestFinished(() => troupe.stop());
  const { room } = troupe;
  await (await room.as('mira').slash('/settings set', { setting: 'steps', value: STEPS })).settled();
  const alex = room.as('alex');
  await cast(room, alex, 'Rusty', 'a red fox wearing a scarf');
  const panels = 'Rusty standing in the forest | Rusty reading a book in a bedroom';
  await (await alex.slash('/story generate', { title: 'For real', panels, layout: 'row' })).settled();
  const message = await finishedStory(room, 'For real');
  const page = async () =>
    decodePicture(Buffer.from(await (await fetch(message.attachments[0]?.url ?? '')).arrayBuffer()));
  const [before, url] = [await page(), message.attachments[0]?.url];
  room.as('nova').react(message, '2️⃣');
  await room.until(() => message.attachments[0]?.url !== url && isDone(message));
  const after = await page();
  expect(after.width).toBe(before.width);
  const changed = (from: number, to: number) => {
    let count = 0;
    for (let i = 0; i < before.rgb.length; i += 3) {
      const x = (i / 3) % before.width;
      if (x >= from * before.width && x < to * before.width && before.rgb[i] !== after.rgb[i]) count++;
    }
    return count;
  };
  console.info(`changed pixels: ${changed(0, 0.5)} left, ${changed(0.5, 1)} right`);
  expect(changed(0, 0.5)).toBe(0);
  expect(changed(0.5, 1)).toBeGreaterThan(1000);
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});
