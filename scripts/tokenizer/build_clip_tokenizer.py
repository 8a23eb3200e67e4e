"""Makes assets/clip-tokenizer/ from the vocabulary that OpenAI published with CLIP.

    pip download --no-deps clip-anytorch==2.6.0      # or open_clip_torch: the same file
    unzip clip_anytorch-2.6.0-py3-none-any.whl clip/bpe_simple_vocab_16e6.txt.gz
    python scripts/tokenizer/build_clip_tokenizer.py clip/bpe_simple_vocab_16e6.txt.gz

vocab.json and merges.txt are what transformers' CLIPTokenizer reads: the rule is OpenAI's simple_tokenizer.py (256 bytes,
the same at a word's end, one token for each merge, two special tokens).
"""
import gzip
import hashlib
import json
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "assets" / "clip-tokenizer"
SOURCE_SHA256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"
VOCABULARY = 49152  # simple_tokenizer.py; without the two special tokens, the 256 bytes and those at a word's end
END_OF_WORD = "</w>"


def byte_characters() -> list[str]:
    """GPT-2's bytes_to_unicode: printable bytes are themselves and come first, the others are moved above U+00FF."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(others))]


def main(source: Path) -> None:
    data = source.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SOURCE_SHA256, "not the file that OpenAI published"
    merges = gzip.decompress(data).decode().split("\n")[1 : VOCABULARY - 256 - 2 + 1]
    characters = byte_characters()
    tokens = [*characters, *(c + END_OF_WORD for c in characters), *("".join(m.split()) for m in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    OUT.mkdir(parents=True, exist_ok=True)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    assert len(vocabulary) == 49408
    (OUT / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n")
    (OUT / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
