namespace AksArcJit.Journal.Evidence;

/// <summary>The reports' style sheet, inline: one file is the whole report. Nothing is told by colour alone; grey prints are as legible.</summary>
internal static class ReportStyle
{
    public const string Css = """
        @page { margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt "Liberation Sans", Arial, sans-serif; color: #444; } }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; color: #16202b; background: #fff; font: 10.5pt/1.5 "Segoe UI", "Helvetica Neue", Helvetica, "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere; }
        main, header, footer { max-width: 52rem; margin: 0 auto; padding: 0 1.5rem; }
        header { padding-top: 2.2rem; }
        .kicker { margin: 0; font-size: 9.5pt; letter-spacing: .07em; text-transform: uppercase; color: #46535f; }
        h1 { margin: .15rem 0 .2rem; font-size: 21pt; line-height: 1.2; letter-spacing: -.01em; }
        h2 { margin: 2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1.5pt solid #16202b; font-size: 13.5pt; line-height: 1.3; break-after: avoid; }
        h3 { margin: 1.2rem 0 .4rem; font-size: 11pt; break-after: avoid; }
        p { margin: 0 0 .6rem; orphans: 3; widows: 3; }
        ul { margin: 0 0 .7rem; padding-left: 1.2rem; } li { margin: .2rem 0; }
        a { color: inherit; }
        .quiet { color: #46535f; } .small { font-size: 9pt; }
        .verdict { margin: 1.2rem 0 0; padding: .8rem 1rem; border: 1.5pt solid #16202b; border-left-width: 7pt; break-inside: avoid; }
        .verdict strong { display: block; font-size: 13pt; line-height: 1.35; margin-bottom: .35rem; }
        .verdict p { margin: 0; } .verdict p + p { margin-top: .3rem; }
        .good { background: #eef6f0; border-color: #1f5c39; } .care { background: #fdf5e3; border-color: #7a4d00; border-style: solid; }
        .bad { background: #fbecec; border-color: #8c1f28; border-style: double; border-width: 3.5pt; border-left-width: 9pt; }
        dl { margin: 0; } dl > div { display: grid; grid-template-columns: 9.5rem 1fr; gap: 1rem; padding: .4rem 0; border-top: .5pt solid #c3cbd2; break-inside: avoid; }
        dl > div:first-child { border-top: 0; } dt { color: #46535f; } dd { margin: 0; } dd > span { display: block; }
        .written { white-space: pre-wrap; }
        code, .hash { font: 8pt/1.4 "Cascadia Mono", Consolas, Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; }
        figure { margin: 0; break-inside: avoid; } .inwords { display: none; margin-top: .6rem; } .timeline { display: block; width: 100%; height: auto; }
        .timeline text { font: 12.5px "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif; fill: #16202b; }
        .timeline .tick, .timeline .quiet { font-size: 11px; fill: #46535f; }
        table { width: 100%; border-collapse: collapse; margin: .4rem 0 .9rem; font-size: 9.5pt; line-height: 1.4; }
        thead { display: table-header-group; } tr { break-inside: avoid; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: .5pt solid #c3cbd2; }
        thead th { border-bottom: 1pt solid #16202b; font-weight: 600; } tbody th { font-weight: 400; color: #46535f; width: 10.5rem; }
        td:first-child, th:first-child { padding-left: 0; } td.hash { padding-left: 0; font-size: 7.5pt; } .number { text-align: right; white-space: nowrap; } .when { white-space: nowrap; }
        .record td { border-bottom: 0; padding-bottom: 0; } .record .hash { padding-top: 0; color: #46535f; border-bottom: .5pt solid #c3cbd2; }
        .record tbody { break-inside: avoid; }
        .answer { white-space: nowrap; font-weight: 600; } .answer small { display: block; font-weight: 400; white-space: normal; color: #46535f; }
        .answers td:first-child { overflow-wrap: normal; min-width: 9rem; }
        .warn { border-left: 3pt solid #16202b; padding-left: .7rem; }
        footer { margin-top: 2.5rem; padding-top: .6rem; padding-bottom: 2rem; color: #46535f; font-size: 8.5pt; }
        @media print { body { font-size: 10pt; line-height: 1.42; } h1 { font-size: 18pt; } h2 { margin-top: 1.3rem; } .verdict { margin-top: .8rem; padding: .6rem .8rem; } dl > div { padding: .25rem 0; } td, th { padding-top: .22rem; padding-bottom: .22rem; } main, header, footer { max-width: none; padding-left: 0; padding-right: 0; } header { padding-top: 0; } a { text-decoration: none; } .verdict { -webkit-print-color-adjust: exact; print-color-adjust: exact; } .timeline { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
        @media (max-width: 40rem) { dl > div { grid-template-columns: 1fr; gap: 0; } main, header, footer { padding: 0 1rem; }
            figure { overflow-x: auto; } .timeline { width: 47.5rem; } .inwords { display: block; }
            .steps, .steps tbody, .steps tr, .steps th, .steps td { display: block; width: auto; } .steps th, .steps td { border: 0; padding: .1rem 0; }
            .answers, .answers tbody, .answers tr, .answers td { display: block; } .answers thead { display: none; }
            .steps tr, .answers tr { padding: .4rem 0; border-bottom: .5pt solid #c3cbd2; } .answers td { border: 0; padding: .15rem 0; } .answers td:first-child { font-weight: 600; }
            .answers td[data-column]::before { content: attr(data-column) ": "; font-weight: 400; color: #46535f; white-space: normal; } }
        """;
}
