"""Rolling back: the champion before this one is champion again, at once."""

from datetime import datetime

from willbuy import audit
from willbuy.errors import RegistryError
from willbuy.models.bundle_files import read_files
from willbuy.registry.lease import lease
from willbuy.registry.pointer import Pointer, read_pointer
from willbuy.runs import BUNDLE
from willbuy.shop import Common


def rollback(shop: Common, actor: str, moment: datetime, *, reason: str | None = None) -> Pointer:
    """Make the earlier champion champion again. It waits for nobody: a promotion under way is fenced off.

    Every file of the earlier bundle is hashed first; it is not loaded, since it was in service before. Raises WillbuyError,
    and the pointer is as it was, where there is none or a file of it is damaged.
    """
    home = shop.home
    now = read_pointer(home)
    if now is None:
        raise RegistryError("nothing was ever promoted: there is nothing to go back from")

    with lease(home, patience=0.0) as held:

        def change(now: Pointer | None) -> Pointer:
            if now is None:
                raise RegistryError("the champion pointer is gone")
            back = now.rolled_back(held.token, moment.isoformat(timespec="seconds"))
            read_files(home / "runs" / back.run / BUNDLE, back.bundle)
            return back

        def write_line(pointer: Pointer) -> None:
            what = {"run": pointer.run, "bundle": pointer.bundle, "token": pointer.token}
            audit.append(home, moment, actor, "rollback", **what, reason=reason)

        return held.commit(change, write_line)
