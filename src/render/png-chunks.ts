import { crc32, inflateSync } from 'node:zlib';

/** PNG (ISO/IEC 15948) section 5.2. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const LENGTH_BYTES = 4;
const TYPE_BYTES = 4;
const CRC_BYTES = 4;
const HEADER_END = SIGNATURE.length + LENGTH_BYTES + TYPE_BYTES + 13 + CRC_BYTES; // IHDR has 13 bytes of data
const MAX_KEYWORD_BYTES = 79; // section 11.3.3
/** No story needs more; a picture from elsewhere may claim anything. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Inserts international text chunks (iTXt, UTF-8, not compressed) after the header of a PNG that sharp wrote. */
export function insertTexts(png: Buffer, texts: Readonly<Record<string, string>>): Buffer {
  const chunks = Object.entries(texts).map(([keyword, text]) => {
    const name = Buffer.from(keyword, 'latin1');
    if (name.length === 0 || name.length > MAX_KEYWORD_BYTES) throw new RangeError(`PNG keyword '${keyword}'`);
    // keyword, 0, not compressed, method 0, no language tag, no translated keyword, text (which must hold no zero)
    const body = Buffer.concat([name, Buffer.alloc(5), Buffer.from(text.replaceAll('\0', ''), 'utf8')]);
    return chunk('iTXt', body);
  });
  return Buffer.concat([png.subarray(0, HEADER_END), ...chunks, png.subarray(HEADER_END)]);
}

/**
 * The text of the first iTXt chunk with this keyword, or undefined when there is none, or when what comes before it is
 * not a well-formed PNG (signature, lengths inside the file, right check sums, well-formed UTF-8).
 */
export function findText(png: Uint8Array, keyword: string): string | undefined {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  let offset = SIGNATURE.length;
  while (offset + LENGTH_BYTES + TYPE_BYTES + CRC_BYTES <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const dataStart = offset + LENGTH_BYTES + TYPE_BYTES;
    const dataEnd = dataStart + length;
    if (dataEnd + CRC_BYTES > bytes.length) return undefined;
    if (crc32(bytes.subarray(offset + LENGTH_BYTES, dataEnd)) !== bytes.readUInt32BE(dataEnd)) return undefined;
    const type = bytes.toString('latin1', offset + LENGTH_BYTES, dataStart);
    if (type === 'iTXt') {
      const text = readInternationalText(bytes.subarray(dataStart, dataEnd), keyword);
      if (text !== undefined) return text;
    }
    if (type === 'IEND') return undefined;
    offset = dataEnd + CRC_BYTES;
  }
  return undefined;
}

/** Whether a PNG is an APNG (section 11.3.6): it says so before its first image data. */
export function isAnimatedPng(png: Uint8Array): boolean {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  let offset = SIGNATURE.length;
  while (offset + LENGTH_BYTES + TYPE_BYTES <= bytes.length) {
    const type = bytes.toString('latin1', offset + LENGTH_BYTES, offset + LENGTH_BYTES + TYPE_BYTES);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    offset += LENGTH_BYTES + TYPE_BYTES + bytes.readUInt32BE(offset) + CRC_BYTES;
  }
  return false;
}

function readInternationalText(body: Buffer, keyword: string): string | undefined {
  const keywordEnd = body.indexOf(0);
  if (keywordEnd < 0 || body.toString('latin1', 0, keywordEnd) !== keyword) return undefined;
  const compressed = body[keywordEnd + 1];
  const languageEnd = body.indexOf(0, keywordEnd + 3);
  const translatedEnd = languageEnd < 0 ? -1 : body.indexOf(0, languageEnd + 1);
  if (translatedEnd < 0) return undefined;
  const stored = body.subarray(translatedEnd + 1);
  try {
    // Image tools may store text compressed; the limit stops a small chunk from becoming a huge text.
    const text = compressed === 1 ? inflateSync(stored, { maxOutputLength: MAX_TEXT_BYTES }) : stored;
    if (text.length > MAX_TEXT_BYTES) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return undefined;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(LENGTH_BYTES + typed.length + CRC_BYTES);
  out.writeUInt32BE(data.length, 0);
  typed.copy(out, LENGTH_BYTES);
  out.writeUInt32BE(crc32(typed), LENGTH_BYTES + typed.length);
  return out;
}
