using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Messaging.Webhooks;

/// <summary>A symmetric key as Standard Webhooks writes it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
internal sealed record WebhookKey(byte[] Bytes)
{
    private const string Prefix = "whsec_";

    public static bool TryRead(string file, [NotNullWhen(true)] out WebhookKey? key)
    {
        key = File.Exists(file) && new FileInfo(file).Length < 1024 && TryParse(File.ReadAllText(file).Trim(), out var bytes) ? new WebhookKey(bytes) : null;
        return key is not null;
    }

    /// <summary>Of a file that the options' validation has read before.</summary>
    public static WebhookKey Read(string file) => TryRead(file, out var key) ? key : throw new InvalidOperationException($"{file} cannot be read any more.");

    private static bool TryParse(string text, out byte[] bytes)
    {
        bytes = new byte[96];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) || length is < 24 or > 64)
            return false;
        bytes = bytes[..length];
        return true;
    }
}
