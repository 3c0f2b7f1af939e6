extension StatusPage {
    /// Light and dark by the system's choice; one column on a phone. Contrast is 4.5 to 1 at least for text, and nothing is said by colour
    /// alone.
    static let style = #"""
        :root {
          --ground: #f4f5f7; --card: #fff; --line: #d9dde3; --ink: #16191d; --soft: #565e6b;
          --a: #1d5fd1; --b: #b3470a; --c: #0b7466; --quiet: #e6e9ee;
          --well: #0c6b3d; --well-ground: #e2f4ea; --passing: #1c56b3; --passing-ground: #e4edfb;
          --warning: #7d5200; --warning-ground: #fdf0d0; --act: #a91b1b; --act-ground: #fde5e3;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #101317; --card: #191d23; --line: #313843; --ink: #e8ebef; --soft: #a2abb8;
            --a: #82adff; --b: #ffa25f; --c: #4fd0bf; --quiet: #2a303a;
            --well: #77dda7; --well-ground: #12301f; --passing: #9fc1ff; --passing-ground: #16284a;
            --warning: #ffcf70; --warning-ground: #372a0c; --act: #ffa39c; --act-ground: #431815;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, "Liberation Sans", Arial, sans-serif; }
        p, h1, h2, dl, dd, dt { margin: 0; }
        h1 { font-size: 1rem; }
        h2 { font-size: .95rem; margin-bottom: .5rem; }
        code { font: .92em ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
        header, main, footer, #door { max-width: 84rem; margin: 0 auto; padding: 0 1rem; }
        header { padding-top: 1rem; }
        #state { border-left: .4rem solid; border-radius: .4rem; padding: .7rem 1rem; }
        #line { font-size: 1.15rem; font-weight: 600; display: flex; gap: .6rem; align-items: baseline; }
        #tone { font-size: .75em; letter-spacing: .06em; padding: .1em .5em; border-radius: .3em; border: 1px solid; }
        #sentence { min-width: 0; overflow-wrap: anywhere; }
        #sentence::first-letter { text-transform: uppercase; }
        #advice { color: var(--ink); overflow-wrap: anywhere; }
        [data-tone="well"] { color: var(--well); background: var(--well-ground); }
        [data-tone="passing"] { color: var(--passing); background: var(--passing-ground); }
        [data-tone="warning"] { color: var(--warning); background: var(--warning-ground); }
        [data-tone="act"] { color: var(--act); background: var(--act-ground); }
        #who { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; padding: .8rem 0; color: var(--soft); }
        #who h1 { color: var(--ink); }
        #name, #seen { overflow-wrap: anywhere; min-width: 0; }
        #seen { margin-left: auto; font-variant-numeric: tabular-nums; }
        #tiles { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .75rem; margin-bottom: .75rem; }
        #tiles div, section, #door { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        #tiles div { padding: .6rem .8rem; display: flex; flex-direction: column; }
        dt { color: var(--soft); font-size: .85rem; }
        dd { font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.25; }
        dd small { font-size: .55em; font-weight: 400; color: var(--soft); }
        #cards { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .75rem; align-items: start; }
        section { padding: .8rem; min-width: 0; height: 100%; }
        .wide { grid-column: span 2; }
        .full { grid-column: 1 / -1; }
        @media (max-width: 64rem) {
          #cards { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          #tiles { grid-template-columns: repeat(4, minmax(0, 1fr)); }
        }
        @media (max-width: 44rem) {
          #cards { grid-template-columns: minmax(0, 1fr); }
          .wide, .full { grid-column: auto; }
          #line { flex-wrap: wrap; gap: .2rem .6rem; }
          #tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          #seen { margin-left: 0; }
        }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--soft); font-size: .85rem; padding: .3rem 0; }
        th, td { text-align: right; padding: .2rem 0 .2rem .6rem; border-top: 1px solid var(--line); vertical-align: top; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; font-weight: 400; }
        thead th, thead th:first-child { color: var(--soft); font-size: .85rem; font-weight: 400; border-top: 0; }
        thead td { border-top: 0; }
        .words { text-align: left; }
        #partitions th:first-child, .words { overflow-wrap: anywhere; }
        td.bar { width: 34%; min-width: 3rem; vertical-align: middle; }
        td.bar svg { display: block; width: 100%; height: .7rem; }
        .reason { display: block; color: var(--act); }
        .ground { fill: var(--quiet); }
        .fill-a { fill: var(--a); } .fill-b { fill: var(--b); } .fill-c { fill: var(--c); } .fill-act { fill: var(--act); }
        .fill-well { fill: var(--well); }
        .scroll { max-height: 24rem; overflow: auto; }
        .chart > svg, #funnel > svg { display: block; width: 100%; height: 11rem; overflow: visible; }
        .chart.low > svg { height: 5.5rem; }
        #funnel > svg { height: 12rem; }
        .low { margin-top: .5rem; }
        .chart path { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
        .chart path.grid { stroke: var(--line); stroke-width: 1; }
        .chart path.a { stroke: var(--a); } .chart path.b { stroke: var(--b); stroke-dasharray: 7 4; }
        .chart path.c { stroke: var(--c); stroke-dasharray: 2 3; }
        .chart path.slots { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
        .scale { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; }
        .key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .2rem 0 .4rem; font-size: .85rem; }
        .key span { display: inline-flex; align-items: center; gap: .4rem; }
        .key svg { width: 1.8rem; height: .6rem; flex: none; }
        #funnel .steps { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); font-size: .85rem; margin: .3rem 0; }
        #funnel .steps b { display: block; font-size: 1.05rem; }
        .band { fill: var(--a); opacity: .28; }
        details { margin-top: .5rem; }
        summary { cursor: pointer; color: var(--soft); }
        :focus-visible { outline: 3px solid var(--a); outline-offset: 2px; border-radius: .2rem; }
        #door { padding: 1rem; display: grid; gap: .5rem; max-width: 30rem; }
        #door input, #door button { font: inherit; padding: .5rem .7rem; border: 1px solid var(--soft); border-radius: .3rem;
          background: var(--ground); color: inherit; min-width: 0; }
        #door button { background: var(--a); color: var(--card); border-color: var(--a); cursor: pointer; }
        #door-error { color: var(--act); }
        footer { padding-top: 1rem; padding-bottom: 1.5rem; color: var(--soft); font-size: .85rem; }
        noscript p { padding: 1rem; }
        @media (prefers-reduced-motion: no-preference) { #state { transition: background-color .3s, color .3s; } }
        @media (forced-colors: active) { .band, .ground { forced-color-adjust: none; } }
        """#
}
