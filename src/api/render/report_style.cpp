#include "api/render/report_style.hpp"

namespace hotswap::api {

const std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1c2430;--soft:#5b6675;--line:#e2e6ec;
--accent:#2f6fed;--control:#8a94a6;--good:#1f9254;--bad:#d0342c;--warn:#b97a06;--badbg:#d0342c14;
--tint:#2f6fed12;--shadow:0 1px 2px #10182812,0 4px 16px #1018280a}
@media(prefers-color-scheme:dark){:root{--bg:#0f141b;--card:#171e28;--ink:#e6eaf0;--soft:#97a3b4;
--line:#293342;--accent:#6c9bff;--control:#6d7a8e;--good:#4cc38a;--bad:#ff6b62;--warn:#e5b04a;
--badbg:#ff6b6218;--tint:#6c9bff1c;--shadow:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:10px 0 6px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:13px;text-transform:uppercase;letter-spacing:.07em;color:var(--soft);margin:34px 0 12px}
h1 small{color:var(--soft);font-weight:500}
.lead{font-size:17px;margin:0;color:var(--ink);max-width:76ch;overflow-wrap:anywhere}
.pill{display:inline-block;white-space:nowrap;border-radius:99px;padding:3px 12px;font-size:13px;font-weight:600;
background:var(--tint);color:var(--accent)}
.pill.good{background:color-mix(in srgb,var(--good) 14%,transparent);color:var(--good)}
.pill.bad{background:var(--badbg);color:var(--bad)}
.pill.warn{background:color-mix(in srgb,var(--warn) 16%,transparent);color:var(--warn)}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 20px;
box-shadow:var(--shadow)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,186px),1fr));gap:14px 24px;
margin:22px 0 0}
.facts div{min-width:0}.facts dt{color:var(--soft);font-size:12.5px}
.facts dd{margin:1px 0 0;font-weight:600;overflow-wrap:anywhere}
.steps{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:0;padding:0;list-style:none}
.steps li{border-top:4px solid var(--accent);padding:8px 2px 0;min-width:0}
.steps li.first{border-color:var(--bad)}.steps li.last{border-color:var(--good)}
.steps li.none{border-color:var(--line);color:var(--soft)}
.steps b{display:block}.steps span{display:block;color:var(--soft);font-size:12.5px;
overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px}
figure{margin:0}.chart{background:var(--card);border:1px solid var(--line);border-radius:14px;
padding:14px 14px 10px;box-shadow:var(--shadow);break-inside:avoid}
figcaption{font-weight:650;margin:0 4px}figcaption small{color:var(--soft);font-weight:500}
svg{display:block;width:100%;height:auto}
.grid{stroke:var(--line);stroke-width:1}.tick{fill:var(--soft);font-size:11px}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.line.treated{stroke:var(--accent)}.line.control{stroke:var(--control);stroke-width:1.8}
.dot.treated{fill:var(--accent)}.dot.control{fill:var(--control)}
.baseline{stroke:var(--control);stroke-width:1.3;stroke-dasharray:2 4}
.threshold{stroke:var(--bad);stroke-width:1.4;stroke-dasharray:7 4}.beyond{fill:var(--badbg)}
.mark{stroke:var(--soft);stroke-width:1;opacity:.55}.mark.bad{stroke:var(--bad);stroke-width:2;
opacity:1}
.label{fill:var(--soft);font-size:11px}.label.bad{fill:var(--bad);font-weight:700}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:6px 4px 0;color:var(--soft);font-size:12.5px}
.key i{display:inline-block;width:18px;height:0;border-top:3px solid;margin-right:6px;
vertical-align:middle}
.key i.treated{border-color:var(--accent)}.key i.control{border-color:var(--control)}
.key i.baseline{border-top:2px dotted var(--control)}.key i.threshold{border-top:2px dashed var(--bad)}
.scroll{overflow-x:auto}.verdicts table{min-width:820px}.verdicts td:last-child{min-width:300px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--soft);font-weight:600;font-size:12.5px;padding:0 14px 8px 0;
white-space:nowrap}
td{border-top:1px solid var(--line);padding:9px 14px 9px 0;vertical-align:top;
overflow-wrap:anywhere}
td.num{white-space:nowrap;font-variant-numeric:tabular-nums}
td small,li small{color:var(--soft)}
code,.mono{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.suspect{display:grid;grid-template-columns:64px 1fr;gap:4px 16px;padding:14px 0;
border-top:1px solid var(--line);break-inside:avoid}
.suspect:first-child{border-top:0;padding-top:0}.suspect:last-child{padding-bottom:0}
.score{font-size:22px;font-weight:700;line-height:1.1}
.score small{display:block;font-size:11px;font-weight:500;color:var(--soft)}
.bar{height:5px;border-radius:9px;background:var(--line);margin-top:6px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--bad);border-radius:9px}
.change del{color:var(--soft);text-decoration-thickness:1px}.change ins{color:var(--bad);
text-decoration:none;font-weight:650}
.suspect ul{margin:6px 0 0;padding-left:18px;color:var(--soft);font-size:14px}
.note{margin:0 0 12px;padding:10px 14px;border-radius:10px;background:var(--tint)}
.lines{margin:0;padding:0;list-style:none}
.lines li{display:grid;grid-template-columns:72px minmax(0,1fr);gap:0 12px;padding:6px 0;
border-top:1px solid var(--line)}
.lines li:first-child{border-top:0}.lines time{color:var(--soft);font-variant-numeric:tabular-nums;
font-size:13px}
.lines b{font-weight:600}.lines p{margin:0;overflow-wrap:anywhere}
.lines li.bad b{color:var(--bad)}.lines li.good b{color:var(--good)}.lines li.warn b{color:var(--warn)}
footer{margin-top:36px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
@media(max-width:720px){main{padding:18px 14px 40px}h1{font-size:22px}.card{padding:14px}
.steps{grid-template-columns:repeat(2,1fr)}.suspect{grid-template-columns:52px 1fr;gap:4px 12px}
.tick,.label{font-size:15px}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--shadow:none}
body{font-size:12px}main{max-width:none;padding:0}.card,.chart{box-shadow:none}
h2{break-after:avoid}tr,.lines li{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

}  // namespace hotswap::api
