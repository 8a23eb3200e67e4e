import { type APIModalInteractionResponseCallbackData, ComponentType } from 'discord.js';
import { UserError } from '../../errors/user-error.ts';
import type { UploadedFile } from '../state/attachment-shelf.ts';
import type { Channel } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { type Resolved, resolveReference } from './fill-options.ts';

/** By custom id: a text, chosen values, or files. */
export type ModalValues = Readonly<Record<string, string | readonly string[] | readonly UploadedFile[]>>;

interface ModalInput {
  readonly type: number;
  readonly custom_id: string;
  readonly id?: number;
  readonly label?: string;
  readonly value?: string;
  readonly required?: boolean;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly min_values?: number;
  readonly max_values?: number;
  readonly options?: readonly { value: string; default?: boolean }[];
}
interface ModalRow {
  readonly type: number;
  readonly id?: number;
  readonly components?: readonly ModalInput[];
  readonly component?: ModalInput;
}

export interface FilledModal {
  readonly custom_id: string;
  readonly components: readonly Record<string, unknown>[];
  readonly resolved: Resolved;
}

/**
 * Fills a modal in as a person would; inputs left out keep their prepared value.
 * @throws UserError where Discord's form would not let it be sent.
 */
export function fillModal(
  world: World,
  channel: Channel,
  modal: APIModalInteractionResponseCallbackData,
  values: ModalValues,
): FilledModal {
  const resolved: Resolved = {};
  const rows = modal.components as unknown as readonly ModalRow[];
  const inputs = rows.flatMap((row) => [...(row.components ?? []), ...(row.component ? [row.component] : [])]);
  const unknown = Object.keys(values).find((id) => !inputs.some((input) => input.custom_id === id));
  if (unknown !== undefined) {
    throw wrong('unknown-input', `one of ${inputs.map(({ custom_id }) => custom_id).join(', ')}`, unknown);
  }
  const fill = (input: ModalInput) => filledInput(world, channel, input, values[input.custom_id], resolved);
  const components = rows.map((row): Record<string, unknown> => {
    if (row.component) return { type: row.type, id: row.id, component: fill(row.component) };
    if (row.components) return { type: row.type, id: row.id, components: row.components.map(fill) };
    return { type: row.type, id: row.id };
  });
  return { custom_id: modal.custom_id, components, resolved };
}

function filledInput(
  world: World,
  channel: Channel,
  input: ModalInput,
  given: ModalValues[string] | undefined,
  resolved: Resolved,
): Record<string, unknown> {
  const { type, custom_id, id, required = true } = input;
  const sent = { type, custom_id, id };
  if (type === ComponentType.TextInput) {
    const value = given === undefined ? (input.value ?? '') : String(given);
    const { min_length: least = required ? 1 : 0, max_length: most = 4000 } = input;
    const { length } = [...value];
    if ((required || length > 0) && (length < least || length > most)) {
      throw wrong('wrong-input-length', `${least} to ${most} characters in "${custom_id}"`, String(length));
    }
    return { ...sent, value };
  }
  const prepared = input.options?.filter((option) => option.default).map(({ value }) => value) ?? [];
  const list = given === undefined ? prepared : Array.isArray(given) ? given : [given];
  const { min_values: least = 1, max_values: most = 1 } = input;
  if ((required || list.length > 0) && (list.length < least || list.length > most)) {
    throw wrong('wrong-input-count', `${least} to ${most} values in "${custom_id}"`, String(list.length));
  }
  return { ...sent, values: list.map((value) => chosen(world, channel, input, value, resolved)) };
}

function chosen(
  world: World,
  channel: Channel,
  input: ModalInput,
  value: string | UploadedFile,
  resolved: Resolved,
): string {
  if (typeof value === 'object') {
    const attachment = world.attachments.add(value);
    resolved.attachments = { ...resolved.attachments, [attachment.id]: attachment };
    return attachment.id;
  }
  return chosenValue(world, channel, input, value, resolved);
}

/**
 * One value of a select menu: an offered option, or a person, channel or role by key, name or id.
 * @throws UserError `not-an-option`.
 */
export function chosenValue(
  world: World,
  channel: Channel,
  select: { readonly type: number; readonly options?: readonly { value: string }[] },
  value: string,
  resolved: Resolved,
): string {
  if (select.type === ComponentType.StringSelect) {
    const values = (select.options ?? []).map((option) => option.value);
    if (!values.includes(value)) throw wrong('not-an-option', `one of ${values.join(', ')}`, value);
    return value;
  }
  const kinds = new Map<number, 'user' | 'role' | 'any' | 'channel'>([
    [ComponentType.UserSelect, 'user'],
    [ComponentType.RoleSelect, 'role'],
    [ComponentType.MentionableSelect, 'any'],
    [ComponentType.ChannelSelect, 'channel'],
  ]);
  const id = resolveReference(world, channel, kinds.get(select.type) ?? 'any', value, resolved);
  if (id === undefined) throw wrong('not-an-option', 'a known person, role or channel', value);
  return id;
}

function wrong(code: string, expected: string, got: string): UserError {
  return new UserError(code, { expected, got, todo: 'Change the value' });
}
