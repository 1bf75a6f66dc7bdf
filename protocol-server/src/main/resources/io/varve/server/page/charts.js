// SPDX-License-Identifier: Apache-2.0
// Small charts of what happened lately.
import {svg} from "./dom.js";

/** As many values as the server keeps of each topic. */
const MAX = 60;

/** Rates of things that are counted: each sample is the total so far. */
export class Rates {
  constructor() {
    this.series = new Map();
  }

  /** Notes a total at a time in ms; one that has become smaller counts as no change. */
  note(name, total, ms) {
    const one = this.series.get(name);
    if (!one) {
      this.series.set(name, {total, ms, rates: []});
      return;
    }
    const seconds = (ms - one.ms) / 1000;
    if (seconds <= 0) {
      return;
    }
    one.rates.push(Math.max(0, (total - one.total) / seconds));
    if (one.rates.length > MAX) {
      one.rates.shift();
    }
    one.total = total;
    one.ms = ms;
  }

  /** The rates so far, oldest first. */
  of(name) {
    return this.series.get(name)?.rates ?? [];
  }

  /** The last rate, or undefined. */
  last(name) {
    return this.of(name).at(-1);
  }
}

/** A line over values, oldest first, in a box that is as wide as MAX of them. */
export function sparkline(values, what, kind = "spark") {
  const height = 30;
  const max = Math.max(...values, 1e-9);
  const at = values.map((value, i) => `${MAX - values.length + i},${(height - 2 - value / max * (height - 4)).toFixed(1)}`);
  const last = values.at(-1) ?? 0;
  const first = MAX - values.length;
  return svg("svg", {class: kind, viewBox: `0 0 ${MAX - 1} ${height}`, preserveAspectRatio: "none", role: "img",
    "aria-label": values.length < 2 ? `${what}: nothing lately` : `${what}: now ${last.toFixed(1)}, at most ${max.toFixed(1)}`},
  values.length < 2 ? null : svg("path", {class: "area", d: `M${first},${height} L${at.join(" ")} L${MAX - 1},${height} Z`}),
  values.length < 2 ? null : svg("path", {class: "line", d: `M${at.join(" ")}`}));
}

/** A share of a whole, as a bar; level: null, "warn" or "bad". */
export function bar(share, what, level = null) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return svg("svg", {class: level ? `bar ${level}` : "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `${what}: ${percent} %`},
    svg("rect", {width: percent, height: 10}));
}
