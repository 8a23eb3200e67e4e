import type { APIAttachment, APIMessageTopLevelComponent } from 'discord.js';

/** Replaces every `attachment://name` by the attachment's address and size, in embeds and components alike. */
export function resolveMedia<T>(value: T, attachments: readonly APIAttachment[]): T {
  if (Array.isArray(value)) return value.map((item) => resolveMedia(item, attachments)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[key] = resolveMedia(inner, attachments);
  const name = typeof copy.url === 'string' ? /^attachment:\/\/(.+)$/.exec(copy.url)?.[1] : undefined;
  const attachment = attachments.find(({ filename }) => filename === name);
  if (attachment) {
    const { url, proxy_url, width, height, content_type, id } = attachment;
    Object.assign(copy, { url, proxy_url, width, height, content_type, attachment_id: id });
  }
  return copy as T;
}

type Nested = { id?: number; components?: Nested[]; accessory?: Nested };

/** Numbers components that came without an id, as Discord does: 1, 2, … in order, past the given ones. */
export function identifyComponents(components: APIMessageTopLevelComponent[]): APIMessageTopLevelComponent[] {
  const taken = new Set<number>();
  const walk = (list: readonly Nested[], visit: (component: Nested) => void) => {
    for (const component of list) {
      visit(component);
      walk(component.components ?? [], visit);
      if (component.accessory) walk([component.accessory], visit);
    }
  };
  const list = components as Nested[];
  walk(list, ({ id }) => id && taken.add(id));
  let next = 1;
  walk(list, (component) => {
    if (component.id) return;
    while (taken.has(next)) next++;
    component.id = next++;
  });
  return components;
}
