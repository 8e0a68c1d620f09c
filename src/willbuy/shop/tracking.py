"""`[tracking]`: where finished runs are mirrored to."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, StrictBool, StrictStr

from willbuy.shop.section import Section, key

SQLITE = "sqlite:///"
POSTGRES = "postgres"
"""The server of the shop's tables, see `storage.url`."""


def _place(found: bool | str) -> bool | str:
    """Refuse what is no place to track at, and an address that carries a secret."""
    if isinstance(found, bool) or found == POSTGRES:
        return found
    if found.startswith(("postgres:", "postgresql:")):
        raise ValueError(
            'expected "postgres": it stands for the server of the shop\'s tables, which storage.url or WILLBUY_POSTGRES_URL names'
        )
    if found.startswith(SQLITE):
        if not found.removeprefix(SQLITE).strip("/") or set("?#") & set(found):
            raise ValueError("expected the path of a file, such as sqlite:///mlflow.db")
        return found
    if not found.startswith(("http://", "https://")):
        raise ValueError(
            'expected true, "postgres", the address of a server such as "http://127.0.0.1:5000", or "sqlite:///mlflow.db"'
        )
    if set("@?#") & set(found):
        raise ValueError(
            "the address carries more than a place. Credentials belong into MLFLOW_TRACKING_USERNAME and"
            " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, of the environment"
        )
    if not urlsplit(found).hostname:
        raise ValueError('expected the address of a server, such as "http://127.0.0.1:5000"')
    return found


class Tracking(Section):
    """Where finished runs are mirrored to. See `willbuy runs` and docs/tracking.md."""

    mlflow: Annotated[StrictBool | StrictStr, AfterValidator(_place)] = key(
        "Mirror every finished run into MLflow: `true` into a SQLite file beside the runs, `sqlite:///FILE` into that file, "
        "`postgres` into the server of the shop's tables, or the address of an MLflow server. Needs the extra `mlflow`.",
        True,
        False,
    )
    experiment: str | None = key(
        "The experiment, and the registered model, that runs are mirrored into; the shop's name otherwise.",
        "ladybird-repeat-buyers",
        min_length=1,
        max_length=200,
    )


def short_form(found: Any) -> Any:
    """`tracking = "http://..."` at the top of the file stands for the section with that key.

    >>> short_form("sqlite:///mlflow.db"), short_form({"mlflow": True})
    ({'mlflow': 'sqlite:///mlflow.db'}, {'mlflow': True})
    """
    return {"mlflow": found} if isinstance(found, bool | str) else found
