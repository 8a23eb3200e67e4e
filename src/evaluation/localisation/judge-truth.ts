import { unionMasks } from '../../engine/consistory/subject-mask.ts';
import type { Judge } from '../judge/judge.ts';
import { type JudgedCreature, type Judgement, SPECIES, type Species } from '../judge/judgement.ts';
import type { SubjectTruth, Truth } from './truth.ts';

/** The truth by the judge: of the pocket's world only. */
export const judgeTruth = (judge: Judge): SubjectTruth => ({
  name: 'the judge',
  tell: async (picture, subjects) => {
    const judgement = await judge.judge(picture);
    const known = subjects.filter((subject): subject is Species => SPECIES.some((species) => species === subject));
    return {
      grid: judgement.grid,
      subjects: truthOf(judgement, known),
      seen: judgement.instances.map(({ species }) => species),
    };
  },
});

/**
 * Which creatures are which subject. All of its species are: where two foxes are drawn for one, the word stands for both.
 * If one subject is lost and one creature left, that is the subject: a fox that was drawn like a cat is still where the
 * fox was asked for. Where two rabbits are drawn for a rabbit and a frog, nobody knows which of them is the frog: those
 * subjects stay untold.
 */
export function truthOf({ instances, grid }: Judgement, subjects: readonly Species[]): Truth[] {
  const found = new Map<Species, readonly JudgedCreature[]>();
  for (const subject of subjects) {
    const alike = instances.filter(({ species }) => species === subject);
    if (alike.length > 0) found.set(subject, alike);
  }
  const lost = subjects.filter((subject) => !found.has(subject));
  if (lost.length > 0) {
    const left = instances.filter(({ species }) => !found.has(species));
    for (const [subject, alike] of found) if (alike.length > 1) found.delete(subject);
    const [only] = lost;
    if (only && lost.length === 1 && left.length === 1) found.set(only, left);
  }
  const together = (creatures: readonly JudgedCreature[]) =>
    unionMasks(
      creatures.map(({ mask }) => mask),
      grid.width * grid.height,
    );
  return subjects.flatMap((subject) => {
    const own = found.get(subject) ?? [];
    const [first] = own;
    if (!first) return [];
    const others = instances.filter((creature) => !own.includes(creature));
    return [{ subject, mask: together(own), others: together(others), seenAs: first.species }];
  });
}
