import type { ErrorText, ErrorTexts } from './messages.ts';

/** Errors of model folders, weights and configurations: whoever runs the bot mends them. */
const MODEL_CODES = [
  'config-unsupported',
  'json-invalid',
  'json-unreadable',
  'latent-size',
  'lora-file',
  'lora-format',
  'lora-incomplete',
  'lora-shape',
  'lora-size',
  'lora-twice',
  'lora-unmatched',
  'mask-resolution',
  'model-folder',
  'model-kind',
  'model-part',
  'model-pickle',
  'model-pipeline',
  'model-prediction',
  'sampling-steps-invalid',
  'scheduler-config-invalid',
  'scheduler-unsupported',
  'tensor-missing',
  'tensor-shape',
  'tensors-unused',
  'tokenizer-merges',
  'tokenizer-vocabulary',
  'weights-dtype',
  'weights-header',
  'weights-index',
  'weights-missing',
  'weights-offsets',
  'weights-shape',
  'weights-truncated',
] as const;

/** Errors of the machine, the database and the settings of the process. */
const SETUP_CODES = [
  'confirmation-missing',
  'config-invalid',
  'database-newer',
  'database-url-unknown',
  'discord-token-invalid',
  'memory-limit',
  'migration-changed',
  'no-panels',
  'option-invalid',
  'option-unknown',
  'output-twice',
  'output-unwritable',
  'panel-pixels',
  'path-outside-folder',
  'picture-filter-card',
  'picture-filter-model',
  'provider-unknown',
  'server-unknown',
  'token-missing',
  'token-wrong',
] as const;

const CANON_CODES = ['canon-empty', 'canon-model', 'canon-size', 'canon-unreadable'] as const;
const BLOB_CODES = ['blob-missing', 'blob-corrupt'] as const;

type Code = (typeof MODEL_CODES | typeof SETUP_CODES | typeof CANON_CODES | typeof BLOB_CODES)[number];

/** One text for each kind of error that no member can mend; `of('code')` tells them apart. */
export function operatorErrors(texts: {
  readonly model: ErrorText;
  readonly setup: ErrorText;
  readonly canon: ErrorText;
  readonly blob: ErrorText;
}): Readonly<Record<Code, ErrorText>> {
  const all = (codes: readonly string[], text: ErrorText): ErrorTexts =>
    Object.fromEntries(codes.map((code) => [code, text]));
  return {
    ...all(MODEL_CODES, texts.model),
    ...all(SETUP_CODES, texts.setup),
    ...all(CANON_CODES, texts.canon),
    ...all(BLOB_CODES, texts.blob),
  } as Readonly<Record<Code, ErrorText>>;
}
