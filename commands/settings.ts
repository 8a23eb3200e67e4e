import { PermissionFlagsBits } from 'discord.js';
import {
  type Answer,
  type AutocompleteCall,
  type Call,
  defineCommand,
  type Suggestion,
  subcommand,
} from '../src/discord/command.ts';
import { listAnswer, settingsPage, valueText } from '../src/discord/settings-view.ts';
import { UserError } from '../src/errors/user-error.ts';
import { languages } from '../src/i18n/languages.ts';
import type { Messages } from '../src/i18n/messages.ts';
import {
  isSingleSetting,
  numberRange,
  type Possibilities,
  possibleValues,
  readSetting,
  SINGLE_SETTINGS,
  type SingleSetting,
} from '../src/settings/setting-catalog.ts';
import { changedIds, changedWords, readWords } from '../src/settings/setting-lists.ts';
import type { GuildSettings } from '../src/store/guild-settings.ts';

const setting = { type: 'text', required: true, choices: SINGLE_SETTINGS } as const;
/** Whoever is cast keeps these as they were. */
const DRAWING: ReadonlySet<SingleSetting> = new Set(['model', 'sampler', 'steps', 'guidance']);
/** Discord's limit on a value that is suggested; longer names can be typed. */
const MAX_SUGGESTED = 100;
const WORD_LISTS = { blocked: 'blockedWords', allowed: 'allowedWords' } as const;

export const command = defineCommand({
  name: 'settings',
  memberPermissions: PermissionFlagsBits.ManageGuild,
  guildOnly: true,
  subcommands: {
    show: subcommand({
      options: {},
      execute: async (call) => {
        requireServer(call);
        return settingsPage(call.settings, call.services.offers, call.t);
      },
    }),
    set: subcommand({
      options: { setting, value: { type: 'text', required: true, maxLength: 500, suggest: suggestValues } },
      execute: async (call) => {
        requireServer(call);
        const name = call.values.setting as SingleSetting;
        const label = (value: string) => valueText(name, value, call.t);
        const value = readSetting(name, call.values.value, possibilities(call), label);
        // A model that is no more is set by choosing another, so only what concerns drawing is looked at.
        if (DRAWING.has(name)) call.services.offers.assertDrawable({ ...call.settings, [name]: value });
        return change(call, name, value);
      },
    }),
    reset: subcommand({
      options: { setting },
      execute: async (call) => {
        requireServer(call);
        return change(call, call.values.setting as SingleSetting, null);
      },
    }),
    words: subcommand({
      options: {
        list: { type: 'text', required: true, choices: ['blocked', 'allowed'] },
        add: { type: 'text', maxLength: 3000 },
        remove: { type: 'text', maxLength: 3000, suggest: suggestListed },
      },
      execute: async (call) => {
        requireServer(call);
        const { list, add, remove } = call.values;
        const key = WORD_LISTS[list];
        const before = call.settings[key] ?? [];
        const [added, removed] = [readWords(add ?? ''), readWords(remove ?? '')];
        const words = changedWords(before, { added, removed });
        if (add !== undefined || remove !== undefined) {
          await call.services.store.settings.update(call.asker.scope, { [key]: words.length === 0 ? null : words });
        }
        return listAnswer(list, words, call.t);
      },
    }),
    roles: subcommand({
      options: {
        who: { type: 'text', required: true, choices: ['creatorRoles', 'moderatorRoles'] },
        add: { type: 'role' },
        remove: { type: 'role' },
      },
      execute: async (call) => {
        requireServer(call);
        const { who, add, remove } = call.values;
        const ids = changedIds(call.settings[who] ?? [], add, remove);
        const change = { [who]: ids.length === 0 ? null : ids };
        const settings = await call.services.store.settings.update(call.asker.scope, change);
        return settingsPage(settings, call.services.offers, call.t);
      },
    }),
  },
});

async function change(call: Call<unknown>, name: SingleSetting, value: unknown): Promise<Answer> {
  const { services, asker, t } = call;
  const settings = await services.store.settings.update(asker.scope, { [name]: value });
  const own: Readonly<Partial<Record<SingleSetting, string | number>>> = services.offers.defaults(settings);
  const words = valueText(name, settings[name], t, own[name]);
  const lines = [t.settings.changed({ name: t.settings.names[name] ?? name, value: words })];
  const byRoles = settings.creating === 'roles' || settings.redrawing === 'roles';
  if (byRoles && (settings.creatorRoles ?? []).length === 0) lines.push(t.settings.needsRoles);
  if (name === 'model') lines.push(t.settings.modelNeedsCasting, ...staying(settings, t));
  else if (DRAWING.has(name)) lines.push(t.settings.castAsTheyWere);
  return { content: lines.join('\n') };
}

/** What was set with the former model in mind. */
function staying(settings: GuildSettings, t: Messages): string[] {
  const items = (['sampler', 'steps', 'guidance'] as const).flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [`${t.settings.names[name]} ${valueText(name, value, t)}`];
  });
  return items.length === 0 ? [] : [t.settings.staysSet({ items: t.common.list({ items }) })];
}

function possibilities({ services: { offers } }: Pick<Call<unknown>, 'services'>): Possibilities {
  return { models: offers.models().map(({ name }) => name), limits: { ...offers.limits }, locales: languages() };
}

async function suggestValues(typed: string, call: AutocompleteCall): Promise<Suggestion[]> {
  const name = call.interaction.options.getString('setting') ?? '';
  if (!isSingleSetting(name)) return [];
  if (name === 'model') return suggestModels(typed, call);
  const range = numberRange(name, possibilities(call));
  if (range) return /^\d/u.test(typed) ? [] : [{ name: `${range[0]}–${range[1]}`, value: String(range[0]) }];
  const values = possibleValues(name, possibilities(call)) ?? [];
  const named = values.map((value) => ({ name: plainLabel(valueText(name, value, call.t)), value }));
  return named.filter((each) => includes(`${each.name} ${each.value}`, typed));
}

/** With what there is to know of each; those that can't be chosen come last, with the reason. */
function suggestModels(typed: string, { services, t }: AutocompleteCall): Suggestion[] {
  return services.offers
    .models()
    .filter(({ name }) => includes(name, typed) && name.length <= MAX_SUGGESTED)
    .map(({ name, facts }) => ({
      name: `${name} · ${facts ? t.settings.modelFacts(facts) : t.settings.modelProblem}`,
      value: name,
    }));
}

async function suggestListed(typed: string, call: AutocompleteCall): Promise<Suggestion[]> {
  // The lists are for those alone who may change them.
  if (!call.interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild)) return [];
  const list = call.interaction.options.getString('list') === 'allowed' ? 'allowedWords' : 'blockedWords';
  const words = call.settings[list] ?? [];
  return words.filter((word) => includes(word, typed)).map((word) => ({ name: word, value: word }));
}

function includes(text: string, typed: string): boolean {
  return text.toLowerCase().includes(typed.trim().toLowerCase());
}

/** Suggestions show no markdown. */
function plainLabel(label: string): string {
  return label.replaceAll('`', '');
}

/** Discord offers it in servers only; whoever finds a way around sets nothing for themselves, limits least of all. */
function requireServer({ asker, interaction }: Call<unknown>): void {
  const may = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;
  if (asker.scope.kind === 'guild' && may) return;
  throw new UserError('settings-not-here', {
    expected: 'a member of a server who may manage it',
    got: 'somebody else',
    todo: 'Ask a moderator of the server.',
  });
}
