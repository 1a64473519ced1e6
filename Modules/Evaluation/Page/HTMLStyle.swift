/// The style of a page: light and dark, for narrow and wide screens, and for paper.
enum HTMLStyle {
  /// The rules; no text is smaller than 13 pixels, and drawings stand on white cards, also in the dark.
  static let text = """
    :root {
      color-scheme: light dark;
      --paper: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d5dae0; --accent: #0a58a6; --note: #fff6dd;
      --note-line: #e0b341;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #14171b; --card: #1e2329; --ink: #e8ebee; --quiet: #a7b0ba; --line: #3a424b; --accent: #7db8f0; --note: #352d18;
        --note-line: #a98732;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0 auto; padding: 16px; max-width: 980px; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere;
    }
    h1 { font-size: 26px; line-height: 1.25; margin: 16px 0 4px; }
    h2 { font-size: 20px; line-height: 1.3; margin: 40px 0 12px; padding-top: 16px; border-top: 1px solid var(--line); }
    h3 { font-size: 17px; margin: 24px 0 8px; }
    p { margin: 8px 0; }
    a { color: var(--accent); }
    .subtitle, footer { color: var(--quiet); font-size: 14px; }
    footer { margin-top: 40px; border-top: 1px solid var(--line); }
    .lead { font-size: 18px; margin: 16px 0; }
    .note { background: var(--note); border-left: 4px solid var(--note-line); border-radius: 4px; padding: 8px 12px; font-size: 15px; }
    nav { margin: 16px 0; padding: 8px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; font-size: 15px; }
    nav ol { margin: 0; padding-left: 24px; columns: 2 260px; column-gap: 40px; }
    nav li { padding: 2px 0; }
    .scroll { overflow-x: auto; margin: 12px 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
    table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.4; overflow-wrap: normal; }
    caption { text-align: left; padding: 8px 12px; color: var(--quiet); }
    th, td { text-align: left; vertical-align: baseline; padding: 6px 12px; border-top: 1px solid var(--line); white-space: nowrap; }
    th { font-weight: 600; }
    thead th { color: var(--quiet); white-space: normal; vertical-align: bottom; }
    th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
    .matrix td { text-align: center; border: 1px solid var(--line); font-variant-numeric: tabular-nums; }
    .matrix td[style] { color: #1b1f24; }
    .matrix thead th { text-align: center; white-space: nowrap; }
    .matrix tbody th { position: sticky; left: 0; background: var(--card); }
    .matrix strong { font-weight: 700; }
    dl { margin: 12px 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); font-size: 15px; }
    dl div { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 6px 12px; }
    dl div + div { border-top: 1px solid var(--line); }
    dt { flex: 0 0 220px; color: var(--quiet); }
    dd { flex: 1 1 240px; margin: 0; min-width: 0; }
    pre {
      overflow-x: auto; padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; font-size: 14px;
      line-height: 1.45; overflow-wrap: normal;
    }
    code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    figure { margin: 16px 0; padding: 12px; background: #ffffff; color: #1b1f24; border: 1px solid var(--line); border-radius: 8px; }
    figure { --card: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d5dae0; --note: #fff6dd; --note-line: #e0b341; color-scheme: light; }
    figcaption { font-weight: 600; margin: 0 0 8px; }
    figure svg { display: block; width: 100%; height: auto; }
    figure svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    .narrow svg { max-width: 440px; min-width: 290px; margin: 0 auto; }
    .wide svg { max-width: 860px; margin: 0 auto; }
    .wide { display: none; }
    details { margin-top: 8px; font-size: 15px; }
    summary { cursor: pointer; color: var(--quiet); }
    .pictures { display: flex; flex-wrap: wrap; gap: 10px; margin: 8px 0 16px; padding: 0; list-style: none; }
    .pictures li { width: 84px; border: 2px solid #d5dae0; border-radius: 6px; padding: 5px; font-size: 13px; line-height: 1.3; }
    .pictures li.right { border-color: #0072B2; }
    .pictures li.wrong { border: 2px dashed #D55E00; }
    .pictures img { display: block; width: 70px; height: 70px; object-fit: contain; image-rendering: pixelated; margin-bottom: 4px; }
    @media (min-width: 800px) {
      body { padding: 24px; }
      figure { padding: 20px; }
      .narrow { display: none; }
      .wide { display: block; }
    }
    @media print {
      :root {
        color-scheme: light; --paper: #ffffff; --card: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --accent: #000000;
        --note: #ffffff; --note-line: #888888;
      }
      body { max-width: none; padding: 0; font-size: 11pt; }
      .narrow { display: none; }
      .wide { display: block; }
      figure, tr, .note, dl div, .pictures li { break-inside: avoid; }
      h2, h3, figcaption { break-after: avoid; }
      .scroll, pre { overflow: visible; }
      th, td { white-space: normal; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      details { display: none; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }
    """
}
