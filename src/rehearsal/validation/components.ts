import { ComponentType } from 'discord.js';
import { COMPONENT_LIMITS, ComponentNames, checkButton, checkSelect, SELECT_TYPES } from './component-parts.ts';
import type { Field } from './field.ts';

/** Components V2, https://docs.discord.com/developers/components/reference. */
const V2_LIMITS = { components: 40, text: 4000, galleryItems: 10, sectionTexts: 3, description: 1024 };

const TOP_LEVEL_V2: readonly number[] = [
  ComponentType.ActionRow,
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
  ComponentType.Container,
];
const IN_CONTAINER = TOP_LEVEL_V2.filter((type) => type !== ComponentType.Container);

interface V2Count {
  readonly names: ComponentNames;
  readonly fileNames: ReadonlySet<string>;
  components: number;
  text: number;
}

/** Classic components: up to five rows of buttons or one select each. */
export function checkComponentsV1(components: Field): void {
  const names = new ComponentNames();
  for (const row of components.items({ max: COMPONENT_LIMITS.rows })) {
    if (row.at('type').oneOf([ComponentType.ActionRow], { required: true })) checkActionRow(row, names);
  }
}

/**
 * Components V2.
 * @param fileNames names of the attachments that the message will have: `attachment://name` must be among them.
 */
export function checkComponentsV2(components: Field, fileNames: ReadonlySet<string>): void {
  const count: V2Count = { names: new ComponentNames(), fileNames, components: 0, text: 0 };
  for (const component of components.items()) checkV2(component, TOP_LEVEL_V2, count);
  if (count.components > V2_LIMITS.components) {
    components.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${V2_LIMITS.components} or fewer in length.`);
  }
  if (count.text > V2_LIMITS.text) {
    components.refuse(
      'COMPONENT_MAX_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `Components displayable text size exceeds maximum size of ${V2_LIMITS.text}`,
    );
  }
}

function checkActionRow(row: Field, names: ComponentNames): void {
  const children = row.at('components').items({ min: 1, max: COMPONENT_LIMITS.buttons, required: true });
  const allowed = [ComponentType.Button, ...SELECT_TYPES];
  let width = 0;
  for (const child of children) {
    const type = child.at('type').oneOf(allowed, { required: true });
    width += type === ComponentType.Button ? 1 : COMPONENT_LIMITS.buttons;
    if (type === ComponentType.Button) checkButton(child, names);
    else if (type !== undefined) checkSelect(child, names);
    names.componentId(child);
  }
  if (width > COMPONENT_LIMITS.buttons && children.length > 1) {
    row.refuse('COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The specified component exceeds the maximum width');
  }
}

function checkV2(component: Field, allowed: readonly number[], count: V2Count): void {
  count.components++;
  count.names.componentId(component);
  switch (component.at('type').oneOf(allowed, { required: true })) {
    case ComponentType.ActionRow:
      count.components += component.at('components').items().length;
      checkActionRow(component, count.names);
      break;
    case ComponentType.TextDisplay:
      checkTextDisplay(component, count);
      break;
    case ComponentType.Section:
      checkSection(component, count);
      break;
    case ComponentType.MediaGallery:
      for (const item of component.at('items').items({ min: 1, max: V2_LIMITS.galleryItems, required: true })) {
        checkMedia(item.at('media'), count);
        item.at('description').text({ max: V2_LIMITS.description });
      }
      break;
    case ComponentType.File:
      checkMedia(component.at('file'), count, true);
      break;
    case ComponentType.Separator:
      component.at('divider').boolean();
      component.at('spacing').oneOf([1, 2]);
      break;
    case ComponentType.Container:
      component.at('accent_color').integer({ min: 0, max: 0xffffff });
      for (const child of component.at('components').items({ min: 1, required: true }))
        checkV2(child, IN_CONTAINER, count);
  }
}

function checkTextDisplay(display: Field, count: V2Count): void {
  const text = display.at('content').text({ min: 1, max: V2_LIMITS.text, required: true });
  count.text += text ? [...text].length : 0;
}

function checkSection(section: Field, count: V2Count): void {
  for (const text of section.at('components').items({ min: 1, max: V2_LIMITS.sectionTexts, required: true })) {
    count.components++;
    if (text.at('type').oneOf([ComponentType.TextDisplay], { required: true })) checkTextDisplay(text, count);
  }
  const accessory = section.at('accessory');
  if (!accessory.present) {
    accessory.refuse('BASE_TYPE_REQUIRED', 'This field is required');
    return;
  }
  count.components++;
  const type = accessory.at('type').oneOf([ComponentType.Button, ComponentType.Thumbnail], { required: true });
  if (type === ComponentType.Button) checkButton(accessory, count.names);
  else if (type === ComponentType.Thumbnail) {
    checkMedia(accessory.at('media'), count);
    accessory.at('description').text({ max: V2_LIMITS.description });
  }
}

function checkMedia(media: Field, { fileNames }: V2Count, attachmentsOnly = false): void {
  const field = media.at('url');
  const url = field.text({ min: 1, max: 2048, required: true });
  if (url === undefined) return;
  const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
  if (name !== undefined && !fileNames.has(name)) {
    field.refuse(
      'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
      `The referenced attachment "${name}" was not found`,
    );
  } else if (name === undefined && (attachmentsOnly || !/^https?:\/\//.test(url))) {
    field.refuse('URL_TYPE_INVALID_SCHEME', `Scheme "${url.split(':')[0]}" is not supported here.`);
  }
}
