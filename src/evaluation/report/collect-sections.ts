import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { LocalisationResults } from '../localisation/results.ts';
import type { EvaluationResults } from '../results.ts';
import type { SignatureResults } from '../signatures/signature-results.ts';
import type { StoryBenchmarkResults } from '../story-benchmark/story-results.ts';
import { SWEEPS } from '../sweeps.ts';
import type { Picture, Section } from './blocks.ts';
import { failuresSection } from './sections/failures.ts';
import { localisationSection } from './sections/localisation.ts';
import { meansSection } from './sections/means.ts';
import { type SpeedResults, speedSection } from './sections/speed.ts';
import { storiesSection } from './sections/stories.ts';
import { sweepSection } from './sections/sweep.ts';

/**
 * The results in a folder, each kind a section, in the order of the questions; what isn't there is left out.
 * @param chosen folder of pictures that were chosen for these results; else some of the sheets beside them are shown
 */
export async function collectSections(folder: string, chosen?: string): Promise<Section[]> {
  const sheets = path.join(folder, 'sheets');
  const file = (name: string) => path.join(folder, name);
  const full = (await readJson<EvaluationResults>(file('full.json'))) ?? (await readJson(file('quick.json')));
  const sections: (Section | undefined)[] = [
    full &&
      meansSection(
        full,
        chosen === undefined
          ? await someSheets(sheets, /^[a-z]+-\d+\.png$/)
          : await picturesNamed(chosen, /^method-.*\.png$/, methodPicture(full)),
      ),
  ];
  const localisation = await readJson<LocalisationResults>(file('localisation.json'));
  sections.push(localisation && localisationSection(localisation, await fileIn(folder, 'localisation-worst.png')));
  for (const sweep of SWEEPS) {
    const results = await readJson<EvaluationResults>(file(`sweep-${sweep.name}.json`));
    const picture = new RegExp(`^sweep-${sweep.name}-.*\\.png$`);
    sections.push(results && sweepSection(sweep, results, await picturesNamed(folder, picture, sweptPicture)));
  }
  const stories = await readJson<StoryBenchmarkResults>(file('stories.json'));
  sections.push(stories && storiesSection(stories, folder));
  const failures = await readJson<SignatureResults>(file('signatures.json'));
  sections.push(
    failures &&
      failuresSection(
        failures,
        chosen === undefined
          ? await someSheets(sheets, /^signatures-.*\.png$/)
          : await picturesNamed(folder, /^signatures-.*\.png$/, provokedPicture),
      ),
  );
  const bench = await readText(file('bench.md'));
  sections.push(
    bench === undefined ? undefined : speedSection(bench, await readJson<SpeedResults>(file('bench.json'))),
  );
  return sections.filter((section) => section !== undefined);
}

type Described = Pick<Picture, 'alt' | 'caption'>;

/** The pictures of a folder whose names match, described by their subject and seed: the last two parts of the name. */
async function picturesNamed(
  folder: string,
  pattern: RegExp,
  describe: (subject: string, seed: string) => Described,
): Promise<Picture[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => {
      const [seed = '', subject = ''] = path.parse(name).name.split('-').reverse();
      return { kind: 'picture', file: path.join(folder, name), ...describe(subject, seed) };
    });
}

/** Of sheets that nobody has looked at yet, so many are shown. */
const MOST_SHEETS = 3;

const someSheets = async (folder: string, pattern: RegExp): Promise<Picture[]> =>
  (await picturesNamed(folder, pattern, sheet)).slice(0, MOST_SHEETS);

const sheet = (subject: string, seed: string): Described => ({
  alt: `Panels of the ${subject} in rows, each of which is named above it; the last row shows the subject's masks.`,
  caption: `Story “${subject}”, seed ${seed}.`,
});

const methodPicture =
  ({ seeds }: EvaluationResults) =>
  (subject: string, seed: string): Described => ({
    alt: `Four panels of the ${subject} in rows: plain, where each panel has another ${subject}; with shared attention, where they grow alike; with everything on, where it is the same ${subject}; and the subject masks over those.`,
    caption: `Story “${subject}”, seed ${seed}${seeds.flat().includes(seed) ? '' : ', of another run than the numbers below'}: what each part of the method adds, from the same noise.`,
  });

const provokedPicture = (subject: string, seed: string): Described => ({
  alt: `Four panels of the ${subject} in rows, one for each provocation in the order of the tables: normal, where it is one ${subject}; nothing shared, where coats differ; same noise, where compositions are alike; whole pictures shared, where backgrounds take each other's colours; three and five steps, where outlines and surfaces are smudged; and the normal drawing's masks.`,
  caption: `Story “${subject}”, seed ${seed}, drawn normally and in each provocation.`,
});

const sweptPicture = (subject: string, seed: string): Described => ({
  alt: `Four panels of the ${subject}, one row for each variant in the order of the tables, from the same noise.`,
  caption: `Story “${subject}”, seed ${seed}, in each variant.`,
});

/** Its path, if it is there. */
async function fileIn(folder: string, name: string): Promise<string | undefined> {
  return (await readdir(folder)).includes(name) ? path.join(folder, name) : undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readJson<Value>(file: string): Promise<Value | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : (JSON.parse(text) as Value);
}
