import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { elementCount, type TensorType, type TensorValue } from './tensor-value.ts';

/** The only module that imports onnxruntime-node. */

/** An execution provider by onnxruntime's name: cpu, cuda, webgpu, coreml, dml. */
export type Provider = string;

/** Inputs by name. */
export type Feeds = Readonly<Record<string, TensorValue>>;

export interface OnnxSessionOptions {
  /** absolute path of the folder that the graph's weights are named relative to */
  readonly weightsFolder: string;
  /** in order of preference; onnxruntime gives each node to the first that can run it, `cpu` being always the last */
  readonly providers: readonly Provider[];
  /** threads within an operator; 0 lets onnxruntime take every core */
  readonly threads: number;
  /**
   * CPU only: use weights as they lie in the file, memory-mapped, in place of copies in the layout and precision that
   * kernels prefer; those in half precision are converted layer by layer at each run. Loads at once, takes half to a
   * third of the memory, and a run takes 5 to 15 % longer (docs/adr/0005-memory-of-big-models.md).
   */
  readonly mapWeights?: boolean;
  /** Keep freed CPU memory for the next run: faster, but what the largest run took is never given back. */
  readonly cpuArena?: boolean;
  /** Write onnxruntime's JSON profile to a file whose name starts with this. */
  readonly profile?: string;
}

/**
 * Microseconds that onnxruntime's threads wait for more work in a loop before they sleep. By default it is about a
 * thousand times as long, which pays only where nobody else wants the cores: measured on two cores with other work, a
 * sampling step took 2.0 times as long, and threads go on burning a core after the last step (docs/adr/0003-speed.md).
 */
const SPIN_MICROSECONDS = 20;

/**
 * What onnxruntime would otherwise do to weights when it loads a graph, each by making copies: lay them out for matrix
 * products (prepacking) and for convolutions (NCHWc), and make single precision of half (the third; and constant
 * folding, which stays for what is small: shapes, norms, biases).
 */
const WEIGHTS_AS_THEY_LIE = {
  session: { disable_prepacking: '1' },
  optimization: {
    disable_specified_optimizers: 'NchwcTransformer;FuseFp16InitializerToFp32NodeTransformer',
    constant_folding_max_output_size_in_bytes: '1000000',
  },
} as const;

/** onnxruntime's severities; below it the log is noise about fallbacks of shape arithmetic to the CPU */
const LOG_ERRORS = 3;

/** The providers that this build of onnxruntime brings on this platform; whether the hardware is there shows at creation. */
export function listProviders(): Provider[] {
  return listSupportedBackends()
    .map(({ name }) => name)
    .filter((name) => !LIBRARIES_APART.includes(name) || hasLibraryOf(name));
}

export const runtimeVersion = (): string => env.versions.node ?? env.versions.common;

/** Parts of onnxruntime that are a download of their own (`npm run setup:cuda`), listed whether they are there or not. */
const LIBRARIES_APART: readonly Provider[] = ['cuda', 'tensorrt'];

function hasLibraryOf(provider: Provider): boolean {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin');
  return fs
    .readdirSync(folder, { recursive: true })
    .some((file) => String(file).includes(`onnxruntime_providers_${provider}`));
}

/** What can be run: a session, or a part of a model that has one when it needs it. */
export type Runnable = Pick<OnnxSession, 'run'>;

/**
 * A graph that is ready to run. Creating a session and running it block the thread they are called on.
 */
export class OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly session: InferenceSession;
  private readonly profiled: boolean;
  private readonly always: Feeds;

  private constructor(session: InferenceSession, profiled: boolean, always: Feeds = {}) {
    this.session = session;
    this.profiled = profiled;
    this.always = always;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
  }

  /**
   * @param model ModelProto
   * @throws Error from onnxruntime for a model, a weights file or a provider that it can't use
   */
  static async create(model: Uint8Array, options: OnnxSessionOptions): Promise<OnnxSession> {
    const { weightsFolder, providers, threads, mapWeights = false, cpuArena = true, profile } = options;
    // errors are thrown too: on the terminal they would be told twice, where a provider is tried and given up for another
    env.logLevel = 'fatal';
    const session = await InferenceSession.create(model, {
      executionProviders: [...providers],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
      enableCpuMemArena: cpuArena,
      // a pattern is one block for a whole run, asked for in the second run of each shape while the first run's stay:
      // twice the memory for activations, and no faster (docs/adr/0003-speed.md)
      enableMemPattern: false,
      logSeverityLevel: LOG_ERRORS,
      enableProfiling: profile !== undefined,
      ...(profile === undefined ? {} : { profileFilePrefix: profile }),
      extra: {
        session: {
          model_external_initializers_file_folder_path: weightsFolder,
          intra_op: { spin_duration_us: String(SPIN_MICROSECONDS) },
          ...(mapWeights ? WEIGHTS_AS_THEY_LIE.session : {}),
        },
        ...(mapWeights ? { optimization: WEIGHTS_AS_THEY_LIE.optimization } : {}),
      },
    });
    return new OnnxSession(session, profile !== undefined);
  }

  /** The same session, whose runs get these inputs too. It is released with the one that it was made from. */
  feeding(always: Feeds): OnnxSession {
    return new OnnxSession(this.session, this.profiled, { ...this.always, ...always });
  }

  /**
   * Runs the graph and brings back the named outputs.
   * @throws Error for an input that is missing, unknown or not as long as its shape says
   */
  async run(feeds: Feeds, outputs: readonly string[]): Promise<Record<string, TensorValue>> {
    const tensors = Object.entries({ ...this.always, ...feeds }).map(
      ([name, value]) => [name, toOnnx(name, value)] as const,
    );
    const results = await this.session.run(Object.fromEntries(tensors), [...outputs]);
    const values = outputs.map((name) => [name, fromOnnx(name, results[name] as Tensor)] as const);
    return Object.fromEntries(values);
  }

  /** Frees the native memory; the session is of no use afterwards. */
  async release(): Promise<void> {
    if (this.profiled) this.session.endProfiling();
    await this.session.release();
  }
}

function toOnnx(name: string, { type, shape, data }: TensorValue): Tensor {
  // the native side reads as many bytes as the shape says
  if (elementCount(shape) !== data.length) {
    throw new Error(`input ${name}: ${data.length} elements for shape [${shape.join(', ')}]`);
  }
  return new Tensor(type, data as Float32Array, shape);
}

const ARRAYS = { float32: Float32Array, float16: Uint16Array, int64: BigInt64Array } as const;

function fromOnnx(name: string, tensor: Tensor): TensorValue {
  if (!(tensor.type in ARRAYS)) throw new Error(`output ${name}: type ${tensor.type} is not one that graphs give back`);
  const data = tensor.data as Float32Array | Uint16Array | BigInt64Array;
  // from Node 24 on, half precision comes as a Float16Array: the same bytes, seen as bits again
  const view = new ARRAYS[tensor.type as TensorType](data.buffer as ArrayBuffer, data.byteOffset, data.length);
  return { type: tensor.type, shape: tensor.dims, data: view } as TensorValue;
}
