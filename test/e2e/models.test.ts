import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../src/engine/weights/open-model.ts';
import type { Actor, Rehearsal, SeenMessage } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { copyPocket } from '../support/model-copies.ts';
import { cast, finishedStory } from '../support/story-messages.ts';
import { toyLora, writeTensors } from '../support/toy-loras.ts';

let troupe: TestTroupe;
let room: Rehearsal;
let models: string;
let loras: string;
const engine = new FakeEngine();

beforeAll(async () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'troupe-choices-'));
  models = path.join(folder, 'models');
  loras = path.join(folder, 'loras');
  for (const each of [models, loras]) fs.mkdirSync(each);
  const config = { installedModels: models, lorasFolder: loras };
  troupe = await TestTroupe.start(engine, { config });
  room = troupe.room;
});
afterAll(async () => {
  await troupe.stop();
  fs.rmSync(path.dirname(models), { recursive: true });
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});

async function said(actor: Actor, call: string, values: Record<string, string | number> = {}): Promise<SeenMessage> {
  return (await actor.slash(call, values)).settled();
}

const model = (value: string) => ({ setting: 'model', value });
const last = () => engine.calls.at(-1);

describe('a server that chooses its model', () => {
  test('given a model added while the bot runs, then it is offered, and who was cast is recast by a button', async () => {
    const [alex, mira] = [room.as('alex'), room.as('mira')];
    await cast(room, alex, 'Rusty', 'a red fox wearing a scarf');
    copyPocket(models, 'sketch', { card: { steps: 12 }, other: true });
    const offered = await mira.autocomplete('/settings set', model('sk'));
    expect(offered).toMatchObject([{ value: 'sketch', name: expect.stringContaining('12 steps') }]);
    expect((await said(mira, '/settings set', model('sketch'))).text).toContain('a canon for each model');

    const refused = await said(alex, '/story generate', { title: 'Sketched', panels: 'Rusty sleeping' });
    expect(refused.text).toContain('Rusty: not cast with the model sketch yet, only with pocket.');
    expect(refused.text).toContain('panels:Rusty sleeping');
    expect(refused.buttons.map(({ label }) => label)).toEqual(['Recast Rusty with this model']);
    expect(engine.calls.some(({ story }) => story.panels.some(({ prompt }) => prompt.includes('sleeping')))).toBe(
      false,
    );

    const shown = await said(alex, '/character show', { name: 'Rusty' });
    expect(shown.text).toContain('drawn by pocket');
    expect(shown.text).toContain('Not cast yet with sketch');

    const known = new Set(room.messages().map(({ id }) => id));
    await (await alex.click(refused, 'Recast Rusty with this model')).settled();
    const isNew = ({ id, text, buttons }: SeenMessage) =>
      !known.has(id) && text.includes('Who is Rusty?') && buttons.length > 4;
    const sheet = await room.untilMessage(isNew);
    expect(last()?.model.folder).toBe(path.join(models, 'sketch'));
    expect(last()?.story.steps).toBe(12);
    expect(sheet.text).toContain('-# sketch');
    await (await alex.click(sheet, 'Number 2')).settled();
    expect((await said(alex, '/character show', { name: 'Rusty' })).text).toContain('drawn by sketch');
    await said(alex, '/story generate', { title: 'Sketched', panels: 'Rusty sleeping' });
    await finishedStory(room, 'Sketched');
    expect(last()?.story.panels[0]).toMatchObject({ canon: expect.any(String) });

    const [sketched] = last()?.story.panels ?? [];
    await said(mira, '/settings reset', { setting: 'model' });
    await said(alex, '/story generate', { title: 'As before', panels: 'Rusty sleeping' });
    await finishedStory(room, 'As before');
    expect(last()?.model.folder).toBe(POCKET);
    expect(last()?.story.panels[0]?.canon).not.toBe(sketched?.canon);
  });

  test('given a model that breaks, then stories are refused before they wait, and say which model it is', async () => {
    const [alex, mira] = [room.as('alex'), room.as('mira')];
    const broken = copyPocket(models, 'brittle');
    await said(mira, '/settings set', model('brittle'));
    fs.truncateSync(path.join(broken, 'unet/diffusion_pytorch_model.safetensors'), 4000);
    const refused = await said(alex, '/story generate', { title: 'Never', panels: 'a fox sleeping' });
    expect(refused.text).toContain('The model brittle can’t be used now (`weights-');
    const again = await said(mira, '/settings set', model('brittle'));
    expect(again.text).toContain('can’t be used now');
    await said(mira, '/settings set', model('pocket'));
    expect(room.messages().filter(({ text }) => text.includes('## Never'))).toEqual([]);
  });
});

