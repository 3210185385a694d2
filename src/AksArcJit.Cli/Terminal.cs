using AksArcJit.Journal;

namespace AksArcJit.Cli;

/// <summary>Text of others on a terminal: one line, and nothing in it moves the cursor, colours or hides.</summary>
internal static class Terminal
{
    public static string Plain(string text) => VisibleText.Plain(text).Replace('\n', ' ');
}
