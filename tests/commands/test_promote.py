"""`willbuy promote`, `rollback`, `models` and `audit` as they are typed."""

import json

import pytest
from typer.testing import CliRunner

from made_up_models import bundle_id, make_run
from willbuy.cli import app
from willbuy.errors import RegistryError, WillbuyError

SHOP = '[table]\nfiles = ["rows.csv"]\ntarget = "bought"\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("willbuy.registry.loading.first_load", lambda *_: None)
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    home = tmp_path / ".willbuy"
    make_run(home, 1), make_run(home, 2, "no_better")
    return home


def willbuy(*arguments, code=0):
    done = CliRunner().invoke(app, [*arguments])
    if isinstance(done.exception, WillbuyError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def test_promote_models_rollback_audit(home):
    assert "Nothing is promoted yet" in willbuy("models").stdout
    said = willbuy("promote", "0001").stdout
    assert "Run 0001 is champion now (token 1)" in said
    assert "verdict is use" in said
    with pytest.raises(RegistryError, match="not surely better"):
        willbuy("promote", "0002")
    told = json.loads(willbuy("promote", "0002", "--force", "a trial", "--json").stdout)
    assert (told["run"], told["pointer"]["token"]) == ("0002", 2)
    listed = json.loads(willbuy("models", "--json").stdout)
    assert [one["role"] for one in listed["models"]] == ["earlier", "champion"]
    assert listed["pointer"]["bundle"] == bundle_id(home, "0002")
    assert "champion" in willbuy("models").stdout
    assert "Run 0001 is champion again (token 3)" in willbuy("rollback", "--reason", "it sells less").stdout
    printed = willbuy("audit").stdout
    assert "force=a trial" in printed
    assert "reason=it sells less" in printed
    told = json.loads(willbuy("audit", "--json").stdout)
    assert [line["act"] for line in told["lines"]] == ["promote", "promote", "rollback"]
    assert told["faults"] == []
    assert willbuy("audit", "--anchor", told["head"]["hash"]).exit_code == 0


def test_a_damaged_audit_log_ends_with_1(home):
    willbuy("promote", "0001"), willbuy("promote", "0001")
    file = home / "audit.jsonl"
    file.write_text(file.read_text().replace("0001", "0002", 1))
    assert "line 1 was changed" in willbuy("audit", code=1).output
    assert json.loads(willbuy("audit", "--json", code=1).stdout)["faults"]


def test_the_shadow(home):
    willbuy("promote", "0001")
    assert "Run 0002 is scored in shadow now" in willbuy("promote", "0002", "--shadow").stdout
    assert "No run is scored in shadow any more" in willbuy("promote", "--no-shadow").stdout
    willbuy("promote", "0002", "--shadow")
    assert json.loads(willbuy("promote", "--no-shadow", "--json").stdout)["pointer"]["shadow"] is None
    with pytest.raises(WillbuyError, match="names no run"):
        willbuy("promote", "0002", "--no-shadow")


def test_a_run_must_be_named(home):
    with pytest.raises(WillbuyError, match=r"which run\? Say: willbuy promote RUN"):
        willbuy("promote")


def test_mlflow_follows_and_its_failure_is_a_warning(home, monkeypatch):
    (home.parent / "shop.toml").write_text(f"{SHOP}[tracking]\nmlflow = true\n", encoding="utf-8")
    pointed = []

    def point(shop, bundle, alias):
        pointed.append((bundle, alias))
        return True

    monkeypatch.setattr("willbuy.tracking.mirror.point_alias", point)
    willbuy("promote", "0001")
    willbuy("promote", "0002", "--shadow")
    willbuy("promote", "0002", "--force", "why not")
    willbuy("rollback")
    first, second = bundle_id(home, "0001"), bundle_id(home, "0002")
    assert pointed == [(first, "champion"), (second, "shadow"), (second, "champion"), (first, "champion")]

    def fail(*_):
        raise RuntimeError("no answer")

    monkeypatch.setattr("willbuy.tracking.mirror.point_alias", fail)
    assert "MLflow's alias champion was not moved: no answer" in willbuy("promote", "0001").output
    monkeypatch.setattr("willbuy.tracking.mirror.point_alias", lambda *_: False)
    assert "willbuy runs --mirror" in willbuy("promote", "0001").output


def test_the_champion_can_be_named_where_a_run_is(home):
    (home.parent / "rows.csv").write_text(
        ",".join(f"feature_{place}" for place in range(6)) + "\n" + "0,1,2,3,,5\n"
    )
    with pytest.raises(RegistryError, match="there is no champion"):
        willbuy("predict", "rows.csv", "--run", "champion", "--no-reasons")
    willbuy("promote", "0001")
    willbuy("predict", "rows.csv", "--run", "champion", "--no-reasons")
    champion = (home.parent / "predictions.csv").read_text()
    willbuy("predict", "rows.csv", "--no-reasons")  # the newest
    assert champion != (home.parent / "predictions.csv").read_text()
