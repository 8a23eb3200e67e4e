import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCanon } from '../../src/canon/canon-file.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { editJson } from '../engine/weights/pocket-copy.ts';
import { canonOf, MODEL } from '../support/canons.ts';
import { POCKET } from '../support/fixtures.ts';
import { InstantEngine, runHere, temporaryFolder } from '../support/story-runs.ts';

/** Each is refused with exit code 2 and a message that says what to do, and leaves the folder as it was. */

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

type Args = () => string[];
const FOX = ['--character', 'a fox wearing a scarf'];
const PANEL = ['--panel', 'standing'];
const repeat = (count: number, ...args: string[]) => Array.from({ length: count }, () => args).flat();

async function refused(args: readonly string[], engine: Parameters<typeof runHere>[1]): Promise<string> {
  const before = place.list();
  const outcome = await runHere(
    ['--model', POCKET, '--out', place.at('story.png'), '--debug', place.at('debug'), ...args],
    engine,
  );
  expect(outcome.stdout).toBe('');
  expect(outcome.code, outcome.stderr).toBe(2);
  expect(place.list()).toEqual(before);
  const message = outcome.stderr.trimEnd().split('\n').at(-1) as string;
  expect(message).toMatch(/^Expected .+, but got .+\. .+\.$/u);
  expect(message.length).toBeLessThan(700);
  return message;
}

describe('given a mistake that shows before the engine draws, then the engine is not asked to', () => {
  const folderFor = (name: string) => {
    fs.mkdirSync(place.at(name));
    return place.at(name);
  };
  const canonFile = (canon: Parameters<typeof encodeCanon>[0], cut = 0) => {
    const bytes = encodeCanon(canon);
    fs.writeFileSync(place.at('rusty.canon'), bytes.subarray(0, bytes.length - cut));
    return place.at('rusty.canon');
  };
  const fileOf = (name: string, bytes: string | Uint8Array) => {
    fs.writeFileSync(place.at(name), bytes);
    return place.at(name);
  };
  const tensorFile = (name: string) =>
    fileOf('a.safetensors', encodeSafetensors({ [name]: { type: 'float16', shape: [2], data: new Uint16Array(2) } }));
  const indexWith = (change: (index: Record<string, unknown>) => object) =>
    modelWith((m) => editJson(path.join(m, 'model_index.json'), (index) => Object.assign(index, change(index))));
  const modelWith = (change: (folder: string) => void) => {
    const folder = place.at('model');
    fs.cpSync(POCKET, folder, { recursive: true });
    change(folder);
    return folder;
  };

  it.each<[string, Args, string]>([
    ['more steps than LCM has', () => [...FOX, ...PANEL, '--sampler', 'lcm', '--steps', '51'], 'from 1 to 50'],
    ['no panels', () => FOX, 'Add at least one panel'],
    ['an empty panel', () => [...FOX, ...PANEL, '--panel', ' '], 'panel 2'],
    ['40 panels', () => [...FOX, ...repeat(40, ...PANEL)], 'several stories'],
    ['a panel of 10,000 characters', () => [...FOX, '--panel', 'x'.repeat(10_000)], 'Shorten it'],
    [
      'a character of 10,000 characters',
      () => ['--character', 'x'.repeat(10_000), ...PANEL],
      'Shorten the description',
    ],
    ['a character without a noun', () => ['--character', 'with a scarf', ...PANEL], 'asterisks'],
    ['an empty character', () => ['--character', '', ...PANEL], 'looks like'],
    [
      'two characters and a panel that names neither',
      () => [...FOX, '--character', 'Bo: a bear', ...PANEL],
      'Name them',
    ],
    ['two of one name', () => [...FOX, ...FOX, ...PANEL], 'Give them names'],
    ['a long title', () => [...FOX, ...PANEL, '--title', 'x'.repeat(101)], 'title'],
    ['an unknown option', () => [...FOX, ...PANEL, '--stepz', '2'], '--stepz'],
    ['--plain with --compare', () => [...FOX, ...PANEL, '--plain', '--compare'], 'either --plain or --compare'],
    ['a seed that is no number', () => [...FOX, ...PANEL, '--seed', 'seven'], 'another seed'],
    ['no steps', () => [...FOX, ...PANEL, '--steps', '0'], '--steps'],
    ['a size that is none', () => [...FOX, ...PANEL, '--size', 'large'], '--size'],
    ['a missing model', () => [...FOX, ...PANEL, '--model', place.at('none')], 'npm run model -- add'],
    ['a folder that is no model', () => [...FOX, ...PANEL, '--model', folderFor('m')], 'model_index.json'],
    ['a file for a model', () => [...FOX, ...PANEL, '--model', canonFile(canonOf())], 'model folder'],
    ['a pickle for a model', () => [...FOX, ...PANEL, '--model', fileOf('a.ckpt', 'x')], 'never opened'],
    ['a LoRA for a model', () => [...FOX, ...PANEL, '--model', tensorFile('lora_unet_a.lora_down.weight')], '--lora'],
    [
      'a VAE for a model',
      () => [...FOX, ...PANEL, '--model', tensorFile('decoder.conv_in.weight')],
      'a part of a model',
    ],
    [
      'FLUX for a model',
      () => [...FOX, ...PANEL, '--model', tensorFile('double_blocks.0.img_attn.qkv.weight')],
      'FLUX',
    ],
    [
      'a checkpoint that was cut short',
      () => {
        const file = tensorFile('model.diffusion_model.input_blocks.0.0.weight');
        fs.truncateSync(file, fs.statSync(file).size - 1);
        return [...FOX, ...PANEL, '--model', file];
      },
      'cut short',
    ],
    [
      'a model of another pipeline',
      () => [
        ...FOX,
        ...PANEL,
        '--model',
        indexWith((index) => ({ ...index, _class_name: 'StableDiffusion3Pipeline' })),
      ],
      'Stable Diffusion 3',
    ],
    [
      'an inpainting model',
      () => {
        const inpainting = (m: string) =>
          editJson(path.join(m, 'unet/config.json'), (config) => Object.assign(config, { in_channels: 9 }));
        return [...FOX, ...PANEL, '--model', modelWith(inpainting)];
      },
      'inpainting',
    ],
    [
      'a model whose weights were cut short',
      () => {
        const file = 'unet/diffusion_pytorch_model.safetensors';
        const folder = modelWith((m) => fs.truncateSync(path.join(m, file), 100_000));
        return [...FOX, ...PANEL, '--model', folder];
      },
      'cut short',
    ],
    [
      'a model without a part',
      () => [...FOX, ...PANEL, '--model', modelWith((m) => fs.rmSync(path.join(m, 'vae'), { recursive: true }))],
      'vae',
    ],
    [
      'an output folder that is not there',
      () => [...FOX, ...PANEL, '--out', place.at('none', 'x.png')],
      'does not exist',
    ],
    ['a folder for an output', () => [...FOX, ...PANEL, '--out', folderFor('o')], 'Add a file name'],
    [
      'a folder that may not be written to',
      () => {
        // root may write anywhere but here
        if (process.getuid?.() === 0) return [...FOX, ...PANEL, '--out', '/proc/story.png'];
        fs.chmodSync(folderFor('locked'), 0o555);
        return [...FOX, ...PANEL, '--out', place.at('locked', 'story.png')];
      },
      'Make the folder or name another one',
    ],
    [
      'a canon where it cannot be written',
      () => [...FOX, ...PANEL, '--save-canon', place.at('no', 'c')],
      'does not exist',
    ],
    ['one file for picture and canon', () => [...FOX, ...PANEL, '--save-canon', place.at('story.png')], 'another name'],
    [
      'a debug folder inside a file',
      () => [...FOX, ...PANEL, '--debug', path.join(canonFile(canonOf()), 'debug')],
      'Choose another folder',
    ],
    ['--save-canon without a character', () => [...PANEL, '--save-canon', place.at('c')], 'Add --character'],
    ['a canon that is not there', () => [...PANEL, '--canon', place.at('none.canon')], '--save-canon wrote'],
    ['a damaged canon', () => [...PANEL, '--canon', canonFile(canonOf(), 1)], '--save-canon wrote'],
    ['a picture for a canon', () => [...PANEL, '--canon', path.join(POCKET, 'README.md')], '--save-canon wrote'],
    [
      'a canon and a character of one name',
      () => [...PANEL, '--canon', canonFile(canonOf(['Rusty'])), '--character', 'Rusty: a fox'],
      'different names',
    ],
  ])('%s', async (_, args, part) => {
    const engine = new InstantEngine();
    expect(await refused(args(), () => engine)).toContain(part);
    expect([engine.calls.length, engine.hashed]).toEqual([0, 0]);
  });

  it.each<[string, Args, readonly string[]]>([
    [
      'a canon of another model',
      () => ['--canon', canonFile({ ...canonOf(), model: { name: 'sdxl', hash: 'cd'.repeat(32) } })],
      ['sdxl (cdcdcdcdcdcd)', `pocket (${MODEL.hash.slice(0, 12)})`, '--model'],
    ],
    ['a canon of another size', () => ['--canon', canonFile(canonOf()), '--size', '64x64'], ['32 x 16', '64 x 64']],
  ])('%s', async (_, args, parts) => {
    const engine = new InstantEngine();
    const message = await refused([...PANEL, ...args()], () => engine);
    for (const part of parts) expect(message).toContain(part);
    expect([engine.calls.length, engine.hashed]).toEqual([0, 1]); // only what names the model
  });
});

