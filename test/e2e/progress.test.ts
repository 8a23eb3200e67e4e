import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../src/queue/retry-policy.ts';
import type { Rehearsal, SeenMessage } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { Gate } from '../support/gate.ts';
import { cast, finishedStory, isDone, menuOf } from '../support/story-messages.ts';

const gate = new Gate();
let troupe: TestTroupe;
let room: Rehearsal;
beforeAll(async () => {
  troupe = await TestTroupe.start(new FakeEngine({ between: gate.between }));
  room = troupe.room;
  await cast(room, room.as('mira'), 'Rusty', 'a red fox wearing a scarf');
});
// what fails while the engine is held must not hold it for the tests after it
afterEach(() => gate.release());
afterAll(async () => {
  await troupe.stop();
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});

const ONE = 'Rusty standing in the forest';
const titled = (title: string) => (message: SeenMessage) => message.text.includes(`## ${title}\n`);
const generate = async (who: string, title: string, panels = ONE) =>
  (await room.as(who).slash('/story generate', { title, panels })).settled();

describe('while a story is drawn', () => {
  test('given a running drawing, then one message shows bar, phase, end and preview, and becomes the page', async () => {
    const reached = gate.hold(({ phase, done }) => phase === 'inject' && done === 12);
    await generate('alex', 'Progress', `${ONE} | Rusty reading a book`);
    await reached;
    const message = await room.untilMessage(titled('Progress'));
    await room.until(() => message.attachments[0]?.filename === 'preview.webp');
    // edits are put together, so the message may be some steps behind the engine
    await room.until(() => /▰+▱* \d+ % · making the characters the same · done <t:\d+:R>/u.test(message.text));
    expect(message.attachments[0]?.description).toBe('How the panels look so far');
    expect(message.buttons.map(({ label }) => label)).toEqual(['Cancel']);
    gate.release();
    await room.until(() => isDone(message));
    expect(message.attachments).toMatchObject([{ filename: 'page.png' }]);
    expect(message.text).not.toContain('▰');
  });

  test('given a slip in a name, then the message asks who is meant, before it is drawn and after', async () => {
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate('alex', 'Slip', 'Rosty standing in the forest');
    await reached;
    const message = await room.untilMessage(titled('Slip'));
    const asked =
      '-# Nobody here is called “Rosty”, so it is drawn as a plain word. Did you mean Rusty? With an @ a name is checked before it is drawn.';
    await room.until(() => message.text.includes(asked));
    expect(message.buttons.map(({ label }) => label)).toEqual(['Cancel']);
    gate.release();
    await room.until(() => isDone(message));
    expect(message.text).toContain(asked);
  });

  test('given two members at once, then the second is told its place, and both are drawn', async () => {
    const reached = gate.hold(({ phase }) => phase === 'sample');
    expect((await generate('alex', 'First')).content).toContain('next in the queue');
    await reached;
    expect((await generate('nova', 'Second')).content).toContain('als Nächstes an der Reihe');
    const answer = await generate('mira', 'Third');
    expect(answer.content).toContain('number 2 in the queue');
    const third = await room.untilMessage(titled('Third'));
    await room.until(() => third.text.includes('number 2 in the queue'));
    const queue = await (await room.as('alex').slash('/queue')).settled();
    expect(queue.content.split('\n').slice(1)).toMatchObject([
      expect.stringContaining('**First**'),
      expect.stringContaining('**Second**'),
      expect.stringContaining('**Third**'),
    ]);
    expect(queue.content).toContain('being drawn');
    gate.release();
    for (const title of ['First', 'Second', 'Third']) await finishedStory(room, title);
    expect((await (await room.as('alex').slash('/queue')).settled()).content).toContain('nothing waits');
  });

  test('given Cancel on a running and on a waiting drawing, then both end and say so, and can be tried again', async () => {
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate('alex', 'Running');
    await reached;
    await generate('alex', 'Waiting');
    const [running, waiting] = [await room.untilMessage(titled('Running')), await room.untilMessage(titled('Waiting'))];
    await room.until(() => waiting.buttons.length > 0);
    expect((await (await room.as('nova').click(waiting, 'Cancel')).settled()).content).not.toContain('Cancelled');
    expect((await (await room.as('alex').click(waiting, 'Cancel')).settled()).content).toBe('Cancelled.');
    await room.until(() => waiting.text.includes('Cancelled.'));
    const stopped = await (await room.as('alex').slash('/story cancel', { story: 'Running' })).settled();
    expect(stopped.content).toBe('It stops in a moment.');
    gate.release();
    await room.until(() => running.text.includes('Cancelled.'));
    expect(running.buttons.map(({ label }) => label)).toEqual(['Try again']);
    await (await room.as('alex').click(running, 'Try again')).settled();
    await room.until(() => room.messages().some((message) => titled('Running')(message) && isDone(message)));
    expect((await (await room.as('alex').slash('/story cancel')).settled()).content).toContain('Nothing of yours');
  });

  test('given more waiting than a member may have, then the next is refused with the number, before it is stored', async () => {
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate('alex', 'Limit 0');
    await reached;
    for (let each = 1; each <= 5; each++) await generate('alex', `Limit ${each}`);
    const refused = await generate('alex', 'Limit 6');
    expect(refused.content).toContain('You have 5 waiting already');
    expect(refused.content).toContain('panels:Rusty standing in the forest title:Limit 6');
    gate.release();
    for (let each = 0; each <= 5; each++) await finishedStory(room, `Limit ${each}`);
    expect(room.messages().some(titled('Limit 6'))).toBe(false);
  });

  test('given redraws that come while one is drawn, then all are on the one message, and each is drawn', async () => {
    await generate('alex', 'Busy', `${ONE} | Rusty reading a book`);
    const message = await finishedStory(room, 'Busy');
    await room.until(() => message.reactions.size === 2);
    const reached = gate.hold(({ phase }) => phase === 'sample');
    room.as('nova').react(message, '1️⃣');
    await reached;
    room.as('mira').react(message, '2️⃣');
    await room.until(
      () => message.text.includes('Drawing panel 1 anew') && message.text.includes('Drawing panel 2 anew'),
    );
    gate.release();
    await room.until(() => isDone(message));
    const takes = await (await room.as('alex').slash('/story takes', { story: 'Busy', panel: 2 })).settled();
    expect(takes.text).toContain('take 2 of 2');
    expect(menuOf(takes, 'takes-panel')).not.toBe('');
  });
});

describe('a drawing that fails', () => {
  test('given a mistake that nobody can mend, then the message says so with an id, once it is given up', async () => {
    const failing = await TestTroupe.start(
      new FakeEngine({
        between: () => {
          throw new Error('the device is on fire');
        },
      }),
      { queue: { retry: { ...DEFAULT_RETRY_POLICY, firstDelayMs: 0 }, pollMs: 20 } },
    );
    await (
      await failing.room.as('alex').slash('/story generate', { title: 'Doomed', panels: 'a fox in the snow' })
    ).settled();
    const message = await failing.room.untilMessage(titled('Doomed'));
    await failing.room.until(() => message.text.includes('log under'), { within: 100_000 });
    expect(message.buttons.map(({ label }) => label)).toEqual(['Try again']);
    expect(failing.errors.length).toBeGreaterThan(0);
    await failing.stop();
  });
});
