"use strict";

/** Draws lines and stacks over time. */
const Chart = (() => {
  const { element, colour } = Page;
  const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif';
  const FONT = `12px ${FONT_FAMILY}`;
  const TIMES = [1, 5, 15, 30].map(n => n * Words.MINUTE)
    .concat([1, 2, 3, 6, 12].map(n => n * Words.HOUR))
    .concat([1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730, 3650].map(n => n * Words.DAY));
  const INCREMENTS = {
    bytes: [0, 1, 2, 3, 4, 5].flatMap(power => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(n => n * 1024 ** power)),
    age: [1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1, 2, 5, 10, 30].map(n => n * Words.SECOND)).concat(TIMES),
  };

  /** Labels of times: days where the marks are days apart, else the time of day with the day where it begins. */
  function timeLabels(u, splits, axis, space, increment) {
    let last = null;
    return splits.map(ms => {
      if (increment >= 28 * Words.DAY) {
        const date = new Date(ms);
        return `${Words.MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
      }
      const day = Words.day(ms);
      if (increment >= Words.DAY) return day;
      const label = day === last ? Words.clock(ms) : `${Words.clock(ms)}\n${day}`;
      last = day;
      return label;
    });
  }

  /** The axis of time: a moment in UTC, or the time since the run began. */
  function timeAxis(elapsed) {
    const axis = {
      font: FONT, stroke: colour("--quiet"), grid: { stroke: colour("--grid"), width: 1 },
      ticks: { stroke: colour("--grid"), width: 1 }, space: 64, size: 46,
      values: elapsed ? (u, splits) => splits.map(ms => ms === 0 ? "0" : Words.age(ms)) : timeLabels,
    };
    if (elapsed) axis.incrs = TIMES;
    return axis;
  }

  /** As wide as an axis' labels, and at least so wide that charts side by side look alike. */
  function labelled(least) {
    return (u, labels, number, cycle) => {
      const axis = u.axes[number];
      if (cycle > 1) return axis._size;
      u.ctx.font = axis.font[0];
      const widths = (labels || []).map(label => u.ctx.measureText(label).width / devicePixelRatio);
      return Math.ceil(Math.max(least, 10 + Math.max(0, ...widths)));
    };
  }

  function valueAxis(unit) {
    const words = unit === "count" ? Words.briefly : Words[unit];
    const axis = {
      font: FONT, stroke: colour("--quiet"), grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false }, size: labelled(66), space: 34,
      values: (u, splits) => splits.map(value => value == null ? "" : value === 0 ? "0" : words(value)),
    };
    if (INCREMENTS[unit]) axis.incrs = INCREMENTS[unit];
    return axis;
  }

  const utc = ms => uPlot.tzDate(new Date(ms), "Etc/UTC");

  /** Points that have no neighbour would not be seen in a line. */
  function lonely(u, series) {
    const values = u.data[series];
    const found = [];
    const alone = i => i < 0 || i >= values.length || values[i] === null;
    for (let i = 0; i < values.length; i++) {
      if (values[i] != null && alone(i - 1) && alone(i + 1)) found.push(i);
    }
    return found;
  }

  /**
   * Brings series, each with times of its own, to the same times. Where a series has no value, its line is broken; it is
   * drawn through if the series are of different runs, which have samples at different times.
   */
  function aligned(series, through) {
    const times = [...new Set(series.flatMap(one => one.x))].sort((a, b) => a - b);
    const at = new Map(times.map((time, i) => [time, i]));
    const columns = series.map(one => {
      const column = new Array(times.length).fill(through ? undefined : null);
      one.x.forEach((time, i) => { column[at.get(time)] = one.y[i]; });
      return column;
    });
    return { times, columns };
  }

  /** Each layer on those before it; a layer without a value adds nothing. */
  function stacked(columns) {
    const sum = columns.length ? new Array(columns[0].length).fill(0) : [];
    return columns.map(column => column.map((value, i) => { sum[i] += value || 0; return sum[i]; }));
  }

  class TimeChart {
    /**
     * @param options id, title, text, unit (a function of Words), series [{name, x, y, line, fill}], and
     *     stack (layers on one another), steps (a value counts for the time before it), log, floor (least top of
     *     the axis), elapsed (times since the begin, of several runs), group (charts whose legends act together), wide
     */
    constructor(parent, options) {
      this.options = options;
      const { times, columns } = aligned(options.series, options.elapsed);
      this.times = times;
      this.values = columns;
      this.drawn = options.stack ? stacked(columns) : columns;
      this.shown = options.series.map(() => true);
      this.place = element("div", { class: "plot", role: "img", "aria-label": options.title });
      this.tip = element("div", { class: "tip", hidden: true });
      this.legend = this.makeLegend();
      parent.append(element("figure", { class: `chart${options.wide ? " wide" : ""}`, id: options.id },
        element("figcaption", null, element("h3", null, options.title),
          element("p", { class: "quiet small" }, options.text)),
        this.place, this.legend));
      this.draw();
      Page.keep(this);
    }

    makeLegend() {
      return element("div", { class: "legend" }, this.options.series.map((series, i) => {
        const key = [Page.swatch(series.line, this.options.stack), series.name];
        if (this.options.stack) return element("span", { class: "key" }, key);
        return element("button", { type: "button", "aria-pressed": "true", onclick: () => this.toggle(i) }, key);
      }));
    }

    /** Shows or hides a line, in all charts of the group. */
    toggle(i) {
      const { group, series } = this.options;
      const on = !this.shown[i];
      Page.charts
        .filter(chart => chart === this || group && chart.options && chart.options.group === group)
        .forEach(chart => chart.show(series[i].name, on));
    }

    show(name, on) {
      const i = this.options.series.findIndex(series => series.name === name);
      if (i < 0) return;
      this.shown[i] = on;
      this.legend.children[i].setAttribute("aria-pressed", on);
      this.u.setSeries(this.seriesOf(i), { show: on });
    }

    /** uPlot's number of a series. Stacks are drawn from the top, so that lower layers cover higher ones. */
    seriesOf(i) {
      return this.options.stack ? this.values.length - i : i + 1;
    }

    draw() {
      if (this.u) this.u.destroy();
      const { stack, steps, elapsed, log, unit } = this.options;
      const order = this.values.map((column, i) => i);
      if (stack) order.reverse();
      const y = log
        ? { distr: 3 }
        : { range: (u, min, max) => [0, Math.max(this.options.floor || 0, max * 1.05) || 1] };
      const paths = steps ? uPlot.paths.stepped({ align: -1 }) : undefined;
      this.u = new uPlot({
        width: this.place.clientWidth, height: this.height(), ms: 1, tzDate: utc, legend: { show: false },
        padding: [8, 22, 0, 0],
        scales: { x: { time: !elapsed }, y },
        axes: [timeAxis(elapsed), valueAxis(unit)],
        series: [{}].concat(order.map(i => this.seriesOptions(this.options.series[i], this.shown[i], paths))),
        cursor: Zoom.cursor({ points: { size: 7 } }),
        hooks: { setCursor: [u => this.hover(u)], setSelect: [Zoom.selected] },
      }, [this.times].concat(order.map(i => this.drawn[i])), this.place);
      this.place.append(this.tip);
      this.u.over.addEventListener("mouseleave", () => { this.tip.hidden = true; });
      Zoom.watch(this);
    }

    seriesOptions(series, show, paths) {
      const stroke = colour(series.line.colour);
      return {
        label: series.name, show, stroke, width: this.options.stack ? 1 : 2, dash: series.line.dash || undefined,
        fill: this.options.stack ? stroke : undefined, paths,
        points: this.options.stack ? { show: false } : { show: true, size: 7, fill: stroke, filter: lonely },
      };
    }

    height() {
      return document.documentElement.classList.contains("print") ? 190 : 250;
    }

    hover(u) {
      const i = u.cursor.idx;
      if (i == null || u.cursor.left < 0 || !u.over.matches(":hover")) {
        this.tip.hidden = true;
        return;
      }
      const { series, unit, elapsed, stack } = this.options;
      const time = this.times[i];
      const lines = series.map((one, n) => this.shown[n] && this.values[n][i] != null
        ? Page.tipLine(one.line, one.name, Words[unit](this.values[n][i]), stack) : null);
      if (stack && series.length > 1) {
        lines.reverse();
        lines.push(Page.tipLine(null, "all", Words[unit](this.drawn[series.length - 1][i])));
      }
      this.tip.replaceChildren(element("span", { class: "quiet" }, elapsed ? `after ${Words.age(time)}` : Words.time(time)),
        ...lines.filter(line => line));
      Page.showTip(this.tip, this.place, u.cursor.left + u.bbox.left / devicePixelRatio, u.cursor.top);
    }

    resize() {
      if (this.place.clientWidth !== this.u.width) {
        this.u.setSize({ width: this.place.clientWidth, height: this.height() });
      }
    }

    destroy() {
      this.u.destroy();
    }
  }

  return { TimeChart, timeAxis, labelled, utc, FONT, FONT_FAMILY };
})();
