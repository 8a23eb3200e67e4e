import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../files/write-atomically.ts';
import { base64, fromBase64 } from './base64.ts';
import type { Drawing, DrawingPanel } from './drawing.ts';

/** Results in a folder, each in a file named by its key: an evaluation that was stopped goes on where it was. */
export class ResultCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async drawing(key: string, draw: () => Promise<Drawing>): Promise<Drawing> {
    const stored = await this.cached(`${key}.drawing.json`, async () => encodeDrawing(await draw()));
    return decodeDrawing(stored);
  }

  /** @param compute gives what JSON keeps as it is */
  measured<Value>(key: string, compute: () => Promise<Value>): Promise<Value> {
    return this.cached(`${key}.measured.json`, compute);
  }

  private async cached<Value>(name: string, compute: () => Promise<Value>): Promise<Value> {
    const file = path.join(this.folder, name);
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Value;
    } catch (error) {
      // a file that isn't there or isn't JSON is a result that isn't known yet
      if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const value = await compute();
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomically(file, JSON.stringify(value));
    return value;
  }
}

interface StoredPanel extends Omit<DrawingPanel, 'image' | 'latents' | 'mask'> {
  readonly image: { readonly width: number; readonly height: number; readonly rgb: string };
  readonly latents: string;
  readonly mask: string;
}

type StoredDrawing = Omit<Drawing, 'panels'> & { readonly panels: readonly StoredPanel[] };

function encodeDrawing({ panels, ...rest }: Drawing): StoredDrawing {
  return {
    ...rest,
    panels: panels.map(({ image, latents, mask, ...panel }) => ({
      ...panel,
      image: { width: image.width, height: image.height, rgb: base64(image.rgb) },
      latents: base64(latents),
      mask: base64(mask),
    })),
  };
}

function decodeDrawing({ panels, ...rest }: StoredDrawing): Drawing {
  return {
    ...rest,
    panels: panels.map(({ image, latents, mask, ...panel }) => ({
      ...panel,
      image: { ...image, rgb: fromBase64(image.rgb) },
      latents: new Float32Array(fromBase64(latents).buffer),
      mask: fromBase64(mask),
    })),
  };
}
