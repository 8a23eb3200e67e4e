import { THRESHOLDS } from '../../../inspection/thresholds.ts';
import type { Signature } from '../../../inspection/warning.ts';
import { againstJudge, type DetectorReport } from '../../signatures/calibration.ts';
import { NORMAL, PROVOCATIONS } from '../../signatures/provocations.ts';
import type { SignatureResults } from '../../signatures/signature-results.ts';
import type { Rate } from '../../wilson.ts';
import { type Block, chart, number, type Picture, percent, prose, type Section, table } from '../blocks.ts';

const TITLES: Readonly<Record<Signature, string>> = {
  'inconsistent-subject': 'inconsistent subject',
  'layout-collapse': 'layout collapse',
  'poor-details': 'poor details',
  'background-leakage': 'background leakage',
};

const DETECTORS: Readonly<Record<Signature, string>> = {
  'inconsistent-subject':
    '1 − histogram intersection of the colours in the subject’s masks, of the panel that agrees least with the others. Blind to where a colour is: a fox with its scarf’s colour on its tail passes.',
  'layout-collapse':
    'mean correlation of the finished latents place by place, each channel about its own mean, over pairs of panels of different settings. Leaking backgrounds raise it, too.',
  'poor-details':
    'share of the picture that is neither flat nor an edge (range of lightness in 5 × 5 pixels from 0.02 to 0.1), mean over panels. Blind to details that are crisp but wrong; places with much texture score higher.',
  'background-leakage':
    'median histogram intersection of the colours outside the masks, over pairs of panels of different settings. Two places that are alike by nature (a desert, a beach) score high by right.',
};

/** The model that src/inspection/thresholds.ts is of. */
const THRESHOLDS_OF = 'pocket';

/** Seeds of one story have the same last two digits. */
const SEEDS_APART = 100n;

/** Each failure provoked on purpose, and how well it is told from what the engine hands back anyway. */
export function failuresSection(results: SignatureResults, pictures: readonly Picture[] = []): Section {
  const { detectors, observations, provocations = PROVOCATIONS } = results;
  const stories = new Set(observations.map(({ seed }) => BigInt(seed) % SEEDS_APART)).size;
  return {
    id: 'failures',
    title: 'Failure signatures, and their detectors',
    blocks: [
      prose(
        `Each failure of the method was provoked on purpose in ${stories} stories of 4 panels; the detectors see what the engine hands back anyway (pictures, masks, latents), and no model is asked. Every other story set the thresholds, which the other half tested. A drawing is labelled by what was provoked, not by what came of it: a provocation may fail to bring its failure about, and a normal drawing may have one. Made by \`${results.command}\`; ${results.code}; ${results.machine}; ${results.date}; model ${results.model}, sha256 \`${results.modelHash}\`; ${results.steps} steps.`,
      ),
      table(
        'The detectors on the half of the stories that did not choose their thresholds, with 95 % Wilson intervals. Precision is that of as many provoked drawings as normal ones: failures are rarer than that, so it is lower in use, and the false alarms say by how much.',
        [
          'signature',
          'threshold',
          'recall',
          'false alarms',
          'precision',
          'ranked right',
          'recall / false alarms when chosen',
        ],
        detectors.map(({ signature, threshold, choosing, testing, ranked }) => [
          TITLES[signature],
          number(threshold),
          rate(testing.recall),
          rate(testing.falseAlarms),
          number(testing.precision, 2),
          number(ranked, 2),
          `${rate(choosing.recall)} / ${rate(choosing.falseAlarms)}`,
        ]),
      ),
      chart(
        'Recall on the testing half, with 95 % intervals.',
        `Recall. ${detectors.map((d) => `${TITLES[d.signature]}: ${rate(d.testing.recall)}`).join('; ')}`,
        { type: 'intervals', valueLabel: 'recall', points: detectors.flatMap(recallPoint) },
      ),
      table(
        'Of the drawings of each kind (testing half), how many each detector warns of. Provoking one failure often brings another along.',
        ['drawn', 'provokes', ...detectors.map((d) => TITLES[d.signature])],
        provocations.map(({ name, provokes }) => [
          name,
          provokes ? TITLES[provokes] : '–',
          ...detectors.map(({ warned }) => short(warned[name])),
        ]),
      ),
      table(
        'Mean scores over all stories.',
        ['drawn', ...detectors.map((d) => TITLES[d.signature])],
        provocations.map(({ name }) => [name, ...detectors.map((d) => number(meanScore(results, name, d.signature)))]),
      ),
      ...judgeBlocks(results),
      ...otherModelBlocks(results),
      ...pictures,
      prose('## How each was provoked'),
      prose(provocations.map(({ name, about }) => `- **${name}**: ${about}`).join('\n')),
      prose(
        'Also tried: features injected with alpha 1, whatever their similarity, at all steps. On the pocket model that brings no failure: in the three stories whose pictures were looked at, subjects agreed as well as with Troupe’s settings or better, and details were no worse. So it is no provocation here; a larger model may differ.',
      ),
      prose('## What the detectors look at'),
      prose(
        detectors
          .map(
            ({ signature }) =>
              `- **${TITLES[signature]}** (warned of from ${number(THRESHOLDS[signature])}): ${DETECTORS[signature]}`,
          )
          .join('\n'),
      ),
    ],
  };
}

