/* Makes pages smoother; every page does its work without it. No framework, no build.
   Each part looks for what it serves in a piece of the page and leaves the rest alone. */
"use strict";

(() => {
  const parts = [];
  const enhance = (root) => parts.forEach((part) => part(root));
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
  const make = (tag, attributes = {}, text = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  let numbers = 0;
  const newId = (word) => `${word}-${++numbers}`;

  /* What changes on the page is told to who does not see it. */
  const live = make("p", { role: "status", class: "visually-hidden" });
  const say = (text) => { live.textContent = text; };

  /* Take a part of another answer of ours over into this page. */
  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const takeOver = (page, id) => {
    const fresh = page.getElementById(id);
    document.getElementById(id).replaceWith(fresh);
    enhance(fresh);
    return fresh;
  };

  /* On a narrow screen long menus are folded. */

  const narrow = matchMedia("(max-width: 45rem)");
  const fold = (root) => {
    for (const menu of root.querySelectorAll("details.folds")) menu.open = !narrow.matches;
  };
  parts.push(fold);
  narrow.addEventListener("change", () => fold(document));

  /* Filter as you type: the list of the server, and long tables that are here in full. */

  parts.push((root) => {
    for (const form of root.querySelectorAll("form[data-results]")) {
      let asked = 0;
      let timer;
      const show = async () => {
        const mine = ++asked;
        const query = new URLSearchParams(new FormData(form));
        for (const [name, value] of [...query]) if (!value) query.delete(name);
        const url = `${location.pathname}?${query}`;
        try {
          const page = await fetched(url);
          if (mine !== asked) return;
          const list = takeOver(page, form.dataset.results);
          history.replaceState(null, "", url);
          say(list.querySelector(".list-state p")?.textContent ?? list.textContent.trim());
        } catch { /* The button still works. */ }
      };
      form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 250); });
    }
  });

  /* Weights add up in view while they are typed; the server says the same when it saves. */

  parts.push((root) => {
    for (const total of root.querySelectorAll("[data-weights]")) {
      const form = total.form ?? total.closest("form");
      total.setAttribute("role", "status");
      const add = () => {
        let sum = 0;
        for (const field of form.querySelectorAll("[data-weight]")) sum += Number(field.value.replace(",", ".")) || 0;
        const rest = 100 - sum;
        total.hidden = form.elements.method?.value === "waarde";
        total.textContent = `Samen ${sum} %` + (rest ? rest > 0 ? `: nog ${rest} % te verdelen.` : `: ${-rest} % te veel.` : ".");
      };
      form.addEventListener("input", add);
      form.addEventListener("change", add);
      add();
    }
  });

  const LONG = 15;
  parts.push((root) => {
    for (const table of root.querySelectorAll("table.stacks")) {
      const rows = [...table.querySelectorAll("tbody tr")];
      if (rows.length < LONG || table.querySelector("input, select") || table.closest("[id=lijst]")) continue;
      const caption = table.caption?.textContent.trim() ?? "de tabel";
      const id = newId("tabelfilter");
      const box = make("div", { class: "field table-filter" });
      const input = make("input", { type: "search", id });
      const label = make("label", { for: id }, "Zoek in deze tabel");
      label.append(make("span", { class: "visually-hidden" }, `: ${caption}`));
      box.append(label, input);
      const frame = table.closest(".table-scroll") ?? table;
      (frame.previousElementSibling?.matches(".all-columns") ? frame.previousElementSibling : frame).before(box);
      input.addEventListener("input", () => {
        const words = folded(input.value).split(/\s+/);
        const left = rows.filter((row) => {
          const text = folded(row.textContent);
          const fits = words.every((word) => text.includes(word));
          row.hidden = !fits;
          return fits;
        });
        say(`${left.length} van ${rows.length} rijen`);
      });
    }
  });

  /* Long choices become a box to type in; the select stays what is sent. */

  const MANY = 9;
  parts.push((root) => {
    for (const select of root.querySelectorAll("select:not([multiple])")) {
      if (select.options.length < MANY || select.disabled || select.hidden) continue;
      combobox(select);
    }
  });

  function combobox(select) {
    const id = select.id || newId("keuze");
    const list = make("ul", { id: `${id}-lijst`, role: "listbox", class: "combo__list" });
    const input = make("input", {
      type: "text", id, role: "combobox", autocomplete: "off", "aria-expanded": "false",
      "aria-controls": list.id, "aria-autocomplete": "list",
    });
    for (const name of ["aria-describedby", "aria-invalid", "aria-label", "aria-required"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    list.setAttribute("aria-label", select.labels[0]?.textContent.trim() ?? "Keuzes");
    const box = make("div", { class: "combo" });
    select.id = `${id}-waarde`;
    select.before(box);
    box.append(input, list, select);
    select.hidden = true;
    list.hidden = true;

    let active = -1;
    const chosen = () => select.options[select.selectedIndex]?.text ?? "";
    const write = () => { input.value = chosen(); };
    const items = () => [...list.children];
    const mark = (place) => {
      active = place;
      items().forEach((item, n) => item.setAttribute("aria-selected", String(n === place)));
      const item = items()[place];
      if (item) { input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); mark(-1); };
    const open = (text = "") => {
      const words = folded(text).split(/\s+/);
      const fits = [...select.options].filter((o) => words.every((word) => folded(o.text).includes(word)));
      list.replaceChildren(...fits.map((option) => {
        const item = make("li", { role: "option", id: newId(`${id}-optie`), "aria-selected": "false" }, option.text);
        item.dataset.place = option.index;
        return item;
      }));
      if (!fits.length) list.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Niets gevonden"));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(text && fits.length ? 0 : -1);
    };
    const choose = (item) => {
      if (!item?.dataset.place) return;
      select.selectedIndex = Number(item.dataset.place);
      write();
      close();
      for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
    };

    input.addEventListener("input", (event) => { event.stopPropagation(); open(input.value); });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => { if (list.hidden) open(); });
    input.addEventListener("blur", () => { write(); close(); });
    list.addEventListener("mousedown", (event) => { event.preventDefault(); choose(event.target); });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (list.hidden) open();
        const count = items().length;
        mark((active + step + count) % count);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        choose(items()[active]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        write();
        close();
      }
    });
    select.form?.addEventListener("reset", () => setTimeout(write));
    write();
  }

  /* Values of a chart: on hover, and with the arrow keys once it has the focus. */

  parts.push((root) => {
    for (const picture of root.querySelectorAll(".chart__picture")) {
      const spots = [...picture.querySelectorAll(".spots circle")];
      if (!spots.length) continue;
      const tip = make("p", { class: "chart__tip", role: "status" });
      tip.hidden = true;
      picture.after(tip);
      let at = -1;
      const show = (place) => {
        spots[at]?.classList.remove("spot--here");
        at = place;
        const spot = spots[at];
        tip.hidden = !spot;
        if (!spot) return;
        spot.classList.add("spot--here");
        tip.textContent = spot.dataset.value;
        const figure = picture.parentElement.getBoundingClientRect();
        const here = spot.getBoundingClientRect();
        const left = here.left + here.width / 2 - figure.left;
        tip.style.left = `${Math.max(0, Math.min(left - tip.offsetWidth / 2, figure.width - tip.offsetWidth))}px`;
        tip.style.top = `${here.top - figure.top - tip.offsetHeight - 6}px`;
      };
      spots.forEach((spot, place) => {
        spot.dataset.value = spot.querySelector("title").textContent;
        spot.querySelector("title").remove();
        spot.addEventListener("pointerenter", () => show(place));
      });
      picture.addEventListener("pointerleave", () => show(-1));
      picture.addEventListener("blur", () => show(-1));
      picture.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) { event.preventDefault(); show(Math.max(0, Math.min(at + step, spots.length - 1))); }
        else if (event.key === "Escape") show(-1);
      });
      picture.setAttribute("aria-description", "Pijltjes links en rechts lezen de waarden.");
    }
  });

  /* Fill in a table as in a spreadsheet: paste a column, go down with Enter and the arrows. */

  const cellsOf = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea")]
    .filter((field) => !field.closest(".combo") || field.tagName === "SELECT");
  const put = (field, text) => {
    if (field.tagName !== "SELECT") field.value = text;
    else {
      const option = [...field.options].find((o) => folded(o.text) === folded(text) || o.value === text);
      if (!option) return false;
      field.selectedIndex = option.index;
      const shown = field.closest(".combo")?.querySelector("input");
      if (shown) shown.value = option.text;
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  parts.push((root) => {
    for (const table of root.querySelectorAll("form table, table[data-grid]")) {
      const rows = [...table.querySelectorAll("tbody tr")].filter((row) => cellsOf(row).length);
      if (rows.length < 2) continue;
      const place = (target) => {
        const row = rows.findIndex((one) => one.contains(target));
        const field = target.closest(".combo")?.querySelector("select") ?? target;
        return [row, row < 0 ? -1 : cellsOf(rows[row]).indexOf(field)];
      };
      table.addEventListener("paste", (event) => {
        const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
        const [first, column] = place(event.target);
        if (column < 0 || (lines.length === 1 && !lines[0].includes("\t"))) return;
        event.preventDefault();
        let done = 0;
        const missed = [];
        lines.forEach((line, down) => line.split("\t").forEach((text, right) => {
          const field = rows[first + down] && cellsOf(rows[first + down])[column + right];
          if (field && put(field, text.trim())) done += 1;
          else missed.push(text.trim());
        }));
        const rest = missed.length ? ` Niet geplakt: ${missed.slice(0, 3).join(", ")}.` : "";
        message(table, `${done === 1 ? "1 cel" : `${done} cellen`} geplakt. Bewaar om het vast te leggen.${rest}`);
      });
      table.addEventListener("keydown", (event) => {
        if (event.target.tagName !== "INPUT" || event.target.getAttribute("role") === "combobox") return;
        const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
        const [row, column] = place(event.target);
        const next = step && column >= 0 && rows[row + step] && cellsOf(rows[row + step])[column];
        if (!next) return;
        event.preventDefault();
        (next.closest(".combo")?.querySelector("input") ?? next).focus();
      });
    }
  });

  function message(table, text) {
    let told = table.parentElement.querySelector(".grid-message");
    if (!told) { told = make("p", { class: "grid-message", role: "status" }); table.after(told); }
    told.textContent = text;
  }

  /* Warn before what was filled in is lost. */

  let unsaved = false;
  let leaving = false;
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      if (target.form?.method === "post" && target.type !== "checkbox") unsaved = true;
    });
  }
  document.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => { if (unsaved && !leaving) event.preventDefault(); });
  addEventListener("pageshow", () => { leaving = false; });

  /* How far an upload is. */

  parts.push((root) => {
    for (const form of root.querySelectorAll("form[enctype='multipart/form-data']")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const buttons = [...form.querySelectorAll("button")];
        const bar = make("progress", { max: "1", value: "0", "aria-label": "Versturen" });
        const told = make("p", { class: "upload", role: "status" }, "Het bestand wordt verstuurd. ");
        told.append(bar);
        form.append(told);
        const request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.responseType = "document";
        request.upload.addEventListener("progress", (now) => { if (now.lengthComputable) bar.value = now.loaded / now.total; });
        request.upload.addEventListener("load", () => { told.firstChild.textContent = "Verstuurd. Taalinkoop leest het bestand. "; bar.removeAttribute("value"); });
        request.addEventListener("error", () => {
          told.textContent = "Het versturen lukte niet. Controleer de verbinding en probeer het opnieuw.";
          buttons.forEach((button) => { button.disabled = false; });
          leaving = false;
        });
        request.addEventListener("load", () => {
          if (request.responseURL !== new URL(form.action, location.href).href) { location.assign(request.responseURL); return; }
          const page = request.response;
          if (!page?.querySelector("main")) { location.reload(); return; }
          document.title = page.title;
          const main = page.querySelector("main");
          document.querySelector("main").replaceWith(main);
          enhance(main);
          (main.querySelector(".error-summary") ?? main).focus();
          leaving = false;
        });
        request.send(new FormData(form, event.submitter));
        buttons.forEach((button) => { button.disabled = true; });
      });
    }
  });

  /* How far a job is, without the page starting anew. */

  const JOB_EVERY = 1000;
  parts.push((root) => {
    const job = root.id === "taak" ? root : root.querySelector("#taak");
    if (!job?.dataset.waiting) return;
    setTimeout(async () => {
      if (!document.contains(job)) return;
      try {
        const fresh = takeOver(await fetched(job.dataset.waiting), "taak");
        if (!fresh.dataset.waiting) say(fresh.querySelector("p, .alert")?.textContent.trim() ?? "De taak is klaar.");
      } catch { enhance(job); }
    }, JOB_EVERY);
  });

  /* Before one is signed out, say so, and let whoever is still at work go on. */

  const NOTICE = 300;
  let notice;
  parts.push((root) => {
    const session = root.id === "sessie" ? root : root.querySelector("#sessie");
    if (!session) return;
    clearTimeout(notice);
    document.getElementById("sessie-eindigt")?.remove();
    const seconds = Number(session.dataset.seconds);
    const left = Math.min(NOTICE, Math.floor(seconds / 2));
    notice = setTimeout(() => {
      const box = make("div", { id: "sessie-eindigt", class: "alert alert--warning session-notice", role: "alert" });
      const minutes = Math.round(left / 60);
      const told = make("p", {}, `Over ${minutes} ${minutes === 1 ? "minuut" : "minuten"} word je afgemeld. Wat je dan nog niet bewaarde, is weg.`);
      box.append(told);
      if (session.dataset.goOn) {
        const button = make("button", { type: "button", class: "button" }, "Blijf aangemeld");
        button.addEventListener("click", async () => {
          try {
            takeOver(await fetched(session.dataset.goOn), "sessie");
            say("Je blijft aangemeld.");
            document.querySelector("main").focus();
          } catch {
            told.textContent = "Je bent al afgemeld. Neem over wat je nog nodig hebt, en meld je opnieuw aan.";
            button.remove();
          }
        });
        box.append(button);
      }
      document.querySelector("main").prepend(box);
    }, (seconds - left) * 1000);
  });

  document.body.append(live);
  enhance(document);
})();
