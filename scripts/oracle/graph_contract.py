"""The graph's index tensors for a step (design: one U-Net graph does all of ConsiStory).

The graph flattens a level's tokens to [B*S]: token p of row b is b*S + p.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from consistory import Step

PADDING = 3  # entries beyond the longest bank, so that every row has some


@dataclass(frozen=True)
class Row:
    """One row of the graph's batch. A vanilla twin repeats an image's inputs and takes part in nothing."""

    branch: int  # 0 unconditional, 1 conditional
    image: int
    is_twin: bool = False


def gather_rows(rows: list[Row], of_images: Tensor, of_twins: Tensor) -> Tensor:
    """From [2N, ...] tensors to the batch [B, ...]."""
    half = of_images.shape[0] // 2
    return torch.stack([(of_twins if r.is_twin else of_images)[r.branch * half + r.image] for r in rows])


def index_tensors(step: Step, rows: list[Row], widths: dict[int, int], random: torch.Generator) -> dict[str, Tensor]:
    """`widths`: attention levels in tokens, height -> width. Entries stand in random order: none may matter."""
    out = query_tensors(step, rows) | injection_tensors(step, rows, widths, random)
    for height, width in widths.items():
        out |= bank_tensors(step, rows, height, height * width, random)
    return out


def bank_tensors(step: Step, rows: list[Row], height: int, tokens: int, random: torch.Generator) -> dict[str, Tensor]:
    banks = [bank_of(row, step, rows, tokens) for row in rows]
    size = max(len(bank) for bank in banks) + PADDING
    index = torch.randint(0, len(rows) * tokens, (len(rows), size), generator=random)  # padding may point anywhere
    for row, bank in zip(index, banks):
        row[: len(bank)] = bank[torch.randperm(len(bank), generator=random)]
    return {
        f"bank_index_{height}": index,
        f"bank_length_{height}": torch.tensor([len(bank) for bank in banks]),
        f"bank_owner_{height}": torch.zeros_like(index),
        f"bank_viewer_{height}": torch.zeros(len(rows), tokens, dtype=torch.int64),
    }


def owner_tensors(step: Step, rows: list[Row], banks: dict[str, Tensor], widths: dict[int, int]) -> dict[str, Tensor]:
    """Whose the tokens of the banks are, and whose the rows' own. Twins are nobody's."""
    out = {}
    for height, width in widths.items():
        owner = step.owner[height * width]
        nobody = torch.zeros(height * width, dtype=torch.int64)
        of_rows = torch.stack([nobody if row.is_twin else owner[row.image] for row in rows])
        out[f"bank_owner_{height}"] = of_rows.flatten()[banks[f"bank_index_{height}"]]
        out[f"bank_viewer_{height}"] = of_rows
    return out


def part_tensors(step: Step, rows: list[Row], texts: Tensor, widths: dict[int, int]) -> dict[str, Tensor]:
    """Prompts of parts stand behind the rows' own; `prompt_answer` says which answer is a token's. `texts`: [B, T, X]"""
    batch = len(rows)
    at = [rows.index(Row(1, part.image)) for part in step.parts]
    out = {
        "encoder_hidden_states": torch.cat([texts, torch.stack([part.text for part in step.parts]).to(texts.dtype)]),
        "prompt_row": torch.tensor([*range(batch), *at]),
    }
    for height, width in widths.items():
        tokens = height * width
        answer = torch.arange(batch * tokens).reshape(batch, tokens)
        for i, (row, part) in enumerate(zip(at, step.parts)):
            inside = part.tokens[tokens]
            answer[row, inside] = (batch + i) * tokens + inside.nonzero()[:, 0]
        out[f"prompt_answer_{height}"] = answer.flatten()
    return out


def bank_of(row: Row, step: Step, rows: list[Row], tokens: int) -> Tensor:
    """The flattened tokens of other images that a row also looks at."""
    if row.is_twin:
        return torch.empty(0, dtype=torch.int64)
    others = [j for j in range(len(step.looks_at)) if step.looks_at[row.image, j]]
    found = [rows.index(Row(row.branch, j)) * tokens + step.shared[tokens][j].nonzero()[:, 0] for j in others]
    return torch.cat(found) if found else torch.empty(0, dtype=torch.int64)


def query_tensors(step: Step, rows: list[Row]) -> dict[str, Tensor]:
    """A row that isn't blended points at the first row with strength 0, which has to leave it alone."""
    source, strength = torch.zeros(len(rows), dtype=torch.int64), torch.zeros(len(rows))
    for b, row in enumerate(rows):
        blend = float(step.query_strength[row.branch, row.image])
        if blend > 0 and not row.is_twin:
            source[b], strength[b] = rows.index(Row(row.branch, row.image, is_twin=True)), blend
    return {"query_source": source, "query_strength": strength}


def injection_tensors(
    step: Step, rows: list[Row], widths: dict[int, int], random: torch.Generator
) -> dict[str, Tensor]:
    tokens = step.inject_tokens
    entries = [
        (
            rows.index(Row(branch, image)) * tokens + patch,
            rows.index(Row(branch, int(step.nearest_image[image, patch]))) * tokens
            + int(step.nearest_patch[image, patch]),
            float(step.inject_strength[image, patch]),
        )
        for branch in step.inject_branches
        for image, patch in step.inject_strength.nonzero().tolist()
    ]
    entries = [entries[i] for i in torch.randperm(len(entries), generator=random)]
    target, source, weight = (torch.tensor(column) for column in zip(*entries))
    height = next(h for h, w in widths.items() if h * w == tokens)
    return {
        f"inject_rows_{height}": target,
        f"inject_source_{height}": source,
        f"inject_weight_{height}": weight,
    }
