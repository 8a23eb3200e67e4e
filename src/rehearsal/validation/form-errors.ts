import { DiscordError } from '../discord-error.ts';

export type FieldPath = readonly (string | number)[];

export interface FieldError {
  readonly code: string;
  readonly message: string;
}

/** Discord's nesting: keys and indices lead to `_errors`. */
export interface FormErrorTree {
  [key: string]: FormErrorTree | FieldError[];
}

/** https://docs.discord.com/developers/reference#error-messages */
const INVALID_FORM_BODY = 50035;

/** Collects every complaint about one request body, then refuses it as a whole, as Discord does. */
export class FormErrors {
  readonly #tree: FormErrorTree = {};
  #count = 0;

  add(path: FieldPath, code: string, message: string): void {
    let node = this.#tree;
    for (const step of path) {
      const inner = node[step];
      if (inner && !Array.isArray(inner)) node = inner;
      else {
        const created: FormErrorTree = {};
        node[step] = created;
        node = created;
      }
    }
    const errors = Array.isArray(node._errors) ? node._errors : [];
    node._errors = [...errors, { code, message }];
    this.#count++;
  }

  /** @throws DiscordError 400/50035 with the nested `errors` if anything was added. */
  throwIfAny(): void {
    if (this.#count > 0) throw new DiscordError(400, INVALID_FORM_BODY, 'Invalid Form Body', this.#tree);
  }
}

/** The complaints of a tree as `path: message` lines, for the validation log. */
export function errorLines(tree: FormErrorTree, path: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([key, inner]) =>
    Array.isArray(inner)
      ? inner.map(({ message }) => `${path.join('.') || 'body'}: ${message}`)
      : errorLines(inner, [...path, key]),
  );
}
