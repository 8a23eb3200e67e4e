import { parseArgs } from 'node:util';
import { UserError } from '../errors/user-error.ts';
import { checkFolderName, folderNameOf } from '../models/models-folder.ts';
import type { Variant } from '../models/select-files.ts';

export const MODEL_USAGE = `Adds, lists and removes models: those that draw, and those that measure (docs/models.md).

  npm run model -- add stabilityai/stable-diffusion-xl-base-1.0
  npm run model -- add NAME --from FOLDER|FILE      copies a model that is on this machine
  npm run model -- add madebyollin/taesdxl --preview-of NAME
                                                    a small decoder that shows pictures while NAME draws them
  npm run model -- add openai/clip-vit-large-patch14
                                                    for \`npm run evaluate\`, which measures with it
  npm run model -- list
  npm run model -- show NAME
  npm run model -- verify NAME                      reads every byte and compares it with what was fetched
  npm run model -- remove NAME

Of add
  --variant fp16|full   half precision (half the size, for GPUs) or full (for CPUs, which read it where it lies);
                        by default what PROVIDER is better with
  --revision R          branch, tag or commit (default: main)
  --file NAME           of a repository with checkpoints in single files: which one
  --name NAME           of the model's folder in models/ (default: the repository's name without its owner)
  --preview-of NAME     the installed model that it is a tiny autoencoder (TAESD) for
  --token TOKEN         of Hugging Face, for models that ask who you are (better: HF_TOKEN in .env)
  --help

What was fetched before an interruption is kept; the same command goes on from there.
`;

export type ModelAction =
  | { readonly action: 'help' }
  | { readonly action: 'list' }
  | { readonly action: 'show' | 'remove' | 'verify'; readonly name: string }
  | {
      readonly action: 'add';
      /** owner/name; with `from`, any name */
      readonly model: string;
      readonly from: string | undefined;
      readonly revision: string;
      readonly variant: Variant | undefined;
      readonly file: string | undefined;
      readonly name: string;
      readonly token: string | undefined;
      /** the model that it makes previews for */
      readonly previewOf: string | undefined;
    };

const REPO = /^[\w.-]+\/[\w.-]+$/;
const VARIANTS: readonly Variant[] = ['fp16', 'full'];

/** @throws UserError `option-unknown`, `option-invalid`, `model-name` */
export function parseModelOptions(args: readonly string[]): ModelAction {
  const { values, positionals } = readArguments(args);
  const [action, model, ...rest] = positionals;
  if (values.help || action === undefined) return { action: 'help' };
  if (rest.length > 0) throw invalid(`one name after "${action}"`, `also "${rest.join('", "')}"`);
  const given = Object.keys(values).filter((name) => name !== 'help');
  if (action !== 'add' && given.length > 0) throw invalid(`no --${given[0]} with "${action}"`, `--${given[0]}`);
  if (action === 'list') {
    if (model !== undefined) throw invalid('nothing after "list"', `"${model}"`);
    return { action };
  }
  if (action !== 'add' && action !== 'show' && action !== 'remove' && action !== 'verify') {
    throw invalid('add, list, show, verify or remove', `"${action}"`);
  }
  if (model === undefined) throw invalid(`a name after "${action}"`, 'none');
  if (action !== 'add') return { action, name: model };
  const { from, revision, variant, file, name, token, 'preview-of': previewOf } = values;
  if (from === undefined && !REPO.test(model)) {
    throw invalid('a model as owner/name, such as stabilityai/stable-diffusion-xl-base-1.0, or --from', `"${model}"`);
  }
  for (const [option, value] of Object.entries({ revision, file, token })) {
    if (from !== undefined && value !== undefined) throw invalid(`either --from or --${option}`, 'both');
  }
  for (const [option, value] of Object.entries({ from, variant, file, name })) {
    if (previewOf !== undefined && value !== undefined) throw invalid(`either --preview-of or --${option}`, 'both');
  }
  const chosen = VARIANTS.find((each) => each === variant);
  if (variant !== undefined && chosen === undefined)
    throw invalid(`--variant to be ${VARIANTS.join(' or ')}`, `"${variant}"`);
  const folder = name === undefined ? folderNameOf(model) : checkFolderName(name);
  return { action, model, from, revision: revision ?? 'main', variant: chosen, file, name: folder, token, previewOf };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: true,
      options: {
        from: text,
        revision: text,
        variant: text,
        file: text,
        name: text,
        token: text,
        'preview-of': text,
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options that --help lists',
      got: error instanceof Error ? (error.message.split(/\.\s/u)[0] as string) : String(error),
      todo: 'See `npm run model -- --help`.',
    });
  }
}

function invalid(expected: string, got: string): UserError {
  return new UserError('option-invalid', { expected, got, todo: 'See `npm run model -- --help`.' });
}
