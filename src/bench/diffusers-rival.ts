import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import type { LineProcess } from './line-process.ts';
import { startPython } from './python.ts';
import type { RivalTask } from './rival-task.ts';

const ready = z.object({ ready: z.record(z.string(), z.string()) });
const drawn = z.object({ wall: z.number(), cpu: z.number() });

/** How PyTorch computes. */
export interface RivalKind {
  readonly dtype: 'float32' | 'bfloat16';
  /** by torch.compile */
  readonly compile: boolean;
}

export type RivalMethod = 'plain' | 'consistory';

/** What a rival ended with. */
export interface RivalPictures {
  /** [N, C, H, W] */
  readonly latents: Float32Array;
  /** 1 where the subject is, [N, S]; empty after plain sampling */
  readonly masks: Uint8Array;
  /** [N, H, W, 3] */
  readonly pictures: Uint8Array;
}

/** PyTorch, which samples the same panels from the same draws through diffusers. */
export class DiffusersRival {
  readonly versions: Readonly<Record<string, string>>;
  private readonly process: LineProcess;
  private readonly folder: string;

  private constructor(process: LineProcess, folder: string, versions: Readonly<Record<string, string>>) {
    this.process = process;
    this.folder = folder;
    this.versions = versions;
  }

  /** @param settings of the story that `consistory` draws */
  static async start(
    python: string,
    task: RivalTask,
    settings: ConsistencySettings,
    { dtype, compile }: RivalKind,
    threads: number,
  ): Promise<DiffusersRival> {
    const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
    const files: Record<string, string> = {};
    for (const [name, data] of Object.entries(task.draws)) {
      files[name] = path.join(folder, name);
      await writeFile(files[name], new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const description = path.join(folder, 'task.json');
    // a cache of its own, so that the compiler's time is that of a first compilation
    const compilerCache = path.join(folder, 'inductor');
    const { draws: _, ...rest } = task;
    await writeFile(
      description,
      JSON.stringify({ ...rest, files, settings, dtype, compile, compilerCache, threads, gathered: false }),
    );
    const process = startPython(python, 'diffusers_rival.py', [description]);
    const { ready: versions } = ready.parse(await process.answer());
    return new DiffusersRival(process, folder, versions);
  }

  /** Samples once; milliseconds of wall and processor time. */
  async sample(method: RivalMethod): Promise<{ wall: number; cpu: number }> {
    return drawn.parse(await this.process.ask(method));
  }

  /** Largest resident memory so far, bytes; on Linux. */
  async peak(): Promise<number> {
    return z.object({ peak: z.number() }).parse(await this.process.ask('peak')).peak;
  }

  /** Floating point operations of one plain step, by PyTorch's own counter. */
  async flops(): Promise<number> {
    return z.object({ flops: z.number() }).parse(await this.process.ask('flops')).flops;
  }

  /** What the last sampling ended with. */
  async pictures(): Promise<RivalPictures> {
    await this.process.ask(`write ${this.folder}`);
    const read = (name: string) => readFile(path.join(this.folder, name));
    const latents = await read('latents');
    return {
      latents: new Float32Array(latents.buffer.slice(latents.byteOffset, latents.byteOffset + latents.byteLength)),
      masks: await read('masks'),
      pictures: await read('pictures'),
    };
  }

  async close(): Promise<void> {
    await this.process.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
