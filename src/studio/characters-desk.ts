import { PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import { UserError } from '../errors/user-error.ts';
import { readBroughtPicture } from '../render/brought-picture.ts';
import { encodePng } from '../render/canvas.ts';
import type { Character } from '../store/characters.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { Repositories } from '../store/store.ts';
import { CANDIDATES, CAST_CHARACTER, storedCasting } from './cast-character.ts';
import { readLooks } from './character-names.ts';
import { type Desk, drawingFor, type Errand, SMALL_ERRAND, submit } from './desk.ts';
import { assertDrawable } from './drawable.ts';
import type { ChosenLora } from './loras.ts';
import type { StudioModel } from './models.ts';
import { assertInScope, assertMayChange } from './permissions.ts';
import { type Drawing, drawingOf, parseRecipe } from './recipe.ts';
import type { Asker, RecastOffer, Studio } from './studio.ts';

type CharacterFunctions = Pick<
  Studio,
  'createCharacter' | 'recast' | 'canonHere' | 'pickCandidate' | 'editCharacter' | 'retireCharacter'
>;

interface CastingStyle {
  readonly model: StudioModel;
  readonly drawing: Drawing;
  readonly like: RecastOffer;
}

/** What people do with characters. */
export function charactersDesk(desk: Desk): CharacterFunctions {
  const { store, blobs, models } = desk;

  /** A casting of the character as it is within the transaction. */
  const casting = async (
    { castings }: Repositories,
    { id: characterId, name, looks, subjectWords }: Character,
    { model, drawing, like }: CastingStyle,
    pictureHash: string | null = null,
  ): Promise<Errand> => {
    const payload = storedCasting({
      characterId,
      round: await castings.reserveRound(characterId),
      seed: desk.chooseSeed(),
      name,
      looks,
      subject: subjectWords.join(' '),
      model: model.name,
      pictureHash,
      drawing,
      like,
    });
    return { kind: CAST_CHARACTER, payload, priority: SMALL_ERRAND };
  };

  /**
   * How somebody is cast: by the server's model, with a LoRA if one is asked for; or just as a story is drawn, so that
   * the canon fits into it.
   */
  const castingStyle = async (
    asker: Asker,
    settings: GuildSettings,
    style: string | undefined,
    like: RecastOffer = {},
  ): Promise<CastingStyle> => {
    const { storyId, lora } = like;
    const story = storyId === undefined ? undefined : await store.stories.get(storyId);
    if (story) assertInScope(asker, 'story', story);
    const model = models.get(story?.model ?? settings.model);
    const recipe = story && parseRecipe(story.settings);
    const loras = recipe ? await desk.loras.find(recipe.loras, model) : await chosen(lora, model);
    const drawing = recipe ? drawingOf(recipe) : drawingFor(model, settings, style, [], loras);
    assertDrawable(model, { ...drawing, consistency: PLAIN_SETTINGS }, CANDIDATES, loras, desk.memory);
    return { model, drawing, like };
  };

  const chosen = async (lora: RecastOffer['lora'], model: StudioModel): Promise<readonly ChosenLora[]> =>
    // A name that is no more is refused as what it was asked for by.
    lora ? desk.loras.choose([{ name: desk.loras.nameOf(lora.key) ?? lora.key, weight: lora.weight }], model) : [];

  /** As the model will see it, so that the job needs nothing else. Stored before the job, which is nothing without it. */
  const storePicture = async (picture: Uint8Array, { size }: Drawing): Promise<string> => {
    return blobs.put(await encodePng(await readBroughtPicture(picture, size)), 'image/png');
  };

  const changeable = async (asker: Asker, characterId: string): Promise<Character> => {
    const character = await store.characters.get(characterId);
    assertMayChange(asker, character);
    return character;
  };

  return {
    async createCharacter(asker, { name: typed, looks: typedLooks, picture }) {
      const name = readName(typed);
      const traits = { name, ...readLooks(name, typedLooks) };
      const settings = await store.settings.get(asker.scope);
      const how = await castingStyle(asker, settings, undefined);
      const pictureHash = picture ? await storePicture(picture, how.drawing) : null;
      const { value: character, ...ticket } = await submit(desk, asker, settings, async (repositories) => {
        const character = await repositories.characters.create(asker.scope, asker.memberId, traits);
        return { value: character, errand: await casting(repositories, character, how, pictureHash) };
      });
      return { ...ticket, character };
    },

    async recast(asker, characterId, like) {
      const character = await changeable(asker, characterId);
      refuseRetired(character);
      const settings = await store.settings.get(asker.scope);
      const how = await castingStyle(asker, settings, character.style ?? undefined, like);
      const { value: _, ...ticket } = await submit(desk, asker, settings, async (repositories) => ({
        value: undefined,
        errand: await casting(repositories, character, how),
      }));
      return ticket;
    },

    async pickCandidate(asker, candidateId) {
      const { characterId } = await store.castings.candidate(candidateId);
      await changeable(asker, characterId);
      await store.castings.pick(candidateId);
      return store.characters.get(characterId);
    },

    async canonHere(asker, characterId) {
      const character = await store.characters.get(characterId);
      assertInScope(asker, 'character', character);
      const { currentCanonId } = character;
      const latest = currentCanonId === null ? undefined : await store.castings.canon(currentCanonId);
      const { model: named } = await store.settings.get(asker.scope);
      const model = models.list().find(({ name }, i) => (named === undefined ? i === 0 : name === named))?.model;
      if (!latest || !model || model instanceof UserError) return { canon: undefined, latest, model: undefined };
      const canon = await store.castings.canonFor(characterId, await models.hash(model));
      return { canon, latest, model: model.name };
    },

    async editCharacter(asker, characterId, { name: typed, looks: typedLooks }) {
      const before = await changeable(asker, characterId);
      const name = typed === undefined ? undefined : readName(typed);
      const looks = typedLooks === undefined ? undefined : readLooks(name ?? before.name, typedLooks);
      if (looks && before.currentCanonId !== null) refuseOtherSubject(before, looks.subjectWords);
      return store.characters.edit(characterId, { ...(name === undefined ? {} : { name }), ...looks });
    },

    async retireCharacter(asker, characterId) {
      await changeable(asker, characterId);
      return store.characters.retire(characterId);
    },
  };
}

/** Letters that a panel's text would not keep together, or that Discord reads otherwise. */
const UNUSABLE = /[|@<>*:`\p{Cc}]/u;

/** @throws UserError `character-name-unusable` */
function readName(typed: string): string {
  const name = typed.trim().replace(/^@/u, '').trim();
  const unusable = UNUSABLE.exec(name)?.[0];
  if (unusable === undefined) return name;
  throw new UserError('character-name-unusable', {
    expected: 'a name that can stand in the text of a panel',
    got: `"${name}"`,
    todo: 'Leave out | @ < > * : ` and line breaks.',
    name,
  });
}

/** The canon shows what the character is; its anchors' prompts name it. */
function refuseOtherSubject({ name, subjectWords }: Character, changed: readonly string[]): void {
  if (changed.join(' ') === subjectWords.join(' ')) return;
  throw new UserError('character-subject-fixed', {
    expected: `looks of ${name} that still begin with what ${name} is: "${subjectWords.join(' ')}"`,
    got: `looks of a "${changed.join(' ')}"`,
    todo: 'Keep that word, or create a new character: the canon of this one shows what it is.',
    name,
    subject: subjectWords.join(' '),
  });
}

function refuseRetired({ name, status }: Character): void {
  if (status === 'active') return;
  throw new UserError('character-retired', {
    expected: 'a character that is not retired',
    got: `"${name}", who is`,
    todo: 'Create the character anew, or tell the story with another one.',
    name,
  });
}
