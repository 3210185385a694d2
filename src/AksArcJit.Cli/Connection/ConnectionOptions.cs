using System.CommandLine;

namespace AksArcJit.Cli.Connection;

/// <summary>Which broker, and as whom: an option, or else the environment.</summary>
internal sealed class ConnectionOptions(Surroundings surroundings)
{
    public const string ServerVariable = "AKSARCJIT_SERVER";
    public const string TokenVariable = "AKSARCJIT_TOKEN";

    private readonly Option<string?> server = new("--server") { Description = $"The broker's URL (or {ServerVariable})", Recursive = true, HelpName = "URL" };
    private readonly Option<string?> token = new("--token") { Description = $"A bearer token (better: {TokenVariable}, which other users of this machine do not see)", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(server);
        root.Options.Add(token);
    }

    /// <summary>Whether the command line itself names a broker: what works without one asks none because of a variable.</summary>
    public bool IsNamed(ParseResult parsed) => !string.IsNullOrWhiteSpace(parsed.GetValue(server));

    /// <exception cref="CommandFailedException">The server is missing or no URL, or the token is none.</exception>
    public BrokerClient Connect(ParseResult parsed)
    {
        var text = Chosen(parsed.GetValue(server), ServerVariable)
            ?? throw new CommandFailedException("No broker is named.", $"Pass --server URL, or set {ServerVariable}.");
        if (!Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandFailedException($"'{text}' is no URL of a broker.", "Give one such as https://broker.example.");
        var bearer = Chosen(parsed.GetValue(token), TokenVariable);
        if (bearer?.Any(character => character is <= ' ' or > '~') == true)
            throw new CommandFailedException("The token holds what no token holds: a space, a line break or a letter outside ASCII.", "Give the token alone; of a JSON file, the value of its field.");
        // A token on an open line is anybody's.
        if (bearer is not null && url.Scheme == "http" && !url.IsLoopback)
            throw new CommandFailedException($"A token is not sent to {url} without TLS.", "Use https, or http on this machine only.");
        return new BrokerClient(url, bearer);
    }

    private string? Chosen(string? option, string variable) =>
        !string.IsNullOrWhiteSpace(option) ? option.Trim() : surroundings.Variable(variable) is { } set && !string.IsNullOrWhiteSpace(set) ? set.Trim() : null;
}
