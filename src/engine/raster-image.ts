/** A picture as bytes: width * height * 3, rows from the top, RGB. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}
