import { DataSet, englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

type Profanity = 'slurs' | 'sexual' | 'coarse';

/** obscenity's list by its words; all that is named neither here nor below is swearing. */
const SLURS: ReadonlySet<string> = new Set([
  ...['abo', 'abeed', 'africoon', 'arabush', 'boonga', 'chingchong', 'chink', 'dyke', 'fag', 'kike', 'negro', 'nigger'],
  ...['retard', 'spastic', 'tranny'],
]);
const SEXUAL: ReadonlySet<string> = new Set([
  ...[
    'anal',
    'anus',
    'bestiality',
    'blowjob',
    'boob',
    'buttplug',
    'cock',
    'cum',
    'cunt',
    'deepthroat',
    'dick',
    'dildo',
  ],
  ...['doggystyle', 'double penetration', 'ejaculate', 'felch', 'fellatio', 'finger bang', 'fisting', 'gangbang'],
  ...['handjob', 'hentai', 'hooker', 'incest', 'jerk off', 'jizz', 'lubejob', 'masturbate', 'orgasm', 'orgy', 'penis'],
  ...['porn', 'pussy', 'rape', 'scat', 'semen', 'sex', 'slut', 'tit', 'vagina', 'wank', 'whore', 'fuck'],
]);

const MARK = /\p{M}/u;

export interface ProfanityMatch {
  readonly kind: Profanity;
  /** in UTF-16 units */
  readonly start: number;
  /** behind the last */
  readonly end: number;
}

/** Finds English profanity by the package obscenity, which knows its words' disguises and their harmless neighbours. */
export class EnglishProfanity {
  readonly #dataset = new DataSet<{ originalWord: string }>().addAll(englishDataset);
  readonly #matcher = new RegExpMatcher({ ...this.#dataset.build(), ...englishRecommendedTransformers });

  /** @param text folded; the package has no eyes for accents, so it sees the letters alone */
  find(text: string): ProfanityMatch[] {
    const places: number[] = [];
    let letters = '';
    for (let at = 0; at < text.length; at++) {
      if (MARK.test(text.charAt(at))) continue;
      letters += text.charAt(at);
      places.push(at);
    }
    return this.#matcher.getAllMatches(letters).map((match) => {
      const word = this.#dataset.getPayloadWithPhraseMetadata(match).phraseMetadata?.originalWord ?? '';
      const [start = 0, last = 0] = [places[match.startIndex], places[match.endIndex]];
      return { kind: kindOf(word), start, end: last + 1 };
    });
  }
}

function kindOf(word: string): Profanity {
  if (SLURS.has(word)) return 'slurs';
  return SEXUAL.has(word) ? 'sexual' : 'coarse';
}
