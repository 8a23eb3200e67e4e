import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { AnchorCache } from '../anchor-cache.ts';
import { drawStory } from '../draw-story.ts';
import { loadPipeline, type Pipeline } from '../pipeline/load-pipeline.ts';
import { assertFits } from '../pipeline/memory-estimate.ts';
import { PROBES_PER_RUN, probePictures } from '../probe-pictures.ts';
import { listProviders } from '../runtime/onnx-session.ts';
import { providerCandidates, withFallback } from '../runtime/providers.ts';
import { type Lora, openLora } from '../weights/lora.ts';
import { adaptedWeights } from '../weights/lora-targets.ts';
import type { ModelFolder } from '../weights/model-folder.ts';
import { modelHash } from '../weights/model-hash.ts';
import { openModel } from '../weights/open-model.ts';
import {
  type EngineCommand,
  type EngineEvent,
  type EngineOptions,
  type ModelChoice,
  serializeError,
} from './messages.ts';

/**
 * The engine's thread. onnxruntime blocks the thread that it runs on (design 2.1), so that thread is this one. Jobs
 * run one after the other; the model of the last one stays loaded.
 */
type DrawCommand = Extract<EngineCommand, { type: 'draw' }>;
type ProbeCommand = Extract<EngineCommand, { type: 'probe' }>;
type HashCommand = Extract<EngineCommand, { type: 'hash' }>;

const port = parentPort;
if (!port) throw new Error('engine-worker.ts is a worker thread');
const options = workerData as EngineOptions;
const send = (event: EngineEvent) => port.postMessage(event);

/** jobs that are not answered yet, of which `current` is at work and the others wait */
const jobs = new Map<number, AbortController>();
let current: number | undefined;
interface LoadedModel {
  readonly key: string;
  readonly model: ModelFolder;
  readonly loras: readonly Lora[];
  readonly pipeline: Pipeline;
  /** of stories that it drew */
  readonly anchors: AnchorCache | undefined;
}
let loaded: LoadedModel | undefined;
let queue: Promise<unknown> = Promise.resolve();

port.on('message', (command: EngineCommand) => {
  switch (command.type) {
    case 'abort':
      abortJob(command.job);
      break;
    case 'draw':
    case 'probe':
    case 'hash': {
      const abort = new AbortController();
      jobs.set(command.job, abort);
      queue = queue.then(() => answer(command, abort.signal));
      break;
    }
    case 'close':
      queue = queue.then(() => unload()).finally(() => port.close());
  }
});

function abortJob(job: number): void {
  jobs.get(job)?.abort();
  // one that waits is answered now, not when its turn comes
  if (job !== current && jobs.delete(job)) send({ type: 'failed', job, error: { kind: 'aborted' } });
}

async function answer(command: DrawCommand | ProbeCommand | HashCommand, signal: AbortSignal): Promise<void> {
  const { job } = command;
  if (!jobs.has(job)) return; // aborted while it waited
  current = job;
  try {
    if (command.type === 'draw') await draw(command, signal);
    else if (command.type === 'probe') await probe(command, signal);
    else send({ type: 'hashed', job, hash: await modelHash(openModel(command.folder), { signal }) });
  } catch (error) {
    send({ type: 'failed', job, error: serializeError(error, signal) });
  } finally {
    current = undefined;
    jobs.delete(job);
  }
}

async function draw({ job, model, story, options: { trace, previewEvery } }: DrawCommand, signal: AbortSignal) {
  const pipeline = await load(job, model, story.panels.length);
  const scope = JSON.stringify(model.loras?.map(({ weight }) => weight) ?? []);
  const drawn = await drawStory(pipeline, story, {
    signal,
    trace,
    ...(loaded?.anchors && { memory: { cache: loaded.anchors, scope } }),
    previewEvery,
    preview: (images) => send({ type: 'preview', job, images }),
    progress: async (progress) => {
      send({ type: 'progress', job, progress });
      await messagesHandled(); // an abort that came while onnxruntime had the thread
    },
  });
  send({ type: 'drawn', job, story: drawn });
}

async function probe({ job, model, request }: ProbeCommand, signal: AbortSignal) {
  // a batch of probes is half as many rows as so many panels with guidance
  const pipeline = await load(job, model, PROBES_PER_RUN / 2);
  const betweenRuns = async () => {
    await messagesHandled();
    signal.throwIfAborted();
  };
  send({ type: 'probed', job, result: await probePictures(pipeline, request, betweenRuns) });
}

async function load(
  job: number,
  { folder, size, maskResolution, loras: chosen = [] }: ModelChoice,
  panels: number,
): Promise<Pipeline> {
  const weights = chosen.map(({ weight }) => weight);
  const key = JSON.stringify([folder, size, maskResolution, chosen.map(({ file }) => [file, versionOf(file)])]);
  if (loaded?.key === key) {
    assertFits(loaded.model, size, panels, options.maxMemory, loaded.loras);
    return loaded.pipeline.withLoraWeights(weights);
  }
  send({ type: 'progress', job, progress: { phase: 'load', done: 0, total: 1 } });
  const model = openModel(folder);
  const loras = chosen.map(({ file }) => openLora(file, adaptedWeights(model)));
  assertFits(model, size, panels, options.maxMemory, loras);
  await unload(); // two models are never in memory at once
  const started = performance.now();
  const { value, provider, fallbacks } = await withFallback(
    providerCandidates(options.provider, listProviders()),
    (providers) =>
      loadPipeline(model, { providers, threads: options.threads, compute: 'float32', size, maskResolution, loras }),
  );
  const anchors = options.anchorMemory ? new AnchorCache(options.anchorMemory) : undefined;
  loaded = { key, model, loras, pipeline: value, anchors };
  send({ type: 'progress', job, progress: { phase: 'load', done: 1, total: 1 } });
  send({ type: 'loaded', job, provider, fallbacks, took: performance.now() - started });
  return value.withLoraWeights(weights);
}

/** Changes when the file is written again: LoRAs are trained anew under their old names. */
function versionOf(file: string): string {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : 'missing';
}

async function unload(): Promise<void> {
  const last = loaded;
  loaded = undefined;
  await last?.pipeline.release();
}

const messagesHandled = () => new Promise((resolve) => setImmediate(resolve));
