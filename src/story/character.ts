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
    'who that which whose and or but'
  ).split(' '),
);
const ARTICLES = new Set(['a', 'an', 'the', 'my', 'our', 'your', 'his', 'her', 'their', 'one', 'some']);

/**
 * Reads "Rusty: a fox wearing a scarf" or only "a fox wearing a scarf", which is then called by its subject. Asterisks
 * mark the subject where the rule of subjectOf would miss it: "a *polar bear* cub".
 * @throws UserError `character-empty`, `character-too-long`, `subject-unclear`
 */
export function parseCharacter(text: string): Character {
  const named = /^\s*@?([^:*]{1,200}?)\s*:\s*(.*)$/su.exec(text);
  const description = (named ? (named[2] as string) : text).trim().replace(/\s+/gu, ' ');
  return createCharacter(named?.[1], description);
}

/** @param name undefined: its subject serves as its name */
export function createCharacter(name: string | undefined, description: string): Character {
  const marked = /\*([^*]+)\*/u.exec(description)?.[1]?.trim();
  const looks = description.replaceAll('*', '').trim();
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
  return { name: name ?? subject, looks, subject };
}

/**
 * The subject of a description: the last word before what only says more about it. "a small red fox wearing a scarf"
 * -> "fox".
 * @throws UserError `subject-unclear`
 */
export function subjectOf(looks: string): string {
  const words = looks.split(/\s+/u);
  const start = ARTICLES.has((words[0] ?? '').toLowerCase()) ? 1 : 0;
  const end = words.findIndex(
    (word, i) => i > start && (SUBJECT_ENDS.has(word.toLowerCase()) || /[,;(]/u.test(words[i - 1]?.at(-1) ?? '')),
  );
  const subject =
    words
      .slice(start, end < 0 ? undefined : end)
      .at(-1)
      ?.replace(/[^\p{L}\p{N}\p{M}'’-]/gu, '') ?? '';
  if (subject === '' || SUBJECT_ENDS.has(subject.toLowerCase())) {
    throw new UserError('subject-unclear', {
      expected: 'a description that begins with what the character is, such as "a fox wearing a scarf"',
      got: `"${looks}"`,
      todo: 'Put the noun first, or mark it with asterisks: "a *polar bear* cub".',
      looks,
    });
  }
  return subject;
}
