import { UserError } from '../../errors/user-error.ts';

/** What diffusers' other pipelines are, in words that tell a person why Troupe can't draw with them. */
const PIPELINES: readonly (readonly [RegExp, string])[] = [
  [/^Flux/, 'FLUX, a transformer and no U-Net'],
  [/^StableDiffusion3/, 'Stable Diffusion 3, a transformer and no U-Net'],
  [/^StableDiffusionXLImg2Img/, "SDXL's refiner, or a model that changes pictures"],
  [/Inpaint/, 'inpainting: it fills holes in pictures'],
  [/ControlNet|T2IAdapter|IPAdapter/, 'a model with an adapter that wants a picture'],
  [/Upscale/, 'an upscaler'],
  [/Pix2Pix|Img2Img|Depth/, 'a model that changes pictures'],
  [/Video|Animate|Wan|LTX|Mochi|Cosmos/, 'a model of videos'],
  [/LatentConsistency/, 'a pipeline that diffusers keeps for LCM; other LCM folders say StableDiffusion(XL)Pipeline'],
];

/** ", which is …", or nothing for a pipeline that isn't known. */
export function aboutPipeline(className: string): string {
  const known = PIPELINES.find(([pattern]) => pattern.test(className));
  return known === undefined ? '' : `, which is ${known[1]}`;
}

/** Channels that a U-Net of Stable Diffusion reads: a latent's, and those of what else it is conditioned on. */
const LATENT_CHANNELS = 4;
const OTHER_INPUTS: ReadonlyMap<number, string> = new Map([
  [5, 'a depth-to-image U-Net, which wants a depth map beside the latents (5 channels)'],
  [7, 'the U-Net of an upscaler, which wants a small picture beside the latents (7 channels)'],
  [8, 'an instruct-pix2pix U-Net, which wants a picture to change beside the latents (8 channels)'],
  [9, 'an inpainting U-Net, which wants a picture and a mask beside the latents (9 channels)'],
]);

/** @throws UserError `model-kind` for a U-Net that draws from more than text */
export function refuseOtherInputs(unet: Readonly<Record<string, unknown>>, path: string): void {
  const channels = unet.in_channels;
  const kind = typeof channels === 'number' && channels !== LATENT_CHANNELS ? OTHER_INPUTS.get(channels) : undefined;
  if (kind !== undefined) throw kindError(path, kind, 'Choose the text-to-image model that it was made from.');
}

/** A file or folder that is sound, and something else than a model to draw with. */
export function kindError(path: string, kind: string, todo: string): UserError {
  return new UserError('model-kind', {
    expected: `${path} to be a text-to-image model of the SDXL or the Stable Diffusion 1.x or 2.x family`,
    got: kind,
    todo,
    path,
    kind,
  });
}
