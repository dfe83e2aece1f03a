"use strict";
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const original = [...body.rows];
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[at];
        return "value" in cell.dataset ? Number(cell.dataset.value) : null;
      };
      const order = (one, other) => {
        const [a, b] = [key(one), key(other)];
        if (a === null && b === null) {
          const [s, t] = [one.cells[at].textContent, other.cells[at].textContent];
          return s < t ? -1 : s > t ? 1 : 0;
        }
        // What is unknown comes last, whichever way.
        if (a === null || b === null) return (a === null) === down ? -1 : 1;
        return a - b;
      };
      const rows = [...original].sort(order);
      body.append(...(down ? rows.reverse() : rows));
    });
  });
  const holder = table.parentElement;
  if (!("filter" in holder.dataset)) continue;
  const label = document.createElement("label");
  label.className = "filter";
  label.append("Rows with ");
  const input = document.createElement("input");
  input.type = "search";
  label.append(input);
  holder.before(label);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
    }
  });
}
