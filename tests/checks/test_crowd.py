"""What is lost together is told together, and where most is lost, nobody can tell."""

from __future__ import annotations

from conftest import Look


def image(present: int, absent: int) -> dict[str, str]:
    copies = "".join(f"COPY here{n}.txt /\n" for n in range(present)) + "".join(
        f"COPY gone{n}.txt /\n" for n in range(absent)
    )
    return {
        "Dockerfile": f'FROM node:22\nCOPY package.json /\n{copies}CMD ["node", "app.js"]\n',
        "package.json": "{}",
        **{f"here{n}.txt": "x\n" for n in range(present)},
    }


def test_few_that_are_lost_are_told_one_by_one(look: Look) -> None:
    assert len(look("CON-001", image(0, 3)).failed) == 3


def test_many_that_are_lost_are_one_finding_with_its_places(look: Look) -> None:
    seen = look("CON-001", image(8, 6))
    lost = [f for f in seen.findings if f.outcome.open]

    assert len(lost) == 1
    assert len(lost[0].evidence) == 6


def test_where_most_is_lost_nobody_can_tell(look: Look) -> None:
    seen = look("CON-001", image(2, 6))

    assert seen.failed == []
    assert "6 of 9 files that images copy" in seen.text
    assert "unknown" in seen.outcomes
