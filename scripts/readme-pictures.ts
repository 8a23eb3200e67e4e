/** `npm run pictures`: makes the README's pictures anew, all but the method's (`npm run evaluate`). */
import { comparePicture } from './pictures/compare-picture.ts';
import { roomPictures } from './pictures/room-pictures.ts';

await comparePicture();
await roomPictures();
