import { MEASURES, type MeasureName } from './measures/measure-names.ts';

/** Who measures, beside the model itself; whatever is missing leaves its measures out. */
export interface Instruments {
  /** the judge and the palette know the pocket's world only */
  readonly pocketWorld: boolean;
  readonly clip: boolean;
  readonly dreamSim: boolean;
}

/** A measure that is left out, for readers of a report. */
export interface NotMeasured {
  readonly title: string;
  readonly why: string;
}

const POCKET_ONLY: readonly MeasureName[] = [
  'coatNames',
  'judgedSpecies',
  'judgedCoats',
  'judgedAccessories',
  'judgedDetails',
];
const BY_CLIP: readonly MeasureName[] = ['clipI', 'clipISubject', 'clipT'];
const BY_DREAMSIM: readonly MeasureName[] = ['dreamSim', 'dreamSimSubject'];

export function notMeasured({ pocketWorld, clip, dreamSim }: Instruments): NotMeasured[] {
  const of = (names: readonly MeasureName[], why: string): NotMeasured[] =>
    names.map((name) => ({ title: MEASURES[name].title, why }));
  return [
    ...(pocketWorld
      ? []
      : of(
          POCKET_ONLY,
          'it needs the pocket’s world: its judge (src/evaluation/judge/) and its palette know no other pictures',
        )),
    ...(clip ? [] : of(BY_CLIP, 'it needs an installed CLIP (`npm run model -- add openai/clip-vit-large-patch14`)')),
    ...(dreamSim ? [] : of(BY_DREAMSIM, 'it needs an installed DreamSim (docs/evaluation.md)')),
  ];
}

/** As Markdown; undefined if nothing is left out. */
export function notMeasuredText(left: readonly NotMeasured[]): string | undefined {
  const reasons = [...new Set(left.map(({ why }) => why))];
  if (reasons.length === 0) return undefined;
  const lines = reasons.map((why) => {
    const titles = left.filter((each) => each.why === why).map(({ title }) => title);
    return `- ${titles.join(', ')}: ${why}.`;
  });
  return ['Not measured here:', '', ...lines].join('\n');
}
