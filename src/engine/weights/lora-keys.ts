/** The three kinds of tensors of a LoRA: W + weight * (alpha / rank) * up * down. */
export type LoraRole = 'down' | 'up' | 'alpha';

export interface LoraKey {
  /** the module as the file names it, without its role */
  readonly module: string;
  readonly role: LoraRole;
}

/** How kohya's scripts, PEFT and older versions of diffusers end the names of an adapter's tensors. */
const ENDINGS: readonly (readonly [ending: string, role: LoraRole])[] = [
  ['.lora_down.weight', 'down'],
  ['.lora_up.weight', 'up'],
  ['.lora_A.weight', 'down'],
  ['.lora_B.weight', 'up'],
  ['.lora_A.default.weight', 'down'],
  ['.lora_B.default.weight', 'up'],
  ['.lora.down.weight', 'down'],
  ['.lora.up.weight', 'up'],
  ['.lora_linear_layer.down.weight', 'down'],
  ['.lora_linear_layer.up.weight', 'up'],
  ['_lora.down.weight', 'down'],
  ['_lora.up.weight', 'up'],
  ['.alpha', 'alpha'],
];

/** Adapters of other kinds, by what only their tensors are called. LyCORIS and PEFT know all of them. */
const OTHER_KINDS: readonly (readonly [name: RegExp, kind: string])[] = [
  [/\.hada_[wt]\d/u, 'LoHa'],
  [/\.lokr_[wt]\d/u, 'LoKr'],
  [/\.dora_scale$|\.lora_magnitude_vector/u, 'DoRA'],
  [/\.(?:diff|diff_b|set_weight|set_bias)$/u, 'whole differences of weights ("full" or "diff")'],
  [/\.lora_mid\.weight$/u, 'LoCon with Tucker decomposition'],
  [/\.(?:oft_|boft_|oft_blocks|oft_diag)/u, 'OFT'],
  [/\.[ab][12]\.weight$/u, 'GLoRA'],
  [/\.on_input$/u, 'IA3'],
  [/\.lora_[AB](?:\.\w+)?\.bias$/u, 'LoRA with biases'],
  [/\.lora_embedding_[AB]/u, 'LoRA of embeddings'],
  [/\.(?:w_norm|b_norm)$/u, 'differences of norms'],
  [/^bundle_emb\./u, 'LoRA bundled with textual inversions'],
  [/^lora_controlnet$/u, 'control LoRA'],
];

/** What a tensor of a LoRA is for; undefined if it is none. */
export function parseLoraKey(name: string): LoraKey | undefined {
  for (const [ending, role] of ENDINGS) {
    if (name.endsWith(ending) && name.length > ending.length) {
      return { module: presentName(name.slice(0, -ending.length)), role };
    }
  }
  return undefined;
}

/** The kind of adapter that a tensor belongs to, where that isn't LoRA. */
export function otherAdapterKind(name: string): string | undefined {
  return OTHER_KINDS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether tensors of these names are an adapter of any kind, and no model. */
export function isAdapter(names: Iterable<string>): boolean {
  for (const name of names) {
    if (otherAdapterKind(name) !== undefined) return true;
    const key = parseLoraKey(name);
    if (key && key.role !== 'alpha') return true;
  }
  return false;
}

/** Diffusers before 0.22 hung adapters on attention processors, and called CLIP's projections as the U-Net's. */
function presentName(module: string): string {
  return module
    .replace('.processor.', '.')
    .replace(/(\.attn\d\.to_out)$/u, '$1.0')
    .replace(/(\.self_attn)\.to_(q|k|v|out)$/u, '$1.$2_proj');
}
