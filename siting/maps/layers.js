"use strict";
// Draws the layers of the map from the values embedded in the page; `Layers` is what the panel steers.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const PAGE = read("map-page");
const DRAWN = read("map-layers");
const WORDS = PAGE.words;
const SCORE_RAMP = ["#fdf3b0", "#b8dfa6", "#62c2b2", "#2c93b6", "#2c5da5", "#1e2a68"];
const DEMAND_RAMP = ["#f3eadd", "#e3d0b7", "#cfb08a", "#b48d5f", "#8f6a3f"];
const INK = "#17232e";
const OPENED = "#c2410c";
const OWN = "#0a5a78";
const REACH = "#6d28a8";

const format = (value, digits = 1) =>
  value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : new Intl.NumberFormat(PAGE.locale, { maximumFractionDigits: digits }).format(value);
const scoreText = (value) =>
  value === null || !Number.isFinite(value)
    ? "–"
    : new Intl.NumberFormat(PAGE.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
const shareText = (value) =>
  value === null || value === undefined
    ? "–"
    : new Intl.NumberFormat(PAGE.locale, { style: "percent", maximumFractionDigits: Math.abs(value) < 0.01 ? 2 : 1 }).format(value);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function lines(texts) {
  const [first, ...rest] = texts.filter((text) => text !== "");
  return element("div", {}, element("b", {}, first), ...rest.map((text) => element("span", {}, text)));
}

function rampColour(share) {
  const at = Math.min(1, Math.max(0, share)) * (SCORE_RAMP.length - 1);
  const low = Math.min(SCORE_RAMP.length - 2, Math.floor(at));
  const part = (colour, from) => parseInt(colour.slice(from, from + 2), 16);
  const mixed = [1, 3, 5].map((from) => {
    const below = part(SCORE_RAMP[low], from);
    return Math.round(below + (part(SCORE_RAMP[low + 1], from) - below) * (at - low));
  });
  return `rgb(${mixed.join(",")})`;
}

function decode(deltas) {
  const points = [];
  let [x, y] = [0, 0];
  for (let at = 0; at < deltas.length; at += 2) {
    x += deltas[at];
    y += deltas[at + 1];
    points.push([DRAWN.origin[1] + y * DRAWN.step, DRAWN.origin[0] + x * DRAWN.step]);
  }
  return points;
}

const Diamond = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const { x, y } = this._point;
    const r = this._radius;
    const context = renderer._ctx;
    context.beginPath();
    context.moveTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
    context.lineTo(x - r, y);
    context.closePath();
    renderer._fillStroke(context, this);
  },
});

const SHAPES = {
  opened: (number = "") =>
    `<svg width="30" height="38" viewBox="0 0 30 38" aria-hidden="true"><path d="M15 1C7.3 1 1 7.2 1 14.8 1 25 15 37 15 37s14-12 14-22.2C29 7.2 22.7 1 15 1Z" fill="${OPENED}" stroke="#fff" stroke-width="1.6"/><text x="15" y="19.5">${number}</text></svg>`,
  kept: () =>
    `<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><rect x="1.5" y="1.5" width="17" height="17" rx="3" fill="${OWN}" stroke="#fff" stroke-width="1.6"/><path d="M5 14V8l5-3.4L15 8v6h-3.4v-3.6H8.4V14Z" fill="#fff"/></svg>`,
  closed: () =>
    `<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><rect x="2" y="2" width="16" height="16" rx="3" fill="#fff" stroke="${OWN}" stroke-width="2"/><path d="M6 6l8 8M14 6l-8 8" stroke="${OWN}" stroke-width="2"/></svg>`,
  competitor: () =>
    `<svg width="14" height="14" aria-hidden="true"><path d="M7 1l6 6-6 6-6-6Z" fill="#4b5560" stroke="#fff"/></svg>`,
  stop: () =>
    `<svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="4.5" fill="#fff" stroke="#5b4b8a" stroke-width="2"/></svg>`,
  candidate: () =>
    `<svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="5.5" fill="${SCORE_RAMP[3]}" stroke="${INK}"/></svg>`,
  demand: () =>
    `<svg width="16" height="14" aria-hidden="true"><rect x="1" y="2" width="14" height="10" fill="${DEMAND_RAMP[2]}" stroke="#fff"/></svg>`,
  catchments: () =>
    `<svg width="18" height="14" aria-hidden="true"><ellipse cx="9" cy="7" rx="8" ry="6" fill="${REACH}" fill-opacity=".18" stroke="${REACH}" stroke-dasharray="3 2"/><ellipse cx="9" cy="7" rx="4" ry="3" fill="${REACH}" fill-opacity=".35" stroke="${REACH}"/></svg>`,
  assignment: () =>
    `<svg width="18" height="10" aria-hidden="true"><path d="M1 9L17 1" stroke="${INK}" stroke-opacity=".55" stroke-width="1.4"/></svg>`,
  streets: () =>
    `<svg width="18" height="12" aria-hidden="true"><path d="M1 10L17 2" stroke="#aab3bc" stroke-width="2.5"/><path d="M3 2L15 11" stroke="#ccd2d8" stroke-width="1.5"/></svg>`,
  area: () =>
    `<svg width="18" height="14" aria-hidden="true"><rect x="1.5" y="1.5" width="15" height="11" fill="none" stroke="#6b5b2e" stroke-width="1.6" stroke-dasharray="4 3"/></svg>`,
};

