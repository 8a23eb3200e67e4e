import type { Scope } from '../../src/store/scope.ts';
import type { Asker, NewStory } from '../../src/studio/studio.ts';

export const SERVER: Scope = { kind: 'guild', guildId: '1000' };

export function asker(change: Partial<Asker> = {}): Asker {
  return { memberId: '42', scope: SERVER, channelId: '500', isModerator: false, isAgeGated: false, ...change };
}

export function newStory(panels: string, change: Partial<NewStory> = {}): NewStory {
  return { title: undefined, panels, characters: [], seed: '7', layout: undefined, style: undefined, ...change };
}
