"""One command for every published system; what is asked for wrongly is said in one line."""

import pytest

from willbuy.errors import WillbuyError
from willbuy.reproductions import reproduce


def test_an_unknown_system_names_the_nearest() -> None:
    with pytest.raises(WillbuyError, match=r"no system .retail_tech.\. Did you mean .retailtech."):
        reproduce("retail_tech")
