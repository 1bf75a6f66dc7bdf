"use strict";

/** Builds elements, and redraws what depends on the page's width or colours when they change. */
const Page = (() => {
  const charts = [];
  const fitted = [];

  /**
   * Makes an element. A property that an element does not have as such (class, data-*, aria-*) is an attribute.
   * Children are elements or text; text is never read as HTML.
   */
  function element(tag, properties, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in made && key !== "style") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.flat().filter(child => child != null));
    return made;
  }

  /** The value of a colour such as "--c1" in the colours that are in force. */
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /** The colour and dashes of the n-th of many lines: eight colours, then the same ones dashed. */
  function style(n) {
    return { colour: `--c${n % 8 + 1}`, dash: n % 16 >= 8 ? [7, 4] : null };
  }

  function swatch(line, filled) {
    const made = element("span", { class: `swatch${filled ? " filled" : ""}${line.dash ? " dashed" : ""}` });
    made.style[filled ? "background" : "borderColor"] = `var(${line.colour})`;
    return made;
  }

  /** Keeps a chart, which has draw() and resize(width). */
  function keep(chart) {
    charts.push(chart);
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(chart.place);
    chart.observer = observer;
  }

  function forget(parent) {
    for (let i = charts.length - 1; i >= 0; i--) {
      if (parent.contains(charts[i].place)) {
        charts[i].observer.disconnect();
        charts[i].destroy();
        charts.splice(i, 1);
      }
    }
    parent.replaceChildren();
  }

  /** Fills a place now, again whenever its width has changed, and for paper. */
  function fit(place, fill) {
    let width = place.clientWidth;
    new ResizeObserver(() => {
      if (place.clientWidth === width) return;
      width = place.clientWidth;
      // In the next frame: what changes sizes here would be told here again.
      requestAnimationFrame(fill);
    }).observe(place);
    fitted.push(fill);
    fill();
  }

  function redraw() {
    fitted.forEach(fill => fill());
    charts.forEach(chart => chart.draw());
  }

  /** Paper is light, and narrower than most windows. */
  function print(on) {
    document.documentElement.classList.toggle("print", on);
    redraw();
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  /** Marks the first chart of each pair. One without another beside it becomes wide. */
  function pairUp(parent) {
    const halves = [...parent.querySelectorAll(".chart:not(.wide)")];
    halves.forEach((chart, i) => chart.classList.toggle("first", i % 2 === 0));
    if (halves.length % 2) halves[halves.length - 1].classList.add("wide");
  }

  /** Shows a tip beside a point of the plot, within it. */
  function showTip(tip, plot, left, top) {
    tip.hidden = false;
    const right = left + 16 + tip.offsetWidth > plot.clientWidth;
    tip.style.left = `${Math.max(0, right ? left - 12 - tip.offsetWidth : left + 16)}px`;
    tip.style.top = `${Math.max(0, top - tip.offsetHeight / 2)}px`;
  }

  function tipLine(line, name, value, filled) {
    return element("div", null, line ? swatch(line, filled) : null, name, element("b", null, value));
  }

  return { charts, element, colour, style, swatch, keep, forget, fit, pairUp, showTip, tipLine };
})();
