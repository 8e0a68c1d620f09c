"""A sample of the entities of a log too large to be learnt from whole: drawn by their ids, so that it hangs on nothing else."""

from dataclasses import dataclass

_ALL = 1 << 64


@dataclass(frozen=True)
class Sample:
    """Entities drawn whole, each with the probability `share` (0 to 1), by a seed.

    An entity is in it or not whatever the order, the keys and the engine of the log, and is in every larger sample of the
    same seed: what decides is a number made of its id, MD5's lower 64 bits, beside the share of all such numbers.
    """

    share: float
    seed: int

    def of(self, item: str) -> str:
        """A FROM item for the desk: the rows of one with the column `entity` that are drawn.

        >>> print(Sample(0.25, seed=7).of('"entities"'))
        (SELECT * FROM "entities" WHERE md5_number_lower(concat('7 ', "entity")) < 4611686018427387904)
        """
        drawn = f"md5_number_lower(concat('{self.seed} ', \"entity\")) < {round(self.share * _ALL)}"
        return f"(SELECT * FROM {item} WHERE {drawn})"


def sample_for(rows: int, most: int, seed: int) -> Sample | None:
    """The sample that leaves about `most` of so many rows; None where they are no more than that.

    >>> sample_for(100, 100, seed=1), sample_for(400, 100, seed=1)
    (None, Sample(share=0.25, seed=1))
    """
    return Sample(most / rows, seed) if rows > most else None
