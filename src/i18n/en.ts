import { characterTexts } from './en/character.ts';
import { characterCommands } from './en/character-commands.ts';
import { commonTexts } from './en/common.ts';
import { errors } from './en/errors.ts';
import { privacyCommands, privacyTexts } from './en/privacy.ts';
import { progressTexts } from './en/progress.ts';
import { settingsChoices, settingsCommands, settingsTexts } from './en/settings.ts';
import { storyTexts } from './en/story.ts';
import { storyCommands } from './en/story-commands.ts';
import type { ChoiceTexts, CommandTexts, ErrorTexts } from './messages.ts';

/** English: the language that all others follow. */
export const en = {
  commands: {
    ...characterCommands,
    ...storyCommands,
    ...settingsCommands,
    ...privacyCommands,
    queue: { name: 'queue', description: 'What is being drawn, and what waits' },
    help: { name: 'help', description: 'How to cast characters and draw stories with them' },
  } as CommandTexts,
  choices: {
    ...settingsChoices,
    'story generate layout': {
      auto: 'as it fits best',
      row: 'side by side',
      column: 'below each other',
      square: 'square',
    },
    'story export format': { png: 'picture (PNG)', zip: 'all panels (ZIP)', pdf: 'comic page (PDF)' },
  } as ChoiceTexts,
  errors: errors as ErrorTexts,
  common: commonTexts,
  progress: progressTexts,
  story: storyTexts,
  character: characterTexts,
  settings: settingsTexts,
  privacy: privacyTexts,
};
