import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCanon } from '../../src/canon/canon-file.ts';
import { openModelFolder } from '../../src/engine/weights/model-folder.ts';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { readStoryMetadata } from '../../src/render/story-metadata.ts';
import { POCKET } from '../support/fixtures.ts';
import { InstantEngine, type Outcome, runHere, temporaryFolder } from '../support/story-runs.ts';
import { toyLora, writeTensors } from '../support/toy-loras.ts';

let place: ReturnType<typeof temporaryFolder>;
let noir: string;
beforeAll(() => {
  place = temporaryFolder();
  noir = writeTensors(place.at('noir.safetensors'), toyLora(openModelFolder(POCKET)));
});
afterAll(() => place.remove());

const FOX = ['--character', 'Rusty: a fox wearing a scarf'];
const PANELS = ['--panel', 'Rusty in the forest', '--panel', 'Rusty reading a book'];
const QUICK = ['--model', POCKET, '--size', '64x64', '--steps', '2', '--seed', '7', '--provider', 'cpu'];
const story = (name: string, ...args: string[]): Promise<Outcome> =>
  runHere([...QUICK, ...PANELS, '--out', place.at(`${name}.png`), ...args], startEngine);
const read = (name: string): Buffer => fs.readFileSync(place.at(name));

describe('given a LoRA on the command line', () => {
  beforeAll(async () => {
    const cast = (name: string, ...args: string[]) =>
      story(name, ...FOX, '--save-canon', place.at(`${name}.canon`), ...args);
    for (const outcome of [
      await cast('plain'),
      await cast('noir', '--lora', `${noir}:0.8`),
      await cast('none', '--lora', `${noir}:0`),
    ]) {
      expect(outcome.code, outcome.stderr).toBe(0);
    }
  });

  it('then the picture is another, and says with which LoRA and weight it was drawn', async () => {
    const [plain, adapted] = await Promise.all(['plain.png', 'noir.png'].map((name) => decodePicture(read(name))));
    const differing = plain?.rgb.filter((value, i) => Math.abs(value - (adapted?.rgb[i] ?? 0)) > 16).length ?? 0;
    expect(differing).toBeGreaterThan(1000);
    const metadata = readStoryMetadata(read('noir.png'));
    expect(metadata?.settings.loras).toMatch(/^noir [0-9a-f]{64}: 0\.8$/u);
    expect(metadata?.model).toMatch(/^pocket \+ noir \([0-9a-f]{12}\) at 0\.8 [0-9a-f]{64}$/u);
    expect(readStoryMetadata(read('plain.png'))?.settings.loras).toBeUndefined();
  });

  it('then a weight of 0 is none: the same picture and the same canon, byte for byte', () => {
    expect(read('none.png').equals(read('plain.png'))).toBe(true);
    expect(read('none.canon').equals(read('plain.canon'))).toBe(true);
  });

  it('then its canon is drawn again with the same LoRA at the same weight, bit for bit', async () => {
    const again = await story('again', '--canon', place.at('noir.canon'), '--lora', `${noir}:0.8`, '--seed', '8');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).not.toContain('differently');
    expect(decodeCanon(read('noir.canon'), 'noir').model.name).toMatch(/^pocket \+ noir \(/u);
  });

  it.each<[string, string, () => string[]]>([
    ['without the LoRA', 'noir', () => []],
    ['with another weight', 'noir', () => ['--lora', noir]],
    ['of the model alone, with a LoRA', 'plain', () => ['--lora', noir]],
  ])('then a canon %s is refused, and both are named', async (_, canon, args) => {
    const before = place.list();
    const outcome = await story('refused', '--canon', place.at(`${canon}.canon`), ...args());
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/to be a canon of the model pocket.*but got one of pocket.*--lora/u);
    expect(outcome.stderr).toContain('pocket + noir (');
    expect(place.list()).toEqual(before);
  });
});

describe('given a LoRA that is none for this model, then it is refused before the model is read', () => {
  it.each<[string, () => string, RegExp]>([
    ['a model’s part', () => path.join(POCKET, 'unet/diffusion_pytorch_model.safetensors'), /U-Net.*--model/u],
    ['the folder of a model', () => POCKET, /a folder/u],
    ['a pickle', () => place.at('noir.ckpt'), /never opened/u],
    ['a missing file', () => `${place.at('gone.safetensors')}:0.5`, /no such file/u],
    [
      'one for another model',
      () => writeTensors(place.at('other.safetensors'), renamed('_attn2_', '_attn7_')),
      /no place in the model/u,
    ],
    ['the same twice', () => noir, /noir\.safetensors twice/u],
  ])('%s', async (name, file, message) => {
    const engine = new InstantEngine();
    const twice = name === 'the same twice' ? ['--lora', noir] : [];
    const args = [...QUICK, ...FOX, ...PANELS, '--out', place.at('x.png'), '--lora', file(), ...twice];
    const outcome = await runHere(args, () => engine);
    expect(outcome.stderr).toMatch(message);
    expect([outcome.code, outcome.stdout, engine.hashed, engine.calls.length]).toEqual([2, '', 0, 0]);
    expect(fs.existsSync(place.at('x.png'))).toBe(false);
  });

  const renamed = (from: string, to: string) =>
    Object.fromEntries(
      Object.entries(toyLora(openModelFolder(POCKET))).map(([name, value]) => [name.replace(from, to), value]),
    );
});

it('given a LoRA for a model, then it says what it is and where it belongs', async () => {
  const outcome = await runHere([...QUICK, ...FOX, ...PANELS, '--model', noir], () => new InstantEngine());
  expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringMatching(/a LoRA.*--lora/u)]);
});
