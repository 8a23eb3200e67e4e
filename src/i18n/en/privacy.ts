import type { CommandTexts } from '../messages.ts';

export const privacyCommands: CommandTexts = {
  privacy: { name: 'privacy', description: 'What is stored of you' },
  'privacy export': { name: 'export', description: 'Get everything that is stored of you, as a file' },
  'privacy export part': { name: 'part', description: 'Which part, where it doesn’t fit in one file' },
  'privacy erase': { name: 'erase', description: 'Erase everything that is stored of you; you are asked first' },
};

export const privacyTexts = {
  nothing: 'Nothing is stored of you.',
  exported: 'Everything that is stored of you: `data.json` as text, the pictures beside it.',
  exportedPart: ({ part, parts }: { part: number; parts: number }) =>
    `Part ${part} of ${parts} of everything that is stored of you.${part < parts ? ` Next: \`/privacy export part:${part + 1}\`.` : ''}`,
  leftOut: ({ count }: { count: number }) =>
    `${count === 1 ? 'One file is' : `${count} files are`} missing or too large to be sent; \`left-out.txt\` says which. Whoever runs this bot can help.`,
  question: ({ items }: { items: readonly string[] }) =>
    `This goes, on all servers and for ever:\n${items.map((item) => `- ${item}`).join('\n')}\nWhat others made with your characters stays theirs. \`/privacy export\` gives you a copy first.`,
  characters: ({ count }: { count: number }) => `${count} ${count === 1 ? 'character' : 'characters'} with their looks`,
  stories: ({ count }: { count: number }) =>
    `${count} ${count === 1 ? 'story' : 'stories'} with all pictures and messages`,
  takes: ({ count }: { count: number }) => `${count} ${count === 1 ? 'picture' : 'pictures'} in stories of others`,
  running: ({ count }: { count: number }) =>
    `${count} ${count === 1 ? 'drawing' : 'drawings'} that ${count === 1 ? 'waits or is' : 'wait or are'} being drawn`,
  rest: 'votes, the list of past drawings and the settings of your direct messages',
  erase: 'Erase everything',
  erased: ({ characters, stories, takes }: { characters: number; stories: number; takes: number }) =>
    `Erased: ${characters} characters, ${stories} stories, ${takes} pictures. Backups of whoever runs this bot may hold them for a while.`,
};
