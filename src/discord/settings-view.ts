import { AttachmentBuilder, escapeMarkdown } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import { BUILT_IN, SINGLE_SETTINGS, type SingleSetting } from '../settings/setting-catalog.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { Offers } from '../studio/offers.ts';
import type { Answer } from './command.ts';

/** Words that fit in a message; more go into a file. */
const MAX_SHOWN = 1500;
/** Of a style that somebody typed, what the overview shows. */
const MAX_VALUE = 120;

type Offered = Pick<Offers, 'limits' | 'defaults'>;
/** What whoever runs the bot allows at most. */
type Limits = Readonly<Partial<Record<SingleSetting, number>>>;

/** All settings of a server. */
export function settingsPage(settings: GuildSettings, { limits, defaults }: Offered, t: Messages): Answer {
  const texts = t.settings;
  const own: Readonly<Partial<Record<SingleSetting, string | number>>> = defaults(settings);
  const lines = SINGLE_SETTINGS.map((name) => {
    const [value, most] = [settings[name], (limits as Limits)[name]];
    const words = valueText(name, value, t, own[name]);
    const isBeyond = most !== undefined && typeof value === 'number' && value > most;
    return texts.line({
      name: texts.names[name] ?? name,
      value: isBeyond ? texts.beyondLimit({ value: words, most }) : words,
    });
  });
  const roles = (ids: readonly string[] = []) => ids.map((id) => `<@&${id}>`).join(' ') || texts.nobody;
  const content = [
    texts.title,
    ...lines,
    texts.rolesLine({ creators: roles(settings.creatorRoles), moderators: roles(settings.moderatorRoles) }),
    texts.lists({ blocked: settings.blockedWords?.length ?? 0, allowed: settings.allowedWords?.length ?? 0 }),
  ].join('\n');
  return fitting(content, 'settings.txt', t);
}

/** A setting's value in words; what holds instead where nothing is set. */
export function valueText(
  name: SingleSetting,
  value: string | number | undefined,
  t: Messages,
  fallback: string | number | undefined = BUILT_IN[name],
): string {
  const texts = t.settings;
  const inWords = (each: string) => texts.values[each] ?? escapeMarkdown(each.slice(0, MAX_VALUE));
  if (value !== undefined) return typeof value === 'number' ? String(value) : inWords(value);
  return fallback === undefined ? texts.notSet : texts.byDefault({ value: inWords(String(fallback)) });
}

/** A list of words, hidden until it is clicked on: it may hold the worst there is. */
export function listAnswer(list: 'blocked' | 'allowed', words: readonly string[], t: Messages): Answer {
  const name = t.choices['settings words list']?.[list] ?? list;
  if (words.length === 0) return { content: t.settings.noWords({ list: name }) };
  const head = t.settings.words({ list: name, count: words.length });
  const shown = escapeMarkdown(words.join(', '));
  if (shown.length <= MAX_SHOWN) return { content: `${head}\n||${shown}||` };
  return {
    content: `${head}\n${t.settings.wordsInFile}`,
    files: [new AttachmentBuilder(Buffer.from(words.join('\n'), 'utf8'), { name: `SPOILER_${list}-words.txt` })],
  };
}

/** Discord's limit on a message is 2000 characters; a hundred roles are longer. */
function fitting(content: string, name: string, t: Messages): Answer {
  if (content.length <= 2000) return { content };
  return { content: t.settings.wordsInFile, files: [new AttachmentBuilder(Buffer.from(content, 'utf8'), { name })] };
}
