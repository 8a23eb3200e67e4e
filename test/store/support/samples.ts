import type { JobRequest } from '../../../src/store/job.ts';
import type { Scope } from '../../../src/store/scope.ts';
import type { PanelDraft, StoryDraft } from '../../../src/store/stories.ts';
import type { TakeDraft } from '../../../src/store/takes.ts';

export const GUILD: Scope = { kind: 'guild', guildId: '1000' };
export const OTHER_GUILD: Scope = { kind: 'guild', guildId: '2000' };

/** A different SHA-256 in hex for each number. */
export function hashOf(number: number): string {
  return number.toString(16).padStart(64, '0');
}

export const RUSTY = { name: 'Rusty', looks: 'a fox wearing a scarf', subjectWords: ['fox'] };

export function storyDraft(change: Partial<StoryDraft> = {}): StoryDraft {
  return {
    scope: GUILD,
    channelId: '500',
    authorId: '42',
    title: "Rusty's day",
    script: 'Rusty standing in the forest | Rusty reading a book',
    seed: '18446744073709551615',
    layout: 'grid',
    style: null,
    model: 'pocket',
    settings: { steps: 20, anchors: [0, 1] },
    ...change,
  };
}

export function panelDraft(text: string, characterIds: readonly string[] = []): PanelDraft {
  return { text, caption: text, prompt: `a picture book drawing, ${text}`, characterIds };
}

export function takeDraft(panelId: string, revision: number, change: Partial<TakeDraft> = {}): TakeDraft {
  return {
    panelId,
    revision,
    seed: '18446744073709551615',
    prompt: 'a fox in a forest',
    pictureHash: hashOf(revision + 1),
    latentsHash: null,
    modelHash: hashOf(0),
    canonIds: [],
    parentTakeId: null,
    createdById: '42',
    ...change,
  };
}

export function jobRequest(change: Partial<JobRequest> = {}): JobRequest {
  return { kind: 'story', payload: { storyId: 'x' }, memberId: '42', scope: GUILD, channelId: '500', ...change };
}
