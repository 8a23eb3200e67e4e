import type { Signature } from '../../inspection/warning.ts';

export const storyTexts = {
  /** @param where a link to the message, or a channel */
  taken: ({ place, where }: { place: string; where: string }) => `Your story is ${place}. It appears here: ${where}`,
  redrawTaken: ({ panel, place, where }: { panel: number; place: string; where: string }) =>
    `Panel ${panel} is drawn anew with the same characters: ${place}. It appears in ${where}`,
  addTaken: ({ place, where }: { place: string; where: string }) => `The new panel is ${place}. It appears in ${where}`,
  by: ({ author, cast }: { author: string; cast: string }) => (cast ? `by ${author} · with ${cast}` : `by ${author}`),
  footer: ({ seed, panels, loras }: { seed: string; panels: number; loras: readonly string[] }) =>
    [`seed ${seed}`, `${panels} panel${panels === 1 ? '' : 's'}`, ...loras.map((lora) => `LoRA ${lora}`)].join(' · '),
  hint: 'React with a number to draw that panel anew.',
  cannotReact: 'I may not add reactions here: choose a panel in the menu instead.',
  cannotUnreact: 'I may not take reactions away here, so yours stay.',
  somebody: 'Somebody',
  warnings: {
    'inconsistent-subject': ({ panel, who }) => `${who} may look different in panel ${panel}.`,
    'layout-collapse': ({ panel }) => `The panels may be composed too much alike, panel ${panel} most of all.`,
    'poor-details': ({ panel }) => `Panel ${panel} may have come out blurred.`,
    'background-leakage': ({ panel }) => `Backgrounds may have run into each other, in panel ${panel} most of all.`,
  } as Readonly<Record<Signature, (about: { panel: number; who: string }) => string>>,
  unknownWords: ({ words }: { words: string }) => `The model was not taught: ${words}. It draws around these words.`,
  nearName: ({ typed, name }: { typed: string; name: string }) =>
    `Nobody here is called “${typed}”, so it is drawn as a plain word. Did you mean ${name}? With an @ a name is checked before it is drawn.`,
  drifted: ({ names }: { names: string }) =>
    `${names} may look a little different here than when they were cast: that was with other steps, another sampler or on another machine. \`/character recast\` puts all on one footing.`,
  cutWords: ({ panel, words }: { panel: number; words: string }) =>
    `Panel ${panel} is too long for the model; it did not read: ${words}`,
  redrawPanel: ({ panel }: { panel: number }) => `Redraw panel ${panel}`,
  redrawMenu: 'Draw a panel anew…',
  redrawOption: ({ panel }: { panel: number }) => `Panel ${panel}`,
  vary: 'Vary',
  add: 'Add panel',
  takes: 'Takes',
  export: 'Export',
  addForm: 'One more panel',
  addField: 'What happens in it?',
  generateForm: 'Your story',
  titleField: 'Title',
  panelsField: 'Panels, one a line',
  panelsHint: 'Rusty standing in the forest\nRusty reading a book\nRusty dancing on the beach at night',
  charactersField: 'Who is in every panel (names, with commas)',
  styleField: 'How it is drawn',
  seedField: 'Seed (a number; empty: a new one)',
  exportAs: 'As what?',
  takesOf: ({ panel, shown, total }: { panel: number; shown: number; total: number }) =>
    `Panel ${panel}: take ${shown} of ${total} is on the page.${total > 1 ? ' The newest comes first.' : ''}`,
  takesMenu: 'Put a take on the page…',
  takesPanelMenu: 'Takes of which panel?',
  takeOption: ({ take }: { take: number }) => `Take ${take}`,
  takeShown: 'on the page now',
  takeAlt: ({ panel, take, caption }: { panel: number; take: number; caption: string }) =>
    `Panel ${panel}, take ${take}: ${caption}`,
  takeChosen: ({ panel, take }: { panel: number; take: number }) => `Panel ${panel} shows take ${take} now.`,
  noTakes: 'Nothing of it is drawn yet.',
  list: '## Stories',
  listEmpty: 'No stories yet. `/story generate` draws one.',
  listLine: ({
    title,
    author,
    panels,
    when,
    link,
  }: {
    title: string;
    author: string;
    panels: number;
    when: string;
    link: string;
  }) => `**${title}** · ${panels} panel${panels === 1 ? '' : 's'} · ${author} · ${when}${link ? ` · ${link}` : ''}`,
  link: 'message',
  posted: ({ where }: { where: string }) => `Its message is here: ${where}`,
  cancelled: 'Cancelled.',
  stopping: 'It stops in a moment.',
  ended: 'That had ended already.',
  nothingToCancel: 'Nothing of yours is being drawn or waits.',
  deleteQuestion: ({ title, panels, takes, open }: { title: string; panels: number; takes: number; open: number }) =>
    [
      `“${title}” goes for good: ${panels === 1 ? 'its panel' : `its ${panels} panels`}, ${takes === 1 ? 'one picture' : `${takes} pictures`} and its message.`,
      ...(open > 0 ? ['What is being drawn of it stops.'] : []),
      'Stories that were varied or replayed from it stay, and so does what somebody exported.',
    ].join(' '),
  delete: 'Delete the story',
  deleted: ({ title }: { title: string }) =>
    `“${title}” is deleted. Backups of whoever runs this bot may hold it for a while.`,
  noAccess: ({ title, channel, missing }: { title: string; channel: string; missing: string }) =>
    `“${title}” is drawn, but I can’t post it in ${channel}. ${missing} \`/story show\` shows it wherever you may use me.`,
  withheld: 'A picture in it isn’t shown here, by this server’s settings. Panels can be redrawn.',
  refused: ({ who, reason }: { who: string; reason: string }) => `${who}: ${reason}`,
};
