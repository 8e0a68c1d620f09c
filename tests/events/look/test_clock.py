"""How times are written: proven from the values, declared, or refused; never guessed in silence."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from events.look.logs import START, begin, csv_log, iso, refusal
from willbuy.errors import ShopError


@pytest.mark.parametrize(
    ("write", "unit", "form"),
    [
        (lambda m: str(int(m.timestamp())), "s", None),
        (lambda m: str(int(m.timestamp() * 1000)), "ms", None),
        (lambda m: str(int(m.timestamp() * 1_000_000)), "us", None),
        (lambda m: f"{m.timestamp():.3f}", "s", None),
        (lambda m: m.isoformat(), "text", None),
        (lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ"), "text", None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S UTC"), "text", None),
        (lambda m: m.strftime("%Y-%m-%d %H:%M:%S+0000"), "text", None),
        (lambda m: m.strftime("%d/%b/%Y:%H:%M:%S +0000"), "text", "%d/%b/%Y:%H:%M:%S %z"),
    ],
)
def test_times_that_prove_unit_and_zone(tmp_path: Path, write: Any, unit: str, form: str | None) -> None:
    sight, shop = begin(tmp_path, csv_log(write))
    assert (shop.source.time.unit, shop.source.time.format, shop.source.time.zone) == (unit, form, None)
    assert sight.first == START.replace(tzinfo=None)
    assert shop.shop.zone == "UTC"
    assert "NOT KNOWN" in (tmp_path / "shop.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%Y%m%d", "%Y%m%d"),
        ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M"),
        ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"),
        ("%Y-%m-%d", None),
        ("%Y-%m-%dT%H:%M", None),
    ],
)
def test_text_whose_format_is_proven_needs_only_a_zone(
    tmp_path: Path, form: str, written: str | None
) -> None:
    text = csv_log(lambda m: m.strftime(form))
    message = refusal(tmp_path, text)
    assert "carry no zone, such as '" in message
    assert "--zone Europe/London" in message
    _, shop = begin(tmp_path, text, zone="UTC")
    assert (shop.source.time.format, shop.source.time.zone) == (written, "UTC")


def test_days_and_months_that_cannot_be_told_apart(tmp_path: Path) -> None:
    text = csv_log(lambda m: m.strftime("%d/%m/%Y %H:%M"), days=12)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("v1,")) + "\n"
    message = refusal(tmp_path, text, zone="UTC")
    assert "can be read in 2 ways (%d/%m/%Y %H:%M or %m/%d/%Y %H:%M): '01/03/2024" in message
    assert "--time-format '%d/%m/%Y %H:%M'" in message
    sight, shop = begin(tmp_path, text, zone="UTC", time_format="%d/%m/%Y %H:%M")
    assert shop.source.time.format == "%d/%m/%Y %H:%M"
    assert sight.last < datetime(2024, 3, 13)


def test_mixed_units_are_refused(tmp_path: Path) -> None:
    def write(moment: datetime) -> str:
        seconds = int(moment.timestamp())
        return str(seconds if moment.day % 9 else seconds * 1000)

    message = refusal(tmp_path, csv_log(write))
    assert message.startswith("column 'timestamp' mixes units of time: ")
    assert "are seconds and" in message and "are milliseconds" in message
    assert "mixes units" in refusal(tmp_path, csv_log(write), time_unit="s")


def test_a_wrong_unit_is_refused(tmp_path: Path) -> None:
    text = csv_log(lambda m: str(int(m.timestamp())))
    message = refusal(tmp_path, text, time_unit="ms")
    assert (
        "declared as milliseconds (source.time.unit), but its values are seconds, such as '17092" in message
    )
    assert 'source.time.unit = "s"' in message


def test_a_span_too_wide_to_prove_the_unit(tmp_path: Path) -> None:
    text = csv_log(lambda m: str(int(m.timestamp()))) + "v1,700000000,view,i1,1.00\n"
    assert "would span 32 years as seconds: too wide to prove the unit. Declare it: --time-unit s" in refusal(
        tmp_path, text
    )
    assert begin(tmp_path, text, time_unit="s")[1].source.time.unit == "s"


@pytest.mark.parametrize(
    "write", [lambda m: "soon", lambda m: str(m.day), lambda m: f"day {m.day}", lambda m: m.strftime("%H:%M")]
)
def test_what_is_no_time_is_refused(tmp_path: Path, write: Any) -> None:
    assert "--column time=NAME" in refusal(tmp_path, csv_log(write), zone="UTC")


def test_a_few_broken_times_are_counted(tmp_path: Path) -> None:
    lines = csv_log().splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[1], "broken")
    sight, _ = begin(tmp_path, "\n".join(lines) + "\n", zone="UTC")
    assert sight.without_time == 1
    assert any("1 of 860 rows" in note or "have no time" in note for note in sight.notes)


def test_some_with_an_offset_and_some_without_need_a_zone(tmp_path: Path) -> None:
    text = csv_log(lambda m: m.isoformat() if m.day % 2 else iso(m))
    assert "carry no zone" in refusal(tmp_path, text)
    sight, _ = begin(tmp_path, text, zone="Asia/Tokyo")
    assert sight.first == START.replace(tzinfo=None)  # an offset is read by itself
    assert sight.without_time == 0


def test_a_wrong_zone_names_the_nearest(tmp_path: Path) -> None:
    assert "Did you mean 'Europe/Berlin'?" in refusal(tmp_path, csv_log(), ShopError, zone="Europe/Berln")
