import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { NUMBER_EMOJI } from '../../src/discord/reactions.ts';
import type { Actor } from '../../src/rehearsal/index.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { renderRows } from '../../src/render/rows.ts';
import { openBrowser } from '../../test/rehearsal/chromium.ts';
import { RoomVisitor } from '../../test/support/room-visitor.ts';
import { savePicture } from './save-picture.ts';
import { stageRoom } from './staged-room.ts';

/** In the zone of whoever makes the pictures, so that the room shows this hour. */
const EVENING = new Date(2026, 2, 20, 18, 30).getTime();
/** Seeds on which the pocket model draws clearly: all but the last panel, which is drawn anew. */
const CASTING_SEED = 300n;
const CANDIDATE = 'Number 3';
const STORY_SEED = '17';
const TITLE = 'Rusty’s day';
const PANELS = [
  'Rusty standing in the forest',
  'Rusty reading a book in a bedroom',
  'Rusty dancing on the beach at night',
  'Rusty jumping in the snow',
];
const REDRAWN = 4;
const WIDE = { width: 1180, height: 1100 };
const NARROW = { width: 390, height: 844 };

/** The room as a visitor finds it while a story is drawn and after; and a panel before and after it was drawn anew. */
export async function roomPictures(): Promise<void> {
  const { room, now, close } = await stageRoom(EVENING, CASTING_SEED);
  const browser = await openBrowser();
  try {
    const visitor = await RoomVisitor.enter(browser, room.url, now());
    const { page } = visitor;
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await visitor.become('Alex');
    await page.getByRole('button', { name: /^\/character create/ }).click();
    await visitor.send(page.getByRole('form', { name: '/character create' }));
    const sheet = visitor.message('Who is Rusty?');
    await sheet.getByRole('button', { name: CANDIDATE }).click();
    await sheet.getByText('is Rusty from now on.').waitFor();

    await visitor.call('/story generate', {
      title: TITLE,
      panels: PANELS.join(' | '),
      seed: STORY_SEED,
      layout: 'square',
    });
    const story = visitor.message(TITLE);
    await story.getByText('making the characters the same').waitFor();
    await savePicture('room-progress.png', await shot(page));
    await story.getByRole('button', { name: 'Vary' }).waitFor();
    const alex = room.as('alex');
    const before = await panelsOf(alex);

    const [url, number] = [await visitor.pictureUrl(story), NUMBER_EMOJI[REDRAWN - 1]];
    await story.getByRole('button', { name: new RegExp(`^${number}`) }).click();
    await visitor.redrawn(story, url);
    await story.getByRole('button', { name: `${number}, 1, from Troupe`, exact: true }).waitFor();
    const after = await panelsOf(alex);
    for (const { id, onlyFor } of alex.messages()) if (onlyFor !== undefined) alex.dismiss(id);
    await page.getByText('Only you see this').first().waitFor({ state: 'detached' });
    await savePicture('room-story.png', await shot(page));
    const rows = [
      { label: 'first', images: before },
      { label: `panel ${REDRAWN} drawn anew`, images: after },
    ];
    await savePicture('redraw.png', (await renderRows({ rows, captions: PANELS })).png);

    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(NARROW);
    await savePicture('room-dark-narrow.png', await shot(page));
  } finally {
    await browser.close();
    await close();
  }
}

/** The page with the newest message in full; nothing is pointed at. */
async function shot(page: Page): Promise<Buffer> {
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement?.blur()');
  await page.evaluate("document.getElementById('timeline').scrollTo(0, 1e9)");
  return page.screenshot();
}

/** The panels of the story as they are now. */
async function panelsOf(actor: Actor) {
  const reply = await (await actor.slash('/story export', { story: TITLE, format: 'zip' })).settled();
  const zip = new Uint8Array(await (await fetch(reply.attachments[0]?.url ?? '')).arrayBuffer());
  const panels = Object.entries(unzipSync(zip)).filter(([name]) => /^\d\d /.test(name));
  actor.dismiss(reply);
  return Promise.all(panels.sort(([a], [b]) => a.localeCompare(b)).map(([, png]) => decodePicture(png)));
}
