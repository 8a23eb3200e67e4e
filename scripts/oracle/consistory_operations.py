"""Writes test/fixtures/consistory/operations-<case>.safetensors: one denoising step, stated twice.

    python scripts/oracle/consistory_operations.py        (after unet.py, whose models it uses)

Once as the paper has it (consistory.py makes the expected outputs from masks and correspondences), once as the
graph's index tensors (graph_contract.py). Names: the graph's inputs as they are; `<mode>.noise`, `<mode>.dift` and
`<mode>.attention_<height>` are what it has to answer, where <height> is the mask resolution the graph was built for.
Modes: vanilla; sdsa: shared attention; query: the same with blended queries (alone they change nothing, the twins'
queries being the images' own); inject: feature injection alone; all; and what is not the paper's: owners: shared
attention in which tokens don't look at those of another owner; parts: prompts of their own for parts of pictures;
apart: both with all. A test switches a part off with the empty form of its inputs; inputs that only one mode has are
stored as `<mode>.<input>`.
"""

from dataclasses import dataclass, replace

import torch

import unet
from consistory import (
    Outcome,
    Part,
    Step,
    run,
    without_injection,
    without_owners,
    without_parts,
    without_query_blending,
    without_sharing,
)
from fixture_io import FIXTURES, write_fixture
from graph_contract import Row, gather_rows, index_tensors, owner_tensors, part_tensors

SUBJECT_SHARE = 0.35  # of the tokens of an image that are subject and survived dropout
INJECTED_SHARE = 0.4
COLUMNS = 2
VISIBLE = 1e-2  # tests tolerate 2e-5


@dataclass(frozen=True)
class Case:
    model: str
    images: int
    anchors: tuple[int, ...] | None  # None: all images share with all
    blended: dict[tuple[int, int], float]  # (branch, image) -> strength of query blending; each has a vanilla twin
    inject_branches: tuple[int, ...]
    levels: tuple[tuple[int, int], ...]  # attention levels in tokens, (height, width), highest first
    mask_heights: tuple[int, ...]  # mask resolutions to give expected maps for
    shuffled: bool  # whether the batch's rows stand in an order of their own
    modes: tuple[str, ...]
    dift_modes: tuple[str, ...]  # fewer: the features are large


CASES = {
    "sdxl": Case(
        model="sdxl",
        images=3,
        anchors=None,
        blended={(1, 0): 0.9, (1, 1): 0.8},
        inject_branches=(0, 1),
        levels=((8, 8), (4, 4)),
        mask_heights=(8, 4),
        shuffled=False,
        modes=("vanilla", "sdsa", "query", "inject", "all", "owners", "parts"),
        dift_modes=("vanilla", "all"),
    ),
    "sd15": Case(
        model="sd15",
        images=3,
        anchors=(0, 1),
        blended={(0, 2): 0.9, (1, 2): 0.85},
        inject_branches=(1,),
        levels=((16, 16), (8, 8), (4, 4)),
        mask_heights=(4,),
        shuffled=True,
        modes=("all",),
        dift_modes=("all",),
    ),
    "sd21": Case(
        model="sd21",
        images=2,
        anchors=(0,),
        blended={(1, 1): 0.85},
        inject_branches=(0, 1),
        levels=((8, 12), (4, 6)),
        mask_heights=(8, 4),
        shuffled=True,
        modes=("all", "apart"),
        dift_modes=("all", "apart"),
    ),
}


def draw_step(case: Case, random: torch.Generator) -> Step:
    n, (height, width) = case.images, case.levels[0]
    tokens = height * width
    looks_at = torch.ones(n, n, dtype=torch.bool)
    if case.anchors is not None:
        looks_at[:] = torch.tensor([image in case.anchors for image in range(n)])
    query_strength = torch.zeros(2, n, dtype=torch.float64)
    for where, strength in case.blended.items():
        query_strength[where] = torch.tensor(strength, dtype=torch.float32)  # the float that the fixture stores
    # Each patch may correspond to any patch of any other image; sources may be injected patches themselves.
    offset = torch.randint(1, n, (n, tokens), generator=random)
    injected = torch.rand(n, tokens, generator=random) < INJECTED_SHARE
    alpha = 0.5 + 0.4 * torch.rand(n, tokens, generator=random)
    return Step(
        shared={h * w: torch.rand(n, h * w, generator=random) < SUBJECT_SHARE for h, w in case.levels},
        looks_at=looks_at & ~torch.eye(n, dtype=torch.bool),
        query_strength=query_strength,
        nearest_image=(torch.arange(n)[:, None] + offset) % n,
        nearest_patch=torch.randint(0, tokens, (n, tokens), generator=random),
        inject_strength=torch.where(injected, alpha, 0.0).double(),
        inject_branches=case.inject_branches,
        inject_tokens=tokens,
    )


OWNERS = 2
PART_SHARE = 0.4  # of an image's tokens, of each of its two parts


