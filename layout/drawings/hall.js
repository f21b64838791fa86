"use strict";
(function () {
  const read = function (id) { return JSON.parse(document.getElementById(id).textContent); };
  const details = read("hall-things"), words = read("hall-words");
  const panel = document.getElementById("hall-details");
  const hint = panel.textContent;
  const things = new Map(), rows = new Map(), views = new Map();
  let picked = null, scrolled = false;

  function show(key, withTable) {
    const entry = details[key];
    if (!entry) return;
    const name = document.createElement("b");
    name.textContent = entry[0];
    panel.replaceChildren(name, document.createTextNode(entry.slice(1).filter(Boolean).join(" · ")));
    if (!withTable || !rows.has(key)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.table;
    button.addEventListener("click", function () {
      rows.get(key).scrollIntoView({ block: "center" });
      rows.get(key).querySelector(".find").focus({ preventScroll: true });
    });
    panel.append(button);
  }

  function reset() {
    const focused = document.activeElement && document.activeElement.closest(".hall-plan .thing");
    if (focused) show(keyOf(focused), picked === keyOf(focused));
    else if (picked) show(picked, true);
    else panel.textContent = hint;
  }

  function keyOf(thing) { return thing.dataset.kind + ":" + thing.dataset.id; }

  function mark(key, on) {
    for (const part of [things.get(key), rows.get(key), views.get(key)]) if (part) part.classList.toggle("picked", on);
    if (things.has(key)) things.get(key).setAttribute("aria-pressed", on ? "true" : "false");
  }

  function pick(key, fromPlan) {
    const again = picked === key && fromPlan;
    if (picked) mark(picked, false);
    picked = again ? null : key;
    if (picked) mark(picked, true);
    reset();
    if (!picked || fromPlan) return;
    reveal(key);
    scrolled = true;
    const thing = things.get(key);
    if (thing) thing.scrollIntoView({ block: "center", inline: "center" });
  }

  function reveal(key) {
    const thing = things.get(key);
    const layer = thing && thing.closest("[data-layer]").dataset.layer;
    for (const box of document.querySelectorAll(".hall-layers input"))
      if (box.value.split(" ").includes(layer) && !box.checked) box.click();
  }

  for (const thing of document.querySelectorAll(".hall-plan .thing")) {
    const key = keyOf(thing), entry = details[key];
    if (!entry) continue;
    things.set(key, thing);
    thing.setAttribute("tabindex", "0");
    thing.setAttribute("role", "button");
    thing.setAttribute("aria-pressed", "false");
    thing.setAttribute("aria-label", entry.filter(Boolean).join(", "));
    thing.addEventListener("focus", function () { show(key, picked === key); });
    thing.addEventListener("mouseenter", function (event) {
      if (scrolled && !event.movementX && !event.movementY) return; // the plan moved under a resting pointer
      scrolled = false;
      show(key, picked === key);
    });
    for (const event of ["mouseleave", "blur"]) thing.addEventListener(event, reset);
    thing.addEventListener("click", function () { pick(key, true); });
    thing.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pick(key, true);
    });
  }
  for (const view of document.querySelectorAll(".hall-plan .view")) views.set(view.dataset.for, view);
  for (const button of document.querySelectorAll(".find")) {
    rows.set(button.dataset.thing, button.closest("tr, li"));
    button.addEventListener("click", function () { pick(button.dataset.thing, false); });
  }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    found.hidden = true;
    if (picked) pick(picked, true);
  });

  for (const box of document.querySelectorAll(".hall-layers input")) {
    const layers = box.value.split(" ");
    const apply = function () {
      for (const layer of layers) {
        for (const part of document.querySelectorAll('#hall-drawing > [data-layer="' + layer + '"]'))
          part.style.display = box.checked ? "" : "none";
        for (const scale of document.querySelectorAll('[data-scale="' + layer + '"]')) scale.hidden = !box.checked;
      }
    };
    box.addEventListener("change", apply);
    apply();
  }

  const search = document.getElementById("hall-search"), found = document.getElementById("hall-found");
  search.addEventListener("input", function () {
    const text = search.value.trim().toLocaleLowerCase();
    const keys = text ? Object.keys(details).filter(function (key) {
      return things.has(key) && details[key].join(" ").toLocaleLowerCase().includes(text);
    }) : [];
    const items = keys.slice(0, 30).map(function (key) {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.textContent = details[key].slice(0, 2).filter(Boolean).join(" · ");
      button.addEventListener("click", function () { found.hidden = true; pick(key, false); });
      item.append(button);
      return item;
    });
    if (text && !items.length) {
      const item = document.createElement("li");
      item.className = "muted";
      item.textContent = words.nothing;
      items.push(item);
    }
    found.replaceChildren(...items);
    found.hidden = !items.length;
  });
  search.addEventListener("keydown", function (event) {
    const first = found.querySelector("button");
    if (event.key === "Enter" && first) first.click();
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
  });

  let zoom = 0;
  const plan = document.querySelector(".hall-plan");
  for (const button of document.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", function () {
      zoom = Math.max(0, Math.min(6, zoom + Number(button.dataset.zoom)));
      plan.style.width = 100 * Math.pow(1.35, zoom) + "%";
      plan.style.minWidth = 640 * Math.pow(1.35, zoom) + "px";
    });
})();
