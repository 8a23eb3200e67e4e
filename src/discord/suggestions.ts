import { foldName } from '../store/fold-name.ts';
import type { Suggest } from './command-options.ts';
import { storyHere } from './lookup.ts';
import { storyTitle } from './story-title.ts';

/** Discord's limit on a text that a suggestion stands for. */
const MAX_VALUE = 100;
const MOST = 25;
const STORIES_LOOKED_AT = 200;

export const suggestCharacters: Suggest = async (typed, { asker, services }) => {
  const containing = typed.replace(/^@/u, '');
  const found = await services.store.characters.list(asker.scope, { containing, limit: MOST });
  return found.map(({ name, looks }) => ({ name: `${name} · ${looks}`, value: name }));
};

/** Those off the cast whom the asker may delete; a name may be another's by now, so the id tells who. */
export const suggestRetired: Suggest = async (typed, { asker, services }) => {
  const ownerId = asker.isModerator ? undefined : asker.memberId;
  const found = await services.store.characters.list(asker.scope, { ownerId, containing: typed, retired: true });
  const retired = found.filter(({ status }) => status === 'retired');
  return retired.map(({ id, name, looks }) => ({ name: `${name} · ${looks}`, value: id }));
};

/** Completes the last of several names with commas between. */
export const suggestCast: Suggest = async (typed, { asker, services }) => {
  const at = typed.lastIndexOf(',') + 1;
  const before = typed.slice(0, at).trim();
  const containing = typed.slice(at).trim().replace(/^@/u, '');
  const found = await services.store.characters.list(asker.scope, { containing, limit: MOST });
  return found
    .map(({ name }) => (before === '' ? name : `${before} ${name}`))
    .filter((names) => names.length <= MAX_VALUE)
    .map((names) => ({ name: names, value: names }));
};

export const suggestStories: Suggest = async (typed, { asker, services }) => {
  const stories = await services.store.stories.list({ scope: asker.scope, limit: STORIES_LOOKED_AT });
  const part = foldName(typed);
  const found = stories.filter((story) => foldName(storyTitle(story)).includes(part));
  return found.map((story) => ({ name: `${storyTitle(story)} · ${story.panels.length}`, value: story.id }));
};

/** Those for the server's model. */
export const suggestLoras: Suggest = async (typed, { services, settings }) => {
  const part = foldName(typed);
  const names = services.offers.loras(settings).filter((name) => foldName(name).includes(part));
  return names.map((name) => ({ name, value: name }));
};

/** Panels of the story that was chosen before, by number and caption. */
export const suggestPanels: Suggest = async (typed, call) => {
  const story = await storyHere(call, call.interaction.options.getString('story') ?? '').catch(() => undefined);
  return (story?.panels ?? [])
    .map(({ caption }, index) => ({ name: `${index + 1} · ${caption}`, value: index + 1 }))
    .filter(({ name }) => foldName(name).includes(foldName(typed)));
};
