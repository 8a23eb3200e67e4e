import { UserError } from '../errors/user-error.ts';

/** Somebody who has to look the same wherever they are. */
export interface Character {
  /** what people call it; in panels it stands for the looks */
  readonly name: string;
  /** how it looks, as the model is told: "a fox wearing a scarf" */
  readonly looks: string;
  /** the words of the looks that stand for it: "fox"; its masks are read from their attention */
  readonly subject: string;
}

export const MAX_LOOKS_LENGTH = 300;
export const MAX_NAME_LENGTH = 40;

/** Words after which the rest only says more about the subject before them. */
const SUBJECT_ENDS = new Set(
  (
    'with without in on at of from by near under over behind beside wearing holding carrying riding made named called ' +
    'who that which whose'
  ).split(' '),
);
const ARTICLES = new Set(['a', 'an', 'the', 'my', 'our', 'your', 'his', 'her', 'their', 'one', 'some']);
/** Words before a comma or an "and" after which the subject is still to come: "a small, red fox", "a black and white cat". */
const DESCRIBING = new Set(
  (
    'black white grey gray red orange yellow green blue purple pink brown golden silver dark light pale bright colourful ' +
    'colorful big small little tiny huge large giant tall short long thin slim fat chubby round young old baby ancient ' +
    'cute pretty beautiful handsome ugly happy sad angry grumpy sleepy shy brave friendly kind gentle wise clever funny ' +
    'scary lonely lazy strong wild soft fluffy furry hairy shaggy striped spotted shiny wooden'
  ).split(' '),
);
const CONJUNCTIONS = new Set(['and', 'or', 'but']);
/** A full stop that ends no sentence. */
const ABBREVIATION = /^(?:dr|jr|mr|mrs|ms|prof|sr|st)\.$/iu;

/**
 * Reads "Rusty: a fox wearing a scarf" or only "a fox wearing a scarf", which is then called by its subject. Asterisks
 * mark the subject where the rule of subjectOf would miss it: "a *polar bear* cub".
 * @throws UserError `character-empty`, `character-too-long`, `subject-unclear`
 */
export function parseCharacter(text: string): Character {
  const named = /^\s*@?([^:*@\s][^:*]{0,200}?)?\s*:(.*)$/su.exec(text);
  return createCharacter(named?.[1], named ? (named[2] as string) : text);
}

/**
 * @param givenName undefined: its subject serves as its name
 * @throws UserError `character-empty`, `character-too-long`, `subject-unclear`
 */
export function createCharacter(givenName: string | undefined, givenDescription: string): Character {
  const [name, description] = [givenName && tidy(givenName), tidy(givenDescription)];
  const marked = /\*([^*]+)\*/u.exec(description)?.[1]?.trim();
  const looks = tidy(description.replaceAll('*', ''));
  if (!/[\p{L}\p{N}]/u.test(looks)) {
    throw new UserError('character-empty', {
      expected: 'looks of a character, such as "a fox wearing a scarf"',
      got: `"${description}"`,
      todo: 'Say what the character looks like.',
    });
  }
  if (looks.length > MAX_LOOKS_LENGTH || (name?.length ?? 0) > MAX_NAME_LENGTH) {
    throw new UserError('character-too-long', {
      expected: `a name of at most ${MAX_NAME_LENGTH} and looks of at most ${MAX_LOOKS_LENGTH} characters`,
      got: `${name?.length ?? 0} and ${looks.length}`,
      todo: 'Shorten the description: the model reads only its first words anyway.',
    });
  }
  const subject = marked ?? subjectOf(looks);
  if (!/[\p{L}\p{N}\p{ExtPict}]/u.test(subject) || ARTICLES.has(subject.toLowerCase())) throw unclear(looks);
  return { name: name || subject, looks, subject };
}

/** Letters in the one way that captions have them too, so that a name typed on another keyboard is found there. */
const tidy = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ');

/**
 * The subject of a description: the last word before what only says more about it. "a small red fox wearing a scarf"
 * -> "fox".
 * @throws UserError `subject-unclear`
 */
export function subjectOf(looks: string): string {
  const words = looks.split(/\s+/u);
  const start = ARTICLES.has((words[0] ?? '').toLowerCase()) ? 1 : 0;
  const end = words.findIndex((_, i) => i >= start && endsBefore(words, i, start));
  const last = words.slice(start, end < 0 ? undefined : end).at(-1) ?? '';
  const subject = last.replace(/[^\p{L}\p{N}\p{M}'’-]/gu, '');
  if (!/[\p{L}\p{N}]/u.test(subject) || ARTICLES.has(subject.toLowerCase())) throw unclear(looks);
  return subject;
}

/** Whether the subject has been named before the word at `i`. */
function endsBefore(words: readonly string[], i: number, start: number): boolean {
  const word = words[i]?.toLowerCase() ?? '';
  const before = i > start ? (words[i - 1]?.toLowerCase() ?? '') : '';
  const describing = DESCRIBING.has(before.replace(/,$/u, ''));
  if ((CONJUNCTIONS.has(word) || before.endsWith(',')) && !describing) return true;
  if (/[.;:!?]$/u.test(before) && !ABBREVIATION.test(before)) return true;
  return SUBJECT_ENDS.has(word) || /^[([{–—]|^-+$/u.test(word);
}

function unclear(looks: string): UserError {
  return new UserError('subject-unclear', {
    expected: 'a description that begins with what the character is, such as "a fox wearing a scarf"',
    got: `"${looks}"`,
    todo: 'Put the noun first, or mark it with asterisks: "a *polar bear* cub".',
    looks,
  });
}
