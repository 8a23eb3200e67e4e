import { parentPort, workerData } from 'node:worker_threads';
import { AnchorCache } from '../anchor-cache.ts';
import { drawStory } from '../draw-story.ts';
import { assertStarts } from '../pipeline/assert-starts.ts';
import { encoderActivationBytes, pieceThatFits } from '../pipeline/autoencoder-memory.ts';
import { computeTypeFor } from '../pipeline/compute-type.ts';
import { loadPipeline, type Pipeline } from '../pipeline/load-pipeline.ts';
import { PROCESS_MEMORY, rowsOfPanels, type Workload } from '../pipeline/memory-estimate.ts';
import type { MemoryPlan } from '../pipeline/memory-plan.ts';
import { firstThatFits } from '../pipeline/plan-that-fits.ts';
import type { PictureSize } from '../pipeline/unet-session.ts';
import { PROBES_PER_RUN, probePictures } from '../probe-pictures.ts';
import { listProviders, type Provider } from '../runtime/onnx-session.ts';
import { providerCandidates, withFallback } from '../runtime/providers.ts';
import { fileStamp } from '../weights/file-stamp.ts';
import { type Lora, openLora } from '../weights/lora.ts';
import { adaptedWeights } from '../weights/lora-targets.ts';
import type { ModelFolder } from '../weights/model-folder.ts';
import { modelHash } from '../weights/model-hash.ts';
import { openModel } from '../weights/open-model.ts';
import { type HeldModel, LoadedModels } from './loaded-models.ts';
import {
  type EngineCommand,
  type EngineEvent,
  type EngineOptions,
  type ModelChoice,
  serializeError,
} from './messages.ts';

/**
 * The engine's thread. onnxruntime blocks the thread that it runs on, so that thread is this one. Jobs
 * run one after the other; models stay loaded while they fit.
 */
type DrawCommand = Extract<EngineCommand, { type: 'draw' }>;
type ProbeCommand = Extract<EngineCommand, { type: 'probe' }>;
type HashCommand = Extract<EngineCommand, { type: 'hash' }>;
type WithoutSize = Omit<Workload, 'size'>;

const port = parentPort;
if (!port) throw new Error('engine-worker.ts is a worker thread');
const options = workerData as EngineOptions;
const send = (event: EngineEvent) => port.postMessage(event);

/** jobs that are not answered yet, of which `current` is at work and the others wait */
const jobs = new Map<number, AbortController>();
let current: number | undefined;
interface LoadedModel extends HeldModel {
  /** what was asked for, whatever the plan */
  readonly source: string;
  readonly provider: Provider;
  readonly plan: MemoryPlan;
  readonly model: ModelFolder;
  readonly loras: readonly Lora[];
  readonly pipeline: Pipeline;
  /** of stories that it drew */
  readonly anchors: AnchorCache | undefined;
}
const models = new LoadedModels<LoadedModel>({
  host: options.maxMemory + (options.anchorMemory ?? 0) - PROCESS_MEMORY,
  device: options.deviceMemory ?? Number.POSITIVE_INFINITY,
});
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
      queue = queue.then(() => models.releaseAll()).finally(() => port.close());
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
  const workload = { panels: story.panels.length, ...rowsOfPanels(story) };
  const { pipeline, anchors } = (await load(job, model, [workload])).loaded;
  const weights = weightsOf(model);
  const drawn = await drawStory(pipeline.withLoraWeights(weights), story, {
    signal,
    trace,
    ...(anchors && { memory: { cache: anchors, scope: JSON.stringify(weights) } }),
    previewEvery,
    preview: (images) => send({ type: 'preview', job, images }),
    progress: async (progress) => {
      send({ type: 'progress', job, progress });
      await messagesHandled(); // an abort that came while onnxruntime had the thread
    },
  });
  send({ type: 'drawn', job, story: drawn });
}

/** A probe is one row; so many at a time as fit. */
const PROBING = [PROBES_PER_RUN, 8, 4, 2, 1].map((panels) => ({ panels, guided: false, twins: false })) as [
  WithoutSize,
  ...WithoutSize[],
];

