// SPDX-License-Identifier: Apache-2.0
// Builds the document. Everything that a server sends becomes text nodes and attributes, never markup.

/** Rows that a table shows at first, and further ones at a time. */
const STEP = 200;

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element: el("a", {href: "#/", class: "x", onclick: f}, "text", child). Null children are left out. */
export function el(tag, properties, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** As el, for SVG. */
export function svg(tag, properties, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Says that there is nothing, and what to do about it. */
export function empty(title, ...hint) {
  return el("p", {class: "empty"}, el("strong", {}, title), ...hint);
}

/** A link to a part of the page; names may hold any characters. */
export function link(text, ...path) {
  return el("a", {href: address(...path)}, text);
}

export function address(...path) {
  return "#/" + path.map(encodeURIComponent).join("/");
}

/**
 * A table that can be sorted and brought up to date without losing focus or selection. Of many rows it shows the first ones,
 * and more when asked: a browser takes seconds to lay out ten thousand.
 *
 * columns: [{label, value: row => number or string to sort by, cell: row => node or text, class}]; key: row => string.
 * changed: called when the reader wants another order or more rows, of a table whose rows the server sorts and cuts.
 */
export class Table {
  constructor(caption, columns, key, sorted = null, changed = null) {
    this.columns = columns;
    this.key = key;
    this.sorted = sorted;
    this.rows = [];
    this.changed = changed ?? (() => this.update(this.rows));
    this.cut = changed === null;
    this.lines = new Map();
    this.heads = columns.map((column, i) => el("th", {scope: "col", class: column.class},
      el("button", {type: "button", onclick: () => this.sortBy(i)}, column.label)));
    this.body = el("tbody");
    this.limit = STEP;
    this.rest = el("span", {role: "status"});
    this.more = el("div", {class: "more", hidden: true}, this.rest,
      el("button", {type: "button", onclick: () => { this.limit += STEP; this.changed(); }}, `Show ${STEP} more`));
    this.node = el("div", {}, el("div", {class: "scroll"}, el("table", {},
      el("caption", {class: "hidden"}, caption), el("thead", {}, el("tr", {}, this.heads)), this.body)), this.more);
    this.showOrder();
  }

  sortBy(i) {
    const descending = this.sorted?.column === i ? !this.sorted.descending : this.columns[i].class === "number";
    this.sorted = {column: i, descending};
    this.showOrder();
    this.changed();
  }

  showOrder() {
    this.heads.forEach((head, i) => {
      if (this.sorted?.column === i) {
        head.setAttribute("aria-sort", this.sorted.descending ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    });
  }

  /** all: how many rows there are, where the server cuts them. */
  update(rows, all = rows.length) {
    this.rows = rows;
    let ordered = [...rows];
    if (this.sorted && this.cut) {
      const value = this.columns[this.sorted.column].value;
      const sign = this.sorted.descending ? -1 : 1;
      ordered.sort((a, b) => sign * compare(value(a), value(b)));
    }
    ordered = ordered.slice(0, this.limit);
    this.more.hidden = ordered.length >= all;
    fill(this.rest, this.more.hidden ? null : `${count(ordered.length)} of ${count(all)} are shown`);
    const gone = new Set(this.lines.keys());
    let at = this.body.firstChild;
    for (const row of ordered) {
      const key = this.key(row);
      gone.delete(key);
      let line = this.lines.get(key);
      if (!line) {
        line = el("tr", {}, this.columns.map(column => el("td", {class: column.class, "data-label": column.label})));
        this.lines.set(key, line);
      }
      this.columns.forEach((column, i) => fill(line.children[i], column.cell(row)));
      if (line === at) {
        at = at.nextSibling;
      } else {
        this.body.insertBefore(line, at);
      }
    }
    for (const key of gone) {
      this.lines.get(key).remove();
      this.lines.delete(key);
    }
  }
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""));
}

/** Replaces an element's content unless it is the same already. */
export function fill(element, content) {
  const nodes = [content].flat().filter(node => node !== null && node !== undefined && node !== "");
  const fresh = el(element.localName, {}, nodes);
  if (fresh.innerHTML !== element.innerHTML) {
    element.replaceChildren(...fresh.childNodes);
  }
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytes(number) {
  if (number === undefined || number === null || number < 0) {
    return "–";
  }
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const COUNT = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", {notation: "compact", maximumFractionDigits: 1});

export function count(number) {
  return number === undefined || number === null ? "–" : COUNT.format(number);
}

export function rate(number) {
  if (number === undefined || number === null) {
    return "–";
  }
  return number < 10 && number > 0 ? number.toFixed(1) : SHORT.format(Math.round(number));
}

/** A point in time in the reader's own zone, to the millisecond. */
export function time(ms) {
  if (ms < 0) {
    return "no time";
  }
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) {
    return `${ms} ms`;
  }
  const two = number => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `
    + `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