/** The bot's thresholds are the pocket's, whatever model it draws with. */
function otherModelBlocks({ model, detectors, observations }: SignatureResults): Block[] {
  if (model === THRESHOLDS_OF) return [];
  const normal = observations.filter(({ drawn }) => drawn === NORMAL);
  return [
    table(
      `The bot warns from the thresholds of ${THRESHOLDS_OF}, which were chosen on its own pictures. Where it draws with ${model}, put those of the last column in their place (src/inspection/thresholds.ts).`,
      [
        'signature',
        `threshold of ${THRESHOLDS_OF}`,
        `normal drawings of ${model} that it warns of`,
        `chosen on ${model}`,
      ],
      detectors.map(({ signature, threshold }) => {
        const scores = normal.map(({ scores }) => scores[signature]).filter((score) => score !== null);
        const warned = scores.filter((score) => score >= THRESHOLDS[signature]).length;
        return [
          `\`${signature}\``,
          number(THRESHOLDS[signature]),
          scores.length > 0 ? `${warned} of ${scores.length}` : '–',
          number(threshold),
        ];
      }),
    ),
  ];
}

/** The labels say what was provoked; the judge says what came of it, where it can. */
function judgeBlocks({ detectors, observations }: SignatureResults): Block[] {
  const threshold = detectors.find(({ signature }) => signature === 'inconsistent-subject')?.threshold;
  const rates = typeof threshold !== 'number' ? undefined : againstJudge(observations, threshold);
  if (!rates) return [];
  return [
    table(
      'The detector of inconsistent subjects against the judge (src/evaluation/judge/), over all drawings of the testing half: whether it reads more than one coat in a story. A normal drawing may well be inconsistent, and then a warning of it is right.',
      ['', 'different coats: warned of', 'one coat: warned of', 'warnings that are right'],
      [['inconsistent subject', rate(rates.recall), rate(rates.falseAlarms), percent(rates.precision)]],
    ),
  ];
}

function recallPoint({ signature, testing: { recall } }: DetectorReport) {
  return recall ? [{ name: TITLES[signature], value: recall.rate, low: recall.low, high: recall.high }] : [];
}

function meanScore({ observations }: SignatureResults, drawn: string, signature: Signature): number | null {
  const scores = observations
    .filter((observation) => observation.drawn === drawn)
    .map(({ scores }) => scores[signature])
    .filter((score) => score !== null);
  return scores.length > 0 ? scores.reduce((a, b) => a + b, 0) / scores.length : null;
}

const short = (found: Rate | undefined): string => (found ? `${found.count} of ${found.of}` : '–');

const rate = (found: Rate | undefined): string =>
  found ? `${percent(found.rate)} (${percent(found.low)} to ${percent(found.high)}, ${short(found)})` : '–';