describe('a story with a LoRA', () => {
  test('given one in the folder, then it is offered, drawn with, named on the page, and kept by redraws and forms', async () => {
    const alex = room.as('alex');
    const file = path.join(loras, 'noir ink.safetensors');
    writeTensors(file, toyLora(openModel(POCKET), { modules: /mid_block.*attn2\.to_q/u }));
    fs.writeFileSync(path.join(loras, 'broken.safetensors'), 'nothing');
    const offered = await alex.autocomplete('/story generate', { panels: 'a fox', lora: 'N' });
    expect(offered.map(({ value }) => value)).toEqual(['noir ink']);
    await said(alex, '/story generate', {
      title: 'Inked',
      panels: 'a fox | a bear',
      lora: 'noir ink',
      'lora-weight': 0.75,
    });
    const story = await finishedStory(room, 'Inked');
    expect(story.text).toContain('· LoRA noir ink 0.75');
    expect(last()?.model.loras).toEqual([{ file, weight: 0.75 }]);
    await said(alex, '/story redraw', { story: 'Inked', panel: 2 });
    await room.until(() => engine.calls.filter(({ model: { loras } }) => loras?.length === 1).length === 2);

    const form = await alex.slash('/story generate', { title: 'By form', lora: 'noir ink', 'lora-weight': -2 });
    await (await alex.submitModal(form, { panels: 'a fox in the snow' })).settled();
    await finishedStory(room, 'By form');
    expect(last()?.model.loras).toEqual([{ file, weight: -2 }]);
  });

  test('given somebody cast without it, then the sheet is of the LoRA, and another sheet is too', async () => {
    const alex = room.as('alex', 'casting');
    await cast(room, alex, 'Bo', 'a bear');
    const values = { title: 'Bo inked', panels: 'Bo sleeping', lora: 'noir ink', 'lora-weight': 0.5 };
    const refused = await said(alex, '/story generate', values);
    expect(refused.text).toMatch(/not cast with the model pocket \+ noir ink \([0-9a-f]{12}\) at 0.5 yet/);
    const seen = new Set<string>();
    let on = refused;
    for (const button of ['Recast Bo with this model', 'Recast']) {
      const isNext = ({ id, text, buttons }: SeenMessage) =>
        !seen.has(id) && text.includes('Who is Bo?') && text.includes('-# pocket + noir ink 0.5') && buttons.length > 4;
      await (await alex.click(on, button)).settled();
      on = await room.untilMessage(isNext);
      seen.add(on.id);
      expect(last()?.model.loras).toMatchObject([{ weight: 0.5 }]);
    }
    await (await alex.click(on, 'Number 3')).settled();
    await said(alex, '/story generate', values);
    await finishedStory(room, 'Bo inked');
  });

  test('given names that are none, then the answer says what there is, also where a form would open', async () => {
    const alex = room.as('alex');
    const without: Record<string, string> = { lora: '../secret' };
    for (const values of [without, { ...without, panels: 'a fox' }]) {
      const refused = await said(alex, '/story generate', values);
      expect(refused.text).toContain('There is no LoRA “../secret”');
    }
    const broken = await said(alex, '/story generate', { panels: 'a fox', lora: 'broken' });
    expect(broken.text).toContain('can’t be used as it is (`weights-truncated`)');
  });
});
