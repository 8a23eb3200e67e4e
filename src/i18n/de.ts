import { characterTexts } from './de/character.ts';
import { characterCommands } from './de/character-commands.ts';
import { commonTexts } from './de/common.ts';
import { errors } from './de/errors.ts';
import { privacyCommands, privacyTexts } from './de/privacy.ts';
import { progressTexts } from './de/progress.ts';
import { settingsChoices, settingsCommands, settingsTexts } from './de/settings.ts';
import { storyTexts } from './de/story.ts';
import { storyCommands } from './de/story-commands.ts';
import type { Messages } from './messages.ts';

export const de: Messages = {
  commands: {
    ...characterCommands,
    ...storyCommands,
    ...settingsCommands,
    ...privacyCommands,
    queue: { name: 'schlange', description: 'Was gerade gezeichnet wird und was wartet' },
    help: { name: 'hilfe', description: 'Wie man Figuren besetzt und Geschichten mit ihnen zeichnet' },
  },
  choices: {
    ...settingsChoices,
    'story generate layout': {
      auto: 'wie es am besten passt',
      row: 'nebeneinander',
      column: 'untereinander',
      square: 'im Quadrat',
    },
    'story export format': { png: 'Bild (PNG)', zip: 'alle Felder (ZIP)', pdf: 'Comicseite (PDF)' },
  },
  errors,
  common: commonTexts,
  progress: progressTexts,
  story: storyTexts,
  character: characterTexts,
  settings: settingsTexts,
  privacy: privacyTexts,
};
