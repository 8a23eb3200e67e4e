"""Subject masks, correspondences and the choice of what is injected (ConsiStory sections 4.1 and 4.3), in numpy.

Everything is float64 on float32 inputs; every rule that the paper leaves open is written down at its function.
"""

import numpy as np

BINS = 256


def otsu_bin(bins: np.ndarray) -> int:
    """Otsu's threshold of bin numbers 0..255: the k that maximises the variance between {bin <= k} and {bin > k}.

    With n values whose bins sum to s, n0 of them (summing to s0) in the lower class, the between-class variance is
    (s0 n - n0 s)^2 / (n0 (n - n0)) / n^2. Counts and sums are whole numbers, so that there is no rounding before the
    quotient; the first k of equal ones is taken. A k that leaves a class empty is no candidate; one bin: returns it.
    """
    counts = np.bincount(bins.ravel(), minlength=BINS)
    n, s = int(counts.sum()), int((counts * np.arange(BINS)).sum())
    best, threshold, n0, s0 = -1.0, int(bins.max()), 0, 0
    for k in range(BINS):
        n0, s0 = n0 + int(counts[k]), s0 + k * int(counts[k])
        if 0 < n0 < n:
            variance = float(s0 * n - n0 * s) ** 2 / float(n0 * (n - n0))
            if variance > best:
                best, threshold = variance, k
    return threshold


def passes_otsu(values: np.ndarray) -> np.ndarray:
    """Which values lie above Otsu's threshold after min-max normalisation: bool, of the same shape.

    bin = min(255, floor(256 (x - min) / (max - min))); above = bin > threshold. Equal values: none is above.
    """
    x = values.astype(np.float64)
    span = x.max() - x.min() if x.size else 0.0
    if span == 0:
        return np.zeros(x.shape, dtype=bool)
    bins = np.minimum(BINS - 1, np.floor((x - x.min()) / span * BINS)).astype(np.int64)
    return bins > otsu_bin(bins)


def word_map(maps: np.ndarray, columns: list[int]) -> np.ndarray:
    """Section 4.1: cross-attention of one word. maps [steps, T, h, w] (already mean over layers) -> [h, w].

    Mean over the steps so far, and over the tokens of the word if it has several.
    """
    return maps.astype(np.float64).mean(0)[columns].mean(0)


def subject_mask(maps: np.ndarray, words: list[list[int]]) -> np.ndarray:
    """The mask of one concept in one image: each of its words is thresholded for itself, then the union. bool [h, w]"""
    union = np.zeros(maps.shape[2:], dtype=bool)
    for columns in words:
        union |= passes_otsu(word_map(maps, columns))
    return union


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Nearest neighbour: [y, x] takes the old patch [floor(y h / height), floor(x w / width)]."""
    h, w = mask.shape
    return mask[np.ix_(np.arange(height) * h // height, np.arange(width) * w // width)]


def similarities(features: np.ndarray) -> np.ndarray:
    """Cosine similarity of all patches of all images: features [N, C, S] -> [N, S, N, S]. Zero vectors: similarity 0."""
    x = features.astype(np.float64)
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    unit = np.divide(x, norms, out=np.zeros_like(x), where=norms > 0)
    return np.einsum("icp,jcq->ipjq", unit, unit)


def correspondences(features: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Section 4.3: for each patch p of image i the nearest subject patch of each other image j, and its similarity.

    features [N, C, S], masks bool [N, S] -> nearest int64 [N, N, S] and similarity [N, N, S], by [i, j, p];
    -1 and -inf where there is none (j = i, or no subject in j). The first patch of equal ones is taken.
    """
    n, _, s = features.shape
    cosine = similarities(features)
    nearest, similarity = np.full((n, n, s), -1), np.full((n, n, s), -np.inf)
    for i in range(n):
        for j in range(n):
            if i != j and masks[j].any():
                candidates = np.where(masks[j], cosine[i, :, j], -np.inf)  # [S of i, S of j]
                nearest[i, j], similarity[i, j] = candidates.argmax(1), candidates.max(1)
    return nearest, similarity


def injection_choice(
    nearest: np.ndarray, similarity: np.ndarray, masks: np.ndarray, anchors: list[int], over: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Section 4.3: the best of all other images (of the anchors, 4.4) for each patch, and where it is injected.

    -> image int64 [N, S], patch int64 [N, S] (-1: nothing corresponds), injected bool [N, S]. A patch is injected if it
    lies in its image's subject mask and its best similarity passes Otsu's threshold of that image. The population of
    that threshold is `over`: "subject", the patches in the subject mask, or "image", all patches.
    The first image of equal ones is taken.
    """
    allowed = np.full_like(similarity, -np.inf)
    allowed[:, anchors] = similarity[:, anchors]
    image, best = allowed.argmax(1), allowed.max(1)  # [N, S]
    patch = np.take_along_axis(nearest, image[:, None], 1)[:, 0]
    found = np.isfinite(best)
    injected = np.zeros(masks.shape, dtype=bool)
    for i in range(len(masks)):
        population = found[i] & masks[i] if over == "subject" else found[i]
        injected[i, population] = passes_otsu(best[i, population])
    return np.where(found, image, -1), np.where(found, patch, -1), injected & masks
