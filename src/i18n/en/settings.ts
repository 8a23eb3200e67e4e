import type { ModelFacts } from '../../studio/offers.ts';
import type { ChoiceTexts, CommandTexts } from '../messages.ts';

const gigabytes = (bytes: number) => (bytes / 1e9).toLocaleString('en', { maximumFractionDigits: 1 });

/** By the settings' names in src/store/guild-settings.ts. */
export const settingNames = {
  model: 'model',
  sampler: 'sampler',
  steps: 'sampling steps',
  guidance: 'guidance (how closely prompts are followed)',
  style: 'default style',
  layout: 'layout of pages',
  locale: 'language of public messages',
  panelsPerStory: 'most panels in a story',
  queuedPerMember: 'most waiting drawings of a member',
  queuedPerServer: 'most waiting drawings of this server',
  creating: 'who may create',
  redrawing: 'who may redraw and add panels',
  promptFilter: 'filter of texts',
  ageGatedFilter: 'filter of texts in age-gated channels',
  pictureFilter: 'pictures that the picture filter flags',
  spoilers: 'which pictures are spoilers',
  warnings: 'hints that a panel may have failed',
};

const names: Readonly<Record<string, string>> = settingNames;

export const settingsChoices: ChoiceTexts = {
  'settings set setting': names,
  'settings reset setting': names,
  'settings words list': { blocked: 'refused words', allowed: 'words let through' },
  'settings roles who': { creatorRoles: 'may create (and redraw)', moderatorRoles: 'count as moderators' },
};

export const settingsCommands: CommandTexts = {
  settings: { name: 'settings', description: 'How Troupe behaves on this server' },
  'settings show': { name: 'show', description: 'All settings' },
  'settings set': { name: 'set', description: 'Change a setting' },
  'settings set setting': { name: 'setting', description: 'Which one' },
  'settings set value': { name: 'value', description: 'The new value; what is possible is offered' },
  'settings reset': { name: 'reset', description: 'Take a setting back to what it was at the beginning' },
  'settings reset setting': { name: 'setting', description: 'Which one' },
  'settings words': { name: 'words', description: 'Words that are refused, or let through, in texts' },
  'settings words list': { name: 'list', description: 'Which list' },
  'settings words add': { name: 'add', description: 'Words or phrases, with commas between; * stands for any ending' },
  'settings words remove': { name: 'remove', description: 'Words to take off the list, with commas between' },
  'settings roles': { name: 'roles', description: 'Roles that may create, or that count as moderators' },
  'settings roles who': { name: 'who', description: 'What the roles are for' },
  'settings roles add': { name: 'add', description: 'A role to add' },
  'settings roles remove': { name: 'remove', description: 'A role to remove' },
};

export const settingsTexts = {
  names: names,
  /** Of settings with a fixed set of values, and of what holds where nothing is set. */
  values: {
    auto: 'as it fits best',
    row: 'side by side',
    column: 'below each other',
    square: 'square',
    everyone: 'everyone',
    author: 'the author only',
    roles: 'those with a role (`/settings roles`)',
    moderators: 'moderators only',
    on: 'on',
    off: 'off',
    slurs: 'slurs only',
    standard: 'standard: slurs, sex, swearing',
    strict: 'strict: cruelty too',
    spoiler: 'behind a spoiler',
    withhold: 'not posted',
    flagged: 'flagged ones',
    always: 'all',
    byModel: 'the model’s own',
    byServer: 'the server’s',
    en: 'English',
    de: 'Deutsch',
  } as Readonly<Record<string, string>>,
  title: '## Settings of this server',
  line: ({ name, value }: { name: string; value: string }) => `**${name}**: ${value}`,
  notSet: 'not set (as the bot is configured)',
  byDefault: ({ value }: { value: string }) => `${value} (not set)`,
  lists: ({ blocked, allowed }: { blocked: number; allowed: number }) =>
    `**own words**: ${blocked} refused, ${allowed} let through (\`/settings words\`)`,
  rolesLine: ({ creators, moderators }: { creators: string; moderators: string }) =>
    `**roles**: may create: ${creators} · moderators: ${moderators}`,
  nobody: 'none',
  changed: ({ name, value }: { name: string; value: string }) => `**${name}** is now: ${value}`,
  /** @param memory bytes of a story of four panels */
  modelFacts: ({ family, width, height, steps, memory, isDefault }: ModelFacts) =>
    [
      ...(isDefault ? ['recommended'] : []),
      ...(family === undefined ? [] : [family]),
      `${width} × ${height}`,
      `${steps} steps`,
      `${gigabytes(memory)} GB of memory`,
    ].join(' · '),
  modelProblem: 'can’t be used now',
  modelNeedsCasting:
    'Stories that wait already keep their model. Characters have a canon for each model: those that were never cast with this one are offered to be recast, and keep their looks with the other.',
  staysSet: ({ items }: { items: string }) =>
    `Set here before, and counting for this model too: ${items}. \`/settings reset\` takes that back.`,
  castAsTheyWere:
    'This counts for new characters and for stories without any: those that are cast are drawn as they were cast, until they are recast.',
  beyondLimit: ({ value, most }: { value: string; most: number }) =>
    `${value}, but whoever runs this bot allows ${most}`,
  needsRoles: 'No role is named yet, so nobody but moderators may: name some with `/settings roles`.',
  words: ({ list, count }: { list: string; count: number }) => `**${list}**: ${count}`,
  noWords: ({ list }: { list: string }) => `**${list}**: none. Add some with \`add\`.`,
  wordsInFile: 'They are in the file.',
};
