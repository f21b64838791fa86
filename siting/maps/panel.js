"use strict";
// The side panel: weights → scores → ranking, colours and top k, in the browser.
(() => {
  const { candidates, features, outlets } = PAGE;
  const count = candidates.id.length;
  const at = (id) => document.getElementById(id);
  const state = { weights: features.map((f) => f.weight), top: PAGE.top, shown: 50, chosen: -1, touched: false, unfolded: false };
  let scores = candidates.score.slice();
  let ranks = candidates.rank.slice();
  let order = [];
  const names = candidates.name.map((name, j) => `${name} ${candidates.id[j]}`.toLocaleLowerCase(PAGE.locale));
  const openedAt = new Map(outlets.filter((o) => o.candidate >= 0).map((o) => [o.candidate, o]));

  function contribution(j) {
    const values = candidates.values[j];
    if (!state.touched && candidates.parts) return candidates.parts[j].map((part, f) => (values[f] === null ? null : part));
    const total = values.reduce((sum, value, f) => sum + (value === null ? 0 : state.weights[f]), 0);
    return values.map((value, f) => (value === null || total <= 0 ? null : (state.weights[f] * value) / total));
  }

  function rescore() {
    if (!state.touched) {
      scores = candidates.score.slice();
      ranks = candidates.rank.slice();
    } else {
      scores = candidates.id.map((_, j) => {
        const parts = contribution(j).filter((part) => part !== null);
        return parts.length ? parts.reduce((sum, part) => sum + part, 0) : NaN;
      });
      const known = candidates.id.map((_, j) => j).filter((j) => Number.isFinite(scores[j]));
      known.sort((a, b) => scores[b] - scores[a] || (candidates.id[a] < candidates.id[b] ? -1 : 1));
      ranks = new Array(count).fill(0);
      known.forEach((j, place) => { ranks[j] = place + 1; });
    }
    order = candidates.id.map((_, j) => j);
    order.sort((a, b) => (ranks[a] || count + 1) - (ranks[b] || count + 1) || a - b);
    const finite = scores.filter((score) => Number.isFinite(score));
    const span = finite.length
      ? [Math.floor(Math.min(...finite) / 5) * 5, Math.ceil(Math.max(...finite) / 5) * 5]
      : [0, 100];
    Layers.colour(scores, ranks, state.top, span);
    at("score-low").textContent = format(span[0], 0);
    at("score-high").textContent = format(span[1], 0);
    state.span = span;
    fillRanking();
    fillChosen();
  }

  function fillSliders() {
    const box = at("sliders");
    let family = "";
    features.forEach((feature, f) => {
      if (feature.family !== family) {
        family = feature.family;
        box.append(element("h3", {}, WORDS[family] || family));
      }
      const id = `weight-${f}`;
      const input = element("input", { type: "range", id, min: 0, max: PAGE.most_weight, step: "any", disabled: feature.known === 0 });
      input.value = state.weights[f];
      const label = element("label", { for: id, title: feature.help }, feature.label);
      if (feature.known === 0) label.append(" ", element("small", {}, `(${WORDS.no_data})`));
      const output = element("output", { for: id });
      input.addEventListener("input", () => {
        state.weights[f] = Number(input.value);
        state.touched = true;
        showWeights();
        rescore();
      });
      box.append(element("div", { class: "slider" }, label, input, output));
    });
    showWeights();
  }

  function showWeights() {
    const total = features.reduce((sum, feature, f) => sum + (feature.known ? state.weights[f] : 0), 0);
    features.forEach((feature, f) => {
      const text = shareText(total > 0 && feature.known ? Math.round((1000 * state.weights[f]) / total) / 1000 : 0);
      const input = at(`weight-${f}`);
      input.setAttribute("aria-valuetext", text);
      input.nextElementSibling.textContent = text;
    });
  }

  function fillRanking() {
    const wanted = at("search").value.trim().toLocaleLowerCase(PAGE.locale);
    const found = wanted ? order.filter((j) => names[j].includes(wanted)) : order;
    const rows = found.slice(0, state.shown).map((j) => {
      const moved = state.touched && candidates.rank[j] && ranks[j] ? candidates.rank[j] - ranks[j] : 0;
      const change = moved === 0 ? "" : element(
        "span", { class: `move ${moved > 0 ? "up" : "down"}`, title: WORDS.moved }, `${moved > 0 ? "▲" : "▼"}${Math.abs(moved)}`,
      );
      const colour = Number.isFinite(scores[j]) ? rampColour((scores[j] - state.span[0]) / (state.span[1] - state.span[0] || 1)) : "#fff";
      const dot = element("span", { class: "dot", "aria-hidden": "true" });
      dot.style.background = colour;
      const button = element("button", { type: "button", "data-candidate": j, "aria-pressed": String(j === state.chosen) }, candidates.name[j]);
      if (openedAt.has(j)) button.append(" ", element("span", { class: "badge warn" }, WORDS.opened));
      const classes = [ranks[j] && ranks[j] <= state.top ? "top" : "", ranks[j] && ranks[j] === state.top ? "last-top" : "", j === state.chosen ? "chosen" : ""];
      return element(
        "tr", { class: classes.join(" ").trim() },
        element("td", { class: "number" }, ranks[j] ? format(ranks[j], 0) : "–", change),
        element("th", { scope: "row" }, button),
        element("td", { class: "number" }, dot, scoreText(scores[j])),
        element("td", { class: "number muted" }, candidates.low[j] === null ? "–" : `${format(candidates.low[j], 0)}–${format(candidates.high[j], 0)}`),
      );
    });
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.candidate : undefined;
    at("ranking").replaceChildren(...rows);
    if (focused !== undefined) {
      const again = at("ranking").querySelector(`[data-candidate="${focused}"]`);
      if (again) again.focus({ preventScroll: true });
    }
    at("more").hidden = found.length <= state.shown;
    at("found").textContent = WORDS.found.replace("{found}", format(found.length, 0)).replace("{all}", format(count, 0));
  }

  function fillChosen() {
    const box = at("chosen");
    const j = state.chosen;
    box.hidden = j < 0;
    if (j < 0) {
      box.replaceChildren();
      return;
    }
    const parts = contribution(j);
    const weighs = (f) => features[f].known > 0 && state.weights[f] > 0;
    const row = (f) => featureRow(f, candidates.raw[j][f], candidates.values[j][f], parts[f]);
    const weighing = features.map((_, f) => f).filter(weighs);
    weighing.sort((a, b) => (parts[b] === null ? -1 : parts[b]) - (parts[a] === null ? -1 : parts[a]) || a - b);
    const others = features.map((_, f) => f).filter((f) => !weighs(f));
    const close = element("button", { type: "button", class: "no-print", "aria-label": WORDS.close }, "✕");
    close.addEventListener("click", () => choose(-1));
    const interval = candidates.low[j] === null ? "" : ` · ${WORDS.interval} ${format(candidates.low[j], 0)}–${format(candidates.high[j], 0)}`;
    const head = element("h2", {}, candidates.name[j]);
    if (openedAt.has(j)) head.append(" ", element("span", { class: "badge warn" }, WORDS.opened), ...ofFormat(openedAt.get(j)));
    const before = box.querySelector(".unweighed");
    if (before) state.unfolded = before.open;
    box.replaceChildren(
      element("div", { class: "row-head" }, head, close),
      element("p", {}, element("span", { class: "score" }, scoreText(scores[j])), ` / 100 · ${WORDS.rank} ${ranks[j] || "–"}${interval}`),
      ...(candidates.rule[j] ? [element("p", { class: "small muted" }, origin(j))] : []),
      ...reached("candidates", candidates.id[j]),
      element(
        "table", { class: "parts" }, partsHead(),
        element("tbody", {}, ...weighing.map(row)),
        element("tfoot", {}, element("tr", {}, element("th", { scope: "row", colspan: 3 }, WORDS.score), element("td", { class: "number" }, scoreText(scores[j])))),
      ),
      ...(others.length ? [unweighed(others.map(row))] : []),
    );
  }

  function featureRow(f, raw, value, part) {
    const fill = element("span", { class: "fill" });
    fill.style.width = `${value === null ? 0 : value}%`;
    const track = element("span", { class: "track", role: "img", "aria-label": `${format(value, 0)} / 100` }, fill);
    return element(
      "tr", {},
      element("th", { scope: "row", title: features[f].help }, features[f].label),
      element("td", { class: "number" }, raw === null ? WORDS.no_data : `${format(raw, Math.abs(raw) < 10 ? 2 : 0)} ${features[f].unit}`),
      element("td", {}, value === null ? "" : track),
      element("td", { class: "number" }, part === null ? "–" : scoreText(part)),
    );
  }

  function partsHead() {
    const heads = [WORDS.feature, WORDS.measured, WORDS.value, WORDS.points];
    return element("thead", {}, element("tr", {}, ...heads.map((word, n) => element("th", { scope: "col", class: n % 2 ? "number" : null }, word))));
  }

  // The features without weight or without data, folded so that the card stays short.
  function unweighed(rows) {
    const fold = element(
      "details", { class: "unweighed" },
      element("summary", {}, WORDS.unweighed.replace("{n}", format(rows.length, 0))),
      element("table", { class: "parts" }, partsHead(), element("tbody", {}, ...rows)),
    );
    fold.open = state.unfolded;
    return fold;
  }

  // By which rule a candidate was made, and how like its twin it is.
  function origin(j) {
    const { rule, alike } = PAGE.candidates;
    return WORDS[`rule_${rule[j]}`] + (alike[j] === null ? "" : ` · ${WORDS.alike.replace("{share}", format(100 * alike[j], 0))}`);
  }

  // What is within a walk of a place: a table of the bands, or why there is none.
  function reached(kind, id) {
    const bands = PAGE.catchments[kind][id];
    Layers.drawBands(bands ? DRAWN.catchments[kind][id] : []);
    if (!PAGE.sizes.catchments) return [];
    if (!bands) return [element("p", { class: "small muted" }, WORDS.not_drawn)];
    const heads = [WORDS.walk, `${WORDS.inside} (${PAGE.unit})`, WORDS.rivals, WORDS.area_km2];
    return [element(
      "table", { class: "bands" },
      element("thead", {}, element("tr", {}, ...heads.map((head, n) => element("th", { scope: "col", class: n ? "number" : null }, head)))),
      element("tbody", {}, ...bands.map(([minutes, demand, rivals, area]) => element(
        "tr", {}, element("th", { scope: "row" }, WORDS.minutes.replace("{n}", format(minutes))),
        element("td", { class: "number" }, format(demand, 0)), element("td", { class: "number" }, format(rivals, 0)),
        element("td", { class: "number" }, format(area, 2)),
      ))),
    )];
  }

  // Beside the map the panel scrolls alone: to the head of the card. Below it the page does: no farther than it must.
  function show(card) {
    const beside = window.matchMedia("(min-width: 861px)").matches;
    at(card).scrollIntoView({ block: beside ? "start" : "nearest" });
  }

  function choose(j, zoom = false) {
    state.chosen = j;
    fillOutlet(-1);
    Layers.choose(j < 0 ? null : [candidates.lat[j], candidates.lon[j]], zoom);
    fillRanking();
    fillChosen();
    if (j >= 0) {
      select("ranking");
      show("chosen");
    }
  }

  function ofFormat(outlet) {
    return outlet.format === null ? [] : [" ", element("span", { class: "badge" }, outlet.format)];
  }

  function fillPlanned() {
    let number = 0;
    at("planned").replaceChildren(...outlets.map((outlet, o) => {
      const mark = outlet.role === "new" ? `${(number += 1)} ` : "";
      const button = element("button", { type: "button" }, `${mark}${outlet.name}`);
      button.addEventListener("click", () => showOutlet(o, true));
      const badge = element("span", { class: `badge ${outlet.role === "new" ? "warn" : ""}` }, 
        outlet.year === null ? WORDS[outlet.role] : `${WORDS[outlet.role]} ${outlet.year}`);
      const share = outlet.share_after === null ? "–" : `${shareText(outlet.share_before)} → ${shareText(outlet.share_after)}`;
      return element(
        "tr", {}, element("th", { scope: "row" }, button, " ", badge, ...ofFormat(outlet)), element("td", { class: "number" }, scoreText(outlet.score)),
        element("td", { class: "number" }, format(outlet.captured, 0)), element("td", { class: "number" }, share),
      );
    }));
  }

  function showOutlet(o, zoom) {
    const outlet = outlets[o];
    if (outlet.candidate >= 0) {
      choose(outlet.candidate, zoom);
      return;
    }
    choose(-1);
    Layers.choose([outlet.lat, outlet.lon], zoom);
    select("plan");
    fillOutlet(o);
    show("chosen-outlet");
  }

  function fillOutlet(o) {
    const box = at("chosen-outlet");
    box.hidden = o < 0;
    if (o < 0) {
      Layers.drawBands([]);
      box.replaceChildren();
      return;
    }
    const outlet = outlets[o];
    const close = element("button", { type: "button", class: "no-print", "aria-label": WORDS.close }, "✕");
    close.addEventListener("click", () => { fillOutlet(-1); Layers.choose(null); });
    const head = element("h2", {}, outlet.name, " ", element("span", { class: "badge" }, WORDS[outlet.role]), ...ofFormat(outlet));
    const captured = outlet.captured === null ? [] : [element("p", {}, `${WORDS.captured}: ${format(outlet.captured, 0)} ${PAGE.unit}`)];
    box.replaceChildren(element("div", { class: "row-head" }, head, close), ...captured, ...reached("existing", outlet.id));
  }

  function fillLegend() {
    const order = ["opened", "existing", "candidates", "competitors", "stops", "demand", "catchments", "assignment", "area", "streets"];
    const shapes = { existing: "kept", candidates: "candidate", competitors: "competitor", stops: "stop" };
    for (const name of order) {
      if (!PAGE.sizes[name]) continue;
      const input = element("input", { type: "checkbox", id: `layer-${name}` });
      input.checked = PAGE.on[name];
      const show = () => (input.checked ? Layers.group(name).addTo(Layers.map) : Layers.group(name).remove());
      input.addEventListener("change", () => { show(); if (name === "candidates") rescore(); });
      show();
      const sign = element("span", {});
      sign.innerHTML = SHAPES[shapes[name] || name]("");
      const shape = sign.firstElementChild;
      if (name === "opened") { shape.setAttribute("width", 13); shape.setAttribute("height", 17); }
      if (name === "existing") { shape.setAttribute("width", 15); shape.setAttribute("height", 15); }
      const item = element("li", {}, element("label", {}, input, shape, WORDS[`layer_${name}`]));
      if (name === "candidates") item.append(scoreScale());
      if (name === "demand") item.append(demandScale());
      at("layers").append(item);
    }
    at("legend").open = window.matchMedia("(min-width: 861px)").matches;
    if (at("legend").open) Layers.fit(at("legend").offsetWidth);
  }

  function scoreScale() {
    const ramp = element("span", { class: "ramp" });
    ramp.style.background = `linear-gradient(to right, ${SCORE_RAMP.join(",")})`;
    return element(
      "div", { class: "scale" }, ramp,
      element("span", { class: "ends" }, element("span", { id: "score-low" }), element("span", {}, WORDS.score), element("span", { id: "score-high" })),
    );
  }

  function demandScale() {
    const breaks = DRAWN.demand.breaks;
    const steps = element("span", { class: "steps" }, ...breaks.slice(0, -1).map((_, n) => {
      const step = element("span", {});
      step.style.background = DEMAND_RAMP[n];
      return step;
    }));
    return element(
      "div", { class: "scale" }, steps,
      element("span", { class: "ends" }, element("span", {}, format(breaks[0], 0)), element("span", {}, PAGE.demand_measure), element("span", {}, format(breaks[breaks.length - 1], 0))),
    );
  }

  const TABS = ["ranking", "plan", "about"];
  function select(name, focus = false) {
    for (const tab of TABS) {
      const button = at(`tab-${tab}`);
      button.setAttribute("aria-selected", String(tab === name));
      button.tabIndex = tab === name ? 0 : -1;
      at(`${tab}-panel`).hidden = tab !== name;
      if (tab === name && focus) button.focus();
    }
  }
  TABS.forEach((name, n) => {
    at(`tab-${name}`).addEventListener("click", () => select(name));
    at(`tab-${name}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) select(TABS[(n + step + TABS.length) % TABS.length], true);
    });
  });

  at("ranking").addEventListener("click", (event) => {
    const button = event.target.closest("button[data-candidate]");
    if (button) choose(Number(button.dataset.candidate), true);
  });
  at("search").addEventListener("input", () => { state.shown = 50; fillRanking(); });
  at("search").addEventListener("keydown", (event) => {
    const first = at("ranking").querySelector("button");
    if (event.key === "Enter" && first) first.click();
  });
  at("top").value = state.top;
  at("top").addEventListener("input", () => { state.top = Math.max(0, Math.floor(Number(at("top").value) || 0)); rescore(); });
  at("more").addEventListener("click", () => { state.shown += 200; fillRanking(); });
  at("reset").addEventListener("click", () => {
    state.weights = features.map((feature) => feature.weight);
    state.touched = false;
    features.forEach((feature, f) => { at(`weight-${f}`).value = feature.weight; });
    showWeights();
    rescore();
  });
  Layers.onChoose((kind, index) => (kind === "candidate" ? choose(index) : showOutlet(index, false)));
  fillLegend();
  fillSliders();
  fillPlanned();
  rescore();
  document.documentElement.dataset.ready = "true";
})();
