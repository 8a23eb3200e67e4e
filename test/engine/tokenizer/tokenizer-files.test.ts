import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClipTokenizer } from '../../../src/engine/tokenizer/clip-tokenizer.ts';

const TINY = path.resolve(import.meta.dirname, '../../fixtures/tokenizer/tiny');

describe('given a tokenizer folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-tokenizer-'));
    fs.cpSync(TINY, folder, { recursive: true });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const edit = (name: string, change: (value: Record<string, unknown>) => void): void => {
    const file = path.join(folder, name);
    const value: Record<string, unknown> = JSON.parse(fs.readFileSync(file, 'utf8'));
    change(value);
    fs.writeFileSync(file, JSON.stringify(value));
  };
  const open = () => ClipTokenizer.open(folder);

  it('without its configs, then it is CLIP as it was published: 77 tokens, padded with the end', () => {
    fs.rmSync(path.join(folder, 'tokenizer_config.json'));
    fs.rmSync(path.join(folder, 'special_tokens_map.json'));
    const { ids } = open().tokenize('fox');
    expect(ids.length).toBe(77);
    expect(ids.at(-1)).toBe(ids[2]);
  });

  it('with special tokens in the map only, as objects, then they are read', () => {
    edit('tokenizer_config.json', (config) => {
      delete config.pad_token;
    });
    edit('special_tokens_map.json', (map) => {
      map.pad_token = { content: '#', lstrip: false };
    });
    expect(open().tokenize('fox').ids.at(-1)).toBe(2);
  });

  it('with no known length (1e30), then the length is 77', () => {
    edit('tokenizer_config.json', (config) => {
      config.model_max_length = 1e30;
    });
    expect(open().maxLength).toBe(77);
  });

  it.each(['vocab.json', 'merges.txt', 'tokenizer_config.json', 'special_tokens_map.json'])(
    'whose %s lies elsewhere behind a link, then it is refused, and nothing of that file is told',
    (name) => {
      const secret = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-secret-')), 'secret');
      fs.writeFileSync(secret, 'root:x:0:0');
      fs.rmSync(path.join(folder, name));
      fs.symlinkSync(secret, path.join(folder, name));
      expect(open).toThrow(expect.objectContaining({ code: 'path-outside-folder' }));
      expect(open).not.toThrow('root:');
      fs.rmSync(path.dirname(secret), { recursive: true });
    },
  );

  it.each(['vocab.json', 'merges.txt'])('without %s, then the file is named', (name) => {
    fs.rmSync(path.join(folder, name));
    expect(open).toThrow(
      expect.objectContaining({ code: name === 'vocab.json' ? 'json-unreadable' : 'tokenizer-merges' }),
    );
    expect(open).toThrow(name);
  });

  it('with a vocabulary that lacks a byte, then it is refused', () => {
    edit('vocab.json', (vocab) => {
      delete vocab['q</w>'];
    });
    expect(open).toThrow(expect.objectContaining({ code: 'tokenizer-vocabulary' }));
  });

  it('with a broken merge, then the line is shown', () => {
    fs.appendFileSync(path.join(folder, 'merges.txt'), 'a b c\n');
    expect(open).toThrow(/"a b c"/);
  });

  it('with Windows line ends, then the ids are the same', () => {
    const before = open().tokenize('a polar bear').ids;
    const file = path.join(folder, 'merges.txt');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    expect(open().tokenize('a polar bear').ids).toEqual(before);
  });
});
