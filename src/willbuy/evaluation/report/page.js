// Draw each figure from the spec that stands beside it. Colours of text and lines are the page's own (page.css).
(() => {
  "use strict";
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const plot = figure.querySelector(".plot");
    const spec = JSON.parse(figure.querySelector("script").textContent);
    window
      .vegaEmbed(plot, spec, { mode: "vega-lite", actions: false, renderer: "svg", tooltip: { theme: "page" } })
      .catch((error) => {
        plot.textContent = "This chart could not be drawn: " + error.message;
      });
  }
  const unfold = (open) => {
    for (const block of document.querySelectorAll("details")) {
      if (open && !block.open) block.dataset.folded = "";
      if (open || "folded" in block.dataset) block.open = open;
      if (!open) delete block.dataset.folded;
    }
  };
  window.addEventListener("beforeprint", () => unfold(true));
  window.addEventListener("afterprint", () => unfold(false));
})();
