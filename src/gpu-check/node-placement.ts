import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { OnnxSession } from '../engine/runtime/onnx-session.ts';
import { type Bench, feedsFor, providersOf } from './check.ts';
import { plainUnet } from './unet-checks.ts';

/** onnxruntime's profile, of which the runs of nodes matter here. */
const EVENTS = z.array(
  z.looseObject({
    cat: z.string(),
    name: z.string(),
    args: z.looseObject({ provider: z.string().optional() }).optional(),
  }),
);

/**
 * How many of the U-Net's nodes ran where: a provider leaves what it lacks a kernel for to the CPU, without a word, and
 * every change of sides costs a copy.
 */
export async function placeNodes({ provider, compute, threads }: Bench): Promise<Readonly<Record<string, number>>> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'troupe-gpu-check-'));
  try {
    const { graph, weightsFolder, feeds } = plainUnet('pocket', compute);
    const session = await OnnxSession.create(graph.model, {
      weightsFolder,
      providers: providersOf(provider),
      threads,
      profile: path.join(folder, 'profile'),
    });
    await session.run(feedsFor(compute, feeds), ['noise']);
    await session.release();
    const [file = ''] = await fs.readdir(folder);
    const events = EVENTS.parse(JSON.parse(await fs.readFile(path.join(folder, file), 'utf8')));
    const counts: Record<string, number> = {};
    for (const { cat, args } of events) {
      const ran = cat === 'Node' ? args?.provider?.replace('ExecutionProvider', '') : undefined;
      if (ran !== undefined) counts[ran] = (counts[ran] ?? 0) + 1;
    }
    return counts;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}
