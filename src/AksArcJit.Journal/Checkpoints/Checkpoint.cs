using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>A statement over all streams at a moment. Its text (<see cref="Encode"/>) is what is signed.</summary>
/// <param name="Log">The installation's name: checkpoints of two installations never mix.</param>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="At">UTC; never before the previous checkpoint's nor before any fact that it covers.</param>
/// <param name="CoversUntil">
/// UTC, at most <paramref name="At"/>, never before the previous checkpoint's: every fact recorded until then is covered by this checkpoint
/// or one before it. A checkpointer that leaves changed streams for the next one (a batch that was full) keeps the previous value.
/// </param>
/// <param name="Frontier">The log after this checkpoint's leaves.</param>
/// <param name="Previous">SHA-256 of the exact text of the checkpoint before; of the first, all zeros (<c>default</c>).</param>
/// <param name="PublicKey">SubjectPublicKeyInfo (DER) of the key that signs this. Who trusts it knows it from elsewhere, never from here.</param>
public sealed record Checkpoint(
    string Log,
    long Number,
    DateTimeOffset At,
    DateTimeOffset CoversUntil,
    MerkleFrontier Frontier,
    MerkleHash Previous,
    ReadOnlyMemory<byte> PublicKey)
{
    private const string Format = "aksarcjit-checkpoint/1";

    public long TreeSize => Frontier.Size;

    public MerkleHash Root => Frontier.Root;

    /// <summary>SHA-256 of the public key, 64 lower-case hexadecimal digits.</summary>
    public string KeyId => CheckpointKey.IdOf(PublicKey.Span);

    /// <summary>UTF-8 JSON, always the same bytes for the same checkpoint.</summary>
    public byte[] Encode()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("log", Log);
            json.WriteNumber("number", Number);
            json.WriteString("at", Rfc3339.Text(At));
            json.WriteString("coversUntil", Rfc3339.Text(CoversUntil));
            json.WriteNumber("treeSize", TreeSize);
            json.WriteString("root", Root.ToString());
            json.WriteString("previous", Previous.ToString());
            json.WriteString("keyId", KeyId);
            json.WriteString("publicKey", Convert.ToBase64String(PublicKey.Span));
            json.WriteStartArray("frontier");
            foreach (var hash in Frontier.Hashes)
                json.WriteStringValue(hash.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    /// <exception cref="FormatException">The text is not exactly what <see cref="Encode"/> writes of some checkpoint.</exception>
    public static Checkpoint Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(body));
            var json = document.RootElement;
            var checkpoint = new Checkpoint(
                Text("log"), json.GetProperty("number").GetInt64(), Rfc3339.Parse(Text("at")), Rfc3339.Parse(Text("coversUntil")),
                new MerkleFrontier(json.GetProperty("treeSize").GetInt64(), [.. json.GetProperty("frontier").EnumerateArray().Select(hash => MerkleHash.Parse(hash.GetString() ?? ""))]),
                MerkleHash.Parse(Text("previous")), Convert.FromBase64String(Text("publicKey")));
            if (!checkpoint.Frontier.IsSound || !checkpoint.Encode().AsSpan().SequenceEqual(body))
                throw new FormatException("The text of the checkpoint is not as a checkpoint is written, or contradicts itself.");
            return checkpoint;

            string Text(string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"The checkpoint has no {name}.");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"This is no checkpoint: {fault.Message}", fault);
        }
    }

    public bool Equals(Checkpoint? other) => other is not null && Encode().AsSpan().SequenceEqual(other.Encode());

    public override int GetHashCode() => HashCode.Combine(Log, Number);
}
