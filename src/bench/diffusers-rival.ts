import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { StoryRequest } from '../engine/draw-story.ts';
import { normalNoise, randomStream } from '../engine/random/random-stream.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';
import { LineProcess } from './line-process.ts';

const DEFAULT_PYTHON = '/tmp/venv/bin/python';

/** A Python with torch and diffusers, if the machine has one: `$PYTHON`, or the oracles' (scripts/oracle/README.md). */
export function findPython(wish: string | undefined): string | undefined {
  return wish ?? (existsSync(DEFAULT_PYTHON) ? DEFAULT_PYTHON : undefined);
}

const ready = z.object({ ready: z.record(z.string(), z.string()) });
const drawn = z.object({ wall: z.number(), cpu: z.number() });

/** diffusers, which samples the same panels from the same noise, each by itself. */
export class DiffusersRival {
  readonly versions: Readonly<Record<string, string>>;
  private readonly process: LineProcess;
  private readonly folder: string;

  private constructor(process: LineProcess, folder: string, versions: Readonly<Record<string, string>>) {
    this.process = process;
    this.folder = folder;
    this.versions = versions;
  }

  /** @param latentShape [C, H, W] */
  static async start(
    python: string,
    model: ModelChoice,
    story: StoryRequest,
    latentShape: readonly [number, number, number],
    threads: number,
  ): Promise<DiffusersRival> {
    const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
    const [latents, task] = [path.join(folder, 'latents'), path.join(folder, 'task.json')];
    const size = latentShape.reduce((a, b) => a * b, 1);
    const noise = story.panels.map(({ seed, id, revision }) =>
      normalNoise(randomStream({ seed, purpose: 'latents', panel: id, revision }), size),
    );
    await writeFile(latents, Buffer.concat(noise.map((n) => Buffer.from(n.buffer, n.byteOffset, n.byteLength))));
    const description = {
      model: model.folder,
      threads,
      steps: story.steps,
      guidance: story.guidance,
      prompts: story.panels.map((panel) => panel.prompt),
      negative: story.panels[0]?.negativePrompt ?? '',
      latents,
      shape: [story.panels.length, ...latentShape],
    };
    await writeFile(task, JSON.stringify(description));
    const program = new URL('../../scripts/bench/diffusers_plain.py', import.meta.url).pathname;
    const process = new LineProcess(python, [program, task]);
    const { ready: versions } = ready.parse(await process.answer());
    return new DiffusersRival(process, folder, versions);
  }

  /** Samples once; milliseconds of wall and processor time. */
  async sample(): Promise<{ wall: number; cpu: number }> {
    return drawn.parse(await this.process.ask('draw'));
  }

  /** The latents that the last sampling ended with, [B, C, H, W]. */
  async latents(): Promise<Float32Array> {
    const file = path.join(this.folder, 'finished');
    await this.process.ask(`write ${file}`);
    const bytes = await readFile(file);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  async close(): Promise<void> {
    this.process.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
