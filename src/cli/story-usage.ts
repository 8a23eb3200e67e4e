import { DEFAULT_SETTINGS } from '../engine/consistory/settings.ts';
import { SAMPLERS } from '../engine/schedulers/sampler-names.ts';

export const STORY_DEFAULTS = { model: 'models/pocket', out: 'story.png', memoryGb: 12 } as const;

export const STORY_USAGE = `Draws a story whose characters stay the same.

  npm run story -- --character "a fox wearing a scarf" \\
    --panel "standing in the forest" --panel "reading a book in a bedroom" --seed 7 --out story.png

What is told
  --character TEXT   looks of a character, with a name if you like: "Rusty: a fox wearing a scarf".
                     Repeat it for several; then each panel names who is in it. Asterisks mark the
                     subject where it isn't the first noun: "a *polar bear* cub"
  --panel TEXT       what happens in a panel; repeat it (up to 12)
  --title TEXT       written above the panels
  --canon FILE       a character from an earlier story (repeatable)
  --save-canon FILE  keep this story's characters for later stories

How it is drawn (where it says nothing: as the canon was, or else as model and paper say)
  --seed N           the same seed gives the same story (default: chosen and printed)
  --model MODEL      name of an installed model, a folder, or a .safetensors file (default: ${STORY_DEFAULTS.model})
  --lora FILE[:W]    a LoRA for the model, with a weight (default: 1); repeat it for several
  --style TEXT       words before every panel's prompt, in place of the model's own
  --negative TEXT    what not to draw
  --steps N  --guidance X  --size WxH      in place of the model's own; with guidance of 1 or less
                     --negative counts for nothing, and half of the work is left out
  --sampler NAME     in place of the model's own: ${SAMPLERS.join(', ')}
  --plain            without consistency, from the same noise
  --compare          both, one above the other
  --exact            the paper's two passes, for nearly twice the time
  --anchors N|all    how many panels show the others what a character looks like (default: ${DEFAULT_SETTINGS.anchors})
  --dropout P        share of the subject's tokens that is not shared at a step (default: ${DEFAULT_SETTINGS.maskDropout})
  --no-sharing  --no-blending  --no-injection      leave out a part of the method

Where and with what
  --out FILE         the picture (default: ${STORY_DEFAULTS.out})
  --columns N        panels in a row
  --debug DIR        write masks, attention, correspondences and similarities as pictures
  --provider NAME    auto, cpu, cuda, webgpu, coreml or dml (default: auto)
  --threads N        threads of the CPU provider (default: all cores)
  --max-memory GB    refuse what would need more (default: ${STORY_DEFAULTS.memoryGb})
  --device-memory GB the same of a GPU's own memory (default: ${STORY_DEFAULTS.memoryGb})
  --help
`;
