import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';

/** Where diffusers keeps the PEFT settings of the adapter that it saves (lora_base.py). */
const METADATA_KEY = 'lora_adapter_metadata';

const SETTINGS = z.record(z.string(), z.unknown());
const NUMBER = z.number();
const PATTERN = z.record(z.string(), z.number());

/** Without an alpha beside it a LoRA counts as it is: alpha is the rank (diffusers, PEFT and kohya agree). */
const UNSCALED = 1;

/** alpha / rank of a module's update, from the settings that travel with the file. */
export type ScaleOf = (part: string, module: string, rank: number) => number;

/**
 * How strong the updates of a file are that have no alpha of their own: as PEFT's settings in its metadata say, if it
 * has any (`lora_alpha`, `alpha_pattern`, `use_rslora`).
 * @throws UserError `lora-format` for settings that mean another kind of adapter, or can't be read
 */
export function scaleFromMetadata(metadata: Readonly<Record<string, string>>, file: string): ScaleOf {
  const json = metadata[METADATA_KEY];
  if (json === undefined) return () => UNSCALED;
  const settings = parseSettings(json, file);
  const setting = (part: string, name: string): unknown => settings[`${part}.${name}`] ?? settings[name];
  return (part, module, rank) => {
    if (setting(part, 'use_dora') === true) throw unreadable(file, 'DoRA');
    const alpha = NUMBER.safeParse(setting(part, 'lora_alpha'));
    if (!alpha.success) return UNSCALED;
    const pattern = PATTERN.safeParse(setting(part, 'alpha_pattern') ?? {});
    if (!pattern.success) throw unreadable(file, 'an alpha_pattern that is none');
    const own = Object.entries(pattern.data).find(([key]) => isMeant(key, module, file))?.[1];
    const divisor = setting(part, 'use_rslora') === true ? Math.sqrt(rank) : rank;
    return (own ?? alpha.data) / divisor;
  };
}

function parseSettings(json: string, file: string): Record<string, unknown> {
  try {
    return SETTINGS.parse(JSON.parse(json));
  } catch {
    throw unreadable(file, `${METADATA_KEY} that is not a JSON object`);
  }
}

/**
 * PEFT matches `(.*\.)?(key)$`. What it saves are names of modules, with `^` before whole ones; a file's regular
 * expressions are not run here, where one could be written to take for ever.
 */
function isMeant(key: string, module: string, file: string): boolean {
  const whole = key.startsWith('^');
  const name = whole ? key.slice(1) : key;
  if (!/^[\w.]+$/u.test(name)) throw unreadable(file, `an alpha_pattern with the regular expression ${name}`);
  return module === name || (!whole && module.endsWith(`.${name}`));
}

function unreadable(file: string, got: string): UserError {
  return new UserError('lora-format', {
    expected: `${file} to be a LoRA whose settings are plain`,
    got,
    todo: 'Use a version of it in the format of kohya or diffusers, with an alpha for each layer.',
    file,
  });
}
