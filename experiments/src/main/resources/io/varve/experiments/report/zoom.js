"use strict";

/**
 * Shows the same part of the time in all charts of a page: what is dragged over with a mouse, pinched with two fingers,
 * or chosen by the buttons of a bar. One finger moves along the time; the page scrolls with it up and down.
 */
const Zoom = (() => {
  const { element } = Page;
  /** At the most, the whole time is so many times what is shown. */
  const DEEPEST = 1000;
  /** Less movement is a click or a tap, in pixels. */
  const STILL = 8;
  const SHARED = ["mousemove", "mouseleave"];

  /** [from, to], or null for the whole time. */
  let shown = null;
  let bar = null;

  function whole() {
    const times = Page.charts.map(chart => chart.u.data[0]).filter(column => column.length);
    return [Math.min(...times.map(column => column[0])), Math.max(...times.map(column => column[column.length - 1]))];
  }

  /** Shows a part, moved and widened to what there is. */
  function show(from, to) {
    const [first, last] = whole();
    const span = Math.max((last - first) / DEEPEST, to - from);
    const begin = Math.max(first, Math.min(last - span, (from + to - span) / 2));
    shown = span < last - first ? [begin, begin + span] : null;
    Page.charts.forEach(apply);
    if (bar) bar.update();
  }

  function reset() {
    show(...whole());
  }

  function apply(chart) {
    const times = chart.u.data[0];
    if (times.length < 2) return;
    const [min, max] = shown || [times[0], times[times.length - 1]];
    chart.u.setScale("x", { min, max });
  }

  /** Shows more (above 1) or less of the time, and moves by a share of what is shown. */
  function change(factor, share) {
    const [from, to] = shown || whole();
    const middle = (from + to) / 2 + share * (to - from);
    show(middle - factor * (to - from) / 2, middle + factor * (to - from) / 2);
  }

  /** A chart's options of the cursor. Charts share where the mouse is; dragging and double-clicking are Zoom's. */
  function cursor(options) {
    return {
      ...options, y: false, sync: { key: "time", filters: { pub: type => SHARED.includes(type) } },
      drag: { x: true, y: false, setScale: false, dist: STILL }, bind: { dblclick: () => reset },
    };
  }

  /** uPlot's hook: something was dragged over. */
  function selected(u) {
    const { left, width } = u.select;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width > 0) show(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  /** Brings a chart that was just drawn to the part that is shown, and follows fingers on it. */
  function watch(chart) {
    const { u } = chart;
    const fingers = new Map();
    let begin = null;
    const note = () => { begin = { ...grip([...fingers.values()]), from: u.scales.x.min, to: u.scales.x.max }; };
    u.over.addEventListener("pointerdown", event => {
      if (event.pointerType !== "touch") return;
      fingers.set(event.pointerId, event.clientX);
      note();
    });
    u.over.addEventListener("pointermove", event => {
      if (!fingers.has(event.pointerId)) return;
      fingers.set(event.pointerId, event.clientX);
      follow(u, begin, grip([...fingers.values()]));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      u.over.addEventListener(end, event => {
        if (fingers.delete(event.pointerId)) note();
      });
    }
    if (shown) apply(chart);
  }

  /** Where fingers are: the middle of the outer two, and how far they are apart; 0 for one. */
  function grip(places) {
    const left = Math.min(...places);
    const right = Math.max(...places);
    return { fingers: places.length, middle: (left + right) / 2, width: right - left };
  }

  /** Keeps the times under the fingers that were there when they touched. */
  function follow(u, begin, now) {
    if (now.fingers === 1 && (!shown || Math.abs(now.middle - begin.middle) < STILL)) return;
    const box = u.over.getBoundingClientRect();
    const factor = now.fingers === 1 ? 1 : Math.max(STILL, begin.width) / Math.max(STILL, now.width);
    const span = (begin.to - begin.from) * factor;
    const middle = begin.from + (begin.middle - box.left) / box.width * (begin.to - begin.from);
    const from = middle - (now.middle - box.left) / box.width * span;
    show(from, from + span);
  }

  /** Makes the bar, which stays in sight while charts are. elapsed: times are since the begin of a run. */
  function makeBar(elapsed) {
    const text = element("span", { class: "part", "aria-live": "polite" });
    const word = elapsed ? Words.age : ms => `${Words.day(ms)} ${Words.clock(ms)}`;
    const button = (label, title, act) =>
      element("button", { type: "button", title, "aria-label": title, onclick: act }, label);
    const wider = button("−", "show more of the time", () => change(2, 0));
    const closer = button("+", "show less of the time", () => change(0.5, 0));
    const earlier = button("←", "earlier", () => change(1, -0.5));
    const later = button("→", "later", () => change(1, 0.5));
    const all = button("all", "show the whole time", reset);
    bar = element("div", { class: "zoom on-screen", id: "zoom", role: "group", "aria-label": "time that the charts show" },
      element("span", { class: "quiet" }, "time shown"), text, element("span", { class: "keys" }, earlier, wider, closer, later, all));
    bar.update = () => {
      const [first, last] = whole();
      const [from, to] = shown || [first, last];
      text.replaceChildren(shown ? `${word(from)} – ${word(to)}` : "all");
      wider.disabled = all.disabled = !shown;
      closer.disabled = to - from <= (last - first) / DEEPEST * 1.01;
      earlier.disabled = from <= first;
      later.disabled = to >= last;
    };
    return bar;
  }

  const HELP = matchMedia("(pointer: coarse)").matches
    ? "Pinch a chart to zoom, then move along with one finger. Tap for the numbers."
    : "Drag over a chart to zoom, double-click to go back.";

  return { HELP, cursor, selected, watch, makeBar, show, reset };
})();