async function probe({ job, model, request }: ProbeCommand, signal: AbortSignal) {
  const { loaded, workload } = await load(job, model, PROBING);
  const betweenRuns = async () => {
    await messagesHandled();
    signal.throwIfAborted();
  };
  const pipeline = loaded.pipeline.withLoraWeights(weightsOf(model));
  const result = await probePictures(pipeline, request, betweenRuns, workload.panels);
  send({ type: 'probed', job, result });
}

/** @param workloads the first that fits is taken */
async function load(
  job: number,
  { folder, size, maskResolution, loras: chosen = [] }: ModelChoice,
  workloads: readonly [WithoutSize, ...WithoutSize[]],
): Promise<{ readonly loaded: LoadedModel; readonly workload: Workload }> {
  const source = JSON.stringify([stamped(folder), size, maskResolution, chosen.map(({ file }) => stamped(file))]);
  const started = performance.now();
  const known = models.find((model) => model.source === source);
  let isLoading = false;
  const starts = () => {
    if (!isLoading) send({ type: 'progress', job, progress: { phase: 'load', done: 0, total: 1 } });
    isLoading = true;
  };
  if (!known) starts();
  const model = known?.model ?? openModel(folder);
  const loras = known?.loras ?? chosen.map(({ file }) => openLora(file, adaptedWeights(model)));
  const all = providerCandidates(options.provider, listProviders());
  // those before it were tried in vain
  const candidates = known ? all.slice(all.indexOf(known.provider)) : all;

  const { value, fallbacks } = await withFallback(candidates, async (providers) => {
    const provider = providers[0] as Provider;
    // what a GPU lacks is no reason to refuse a story where there is no GPU
    if (provider !== known?.provider) await assertStarts(providers);
    const { maxMemory, deviceMemory = Number.POSITIVE_INFINITY, anchorMemory = 0 } = options;
    const limits = { provider, limit: maxMemory, deviceLimit: deviceMemory, loras };
    const keyFor = (plan: MemoryPlan) => JSON.stringify([source, provider, keyOf(plan, model, size)]);
    const sized = workloads.map((workload) => ({ ...workload, size })) as [Workload, ...Workload[]];
    const { workload, plan } = firstThatFits(model, sized, limits, (each) => keyFor(each) === known?.key);
    const key = keyFor(plan);
    // not twice in memory, whatever would fit
    if (known && known.key !== key) {
      starts();
      await models.release(known);
    }
    const needed = { host: plan.needed - PROCESS_MEMORY + anchorMemory, device: plan.onDevice };
    const loaded = await models.use(key, needed, async (): Promise<LoadedModel> => {
      starts();
      const compute = computeTypeFor(providers, model.unet);
      const { threads } = options;
      const memory = plan;
      const pipeline = await loadPipeline(model, { providers, threads, compute, size, maskResolution, loras, memory });
      const anchors = anchorMemory > 0 ? new AnchorCache(anchorMemory) : undefined;
      return { key, source, provider, plan, needed, model, loras, pipeline, anchors };
    });
    return { loaded, workload };
  });
  if (isLoading) {
    const { provider, plan } = value.loaded;
    send({ type: 'progress', job, progress: { phase: 'load', done: 1, total: 1 } });
    send({ type: 'loaded', job, provider, fallbacks, plan, took: performance.now() - started });
  }
  return value;
}

/** What of a plan a loaded model was made for. */
function keyOf({ stages, mapped, autoencoderMemory }: MemoryPlan, { vae }: ModelFolder, size: PictureSize) {
  const piece = (activations?: typeof encoderActivationBytes) =>
    pieceThatFits(vae, size, autoencoderMemory, activations);
  return [stages, mapped, piece(), piece(encoderActivationBytes)];
}

const weightsOf = ({ loras = [] }: ModelChoice): number[] => loras.map(({ weight }) => weight);

/** Models are fetched again, and LoRAs trained anew, under their old names. */
const stamped = (place: string): string => `${place}\n${fileStamp(place)}`;

const messagesHandled = () => new Promise((resolve) => setImmediate(resolve));
