/** The page's own style sheet, beside that of the figures: one column on a phone, two where there is room. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--muted:#5b6470;--line:#dfe3e8;--warn:#8a4b00;--warn-card:#fff4e0;--warn-line:#f0c987}
@media screen and (prefers-color-scheme:dark){:root{--page:#0d0f13;--card:#14171c;--ink:#e8eaee;--muted:#a3acb8;--line:#2d333c;--warn:#ffd08a;--warn-card:#2a2010;--warn-line:#6b4e1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1180px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.5rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:32px 0 10px}
p{margin:6px 0 12px;max-width:75ch;overflow-wrap:anywhere}
.lead{color:var(--muted);margin:4px 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(136px,1fr));gap:10px;margin:18px 0}
.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px;min-width:0}
.tiles dt{color:var(--muted);font-size:.8rem}
.tiles dd{margin:0;font-size:1.15rem;font-weight:600;overflow-wrap:anywhere}
.tiles small{display:block;font-weight:400;font-size:.8rem;color:var(--muted)}
.warnings{background:var(--warn-card);border:1px solid var(--warn-line);border-radius:8px;padding:10px 14px;color:var(--warn)}
.warnings h2{margin:0 0 4px;font-size:1rem}
.warnings ul{margin:0;padding-left:1.2em}
.warnings li{margin:3px 0;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:14px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px;min-width:0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
figcaption{color:var(--muted);font-size:.85rem;padding:4px 6px 2px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 12px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:500}
th:first-child,td:last-child,th:last-child{text-align:left}
tbody th{font-weight:600;overflow-wrap:anywhere}
td:last-child{overflow-wrap:anywhere}
dl.plain{display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);gap:4px 16px;margin:6px 0;font-size:.92rem}
dl.plain dt{color:var(--muted)}
dl.plain dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:32px;color:var(--muted);font-size:.85rem}
@media (max-width:640px){
main{padding:14px 10px 32px}
thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
tbody tr{display:grid;grid-template-columns:1fr 1fr;column-gap:14px;padding:8px 0;border-bottom:1px solid var(--line)}
tbody tr:last-child{border-bottom:0}
tbody th,tbody td{border:0;padding:1px 0;display:flex;justify-content:space-between;gap:8px;text-align:left;min-width:0}
tbody th,tbody td:last-child{grid-column:1/-1}
tbody td::before{content:attr(data-label);color:var(--muted)}
tbody td:last-child{text-align:right}
tbody td.empty{display:none}
}
@media print{body{background:#fff}main{max-width:none;padding:0}.figures{grid-template-columns:1fr 1fr}h2{break-after:avoid}}
`;
