export const characterTexts = {
  taken: ({ name, place, where }: { name: string; place: string; where: string }) =>
    `${name} is being cast: ${place}. The candidates appear here: ${where}`,
  castingTitle: ({ name }: { name: string }) => `Who is ${name}?`,
  castingBy: ({ looks, owner }: { looks: string; owner: string }) => `${looks} · by ${owner}`,
  castingHint: 'Whoever made the character picks: stories from now on have the one that is picked.',
  castingDone: ({ name, place }: { name: string; place: number }) => `Number ${place} is ${name} from now on.`,
  pick: ({ place }: { place: number }) => `Number ${place}`,
  recast: 'Recast',
  recastWith: ({ name }: { name: string }) => `Recast ${name} with this model`,
  picked: ({ name }: { name: string }) => `${name} is cast. Use the name in a story: \`/story generate\`.`,
  edited: ({ name }: { name: string }) => `${name} is changed. \`/character recast\` shows new looks.`,
  retired: ({ name }: { name: string }) =>
    `${name} is retired; the name is free again and the stories stay. \`/character delete\` removes the character for good.`,
  deleteQuestion: ({ name, looks }: { name: string; looks: string }) =>
    `${name} (${looks}) goes for good: looks, canons and casting sheets with their messages. No story is drawn by it.`,
  delete: 'Delete the character',
  deleted: ({ name }: { name: string }) =>
    `${name} is deleted. Backups of whoever runs this bot may hold it for a while.`,
  list: '## The cast',
  listEmpty: 'Nobody is cast here yet. `/character create` begins.',
  listLine: ({ name, looks, owner, cast }: { name: string; looks: string; owner: string; cast: boolean }) =>
    `**${name}** · ${looks} · ${owner}${cast ? '' : ' · not cast yet'}`,
  more: ({ count }: { count: number }) => `… and ${count} more`,
  seed: ({ seed, model }: { seed: string; model: string | null | undefined }) =>
    `Seed of the canon: ${seed}${model ? ` · drawn by ${model}` : ''}`,
  notCastWith: ({ model }: { model: string }) =>
    `Not cast yet with ${model}, which is used now: recast to have a canon for it. This one stays for the other model.`,
  notCast: 'No candidate is picked yet.',
  stories: ({ titles }: { titles: string }) => `Plays in ${titles}`,
  noStories: 'Plays in no story yet.',
  sheetAlt: ({ name, count }: { name: string; count: number }) => `${count} candidates for ${name}`,
};
