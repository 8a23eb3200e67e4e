import { z } from 'zod';

export const PROVIDERS = ['auto', 'cpu', 'cuda', 'coreml', 'webgpu', 'dml'] as const;

/** The embedded model: what is evaluated unless another one is named. */
export const POCKET = 'models/pocket';

export const COUNT = z.coerce.number().int().positive();

const MAX_SIDE = 4096;
const SIDE = COUNT.max(MAX_SIDE);
const SIZE = z
  .string()
  .regex(/^\d+x\d+$/u, 'WIDTHxHEIGHT')
  .transform((text): unknown => {
    const [width, height] = text.split('x');
    return { width, height };
  })
  .pipe(z.object({ width: SIDE, height: SIDE }));

/** What every evaluation that draws takes; undefined: as the model's card says. */
export const DRAWING_OPTIONS = {
  model: z.string().min(1).optional(),
  steps: COUNT.max(1000).optional(),
  guidance: z.coerce.number().min(0).optional(),
  size: SIZE.optional(),
  provider: z.enum(PROVIDERS).default('auto'),
  threads: z.coerce.number().int().nonnegative().default(0),
  /** GB; undefined: most of the machine's */
  'max-memory': z.coerce.number().positive().optional(),
  /** GB of a GPU's own memory; undefined: whatever it has */
  'device-memory': z.coerce.number().positive().optional(),
} as const;

export type DrawingOptions = z.output<z.ZodObject<typeof DRAWING_OPTIONS>>;

export const DRAWING_USAGE = `  --model NAME       an installed model, or a folder; default: ${POCKET}
  --steps N          sampling steps; default: the model's own
  --guidance X       classifier-free guidance scale; default: the model's own
  --size WxH         pixels; default: the model's own
  --provider NAME    ${PROVIDERS.join(', ')}; default: auto
  --threads N        default: 0, all cores
  --max-memory GB    what drawing may take; default: 80 % of the machine's
  --device-memory GB the same of a GPU's own memory; default: any`;
