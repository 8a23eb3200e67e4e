import type { ElementType } from '../graph/element-type.ts';

/** Where one tensor of a checkpoint lies on disk. */
export interface TensorEntry {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** absolute path of the .safetensors file */
  readonly file: string;
  /** bytes from the start of the file (not of its data section) */
  readonly offset: number;
  /** bytes */
  readonly length: number;
  /** [out, in] by its shape, but lying as [in, out] (OpenCLIP's projection in single-file checkpoints) */
  readonly transposed?: boolean;
}

/** The tensors of a model part by name, whether they lie in one file or in shards. */
export type TensorIndex = ReadonlyMap<string, TensorEntry>;
