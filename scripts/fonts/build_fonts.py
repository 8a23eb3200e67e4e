"""Makes assets/fonts/*.ttf. Run by hand; the results are committed (Pango reads plain TrueType only, not WOFF).

    pip install fonttools==4.68.0 brotli && python scripts/fonts/build_fonts.py SOURCES assets/fonts

SOURCES is a folder in which lie, side by side: the npm packages @expo-google-fonts/{nunito,noto-sans-hebrew,
noto-sans-arabic,noto-sans-devanagari,noto-sans-thai} and twemoji-colr-font under node_modules/, and the unpacked Debian
packages fonts-droid-fallback, fonts-nanum and fonts-dejavu-core under usr/.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HAN_ENCODINGS = [("gb2312", range(0xA1, 0xF8)), ("shift_jis", [*range(0x81, 0xA0), *range(0xE0, 0xF0)]), ("big5", range(0xA4, 0xC7))]
CJK_PUNCTUATION_AND_KANA = [*range(0x3000, 0x3130), *range(0xFF00, 0xFFF0)]
JAMO = [*range(0x1100, 0x1200), *range(0x3130, 0x3190)]
# Greek, Armenian, Georgian and the symbol blocks: what Nunito lacks and DejaVu has.
DEJAVU_BLOCKS = [(0x370, 0x3FF), (0x1F00, 0x1FFF), (0x530, 0x58F), (0x10A0, 0x10FF), (0x2000, 0x2BFF)]


def repertoire(encoding, lead_bytes):
    """Code points of a two-byte encoding: the characters that its readers really use."""
    found = set()
    for lead in lead_bytes:
        for trail in range(0x40, 0xFF):
            try:
                text = bytes([lead, trail]).decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                found.add(ord(text))
    return found


def write(source, target, code_points=None, rename=None):
    options = subset.Options(layout_features=["*"], hinting=False, name_IDs=["*"], notdef_outline=True, glyph_names=False)
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=code_points if code_points is not None else font.getBestCmap().keys())
    subsetter.subset(font)
    if rename:  # The OFL asks modified versions of fonts with a reserved name for another one.
        for record in list(font["name"].names):
            if record.nameID in (1, 3, 4, 6, 16):
                font["name"].setName(rename.replace(" ", "") if record.nameID == 6 else rename, record.nameID, record.platformID, record.platEncID, record.langID)
    subset.save_font(font, str(target), options)


def main(sources, target):
    expo = sources / "node_modules/@expo-google-fonts"
    for weight, name in (("600SemiBold", "semibold"), ("800ExtraBold", "extrabold")):
        write(expo / f"nunito/{weight}/Nunito_{weight}.ttf", target / f"nunito-{name}.ttf")
    for script in ("Hebrew", "Arabic", "Devanagari", "Thai"):
        package = expo / f"noto-sans-{script.lower()}"
        write(package / f"600SemiBold/NotoSans{script}_600SemiBold.ttf", target / f"noto-sans-{script.lower()}-semibold.ttf")
    emoji = TTFont(sources / "node_modules/twemoji-colr-font/twemoji.woff2")
    emoji.flavor = None
    emoji.save(target / "twemoji.ttf")
    drawn_as_emoji = set(emoji.getBestCmap())
    symbols = {c for first, last in DEJAVU_BLOCKS for c in range(first, last + 1)} - drawn_as_emoji
    write(sources / "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", target / "dejavu-sans.ttf", symbols)
    han = {c for encoding, leads in HAN_ENCODINGS for c in repertoire(encoding, leads) if c >= 0x2E80}
    droid = sources / "usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"
    write(droid, target / "droid-sans-fallback.ttf", han | set(CJK_PUNCTUATION_AND_KANA))
    hangul = {c for c in repertoire("euc_kr", range(0xA1, 0xFE)) if 0xAC00 <= c <= 0xD7A3} | set(JAMO)
    write(sources / "usr/share/fonts/truetype/nanum/NanumGothic.ttf", target / "troupe-hangul.ttf", hangul, "Troupe Hangul")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
