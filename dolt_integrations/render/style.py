"""The CSS of cards. They use the colours of the surrounding page, light or dark."""

STYLE = """
.dolt-card{font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:inherit;max-width:72rem;
text-align:left}
.dolt-card *{box-sizing:border-box}
.dolt-card h3{font-size:15px;line-height:1.3;font-weight:600;margin:0 0 .5em}
.dolt-card h4{font-size:13px;font-weight:600;margin:1em 0 .35em}
.dolt-card p{margin:.35em 0}
.dolt-card dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1em 1em;margin:0}
.dolt-card dt{opacity:.75;font-weight:400;margin:0}
.dolt-card dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
.dolt-scroll{overflow-x:auto;max-width:100%}
.dolt-card table{border-collapse:collapse;border:0;margin:0;font-size:12px;background:none;color:inherit}
.dolt-card tr,.dolt-card thead{background:none;color:inherit}
.dolt-card td,.dolt-card th{padding:.2em .6em;border:0;border-bottom:1px solid rgba(128,128,128,.35);text-align:left;
vertical-align:top;max-width:22em;overflow-wrap:anywhere;unicode-bidi:isolate;color:inherit;background:none}
.dolt-card th{font-weight:600;overflow-wrap:break-word}
.dolt-card td{font-variant-numeric:tabular-nums}
.dolt-card .dolt-kind,.dolt-card .dolt-quiet{font-weight:400;opacity:.75}
.dolt-card .dolt-null{font-style:italic;opacity:.75}
.dolt-card .dolt-key{font-size:10px;font-weight:600;border:1px solid currentColor;border-radius:3px;padding:0 .3em}
.dolt-card .dolt-added{background:rgba(46,160,67,.2)}
.dolt-card .dolt-removed{background:rgba(248,81,73,.2)}
.dolt-card td.dolt-changed{background:rgba(210,153,34,.28)}
.dolt-card del{opacity:.8}
.dolt-card ins{text-decoration:none;font-weight:600}
.dolt-card .dolt-problem{border-left:3px solid rgb(218,109,0);background:rgba(218,109,0,.14);padding:.35em .7em;
overflow-wrap:anywhere}
.dolt-card .dolt-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.dolt-card svg{display:block;max-width:100%;height:auto;color:inherit}
.dolt-card .dolt-scroll svg{max-width:none}
.dolt-card summary{font-size:13px;font-weight:600;margin:1em 0 .35em;cursor:pointer}
""".replace("\n", "")

PAGE = ":root{color-scheme:light dark}body{margin:1.5rem;background:Canvas;color:CanvasText}"
"""The CSS of a standalone page, which follows the colour scheme of the reader's system."""
