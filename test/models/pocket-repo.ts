import fs from 'node:fs';
import path from 'node:path';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import { POCKET } from '../support/fixtures.ts';

const TENSOR = encodeSafetensors({ w: { type: 'float16', shape: [20_000], data: new Uint16Array(20_000).fill(7) } });

/** The pocket model's files as a repository has them, with small weights in two precisions, and what else lies about. */
export function pocketRepo(): Record<string, Buffer> {
  const files: Record<string, Buffer> = {
    '.gitattributes': Buffer.from('*.safetensors filter=lfs'),
    'unet/diffusion_pytorch_model.bin': Buffer.from('a pickle'),
    'unet/diffusion_flax_model.msgpack': Buffer.from('flax'),
    'unet/openvino_model.xml': Buffer.from('openvino'),
    'model.ckpt': Buffer.from('a pickle'),
    'single.safetensors': Buffer.from('another form of the same'),
    'LICENSE.md': Buffer.from('do as you like'),
  };
  for (const entry of fs.readdirSync(POCKET, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(POCKET, entry);
    if (!fs.statSync(file).isFile()) continue;
    const name = entry.split(path.sep).join('/');
    if (!name.endsWith('.safetensors')) files[name] = fs.readFileSync(file);
    else {
      const part = name.split('/')[0] as string;
      // each with bytes of its own
      files[name] = Buffer.from(TENSOR).fill(part.length, TENSOR.length - 100);
      files[name.replace('.safetensors', '.fp16.safetensors')] = Buffer.from(TENSOR).fill(
        part.length + 50,
        TENSOR.length - 100,
      );
    }
  }
  return files;
}
