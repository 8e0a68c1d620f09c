// The page of the service: it asks the same routes as anybody. Nothing that comes back is ever read as HTML.
"use strict";

const $ = (id) => document.getElementById(id);
let key = "";
let card = null;

class Refused extends Error {
  constructor(status, error) {
    super(error.message || `the service answered ${status}`);
    Object.assign(this, { status, field: error.field });
  }
}

async function ask(path, body) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const options = { headers };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, { message: "the service does not answer" });
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, found.error || {});
  return found;
}

// ---- what is shown

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property === "class") made.className = value;
    else made.setAttribute(property, value);
  }
  made.append(...children);
  return made;
}

const percent = (share) => {
  if (share === null || share === undefined) return "–";
  if (share === 0) return "0 %";
  const digits = share < 0.001 ? 3 : share < 0.1 ? 2 : 1;
  return `${(100 * share).toFixed(digits)} %`;
};
const figure = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const count = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"));
const moment = (text) => new Date(text.endsWith("Z") ? text : `${text}Z`);
const day = (date) => date.toISOString().slice(0, 10);
const written = (date) => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function table(heads, rows) {
  const cell = (name, text, place) => element(name, place ? { class: "number" } : {}, text);
  const head = element("tr", {}, ...heads.map((text, place) => cell("th", text, place)));
  const body = rows.map((row) => element("tr", {}, ...row.map((text, place) => cell("td", text, place))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function tile(name, value, beside = "") {
  const parts = [element("p", { class: "name" }, name), element("p", { class: "value" }, value)];
  if (beside) parts.push(element("p", { class: "beside" }, beside));
  return element("div", { class: "tile" }, ...parts);
}

function tilesOf(answer) {
  const decision = answer.purchase_prediction ? "yes" : "no";
  const tiles = [tile("probability of buying", percent(answer.purchase_probability), within())];
  if (answer.band) tiles.push(tile("band", answer.band));
  tiles.push(tile("worth acting on", decision, `from ${percent(answer.threshold)} on`));
  return tiles;
}

function within() {
  const span = card && card.target && card.target.within;
  return span ? (span === "session" ? "in this session" : `within ${span}`) : "";
}

function reasonsOf(answer) {
  const reasons = answer.reasons || [];
  if (!reasons.length) return [];
  const items = reasons.map((reason) => {
    const up = reason.contribution > 0;
    const mark = element("span", { class: up ? "up" : "down" }, up ? "▲ " : "▼ ");
    return element("li", { title: `${reason.feature}: ${figure(reason.contribution)} log-odds` }, mark, reason.text);
  });
  return [element("h3", {}, "Why"), element("ol", { class: "reasons" }, ...items)];
}

function tell(id, error) {
  const place = $(id);
  place.hidden = !error;
  place.textContent = error ? error.message : "";
}

// ---- health and the card

async function showHealth() {
  let health;
  try {
    health = await ask("health");
  } catch (error) {
    health = { status: "down", problems: [error.message] };
  }
  const words = [`${health.status}`];
  if (health.model_info && health.model_info.model_type) words.push(`model: ${health.model_info.model_type}`);
  if (health.version) words.push(`willbuy ${health.version}`);
  const dot = element("span", { class: `dot ${health.status}` });
  $("health").replaceChildren(dot, ...words.map((text) => element("span", {}, text)));
  const problems = health.problems || [];
  $("problems").hidden = !problems.length;
  $("problems").replaceChildren(...problems.map((text) => element("li", {}, text)));
}

const RANGE = (one) => `${figure(one.low)} to ${figure(one.high)}`;

function showCard() {
  $("question").textContent = (card.task && card.task.words) || "Who is going to buy?";
  const verdict = card.verdict || {};
  $("verdict").textContent = verdict.headline || verdict.words || verdict.sentence || "";
  $("verdict").hidden = !$("verdict").textContent;
  const test = card.test || {};
  const rows = [
    ["average precision", test.average_precision],
    ["ROC-AUC", test.roc_auc],
    ["log loss", test.log_loss],
  ].filter(([, one]) => one);
  const figures = rows.map(([name, one]) => [name, figure(one.value), RANGE(one)]);
  if (test.predicted_over_actual !== undefined && test.intervals) {
    const range = test.intervals.predicted_over_actual;
    figures.push(["predicted / actual buyers", figure(test.predicted_over_actual, 2), range ? RANGE(range) : "–"]);
  }
  $("card-figures").replaceChildren(table(["on the sealed test", "value", "95 % interval"], figures));
  const rules = Object.entries(card.rules || {}).map(([name, one]) => [
    name.replaceAll("_", " "),
    figure(one.average_precision && one.average_precision.value),
    figure(one.roc_auc && one.roc_auc.value),
  ]);
  $("card-rules").replaceChildren(table(["rule", "average precision", "ROC-AUC"], rules));
  const parts = (card.parts || []).filter((one) => one.n);
  const shares = parts.map((one) => [one.part, count(one.n), count(one.positives), percent(one.base_rate)]);
  $("card-parts").replaceChildren(table(["part", "rows", "buyers", "base rate"], shares));
  const bands = (card.bands || []).map((one) => [one.name, percent(one.low), percent(one.high)]);
  $("card-bands").replaceChildren(table(["band", "from", "to below"], bands));
  const split = card.split || {};
  const named = split.kind === "not_future" ? `The split is not in time: ${split.note || split.reason}` : "The test is later than the training.";
  $("card-facts").textContent =
    `${named} Run ${card.run}, version ${card.version.slice(0, 12)}, in service since ${card.loaded_at}.` +
    (card.shadow ? ` In its shadow: run ${card.shadow.run}.` : "");
}

// ---- a record

async function fieldsOf() {
  try {
    const spec = await ask("openapi.json");
    $("docs").hidden = false;
    const record = spec.components.schemas.Record;
    return Object.entries(record.properties || {})
      .filter(([name]) => card.features.includes(name))
      .map(([name, schema]) => ({ name, schema }));
  } catch {
    return card.features.map((name) => ({ name, schema: {} }));
  }
}

function values(schema) {
  const every = [schema, ...(schema.anyOf || [])].flatMap((one) => one.enum || []);
  return every.filter((value) => value !== null);
}

const isOf = (schema, ...types) => [schema, ...(schema.anyOf || [])].some((one) => types.includes(one.type));

function inputOf({ name, schema }, place) {
  const id = `field-${place}`;
  const label = element("label", { for: id, title: schema.description || "" }, name);
  const listed = isOf(schema, "boolean") ? [true, false] : values(schema);
  let input;
  if (listed.length) {
    input = element("select", { id }, element("option", { value: "" }, "not known"));
    listed.forEach((value) => input.append(element("option", { value: JSON.stringify(value) }, String(value))));
  } else {
    const example = (schema.examples || [])[0];
    input = element("input", { id, autocomplete: "off", inputmode: "text" });
    if (example !== undefined && example !== null) input.value = String(example);
  }
  input.dataset.name = name;
  input.dataset.text = isOf(schema, "string") ? "yes" : "";
  return element("div", {}, label, input);
}

function valueOf(input) {
  const text = input.value.trim();
  if (!text) return null;
  if (input.tagName === "SELECT") return JSON.parse(text);
  const number = Number(text);
  return input.dataset.text || Number.isNaN(number) ? text : number;
}

async function showRecord() {
  const fields = await fieldsOf();
  $("record-fields").replaceChildren(...fields.map(inputOf));
  $("record").hidden = false;
}

async function scoreRecord(event) {
  event.preventDefault();
  const inputs = [...$("record-fields").querySelectorAll("input, select")];
  const record = Object.fromEntries(inputs.map((input) => [input.dataset.name, valueOf(input)]));
  await busy(event.submitter, "record-error", async () => {
    inputs.forEach((input) => input.removeAttribute("aria-invalid"));
    try {
      const answer = await ask("predict?reasons=3", { features: record });
      $("record-tiles").replaceChildren(...tilesOf(answer));
      $("record-reasons").replaceChildren(...reasonsOf(answer));
      $("record-answer").hidden = false;
    } catch (error) {
      const wrong = inputs.find((input) => input.dataset.name === error.field);
      if (wrong) wrong.setAttribute("aria-invalid", "true");
      throw error;
    }
  });
}

// ---- a visitor

const [MOST_MOMENTS, DAY] = [32, 86400e3];

// The moments to ask for: just after each of the newest events, and evenly between, over the days in which something happened.
function momentsOf(events, now) {
  const times = events.map((one) => moment(one.time).getTime()).sort((a, b) => a - b);
  if (!times.length) return [now];
  const first = Math.max(times[0], times.at(-1) - 60 * DAY);
  const last = Math.min(now, times.at(-1) + 7 * DAY);
  const steps = Array.from({ length: 12 }, (_, step) => Math.round(first + ((last - first) * (step + 1)) / 12));
  const after = times.filter((time) => time >= first).map((time) => time + 1);
  return [...new Set([...after.slice(-(MOST_MOMENTS - steps.length)), ...steps])].sort((a, b) => a - b);
}

async function lookUp(event) {
  event.preventDefault();
  const path = `visitors/${encodeURIComponent($("visitor-id").value.trim())}`;
  await busy(event.submitter, "visitor-error", async () => {
    $("visitor-answer").hidden = true;
    const answer = await ask(`${path}/score?reasons=3`);
    const { events = [] } = await ask(path);
    const asOf = moment(answer.as_of);
    const now = asOf.getTime();
    const scores = await scoresAt(path, momentsOf(events, now).filter((time) => time <= now));
    const beside = answer.in_population === false ? "outside the model's population" : `${count(answer.events)} events known`;
    const when = `${written(asOf).slice(11)}, ${beside}`;
    $("visitor-tiles").replaceChildren(...tilesOf(answer), tile("as of", day(asOf), when));
    $("visitor-reasons").replaceChildren(...reasonsOf(answer));
    $("visitor-chart").replaceChildren(...chart(scores, events, answer.threshold));
    const rows = scores.map((one) => [written(new Date(one.time)), percent(one.probability)]);
    $("visitor-table").replaceChildren(table(["as of", "probability"], rows));
    $("visitor-answer").hidden = false;
  });
}

async function scoresAt(path, times) {
  const found = [];
  for (const time of times) {
    const asked = new Date(time).toISOString();
    const answer = await ask(`${path}/score?as_of=${encodeURIComponent(asked)}`).catch(() => null);
    if (answer) found.push({ time, probability: answer.purchase_probability });
  }
  return found;
}

function svg(name, properties, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(properties).forEach(([property, value]) => made.setAttribute(property, value));
  made.append(...children);
  return made;
}

function chart(scores, events, threshold) {
  if (scores.length < 2) return [];
  const [width, height, left, bottom, top] = [860, 240, 52, 44, 14];
  const [from, to] = [scores[0].time, scores.at(-1).time];
  const most = Math.min(1, 1.15 * Math.max(threshold || 0, ...scores.map((one) => one.probability)));
  const x = (time) => left + ((width - left - 10) * (time - from)) / (to - from || 1);
  const y = (share) => height - bottom - ((height - bottom - top) * share) / (most || 1);
  const line = scores.map((one, place) => `${place ? "L" : "M"}${x(one.time).toFixed(1)},${y(one.probability).toFixed(1)}`);
  const parts = [0, most / 2, most].flatMap((share) => [
    svg("line", { class: "axis", x1: left, x2: width - 10, y1: y(share), y2: y(share) }),
    svg("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end" }, percent(share)),
  ]);
  if (threshold && threshold <= most) {
    parts.push(svg("line", { class: "threshold", x1: left, x2: width - 10, y1: y(threshold), y2: y(threshold) }));
  }
  const seen = events.map((one) => ({ kind: one.kind, time: moment(one.time).getTime() }));
  seen.filter((one) => one.time >= from && one.time <= to).forEach((one) => {
    const at = x(one.time).toFixed(1);
    parts.push(svg("line", { class: `tick-${one.kind}`, x1: at, x2: at, y1: height - bottom + 4, y2: height - bottom + 14 }));
  });
  parts.push(svg("path", { class: "score", d: line.join("") }));
  scores.forEach((one) => parts.push(svg("circle", { class: "point", cx: x(one.time), cy: y(one.probability), r: 2.5 })));
  parts.push(svg("text", { x: left, y: height - 10 }, written(new Date(from))));
  parts.push(svg("text", { x: width - 10, y: height - 10, "text-anchor": "end" }, written(new Date(to))));
  const words = `The probability went from ${percent(scores[0].probability)} to ${percent(scores.at(-1).probability)}.`;
  const caption = `${words} Each point is what would have been answered then. Below: views (grey), carts (amber), purchases (green). Dashed: the threshold.`;
  return [
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, ...parts),
    element("figcaption", {}, caption),
  ];
}

// ---- the page

async function busy(button, place, work) {
  if (button) button.disabled = true;
  tell(place, null);
  try {
    await work();
  } catch (error) {
    tell(place, error);
  } finally {
    if (button) button.disabled = false;
  }
}

async function start() {
  showHealth();
  try {
    card = await ask("model");
  } catch (error) {
    $("key-form").hidden = error.status !== 401 && error.status !== 403;
    return;
  }
  $("key-form").hidden = true;
  showCard();
  $("card").hidden = false;
  $("visitor").hidden = !(card.task && ["horizon", "session"].includes(card.task.kind));
  await showRecord();
}

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  start();
});
$("record-form").addEventListener("submit", scoreRecord);
$("visitor-form").addEventListener("submit", lookUp);
setInterval(showHealth, 10000);
start();
