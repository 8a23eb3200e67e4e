import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { modelHash } from '../../../src/engine/weights/model-hash.ts';
import { copyOfPocket, editJson } from './pocket-copy.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-model-')));
  folder = path.join(root, 'copy');
  copyOfPocket(folder);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const edit = (name: string, change: (value: Record<string, unknown>) => void): void =>
  editJson(path.join(folder, name), change);
const open = () => openModelFolder(folder);

describe("given a model's hash", () => {
  it('then it is the same for a copy elsewhere, with another card, scheduler, key order and library version', async () => {
    const before = await modelHash(open());
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    edit('scheduler/scheduler_config.json', (config) => {
      config.timestep_spacing = 'trailing';
    });
    edit('unet/config.json', (config) => {
      const entries = Object.entries(config).reverse();
      for (const [key] of entries) delete config[key];
      Object.assign(config, Object.fromEntries(entries), { _diffusers_version: '0.1.0' });
    });
    fs.rmSync(path.join(folder, 'troupe.json'));
    fs.renameSync(folder, path.join(root, 'moved'));
    expect(await modelHash(openModelFolder(path.join(root, 'moved')))).toBe(before);
  });

  it.each(['unet/diffusion_pytorch_model.safetensors', 'text_encoder_2/model.safetensors', 'tokenizer/merges.txt'])(
    'then one changed byte in %s changes it',
    async (name) => {
      const before = await modelHash(open());
      const bytes = fs.readFileSync(path.join(folder, name));
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      fs.writeFileSync(path.join(folder, name), bytes);
      expect(await modelHash(open())).not.toBe(before);
    },
  );

  it('then a changed config changes it, and a stop is heeded', async () => {
    const before = await modelHash(open());
    edit('vae/config.json', (config) => {
      config.scaling_factor = 2;
    });
    expect(await modelHash(open())).not.toBe(before);
    await expect(modelHash(open(), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
