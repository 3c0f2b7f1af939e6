extension StatusPage {
    static let script = "\"use strict\";\n(() => {\n" + pictures + "\n" + show + "\n" + follow + "\n})();\n"

    /// What of a snapshot is shown where.
    private static let show = #"""
        const samples = [];
        const TONES = { well: "WELL", passing: "WAIT", warning: "LOOK", act: "ACT" };
        const REASONS = { due: "their turn", account: "the paused account", key: "an earlier one of their key", backoff: "the end of a backoff",
          schedule: "their sendAt", held: "an operator (held)" };

        function showState(tone, sentence, advice) {
          byId("state").dataset.tone = tone;
          say(byId("tone"), TONES[tone]);
          say(byId("sentence"), sentence);
          say(byId("advice"), advice);
          document.title = TONES[tone] + ": " + sentence;
        }

        function sample(now) {
          const last = samples.at(-1);
          // Another process.
          if (last && (now.uptime < last.uptime || now.at < last.at)) samples.length = 0;
          const totals = now.totals;
          const one = { at: now.at, uptime: now.uptime, read: totals.read, attempts: totals.attempts, ended: totals.DELIVERED + totals.FAILED,
            width: now.pace?.[0].width, slots: now.pace?.[0].slots, credits: now.account?.credits ?? NaN };
          samples.push(one);
          while (samples.length > 310) samples.shift();
          // Over five seconds.
          const before = samples.find((old) => one.at - old.at <= 5500) ?? one;
          const seconds = (one.at - before.at) / 1000;
          for (const name of ["read", "attempts", "ended"]) one[name + "Rate"] = seconds > 0 ? (one[name] - before[name]) / seconds : NaN;
        }

        function show(now) {
          showState(now.state.tone, now.state.sentence, now.state.advice);
          say(byId("name"), `${now.worker.name} in group ${now.worker.group}, version ${now.worker.version}, up ${time(now.uptime)}`);
          say(byId("seen"), "as of " + new Date(now.at).toLocaleTimeString("en-GB"));
          byId("figures").hidden = false;
          sample(now);
          showTiles(now);
          showRates();
          showFunnel(now);
          if (now.lanes) showQueues(now);
          if (now.account) showAccount(now);
          showPartitions(now.partitions);
          showFailures(now.failures);
        }

        function showTiles(now) {
          const last = samples.at(-1);
          const waiting = now.waiting ? Object.entries(now.waiting).reduce((sum, [name, count]) => name === "held" ? sum : sum + count, 0) : null;
          const tiles = [["Read", rate(last.readRate), " /s"], ["POSTs", rate(last.attemptsRate), " /s"],
            ["In flight", number(now.pace?.[0].running), now.pace ? " of " + number(now.pace[0].width) : ""], ["Waiting", number(waiting), ""],
            ["Tracked", number(now.tracked?.total), ""],
            ["Lag", now.partitions.isLagKnown ? number(now.partitions.lag) : "–", " records"], ["Credits", number(now.account?.credits), ""],
            ["Partitions", number(now.partitions.open), " of " + number(now.partitions.assigned)]];
          const list = byId("tiles");
          tiles.forEach(([name, value, unit], index) => {
            if (!list.children[index]) {
              const tile = element("div"), words = element("dd");
              words.append(element("span"), element("small"));
              tile.append(element("dt", "", name), words);
              list.append(tile);
            }
            say(list.children[index].lastChild.firstChild, value);
            say(list.children[index].lastChild.lastChild, unit);
          });
        }

        function showRates() {
          chart("rate", samples, [{ name: "read", of: "a", at: (one) => one.readRate }, { name: "POSTs", of: "b", at: (one) => one.attemptsRate },
            { name: "ended", of: "c", at: (one) => one.endedRate }], "Records read, POSTs and ended requests a second", (value) => rate(value) + " /s");
          const rows = [];
          for (let end = samples.length - 1; end > 0 && rows.length < 10;) {
            let start = end;
            while (start > 0 && samples[end].at - samples[start].at < 30000) start -= 1;
            const seconds = (samples[end].at - samples[start].at) / 1000;
            const over = (name) => rate((samples[end][name] - samples[start][name]) / seconds);
            rows.push([new Date(samples[end].at).toLocaleTimeString("en-GB"), over("read"), over("attempts"), over("ended")]);
            end = start;
          }
          fill("rate-table", ["until", "read", "POSTs", "ended"], rows);
        }

        function showQueues(now) {
          const lanes = now.lanes, all = Math.max(1, ...lanes.map((lane) => lane.waiting + lane.next + lane.running));
          fill("lanes", ["lane", "waiting", "next", "in flight", "oldest due", ""], lanes.map((lane) => [lane.name, number(lane.waiting),
            number(lane.next), number(lane.running), lane.oldestDue > 0 ? time(lane.oldestDue) : "none",
            { bar: (lane.waiting + lane.next + lane.running) / all }]));
          chart("pace", samples, [{ name: "sends that may be under way", of: "a", at: (one) => one.width },
            { name: "slots", of: "slots", at: (one) => one.slots }], "Sends to the provider that may be under way at a time",
            number, now.pace[0].slots);
          fill("pace-table", ["to", "under way", "may be", "slots", "failures", ""], now.pace.map((side) => [side.name, number(side.running),
            number(side.width), number(side.slots), percent(side.failures),
            { bar: side.width / Math.max(1, side.slots), of: side.width < side.slots ? "fill-b" : "fill-a" }]));
          const counts = Object.entries(now.waiting), most = Math.max(1, ...counts.map(([, count]) => count));
          fill("waiting", ["for", "requests", ""], counts.map(([name, count]) => [REASONS[name] ?? name, number(count),
            { bar: count / most, of: name === "account" || name === "held" ? "fill-b" : "fill-a" }]));
          showAges(now.tracked);
        }

        function showAges(tracked) {
          const ages = tracked.ages ?? [], most = Math.max(1, ...ages.map((age) => age.count), tracked.scheduled ?? 0);
          const rows = ages.map((age, index) => [age.below === null ? time(ages[index - 1].below) + " and more" : "below " + time(age.below),
            number(age.count), { bar: age.count / most, of: "fill-c" }]);
          if (tracked.ages) rows.push(["to be sent later", number(tracked.scheduled), { bar: tracked.scheduled / most, of: "fill-c" }]);
          else rows.push(["being counted", number(tracked.total), { bar: 0 }]);
          fill("tracked", ["age", "messages", ""], rows);
        }

        function showAccount(now) {
          const account = now.account, hours = account.hours;
          const lasts = hours === null ? "not known yet" : hours === "none spent" ? "none are spent" : "about " + time(hours * 3600);
          fill("account", null, [["state", account.state], ["credits, by the provider's word", account.credits === null ? "not known" : number(account.credits)],
            ["spent by this worker", number(account.spent)], ["they last, at this pace", lasts]]);
          chart("credits", samples, [{ name: "credits", of: "c", at: (one) => one.credits }], "Credits of the account", number);
        }

        // A poll may meet a later status only: whoever was delivered was sent.
        function showFunnel(now) {
          const totals = now.totals, times = now.times;
          funnel([{ name: "admitted", count: totals.admitted }, { name: "QUEUED or later", count: Math.max(totals.outcomes.accepted, totals.QUEUED) },
            { name: "SENT or later", count: Math.max(totals.SENT, totals.DELIVERED) },
            { name: "DELIVERED + FAILED", count: totals.DELIVERED }], totals.FAILED);
          const most = Math.max(1, totals.admitted, totals.QUEUED, totals.SENT, totals.DELIVERED);
          const rows = [["admitted", totals.admitted, "fill-a"], ["QUEUED", totals.QUEUED, "fill-a"], ["SENT", totals.SENT, "fill-a"],
            ["DELIVERED", totals.DELIVERED, "fill-well"], ["FAILED", totals.FAILED, "fill-act"]];
          fill("funnel-table", ["", "requests", ""], rows.map(([name, count, of]) => [name, number(count), { bar: count / most, of }]));
          fill("times", ["from … to", "half within", "95 % within", "of"], [["record → first event", times.firstEvent], ["slot → acceptance", times.answer],
            ["acceptance → DELIVERED", times.delivered], ["acceptance → FAILED", times.failed], ["begin → commit", times.commit]]
            .map(([name, one]) => [name, time(one.median), time(one.late), number(one.count)]));
        }

        function showPartitions(partitions) {
          const most = Math.max(1, ...partitions.listed.map((one) => (one.lag ?? 0) + one.waiting));
          fill("partitions", ["partition", "<state", "waiting", "lag", ""], partitions.listed.map((one) => [one.topic + "-" + one.partition,
            { words: one.state, reason: one.reason }, number(one.waiting), one.lag === null ? "–" : number(one.lag),
            { bar: ((one.lag ?? 0) + one.waiting) / most, of: one.state === "closed" ? "fill-act" : "fill-a" }]));
          const left = partitions.assigned - partitions.listed.length;
          say(byId("partitions-left"), partitions.assigned === 0 ? "None is assigned." : left > 0 ? `and ${number(left)} more with less to look at` : "");
        }

        function showFailures(failures) {
          byId("failures-none").hidden = failures.length > 0;
          byId("failures").hidden = failures.length === 0;
          fill("failures", ["code", "<kind", "times", "last"], failures.map((one) => [one.code, { words: one.kind }, number(one.count), one.ago < 2 ? "now" : time(one.ago) + " ago"]));
        }
        """#

    /// How the snapshots come: `fetch` and not `EventSource`, which cannot bring a token. A page that nobody sees follows nothing.
    private static let follow = #"""
        const KEY = "rocketsms-worker token";
        // The page is the root of its port, wherever a proxy has put that.
        const EVENTS = location.pathname.replace(/\/?$/, "/") + "events";
        let token = sessionStorage.getItem(KEY) ?? "";
        let following = null, again = 0, wait = 1000;

        function askForToken(why) {
          token = "";
          sessionStorage.removeItem(KEY);
          byId("figures").hidden = true;
          byId("door").hidden = false;
          showState("passing", "this page needs the worker's token", "It is what the file ADMIN_TOKEN_FILE holds.");
          say(byId("door-error"), why);
          byId("token").focus();
        }
        byId("door").addEventListener("submit", (event) => {
          event.preventDefault();
          token = byId("token").value.trim();
          byId("token").value = "";
          byId("door").hidden = true;
          begin();
        });

        function begin() {
          clearTimeout(again);
          following?.abort();
          following = new AbortController();
          follow(following).catch(() => {}).then(((mine) => () => {
            if (mine === following && !mine.isDone && !document.hidden) again = setTimeout(begin, wait);
            wait = Math.min(wait * 2, 10000);
          })(following));
        }

        function lost(mine, advice) {
          if (mine !== following || mine.signal.aborted && !mine.isLate) return;
          showState("act", "this page does not hear the worker", advice + " What is below is old; the page tries again by itself.");
        }

        async function follow(mine) {
          let late = setTimeout(() => { mine.isLate = true; mine.abort(); }, 10000);
          const heard = () => { clearTimeout(late); late = setTimeout(() => { mine.isLate = true; mine.abort(); }, 10000); };
          try {
            const answer = await fetch(EVENTS, { headers: token ? { Authorization: "Bearer " + token } : {}, cache: "no-store", signal: mine.signal });
            if (answer.status === 401) {
              mine.isDone = true;
              return askForToken(token ? "That is not this worker's token." : "");
            }
            if (answer.status === 503) return lost(mine, "As many follow it as may (eight): close one of the other pages.");
            if (!answer.ok) return lost(mine, "It answered " + answer.status + ".");
            if (token) sessionStorage.setItem(KEY, token);
            await read(answer.body.getReader(), heard);
            lost(mine, "It ended the connection.");
          } catch {
            lost(mine, "Has it stopped, or is the way to it (port-forward, proxy) gone?");
          } finally {
            clearTimeout(late);
          }
        }

        async function read(reader, heard) {
          const decoder = new TextDecoder();
          let text = "";
          for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            text += decoder.decode(value, { stream: true });
            if (text.length > 1 << 20) return;
            let end = text.indexOf("\n\n");
            while (end >= 0) {
              const event = text.slice(0, end);
              text = text.slice(end + 2);
              end = text.indexOf("\n\n");
              if (!event.startsWith("data: ")) continue;
              heard();
              wait = 1000;
              // A fault of this script is one to see, and none of the worker's.
              try { show(JSON.parse(event.slice(6))); } catch (error) { console.error(error); }
            }
          }
        }

        document.addEventListener("visibilitychange", () => {
          if (document.hidden) { following?.abort(); clearTimeout(again); } else if (byId("door").hidden) begin();
        });
        begin();
        """#
}