const Layers = (() => {
  const map = window[PAGE.map];
  const pane = (name, order, silent) => {
    const made = map.createPane(name);
    made.style.zIndex = order;
    if (silent) made.style.pointerEvents = "none";
    return L.canvas({ pane: name, padding: 0.3 });
  };
  const zones = pane("zones", 215, true);
  const streets = pane("streets", 220, true);
  const reach = pane("reach", 230, true);
  const links = pane("links", 390, true);
  const things = pane("things", 400, false);
  const group = (name) => window[PAGE.groups[name]];
  const tip = (layer, texts) => layer.bindTooltip(() => lines(texts()), { sticky: false, direction: "top" });
  const listeners = [];
  const marks = [];
  let chosenRing = null;

  function drawGround() {
    for (const rings of DRAWN.water) {
      L.polygon(rings.map(decode), {
        renderer: streets, pane: "streets", interactive: false, stroke: false, fillColor: "#c7dce8", fillOpacity: 1,
      }).addTo(group("streets"));
    }
    const widths = { path: [0.5, 1.2, 2], minor: [0.6, 2, 5], main: [1.2, 3.4, 8] };
    const colours = { path: "#d9dcdf", minor: "#c6ccd2", main: "#a3adb7" };
    const drawn = Object.keys(widths).map((kind) => {
      const line = L.polyline((DRAWN.streets[kind] || []).map(decode), {
        renderer: streets, pane: "streets", interactive: false, color: colours[kind], lineCap: "round",
        lineJoin: "round", weight: 1, smoothFactor: 0.7,
      });
      line.addTo(group("streets"));
      return [kind, line];
    });
    const restyle = () => {
      const zoom = map.getZoom();
      for (const [kind, line] of drawn) {
        const [far, near, close] = widths[kind];
        const weight = zoom < 13 ? far : zoom < 16 ? near * (0.45 + 0.55 * (zoom - 13) / 3) : near + (close - near) * Math.min(1, (zoom - 16) / 2);
        line.setStyle({ weight, opacity: kind === "path" && zoom < 14.5 ? 0 : kind === "minor" && zoom < 12 ? 0.6 : 1 });
      }
    };
    map.on("zoomend", restyle);
    restyle();
  }

  function drawDemand() {
    const demand = DRAWN.demand;
    demand.name.forEach((name, at) => {
      const fill = DEMAND_RAMP[Math.min(demand.shade[at], DEMAND_RAMP.length - 1)];
      const texts = () => [name, `${format(demand.weight[at], 0)} ${PAGE.unit}`];
      if (!demand.rings) {
        tip(L.circleMarker(decode(demand.points[at])[0], {
          renderer: things, pane: "things", fillColor: fill, color: "#7a5c38", weight: 0.5, fillOpacity: 0.8,
          radius: 2 + 1.2 * demand.shade[at],
        }), texts).addTo(group("demand"));
        return;
      }
      // Drawn below the streets; what answers the pointer is an unseen copy on top.
      const rings = demand.rings[at].map(decode);
      L.polygon(rings, {
        renderer: zones, pane: "zones", interactive: false, fillColor: fill, color: "#fff", weight: 0.7, fillOpacity: 0.75,
      }).addTo(group("demand"));
      tip(L.polygon(rings, { renderer: things, pane: "things", stroke: false, fillOpacity: 0 }), texts).addTo(group("demand"));
    });
    if (DRAWN.area.length) {
      for (const rings of DRAWN.area) {
        L.polygon(rings.map(decode), {
          renderer: streets, pane: "streets", interactive: false, fill: false, color: "#6b5b2e", weight: 1.6, dashArray: "6 4",
        }).addTo(group("area"));
      }
    }
  }

  function drawLinks() {
    for (const [from, to] of DRAWN.assignment) {
      const outlet = PAGE.outlets[to];
      L.polyline([decode(DRAWN.demand.middle[from])[0], [outlet.lat, outlet.lon]], {
        renderer: links, pane: "links", interactive: false, color: INK, opacity: 0.28, weight: 0.9,
      }).addTo(group("assignment"));
    }
  }

  function drawOthers() {
    const rivals = [];
    DRAWN.stops.forEach((stop) => {
      tip(
        L.circleMarker(decode(stop.at)[0], {
          renderer: things, pane: "things", radius: stop.station ? 5 : 3, color: "#5b4b8a", weight: 1.8, fillColor: "#fff", fillOpacity: 1,
        }),
        () => [stop.name || "–", WORDS[`mode_${stop.mode}`] || stop.mode],
      ).addTo(group("stops"));
    });
    DRAWN.competitors.forEach((rival) => {
      const mark = new Diamond(decode(rival.at)[0], {
        renderer: things, pane: "things", radius: 5.5, color: "#fff", weight: 0.8, fillColor: "#4b5560", fillOpacity: 0.95,
      });
      rivals.push(mark);
      tip(mark, () => [rival.name || rival.brand, WORDS.competitor, rival.brand === rival.name ? "" : rival.brand]);
      mark.addTo(group("competitors"));
    });
    const grow = () => {
      const zoom = map.getZoom();
      rivals.forEach((mark) => mark.setRadius(zoom < 11.5 ? 2 : zoom < 13 ? 3.2 : 5.5).setStyle({ weight: zoom < 13 ? 0.3 : 0.8 }));
      map.getContainer().classList.toggle("far", zoom < 12.5 && PAGE.outlets.length > 30);
    };
    map.on("zoomend", grow);
    grow();
  }

  function marker(kind, place, html, size, label, texts, onChoose) {
    const anchor = kind === "opened" ? [size[0] / 2, size[1] - 1] : [size[0] / 2, size[1] / 2];
    const made = L.marker(place, {
      icon: L.divIcon({ className: `pin ${kind}`, html, iconSize: size, iconAnchor: anchor, tooltipAnchor: [0, -anchor[1]] }),
      alt: label, keyboard: true, riseOnHover: true, zIndexOffset: kind === "opened" ? 1000 : 0,
    });
    tip(made, texts).addTo(group(kind === "opened" ? "opened" : "existing"));
    made.on("click", onChoose);
    const node = made.getElement();
    if (node) node.setAttribute("aria-label", label);
    return made;
  }

  function drawOutlets() {
    let number = 0;
    PAGE.outlets.forEach((outlet, at) => {
      const place = [outlet.lat, outlet.lon];
      const word = WORDS[outlet.role];
      const texts = () => [
        outlet.name,
        outlet.year === null ? word : `${word} · ${WORDS.year} ${outlet.year}`,
        outlet.format === null ? "" : `${WORDS.format}: ${outlet.format}`,
        outlet.captured === null ? "" : `${WORDS.captured}: ${format(outlet.captured, 0)}`,
        outlet.share_open === null ? "" : `${WORDS.share_open}: ${format(100 * outlet.share_open, 0)} %`,
      ];
      const kind = outlet.role === "new" ? "opened" : outlet.role === "closed" ? "closed" : "kept";
      if (kind === "opened") number += 1;
      const size = kind === "opened" ? [30, 38] : [20, 20];
      outlet.marker = marker(
        kind, place, SHAPES[kind](number), size, `${word}: ${outlet.name}`, texts, () => listeners.forEach((call) => call("outlet", at)),
      );
    });
  }

  function drawCandidates() {
    PAGE.candidates.lat.forEach((lat, at) => {
      const mark = L.circleMarker([lat, PAGE.candidates.lon[at]], {
        renderer: things, pane: "things", radius: 6, color: INK, weight: 1, fillOpacity: 0.95,
      });
      tip(mark, () => [PAGE.candidates.name[at], `${WORDS.score}: ${scoreText(mark.score)}`, `${WORDS.rank}: ${format(mark.rank, 0)}`]);
      mark.on("click", () => listeners.forEach((call) => call("candidate", at)));
      mark.addTo(group("candidates"));
      marks.push(mark);
    });
    const grow = () => marks.forEach((mark) => mark.setRadius(radius(mark)));
    map.on("zoomend", grow);
    grow();
  }

  function radius(mark) {
    const zoom = map.getZoom();
    const plain = zoom < 11.5 ? 2.6 : zoom < 13 ? 3.6 : zoom < 15 ? 5 : 6.5;
    return mark.top ? plain + 2.5 : plain;
  }

  function colour(scores, ranks, top, span) {
    marks.forEach((mark, at) => {
      mark.score = scores[at];
      mark.rank = ranks[at];
      mark.top = ranks[at] > 0 && ranks[at] <= top;
      const known = Number.isFinite(scores[at]);
      mark.setStyle({
        fillColor: known ? rampColour((scores[at] - span[0]) / (span[1] - span[0] || 1)) : "#ffffff",
        weight: mark.top ? 2.6 : 0.8,
      });
      mark.setRadius(radius(mark));
    });
    marks.filter((mark) => mark.top && map.hasLayer(mark)).forEach((mark) => mark.bringToFront());
  }

  function choose(place, zoom) {
    if (chosenRing) chosenRing.remove();
    chosenRing = null;
    if (!place) return;
    chosenRing = L.circleMarker(place, {
      renderer: things, pane: "things", radius: 15, color: "#d97706", weight: 4, fill: false, interactive: false,
    }).addTo(map);
    if (zoom && map.getZoom() < 14) map.setView(place, 15);
    else if (!map.getBounds().pad(-0.08).contains(place)) map.panTo(place);
  }

  // The walks from one place, the longest first so that shorter ones lie on it; dashed as they get longer.
  function drawBands(bands) {
    group("catchments").clearLayers();
    const dashes = [null, "7 4", "2 4"];
    bands.forEach((rings, at) => {
      L.polygon(rings.map(decode), {
        renderer: reach, pane: "reach", interactive: false, color: REACH, weight: at === 0 ? 2 : 1.6,
        dashArray: dashes[Math.min(at, 2)], fillColor: REACH, fillOpacity: 0.1,
      }).addTo(group("catchments"));
    });
    bands.forEach((rings, at) => group("catchments").getLayers()[at].bringToBack());
  }

  // Show every candidate, beside the legend where that costs little.
  function fit(legendWidth = 0) {
    const points = PAGE.candidates.lat.map((lat, at) => [lat, PAGE.candidates.lon[at]]);
    points.push(...PAGE.outlets.filter((outlet) => outlet.role === "new").map((outlet) => [outlet.lat, outlet.lon]));
    if (!points.length) return;
    const bounds = L.latLngBounds(points).pad(0.04);
    const beside = L.point(legendWidth, 0);
    const room = map.getBoundsZoom(bounds, false, beside) > map.getBoundsZoom(bounds) - 0.6;
    map.fitBounds(bounds, { animate: false, maxZoom: 17, paddingTopLeft: room ? beside : L.point(0, 0) });
  }

  fit();
  drawGround();
  drawDemand();
  drawLinks();
  drawOthers();
  drawCandidates();
  drawOutlets();
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  map.attributionControl.setPrefix(false);
  if (PAGE.credit) map.attributionControl.addAttribution(element("span", {}, PAGE.credit).outerHTML);
  window.addEventListener("beforeprint", () => { map.invalidateSize({ animate: false }); fit(); });
  window.addEventListener("afterprint", () => map.invalidateSize({ animate: false }));
  return { map, group, colour, choose, drawBands, fit, onChoose: (call) => listeners.push(call) };
})();
