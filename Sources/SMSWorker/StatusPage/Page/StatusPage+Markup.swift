extension StatusPage {
    /// What stands where. Figures and pictures come by the script; every picture stands in a table or has one behind it.
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>rocketsms-worker</title>
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath
         fill='%232563eb' d='M1 2h14v9H7l-4 3v-3H1z'/%3E%3C/svg%3E">
        <style>/*style*/</style>
        </head>
        <body>
        <header>
          <div id="state" data-tone="passing" role="status">
            <p id="line"><b id="tone">WAIT</b> <span id="sentence">Asking the worker.</span></p>
            <p id="advice"></p>
          </div>
          <div id="who">
            <h1>rocketsms-worker</h1>
            <p id="name"></p>
            <p id="seen"></p>
          </div>
        </header>
        <form id="door" hidden>
          <h2>A token is needed</h2>
          <p id="door-why">This worker's figures are for who has its bearer token (<code>ADMIN_TOKEN_FILE</code>). It stays in this tab, and
            goes with it.</p>
          <label for="token">Token</label>
          <input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="door-why door-error">
          <button>Show the page</button>
          <p id="door-error" role="alert"></p>
        </form>
        <main id="figures" hidden>
          <dl id="tiles"></dl>
          <div id="cards">
            <section class="wide" aria-labelledby="h-rate">
              <h2 id="h-rate">Rate</h2>
              <div id="rate" class="chart"></div>
              <details><summary>Rate as a table</summary><table id="rate-table">
                <caption>A second, on the average of 30 seconds</caption></table></details>
            </section>
            <section aria-labelledby="h-pace">
              <h2 id="h-pace">Pace</h2>
              <div id="pace" class="chart low"></div>
              <table id="pace-table"><caption>Requests to the provider at a time</caption></table>
            </section>
            <section class="wide" aria-labelledby="h-funnel">
              <h2 id="h-funnel">From request to receipt</h2>
              <div id="funnel"></div>
              <details><summary>Events as a table</summary><table id="funnel-table">
                <caption>Since the start; a status that no poll met has no event</caption></table></details>
            </section>
            <section aria-labelledby="h-account">
              <h2 id="h-account">Account</h2>
              <table id="account"></table>
              <div id="credits" class="chart low"></div>
            </section>
            <section aria-labelledby="h-times">
              <h2 id="h-times">How long it takes</h2>
              <table id="times"><caption>Since the start</caption></table>
            </section>
            <section aria-labelledby="h-lanes">
              <h2 id="h-lanes">Lanes</h2>
              <table id="lanes"><caption>Requests that are not accepted yet</caption></table>
            </section>
            <section aria-labelledby="h-waiting">
              <h2 id="h-waiting">Waiting, by reason</h2>
              <table id="waiting"><caption>Requests without an attempt</caption></table>
            </section>
            <section aria-labelledby="h-tracked">
              <h2 id="h-tracked">Tracked, by age</h2>
              <table id="tracked"><caption>Accepted messages without a final status</caption></table>
            </section>
            <section class="wide" aria-labelledby="h-failures">
              <h2 id="h-failures">Last failures, by code</h2>
              <table id="failures"><caption>What each code means stands in CODES.md</caption></table>
              <p id="failures-none">None since the start.</p>
            </section>
            <section class="full" aria-labelledby="h-partitions">
              <h2 id="h-partitions">Partitions</h2>
              <div class="scroll" role="region" aria-labelledby="h-partitions" tabindex="0"><table id="partitions">
                <caption>Lag: records not read yet, ten seconds old at most</caption></table></div>
              <p id="partitions-left"></p>
            </section>
          </div>
        </main>
        <footer><p>No phone, text, key or id of a request is on this page. What each figure means and what to do:
          <code>docs/operating.md</code>, <code>docs/metrics.md</code>, <code>schemas/CODES.md</code>.</p></footer>
        <noscript><p>This page needs its script; <code>/readyz</code> and <code>/metrics</code> say the same in text.</p></noscript>
        <script>/*script*/</script>
        </body>
        </html>
        """#
}