def set_apart(case: Case, step: Step, inputs: dict[str, torch.Tensor], random: torch.Generator) -> Step:
    """The step with owners of tokens, and two parts of the first image that hear other prompts."""
    n, sizes = case.images, [h * w for h, w in case.levels]
    owner = {size: torch.randint(0, OWNERS + 1, (n, size), generator=random) for size in sizes}
    draws = {size: torch.rand(size, generator=random) for size in sizes}
    shape = inputs["encoder_hidden_states"].shape[1:]
    first, second = (
        Part(
            image=0,
            text=torch.randn(shape, generator=random),
            tokens={size: (i * PART_SHARE <= draw) & (draw < (i + 1) * PART_SHARE) for size, draw in draws.items()},
        )
        for i in range(2)
    )
    return replace(step, owner=owner, parts=(first, second))


def batch_rows(case: Case, random: torch.Generator) -> list[Row]:
    """Unconditional images, conditional images, vanilla twins; or the same in a random order."""
    images = [Row(branch, image) for branch in range(2) for image in range(case.images)]
    rows = images + [Row(branch, image, is_twin=True) for branch, image in case.blended]
    return [rows[i] for i in torch.randperm(len(rows), generator=random)] if case.shuffled else rows


def expected(
    case: Case, mode: str, outcome: Outcome, plain: Outcome, rows: list[Row], columns: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The graph's outputs for its rows; twins answer as the plain pass does, whatever the others do."""
    out = {f"{mode}.noise": gather_rows(rows, outcome.noise, plain.noise)}
    if mode in case.dift_modes:
        out[f"{mode}.dift"] = gather_rows(rows, outcome.dift, plain.dift)
    widths = dict(case.levels)
    for height in case.mask_heights:
        tokens = height * widths[height]
        maps = gather_rows(rows, outcome.maps[tokens], plain.maps[tokens])  # [B, S, T]
        wanted = columns[:, None, :].expand(-1, tokens, -1)
        out[f"{mode}.attention_{height}"] = maps.gather(2, wanted).transpose(1, 2)  # [B, K, S]
    return out


def must_show(outcomes: dict[str, Outcome]) -> None:
    """Each operation has to change the noise by far more than a test tolerates, or the fixture proves nothing."""
    pairs = ("sdsa", "vanilla"), ("query", "sdsa"), ("inject", "vanilla"), ("all", "query")
    for mode, without in (*pairs, ("owners", "sdsa"), ("parts", "vanilla"), ("apart", "all")):
        change = float((outcomes[mode].noise - outcomes[without].noise).abs().max())
        print(f"  {mode} changes the noise of {without} by up to {change:.3g}")
        assert change > VISIBLE, f"{mode} changes almost nothing: {change}"


def main() -> None:
    for name, case in CASES.items():
        random = torch.Generator().manual_seed(2)
        model = unet.load(case.model)
        inputs = unet.draw_inputs(case.model, model, rows=2 * case.images, seed=3)
        inputs["timestep"] = torch.full((2 * case.images,), 741.0)
        step = draw_step(case, random)
        apart = set_apart(case, step, inputs, torch.Generator().manual_seed(4))
        by_diffusers = unet.predict(model, inputs)
        plain = run(model, inputs, step=None, plain=None)
        assert (plain.noise - by_diffusers).abs().max() < 1e-12, "our plain attention is not diffusers' own"
        modes = {
            "vanilla": None,
            "sdsa": without_query_blending(without_injection(step)),
            "query": without_injection(step),
            "inject": without_sharing(without_query_blending(step)),
            "all": step,
            "owners": without_parts(without_query_blending(without_injection(apart))),
            "parts": without_sharing(without_query_blending(without_injection(without_owners(apart)))),
            "apart": apart,
        }
        rows = batch_rows(case, random)
        feeds = {key: gather_rows(rows, value, value) for key, value in inputs.items()}
        columns = torch.stack([torch.randperm(unet.CASES[case.model].tokens, generator=random)[:COLUMNS] for _ in rows])
        outcomes = {mode: run(model, inputs, modes[mode], plain) for mode in modes}
        must_show(outcomes)
        out = {}
        for mode in case.modes:
            out |= expected(case, mode, outcomes[mode], plain, rows, columns)
        widths = dict(case.levels)
        contract = index_tensors(step, rows, widths, random)
        owners = owner_tensors(apart, rows, contract, widths)
        parts = part_tensors(apart, rows, feeds["encoder_hidden_states"], widths)
        own = {"owners": owners, "parts": parts, "apart": owners | parts}
        special = {f"{mode}.{key}": value for mode in case.modes for key, value in own.get(mode, {}).items()}
        write_fixture(
            FIXTURES / "consistory" / f"operations-{name}.safetensors",
            {**feeds, **contract, **special, "concept_columns": columns, **out},
            model=case.model,
        )


if __name__ == "__main__":
    main()
