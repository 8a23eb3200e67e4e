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

const setting = { type: 'text', required: true, choices: SINGLE_SETTINGS } as const;
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
        return settingsPage(call.settings, call.t);
      },
    }),
    set: subcommand({
      options: { setting, value: { type: 'text', required: true, maxLength: 500, suggest: suggestValues } },
      execute: async (call) => {
        requireServer(call);
        const name = call.values.setting as SingleSetting;
        const label = (value: string) => valueText(name, value, call.t);
        const value = readSetting(name, call.values.value, await possibilities(call), label);
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
        return settingsPage(await call.services.store.settings.update(call.asker.scope, change), call.t);
      },
    }),
  },
});

async function change(call: Call<unknown>, name: SingleSetting, value: unknown): Promise<Answer> {
  const { services, asker, t } = call;
  const settings = await services.store.settings.update(asker.scope, { [name]: value });
  const lines = [
    t.settings.changed({ name: t.settings.names[name] ?? name, value: valueText(name, settings[name], t) }),
  ];
  const byRoles = settings.creating === 'roles' || settings.redrawing === 'roles';
  if (byRoles && (settings.creatorRoles ?? []).length === 0) lines.push(t.settings.needsRoles);
  return { content: lines.join('\n') };
}

async function possibilities({ services }: Pick<Call<unknown>, 'services'>): Promise<Possibilities> {
  return { models: await services.models?.(), locales: languages() };
}

async function suggestValues(typed: string, call: AutocompleteCall): Promise<Suggestion[]> {
  const name = call.interaction.options.getString('setting') ?? '';
  if (!isSingleSetting(name)) return [];
  const range = numberRange(name);
  if (range) return /^\d+$/u.test(typed) ? [] : [{ name: `${range[0]}–${range[1]}`, value: String(range[0]) }];
  const values = possibleValues(name, await possibilities(call)) ?? [];
  const named = values.map((value) => ({ name: plainLabel(valueText(name, value, call.t)), value }));
  return named.filter((each) => includes(`${each.name} ${each.value}`, typed));
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
