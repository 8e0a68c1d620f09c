"""Reading a published system's data file, and saying which file is wanted where it is another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from willbuy.errors import SourceError, listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """A data file as published: its name, some columns that prove it, and where people get it."""

    name: str
    columns: tuple[str, ...]
    where: str

    def only(self, files: Sequence[Path], system: str) -> Path:
        """The one file that was given. Raises SourceError where there is none, or more than one."""
        if len(files) != 1:
            given = "none was given" if not files else f"{len(files)} files were given"
            raise SourceError(f"{system} runs on {self.name}, and {given}: {self.where}; then --data FILE")
        return files[0]

    def read(self, file: Path) -> "pd.DataFrame":
        """The file's rows. Raises SourceError where it is no CSV with these columns."""
        import pandas as pd

        try:
            frame = pd.read_csv(file)
        except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
            raise SourceError(
                f"{file.name} cannot be read as a CSV file ({' '.join(str(error).split())}): {self.where}"
            ) from error
        lacking = [name for name in self.columns if name not in frame.columns]
        if lacking:
            raise SourceError(
                f"{file.name} has no column {listed(lacking)}: expected {self.name}; {self.where}"
            )
        return frame
