/** "a, b and c" */
const list = new Intl.ListFormat('en', { type: 'conjunction' });

export const commonTexts = {
  typed: 'What you typed, so that nothing is lost:',
  typedInFile: 'What you typed is in the file, so that nothing is lost.',
  incident: ({ id }: { id: string }) =>
    `Something went wrong on our side. It is in the log under \`${id}\`; please tell whoever runs this bot.`,
  unknownError: ({ message }: { message: string }) => message,
  here: 'here',
  oldMessage: 'This button is from a version of the bot that is no more. `/story show` gives new ones.',
  keep: 'Keep it',
  kept: 'Nothing was deleted.',
  messagesLeft: ({ count }: { count: number }) =>
    `${count} ${count === 1 ? 'message' : 'messages'} could not be deleted, for lack of access; ask a moderator there.`,
  formTitle: 'Your story',
  list: ({ items }: { items: readonly string[] }) => list.format(items),
  missingPermissions: ({ names }: { names: readonly string[] }) =>
    `Here I miss the permission${names.length === 1 ? '' : 's'} to ${list.format(names)}.`,
  permissions: {
    ViewChannel: 'view the channel',
    SendMessages: 'send messages',
    SendMessagesInThreads: 'send messages in threads',
    AttachFiles: 'attach files',
    ReadMessageHistory: 'read the message history',
    AddReactions: 'add reactions',
    ManageMessages: 'manage messages (to take reactions away again)',
  },
  help: [
    '## Troupe draws stories whose characters stay the same',
    '**1. Cast somebody.** `/character create name:Rusty looks:a fox wearing a scarf`. Four candidates are drawn; pick the one that Rusty is from now on.',
    '**2. Tell a story.** `/story generate panels:Rusty standing in the forest | Rusty reading a book | Rusty dancing on the beach`. Name characters in the panels; leave `panels` out to write in a form.',
    '**3. Make it yours.** React to the page with a panel’s number, or use its menu: that panel is drawn anew and the characters stay. Older takes are kept: *Takes* brings them back.',
    '-# `/queue` shows what is being drawn. `/privacy` gives and erases what is stored of you. Moderators: `/settings`.',
  ].join('\n'),
};
