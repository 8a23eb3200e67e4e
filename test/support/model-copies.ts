import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { POCKET } from './fixtures.ts';

/** A folder of its own, removed after the test. */
export function ownFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-models-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * The pocket model again, with a card of its own. With `other` its last weight is another, so that it is another model.
 * It is there at once and whole, as what `npm run model -- add` installs.
 */
export function copyPocket(models: string, name: string, { card = {}, other = false } = {}): string {
  const [folder, partial] = [path.join(models, name), path.join(models, `${name}.partial`)];
  fs.cpSync(POCKET, partial, { recursive: true });
  const file = path.join(partial, 'troupe.json');
  const own = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  fs.writeFileSync(file, JSON.stringify({ ...own, name, ...card }));
  if (other) {
    const weights = path.join(partial, 'unet/diffusion_pytorch_model.safetensors');
    const bytes = fs.readFileSync(weights);
    bytes.writeUInt8((bytes.at(-2) ?? 0) ^ 1, bytes.length - 2);
    fs.writeFileSync(weights, bytes);
  }
  fs.renameSync(partial, folder);
  return folder;
}
