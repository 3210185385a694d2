using System.Text;

namespace AksArcJit.Journal.Evidence;

/// <summary>One file of a bundle.</summary>
/// <param name="Name">With folders, separated by <c>/</c>.</param>
public sealed record BundleEntry(string Name, ReadOnlyMemory<byte> Content)
{
    internal static BundleEntry Of(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}

/// <summary>Where things lie in a bundle.</summary>
internal static class BundleNames
{
    public const string Readme = "README.txt";
    public const string Report = "report.html";
    public const string Bundle = "bundle.json";
    public const string Key = "public-key.pem";
    public const string Checkpoint = "checkpoint.json";
    public const string Signature = "checkpoint.sig";
    public const string End = "SHA256SUMS";
    public const string Ticket = "ticket/";
    public const string Requests = "requests/";
    public const string Facts = "facts.ndjson";
    public const string Proof = "proof.json";
    public const string Terms = "terms.json";
    public const string Role = "role.json";
    public const string Probes = "probes.json";
    public const string TicketState = "ticket.json";

    public static string Folder(StreamId stream) => stream.Request is { } id ? $"{Requests}{id}/" : Ticket;
}
