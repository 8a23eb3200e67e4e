import { expect, onTestFinished, test } from 'vitest';
import { decodePicture, encodePng } from '../../src/render/canvas.ts';
import { TestTroupe } from '../support/bots.ts';
import type { FakeEngine } from '../support/fake-engine.ts';
import { boxOf, panelColour, solidPanel } from '../support/solid-panels.ts';
import { finishedStory } from '../support/story-messages.ts';

const LOOKS = 'a red fox wearing a scarf';

test('given a picture with /character create, then it is number 1 of the sheet, and stories look at it', async () => {
  const troupe = await TestTroupe.start();
  onTestFinished(() => troupe.stop());
  const { room } = troupe;
  const alex = room.as('alex');
  const picture = { name: 'rusty.png', contentType: 'image/png', bytes: await encodePng(solidPanel(0, 300, 200)) };
  await (await alex.slash('/character create', { name: 'Rusty', looks: LOOKS, picture })).settled();
  const sheet = await room.untilMessage(
    (message) => message.text.includes('## Who is Rusty?') && message.buttons.length > 4,
  );
  const page = Buffer.from(await (await fetch(sheet.attachments[0]?.url ?? '')).arrayBuffer());
  const box = boxOf(await decodePicture(page), panelColour(0));
  if (!box) throw new Error('the picture is not on the sheet');
  expect(box.right - box.left).toBeGreaterThan(100);
  await (await alex.click(sheet, 'Number 1')).settled();
  await (await alex.slash('/story generate', { title: 'From life', panels: 'Rusty standing in the forest' })).settled();
  await finishedStory(room, 'From life');
  const panels = (troupe.engine as FakeEngine).calls.at(-1)?.story.panels ?? [];
  expect(panels.map(({ given }) => given !== undefined)).toEqual([true, false]);
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});

test('given files that are no use, then each is refused with what to do, and what was typed comes back', async () => {
  const troupe = await TestTroupe.start();
  onTestFinished(() => troupe.stop());
  const alex = troupe.room.as('alex');
  const attach = async (name: string, contentType: string, bytes: Uint8Array) => {
    const picture = { name, contentType, bytes };
    return (await (await alex.slash('/character create', { name: 'Rusty', looks: LOOKS, picture })).settled()).content;
  };
  expect(await attach('notes.txt', 'text/plain', Buffer.from('hello'))).toContain('Use a PNG, JPEG or WebP');
  expect(await attach('fake.png', 'image/png', Buffer.from('hello'))).toContain('Use a PNG, JPEG or WebP');
  const tiny = await attach('tiny.png', 'image/png', await encodePng(solidPanel(0, 40)));
  expect(tiny).toContain('at least 64 × 64 pixels');
  expect(tiny).toContain(LOOKS);
  expect(await attach('vast.png', 'image/png', await encodePng(solidPanel(0, 5000, 4100)))).toContain('at most 20 MP');
  expect(troupe.errors).toEqual([]);
});
