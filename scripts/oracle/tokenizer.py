"""Oracle of test/engine/tokenizer: transformers' CLIPTokenizer on the pocket vocabulary and on a tiny one made here.

Writes test/fixtures/tokenizer/tiny/ (vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json; it pads
with "!", as SDXL's tokenizer_2 does) and test/fixtures/tokenizer/ids.json: per text the padded and truncated ids, and
the untruncated tokens' places in the text in UTF-16 units, which check the mapping from words to columns.

    python scripts/oracle/tokenizer.py
"""
import json
import random
from pathlib import Path

import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "test" / "fixtures" / "tokenizer"
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

CORPUS = """a fox wearing a scarf standing in the forest . the fox's friend , a polar bear , isn't here ; they're gone !
el niño está en la montaña . čeština je hezká . über die brücke . 狐狸在森林里 . 狐狸和熊猫 . きつねが森で本を読む . キツネ
여우가 숲에 있다 . лиса в лесу читает книгу . η αλεπού στο δάσος . 🦊🐻 🦊 🐻‍❄️ 👩‍🚀 !!! ... ?! -- 2026 123 สุนัขจิ้งจอก""".split()

TEXTS = """
a fox
A Fox WEARING a Scarf
a storybook drawing of a fox wearing a scarf standing in the forest
a storybook drawing of a purple rabbit wearing a pink bow tie holding an umbrella on the beach at night
a polar bear, a fox and a polar-bear
the fox's scarf
it's, isn't, they're, we've, I'm, you'll, she'd
don't
DON'T
'small 'tall 'really 'very 'more 'later 'd
fox,
fox.
fox!
fox!!
!fox!
! ! !
fox?!
"fox"
(fox)
[fox:1.2]
(a fox:1.3), ((masterpiece))
fox/bear
fox_bear
ice-cream
well-known-fox
R2-D2
R2D2
3 foxes
2026
1234567890
3.14
1,000,000
50%
$5
#fox
@fox
fox & bear
a+b=c
<fox>
<|fox|>
<|startoftext|>
<|endoftext|>
a <|endoftext|> b
a<|endoftext|>b
<|ENDOFTEXT|>
<|EndOfText|><|endoftext|>
<|endoftext|><|STARTOFTEXT|><|endoftext|>
!<|ENDOFTEXT|>!
fox<|startoftext|>!
niño
NIÑO
café
cafe\u0301
CAFE\u0301
\u00c5ngstr\u00f6m
A\u030angstro\u0308m
čeština
Příliš žluťoučký kůň
über die Brücke
STRASSE straße
ﬁne ligature
ﬃ
İstanbul
ıI
ΟΔΥΣΣΕΥΣ
ΣΑΣ Σ σ ς
Η ΑΛΕΠΟΥ ΣΤΟ ΔΑΣΟΣ
η αλεπού στο δάσος
лиса в лесу
ЛИСА В ЛЕСУ
ёлка Ё
狐狸
狐狸在森林里
一只狐狸和一只熊猫,在森林里。
きつねが森で本を読む
か\u3099ぎ
キツネ
ｷﾂﾈ
여우가 숲에 있다
\u1112\u1161\u11ab\u1100\u1173\u11af
สุนัขจิ้งจอก
नमस्ते दुनिया
हिन्दी
ক্ষ
தமிழ்
ثعلب في الغابة
الثَّعْلَب
שלום עולם
שׁ
ქართული
ᲥᲐᲠᲗᲣᲚᲘ
Հայերեն
ᏣᎳᎩ
𐐀𐐨
𝔣𝔬𝔵
ｆｏｘ
①②③
½ ¾
Ⅳ ⅳ
x²
٣٤٥
🦊
🦊🐻
🦊 🐻
a 🦊 in the forest
fox🦊bear
🦊fox
👩‍🚀
👩🏽‍🚀👍🏿
🐻‍❄️
🇯🇵🇩🇪
🏴󠁧󠁢󠁥󠁮󠁧󠁿
1️⃣
❤️
❤
©®™
→ ↔\u0338
=\u0338
\u0301
 \u0301a
!\u0301
fox\u0301\u0302\u0303
a\u200bb
a\u200db
a\u00adb
a\ufeffb
a\u180eb
a\u00a0b
a\u2003b
a\u3000b
a\u0085b
a\u2028b
a\tb
a\u0000b
a\u001cb
a\u007fb
\ufffd
\U0010ffff
\ue000
‘fox’ “bear”
fox’s
fox´s
don`t
—
a—b
a – b
…
...
......
!!!!!!!!
~!@#$%^&*()_+`-={}|[]\\:";'<>?,./
\\n
C:\\fox
https://example.com/fox?x=1&y=2
fox@example.com
:-) ^_^ ¯\\_(ツ)_/¯
<lora:fox:0.8>
{fox|bear}
__proto__ constructor toString
supercalifragilisticexpialidocious
pneumonoultramicroscopicsilicovolcanoconiosis
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ﷺ
Ǆ ǅ ǆ
ŉ
ẞ
ȺȾ
K Å Ω
""".strip("\n").split("\n")


def texts() -> list[str]:
    r = random.Random(7)
    long = [" ".join(r.choice(CORPUS) for _ in range(n)) for n in (12, 20, 44, 45, 46, 47, 60, 120)]
    return ["", " ", "  a   fox  \n", *TEXTS, *long, "fox " * 46, "fox " * 47]


def make_tiny(folder: Path) -> None:
    """A byte-level BPE with few merges over many scripts, in the layout of OpenAI's vocabulary."""
    t = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(SPLIT), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    t.train_from_iterator(
        CORPUS * 4, trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False)
    )
    merges = [" ".join(m) if isinstance(m, list) else m for m in json.loads(t.to_str())["model"]["merges"]]
    vocab = list(dict.fromkeys(alphabet + [c + "</w>" for c in alphabet] + [m.replace(" ", "") for m in merges]))
    vocab += ["<|startoftext|>", "<|endoftext|>"]
    special = dict(bos_token="<|startoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>", pad_token="!")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(vocab)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps({**special, "bos_token": {"content": "<|startoftext|>", "lstrip": False}}))
    (folder / "tokenizer_config.json").write_text(json.dumps({**special, "model_max_length": 24, "tokenizer_class": "CLIPTokenizer"}))


def utf16(text: str, index: int) -> int:
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def encode(folder: Path) -> list[dict]:
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    rows = []
    for text in texts():
        ids = tokenizer(text, padding="max_length", truncation=True, max_length=tokenizer.model_max_length).input_ids
        whole = tokenizer(text, return_offsets_mapping=True)
        rows.append(dict(text=text, ids=ids, offsets=[[utf16(text, a), utf16(text, b)] for a, b in whole.offset_mapping[1:-1]]))
    return rows


def main() -> None:
    make_tiny(OUT / "tiny")
    result = dict(
        versions=dict(transformers=transformers.__version__, tokenizers=tokenizers.__version__),
        pocket=encode(ROOT / "models" / "pocket" / "tokenizer"),
        tiny=encode(OUT / "tiny"),
    )
    # ASCII, so that no editor touches the unusual characters
    lines = [f'"{key}": [\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in result[key]) + "\n]" for key in ("pocket", "tiny")]
    (OUT / "ids.json").write_text('{\n"versions": ' + json.dumps(result["versions"]) + ",\n" + ",\n".join(lines) + "\n}\n")
    print(len(texts()), "texts,", (OUT / "ids.json").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
