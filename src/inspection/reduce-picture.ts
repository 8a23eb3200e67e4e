import type { RasterImage } from '../engine/raster-image.ts';

/** A large picture made smaller by a whole factor, so that its width is near `width` but not below; boxes are averaged. */
export function reducePicture(image: RasterImage, width: number): RasterImage {
  const factor = Math.floor(image.width / width);
  if (factor <= 1) return image;
  const small = { width: Math.floor(image.width / factor), height: Math.floor(image.height / factor) };
  const rgb = new Uint8Array(small.width * small.height * 3);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let v = y * factor; v < (y + 1) * factor; v++) {
          for (let u = x * factor; u < (x + 1) * factor; u++) {
            sum += image.rgb[(v * image.width + u) * 3 + channel] as number;
          }
        }
        rgb[(y * small.width + x) * 3 + channel] = Math.round(sum / factor ** 2);
      }
    }
  }
  return { ...small, rgb };
}
