"""Subject masks and correspondences of ConsiStory (arXiv 2402.03286, sections 4.1 and 4.3) in torch, for `npm run bench`.

Written for this comparison from the paper alone. Everything is over square or oblong token grids; N images, S tokens.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

BINS = 256


def otsu(values: Tensor) -> float:
    """Otsu's threshold of values in [0, 1] over a 256-bin histogram: the border with the largest variance between."""
    bins = (values * BINS).floor().clamp(0, BINS - 1).long().flatten()
    counts = torch.bincount(bins, minlength=BINS).double()
    below = counts.cumsum(0)[:-1]
    sums = (counts * torch.arange(BINS)).cumsum(0)
    above = counts.sum() - below
    apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
    variance = (below * above * apart**2).nan_to_num(nan=-1.0)
    return 0.0 if variance.max() < 0 else (int(variance.argmax()) + 1) / BINS


def min_max(values: Tensor) -> Tensor:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else torch.zeros_like(values)


def subject_masks(maps: list[Tensor]) -> Tensor:
    """Section 4.1: mean over the last steps ([N, S] each), min-max, Otsu, for each image by itself: bool [N, S]."""
    normal = [min_max(image) for image in torch.stack(maps).float().mean(0)]
    return torch.stack([(image > 0) & (image >= otsu(image)) for image in normal])


def resize_masks(masks: Tensor, source: tuple[int, int], target: tuple[int, int]) -> Tensor:
    """bool [N, S] at another resolution: a token that stands for several is set if at least half of them are."""
    if source == target:
        return masks
    grid = masks.float().unflatten(1, source)[:, None]
    if target[0] > source[0]:
        return F.interpolate(grid, target, mode="nearest")[:, 0].bool().flatten(1)
    return (F.avg_pool2d(grid, (source[0] // target[0], source[1] // target[1]))[:, 0] >= 0.5).flatten(1)


def injection(features: Tensor, masks: Tensor, sources: list[int], threshold: float | str) -> tuple[Tensor, Tensor, Tensor]:
    """Section 4.3: where features are injected, and from where: image [N, S], patch [N, S], chosen bool [N, S].

    features [N, C', S]; for each patch its nearest subject patch by cosine similarity among the sources, if it lies in
    the subject and its similarity passes Otsu's threshold over the whole image.
    """
    direction = F.normalize(features.float(), dim=1)
    n, _, s = direction.shape
    image, patch = torch.zeros(n, s, dtype=torch.long), torch.zeros(n, s, dtype=torch.long)
    chosen = torch.zeros(n, s, dtype=torch.bool)
    for viewer in range(n):
        best = torch.full((s,), -torch.inf)
        for source in sources:
            if source == viewer or not masks[source].any():
                continue
            cosine = (direction[viewer].T @ direction[source]).masked_fill(~masks[source], -torch.inf)
            similarity, nearest = cosine.max(1)
            better = similarity > best
            best[better], image[viewer, better], patch[viewer, better] = similarity[better], source, nearest[better]
        if best.isfinite().all():
            low, high = best.min(), best.max()
            least = float(low + otsu(min_max(best)) * (high - low)) if threshold == "otsu" else threshold
            chosen[viewer] = masks[viewer] & (best >= least)
    return image, patch, chosen
