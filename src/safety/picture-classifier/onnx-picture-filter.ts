import { access } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RasterImage } from '../../engine/raster-image.ts';
import { UserError } from '../../errors/user-error.ts';
import { resample } from '../../render/canvas.ts';
import type { PictureFilter, PictureVerdict } from '../picture-filter.ts';
import { type ClassifierCard, readClassifierCard } from './classifier-card.ts';
import type { ClassifierAnswer, ClassifierQuestion, ClassifierSetup } from './messages.ts';

export interface PictureFilterOptions {
  /** 0: all cores */
  readonly threads: number;
}

/**
 * A picture filter by an ONNX classifier (classifier-card.ts has the contract), in a thread of its own. It looks at a
 * grey picture at once, so that a model that can't be used shows now.
 * @throws UserError `picture-filter-card`, `picture-filter-model`
 */
export async function openPictureFilter(
  modelFile: string,
  { threads }: PictureFilterOptions = { threads: 1 },
): Promise<PictureFilter> {
  const file = path.resolve(modelFile);
  await access(file).catch(() => {
    throw unusable(file, 'no such file');
  });
  const card = await readClassifierCard(file);
  const filter = new OnnxPictureFilter({ modelFile: file, card, threads });
  try {
    await filter.look({ width: 1, height: 1, rgb: Uint8Array.of(128, 128, 128) });
  } catch (error) {
    await filter.close();
    throw unusable(file, error instanceof Error ? error.message : String(error));
  }
  return filter;
}

type Settle = (answer: ClassifierAnswer) => void;

class OnnxPictureFilter implements PictureFilter {
  readonly #card: ClassifierCard;
  readonly #worker: Worker;
  readonly #questions = new Map<number, Settle>();
  #last = 0;
  #ended: string | undefined;

  constructor(setup: ClassifierSetup) {
    this.#card = setup.card;
    this.#worker = new Worker(new URL('./classifier-worker-entry.mjs', import.meta.url), { workerData: setup });
    this.#worker.on('message', (answer: ClassifierAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#end("the picture filter's thread has ended"));
  }

  async look(picture: RasterImage): Promise<PictureVerdict> {
    const { size, labels, flagged, threshold } = this.#card;
    const { rgb } = await resample(picture, size, size);
    const probabilities = await this.#ask(rgb);
    const scores = labels.map((label, at) => ({ label, score: probabilities[at] ?? 0 }));
    const worst = scores
      .filter(({ label }) => flagged.includes(label))
      .reduce((most, each) => (each.score > most.score ? each : most));
    // A number that is none can't vouch for a picture.
    return { ...worst, flagged: !(worst.score < threshold) };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(rgb: Uint8Array): Promise<readonly number[]> {
    if (this.#ended !== undefined) throw new Error(this.#ended);
    const question: ClassifierQuestion = { id: ++this.#last, rgb };
    const answer = await new Promise<ClassifierAnswer>((resolve) => {
      this.#questions.set(question.id, resolve);
      this.#worker.postMessage(question);
    });
    if ('error' in answer) throw new Error(`The picture filter failed: ${answer.error}`);
    return answer.probabilities;
  }

  #settle(answer: ClassifierAnswer): void {
    this.#questions.get(answer.id)?.(answer);
    this.#questions.delete(answer.id);
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const id of [...this.#questions.keys()]) this.#settle({ id, error: this.#ended });
  }
}

function unusable(file: string, got: string): UserError {
  return new UserError('picture-filter-model', {
    expected: `${file} to be an ONNX classifier of pictures`,
    got,
    todo: 'Correct PICTURE_FILTER_MODEL, or leave it out to do without a picture filter.',
    file,
  });
}
