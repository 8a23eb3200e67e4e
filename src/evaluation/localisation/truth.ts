import { type Mask, unionMasks } from '../../engine/consistory/subject-mask.ts';
import type { JudgedCreature, Judgement, Species } from '../judge/judgement.ts';

/** Where a subject is, by the judge, over its grid. */
export interface Truth {
  readonly subject: Species;
  readonly mask: Mask;
  /** where the other creatures are */
  readonly others: Mask;
  /** what the judge takes it for: not always what was asked for */
  readonly seenAs: Species;
}

/**
 * Which creature is which subject. One that is of a subject's species is that subject (the surest, if there are
 * several). A subject that no creature is of is the only one that is left, if one creature and one subject are left: so
 * a fox that was drawn like a cat is still where the fox was asked for. The others stay untold.
 */
export function truthOf({ instances, grid }: Judgement, subjects: readonly Species[]): Truth[] {
  const size = grid.width * grid.height;
  const found = new Map<Species, JudgedCreature>();
  for (const subject of subjects) {
    const alike = instances.filter(({ species }) => species === subject);
    const [surest] = alike.sort((a, b) => b.speciesConfidence - a.speciesConfidence);
    if (surest) found.set(subject, surest);
  }
  const [lost, ...moreLost] = subjects.filter((subject) => !found.has(subject));
  const [left, ...moreLeft] = instances.filter((creature) => ![...found.values()].includes(creature));
  if (lost && left && moreLost.length === 0 && moreLeft.length === 0) found.set(lost, left);
  return subjects.flatMap((subject) => {
    const creature = found.get(subject);
    if (!creature) return [];
    const others = instances.filter((other) => other !== creature).map(({ mask }) => mask);
    return [{ subject, mask: creature.mask, others: unionMasks(others, size), seenAs: creature.species }];
  });
}
