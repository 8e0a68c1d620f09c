"""One picture of a benchmark: CPU seconds of each side, the median as a bar, least and most as a line.

Usage: python -m benchmarks.house.chart RESULT_JSON PICTURE (.svg or .png)
"""

import json
import sys
from pathlib import Path
from typing import Any

import altair as alt


def picture(outcome: dict[str, Any]) -> Any:
    """Bars of CPU seconds, the sides in the order they were named."""
    rows = [
        {
            "side": side["name"],
            "median": side["cpu"]["median"],
            "least": side["cpu"]["min"],
            "most": side["cpu"]["max"],
        }
        for side in outcome["sides"]
    ]
    names = [row["side"] for row in rows]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("side:N", sort=names, title=None, axis=alt.Axis(labelLimit=400))
    )
    bars = base.mark_bar(color="#7a9cc6").encode(x=alt.X("median:Q", title="CPU seconds"))
    lines = base.mark_rule(color="#1f2d3d").encode(x="least:Q", x2="most:Q")
    values = base.mark_text(align="left", dx=6).encode(x="most:Q", text=alt.Text("median:Q", format=".2f"))
    return alt.layer(bars, lines, values).properties(title=outcome["title"], width=480)


def main(result: Path, target: Path) -> None:
    """Draw a result file."""
    picture(json.loads(result.read_text(encoding="utf-8"))).save(str(target))
    print(json.dumps({"picture": str(target)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
