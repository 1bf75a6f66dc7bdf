"use strict";

/** Lays out the policies in the widest form that fits, so that no number is cut off. */
const Table = (() => {
  const { element } = Page;

  /**
   * Adds the policies.
   * @param columns their names: one for each cell of a row
   * @param rows [{rank (or null), name, cells, checks}] with what is in the cells: elements or text
   */
  function policies(parent, columns, rows) {
    const place = element("div", { class: "policies", id: "policies" });
    const forms = [() => table(columns, rows, true), () => table(columns, rows, false), () => cards(columns, rows)];
    parent.append(place);
    Page.fit(place, () => {
      for (const form of forms) {
        place.replaceChildren(form());
        if (place.scrollWidth <= place.clientWidth) return;
      }
    });
  }

  /** A line for each policy; its constraints are in the last column, or below the line. */
  function table(columns, rows, beside) {
    const ranked = rows.some(row => row.rank != null);
    const head = element("tr", null, ranked ? element("th", null, "rank") : null, element("th", { class: "text" }, "policy"),
      columns.map(name => element("th", null, name)), beside ? element("th", { class: "text" }, "constraints") : null);
    const bodies = rows.map(row => {
      const line = element("tr", null, ranked ? element("td", null, String(row.rank)) : null,
        element("td", { class: "name" }, element("span", { class: "named" }, row.name)),
        row.cells.map(cell => element("td", null, cell)));
      const checks = element("td", { class: "checks", colSpan: beside ? 1 : columns.length + 1 }, row.checks);
      if (beside) line.append(checks);
      return element("tbody", null, line,
        beside ? null : element("tr", { class: "below" }, ranked ? element("td") : null, checks));
    });
    return element("table", { class: beside ? "" : "narrow" }, element("thead", null, head), bodies);
  }

  function cards(columns, rows) {
    return element("div", { class: "cards" }, rows.map(row => element("section", { class: "card" },
      element("h3", { class: "named" }, row.rank == null ? null : element("span", { class: "quiet" }, `${row.rank}.`), row.name),
      element("dl", null, columns.map((name, i) =>
        element("div", null, element("dt", null, name), element("dd", null, row.cells[i])))),
      element("div", { class: "checks" }, row.checks))));
  }

  return { policies };
})();
