using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace AksArcJit.Web.Consent;

/// <summary>The one style sheet of the pages, inline, so that they are whole in one answer; the policy names it by its hash.</summary>
public static class ConsentStyle
{
    /// <summary>A source expression of Content-Security-Policy (CSP level 3, hash-source).</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";

    public static MarkupString Element { get; } = new($"<style>{Css}</style>");

    // Text and its ground differ by 4.5:1 at least, borders of fields by 3:1 (WCAG 2.2, 1.4.3 and 1.4.11), in both schemes.
    private const string Css = """
        :root {
          color-scheme: light dark;
          --page: #f4f6f8; --card: #ffffff; --text: #1b2530; --quiet: #4e5d6c; --line: #d9dfe5; --field: #76828e;
          --link: #0b5a78; --go: #0b5a78; --on-go: #ffffff; --stop: #a3232b; --on-stop: #ffffff;
          --good: #17633a; --good-ground: #e8f5ed; --care: #7a4600; --care-ground: #fff4e0; --bad: #96202a; --bad-ground: #fdecec;
          --open: #0b5a78; --open-ground: #e7f3f8;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #10161c; --card: #19212a; --text: #e6ebf0; --quiet: #a9b7c4; --line: #303c48; --field: #7d8c9a;
            --link: #83cdea; --go: #83cdea; --on-go: #06222d; --stop: #ff9c9c; --on-stop: #33090b;
            --good: #8bdcab; --good-ground: #15291e; --care: #f4c570; --care-ground: #2d2414; --bad: #ffa3a3; --bad-ground: #321a1c;
            --open: #83cdea; --open-ground: #132732;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--page); color: var(--text);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
          overflow-wrap: anywhere;
        }
        .wide { max-width: 48rem; margin: 0 auto; padding: 0 1rem; }
        .top { border-bottom: 1px solid var(--line); background: var(--card); }
        .top .wide { display: flex; align-items: center; gap: .5rem; padding-top: .7rem; padding-bottom: .7rem; font-weight: 600; }
        .shield { width: 1.5rem; height: 1.5rem; fill: var(--go); flex: none; }
        .shield .tick { fill: none; stroke: var(--on-go); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
        main { padding-top: 1.75rem !important; padding-bottom: 3rem !important; }
        h1 { font-size: clamp(1.45rem, 1.1rem + 1.8vw, 2rem); line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
        h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .75rem; }
        h3 { font-size: 1rem; line-height: 1.35; margin: 1.25rem 0 .5rem; }
        p, ul, ol, dl { margin: 0 0 .75rem; }
        ul { padding-left: 1.25rem; }
        li { margin: .3rem 0; }
        .lead { font-size: 1.1rem; color: var(--quiet); margin-bottom: 1.25rem; }
        .quiet, .hint, footer { color: var(--quiet); font-size: .9rem; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 0 0 1rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        code, pre { font: .92em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }

        .state { border-left: .4rem solid var(--open); background: var(--open-ground); }
        .state h2 { font-size: 1.3rem; margin-bottom: .4rem; color: var(--open); }
        .state p { margin-bottom: .4rem; }
        .live { border-left-color: var(--care); background: var(--care-ground); } .live h2 { color: var(--care); }
        .alarm, .notice { border-left: .4rem solid var(--bad); background: var(--bad-ground); } .alarm h2, .notice h2 { color: var(--bad); }
        .over { border-left-color: var(--good); background: var(--good-ground); } .over h2 { color: var(--good); }
        .state h3 { color: inherit; }

        dl > div { padding: .7rem 0; border-top: 1px solid var(--line); }
        dl > div:first-child { border-top: 0; padding-top: 0; }
        dl > div:last-child { padding-bottom: 0; }
        dt { color: var(--quiet); font-size: .9rem; }
        dd { margin: 0; }
        .more { display: block; color: var(--quiet); font-size: .9rem; }
        .written { white-space: pre-wrap; }
        @media (min-width: 40rem) {
          time { white-space: nowrap; }
          section { padding: 1.5rem; }
          dl > div { display: grid; grid-template-columns: 10rem 1fr; gap: 1rem; }
          dt { font-size: 1rem; }
        }

        .verdict { padding: .6rem .85rem; border-radius: .5rem; font-weight: 600; }
        .good { color: var(--good); background: var(--good-ground); }
        .care { color: var(--care); background: var(--care-ground); }
        .bad { color: var(--bad); background: var(--bad-ground); }
        .findings { list-style: none; padding: 0; margin: .3rem 0; }
        .findings li { padding: .6rem .85rem; border-radius: .5rem; margin: .5rem 0; }
        .findings strong { display: block; font-size: .9rem; }
        .bindings { list-style: none; padding: 0; }
        .bindings li { padding: .5rem 0 .5rem .85rem; border-left: .2rem solid var(--line); }
        details { margin-top: .5rem; }
        summary { cursor: pointer; color: var(--link); padding: .35rem 0; }
        pre { margin: .5rem 0; padding: .85rem; background: var(--page); border-radius: .5rem; white-space: pre-wrap; }
        .mark { font: .8em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--bad); background: var(--bad-ground); border: 1px solid; border-radius: .25rem; padding: 0 .2em; }

        .decision { border: 2px solid var(--go); }
        form + form { border-top: 1px solid var(--line); margin-top: 1.75rem; padding-top: .25rem; }
        form > h3 { font-size: 1.1rem; margin-bottom: .9rem; }
        .field { margin: 0 0 1.1rem; }
        label { display: block; font-weight: 600; margin-bottom: .3rem; }
        label bdi { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--page); padding: .05em .3em; border-radius: .25rem; white-space: pre-wrap; }
        input[type=text], select, textarea {
          display: block; width: 100%; min-height: 2.9rem; padding: .55rem .75rem; font: inherit;
          color: var(--text); background: var(--card); border: 1px solid var(--field); border-radius: .5rem;
        }
        textarea { resize: vertical; }
        [aria-invalid=true] { border: 2px solid var(--bad) !important; }
        .hint { margin: .3rem 0 0; }
        .fault { color: var(--bad); font-weight: 600; font-size: .95rem; margin: 0 0 .4rem; }
        button { font: inherit; font-weight: 600; min-height: 2.9rem; padding: .6rem 1.4rem; border-radius: .5rem; border: 2px solid transparent; cursor: pointer; }
        .go { background: var(--go); color: var(--on-go); }
        .stop { background: var(--stop); color: var(--on-stop); }
        .no { background: transparent; color: var(--stop); border-color: var(--stop); }
        button:hover { filter: brightness(1.1); }
        @media (max-width: 30rem) { button { width: 100%; } }

        .timeline { list-style: none; padding: 0; }
        .timeline li { position: relative; padding: 0 0 1rem 1.4rem; margin: 0; border-left: 2px solid var(--line); margin-left: .35rem; }
        .timeline li:last-child { padding-bottom: 0; border-left-color: transparent; }
        .timeline li::before { content: ""; position: absolute; left: -.45rem; top: .4rem; width: .75rem; height: .75rem; border-radius: 50%; background: var(--go); border: 2px solid var(--card); }
        .at, .fact { display: block; }
        .at { font-size: .9rem; color: var(--quiet); }
        section > :last-child, form > :last-child { margin-bottom: 0; }
        footer { padding: .5rem .25rem; }
        @media (forced-colors: active) { .state, .notice { border: 2px solid; } .shield { fill: CanvasText; } }
        @media print {
          body, section { background: none; } form, .top { display: none; }
          h2, h3 { break-after: avoid; } .abilities li, .verdict { break-inside: avoid; }
          .findings li { border: 1px solid; }
          details::details-content { content-visibility: visible; display: block; block-size: auto; }
        }
        """;
}