describe('given a mistake that the engine finds, then it is refused before the first step', () => {
  it.each<[string, Args, string]>([
    [
      'a marked subject that is only part of a word',
      () => ['--character', 'a *fox*y animal', ...PANEL],
      'choose a subject',
    ],
    [
      'a subject beyond what the model reads',
      () => ['--character', 'Rusty: a fox', '--panel', `${'a tree and '.repeat(40)}Rusty`],
      'put the subject first',
    ],
    ['an unknown provider', () => [...FOX, ...PANEL, '--provider', 'abacus'], 'cpu'],
    ['too small a memory limit', () => [...FOX, ...PANEL, '--max-memory', '0.1'], 'raise the memory limit'],
    ['a size that the VAE can’t halve', () => [...FOX, ...PANEL, '--size', '130x128'], '130 x 128'],
    ['a size that the U-Net can’t halve', () => [...FOX, ...PANEL, '--size', '136x136'], '34 x 34'],
    [
      'a configuration with an unknown field',
      () => {
        fs.cpSync(POCKET, place.at('model'), { recursive: true });
        editJson(place.at('model', 'unet', 'config.json'), (config) => {
          config.use_magic = true;
        });
        return [...FOX, ...PANEL, '--model', place.at('model')];
      },
      'use_magic',
    ],
  ])('%s', async (_, args, part) => {
    const message = await refused(['--steps', '1', '--provider', 'cpu', ...args()], startEngine);
    expect(message).toContain(part);
  });
});
