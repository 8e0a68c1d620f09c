"""`[population]`: who is scored."""

from pydantic import model_validator

from willbuy.shop.section import Flag, Kind, Section, Span, key


class Population(Section):
    """Who is scored at an anchor, decided from what was known then."""

    kind: Kind | None = key("Only who had an event of this kind; any kind otherwise.", "cart")
    active_within: Span | None = key(
        "Only who was seen in this time before the anchor; `30d` unless `ever`.", "30d"
    )
    ever: Flag = key("Everyone seen since the log began.", True, False)

    @model_validator(mode="after")
    def _agree(self) -> "Population":
        if self.ever and self.active_within is not None:
            raise ValueError(f'ever = true contradicts active_within = "{self.active_within}". Take one away')
        return self
