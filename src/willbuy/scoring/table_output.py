"""Which columns the scores of a table have, and what they are called: all there are, or those of `[table] output`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from willbuy.errors import ShopError, did_you_mean
from willbuy.shop import Table

ID, ROW, AS_OF = "id", "row", "as_of"


@dataclass(frozen=True)
class TableOutput:
    """The output's columns in order: name -> what it holds (`id`, `as_of`, a score, or a label of the recipe)."""

    columns: Mapping[str, str]

    @property
    def wants_moment(self) -> bool:
        """Whether a column holds the moment of the scores."""
        return AS_OF in self.columns.values()


def wants_reasons(table: Table) -> bool:
    """Whether any column of the output holds a reason: they take most of the time."""
    held = table.output.values()
    return not held or any(one.startswith(("reason_", "contribution_")) for one in held)


def table_output(
    table: Table, scores: Sequence[str], labels: Sequence[str], as_of: str | None
) -> TableOutput:
    """The columns of a scoring. Raises ShopError where `[table] output` asks for what there is not.

    >>> from willbuy.shop import make_table
    >>> table = make_table({"target": "y", "id": "UserID"})
    >>> table_output(table, ["probability", "band"], ["segment"], None).columns
    {'UserID': 'id', 'probability': 'probability', 'band': 'band', 'segment': 'segment'}
    """
    there = [ID, AS_OF, *scores, *labels]
    if not table.output:
        own = table.id or ROW
        own = own if own not in there[1:] else ID
        moment = {AS_OF: AS_OF} if as_of else {}
        return TableOutput({own: ID, **moment, **{name: name for name in (*scores, *labels)}})
    for name, held in table.output.items():
        if held not in there:
            raise ShopError(
                f"[table] output: {name} = {held!r}; expected one of {', '.join(there)}.{did_you_mean(held, there)}"
            )
    return TableOutput(dict(table.output))
