import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { mayGoWithoutBrowser, type OpenBrowser, openBrowser } from '../rehearsal/chromium.ts';
import { TestTroupe } from '../support/bots.ts';
import { RoomVisitor } from '../support/room-visitor.ts';

const STEPS = '4';
const PANELS = [
  'Rusty standing in the forest',
  'Rusty reading a book in a bedroom',
  'Rusty dancing on the beach at night',
];

describe.skipIf(mayGoWithoutBrowser())('the room with the real bot and the real engine', () => {
  let browser: OpenBrowser;
  let troupe: TestTroupe;
  beforeAll(async () => {
    browser = await openBrowser();
    const engine = startEngine({ provider: 'cpu', threads: 2, maxMemory: 12e9 });
    troupe = await TestTroupe.start(engine, { config: { previewEvery: 1 } });
  });
  afterAll(async () => {
    await browser.close();
    await troupe.stop();
  });
  afterEach(() => {
    expect(troupe.errors).toEqual([]);
    expect(troupe.room.refusals).toEqual([]);
  });

  test('given a visitor, then a character is cast, a story drawn, a panel redrawn by its number, and all of it taken home', async () => {
    const visitor = await RoomVisitor.enter(browser, troupe.room.url);
    onTestFinished(() => visitor.page.close());
    const { page } = visitor;
    await visitor.become('Mira');
    await visitor.call('/settings set', { setting: 'steps', value: STEPS });
    await visitor.answer.getByText(STEPS).first().waitFor();

    await visitor.become('Alex');
    await page.getByRole('button', { name: /^\/character create/ }).click();
    await visitor.send(page.getByRole('form', { name: '/character create' }));
    const sheet = visitor.message('Who is Rusty?');
    await sheet.getByRole('button', { name: 'Number 3' }).click();
    await sheet.getByText('Number 3 is Rusty from now on.').waitFor();

    await visitor.call('/story generate', { title: 'A day', panels: PANELS.join(' | '), layout: 'row' });
    const story = visitor.message('A day');
    await story.getByRole('button', { name: 'Vary' }).waitFor();
    const witnessed = await visitor.witnessed();
    const bars = witnessed.filter((text) => text.startsWith('Drawing the story'));
    expect(bars.length).toBeGreaterThan(2);
    expect(bars.join()).toContain('▰');
    expect(bars.join()).toContain('making the characters the same');
    expect(witnessed).toContain('How the panels look so far');
    const altText = await story.locator('.gallery img').getAttribute('alt');
    for (const panel of PANELS) expect(altText).toContain(panel);

    const [before, url] = [await visitor.picture(story), await visitor.pictureUrl(story)];
    const two = story.getByRole('button', { name: /^2️⃣/ });
    await two.click();
    await visitor.redrawn(story, url);
    await story.getByRole('button', { name: '2️⃣, 1, from Troupe', exact: true, pressed: false }).waitFor();
    const after = await visitor.picture(story);
    const changed = changedByThird(before, after);
    console.info(`changed pixels by panel: ${changed.join(', ')}`);
    expect([changed[0], changed[2]]).toEqual([0, 0]);
    expect(changed[1]).toBeGreaterThan(1000);

    await story.getByRole('button', { name: 'Takes' }).click();
    await visitor.answer.getByText('Panel 1: take 1 of 1 is on the page.').waitFor();
    await visitor.choose(visitor.answer, 'Takes of which panel? Panel 1', /^Panel 2/);
    await visitor.answer.getByText('Panel 2: take 2 of 2 is on the page.').waitFor();
    expect(await visitor.answer.locator('.gallery img').count()).toBe(2);
    const redrawn = await visitor.pictureUrl(story);
    await visitor.choose(visitor.answer, 'Put a take on the page…', /^Take 1/);
    await visitor.redrawn(story, redrawn);
    expect(changedByThird(before, await visitor.picture(story))).toEqual([0, 0, 0]);

    await story.getByRole('button', { name: 'Export' }).click();
    await visitor.answer.getByText('As what?').waitFor();
    await visitor.answer.getByRole('button', { name: /PDF/ }).click();
    const file = visitor.answer.getByRole('link', { name: /\.pdf/ });
    const pdf = await visitor.bytes((await file.getAttribute('href')) ?? '');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');

    await visitor.become('Nova');
    await story.getByRole('button', { name: 'Takes' }).click();
    await visitor.answer.getByText('Feld 1: Fassung 1 von 1 ist auf der Seite.').waitFor();
    await visitor.call('/geschichte liste', {});
    await visitor.answer.getByRole('heading', { name: 'Geschichten' }).waitFor();
    await visitor.answer.getByText('3 Felder').waitFor();
    expect(visitor.problems).toEqual([]);
  });
});

/** How many pixels differ in each third of two pages that are rows of three panels. */
function changedByThird(before: RasterImage, after: RasterImage): number[] {
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  const changed = [0, 0, 0];
  for (let i = 0; i < before.rgb.length; i += 3) {
    if ([0, 1, 2].every((c) => before.rgb[i + c] === after.rgb[i + c])) continue;
    const third = Math.floor((3 * ((i / 3) % before.width)) / before.width);
    changed[third] = (changed[third] ?? 0) + 1;
  }
  return changed;
}
