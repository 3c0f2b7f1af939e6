extension StatusPage {
    /// What draws: numbers into words, rows into tables, samples into lines. It writes text as text, never as markup.
    static let pictures = #"""
        const byId = (id) => document.getElementById(id);
        const say = (node, text) => { if (node.textContent !== text) node.textContent = text; };
        const number = (value, digits = 0) => value === null || value === undefined || Number.isNaN(value) ? "–"
          : value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
        const rate = (value) => number(value, value < 10 ? 1 : 0);
        const percent = (share) => number(share * 100, share > 0 && share < 0.01 ? 1 : 0) + " %";
        const time = (seconds) => {
          if (seconds === null || seconds === undefined) return "–";
          if (seconds < 1) return number(seconds * 1000) + " ms";
          if (seconds < 120) return number(seconds, seconds < 10 ? 1 : 0) + " s";
          if (seconds < 7200) return number(seconds / 60) + " min";
          if (seconds < 172800) return number(seconds / 3600) + " h";
          return number(seconds / 86400) + " d";
        };
        const element = (name, classes, text) => {
          const made = document.createElement(name);
          if (classes) made.className = classes;
          if (text !== undefined) made.textContent = text;
          return made;
        };
        const shape = (name, attributes) => {
          const made = document.createElementNS("http://www.w3.org/2000/svg", name);
          for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
          return made;
        };

        // A table whose rows are kept and changed in place, so that whoever reads it is not thrown out each second. A head that begins
        // with < stands on the left. A cell is text, { bar: 0 … 1, of: class } or { words, reason }.
        function fill(id, heads, rows) {
          const table = byId(id);
          if (table.tBodies.length === 0) {
            const row = heads ? table.createTHead().insertRow() : null;
            for (const head of heads ?? []) {
              const cell = element(head === "" ? "td" : "th", head[0] === "<" ? "words" : "", head.replace("<", ""));
              if (head !== "") cell.scope = "col";
              row.append(cell);
            }
            table.append(element("tbody"));
          }
          const body = table.tBodies[0];
          while (body.rows.length > rows.length) body.deleteRow(-1);
          rows.forEach((cells, index) => {
            const row = body.rows[index] ?? body.insertRow();
            cells.forEach((value, column) => put(row, column, value));
          });
        }
        function put(row, column, value) {
          let cell = row.cells[column];
          if (!cell) {
            cell = element(column === 0 ? "th" : "td");
            if (column === 0) cell.scope = "row";
            row.append(cell);
          }
          if (typeof value === "string") return say(cell, value);
          if (value.bar !== undefined) return bar(cell, value);
          cell.className = "words";
          if (!cell.firstChild) cell.append(element("span"), element("span", "reason"));
          say(cell.firstChild, value.words);
          say(cell.lastChild, value.reason ?? "");
        }
        function bar(cell, value) {
          if (!cell.firstChild) {
            cell.className = "bar";
            const picture = shape("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
            picture.append(shape("rect", { class: "ground", width: 100, height: 8 }), shape("rect", { height: 8 }));
            cell.append(picture);
          }
          const rect = cell.firstChild.lastChild;
          const share = Math.max(0, Math.min(1, value.bar || 0));
          rect.setAttribute("width", share > 0 ? Math.max(1, share * 100) : 0);
          rect.setAttribute("class", value.of ?? "fill-a");
        }

        // Lines over the last one to five minutes. `lines`: { name, of: class, at: sample → number }; `least`: the least top of the scale.
        function chart(id, samples, lines, what, unit = rate, least = 0) {
          const place = byId(id);
          if (!place.firstChild) {
            const key = element("div", "key");
            for (const line of lines) {
              const item = element("span", "", line.name);
              const sign = shape("svg", { viewBox: "0 0 36 10", "aria-hidden": "true" });
              sign.append(shape("path", { class: line.of, d: "M0 5H36" }));
              item.prepend(sign);
              key.append(item);
            }
            const picture = shape("svg", { viewBox: "0 0 300 100", preserveAspectRatio: "none", role: "img" });
            picture.append(shape("path", { class: "grid", d: "M0 0H300M0 50H300M0 100H300" }));
            for (const line of lines) picture.append(shape("path", { class: line.of }));
            const top = element("div", "scale"), bottom = element("div", "scale");
            top.append(element("span"));
            bottom.append(element("span"), element("span", "", "now"));
            place.append(key, top, picture, bottom);
          }
          const [, top, picture, bottom] = place.children;
          const seen = lines.map((line) => samples.map(line.at));
          const highest = Math.max(0, ...seen.flat().filter(Number.isFinite));
          const most = highest > least ? nice(highest) : least || 1;
          const last = samples.at(-1)?.at ?? 0;
          const span = Math.min(300, Math.max(60, (last - (samples[0]?.at ?? last)) / 1000));
          seen.forEach((values, index) => {
            let path = "";
            values.forEach((value, place) => {
              if (!Number.isFinite(value)) return;
              const x = 300 - (last - samples[place].at) / 1000 / span * 300;
              if (x >= 0) path += (path ? "L" : "M") + x.toFixed(1) + " " + (100 - value / most * 100).toFixed(1);
            });
            picture.children[index + 1].setAttribute("d", path);
          });
          say(top.firstChild, unit(most));
          say(bottom.firstChild, time(span) + " ago");
          const now = lines.map((line, index) => line.name + " " + unit(seen[index].at(-1))).join(", ");
          picture.setAttribute("aria-label", what + ", the last " + time(span) + "; now: " + now);
        }
        function nice(value) {
          if (value <= 0) return 1;
          const power = 10 ** Math.floor(Math.log10(value));
          return [1, 1.5, 2, 3, 5, 7.5, 10].find((step) => step * power >= value) * power;
        }

        // Columns as high as their counts, with bands between them; the last column is split.
        function funnel(steps, failed) {
          const place = byId("funnel");
          if (!place.firstChild) {
            const picture = shape("svg", { viewBox: "0 0 400 100", preserveAspectRatio: "none", role: "img" });
            for (let index = 0; index < 3; index += 1) picture.append(shape("path", { class: "band" }));
            for (let index = 0; index < 4; index += 1) picture.append(shape("rect", { x: index * 100, width: 34, class: "fill-a" }));
            picture.children[6].setAttribute("class", "fill-well");
            picture.append(shape("rect", { x: 300, width: 34, class: "fill-act" }));
            const words = element("div", "steps");
            words.setAttribute("aria-hidden", "true");
            for (const step of steps) {
              const word = element("span", "", step.name);
              word.append(element("b"));
              words.append(word);
            }
            place.append(picture, words);
          }
          const [picture, words] = place.children;
          const most = Math.max(1, ...steps.map((step) => step.count), steps[3].count + failed);
          const heights = steps.map((step) => step.count / most * 100);
          const whole = heights.slice(0, 3).concat(heights[3] + failed / most * 100);
          for (let index = 0; index < 3; index += 1) {
            const [left, right] = [100 - whole[index], 100 - whole[index + 1]].map((y) => y.toFixed(1));
            picture.children[index].setAttribute("d", `M${index * 100 + 34} ${left}L${index * 100 + 100} ${right}V100H${index * 100 + 34}Z`);
          }
          heights.forEach((height, index) => {
            picture.children[3 + index].setAttribute("y", 100 - height);
            picture.children[3 + index].setAttribute("height", height);
            say(words.children[index].lastChild, number(steps[index].count) + (index === 3 && failed ? " + " + number(failed) : ""));
          });
          picture.children[7].setAttribute("y", 100 - whole[3]);
          picture.children[7].setAttribute("height", whole[3] - heights[3]);
          const spoken = steps.map((step) => step.name + " " + number(step.count)).join(", ");
          picture.setAttribute("aria-label", "From request to receipt: " + spoken + ", FAILED " + number(failed));
        }
        """#
}
