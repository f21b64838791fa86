"use strict";
(function () {
  const details = JSON.parse(document.getElementById("hall-things").textContent);
  const panel = document.getElementById("hall-details");
  const hint = panel.textContent;

  function show(thing) {
    const entry = details[thing.dataset.kind + ":" + thing.dataset.id];
    if (!entry) return;
    const name = document.createElement("b");
    name.textContent = entry[0];
    panel.replaceChildren(name, document.createTextNode(entry.slice(1).join(" · ")));
  }

  function reset() {
    const focused = document.activeElement && document.activeElement.closest(".hall-plan .thing");
    if (focused) show(focused);
    else panel.textContent = hint;
  }

  for (const thing of document.querySelectorAll(".hall-plan .thing")) {
    const entry = details[thing.dataset.kind + ":" + thing.dataset.id];
    if (!entry) continue;
    thing.setAttribute("tabindex", "0");
    thing.setAttribute("role", "img");
    thing.setAttribute("aria-label", entry.join(", "));
    for (const event of ["mouseenter", "focus", "click"]) thing.addEventListener(event, function () { show(thing); });
    for (const event of ["mouseleave", "blur"]) thing.addEventListener(event, reset);
  }

  for (const box of document.querySelectorAll(".hall-layers input")) {
    const layers = box.value.split(" ");
    const apply = function () {
      for (const layer of layers)
        for (const part of document.querySelectorAll('.hall-plan > [data-layer="' + layer + '"]'))
          part.style.display = box.checked ? "" : "none";
    };
    box.addEventListener("change", apply);
    apply();
  }
})();
