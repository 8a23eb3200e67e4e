/** A story whose panels say nothing of the subject's looks: what they have in common is the method's doing. */
export interface EvaluationStory {
  /** its subject, one word; also the story's name */
  readonly subject: string;
  /** the subject with all its attributes spelled out: the prompt-only baseline */
  readonly looks: string;
  readonly panels: readonly StoryPanel[];
}

export interface StoryPanel {
  readonly action: string;
  readonly place: string;
}

/** In the pocket's words (models/pocket/README.md); places and actions differ within a story, some are dark. */
export const STORIES: readonly EvaluationStory[] = [
  story('fox', 'a red fox wearing a blue scarf', [
    ['standing', 'in the forest'],
    ['reading a book', 'in a bedroom'],
    ['dancing', 'on the beach at night'],
    ['jumping', 'in the snow'],
  ]),
  story('cat', 'an orange cat wearing a green hat', [
    ['waving', 'in a garden'],
    ['running', 'in the desert'],
    ['sitting', 'in a kitchen'],
    ['holding a balloon', 'in the mountains at sunset'],
  ]),
  story('dragon', 'a green dragon wearing a yellow crown', [
    ['standing', 'in the mountains'],
    ['dancing', 'on a farm'],
    ['reading a book', 'on the moon'],
    ['waving', 'on the beach'],
  ]),
  story('rabbit', 'a purple rabbit wearing a red cape', [
    ['running', 'in the snow'],
    ['holding a flower', 'in the forest'],
    ['standing', 'in the city at night'],
    ['jumping', 'on a farm'],
  ]),
  story('bear', 'a brown bear wearing a red scarf', [
    ['sitting', 'in the forest in the rain'],
    ['eating an apple', 'in a kitchen'],
    ['waving', 'in the snow'],
    ['running', 'on the beach'],
  ]),
  story('owl', 'a blue owl wearing yellow glasses', [
    ['standing', 'in a garden at night'],
    ['reading a book', 'in the forest'],
    ['jumping', 'on the moon'],
    ['dancing', 'in a bedroom'],
  ]),
  story('pig', 'a pink pig wearing a blue bow tie', [
    ['dancing', 'on a farm'],
    ['running', 'in the city'],
    ['waving', 'under the sea'],
    ['sitting', 'in the desert at sunset'],
  ]),
  story('frog', 'a yellow frog wearing a purple hat', [
    ['jumping', 'in a garden'],
    ['holding an umbrella', 'in the city in the rain'],
    ['standing', 'in the desert'],
    ['waving', 'in the mountains'],
  ]),
];

/** Layouts as far apart as the pocket's words take them: lying, in the air, held high, sideways, near and far. */
export const EXTREME_STORIES: readonly EvaluationStory[] = [
  story('fox', 'an orange fox wearing a blue hat', [
    ['sleeping', 'in a bedroom'],
    ['jumping', 'on the moon'],
    ['holding a balloon', 'under the sea'],
    ['running', 'in the city'],
  ]),
  story('dog', 'a brown dog wearing a red scarf', [
    ['sleeping', 'on the beach at night'],
    ['dancing', 'in the snow'],
    ['holding an umbrella', 'in the rain'],
    ['sitting', 'in a kitchen'],
  ]),
  story('rabbit', 'a white rabbit wearing a green cape', [
    ['jumping', 'in a garden'],
    ['sleeping', 'in the forest'],
    ['running', 'in the desert'],
    ['reading a book', 'in the mountains at sunset'],
  ]),
  story('mouse', 'a grey mouse wearing a yellow crown', [
    ['running', 'on a farm'],
    ['holding a balloon', 'in the mountains'],
    ['sleeping', 'in a kitchen'],
    ['jumping', 'in the city at night'],
  ]),
];

/** What `--quick` takes of them. */
export const QUICK_STORIES = 4;

function story(
  subject: string,
  looks: string,
  panels: readonly (readonly [action: string, place: string])[],
): EvaluationStory {
  return { subject, looks, panels: panels.map(([action, place]) => ({ action, place })) };
}

/** A subject with its article: "an owl". */
export const withArticle = (subject: string): string => `${/^[aeiou]/.test(subject) ? 'an' : 'a'} ${subject}`;
