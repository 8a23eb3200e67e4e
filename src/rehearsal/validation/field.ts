import { type FieldPath, FormErrors } from './form-errors.ts';

interface Presence {
  readonly required?: boolean;
}
interface Bounds extends Presence {
  readonly min?: number;
  readonly max?: number;
}

/** One place in a request body: reads a value of the expected kind or records why it can't be one. */
export class Field {
  readonly value: unknown;
  readonly path: FieldPath;
  readonly #errors: FormErrors;

  constructor(value: unknown, errors: FormErrors, path: FieldPath = []) {
    this.value = value;
    this.#errors = errors;
    this.path = path;
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  at(key: string | number): Field {
    const holder = this.value;
    const inner = typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[key] : undefined;
    return new Field(inner, this.#errors, [...this.path, key]);
  }

  refuse(code: string, message: string): undefined {
    this.#errors.add(this.path, code, message);
    return undefined;
  }

  /** Length is counted in Unicode code points, as Discord counts. */
  text({ min = 0, max = Number.POSITIVE_INFINITY, required = false }: Bounds = {}): string | undefined {
    if (!this.#there(required)) return undefined;
    if (typeof this.value !== 'string')
      return this.refuse('STRING_TYPE_CONVERT', 'Could not interpret value as string.');
    const length = [...this.value].length;
    if (required && min > 0 && length === 0) return this.refuse('BASE_TYPE_REQUIRED', 'This field is required');
    if (length > max && min === 0) this.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    else if (length > max || length < min) {
      this.refuse('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    }
    return this.value;
  }

  integer(bounds: Bounds = {}): number | undefined {
    if (!this.#there(bounds.required ?? false)) return undefined;
    if (!Number.isSafeInteger(this.value)) {
      return this.refuse('NUMBER_TYPE_COERCE', `Value "${String(this.value)}" is not int.`);
    }
    return this.number(bounds);
  }

  number({ min, max, required = false }: Bounds = {}): number | undefined {
    if (!this.#there(required)) return undefined;
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) {
      return this.refuse('NUMBER_TYPE_COERCE', `Value "${String(this.value)}" is not a number.`);
    }
    if (max !== undefined && this.value > max) {
      this.refuse('NUMBER_TYPE_MAX', `Value should be less than or equal to ${max}.`);
    }
    if (min !== undefined && this.value < min) {
      this.refuse('NUMBER_TYPE_MIN', `Value should be greater than or equal to ${min}.`);
    }
    return this.value;
  }

  boolean(): boolean | undefined {
    if (!this.present) return undefined;
    if (typeof this.value !== 'boolean') return this.refuse('BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
    return this.value;
  }

  oneOf<T extends string | number>(values: readonly T[], { required = false }: Presence = {}): T | undefined {
    if (!this.#there(required)) return undefined;
    if (values.includes(this.value as T)) return this.value as T;
    return this.refuse('BASE_TYPE_CHOICES', `Value must be one of {${values.join(', ')}}.`);
  }

  items({ min = 0, max = Number.POSITIVE_INFINITY, required = false }: Bounds = {}): Field[] {
    if (!this.#there(required)) return [];
    if (!Array.isArray(this.value)) {
      this.refuse('LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
      return [];
    }
    const { length } = this.value;
    if (length > max && min === 0) this.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    else if (length > max || length < min) {
      this.refuse('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    }
    return this.value.map((_, index) => this.at(index));
  }

  /** Entries of a dictionary, such as localisations. */
  entries(): [string, Field][] {
    if (!this.present) return [];
    if (typeof this.value !== 'object' || Array.isArray(this.value)) {
      this.refuse('DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType');
      return [];
    }
    return Object.keys(this.value as object).map((key) => [key, this.at(key)]);
  }

  #there(required: boolean): boolean {
    if (this.present) return true;
    if (required) this.refuse('BASE_TYPE_REQUIRED', 'This field is required');
    return false;
  }
}

/** Checks a body with `rules`, then refuses it with everything that was wrong. */
export function checkForm(body: unknown, rules: (form: Field) => void): void {
  const errors = new FormErrors();
  const form = new Field(body, errors);
  if (typeof body !== 'object' || body === null)
    form.refuse('DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType');
  else rules(form);
  errors.throwIfAny();
}
