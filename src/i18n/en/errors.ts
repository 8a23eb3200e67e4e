import { MAX_LOOKS_LENGTH, MAX_NAME_LENGTH } from '../../story/character.ts';
import { MAX_PANEL_LENGTH } from '../../story/panel-script.ts';
import { MAX_TITLE_LENGTH } from '../../story/story-script.ts';
import type { ErrorText } from '../messages.ts';
import { operatorErrors } from '../operator-codes.ts';

const gigabytes = (bytes: string) => (Number(bytes) / 1e9).toLocaleString('en', { maximumFractionDigits: 1 });

/** By the UserError's code. Details are those of its context, cleaned of markdown. */
export const errors = {
  'character-empty': () => 'Say what the character looks like, for instance “a fox wearing a scarf”.',
  'character-too-long': () =>
    `That is too long: a name has at most ${MAX_NAME_LENGTH} characters, looks at most ${MAX_LOOKS_LENGTH}. The model reads only the first words anyway.`,
  'character-name-empty': () => 'The character needs a name, for instance Rusty.',
  'character-name-taken': (of) =>
    `There is already somebody called “${of('name')}” here. Choose another name, or edit, recast or retire that one.`,
  'character-unknown': (of) =>
    `Nobody here is called “${of('name')}”.${of('suggestions') ? ` Did you mean ${of('suggestions')}?` : ' `/character list` shows the cast.'}`,
  'character-not-found': () => 'This character is no more; it may have been erased.',
  'character-active': (of) =>
    `${of('name')} still plays. \`/character retire\` takes a character off the cast; then it can be deleted.`,
  'character-in-stories': (of) =>
    `${of('name')} can’t be deleted: ${of('count') === '1' ? 'a story is' : `${of('count')} stories are`} drawn by its canon and couldn’t be drawn on without it${of('titles') ? ` (${of('titles')})` : ''}. Whoever made them or a moderator can delete these first with \`/story delete\`. Until then the character stays retired and plays in nothing new.`,
  'character-retired': (of) => `${of('name')} is retired and plays no more.`,
  'characters-same-name': (of) => `Two characters are called “${of('name')}”; give them different names.`,
  'characters-too-many': (of) => `At most ${of('most')} characters fit in one story; these are ${of('count')}.`,
  'subject-unclear': () =>
    'It isn’t clear what the character is. Begin with that (“a fox wearing a scarf”), or mark it: “a *polar bear* cub”.',
  'subject-empty': () => 'It isn’t clear what the character is. Begin its looks with that: “a fox wearing a scarf”.',
  'subject-not-in-prompt': () => 'The model doesn’t find the character in a panel. Describe it with simpler words.',
  'subject-truncated': () => 'A panel is too long: its character is named after the words that the model reads.',
  'story-empty': () => 'Write at least one panel, for instance “Rusty standing in the forest”.',
  'story-not-found': () => 'This story is no more; it may have been erased.',
  'story-unknown': (of) =>
    `There is no story called “${of('name')}” here.${of('suggestions') ? ` Did you mean ${of('suggestions')}?` : ' `/story list` shows all.'}`,
  'panels-too-many': (of) => `A story has at most ${of('most')} panels; these are ${of('count')}. Split it.`,
  'panel-empty': (of) => `Panel ${of('place')} is empty. Write what it shows, or leave it out.`,
  'panel-too-long': (of) => `Panel ${of('place')} is too long: at most ${MAX_PANEL_LENGTH} characters.`,
  'panel-names-nobody': (of) => `Say who is in panel ${of('place')}: ${of('names')}.`,
  'panel-not-found': () => 'There is no such panel.',
  'panel-unknown': (of) => `There is no panel ${of('place')}: the story has ${of('count')}.`,
  'take-not-found': () => 'This take is no more.',
  'canon-not-found': () => 'This canon is no more.',
  'candidate-not-found': () => 'This candidate is no more; recast the character.',
  'job-not-found': () => 'This drawing is no more; it may have been erased.',
  'title-too-long': () => `The title is too long: at most ${MAX_TITLE_LENGTH} characters.`,
  'seed-invalid': () => 'A seed is a whole number from 0 to 18446744073709551615. Leave it out to have one chosen.',
  'setting-invalid': (of) =>
    `That isn’t possible for “${of('setting')}”.${of('possible') ? ` Possible: ${of('possible')}.` : ' `/settings show` shows what is.'}`,
  'setting-beyond-limit': (of) =>
    `Whoever runs this bot allows at most ${of('most')} for “${of('setting')}”; more would never count.`,
  'privacy-part-unknown': (of) => `There is no part ${of('part')}. \`/privacy export\` begins with the first.`,
  'settings-not-here': () => 'Settings are for those who may manage a server, in that server.',
  'word-invalid': (of) =>
    `A word has at most 100 characters, and before a * at least ${of('shortest')}. Commas separate words.`,
  'queue-full-member': (of) => `You have ${of('limit')} waiting already, the most there can be. \`/queue\` shows them.`,
  'queue-full-scope': (of) => `${of('limit')} wait here already, the most there can be. Try again in a while.`,
  'creating-not-allowed': () => 'Only some roles may create here, and none of yours is among them.',
  'author-only': () => 'Only whoever made it, or a moderator, may do that.',
  'moderators-only': () => 'Only moderators may do that.',
  'permissions-missing': (of) => `I can’t post here: I miss the permission to ${of('names')}. A moderator can give it.`,
  'picture-withheld': () =>
    'A picture of this story isn’t shown here, by this server’s settings. Redraw that panel first.',
  'picture-animated': () => 'That is an animation. Attach one of its frames.',
  'picture-too-small': (of) => `The picture is too small: at least ${of('least')} pixels.`,
  'picture-unreadable': () => 'That file is no picture that can be read. Use a PNG, JPEG or WebP.',
  'picture-too-large': (of) => `The picture is too large: at most ${of('most')}.`,
  'picture-size': () => 'The picture’s size doesn’t suit the model. Use another one.',
  'text-refused': (of) =>
    /minors|never/.test(of('reason'))
      ? 'Troupe draws nothing that sexualises anybody who may be a minor, here or anywhere.'
      : `A word in ${of('fields')} isn’t welcome here (${of('hints')}). Say it with other words; nothing was drawn.`,
  'export-too-large': (of) => `The file is too large for this server (${of('got')}). Export another format.`,
  'character-name-unusable': (of) =>
    `The name “${of('name')}” can’t stand in a panel: leave out | @ < > * : \` and line breaks.`,
  'character-not-yours': (of) => `${of('name')} belongs to somebody else. Ask them or a moderator, or create your own.`,
  'character-subject-fixed': (of) =>
    `${of('name')} is a “${of('subject')}”, as the canon shows. Keep that word in the looks, or create a new character.`,
  'casting-not-drawn': (of) =>
    `${of('name')} has no casting sheet yet. Wait for it, or have one drawn by \`/character recast\`.`,
  'canon-outdated': (of) =>
    `${of('name')}: not cast with the model ${of('model')} yet${of('canonModel') ? `, only with ${of('canonModel')}` : ''}. Recast to have a canon for it; the other one stays, and is back as soon as its model is.`,
  'story-model-changed': (of) =>
    `The model ${of('model')} is another one than when this story was drawn, so its characters would come out as somebody else. Vary the story, or tell it anew.`,
  'sampler-unsuited': (of) =>
    `The model ${of('model')} can’t be drawn with ${of('sampler') || 'its own sampler'} in ${of('steps')} steps. A moderator can set another sampler, other steps or another model with \`/settings\`.`,
  'model-unusable': (of) =>
    `The model ${of('model')} can’t be used now (\`${of('problem')}\`). A moderator can choose another one with \`/settings set\`; whoever runs this bot can mend it.`,
  'lora-unknown': (of) =>
    `There is no LoRA “${of('lora')}” for the model that is used here.${of('loras') ? ` There are: ${of('loras')}.` : ''}`,
  'lora-unsuited': (of) =>
    `The LoRA ${of('lora')} was made for another family of models than ${of('model')}. Those that fit are offered while you type.`,
  'lora-unusable': (of) =>
    `The LoRA ${of('lora')} can’t be used as it is (\`${of('problem')}\`). Whoever runs this bot has to mend it.`,
  'lora-gone': (of) =>
    `The LoRA ${of('lora')} isn’t there any more as it was when the story was made. Whoever runs this bot can bring it back, or tell the story anew.`,
  'story-not-drawn': () => 'The story isn’t drawn yet. Wait until its page is there.',
  'story-not-yours': (of) =>
    of('redrawing') === 'author'
      ? 'Only its author and moderators may redraw this story.'
      : 'Only moderators may redraw here.',
  'job-not-yours': () => 'Somebody else asked for this drawing. They or a moderator can cancel it.',
  'model-unknown': (of) =>
    `There is no model “${of('model')}” (any more). There are: ${of('models')}. \`/settings\` changes it.`,
  ...operatorErrors({
    model: (of) => `The model can’t be used as it is (\`${of('code')}\`). Whoever runs this bot has to mend it.`,
    setup: (of) => `Something is set wrongly (\`${of('code')}\`). Whoever runs this bot has to mend it.`,
    canon: () => 'The character’s canon doesn’t suit the model that is used now. Recast the character.',
    blob: () => 'A stored picture is missing or damaged. Drawing it anew helps, or whoever runs this bot restores it.',
  }),
  'memory-limit': (of) =>
    `This needs about ${gigabytes(of('needed'))} GB of memory, and there are ${gigabytes(of('limit'))}. Draw fewer panels, or a moderator chooses a smaller model with \`/settings\`.`,
} satisfies Record<string, ErrorText>;
