import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { openModel } from '../../engine/weights/open-model.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { findModel } from '../../models/models-folder.ts';
import { contactSheet } from '../contact-sheet.ts';
import { drawingSignatures } from '../drawing-signature.ts';
import { evaluationEngine } from '../evaluation-engine.ts';
import { openJudge } from '../judge/judge.ts';
import { readArguments } from '../read-arguments.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { failuresSection } from '../report/sections/failures.ts';
import { ResultCache } from '../result-cache.ts';
import { calibrate } from '../signatures/calibration.ts';
import { NORMAL, SIGNATURE_STORIES } from '../signatures/provocations.ts';
import { runSignatures } from '../signatures/run-signatures.ts';
import type { SignatureResults } from '../signatures/signature-results.ts';
import { circumstances, engineSources, ROOT } from './circumstances.ts';

const STEPS = 20;

export const FAILURES_USAGE = `npm run evaluate -- --signatures [--stories N] [--model FOLDER] [--threads N] [--out FOLDER] [--report FILE]

  Provokes each failure of the method on purpose in ${SIGNATURE_STORIES.length} stories, chooses the detectors' thresholds on half of them and
  tests them on the others. Default report: docs/results/signatures.md, and OUT/signatures.md where --stories or --model
  was given.
`;

const OPTIONS = z.strictObject({
  signatures: z.literal(true),
  stories: z.coerce.number().int().min(2).max(SIGNATURE_STORIES.length).optional(),
  model: z.string().min(1).optional(),
  threads: z.coerce.number().int().nonnegative().default(0),
  out: z.string().min(1).default('out/evaluate'),
  report: z.string().min(1).optional(),
});

/** @throws UserError `evaluation-options` */
export async function provokeFailures(args: readonly string[]): Promise<void> {
  const options = readArguments(args, OPTIONS, ['signatures'], FAILURES_USAGE);
  const { stories, model = 'models/pocket', threads, out } = options;
  const isUsual = stories === undefined && options.model === undefined;
  const report =
    options.report ?? (isUsual ? path.join(ROOT, 'docs/results/signatures.md') : path.join(out, 'signatures.md'));
  const made = circumstances(args);
  const sources = await engineSources();
  const { card } = openModel(findModel(model));
  await mkdir(path.join(out, 'sheets'), { recursive: true });
  await ensureWritable(report);
  const engine = evaluationEngine('auto', threads);
  const judge = card.name === 'pocket' ? await openJudge({ threads: 1 }) : undefined;
  try {
    const modelHash = await engine.modelHash(model);
    const choice = { folder: model, size: { width: card.width, height: card.height } };
    const observations = await runSignatures(
      {
        stories: SIGNATURE_STORIES.slice(0, stories),
        sampling: { promptPrefix: card.promptPrefix, steps: STEPS, guidance: card.guidance },
        pocketDaylight: card.name === 'pocket',
      },
      {
        engine,
        model: choice,
        cache: new ResultCache(path.join(out, 'cells')),
        drawnBy: drawingSignatures(engine, choice, modelHash),
        judge,
      },
      {
        progress: (done, total, { story, drawn }) => console.error(`${done}/${total} ${story}, ${drawn}`),
        drawn: async (story, seed, drawings) => {
          const file = path.join(out, 'sheets', `signatures-${story.subject}-${seed}.png`);
          await writeFileAtomically(file, await contactSheet(`${story.subject}, ${seed}`, story, drawings, NORMAL));
        },
      },
    );
    const results: SignatureResults = {
      ...made,
      code: `${made.code}, engine sources \`${sources}\``,
      model: card.name,
      modelHash,
      steps: STEPS,
      detectors: calibrate(observations),
      observations,
    };
    await writeFileAtomically(report, sectionMarkdown(failuresSection(results)));
    const json = report.replace(/(\.md)?$/, '.json');
    await writeFileAtomically(json, `${JSON.stringify(results)}\n`);
    console.error(`${report} and ${json}`);
  } finally {
    await judge?.release();
    await engine.close();
  }
}
