import fs from 'node:fs';
import path from 'node:path';
import { encodeSafetensors } from '../../../src/engine/weights/safetensors.ts';

export const POCKET = path.resolve(import.meta.dirname, '../../../models/pocket');

/** The pocket model's folder with one small tensor in place of each part's weights. */
export function copyOfPocket(target: string): void {
  fs.cpSync(POCKET, target, { recursive: true, filter: (file) => !file.endsWith('.safetensors') });
  for (const part of ['unet', 'vae', 'text_encoder', 'text_encoder_2']) {
    const stem = part.startsWith('text') ? 'model' : 'diffusion_pytorch_model';
    const weights = encodeSafetensors({ w: { type: 'float32', shape: [1], data: Float32Array.of(1) } });
    fs.writeFileSync(path.join(target, part, `${stem}.safetensors`), weights);
  }
}

/** Changes a JSON file in place. */
export function editJson(file: string, change: (value: Record<string, unknown>) => void): void {
  const value: Record<string, unknown> = JSON.parse(fs.readFileSync(file, 'utf8'));
  change(value);
  fs.writeFileSync(file, JSON.stringify(value));
}
