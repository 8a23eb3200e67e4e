import type { ExportFormat } from '../studio/studio.ts';
import { addPanel, redrawPanel } from './change-story.ts';
import type { Action, Press } from './command.ts';
import { EXPORT_FORMATS, exportAnswer, exportChoice } from './export-answer.ts';
import { panelForm, readLoraArgs, SCRIPT_FIELDS } from './forms.ts';
import { storyHere } from './lookup.ts';
import { startAgain, startStory } from './start-story.ts';
import { readLayout, splitNames } from './story-values.ts';
import { takesAnswer } from './takes-view.ts';

const storyOf = (press: Press) => storyHere(press, press.args[0] ?? '');

/** What the buttons, menus and forms of stories do. Their custom ids begin with the story's id. */
export const storyActions: Readonly<Record<string, Action>> = {
  redraw: {
    answers: 'ephemeral',
    execute: async (press) => redrawPanel(press, await storyOf(press), Number(press.chosen[0])),
  },
  'redraw-panel': {
    answers: 'ephemeral',
    execute: async (press) => redrawPanel(press, await storyOf(press), Number(press.args[1])),
  },
  vary: { answers: 'ephemeral', execute: async (press) => startAgain(press, await storyOf(press), 'vary') },
  replay: { answers: 'ephemeral', execute: async (press) => startAgain(press, await storyOf(press), 'replay') },
  add: {
    answers: 'ephemeral',
    opens: ({ args, marker, t }) => panelForm(args[0] ?? '', marker, t),
    execute: async () => undefined,
  },
  'add-panel': {
    answers: 'ephemeral',
    execute: async (press) => addPanel(press, await storyOf(press), press.fields.text ?? ''),
  },
  takes: {
    answers: 'ephemeral',
    execute: async (press) => takesAnswer(press, press.interaction, await storyOf(press), 1),
  },
  'takes-panel': {
    answers: 'update',
    execute: async (press) => takesAnswer(press, press.interaction, await storyOf(press), Number(press.chosen[0])),
  },
  'takes-page': {
    answers: 'update',
    execute: async (press) => {
      const [, place, page] = press.args.map(Number);
      return takesAnswer(press, press.interaction, await storyOf(press), place ?? 1, page);
    },
  },
  'take-show': { answers: 'update', execute: showTake },
  export: { answers: 'ephemeral', execute: async (press) => exportChoice(await storyOf(press), press) },
  'export-as': {
    answers: 'ephemeral',
    execute: async (press) => exportAnswer(press, press.interaction, await storyOf(press), formatOf(press.args[1])),
  },
  script: {
    answers: 'ephemeral',
    execute: async (press) => {
      const { fields, args } = press;
      return startStory(press, {
        title: fields[SCRIPT_FIELDS.title] || undefined,
        panels: fields[SCRIPT_FIELDS.panels] ?? '',
        characters: splitNames(fields[SCRIPT_FIELDS.characters]),
        style: fields[SCRIPT_FIELDS.style] || undefined,
        seed: fields[SCRIPT_FIELDS.seed] || undefined,
        layout: readLayout(args[0]),
        lora: readLoraArgs(args),
      });
    },
  },
  cancel: {
    answers: 'ephemeral',
    execute: async ({ services, asker, args, marker, t }) => {
      const outcome = await services.board.changeMarked(marker, () => services.studio.cancel(asker, args[0] ?? ''));
      return { content: t.story[outcome] };
    },
  },
};

async function showTake(press: Press) {
  const { services, asker, chosen, args } = press;
  const { id } = await storyOf(press);
  await services.board.changeStory(id, () => services.studio.showTake(asker, id, chosen[0] ?? ''));
  return takesAnswer(press, press.interaction, await storyOf(press), Number(args[1]));
}

function formatOf(value: string | undefined): ExportFormat {
  return EXPORT_FORMATS.find((format) => format === value) ?? 'png';
}
