import { UserError } from '../errors/user-error.ts';
import type { Castings } from '../store/castings.ts';
import type { Character } from '../store/characters.ts';
import type { CastMember } from './recipe.ts';

/** How a character can be cast anew so that it fits: with the model of a story, or with a LoRA of one's own choice. */
export interface RecastOffer {
  readonly storyId?: string;
  /** as in loraKey */
  readonly lora?: { readonly key: string; readonly weight: number };
}

/**
 * Characters as a model draws them: each with its canon of this model. Who has canons of other models only can't play,
 * and is not silently somebody else; who was never cast gets anchors from the story's own panels.
 * @param identity of the model as LoRAs change it
 * @throws UserError `canon-outdated` with everybody who would have to be cast anew
 */
export async function castWith(
  castings: Pick<Castings, 'canonFor' | 'canon'>,
  characters: readonly Character[],
  identity: { readonly name: string; readonly hash: string },
  recast: RecastOffer,
): Promise<CastMember[]> {
  const cast: CastMember[] = [];
  const outdated: Character[] = [];
  for (const character of characters) {
    const { id, name, looks, subjectWords, currentCanonId } = character;
    const canon = currentCanonId === null ? undefined : await castings.canonFor(id, identity.hash);
    if (currentCanonId !== null && !canon) outdated.push(character);
    cast.push({ characterId: id, name, looks, subject: subjectWords.join(' '), canonId: canon?.id ?? null });
  }
  const [first] = outdated;
  if (!first?.currentCanonId) return cast;
  const { modelName } = await castings.canon(first.currentCanonId);
  // The same name with other files says nothing to anybody.
  const canonModel = modelName === identity.name ? null : (modelName ?? null);
  const names = outdated.map(({ name }) => name);
  throw new UserError('canon-outdated', {
    expected: `${names.join(' and ')} to be cast with ${identity.name}`,
    got: `a canon of ${canonModel ?? 'another version'}`,
    todo: 'Cast the character anew with /character recast, or choose the former model in /settings.',
    name: names,
    model: identity.name,
    canonModel: canonModel ?? '',
    outdated: outdated.map(({ id, name }) => ({ id, name })),
    recast,
  });
}
